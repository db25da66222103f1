//! The oracle against what is known by hand, and its search against all sets of free pairs.

use peerplan::input::{
    Bound, Demand, Existing, PeerReview, Reciprocal, Rule, RuleKind, RuleTarget, Shortfall, Student, Submission,
    WorkflowState,
};
use peerplan::{Id, Input};

use super::certificate::{Cut, CutSide};
use super::{Assignment, Facts, Objective};

/// Student 1 owns submission 11, and so on.
fn class(students: u64, per_student: u64) -> Input {
    let mut input = Input {
        students: (1..=students).map(Student::new).collect(),
        submissions: (1..=students).map(|id| Submission::by(10 + id, id)).collect(),
        ..Input::default()
    };
    input.policy.reviews_per_student = Bound::exactly(per_student);
    input
}

fn pair(assessor: u64, asset: u64) -> (Id, Id) {
    (assessor.into(), asset.into())
}

fn review(assessor: u64, asset: u64, workflow_state: WorkflowState) -> PeerReview {
    PeerReview { id: None, user_id: None, assessor_id: assessor.into(), asset_id: asset.into(), workflow_state }
}

/// The search stands or falls with this: it finds what is valid and best among all sets of free pairs.
pub(crate) fn agrees_with_all_sets(facts: &Facts<'_>) {
    let free: Vec<_> = facts.free.iter().cloned().collect();
    let all = (0_u64..1 << free.len()).map(|set| {
        let chosen = (0..free.len()).filter(|bit| set >> bit & 1 == 1).map(|bit| free[bit].clone());
        facts.fixed.iter().cloned().chain(chosen).collect::<Assignment>()
    });
    let mut valid: Vec<(Objective, Assignment)> =
        all.filter(|set| facts.valid(set)).map(|set| (facts.objective(&set), set)).collect();
    assert_eq!(facts.count_valid(), valid.len() as u64);
    let Some(optimum) = facts.optimum() else {
        assert!(valid.is_empty());
        return;
    };
    let hard = |goals: &Objective| (goals.missing, goals.missing_squares);
    let total = valid.iter().map(|(goals, _)| (hard(goals), goals.deletes, goals.total)).min().expect("some").2;
    valid.retain(|(goals, _)| goals.total == total);
    let order = |goals: &Objective| {
        (hard(goals), goals.received_squares, goals.deletes, -goals.gain, goals.given_squares, goals.spread_squares)
    };
    let least = valid.iter().map(|(goals, _)| order(goals)).min().expect("some");
    valid.retain(|(goals, _)| order(goals) == least);
    let best: std::collections::BTreeSet<Assignment> = valid.iter().map(|(_, set)| set.clone()).collect();
    assert_eq!(optimum.objective, valid[0].0);
    assert_eq!(optimum.assignments, best);
}

#[test]
fn the_search_agrees_with_all_sets_by_hand() {
    for (students, per_student) in [(1, 1), (2, 1), (3, 1), (3, 2), (4, 1), (4, 2)] {
        let mut input = class(students, per_student);
        agrees_with_all_sets(&Facts::new(&input));
        input.policy.reviews_per_student = Bound::between(0, per_student);
        input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 2));
        agrees_with_all_sets(&Facts::new(&input));
        input.policy.shortfall = Shortfall::Partial;
        input.policy.reviews_per_submission = Demand::Within(Bound::at_least(3));
        agrees_with_all_sets(&Facts::new(&input));
        input.policy.reciprocal = Reciprocal::Forbid;
        agrees_with_all_sets(&Facts::new(&input));
    }
}

#[test]
fn three_students_who_review_once_go_round_either_way() {
    let input = class(3, 1);
    let optimum = Facts::new(&input).optimum().expect("feasible");
    let round = [[pair(1, 12), pair(2, 13), pair(3, 11)], [pair(1, 13), pair(2, 11), pair(3, 12)]];
    assert_eq!(optimum.assignments, round.into_iter().map(Assignment::from).collect());
    assert_eq!((optimum.objective.total, optimum.objective.received_squares, optimum.reciprocal_pairs), (3, 3, 0));
}

#[test]
fn two_review_each_other_and_cannot_review_twice() {
    assert_eq!(Facts::new(&class(2, 1)).optimum().expect("feasible").reciprocal_pairs, 1);
    let input = class(2, 2);
    let facts = Facts::new(&input);
    assert!(facts.optimum().is_none());
    let cut = Cut {
        side: CutSide::Students,
        students: vec![],
        submissions: vec![11.into(), 12.into()],
        works: vec![],
        panel: None,
        required: 4,
        available: 2,
    };
    assert_eq!(facts.check_cut(&cut), Ok(()));
    assert!(facts.check_cut(&Cut { available: 3, ..cut.clone() }).is_err());
    assert!(facts.check_cut(&Cut { submissions: vec![11.into()], ..cut }).is_err());
}

