//! What happens beside asking: reviews are finished, leases end, people and submissions come and go.

use alloc::vec::Vec;
use core::ops::Range;

use super::search::Node;
use super::{Demand, Held, HeldState};
use crate::input::CopyRule;
use crate::problem::rows::index;
use crate::problem::{Problem, WorkMust};

/// The musts on one submission each, as (submission, student), sorted; none of them is promised yet.
pub(super) fn promises(problem: &Problem) -> Vec<(u32, u32, bool)> {
    let musts = problem.pairs.submission_musts.iter().map(|must| (must.target, must.student, false));
    let mut all: Vec<(u32, u32, bool)> = musts.collect();
    // Musts by author for which one copy alone will do are fixed as well.
    for must in &problem.pairs.work_musts {
        let copies = problem.people.copies.row(must.target as usize).iter().copied();
        let mut fit = copies.filter(|&copy| problem.eligible(must.student as usize, copy as usize));
        if let (Some(only), None) = (fit.next(), fit.next()) {
            all.push((only, must.student, false));
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

impl Demand<'_> {
    /// A review is written, whether or not it was given out, or its lease ended meanwhile: what is written counts.
    /// Returns whether it was not finished before.
    pub fn finish(&mut self, student: usize, submission: usize) -> bool {
        let target = index(submission);
        match self.held[student].iter().position(|held| held.submission == target) {
            Some(at) => {
                let held = &mut self.held[student][at];
                if let HeldState::Leased(Some(until)) = held.state {
                    self.ending.remove(&(until, index(student), target));
                }
                core::mem::replace(&mut held.state, HeldState::Finished) != HeldState::Finished
            }
            None => {
                self.lapse(student, target);
                self.completion.stand(index(student), target);
                self.note(student, Held { submission: target, state: HeldState::Finished });
                true
            }
        }
    }

    /// Frees the leases that end at `now` or before; returns how many.
    pub fn expire(&mut self, now: i64) -> usize {
        let mut freed = 0;
        while let Some(&(until, student, submission)) = self.ending.first().filter(|lease| lease.0 <= now) {
            self.ending.remove(&(until, student, submission));
            self.release(student as usize, submission);
            if let Some(at) = self.promise_at(student, submission) {
                self.promise(at);
            }
            self.plan_musts();
            freed += 1;
        }
        freed
    }

    /// A submission is handed in at a time, for the first time or after it was withdrawn; whoever had to hand in before
    /// reviewing takes part from now on. Returns whether it was not handed in before.
    ///
    /// Submissions and students that the problem does not list come with another problem:
    /// [`DemandRecord::transfer`](super::DemandRecord::transfer).
    pub fn submit(&mut self, submission: usize, at: i64) -> bool {
        if self.open[submission] {
            return false;
        }
        self.open[submission] = true;
        self.opened += 1;
        self.arrival[submission] = at;
        self.count.0 += u64::from(self.received[submission]);
        let target = index(submission);
        self.completion.open(Node::Submission(target), true);
        for at in self.promises_on(target) {
            self.promise(at);
        }
        self.authors_take_part(submission);
        self.plan_musts();
        self.settled(submission);
        true
    }

    /// A submission is taken back: nobody is to review it any more. Leases of it end; what was written stays with those
    /// who wrote it. Returns whether it was handed in. O(n) beside what has to be repaired.
    pub fn withdraw_submission(&mut self, submission: usize) -> bool {
        let target = index(submission);
        let leased = |held: &Held| held.submission == target && held.state != HeldState::Finished;
        for student in 0..self.held.len() {
            if let Some(held) = self.held[student].iter().copied().find(leased) {
                self.end_lease(student, held);
            }
        }
        if !self.open[submission] {
            return false;
        }
        for at in self.promises_on(target) {
            self.unpromise(self.promises[at].1, target);
        }
        self.open[submission] = false;
        self.opened -= 1;
        self.count.0 -= u64::from(self.received[submission]);
        self.completion.open(Node::Submission(target), false);
        self.authors_take_part(submission);
        self.plan_musts();
        self.settled(submission);
        true
    }

    /// A student who had left is back. Returns whether he had left.
    pub fn join(&mut self, student: usize) -> bool {
        let had_left = !core::mem::replace(&mut self.present[student], true);
        self.take_part(student);
        had_left
    }

    /// A student leaves: his leases end, what he wrote stays. Returns whether he was there.
    pub fn withdraw_student(&mut self, student: usize) -> bool {
        let was_there = core::mem::replace(&mut self.present[student], false);
        let leases: Vec<Held> =
            self.held[student].iter().copied().filter(|held| held.state != HeldState::Finished).collect();
        for held in leases {
            self.end_lease(student, held);
        }
        self.take_part(student);
        was_there
    }

    /// Students with a share in a submission may have begun to take part, or ceased to.
    fn authors_take_part(&mut self, submission: usize) {
        for at in 0..self.problem.people.own_authors.row(submission).len() {
            let author = self.problem.people.own_authors.row(submission)[at] as usize;
            if author < self.problem.students() {
                self.take_part(author);
            }
        }
    }

    fn take_part(&mut self, student: usize) {
        let takes_part = self.takes_part(student);
        let who = index(student);
        if self.completion.witness.students[student].open != takes_part {
            self.count.1 -= self.owes(student);
            if !takes_part {
                for place in 0..self.promises_of.row(student).len() {
                    let at = self.promises_of.row(student)[place] as usize;
                    self.unpromise(who, self.promises[at].0);
                }
            }
            self.completion.open(Node::Student(who), takes_part);
            self.count.1 += self.owes(student);
            for place in 0..self.promises_of.row(student).len() {
                self.promise(self.promises_of.row(student)[place] as usize);
            }
            self.plan_musts();
            self.relevel();
        }
    }

    fn end_lease(&mut self, student: usize, held: Held) {
        if let HeldState::Leased(Some(until)) = held.state {
            self.ending.remove(&(until, index(student), held.submission));
        }
        self.release(student, held.submission);
    }

    /// A review stands that did not before; the witness knows of it.
    pub(super) fn note(&mut self, student: usize, held: Held) {
        let submission = held.submission as usize;
        self.count.1 -= self.owes(student);
        self.held[student].push(held);
        self.count.1 += self.owes(student);
        self.received[submission] += 1;
        self.count.0 += u64::from(self.open[submission]);
        if let HeldState::Leased(Some(until)) = held.state {
            self.ending.insert((until, index(student), held.submission));
        }
        let work = self.problem.work(submission);
        if let Ok(at) = self.completion.witness.musts.binary_search(&WorkMust { student: index(student), work }) {
            self.completion.witness.musts.remove(at);
            self.completion.witness.loosen_copies(held.submission);
            self.completion.settle(Node::Student(index(student)));
        }
        self.settled(submission);
    }

    /// A review that stood is taken back.
    fn release(&mut self, student: usize, submission: u32) {
        self.count.1 -= self.owes(student);
        self.held[student].retain(|held| held.submission != submission);
        self.count.1 += self.owes(student);
        self.received[submission as usize] -= 1;
        self.count.0 -= u64::from(self.open[submission as usize]);
        self.completion.free(index(student), submission);
        self.settled(submission as usize);
    }

    fn settled(&mut self, submission: usize) {
        self.requeue(submission);
        self.relevel();
    }

    /// Where the mean has gone up or down, bounds of one's own say something else.
    fn relevel(&mut self) {
        let level = self.level_now();
        if core::mem::replace(&mut self.level, level) != level && self.problem.balanced() {
            for at in 0..self.bounded.len() {
                self.requeue(self.bounded[at] as usize);
            }
        }
    }

    pub(super) fn promise(&mut self, at: usize) {
        let (submission, student, promised) = self.promises[at];
        let standing = &self.completion.witness.standing[student as usize];
        let once = self.problem.policy().same_work_once == CopyRule::Once;
        let work = self.problem.work(submission as usize);
        let has = |&other: &u32| other == submission || (once && self.problem.work(other as usize) == work);
        let lasts = self.open[submission as usize] && self.takes_part(student as usize);
        if promised || !lasts || standing.iter().any(has) {
            return;
        }
        self.promises[at].2 = true;
        self.completion.stand(student, submission);
    }

    /// The places of the promises on a submission.
    fn promises_on(&self, submission: u32) -> Range<usize> {
        let before = |limit: u32| self.promises.partition_point(|promise| promise.0 < limit);
        before(submission)..before(submission + 1)
    }

    fn promise_at(&self, student: u32, submission: u32) -> Option<usize> {
        self.promises.binary_search_by_key(&(submission, student), |&(to, who, _)| (to, who)).ok()
    }

    /// A promised review is not promised any more; the witness is as if it had never been.
    fn unpromise(&mut self, student: u32, submission: u32) {
        if let Some(at) = self.promise_at(student, submission)
            && core::mem::take(&mut self.promises[at].2)
        {
            self.completion.free(student, submission);
        }
    }

    /// A submission is reviewed: what was promised of it, or of the same work where one copy is enough, lapses.
    fn lapse(&mut self, student: usize, submission: u32) {
        let once = self.problem.policy().same_work_once == CopyRule::Once;
        let work = self.problem.work(submission as usize);
        for place in 0..self.promises_of.row(student).len() {
            let promised = self.promises[self.promises_of.row(student)[place] as usize].0;
            if promised == submission || (once && self.problem.work(promised as usize) == work) {
                self.unpromise(index(student), promised);
            }
        }
    }

    /// A promised review is given out: what the witness knows of it makes way for the review itself.
    pub(super) fn redeem(&mut self, student: u32, submission: u32) {
        if let Some(at) = self.promise_at(student, submission) {
            self.promises[at].2 = false;
            let witness = &mut self.completion.witness;
            witness.standing[student as usize].retain(|&other| other != submission);
            witness.at_student(student, |end| end.base -= 1);
            witness.at_submission(submission, |end| end.base -= 1);
        }
    }

    /// Sees to it that a review is planned for every must on a work with several copies.
    pub(super) fn plan_musts(&mut self) {
        if self.problem.settled.work_musts.is_empty() {
            return;
        }
        let due = |must: &&WorkMust| {
            let student = must.student as usize;
            let work = |held: &Held| self.problem.work(held.submission as usize) == must.work;
            self.completion.witness.students[student].open && !self.held[student].iter().any(work)
        };
        let musts: Vec<WorkMust> = self.problem.settled.work_musts.iter().filter(due).copied().collect();
        self.completion.witness.musts.clone_from(&musts);
        for must in musts {
            self.completion.plan_must(must);
        }
    }
}
