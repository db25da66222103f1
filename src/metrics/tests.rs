//! All figures against values worked out by hand.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Components, EnviousPair, Metrics, Share};
use crate::id::Id;
use crate::input::{
    Admission, Affinity, Bound, Input, Micros, Past, PeerReview, Rule, RuleKind, RuleTarget, StrategyChoice, Student,
    Submission, WorkflowState,
};
use crate::plan::{Operation, PlanDocument, Report};
use crate::problem::Problem;

fn review(assessor: u64, asset: u64, workflow_state: WorkflowState) -> PeerReview {
    PeerReview { id: None, user_id: None, assessor_id: assessor.into(), asset_id: asset.into(), workflow_state }
}

fn plan(creates: &[(u64, u64)], deletes: &[(u64, u64)], kept: Vec<PeerReview>) -> PlanDocument {
    let assigned = |&(assessor, asset): &(u64, u64)| review(assessor, asset, WorkflowState::Assigned);
    let steps = creates.iter().map(assigned).map(|review| Operation::Create(review, String::from("new")));
    let removed = deletes.iter().map(assigned).map(|review| Operation::Delete(review, String::from("moved")));
    PlanDocument {
        source: None,
        problem_digest: String::new(),
        generator: String::new(),
        strategy: StrategyChoice::default(),
        operations: steps.chain(removed).collect(),
        kept,
        shortfalls: Vec::new(),
        report: Report::default(),
        alternates: Vec::new(),
        certificate: None,
    }
}

fn of(input: &Input, plan: &PlanDocument) -> Metrics {
    super::of(input, &Problem::new(input).expect("no errors"), plan)
}

/// Students 1 to 5; 1 and 2 hand in copies of one work, 5 hands in nothing, the conference paper is by 3 and by 70.
fn input() -> Input {
    let student = |id: u64, section: u64, group: Option<u64>| Student {
        sections: vec![section.into()],
        groups: group.into_iter().map(Id::from).collect(),
        ..Student::new(id)
    };
    let copy = |id: u64, user: u64| Submission { work_id: Some(700.into()), ..Submission::by(id, user) };
    let mut input = Input {
        students: vec![
            student(1, 11, Some(21)),
            student(2, 11, Some(21)),
            student(3, 12, None),
            student(4, 12, None),
            student(5, 12, None),
        ],
        submissions: vec![
            copy(101, 1),
            copy(102, 2),
            Submission { authors: vec![70.into()], ..Submission::by(103, 3) },
            Submission { sections: Some(vec![11.into()]), late: true, ..Submission::by(104, 4) },
            Submission { submitted: false, ..Submission::by(105, 5) },
        ],
        ..Input::default()
    };
    input.policy.unsubmitted_reviewers = Admission::Exclude;
    input
}

#[test]
fn a_small_course_by_hand() {
    let mut input = input();
    input.peer_reviews = vec![
        review(3, 101, WorkflowState::Assigned),
        review(5, 103, WorkflowState::Assigned),
        review(90, 104, WorkflowState::Completed),
        review(4, 101, WorkflowState::Assigned),
    ];
    input.history =
        vec![Past { assessor_id: 3.into(), user_id: 2.into() }, Past { assessor_id: 8.into(), user_id: 9.into() }];
    let kept = input.peer_reviews[..3].to_vec();
    let metrics = of(&input, &plan(&[(2, 103), (1, 104), (4, 103), (1, 103)], &[(4, 101)], kept));

    assert_eq!((metrics.reviews, metrics.existing, metrics.created, metrics.deleted), (7, 4, 4, 1));
    // 5 has handed nothing in, so that the review of 103 by 5 waits for nobody.
    assert_eq!((metrics.kept, metrics.idle, metrics.churn), (3, 1, 5));
    // 101, 102, 103, 104 receive 1, 0, 3, 2; students 1, 2, 3, 4 give 2, 1, 1, 1, and 90 one.
    assert_eq!(metrics.per_submission.histogram, [(0, 1), (1, 1), (2, 1), (3, 1)]);
    assert_eq!(metrics.per_student.histogram, [(1, 3), (2, 1)]);
    assert!((metrics.per_submission.spread.gini - 10.0 / 24.0).abs() < 1e-15);
    assert!((metrics.per_submission.jain - 36.0 / 56.0).abs() < 1e-15);
    assert_eq!(metrics.coverage, Share { count: 3, of: 4, share: 0.75 });
    // Of six reviews 1 -> 104 is within section 11 (stated by the submission), 4 -> 103 within section 12.
    assert_eq!((metrics.same_section.count, metrics.same_section.of), (2, 6));
    assert_eq!(metrics.same_group.count, 0);
    // 3 reviewed 2 before, and reviews the work of 2 by its other copy.
    assert_eq!(metrics.repeat_pairs, 1);
    // Arcs: 3->1, 3->2, 90->4, 2->3, 2->70, 1->4, 4->3, 4->70, 1->3, 1->70. Both ways: 1-3, 2-3. Ring: 1->4->3->1.
    assert_eq!((metrics.reciprocal_pairs, metrics.three_cycles), (2, 1));
    // 1 -> 4 -> 3 -> 2 does not go on to 1.
    assert_eq!(metrics.four_cycles, 0);
    // {1, 2, 3, 4}, {70}, {90}; the idle review brings nobody in.
    assert_eq!(metrics.strong_components, Components { count: 3, largest: 4 });
    // 103 and 104 have student 1 in common.
    assert_eq!(metrics.bundle_components, Components { count: 3, largest: 2 });
    assert_eq!(metrics.spectral_gap, Some(0.0));
    assert_eq!((metrics.affinity, metrics.envy), (None, None));
}

