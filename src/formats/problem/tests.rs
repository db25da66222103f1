//! Problem files: what is read is what was written, and what is wrong is said in one go.

use proptest::collection::vec;
use proptest::prelude::*;

use super::test_values::inputs;
use super::{read, set, write};
use crate::diagnostic::Position;
use crate::formats::Layout;
use crate::id::Id;
use crate::input::*;

const EXAMPLE: &str = r#"{
  "format": "peerplan/problem", "version": 1,
  "source": {"base_url": "https://canvas.example.edu", "course_id": 101, "assignment_id": 501},
  "students": [
    {"id": 1001, "name": "Ann Ode", "sections": [11], "groups": [701],
     "labels": {"institution": ["kth"]}, "can_review": true, "reviews": {"min": 0, "max": 3}},
    {"id": 1002, "sections": [11], "groups": [702]}, {"id": "18446744073709551615", "name": null}
  ],
  "submissions": [
    {"id": 40011, "user_id": 1001, "authors": [1001], "work_id": "group-701", "sections": [11], "groups": [701],
     "labels": {"institution": ["kth"]}, "submitted": true, "late": false,
     "submitted_at": "2026-02-24T10:11:12Z", "reviews": {"min": 1, "max": 3}},
    {"id": 40012, "user_id": 18446744073709551615}, {"id": 40013, "user_id": null, "reviews": 2}
  ],
  "peer_reviews": [
    {"id": 5001, "user_id": 1001, "assessor_id": 1020, "asset_id": 40011, "asset_type": "Submission",
     "workflow_state": "completed"}, {"assessor_id": 1, "asset_id": 2, "user_id": null}
  ],
  "policy": {
    "reviews_per_student": 1, "reviews_per_submission": {"min": 2}, "reviews_per_work": {"max": 9},
    "section": "prefer_same", "group": "any", "labels": {"institution": "different"},
    "reciprocal": {"forbid_cycles": 4}, "same_work_once": false,
    "panel": [{"label": "institution", "max": 1}, {"label": "seniority", "value": "senior", "min": 1}],
    "unsubmitted_reviewers": "exclude", "late": "exclude",
    "existing": "rebalance", "history": "avoid", "shortfall": "partial", "unscored": "forbid"
  },
  "rules": [
    {"rule": "must_review", "assessor_id": 1001, "asset_id": 40012},
    {"rule": "should_review", "assessor_id": 1002, "user_id": 40013, "weight": 1000000}
  ],
  "affinities": [{"assessor_id": 1001, "asset_id": 40012, "score": 0.83, "limit": 1.0},
                 {"assessor_id": 1001, "asset_id": 40013, "score": -1000000}],
  "history": [{"assessor_id": 1001, "user_id": 1003}],
  "strategy": {"name": "perturbed", "seed": 18446744073709551615, "limit": 0.5, "perturbation": 0.1}
}"#;

#[test]
fn every_field_is_read() {
    let (input, warnings) = read(EXAMPLE.as_bytes(), false).unwrap();
    assert!(warnings.is_empty());
    assert_eq!(input.source.as_ref().unwrap().course_id, Some(Id::from(101)));
    assert_eq!(input.students.len(), 3);
    assert_eq!(input.students[0].name.as_ref().unwrap().reveal(), "Ann Ode");
    assert_eq!(input.students[0].reviews, Some(Bound::between(0, 3)));
    assert!(!input.students[2].id.is_number() && input.students[2].id == Id::from(u64::MAX));
    assert_eq!(input.submissions[0].sections, Some(vec![Id::from(11)]));
    assert_eq!(input.submissions[1].user_id, Some(Id::from(u64::MAX)));
    assert_eq!(input.submissions[1].sections, None);
    assert_eq!(input.submissions[2].reviews, Some(Bound::exactly(2)));
    assert_eq!(input.peer_reviews[0].workflow_state, WorkflowState::Completed);
    assert_eq!(input.peer_reviews[1].workflow_state, WorkflowState::Assigned);
    assert_eq!(input.policy.reviews_per_submission, Demand::Within(Bound::at_least(2)));
    assert_eq!(input.policy.reviews_per_work, Some(Bound::between(0, 9)));
    assert_eq!(input.policy.reciprocal, Reciprocal::ForbidCycles(4));
    assert_eq!(input.policy.same_work_once, CopyRule::Free);
    assert_eq!(input.policy.panel[1].value, Some(Id::text("senior").unwrap()));
    assert_eq!(input.policy.unscored, Unscored::Forbid);
    assert_eq!(input.rules[1].target, RuleTarget::User(Id::from(40013)));
    assert_eq!(input.affinities[0].score, Micros(830_000));
    assert_eq!(input.affinities[0].limit, Some(Micros(1_000_000)));
    assert_eq!(input.affinities[1].score, Micros(-1_000_000_000_000));
    assert_eq!(input.strategy.as_ref().unwrap().seed, u64::MAX);
    assert_eq!(input.strategy.as_ref().unwrap().parameters["limit"], Micros(500_000));
}

