//! Who is a student, what is handed in, and what the assignment asks for.

use serde_json::json;

use super::server::{ASSIGNMENT, ENROLLMENTS, REVIEWS, SUBMISSIONS, Server, enrollment, review, row};
use super::*;
use crate::input::{Admission, Bound, Relation};

#[test]
fn a_course_becomes_a_problem() {
    let mut server = Server::new();
    let pulled = pull(&mut server);
    let expected = r#"{
  "format": "peerplan/problem", "version": 1,
  "source": {"base_url":"https://canvas.example","course_id":101,"assignment_id":501},
  "students": [
    {"id":1001,"sections":[11]},
    {"id":1002,"sections":[11]}
  ],
  "submissions": [
    {"id":40011,"user_id":1001,"submitted_at":"2026-02-24T10:11:12Z"},
    {"id":40012,"user_id":1002,"submitted_at":"2026-02-24T10:11:12Z"}
  ],
"#;
    let written = text(&pulled.input);
    let plain = |text: &str| text.replace([' ', '\n'], "");
    assert!(plain(&written).starts_with(&plain(expected)), "{written}");
    let policy = &pulled.input.policy;
    assert_eq!(policy.unsubmitted_reviewers, Admission::Exclude);
    assert_eq!(policy.reviews_per_student, Bound::exactly(2));
    assert_eq!((policy.group, policy.section), (Relation::Different, Relation::Any));
    assert_eq!(codes(&pulled), ["automatic_peer_reviews", "review_count_out_of_reach"]);
    let forms = [ASSIGNMENT, ENROLLMENTS, SUBMISSIONS, REVIEWS];
    assert!(server.asked.iter().all(|request| forms.contains(&&*request.path) && request.form.is_empty()));
}

#[test]
fn students_are_those_who_are_active_or_invited_each_once_with_all_sections() {
    let mut server = Server::new();
    server.student(1002, 12).student(1002, 11);
    for (user, kind, state) in [
        (1003, "StudentEnrollment", "invited"),
        (1004, "StudentEnrollment", "creation_pending"),
        (1005, "StudentEnrollment", "concluded"),
        (1006, "StudentEnrollment", "inactive"),
        (1099, "StudentViewEnrollment", "active"),
        (1007, "StudentEnrollment", "unheard_of"),
    ] {
        server.add(ENROLLMENTS, enrollment(user, 11, kind, state)).hand_in(41_000 + user, user);
    }
    server.add(ENROLLMENTS, enrollment(1005, 12, "StudentEnrollment", "deleted"));
    // Who is out in one section may be in by another.
    server.add(ENROLLMENTS, enrollment(1001, 12, "StudentEnrollment", "completed"));
    let pulled = pull(&mut server);
    assert_eq!(student_ids(&pulled), [1001, 1002, 1003, 1004]);
    assert_eq!(pulled.input.submissions.len(), 4);
    let sections: Vec<_> = pulled.input.students.iter().map(|student| student.sections.clone()).collect();
    let (one, other) = (Id::from(11), Id::from(12));
    assert_eq!(sections, [vec![one.clone()], vec![one.clone(), other], vec![one.clone()], vec![one]]);
    assert!(says(&pulled, "unknown_enrollment_state").contains(": 1007 (1 in all)"));
}

#[test]
fn only_those_take_part_who_see_the_assignment() {
    let mut server = Server::new();
    server.student(1003, 11).hand_in(40_013, 1003);
    server.set("assignment_visibility", json!(["1003", "1001", "1050"])).set("only_visible_to_overrides", json!(true));
    let pulled = pull(&mut server);
    assert_eq!(student_ids(&pulled), [1001, 1003]);
    assert_eq!(pulled.input.submissions.len(), 2);
    assert!(says(&pulled, "assignment_not_visible").contains("1002 (1 in all)"));
    server.set("only_visible_to_overrides", json!(false)).set("assignment_visibility", json!([]));
    assert_eq!(student_ids(&pull(&mut server)), [1001, 1002, 1003]);
    server.set("only_visible_to_overrides", json!(true)).set("assignment_visibility", json!(null));
    assert!(codes(&pull(&mut server)).contains(&"visibility_unknown"));
}

