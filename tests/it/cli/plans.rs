//! `diff` and `show`.

use std::process::Stdio;

use super::Place;

/// Three students of whom the first reviewed the second; the third has come since.
const WEEK: &str = r#"{"students": [{"id": 1, "name": "Ann Ode"}, {"id": 2, "name": "Bo Hidden"}, {"id": 3, "name": "C\u0007y"}],
  "submissions": [{"id": 41, "user_id": 1}, {"id": 42, "user_id": 2}, {"id": 43, "user_id": 3}],
  "peer_reviews": [{"id": 5, "user_id": 2, "assessor_id": 1, "asset_id": 42, "workflow_state": "completed"}, {"id": 6, "user_id": 1, "assessor_id": 9, "asset_id": 41}, {"id": 7, "user_id": 3, "assessor_id": 2, "asset_id": 43}],
  "policy": {"reviews_per_student": 1, "existing": "rebalance"}}
"#;

fn week() -> Place {
    let place = Place::new();
    place.put("week.json", WEEK);
    place.ok(&["plan", "week.json", "-o", "plan.json"]);
    place
}

#[test]
fn a_plan_is_shown_by_student_or_by_submission() {
    let place = week();
    let by_student = "\
| assessor_id | asset_id | user_id | state     | why                                           |
|-------------|----------|---------|-----------|-----------------------------------------------|
| 1           | 42       | 2       | completed |                                               |
| 2           | 43       | 3       | kept      |                                               |
| 3           | 41       | 1       | new       | in place of assessor 9, who has left          |
| 9           | 41       | 1       | deleted   | assessor 9 is not among the students any more |

1 new, 1 kept, 1 completed, 1 deleted
";
    assert_eq!(place.ok(&["show", "plan.json"]), by_student);
    let by_submission = "\
| asset_id | user_id | assessor_id | state     | why                                           |
|----------|---------|-------------|-----------|-----------------------------------------------|
| 41       | 1       | 3           | new       | in place of assessor 9, who has left          |
|          |         | 9           | deleted   | assessor 9 is not among the students any more |
| 42       | 2       | 1           | completed |                                               |
| 43       | 3       | 2           | kept      |                                               |

1 new, 1 kept, 1 completed, 1 deleted
";
    assert_eq!(place.ok(&["show", "plan.json", "--by", "submission"]), by_submission);
    let csv = "assessor_id,asset_id,user_id,state,reason\n1,42,2,completed,\n2,43,3,kept,\n\
               3,41,1,new,\"in place of assessor 9, who has left\"\n\
               9,41,1,deleted,assessor 9 is not among the students any more\n";
    assert_eq!(place.ok(&["show", "plan.json", "--format", "csv"]), csv);
    let json = place.run(&["show", "plan.json", "--json"]).json();
    assert_eq!(json["by"], "student");
    assert_eq!(json["reviews"][2]["state"], "new");
    assert_eq!(json["reviews"][2]["reason"], "in place of assessor 9, who has left");
    assert_eq!(json["reviews"][0].get("reason"), None);
    assert_eq!(place.run(&["show", "plan.json", "--format", "json"]).json(), json);
    let piped = place.run_with(&["show", "-"], &place.get("plan.json"));
    assert_eq!((piped.code, piped.stdout.as_str()), (0, by_student));
}

#[test]
fn names_are_those_of_the_problem_that_is_named() {
    let place = week();
    for format in ["table", "csv", "json"] {
        let shown = place.ok(&["show", "plan.json", "--format", format]);
        assert!(!shown.contains("Ann") && !shown.contains("Hidden"), "{shown}");
        let named = place.run(&["show", "plan.json", "--format", format, "--names", "week.json"]);
        assert!(named.stdout.contains("Ann Ode") && named.stdout.contains("Bo Hidden"), "{}", named.stdout);
        assert!(!named.stdout.contains('\u{7}') || format == "csv", "{}", named.stdout);
        assert_eq!(named.stderr, "");
    }
    place.put("other.json", &WEEK.replace("\"existing\": \"rebalance\"", "\"existing\": \"keep\""));
    let other = place.run(&["show", "plan.json", "--names", "other.json"]);
    assert!(other.code == 0 && other.stderr.contains("another problem"), "{}", other.stderr);
    let both = place.run_with(&["show", "-", "--names", "-"], WEEK);
    assert_eq!(both.code, 2);
    assert_eq!(place.run(&["show", "plan.json", "--json", "--format", "csv"]).code, 2);
    assert_eq!(place.run(&["show", "week.json"]).code, 1);
    assert_eq!(place.run(&["show", "nothing.json", "--json"]).json()["error"]["code"], "cannot_read");
}

