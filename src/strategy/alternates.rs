//! Alternates: who could step in for each submission.

use alloc::vec::Vec;

use super::cycles::Rule;
use super::goals::counts;
use super::limits::Limits;
use super::matching::seeded_orders;
use super::parameter::{LIMIT, QUALITY};
use super::{Solution, by_name};
use crate::input::{CopyRule, Micros};
use crate::marginals::Marginals;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// For each submission up to `most` students who could review it beside the assignment, the best score first and then in
/// a seeded order; submissions in their order, those without any left out.
///
/// Each could step in alone: the pair is free, the student has no other copy of the work where that counts, and no
/// forbidden cycle is closed. A student stands by for no more submissions than the own maximum leaves room for; submissions
/// choose in turn, one alternate each, in another seeded order each time. O(n · m · log n).
///
/// Where the solution was drawn by lot with limits, a pair of probability x and limit q that was not drawn is a candidate
/// with probability (q − x)/(1 − x) only (q is that of the most likely pair where the limit was found for a quality), so that being assigned or standing by is no more likely than q together (S. Jecmen
/// and others, "Mitigating manipulation in peer review via randomized reviewer assignments", NeurIPS 2020).
#[must_use]
pub fn alternates(problem: &Problem, solution: &Solution, most: usize) -> Vec<(u32, Vec<u32>)> {
    let mut random = Random::new(solution.strategy.seed, Purpose::Alternates);
    let mut candidates = candidates(problem, solution, &mut random);
    let mut room = room(problem, solution);
    let mut chosen: Vec<Vec<u32>> = alloc::vec![Vec::new(); candidates.len()];
    let mut order: Vec<u32> = (0..index(candidates.len())).collect();
    for _ in 0..most.min(problem.students()) {
        random.shuffle(&mut order);
        let mut any = false;
        for &submission in &order {
            let waiting = &mut candidates[submission as usize];
            // The best stands last. Who has no room left will have none later.
            while let Some(student) = waiting.pop() {
                if room[student as usize] > 0 {
                    room[student as usize] -= 1;
                    chosen[submission as usize].push(student);
                    any = true;
                    break;
                }
            }
        }
        if !any {
            break;
        }
    }
    (0..).zip(chosen).filter(|(_, students)| !students.is_empty()).collect()
}

/// For each submission who could step in, the best last.
fn candidates(problem: &Problem, solution: &Solution, random: &mut Random) -> Vec<Vec<u32>> {
    let assignment = &solution.assignment;
    let lots = solution
        .marginals
        .as_ref()
        .filter(|_| by_name(&solution.strategy.name).is_some_and(|strategy| strategy.guarantees().by_lot));
    let parameters = &solution.strategy.parameters;
    let limit = match lots.filter(|_| parameters.contains_key(QUALITY.name)) {
        Some(marginals) => Some(most_likely(problem, marginals)),
        None => parameters.get(LIMIT.name).copied(),
    };
    let limits = Limits::new(limit);
    let mut rule = Rule::of(problem);
    if let Some(rule) = &mut rule {
        rule.put_all(assignment);
    }
    let (students, _) = seeded_orders(problem, solution.strategy.seed);
    let mut ranks = alloc::vec![0; students.len()];
    for (rank, &student) in (0_u32..).zip(&students) {
        ranks[student as usize] = rank;
    }
    let once = problem.policy.same_work_once == CopyRule::Once;
    let mut candidates = alloc::vec![Vec::new(); problem.submissions()];
    for student in 0..problem.students() {
        let own = assignment.of(student);
        for (submission, candidates) in candidates.iter_mut().enumerate() {
            let work = problem.work(submission);
            let has = |&other: &u32| other as usize == submission || (once && problem.work(other as usize) == work);
            if !problem.is_free(student, submission) || own.iter().any(has) {
                continue;
            }
            let offered = lots.is_none_or(|marginals| {
                let limit = u64::from(limits.of(problem, student, submission));
                let (whole, share) = (u64::from(marginals.whole()), u64::from(marginals.share(student, submission)));
                // (q − x) / (1 − x), in millionths of the whole.
                let left = (limit * whole).saturating_sub(share * CERTAIN);
                random.chance(left, (whole - share) * CERTAIN)
            });
            let (student, submission) = (index(student), index(submission));
            if offered && rule.as_mut().is_none_or(|rule| !rule.closes(student, submission)) {
                candidates.push(student);
            }
        }
    }
    for (submission, candidates) in candidates.iter_mut().enumerate() {
        let score = |student: u32| problem.score(student as usize, submission).unwrap_or(0);
        candidates.sort_by_cached_key(|&student| (score(student), core::cmp::Reverse(ranks[student as usize])));
    }
    candidates
}

/// How likely the most likely pair is of those that may be chosen: what a limit that was found for a quality comes to.
fn most_likely(problem: &Problem, marginals: &Marginals) -> Micros {
    let free = marginals.pairs().iter().filter(|&&(student, submission, _)| {
        problem.is_free(student as usize, submission as usize)
            && !problem.may_stay(student as usize, submission as usize)
    });
    let most = free.map(|&(.., share)| u64::from(share)).max().unwrap_or(0);
    Micros(i64::try_from(most * CERTAIN / u64::from(marginals.whole())).unwrap_or(i64::MAX))
}

/// Certainty, in millionths.
const CERTAIN: u64 = 1_000_000;

/// How many more reviews each student may give.
fn room(problem: &Problem, solution: &Solution) -> Vec<u64> {
    let (given, _) = counts(problem, &solution.assignment);
    let left = |(student, &given): (usize, &u32)| {
        problem.student_bound(student).max.map_or(u64::MAX, |max| max.saturating_sub(given.into()))
    };
    given.iter().enumerate().map(left).collect()
}

#[cfg(test)]
#[path = "alternates_tests.rs"]
mod tests;
