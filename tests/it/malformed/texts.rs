//! What cannot be read, each with the code, the pointer and the line of its first diagnostic.

use peerplan::Diagnostics;

use super::found as problem;

/// Text, then code, pointer and line of what is found first.
type Case = (&'static str, &'static str, &'static str, usize);

fn check(cases: &[Case], read: impl Fn(&[u8]) -> Diagnostics) {
    for (text, code, pointer, line) in cases {
        assert_documented(code);
        let found = read(text.as_bytes());
        let first = &found.items()[0];
        let place = first.position.map(|position| position.line);
        let expected = (*code, *pointer, Some(*line));
        assert_eq!((first.code, first.pointer.as_str(), place), expected, "{text}\n{found}");
        assert!(!first.help.is_empty() && !first.message.is_empty(), "{text}\n{found}");
        assert!(!found.to_string().contains("Ann Ode"), "{text}\n{found}");
    }
}

/// A problem with `fields` on its second line.
fn with(fields: &str) -> String {
    format!("{{\"students\": [], \"submissions\": [],\n{fields}}}")
}

fn check_with(cases: &[(&str, &str, &str)]) {
    for (fields, code, pointer) in cases {
        assert_documented(code);
        let found = problem(with(fields).as_bytes());
        let first = &found.items()[0];
        let place = first.position.map(|position| position.line);
        assert_eq!((first.code, first.pointer.as_str(), place), (*code, *pointer, Some(2)), "{fields}\n{found}");
        assert_eq!(found.items().len(), 1, "{fields}\n{found}");
    }
}

#[test]
fn texts_that_are_no_json() {
    check(
        &[
            ("", "empty_input", "", 1),
            (" \n\t", "empty_input", "", 1),
            ("\u{feff}", "empty_input", "", 1),
            ("{", "unexpected_end", "", 1),
            ("{\"students\":\n[{\"id\":", "unexpected_end", "", 2),
            ("{\"students\": [\n{\"id\": \"a", "unexpected_end", "", 2),
            ("{\"students\": [],\n}", "syntax_error", "", 2),
            ("{\"students\": [1,]}", "wrong_type", "/students/0", 1),
            ("{students: []}", "syntax_error", "", 1),
            ("{'students': []}", "syntax_error", "", 1),
            ("{\"students\": [] \"submissions\": []}", "syntax_error", "", 1),
            ("{\"students\": [\n\n{\"id\": 01}]}", "syntax_error", "", 3),
            ("{\"students\": [{\"id\": NaN}]}", "syntax_error", "", 1),
            ("{\"students\": [{\"id\": \"\\q\"}]}", "syntax_error", "", 1),
            ("{\"students\": [{\"id\": \"\\ud800\"}]}", "syntax_error", "", 1),
            ("{\"students\": [], // all\n\"submissions\": []}", "syntax_error", "", 1),
            ("{\"students\": [], \"submissions\": []}\n{}", "trailing_text", "", 2),
            ("{\"students\": [], \"submissions\": []}]", "trailing_text", "", 1),
            ("{\"students\":\n[{\"id\": 1e999}]}", "number_too_large", "", 2),
            ("[1, 2]", "wrong_type", "", 1),
            ("7", "wrong_type", "", 1),
            ("\"text\"", "wrong_type", "", 1),
            ("null", "wrong_type", "", 1),
            ("tru", "unexpected_end", "", 1),
        ],
        problem,
    );
    assert_eq!(problem(b"{\"students\":\n\xff}").items()[0].code, "invalid_utf8");
    assert_eq!(problem(b"{\"students\":\n\xff}").items()[0].position.unwrap().line, 2);
    assert_eq!(problem(b"\xfe\xff\0{").items()[0].code, "invalid_utf8");
    for open in ["[", "{\"a\":"] {
        let deep = format!("{{\"students\":\n{}", open.repeat(100_000));
        let found = problem(deep.as_bytes());
        assert_eq!(found.items()[0].code, "too_deep", "{found}");
        assert_eq!(found.items()[0].position.unwrap().line, 2);
    }
    let huge = format!("{{\"students\": [], \"submissions\": [{{\"id\":\n{}}}]}}", "9".repeat(100_000));
    assert_eq!(problem(huge.as_bytes()).items()[0].code, "number_too_large");
}

#[test]
fn what_was_found_before_a_syntax_error_is_kept() {
    let found = problem(b"{\"students\": [{\"id\": -1},\n{\"id\": 2.5}, x");
    let codes: Vec<_> = found.items().iter().map(|d| (d.code, d.position.unwrap().line)).collect();
    assert_eq!(codes, [("invalid_id", 1), ("invalid_id", 2), ("syntax_error", 2)]);
}

#[test]
fn documents_of_another_format() {
    check_with(&[
        (r#""format": "peerplan/plan""#, "wrong_format", "/format"),
        (r#""format": null"#, "wrong_type", "/format"),
        (r#""version": 2"#, "unsupported_version", "/version"),
        (r#""version": "1""#, "wrong_type", "/version"),
        (r#""version": 1.0"#, "wrong_type", "/version"),
        (r#""sutdents": []"#, "unknown_field", "/sutdents"),
        (r#""a/b~c": []"#, "unknown_field", "/a~1b~0c"),
        (r#""students": []"#, "duplicate_field", "/students"),
        (r#""source": []"#, "wrong_type", "/source"),
        (r#""source": null"#, "wrong_type", "/source"),
        (r#""source": {"course": 1}"#, "unknown_field", "/source/course"),
        (r#""source": {"course_id": ""}"#, "invalid_id", "/source/course_id"),
    ]);
    check(
        &[
            ("{}", "missing_field", "/students", 1),
            ("{\"students\":\n{}, \"submissions\": []}", "wrong_type", "/students", 2),
            ("{\"students\": [],\n\"submissions\": null}", "wrong_type", "/submissions", 2),
            ("{\"students\": [null], \"submissions\": []}", "wrong_type", "/students/0", 1),
            ("{\"students\": [], \"submissions\": [{\"id\": 1},\n7]}", "wrong_type", "/submissions/1", 2),
        ],
        problem,
    );
}

#[test]
fn students_and_submissions() {
    for (fields, code, at) in [
        (r#""id": null"#, "wrong_type", "id"),
        (r#""id": true"#, "wrong_type", "id"),
        (r#""id": -1"#, "invalid_id", "id"),
        (r#""id": 1.0"#, "invalid_id", "id"),
        (r#""id": 18446744073709551616"#, "invalid_id", "id"),
        (r#""id": """#, "invalid_id", "id"),
        (r#""name": "Ann Ode""#, "missing_field", "id"),
        (r#""id": 1, "id": 2"#, "duplicate_field", "id"),
        (r#""id": 1, "Name": "Ann Ode""#, "unknown_field", "Name"),
        (r#""id": 1, "name": ["Ann Ode"]"#, "wrong_type", "name"),
        (r#""id": 1, "sections": 11"#, "wrong_type", "sections"),
        (r#""id": 1, "sections": null"#, "wrong_type", "sections"),
        (r#""id": 1, "sections": [11, -1]"#, "invalid_id", "sections/1"),
        (r#""id": 1, "groups": [[]]"#, "wrong_type", "groups/0"),
        (r#""id": 1, "labels": []"#, "wrong_type", "labels"),
        (r#""id": 1, "labels": {"a/b": "kth"}"#, "wrong_type", "labels/a~1b"),
        (r#""id": 1, "labels": {"x": [], "x": []}"#, "duplicate_field", "labels/x"),
        (r#""id": 1, "labels": {"x": [""]}"#, "invalid_id", "labels/x/0"),
        (r#""id": 1, "can_review": "yes""#, "wrong_type", "can_review"),
        (r#""id": 1, "reviews": -1"#, "out_of_range", "reviews"),
        (r#""id": 1, "reviews": 1.5"#, "wrong_type", "reviews"),
        (r#""id": 1, "reviews": null"#, "wrong_type", "reviews"),
        (r#""id": 1, "reviews": "3""#, "wrong_type", "reviews"),
        (r#""id": 1, "reviews": {"min": 3, "max": 2}"#, "bound_reversed", "reviews"),
        (r#""id": 1, "reviews": {"min": null}"#, "wrong_type", "reviews/min"),
        (r#""id": 1, "reviews": {"max": 18446744073709551616}"#, "out_of_range", "reviews/max"),
        (r#""id": 1, "reviews": {"most": 2}"#, "unknown_field", "reviews/most"),
    ] {
        let text = format!("{{\"submissions\": [], \"students\": [{{\"id\": 0}},\n{{{fields}}}]}}");
        check_one(&text, code, &format!("/students/1/{at}"), problem);
    }
    for (fields, code, at) in [
        (r#""user_id": 7"#, "missing_field", "id"),
        (r#""id": 1, "user_id": []"#, "wrong_type", "user_id"),
        (r#""id": 1, "user_id": """#, "invalid_id", "user_id"),
        (r#""id": 1, "authors": {}"#, "wrong_type", "authors"),
        (r#""id": 1, "authors": [null]"#, "wrong_type", "authors/0"),
        (r#""id": 1, "work_id": null"#, "wrong_type", "work_id"),
        (r#""id": 1, "work_id": 0.5"#, "invalid_id", "work_id"),
        (r#""id": 1, "submitted": 1"#, "wrong_type", "submitted"),
        (r#""id": 1, "late": "no""#, "wrong_type", "late"),
        (r#""id": 1, "submitted_at": 1700000000"#, "wrong_type", "submitted_at"),
        (r#""id": 1, "reviews": "balanced""#, "wrong_type", "reviews"),
        (r#""id": 1, "name": "Ann Ode""#, "unknown_field", "name"),
    ] {
        let text = format!("{{\"students\": [], \"submissions\": [\n{{{fields}}}]}}");
        check_one(&text, code, &format!("/submissions/0/{at}"), problem);
    }
}

/// Every code is explained to users.
fn assert_documented(code: &str) {
    let documented = include_str!("../../../docs/formats.md").contains(&format!("| `{code}` |"));
    assert!(documented, "docs/formats.md does not list `{code}`");
}

/// Exactly one thing is wrong, on the second line.
fn check_one(text: &str, code: &str, pointer: &str, read: impl Fn(&[u8]) -> Diagnostics) {
    assert_documented(code);
    let found = read(text.as_bytes());
    let first = &found.items()[0];
    let place = first.position.map(|position| position.line);
    assert_eq!((first.code, first.pointer.as_str(), place), (code, pointer, Some(2)), "{text}\n{found}");
    assert_eq!(found.items().len(), 1, "{text}\n{found}");
    assert!(!found.to_string().contains("Ann Ode"), "{text}\n{found}");
}

#[test]
fn existing_reviews_rules_and_history() {
    check_with(&[
        (r#""peer_reviews": {}"#, "wrong_type", "/peer_reviews"),
        (r#""peer_reviews": [{"asset_id": 1}]"#, "missing_field", "/peer_reviews/0/assessor_id"),
        (r#""peer_reviews": [{"assessor_id": 1}]"#, "missing_field", "/peer_reviews/0/asset_id"),
        (
            r#""peer_reviews": [{"assessor_id": 1, "asset_id": 2, "asset_type": "Quiz"}]"#,
            "unknown_value",
            "/peer_reviews/0/asset_type",
        ),
        (
            r#""peer_reviews": [{"assessor_id": 1, "asset_id": 2, "workflow_state": "done"}]"#,
            "unknown_value",
            "/peer_reviews/0/workflow_state",
        ),
        (
            r#""peer_reviews": [{"assessor_id": 1, "asset_id": 2, "workflow_state": null}]"#,
            "wrong_type",
            "/peer_reviews/0/workflow_state",
        ),
        (r#""peer_reviews": [{"id": null, "assessor_id": 1, "asset_id": 2}]"#, "wrong_type", "/peer_reviews/0/id"),
        (r#""rules": [{"assessor_id": 1, "asset_id": 2}]"#, "missing_field", "/rules/0/rule"),
        (r#""rules": [{"rule": "must", "assessor_id": 1, "asset_id": 2}]"#, "unknown_value", "/rules/0/rule"),
        (r#""rules": [{"rule": "must_review", "asset_id": 2}]"#, "missing_field", "/rules/0/assessor_id"),
        (r#""rules": [{"rule": "must_review", "assessor_id": 2}]"#, "missing_field", "/rules/0/asset_id"),
        (
            r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 2, "user_id": 3}]"#,
            "ambiguous_rule",
            "/rules/0",
        ),
        (r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": null}]"#, "wrong_type", "/rules/0/user_id"),
        (
            r#""rules": [{"rule": "should_review", "assessor_id": 1, "user_id": 2, "weight": 0}]"#,
            "out_of_range",
            "/rules/0/weight",
        ),
        (
            r#""rules": [{"rule": "should_review", "assessor_id": 1, "user_id": 2, "weight": 1000001}]"#,
            "out_of_range",
            "/rules/0/weight",
        ),
        (
            r#""rules": [{"rule": "should_review", "assessor_id": 1, "user_id": 2, "weight": 0.5}]"#,
            "wrong_type",
            "/rules/0/weight",
        ),
        (r#""history": [{"assessor_id": 1, "asset_id": 2, "user_id": 3}]"#, "unknown_field", "/history/0/asset_id"),
        (r#""history": [{"assessor_id": 1}]"#, "missing_field", "/history/0/user_id"),
    ]);
}

#[test]
fn affinities() {
    check_with(&[
        (r#""affinities": 1"#, "wrong_type", "/affinities"),
        (r#""affinities": [[1, 2, 0.5]]"#, "wrong_type", "/affinities/0"),
        (r#""affinities": [{"assessor_id": 1, "asset_id": 2}]"#, "missing_field", "/affinities/0/score"),
        (r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": "0.5"}]"#, "wrong_type", "/affinities/0/score"),
        (
            r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": 1000000.1}]"#,
            "out_of_range",
            "/affinities/0/score",
        ),
        (
            r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": -1e300}]"#,
            "out_of_range",
            "/affinities/0/score",
        ),
        (
            r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": 18446744073709551615}]"#,
            "out_of_range",
            "/affinities/0/score",
        ),
        (
            r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": 1, "limit": 1.5}]"#,
            "out_of_range",
            "/affinities/0/limit",
        ),
        (
            r#""affinities": [{"assessor_id": 1, "asset_id": 2, "score": 1, "limit": null}]"#,
            "wrong_type",
            "/affinities/0/limit",
        ),
        (r#""affinities": {"assessor_id": [], "asset_id": []}"#, "missing_field", "/affinities/score"),
        (r#""affinities": {"assessor_id": [1], "asset_id": [2], "score": []}"#, "unequal_columns", "/affinities"),
        (
            r#""affinities": {"assessor_id": [1], "asset_id": [2], "score": [1], "limit": []}"#,
            "unequal_columns",
            "/affinities",
        ),
        (r#""affinities": {"assessor_id": 1, "asset_id": [], "score": []}"#, "wrong_type", "/affinities/assessor_id"),
        (
            r#""affinities": {"assessor_id": [1, 2], "asset_id": [3, 4], "score": [1, null]}"#,
            "wrong_type",
            "/affinities/score/1",
        ),
        (
            r#""affinities": {"assessor_id": [], "asset_id": [], "score": [], "scores": []}"#,
            "unknown_field",
            "/affinities/scores",
        ),
        (
            r#""affinities": {"assessor_id": [], "asset_id": [], "score": [], "score": []}"#,
            "duplicate_field",
            "/affinities/score",
        ),
    ]);
}

#[test]
fn policy_and_strategy() {
    check_with(&[
        (r#""policy": null"#, "wrong_type", "/policy"),
        (r#""policy": {"sections": "any"}"#, "unknown_field", "/policy/sections"),
        (r#""policy": {"section": "any", "section": "same"}"#, "duplicate_field", "/policy/section"),
        (r#""policy": {"section": "equal"}"#, "unknown_value", "/policy/section"),
        (r#""policy": {"section": true}"#, "wrong_type", "/policy/section"),
        (r#""policy": {"group": null}"#, "wrong_type", "/policy/group"),
        (r#""policy": {"labels": {"x": "equal"}}"#, "unknown_value", "/policy/labels/x"),
        (r#""policy": {"labels": "any"}"#, "wrong_type", "/policy/labels"),
        (r#""policy": {"reviews_per_student": "balanced"}"#, "wrong_type", "/policy/reviews_per_student"),
        (r#""policy": {"reviews_per_submission": "even"}"#, "unknown_value", "/policy/reviews_per_submission"),
        (r#""policy": {"reviews_per_submission": [1, 2]}"#, "wrong_type", "/policy/reviews_per_submission"),
        (r#""policy": {"reviews_per_work": null}"#, "wrong_type", "/policy/reviews_per_work"),
        (r#""policy": {"reciprocal": "never"}"#, "unknown_value", "/policy/reciprocal"),
        (r#""policy": {"reciprocal": true}"#, "wrong_type", "/policy/reciprocal"),
        (r#""policy": {"reciprocal": {}}"#, "missing_field", "/policy/reciprocal/forbid_cycles"),
        (r#""policy": {"reciprocal": {"forbid_cycles": 1}}"#, "out_of_range", "/policy/reciprocal/forbid_cycles"),
        (r#""policy": {"same_work_once": 1}"#, "wrong_type", "/policy/same_work_once"),
        (r#""policy": {"panel": {}}"#, "wrong_type", "/policy/panel"),
        (r#""policy": {"panel": [{"max": 1}]}"#, "missing_field", "/policy/panel/0/label"),
        (r#""policy": {"panel": [{"label": "x"}]}"#, "missing_field", "/policy/panel/0/max"),
        (r#""policy": {"panel": [{"label": "x", "min": 1}]}"#, "missing_field", "/policy/panel/0/value"),
        (
            r#""policy": {"panel": [{"label": "x", "value": 1, "min": 2, "max": 1}]}"#,
            "bound_reversed",
            "/policy/panel/0",
        ),
        (r#""policy": {"unsubmitted_reviewers": "no"}"#, "unknown_value", "/policy/unsubmitted_reviewers"),
        (r#""policy": {"late": "exclud"}"#, "unknown_value", "/policy/late"),
        (r#""policy": {"existing": "Keep"}"#, "unknown_value", "/policy/existing"),
        (r#""policy": {"history": "keep"}"#, "unknown_value", "/policy/history"),
        (r#""policy": {"shortfall": ""}"#, "unknown_value", "/policy/shortfall"),
        (r#""policy": {"unscored": "avoid"}"#, "unknown_value", "/policy/unscored"),
        (r#""strategy": "random""#, "wrong_type", "/strategy"),
        (r#""strategy": {"name": 1}"#, "wrong_type", "/strategy/name"),
        (r#""strategy": {"seed": -1}"#, "out_of_range", "/strategy/seed"),
        (r#""strategy": {"seed": 18446744073709551616}"#, "out_of_range", "/strategy/seed"),
        (r#""strategy": {"seed": 1.5}"#, "wrong_type", "/strategy/seed"),
        (r#""strategy": {"limit": 1.1}"#, "out_of_range", "/strategy/limit"),
        (r#""strategy": {"limit": "0.5"}"#, "wrong_type", "/strategy/limit"),
        (r#""strategy": {"perturbation": null}"#, "wrong_type", "/strategy/perturbation"),
        (r#""strategy": {"quality": 0.1, "quality": 0.2}"#, "duplicate_field", "/strategy/quality"),
    ]);
}