#[test]
fn what_is_not_said_has_its_default() {
    let (input, _) = read(br#"{"students": [{"id": "a"}], "submissions": [{"id": 1}]}"#, false).unwrap();
    assert_eq!(input.students, [Student::new(Id::text("a").unwrap())]);
    assert_eq!(input.submissions, [Submission::new(1)]);
    assert_eq!(input.policy, Policy::default());
    assert_eq!(input.strategy, None);
}

#[test]
fn columns_are_the_same_as_rows() {
    let rows = br#"{"students": [], "submissions": [], "affinities": [
        {"assessor_id": 1, "asset_id": "x", "score": 0.5, "limit": 0.25}, {"assessor_id": 2, "asset_id": 3, "score": 1}]}"#;
    let columns = br#"{"affinities": {"limit": [0.25, null], "score": [0.5, 1], "asset_id": ["x", 3],
        "assessor_id": [1, 2]}, "students": [], "submissions": []}"#;
    assert_eq!(read(rows, false).unwrap().0, read(columns, false).unwrap().0);
}

#[test]
fn everything_wrong_is_reported_at_once_with_its_place() {
    let text = "{\"students\": [{\"id\": 1, \"nick\": \"Bo\"},\n {\"name\": \"Ann Ode\"}],\n  \"submisions\": [],\n \
                \"policy\": {\"section\": \"äh\",\n\t\"group\": 7}}";
    let found = read(text.as_bytes(), false).unwrap_err();
    let places: Vec<_> = found
        .items()
        .iter()
        .map(|d| (d.code, d.pointer.as_str(), d.position.map(|p| (p.line, p.column)).unwrap()))
        .collect();
    assert_eq!(
        places,
        [
            ("unknown_field", "/students/0/nick", (1, 33)),
            ("missing_field", "/students/1/id", (2, 2)),
            ("unknown_field", "/submisions", (3, 17)),
            ("unknown_value", "/policy/section", (4, 24)),
            ("wrong_type", "/policy/group", (5, 11)),
            ("missing_field", "/submissions", (1, 1)),
        ]
    );
    assert!(!found.to_string().contains("Ann"));
    assert!(found.items().iter().all(|d| !d.help.is_empty() && !d.message.is_empty()));
}

#[test]
fn lenient_reading_warns_of_unknown_fields() {
    let text = br#"{"students": [{"id": 1, "x": {}}], "submissions": [], "$schema": "problem.json"}"#;
    let (input, warnings) = read(text, true).unwrap();
    assert_eq!((input.students.len(), warnings.items().len()), (1, 2));
    assert!(!warnings.has_errors());
    assert_eq!(warnings.items()[0].position, Some(Position { line: 1, column: 30 }));
}

#[test]
fn a_byte_order_mark_is_skipped_and_not_counted() {
    let text = "\u{feff}{\"students\": [], \"submissions\": 7}";
    let found = read(text.as_bytes(), false).unwrap_err();
    assert_eq!(found.items()[0].position, Some(Position { line: 1, column: 33 }));
    assert!(read("\u{feff}{\"students\": [], \"submissions\": []}".as_bytes(), false).is_ok());
}

