//! Which step may be sent next.
//!
//! Invariant: a review is deleted only after all reviews that are to be created for the same submission are there, so that stopping
//! anywhere leaves no submission with fewer reviews than it had or shall have.

use std::collections::{BTreeMap, VecDeque};

use crate::canvas::task::{Op, TaskStep};
use crate::id::Id;

/// The creates of one submission that are not there yet, and the deletes that wait for them.
#[derive(Debug, Default)]
struct Waiting {
    creates: usize,
    failed: bool,
    deletes: Vec<usize>,
}

/// The steps that are to be sent, by number.
#[derive(Debug, Default)]
pub(super) struct Queue {
    ready: VecDeque<usize>,
    waiting: BTreeMap<Id, Waiting>,
}

impl Queue {
    /// A step to be sent. All creates come before the first [`settle`](Self::settle).
    pub(super) fn add(&mut self, number: usize, step: &TaskStep) {
        let waiting = self.waiting.entry(step.pair.asset_id.clone()).or_default();
        match step.op {
            Op::Create => {
                waiting.creates += 1;
                self.ready.push_back(number);
            }
            Op::Delete => waiting.deletes.push(number),
        }
    }

    /// A create that is looked at first, and counts as not there until [`settle`](Self::settle).
    pub(super) fn expect(&mut self, step: &TaskStep) {
        self.waiting.entry(step.pair.asset_id.clone()).or_default().creates += 1;
    }

    /// Lets deletes go that wait for nothing.
    pub(super) fn release(&mut self) {
        for waiting in self.waiting.values_mut().filter(|waiting| waiting.creates == 0) {
            self.ready.extend(waiting.deletes.drain(..));
        }
    }

    /// A create is there, or will never be. Returns the deletes that must not be sent any more.
    pub(super) fn settle(&mut self, step: &TaskStep, there: bool) -> Vec<usize> {
        let Some(waiting) = self.waiting.get_mut(&step.pair.asset_id) else { return Vec::new() };
        if step.op == Op::Delete {
            return Vec::new();
        }
        waiting.creates = waiting.creates.saturating_sub(1);
        waiting.failed |= !there;
        if waiting.creates > 0 {
            return Vec::new();
        }
        let deletes = std::mem::take(&mut waiting.deletes);
        if waiting.failed {
            return deletes;
        }
        self.ready.extend(deletes);
        Vec::new()
    }

    /// A step is to be sent, or once more, before the others; a delete only if it waits for nothing. False where it must not be sent any more.
    #[must_use]
    pub(super) fn again(&mut self, number: usize, step: &TaskStep) -> bool {
        let waiting = self.waiting.get_mut(&step.pair.asset_id).filter(|_| step.op == Op::Delete);
        match waiting {
            Some(waiting) if waiting.creates > 0 => waiting.deletes.push(number),
            Some(waiting) if waiting.failed => return false,
            _ => self.ready.push_front(number),
        }
        true
    }

    /// The next step to be sent.
    pub(super) fn next(&mut self) -> Option<usize> {
        self.ready.pop_front()
    }

    /// Whether a step could be sent.
    pub(super) fn is_ready(&self) -> bool {
        !self.ready.is_empty()
    }
}
