//! The simulated installation behaves as Canvas does: each trait once.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use peerplan::Id;
use peerplan::canvas::request::{self, AssignmentPath, Context};
use peerplan::canvas::{Method, Request, Response, next_link};
use serde_json::{Value, json};

use super::sim::{ASSIGNMENT, COURSE, Course, Enrolled, Role, student, submission};

pub(super) fn place() -> AssignmentPath {
    AssignmentPath { context: Context::Course(Id::from(COURSE)), assignment_id: Id::from(ASSIGNMENT) }
}

fn through(section: u64) -> AssignmentPath {
    AssignmentPath { context: Context::Section(Id::from(section)), ..place() }
}

fn create(course: &mut Course, owner: u64, assessor: u64) -> Response {
    course.answer_to(&place().create(&submission(owner).into(), &student(assessor).into()))
}

fn delete(course: &mut Course, owner: u64, assessor: u64) -> Response {
    course.answer_to(&place().delete(&submission(owner).into(), &student(assessor).into()))
}

fn get(course: &mut Course, request: &Request) -> Vec<Value> {
    let answer = course.answer_to(request);
    assert_eq!(answer.status, 200);
    answer.json().unwrap().as_array().unwrap().clone()
}

fn by(course: &mut Course, token: &str, request: &Request) -> Response {
    course.answer(request.method, &request.path, &request.query, &request.form, Some(token))
}

/// All pages of a list.
fn all(course: &mut Course, request: &Request) -> (usize, Vec<Value>) {
    let (mut request, mut items) = (request.clone(), Vec::new());
    for pages in 1.. {
        let answer = course.answer_to(&request);
        items.extend(answer.json().unwrap().as_array().unwrap().clone());
        match next_link(answer.header("Link").unwrap()) {
            Some(url) => request = Request::page(&course.base, url).unwrap(),
            None => return (pages, items),
        }
    }
    unreachable!("a list has an end")
}

#[test]
fn to_create_is_to_find_or_create_and_sends_a_message_each_time() {
    let mut course = Course::of(4, 1);
    let first = create(&mut course, 0, 1);
    let record = json!({
        "id": 5001, "user_id": student(0), "assessor_id": student(1), "asset_id": submission(0),
        "asset_type": "Submission", "workflow_state": "assigned",
    });
    assert_eq!((first.status, first.json().unwrap()), (200, record));
    assert_eq!(create(&mut course, 0, 1), first);
    let pair = (submission(0), student(1));
    let ledger = &course.ledger;
    assert_eq!((ledger.posts[&pair], ledger.created[&pair], ledger.messages[&pair]), (2, 1, 2));
    assert_eq!(course.pairs(), [pair]);
}

#[test]
fn who_is_no_student_and_what_is_no_submission_is_not_found() {
    let mut course = Course::of(4, 1);
    course.students.get_mut(&student(3)).unwrap().state = Enrolled::Concluded;
    course.students.get_mut(&student(2)).unwrap().state = Enrolled::Invited;
    assert_eq!(create(&mut course, 0, 2).status, 200);
    for (owner, assessor) in [(0, 3), (3, 0), (0, 99), (99, 0)] {
        assert_eq!(create(&mut course, owner, assessor).status, 404);
        assert_eq!(delete(&mut course, owner, assessor).status, 404);
    }
    let path = place().create(&submission(0).into(), &student(1).into()).path;
    let teacher = Some("teacher-token");
    assert_eq!(course.answer(Method::Post, &path, "", "", teacher).status, 404);
    // Where it stands does not matter.
    assert_eq!(course.answer(Method::Post, &path, &format!("user_id={}", student(1)), "", teacher).status, 200);
    assert_eq!(course.answer(Method::Post, "/api/v1/courses/9/x", "", "", teacher).status, 404);
}

#[test]
fn nobody_reviews_their_own_work_and_only_teachers_assign() {
    let mut course = Course::of(4, 1);
    course.tokens.insert(String::from("s"), Role::Student(student(1)));
    let own = create(&mut course, 1, 1);
    assert_eq!((own.status, own.json().unwrap()), (400, json!({"errors": {"base": "Create failed"}})));
    for (old, status) in [(false, 403), (true, 401)] {
        course.manner.old_errors = old;
        for request in [
            place().create(&submission(0).into(), &student(1).into()),
            place().delete(&submission(0).into(), &student(1).into()),
            place().submissions(),
        ] {
            let answer = by(&mut course, "s", &request);
            assert_eq!((answer.status, answer.header("www-authenticate")), (status, None));
        }
        // What cannot be is seen before what may not be.
        let own = place().create(&submission(1).into(), &student(1).into());
        assert_eq!(by(&mut course, "s", &own).status, 400);
    }
    assert!(course.pairs().is_empty());
    let request = place().peer_reviews();
    for token in [None, Some("x")] {
        let answer = course.answer(request.method, &request.path, &request.query, "", token);
        assert!(answer.status == 401 && answer.header("WWW-Authenticate").is_some());
    }
}

