//! The simulated network, driver and server do what the tests of others rely on.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeSet, VecDeque};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use peerplan::canvas::{Outcome, Reached, Request, Session, Step, Ticket};

use super::behaviour::place;
use super::sim::{Course, Edit, Faults, Server, Until, Weather, World, run, student, submission};

fn post(n: u64) -> Request {
    place().create(&submission(n % 9).into(), &student(n / 9).into())
}

/// What became of many requests that write: the outcome, and whether there was an effect when it came, and in the end.
fn fates(faults: Faults) -> BTreeSet<(String, bool, bool)> {
    let mut world = World::new(Course::of(40, 1), faults, 3);
    let mut seen = Vec::new();
    for n in (0..300).filter(|n| n % 9 != n / 9) {
        let number = world.send(post(n));
        let (ended, outcome) = world.advance(None).unwrap();
        assert_eq!(ended, number);
        let pair = (submission(n % 9), student(n / 9));
        let name = match outcome {
            Outcome::Lost(loss) => format!("{loss:?}"),
            Outcome::Answer(answer) => format!("{} {}", answer.status, answer.json().is_some()),
        };
        seen.push((name, pair, world.course.pairs().contains(&pair)));
    }
    world.settle();
    let pairs = world.course.pairs();
    seen.into_iter().map(|(name, pair, then)| (name, then, pairs.contains(&pair))).collect()
}

fn all_of(list: &[(&str, bool, bool)]) -> BTreeSet<(String, bool, bool)> {
    list.iter().map(|&(name, then, later)| (name.to_owned(), then, later)).collect()
}

#[test]
fn each_fault_has_its_effect_before_or_after_or_later_or_not_at_all() {
    let none = Faults::default();
    assert_eq!(fates(none.clone()), all_of(&[("200 true", true, true)]));
    let lost = fates(Faults { lost_before: 1000, ..none.clone() });
    assert_eq!(lost, all_of(&[("Broken", false, false), ("TimedOut", false, false), ("Unreachable", false, false)]));
    let lost = fates(Faults { lost_after: 1000, ..none.clone() });
    assert_eq!(lost, all_of(&[("Broken", true, true), ("TimedOut", true, true)]));
    let late = fates(Faults { late: 1000, latest: Duration::from_secs(500), ..none.clone() });
    assert_eq!(late, all_of(&[("TimedOut", false, true)]));
    for (old, name) in [(false, "429 false"), (true, "403 false")] {
        assert_eq!(fates(Faults { throttled: 1000, old, ..none.clone() }), all_of(&[(name, false, false)]));
    }
    let of = |after: bool| ["500 false", "502 false", "503 false", "504 false"].map(|name| (name, after, after));
    assert_eq!(fates(Faults { failed_before: 1000, ..none.clone() }), all_of(&of(false)));
    assert_eq!(fates(Faults { failed_after: 1000, ..none.clone() }), all_of(&of(true)));
    for faults in [Faults { pages: 1000, ..none.clone() }, Faults { torn: 1000, ..none.clone() }] {
        assert_eq!(fates(faults), all_of(&[("200 false", true, true)]));
    }
    assert_eq!(fates(Faults { slow: 1000, ..none.clone() }), all_of(&[("200 true", true, true)]));
    let storm = fates(Faults { storms: 100, ..none });
    assert_eq!(storm, all_of(&[("200 true", true, true), ("429 false", false, false)]));
}

