//! Reviews on demand: students ask for work one by one, and each is given what is due most.
//!
//! A [`Demand`] knows what stands (reviews that are finished, and leases that may expire) and gives out the next. What
//! a student may be given is what every plan of the problem could give him. Among that come first the musts; then
//! what gains most by should rules, wishes and history `avoid` (so what is wished for comes before, and what is to be
//! avoided after all else); then the submission with the fewest reviews, counted from what it is to get; then the one
//! that waits longest; then the seed decides. (The next item is the one with the fewest reviews finished and under
//! way: L. de Alfaro and M. Shavlovsky, "`CrowdGrader`: a tool for crowdsourcing the evaluation of homework
//! assignments", SIGCSE 2014.)
//!
//! **Nobody is left with nothing.** A first choice is passed over when the rest could not be completed as well after it:
//! as few reviews missing from the minima of students and submissions as before, and under `balanced` then as small a
//! sum of squares of received counts. This is exact: a *witness*, an assignment of all that remains, is kept best, and a
//! choice is taken when it is part of a best one. So answers depend on what stands alone, never on how it came about.
//!
//! There is no clock here: times are numbers that the caller passes in, all in one unit.
//!
//! ```
//! use peerplan::demand::Demand;
//! use peerplan::input::{Bound, Student, Submission};
//! use peerplan::{Input, Problem};
//!
//! let mut input = Input::default();
//! for n in 1..=4_u64 {
//!     input.students.push(Student::new(n));
//!     input.submissions.push(Submission::by(40 + n, n));
//! }
//! input.policy.reviews_per_student = Bound::exactly(1);
//! let problem = Problem::new(&input).expect("a problem without contradictions");
//!
//! let mut demand = Demand::new(&problem, 42, |_| 0).expect("rules that can be kept one review at a time");
//! for student in 0..4 {
//!     assert_eq!(demand.ask(student, 1, 0, None).given.len(), 1);
//! }
//! assert!((0..4).all(|submission| demand.received(submission) == 1));
//! ```

mod ask;
mod change;
mod queue;
mod record;
mod repair;
mod search;
mod shelves;
mod witness;

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;

pub use record::{DemandRecord, LeaseRecord, RestoreError, StudentRecord, SubmissionRecord};

use alloc::collections::BTreeSet;
use alloc::vec::Vec;
use core::fmt;

use crate::input::Admission;
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};
use crate::random::{Purpose, Random};
use queue::{Key, Queue};
use repair::Completion;
use search::Node;

/// A review that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Held {
    /// The submission.
    pub submission: u32,
    /// How far it is.
    pub state: HeldState,
}

/// How far a review that stands is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HeldState {
    /// Under way, until a time if there is one.
    Leased(Option<i64>),
    /// Written.
    Finished,
}

/// What a student is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The submissions, in the order in which they were chosen.
    pub given: Vec<u32>,
    /// Why there are no more, where fewer were given than asked for.
    pub refusal: Option<Refusal>,
}

/// Why a student is given nothing, or nothing more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// He has left.
    Left,
    /// He may not review, or not yet: he has not handed in.
    MayNotReview,
    /// He has as many as he may have.
    AtMaximum,
    /// There is no submission that he may review and that may have one more.
    NothingFits,
    /// What is left is needed for others, so that they have what is asked.
    NeededByOthers,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Left => "the student has left",
            Self::MayNotReview => "the student may not review",
            Self::AtMaximum => "the student has as many reviews as the maximum allows",
            Self::NothingFits => "there is no submission that the student may review and that may have one more",
            Self::NeededByOthers => "what is left is needed for others",
        })
    }
}

/// Who reviews what at the moment, and what is to be given out next.
///
/// Students and submissions are the indices of the [`Problem`]. Methods panic on indices that it does not have.
///
/// Invariant: `received`, the bases of the witness and the keys of the queue all count the reviews of `held`, those of
/// people who are no students of the problem, and, for the witness alone, the musts that nobody asked for yet.
#[derive(Debug, Clone)]
pub struct Demand<'p> {
    problem: &'p Problem,
    seed: u64,
    /// Who has not left.
    present: Vec<bool>,
    /// Which submissions may be given out.
    open: Vec<bool>,
    arrival: Vec<i64>,
    turn: Vec<u64>,
    held: Vec<Vec<Held>>,
    /// Leases that end, the first to end first.
    ending: BTreeSet<(i64, u32, u32)>,
    received: Vec<u32>,
    /// Musts on one submission, by submission, and whether they are promised at the moment.
    promises: Vec<(u32, u32, bool)>,
    /// Student -> places of his promises.
    promises_of: Rows<u32>,
    completion: Completion<'p>,
    queue: Queue,
    /// Reviews received by open submissions, and reviews that students still have to give.
    count: (u64, u64),
    /// How many submissions are open.
    opened: u64,
    /// What a submission without bounds of its own is to get, under `balanced`.
    level: u64,
    /// Submissions with bounds of their own.
    bounded: Vec<u32>,
}

