//! Contradictions name all sides: the must, and what stands against it, each with its place.

use super::found;

const CLASS: &str = r#"{"students": [{"id": 1, "sections": [7, 8], "groups": [70]}, {"id": 2, "sections": [9], "groups": [70]}, {"id": 3}, {"id": 4, "can_review": false}],
"submissions": [{"id": 11, "user_id": 1}, {"id": 12, "user_id": 2}, {"id": 13, "user_id": 3, "reviews": {"max": 1}}, {"id": 14, "user_id": 4, "submitted": false}, {"id": 15, "late": true}],
"#;

const COPIES: &str = r#"{"students": [{"id": 1}, {"id": 2}, {"id": 3}, {"id": 4}],
"submissions": [{"id": 11, "user_id": 1, "work_id": "a"}, {"id": 12, "user_id": 2, "work_id": "a"}, {"id": 13, "user_id": 3, "work_id": "b"}, {"id": 14, "user_id": 4, "work_id": "b"}],
"#;

/// The only message about the fields of a case.
fn said(base: &str, fields: &str) -> String {
    let found = found(format!("{base}{fields}}}").as_bytes());
    let [only] = found.items() else { panic!("{fields}\n{found}") };
    format!("{} {}: {}", only.code, only.pointer, only.message)
}

fn check(base: &str, cases: &[(&str, &str)]) {
    for (fields, expected) in cases {
        assert_eq!(said(base, fields), *expected, "{fields}");
    }
}