#[test]
fn ids_as_texts_and_past_the_range_of_doubles_are_the_same_problem() {
    let large = 21_070_000_000_000_079_u64;
    let mut numbers = Server::new();
    numbers.student(large, large + 1).hand_in(large + 2, large);
    numbers.add(REVIEWS, server::review(large + 3, large + 2, large, 1001, "assigned"));
    let mut texts = Server::new();
    texts.records.clone_from(&numbers.records);
    for records in texts.records.values_mut() {
        for record in records.as_array_mut().into_iter().flatten() {
            for (name, value) in record.as_object_mut().unwrap() {
                if (name == "id" || name.ends_with("_id")) && value.is_number() {
                    *value = json!(value.to_string());
                }
            }
        }
    }
    let pulled = pull(&mut numbers);
    assert_eq!(text(&pull(&mut texts).input), text(&pulled.input));
    assert!(text(&pulled.input).contains("\"id\":21070000000000079,"));
}

#[test]
fn handed_in_is_what_has_a_type_and_excused_counts_only_on_request() {
    let mut server = Server::new();
    for user in 1003..=1006 {
        server.student(user, 11);
    }
    let mut graded = row(40_013, 1003, false);
    graded["workflow_state"] = json!("graded");
    let mut excused = row(40_014, 1004, true);
    excused["excused"] = json!(true);
    let mut late = row(40_015, 1005, true);
    late["late"] = json!(true);
    let mut odd = row(40_016, 1006, true);
    odd["workflow_state"] = json!("unheard_of");
    for row in [graded, excused, late, odd] {
        server.add(SUBMISSIONS, row);
    }
    let pulled = pull(&mut server);
    let submitted: Vec<bool> = pulled.input.submissions.iter().map(|submission| submission.submitted).collect();
    assert_eq!(submitted, [true, true, false, false, true, true]);
    assert!(submission(&pulled, 40_015).late && !submission(&pulled, 40_016).late);
    assert!(says(&pulled, "not_handed_in").contains(": 1003 (1 in all)"));
    assert!(says(&pulled, "excused").contains(": 1004 (1 in all)"));
    let all = pull_with(&mut server, None, PullOptions { include_excused: true, ..OPTIONS });
    assert!(submission(&all, 40_014).submitted && !codes(&all).contains(&"excused"));
}

#[test]
fn where_nothing_is_handed_in_online_everybody_counts_as_handed_in() {
    let mut server = Server::new();
    server.student(1003, 11).add(SUBMISSIONS, row(40_013, 1003, false));
    server.set("submission_types", json!(["on_paper"]));
    let pulled = pull(&mut server);
    assert!(submission(&pulled, 40_013).submitted && codes(&pulled).contains(&"no_online_work"));
    server.set("submission_types", json!(["on_paper", "online_upload"]));
    assert!(!submission(&pull(&mut server), 40_013).submitted);
}

#[test]
fn work_of_people_who_are_not_students_is_told_of() {
    let mut server = Server::new();
    server.hand_in(40_019, 1009);
    assert!(says(&pull(&mut server), "work_of_unlisted").contains(": 1009 (1 in all)"));
}

#[test]
fn a_student_whose_work_does_not_show_is_not_said_to_have_none() {
    let mut server = Server::new();
    server.student(1003, 12).add(REVIEWS, review(7, 40_013, 1003, 1001, "assigned"));
    let pulled = pull(&mut server);
    assert!(says(&pulled, "submissions_not_visible").contains(": 1003 (1 in all)"));
    assert!(!codes(&pulled).contains(&"not_handed_in"));
}

