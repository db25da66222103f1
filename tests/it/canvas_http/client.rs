//! What a request looks like on its way, and what comes of it.

use std::net::TcpListener;
use std::thread::sleep;
use std::time::Duration;

use peerplan::Id;
use peerplan::canvas::http::Limits;
use peerplan::canvas::{Decision, Loss, Method, Outcome, Request, Response, decide, request};

use super::server::{Server, answer, header, hostile, json};
use super::{TOKEN, client, client_with, create, read};

fn answered(outcome: Outcome) -> Response {
    match outcome {
        Outcome::Answer(answer) => answer,
        Outcome::Lost(loss) => panic!("{loss}"),
    }
}

#[test]
fn requests_arrive_as_they_are_meant() {
    let server = Server::answering(json("[]"));
    let client = client(&format!("{}/lms/api/v1", server.url()));
    let delete = Request { method: Method::Delete, query: create().form, form: String::new(), ..create() };
    for request in [read(), create(), request::allocate(&Id::from(101), &Id::from(501)), delete] {
        let answer = answered(client.send(&request));
        assert_eq!((answer.status, answer.body.as_slice()), (200, &b"[]"[..]));
    }
    let requests = server.requests();
    let first: Vec<&str> = requests.iter().map(|request| request.lines().next().unwrap()).collect();
    let reviews = "/lms/api/v1/courses/101/assignments/501/submissions/41/peer_reviews";
    assert_eq!(
        first,
        [
            "GET /lms/api/v1/courses/101/sections?per_page=100 HTTP/1.1",
            &format!("POST {reviews} HTTP/1.1"),
            "POST /lms/api/v1/courses/101/assignments/501/allocate HTTP/1.1",
            &format!("DELETE {reviews}?user_id=2 HTTP/1.1"),
        ]
    );
    for (number, request) in requests.iter().enumerate() {
        let agent = concat!("peerplan/", env!("CARGO_PKG_VERSION"));
        assert_eq!(header(request, "authorization"), Some(&*format!("Bearer {TOKEN}")));
        assert_eq!(header(request, "user-agent"), Some(agent));
        assert_eq!(header(request, "accept"), Some("application/json"));
        assert_eq!(header(request, "accept-encoding"), None);
        let (length, body) = match number {
            1 => (Some("9"), "user_id=2"),
            2 => (Some("0"), ""),
            _ => (None, ""),
        };
        assert_eq!(header(request, "content-length"), length, "{request}");
        assert!(request.ends_with(&format!("\r\n\r\n{body}")), "{request}");
        let form = (number == 1).then_some("application/x-www-form-urlencoded");
        assert_eq!(header(request, "content-type"), form);
    }
}

#[test]
fn statuses_are_answers_and_redirects_are_not_followed() {
    let other = Server::answering(json("[]"));
    for status in ["200 OK", "204 No Content", "301 Moved", "302 Found", "307 Temporary", "401 No", "404 No", "503 No"]
    {
        let there = format!("Location: {}/api/v1/courses", other.url());
        let server = Server::answering(answer(status, &[&there, "X-Odd: \u{e9}"], ""));
        for request in [read(), create()] {
            let answer = answered(client(&server.url()).send(&request));
            assert_eq!(answer.status.to_string(), status[..3]);
            assert_eq!(answer.header("location"), Some(&there[10..]));
        }
        assert_eq!(server.requests().len(), 2);
    }
    assert_eq!(other.visits(), 0);
}

#[test]
fn a_hostile_server_does_no_harm_and_gets_every_request_once() {
    for (what, server) in hostile() {
        let client = client(&server.url());
        for (sent, request) in [create(), read()].into_iter().enumerate() {
            let outcome = client.send(&request);
            let decision = decide(&request, &outcome, 1, 0);
            let again = matches!(decision, Decision::Again { .. } | Decision::ReadBack { .. });
            assert!(again, "{what}: {decision:?}");
            assert_eq!(server.requests().len(), sent + 1, "{what}");
            assert!(!format!("{outcome:?} {client:?}").contains(&TOKEN[5..]), "{what}");
            if let Outcome::Answer(answer) = outcome {
                assert!(!answer.body.windows(TOKEN.len()).any(|part| part == TOKEN.as_bytes()), "{what}");
            }
        }
    }
}

#[test]
fn what_is_lost_says_how() {
    let lost = |server: &Server| [read(), create()].map(|request| client(&server.url()).send(&request));
    let both = |loss| [Outcome::Lost(loss), Outcome::Lost(loss)];
    for (what, server) in hostile() {
        let broken = ["closes", "talks", "sends", "stops", "claims"].iter().any(|word| what.starts_with(word));
        assert!(!broken || lost(&server) == both(Loss::Broken), "{what}: {:?}", lost(&server));
    }
    assert_eq!(lost(&Server::start(|_| ())), both(Loss::Broken));
    let endless = Server::start(|visit| {
        visit.request();
        visit.send(b"HTTP/1.1 200 OK\r\nX-Endless: ");
        while visit.send(&[b'x'; 1000]) {}
    });
    assert_eq!(lost(&endless), both(Loss::TooLarge));
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert_eq!(client(&format!("http://{closed}")).send(&create()), Outcome::Lost(Loss::Unreachable));
    assert_eq!(client("http://localhost:1").send(&read()), Outcome::Lost(Loss::Unreachable));
}

#[test]
fn a_body_is_taken_up_to_its_limit() {
    let server = Server::start(|visit| {
        visit.request();
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
        let part = [b' '; 1 << 16];
        for _ in 0..100_000_000 / part.len() {
            if !visit.send(&part) {
                return;
            }
        }
    });
    let limits = Limits { largest_body: 1 << 20, ..Limits::default() };
    let client = client_with(&server.url(), limits);
    assert_eq!(client.send(&read()), Outcome::Lost(Loss::TooLarge));
    assert_eq!(client.send(&create()), Outcome::Lost(Loss::TooLarge));
    assert_eq!(server.requests().len(), 2);
    let server = Server::answering(json("[1,2,3]"));
    for (largest_body, fits) in [(6, false), (7, true)] {
        let outcome = client_with(&server.url(), Limits { largest_body, ..Limits::default() }).send(&read());
        assert_eq!(matches!(outcome, Outcome::Answer(_)), fits, "{outcome:?}");
    }
}

#[test]
fn nobody_is_waited_for_without_end() {
    let silent = Server::start(|visit| {
        visit.request();
        visit.request();
    });
    let slow = Server::start(|visit| {
        visit.request();
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n");
        while visit.send(b" ") {
            sleep(Duration::from_millis(20));
        }
    });
    let limits =
        Limits { first_byte: Duration::from_millis(300), whole: Duration::from_millis(600), ..Limits::default() };
    for server in [silent, slow] {
        let client = client_with(&server.url(), limits.clone());
        assert_eq!(client.send(&create()), Outcome::Lost(Loss::TimedOut));
        assert_eq!((server.visits(), server.requests().len()), (1, 1));
    }
}

#[test]
fn a_write_on_a_kept_connection_that_breaks_is_not_sent_again() {
    let server = Server::start(|visit| {
        visit.request();
        visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        visit.request();
    });
    let client = client(&server.url());
    answered(client.send(&read()));
    assert_eq!(client.send(&create()), Outcome::Lost(Loss::Broken));
    let requests = server.requests();
    assert_eq!((server.visits(), requests.len()), (1, 2));
    assert!(requests[1].starts_with("POST "));
}
