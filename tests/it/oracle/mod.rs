//! A second opinion on small problems: everything the contract says, by trying all assignments.
//!
//! Nothing here shares code with the library beyond [`peerplan::input`] and [`Id`](peerplan::Id). Read
//! `rules.rs` (pairs), `facts.rs` (what is settled) and `judge.rs` (one assignment) against the contract;
//! `search.rs` finds the best by their measure.

pub(crate) mod certificate;
pub(crate) mod facts;
pub(crate) mod judge;
pub(crate) mod rules;
mod search;
pub(crate) mod tests;

use std::collections::BTreeSet;

pub(crate) use facts::{Assignment, Facts};
use judge::Tally;
use search::{Cost, Search};

/// More optimal assignments than this are not listed.
const LISTED: usize = 50_000;

/// The goals every strategy shares, in order, and the evenness of given reviews.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Objective {
    pub(crate) missing: i64,
    pub(crate) missing_squares: i64,
    pub(crate) total: i64,
    /// 0 unless `balanced`.
    pub(crate) received_squares: i64,
    /// 0 unless `rebalance`.
    pub(crate) deletes: i64,
    pub(crate) gain: i64,
    /// The goal of strategies that have none of their own.
    pub(crate) given_squares: i64,
    /// The last goal of these; 0 unless works of several copies share bounds that are not `balanced`.
    pub(crate) spread_squares: i64,
}

/// What can be had at best.
#[derive(Debug, Clone)]
pub(crate) struct Optimum {
    pub(crate) objective: Objective,
    /// The assignments that have it.
    pub(crate) assignments: BTreeSet<Assignment>,
    /// Whether `assignments` are all there are.
    pub(crate) complete: bool,
    /// The fewest reciprocal pairs among them.
    pub(crate) reciprocal_pairs: usize,
}

impl Facts<'_> {
    /// How well a valid assignment does.
    pub(crate) fn objective(&self, result: &Assignment) -> Objective {
        let tally = self.counted(&self.tally(result));
        Objective {
            missing: tally.missing,
            missing_squares: tally.missing_squares,
            total: tally.total,
            received_squares: tally.received_squares,
            deletes: tally.deletes,
            gain: tally.gain,
            given_squares: tally.given_squares,
            spread_squares: tally.spread_squares,
        }
    }

    /// Leaves out what the policy does not count.
    fn counted(&self, tally: &Tally) -> Tally {
        let received_squares = if self.balanced() { tally.received_squares } else { 0 };
        let deletes = if self.counts_deletes() { tally.deletes } else { 0 };
        let spread_squares = if self.spreads_copies() { tally.received_squares } else { 0 };
        Tally { received_squares, deletes, spread_squares, ..*tally }
    }

    /// How many assignments are valid; the count stops at 2^64 − 1.
    pub(crate) fn count_valid(&self) -> u64 {
        Search::new(self).count_valid()
    }

    /// T: the fewest reviews, given the least missing, its spread, and the deletes that the hard rules force.
    fn fewest_reviews(&self, search: &Search<'_>) -> Option<i64> {
        let cost = |tally: &Tally| -> Cost {
            let tally = self.counted(tally);
            [tally.missing, tally.missing_squares, tally.deletes, tally.total, 0, 0, 0]
        };
        let found = search.best(None, &cost, 1)?;
        Some(self.tally(&found[0]).total)
    }

    /// The optimum of strategies without a goal of their own; `None` when no assignment is valid.
    pub(crate) fn optimum(&self) -> Option<Optimum> {
        let search = Search::new(self);
        let total = self.fewest_reviews(&search)?;
        let cost = |tally: &Tally| -> Cost {
            let tally = self.counted(tally);
            let Tally { missing, missing_squares, received_squares, deletes, gain, given_squares, .. } = tally;
            [missing, missing_squares, received_squares, deletes, -gain, given_squares, tally.spread_squares]
        };
        let found = search.best(Some(total), &cost, LISTED)?;
        let reciprocal_pairs = found.iter().map(|assignment| self.reciprocal_pairs(assignment)).min()?;
        Some(Optimum {
            objective: self.objective(&found[0]),
            complete: found.len() < LISTED,
            assignments: found.into_iter().collect(),
            reciprocal_pairs,
        })
    }

    /// The best that can be reached, at the number of reviews that is best of all, with a free pair chosen or not.
    pub(crate) fn optimum_with(&self, pair: &facts::Pair, chosen: bool) -> Option<Objective> {
        let total = self.fewest_reviews(&Search::new(self))?;
        let cost = |tally: &Tally| -> Cost {
            let Tally { missing, missing_squares, received_squares, deletes, gain, given_squares, .. } =
                self.counted(tally);
            [missing, missing_squares, received_squares, deletes, -gain, given_squares, 0]
        };
        let found = Search::new(self).settled(pair, chosen).best(Some(total), &cost, 1)?;
        Some(self.objective(&found[0]))
    }

    /// Whether a valid assignment has a free pair, or does without it.
    pub(crate) fn is_possible(&self, pair: &facts::Pair, chosen: bool) -> bool {
        Search::new(self).settled(pair, chosen).count_valid() > 0
    }

    /// The greatest total affinity in 10^-6 once the shared goals are met. With bounds on both sides the number of
    /// reviews is free, and small only among equal totals.
    pub(crate) fn greatest_affinity(&self) -> Option<(i64, Assignment)> {
        let best = self.of_greatest_affinity(1)?.pop()?;
        Some((self.tally(&best).affinity, best))
    }

    /// Up to so many of the assignments of the greatest total affinity.
    pub(crate) fn of_greatest_affinity(&self, most: usize) -> Option<Vec<Assignment>> {
        let search = Search::new(self);
        let total = if self.balanced() { Some(self.fewest_reviews(&search)?) } else { None };
        let cost = |tally: &Tally| -> Cost {
            let Tally { missing, missing_squares, received_squares, deletes, gain, affinity, total, .. } =
                self.counted(tally);
            [missing, missing_squares, received_squares, deletes, -gain, -affinity, total]
        };
        search.best(total, &cost, most)
    }

    /// The total scores of the submissions that may get something, ascending.
    pub(crate) fn sums(&self, result: &Assignment) -> Vec<i64> {
        let counted = self.rules.input.submissions.iter().filter(|submission| {
            self.rules.handed_in(submission) && self.rules.submission_bound(submission).max != Some(0)
        });
        let sum = |submission: &peerplan::input::Submission| {
            let of_it = result.iter().filter(|pair| pair.1 == submission.id);
            of_it.map(|(assessor, asset)| self.rules.score(assessor, asset).unwrap_or(0)).sum::<i64>()
        };
        let mut sums: Vec<i64> = counted.map(sum).collect();
        sums.sort_unstable();
        sums
    }

    /// The best of these once the shared goals are met: the worst, then the next worst, and so on. None where no
    /// assignment is valid, or too many are left.
    pub(crate) fn best_for_the_worst(&self) -> Option<Vec<i64>> {
        let search = Search::new(self);
        let total = self.fewest_reviews(&search)?;
        let cost = |tally: &Tally| -> Cost {
            let Tally { missing, missing_squares, received_squares, deletes, gain, .. } = self.counted(tally);
            [missing, missing_squares, received_squares, deletes, -gain, 0, 0]
        };
        let found = search.best(Some(total), &cost, LISTED)?;
        (found.len() < LISTED).then(|| found.iter().map(|result| self.sums(result)).max())?
    }
}
