//! `max_affinity`: the greatest sum of scores (the paper-reviewer assignment of L. Charlin and R. Zemel, "The Toronto
//! Paper Matching System", ICML workshop on peer reviewing, 2013).
//!
//! Where the shared goals come to bounds on both sides, the engine for weighted b-matching solves the problem and
//! proves it; else one flow composes all goals.

use super::bounded::by_bounds;
use super::goals::Aim;
use super::matching::{seeded_choice, seeded_orders};
use super::network::Model;
use super::optimum::optimum;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::problem::Problem;
use crate::random::{Purpose, Random};

/// The greatest total score, ties broken by seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct MaxAffinity;

impl Strategy for MaxAffinity {
    fn name(&self) -> &'static str {
        "max_affinity"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "the greatest sum of scores",
            complete: true,
            optimal: "all common goals, then the total score, exactly and with a certificate; where both sides have \
                      bounds it may use the room up to the maxima; the seed chooses among equals",
            seeded: true,
            complexity: "near-linear in the eligible pairs where bounds alone decide; else O(d · E log n) for E pairs \
                         and d different path costs",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let (students, submissions) = seeded_orders(problem, run.seed);
        let nodes = Model { aim: Aim::Affinity, ..Model::nodes(problem, &students, &submissions) };
        let (model, certificate) = match by_bounds(&nodes, run)? {
            Some(solved) => solved,
            None => {
                let mut candidates = Random::new(run.seed, Purpose::Candidates);
                (Model::aiming_at_scores(problem, &students, &submissions, &mut candidates), None)
            }
        };
        let assignment = seeded_choice(optimum(model, run)?, run)?;
        Ok(Solution { certificate, ..Solution::new(self.name(), run.seed, assignment) })
    }
}
