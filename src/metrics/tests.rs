//! All figures against values worked out by hand.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use super::{Components, Share, of};
use crate::id::Id;
use crate::input::{
    Admission, Affinity, Input, Micros, Past, PeerReview, StrategyChoice, Student, Submission, WorkflowState,
};
use crate::plan::{Operation, PlanDocument, Report};

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
    // {1, 2, 3, 4}, {70}, {90}; the idle review brings nobody in.
    assert_eq!(metrics.strong_components, Components { count: 3, largest: 4 });
    // 103 and 104 have student 1 in common.
    assert_eq!(metrics.bundle_components, Components { count: 3, largest: 2 });
    assert_eq!(metrics.affinity, None);
}

#[test]
fn late_submissions_can_be_out_and_scores_are_summed() {
    let mut input = input();
    input.policy.late = Admission::Exclude;
    let affinity = |assessor: u64, asset: u64, units| Affinity {
        assessor_id: assessor.into(),
        asset_id: asset.into(),
        score: Micros(units),
        limit: None,
    };
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