/// The reviews of each student that stand in a problem.
fn standing_in(problem: &Problem) -> Vec<Vec<Held>> {
    let mut held = alloc::vec![Vec::new(); problem.students()];
    for review in problem.existing_reviews() {
        if let Some(student) = review.student {
            let state = match review.standing {
                _ if review.is_completed() => HeldState::Finished,
                _ if !problem.may_review(student as usize) => continue,
                _ => HeldState::Leased(None),
            };
            held[student as usize].push(Held { submission: review.submission, state });
        }
    }
    held
}

/// A rule that cannot be kept when reviews are given out one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsupported {
    /// Cycles of reviews are forbidden.
    #[error("forbidden cycles of reviews cannot be kept on demand")]
    Cycles,
    /// The copies of a work have a bound together.
    #[error("a bound on all copies of a work together cannot be kept on demand")]
    ReviewsPerWork,
    /// There are rules on who reviews one submission together.
    #[error("rules on panels cannot be kept on demand")]
    Panel,
}

impl Unsupported {
    /// Where the rule stands in a problem file.
    #[must_use]
    pub const fn pointer(self) -> &'static str {
        match self {
            Self::Cycles => "/policy/reciprocal",
            Self::ReviewsPerWork => "/policy/reviews_per_work",
            Self::Panel => "/policy/panel",
        }
    }

    fn check(problem: &Problem) -> Result<(), Self> {
        if problem.longest_forbidden().is_some() {
            return Err(Self::Cycles);
        }
        if !problem.panels.is_empty() {
            return Err(Self::Panel);
        }
        if problem.shared_works.is_empty() { Ok(()) } else { Err(Self::ReviewsPerWork) }
    }
}

impl<'p> Demand<'p> {
    /// What stands at the beginning: completed reviews are finished; assigned ones of students who may review are
    /// leases without an end, whatever the policy says of them. `arrival` tells when a submission came; the least
    /// waits longest.
    ///
    /// Complexity: near to linear in students, submissions and reviews asked for, where pairs are allowed freely.
    ///
    /// # Errors
    /// The problem has a rule under which looking ahead is no flow of students and submissions alone.
    pub fn new(problem: &'p Problem, seed: u64, arrival: impl Fn(usize) -> i64) -> Result<Self, Unsupported> {
        Unsupported::check(problem)?;
        let open = (0..problem.submissions()).map(|submission| problem.is_handed_in(submission)).collect();
        let arrival = (0..problem.submissions()).map(arrival).collect();
        let present = alloc::vec![true; problem.students()];
        Ok(Self::assemble(problem, seed, present, open, arrival, standing_in(problem)))
    }

    fn assemble(
        problem: &'p Problem,
        seed: u64,
        present: Vec<bool>,
        open: Vec<bool>,
        arrival: Vec<i64>,
        held: Vec<Vec<Held>>,
    ) -> Self {
        let mut random = Random::new(seed, Purpose::Turn);
        let completion = Completion::new(problem);
        let promises = change::promises(problem);
        let mut demand = Self {
            queue: Queue::new(completion.shelves().len, problem.submissions()),
            turn: (0..problem.submissions()).map(|_| random.word()).collect(),
            ending: BTreeSet::new(),
            received: alloc::vec![0; problem.submissions()],
            bounded: (0..index(problem.submissions())).filter(|&at| problem.has_own_bound(at as usize)).collect(),
            promises_of: Rows::counted(problem.students(), (0..).zip(&promises).map(|(at, promise)| (promise.1, at))),
            promises,
            count: (0, 0),
            opened: 0,
            level: 0,
            completion,
            problem,
            seed,
            present,
            open,
            arrival,
            held,
        };
        demand.build();
        demand
    }

