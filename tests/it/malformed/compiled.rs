//! What can be read and makes no sense, each with all codes and pointers.

use std::collections::BTreeSet;

use peerplan::diagnostic::Severity;
use peerplan::formats::{locate, problem};
use peerplan::{Diagnostics, Problem};

use super::found;

/// Students on the first line, submissions on the second, the fields of a case on the third.
const CLASS: &str = r#"{"students": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
"submissions": [{"id": 11, "user_id": 1}, {"id": 12, "user_id": 2}, {"id": 13, "user_id": 3}],
"#;

/// The same with two copies of each of two works.
const COPIES: &str = r#"{"students": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
"submissions": [{"id": 11, "user_id": 1, "work_id": "a"}, {"id": 12, "user_id": 2, "work_id": "a"}, {"id": 13, "user_id": 3, "work_id": "b"}, {"id": 14, "user_id": 4, "work_id": "b"}],
"#;

/// Fields, then code and pointer of each error.
type Case = (&'static str, &'static [(&'static str, &'static str)]);

fn places(found: &Diagnostics) -> Vec<(&str, &str)> {
    found.items().iter().map(|item| (item.code, item.pointer.as_str())).collect()
}

/// Errors are those expected, and each is on the line of the array its pointer names.
fn check(base: &str, cases: &[Case]) {
    for (fields, expected) in cases {
        let text = format!("{base}{fields}}}");
        let found = found(text.as_bytes());
        let errors: BTreeSet<_> = places(&found).into_iter().collect();
        assert_eq!(errors, expected.iter().copied().collect(), "{fields}\n{found}");
        for item in found.items() {
            let line = match item.pointer.split('/').nth(1) {
                Some("students") => 1,
                Some("submissions") => 2,
                _ => 3,
            };
            assert_eq!(item.position.map(|position| position.line), Some(line), "{fields}\n{found}");
            assert!(!item.message.is_empty() && !item.help.is_empty(), "{fields}\n{found}");
        }
    }
}

