//! `round_robin`: deterministic rotation.

use alloc::vec::Vec;

use super::network::Model;
use super::optimum::optimum;
use super::reciprocal::fewer_reciprocal;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::problem::Problem;
use crate::problem::rows::index;

/// Everybody reviews those who come next in the ring; the plain cyclic shift when no rule bites.
#[derive(Debug, Clone, Copy, Default)]
pub struct RoundRobin;

impl Strategy for RoundRobin {
    fn name(&self) -> &'static str {
        "round_robin"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "deterministic rotation: everybody reviews those who come next",
            complete: true,
            optimal: "all common goals, exactly; the plain cyclic shift when no rule bites",
            seeded: false,
            complexity: "O(n + m + T) where rotation reaches the optimum, else as matching",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let students: Vec<u32> = (0..index(problem.students())).collect();
        let submissions: Vec<u32> = (0..index(problem.submissions())).collect();
        let model = Model::nodes(problem, &students, &submissions).with_all_pairs();
        fewer_reciprocal(optimum(model, run)?, 0, run)
    }
}
