//! Problems that once went wrong, made small by hand.

use peerplan::Input;
use peerplan::input::{
    Affinity, Bound, Demand, Existing, Micros, Panel, PeerReview, Reciprocal, Relation, Rule, RuleKind, RuleTarget,
    Shortfall, Student, Submission, WorkflowState,
};
use peerplan::strategy::{Run, registry};

use super::{check_plan, check_proof, compiled, planned, result, written};
use crate::instances::permute;
use crate::oracle::Facts;

fn must_by_author(assessor: u64, user: u64) -> Rule {
    let target = RuleTarget::User(user.into());
    Rule { kind: RuleKind::MustReview, assessor_id: assessor.into(), target, weight: 1 }
}

fn review(assessor: u64, asset: u64, workflow_state: WorkflowState) -> PeerReview {
    PeerReview { id: None, user_id: None, assessor_id: assessor.into(), asset_id: asset.into(), workflow_state }
}

fn students(ids: std::ops::RangeInclusive<u64>) -> Vec<Student> {
    ids.map(Student::new).collect()
}

fn copy(id: u64, user: u64, work: u64) -> Submission {
    Submission { work_id: Some(work.into()), ..Submission::by(id, user) }
}

#[test]
fn a_must_on_the_last_free_copy_leaves_too_little_for_the_others() {
    // The kept review fills 12, so the must takes 13, and only 14 is left for two students who must review once. The
    // student of the must has given enough without it.
    let mut input = Input { students: students(1..=4), ..Input::default() };
    input.submissions = vec![Submission::by(11, 1), copy(12, 2, 52), copy(13, 3, 52), Submission::new(14)];
    input.submissions[0].submitted = false;
    input.peer_reviews = vec![review(2, 12, WorkflowState::Completed), review(1, 11, WorkflowState::Completed)];
    input.policy.reviews_per_student = Bound::between(1, 2);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
    input.rules = vec![must_by_author(1, 2)];
    let facts = Facts::new(&input);
    assert!(facts.optimum().is_none());
    for &strategy in registry() {
        check_proof(&facts, &result(&input, strategy, 0).expect_err("infeasible"));
    }
}

#[test]
fn the_order_of_label_values_moves_nobody() {
    let mut input = Input { students: students(1..=5), ..Input::default() };
    input.submissions = (1..=5).map(|id| Submission::by(10 + id, id)).collect();
    input.submissions.push(Submission::new(16));
    input.submissions[0].submitted = false;
    input.submissions[2].submitted = false;
    input.peer_reviews = vec![review(1, 11, WorkflowState::Assigned)];
    input.policy.reviews_per_student = Bound::exactly(1);
    input.policy.group = Relation::Any;
    input.policy.labels.insert("institution".into(), Relation::Different);
    let labels = [vec![7_u64, 8], vec![8], vec![], vec![], vec![8]];
    for (student, values) in input.students.iter_mut().zip(labels) {
        student.labels.insert("institution".into(), values.into_iter().map(Into::into).collect());
    }
    let ours = compiled(&input);
    for order in 0..20 {
        let theirs = compiled(&permute(&input, order));
        for &strategy in registry() {
            let plans = [&ours, &theirs].map(|problem| {
                let plan = planned(problem, strategy, 0).expect("feasible");
                written(plan.view(problem))
            });
            assert_eq!(plans[0], plans[1], "{}", strategy.name());
        }
    }
}

#[test]
fn a_must_by_author_is_not_given_up_for_fewer_reciprocal_pairs() {
    let mut input = Input { students: students(1..=3), ..Input::default() };
    input.students[1].can_review = false;
    input.submissions = vec![copy(11, 1, 51), copy(12, 2, 51), Submission::by(13, 3), Submission::new(14)];
    input.policy.reviews_per_student = Bound::exactly(1);
    input.policy.reciprocal = Reciprocal::Avoid;
    let (assessor_id, target) = (1.into(), RuleTarget::Asset(13.into()));
    input.rules = vec![must_by_author(3, 1), Rule { kind: RuleKind::ShouldReview, assessor_id, target, weight: 1 }];
    let facts = Facts::new(&input);
    let optimum = facts.optimum().expect("feasible");
    for &strategy in registry() {
        let reached = result(&input, strategy, 0).expect("feasible");
        assert!(facts.valid(&reached), "{}: {reached:?}", strategy.name());
        assert_eq!(optimum.reciprocal_pairs, 1);
    }
}