#[test]
fn storms_last_for_a_while() {
    let mut world = World::new(Course::of(4, 1), Faults { storms: 1000, ..Faults::default() }, 3);
    let status = |world: &mut World| {
        world.send(post(1));
        match world.advance(None) {
            Some((_, Outcome::Answer(answer))) => answer.status,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(status(&mut world), 429);
    world.faults = Faults::default();
    assert_eq!(status(&mut world), 429);
    world.advance(Some(world.now + Duration::from_secs(20)));
    assert_eq!(status(&mut world), 200);
}

#[test]
fn the_same_seed_is_the_same_world_and_the_teacher_edits_in_it() {
    let world = |seed| {
        let mut world = World::new(Course::of(5, 1), Faults::each(50), seed);
        world.edit_at(Duration::from_secs(1), Some(Edit::Add((submission(1), student(0)))));
        world.edit_at(Duration::from_secs(2), Some(Edit::Complete((submission(1), student(0)))));
        world.edit_at(Duration::from_secs(3), None);
        for n in (0..40).filter(|n| n % 9 != n / 9 && n % 9 < 5) {
            world.send(post(n));
        }
        world.settle();
        (world.edits.len(), world.course.completed(), format!("{:?}", world.log))
    };
    assert_eq!(world(1), world(1));
    assert!(world(1).2 != world(2).2);
    assert_eq!((world(1).0, world(1).1), (3, vec![(submission(1), student(0))]));
}

/// A session that does what it is told.
#[derive(Debug, Default)]
struct Puppet {
    steps: VecDeque<Step>,
    handled: Vec<(Ticket, bool)>,
}

impl Session for Puppet {
    fn poll(&mut self, _: Duration) -> Step {
        self.steps.pop_front().unwrap_or(Step::Done)
    }
    fn handle(&mut self, ticket: Ticket, outcome: Outcome, _: Duration) {
        self.handled.push((ticket, matches!(outcome, Outcome::Answer(_))));
    }
    fn stop(&mut self) {}
    fn reached(&self) -> Reached {
        Reached { stage: "test", done: 0, total: 0 }
    }
}

fn drive(steps: Vec<Step>, until: Until) -> Option<(Puppet, World, super::sim::Trace)> {
    let mut world = World::new(Course::of(9, 1), Faults::default(), 3);
    let mut puppet = Puppet { steps: steps.into(), handled: Vec::new() };
    let trace = catch_unwind(AssertUnwindSafe(|| run(&mut puppet, &mut world, until))).ok()?;
    Some((puppet, world, trace))
}

#[test]
fn the_driver_sends_writes_waits_and_ends() {
    let lines = ["{\"a\":1}", "{\"b\":2}"].map(String::from);
    let steps = vec![
        Step::Record(lines[0].clone()),
        Step::Send(Ticket(0), post(1)),
        Step::Wait(None),
        Step::Record(lines[1].clone()),
    ];
    let (puppet, world, trace) = drive(steps.clone(), Until::Done).unwrap();
    assert_eq!(puppet.handled[0], (Ticket(0), true));
    assert_eq!(trace.journal, b"{\"a\":1}\n{\"b\":2}\n");
    assert_eq!((world.log.len(), world.course.pairs().len(), trace.killed), (1, 1, false));
    assert_eq!(trace.lines, [(0, lines[0].clone()), (1, lines[1].clone())]);
    // Who is killed while waiting hears nothing; what was sent has its effect all the same.
    let (puppet, mut world, trace) = drive(steps, Until::Killed(2)).unwrap();
    assert!(trace.killed && puppet.handled.is_empty() && world.course.pairs().is_empty());
    world.settle();
    assert!(world.course.pairs().len() == 1 && world.log[0].ended.is_none());
}

#[test]
fn the_driver_refuses_what_no_session_may_do() {
    let send = |ticket: u64, n: u64| Step::Send(Ticket(ticket), post(n));
    let wrong = [
        // The same pair twice, one ticket twice, five at once.
        vec![send(0, 1), send(1, 1)],
        vec![send(0, 1), send(0, 2)],
        vec![send(0, 1), send(1, 2), send(2, 3), send(3, 4), send(4, 5)],
        // Waiting for nothing, or for what is past; ending too soon.
        vec![Step::Wait(None)],
        vec![Step::Wait(Some(Duration::ZERO))],
        vec![send(0, 1), Step::Wait(Some(Duration::ZERO))],
        vec![send(0, 1), Step::Done],
        vec![Step::Done, send(0, 1)],
        vec![Step::Record(String::from("two\nlines"))],
        (0..30_000).map(|n| Step::Wait(Some(Duration::from_secs(10 + n)))).collect(),
    ];
    for steps in wrong {
        let first = steps.first().cloned();
        assert!(drive(steps, Until::Done).is_none(), "{first:?}");
    }
    assert!(drive(vec![Step::Record(String::from("a")), send(0, 1)], Until::Stopped(1)).is_none());
}

/// What a server says to a request, until it closes the connection or says nothing more.
fn said(server: &Server, text: &str) -> String {
    let mut stream = TcpStream::connect(server.url().strip_prefix("http://").unwrap()).unwrap();
    stream.write_all(text.as_bytes()).unwrap();
    stream.shutdown(std::net::Shutdown::Write).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn spoken(request: &Request, headers: &str) -> String {
    let length = request.form.len();
    format!(
        "{} {}?{} HTTP/1.1\r\nHost: x\r\n{headers}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n{}",
        request.method.name(),
        request.path,
        request.query,
        request.form
    )
}

const HEADERS: &str = "User-Agent: test\r\nAuthorization: Bearer teacher-token\r\n";

#[test]
fn the_server_answers_and_wants_a_token_and_a_name() {
    let server = Server::start(Course::of(9, 1), Weather::default(), 1);
    // Two requests on one connection.
    let text = said(&server, &format!("{}{}", spoken(&post(1), HEADERS), spoken(&post(2), HEADERS)));
    assert_eq!(text.matches("HTTP/1.1 200 ").count(), 2, "{text}");
    assert_eq!((server.course().pairs().len(), server.refused().len()), (2, 0));
    assert!(
        said(&server, &spoken(&place().submissions(), HEADERS)).contains(&format!("link: <{}/api/v1", server.url()))
    );
    let strings = format!("{HEADERS}Accept: application/json+canvas-string-ids\r\n");
    assert!(said(&server, &spoken(&post(1), &strings)).contains("\"id\":\"5001\""));
    assert!(said(&server, &spoken(&post(3), "User-Agent: test\r\n")).starts_with("HTTP/1.1 401 "));
    assert!(said(&server, &spoken(&post(3), "Authorization: Bearer teacher-token\r\n")).starts_with("HTTP/1.1 403 "));
    assert_eq!((server.course().pairs().len(), server.refused().len()), (2, 2));
}

#[test]
fn the_server_closes_connections_before_and_after_the_effect() {
    let server = Server::start(Course::of(9, 1), Weather { closed_before: 1000, ..Weather::default() }, 1);
    assert_eq!((said(&server, &spoken(&post(1), HEADERS)).as_str(), server.course().pairs().len()), ("", 0));
    server.set_weather(Weather { closed_after: 1000, slowest: 4, ..Weather::default() });
    assert_eq!((said(&server, &spoken(&post(1), HEADERS)).as_str(), server.course().pairs().len()), ("", 1));
    server.set_weather(Weather { throttled: 1000, ..Weather::default() });
    assert!(said(&server, &spoken(&post(2), HEADERS)).contains("Rate Limit Exceeded"));
    server.set_weather(Weather { one_each: 1000, ..Weather::default() });
    let text = said(&server, &format!("{}{}", spoken(&post(1), HEADERS), spoken(&post(2), HEADERS)));
    assert!(text.matches("HTTP/1.1 200 ").count() == 1 && text.contains("connection: close"));
    server.set_weather(Weather { torn: 1000, ..Weather::default() });
    assert!(!said(&server, &spoken(&post(3), HEADERS)).ends_with('}'));
    assert_eq!(server.course().pairs().len(), 2);
}
