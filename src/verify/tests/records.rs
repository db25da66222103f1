//! Records against the existing reviews.

use super::{Case, expect};
use crate::id::Id;
use crate::input::{Existing, WorkflowState};
use crate::plan::{Alternates, Operation};
use crate::verify::verify;

fn text(text: &str) -> Id {
    Id::text(text).expect("not empty")
}

#[test]
fn what_the_problem_does_not_know() {
    expect(&["unknown_assessor"], |case| {
        case.create(55, 104);
    });
    expect(&["unknown_asset"], |case| {
        case.create(1, 555);
    });
    // Somebody who has left may not be given anything.
    expect(&["unknown_assessor"], |case| {
        case.create(7, 104);
    });
    expect(&["unknown_assessor"], |case| {
        let mut review = case.plan.kept[0].clone();
        review.assessor_id = text("nobody");
        case.plan.kept.push(review);
    });
}

#[test]
fn ids_keep_their_form() {
    expect(&["id_form"], |case| case.created(0).assessor_id = text("2"));
    expect(&["id_form"], |case| case.created(0).asset_id = text("104"));
    expect(&["id_form"], |case| case.created(0).user_id = Some(text("4")));
    expect(&["id_form"], |case| case.plan.kept[0].id = Some(text("9000")));
    expect(&["id_form"], |case| case.plan.kept[1].assessor_id = text("7"));
    expect(&["id_form"], |case| case.created(3).user_id = Some(text("4")));
}

#[test]
fn created_reviews_are_new() {
    expect(&["created_has_id"], |case| case.created(1).id = Some(Id::from(1)));
    expect(&["created_not_assigned"], |case| case.created(1).workflow_state = WorkflowState::Completed);
    expect(&["wrong_owner"], |case| case.created(1).user_id = Some(Id::from(1)));
    expect(&["wrong_owner"], |case| case.created(1).user_id = None);
    expect(&["creates_existing"], |case| {
        case.create(3, 101);
    });
    expect(&["creates_existing"], |case| {
        case.create(4, 105);
    });
    expect(&["created_twice"], |case| {
        case.create(2, 104);
    });
}

#[test]
fn a_deleted_pair_exists_still() {
    let mut case = Case::new();
    case.input.students[5].can_review = true;
    case.input.students[5].groups.clear();
    case.create(6, 104);
    case.report();
    assert_eq!(case.codes(), ["creates_existing"]);
}

#[test]
fn existing_reviews_stay_what_they_are() {
    expect(&["altered_review"], |case| case.plan.kept[0].id = Some(Id::from(1)));
    expect(&["altered_review"], |case| case.plan.kept[0].id = None);
    expect(&["altered_review"], |case| case.plan.kept[0].user_id = Some(Id::from(9)));
    expect(&["altered_review"], |case| case.plan.kept[2].workflow_state = WorkflowState::Completed);
    expect(&["altered_review"], |case| case.created(3).workflow_state = WorkflowState::Completed);
    // An owner that the problem leaves out may be filled in, and may not.
    expect(&[], |case| case.input.peer_reviews[0].user_id = None);
    expect(&[], |case| {
        case.input.peer_reviews[0].user_id = None;
        case.plan.kept[0].user_id = None;
    });
}

#[test]
fn each_existing_review_is_in_one_list_once() {
    expect(&["not_existing"], |case| {
        let mut review = case.plan.kept[0].clone();
        review.asset_id = Id::from(105);
        review.user_id = Some(Id::from(5));
        case.plan.kept.push(review);
        case.plan.alternates.clear();
    });
    expect(&["not_existing"], |case| {
        let mut review = case.plan.kept[0].clone();
        review.asset_id = Id::from(104);
        case.plan.operations.push(Operation::Delete(review, "?".into()));
    });
    expect(&["listed_twice"], |case| case.keep(0));
    expect(&["listed_twice"], |case| case.delete(3));
    expect(&["listed_twice"], |case| case.delete(4));
    expect(&["missing_review"], |case| {
        case.plan.operations.pop();
    });
    expect(&["missing_review"], |case| {
        case.existing(1, 105, WorkflowState::Assigned);
    });
}

#[test]
fn completed_reviews_and_under_keep_all_stay() {
    expect(&["deletes_completed"], |case| {
        let place = case.existing(1, 105, WorkflowState::Completed);
        case.delete(place);
    });
    let mut case = Case::keeping();
    case.existing(1, 105, WorkflowState::Assigned);
    case.delete(5);
    case.report();
    assert_eq!(case.codes(), ["deletes_under_keep"]);
}

#[test]
fn unfinished_reviews_that_are_not_eligible_go() {
    for policy in [Existing::Rebalance, Existing::Replace] {
        for (place, pointer) in [(2, "/kept/3"), (4, "/kept/3")] {
            let mut case = Case::new();
            case.input.policy.existing = policy;
            let review = case.input.peer_reviews[place].clone();
            let deleted = Operation::Delete(review, "free to go".into());
            case.plan.operations.retain(|operation| *operation != deleted);
            case.keep(place);
            case.report();
            assert_eq!(case.codes(), ["keeps_ineligible"]);
            assert_eq!(verify(&case.input, &case.plan).violations[0].pointer, pointer);
        }
    }
    // A completed one stays whatever has become of the pair.
    expect(&[], |case| {
        let place = case.existing(6, 106, WorkflowState::Completed);
        case.keep(place);
    });
}

#[test]
fn creates_come_before_deletes() {
    expect(&["create_after_delete"], |case| case.plan.operations.swap(0, 3));
    // Another submission is none of its business.
    expect(&[], |case| case.plan.operations.swap(1, 3));
}

#[test]
fn alternates_could_step_in() {
    let alternates = |asset: u64, assessors: &[u64]| Alternates {
        asset_id: Id::from(asset),
        assessor_ids: assessors.iter().copied().map(Id::from).collect(),
    };
    for (asset, assessor) in [(555, 1), (104, 7), (104, 55)] {
        expect(&["alternate_unknown"], |case| case.plan.alternates.push(alternates(asset, &[assessor])));
    }
    // Own work, the submission reviewed already, not handed in, listed twice.
    for (asset, assessors) in [(104, &[4][..]), (104, &[2]), (105, &[4]), (106, &[1]), (104, &[1, 1])] {
        expect(&["alternate_ineligible"], |case| case.plan.alternates = alloc::vec![alternates(asset, assessors)]);
    }
    // Room for one review more.
    expect(&["alternate_full"], |case| case.plan.alternates.push(alternates(105, &[1])));
}

#[test]
fn the_source_is_that_of_the_problem() {
    expect(&["source_differs"], |case| case.plan.source = None);
    expect(&["source_differs"], |case| {
        if let Some(source) = &mut case.plan.source {
            source.course_id = Some(text("8"));
        }
    });
}
