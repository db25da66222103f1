//! The proof of a bound: weights, and the duals of the greatest weighted sum within the stated bounds.
//!
//! All other rules only narrow what there is to choose from, so that the proof holds under any of them.

use alloc::vec::Vec;

use super::bound::Bound;
use super::stakes::counts;
use crate::certificate::{Certificate, Dual, WorkDual, WorstOff};
use crate::flow::{NONE, Optimum};
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::strategy::duals::{by_id, close};
use crate::strategy::goals::Aim;
use crate::strategy::ground::Ground;
use crate::strategy::matching::seeded_orders;
use crate::strategy::network::Model;
use crate::strategy::room::Room;
use crate::strategy::{AssignError, Run};

/// Whether the contract has words for the proof: minima hold and maxima are stated, of submissions by themselves, and all
/// that is fixed is fixed for every plan.
pub(super) fn is_told(problem: &Problem) -> bool {
    let bounds = problem.policy.shortfall == Shortfall::Error && !problem.balanced();
    bounds && problem.policy.reviews_per_work.is_none() && problem.settled.work_musts.is_empty()
}

/// The certificate where no pair has a score: all sums are 0, whoever reviews what.
pub(super) fn worthless(problem: &Problem) -> Option<Certificate> {
    let first = (0..problem.submissions()).find(|&submission| counts(problem, submission))?;
    let duals = by_id(problem, &alloc::vec![0; problem.students()], &alloc::vec![0; problem.submissions()]);
    is_told(problem).then(|| {
        Certificate::WorstOff(WorstOff {
            worst_units: 0,
            upper_bound_units: 0,
            weights: alloc::vec![Dual { id: problem.submission_id(first).clone(), value: 1 }],
            student_duals: duals.student_duals,
            submission_duals: duals.submission_duals,
            work_duals: Vec::new(),
        })
    })
}

/// The greatest weighted sum of what the stated bounds allow for, whatever else is asked for.
pub(super) struct Stated<'p> {
    ground: Ground<'p>,
    optimum: Optimum,
    /// Of all submissions.
    weights: Vec<i64>,
    /// What no worst sum is above.
    pub(super) upper: i64,
}

impl<'p> Stated<'p> {
    /// The greatest sum by the weights of a bound; none where it is too large.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn new(problem: &'p Problem, bound: &Bound, run: &mut Run<'_>) -> Result<Option<Self>, AssignError> {
        let mut weights = alloc::vec![0_i64; problem.submissions()];
        for &(submission, weight) in &bound.weights {
            weights[submission as usize] = weight;
        }
        let (students, submissions) = seeded_orders(problem, run.seed);
        let mut nodes = Model { aim: Aim::Affinity, ..Model::nodes(problem, &students, &submissions) };
        // What bounds several copies together is no bound of one submission.
        (nodes.groups, nodes.group_of) = (Vec::new(), Vec::new());
        let mut room = Room::stated(&nodes);
        if problem.policy.shortfall == Shortfall::Partial {
            for window in room.left.iter_mut().chain(&mut room.right) {
                window.min = 0;
            }
        }
        let ground = Ground::in_room(nodes, &room, run)?;
        let weight = |right: u32| weights[ground.nodes.submissions[right as usize] as usize];
        let reward = |pair: usize| ground.pairs[pair].score * weight(ground.pairs[pair].right);
        let optimum = ground.greatest("proving the bound", reward, run)?;
        let fixed = ground.standing().into_iter().zip(&weights);
        let fixed = fixed.map(|(sum, &weight)| i128::from(sum) * i128::from(weight));
        let all: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let upper = (optimum.objective + fixed.sum::<i128>()).div_euclid(all);
        Ok(narrow(upper).map(|upper| Self { ground, optimum, weights, upper }))
    }

    /// The certificate of an assignment of which the worst sum is told; none where the contract has no words for it.
    pub(super) fn certificate(&self, worst: i64) -> Option<Certificate> {
        let Self { ground, optimum, weights, upper } = self;
        let problem = ground.nodes.problem;
        if !is_told(problem) {
            return None;
        }
        let (mut u, mut v) = (alloc::vec![0_i64; problem.students()], alloc::vec![0_i64; problem.submissions()]);
        let mut open = (alloc::vec![false; problem.students()], alloc::vec![false; problem.submissions()]);
        for (&student, &row) in ground.nodes.students.iter().zip(&ground.rows) {
            (u[student as usize], open.0[student as usize]) = (narrow(optimum.rows[row.index()])?, true);
        }
        for (&submission, &column) in ground.nodes.submissions.iter().zip(&ground.columns) {
            (v[submission as usize], open.1[submission as usize]) = (narrow(optimum.columns[column.index()])?, true);
        }
        let score =
            |student: usize, submission: usize| problem.score(student, submission).unwrap_or(0) * weights[submission];
        close(problem, score, (&mut u, &mut v), (&open.0, &open.1));
        let duals = by_id(problem, &u, &v);
        let weights = weights.iter().enumerate().filter(|&(_, &weight)| weight > 0);
        let weight =
            |(submission, &value): (usize, &i64)| Dual { id: problem.submission_id(submission).clone(), value };
        Some(Certificate::WorstOff(WorstOff {
            worst_units: worst,
            upper_bound_units: *upper,
            weights: weights.map(weight).collect(),
            student_duals: duals.student_duals,
            submission_duals: duals.submission_duals,
            work_duals: work_duals(ground, &optimum.rows)?,
        }))
    }
}

fn narrow(wide: i128) -> Option<i64> {
    i64::try_from(wide).ok()
}

/// The duals of works whose copies count once. Their classes follow the rows, student by student.
fn work_duals(ground: &Ground<'_>, rows: &[i128]) -> Option<Vec<WorkDual>> {
    let (nodes, problem) = (&ground.nodes, ground.nodes.problem);
    let mut duals = Vec::new();
    let mut classes = rows.iter().skip(ground.rows.len());
    let mut works: Vec<u32> = Vec::new();
    for left in 0..ground.rows.len() {
        works.clear();
        works.extend(ground.of_left(left).map(|pair| nodes.bundle(left, ground.pairs[pair].right as usize)));
        works.retain(|&work| work != NONE);
        works.sort_unstable();
        works.dedup();
        for work in &works {
            let &dual = classes.next()?;
            if dual > 0 {
                let assessor_id = problem.student_id(nodes.students[left] as usize).clone();
                let work_id = problem.people.work_ids.get(work)?.clone();
                duals.push(WorkDual { assessor_id, work_id, value: i64::try_from(dual).ok()? });
            }
        }
    }
    Some(duals)
}
