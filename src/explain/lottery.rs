//! A certificate about limits on pairs in sentences.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::panel::some;
use crate::certificate::{NoLottery, PairWeight};

/// What weights of pairs say.
pub(super) fn sentences(proof: &NoLottery) -> Vec<String> {
    let NoLottery { weights, required, available, .. } = proof;
    let alike = weights.iter().all(|weight| weight.value == 1);
    let pair = |PairWeight { assessor_id, asset_id, value }: &PairWeight| {
        let weight = if alike { String::new() } else { format!(" (counted {value} times)") };
        format!("student {assessor_id} for submission {asset_id}{weight}")
    };
    let named: Vec<String> = weights.iter().map(pair).collect();
    alloc::vec![
        format!(
            "every valid assignment has {required} at least of certain reviews, and within their limits there are {available} on average at most"
        ),
        format!("these reviews are: {}", some(&named)),
    ]
}