#[test]
fn existing_reviews() {
    check(
        CLASS,
        &[
            (
                r#""peer_reviews": [{"id": 5, "assessor_id": 1, "asset_id": 12}, {"id": 5, "assessor_id": 1, "asset_id": 13}]"#,
                &[("duplicate_id", "/peer_reviews/1/id")],
            ),
            (
                r#""peer_reviews": [{"id": 5, "assessor_id": 1, "asset_id": 12}, {"id": "5", "assessor_id": 1, "asset_id": 13}]"#,
                &[("duplicate_id", "/peer_reviews/1/id")],
            ),
            (
                r#""peer_reviews": [{"assessor_id": 1, "asset_id": 12}, {"assessor_id": 1, "asset_id": 12}]"#,
                &[("duplicate_pair", "/peer_reviews/1")],
            ),
            (
                r#""peer_reviews": [{"assessor_id": 1, "asset_id": 12}, {"assessor_id": "1", "asset_id": 12}]"#,
                &[("duplicate_pair", "/peer_reviews/1"), ("id_form_mixed", "/peer_reviews/1/assessor_id")],
            ),
            (
                r#""peer_reviews": [{"assessor_id": 9, "asset_id": 12}, {"assessor_id": 9, "asset_id": 12}]"#,
                &[("duplicate_pair", "/peer_reviews/1")],
            ),
            (r#""peer_reviews": [{"assessor_id": 1, "asset_id": 2}]"#, &[("unknown_id", "/peer_reviews/0/asset_id")]),
            (
                r#""peer_reviews": [{"assessor_id": 1, "asset_id": "12"}]"#,
                &[("id_form_mixed", "/peer_reviews/0/asset_id")],
            ),
            (
                r#""peer_reviews": [{"assessor_id": 1, "asset_id": 12, "user_id": 3}]"#,
                &[("user_mismatch", "/peer_reviews/0/user_id")],
            ),
            (
                r#""peer_reviews": [{"assessor_id": 1, "asset_id": 12, "user_id": "2"}]"#,
                &[("id_form_mixed", "/peer_reviews/0/user_id")],
            ),
        ],
    );
}

#[test]
fn rules_for_nobody_and_ids_in_two_forms() {
    for kind in ["must_review", "should_review", "should_not_review"] {
        for (field, value) in [("assessor_id", "9"), ("asset_id", "1"), ("user_id", "11")] {
            let other = match field {
                "assessor_id" => r#""asset_id": 12"#,
                _ => r#""assessor_id": 1"#,
            };
            let text = format!(r#"{CLASS}"rules": [{{"rule": "{kind}", "{field}": {value}, {other}}}]}}"#);
            let found = found(text.as_bytes());
            assert_eq!(places(&found), [("unknown_id", &*format!("/rules/0/{field}"))], "{text}\n{found}");
        }
    }
    for kind in ["must_review", "must_not_review", "should_review", "should_not_review"] {
        for (field, value, other) in [
            ("assessor_id", r#""1""#, r#""asset_id": 12"#),
            ("asset_id", r#""12""#, r#""assessor_id": 1"#),
            ("user_id", r#""2""#, r#""assessor_id": 1"#),
        ] {
            let text = format!(r#"{CLASS}"rules": [{{"rule": "{kind}", "{field}": {value}, {other}}}]}}"#);
            let found = found(text.as_bytes());
            assert_eq!(places(&found), [("id_form_mixed", &*format!("/rules/0/{field}"))], "{text}\n{found}");
        }
    }
}

#[test]
fn musts_that_cannot_be() {
    let not_eligible: &[(&str, &str)] = &[("must_not_eligible", "/rules/0")];
    check(
        CLASS,
        &[
            (r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 11}]"#, not_eligible),
            (r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 1}]"#, not_eligible),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}], "policy": {"section": "same"}"#,
                not_eligible,
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 2}], "policy": {"labels": {"x": "same"}}"#,
                not_eligible,
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}], "policy": {"history": "forbid"}, "history": [{"assessor_id": 1, "user_id": 2}]"#,
                not_eligible,
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}], "policy": {"unscored": "forbid"}, "affinities": [{"assessor_id": 1, "asset_id": 13, "score": 0}]"#,
                not_eligible,
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 4, "asset_id": 12}], "policy": {"unsubmitted_reviewers": "exclude"}"#,
                not_eligible,
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}, {"rule": "must_not_review", "assessor_id": 1, "user_id": 2}]"#,
                &[("must_and_must_not", "/rules/0")],
            ),
            (
                r#""rules": [{"rule": "must_not_review", "assessor_id": 1, "asset_id": 12}, {"rule": "must_review", "assessor_id": 1, "user_id": 2}]"#,
                &[("must_and_must_not", "/rules/1")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}, {"rule": "must_review", "assessor_id": 1, "user_id": 3}], "policy": {"reviews_per_student": 1}"#,
                &[("must_over_maximum", "/students/0")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 12}, {"rule": "must_review", "assessor_id": 4, "user_id": 2}], "policy": {"reviews_per_submission": {"max": 1}}"#,
                &[("must_over_maximum", "/submissions/1")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}], "peer_reviews": [{"assessor_id": 1, "asset_id": 12}], "policy": {"reviews_per_student": {"max": 1}}"#,
                &[("must_over_maximum", "/students/0")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}], "peer_reviews": [{"assessor_id": 9, "asset_id": 13, "workflow_state": "completed"}], "policy": {"reviews_per_submission": 1, "existing": "replace"}"#,
                &[("must_over_maximum", "/submissions/2")],
            ),
        ],
    );
    check(
        COPIES,
        &[
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}, {"rule": "must_review", "assessor_id": 1, "asset_id": 14}]"#,
                &[("must_same_work", "/rules/1")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}], "peer_reviews": [{"assessor_id": 1, "asset_id": 14}]"#,
                &[("must_same_work", "/rules/0")],
            ),
            (r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 2}]"#, not_eligible),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 3}], "policy": {"reviews_per_submission": 0}"#,
                &[("must_over_maximum", "/rules/0")],
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 3}], "policy": {"reviews_per_student": 0}"#,
                &[("must_over_maximum", "/students/0")],
            ),
        ],
    );
}

