//! The figures of a plan: counts over the resulting reviews.

use alloc::vec::Vec;

use super::diff::{Plan, Step};
use super::{AffinityReport, Report, ShortfallRecord, Side};
use crate::assignment::Assignment;
use crate::metrics;
use crate::problem::rows::Rows;
use crate::problem::{Problem, Standing};

/// Reviews given by each student, and received by each submission.
type Counts = (Vec<u32>, Vec<u32>);

/// The minima that are not met: students first, then submissions, then works, each in canonical order.
pub(super) fn shortfalls(problem: &Problem, (given, received): &Counts) -> Vec<ShortfallRecord> {
    let mut records = Vec::new();
    for (student, &got) in given.iter().enumerate() {
        let (wanted, got) = (problem.student_bound(student).min, u64::from(got));
        if got < wanted {
            records.push(ShortfallRecord { kind: Side::Student, id: problem.student_id(student).clone(), wanted, got });
        }
    }
    for (submission, &got) in received.iter().enumerate() {
        let (wanted, got) = (problem.submission_bound(submission).min, u64::from(got));
        if got < wanted {
            let id = problem.submission_id(submission).clone();
            records.push(ShortfallRecord { kind: Side::Submission, id, wanted, got });
        }
    }
    for (work, got) in problem.by_shared_work(received) {
        let wanted = problem.work_bound().min;
        if got < wanted {
            records.push(ShortfallRecord { kind: Side::Work, id: problem.work_name(work).clone(), wanted, got });
        }
    }
    records
}

/// The report of a plan; `reviewers` are the students of each submission.
pub(super) fn report(
    problem: &Problem,
    assignment: &Assignment,
    reviewers: &Rows<u32>,
    (given, received): &Counts,
    plan: &Plan,
) -> Report {
    let created = plan.steps.iter().filter(|step| matches!(step, Step::Create { .. })).count() as u64;
    let deleted = plan.steps.len() as u64 - created;
    let kept = plan.kept.len() as u64;
    let of = |counts: &[u32], counted: &[bool]| {
        let counts: Vec<u32> =
            counts.iter().zip(counted).filter(|(_, counted)| **counted).map(|(&count, _)| count).collect();
        metrics::spread(&counts)
    };
    let mut report = Report {
        reviews: kept + created,
        created,
        deleted,
        kept,
        per_submission: of(received, &problem.handed_in),
        per_student: of(given, &problem.may_review),
        ..Report::default()
    };
    report.reciprocal_pairs = problem.reciprocal_among(assignment, reviewers).len() as u64;
    if problem.pairs.says_nothing() {
        return report;
    }
    let mut sums = alloc::vec![0_i64; problem.submissions()];
    // Every resulting review of a student: those of the assignment, and idle ones, which stay though they count for
    // nobody.
    let idle = problem.existing_reviews().iter().filter(|review| review.standing == Standing::Idle);
    let idle = idle.filter_map(|review| Some((review.student? as usize, review.submission as usize)));
    for (student, submission) in assignment.pairs().chain(idle) {
        report.repeat_pairs += u64::from(problem.pairs.is_repeat(student, submission));
        if let Some(wish) = problem.pairs.wish(student, submission) {
            report.should_met += u64::from(wish.should);
            report.should_not_broken += u64::from(wish.should_not);
        }
        sums[submission] += problem.score(student, submission).unwrap_or(0);
    }
    report.affinity = affinity(problem, &sums, report.reviews);
    report
}

fn affinity(problem: &Problem, sums: &[i64], reviews: u64) -> AffinityReport {
    let total: i64 = sums.iter().sum();
    let handed_in = sums.iter().zip(&problem.handed_in).filter(|(_, handed_in)| **handed_in);
    let least = handed_in.map(|(&sum, _)| sum).min().unwrap_or(0);
    #[allow(clippy::cast_precision_loss, reason = "figures for people; the exact integers stand beside them")]
    let (whole, least_score, count) = (total as f64 / 1e6, least as f64 / 1e6, reviews as f64);
    AffinityReport {
        total: whole,
        total_units: total,
        mean: if reviews == 0 { 0.0 } else { whole / count },
        min_submission: least_score,
        min_submission_units: least,
    }
}
