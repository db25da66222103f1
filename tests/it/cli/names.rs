//! Names stay where they are unless they are asked for.

use super::Place;

#[test]
fn names_are_shown_only_where_they_are_asked_for() {
    let place = Place::with_problems();
    place.put("known.json", &super::PAIR.replace("\"policy\"", "\"polcy\": {}, \"policy\""));
    place.ok(&["plan", "pair.json", "-o", "plan.json"]);
    for arguments in [
        &["plan", "pair.json"][..],
        &["plan", "pair.json", "--json"],
        &["plan", "pair.json", "--format", "csv"],
        &["plan", "impossible.json"],
        &["plan", "impossible.json", "--json"],
        &["plan", "known.json"],
        &["plan", "known.json", "--lenient"],
        &["explain", "impossible.json"],
        &["explain", "pair.json", "--pair", "1:42", "--json"],
        &["metrics", "pair.json", "plan.json", "--json"],
        &["verify", "impossible.json", "plan.json"],
        &["plan", "pair.json", "--names", "--json"],
        &["plan", "pair.json", "--names", "-o", "other.json"],
    ] {
        let done = place.run(arguments);
        for text in [&done.stdout, &done.stderr, &place.get("plan.json")] {
            assert!(!text.contains("Ann") && !text.contains("Hidden"), "{arguments:?}: {text}");
        }
    }
    assert_eq!(place.get("other.json"), place.get("plan.json"));
    let table = place.ok(&["plan", "pair.json", "--names"]);
    assert!(table.contains("Ann Ode") && table.contains("Bo Hidden"), "{table}");
}

#[test]
fn texts_of_the_input_cannot_steer_the_terminal() {
    let place = Place::new();
    let id = r"a\u001b[31m\nb\u202e";
    place.put("wild.json", &format!(
        r#"{{"students": [{{"id": "{id}"}}, {{"id": 2, "name": "x\u0007"}}], "submissions": [{{"id": "{id}", "user_id": 2}}],
           "policy": {{"reviews_per_submission": 1}}}}"#
    ));
    for arguments in [
        &["plan", "wild.json", "--names"][..],
        &["plan", "wild.json", "--set", "policy.reviews_per_submission=2"],
        &["explain", "wild.json", "--set", "policy.reviews_per_submission=2"],
    ] {
        let done = place.run(arguments);
        for text in [&done.stdout, &done.stderr] {
            assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text:?}");
            assert!(!text.lines().any(|line| line.starts_with('b')), "{text:?}");
        }
    }
}

#[test]
fn there_is_no_colour_without_a_terminal() {
    let place = Place::with_problems();
    for variable in ["NO_COLOR", "CLICOLOR_FORCE"] {
        for arguments in [&["--help"][..], &["plan", "--nothing"], &["plan", "pair.json"], &["plan", "impossible.json"]]
        {
            let output = place.command(arguments).env(variable, "1").output().unwrap();
            assert!(!output.stdout.contains(&0x1b) && !output.stderr.contains(&0x1b), "{arguments:?}");
        }
    }
}
