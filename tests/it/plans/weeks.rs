//! A small course in its second week, word for word: somebody has left, somebody has come, groups have changed, a must
//! and a must-not were added.

use std::fmt::Write as _;

use peerplan::formats::problem;
use peerplan::strategy::by_name;

use super::{compiled, planned, told};

/// Eight students of whom 1008 has left and 1020 is new; 1001 is in the group of 1003 by now. Everybody reviewed the
/// second and the fourth after themselves.
const COURSE: &str = r#"{
  "students": [
    {"id": 1001, "groups": [702]}, {"id": 1002, "groups": [701]}, {"id": 1003, "groups": [702]}, {"id": 1004, "groups": [702]},
    {"id": 1005, "groups": [703]}, {"id": 1006, "groups": [703]}, {"id": 1007, "groups": [704]}, {"id": 1020, "groups": [720]}
  ],
  "submissions": [
    {"id": 40001, "user_id": 1001}, {"id": 40002, "user_id": 1002}, {"id": 40003, "user_id": 1003}, {"id": 40004, "user_id": 1004},
    {"id": 40005, "user_id": 1005}, {"id": 40006, "user_id": 1006}, {"id": 40007, "user_id": 1007}, {"id": 40020, "user_id": 1020}
  ],
  "peer_reviews": [
    {"assessor_id": 1001, "asset_id": 40003}, {"assessor_id": 1001, "asset_id": 40005},
    {"assessor_id": 1002, "asset_id": 40004}, {"assessor_id": 1002, "asset_id": 40006, "workflow_state": "completed"},
    {"assessor_id": 1003, "asset_id": 40005}, {"assessor_id": 1003, "asset_id": 40007},
    {"assessor_id": 1004, "asset_id": 40006}, {"assessor_id": 1004, "asset_id": 40001},
    {"assessor_id": 1005, "asset_id": 40007}, {"assessor_id": 1005, "asset_id": 40001},
    {"assessor_id": 1006, "asset_id": 40002}, {"assessor_id": 1006, "asset_id": 40001},
    {"assessor_id": 1007, "asset_id": 40002}, {"assessor_id": 1007, "asset_id": 40003},
    {"assessor_id": 1008, "asset_id": 40002}, {"assessor_id": 1008, "asset_id": 40004}
  ],
  "rules": [
    {"rule": "must_review", "assessor_id": 1002, "asset_id": 40007},
    {"rule": "must_not_review", "assessor_id": 1004, "asset_id": 40006}
  ],
  "policy": {"reviews_per_student": 2, "reviews_per_submission": {"max": 3}, "existing": "rebalance", "reciprocal": "allow"}
}"#;

/// The steps of a plan by `matching`, one a line, and the shortfalls.
fn plan(settings: &[&str]) -> String {
    let (mut input, _) = problem::read(COURSE.as_bytes(), false).expect("readable");
    for setting in settings {
        problem::set(&mut input, setting).expect("a setting");
    }
    let problem = compiled(&input);
    let plan = planned(&problem, by_name("matching").expect("listed"), 1).expect("feasible");
    let mut text = String::new();
    for (op, assessor, asset, why) in told(plan.view(&problem)) {
        writeln!(text, "{op} {assessor} {asset}: {why}").expect("a string takes everything");
    }
    for record in plan.shortfalls() {
        let peerplan::plan::ShortfallRecord { id, got, wanted, reason, .. } = record;
        writeln!(text, "short {id} has {got} of {wanted}: {reason}").expect("a string takes everything");
    }
    text
}

#[test]
fn rebalanced() {
    assert_eq!(
        plan(&[]),
        "\
delete 1004 40001: assessor 1004 and submission 40001 are in the same group now, 702
create 1020 40002: in place of assessor 1008, who has left
delete 1008 40002: assessor 1008 is not among the students any more
create 1020 40003: in place of the review by 1001
delete 1001 40003: assessor 1001 and submission 40003 are in the same group now, 702
delete 1002 40004: assessor 1002 would give 3 reviews where at most 2 are allowed
delete 1008 40004: assessor 1008 is not among the students any more
create 1004 40005: student 1004 gives 0 of 2 reviews
delete 1004 40006: a must_not_review rule stands against it
create 1002 40007: a must_review rule asks for it
create 1001 40020: submission 40020 has no reviews yet
create 1004 40020: submission 40020 has no reviews yet
"
    );
}

