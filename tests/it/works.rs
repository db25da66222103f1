//! A bound on all copies of a work together: group assignments, their proofs in numbers and words, and what is refused.

use peerplan::explain::sentences;
use peerplan::formats;
use peerplan::input::{
    Bound, CopyRule, Demand, PeerReview, Rule, RuleKind, RuleTarget, Shortfall, Student, Submission, WorkflowState,
};
use peerplan::plan::{Records, Side};
use peerplan::strategy::{AssignError, Run, registry};
use peerplan::verify::verify;
use peerplan::{Id, Infeasible, Input, Plan, Problem};

fn compiled(input: &Input) -> Problem {
    Problem::new(input).unwrap_or_else(|found| panic!("refused: {found}"))
}

/// Groups of so many members, each with a submission: student 10 g + k of group g owns submission 1000 + 10 g + k.
fn groups(sizes: &[u64]) -> Input {
    let mut input = Input::default();
    for (group, &size) in (1..).zip(sizes) {
        for member in 0..size {
            let student = 10 * group + member;
            input.students.push(Student { groups: vec![Id::from(group)], ..Student::new(student) });
            let submission = Submission::by(1000 + student, student);
            input.submissions.push(Submission { work_id: Some(Id::from(group)), ..submission });
        }
    }
    input.policy.reviews_per_work = Some(Bound::exactly(3));
    input
}

/// The plans of all strategies, each valid.
fn plans(input: &Input) -> Vec<(Problem, Plan)> {
    let plan = |strategy: &&dyn peerplan::strategy::Strategy| {
        let problem = compiled(input);
        let solution = strategy.assign(&problem, &mut Run::new(1)).unwrap_or_else(|error| panic!("{error}"));
        let plan = Plan::diff(&problem, &solution);
        let verdict = verify(input, &plan.view(&problem));
        assert!(verdict.valid(), "{}: {:#?}", strategy.name(), verdict.violations);
        assert!(plan.certificate().is_none());
        (problem, plan)
    };
    registry().iter().map(plan).collect()
}

/// What each strategy refuses a problem with, and the same in words.
fn refused(input: &Input) -> Vec<(Infeasible, String)> {
    let problem = compiled(input);
    let refuse = |strategy: &&dyn peerplan::strategy::Strategy| match strategy.assign(&problem, &mut Run::new(1)) {
        Err(AssignError::Infeasible(proof)) => {
            let words = sentences(&problem, &proof).join("\n");
            (proof.cut().expect("a flow is refuted by a cut").clone(), words)
        }
        other => panic!("{}: {other:?}", strategy.name()),
    };
    registry().iter().map(refuse).collect()
}

/// How many reviews each submission has, in the order of the ids.
fn received(plan: &Plan, problem: &Problem) -> Vec<usize> {
    let view = plan.view(problem);
    let created: Vec<_> = view.operations().collect();
    let of = |submission: usize| {
        let id = problem.submission_id(submission);
        let is_of = |operation: &&peerplan::plan::OperationRecord<'_>| matches!(operation, peerplan::plan::OperationRecord::Create { peer_review, .. } if peer_review.asset_id == id);
        created.iter().filter(is_of).count() + view.kept().filter(|review| review.asset_id == id).count()
    };
    (0..problem.submissions()).map(of).collect()
}

#[test]
fn the_documented_group_assignment_is_planned_as_it_says() {
    let text = include_str!("../../docs/formats.md");
    let section = text.split("**Works of several copies.**").nth(1).expect("the section");
    let example = section.split("```json").nth(1).and_then(|rest| rest.split("```").next()).expect("an example");
    let (input, _) = formats::problem::read(example.as_bytes(), false).expect("sound");
    for (problem, plan) in plans(&input) {
        let counts = received(&plan, &problem);
        let [a, b, c, d, alone] = counts[..] else { panic!("{counts:?}") };
        assert_eq!((a + b, c + d, alone), (3, 3, 3));
        assert!(a.abs_diff(b) == 1 && c.abs_diff(d) == 1, "{counts:?}");
    }
}

#[test]
fn reviews_are_spread_over_the_copies_of_a_work() {
    let mut input = groups(&[3, 3, 3, 3]);
    input.policy.reviews_per_student = Bound::exactly(1);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 3));
    for (problem, plan) in plans(&input).into_iter().take(3) {
        assert_eq!(received(&plan, &problem), [1; 12]);
    }
    // A review that stays counts, on a copy that is not handed in too.
    input.submissions[0].submitted = false;
    let (assessor_id, asset_id) = (Id::from(20), input.submissions[0].id.clone());
    let workflow_state = WorkflowState::Completed;
    input.peer_reviews = vec![PeerReview { id: None, user_id: None, assessor_id, asset_id, workflow_state }];
    for (problem, plan) in plans(&input).into_iter().take(3) {
        assert_eq!(received(&plan, &problem), [1; 12]);
    }
}

