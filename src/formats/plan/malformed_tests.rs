//! Malformed plan files, each with the code, the pointer and the line of what is wrong.

use super::read;
use crate::diagnostic::Diagnostics;

/// Certificates, each with the code and the pointer of what is wrong.
const CERTIFICATES: &[(&str, &str, &str)] = &[
    ("[]", "wrong_type", ""),
    ("{}", "missing_field", "/kind"),
    (r#"{"kind": "infeasible"}"#, "unknown_value", "/kind"),
    (
        r#"{"kind": "optimal", "student_duals": [], "submission_duals": [], "work_duals": []}"#,
        "missing_field",
        "/objective_units",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 0.5, "student_duals": [], "submission_duals": [], "work_duals": []}"#,
        "wrong_type",
        "/objective_units",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 9223372036854775808, "student_duals": [], "submission_duals": [], "work_duals": []}"#,
        "out_of_range",
        "/objective_units",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 0, "student_duals": [{"id": 1}], "submission_duals": [], "work_duals": []}"#,
        "missing_field",
        "/student_duals/0/value",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 0, "student_duals": [], "submission_duals": {}, "work_duals": []}"#,
        "wrong_type",
        "/submission_duals",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 0, "student_duals": [], "submission_duals": [], "work_duals": [{"assessor_id": 1, "work_id": "", "value": 1}]}"#,
        "invalid_id",
        "/work_duals/0/work_id",
    ),
    (
        r#"{"kind": "optimal", "objective_units": 0, "student_duals": [], "submission_duals": [], "work_duals": [], "weights": []}"#,
        "unknown_field",
        "/weights",
    ),
    (
        r#"{"kind": "max_min", "worst_units": 0, "upper_bound_units": 0, "student_duals": [], "submission_duals": []}"#,
        "missing_field",
        "/weights",
    ),
    (
        r#"{"kind": "max_min", "worst_units": 0, "upper_bound_units": 0, "weights": [{"id": 1, "value": 0.5}], "student_duals": [], "submission_duals": []}"#,
        "wrong_type",
        "/weights/0/value",
    ),
];