#[test]
fn a_submission_that_needs_more_than_the_others_give_is_cut_out() {
    let mut input = class(3, 1);
    input.policy.reviews_per_student = Bound::between(0, 1);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(2));
    let facts = Facts::new(&input);
    assert!(facts.optimum().is_none());
    let all = [11, 12, 13].map(Id::from).to_vec();
    let students = [1, 2, 3].map(Id::from).to_vec();
    let (side, works) = (CutSide::Submissions, vec![]);
    let cut = Cut { side, students, submissions: all, works, panel: None, required: 6, available: 3 };
    assert_eq!(facts.check_cut(&cut), Ok(()));
}

#[test]
fn a_work_counts_in_place_of_its_copies() {
    // Three copies of one work need four reviews, of which each may receive one.
    let mut input = class(3, 0);
    input.students = (4..=7).map(Student::new).collect();
    input.policy.reviews_per_student = Bound::between(0, 1);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(0, 1));
    input.policy.reviews_per_work = Some(Bound::exactly(4));
    for copy in &mut input.submissions {
        copy.work_id = Some(1.into());
    }
    let facts = Facts::new(&input);
    assert!(facts.optimum().is_none());
    let (side, works) = (CutSide::Submissions, vec![1.into()]);
    let cut = Cut { side, students: vec![], submissions: vec![], works, panel: None, required: 4, available: 3 };
    assert_eq!(facts.check_cut(&cut), Ok(()));
    assert!(facts.check_cut(&Cut { works: vec![], ..cut.clone() }).is_err());
    assert!(facts.check_cut(&Cut { submissions: vec![11.into()], ..cut }).is_err());
    input.policy.shortfall = Shortfall::Partial;
    let best = Facts::new(&input).optimum().expect("feasible").objective;
    assert_eq!((best.missing, best.total, best.spread_squares), (1, 3, 3));
    input.policy.shortfall = Shortfall::Error;
    input.policy.reviews_per_submission = Demand::Balanced;
    let best = Facts::new(&input).optimum().expect("feasible").objective;
    assert_eq!((best.total, best.received_squares, best.spread_squares), (4, 6, 0));
}

#[test]
fn derangements_are_counted() {
    for (students, derangements) in [(2, 1), (3, 2), (4, 9), (5, 44), (6, 265)] {
        assert_eq!(Facts::new(&class(students, 1)).optimum().expect("feasible").assignments.len(), derangements);
    }
}

#[test]
fn a_must_by_author_takes_either_copy_and_evenness_decides() {
    let mut input = class(3, 0);
    input.policy.reviews_per_student = Bound::between(0, 3);
    input.submissions[0].work_id = Some(1.into());
    input.submissions[1].work_id = Some(1.into());
    let target = RuleTarget::User(2.into());
    input.rules = vec![Rule { kind: RuleKind::MustReview, assessor_id: 3.into(), target, weight: 1 }];
    let facts = Facts::new(&input);
    assert!(facts.contradictions.is_empty() && !facts.nothing_asked());
    let expected = [[pair(3, 11)], [pair(3, 12)]];
    assert_eq!(facts.optimum().expect("feasible").assignments, expected.into_iter().map(Assignment::from).collect());
    input.peer_reviews = vec![review(1, 13, WorkflowState::Completed), review(4, 11, WorkflowState::Completed)];
    let optimum = Facts::new(&input).optimum().expect("feasible");
    let expected = Assignment::from([pair(1, 13), pair(4, 11), pair(3, 12)]);
    assert_eq!(optimum.assignments, [expected].into());
}

#[test]
fn an_unfinished_review_moves_only_for_evenness_or_need() {
    let mut input = class(3, 1);
    input.policy.existing = Existing::Rebalance;
    input.peer_reviews = vec![review(1, 13, WorkflowState::Assigned), review(2, 13, WorkflowState::Assigned)];
    let optimum = Facts::new(&input).optimum().expect("feasible");
    assert_eq!((optimum.objective.deletes, optimum.objective.received_squares), (1, 3));
    input.policy.existing = Existing::Keep;
    let optimum = Facts::new(&input).optimum().expect("feasible");
    assert_eq!((optimum.objective.deletes, optimum.objective.received_squares, optimum.assignments.len()), (0, 5, 2));
}
