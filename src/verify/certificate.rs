//! Certificates of optimality: whether the numbers of a plan's certificate prove what it says, added up from the input
//! alone.
//!
//! For every choice x of free pairs within the remaining bounds and all numbers u, v and y ≥ 0, the total score is at
//! most the sum that is formed here (weak duality of linear programs). So where the sum equals the total of the plan,
//! no valid plan has a greater one.

use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::free::{Free, Score};
use super::index::{Rows, at, dense, key};
use super::numbers::Numbers;
use super::pairs::{FIXED, MUST_OF_WORK, Pair, Pairs};
use super::verdict::Findings;
use super::worst_off;
use crate::certificate::{Certificate, Optimal};
use crate::input::{Bound, Demand, Existing, Reciprocal, Relation, RuleKind, Shortfall, WorkflowState};
use crate::plan::Records;

/// Checks the certificate of a plan, where it has one. O(students · submissions).
pub(super) fn check(facts: &Facts<'_>, pairs: &Pairs, plan: &dyn Records, findings: &mut Findings) {
    let (strategy, reason) = match plan.certificate() {
        None => return,
        Some(Certificate::Optimal(_)) => ("max_affinity", unbounded(facts).or_else(|| bound_besides(facts))),
        Some(Certificate::WorstOff(_)) => ("max_min", unbounded(facts)),
    };
    if plan.strategy().name != strategy {
        findings.add("certificate_not_allowed", "/certificate", format_args!("the strategy is not {strategy}"));
    } else if let Some(reason) = reason {
        findings.add("certificate_not_allowed", "/certificate", reason);
    } else {
        match plan.certificate() {
            Some(Certificate::Optimal(proof)) => optimal(facts, pairs, proof, findings),
            Some(Certificate::WorstOff(proof)) => worst_off::check(facts, pairs, proof, findings),
            None => {}
        }
    }
}

/// The submissions of each work.
pub(super) fn copies(facts: &Facts<'_>) -> Rows {
    let submissions = (0..dense(facts.submissions.len())).map(|submission| key(facts.work(submission), submission));
    Rows::new(facts.works(), submissions.collect())
}

fn optimal(facts: &Facts<'_>, pairs: &Pairs, proof: &Optimal, findings: &mut Findings) {
    let copies = copies(facts);
    let duals = (&*proof.student_duals, &*proof.submission_duals, &*proof.work_duals);
    let Some(numbers) = Numbers::read(facts, &copies, duals, findings) else { return };
    let fixed = fixed(facts, pairs);
    let mut free = Free::new(facts, &fixed, &copies);
    let sums = Sums { facts, numbers: &numbers, copies: &copies, fixed: &fixed, weights: None };
    let Some(found) = sums.proven(&mut free, pairs, findings) else { return };
    let stated = i128::from(proof.objective_units);
    if found.chosen != stated {
        findings.add(
            "certificate_objective",
            "/certificate/objective_units",
            format_args!("it states {stated}; the reviews that are not fixed have {}", found.chosen),
        );
    }
    if found.bound != Some(stated) {
        findings.add(
            "certificate_gap",
            "/certificate",
            format_args!("the numbers prove that the total is at most {}, not {stated}", Shown(found.bound)),
        );
    }
}

/// A sum in a message.
pub(super) struct Shown(pub(super) Option<i128>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(sum) => fmt::Display::fmt(&sum, f),
            None => f.write_str("a number past all limits"),
        }
    }
}