#[test]
fn texts_of_a_plan_cannot_steer_the_terminal() {
    let place = week();
    let wild = place
        .get("plan.json")
        .replace("who has left", r"who\u001b[31m\nhas\u202e left")
        .replace("random", r"ran\u0007dom");
    place.put("wild.json", &wild);
    for arguments in
        [&["show", "wild.json"][..], &["diff", "wild.json", "wild.json"], &["diff", "wild.json", "plan.json"]]
    {
        let done = place.run(arguments);
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(!done.stdout.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{}", done.stdout);
        assert!(!done.stdout.lines().any(|line| line.starts_with("has")), "{}", done.stdout);
    }
}

#[test]
fn plans_are_compared_pair_by_pair() {
    let place = week();
    place.put("kept.json", &WEEK.replace("\"existing\": \"rebalance\"", "\"existing\": \"keep\""));
    place.ok(&["plan", "kept.json", "-o", "kept-plan.json"]);
    let done = place.run(&["diff", "plan.json", "kept-plan.json"]);
    assert_eq!(done.code, 0);
    assert_eq!(done.stderr, "peerplan: the plans were made from different problems, or with different settings\n");
    let table = "\
| assessor_id | asset_id | user_id | A      | B    |
|-------------|----------|---------|--------|------|
| 9           | 41       | 1       | delete | keep |

|                       | in both | only A | only B |
|-----------------------|---------|--------|--------|
| reviews in the result | 3       | 0      | 1      |
| created               | 1       | 0      | 0      |
| deleted               | 0       | 1      | 0      |
| kept                  | 2       | 0      | 1      |
";
    assert!(done.stdout.starts_with(table), "{}", done.stdout);
    assert!(done.stdout.contains("| reviews                              | 3 "), "{}", done.stdout);
    let json = place.run(&["diff", "plan.json", "kept-plan.json", "--json"]).json();
    assert_eq!(json["equal"], false);
    assert_eq!(json["warnings"].as_array().unwrap().len(), 1);
    assert_eq!(json["pairs"][0]["a"], "delete");
    assert_eq!(json["pairs"][0]["b"], "keep");
    assert_eq!(json["reviews"]["only_b"], 1);
    assert_eq!(json["b"]["report"]["kept"], 3);
    assert_eq!(place.run(&["diff", "plan.json", "kept-plan.json", "--exit-code"]).code, 1);
    let same = place.run(&["diff", "plan.json", "plan.json", "--exit-code"]);
    assert!(same.code == 0 && same.stdout.starts_with("the plans do the same\n"), "{}", same.stdout);
    let same = place.run_with(&["diff", "-", "plan.json", "--json"], &place.get("plan.json")).json();
    assert_eq!((&same["equal"], &same["pairs"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(place.run(&["diff", "-", "-"]).code, 2);
    assert_eq!(place.run(&["diff", "plan.json", "week.json"]).code, 1);
}

#[test]
fn large_plans_are_shown_in_full_and_closed_pipes_are_no_failure() {
    let place = Place::new();
    place.ok(&["generate", "--students", "400", "-o", "p.json"]);
    place.ok(&["plan", "p.json", "-o", "a.json"]);
    place.ok(&["plan", "p.json", "--seed", "1", "-o", "b.json"]);
    let shown = place.ok(&["show", "a.json"]);
    // Everybody's id stands once, beside the first of three.
    assert_eq!(shown.lines().filter(|line| line.starts_with("| ") && !line.starts_with("|  ")).count(), 401);
    assert!(shown.ends_with("\n1200 new, 0 kept, 0 completed, 0 deleted\n"), "{shown}");
    let difference = place.ok(&["diff", "a.json", "b.json"]);
    assert!(difference.contains("\nthe first 2000 of "), "{difference}");
    for arguments in [&["show", "a.json"][..], &["diff", "a.json", "b.json", "--json"]] {
        let mut child = place.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]), "{arguments:?}");
    }
}

#[test]
fn reasons_are_written_where_plans_go() {
    let place = week();
    let csv = place.ok(&["plan", "week.json", "--format", "csv"]);
    assert!(csv.contains("create,3,41,1,,assigned,\"in place of assessor 9, who has left\"\n"), "{csv}");
    let table = place.ok(&["plan", "week.json"]);
    assert!(table.contains("in place of assessor 9, who has left"), "{table}");
    assert!(table.contains("| proven to be best"), "{table}");
    let plan = place.run(&["plan", "week.json", "--json"]).json();
    assert_eq!(plan["report"]["bound"]["deletes"], 0);
    assert_eq!(plan["report"]["optimal"], true);
    let first = Place::with_problems();
    let plan = first.run(&["plan", "pair.json", "--json"]).json();
    assert_eq!(plan["operations"][0]["reason"], "first allocation");
    assert_eq!((plan["report"].get("bound"), plan["report"].get("optimal")), (None, None));
    // A plan of an earlier release, without reasons.
    let text = first.ok(&["plan", "pair.json", "--json"]).replace(",\"reason\":\"first allocation\"", "");
    first.put("earlier.json", &text);
    assert!(first.ok(&["show", "earlier.json"]).contains("| new "));
    assert_eq!(first.run(&["verify", "pair.json", "earlier.json"]).code, 0);
}
