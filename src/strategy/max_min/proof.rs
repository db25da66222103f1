//! The proof of a bound: weights, and the duals of the greatest weighted sum within the stated bounds.

use alloc::vec::Vec;

use super::bound::Bound;
use super::stakes::counts;
use crate::assignment::Assignment;
use crate::certificate::{Certificate, Dual, WorkDual, WorstOff};
use crate::flow::NONE;
use crate::problem::Problem;
use crate::strategy::duals::{by_id, close};
use crate::strategy::goals::Aim;
use crate::strategy::ground::Ground;
use crate::strategy::ideal::numbers_decide;
use crate::strategy::max_affinity::proves;
use crate::strategy::{AssignError, Run};

/// Whether the contract knows a proof for a problem: the stated bounds are all there is to it.
fn is_proven(problem: &Problem) -> bool {
    proves(problem) && numbers_decide(problem) && problem.longest_forbidden().is_none()
}

/// The certificate where no pair has a score: all sums are 0, whoever reviews what.
pub(super) fn worthless(problem: &Problem) -> Option<Certificate> {
    let first = (0..problem.submissions()).find(|&submission| counts(problem, submission))?;
    let duals = by_id(problem, &alloc::vec![0; problem.students()], &alloc::vec![0; problem.submissions()]);
    is_proven(problem).then(|| {
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

/// The sums of the scores of the reviews of each submission.
pub(in crate::strategy) fn sums_of(problem: &Problem, assignment: &Assignment) -> Vec<i64> {
    let mut sums = alloc::vec![0; problem.submissions()];
    for (student, submission) in assignment.pairs() {
        sums[submission] += problem.score(student, submission).unwrap_or(0);
    }
    sums
}

/// The certificate of an assignment and a bound; none where the stated bounds are not all there is.
pub(super) fn certificate(
    problem: &Problem,
    assignment: &Assignment,
    bound: &Bound,
    run: &mut Run<'_>,
) -> Result<Option<Certificate>, AssignError> {
    if !is_proven(problem) {
        return Ok(None);
    }
    let mut weights = alloc::vec![0_i64; problem.submissions()];
    for &(submission, weight) in &bound.weights {
        weights[submission as usize] = weight;
    }
    let sums = sums_of(problem, assignment);
    let worst = (0..problem.submissions()).filter(|&submission| counts(problem, submission)).map(|at| sums[at]).min();
    let Some(worst) = worst else { return Ok(None) };
    // Weighted sums are as great where the number of reviews is free as the certificate has them.
    let ground = Ground::of(problem, Aim::Affinity, run.seed, run)?;
    let weight = |right: u32| weights[ground.nodes.submissions[right as usize] as usize];
    let reward = |pair: usize| ground.pairs[pair].score * weight(ground.pairs[pair].right);
    let optimum = ground.greatest("proving the bound", reward, run)?;
    let standing = ground.standing();
    let fixed = standing.iter().zip(&weights).map(|(&sum, &weight)| i128::from(sum) * i128::from(weight));
    let all: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
    let upper = (optimum.objective + fixed.sum::<i128>()).div_euclid(all);
    let narrow = |dual: i128| i64::try_from(dual).ok();
    let certificate = || {
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
            upper_bound_units: narrow(upper)?,
            weights: weights.map(weight).collect(),
            student_duals: duals.student_duals,
            submission_duals: duals.submission_duals,
            work_duals: work_duals(&ground, &optimum.rows)?,
        }))
    };
    Ok(certificate())
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
