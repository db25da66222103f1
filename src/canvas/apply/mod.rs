//! Applying a plan to an assignment, step by step, so that nothing is lost and nothing is sent twice.
//!
//! 1. All reviews are read and compared with what the plan was made from. Where they differ, nothing is sent.
//! 2. Each step that is not in effect yet is written to the journal, sent, and its answer written to the journal. Before a review is deleted
//!    the reviews of its submission are read: a completed one is never deleted.
//! 3. Where an answer is lost, nothing is sent again before the reviews of the submission have been read, a while was waited, and
//!    they have been read once more, and the step has no effect. An open step of an earlier run is treated the same way.
//! 4. At the end all reviews are read again and compared with the plan.
//!
//! What remains is a request that is lost, and acts later than the second reading: then one review may be asked for twice, which Canvas
//! answers with the review that is there.

mod queue;
mod reading;
mod summary;
#[cfg(test)]
mod tests;
mod writing;

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

pub use summary::{Ending, LeftStep, Summary, Trouble, Why};

use self::queue::Queue;
use super::base::Base;
use super::calls::{Calls, IN_FLIGHT};
use super::decision::Cause;
use super::journal::{Entry, Journal};
use super::pages::Pages;
use super::response::Outcome;
use super::session::{Reached, Session, Step, Ticket};
use super::task::{Pair, Task};

/// A review is deleted no later than this after it was looked at; else it is looked at again.
const FRESH: Duration = Duration::from_secs(2);
/// A step is sent so often at most.
const SENDS: u32 = 4;

/// How to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// So many requests are under way at most; [`MOST_IN_FLIGHT`](super::MOST_IN_FLIGHT) at the very most.
    pub most_in_flight: usize,
    /// Go on though something is not as it was when the plan was made.
    pub allow_drift: bool,
    /// Only read and compare.
    pub look_only: bool,
    /// Spreads the waits.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { most_in_flight: IN_FLIGHT, allow_drift: false, look_only: false, seed: 0 }
    }
}

/// Why reviews are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// To compare with the plan before anything is sent.
    First,
    /// Before a review is deleted.
    Before(usize),
    /// To see whether a step has worked whose answer was lost; for the first or the second time.
    After(usize, u8),
    /// To see why there was nothing to delete.
    Denied(usize),
    /// To compare with the plan at the end.
    Last,
}

/// A request under way.
#[derive(Debug)]
enum Kind {
    Read(Reading, Pages),
    Write(usize),
}

/// Where a step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// To be sent, or under way.
    Open,
    /// In effect.
    Done,
    /// Left undone.
    Left,
}

/// What is done at present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Reading,
    Writing,
    Closing,
    Ended,
}

/// The session that applies a plan, or undoes one.
#[derive(Debug)]
pub struct Apply {
    base: Base,
    task: Task,
    earlier: Journal,
    options: Options,
    calls: Calls<Kind>,
    stage: Stage,
    states: Vec<State>,
    /// How often each step was sent.
    sends: Vec<u32>,
    /// Whether a step was sent, and it is not known whether it worked.
    unknown: Vec<bool>,
    /// Why the last answer was lost.
    cause: Cause,
    /// How many reviews of the pair stood there when it was last read.
    copies: Vec<u32>,
    queue: Queue,
    /// Deletes for which the reviews of the submission were just read.
    cleared: VecDeque<(usize, Duration)>,
    /// The step whose line is being written, and when its submission was read.
    armed: Option<(usize, Duration)>,
    lines: VecDeque<String>,
    begun: bool,
    /// The pairs that are to be there at the end.
    expected: BTreeSet<Pair>,
    stopped: bool,
    summary: Summary,
}