#[test]
fn works_that_ask_for_more_than_their_copies_may_receive_are_refused() {
    let mut input = groups(&[2, 2, 2]);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 1));
    for (proof, words) in refused(&input) {
        assert_eq!((proof.required, proof.available, proof.works.len()), (3, 2, 1), "{proof:?}");
        assert!(proof.students.is_empty() && proof.submissions.is_empty(), "{proof:?}");
        assert!(words.starts_with("this work needs 3 reviews; the copies may receive at most 2, 1 short\n"), "{words}");
    }
    input.policy.shortfall = Shortfall::Partial;
    for (problem, plan) in plans(&input) {
        assert_eq!(received(&plan, &problem), [1; 6]);
        let shortfalls =
            plan.shortfalls().iter().map(|record| (record.kind, record.id.clone(), record.wanted, record.got));
        let expected = (1..=3_u64).map(|work| (Side::Work, Id::from(work), 3, 2));
        assert_eq!(shortfalls.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}

#[test]
fn copies_and_students_that_ask_for_more_than_works_may_receive_are_refused() {
    let mut input = groups(&[2, 2, 2]);
    input.policy.reviews_per_submission = Demand::Within(Bound::at_least(2));
    for (proof, words) in refused(&input) {
        assert_eq!((proof.required, proof.available, proof.works.len()), (12, 9, 3), "{proof:?}");
        let expected =
            "the submissions of these 3 works need 12 reviews; these 3 works may receive at most 9, 3 short\n";
        assert!(words.starts_with(expected), "{words}");
    }
    input.policy.reviews_per_submission = Demand::Balanced;
    input.policy.reviews_per_student = Bound::exactly(2);
    input.policy.same_work_once = CopyRule::Free;
    for (proof, words) in refused(&input) {
        // Five students would give more than there is room for already.
        let students = 6 - proof.students.len();
        assert_eq!((proof.required, proof.available), (2 * students as u64, 9), "{proof:?}");
        assert_eq!((proof.submissions.len(), proof.works.len()), (0, 3), "{proof:?}");
        let expected = format!("these {students} students must give {} reviews; ", proof.required);
        assert!(words.starts_with(&expected), "{words}");
        assert!(words.contains("; these 3 works may receive at most 9, "), "{words}");
    }
}

#[test]
fn works_and_submissions_that_ask_students_for_too_much_are_refused() {
    let mut input = groups(&[2, 2, 1]);
    input.policy.reviews_per_student = Bound::between(0, 1);
    for (proof, words) in refused(&input) {
        // Two may review both, and the others one of them each.
        assert_eq!((proof.required, proof.available), (6, 5), "{proof:?}");
        let expected = "this submission and this work need 6 reviews; only 5 students may review them, 2 of them at most 1 \
                        each (2), and 3 reviews from the others: 5, 1 short\n";
        assert!(words.starts_with(expected), "{words}");
    }
}

#[test]
fn a_submission_that_is_its_whole_work_keeps_within_both_bounds() {
    let mut input = groups(&[1, 1, 1, 1, 1]);
    for submission in &mut input.submissions {
        submission.work_id = None;
    }
    for (problem, plan) in plans(&input) {
        assert_eq!(received(&plan, &problem), [3; 5]);
    }
    for (own, required, available) in [(Bound::between(0, 1), 3, 1), (Bound::exactly(4), 4, 3)] {
        input.submissions[1].reviews = Some(own);
        for (proof, _) in refused(&input) {
            assert_eq!((proof.required, proof.available), (required, available), "{proof:?}");
            assert_eq!(proof.works, [input.submissions[1].id.clone()]);
        }
    }
    input.submissions[1].reviews = Some(Bound::between(0, 1));
    input.policy.shortfall = Shortfall::Partial;
    for (problem, plan) in plans(&input) {
        assert_eq!(received(&plan, &problem), [3, 1, 3, 3, 3]);
        let [record] = plan.shortfalls() else { panic!("{:?}", plan.shortfalls()) };
        assert_eq!((record.kind, &record.id, record.wanted, record.got), (Side::Submission, &Id::from(1020), 3, 1));
    }
}

#[test]
fn musts_beyond_the_maximum_of_a_work_are_an_error_and_reviews_that_stay_a_warning() {
    let mut input = groups(&[2, 2, 2]);
    input.policy.reviews_per_work = Some(Bound::between(0, 1));
    let must = |assessor: u64, target: RuleTarget| Rule {
        kind: RuleKind::MustReview,
        assessor_id: assessor.into(),
        target,
        weight: 1,
    };
    input.rules = vec![must(20, RuleTarget::Asset(1010.into()))];
    assert!(Problem::new(&input).is_ok());
    for second in [RuleTarget::Asset(1011.into()), RuleTarget::User(11.into())] {
        input.rules.truncate(1);
        input.rules.push(must(30, second));
        let found = Problem::new(&input).expect_err("two musts, room for one");
        let errors: Vec<_> = found.items().iter().map(|item| (item.code, item.pointer.as_str())).collect();
        assert_eq!(errors, [("must_over_maximum", "/policy/reviews_per_work")]);
    }
    input.rules.clear();
    let stays = |assessor: u64, asset: u64| PeerReview {
        id: None,
        user_id: None,
        assessor_id: assessor.into(),
        asset_id: asset.into(),
        workflow_state: WorkflowState::Completed,
    };
    input.peer_reviews = vec![stays(20, 1010), stays(30, 1011)];
    let problem = compiled(&input);
    assert!(problem.warnings().items().iter().any(|item| item.code == "kept_over_maximum"));
    input.policy.reviews_per_work = Some(Bound { min: 3, max: Some(2) });
    let found = Problem::new(&input).expect_err("reversed");
    assert_eq!(found.items()[0].code, "bound_reversed");
}
