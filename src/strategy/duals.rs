//! What duals tell: all assignments of the greatest sum of scores, and the proof that there is no greater one.

use alloc::vec::Vec;

use super::goals::Aim;
use super::network::{Model, Pair, WorkWindow};
use super::room::Room;
use super::scores::Solved;
use crate::certificate::{Dual, Optimal, WorkDual};
use crate::flow::Window;
use crate::problem::Problem;

/// The assignments of the greatest sum of scores as a model of their own: the pairs that the duals leave open, and those
/// that they or the goals before demand.
///
/// By complementary slackness every optimal matching has each pair of weight above the sum of its duals, none below; and
/// at a node or a work with a dual that is not 0 as many as its window allows for on that side. A pair that is demanded
/// gains.
pub(super) fn face<'p>(nodes: &Model<'p>, room: &Room, solved: &Solved) -> Model<'p> {
    let mut model = Model { aim: Aim::Face, count: room.count, works: room.works.clone(), ..nodes.clone() };
    let sides = [
        (&mut model.left, &room.left, &solved.left),
        (&mut model.right, &room.right, &solved.right),
        (&mut model.groups, &room.groups, &solved.groups),
    ];
    for (side, windows, duals) in sides {
        for ((node, &window), &dual) in side.iter_mut().zip(windows).zip(duals) {
            let Window { min, max } = closed(window, dual);
            (node.min, node.max) = (min, max);
        }
    }
    let of_solved = solved.works.iter().map(|&(of, dual)| WorkWindow { window: closed(of.window, dual), ..of });
    model.works.extend(of_solved);
    // Of two windows of one work the later one holds.
    model.works.sort_by_key(|of| (of.left, of.work));
    model.works.dedup_by(|later, kept| {
        let same = (later.left, later.work) == (kept.left, kept.work);
        if same {
            *kept = *later;
        }
        same
    });
    let pair = |right: u32, gain: i64| Pair { right, movable: false, gain };
    model.pairs = (0..room.left.len())
        .map(|left| {
            let mut pairs: Vec<Pair> = room.forced_of(left).map(|right| pair(right, 1)).collect();
            solved.each_slack(nodes, left, |right, slack| {
                if slack >= 0 {
                    pairs.push(pair(right, i64::from(slack > 0)));
                }
            });
            pairs.sort_unstable_by_key(|pair| pair.right);
            pairs
        })
        .collect();
    model
}

/// A window under a dual: the maximum binds where it is above 0, the minimum where it is below.
fn closed(window: Window, dual: i128) -> Window {
    match dual.signum() {
        1 => Window::exactly(window.max),
        -1 => Window::exactly(window.min),
        _ => window,
    }
}

/// The proof where no pair has a score: nobody and nothing is worth anything.
pub(super) fn worthless(problem: &Problem) -> Optimal {
    by_id(problem, &alloc::vec![0; problem.students()], &alloc::vec![0; problem.submissions()])
}

/// The duals of all students and submissions.
pub(super) fn by_id(problem: &Problem, u: &[i64], v: &[i64]) -> Optimal {
    let student = |(student, &value)| Dual { id: problem.student_id(student).clone(), value };
    let submission = |(submission, &value)| Dual { id: problem.submission_id(submission).clone(), value };
    Optimal {
        student_duals: u.iter().enumerate().map(student).collect(),
        submission_duals: v.iter().enumerate().map(submission).collect(),
        ..Optimal::default()
    }
}

/// Duals of students and submissions that were no part of what was solved, because nothing is left of their bounds: as
/// great as any of their pairs asks for.
pub(super) fn close(
    problem: &Problem,
    score: impl Fn(usize, usize) -> i64,
    (u, v): (&mut [i64], &mut [i64]),
    open: (&[bool], &[bool]),
) {
    for submission in (0..problem.submissions()).filter(|&submission| !open.1[submission]) {
        let students = (0..problem.students()).filter(|&student| open.0[student]);
        let asked = students.filter(|&student| problem.is_free(student, submission));
        v[submission] = asked.map(|student| score(student, submission) - u[student]).fold(0, i64::max);
    }
    for student in (0..problem.students()).filter(|&student| !open.0[student]) {
        let asked = (0..problem.submissions()).filter(|&submission| problem.is_free(student, submission));
        u[student] = asked.map(|submission| score(student, submission) - v[submission]).fold(0, i64::max);
    }
}

/// The duals by student and submission, where they fit into 64 bits. Those without room are no part of what was solved:
/// a dual as great as any of their pairs asks for costs nothing there.
pub(super) fn proof(nodes: &Model<'_>, solved: &Solved) -> Option<Optimal> {
    let problem = nodes.problem;
    let score = |student: usize, submission: usize| problem.score(student, submission).unwrap_or(0);
    let narrow = |dual: i128| i64::try_from(dual).ok();
    let (mut u, mut v) = (alloc::vec![0_i64; problem.students()], alloc::vec![0_i64; problem.submissions()]);
    let mut open = (alloc::vec![false; problem.students()], alloc::vec![false; problem.submissions()]);
    for (&student, &dual) in nodes.students.iter().zip(&solved.left) {
        (u[student as usize], open.0[student as usize]) = (narrow(dual)?, true);
    }
    for (&submission, &dual) in nodes.submissions.iter().zip(&solved.right) {
        (v[submission as usize], open.1[submission as usize]) = (narrow(dual)?, true);
    }
    close(problem, score, (&mut u, &mut v), (&open.0, &open.1));
    // A work with a dual below 0 is not chosen, and 0 proves as much: its pairs are worth less than the other duals.
    let work = |&(of, dual): &(WorkWindow, i128)| {
        let assessor_id = problem.student_id(nodes.students[of.left as usize] as usize).clone();
        Some(WorkDual { assessor_id, work_id: problem.people.work_ids.get(&of.work)?.clone(), value: narrow(dual)? })
    };
    Some(Optimal {
        objective_units: narrow(solved.objective)?,
        work_duals: solved.works.iter().filter(|&&(_, dual)| dual > 0).map(work).collect::<Option<_>>()?,
        ..by_id(problem, &u, &v)
    })
}
