//! What the verbs print when all is well.

use std::fmt::Write as _;

use super::Place;

#[test]
fn the_same_input_gives_the_same_bytes_and_the_seed_is_heard() {
    let place = Place::new();
    place.ok(&["generate", "--students", "40", "--sections", "2", "-o", "p.json"]);
    assert_eq!(place.ok(&["generate", "--students", "40", "--sections", "2"]), place.get("p.json"));
    let plan = |arguments: &[&str]| place.ok(&[&["plan", "p.json", "--json"], arguments].concat());
    assert_eq!(plan(&["--seed", "7"]), plan(&["--seed", "7"]));
    assert_ne!(plan(&["--seed", "7"]), plan(&["--seed", "8"]));
    assert_eq!(plan(&["--seed", "7"]), plan(&["--set", "strategy.seed=7"]));
    let plan = plan(&["--strategy", "matching", "--seed", "18446744073709551615"]);
    let plan: serde_json::Value = serde_json::from_str(&plan).unwrap();
    assert_eq!(plan["strategy"], serde_json::json!({"name": "matching", "seed": u64::MAX}));
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let place = Place::new();
    place.ok(&["generate", "--students", "300", "--sections", "3", "-o", "p.json"]);
    let problem: serde_json::Value = serde_json::from_str(&place.get("p.json")).unwrap();
    let mut scores = String::new();
    for (i, submission) in problem["submissions"].as_array().unwrap().iter().enumerate() {
        for (j, student) in problem["students"].as_array().unwrap().iter().enumerate() {
            let score = (i * 7919 + j * 104_729) % 9973;
            writeln!(scores, "{},{},{score}", submission["id"], student["id"]).unwrap();
        }
    }
    place.put("s.csv", &scores);
    let plan = |threads: &[&str]| {
        let asked =
            ["plan", "p.json", "--affinities", "s.csv", "--strategy", "max_affinity", "--certificate", "--json"];
        let bounds = "policy.reviews_per_submission={\"min\": 2, \"max\": 5}";
        place.run(&[&asked[..], &["--set", "policy.section=same", "--set", bounds], threads].concat())
    };
    let one = plan(&["--threads", "1"]);
    assert_eq!((one.code, &*one.stderr), (0, ""));
    for threads in [&["--threads", "2"][..], &["--threads", "7"], &[]] {
        assert_eq!(plan(threads), one);
    }
    for wrong in ["0", "1025", "many"] {
        assert_eq!(plan(&["--threads", wrong]).code, 2);
    }
}

#[test]
fn parameters_of_another_strategy_are_not_taken_over() {
    let place = Place::with_problems();
    let text = super::PAIR
        .replace("\"policy\"", "\"strategy\": {\"name\": \"random\", \"seed\": 5, \"limit\": 0.5}, \"policy\"");
    place.put("limited.json", &text);
    let strategy = |arguments: &[&str]| {
        let done = place.run(&[&["plan", "limited.json", "--json"], arguments].concat());
        done.json()["strategy"].clone()
    };
    assert_eq!(strategy(&[]), serde_json::json!({"name": "random", "seed": 5, "limit": 0.5}));
    assert_eq!(strategy(&["--strategy", "random", "--seed", "6"])["limit"], 0.5);
    assert_eq!(strategy(&["--strategy", "matching"]), serde_json::json!({"name": "matching", "seed": 5}));
}

#[test]
fn a_plan_made_with_settings_is_verified_with_them() {
    let place = Place::new();
    place.ok(&["generate", "--students", "20", "--sections", "2", "-o", "p.json"]);
    place.ok(&["plan", "p.json", "--set", "policy.section=same", "-o", "plan.json"]);
    let done = place.run(&["verify", "p.json", "plan.json", "--json"]);
    assert_eq!((done.code, &*done.stderr), (1, ""));
    assert_eq!(done.json()["valid"], false);
    assert_eq!(done.json()["violations"][0]["code"], "digest_mismatch");
    let done = place.run(&["verify", "p.json", "plan.json", "--set", "policy.section=same", "--json"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.json(), serde_json::json!({"valid": true, "violations": []}));
}

#[test]
fn a_changed_plan_is_not_valid() {
    let place = Place::with_problems();
    place.ok(&["plan", "pair.json", "-o", "plan.json"]);
    place.put("plan.json", &place.get("plan.json").replace("\"asset_id\":42", "\"asset_id\":41"));
    let done = place.run(&["verify", "pair.json", "plan.json"]);
    assert_eq!(done.code, 1);
    assert!(done.stdout.contains("violation[own_work]"), "{}", done.stdout);
    assert!(done.stdout.contains("the plan is not valid"), "{}", done.stdout);
}

#[test]
fn warnings_come_first_and_do_not_disturb_the_data() {
    let place = Place::with_problems();
    place.put("nothing.json", r#"{"students": [{"id": 1, "x": 2}], "submissions": []}"#);
    let done = place.run(&["plan", "nothing.json", "--lenient", "--json"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.json()["operations"], serde_json::json!([]));
    let first = done.stderr.lines().next().unwrap();
    assert!(first.starts_with("nothing.json:1:1: warning[nothing_asked]"), "{}", done.stderr);
    assert!(done.stderr.contains("nothing.json:1:30: warning[unknown_field]"), "{}", done.stderr);
}

#[test]
fn long_tables_say_how_to_see_everything() {
    let place = Place::new();
    place.ok(&["generate", "--students", "900", "-o", "p.json"]);
    let table = place.ok(&["plan", "p.json"]);
    assert_eq!(table.lines().filter(|line| line.starts_with("| create")).count(), 2000);
    assert!(table.contains("the first 2000 of 2700 operations"), "{table}");
    let csv = place.ok(&["plan", "p.json", "--format", "csv"]);
    assert_eq!(csv.lines().count(), 2701);
    assert!(csv.starts_with("op,assessor_id,asset_id,user_id,"));
}

#[test]
fn the_figures_and_the_reference_are_json_too() {
    let place = Place::with_problems();
    place.ok(&["plan", "pair.json", "-o", "plan.json"]);
    assert_eq!(place.run(&["metrics", "pair.json", "plan.json", "--json"]).json()["reciprocal_pairs"], 1);
    assert!(place.ok(&["metrics", "pair.json", "plan.json"]).contains("| reciprocal pairs"));
    let strategies = place.run(&["strategies", "--json"]).json();
    assert_eq!(strategies["strategies"][0]["name"], "round_robin");
    for format in ["problem", "plan"] {
        assert!(place.run(&["schema", format]).json()["$schema"].is_string());
    }
    let pair = place.run(&["explain", "pair.json", "--pair", "1:41", "--json"]).json();
    assert_eq!(pair["eligible"], false);
    assert!(place.ok(&["man", "plan"]).contains(".TH peerplan-plan 1"));
    assert!(place.ok(&["man"]).contains(".TH peerplan-verify 1"));
    assert_eq!(place.run(&["man", "nothing"]).code, 2);
}

#[test]
fn ids_with_colons_can_be_explained() {
    let place = Place::new();
    place.put("p.json", r#"{"students": [{"id": "a:b"}], "submissions": [{"id": "c:d"}]}"#);
    assert!(place.ok(&["explain", "p.json", "--pair", "a:b:c:d"]).contains("the pair is eligible"));
}
