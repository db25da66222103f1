//! A student asks for work.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::queue::Key;
use super::{Answer, Demand, Held, HeldState, Refusal};
use crate::problem::rows::index;

impl Demand<'_> {
    /// Gives a student up to `count` reviews more: leases until `until`, or without an end. Leases that end at `now` or
    /// before are freed first.
    ///
    /// Where nothing stands in the way, O(log m) for each review given, for m submissions: neither all submissions nor
    /// all students are looked at. In the worst case, O(n + m + pairs that are not allowed).
    pub fn ask(&mut self, student: usize, count: usize, now: i64, until: Option<i64>) -> Answer {
        self.expire(now);
        let mut given = Vec::new();
        while given.len() < count {
            match self.next_for(student) {
                Ok(submission) => {
                    self.hold(student, submission, HeldState::Leased(until));
                    given.push(submission);
                }
                Err(refusal) => return Answer { given, refusal: Some(refusal) },
            }
        }
        Answer { given, refusal: None }
    }

    /// Finds what is due most for a student and takes it out of the witness.
    fn next_for(&mut self, student: usize) -> Result<u32, Refusal> {
        let end = &self.completion.witness.students[student];
        if !self.present[student] {
            return Err(Refusal::Left);
        }
        if !end.open {
            return Err(Refusal::MayNotReview);
        }
        if self.held[student].len() >= end.most as usize {
            return Err(Refusal::AtMaximum);
        }
        if let Some(submission) = self.next_must(student) {
            return Ok(submission);
        }
        let asker = index(student);
        if self.completion.witness.students[student].planned.is_empty() && !self.completion.add_one(asker) {
            return Err(self.refusal(student));
        }
        let mut members = Vec::new();
        self.completion.shelves().singled_out(self.problem, student, &mut members);
        let known = members.iter().filter_map(|&submission| self.queue.key(submission));
        let mut singled: Vec<(i64, Key)> = known.map(|key| (self.problem.gain(student, key.3 as usize), key)).collect();
        self.completion.begin();
        let shelves = Arc::clone(&self.completion.witness.shelves);
        for submission in self.queue.choices(&shelves, student, &mut singled, &members) {
            if self.completion.witness.may_have(asker, submission) && self.completion.take(asker, submission) {
                return Ok(submission);
            }
        }
        // What is planned for him is among the choices, so this is not reached.
        Err(Refusal::NothingFits)
    }

    /// The must that is due most: one that is promised, or a copy of a work of which he must have one.
    fn next_must(&mut self, student: usize) -> Option<u32> {
        let asker = index(student);
        let mut due: Vec<Key> = Vec::new();
        let promised = self.promises_of.row(student).iter().map(|&at| self.promises[at as usize]);
        due.extend(promised.filter(|promise| promise.2).filter_map(|promise| self.queue.key(promise.0)));
        let promised = due.len();
        let musts = self.completion.witness.musts.iter().filter(|must| must.student == asker);
        for must in musts {
            let copies = self.problem.people.copies.row(must.work as usize).iter();
            due.extend(copies.filter_map(|&copy| self.queue.key(copy)));
        }
        let mut due: Vec<(Key, bool)> = due.into_iter().zip((0..).map(|at| at < promised)).collect();
        due.sort_unstable();
        self.completion.begin();
        for (key, promised) in due {
            let submission = key.3;
            if promised {
                self.redeem(asker, submission);
                return Some(submission);
            }
            if self.completion.witness.may_have(asker, submission) && self.completion.take(asker, submission) {
                return Some(submission);
            }
        }
        None
    }

    /// Why there is nothing for a student who may have more.
    fn refusal(&self, student: usize) -> Refusal {
        let asker = index(student);
        let fits = |&submission: &u32| {
            self.queue.key(submission).is_some() && self.completion.witness.may_have(asker, submission)
        };
        if (0..index(self.open.len())).any(|submission| fits(&submission)) {
            Refusal::NeededByOthers
        } else {
            Refusal::NothingFits
        }
    }

    /// Notes a review that the witness has given way to.
    fn hold(&mut self, student: usize, submission: u32, state: HeldState) {
        let asker = index(student);
        let witness = &mut self.completion.witness;
        witness.standing[student].push(submission);
        witness.at_student(asker, |end| end.base += 1);
        witness.at_submission(submission, |end| end.base += 1);
        self.note(student, Held { submission, state });
    }
}
