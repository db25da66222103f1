//! The figures of the report.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use proptest::prelude::*;

use super::{Case, empty_plan, rule, slow_report, user};
use crate::id::Id;
use crate::input::{Admission, Affinity, Existing, Input, Micros, Past, RuleKind, Student, Submission, WorkflowState};
use crate::plan::Report;
use crate::verify::verify;

#[test]
fn each_figure_is_checked() {
    let changes: [(&str, fn(&mut Report)); 19] = [
        ("reviews", |report| report.reviews += 1),
        ("created", |report| report.created += 1),
        ("deleted", |report| report.deleted += 1),
        ("kept", |report| report.kept += 1),
        ("per_submission/min", |report| report.per_submission.min += 1),
        ("per_submission/max", |report| report.per_submission.max += 1),
        ("per_submission/mean", |report| report.per_submission.mean += 1e-6),
        ("per_submission/gini", |report| report.per_submission.gini = f64::NAN),
        ("per_student/min", |report| report.per_student.min += 1),
        ("per_student/max", |report| report.per_student.max += 1),
        ("per_student/mean", |report| report.per_student.mean -= 1e-6),
        ("per_student/gini", |report| report.per_student.gini += 1e-6),
        ("reciprocal_pairs", |report| report.reciprocal_pairs += 1),
        ("repeat_pairs", |report| report.repeat_pairs += 1),
        ("should_met", |report| report.should_met += 1),
        ("should_not_broken", |report| report.should_not_broken += 1),
        ("affinity/total", |report| report.affinity.total += 1e-6),
        ("affinity/mean", |report| report.affinity.mean = f64::INFINITY),
        ("affinity/min_submission", |report| report.affinity.min_submission = 0.0),
    ];
    for (name, change) in changes {
        let mut case = Case::new();
        change(&mut case.plan.report);
        let verdict = verify(&case.input, &case.plan);
        assert_eq!(verdict.violations.len(), 1, "{name}");
        assert_eq!(verdict.violations[0].code, "report_figure");
        assert_eq!(verdict.violations[0].pointer, alloc::format!("/report/{name}"));
    }
    let mut case = Case::new();
    case.plan.report.affinity.total_units += 1;
    case.plan.report.affinity.min_submission_units -= 1;
    case.plan.report.per_student.mean += 1e-12;
    let pointers: Vec<_> = verify(&case.input, &case.plan).violations.into_iter().map(|one| one.pointer).collect();
    assert_eq!(pointers, ["/report/affinity/total_units", "/report/affinity/min_submission_units"]);
}

#[test]
fn reviews_that_nobody_will_write_are_counted_as_reviews_only() {
    let report = Case::keeping().plan.report;
    assert_eq!((report.reviews, report.kept), (8, 5));
    // 5 → 106 counts for the student and not among the submissions; 6 → 104 for nobody.
    assert!((report.per_student.mean - 6.0 / 5.0).abs() < 1e-12);
    assert!((report.per_submission.mean - 6.0 / 5.0).abs() < 1e-12);
}

/// A problem and a plan with hardly any sense in them.
fn nonsense() -> impl Strategy<Value = Case> {
    let pairs = |most: usize| proptest::collection::btree_set((0_u64..9, 100_u64..109), 0..most);
    let students = proptest::collection::vec((0_u64..8, any::<bool>()), 0..8);
    let submissions = proptest::collection::vec((100_u64..108, 0_u64..9, 0_u64..9, 0_u64..3, 0_u8..4), 0..8);
    let covers = proptest::collection::vec((0_u64..8, 0_u64..9, 0_u8..5), 0..9);
    let scores = proptest::collection::btree_map((0_u64..8, 100_u64..108), -9_i64..9, 0..9);
    let policies = (any::<bool>(), any::<bool>(), 0_u8..3);
    (students, submissions, pairs(9), pairs(9), covers, scores, policies).prop_map(
        |(students, submissions, existing, created, covers, scores, (all, late, policy))| {
            let mut input = Input::default();
            let listed: BTreeSet<u64> = students.iter().map(|student| student.0).collect();
            for &id in &listed {
                let mut student = Student::new(id);
                student.can_review = students.iter().any(|one| *one == (id, true));
                input.students.push(student);
            }
            let mut taken = BTreeSet::new();
            for (id, owner, author, work, state) in submissions.into_iter().filter(|one| taken.insert(one.0)) {
                let mut submission = Submission::by(id, owner);
                submission.authors.push(Id::from(author));
                submission.work_id = (work > 0).then(|| Id::from(work));
                (submission.submitted, submission.late) = (state != 0, state == 1);
                input.submissions.push(submission);
            }
            input.policy.unsubmitted_reviewers = if all { Admission::Include } else { Admission::Exclude };
            input.policy.late = if late { Admission::Include } else { Admission::Exclude };
            input.policy.existing = [Existing::Keep, Existing::Rebalance, Existing::Replace][usize::from(policy)];
            for (assessor, author, kind) in covers.into_iter().filter(|one| listed.contains(&one.0)) {
                let past = Past { assessor_id: Id::from(assessor), user_id: Id::from(author) };
                match kind {
                    0 | 1 => input.history.push(past),
                    2 => input.rules.push(rule(RuleKind::ShouldReview, assessor, user(author))),
                    3 => input.rules.push(rule(RuleKind::ShouldNotReview, assessor, user(author))),
                    _ => input.rules.push(rule(RuleKind::MustReview, assessor, user(author))),
                }
            }
            for ((assessor, asset), score) in scores.into_iter().filter(|one| listed.contains(&one.0.0)) {
                let (assessor_id, asset_id) = (Id::from(assessor), Id::from(asset));
                input.affinities.push(Affinity { assessor_id, asset_id, score: Micros(score), limit: None });
            }
            let mut case = Case { input, plan: empty_plan() };
            for (place, &(assessor, asset)) in existing.iter().filter(|one| taken.contains(&one.1)).enumerate() {
                let state = if place % 2 == 0 { WorkflowState::Completed } else { WorkflowState::Assigned };
                case.existing(assessor, asset, state);
                if place % 3 == 0 { case.delete(place) } else { case.keep(place) }
            }
            for &(assessor, asset) in created.difference(&existing) {
                if listed.contains(&assessor) && taken.contains(&asset) {
                    case.create(assessor, asset);
                }
            }
            case
        },
    )
}

proptest! {
    #[test]
    fn figures_are_those_of_the_slow_way_whatever_the_plan(case in nonsense()) {
        let mut case = case;
        case.plan.report = slow_report(&case.input, &case.plan);
        prop_assert!(!case.codes().contains(&"report_figure"), "{:#?}", verify(&case.input, &case.plan).violations);
    }
}