#[test]
fn students_and_submissions_without_room_are_on_the_right_side_of_a_proof() {
    let mut input = Input { students: students(1..=2), ..Input::default() };
    input.submissions = vec![Submission::by(11, 1), Submission::by(12, 2), Submission::new(13)];
    input.submissions[2].reviews = Some(Bound::exactly(0));
    input.submissions[0].reviews = Some(Bound::exactly(0));
    input.policy.reviews_per_student = Bound::exactly(1);
    let facts = Facts::new(&input);
    for &strategy in registry() {
        check_proof(&facts, &result(&input, strategy, 0).expect_err("infeasible"));
    }
    input.policy.reviews_per_student = Bound::at_least(0);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
    input.students[0].reviews = Some(Bound::exactly(0));
    let facts = Facts::new(&input);
    for &strategy in registry() {
        check_proof(&facts, &result(&input, strategy, 0).expect_err("infeasible"));
    }
}

#[test]
fn a_completed_review_by_somebody_who_left_can_be_reciprocal() {
    // 9 has left and reviewed the work of 1; 1 can avoid the work of 9.
    let mut input = Input { students: students(1..=2), ..Input::default() };
    input.submissions = vec![Submission::by(11, 1), Submission::by(19, 9), Submission::new(12)];
    input.students[1].can_review = false;
    input.peer_reviews = vec![review(9, 11, WorkflowState::Completed)];
    input.policy.reviews_per_student = Bound::exactly(1);
    input.policy.reciprocal = Reciprocal::Avoid;
    let facts = Facts::new(&input);
    for &strategy in registry() {
        for seed in 0..8 {
            let reached = result(&input, strategy, seed).expect("feasible");
            assert_eq!(facts.reciprocal_pairs(&reached), 0, "{}: {reached:?}", strategy.name());
        }
    }
}

#[test]
fn a_must_on_copies_that_ask_for_nothing_takes_from_those_that_ask_for_more() {
    // Two students give one review each, and 1 owes his to a work that asks for none: 11 gets one of its two.
    let mut input = Input { students: students(1..=2), ..Input::default() };
    input.submissions = vec![Submission::new(11), copy(12, 3, 52), Submission { user_id: None, ..copy(13, 3, 52) }];
    input.submissions[0].reviews = Some(Bound::exactly(2));
    input.students.push(Student { can_review: false, ..Student::new(3) });
    input.policy.reviews_per_student = Bound::exactly(1);
    input.rules = vec![must_by_author(1, 3)];
    let facts = Facts::new(&input);
    assert!(facts.optimum().is_none());
    for &strategy in registry() {
        check_proof(&facts, &result(&input, strategy, 0).expect_err("infeasible"));
    }
}

#[test]
fn nobody_to_review_or_nothing_to_review_is_refused_with_a_proof() {
    let mut nobody = Input { submissions: vec![Submission::new(11)], ..Input::default() };
    nobody.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
    let mut nothing = Input { students: students(1..=2), ..Input::default() };
    nothing.policy.reviews_per_student = Bound::exactly(1);
    for input in [nobody, nothing] {
        let facts = Facts::new(&input);
        for &strategy in registry() {
            check_proof(&facts, &result(&input, strategy, 0).expect_err("infeasible"));
        }
    }
}

