//! Problems whose shared goals come to bounds on both sides: the greatest sum of scores by the engine for weighted
//! b-matching, with its proof, and all other optima around it.

use alloc::vec::Vec;

use super::goals::{Aim, count_is_free};
use super::ideal::{ideal_windows, numbers_decide};
use super::network::{Model, Pair};
use super::{AssignError, Run};
use crate::certificate::{Certificate, Dual, Optimal, WorkDual};
use crate::flow::{Builder, ColumnNode, Instance, NONE, Node, Program, Unmatched, Unsolved, Window};
use crate::input::{CopyRule, Shortfall, Unscored};
use crate::problem::rows::index;

/// The model of all optimal assignments, and the proof where the contract knows one; none where the shared goals do not
/// come to bounds, or no assignment keeps them.
#[allow(clippy::type_complexity, reason = "a model, and perhaps its certificate")]
pub(super) fn by_bounds<'p>(
    nodes: &Model<'p>,
    run: &mut Run<'_>,
) -> Result<Option<(Model<'p>, Option<Certificate>)>, AssignError> {
    let problem = nodes.problem;
    let Some((left, right)) = windows(nodes) else { return Ok(None) };
    let copies = problem.people.copies.len() < problem.submissions();
    let (pairs, solved) = if copies && problem.policy.same_work_once == CopyRule::Once {
        let mut rows = Vec::with_capacity(left.len());
        each_row(nodes, run, |_, pairs| rows.push(pairs.to_vec()))?;
        let solved = by_program(nodes, &left, &right, &rows, run)?;
        (Listed::Rows(rows), solved)
    } else {
        let scored = problem.pairs.scores.values().len();
        let forbid = problem.policy.unscored == Unscored::Forbid;
        let expected = if forbid { scored } else { left.len().saturating_mul(right.len()) };
        let mut builder = Builder::with_shape(right.clone(), left.len(), expected);
        each_row(nodes, run, |row, pairs| builder.row(left[row], pairs))?;
        let instance = builder.finish();
        let solved = by_instance(&instance, run)?;
        (Listed::Instance(instance), solved)
    };
    let Some(solved) = solved else { return Ok(None) };
    let free = count_is_free(problem, Aim::Affinity) && !problem.pairs.should_rules;
    let certificate = free.then(|| Certificate::Optimal(proof(nodes, &solved)));
    Ok(Some((face(nodes, &left, &right, &pairs, &solved), certificate)))
}

/// How many reviews each node gives or receives, where the shared goals come to that.
fn windows(nodes: &Model<'_>) -> Option<(Vec<Window>, Vec<Window>)> {
    let problem = nodes.problem;
    if !numbers_decide(problem) || problem.policy.shortfall != Shortfall::Error {
        return None;
    }
    if count_is_free(problem, Aim::Affinity) {
        // A maximum beyond all there is never binds: the window ends beyond it too, so that its dual is never above 0.
        let window = |node: &Node, max: Option<u64>| {
            let beyond = max.is_none_or(|max| max.saturating_sub(node.base.into()) > node.max.into());
            Window::new(node.min, node.max + u32::from(beyond))
        };
        let students = nodes.students.iter().map(|&student| problem.student_bound(student as usize).max);
        let submissions = nodes.submissions.iter().map(|&submission| problem.submission_bound(submission as usize).max);
        let left = nodes.left.iter().zip(students).map(|(node, max)| window(node, max)).collect();
        return Some((left, nodes.right.iter().zip(submissions).map(|(node, max)| window(node, max)).collect()));
    }
    let ideal = ideal_windows(problem)?;
    let mut left = alloc::vec![Window::default(); problem.students()];
    let mut right = alloc::vec![Window::default(); problem.submissions()];
    for (student, window) in ideal.students {
        left[student as usize] = window;
    }
    for (submission, window) in ideal.submissions {
        right[submission as usize] = window;
    }
    let left = nodes.students.iter().map(|&student| left[student as usize]).collect();
    let right = nodes.submissions.iter().map(|&submission| right[submission as usize]).collect();
    Some((left, right))
}

