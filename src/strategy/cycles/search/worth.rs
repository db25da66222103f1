//! What an assignment reaches, and what none goes below.

use super::Search;
use super::prices::Prices;
use crate::assignment::Assignment;
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::strategy::bound::scores;
use crate::strategy::goals::{Aim, Objective, count_is_free, objective};

/// What an assignment reaches, goal by goal in the order of the goals.
pub(super) type Worth = [i128; 11];

/// The places of the sum of scores, below 0, and of the number of reviews where that comes after them.
pub(super) const SCORES: usize = 9;
const FEWEST: usize = 10;

impl Search<'_, '_> {
    /// What an assignment reaches.
    pub(super) fn worth(&self, assignment: &Assignment) -> Worth {
        let problem = self.problem;
        let free = count_is_free(problem, self.aim);
        let Objective {
            missing,
            missing_squares,
            count,
            received_squares,
            deletes,
            lost,
            given_squares,
            spread_squares,
        } = objective(problem, assignment);
        let scores = if self.aim == Aim::Affinity { scores(problem, assignment).into() } else { 0 };
        if self.aim == Aim::Count {
            let before = [missing.into(), missing_squares.into(), 0, deletes.into(), count.into()];
            return core::array::from_fn(|goal| before.get(goal).copied().unwrap_or(0));
        }
        let kept = problem.settled.movable.entries().filter(|&(i, j)| assignment.contains(i, j as usize)).count();
        [
            missing.into(),
            missing_squares.into(),
            if problem.asks_nothing() { -i128::from(index(kept)) } else { 0 },
            if free { 0 } else { count.into() },
            received_squares.into(),
            deletes.into(),
            lost.into(),
            if self.aim == Aim::Even { given_squares.into() } else { 0 },
            if self.aim == Aim::Even { spread_squares.into() } else { 0 },
            -scores,
            if free { count.into() } else { 0 },
        ]
    }

    /// What no assignment goes below that keeps the rule and has none of some pairs (sorted), given an optimum of those at
    /// some prices.
    pub(super) fn bound(&self, prices: &Prices, optimum: &Assignment, without: &[(u32, u32)]) -> Worth {
        let mut worth = self.worth(optimum);
        if !prices.are_zero() {
            let most = scores(self.problem, optimum) + prices.refund(optimum, without);
            worth[SCORES] = -i128::from(self.grain.down(most));
            worth[FEWEST] = worth[FEWEST].min(self.least.into());
        }
        worth
    }
}

/// The fewest reviews that meet the minima of either side, as far as those must be met.
pub(super) fn least(problem: &Problem) -> u64 {
    if problem.policy.shortfall == Shortfall::Partial {
        return 0;
    }
    let settled = &problem.settled;
    let students = (0..problem.students()).map(|i| problem.student_bound(i).min.max(settled.given[i].into()));
    let submissions =
        (0..problem.submissions()).map(|j| problem.submission_bound(j).min.max(settled.received[j].into()));
    students.sum::<u64>().max(submissions.sum())
}