#[test]
fn settings_mean_what_they_mean_in_a_file() {
    let mut input = Input::default();
    for assignment in [
        "policy.section=same",
        "policy.group=\"any\"",
        "policy.reviews_per_submission={\"min\": 2, \"max\": 3}",
        "policy.reviews_per_student=2",
        "policy.labels.institution=different",
        "policy.reciprocal={\"forbid_cycles\":3}",
        "policy.same_work_once=false",
        "strategy.name=random_limited",
        "strategy.limit=0.5",
        "strategy.seed=18446744073709551615",
    ] {
        set(&mut input, assignment).unwrap();
    }
    let text = r#"{"students": [], "submissions": [], "policy": {"section": "same", "group": "any",
        "reviews_per_submission": {"min": 2, "max": 3}, "reviews_per_student": 2, "labels": {"institution": "different"},
        "reciprocal": {"forbid_cycles": 3}, "same_work_once": false},
        "strategy": {"name": "random_limited", "limit": 0.5, "seed": 18446744073709551615}}"#;
    assert_eq!(input, read(text.as_bytes(), false).unwrap().0);
}

#[test]
fn wrong_settings_change_nothing_and_say_what_is_right() {
    for (assignment, code, pointer) in [
        ("policy.sections=same", "unknown_field", "/policy/sections"),
        ("policy.section=equal", "unknown_value", "/policy/section"),
        ("policy.section=", "unknown_value", "/policy/section"),
        ("policy.labels.a=7", "wrong_type", "/policy/labels/a"),
        ("policy.reviews_per_student=-1", "out_of_range", "/policy/reviews_per_student"),
        ("strategy.limit=2", "out_of_range", "/strategy/limit"),
        ("strategy.limit=half", "wrong_type", "/strategy/limit"),
        ("strategy.seed=-1", "out_of_range", "/strategy/seed"),
        ("students.id=1", "unknown_field", "/students"),
        ("section=same", "invalid_setting", ""),
        ("policy.section", "invalid_setting", ""),
        ("policy.=1", "invalid_setting", ""),
        ("", "invalid_setting", ""),
    ] {
        let mut input = Input::default();
        let found = set(&mut input, assignment).unwrap_err();
        assert_eq!((found.items()[0].code, found.items()[0].pointer.as_str()), (code, pointer), "{assignment}");
        assert_eq!(input, Input::default(), "{assignment}");
    }
    let found = set(&mut Input::default(), "policy.sections=same").unwrap_err();
    assert!(found.items()[0].help.contains("section, group, labels"));
}

/// Ids are equal by value; here the form counts too.
fn forms(input: &Input) -> String {
    format!("{input:?}")
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_back(input in inputs(), one_line: bool) {
        let mut text = Vec::new();
        write(&input, if one_line { Layout::OneLine } else { Layout::Lines }, &mut text).unwrap();
        prop_assert_eq!(one_line, text.iter().filter(|byte| **byte == b'\n').count() == 1);
        let read = read(&text, false);
        prop_assert!(read.is_ok(), "{}\n{}", read.unwrap_err(), String::from_utf8_lossy(&text));
        let (read, _) = read.unwrap();
        prop_assert_eq!(forms(&read), forms(&input));
        prop_assert_eq!(read, input);
    }

    #[test]
    fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..64)) {
        let _ = read(&bytes, false);
    }

    #[test]
    fn mutated_files_never_panic_and_every_diagnostic_has_a_position(
        at in 0_usize..EXAMPLE.len(), length in 0_usize..12, insert in "[\\[\\]{}:,\"0-9a-z.\\\\ \n-]{0,6}",
    ) {
        let mut text = EXAMPLE.as_bytes().to_vec();
        text.splice(at..(at + length).min(EXAMPLE.len()), insert.bytes());
        if let Err(found) = read(&text, at % 2 == 0) {
            prop_assert!(found.items().iter().all(|d| d.position.is_some()), "{}", found);
            prop_assert!(found.has_errors());
        }
    }

    #[test]
    fn random_settings_never_panic(assignment in "(policy|strategy)?\\.?(labels|limit|panel|reciprocal)?=?.{0,12}") {
        let _ = set(&mut Input::default(), &assignment);
    }
}
