//! `next`: one student asks.

use serde_json::{Value, json};

use super::Place;

/// Five students in two groups who give two reviews each; two reviews exist.
fn class() -> Value {
    let students: Vec<Value> = (1..=5).map(|id| json!({"id": id, "groups": [id % 2]})).collect();
    let times = ["2026-02-24T10:00:00Z", "2026-02-24T09:00:00Z", "2026-02-24T09:30:00+01:00"];
    let submissions: Vec<Value> = (1..=5)
        .map(|id| match times.get(id - 1) {
            Some(time) => json!({"id": 40 + id, "user_id": id, "submitted_at": time}),
            None => json!({"id": 40 + id, "user_id": id}),
        })
        .collect();
    json!({
        "students": students, "submissions": submissions,
        "peer_reviews": [
            {"id": 900, "assessor_id": 1, "asset_id": 42, "workflow_state": "completed"},
            {"id": 901, "assessor_id": 2, "asset_id": 43, "workflow_state": "assigned"},
        ],
        "policy": {"reviews_per_student": {"min": 1, "max": 2}, "group": "different", "existing": "rebalance"},
    })
}

fn creates(plan: &Value) -> Vec<(u64, u64)> {
    let operations = plan["operations"].as_array().unwrap();
    let pair = |operation: &Value| {
        assert_eq!(operation["op"], "create");
        let review = &operation["peer_review"];
        (review["assessor_id"].as_u64().unwrap(), review["asset_id"].as_u64().unwrap())
    };
    operations.iter().map(pair).collect()
}

#[test]
fn a_class_that_asks_one_by_one_comes_to_a_valid_plan() {
    let place = Place::new();
    let mut class = class();
    for student in [5, 3, 4, 2, 1] {
        place.put("class.json", &class.to_string());
        let plan =
            place.run(&["next", "class.json", "--student", &student.to_string(), "--count", "1", "--json"]).json();
        let created = creates(&plan);
        assert!(created.iter().all(|pair| pair.0 == student) && created.len() == 1, "{plan}");
        assert_eq!(plan["kept"].as_array().unwrap().len(), class["peer_reviews"].as_array().unwrap().len());
        assert_eq!(plan["strategy"]["name"], "next");
        place.put("plan.json", &plan.to_string());
        let verdict = place.run(&["verify", "class.json", "plan.json", "--json"]).json();
        for violation in verdict["violations"].as_array().unwrap() {
            let code = violation["code"].as_str().unwrap();
            assert!(["student_min", "shortfall_not_allowed"].contains(&code), "{violation}");
        }
        for (assessor, asset) in created {
            class["peer_reviews"].as_array_mut().unwrap().push(json!({"assessor_id": assessor, "asset_id": asset}));
        }
    }
    // Seven reviews of five submissions, each with one or two.
    place.put("class.json", &class.to_string());
    let plan = place.run(&["plan", "class.json", "--set", "policy.existing=keep", "--json"]).json();
    assert_eq!(creates(&plan), []);
    assert_eq!(plan["report"]["per_submission"]["max"], 2);
    assert_eq!(plan["report"]["per_submission"]["min"], 1);
}

#[test]
fn the_one_who_waits_longest_comes_first() {
    let place = Place::new();
    let mut class = class();
    class["peer_reviews"] = json!([]);
    class["policy"]["group"] = json!("any");
    place.put("class.json", &class.to_string());
    // 43 came at half past eight in UTC, 42 at nine, 41 at ten.
    let first = |student: &str| creates(&place.run(&["next", "class.json", "--student", student, "--json"]).json());
    assert_eq!((first("1"), first("3")), (vec![(1, 43)], vec![(3, 42)]));
}

#[test]
fn nothing_to_give_is_an_empty_plan_with_a_reason() {
    let place = Place::with_problems();
    place.put("class.json", &class().to_string());
    let done = place.run(&["next", "class.json", "--student", "1", "--count", "3", "-o", "plan.json", "--json"]);
    assert_eq!(done.code, 0, "{}", done.stderr);
    assert_eq!(done.json()["report"]["created"], 1);
    assert!(done.json()["reason"].as_str().unwrap().starts_with("nothing more to give: "), "{}", done.stdout);
    let mut full = class();
    full["peer_reviews"].as_array_mut().unwrap().push(json!({"assessor_id": 1, "asset_id": 44}));
    place.put("full.json", &full.to_string());
    let done = place.run(&["next", "full.json", "--student", "1", "--json"]);
    assert_eq!((done.code, creates(&done.json()).len()), (0, 0));
    assert!(done.stderr.contains("as many reviews as the maximum allows"), "{}", done.stderr);
    let done = place.run(&["next", "impossible.json", "--student", "1"]);
    assert_eq!(done.code, 0);
    assert!(done.stderr.contains("2 reviews will be missing"), "{}", done.stderr);
}

#[test]
fn an_unknown_student_is_a_mistake_in_the_usage() {
    let place = Place::with_problems();
    for student in ["9", ""] {
        let done = place.run(&["next", "pair.json", "--student", student, "--json"]);
        assert_eq!(done.code, 2, "{}", done.stderr);
        assert_eq!(done.json()["error"]["code"], "usage");
    }
    assert_eq!(place.run(&["next", "pair.json"]).code, 2);
    assert_eq!(place.run(&["next", "pair.json", "--student", "1", "--count", "0"]).code, 2);
}

#[test]
fn who_has_not_asked_is_not_said_to_be_shut_out() {
    let place = Place::new();
    place.put("class.json", &class().to_string());
    let plan = place.run(&["next", "class.json", "--student", "3", "--json"]).json();
    let reasons: Vec<&str> =
        plan["shortfalls"].as_array().unwrap().iter().map(|of| of["reason"].as_str().unwrap()).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| reason.contains("not asked")), "{reasons:?}");
}
