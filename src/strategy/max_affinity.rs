//! `max_affinity`: the greatest sum of scores (the paper-reviewer assignment of L. Charlin and R. Zemel, "The Toronto
//! Paper Matching System", ICML workshop on peer reviewing, 2013).
//!
//! The goals before the scores come to bounds, by numbers alone or by a flow; within these the engine for weighted
//! b-matching finds the greatest sum and proves it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::duals::{face, proof, worthless};
use super::goals::{Aim, count_is_free};
use super::ground::Ground;
use super::ideal::numbers_decide;
use super::infeasible::certified;
use super::matching::{seeded_choice, seeded_optimum, seeded_orders};
use super::network::Model;
use super::optimum::{Optimum, optimum};
use super::room::Room;
use super::scores::{Hindrance, Solved, solve};
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::certificate::{Certificate, Refutation};
use crate::input::Shortfall;
use crate::problem::Problem;

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
            by_lot: false,
            greedy: true,
            complexity: "near-linear in the eligible pairs, after the flow of matching where the goals before the \
                         scores do not come to bounds by numbers alone",
        }
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let (optimum, certificate) = best(problem, run)?;
        let kept = seeded_choice(optimum, Aim::Affinity, &greatest_sums, run)?;
        let certificate = certificate.filter(|_| problem.longest_forbidden().is_none());
        Ok(Solution { certificate, bound: kept.bound, ..Solution::new(self.name(), run.seed, kept.assignment) })
    }
}

/// All assignments of the greatest sum of scores.
fn greatest_sums<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    best(problem, run).map(|(optimum, _)| optimum)
}

/// The same, with the proof where there is one.
fn best<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<(Optimum<'p>, Option<Certificate>), AssignError> {
    if !problem.panels.is_empty() {
        return Ok((best_panels(problem, run)?, None));
    }
    if problem.pairs.scores.values().iter().all(|&(_, score)| score == 0) {
        // The shared goals decide, on the few pairs that they need.
        let certificate =
            (proves(problem) && numbers_decide(problem)).then(|| Certificate::Optimal(worthless(problem)));
        return Ok((seeded_optimum(problem, Aim::Fewest, run)?, certificate));
    }
    let (students, submissions) = seeded_orders(problem, run.seed);
    let nodes = Model { aim: Aim::Affinity, ..Model::nodes(problem, &students, &submissions) };
    let (room, solved) = greatest(&nodes, run)?;
    let proven = proves(problem) && room.has_all();
    let certificate = if proven { proof(&nodes, &solved).map(Certificate::Optimal) } else { None };
    Ok((optimum(face(&nodes, &room, &solved), run)?, certificate))
}

/// The same under rules on panels: of all that meet the shared goals, those of the greatest sum, and of these the fewest.
fn best_panels<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    let ground = Ground::by_stages(problem, Aim::Affinity, run.seed, None, run)?;
    let scores: Vec<i64> = ground.pairs.iter().map(|pair| pair.score).collect();
    let greatest = ground.among_greatest("matching scores", |pair| scores[pair], run)?;
    greatest.among_greatest("matching scores", |_| -1, run)?.into_optimum(run)
}

/// The greatest sum of scores, and among what.
fn greatest(nodes: &Model<'_>, run: &mut Run<'_>) -> Result<(Room, Solved), AssignError> {
    let problem = nodes.problem;
    if let Some(room) = Room::by_numbers(nodes) {
        match solve(nodes, &room, run) {
            Ok(solved) => return Ok((room, solved)),
            Err(Hindrance::Run(error)) => return Err(error),
            // Bounds that are stated refute the problem; those that would be ideal only themselves.
            Err(Hindrance::Cut(cut)) => {
                let stated = count_is_free(problem, Aim::Affinity) && problem.policy.shortfall == Shortfall::Error;
                if let Some(certificate) = stated.then(|| certified(nodes, &cut)).flatten() {
                    return Err(AssignError::Infeasible(Box::new(Refutation::Cut(certificate))));
                }
            }
        }
    }
    let room = Room::by_flow(nodes, run)?;
    match solve(nodes, &room, run) {
        Ok(solved) => Ok((room, solved)),
        Err(Hindrance::Run(error)) => Err(error),
        Err(Hindrance::Cut(_)) => unreachable!("the flow keeps the bounds that it tells"),
    }
}

/// Whether the contract knows a proof of optimality for a problem that comes to bounds.
pub(super) fn proves(problem: &Problem) -> bool {
    let bounds = count_is_free(problem, Aim::Affinity) && problem.policy.shortfall == Shortfall::Error;
    let simple = problem.policy.reviews_per_work.is_none() && problem.policy.panel.is_empty();
    bounds && simple && !problem.pairs.should_rules
}
