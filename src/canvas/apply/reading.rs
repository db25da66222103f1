//! Reading reviews, and what follows: the comparison before and after, and the look at single submissions.

use std::collections::BTreeSet;
use std::time::Duration;

use super::{Apply, Ending, Kind, LeftStep, Reading, SENDS, Stage, State, Summary, Trouble, Why};
use crate::canvas::calls::Answer;
use crate::canvas::decision::{ATTEMPTS, Cause, Refusal, wait};
use crate::canvas::journal::{Entry, Mode};
use crate::canvas::live::{Change, Difference, Live, Standing, drift, holds};
use crate::canvas::pages::Pages;
use crate::canvas::task::{Op, Pair, TaskStep};

impl Apply {
    pub(super) fn read(&mut self, reading: Reading, not_before: Duration) {
        let request = match reading {
            Reading::First | Reading::Last => self.task.place.peer_reviews(),
            Reading::Before(step) | Reading::After(step, _) | Reading::Denied(step) => {
                self.task.place.peer_reviews_of(&self.task.steps[step].pair.asset_id)
            }
        };
        self.calls.add(Kind::Read(reading, Pages::default()), request, not_before);
    }

    /// All reviews were read for the first time.
    fn compare(&mut self, live: &Live, now: Duration) {
        self.summary.drift = drift(&self.task, live, &self.earlier);
        self.summary.duplicates = live.duplicates();
        self.expected = live.pairs().cloned().collect();
        if let Some(pair) = self.other_owner(live) {
            self.stage = Stage::Closing;
            return self.fail(Trouble::OtherOwner(pair));
        }
        let open: Vec<usize> = (0..self.states.len()).filter(|&step| !holds(&self.task.steps[step], live)).collect();
        self.summary.already = (self.states.len() - open.len()) as u64;
        self.states.fill(State::Done);
        for &step in &open {
            self.states[step] = State::Open;
        }
        let drifted = !self.summary.drift.is_empty();
        if self.options.look_only || (drifted && !self.options.allow_drift) {
            self.stage = Stage::Closing;
            return self.end(if drifted {
                Ending::Drift
            } else if open.is_empty() {
                Ending::Complete
            } else {
                Ending::Pending
            });
        }
        self.stage = Stage::Writing;
        for step in 0..self.states.len() {
            let TaskStep { op, pair, .. } = self.task.steps[step].clone();
            if self.states[step] != State::Done {
                continue;
            }
            if self.earlier.open_op(&pair).is_some_and(|open| open != op) {
                // What an earlier run has sent, to the opposite effect, may still be under way: there is a second look.
                self.states[step] = State::Open;
                self.summary.already -= 1;
                self.look_again(step, now);
            } else if self.earlier.is_open(&pair) || self.task.mode == Mode::Rollback {
                // What an earlier run has left open has worked; what is undone is not to be undone again.
                let review_id = live.of(&pair).first().and_then(|review| review.id.as_ref());
                self.record(&Entry::Done { op, pair: &pair, review_id });
            }
        }
        for step in open {
            if self.earlier.is_open(&self.task.steps[step].pair) {
                self.look_again(step, now);
            } else {
                self.queue.add(step, &self.task.steps[step]);
            }
        }
        self.queue.release();
    }

    /// The first reading of all was the first look at what an earlier run has left open; there is a second one.
    fn look_again(&mut self, step: usize, now: Duration) {
        if self.task.steps[step].op == Op::Create {
            self.queue.expect(&self.task.steps[step]);
        }
        self.read(Reading::After(step, 2), now + wait(2, u16::MAX));
    }

    /// A pair of a submission that belongs to somebody else than the plan says: its id may be that of something else.
    fn other_owner(&self, live: &Live) -> Option<Pair> {
        let differs = |pair: &&Pair| {
            let owner = self.task.owners.get(&pair.asset_id);
            owner.is_some_and(|owner| {
                live.of(pair).iter().filter_map(|review| review.user_id.as_ref()).any(|id| id != owner)
            })
        };
        live.pairs().find(differs).cloned()
    }

