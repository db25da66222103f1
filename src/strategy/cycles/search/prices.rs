//! Prices on forbidden cycles, at which optima hardly go round any.
//!
//! Of the reviews that make a forbidden cycle one at least is missing. So each cycle that was met may have a price: every
//! review of it pays the price, and all but one of them get it back. Then an assignment that keeps the rule loses
//! nothing, and the greatest sum at these prices is no less than that of any such assignment, whatever the prices
//! (Lagrangian relaxation; A. M. Geoffrion, "Lagrangean relaxation for integer programming", Mathematical Programming
//! Study 2, 1974). Good prices make that bound small and leave few cycles. They are found step by step: up where an optimum
//! goes round, down where it has reviews to spare (M. Held, P. Wolfe and H. P. Crowder, "Validation of subgradient
//! optimization", Mathematical Programming 6, 1974; the length of a step is that of B. T. Polyak, 1969).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Rule;
use crate::assignment::Assignment;
use crate::problem::Problem;
use crate::problem::rows::index;

/// Student and submission.
type Pair = (u32, u32);

/// Into so many parts a step is divided.
pub(super) const PARTS: i64 = 64;

/// The cycles that were met, as their free pairs in ascending order, and the price of each, at least 0.
///
/// Invariant: no assignment that keeps the rule has all pairs of a cycle.
#[derive(Debug, Clone, Default)]
pub(super) struct Prices {
    of: BTreeMap<Vec<Pair>, i64>,
}

impl Prices {
    /// Whether there are none above 0.
    pub(super) fn are_zero(&self) -> bool {
        self.of.values().all(|&price| price == 0)
    }

    /// The cycles that cost something and are not broken already, for want of one of the pairs that are taken out (sorted).
    fn whole(&self, without: &[Pair]) -> impl Iterator<Item = (&Vec<Pair>, i64)> {
        let is_whole = |cycle: &Vec<Pair>| cycle.iter().all(|pair| without.binary_search(pair).is_err());
        self.of
            .iter()
            .filter(move |&(cycle, &price)| price > 0 && is_whole(cycle))
            .map(|(cycle, &price)| (cycle, price))
    }

    /// What each pair pays.
    pub(super) fn by_pair(&self, without: &[Pair]) -> BTreeMap<Pair, i64> {
        let mut by_pair = BTreeMap::new();
        for (cycle, price) in self.whole(without) {
            for &pair in cycle {
                *by_pair.entry(pair).or_insert(0) += price;
            }
        }
        by_pair
    }

    /// What an assignment gets back beyond what its pairs pay: below 0 only where it goes round a cycle.
    pub(super) fn refund(&self, assignment: &Assignment, without: &[Pair]) -> i64 {
        self.whole(without).map(|(cycle, price)| price * spare(cycle, assignment)).sum()
    }

    /// The cycle that gives back most to an assignment that has pairs to spare.
    pub(super) fn loosest(&self, assignment: &Assignment, without: &[Pair]) -> Option<&[Pair]> {
        let loose = self.whole(without).map(|(cycle, price)| (price * spare(cycle, assignment), cycle));
        let most = loose.filter(|&(refund, _)| refund > 0).max_by_key(|&(refund, _)| refund);
        most.map(|(_, cycle)| cycle.as_slice())
    }

    /// Goes a step towards lower bounds, given an optimum at these prices and by how much its bound is `above` what is
    /// aimed at; no price rises above `most`. False where there is nothing to change.
    pub(super) fn follow(&mut self, optimum: &Assignment, above: i64, parts: i64, most: i64) -> bool {
        // No price goes below 0, so cycles that cost nothing do not count where they would.
        let moves = |cycle: &[Pair], price: i64| match spare(cycle, optimum) {
            spare if spare < 0 || price > 0 => spare,
            _ => 0,
        };
        let squares: i128 = self.of.iter().map(|(cycle, &price)| i128::from(moves(cycle, price)).pow(2)).sum();
        let length = i128::from(above) * i128::from(parts);
        let length = i64::try_from(length / (i128::from(PARTS) * squares.max(1))).unwrap_or(i64::MAX).min(most);
        for (cycle, price) in &mut self.of {
            *price = price.saturating_sub(length.saturating_mul(moves(cycle, *price))).clamp(0, most);
        }
        squares > 0 && length > 0
    }

    /// Takes note of the cycles that an assignment goes round, a shortest one through each review that is on any.
    pub(super) fn meet(&mut self, problem: &Problem, rule: &Rule<'_>, assignment: &Assignment) {
        let mut graph = rule.clone();
        graph.put_all(assignment);
        for (student, submission) in rule.broken(assignment) {
            let Some(persons) = graph.cycle(student, submission) else { continue };
            let next = persons.iter().copied().cycle().skip(1);
            // The review itself, which could be left out; then those that make an arc which does not stand already.
            let arcs = persons.iter().copied().zip(next).skip(1);
            let others = arcs.filter(|(from, to)| !rule.arcs().out(*from).contains(to));
            let making = others.filter_map(|(from, to)| {
                let chosen = assignment.of(from as usize).iter().copied();
                let making = chosen.filter(|&other| problem.authors(other as usize).contains(&to));
                making.map(|other| (from, other)).find(|&(from, to)| problem.is_free(from as usize, to as usize))
            });
            let mut cycle: Vec<Pair> = making.chain([(student, submission)]).collect();
            cycle.sort_unstable();
            self.of.entry(cycle).or_insert(0);
        }
    }
}

/// How many pairs more an assignment could have of a cycle without going round; -1 where it does.
fn spare(cycle: &[Pair], assignment: &Assignment) -> i64 {
    let has = cycle.iter().filter(|&&(student, submission)| assignment.contains(student as usize, submission as usize));
    i64::from(index(cycle.len())) - 1 - i64::from(index(has.count()))
}

/// What all sums of scores have in common: they are a multiple of some number beside the sum of what is fixed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Grain {
    fixed: i64,
    step: i64,
}

impl Grain {
    pub(super) fn of(problem: &Problem) -> Self {
        let (mut fixed, mut step) = (0, 0);
        for (student, (submission, score)) in problem.pairs.scores.entries() {
            if problem.settled.is_fixed(student, submission as usize) {
                fixed += score;
            } else if problem.is_free(student, submission as usize) {
                step = divisor(step, score.abs());
            }
        }
        Self { fixed, step }
    }

    /// The greatest sum up to a bound.
    pub(super) fn down(self, bound: i64) -> i64 {
        if self.step == 0 { bound } else { self.fixed + (bound - self.fixed).div_euclid(self.step) * self.step }
    }
}

/// The greatest common divisor.
fn divisor(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
