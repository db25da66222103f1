//! From a cut of the network to a certificate in terms of the problem.

use alloc::vec::Vec;

use super::goals::Goals;
use super::network::Model;
use crate::certificate::{CutSide, Infeasible};
use crate::flow;
use crate::id::Id;
use crate::input::CopyRule;
use crate::problem::{Problem, WorkMust};

/// The certificate of a model whose minima cannot all be met.
///
/// A cut of the listed pairs need not be one of all pairs: pairs that cross it are added until it holds.
pub(super) fn certificate(model: &mut Model<'_>) -> Infeasible {
    loop {
        let goals = Goals::compose(&[], &model.sizes());
        let cut = model.network::<i64>(&goals).cut().expect("minima that cannot be met have a cut");
        let (side, students, submissions) = members(model, &cut);
        let certificate = weigh(model.problem, side, &students, &submissions);
        if certificate.required > certificate.available {
            return certificate;
        }
        model.add_crossing(&students, &submissions);
    }
}

/// The certificate that a cut among the nodes of a model comes to, if it holds for all pairs of the problem.
pub(super) fn certified(nodes: &Model<'_>, cut: &flow::Cut) -> Option<Infeasible> {
    let (side, students, submissions) = members(nodes, cut);
    let certificate = weigh(nodes.problem, side, &students, &submissions);
    (certificate.required > certificate.available).then_some(certificate)
}

/// The students and submissions that a certificate names for a cut.
fn members(model: &Model<'_>, cut: &flow::Cut) -> (CutSide, Vec<bool>, Vec<bool>) {
    let problem = model.problem;
    let (side, named) = match cut.side {
        flow::CutSide::Right => (CutSide::Submissions, true),
        // A certificate names the students and submissions on the other side of this cut.
        flow::CutSide::Left => (CutSide::Students, false),
    };
    // Submissions that can receive nothing more bound the cut outside it, and students who can give nothing more
    // inside it; they are named only where they have a free pair that would count otherwise.
    let mut submissions = alloc::vec![false; problem.submissions()];
    for &submission in &model.submissions {
        submissions[submission as usize] = !named;
    }
    for &right in &cut.right {
        submissions[model.submissions[right as usize] as usize] = named;
    }
    let mut students = alloc::vec![false; problem.students()];
    let members: Vec<usize> = (0..problem.submissions()).filter(|&submission| submissions[submission]).collect();
    let mut open = alloc::vec![false; problem.students()];
    for &student in &model.students {
        open[student as usize] = true;
        students[student as usize] = !named;
    }
    for student in (0..problem.students()).filter(|&student| !open[student]) {
        students[student] = members.iter().any(|&submission| problem.is_free(student, submission));
    }
    for &left in &cut.left {
        students[model.students[left as usize] as usize] = named;
    }
    (side, students, submissions)
}

/// Counts what a cut asks for and what there is, over all pairs of the problem.
fn weigh(problem: &Problem, side: CutSide, in_students: &[bool], in_submissions: &[bool]) -> Infeasible {
    let students = (0..problem.students()).filter(|&student| in_students[student]);
    let submissions = (0..problem.submissions()).filter(|&submission| in_submissions[submission]);
    let (mut required, mut available) = (0_u64, 0_u64);
    match side {
        CutSide::Submissions => {
            for submission in submissions.clone() {
                required = required.saturating_add(submission_min(problem, submission));
            }
            for student in students.clone() {
                available = available.saturating_add(student_max(problem, student));
            }
            required = required.saturating_sub(musts_into(problem, in_submissions));
        }
        CutSide::Students => {
            for student in (0..problem.students()).filter(|&student| !in_students[student]) {
                required = required.saturating_add(student_min(problem, student));
            }
            for submission in (0..problem.submissions()).filter(|&submission| !in_submissions[submission]) {
                available = available.saturating_add(submission_max(problem, submission));
            }
            available = available.saturating_sub(musts_beside(problem, in_submissions));
        }
    }
    for student in (0..problem.students()).filter(|&student| !in_students[student]) {
        available = available.saturating_add(crossing(problem, student, submissions.clone()));
    }
    let students: Vec<Id> = students.map(|student| problem.student_id(student).clone()).collect();
    let submissions: Vec<Id> = submissions.map(|submission| problem.submission_id(submission).clone()).collect();
    Infeasible { side, students, submissions, required, available }
}

/// The free pairs of a student with some submissions; copies of one work count once where they do.
fn crossing(problem: &Problem, student: usize, submissions: impl Iterator<Item = usize>) -> u64 {
    let once = problem.policy.same_work_once == CopyRule::Once;
    let mut works: Vec<u32> = Vec::new();
    for submission in submissions {
        let work = problem.people.work_of[submission];
        if problem.is_free(student, submission) && !(once && has_must(problem, student, work)) {
            works.push(work);
        }
    }
    if once {
        works.sort_unstable();
        works.dedup();
        return works.len() as u64;
    }
    // A must on one of several copies takes one of the student's pairs with the work.
    let taken = problem.settled.work_musts.iter().filter(|must| must.student as usize == student);
    let taken = taken.filter(|must| works.contains(&must.work)).count();
    (works.len() - taken) as u64
}

fn has_must(problem: &Problem, student: usize, work: u32) -> bool {
    let must = WorkMust { student: crate::problem::rows::index(student), work };
    problem.settled.work_musts.binary_search(&must).is_ok()
}

/// Musts for which several copies would do, with a copy among the given submissions.
fn musts_into(problem: &Problem, submissions: &[bool]) -> u64 {
    let meets = |must: &&WorkMust| {
        let copies = problem.people.copies.row(must.work as usize).iter();
        copies.copied().any(|copy| submissions[copy as usize] && problem.eligible(must.student as usize, copy as usize))
    };
    problem.settled.work_musts.iter().filter(meets).count() as u64
}

/// Musts for which several copies would do, none of them among the given submissions.
fn musts_beside(problem: &Problem, submissions: &[bool]) -> u64 {
    problem.settled.work_musts.len() as u64 - musts_into(problem, submissions)
}

fn fixed_given(problem: &Problem, student: usize) -> u64 {
    let open = problem.settled.work_musts.iter().filter(|must| must.student as usize == student).count();
    u64::from(problem.settled.given[student]) + open as u64
}

fn student_min(problem: &Problem, student: usize) -> u64 {
    problem.student_bound(student).min.saturating_sub(fixed_given(problem, student))
}

/// What a student may still give: the remaining maximum, or all there is without one.
fn student_max(problem: &Problem, student: usize) -> u64 {
    match problem.student_bound(student).max {
        Some(max) => max.saturating_sub(fixed_given(problem, student)),
        None => u64::MAX,
    }
}

fn submission_min(problem: &Problem, submission: usize) -> u64 {
    problem.submission_bound(submission).min.saturating_sub(u64::from(problem.settled.received[submission]))
}

fn submission_max(problem: &Problem, submission: usize) -> u64 {
    match problem.submission_bound(submission).max {
        Some(max) => max.saturating_sub(u64::from(problem.settled.received[submission])),
        None => u64::MAX,
    }
}
