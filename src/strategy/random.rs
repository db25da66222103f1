//! `random`: a seeded draw among the optimal assignments.

use super::matching::seeded_optimum;
use super::reciprocal::fewer_reciprocal;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::problem::Problem;
use crate::random::{Purpose, Random};

/// A seeded draw: on a symmetric problem every eligible pair is equally likely.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomAssignment;

impl Strategy for RandomAssignment {
    fn name(&self) -> &'static str {
        "random"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "a seeded draw among the best assignments",
            complete: true,
            optimal: "all common goals, exactly; on a symmetric problem every eligible pair is equally likely",
            seeded: true,
            complexity: "O(n + m + T) expected where free places can be paired at random, else as matching",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let mut optimum = seeded_optimum(problem, run)?;
        let turns = 64 + 4 * optimum.chosen();
        optimum.walk(turns, &mut Random::new(run.seed, Purpose::Walk), run)?;
        fewer_reciprocal(optimum, run.seed, run)
    }
}
