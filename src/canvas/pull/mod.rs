//! Reading an assignment: everything that a problem is made of, as one session.
//!
//! All is read or nothing comes of it: a list that may not be read ends the session, for a plan that silently leaves somebody out is
//! worse than none. What was read makes the same problem in whatever order it came.

mod compose;
mod existing;
#[cfg(test)]
mod tests;
mod warn;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use super::base::Base;
use super::calls::{Answer, Calls, IN_FLIGHT};
use super::decision::Refusal;
use super::pages::Pages;
use super::records::{self, Assignment, Enrollment, Row};
use super::request::{self, AssignmentPath, Context, Request};
use super::response::{Outcome, Response};
use super::session::{Reached, Session, Step, Ticket};
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, PeerReview};

/// What is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullFrom {
    /// The course.
    pub course_id: Id,
    /// The assignment.
    pub assignment_id: Id,
    /// Only the students of this section.
    pub section_id: Option<Id>,
}

/// How it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PullOptions {
    /// Whether the problem holds the names of the students.
    pub names: bool,
    /// Whether work of a student who is excused counts as handed in.
    pub include_excused: bool,
    /// How many requests are under way at most.
    pub most_in_flight: usize,
    /// What spreads the waits between attempts.
    pub seed: u64,
}

impl Default for PullOptions {
    fn default() -> Self {
        Self { names: false, include_excused: false, most_in_flight: IN_FLIGHT, seed: 0 }
    }
}

/// What an assignment comes to.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulled {
    /// The problem, sorted by ids.
    pub input: Input,
    /// What the reader should know. No names stand there.
    pub warnings: Diagnostics,
}

/// Why there is no problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullFailure {
    /// Something cannot be read.
    #[error("{reading} cannot be read: {refusal}")]
    Refused {
        /// What was to be read.
        reading: Reading,
        /// Why it cannot.
        refusal: Refusal,
    },
    /// The session was stopped before everything was read.
    #[error("stopped before everything was read")]
    Stopped,
}

/// One thing that is read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// The assignment itself.
    Assignment,
    /// Who is a student.
    Enrollments,
    /// The rows of the students.
    Submissions,
    /// The reviews that exist.
    PeerReviews,
    /// The groups of the assignment's own category.
    Groups,
    /// Who is in a group.
    Members(Id),
}

impl fmt::Display for Reading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Assignment => f.write_str("the assignment"),
            Self::Enrollments => f.write_str("the enrolments of the students"),
            Self::Submissions => f.write_str("the submissions of the assignment"),
            Self::PeerReviews => f.write_str("the peer reviews of the assignment"),
            Self::Groups => f.write_str("the groups of the assignment"),
            Self::Members(group) => write!(f, "the members of group {group}"),
        }
    }
}

/// What was read so far.
#[derive(Debug, Default)]
struct Found {
    assignment: Option<Assignment>,
    enrollments: Vec<Enrollment>,
    rows: Vec<Row>,
    reviews: Vec<PeerReview>,
    /// Student and group.
    members: Vec<(Id, Id)>,
}

/// The session that reads an assignment.
#[derive(Debug)]
pub struct Pull {
    base: Base,
    place: PullFrom,
    options: PullOptions,
    calls: Calls<Reading>,
    lists: BTreeMap<Reading, Pages>,
    found: Found,
    failure: Option<(Reading, Refusal)>,
    stopped: bool,
    /// Something was left out because the session was stopped.
    cut: bool,
    answered: u64,
}

impl Pull {
    /// A session that has not begun.
    #[must_use]
    pub fn new(base: Base, place: PullFrom, options: PullOptions) -> Self {
        let mut pull = Self {
            base,
            calls: Calls::new(options.most_in_flight, options.seed),
            lists: BTreeMap::new(),
            found: Found::default(),
            failure: None,
            stopped: false,
            cut: false,
            answered: 0,
            place,
            options,
        };
        let PullFrom { course_id, assignment_id, section_id } = &pull.place;
        let context = section_id.clone().map_or_else(|| Context::Course(course_id.clone()), Context::Section);
        let path = AssignmentPath { context, assignment_id: assignment_id.clone() };
        let requests = [
            (Reading::Assignment, request::assignment(course_id, assignment_id)),
            (Reading::Enrollments, path.context.enrollments()),
            (Reading::Submissions, path.submissions()),
            (Reading::PeerReviews, path.peer_reviews()),
        ];
        for (reading, request) in requests {
            pull.add(reading, request);
        }
        pull
    }

