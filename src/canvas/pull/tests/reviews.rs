//! The reviews that exist.

use serde_json::json;

use super::server::{ENROLLMENTS, REVIEWS, Server, enrollment, review};
use super::*;
use crate::input::WorkflowState;

#[test]
fn of_a_pair_that_stands_twice_the_written_review_counts_then_the_oldest() {
    let mut server = Server::new();
    for (id, asset, owner, assessor, state) in [
        (5003, 40_011, 1001, 1002, "assigned"),
        (5004, 40_011, 1001, 1002, "completed"),
        (5007, 40_012, 1002, 1001, "assigned"),
        (5006, 40_012, 1002, 1001, "assigned"),
    ] {
        server.add(REVIEWS, review(id, asset, owner, assessor, state));
    }
    let mut other = review(5001, 40_011, 1001, 1002, "completed");
    other["asset_type"] = json!("Portfolio");
    server.add(REVIEWS, other);
    let pulled = pull(&mut server);
    let kept: Vec<_> =
        pulled.input.peer_reviews.iter().map(|review| (review.id.clone().unwrap(), review.workflow_state)).collect();
    assert_eq!(kept, [(Id::from(5004), WorkflowState::Completed), (Id::from(5006), WorkflowState::Assigned)]);
    assert!(says(&pulled, "duplicate_peer_reviews").contains(": 2;"));
}

#[test]
fn reviews_of_and_by_those_who_left_stay_in_sight() {
    let mut server = Server::new();
    // One left with a row, one without; both reviewed and were reviewed.
    server.add(ENROLLMENTS, enrollment(1003, 11, "StudentEnrollment", "inactive")).hand_in(40_013, 1003);
    server.group(701, &[1001, 1003]).group(702, &[1002]);
    server.add(REVIEWS, review(5001, 40_013, 1003, 1002, "completed"));
    server.add(REVIEWS, review(5002, 40_014, 1004, 1002, "assigned"));
    server.add(REVIEWS, review(5003, 40_012, 1002, 1004, "assigned"));
    server.add(REVIEWS, review(5004, 40_011, 1001, 1003, "completed"));
    let pulled = pull(&mut server);
    assert_eq!((student_ids(&pulled).len(), pulled.input.peer_reviews.len()), (2, 4));
    let (with_row, without) = (submission(&pulled, 40_013), submission(&pulled, 40_014));
    assert!(!with_row.submitted && !without.submitted);
    assert_eq!((with_row.user_id.clone(), without.user_id.clone()), (Some(Id::from(1003)), Some(Id::from(1004))));
    // What the group of a leaver handed in is still one work.
    assert_eq!(with_row.work_id, submission(&pulled, 40_011).work_id);
    assert!(says(&pulled, "reviews_of_unlisted").contains("40013, 40014 (2 in all)"));
    assert!(says(&pulled, "reviews_by_unlisted").contains("1003, 1004 (2 in all); reviews not written: 1"));
}

#[test]
fn reviews_that_wait_for_those_who_handed_in_nothing_are_counted() {
    let mut server = Server::new();
    server.student(1003, 11).add(server::SUBMISSIONS, server::row(40_013, 1003, false));
    server.add(REVIEWS, review(5001, 40_011, 1001, 1003, "assigned"));
    server.add(REVIEWS, review(5002, 40_012, 1002, 1003, "completed"));
    let said = says(&pull(&mut server), "not_handed_in");
    assert!(said.contains("that wait for them: 1): 1003 (1 in all)"), "{said}");
}

#[test]
fn the_submission_says_whose_it_is() {
    let mut server = Server::new();
    server.add(REVIEWS, review(5001, 40_011, 1077, 1002, "expired"));
    let pulled = pull(&mut server);
    let review = &pulled.input.peer_reviews[0];
    assert_eq!((&review.user_id, review.workflow_state), (&Some(Id::from(1001)), WorkflowState::Completed));
    assert!(codes(&pulled).contains(&"other_owner"));
}

#[test]
fn of_a_section_only_the_reviews_that_touch_it_are_taken() {
    let mut server = Server::new();
    for (id, asset, owner, assessor) in
        [(1, 40_011, 1001, 1002), (2, 40_012, 1002, 1050), (3, 40_050, 1050, 1001), (4, 40_050, 1050, 1051)]
    {
        server.add(REVIEWS, review(id, asset, owner, assessor, "assigned"));
    }
    for (path, records) in std::mem::take(&mut server.records) {
        let below = path.strip_prefix("/api/v1/courses/101").unwrap();
        server.records.insert(format!("/api/v1/sections/11{below}"), records.clone());
        server.records.insert(path, records);
    }
    let pulled = pull_with(&mut server, Some(11), OPTIONS);
    let ids: Vec<_> = pulled.input.peer_reviews.iter().filter_map(|review| review.id.as_ref()?.value()).collect();
    assert_eq!(ids, [1, 2, 3]);
    assert!(says(&pulled, "reviews_elsewhere").contains(": 1;"));
    assert_eq!(pull(&mut server).input.peer_reviews.len(), 4);
}