impl Apply {
    /// A session for a task that goes on from an earlier journal.
    #[must_use]
    pub fn new(base: Base, task: Task, earlier: Journal, options: Options) -> Self {
        let mut calls = Calls::new(options.most_in_flight, options.seed);
        calls.add(Kind::Read(Reading::First, Pages::default()), task.place.peer_reviews(), Duration::ZERO);
        let steps = task.steps.len();
        Self {
            base,
            task,
            earlier,
            options,
            calls,
            stage: Stage::Reading,
            states: vec![State::Open; steps],
            sends: vec![0; steps],
            unknown: vec![false; steps],
            cause: Cause::Foreign,
            copies: vec![1; steps],
            queue: Queue::default(),
            cleared: VecDeque::new(),
            armed: None,
            lines: VecDeque::new(),
            begun: false,
            expected: BTreeSet::new(),
            stopped: false,
            summary: Summary::default(),
        }
    }

    /// What it came to; complete after [`Step::Done`].
    #[must_use]
    pub const fn summary(&self) -> &Summary {
        &self.summary
    }

    /// A line of the journal; the first one comes after the line that begins the run.
    fn record(&mut self, entry: &Entry<'_>) {
        if !self.begun {
            self.begun = true;
            self.lines.push_back(Entry::begun(self.task.mode, self.task.header()).line());
        }
        self.lines.push_back(entry.line());
    }

    /// Nothing new is begun from here on.
    fn breaks_off(&self) -> bool {
        self.stopped || self.summary.trouble.is_some()
    }

    /// Breaks off; what came first counts.
    fn fail(&mut self, trouble: Trouble) {
        self.summary.trouble.get_or_insert(trouble);
        self.calls.drop_waiting();
    }
}

impl Session for Apply {
    fn poll(&mut self, now: Duration) -> Step {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Step::Record(line);
            }
            if self.breaks_off()
                && let Some((step, _)) = self.armed.take()
            {
                self.disarm(step, "the run was stopped before it was sent");
                continue;
            }
            if self.armed.is_some() && self.calls.has_room(now) {
                self.fire(now);
                continue;
            }
            if let Some((ticket, request)) = self.calls.begin(now) {
                self.summary.requests += 1;
                return Step::Send(ticket, request);
            }
            if self.stage == Stage::Writing
                && !self.breaks_off()
                && self.armed.is_none()
                && self.calls.has_room(now)
                && self.begin_step(now)
            {
                continue;
            }
            if !self.calls.is_empty() || (self.stage == Stage::Writing && !self.breaks_off() && self.has_steps()) {
                let paused = (self.has_steps() && self.calls.is_idle()).then(|| self.calls.pause());
                let next = self.calls.next_time(now);
                return Step::Wait(next.into_iter().chain(paused).min());
            }
            match self.stage {
                Stage::Ended => return Step::Done,
                Stage::Writing if !self.breaks_off() => {
                    self.stage = Stage::Closing;
                    // Where nothing was sent, all was just read.
                    if self.begun || !self.summary.left.is_empty() {
                        self.read(Reading::Last, now);
                    } else {
                        self.end(Ending::Complete);
                    }
                }
                _ => {
                    self.stage = Stage::Ended;
                    if self.summary.ending == Ending::Running {
                        self.end(if self.summary.trouble.is_some() { Ending::Partly } else { Ending::Stopped });
                    }
                }
            }
        }
    }

    fn handle(&mut self, ticket: Ticket, outcome: Outcome, now: Duration) {
        match self.calls.end(ticket, outcome, now) {
            Some((Kind::Write(step), answer)) => self.written(step, answer, now),
            Some((Kind::Read(reading, pages), answer)) if !self.breaks_off() => {
                self.has_read(reading, pages, answer, now);
            }
            _ => {}
        }
        // What would be tried again, too.
        if self.breaks_off() {
            self.calls.drop_waiting();
        }
    }

    fn stop(&mut self) {
        self.stopped = true;
        self.calls.drop_waiting();
    }

    fn reached(&self) -> Reached {
        let stage = match self.stage {
            Stage::Reading => "reading the reviews in Canvas",
            Stage::Writing => "sending",
            Stage::Closing | Stage::Ended => "comparing with the plan",
        };
        let Summary { created, deleted, already, left, .. } = &self.summary;
        let done = created + deleted + already + left.len() as u64;
        let known = self.stage != Stage::Reading;
        Reached { stage, done: if known { done } else { 0 }, total: if known { self.states.len() as u64 } else { 0 } }
    }
}
