//! `matching`: bipartite b-matching, most complete, then most even.

use alloc::vec::Vec;

use super::cycles::{Kept, Relax, finish};
use super::goals::Aim;
use super::network::Model;
use super::optimum::{Optimum, optimum};
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// The optimum of the common goals by one convex min-cost flow, ties broken by seed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Matching;

impl Strategy for Matching {
    fn name(&self) -> &'static str {
        "matching"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "bipartite b-matching: most complete, then most even",
            complete: true,
            optimal: "all common goals, exactly; the seed chooses among equals",
            seeded: true,
            by_lot: false,
            greedy: false,
            complexity: "O(d · E log n) for E eligible pairs and d different path costs",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        let kept = seeded_choice(seeded_optimum(problem, Aim::Even, run)?, Aim::Even, &even, run)?;
        Ok(Solution { bound: kept.bound, ..Solution::new(self.name(), run.seed, kept.assignment) })
    }
}

/// The optimum with students, submissions and pairs in a seeded order.
pub(super) fn seeded_optimum<'p>(
    problem: &'p Problem,
    aim: Aim,
    run: &mut Run<'_>,
) -> Result<Optimum<'p>, AssignError> {
    let (students, submissions) = seeded_orders(problem, run.seed);
    let mut candidates = Random::new(run.seed, Purpose::Candidates);
    let mut model = Model { aim, ..Model::new(problem, &students, &submissions, &mut candidates) };
    let mut random = Random::new(run.seed, Purpose::PairOrder);
    for pairs in &mut model.pairs {
        let start = random.index(pairs.len());
        pairs.rotate_left(start);
    }
    optimum(model, run)
}

/// All optima of strategies without a goal of their own.
pub(super) fn even<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    seeded_optimum(problem, Aim::Even, run)
}

/// One of the optimal assignments: the seed chooses among equals, then reciprocal reviews and cycles are seen to.
pub(super) fn seeded_choice(
    mut optimum: Optimum<'_>,
    aim: Aim,
    relax: &Relax<'_>,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    mix(&mut optimum, run)?;
    let start: &Relax<'_> = &|problem, run| {
        let mut optimum = relax(problem, run)?;
        mix(&mut optimum, run)?;
        Ok(optimum)
    };
    finish(optimum, aim, relax, start, run.seed, run)
}

fn mix(optimum: &mut Optimum<'_>, run: &mut Run<'_>) -> Result<(), AssignError> {
    let turns = 64.max(optimum.chosen().min(2_000));
    optimum.walk(turns, &mut Random::new(run.seed, Purpose::Walk), run)
}

/// All students and all submissions, each in a seeded order.
pub(super) fn seeded_orders(problem: &Problem, seed: u64) -> (Vec<u32>, Vec<u32>) {
    let mut students: Vec<u32> = (0..index(problem.students())).collect();
    let mut submissions: Vec<u32> = (0..index(problem.submissions())).collect();
    Random::new(seed, Purpose::StudentOrder).shuffle(&mut students);
    Random::new(seed, Purpose::SubmissionOrder).shuffle(&mut submissions);
    (students, submissions)
}
