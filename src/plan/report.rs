//! The figures of a plan: counts over the resulting reviews.

use alloc::vec::Vec;

use super::diff::{Plan, Step};
use super::{AffinityReport, GoalBound, Report};
use crate::assignment::Assignment;
use crate::input::{Existing, Shortfall};
use crate::metrics;
use crate::problem::rows::Rows;
use crate::problem::{Problem, Standing};
use crate::strategy::{Objective, Solution, by_name, objective, scores, worst_off};

/// Reviews given by each student, and received by each submission.
type Counts = (Vec<u32>, Vec<u32>);

/// The report of a plan; `reviewers` are the students of each submission.
pub(super) fn report(
    problem: &Problem,
    solution: &Solution,
    reviewers: &Rows<u32>,
    (given, received): &Counts,
    plan: &Plan,
) -> Report {
    let assignment = &solution.assignment;
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
    if !problem.pairs.says_nothing() {
        look_at_pairs(problem, assignment, &mut report);
    }
    (report.bound, report.optimal) = proven(problem, solution, report.affinity.total_units).unzip();
    report
}

/// What is said of pairs, over the resulting reviews.
fn look_at_pairs(problem: &Problem, assignment: &Assignment, report: &mut Report) {
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
}

/// What no valid plan goes below, where it is told, and whether the plan reaches it.
fn proven(problem: &Problem, solution: &Solution, total: i64) -> Option<(GoalBound, bool)> {
    let assigned = &solution.assignment;
    let most = solution.bound.and_then(|bound| bound.worst);
    if problem.is_network() && problem.policy().existing != Existing::Rebalance && most.is_none() {
        return None;
    }
    let counted = solution.bound.and_then(|bound| bound.scores);
    let worst = most.and_then(|_| worst_off(problem, assigned));
    let reached = goals(problem, solution, objective(problem, assigned));
    let reached = GoalBound { affinity_units: counted.map(|_| total), worst_units: worst, ..reached };
    // Idle reviews are in every plan, and in no assignment.
    let sum = counted.map(|most| total.saturating_add(most).saturating_sub(scores(problem, assigned)));
    // Without a bound the shared goals are met exactly.
    let bound = solution.bound.map_or(reached, |bound| GoalBound {
        affinity_units: sum,
        worst_units: most,
        ..goals(problem, solution, bound.goals)
    });
    debug_assert!(bound.rank() <= reached.rank(), "{bound:?} {reached:?}");
    // A bound that the plan itself refutes is none.
    (bound.rank() <= reached.rank()).then_some((bound, bound == reached))
}

/// The goals that all strategies share, as far as they are counted. Where both sides are bounds, the number of reviews
/// is the strategy's to choose if it maximises a total; where nothing is asked for, no goal comes before the deletes.
fn goals(problem: &Problem, solution: &Solution, reached: Objective) -> GoalBound {
    let policy = problem.policy();
    let partial = policy.shortfall == Shortfall::Partial;
    let greedy = by_name(&solution.strategy.name).is_some_and(|strategy| strategy.guarantees().greedy);
    let counted = !problem.asks_nothing() && (problem.balanced() || !greedy);
    GoalBound {
        missing: partial.then_some(reached.missing),
        missing_squares: partial.then_some(reached.missing_squares),
        reviews: counted.then_some(reached.count),
        received_squares: (counted && problem.balanced()).then_some(reached.received_squares),
        deletes: (policy.existing == Existing::Rebalance).then_some(reached.deletes),
        preferences: -reached.lost,
        ..GoalBound::default()
    }
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