/// The plan of the greatest total score, checked with its proof.
fn with_proof(input: &Input) {
    let strategy = peerplan::strategy::by_name("max_affinity").expect("a strategy of the registry");
    let plan = planned(&compiled(input), strategy, 1).expect("feasible");
    assert!(plan.certificate().is_some());
    super::check_plan(input, strategy, plan.view(&compiled(input)));
}

fn scored(scores: &[(u64, u64, i64)]) -> Vec<Affinity> {
    let row = |&(assessor, asset, score): &(u64, u64, i64)| {
        let (assessor_id, asset_id) = (assessor.into(), asset.into());
        Affinity { assessor_id, asset_id, score: Micros(score), limit: None }
    };
    scores.iter().map(row).collect()
}

#[test]
fn a_maximum_beyond_all_there_is_has_no_price() {
    let mut input = Input { students: students(1..=2), ..Input::default() };
    input.submissions = vec![Submission::new(11), Submission::new(12)];
    input.policy.reviews_per_student = Bound::between(0, 5);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 9));
    input.affinities = scored(&[(1, 11, 3_000_000), (1, 12, 2_000_000), (2, 11, 1_000_000), (2, 12, 4_000_000)]);
    with_proof(&input);
}

#[test]
fn a_work_that_nobody_wants_has_no_price() {
    let mut input = Input { students: students(105..=106), ..Input::default() };
    let copy = |id: u64| Submission { work_id: Some(1.into()), ..Submission::new(id) };
    input.submissions = vec![copy(501), copy(504), Submission::new(509)];
    input.submissions[1].reviews = Some(Bound::exactly(0));
    input.policy.reviews_per_submission = Demand::Within(Bound::at_least(1));
    input.affinities = scored(&[(106, 501, -488_000)]);
    with_proof(&input);
}

#[test]
fn where_nobody_has_a_score_the_goals_before_decide() {
    let mut input = Input { students: students(1..=4), ..Input::default() };
    input.submissions = vec![copy(11, 1, 51), copy(12, 2, 51), Submission::by(13, 3), Submission::new(14)];
    input.policy.reviews_per_student = Bound::between(0, 2);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 3));
    with_proof(&input);
    input.affinities = scored(&[(1, 14, 0), (2, 13, 0)]);
    with_proof(&input);
    // A should rule is worth a review more than the fewest.
    let target = RuleTarget::Asset(14.into());
    input.rules = [1, 2, 3]
        .map(|assessor: u64| Rule {
            kind: RuleKind::ShouldReview,
            assessor_id: assessor.into(),
            target: target.clone(),
            weight: 1,
        })
        .to_vec();
    let strategy = peerplan::strategy::by_name("max_affinity").expect("a strategy of the registry");
    let reached = result(&input, strategy, 0).expect("feasible");
    assert_eq!((reached.len(), reached.iter().filter(|pair| pair.1 == 14.into()).count()), (6, 3), "{reached:?}");
}

#[test]
fn thousands_of_students_without_scores_are_no_work() {
    let mut input = Input { students: students(1..=4_000), ..Input::default() };
    input.submissions = (1..=4_000).map(|id| Submission::by(10_000 + id, id)).collect();
    input.policy.reviews_per_student = Bound::between(0, 4);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(2, 4));
    let strategy = peerplan::strategy::by_name("max_affinity").expect("a strategy of the registry");
    // To list all pairs would take more steps than these.
    let solution = strategy.assign(&compiled(&input), &mut Run::new(1).with_budget(40));
    assert_eq!(solution.expect("feasible").assignment.pairs().count(), 8_000);
}

#[test]
fn a_must_is_not_met_by_a_copy_that_is_not_handed_in() {
    let mut input = Input { students: students(3..=4), ..Input::default() };
    input.submissions = vec![Submission { submitted: false, ..copy(401, 8, 1) }, copy(403, 9, 1)];
    input.peer_reviews = vec![review(3, 401, WorkflowState::Completed)];
    input.rules = vec![must_by_author(3, 9)];
    let found = peerplan::Problem::new(&input).expect_err("two copies of one work");
    assert!(found.items().iter().any(|item| item.code == "must_same_work"), "{found}");
    input.policy.same_work_once = peerplan::input::CopyRule::Free;
    for &strategy in registry() {
        let plan = planned(&compiled(&input), strategy, 0).expect("feasible");
        check_plan(&input, strategy, plan.view(&compiled(&input)));
        assert_eq!(plan.report().created, 1, "{}", strategy.name());
    }
}