    /// The reviews of the submission of a step were read.
    fn look(&mut self, reading: Reading, live: &Live, now: Duration) {
        let (Reading::Before(step) | Reading::After(step, _) | Reading::Denied(step)) = reading else { return };
        let TaskStep { op, pair, only, .. } = &self.task.steps[step];
        self.copies[step] = u32::try_from(live.of(pair).len()).unwrap_or(u32::MAX);
        if let Some(pair) = self.other_owner(live) {
            return self.fail(Trouble::OtherOwner(pair));
        }
        if holds(&self.task.steps[step], live) {
            let review_id = live.of(pair).first().and_then(|review| review.id.as_ref());
            // What was denied when it was sent for the first time was done by somebody else.
            let sends = self.sends[step] - u32::from(matches!(reading, Reading::Denied(_)));
            let ours = sends > 0 || self.earlier.open_op(pair) == Some(*op);
            if !ours && self.earlier.is_open(pair) {
                // What an earlier run has sent to the opposite effect has not worked, or was undone.
                let (op, pair) = (*op, pair.clone());
                self.record(&Entry::Done { op, pair: &pair, review_id });
            }
            return self.done(step, review_id, ours);
        }
        if *op == Op::Delete {
            let other =
                only.as_ref().is_some_and(|id| live.of(pair).iter().any(|review| review.id.as_ref() != Some(id)));
            if live.standing(pair) == Standing::Completed {
                return self.leave(step, Why::Completed);
            }
            if other {
                return self.leave(step, Why::Other);
            }
        }
        match reading {
            Reading::Before(_) => self.cleared.push_back((step, now)),
            Reading::After(_, 1) => self.read(Reading::After(step, 2), now + wait(self.sends[step] + 1, u16::MAX)),
            Reading::Denied(_) => self.leave(step, Why::Refused(400)),
            // Who is told to wait has sent nothing yet.
            _ if self.sends[step] >= if self.cause == Cause::Throttled { ATTEMPTS } else { SENDS } => {
                let refusal = Refusal::Exhausted { attempts: self.sends[step], cause: self.cause };
                self.fail(Trouble::Refused { what: format!("the {pair}"), refusal });
            }
            _ => {
                if !self.queue.again(step, &self.task.steps[step]) {
                    self.leave(step, Why::Held);
                }
            }
        }
    }

    /// A request that reads has ended.
    pub(super) fn has_read(&mut self, reading: Reading, mut pages: Pages, answer: Answer, now: Duration) {
        let refused = |refusal| {
            let what = match reading {
                Reading::First | Reading::Last => "the peer reviews of the assignment cannot be read",
                Reading::Before(_) | Reading::After(..) | Reading::Denied(_) => {
                    "the peer reviews of a submission cannot be read"
                }
            };
            Trouble::Refused { what: String::from(what), refusal }
        };
        let next = match answer {
            Answer::Done(response) => pages.take(&self.base, &response),
            Answer::Refused(refusal) => Err(refusal),
            Answer::Unclear(..) => return,
        };
        let read = match next {
            Ok(Some(next)) => return self.calls.add(Kind::Read(reading, pages), next, now),
            Ok(None) => Live::read(&pages.into_items()),
            Err(refusal) => Err(refusal),
        };
        match (reading, read) {
            (_, Err(refusal)) => self.fail(refused(refusal)),
            (Reading::First, Ok(live)) => self.compare(&live, now),
            (Reading::Last, Ok(live)) => self.close(&live),
            (_, Ok(live)) => self.look(reading, &live, now),
        }
    }

    /// All reviews were read for the last time.
    fn close(&mut self, live: &Live) {
        let difference = |change, pair: &Pair| Difference { change, pair: pair.clone(), user_id: None };
        let left: BTreeSet<&Pair> = self.summary.left.iter().map(|left| &left.pair).collect();
        let gone = self.expected.iter().filter(|pair| !live.contains(pair)).map(|pair| difference(Change::Gone, pair));
        let added = live.pairs().filter(|pair| !self.expected.contains(*pair) && self.task.concerns(pair));
        let added = added.map(|pair| difference(Change::Added, pair));
        let known = |pair: &Pair| self.summary.drift.iter().any(|found| found.pair == *pair);
        let completed = self.summary.left.iter().filter(|left| left.reason == Why::Completed && !known(&left.pair));
        let completed = completed.map(|left| difference(Change::Completed, &left.pair));
        let mut changed: Vec<Difference> = gone.chain(added).filter(|found| !left.contains(&found.pair)).collect();
        changed.extend(completed);
        changed.sort();
        self.summary.duplicates = live.duplicates();
        self.summary.changed = changed;
        let missing = |left: &LeftStep| !matches!(left.reason, Why::Left | Why::Completed | Why::Other);
        self.end(if self.summary.left.iter().any(missing) {
            Ending::Partly
        } else if self.summary.changed.is_empty() || self.task.mode == Mode::Rollback {
            Ending::Complete
        } else {
            Ending::Changed
        });
    }

    pub(super) fn end(&mut self, ending: Ending) {
        self.summary.ending = ending;
        self.summary.pending = self.states.iter().filter(|&&state| state == State::Open).count() as u64;
        self.summary.unclear = self.unknown.iter().filter(|&&unknown| unknown).count() as u64;
        if self.begun {
            let Summary { created, deleted, .. } = self.summary;
            let left = self.summary.left.len() as u64;
            self.record(&Entry::Ended { outcome: ending.word(), created, deleted, left });
        }
    }
}
