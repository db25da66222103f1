//! `random_limited`: an assignment drawn by lot in which no pair is more likely than its limit, of the greatest expected
//! sum of scores.
//!
//! S. Jecmen, H. Zhang, R. Liu, N. Shah, V. Conitzer and F. Fang, "Mitigating manipulation in peer review via randomized
//! reviewer assignments", NeurIPS 2020. The probabilities are an optimal flow in parts of a review ([`shares`](super::shares)),
//! and the lot gives each pair exactly its probability ([`lottery`](crate::flow)).

use super::limits::Limits;
use super::lots::{Wanted, by_lot, certain};
use super::parameter::LIMIT;
use super::shares::{Reward, Shares};
use super::{AssignError, Guarantees, Parameter, Run, Solution, Strategy};
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
