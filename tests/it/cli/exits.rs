//! Exit codes, and failures as JSON documents.

use super::Place;

#[test]
fn each_kind_of_failure_has_its_exit_code_and_its_document() {
    let place = Place::with_problems();
    place.put("not_a_plan.json", "{}");
    place.put("latin.json", "x");
    std::fs::write(place.path("latin.json"), b"{\"students\": [\xe9]}").unwrap();
    for (arguments, code, name, said) in [
        (&["plan", "wrong.json"][..], 1, "invalid_input", "wrong.json:1:33: error[unknown_field]"),
        (&["plan", "none.json"], 1, "cannot_read", "none.json cannot be read: there is no such file"),
        (&["plan", "."], 1, "cannot_read", "it is a directory"),
        (&["plan", "latin.json"], 1, "invalid_input", "latin.json:1:15: error[invalid_utf8]"),
        (&["verify", "pair.json", "not_a_plan.json"], 1, "invalid_input", "error[missing_field]"),
        (&["plan", "pair.json", "-o", "no/plan.json"], 1, "cannot_write", "no/plan.json cannot be written"),
        (&["plan", "pair.json", "-o", "."], 1, "cannot_write", "it is a directory"),
        (&["plan"], 2, "usage", "required"),
        (&["plan", "pair.json", "--sede", "1"], 2, "usage", "--sede"),
        (&["plan", "pair.json", "--strategy", "best"], 2, "usage", "the strategies are round_robin"),
        (&["plan", "pair.json", "--set", "policy.section=some"], 2, "usage", "--set policy.section=some"),
        (
            &["plan", "pair.json", "--strategy", "random_limited", "--set", "strategy.limit=0"],
            2,
            "usage",
            "--set strategy.limit: limit of random_limited is from 0.000001 to 1",
        ),
        (&["plan", "pair.json", "--set", "strategy.name=best"], 2, "usage", "the strategies are round_robin"),
        (&["plan", "pair.json", "-o", "pair.json"], 2, "usage", "pair.json is read: write to another file"),
        (&["plan", "pair.json", "-o", "x", "--format", "csv"], 2, "usage", "leave out either"),
        (&["verify", "-", "-"], 2, "usage", "only one"),
        (&["explain", "pair.json", "--pair", "1:43"], 2, "usage", "there is no submission 43"),
        (&["generate", "--students", "5", "--group-size", "0"], 2, "usage", "--group-size is 0"),
        (&["plan", "impossible.json"], 3, "infeasible", "peerplan explain impossible.json"),
    ] {
        let done = place.run(arguments);
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        assert_eq!(done.stdout, "", "{arguments:?}");
        assert!(done.stderr.contains(said), "{arguments:?}: {}", done.stderr);
        let done = place.run(&[arguments, &["--json"]].concat());
        // `--json` and another format exclude each other, which is a mistake in the usage too.
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        let document = done.json();
        assert_eq!(document["error"]["code"], name, "{arguments:?}: {document}");
        assert!(document["error"]["message"].is_string(), "{document}");
        assert!(document["error"].get("details").is_some(), "{document}");
    }
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_places() {
    let place = Place::with_problems();
    place.put("strategy.json", "{\"students\": [],\n \"submissions\": [],\n \"strategy\": {\"name\": \"best\"}}");
    let found = place.run(&["plan", "wrong.json", "--json"]).json();
    let codes: Vec<&str> = found["error"]["details"]["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["unknown_field", "duplicate_id"]);
    let found = place.run(&["plan", "wrong.json", "--json", "--lenient"]).json();
    assert_eq!(found["error"]["message"], "wrong.json cannot be used: 1 error and 1 warning");
    let found = place.run(&["plan", "strategy.json", "--json"]);
    assert_eq!(found.code, 1);
    let diagnostic = &found.json()["error"]["details"]["diagnostics"][0];
    assert_eq!(diagnostic["code"], "unknown_strategy");
    assert_eq!(diagnostic["pointer"], "/strategy/name");
    assert_eq!((diagnostic["line"].as_u64(), diagnostic["column"].as_u64()), (Some(3), Some(23)));
}

#[test]
fn an_infeasible_problem_gives_its_proof() {
    let place = Place::with_problems();
    let done = place.run(&["plan", "impossible.json", "--json"]);
    let document = done.json();
    let certificate = &document["error"]["details"]["certificate"];
    assert_eq!(certificate["kind"], "infeasible");
    assert!(certificate["required"].as_u64() > certificate["available"].as_u64());
    let done = place.run(&["explain", "impossible.json", "--json"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.json()["feasible"], false);
    assert_eq!(done.json()["certificate"]["kind"], "infeasible");
}

/// Thirteen students of whom each reviews five of the others, so that three of them review each other in turn (Caccetta
/// and Haggkvist); beside a section that makes it too large for the exact search.
fn open_question() -> String {
    let of = |id: u64| if id <= 13 { r#""sections": [1], "reviews": 5"# } else { r#""sections": [2], "reviews": 1"# };
    let students: Vec<_> = (1..=70).map(|id| format!(r#"{{"id": {id}, {}}}"#, of(id))).collect();
    let submissions: Vec<_> = (1..=70).map(|id| format!(r#"{{"id": {}, "user_id": {id}}}"#, 1000 + id)).collect();
    format!(
        r#"{{"students": [{}], "submissions": [{}], "policy":
            {{"section": "same", "reviews_per_submission": {{"min": 0}}, "reciprocal": {{"forbid_cycles": 3}}}}}}"#,
        students.join(", "),
        submissions.join(", ")
    )
}

#[test]
fn what_is_neither_found_nor_refuted_is_undecided() {
    let place = Place::new();
    place.put("open.json", &open_question());
    let done = place.run(&["plan", "open.json"]);
    assert_eq!((done.code, done.stdout.as_str()), (3, ""), "{}", done.stderr);
    let said = "undecided: neither an assignment nor a proof that there is none was found in";
    assert!(done.stderr.contains(said) && done.stderr.contains("the best that was found has"), "{}", done.stderr);
    let done = place.run(&["plan", "open.json", "--json"]);
    assert_eq!(done.code, 3);
    let error = &done.json()["error"];
    assert_eq!(error["code"], "undecided");
    let best = &error["details"]["best"];
    // 65 and 57 are asked for.
    let (reviews, missing) = (best["reviews"].as_u64().unwrap(), best["missing"].as_u64().unwrap());
    assert!(missing > 0 && reviews + missing == 65 + 57, "{best}");
    assert_eq!(best["pairs"].as_array().unwrap().len() as u64, reviews);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said_and_a_closed_pipe_is_not() {
    use std::process::Stdio;
    let place = Place::with_problems();
    for arguments in [&["plan", "pair.json"][..], &["plan", "pair.json", "--json"], &["strategies"], &["man"]] {
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let output = place.command(arguments).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(String::from_utf8_lossy(&output.stderr).contains("no space left"), "{arguments:?}");
    }
    assert_eq!(place.run(&["plan", "pair.json", "-o", "/dev/full"]).code, 1);
    for arguments in [&["generate", "--students", "3000"][..], &["man"], &["plan", "--help"], &["plan", "pair.json"]] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_read_hides_nothing_that_is_certain() {
    let place = Place::new();
    let codes = |text: &str| -> Vec<(String, String)> {
        place.put("problem.json", text);
        let found = place.run(&["plan", "problem.json", "--json"]).json();
        let all = found["error"]["details"]["diagnostics"].as_array().unwrap().clone();
        let word = |item: &serde_json::Value, name: &str| item[name].as_str().unwrap().to_owned();
        all.iter().map(|item| (word(item, "code"), word(item, "pointer"))).collect()
    };
    let pair = |code: &str, pointer: &str| (code.to_owned(), pointer.to_owned());
    let musts = r#""rules": [{"rule": "must_review", "assessor_id": 1, "asset_id": 11},
        {"rule": "must_review", "assessor_id": 7, "user_id": 8}]"#;
    // The group rule could not be read, so nobody knows who is eligible; but 7 is nobody, and 2 stands twice.
    assert_eq!(
        codes(&format!(
            r#"{{"students": [{{"id": 1}}, {{"id": 2}}, {{"id": 2}}], "submissions": [{{"id": 11, "user_id": 1}}],
                "policy": {{"group": "equal"}}, {musts}}}"#
        )),
        [
            pair("unknown_value", "/policy/group"),
            pair("duplicate_id", "/students/2/id"),
            pair("unknown_id", "/rules/1/assessor_id"),
            pair("unknown_id", "/rules/1/user_id"),
        ]
    );
    // 8 may be the author who could not be read.
    assert_eq!(
        codes(&format!(
            r#"{{"students": [{{"id": 1}}, {{"id": 1}}], "submissions": [{{"id": 11, "user_id": -8}}], {musts}}}"#
        )),
        [pair("invalid_id", "/submissions/0/user_id"), pair("duplicate_id", "/students/1/id")]
    );
    // 7 may be the student who could not be read, and the places of all others would be wrong.
    assert_eq!(
        codes(&format!(r#"{{"students": [{{"id": 1}}, {{}}], "submissions": [{{"id": 11}}], {musts}}}"#)),
        [pair("missing_field", "/students/1/id")]
    );
    assert_eq!(codes(&format!("{{\"students\": [], {musts}}}")), [pair("missing_field", "/submissions")]);
}
