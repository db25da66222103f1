//! `random_limited`: an assignment drawn by lot in which no pair is more likely than its limit, of the greatest expected
//! sum of scores.
//!
//! S. Jecmen, H. Zhang, R. Liu, N. Shah, V. Conitzer and F. Fang, "Mitigating manipulation in peer review via randomized
//! reviewer assignments", NeurIPS 2020. The probabilities are an optimal flow in parts of a review ([`shares`](super::shares)),
//! and the lot gives each pair exactly its probability ([`lottery`](crate::flow)).

use alloc::string::String;

use super::limits::Limits;
use super::lots::{Wanted, by_lot, certain};
use super::parameter::LIMIT;
use super::shares::{Reward, Shares};
use super::{AssignError, Guarantees, Parameter, Run, Solution, Strategy, by_name};
use crate::certificate::Refutation;
use crate::input::Shortfall;
use crate::problem::Problem;

/// The greatest expected total score with no pair more likely than its limit.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomLimited;

impl Strategy for RandomLimited {
    fn name(&self) -> &'static str {
        "random_limited"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "drawn by lot, no pair more likely than its limit",
            complete: true,
            optimal: "all common goals, then the expected total score within the limits, exactly where rules are a network; \
                      the seed draws the lot",
            seeded: true,
            by_lot: true,
            greedy: true,
            complexity: "an optimal flow on the eligible pairs likely to matter, in parts of a review",
        }
    }

    fn parameters(&self) -> &'static [Parameter] {
        &[LIMIT]
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let limits = Limits::new(run.parameter(LIMIT.name));
        if !limits.bind(problem) {
            return certain(self.name(), problem, run);
        }
        let whole = limits.whole(problem);
        by_lot(
            self.name(),
            problem,
            limits,
            &|ground, run| {
                let score = |pair: usize, _| ground.pairs[pair].score;
                Shares::new(ground, limits, whole)?.greatest(&[Reward { width: whole, value: &score }], None, run)
            },
            Wanted::Total,
            run,
        )
    }
}

/// The proof that the limits of the strategy that a problem names leave no lottery over its valid assignments; none where it
/// draws no lots, or where some do.
///
/// # Errors
/// [`AssignError::Undecided`] where neither is found, and what ends any run.
pub(crate) fn refute_limits(problem: &Problem, run: &mut Run<'_>) -> Result<Option<Refutation>, AssignError> {
    let choice = problem.strategy();
    let limit = choice.parameters.get(LIMIT.name).copied();
    let by_lot = by_name(&choice.name).is_some_and(|strategy| strategy.guarantees().by_lot);
    if !by_lot || !Limits::new(limit).bind(problem) {
        return Ok(None);
    }
    run.parameters = limit.into_iter().map(|limit| (String::from(LIMIT.name), limit)).collect();
    match RandomLimited.assign(&problem.with_shortfall(Shortfall::Error), run) {
        Ok(_) => Ok(None),
        Err(AssignError::Infeasible(refutation)) => Ok(Some(*refutation)),
        Err(error) => Err(error),
    }
}