#[test]
fn students_whose_submissions_do_not_show_are_reported_ten_by_name_of_id() {
    let mut server = Server::new();
    for user in 1003..=1014 {
        server.student(user, 12);
    }
    let pulled = pull(&mut server);
    let expected = ": 1003, 1004, 1005, 1006, 1007, 1008, 1009, 1010, 1011, 1012, … (12 in all); use a token";
    assert!(says(&pulled, "submissions_not_visible").contains(expected));
    assert!(!codes(&pulled).contains(&"not_handed_in"));
}

#[test]
fn the_rules_are_those_of_the_assignment() {
    let mut server = Server::new();
    server.set("intra_group_peer_reviews", json!(true)).set("peer_review_across_sections", json!(false));
    server.set("automatic_peer_reviews", json!(false)).set("peer_reviews", json!(false));
    server.set("published", json!(false)).set("peer_review_count", json!(0));
    let pulled = pull(&mut server);
    let policy = &pulled.input.policy;
    assert_eq!((policy.group, policy.section), (Relation::Any, Relation::Same));
    assert_eq!(policy.reviews_per_student, Bound::default());
    assert_eq!(codes(&pulled), ["peer_reviews_off", "assignment_unpublished", "review_count_unknown"]);
    assert!(says(&pulled, "review_count_unknown").contains("--set policy.reviews_per_student=N"));
}

#[test]
fn names_are_there_only_on_request_and_never_in_warnings() {
    let mut server = Server::new();
    server.student(1003, 11);
    let pulled = pull_with(&mut server, None, PullOptions { names: true, ..OPTIONS });
    let name = pulled.input.students[0].name.as_ref().unwrap();
    assert_eq!(name.reveal(), "Ann 1001 Ode");
    assert!(text(&pulled.input).contains("Ann 1003 Ode"));
    assert!(!pulled.warnings.to_string().contains("Ode") && !pulled.warnings.is_empty());
}

#[test]
fn pages_are_followed_and_rows_seen_twice_count_once() {
    let mut server = Server::new();
    for user in 1003..=1006 {
        server.student(user, 11).hand_in(39_000 + user, user);
    }
    let whole = pull(&mut server);
    server.per_page = 2;
    server.asked.clear();
    let paged = pull(&mut server);
    assert_eq!(text(&paged.input), text(&whole.input));
    assert_eq!((server.count(ENROLLMENTS), server.count(SUBMISSIONS)), (6, 6));
    server.hand_in(40_003, 1003);
    assert_eq!(pull(&mut server), whole);
}

#[test]
fn nothing_depends_on_the_order_of_the_lists() {
    let mut server = Server::new();
    server.student(1003, 12).student(1003, 11).hand_in(40_010, 1003).group(702, &[1001]).group(701, &[1002, 1003]);
    server.add(REVIEWS, server::review(2, 40_011, 1001, 1002, "completed"));
    server.add(REVIEWS, server::review(1, 40_010, 1003, 1001, "assigned"));
    let one = pull(&mut server);
    for list in server.records.values_mut().filter_map(|records| records.as_array_mut()) {
        list.reverse();
    }
    let other = pull(&mut server);
    assert_eq!(text(&one.input), text(&other.input));
    assert_eq!(one.warnings, other.warnings);
}

#[test]
fn of_a_section_the_lists_are_those_of_the_section() {
    let mut server = Server::new();
    for (path, section) in [
        (ENROLLMENTS, "/api/v1/sections/11/enrollments"),
        (SUBMISSIONS, "/api/v1/sections/11/assignments/501/submissions"),
        (REVIEWS, "/api/v1/sections/11/assignments/501/peer_reviews"),
    ] {
        let records = server.records.remove(path).unwrap();
        server.records.insert(section.into(), records);
    }
    let pulled = pull_with(&mut server, Some(11), OPTIONS);
    assert_eq!(student_ids(&pulled), [1001, 1002]);
    assert_eq!(server.count(ASSIGNMENT), 2);
}
