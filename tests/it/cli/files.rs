//! Files are written all at once or not at all.

use super::{PAIR, Place};

#[test]
fn a_plan_goes_to_its_file_and_nothing_else_is_left() {
    let place = Place::with_problems();
    let before = place.names();
    let done = place.run(&["plan", "pair.json", "-o", "plan.json"]);
    assert_eq!((done.code, &*done.stdout), (0, ""));
    assert_eq!(done.stderr, "peerplan: plan.json: 2 to create, 0 to delete, 0 kept\n");
    assert_eq!(place.ok(&["plan", "pair.json", "-o", "-"]), place.get("plan.json"));
    assert_eq!(place.ok(&["plan", "pair.json", "--json"]), place.get("plan.json"));
    assert_eq!(place.ok(&["plan", "pair.json", "--format", "json"]), place.get("plan.json"));
    assert_eq!(place.names().len(), before.len() + 1);
    assert!(place.ok(&["verify", "pair.json", "plan.json"]).contains("the plan is valid"));
    let done = place.run(&["plan", "pair.json", "-o", "plan.json", "--json"]);
    assert_eq!(done.json()["written"], "plan.json");
    assert_eq!(done.json()["report"]["created"], 2);
}

#[test]
fn a_failure_leaves_the_file_that_was_there() {
    let place = Place::with_problems();
    place.put("plan.json", "precious");
    let before = place.names();
    for arguments in [["plan", "impossible.json"], ["plan", "wrong.json"], ["plan", "none.json"]] {
        assert_ne!(place.run(&[&arguments[..], &["-o", "plan.json"]].concat()).code, 0);
        assert_eq!(place.get("plan.json"), "precious");
        assert_eq!(place.names(), before);
    }
}

#[cfg(unix)]
#[test]
fn links_stay_links_permissions_stay_and_devices_are_written_straight() {
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    let place = Place::with_problems();
    place.put("real.json", "old");
    fs::set_permissions(place.path("real.json"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.json", place.path("link.json")).unwrap();
    place.ok(&["plan", "pair.json", "-o", "link.json"]);
    assert!(fs::symlink_metadata(place.path("link.json")).unwrap().is_symlink());
    assert!(place.get("real.json").contains("peerplan/plan"));
    assert_eq!(fs::metadata(place.path("real.json")).unwrap().permissions().mode() & 0o777, 0o640);
    place.ok(&["plan", "pair.json", "-o", "/dev/null"]);
    assert!(!fs::metadata("/dev/null").unwrap().is_file());
    place.ok(&["plan", "pair.json", "-o", "new.json"]);
    // As any new file, and not as a temporary one, which only its owner may read.
    fs::write(place.path("any"), "").unwrap();
    let mode = |name: &str| fs::metadata(place.path(name)).unwrap().permissions().mode();
    assert_eq!(mode("new.json"), mode("any"));
}

#[test]
fn a_certificate_that_is_wrong_or_malformed_fails_the_verification() {
    let place = Place::with_problems();
    place.ok(&["plan", "pair.json", "-o", "plan.json", "--certificate"]);
    let plan = place.get("plan.json");
    let with = |certificate: &str| plan.replace("\"certificate\": null", &format!("\"certificate\": {certificate}"));
    let empty =
        r#"{"kind": "optimal", "objective_units": 0, "student_duals": [], "submission_duals": [], "work_duals": []}"#;
    place.put("wrong.json", &with(empty));
    let done = place.run(&["verify", "pair.json", "wrong.json", "--json"]);
    assert_eq!((done.code, &done.json()["valid"]), (1, &false.into()));
    assert_eq!(done.json()["violations"][0]["code"], "certificate_not_allowed");
    place.put(
        "malformed.json",
        &with(r#"{"kind": "optimal", "objective_units": 0, "student_duals": [], "work_duals": []}"#),
    );
    let done = place.run(&["verify", "pair.json", "malformed.json", "--json"]);
    assert_eq!((done.code, &done.json()["error"]["code"]), (1, &"invalid_input".into()));
    let found = &done.json()["error"]["details"]["diagnostics"][0];
    assert_eq!((&found["code"], &found["pointer"]), (&"missing_field".into(), &"/certificate/submission_duals".into()));
}

#[test]
fn standard_input_is_a_file_like_others() {
    let place = Place::with_problems();
    place.ok(&["plan", "pair.json", "-o", "plan.json"]);
    let done = place.run_with(&["plan", "-", "--json"], PAIR);
    assert_eq!((done.code, &done.stdout), (0, &place.get("plan.json")));
    assert_eq!(place.run_with(&["verify", "-", "plan.json"], PAIR).code, 0);
    assert_eq!(place.run_with(&["metrics", "pair.json", "-"], &place.get("plan.json")).code, 0);
    let done = place.run_with(&["plan", "-"], "{\"students\": 3}");
    assert!(done.stderr.contains("standard input:1:14: error[wrong_type]"), "{}", done.stderr);
}