#[test]
fn to_delete_takes_the_first_of_a_pair_completed_or_not() {
    let mut course = Course::of(4, 1);
    let pair = (submission(0), student(1));
    let first = course.add(pair, true).id;
    course.add(pair, false);
    let answer = delete(&mut course, 0, 1);
    assert_eq!((answer.status, answer.json().unwrap()["id"].as_u64()), (200, Some(first)));
    assert_eq!((course.pairs(), course.ledger.completed_deleted.len()), (vec![pair], 1));
    assert_eq!(delete(&mut course, 0, 1).status, 200);
    let absent = delete(&mut course, 0, 1);
    assert_eq!((absent.status, absent.json().unwrap()), (400, json!({"errors": {"base": "Delete failed"}})));
    assert_eq!(course.ledger.deleted[&pair], 2);
}

#[test]
fn reviews_are_listed_at_once_in_no_order_whatever_the_section() {
    let mut course = Course::of(6, 1);
    for owner in 0..6 {
        for assessor in (0..6).filter(|&assessor| assessor != owner) {
            create(&mut course, owner, assessor);
        }
    }
    let answer = course.answer_to(&place().peer_reviews());
    assert_eq!(answer.header("link"), None);
    let orders: Vec<Vec<Value>> = (0..3).map(|_| get(&mut course, &place().peer_reviews())).collect();
    assert!(orders[0].len() == 30 && (orders[0] != orders[1] || orders[1] != orders[2]));
    assert_eq!(get(&mut course, &through(11).peer_reviews()).len(), 30);
    let of = get(&mut course, &place().peer_reviews_of(&submission(2).into()));
    assert!(of.len() == 5 && of.iter().all(|review| review["asset_id"] == submission(2)));
    assert!(get(&mut course, &place().peer_reviews_of(&Id::from(7))).is_empty());
    // A student of another section may be asked through any section.
    course.reviews.clear();
    assert_eq!(course.answer_to(&through(11).create(&submission(1).into(), &student(3).into())).status, 200);
}

#[test]
fn students_see_reviews_of_their_own_work_and_perhaps_not_by_whom() {
    let mut course = Course::of(4, 1);
    course.tokens.insert(String::from("s"), Role::Student(student(0)));
    course.assignment.anonymous = true;
    create(&mut course, 0, 1);
    create(&mut course, 1, 0);
    let seen = by(&mut course, "s", &place().peer_reviews()).json().unwrap();
    assert_eq!((seen.as_array().unwrap().len(), seen[0].get("assessor_id")), (1, None));
    assert_eq!(get(&mut course, &place().peer_reviews())[0]["workflow_state"], "assigned");
}

#[test]
fn lists_come_in_pages_of_which_only_the_next_one_is_known() {
    let mut course = Course::of(7, 1);
    course.manner.page = 3;
    let (pages, submissions) = all(&mut course, &place().submissions());
    assert_eq!((pages, submissions.len()), (3, 7));
    assert!(submissions.iter().zip(0..).all(|(record, n)| record["user_id"] == student(n)));
    let (pages, enrolled) = all(&mut course, &Context::Course(Id::from(COURSE)).enrollments());
    assert_eq!((pages, enrolled.len()), (3, 7));
    assert_eq!(all(&mut course, &request::groups(&Id::from(61))).1.len(), 3);
    assert_eq!(all(&mut course, &request::memberships(&Id::from(701))).1.len(), 3);
    assert_eq!(all(&mut course, &request::sections(&Id::from(COURSE))).1.len(), 2);
    let page = |course: &mut Course, page: &str| {
        let request = Request { query: format!("per_page=2&page={page}"), ..place().submissions() };
        let answer = course.answer_to(&request);
        (answer.status, answer.json().unwrap().as_array().map(Vec::len))
    };
    assert_eq!((page(&mut course, "4"), page(&mut course, "9")), ((200, Some(1)), (200, Some(0))));
    assert_eq!(page(&mut course, "nonsense"), (404, None));
}