#[test]
fn kept() {
    let settings = ["policy.existing=keep", "policy.reviews_per_student={\"min\": 2, \"max\": 3}"];
    assert_eq!(
        plan(&settings),
        "\
create 1020 40004: in place of assessor 1008, who has left
create 1020 40006: assessor 1020 has no reviews yet
create 1002 40007: a must_review rule asks for it
"
    );
}

#[test]
fn replaced() {
    assert_eq!(
        plan(&["policy.existing=replace"]),
        "\
delete 1004 40001: assessor 1004 and submission 40001 are in the same group now, 702
create 1004 40002: in place of assessor 1008, who has left
delete 1007 40002: replaced by the new assignment
delete 1008 40002: assessor 1008 is not among the students any more
create 1005 40003: in place of the review by 1001
delete 1001 40003: assessor 1001 and submission 40003 are in the same group now, 702
delete 1007 40003: replaced by the new assignment
create 1007 40004: in place of assessor 1008, who has left
create 1020 40004: in place of the review by 1002
delete 1002 40004: replaced by the new assignment
delete 1008 40004: assessor 1008 is not among the students any more
create 1004 40005: in place of the review by 1001
create 1007 40005: in place of the review by 1003
delete 1001 40005: replaced by the new assignment
delete 1003 40005: replaced by the new assignment
create 1003 40006: in place of the review by 1004
create 1020 40006: assessor 1020 has no reviews yet
delete 1004 40006: a must_not_review rule stands against it
create 1001 40007: in place of the review by 1003
create 1002 40007: a must_review rule asks for it
delete 1003 40007: replaced by the new assignment
delete 1005 40007: replaced by the new assignment
create 1001 40020: submission 40020 has no reviews yet
create 1003 40020: submission 40020 has no reviews yet
"
    );
}

#[test]
fn balanced() {
    assert_eq!(
        plan(&["policy.reviews_per_submission=\"balanced\""]),
        "\
delete 1004 40001: assessor 1004 and submission 40001 are in the same group now, 702
create 1004 40002: in place of assessor 1008, who has left
delete 1007 40002: moved so that submission 40004 gets its reviews
delete 1008 40002: assessor 1008 is not among the students any more
create 1020 40003: in place of the review by 1001
delete 1001 40003: assessor 1001 and submission 40003 are in the same group now, 702
create 1007 40004: in place of assessor 1008, who has left
create 1020 40004: in place of the review by 1002
delete 1002 40004: assessor 1002 would give 3 reviews where at most 2 are allowed
delete 1008 40004: assessor 1008 is not among the students any more
create 1001 40006: in place of the review by 1004
delete 1004 40006: a must_not_review rule stands against it
create 1002 40007: a must_review rule asks for it
delete 1005 40007: moved so that submission 40020 gets its reviews
create 1004 40020: submission 40020 has no reviews yet
create 1005 40020: submission 40020 has no reviews yet
"
    );
}

#[test]
fn partial() {
    let settings = [
        "policy.existing=keep",
        "policy.reviews_per_student={\"min\": 4, \"max\": 4}",
        "policy.reviews_per_submission={\"min\": 1, \"max\": 3}",
        "policy.shortfall=partial",
    ];
    assert_eq!(
        plan(&settings),
        "\
create 1001 40002: in place of assessor 1008, who has left
create 1006 40003: student 1006 gives 2 of 4 reviews
create 1005 40004: in place of assessor 1008, who has left
create 1020 40004: assessor 1020 has no reviews yet
create 1020 40005: assessor 1020 has no reviews yet
create 1020 40006: assessor 1020 has no reviews yet
create 1002 40007: a must_review rule asks for it
create 1003 40020: submission 40020 has no reviews yet
create 1004 40020: submission 40020 has no reviews yet
create 1007 40020: submission 40020 has no reviews yet
short 1001 has 3 of 4: no room: every other submission that student 1001 may review has its maximum
short 1002 has 3 of 4: no room: every other submission that student 1002 may review has its maximum
short 1003 has 3 of 4: no room: every other submission that student 1003 may review has its maximum
short 1004 has 3 of 4: no room: every other submission that student 1004 may review has its maximum
short 1005 has 3 of 4: no room: every other submission that student 1005 may review has its maximum
short 1006 has 3 of 4: no room: every other submission that student 1006 may review has its maximum
short 1007 has 3 of 4: no room: every other submission that student 1007 may review has its maximum
short 1020 has 3 of 4: no room: every other submission that student 1020 may review has its maximum
"
    );
}
