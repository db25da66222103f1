//! From a cut of the network to a certificate in terms of the problem.

use alloc::vec::Vec;

use super::goals::Goals;
use super::network::Model;
use crate::certificate::{CutSide, Infeasible};
use crate::flow;
use crate::id::Id;
use crate::input::CopyRule;
use crate::problem::{Problem, WorkMust};

/// The certificate of a problem without a valid assignment, if it is one.
pub(crate) fn find_cut(problem: &Problem) -> Option<Infeasible> {
    let students: Vec<u32> = (0..crate::problem::rows::index(problem.students())).collect();
    let submissions: Vec<u32> = (0..crate::problem::rows::index(problem.submissions())).collect();
    cut_of(&Model::nodes(problem, &students, &submissions).with_all_pairs())
}

/// The certificate of a model whose minima cannot all be met.
pub(super) fn certificate(model: &Model<'_>) -> Infeasible {
    cut_of(model).expect("minima that cannot be met have a cut")
}

fn cut_of(model: &Model<'_>) -> Option<Infeasible> {
    let network = model.network::<i64>(&Goals::compose(&[], &model.sizes()));
    let cut = network.cut()?;
    let problem = model.problem;
    // Students who can give nothing more limit the most as members; submissions that can receive nothing more, outside.
    let mut in_students = alloc::vec![true; problem.students()];
    let mut in_submissions = alloc::vec![false; problem.submissions()];
    let (side, named) = match cut.side {
        flow::CutSide::Right => (CutSide::Submissions, true),
        // The contract names the students and submissions on the other side of this cut.
        flow::CutSide::Left => (CutSide::Students, false),
    };
    for &student in &model.students {
        in_students[student as usize] = !named;
    }
    for &submission in &model.submissions {
        in_submissions[submission as usize] = !named;
    }
    for &left in &cut.left {
        in_students[model.students[left as usize] as usize] = named;
    }
    for &right in &cut.right {
        in_submissions[model.submissions[right as usize] as usize] = named;
    }
    Some(weigh(problem, side, &in_students, &in_submissions))
}

/// Counts what a cut asks for and what there is, over all pairs of the problem.
fn weigh(problem: &Problem, side: CutSide, in_students: &[bool], in_submissions: &[bool]) -> Infeasible {
    let students = (0..problem.students()).filter(|&student| in_students[student]);
    let submissions = (0..problem.submissions()).filter(|&submission| in_submissions[submission]);
    let (mut required, mut available) = (0_u64, 0_u64);
    match side {
        CutSide::Submissions => {
            for submission in submissions.clone() {
                required += submission_min(problem, submission);
            }
            for student in students.clone() {
                available = available.saturating_add(student_max(problem, student));
            }
            required = required.saturating_sub(musts_into(problem, in_submissions));
        }
        CutSide::Students => {
            for student in (0..problem.students()).filter(|&student| !in_students[student]) {
                required += student_min(problem, student);
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