#[test]
fn each_wrong_field_of_a_plan_is_told() {
    const SPREAD: &str = r#"{"min": 0, "max": 0, "mean": 0, "gini": 0.0}"#;
    let affinity = r#"{"total": 0, "total_units": 0, "mean": 0, "min_submission": 0, "min_submission_units": 0}"#;
    let counts = r#""reciprocal_pairs": 0, "repeat_pairs": 0, "should_met": 0, "should_not_broken": 0"#;
    let report = format!(
        r#"{{"reviews": 0, "created": 0, "deleted": 0, "kept": 0, "per_submission": {SPREAD}, "per_student": {SPREAD}, {counts}, "affinity": {affinity}}}"#
    );
    let good = [
        ("problem_digest", "\"00\""),
        ("generator", "\"peerplan\""),
        ("strategy", "{}"),
        ("operations", "[]"),
        ("kept", "[]"),
        ("report", &report),
    ];
    let plan_with = |name: &str, value: &str| {
        let others = good.iter().filter(|(other, _)| *other != name);
        let fields: Vec<String> = others.map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{},\n\"{name}\": {value}}}", fields.join(", "))
    };
    let refused = |text: &[u8]| read(text).unwrap_err();
    assert!(read(plan_with("certificate", "null").as_bytes()).is_ok());
    assert!(read(plan_with("source", "null").as_bytes()).is_ok());
    let fields = [
        ("format", "\"peerplan/problem\"", "wrong_format", ""),
        ("version", "0", "unsupported_version", ""),
        ("problem_digest", "7", "wrong_type", ""),
        ("generator", "null", "wrong_type", ""),
        ("strategy", "null", "wrong_type", ""),
        ("students", "[]", "unknown_field", ""),
        ("operations", "{}", "wrong_type", ""),
        (
            "operations",
            r#"[{"op": "move", "peer_review": {"assessor_id": 1, "asset_id": 2}}]"#,
            "unknown_value",
            "/0/op",
        ),
        ("operations", r#"[{"op": "create"}]"#, "missing_field", "/0/peer_review"),
        ("operations", r#"[{"peer_review": {"assessor_id": 1, "asset_id": 2}}]"#, "missing_field", "/0/op"),
        (
            "operations",
            r#"[{"op": "create", "peer_review": {"id": 9, "assessor_id": 1, "asset_id": 2}}]"#,
            "unknown_field",
            "/0/peer_review/id",
        ),
        (
            "operations",
            r#"[{"op": "create", "peer_review": {"assessor_id": 1, "asset_id": 2}, "reason": null}]"#,
            "wrong_type",
            "/0/reason",
        ),
        (
            "operations",
            r#"[{"op": "delete", "peer_review": {"assessor_id": -1, "asset_id": 2}, "reason": ""}]"#,
            "invalid_id",
            "/0/peer_review/assessor_id",
        ),
        (
            "operations",
            r#"[{"op": "delete", "peer_review": {"assessor_id": 1, "asset_id": 2}, "reason": 1}]"#,
            "wrong_type",
            "/0/reason",
        ),
        ("kept", r#"[{"assessor_id": 1}]"#, "missing_field", "/0/asset_id"),
        ("shortfalls", r#"[{"kind": "group", "id": 1, "wanted": 1, "got": 0}]"#, "unknown_value", "/0/kind"),
        ("shortfalls", r#"[{"kind": "student", "id": 1, "wanted": 1}]"#, "missing_field", "/0/got"),
        (
            "shortfalls",
            r#"[{"kind": "student", "id": 1, "wanted": 1, "got": 0, "reason": []}]"#,
            "wrong_type",
            "/0/reason",
        ),
        ("report", &report.replacen('{', "{\"optimal\": 1,", 1), "wrong_type", "/optimal"),
        ("report", &report.replacen('{', "{\"bound\": {},", 1), "missing_field", "/bound/preferences"),
        (
            "report",
            &report.replacen('{', "{\"bound\": {\"deletes\": -1, \"preferences\": 0},", 1),
            "out_of_range",
            "/bound/deletes",
        ),
        ("report", &report.replace("\"kept\": 0", "\"kept\": -1"), "out_of_range", "/kept"),
        ("report", &report.replacen("0.0", "\"0\"", 1), "wrong_type", "/per_submission/gini"),
        (
            "report",
            &report.replace("\"total_units\": 0", "\"total_units\": 0.5"),
            "wrong_type",
            "/affinity/total_units",
        ),
        ("report", &report.replace("\"repeat_pairs\": 0, ", ""), "missing_field", "/repeat_pairs"),
        ("alternates", r#"[{"asset_id": 1, "assessor_ids": [null]}]"#, "wrong_type", "/0/assessor_ids/0"),
    ];
    let certificates = CERTIFICATES.iter().map(|&(value, code, at)| ("certificate", value, code, at));
    for (name, value, code, at) in fields.into_iter().chain(certificates) {
        check_one(&plan_with(name, value), code, &format!("/{name}{at}"), refused);
    }
    let codes: Vec<_> = refused(b"{}").items().iter().map(|d| d.pointer.clone()).collect();
    assert_eq!(codes, ["/problem_digest", "/generator", "/strategy", "/operations", "/kept", "/report"]);
}

/// Exactly one thing is wrong, on the second line, and its code is explained to users.
fn check_one(text: &str, code: &str, pointer: &str, read: impl Fn(&[u8]) -> Diagnostics) {
    let documented = include_str!("../../../docs/formats.md").contains(&format!("| `{code}` |"));
    assert!(documented, "docs/formats.md does not list `{code}`");
    let found = read(text.as_bytes());
    let first = &found.items()[0];
    let place = first.position.map(|position| position.line);
    assert_eq!((first.code, first.pointer.as_str(), place), (code, pointer, Some(2)), "{text}\n{found}");
    assert_eq!(found.items().len(), 1, "{text}\n{found}");
    assert!(!found.to_string().contains("Ann Ode"), "{text}\n{found}");
}
