//! From proofs to words: why there is no plan, what would help, and why a pair may or may not be chosen.

mod bottleneck;
mod cost;
mod pair;
mod relief;
mod supply;

pub use bottleneck::{Bottleneck, ExcludedPairs};
pub use cost::PairCost;
pub use pair::{ExcludedBy, Fate, PairExplanation, pair, review};
pub use relief::{Edit, Relief, Setting};

use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use crate::certificate::Refutation;
use crate::input::Input;
use crate::problem::Problem;
use crate::strategy::{Run, find_cut};

/// Whether a problem has a valid assignment, and if not, why not and what would help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Explanation {
    /// Whether a valid assignment exists that meets every minimum.
    pub feasible: bool,
    /// The proof that none exists.
    pub certificate: Option<Refutation>,
    /// The proof in numbers a reader can follow.
    pub bottleneck: Option<Bottleneck>,
    /// The same in words, one sentence each.
    pub sentences: Vec<String>,
    /// Single changes that would help, the smallest first; each has been tried.
    pub relief: Vec<Relief>,
}

/// Explains a problem. `input` is what the problem was made from; changes that might help are tried on it.
///
/// Complexity: that of one matching, and of one more for each change tried.
#[must_use]
pub fn explain(input: &Input, problem: &Problem) -> Explanation {
    let Some(refutation) = refutation_of(problem) else {
        return Explanation {
            feasible: true,
            certificate: None,
            bottleneck: None,
            sentences: alloc::vec![String::from("a valid plan exists: every minimum can be met")],
            relief: Vec::new(),
        };
    };
    let relief = relief::reliefs(input, problem);
    let mut sentences = sentences(problem, &refutation);
    sentences.extend(relief.iter().map(|relief| alloc::format!("it would help to {}", relief.change)));
    Explanation {
        feasible: false,
        bottleneck: refutation.cut().map(|cut| Bottleneck::new(problem, cut)),
        certificate: Some(refutation),
        sentences,
        relief,
    }
}

/// An infeasible problem in words, without looking for what would help.
#[must_use]
pub fn sentences(problem: &Problem, refutation: &Refutation) -> Vec<String> {
    match refutation {
        Refutation::Cut(cut) => Bottleneck::new(problem, cut).sentences(cut),
        Refutation::Search(_) => alloc::vec![alloc::format!("{refutation}")],
    }
}

/// The proof that a problem has no valid assignment that meets every minimum, if so: the one place where this is
/// decided.
fn refutation_of(problem: &Problem) -> Option<Refutation> {
    // Nobody watches this run, so nobody stops it.
    find_cut(problem, &mut Run::new(0)).unwrap_or(None).map(Refutation::Cut)
}
