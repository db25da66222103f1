//! The loop around a session.

use std::collections::VecDeque;
use std::io;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::thread::sleep;
use std::time::Duration;

use peerplan::canvas::http::drive;
use peerplan::canvas::{MOST_IN_FLIGHT, Outcome, Reached, Session, Step, Ticket};

use super::server::{Server, json};
use super::{client, create};

/// A session that goes through its steps, then waits for what is under way.
#[derive(Default)]
struct Script {
    steps: VecDeque<Step>,
    under_way: usize,
    outcomes: Vec<Outcome>,
    stops: usize,
}

impl Script {
    fn new(steps: impl IntoIterator<Item = Step>) -> Self {
        Self { steps: steps.into_iter().collect(), ..Self::default() }
    }
}

impl Session for Script {
    fn poll(&mut self, _: Duration) -> Step {
        match self.steps.pop_front() {
            Some(step) => {
                self.under_way += usize::from(matches!(step, Step::Send(..)));
                step
            }
            None if self.under_way > 0 => Step::Wait(None),
            None => Step::Done,
        }
    }

    fn handle(&mut self, _: Ticket, outcome: Outcome, _: Duration) {
        self.under_way -= 1;
        self.outcomes.push(outcome);
    }

    fn stop(&mut self) {
        self.stops += 1;
        self.steps.clear();
    }

    fn reached(&self) -> Reached {
        Reached { stage: "trying", done: self.outcomes.len() as u64, total: 0 }
    }
}

fn send(number: u64) -> Step {
    Step::Send(Ticket(number), create())
}

fn record(text: &str) -> Step {
    Step::Record(text.to_owned())
}

fn go_on(_: Reached) -> ControlFlow<()> {
    ControlFlow::Continue(())
}

#[test]
fn requests_go_side_by_side_and_no_more_than_so_many() {
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let together = Arc::new(Barrier::new(MOST_IN_FLIGHT));
    let (counted, highest) = (Arc::clone(&now), Arc::clone(&most));
    let server = Server::start(move |visit| {
        while visit.request() {
            let here = counted.fetch_add(1, Ordering::SeqCst) + 1;
            highest.fetch_max(here, Ordering::SeqCst);
            // As many as may be are waited for.
            together.wait();
            counted.fetch_sub(1, Ordering::SeqCst);
            visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
        }
    });
    let count = 4 * MOST_IN_FLIGHT;
    let mut session = Script::new((0..count as u64).map(send));
    drive(&mut session, &client(&server.url()), &mut |_| Ok(()), &mut go_on).unwrap();
    assert_eq!((session.outcomes.len(), server.requests().len()), (count, count));
    assert!(session.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Answer(_))));
    assert_eq!((most.load(Ordering::SeqCst), session.stops), (MOST_IN_FLIGHT, 0));
}

#[test]
fn lines_are_recorded_before_anything_else_is_sent() {
    let server = Server::answering(json("[]"));
    let mut session = Script::new([record("one"), record("two"), send(0), Step::Wait(None), record("three"), send(1)]);
    let mut lines = Vec::new();
    let mut keep = |line: &str| {
        lines.push((line.to_owned(), server.requests().len()));
        Ok(())
    };
    drive(&mut session, &client(&server.url()), &mut keep, &mut go_on).unwrap();
    assert_eq!(lines, [("one".into(), 0), ("two".into(), 0), ("three".into(), 1)]);
    assert_eq!(session.outcomes.len(), 2);
}

#[test]
fn without_a_journal_nothing_more_is_sent() {
    let server = Server::start(|visit| {
        visit.request();
        sleep(Duration::from_millis(200));
        visit.send(&json("[]"));
    });
    let mut session = Script::new([send(0), record("one"), record("two"), send(1)]);
    let mut tried = 0;
    let mut fail = |_: &str| {
        tried += 1;
        Err(io::Error::from(io::ErrorKind::StorageFull))
    };
    let error = drive(&mut session, &client(&server.url()), &mut fail, &mut go_on).unwrap_err();
    assert_eq!((error.kind(), tried, session.stops), (io::ErrorKind::StorageFull, 1, 1));
    assert!(matches!(session.outcomes[..], [Outcome::Answer(_)]));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn whoever_watches_may_stop_it_and_what_is_under_way_is_waited_for() {
    let server = Server::start(|visit| {
        visit.request();
        sleep(Duration::from_millis(300));
        visit.send(&json("[]"));
    });
    let mut session = Script::new([send(0), Step::Wait(None), send(1)]);
    let mut asked = 0;
    let mut stop = |reached: Reached| {
        assert_eq!(reached.stage, "trying");
        asked += 1;
        ControlFlow::Break(())
    };
    drive(&mut session, &client(&server.url()), &mut |_| Ok(()), &mut stop).unwrap();
    assert_eq!((session.stops, session.outcomes.len(), server.requests().len()), (1, 1, 1));
    // Once before the answer came, and once after it at least.
    assert!(asked >= 2, "{asked}");
}

#[test]
fn a_session_that_waits_for_nothing_is_a_mistake_and_one_that_waits_for_a_time_is_not() {
    let client = client("http://127.0.0.1:1");
    let mut session = Script::new([Step::Wait(Some(Duration::from_millis(5))), Step::Wait(None)]);
    assert!(drive(&mut session, &client, &mut |_| Ok(()), &mut go_on).is_err());
    assert_eq!(session.stops, 1);
    let mut session = Script::new([Step::Wait(Some(Duration::from_millis(5)))]);
    drive(&mut session, &client, &mut |_| Ok(()), &mut go_on).unwrap();
}
