//! What no assignment goes below: where rules are no network, what the optimum without these rules reaches.

use super::goals::{Aim, Objective, count_is_free, objective};
use crate::assignment::Assignment;
use crate::problem::Problem;

/// What no valid assignment goes below, goal by goal in their order, each only among those that reach the goals before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bound {
    /// The goals that all strategies share; 0 where a goal is not counted.
    pub goals: Objective,
    /// The sum of scores that none goes above, in units of 10^-6, from strategies that maximise it; fixed reviews count.
    pub scores: Option<i64>,
    /// What the worst-off submission has at most, in units of 10^-6, from strategies that raise it.
    pub worst: Option<i64>,
    /// Whether the assignment that the bound comes with reaches it, and so is proven to be best.
    pub reached: bool,
}

impl Bound {
    /// The bound beside an assignment that keeps all rules: what an optimum without some of them reaches, or what the
    /// assignment does itself where that is proven to be best. O(n + m + T log k).
    pub(super) fn new(problem: &Problem, aim: Aim, relaxed: &Assignment, kept: &Assignment, is_best: bool) -> Self {
        let scores = |assignment| (aim == Aim::Affinity).then(|| scores(problem, assignment));
        let of = |assignment| (shared(problem, aim, assignment), scores(assignment));
        let reached = of(kept);
        let (goals, scores) = if is_best { reached } else { of(relaxed) };
        Self { goals, scores, worst: None, reached: (goals, scores) == reached }
    }

    /// The bound of a strategy that meets the shared goals exactly, whatever else it is after.
    pub(super) fn met(problem: &Problem, aim: Aim, assignment: &Assignment) -> Self {
        Self::new(problem, aim, assignment, assignment, true)
    }

    /// The same with what the worst-off submission has at most beside what it has in the assignment.
    pub(super) fn with_worst(self, bound: i64, worst: i64) -> Self {
        Self { worst: Some(bound), reached: self.reached && worst >= bound, ..self }
    }

    /// The same where it is known besides that no assignment which reaches these goals has a greater sum of scores; that
    /// says nothing where the assignment itself does not reach them.
    pub(super) fn lowered(self, problem: &Problem, aim: Aim, most: Option<i64>, kept: &Assignment) -> Self {
        let Some((sum, most)) = self.scores.zip(most).filter(|_| shared(problem, aim, kept) == self.goals) else {
            return self;
        };
        let least = sum.min(most);
        Self { scores: Some(least), reached: least == scores(problem, kept), ..self }
    }
}

/// The sum of the scores of an assignment.
pub(crate) fn scores(problem: &Problem, assignment: &Assignment) -> i64 {
    assignment.pairs().map(|(student, submission)| problem.score(student, submission).unwrap_or(0)).sum()
}

/// What an assignment reaches of the goals that a strategy shares with the others; 0 for the rest.
pub(super) fn shared(problem: &Problem, aim: Aim, assignment: &Assignment) -> Objective {
    let reached = objective(problem, assignment);
    let Objective { missing, missing_squares, count, deletes, .. } = reached;
    match aim {
        Aim::Even => reached,
        Aim::Count => Objective {
            missing,
            missing_squares,
            count,
            received_squares: 0,
            deletes,
            lost: 0,
            given_squares: 0,
            spread_squares: 0,
        },
        Aim::Affinity | Aim::Own | Aim::Fewest | Aim::Face => {
            let count = if count_is_free(problem, aim) { 0 } else { count };
            Objective { count, given_squares: 0, spread_squares: 0, ..reached }
        }
    }
}
