//! Score files.

use super::Place;

/// Ids as texts, so that those of the score file have another form.
const PROBLEM: &str = r#"{"students": [{"id": "1"}, {"id": "2"}], "submissions": [{"id": "41"}, {"id": "42"}],
  "policy": {"reviews_per_submission": 1, "unscored": "forbid"},
  "affinities": [{"assessor_id": "2", "asset_id": "42", "score": 0.25}]}"#;

#[test]
fn scores_are_added_and_unknown_ones_are_counted() {
    let place = Place::new();
    place.put("p.json", PROBLEM);
    place.put("s.csv", "asset_id,assessor_id,score\n41,1,0.5\n41,9,1\n43,1,1\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv", "--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.json()["report"]["affinity"]["total_units"], 750_000);
    assert_eq!(done.json()["operations"][0]["peer_review"]["asset_id"], "41");
    assert!(done.stderr.contains("s.csv, line 3, column 4: 2 scores are left out"), "{}", done.stderr);
    assert!(done.stderr.contains("assessor \"9\" and asset \"41\""), "{}", done.stderr);
    place.put("plan.json", &done.stdout);
    assert_eq!(place.run(&["verify", "p.json", "plan.json"]).code, 1);
    assert_eq!(place.run(&["verify", "p.json", "plan.json", "--affinities", "s.csv"]).code, 0);
}

#[test]
fn what_is_wrong_is_said_of_the_score_file() {
    let place = Place::new();
    place.put("p.json", PROBLEM);
    place.put("s.csv", "43,1,1\n41,1,0.5\n41,1,0.75\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("s.csv:3:1: error[duplicate_pair]: "), "{}", done.stderr);
    assert!(done.stderr.contains("already on line 2"), "{}", done.stderr);
    place.put("s.csv", "42,2,1\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv"]);
    assert!(done.stderr.contains("already at /affinities/0 of the problem"), "{}", done.stderr);
    place.put("s.csv", "41,1,0.5\n41,2,much\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("s.csv:2:6: error[invalid_number]"), "{}", done.stderr);
    for wrong in [".", "none.csv"] {
        let done = place.run(&["plan", "p.json", "--affinities", wrong, "--json"]);
        assert_eq!((done.code, done.json()["error"]["code"].as_str()), (1, Some("cannot_read")));
    }
}

#[test]
fn a_file_that_was_cut_writes_nothing() {
    let place = Place::new();
    place.put("p.json", PROBLEM);
    place.put("s.csv", "41,1,0.5\n41,");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv", "-o", "plan.json"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("s.csv:2:4: error[wrong_column_count]"), "{}", done.stderr);
    assert_eq!(place.names(), ["p.json", "s.csv"]);
    // A number that was cut may be one all the same.
    place.put("s.csv", "41,1,0.");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv", "-o", "plan.json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert!(done.stderr.contains("warning[cut_off]: s.csv, line 1, column 8"), "{}", done.stderr);
}

/// More pairs than the reader notes one by one.
#[test]
fn repeated_pairs_of_large_problems_are_told_by_line_too() {
    let place = Place::new();
    let entities = |from: u32| (from..from + 6000).map(|id| format!("{{\"id\": {id}}}")).collect::<Vec<_>>().join(",");
    let problem = format!(
        "{{\"students\": [{}], \"submissions\": [{}], \"affinities\": [{{\"assessor_id\": 2, \"asset_id\": 10001, \"score\": 1}}]}}",
        entities(0),
        entities(10_000)
    );
    place.put("p.json", &problem);
    place.put("s.csv", "asset_id,assessor_id,score\n10000,1,1\n10000,9999,1\n10000,1,2\n10001,2,1\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv"]);
    assert_eq!(done.code, 1);
    for said in [
        "s.csv, line 4, column 1: the pair has a score already at line 2",
        "s.csv, line 5, column 1: the pair has a score already at /affinities/0",
        "s.csv, line 3, column 7: 1 scores are left out",
    ] {
        assert!(done.stderr.contains(said), "{}", done.stderr);
    }
}