/// Calls `visit` with the free pairs of each left node in turn: right nodes, ascending, and scores.
fn each_row(
    nodes: &Model<'_>,
    run: &mut Run<'_>,
    mut visit: impl FnMut(usize, &[(u32, i64)]),
) -> Result<(), AssignError> {
    let problem = nodes.problem;
    let mut scores: Vec<i64> = alloc::vec![0; nodes.submissions.len()];
    let mut pairs: Vec<(u32, i64)> = Vec::new();
    for (row, &student) in nodes.students.iter().enumerate() {
        if row % 64 == 0 {
            run.report("listing pairs", row as u64, nodes.students.len() as u64)?;
        }
        let of_student = problem.pairs.scores.row(student as usize).iter();
        let with_score = of_student.map(|&(submission, score)| (nodes.right_of[submission as usize], score));
        let with_score = with_score.filter(|&(right, _)| right != NONE);
        pairs.clear();
        if problem.policy.unscored == Unscored::Forbid {
            pairs.extend(with_score.filter(|&(right, _)| nodes.is_free(row, right as usize)));
            pairs.sort_unstable_by_key(|&(right, _)| right);
        } else {
            for (right, score) in with_score.clone() {
                scores[right as usize] = score;
            }
            let free = (0..scores.len()).filter(|&right| nodes.is_free(row, right));
            pairs.extend(free.map(|right| (index(right), scores[right])));
            for (right, _) in with_score {
                scores[right as usize] = 0;
            }
        }
        visit(row, &pairs);
    }
    Ok(())
}

/// The pairs that were solved for.
enum Listed {
    Instance(Instance),
    Rows(Vec<Vec<(u32, i64)>>),
}

impl Listed {
    fn each(&self, row: usize, mut visit: impl FnMut(u32, i64)) {
        match self {
            Self::Instance(instance) => instance.for_each_in(row, visit),
            Self::Rows(rows) => rows[row].iter().for_each(|&(right, score)| visit(right, score)),
        }
    }
}

/// An optimum in duals.
struct Solved {
    objective: i128,
    left: Vec<i64>,
    right: Vec<i64>,
    /// Left node, work and dual, of the works with copies that count once; sorted, and none is 0.
    works: Vec<(u32, u32, i64)>,
}

impl Solved {
    fn work(&self, left: usize, work: u32) -> i64 {
        let place = self.works.binary_search_by_key(&(index(left), work), |&(left, work, _)| (left, work));
        place.map_or(0, |place| self.works[place].2)
    }
}

fn by_instance(instance: &Instance, run: &mut Run<'_>) -> Result<Option<Solved>, AssignError> {
    let mut stop = None;
    let solved = instance.solve_watched(None, &mut |counters| {
        stop = run.report("matching scores", counters.bids + counters.augmentations, 0).err();
        stop.is_none()
    });
    match solved {
        Ok(matching) => {
            debug_assert_eq!(instance.check(&matching), Ok(()));
            let duals = matching.duals();
            let (left, right) = (duals.rows.clone(), duals.columns.clone());
            Ok(Some(Solved { objective: matching.objective(), left, right, works: Vec::new() }))
        }
        Err(Unmatched::Stopped) => Err(stop.unwrap_or(AssignError::Interrupted)),
        Err(_) => Ok(None),
    }
}

/// Works with copies are classes of a student's pairs, of which one may be chosen.
fn by_program(
    nodes: &Model<'_>,
    left: &[Window],
    right: &[Window],
    pairs: &[Vec<(u32, i64)>],
    run: &mut Run<'_>,
) -> Result<Option<Solved>, AssignError> {
    let mut program = Program::new();
    let columns: Vec<ColumnNode> = right.iter().map(|&window| program.column(window)).collect();
    let mut rows = Vec::with_capacity(left.len());
    let mut classes = Vec::new();
    for (row, (&window, pairs)) in left.iter().zip(pairs).enumerate() {
        let node = program.row(window);
        rows.push(node);
        let mut by_work: Vec<(u32, u32, i64)> =
            pairs.iter().map(|&(right, score)| (nodes.bundle(row, right as usize), right, score)).collect();
        by_work.sort_unstable();
        for copies in by_work.chunk_by(|a, b| a.0 == b.0) {
            let work = copies[0].0;
            let mut from = node;
            if work != NONE {
                from = program.row_class(node, Window::new(0, 1));
                classes.push((index(row), work, from));
            }
            for &(_, right, score) in copies {
                program.pair(from, columns[right as usize], score);
            }
        }
    }
    let mut stop = None;
    let optimum = program.solve(&mut |pivots| {
        stop = run.report("matching scores", pivots, 0).err();
        stop.is_none()
    });
    let optimum = match optimum {
        Ok(optimum) => optimum,
        Err(Unsolved::Stopped) => return Err(stop.unwrap_or(AssignError::Interrupted)),
        Err(_) => return Ok(None),
    };
    debug_assert_eq!(program.check(&optimum), Ok(()));
    let narrow = |dual: i128| i64::try_from(dual).ok();
    let left: Option<Vec<i64>> = rows.iter().map(|row| narrow(optimum.rows[row.index()])).collect();
    let right: Option<Vec<i64>> = optimum.columns.iter().map(|&dual| narrow(dual)).collect();
    // A class with a dual below 0 is empty, and 0 proves as much: its pairs are worth less than the other duals.
    let works = classes.iter().map(|&(row, work, node)| Some((row, work, narrow(optimum.rows[node.index()].max(0))?)));
    let works: Option<Vec<_>> = works.filter(|work| work.is_none_or(|(_, _, dual)| dual != 0)).collect();
    let (Some(left), Some(right), Some(works)) = (left, right, works) else { return Ok(None) };
    Ok(Some(Solved { objective: optimum.objective, left, right, works }))
}

