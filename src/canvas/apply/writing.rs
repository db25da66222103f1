//! Sending steps, and what follows from their answers.

use std::time::Duration;

use super::{Apply, FRESH, Kind, LeftStep, Reading, State, Trouble, Why};
use crate::canvas::calls::Answer;
use crate::canvas::decision::{Cause, Refusal, wait};
use crate::canvas::journal::Entry;
use crate::canvas::records::id_in;
use crate::canvas::request::Request;
use crate::canvas::response::Response;
use crate::canvas::task::{Op, Pair, TaskStep};
use crate::id::Id;

impl Apply {
    /// A step is in effect; `ours` where it may be by something we have sent.
    pub(super) fn done(&mut self, step: usize, review_id: Option<&Id>, ours: bool) {
        let TaskStep { op, pair, .. } = self.task.steps[step].clone();
        if ours {
            self.record(&Entry::Done { op, pair: &pair, review_id });
            match op {
                Op::Create => self.summary.created += 1,
                Op::Delete => self.summary.deleted += 1,
            }
        } else {
            self.summary.already += 1;
            if self.unknown[step] {
                self.record(&Entry::Left { op, pair: &pair, reason: String::from("it was in effect already") });
            }
        }
        self.unknown[step] = false;
        match op {
            Op::Create => self.expected.insert(pair),
            Op::Delete => self.expected.remove(&pair),
        };
        self.states[step] = State::Done;
        for held in self.queue.settle(&self.task.steps[step], true) {
            self.leave(held, Why::Held);
        }
    }

    /// A step is left undone.
    pub(super) fn leave(&mut self, step: usize, reason: Why) {
        let TaskStep { op, pair, .. } = self.task.steps[step].clone();
        self.record(&Entry::Left { op, pair: &pair, reason: reason.to_string() });
        self.summary.left.push(LeftStep { op, pair, reason });
        self.unknown[step] = false;
        self.states[step] = State::Left;
        for held in self.queue.settle(&self.task.steps[step], false) {
            self.leave(held, Why::Held);
        }
    }

    /// A request that writes has ended.
    pub(super) fn written(&mut self, step: usize, answer: Answer, now: Duration) {
        let TaskStep { op, pair, .. } = self.task.steps[step].clone();
        match answer {
            Answer::Done(response) => match self.check(step, &response) {
                Ok(_) if op == Op::Delete && self.copies[step] > 1 => {
                    // Canvas takes away one of several reviews of a pair at a time: the step stays open.
                    let reason = String::from("one of several reviews of the pair is deleted");
                    self.record(&Entry::Unclear { op, pair: &pair, reason });
                    self.read(Reading::Before(step), now);
                }
                Ok(review_id) => self.done(step, review_id.as_ref(), true),
                Err(Some(trouble)) => {
                    self.record(&Entry::Unclear { op, pair: &pair, reason: trouble.to_string() });
                    self.fail(trouble);
                }
                Err(None) => self.unclear(step, now + wait(self.sends[step], u16::MAX), Cause::Foreign),
            },
            Answer::Unclear(when, cause) => self.unclear(step, when, cause),
            Answer::Refused(Refusal::NotFound) => {
                self.leave(step, if op == Op::Delete { Why::Left } else { Why::NotFound });
            }
            // There was nothing to delete, or so it says: look.
            Answer::Refused(Refusal::Refused(400)) if op == Op::Delete => self.read(Reading::Denied(step), now),
            Answer::Refused(Refusal::Refused(status)) => self.leave(step, Why::Refused(status)),
            Answer::Refused(refusal) => {
                // A server that asks for patience may have worked all the same; whatever else it was, it was refused.
                let reason = refusal.to_string();
                self.unknown[step] = matches!(refusal, Refusal::Wait(_));
                self.record(&if self.unknown[step] {
                    Entry::Unclear { op, pair: &pair, reason }
                } else {
                    Entry::Left { op, pair: &pair, reason }
                });
                self.fail(Trouble::Refused { what: format!("the {pair}"), refusal });
            }
        }
    }