#[test]
fn scores_and_history() {
    check(
        CLASS,
        &[
            (
                r#""affinities": [{"assessor_id": 9, "asset_id": 12, "score": 1}]"#,
                &[("unknown_id", "/affinities/0/assessor_id")],
            ),
            (
                r#""affinities": {"assessor_id": [1, 9], "asset_id": [12, 1], "score": [0, 1]}"#,
                &[("unknown_id", "/affinities/assessor_id/1"), ("unknown_id", "/affinities/asset_id/1")],
            ),
            (
                r#""affinities": {"assessor_id": [1, 1], "asset_id": [12, 12], "score": [0, 1]}"#,
                &[("duplicate_pair", "/affinities/assessor_id/1")],
            ),
            (
                r#""affinities": [{"assessor_id": 1, "asset_id": 12, "score": 1}, {"assessor_id": "1", "asset_id": 13, "score": 1}]"#,
                &[("id_form_mixed", "/affinities/1/assessor_id")],
            ),
            (
                r#""affinities": [{"assessor_id": 1, "asset_id": "12", "score": 1}]"#,
                &[("id_form_mixed", "/affinities/0/asset_id")],
            ),
            (r#""history": [{"assessor_id": "1", "user_id": 2}]"#, &[("id_form_mixed", "/history/0/assessor_id")]),
            (r#""history": [{"assessor_id": 1, "user_id": "2"}]"#, &[("id_form_mixed", "/history/0/user_id")]),
        ],
    );
}

#[test]
fn ids_that_are_not_needed_are_warned_of() {
    for (fields, pointer) in [
        (r#""rules": [{"rule": "must_not_review", "assessor_id": 9, "asset_id": 12}]"#, "/rules/0/assessor_id"),
        (r#""rules": [{"rule": "must_not_review", "assessor_id": 1, "asset_id": 1}]"#, "/rules/0/asset_id"),
        (r#""rules": [{"rule": "must_not_review", "assessor_id": 1, "user_id": 12}]"#, "/rules/0/user_id"),
        (r#""history": [{"assessor_id": 9, "user_id": 1}]"#, "/history/0/assessor_id"),
        (r#""history": [{"assessor_id": 1, "user_id": 9}]"#, "/history/0/user_id"),
    ] {
        let text = format!("{CLASS}{fields}, \"policy\": {{\"reviews_per_student\": 1}}}}");
        let (input, _) = problem::read(text.as_bytes(), false).expect("readable");
        let mut warnings = Problem::new(&input).expect("usable").warnings().clone();
        locate(text.as_bytes(), &mut warnings);
        let [warning] = warnings.items() else { panic!("{text}\n{warnings}") };
        let said = (warning.severity, warning.code, warning.pointer.as_str());
        assert_eq!(said, (Severity::Warning, "unknown_id", pointer));
        assert_eq!(warning.position.map(|position| position.line), Some(3), "{text}\n{warnings}");
    }
}

#[test]
fn everything_is_said_at_once() {
    let text = format!(
        r#"{CLASS}"peer_reviews": [{{"assessor_id": 1, "asset_id": 99}}, {{"assessor_id": 1, "asset_id": 12, "user_id": 1}},
{{"assessor_id": 2, "asset_id": "13"}}, {{"assessor_id": 1, "asset_id": 12}}],
"rules": [{{"rule": "must_review", "assessor_id": 1, "asset_id": 11}}, {{"rule": "must_review", "assessor_id": 7, "asset_id": 11}},
{{"rule": "must_review", "assessor_id": 4, "user_id": 3}}, {{"rule": "must_not_review", "assessor_id": 4, "user_id": 3}},
{{"rule": "should_review", "assessor_id": "4", "user_id": 33}}],
"affinities": [{{"assessor_id": 1, "asset_id": 11, "score": 1}}, {{"assessor_id": 1, "asset_id": 11, "score": 2}},
{{"assessor_id": 1, "asset_id": 14, "score": 2}}], "history": [{{"assessor_id": "1", "user_id": 77}}]}}"#
    );
    let found = found(text.as_bytes());
    let expected = [
        ("duplicate_pair", "/affinities/1"),
        ("duplicate_pair", "/peer_reviews/3"),
        ("id_form_mixed", "/history/0/assessor_id"),
        ("id_form_mixed", "/peer_reviews/2/asset_id"),
        ("id_form_mixed", "/rules/4/assessor_id"),
        ("must_and_must_not", "/rules/2"),
        ("must_not_eligible", "/rules/0"),
        ("unknown_id", "/affinities/2/asset_id"),
        ("unknown_id", "/history/0/user_id"),
        ("unknown_id", "/peer_reviews/0/asset_id"),
        ("unknown_id", "/rules/1/assessor_id"),
        ("unknown_id", "/rules/4/user_id"),
        ("user_mismatch", "/peer_reviews/1/user_id"),
    ];
    let mut all = places(&found);
    all.sort_unstable();
    assert_eq!(all, expected, "{found}");
}

#[test]
fn the_first_hundred_of_each_code_are_kept() {
    let student = |id: usize| format!("{{\"id\": {}}}", id / 2);
    let score = |id: usize| format!("{{\"assessor_id\": 0, \"asset_id\": {id}, \"score\": 1}}");
    let list = |of: &dyn Fn(usize) -> String| (0..300).map(of).collect::<Vec<_>>().join(",\n");
    let (students, scores) = (list(&student), list(&score));
    let text = format!("{{\"students\": [{students}], \"submissions\": [], \"affinities\": [{scores}]}}");
    let found = found(text.as_bytes());
    let counts: Vec<_> = found.counts().iter().map(|count| (count.code, count.count)).collect();
    assert_eq!(counts, [("duplicate_id", 150), ("unknown_id", 300)]);
    assert_eq!(found.items().len(), 200);
    let words = found.to_string();
    assert!(words.contains("50 more of [duplicate_id]") && words.contains("200 more of [unknown_id]"), "{words}");
}

#[test]
fn musts_that_are_more_than_a_panel_may_have_are_refused() {
    let text = r#"{"students": [{"id": 1, "sections": [7]}, {"id": 2, "sections": [7, 8]}, {"id": 3}],
        "submissions": [{"id": 13, "user_id": 3}], "policy": {"panel": [{"label": "sections", "max": 1}]},
        "rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}, {"rule": "must_review", "assessor_id": 2, "asset_id": 13}]}"#;
    let found = found(text.as_bytes());
    assert_eq!(places(&found), [("panel_exceeded", "/submissions/0")]);
    let words = found.to_string();
    assert!(words.contains("sections 7") && words.contains("1, 2") && words.contains("/policy/panel/0"), "{words}");
}
