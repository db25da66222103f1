//! `max_affinity`: the greatest sum of scores (the paper-reviewer assignment of L. Charlin and R. Zemel, "The Toronto
//! Paper Matching System", ICML workshop on peer reviewing, 2013).
//!
//! Where the shared goals come to bounds on both sides, the engine for weighted b-matching solves the problem and
//! proves it; else one flow composes all goals.

use alloc::vec::Vec;

use super::goals::{Aim, count_is_free};
use super::ideal::{ideal_windows, numbers_decide};
use super::matching::seeded_orders;
use super::network::{Model, Pair};
use super::optimum::optimum;
use super::reciprocal::fewer_reciprocal;
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::certificate::{Certificate, Dual, Optimal};
use crate::flow::{Builder, Instance, Matching, NONE, Node, Unmatched, Window};
use crate::input::{CopyRule, Shortfall, Unscored};
use crate::problem::Problem;
use crate::problem::rows::index;
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
        let mut optimum = optimum(model, run)?;
        let turns = 64.max(optimum.chosen().min(2_000));
        optimum.walk(turns, &mut Random::new(run.seed, Purpose::Walk), run)?;
        let assignment = fewer_reciprocal(optimum, run.seed, run)?;
        Ok(Solution { certificate, ..Solution::new(self.name(), run.seed, assignment) })
    }
}

/// The optimal face and the proof, where the shared goals come to windows on both sides and an assignment keeps them.
#[allow(clippy::type_complexity, reason = "a model and, where the contract knows one, its certificate")]
fn by_bounds<'p>(
    nodes: &Model<'p>,
    run: &mut Run<'_>,
) -> Result<Option<(Model<'p>, Option<Certificate>)>, AssignError> {
    let Some((left, right)) = windows(nodes) else { return Ok(None) };
    let instance = instance(nodes, &left, right, run)?;
    let mut stop = None;
    let solved = instance.solve_watched(&mut |counters| {
        stop = run.report("matching scores", counters.bids, 0).err();
        stop.is_none()
    });
    match solved {
        Ok(matching) => {
            let free = count_is_free(nodes.problem, Aim::Affinity);
            let certificate = free.then(|| Certificate::Optimal(proof(nodes, &matching)));
            Ok(Some((face(nodes, &instance, &matching), certificate)))
        }
        Err(Unmatched::Infeasible(_) | Unmatched::Reversed | Unmatched::TooLarge { .. }) => Ok(None),
        Err(Unmatched::Stopped) => Err(stop.unwrap_or(AssignError::Interrupted)),
    }
}

