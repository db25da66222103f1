//! `random`: a seeded draw among the optimal assignments.

use alloc::vec::Vec;

use super::candidates::ALL_PAIRS;
use super::cycles::finish;
use super::goals::Aim;
use super::ideal::{Component, Ideal};
use super::matching::{even, seeded_optimum};
use super::optimum::Optimum;
use super::pairing::Pairing;
use super::reciprocal::{Paired, fewer_both_ways, settles_reciprocal};
use super::regular::Uniform;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::assignment::Assignment;
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
            by_lot: false,
            greedy: false,
            complexity: "O(n + m + T) expected where free places can be paired at random, else as matching",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        run.report("pairing", 0, problem.students() as u64)?;
        let open = match drawn(problem, run.seed).map(Paired::Settled).or_else(|| paired(problem, run.seed)) {
            Some(Paired::Settled(assignment)) => return Ok(Solution::new(self.name(), run.seed, assignment)),
            Some(Paired::Open(assignment)) => Some(assignment),
            None => None,
        };
        let kept = finish(mixed(problem, run)?, Aim::Even, &even, &mixed, run.seed, run)?;
        let assignment = fewer_both_ways(problem, kept.assignment, open);
        Ok(Solution { bound: kept.bound, ..Solution::new(self.name(), run.seed, assignment) })
    }
}

/// One of the optima, after a walk over them.
fn mixed<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    let mut optimum = seeded_optimum(problem, Aim::Even, run)?;
    let turns = 64 + 4 * optimum.created();
    optimum.walk(turns, &mut Random::new(run.seed, Purpose::Walk), run)?;
    Ok(optimum)
}

/// The assignment by a random regular graph, where all are alike.
fn drawn(problem: &Problem, seed: u64) -> Option<Assignment> {
    let uniform = Uniform::of(problem)?;
    // Within bounds that leave a choice, uneven counts are as good; only the flow reaches those.
    if !uniform.covers_all && problem.students().saturating_mul(problem.submissions()) <= ALL_PAIRS {
        return None;
    }
    uniform.drawn(&mut Random::new(seed, Purpose::Regular))
}

/// The assignment by random pairing of ideal counts, where that works out.
fn paired(problem: &Problem, seed: u64) -> Option<Paired> {
    let mut remainder = Random::new(seed, Purpose::Remainder);
    let mut choose = |candidates: &mut [u32], count: usize| {
        for place in 0..count {
            candidates.swap(place, place + remainder.index(candidates.len() - place));
        }
    };
    let ideal = Ideal::of(problem, &mut choose)?;
    // Within bounds that leave a choice, uneven counts are as good; only the flow reaches those.
    if !ideal.covers_all(problem) && problem.students().saturating_mul(problem.submissions()) <= ALL_PAIRS {
        return None;
    }
    let mut random = Random::new(seed, Purpose::Pairing);
    let mut pairing = Pairing::new(problem, &ideal, |component: &Component| {
        let mut assets: Vec<u32> = Vec::new();
        for &(submission, count) in &component.receiving {
            assets.extend(core::iter::repeat_n(submission, count as usize));
        }
        random.shuffle(&mut assets);
        assets
    });
    if !pairing.repair_at_random(&mut random) {
        return None;
    }
    settles_reciprocal(&mut pairing, problem, seed)
}