fn affinity(assessor: u64, asset: u64, units: i64) -> Affinity {
    Affinity { assessor_id: assessor.into(), asset_id: asset.into(), score: Micros(units), limit: None }
}

/// Two papers and four reviewers, whom both papers value alike; paper 11 gets the two best.
fn conference() -> (Input, PlanDocument) {
    let mut input = Input {
        students: (1..=4_u64).map(Student::new).collect(),
        submissions: vec![Submission::new(12), Submission::new(11)],
        ..Input::default()
    };
    for paper in [11, 12] {
        input
            .affinities
            .extend([(1, 9), (2, 8), (3, 1), (4, 1)].map(|(reviewer, score)| affinity(reviewer, paper, score)));
    }
    (input, plan(&[(1, 11), (2, 11), (3, 12), (4, 12)], &[], Vec::new()))
}

#[test]
fn envy_is_that_for_reviewers_one_may_have() {
    let (mut input, plan) = conference();
    let envied = EnviousPair { asset_id: 12.into(), envied_id: 11.into() };
    let envy = of(&input, &plan).envy.expect("scores");
    assert_eq!((envy.ef1.count, envy.ef1.pairs), (1, vec![envied.clone()]));
    assert_eq!((envy.wef1.count, envy.wef1.pairs), (1, vec![envied]));
    // Without the second best, or with a conflict with either, the rest of the bundle is worth nothing to 12.
    for author in [1, 2] {
        let mut input = input.clone();
        input.submissions[0].user_id = Some(author.into());
        assert_eq!(of(&input, &plan).envy.expect("scores").ef1.count, 0, "{author}");
    }
    // A paper that is to receive nothing takes no part; and one that asks for more has less for its demand.
    input.submissions[0].reviews = Some(Bound::exactly(0));
    assert_eq!(of(&input, &plan).envy.expect("scores").ef1.count, 0);
    input.submissions[0].reviews = None;
    input.affinities.retain(|row| row.assessor_id != 2.into());
    input.affinities.extend([affinity(2, 11, 2_000_000), affinity(2, 12, 2)]);
    let count = |input: &Input| {
        let envy = of(input, &plan).envy.expect("scores");
        (envy.ef1.count, envy.wef1.count)
    };
    assert_eq!(count(&input), (0, 0));
    input.submissions[0].reviews = Some(Bound::exactly(3));
    assert_eq!(count(&input), (0, 1));
}

#[test]
fn a_review_that_stands_is_worth_its_score_whatever_the_rules_say() {
    let (mut input, plan) = conference();
    let forbid = |assessor: u64| Rule {
        kind: RuleKind::MustNotReview,
        assessor_id: assessor.into(),
        target: RuleTarget::Asset(12.into()),
        weight: 1,
    };
    input.affinities.iter_mut().filter(|row| row.assessor_id == 3.into()).for_each(|row| row.score.0 = 8);
    assert_eq!(of(&input, &plan).envy.expect("scores").ef1.count, 0);
    input.rules = vec![forbid(3)];
    assert_eq!(of(&input, &plan).envy.expect("scores").ef1.count, 0);
}

#[test]
fn labels_are_told_by_dimension() {
    let (mut input, plan) = conference();
    let label = |name: &str, value: u64| (String::from(name), vec![Id::from(value)]);
    input.students[0].labels.extend([label("place", 5), label("degree", 1)]);
    input.students[2].labels.extend([label("place", 6)]);
    input.submissions[0].labels.extend([label("place", 6), label("topic", 1)]);
    input.submissions[1].labels.extend([label("place", 6), label("degree", 1)]);
    let shares = of(&input, &plan).same_label;
    let counts: Vec<(&str, u64, u64)> = shares.iter().map(|(name, share)| (&**name, share.count, share.of)).collect();
    assert_eq!(counts, [("degree", 1, 4), ("place", 1, 4)]);
}

#[test]
fn nothing_depends_on_the_order_of_the_input() {
    let (input, _) = conference();
    let plan = plan(&[(1, 11), (2, 11), (2, 12), (3, 12), (4, 11), (1, 12)], &[], Vec::new());
    let expected = of(&input, &plan);
    assert!(expected.spectral_gap.is_some_and(|gap| gap > 0.1 && gap < 0.9));
    let mut turned = input.clone();
    turned.students.reverse();
    turned.submissions.reverse();
    turned.affinities.reverse();
    assert_eq!(of(&turned, &plan), expected);
}

#[test]
fn late_submissions_can_be_out_and_scores_are_summed() {
    let mut input = input();
    input.policy.late = Admission::Exclude;
    input.affinities = vec![affinity(3, 101, 700_000), affinity(1, 103, 200_000), affinity(2, 103, 900_000)];
    let metrics = of(&input, &plan(&[(3, 101), (1, 103), (3, 102)], &[], Vec::new()));
    assert_eq!((metrics.coverage.of, metrics.per_student.histogram), (3, vec![(0, 1), (1, 1), (2, 1)]));
    let affinity = metrics.affinity.expect("scores");
    assert_eq!((affinity.total_units, affinity.lowest_five), (900_000, vec![0.0, 0.2, 0.7]));
    assert!((affinity.mean - 0.3).abs() < 1e-15 && affinity.lowest_tenth.abs() < 1e-15);
}

#[test]
fn strangers_in_a_plan_are_left_out() {
    let metrics = of(&input(), &plan(&[(1, 999), (999, 101)], &[], Vec::new()));
    assert_eq!((metrics.reviews, metrics.per_submission.spread.max), (2, 0));
    assert_eq!(of(&Input::default(), &plan(&[], &[], Vec::new())).coverage.of, 0);
}