/// How many reviews each node gives or receives, where the shared goals come to that.
fn windows(nodes: &Model<'_>) -> Option<(Vec<Window>, Vec<Window>)> {
    let problem = nodes.problem;
    let copies = problem.people.copies.len() < problem.submissions();
    if !numbers_decide(problem)
        || problem.policy.shortfall != Shortfall::Error
        || (copies && problem.policy.same_work_once == CopyRule::Once)
    {
        return None;
    }
    if count_is_free(problem, Aim::Affinity) {
        // Where there is no maximum, the window ends beyond all there is, so that its dual is never above 0.
        let window = |node: &Node, max: Option<u64>| Window::new(node.min, node.max + u32::from(max.is_none()));
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

/// The instance of all free pairs with their scores; students are rows.
fn instance(
    nodes: &Model<'_>,
    left: &[Window],
    right: Vec<Window>,
    run: &mut Run<'_>,
) -> Result<Instance, AssignError> {
    let problem = nodes.problem;
    let forbid = problem.policy.unscored == Unscored::Forbid;
    let scored = problem.pairs.scores.values().len();
    let expected = if forbid { scored } else { left.len().saturating_mul(right.len()) };
    let mut builder = Builder::with_shape(right, left.len(), expected);
    let mut scores: Vec<Option<i64>> = alloc::vec![None; nodes.submissions.len()];
    let mut pairs: Vec<(u32, i64)> = Vec::new();
    for (row, &window) in left.iter().enumerate() {
        if row % 64 == 0 {
            run.report("listing pairs", row as u64, left.len() as u64)?;
        }
        let of_student = problem.pairs.scores.row(nodes.students[row] as usize);
        let rights = || of_student.iter().map(|&(submission, score)| (nodes.right_of[submission as usize], score));
        pairs.clear();
        if forbid {
            pairs.extend(rights().filter(|&(right, _)| right != NONE && nodes.is_free(row, right as usize)));
            pairs.sort_unstable_by_key(|&(right, _)| right);
        } else {
            for (right, score) in rights().filter(|&(right, _)| right != NONE) {
                scores[right as usize] = Some(score);
            }
            let free = (0..scores.len()).filter(|&right| nodes.is_free(row, right));
            pairs.extend(free.map(|right| (index(right), scores[right].unwrap_or(0))));
            for (right, _) in rights().filter(|&(right, _)| right != NONE) {
                scores[right as usize] = None;
            }
        }
        builder.row(window, &pairs);
    }
    Ok(builder.finish())
}

/// The optimal assignments as a model of their own: the pairs that the duals leave open, and those that they demand.
///
/// By complementary slackness every optimal matching has each pair of weight above u + v, none below, and at a node with
/// a dual that is not 0 as many as its window allows for on that side.
fn face<'p>(nodes: &Model<'p>, instance: &Instance, matching: &Matching) -> Model<'p> {
    let duals = matching.duals();
    let close = |node: &mut Node, window: Window, dual: i64| {
        (node.min, node.max) = match dual.signum() {
            1 => (window.max, window.max),
            -1 => (window.min, window.min),
            _ => (window.min, window.max),
        };
    };
    let mut model = Model { aim: Aim::Face, ..nodes.clone() };
    for (row, node) in model.left.iter_mut().enumerate() {
        close(node, instance.rows()[row], duals.rows[row]);
    }
    for (column, node) in model.right.iter_mut().enumerate() {
        close(node, instance.columns()[column], duals.columns[column]);
    }
    model.pairs = (0..model.left.len())
        .map(|row| {
            let mut pairs = Vec::with_capacity(matching.of(row).len());
            instance.for_each_in(row, |column, weight| {
                let slack = weight - duals.rows[row] - duals.columns[column as usize];
                if slack >= 0 {
                    pairs.push(Pair { right: column, movable: false, gain: slack.signum(), score: 0 });
                }
            });
            pairs
        })
        .collect();
    model
}

/// The duals by student and submission. Those without room are no part of the instance: a dual as great as any of their
/// pairs asks for costs nothing there.
fn proof(nodes: &Model<'_>, matching: &Matching) -> Optimal {
    let problem = nodes.problem;
    let score = |student: usize, submission: usize| problem.score(student, submission).unwrap_or(0);
    let (mut u, mut v) = (alloc::vec![0_i64; problem.students()], alloc::vec![0_i64; problem.submissions()]);
    let mut open = (alloc::vec![false; problem.students()], alloc::vec![false; problem.submissions()]);
    for (&student, &dual) in nodes.students.iter().zip(&matching.duals().rows) {
        (u[student as usize], open.0[student as usize]) = (dual, true);
    }
    for (&submission, &dual) in nodes.submissions.iter().zip(&matching.duals().columns) {
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
    let student_duals =
        u.into_iter().enumerate().map(|(student, value)| Dual { id: problem.student_id(student).clone(), value });
    let submission_duals = v
        .into_iter()
        .enumerate()
        .map(|(submission, value)| Dual { id: problem.submission_id(submission).clone(), value });
    Optimal {
        objective_units: i64::try_from(matching.objective()).unwrap_or(i64::MAX),
        student_duals: student_duals.collect(),
        submission_duals: submission_duals.collect(),
        work_duals: Vec::new(),
    }
}