    /// The problem, once the session is done.
    ///
    /// # Errors
    /// What could not be read and why, or that the session was stopped.
    pub fn finish(self) -> Result<Pulled, PullFailure> {
        if let Some((reading, refusal)) = self.failure {
            return Err(PullFailure::Refused { reading, refusal });
        }
        match self.found.assignment {
            Some(assignment) if !self.cut && self.calls.is_empty() => {
                let found = Found { assignment: None, ..self.found };
                Ok(compose::compose(&self.base, &self.place, self.options, &assignment, found))
            }
            _ => Err(PullFailure::Stopped),
        }
    }

    fn add(&mut self, reading: Reading, request: Request) {
        if self.stopped {
            self.cut = true;
        } else {
            self.calls.add(reading, request, Duration::ZERO);
        }
    }

    /// Takes in an answer, and asks for what follows from it.
    fn take(&mut self, reading: &Reading, answer: &Response) -> Result<(), Refusal> {
        if *reading == Reading::Assignment {
            return self.take_assignment(&answer.json().unwrap_or_default());
        }
        let mut pages = self.lists.remove(reading).unwrap_or_default();
        if let Some(next) = pages.take(&self.base, answer)? {
            self.lists.insert(reading.clone(), pages);
            self.add(reading.clone(), next);
            return Ok(());
        }
        let items = pages.into_items();
        match reading {
            Reading::Assignment => {}
            Reading::Enrollments => {
                let names = self.options.names;
                self.found.enrollments = all(&items, |record| records::enrollment(record, names))?;
            }
            Reading::Submissions => self.found.rows = all(&items, records::submission)?,
            Reading::PeerReviews => {
                let of_submissions = items.iter().filter(|record| records::is_of_submission(record));
                self.found.reviews = all(of_submissions, records::peer_review)?;
            }
            Reading::Groups => {
                // A list that changed between two pages may show a group twice.
                let mut groups = all(&items, records::group)?;
                groups.sort();
                groups.dedup();
                for group in groups {
                    let request = request::memberships(addressable(&group)?);
                    self.add(Reading::Members(group), request);
                }
            }
            Reading::Members(group) => {
                for member in all(&items, records::accepted_member)?.into_iter().flatten() {
                    self.found.members.push((member, group.clone()));
                }
            }
        }
        Ok(())
    }

    fn take_assignment(&mut self, record: &Value) -> Result<(), Refusal> {
        let assignment = records::assignment(record)?;
        if let Some(category) = &assignment.group_category_id {
            self.add(Reading::Groups, request::groups(addressable(category)?));
        }
        self.found.assignment = Some(assignment);
        Ok(())
    }
}

/// Reads all records of a list.
fn all<'v, T>(
    items: impl IntoIterator<Item = &'v Value>,
    read: impl Fn(&Value) -> Result<T, Refusal>,
) -> Result<Vec<T>, Refusal> {
    items.into_iter().map(read).collect()
}

/// An id that came from the server and goes into a path.
fn addressable(id: &Id) -> Result<&Id, Refusal> {
    if request::is_addressable(id) { Ok(id) } else { Err(Refusal::Unexpected("an id holds what no id holds")) }
}

impl Session for Pull {
    fn poll(&mut self, now: Duration) -> Step {
        if self.stopped || self.failure.is_some() {
            self.cut |= self.calls.drop_waiting();
        } else if let Some((ticket, request)) = self.calls.begin(now) {
            return Step::Send(ticket, request);
        }
        if self.calls.is_empty() { Step::Done } else { Step::Wait(self.calls.next_time(now)) }
    }

    fn handle(&mut self, ticket: Ticket, outcome: Outcome, now: Duration) {
        let Some((reading, answer)) = self.calls.end(ticket, outcome, now) else { return };
        self.answered += 1;
        let taken = match answer {
            Answer::Done(answer) => self.take(&reading, &answer),
            Answer::Refused(refusal) => Err(refusal),
            // Only what writes can be unclear, and nothing here does.
            Answer::Unclear(..) => Err(Refusal::Unexpected("it is not clear what became of the request")),
        };
        if let Err(refusal) = taken {
            self.failure.get_or_insert((reading, refusal));
        }
    }

    fn stop(&mut self) {
        self.stopped = true;
    }

    fn reached(&self) -> Reached {
        // More may follow from each answer, so the total grows.
        let open = u64::try_from(self.calls.len()).unwrap_or(u64::MAX);
        Reached { stage: "reading", done: self.answered, total: self.answered.saturating_add(open) }
    }
}
