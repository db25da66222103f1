//! `round_robin`: deterministic rotation.

use alloc::vec::Vec;

use super::cycles::finish;
use super::goals::Aim;
use super::ideal::{Component, Ideal};
use super::network::Model;
use super::optimum::{Optimum, optimum};
use super::pairing::Pairing;
use super::reciprocal::{Paired, fewer_both_ways, settles_reciprocal};
use super::regular::Uniform;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::input::Relation;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

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
            by_lot: false,
            greedy: false,
            complexity: "O(n + m + T) where rotation reaches the optimum, else as matching",
        }
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        run.report("rotation", 0, problem.students() as u64)?;
        let uniform = Uniform::of(problem).and_then(|uniform| uniform.rotated());
        let open = match uniform.map(Paired::Settled).or_else(|| rotated(problem)) {
            Some(Paired::Settled(assignment)) => return Ok(Solution::new(self.name(), run.seed, assignment)),
            Some(Paired::Open(assignment)) => Some(assignment),
            None => None,
        };
        let kept = finish(nearest(problem, run)?, Aim::Even, &nearest, &nearest, 0, run)?;
        let assignment = fewer_both_ways(problem, kept.assignment, open);
        Ok(Solution { bound: kept.bound, ..Solution::new(self.name(), run.seed, assignment) })
    }
}

/// The optimum in which everybody reviews those who come next, as far as the flow lets them.
fn nearest<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    let students: Vec<u32> = (0..index(problem.students())).collect();
    let submissions: Vec<u32> = (0..index(problem.submissions())).collect();
    let mut model = Model::new(problem, &students, &submissions, &mut Random::new(0, Purpose::Candidates));
    let ring = Ring::by_person(problem);
    for (left, pairs) in model.pairs.iter_mut().enumerate() {
        // Nearest in the ring first, so that the flow rotates as far as the rules let it.
        let here = ring.of_student[model.students[left] as usize];
        pairs.sort_by_key(|pair| {
            let there = ring.of_submission[model.submissions[pair.right as usize] as usize];
            if there > here { there - here } else { there + ring.length - here }
        });
    }
    optimum(model, run)
}

/// Everybody's place in a ring; a submission stands where its first listed author does.
struct Ring {
    of_student: Vec<u32>,
    of_submission: Vec<u32>,
    length: u32,
}

impl Ring {
    /// Students in canonical order, then the submissions without a listed author.
    fn by_person(problem: &Problem) -> Self {
        Self::of(problem, (0..index(problem.students())).collect())
    }

    /// The same with students who share a group (the first of each) side by side; also the longest such block.
    fn by_block(problem: &Problem) -> Option<(Self, u32)> {
        let dimension = problem.dimensions.iter().find(|dimension| dimension.relation == Relation::Different)?;
        let block = |student: &u32| dimension.students.row(*student as usize).first().map_or(u32::MAX, |&value| value);
        let mut order: Vec<u32> = (0..index(problem.students())).collect();
        order.sort_by_key(block);
        let longest = order.chunk_by(|a, b| block(a) != u32::MAX && block(a) == block(b)).map(<[u32]>::len).max()?;
        let mut of_student = alloc::vec![0; order.len()];
        for (place, student) in order.into_iter().enumerate() {
            of_student[student as usize] = index(place);
        }
        Some((Self::of(problem, of_student), index(longest)))
    }

    fn of(problem: &Problem, of_student: Vec<u32>) -> Self {
        let n = index(problem.students());
        let mut beyond = n;
        let of_submission = (0..problem.submissions()).map(|submission| {
            let author = problem.people.own_authors.row(submission).iter().find(|&&person| person < n);
            author.map_or_else(
                || {
                    beyond += 1;
                    beyond - 1
                },
                |&author| of_student[author as usize],
            )
        });
        let of_submission = of_submission.collect();
        Self { of_student, of_submission, length: beyond }
    }
}

/// A rotation: in the k-th round (from 0) everybody reviews whoever stands `first + k · step` places on.
struct Rotation<'r> {
    ring: &'r Ring,
    first: usize,
    step: usize,
}

impl Rotation<'_> {
    /// Pairs the places of a component: its rounds one after the other, each against the next stretch of the
    /// submissions that still receive something, shifted.
    fn arrange(&self, component: &Component) -> Vec<u32> {
        // In the order of the ring: where the places of a student begin, and how many there are.
        let mut giving: Vec<(u32, usize, u32)> = Vec::with_capacity(component.giving.len());
        let mut places = 0;
        for &(student, count) in &component.giving {
            giving.push((self.ring.of_student[student as usize], places, count));
            places += count as usize;
        }
        giving.sort_unstable();
        let mut receiving = component.receiving.clone();
        receiving.sort_by_key(|&(submission, _)| (self.ring.of_submission[submission as usize], submission));
        let stretch = levels(&receiving, places);
        let mut assets = alloc::vec![0; places];
        let mut done = 0;
        for round in 0.. {
            giving.retain(|&(_, _, count)| count > round);
            if giving.is_empty() {
                break;
            }
            let round = round as usize;
            let shift = (self.first + self.step * round) % giving.len();
            let (ahead, begin) = giving.split_at(giving.len() - shift);
            for (&(_, first, _), &asset) in begin.iter().chain(ahead).zip(&stretch[done..]) {
                assets[first + round] = asset;
            }
            done += giving.len();
        }
        assets
    }
}

/// Each submission once for its first review, then each with a second review once, and so on.
fn levels(receiving: &[(u32, u32)], capacity: usize) -> Vec<u32> {
    let mut stretch = Vec::with_capacity(capacity);
    for level in 0.. {
        let before = stretch.len();
        stretch.extend(receiving.iter().filter(|&&(_, count)| count > level).map(|&(submission, _)| submission));
        if stretch.len() == before {
            break;
        }
    }
    stretch
}

/// The assignment by rotation, where that reaches the ideal counts.
fn rotated(problem: &Problem) -> Option<Paired> {
    // The first in canonical order get one more where counts cannot be equal.
    let ideal = Ideal::of(problem, &mut |_, _| {})?;
    let (person, block) = (Ring::by_person(problem), Ring::by_block(problem));
    let mut rotations = alloc::vec![Rotation { ring: &person, first: 1, step: 1 }];
    if let Some((ring, longest)) = &block {
        let first = *longest as usize;
        rotations.push(Rotation { ring, first, step: 1 });
        rotations.push(Rotation { ring, first, step: first });
    }
    let mut best: Option<(Vec<u32>, Pairing<'_>)> = None;
    for rotation in rotations {
        let pairing = Pairing::new(problem, &ideal, |component| rotation.arrange(component));
        let conflicts = pairing.conflicts();
        let done = conflicts.is_empty();
        if best.as_ref().is_none_or(|(least, _)| conflicts.len() < least.len()) {
            best = Some((conflicts, pairing));
        }
        if done {
            break;
        }
    }
    let (conflicts, mut pairing) = best?;
    if !pairing.repair_in_order(conflicts) {
        return None;
    }
    settles_reciprocal(&mut pairing, problem, 0)
}