/// The optimal assignments as a model of their own: the pairs that the duals leave open, and those that they demand.
///
/// By complementary slackness every optimal matching has each pair of weight above the sum of its duals, none below; at
/// a node with a dual that is not 0 as many as its window allows for on that side; and of a work with a dual above 0 one
/// copy. What is demanded gains.
fn face<'p>(nodes: &Model<'p>, left: &[Window], right: &[Window], pairs: &Listed, solved: &Solved) -> Model<'p> {
    let close = |node: &mut Node, window: Window, dual: i64| {
        (node.min, node.max) = match dual.signum() {
            1 => (window.max, window.max),
            -1 => (window.min, window.min),
            _ => (window.min, window.max),
        };
    };
    let mut model = Model { aim: Aim::Face, ..nodes.clone() };
    for (row, node) in model.left.iter_mut().enumerate() {
        close(node, left[row], solved.left[row]);
    }
    for (column, node) in model.right.iter_mut().enumerate() {
        close(node, right[column], solved.right[column]);
    }
    model.pairs = (0..left.len())
        .map(|row| {
            let mut open = Vec::new();
            pairs.each(row, |right, weight| {
                let work = nodes.bundle(row, right as usize);
                let copies = if work == NONE { 0 } else { solved.work(row, work) };
                let slack = weight - solved.left[row] - solved.right[right as usize] - copies;
                if slack >= 0 {
                    let gain = slack.signum() + copies.signum();
                    open.push(Pair { right, movable: false, gain, score: 0 });
                }
            });
            open
        })
        .collect();
    model
}

/// The duals by student and submission. Those without room are no part of what was solved: a dual as great as any of
/// their pairs asks for costs nothing there.
fn proof(nodes: &Model<'_>, solved: &Solved) -> Optimal {
    let problem = nodes.problem;
    let score = |student: usize, submission: usize| problem.score(student, submission).unwrap_or(0);
    let (mut u, mut v) = (alloc::vec![0_i64; problem.students()], alloc::vec![0_i64; problem.submissions()]);
    let mut open = (alloc::vec![false; problem.students()], alloc::vec![false; problem.submissions()]);
    for (&student, &dual) in nodes.students.iter().zip(&solved.left) {
        (u[student as usize], open.0[student as usize]) = (dual, true);
    }
    for (&submission, &dual) in nodes.submissions.iter().zip(&solved.right) {
        (v[submission as usize], open.1[submission as usize]) = (dual, true);
    }
    for submission in (0..problem.submissions()).filter(|&submission| !open.1[submission]) {
        let students = (0..problem.students()).filter(|&student| open.0[student]);
        let asked = students.filter(|&student| problem.is_free(student, submission));
        v[submission] = asked.map(|student| score(student, submission) - u[student]).fold(0, i64::max);
    }
    for student in (0..problem.students()).filter(|&student| !open.0[student]) {
        let asked = (0..problem.submissions()).filter(|&submission| problem.is_free(student, submission));
        u[student] = asked.map(|submission| score(student, submission) - v[submission]).fold(0, i64::max);
    }
    let work = |&(left, work, value): &(u32, u32, i64)| {
        let assessor_id = problem.student_id(nodes.students[left as usize] as usize).clone();
        Some(WorkDual { assessor_id, work_id: problem.people.work_ids.get(&work)?.clone(), value })
    };
    let student = |(student, value)| Dual { id: problem.student_id(student).clone(), value };
    let submission = |(submission, value)| Dual { id: problem.submission_id(submission).clone(), value };
    Optimal {
        objective_units: i64::try_from(solved.objective).unwrap_or(i64::MAX),
        student_duals: u.into_iter().enumerate().map(student).collect(),
        submission_duals: v.into_iter().enumerate().map(submission).collect(),
        work_duals: solved.works.iter().filter_map(work).collect(),
    }
}
