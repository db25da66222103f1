//! What each submission has at stake: the scores of its fixed reviews, and those that can be chosen.

use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::flow::{ColumnNode, NONE, Trades};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::strategy::ground::Ground;

/// Whether the score of a submission counts: it is handed in and its maximum is not 0.
pub(in crate::strategy) fn counts(problem: &Problem, submission: usize) -> bool {
    problem.is_handed_in(submission) && problem.submission_bound(submission).max != Some(0)
}

/// The least sum of scores among the submissions that count; none where none does.
pub(crate) fn worst_off(problem: &Problem, assignment: &Assignment) -> Option<i64> {
    let mut sums = alloc::vec![0_i64; problem.submissions()];
    for (student, submission) in assignment.pairs() {
        sums[submission] += problem.score(student, submission).unwrap_or(0);
    }
    (0..problem.submissions()).filter(|&submission| counts(problem, submission)).map(|at| sums[at]).min()
}

/// Far above all sums of scores.
const APART: i64 = 1 << 50;

/// The submissions whose scores count, and what they have whatever is chosen.
pub(in crate::strategy) struct Stakes<'g, 'p> {
    pub(in crate::strategy) ground: &'g Ground<'p>,
    /// Right node -> its column.
    pub(in crate::strategy) columns: Vec<ColumnNode>,
    /// Right node -> the sum of the scores of its fixed reviews, far above all sums where it does not count.
    pub(in crate::strategy) standing: Vec<i64>,
    /// The least sum among the submissions that get nothing more, and one that has it.
    pub(in crate::strategy) settled: Option<(i64, u32)>,
}

impl<'g, 'p> Stakes<'g, 'p> {
    pub(in crate::strategy) fn new(ground: &'g Ground<'p>) -> Self {
        let (nodes, standing) = (&ground.nodes, ground.standing());
        let problem = nodes.problem;
        let settled = (0..index(problem.submissions()))
            .filter(|&submission| nodes.right_of[submission as usize] == NONE)
            .filter(|&submission| counts(problem, submission as usize))
            .map(|submission| (standing[submission as usize], submission))
            .min();
        // A node may ask for a review that it must not have: it does not count, and so is never the worst.
        let of = |&submission: &u32| {
            standing[submission as usize] + if counts(problem, submission as usize) { 0 } else { APART }
        };
        let standing = nodes.submissions.iter().map(of).collect();
        Self { ground, columns: ground.columns.clone(), standing, settled }
    }

    /// An assignment as what submissions trade.
    pub(in crate::strategy) fn trades(&self, units: &[u32]) -> Trades {
        let worth = self.ground.pairs.iter().map(|pair| pair.score).collect();
        let besides: Vec<_> = self.columns.iter().copied().zip(self.standing.iter().copied()).collect();
        Trades::new(&self.ground.program, units, worth, &besides)
    }

    /// What the submissions have after trades.
    pub(in crate::strategy) fn sums(&self, trades: &Trades) -> Vec<i64> {
        self.columns.iter().map(|&column| trades.sum(column)).collect()
    }

    /// What assignments are worth, from whether each pair is used: the sums, ascending; where `total` comes before the next
    /// worst, the worst sum and all of them first.
    pub(in crate::strategy) fn worth(&self, total: bool) -> impl Fn(&[bool]) -> (i64, i64, Vec<i64>) + 'static {
        let pairs: Vec<(u32, i64)> = self.ground.pairs.iter().map(|pair| (pair.right, pair.score)).collect();
        let standing = self.standing.clone();
        move |used| {
            let mut sums = standing.clone();
            for (&(right, score), _) in pairs.iter().zip(used).filter(|&(_, &used)| used) {
                sums[right as usize] += score;
            }
            sums.sort_unstable();
            let all = if total { sums.iter().sum() } else { 0 };
            (sums.first().copied().unwrap_or(0), all, sums)
        }
    }

    /// The units of all pairs.
    pub(in crate::strategy) fn units(&self, trades: &Trades) -> Vec<u32> {
        (0..self.ground.pairs.len()).map(|pair| trades.units(pair)).collect()
    }

    /// What a submission can have at most, each for itself, by right node.
    pub(in crate::strategy) fn alone(&self) -> Vec<i64> {
        let mut open: Vec<Vec<i64>> = alloc::vec![Vec::new(); self.columns.len()];
        let mut forced: Vec<(i64, u32)> = alloc::vec![(0, 0); self.columns.len()];
        for (place, pair) in self.ground.pairs.iter().enumerate() {
            let right = pair.right as usize;
            if self.ground.is_forced(place) {
                forced[right] = (forced[right].0 + pair.score, forced[right].1 + 1);
            } else if self.ground.program.window(place).max > 0 {
                open[right].push(pair.score);
            }
        }
        let mut alone = Vec::with_capacity(open.len());
        for (right, scores) in open.iter_mut().enumerate() {
            scores.sort_unstable_by_key(|&score| core::cmp::Reverse(score));
            let window = self.ground.program.column_window(self.columns[right]);
            let left = |bound: u32| bound.saturating_sub(forced[right].1) as usize;
            let taken = scores.iter().enumerate().take(left(window.max));
            let taken = taken.filter(|&(place, &score)| place < left(window.min) || score > 0);
            alone.push(self.standing[right] + forced[right].0 + taken.map(|(_, score)| score).sum::<i64>());
        }
        alone
    }
}
