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
    assert!(done.stderr.contains("s.csv: 2 scores are left out"), "{}", done.stderr);
    assert!(done.stderr.contains("the first is row 2, assessor 9 and asset 41"), "{}", done.stderr);
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
    assert!(done.stderr.contains("error[duplicate_pair]: s.csv, row 3: "), "{}", done.stderr);
    assert!(done.stderr.contains("already at row 2"), "{}", done.stderr);
    place.put("s.csv", "41,1,0.5\n41,2,much\n");
    let done = place.run(&["plan", "p.json", "--affinities", "s.csv"]);
    assert_eq!(done.code, 1);
    assert!(done.stderr.contains("s.csv:2:"), "{}", done.stderr);
    for wrong in [".", "none.csv"] {
        let done = place.run(&["plan", "p.json", "--affinities", wrong, "--json"]);
        assert_eq!((done.code, done.json()["error"]["code"].as_str()), (1, Some("cannot_read")));
    }
}