    /// Counts what stands, opens the submissions, and lets the students take part one after the other.
    fn build(&mut self) {
        let problem = self.problem;
        for review in problem.existing_reviews() {
            if review.student.is_none() && review.is_completed() {
                self.received[review.submission as usize] += 1;
                self.completion.witness.at_submission(review.submission, |end| end.base += 1);
            }
        }
        for student in 0..self.held.len() {
            for at in 0..self.held[student].len() {
                let Held { submission, state } = self.held[student][at];
                self.received[submission as usize] += 1;
                self.completion.stand(index(student), submission);
                if let HeldState::Leased(Some(until)) = state {
                    self.ending.insert((until, index(student), submission));
                }
            }
        }
        for submission in 0..self.open.len() {
            if self.open[submission] {
                self.completion.open(Node::Submission(index(submission)), true);
            }
        }
        for at in 0..self.promises.len() {
            self.promise(at);
        }
        for student in 0..self.held.len() {
            if self.takes_part(student) {
                self.completion.open(Node::Student(index(student)), true);
            }
        }
        self.plan_musts();
        self.count = (0, 0);
        self.opened = 0;
        for submission in (0..self.open.len()).filter(|&submission| self.open[submission]) {
            self.count.0 += u64::from(self.received[submission]);
            self.opened += 1;
        }
        for student in 0..self.held.len() {
            self.count.1 += self.owes(student);
        }
        self.level = self.level_now();
        for submission in 0..self.open.len() {
            self.requeue(submission);
        }
    }

    /// Whether a student has not left, may review, and has handed in where that is asked for.
    fn takes_part(&self, student: usize) -> bool {
        let has_handed_in = || {
            let problem = self.problem;
            let own = |submission: u32| {
                problem.people.own_authors.row(submission as usize).iter().any(|&author| author as usize == student)
            };
            let works = problem.people.works_by.row(student).iter();
            let mut copies = works.flat_map(|&work| problem.people.copies.row(work as usize));
            copies.any(|&copy| self.open[copy as usize] && own(copy))
        };
        self.present[student]
            && self.problem.can_review(student)
            && (self.problem.policy().unsubmitted_reviewers == Admission::Include || has_handed_in())
    }

    /// How many reviews a student still has to give.
    fn owes(&self, student: usize) -> u64 {
        let end = &self.completion.witness.students[student];
        let given = self.held[student].len() as u64;
        if end.open { u64::from(end.least).saturating_sub(given) } else { 0 }
    }

    /// The mean of received counts in the end, rounded up.
    fn level_now(&self) -> u64 {
        if self.opened == 0 { 0 } else { (self.count.0 + self.count.1).div_ceil(self.opened) }
    }

    /// Where a submission stands in the order; none where nothing may be added.
    fn key(&self, submission: usize) -> Option<Key> {
        let end = &self.completion.witness.submissions[submission];
        let received = self.received[submission];
        if !self.open[submission] || received >= end.most {
            return None;
        }
        let aim = if !self.problem.balanced() {
            i64::from(end.least)
        } else if self.problem.has_own_bound(submission) {
            // What bounds of its own say is told from what all others are to get.
            let level = i64::try_from(self.level).unwrap_or(i64::MAX);
            level.clamp(i64::from(end.least), i64::from(end.most)) - level
        } else {
            0
        };
        Some((i64::from(received) - aim, self.arrival[submission], self.turn[submission], index(submission)))
    }

    /// The reviews of a student that stand, in the order in which they came.
    #[must_use]
    pub fn held(&self, student: usize) -> &[Held] {
        &self.held[student]
    }

    /// How many reviews of a submission are finished or under way.
    #[must_use]
    pub fn received(&self, submission: usize) -> u32 {
        self.received[submission]
    }

    /// Whether a student takes part: he has not left, may review, and has handed in where that is asked for.
    #[must_use]
    pub fn may_ask(&self, student: usize) -> bool {
        self.completion.witness.students[student].open
    }

    /// How many reviews will be missing from the minima of students and submissions whatever is given out from here
    /// on; 0 as long as everybody can have what is asked.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.completion.witness.missing()
    }

    fn requeue(&mut self, submission: usize) {
        let key = self.key(submission);
        let on = self.completion.shelves().of[submission];
        self.queue.place(on, submission, key);
    }
}