    /// The answer to a request that writes was lost.
    fn unclear(&mut self, step: usize, when: Duration, cause: Cause) {
        let TaskStep { op, pair, .. } = self.task.steps[step].clone();
        self.record(&Entry::Unclear { op, pair: &pair, reason: cause.to_string() });
        self.cause = cause;
        if !self.breaks_off() {
            self.read(Reading::After(step, 1), when);
        }
    }

    /// Whether an answer speaks of what was meant: the id of the review; no trouble where it cannot be told.
    fn check(&mut self, step: usize, response: &Response) -> Result<Option<Id>, Option<Trouble>> {
        let TaskStep { op, pair, user_id, .. } = &self.task.steps[step];
        let record = response.json().ok_or(None)?;
        let asset_id = id_in(&record, "asset_id").ok_or(None)?;
        // It is left out for those who may not see who reviews.
        let assessor_id = id_in(&record, "assessor_id").unwrap_or_else(|| pair.assessor_id.clone());
        let answered = Pair { asset_id, assessor_id };
        if answered != *pair {
            return Err(Some(Trouble::Mismatch { meant: pair.clone(), answered }));
        }
        if let (Some(meant), Some(owner)) = (user_id, id_in(&record, "user_id"))
            && owner != *meant
        {
            return Err(Some(Trouble::OtherOwner(pair.clone())));
        }
        let state = record.get("workflow_state").and_then(serde_json::Value::as_str);
        if *op == Op::Delete && state == Some("completed") {
            self.summary.lost.push(pair.clone());
        }
        Ok(id_in(&record, "id"))
    }

    /// The line of a step in the journal; its request follows once the line is written.
    fn arm(&mut self, step: usize, read: Duration) {
        let TaskStep { op, pair, user_id, .. } = self.task.steps[step].clone();
        self.record(&Entry::Sending { op, pair: &pair, user_id: user_id.as_ref() });
        self.sends[step] += 1;
        self.unknown[step] = true;
        self.armed = Some((step, read));
    }

    /// The request of the step whose line was just written, unless what was read before is too old by now.
    pub(super) fn fire(&mut self, now: Duration) {
        let Some((step, read)) = self.armed.take() else { return };
        if self.task.steps[step].op == Op::Delete && now.saturating_sub(read) > FRESH {
            self.disarm(step, "it is looked at once more before it is sent");
            return self.read(Reading::Before(step), now);
        }
        let TaskStep { op, pair, .. } = &self.task.steps[step];
        let place = &self.task.place;
        let request: Request = match op {
            Op::Create => place.create(&pair.asset_id, &pair.assessor_id),
            Op::Delete => place.delete(&pair.asset_id, &pair.assessor_id),
        };
        self.calls.add_first(Kind::Write(step), request);
    }

    /// A line was written, and the request is not sent.
    pub(super) fn disarm(&mut self, step: usize, reason: &str) {
        let TaskStep { op, pair, .. } = self.task.steps[step].clone();
        self.sends[step] -= 1;
        self.unknown[step] = self.sends[step] > 0;
        if !self.unknown[step] {
            self.record(&Entry::Left { op, pair: &pair, reason: reason.to_owned() });
        }
    }

    /// The next step that may be sent; its line is written first. Whether there was one.
    pub(super) fn begin_step(&mut self, now: Duration) -> bool {
        if let Some((step, read)) = self.cleared.pop_front() {
            if now.saturating_sub(read) > FRESH {
                self.read(Reading::Before(step), now);
            } else {
                self.arm(step, read);
            }
            return true;
        }
        let Some(step) = self.queue.next() else { return false };
        match self.task.steps[step].op {
            Op::Create => self.arm(step, now),
            // However long ago all reviews were read: this one is looked at again.
            Op::Delete => self.read(Reading::Before(step), Duration::ZERO),
        }
        true
    }

    pub(super) fn has_steps(&self) -> bool {
        self.armed.is_some() || !self.cleared.is_empty() || self.queue.is_ready()
    }
}