#[test]
fn nothing_is_deleted_for_fewer_reviews_where_shortfalls_are_allowed() {
    // 1 reviews the work of 2, who may not review that of 1 then, but can review 42.
    let mut input = Input { students: students(1..=2), ..Input::default() };
    input.students[0].reviews = Some(Bound::between(1, 2));
    input.students[1].reviews = Some(Bound::exactly(1));
    input.submissions = vec![Submission::by(40, 1), Submission::by(41, 2), Submission::new(42)];
    input.policy.reciprocal = Reciprocal::Forbid;
    input.policy.existing = Existing::Rebalance;
    input.peer_reviews = vec![review(1, 42, WorkflowState::Completed), review(1, 41, WorkflowState::Assigned)];
    for shortfall in [Shortfall::Error, Shortfall::Partial] {
        input.policy.shortfall = shortfall;
        for &strategy in registry() {
            let plan = planned(&compiled(&input), strategy, 0).expect("feasible");
            let report = plan.report();
            assert_eq!((report.deleted, report.reviews, report.optimal), (0, 3, Some(true)), "{}", strategy.name());
        }
    }
}

#[test]
fn the_worst_off_submission_is_looked_after_where_cycles_are_forbidden() {
    let mut input = Input { students: students(1..=3), ..Input::default() };
    input.submissions = (1..=3).map(|id| Submission::by(40 + id, id)).collect();
    input.submissions[2].reviews = Some(Bound::between(1, 2));
    input.policy.reviews_per_student = Bound::exactly(2);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 2));
    input.policy.reciprocal = Reciprocal::ForbidCycles(2);
    input.policy.shortfall = Shortfall::Partial;
    let scores = [(1, 42, 790_000), (2, 43, 180_000), (3, 41, 670_000), (3, 43, 680_000)];
    input.affinities = scores
        .map(|(assessor, asset, score)| Affinity {
            assessor_id: u64::into(assessor),
            asset_id: u64::into(asset),
            score: Micros(score),
            limit: None,
        })
        .into();
    for strategy in registry().iter().filter(|strategy| ["max_min", "fair_flow"].contains(&strategy.name())) {
        for seed in 0..8 {
            let plan = planned(&compiled(&input), *strategy, seed).expect("always something");
            let worst = plan.report().affinity.min_submission_units;
            assert_eq!(worst, 180_000, "{} {seed}", strategy.name());
        }
    }
}

#[test]
fn rules_on_panels_tell_of_what_they_cannot_change_and_of_nobody() {
    let mut input = Input { students: students(1..=3), ..Input::default() };
    input.submissions = vec![Submission::new(40)];
    for student in &mut input.students {
        student.labels.insert("inst".into(), vec![7_u64.into()]);
    }
    let rule = |label: &str, max| Panel { label: label.into(), value: None, min: None, max: Some(max) };
    input.policy.panel = vec![rule("inst", 2), rule("isnt", 1)];
    input.peer_reviews = vec![review(3, 40, WorkflowState::Assigned)];
    let must = |assessor: u64| {
        let target = RuleTarget::Asset(40_u64.into());
        Rule { kind: RuleKind::MustReview, assessor_id: assessor.into(), target, weight: 1 }
    };
    input.rules = vec![must(1), must(2)];
    let problem = compiled(&input);
    let warned: Vec<_> = problem.warnings().items().iter().map(|item| (item.code, item.pointer.as_str())).collect();
    assert_eq!(warned, [("kept_breaks_rule", "/submissions/0"), ("panel_of_nobody", "/policy/panel/1")]);
}
