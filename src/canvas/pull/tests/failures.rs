//! What cannot be read ends the session, and the failure says what it was.

use serde_json::json;

use super::server::{ASSIGNMENT, ENROLLMENTS, GROUPS, REVIEWS, SUBMISSIONS, Server};
use super::*;
use crate::canvas::{ATTEMPTS, Cause, Reading, Refusal};

const UNAUTHORIZED: &str = r#"{"status":"unauthorized","errors":[{"message":"user not authorized"}]}"#;

#[test]
fn what_may_not_be_read_is_refused_at_once_and_named() {
    for (path, reading, words) in [
        (ASSIGNMENT, Reading::Assignment, "the assignment cannot be read: "),
        (ENROLLMENTS, Reading::Enrollments, "the enrolments of the students cannot be read: "),
        (SUBMISSIONS, Reading::Submissions, "the submissions of the assignment cannot be read: "),
        (REVIEWS, Reading::PeerReviews, "the peer reviews of the assignment cannot be read: "),
        (GROUPS, Reading::Groups, "the groups of the assignment cannot be read: "),
        (
            "/api/v1/groups/701/memberships",
            Reading::Members(Id::from(701)),
            "the members of group 701 cannot be read: ",
        ),
    ] {
        let mut server = Server::new();
        server.group(701, &[1001]).instead(path, 403, UNAUTHORIZED);
        let failure = try_pull(&mut server, None, OPTIONS).unwrap_err();
        assert_eq!(failure, PullFailure::Refused { reading, refusal: Refusal::Permission });
        assert!(failure.to_string().starts_with(words) && server.count(path) == 1, "{failure}");
    }
}

#[test]
fn a_page_of_a_proxy_is_tried_again_and_then_refused() {
    let mut server = Server::new();
    server.instead(SUBMISSIONS, 200, "<html>Log in</html>");
    let mut pull = session(None, OPTIONS);
    let took = drive(&mut pull, &mut server, Order::First);
    assert_eq!(server.count(SUBMISSIONS), usize::try_from(ATTEMPTS).unwrap());
    assert!(took > Duration::from_secs(10));
    let refusal = Refusal::Exhausted { attempts: ATTEMPTS, cause: Cause::Foreign };
    assert_eq!(pull.finish(), Err(PullFailure::Refused { reading: Reading::Submissions, refusal }));
}

#[test]
fn a_throttle_is_waited_for() {
    let mut server = Server::new();
    server.instead(SUBMISSIONS, 429, "429 Too Many Requests (Rate Limit Exceeded)");
    let mut pull = session(None, OPTIONS);
    let mut now = Duration::ZERO;
    let mut open = Vec::new();
    loop {
        match pull.poll(now) {
            Step::Send(ticket, request) => open.push((ticket, request)),
            Step::Wait(until) if open.is_empty() => now = until.unwrap(),
            Step::Wait(_) => {
                let (ticket, request) = open.pop().unwrap();
                pull.handle(ticket, Outcome::Answer(server.answer(&request)), now);
                if server.count(SUBMISSIONS) == 2 {
                    server.instead.clear();
                }
            }
            Step::Done => break,
            Step::Record(_) => unreachable!(),
        }
    }
    assert_eq!(server.count(SUBMISSIONS), 3);
    assert_eq!(pull.finish().unwrap().input.submissions.len(), 2);
}

#[test]
fn what_is_needed_and_absent_is_said_in_words() {
    type Spoil = fn(&mut Server);
    let cases: [(Spoil, Reading, &str); 6] = [
        (
            |server| _ = server.add(REVIEWS, json!({"id": 1, "asset_id": 40_011, "user_id": 1001})),
            Reading::PeerReviews,
            "the right to grade",
        ),
        (
            |server| {
                _ = server.add(SUBMISSIONS, json!({"id": 40_013, "anonymous_id": "a1b2c", "submission_type": null}));
            },
            Reading::Submissions,
            "anonymous grading",
        ),
        (|server| _ = server.add(ENROLLMENTS, json!({"user_id": 7})), Reading::Enrollments, "enrollment_state"),
        (|server| _ = server.instead(ENROLLMENTS, 200, "{}"), Reading::Enrollments, "a list was expected"),
        (|server| _ = server.instead(ASSIGNMENT, 200, "[]"), Reading::Assignment, "no id"),
        (|server| _ = server.set("group_category_id", json!("../x")), Reading::Assignment, "an id"),
    ];
    for (spoil, what, words) in cases {
        let mut server = Server::new();
        spoil(&mut server);
        let failure = try_pull(&mut server, None, OPTIONS).unwrap_err();
        let told = failure.to_string();
        assert!(
            matches!(failure, PullFailure::Refused { reading, .. } if reading == what) && told.contains(words),
            "{told}"
        );
    }
}

#[test]
fn a_list_that_goes_on_elsewhere_is_not_followed() {
    let mut server = Server::new();
    server.instead(ENROLLMENTS, 200, "[]");
    let link = (String::from("Link"), String::from("<https://elsewhere.example/api/v1/x?page=2>; rel=\"next\""));
    server.instead.get_mut(ENROLLMENTS).unwrap().headers.push(link);
    let failure = try_pull(&mut server, None, OPTIONS).unwrap_err();
    assert_eq!(failure, PullFailure::Refused { reading: Reading::Enrollments, refusal: Refusal::ForeignPage });
    assert!(server.asked.iter().all(|request| request.path.starts_with("/api/v1/courses/101/")));
}

#[test]
fn a_session_that_is_stopped_asks_for_nothing_more() {
    let mut server = Server::new();
    let mut pull = session(None, PullOptions { most_in_flight: 1, ..OPTIONS });
    let Step::Send(ticket, request) = pull.poll(Duration::ZERO) else { panic!("nothing was sent") };
    pull.stop();
    assert!(matches!(pull.poll(Duration::ZERO), Step::Wait(None)));
    pull.handle(ticket, Outcome::Answer(server.answer(&request)), Duration::ZERO);
    assert_eq!(pull.poll(Duration::ZERO), Step::Done);
    assert_eq!(pull.finish(), Err(PullFailure::Stopped));
    assert_eq!(session(None, OPTIONS).finish(), Err(PullFailure::Stopped));
}

#[test]
fn how_far_it_is_ends_at_all() {
    let mut server = Server::new();
    server.group(701, &[1001]);
    let mut pull = session(None, OPTIONS);
    assert_eq!((pull.reached().done, pull.reached().total), (0, 4));
    drive(&mut pull, &mut server, Order::First);
    assert_eq!((pull.reached().done, pull.reached().total), (6, 6));
}