#[test]
fn the_section_counts_for_submissions_and_for_enrolments() {
    let mut course = Course::of(7, 1);
    course.students.get_mut(&student(0)).unwrap().sections.push(12);
    assert_eq!(get(&mut course, &through(12).submissions()).len(), 4);
    assert_eq!(get(&mut course, &Context::Section(Id::from(12)).enrollments()).len(), 4);
    // One for each section.
    assert_eq!(get(&mut course, &Context::Course(Id::from(COURSE)).enrollments()).len(), 8);
    let none = request::assignment(&Id::from(COURSE), &Id::from(ASSIGNMENT)).path.replace("courses/101", "sections/11");
    assert_eq!(course.answer(Method::Get, &none, "", "", Some("teacher-token")).status, 404);
}

#[test]
fn everybody_has_a_submission_handed_in_or_not_and_so_has_the_test_student() {
    let mut course = Course::of(5, 1);
    course.students.get_mut(&student(0)).unwrap().handed_in = false;
    let graded = course.students.get_mut(&student(1)).unwrap();
    (graded.handed_in, graded.graded) = (false, true);
    course.students.get_mut(&student(2)).unwrap().is_test = true;
    course.students.get_mut(&student(3)).unwrap().state = Enrolled::Inactive;
    course.students.get_mut(&student(4)).unwrap().group = None;
    let rows = get(&mut course, &place().submissions());
    let states: Vec<&str> = rows.iter().map(|row| row["workflow_state"].as_str().unwrap()).collect();
    assert_eq!(states, ["unsubmitted", "graded", "submitted", "submitted"]);
    assert!(rows[1]["submission_type"].is_null() && rows[3]["group"]["id"].is_null());
    let enrolled = get(&mut course, &Context::Course(Id::from(COURSE)).enrollments());
    let enrolled: Vec<u64> = enrolled.iter().map(|row| row["user_id"].as_u64().unwrap()).collect();
    assert_eq!(enrolled, [student(0), student(1), student(4)]);
    let request = Request { query: String::from("include[]=students"), ..request::sections(&Id::from(COURSE)) };
    course.sections.push(13);
    assert!(get(&mut course, &request)[2]["students"].is_null());
}

#[test]
fn the_count_is_there_only_where_canvas_assigns_reviews_itself() {
    let mut course = Course::of(3, 1);
    let request = request::assignment(&Id::from(COURSE), &Id::from(ASSIGNMENT));
    let record = course.answer_to(&request).json().unwrap();
    assert_eq!(record.get("peer_review_count"), None);
    assert_eq!(record["assignment_visibility"][0], student(0).to_string());
    course.assignment.automatic = Some(2);
    assert_eq!(course.answer_to(&request).json().unwrap()["peer_review_count"], 2);
}

#[test]
fn work_is_given_on_request_to_the_user_of_the_token() {
    let mut course = Course::of(4, 1);
    course.tokens.insert(String::from("s"), Role::Student(student(0)));
    course.assignment.automatic = Some(2);
    let request = request::allocate(&Id::from(COURSE), &Id::from(ASSIGNMENT));
    assert_eq!(course.answer_to(&request).status, 403);
    create(&mut course, 1, 2);
    let given = by(&mut course, "s", &request).json().unwrap();
    assert_eq!(given.as_array().unwrap().len(), 2);
    assert!(given.as_array().unwrap().iter().all(|review| review["asset_id"] != submission(1)));
    assert_eq!(by(&mut course, "s", &request).status, 403);
    course.assignment.automatic = Some(3);
    course.manner.allocates_lists = false;
    assert!(by(&mut course, "s", &request).json().unwrap().is_object());
    course.assignment.automatic = Some(4);
    assert_eq!(by(&mut course, "s", &request).status, 400);
}

#[test]
fn ids_may_be_texts_and_bodies_may_be_guarded() {
    let mut course = Course::of(3, 1);
    course.manner.string_ids = true;
    course.manner.guard = true;
    let answer = create(&mut course, 0, 1);
    assert!(answer.body.starts_with(b"while(1);{"));
    assert_eq!(answer.json().unwrap()["asset_id"], submission(0).to_string());
    let rows = get(&mut course, &place().submissions());
    assert_eq!(rows[0]["group"]["id"], "701");
    let section =
        Request { path: String::from("/api/v1/courses/sis_course_id:C-101/sections"), ..place().submissions() };
    assert_eq!(get(&mut course, &section)[0]["id"], "11");
    assert_eq!(course.answer_to(&request::group_category(&Id::from(61))).json().unwrap()["id"], "61");
}
