//! Certificates of what the worst-off submission has at most, added up from the input alone.
//!
//! For all weights the worst sum is at most the weighted mean of the sums of all submissions, and duals bound the weighted
//! sum of what is not fixed by weak duality, as for the greatest total.

use alloc::vec::Vec;

use super::certificate::{Shown, Sums, copies, fixed};
use super::facts::Facts;
use super::free::Free;
use super::index::{at, dense};
use super::marks::each_score;
use super::numbers::{Numbers, Reader};
use super::pairs::Pairs;
use super::verdict::Findings;
use crate::certificate::WorstOff;

/// Checks a certificate. O(students · submissions).
pub(super) fn check(facts: &Facts<'_>, pairs: &Pairs, proof: &WorstOff, findings: &mut Findings) {
    let copies = copies(facts);
    let duals = (&*proof.student_duals, &*proof.submission_duals, &*proof.work_duals);
    let numbers = Numbers::read(facts, &copies, duals, findings);
    let weights = weights(facts, proof, findings);
    let (Some(numbers), Some((weights, all))) = (numbers, weights) else { return };
    let fixed = fixed(facts, pairs);
    let mut free = Free::new(facts, &fixed, &copies);
    let sums = Sums { facts, numbers: &numbers, copies: &copies, fixed: &fixed, weights: Some(&weights) };
    let found = sums.add_up(&mut free, pairs);
    let bound = found.bound.and_then(|bound| bound.checked_add(found.of_fixed)).map(|sum| sum.div_euclid(all));
    let (worst, stated) = (least(facts, pairs), i128::from(proof.upper_bound_units));
    if worst != Some(i128::from(proof.worst_units)) {
        findings.add(
            "certificate_worst",
            "/certificate/worst_units",
            format_args!("it states {}; the worst-off submission has {}", proof.worst_units, Shown(worst)),
        );
    }
    if bound != Some(stated) {
        findings.add(
            "certificate_gap",
            "/certificate/upper_bound_units",
            format_args!("the numbers prove that no worst-off submission has more than {}, not {stated}", Shown(bound)),
        );
    }
}

/// Whether a submission counts: it is handed in and may get a review.
fn counts(facts: &Facts<'_>, submission: u32) -> bool {
    facts.handed_in(submission) && facts.submission_bound(submission).max != Some(0)
}

/// The weights of all submissions, and what they add up to; none, with findings, where they are no weights.
fn weights(facts: &Facts<'_>, proof: &WorstOff, findings: &mut Findings) -> Option<(Vec<i64>, i128)> {
    let mut reader = Reader { facts, findings, sound: true };
    let weights = reader.duals("certificate/weights", &proof.weights, facts.submissions.len(), |id| {
        let submission = facts.submissions.find(id)?;
        Some((submission, &facts.submission(submission)?.id, true))
    });
    if !reader.sound {
        return None;
    }
    let counted = (0..).zip(&weights).all(|(submission, &weight)| weight == 0 || counts(facts, submission));
    let all: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    if weights.iter().any(|&weight| weight < 0) || !counted || !(1..=i128::from(i64::MAX)).contains(&all) {
        let message = "weights are at least 0, of submissions that may get reviews, and add up to 1 to 2^63 - 1";
        reader.refuse("certificate_weights", "/certificate/weights", message);
    }
    reader.sound.then_some((weights, all))
}

/// What the worst-off submission has of the resulting reviews that count.
pub(super) fn least(facts: &Facts<'_>, pairs: &Pairs) -> Option<i128> {
    let mut sums = alloc::vec![0_i128; facts.submissions.len()];
    let of = |pair: &super::pairs::Pair| (pair.assessor, pair.asset);
    let mut resulting: Vec<(u32, u32)> =
        pairs.all().iter().filter(|pair| pair.results() && pair.counts()).map(of).collect();
    resulting.sort_unstable();
    each_score(facts, |assessor, asset, units| {
        if resulting.binary_search(&(assessor, asset)).is_ok()
            && let Some(sum) = sums.get_mut(at(asset))
        {
            *sum += i128::from(units);
        }
    });
    let counted = (0..dense(sums.len())).zip(sums).filter(|&(submission, _)| counts(facts, submission));
    counted.map(|(_, sum)| sum).min()
}
