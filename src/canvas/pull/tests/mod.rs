//! A course in memory, and sessions over it in virtual time.

mod course;
mod failures;
mod groups;
mod reviews;
mod server;

use std::time::Duration;

use server::Server;

use super::{Pull, PullFailure, PullFrom, PullOptions, Pulled};
use crate::canvas::{Base, Outcome, Session, Step};
use crate::formats::{Layout, problem};
use crate::id::Id;
use crate::input::{Input, Submission};
use crate::problem::Problem;

const OPTIONS: PullOptions = PullOptions { names: false, include_excused: false, most_in_flight: 4, seed: 1 };

fn place(section: Option<u64>) -> PullFrom {
    let course_id = Id::text("101").unwrap();
    PullFrom { course_id, assignment_id: Id::from(501), section_id: section.map(Id::from) }
}

fn session(section: Option<u64>, options: PullOptions) -> Pull {
    Pull::new(Base::parse("https://canvas.example/api/v1").unwrap(), place(section), options)
}

/// In which order requests that are under way together end.
#[derive(Clone, Copy)]
enum Order {
    First,
    Last,
}

/// Drives a session to its end; how long that takes in virtual time.
fn drive(pull: &mut Pull, server: &mut Server, order: Order) -> Duration {
    let mut now = Duration::ZERO;
    let mut open = Vec::new();
    for _ in 0..10_000 {
        match pull.poll(now) {
            Step::Send(ticket, request) => open.push((ticket, request)),
            Step::Done => {
                assert!(open.is_empty());
                return now;
            }
            Step::Record(_) => panic!("nothing is written down while reading"),
            Step::Wait(until) if open.is_empty() => now = until.expect("a time, for nothing is under way").max(now),
            Step::Wait(_) => {
                let (ticket, request) = match order {
                    Order::First => open.remove(0),
                    Order::Last => open.pop().unwrap(),
                };
                now += Duration::from_millis(20);
                pull.handle(ticket, Outcome::Answer(server.answer(&request)), now);
            }
        }
    }
    panic!("no end");
}

fn try_pull(server: &mut Server, section: Option<u64>, options: PullOptions) -> Result<Pulled, PullFailure> {
    let mut pull = session(section, options);
    drive(&mut pull, server, Order::First);
    pull.finish()
}

/// Pulls in both orders; what comes of it is the same, correct, and survives a file.
fn pull_with(server: &mut Server, section: Option<u64>, options: PullOptions) -> Pulled {
    let pulled = try_pull(server, section, options).unwrap();
    let mut backwards = session(section, options);
    drive(&mut backwards, server, Order::Last);
    assert_eq!(backwards.finish().unwrap(), pulled);
    let written = text(&pulled.input);
    if !options.names {
        for name in ["Ann", "Ode", "Team"] {
            assert!(!written.contains(name) && !format!("{:?}{}", pulled, pulled.warnings).contains(name));
        }
    }
    Problem::new(&pulled.input).unwrap();
    let (read, found) = problem::read(written.as_bytes(), false).unwrap();
    assert!(found.is_empty());
    assert_eq!(read, pulled.input);
    pulled
}

fn pull(server: &mut Server) -> Pulled {
    pull_with(server, None, OPTIONS)
}

fn text(input: &Input) -> String {
    let mut bytes = Vec::new();
    problem::write(input, Layout::Lines, &mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

fn codes(pulled: &Pulled) -> Vec<&'static str> {
    pulled.warnings.counts().iter().map(|count| count.code).collect()
}

fn says(pulled: &Pulled, code: &str) -> String {
    let items: Vec<String> =
        pulled.warnings.items().iter().filter(|item| item.code == code).map(ToString::to_string).collect();
    assert_eq!(items.len(), 1, "{code}");
    items.concat()
}

fn student_ids(pulled: &Pulled) -> Vec<u64> {
    pulled.input.students.iter().map(|student| student.id.value().unwrap()).collect()
}

fn submission(pulled: &Pulled, id: u64) -> &Submission {
    pulled.input.submissions.iter().find(|submission| submission.id == Id::from(id)).unwrap()
}