/// Why the stated bounds do not hold as they stand.
fn unbounded(facts: &Facts<'_>) -> Option<&'static str> {
    let policy = &facts.input.policy;
    let reasons = [
        (policy.reviews_per_submission == Demand::Balanced, "received reviews are balanced"),
        (policy.shortfall == Shortfall::Partial, "minima may be missed under shortfall: partial"),
        (policy.reviews_per_work.is_some(), "there is a bound on all copies of a work together"),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}

/// Why a plan that is best need not have the greatest total within the stated bounds.
fn bound_besides(facts: &Facts<'_>) -> Option<&'static str> {
    let policy = &facts.input.policy;
    let relations = [policy.section, policy.group].into_iter().chain(policy.labels.values().copied());
    let is_wish = |relation| matches!(relation, Relation::PreferSame | Relation::PreferDifferent);
    let is_should = |kind| matches!(kind, RuleKind::ShouldReview | RuleKind::ShouldNotReview);
    let reasons = [
        (facts.input.rules.iter().any(|rule| is_should(rule.kind)), "there are should rules"),
        (relations.into_iter().any(is_wish), "there are wishes"),
        (!policy.panel.is_empty(), "there are panel rules"),
        (matches!(policy.reciprocal, Reciprocal::Forbid | Reciprocal::ForbidCycles(_)), "cycles are forbidden"),
    ];
    reasons.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
}

/// The fixed pairs that count, sorted: what had to stay, and musts. Where several copies would do for a must and none
/// of them is fixed otherwise, the first resulting review that meets it is.
pub(super) fn fixed(facts: &Facts<'_>, pairs: &Pairs) -> Vec<(u32, u32)> {
    let mut fixed: Vec<(u32, u32)> = Vec::new();
    let mut musts: Vec<(u32, Pair)> = Vec::new();
    for of_one in pairs.all().chunk_by(|one, next| one.assessor == next.assessor) {
        musts.clear();
        for &pair in of_one.iter().filter(|pair| pair.counts()) {
            if pair.is(FIXED) {
                fixed.push((pair.assessor, pair.asset));
            }
            if pair.is(MUST_OF_WORK) {
                musts.push((facts.work(pair.asset), pair));
            }
        }
        musts.sort_unstable_by_key(|&(work, pair)| (work, pair.asset));
        for copies in musts.chunk_by(|one, next| one.0 == next.0) {
            if !copies.iter().any(|(_, pair)| pair.is(FIXED)) {
                fixed.extend(copies.first().map(|(_, pair)| (pair.assessor, pair.asset)));
            }
        }
    }
    fixed.sort_unstable();
    fixed
}

/// What the sums are made of.
pub(super) struct Sums<'s, 'a> {
    pub(super) facts: &'s Facts<'a>,
    pub(super) numbers: &'s Numbers,
    pub(super) copies: &'s Rows,
    pub(super) fixed: &'s [(u32, u32)],
    /// What the scores of each submission are multiplied by; 1 where there are none. They add up to an `i64`.
    pub(super) weights: Option<&'s [i64]>,
}

/// What the sums are, of weighted scores.
pub(super) struct Found {
    /// The total score of the resulting reviews that are not fixed.
    pub(super) chosen: i128,
    /// The same of the fixed ones.
    pub(super) of_fixed: i128,
    /// What the numbers prove that the first is at most; none where that is beyond all limits.
    pub(super) bound: Option<i128>,
    /// Whether an existing review may move under `existing: rebalance`.
    movable: bool,
}

impl Sums<'_, '_> {
    /// Adds everything up, and refuses where a plan that is best need not have the greatest total because reviews may move.
    pub(super) fn proven(&self, free: &mut Free<'_, '_>, pairs: &Pairs, findings: &mut Findings) -> Option<Found> {
        let found = self.add_up(free, pairs);
        if found.movable {
            let reason = "existing reviews may move under existing: rebalance";
            findings.add("certificate_not_allowed", "/certificate", reason);
            return None;
        }
        Some(found)
    }

    /// A score times its weight.
    fn weighted(&self, score: &Score) -> i128 {
        let weight = self.weights.map_or(1, |weights| weights.get(at(score.asset)).copied().unwrap_or(0));
        i128::from(score.units) * i128::from(weight)
    }

    /// One pass over all pairs of students and submissions.
    pub(super) fn add_up(&self, free: &mut Free<'_, '_>, pairs: &Pairs) -> Found {
        let mut found = Found { chosen: 0, of_fixed: 0, bound: self.bounds(), movable: false };
        let movable = self.movable();
        let base: Vec<i128> = self.numbers.submissions.iter().map(|&value| -i128::from(value)).collect();
        // For each submission what a review by the student at hand is worth, its own number taken away.
        let mut worth = base.clone();
        let mut is_free = alloc::vec![false; base.len()];
        let mut listed = pairs.all().chunk_by(|one, next| one.assessor == next.assessor).peekable();
        let mut works = self.numbers.works.chunk_by(|one, next| one.0 == next.0).peekable();
        for (person, &value) in self.numbers.students.iter().enumerate() {
            let person = dense(person);
            let own = listed.next_if(|own| own.first().is_some_and(|pair| pair.assessor == person));
            let works = works.next_if(|works| works.first().is_some_and(|entry| entry.0 == person));
            let (own, works) = (own.unwrap_or_default(), works.unwrap_or_default());
            let scores = free.scores(person);
            for pair in own.iter().filter(|pair| pair.results()) {
                let score = scores.iter().find(|score| score.asset == pair.asset);
                let score = score.map_or(0, |score| self.weighted(score));
                if self.fixed.binary_search(&(pair.assessor, pair.asset)).is_ok() {
                    found.of_fixed += score;
                } else if !pair.is(FIXED) {
                    found.chosen += score;
                }
            }
            let copies =
                |&(_, work, value): &(u32, u32, i64)| self.copies.row(work).iter().map(move |&copy| (copy, value));
            for score in scores {
                if let Some(worth) = worth.get_mut(at(score.asset)) {
                    *worth += self.weighted(score);
                }
            }
            for (copy, value) in works.iter().flat_map(copies) {
                if let Some(worth) = worth.get_mut(at(copy)) {
                    *worth -= i128::from(value);
                }
            }
            free.note(person, &mut is_free);
            let value = i128::from(value);
            let mut sum = 0;
            // Which terms are above 0 cannot be foretold: without branches.
            for (worth, &is_free) in worth.iter().zip(&is_free) {
                let gain = (*worth - value).max(0);
                sum += if is_free { gain } else { 0 };
            }
            found.bound = found.bound.and_then(|bound| bound.checked_add(sum));
            let may_move = |submission: &u32| is_free.get(at(*submission)).copied().unwrap_or(false);
            found.movable |= movable.row(person).iter().any(may_move);
            let touched = free.scores(person).iter().map(|score| score.asset);
            for submission in touched.chain(works.iter().flat_map(copies).map(|(copy, _)| copy)) {
                if let (Some(worth), Some(base)) = (worth.get_mut(at(submission)), base.get(at(submission))) {
                    *worth = *base;
                }
            }
        }
        found
    }

    /// The part of the sum that is not of single pairs: remaining bounds of students and submissions, and works.
    fn bounds(&self) -> Option<i128> {
        let (facts, numbers) = (self.facts, self.numbers);
        let mut given = alloc::vec![0_u64; numbers.students.len()];
        let mut received = alloc::vec![0_u64; numbers.submissions.len()];
        for &(person, submission) in self.fixed {
            for count in [given.get_mut(at(person)), received.get_mut(at(submission))].into_iter().flatten() {
                *count += 1;
            }
        }
        let mut total: i128 = 0;
        for (person, (&value, &fixed)) in numbers.students.iter().zip(&given).enumerate() {
            total = total.checked_add(term(value, facts.student_bound(dense(person)), fixed)?)?;
        }
        for (submission, (&value, &fixed)) in numbers.submissions.iter().zip(&received).enumerate() {
            total = total.checked_add(term(value, facts.submission_bound(dense(submission)), fixed)?)?;
        }
        for &(_, _, value) in &numbers.works {
            total = total.checked_add(i128::from(value))?;
        }
        Some(total)
    }

    /// The unfinished existing reviews of each student, where they may stay or go as they are needed.
    fn movable(&self) -> Rows {
        let facts = self.facts;
        let mut movable = Vec::new();
        if facts.input.policy.existing == Existing::Rebalance {
            let reviews = facts.input.peer_reviews.iter();
            for review in reviews.filter(|review| review.workflow_state == WorkflowState::Assigned) {
                let pair = facts.find_student(&review.assessor_id).zip(facts.submissions.find(&review.asset_id));
                movable.extend(pair.map(|(person, submission)| key(person, submission)));
            }
        }
        Rows::new(facts.persons.len(), movable)
    }
}

/// What one number adds to the sum: times the remaining maximum where it is above 0, the remaining minimum where it is
/// below.
fn term(value: i64, bound: Bound, fixed: u64) -> Option<i128> {
    let remaining = match value {
        0 => return Some(0),
        1.. => bound.max?,
        _ => bound.min,
    };
    i128::from(value).checked_mul(i128::from(remaining.saturating_sub(fixed)))
}