#[test]
fn a_must_that_is_not_eligible_names_what_excludes_it() {
    let must = |assessor: u64, asset: u64, rest: &str| {
        format!(r#""rules": [{{"rule": "must_review", "assessor_id": {assessor}, "asset_id": {asset}}}]{rest}"#)
    };
    for (fields, expected) in [
        (must(4, 11, ""), "4 must review 11, but 4 may not review (/students/3/can_review)"),
        (
            must(4, 11, r#", "policy": {"unsubmitted_reviewers": "exclude"}"#),
            "4 must review 11, but 4 may not review (/students/3/can_review)",
        ),
        (must(1, 14, ""), "1 must review 14, but 14 is not handed in (/submissions/3/submitted)"),
        (
            must(1, 15, r#", "policy": {"late": "exclude"}"#),
            "1 must review 15, but 15 is late (/submissions/4/late), and late ones are left out (/policy/late)",
        ),
        (must(1, 11, ""), "1 must review 11, but 1 is an author of the work (/submissions/0)"),
        (
            must(1, 12, r#", "policy": {"section": "same", "group": "any"}"#),
            "1 must review 12, but /policy/section asks for the same, and they share none: 1 has 7, 8 (/students/0), 12 \
             has 9 by its authors (/submissions/1)",
        ),
        (
            must(1, 12, ""),
            "1 must review 12, but /policy/group asks for different ones, and they share one: 1 has 70 (/students/0), 12 \
             has 70 by its authors (/submissions/1)",
        ),
        (
            must(1, 13, r#", "policy": {"labels": {"a/b": "same"}}"#),
            "1 must review 13, but /policy/labels/a~1b asks for the same, and they share none: 1 has none (/students/0), \
             13 has none by its authors (/submissions/2)",
        ),
        (
            must(
                1,
                13,
                r#", "policy": {"history": "forbid"}, "history": [{"assessor_id": 2, "user_id": 3}, {"assessor_id": 1, "user_id": 3}]"#,
            ),
            "1 must review 13, but 1 has reviewed an author of the work before (/history/1), which /policy/history forbids",
        ),
        (
            must(1, 13, r#", "policy": {"unscored": "forbid"}"#),
            "1 must review 13, but the pair has no score, and /policy/unscored asks for one",
        ),
    ] {
        assert_eq!(said(CLASS, &fields), format!("must_not_eligible /rules/0: {expected}"), "{fields}");
    }
}

#[test]
fn those_who_handed_nothing_in_are_named_with_the_policy() {
    let base = CLASS.replace(", \"can_review\": false", "");
    let fields = r#""rules": [{"rule": "must_review", "assessor_id": 4, "asset_id": 11}], "policy": {"unsubmitted_reviewers": "exclude"}"#;
    let expected = "must_not_eligible /rules/0: 4 must review 11, but 4 has not handed in, and so may not review \
                    (/policy/unsubmitted_reviewers)";
    assert_eq!(said(&base, fields), expected);
}

#[test]
fn a_must_and_every_must_not_against_it_are_named() {
    check(
        CLASS,
        &[(
            r#""rules": [{"rule": "must_not_review", "assessor_id": 1, "asset_id": 13}, {"rule": "must_not_review", "assessor_id": 2, "asset_id": 13},
            {"rule": "must_review", "assessor_id": 1, "user_id": 3}, {"rule": "must_not_review", "assessor_id": 1, "user_id": 3}]"#,
            "must_and_must_not /rules/2: 1 must review 13, but a must_not_review rule covers the pair (/rules/0, /rules/3)",
        )],
    );
}

#[test]
fn more_than_a_maximum_allows_names_the_musts_the_reviews_and_the_maximum() {
    check(
        CLASS,
        &[
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 3, "asset_id": 12}, {"rule": "must_review", "assessor_id": 3, "user_id": 1}],
                "peer_reviews": [{"assessor_id": 3, "asset_id": 15}], "policy": {"reviews_per_student": {"max": 2}}"#,
                "must_over_maximum /students/2: 3 has 3 reviews by must_review rules (/rules/0, /rules/1) and reviews \
                 that stay (/peer_reviews/0), more than the maximum of 2 (/policy/reviews_per_student)",
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}, {"rule": "must_review", "assessor_id": 3, "user_id": 1}],
                "peer_reviews": [{"assessor_id": 9, "asset_id": 13, "workflow_state": "completed"}, {"assessor_id": 2, "asset_id": 15}]"#,
                "must_over_maximum /submissions/2: 13 has 2 reviews by must_review rules (/rules/0) and reviews that stay \
                 (/peer_reviews/0), more than the maximum of 1 (/submissions/2)",
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 15}, {"rule": "must_review", "assessor_id": 2, "asset_id": 15}],
                "policy": {"reviews_per_submission": 1}"#,
                "must_over_maximum /submissions/4: 15 has 2 reviews by must_review rules (/rules/0, /rules/1), more than \
                 the maximum of 1 (/policy/reviews_per_submission)",
            ),
            (
                // A must that stands already asks for nothing more, and is no side of it.
                r#""rules": [{"rule": "must_review", "assessor_id": 3, "asset_id": 12}, {"rule": "must_review", "assessor_id": 3, "asset_id": 15}],
                "peer_reviews": [{"assessor_id": 3, "asset_id": 15}], "policy": {"reviews_per_student": {"max": 1}}"#,
                "must_over_maximum /students/2: 3 has 2 reviews by must_review rules (/rules/0) and reviews that stay \
                 (/peer_reviews/0), more than the maximum of 1 (/policy/reviews_per_student)",
            ),
        ],
    );
    let rules =
        (0..9).map(|asset| format!(r#"{{"rule": "must_review", "assessor_id": 1, "asset_id": {}}}"#, 20 + asset));
    let rules = rules.collect::<Vec<_>>().join(", ");
    let submissions = (0..9).map(|asset| format!("{{\"id\": {}}}", 20 + asset)).collect::<Vec<_>>().join(", ");
    let text =
        format!(r#""students": [{{"id": 1, "reviews": 2}}], "submissions": [{submissions}], "rules": [{rules}]"#);
    let expected = "must_over_maximum /students/0: 1 has 9 reviews by must_review rules (/rules/0, /rules/1, /rules/2, \
                    /rules/3, /rules/4 and 4 more), more than the maximum of 2 (/students/0/reviews)";
    assert_eq!(said("{", &text), expected);
}

#[test]
fn two_on_copies_of_one_work_name_both() {
    check(
        COPIES,
        &[
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}, {"rule": "must_review", "assessor_id": 1, "asset_id": 14}]"#,
                "must_same_work /rules/1: 1 must review 14, and has 13, another copy of the same work, by another must \
                 (/rules/0)",
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 13}], "peer_reviews": [{"assessor_id": 2, "asset_id": 14}, {"assessor_id": 1, "asset_id": 14}]"#,
                "must_same_work /rules/0: 1 must review 13, and has 14, another copy of the same work, by a review that \
                 stays (/peer_reviews/1)",
            ),
            (
                r#""rules": [{"rule": "must_review", "assessor_id": 1, "user_id": 3}, {"rule": "must_review", "assessor_id": 2, "user_id": 3}, {"rule": "must_review", "assessor_id": 2, "user_id": 4}],
                "policy": {"reviews_per_submission": {"max": 1}}, "peer_reviews": [{"assessor_id": 9, "asset_id": 13, "workflow_state": "completed"}]"#,
                "must_over_maximum /rules/1: 2 must review a work of which no copy has room left: 13 may have 1 \
                 (/policy/reviews_per_submission), 14 may have 1 (/policy/reviews_per_submission); there are must_review \
                 rules (/rules/0, /rules/1, /rules/2) and reviews that stay (/peer_reviews/0)",
            ),
        ],
    );
}
