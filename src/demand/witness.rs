//! The witness: reviews that nobody was asked for yet, and with which everybody would have what is asked.
//!
//! It is a flow: each review is a unit from a common node to its student, from there to its submission, and back. What a
//! unit costs depends on the counts at both ends: a review that is missing from a minimum costs [`SHORT`], and under
//! `balanced` the k-th review of a submission costs 2k − 1, so that all together cost the sum of squares. Invariant,
//! outside of `repair`: no assignment of what remains costs less. So as few reviews are missing as can be, and
//! received counts are then as even as can be.

use alloc::collections::BTreeSet;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::shelves::Shelves;
use crate::input::{Bound, CopyRule};
use crate::problem::rows::index;
use crate::problem::{Problem, WorkMust};

/// What a missing review costs: more than squares can make up for.
pub(super) const SHORT: i64 = 1 << 40;

/// Bounds on a count, in 32 bits.
fn narrow(bound: Bound) -> (u32, u32) {
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX >> 1);
    (small(bound.min), bound.max.map_or(u32::MAX >> 1, small))
}

/// One end of reviews: a student or a submission.
#[derive(Debug, Clone, Default)]
pub(super) struct End {
    /// Whether reviews may still be planned here.
    pub(super) open: bool,
    pub(super) least: u32,
    pub(super) most: u32,
    /// Reviews that stand, and those promised by musts.
    pub(super) base: u32,
    /// The other ends of the planned reviews.
    pub(super) planned: Vec<u32>,
}

impl End {
    fn new(bound: Bound) -> Self {
        let (least, most) = narrow(bound);
        Self { least, most, ..Self::default() }
    }

    pub(super) fn count(&self) -> u32 {
        self.base + index(self.planned.len())
    }

    pub(super) fn missing(&self) -> u32 {
        if self.open { self.least.saturating_sub(self.count()) } else { 0 }
    }

    /// How many are planned beyond the maximum: a review stands here of which the plan did not know.
    pub(super) fn excess(&self) -> bool {
        !self.planned.is_empty() && (self.count() > self.most || !self.open)
    }
}

/// What the ends of one part of the problem come to, to know when a search has found the best.
#[derive(Debug, Clone, Default)]
struct Extremes {
    /// Submissions with planned reviews, by what the last of them costs.
    held: BTreeSet<(i64, u32)>,
    /// Submissions with room, by what one more would cost; without those known to be stuck.
    room: BTreeSet<(i64, u32)>,
    /// Students who miss reviews and may give more; without those known to be stuck.
    short: BTreeSet<u32>,
    /// Submissions with room that nobody may take beside what he has, and students who may take nothing more. They would
    /// promise what no search can find.
    stuck: (BTreeSet<u32>, BTreeSet<u32>),
    /// Students with more planned than they need.
    slack: u32,
}

#[derive(Debug, Clone)]
pub(super) struct Witness<'p> {
    pub(super) problem: &'p Problem,
    pub(super) shelves: Arc<Shelves>,
    pub(super) students: Vec<End>,
    pub(super) submissions: Vec<End>,
    /// Student -> submissions that may not be planned: those of reviews that stand or are promised.
    pub(super) standing: Vec<Vec<u32>>,
    /// Musts on a work with several copies that no review meets yet, sorted.
    pub(super) musts: Vec<WorkMust>,
    extremes: Vec<Extremes>,
    balanced: bool,
    once: bool,
    /// Whether any work has copies.
    copies: bool,
    missing: u64,
}

impl<'p> Witness<'p> {
    /// Nobody takes part yet, and nothing is open.
    pub(super) fn new(problem: &'p Problem) -> Self {
        let shelves = Shelves::new(problem);
        Self {
            students: (0..problem.students()).map(|i| End::new(problem.stated_student_bound(i))).collect(),
            submissions: (0..problem.submissions()).map(|j| End::new(problem.stated_submission_bound(j))).collect(),
            standing: alloc::vec![Vec::new(); problem.students()],
            musts: Vec::new(),
            extremes: alloc::vec![Extremes::default(); shelves.parts.len()],
            balanced: problem.balanced(),
            once: problem.policy.same_work_once == CopyRule::Once,
            copies: problem.people.copies.len() < problem.submissions(),
            missing: 0,
            shelves: Arc::new(shelves),
            problem,
        }
    }

    /// Reviews that are missing from minima however the rest is assigned.
    pub(super) const fn missing(&self) -> u64 {
        self.missing
    }

    /// What one more review of a submission would cost.
    pub(super) fn next_cost(&self, submission: u32) -> Option<i64> {
        let end = &self.submissions[submission as usize];
        (end.open && end.count() < end.most).then(|| self.cost(end, end.count()))
    }

    /// What the last planned review of a submission costs.
    pub(super) fn last_cost(&self, submission: u32) -> Option<i64> {
        let end = &self.submissions[submission as usize];
        (!end.planned.is_empty()).then(|| self.cost(end, end.count() - 1))
    }

    fn cost(&self, end: &End, count: u32) -> i64 {
        let square = if self.balanced { 2 * i64::from(count) + 1 } else { 0 };
        if end.open && count < end.least { square - SHORT } else { square }
    }

    /// What it costs that a student gives one more.
    pub(super) fn more_cost(&self, student: u32) -> Option<i64> {
        let end = &self.students[student as usize];
        (end.open && end.count() < end.most).then_some(if end.count() < end.least { -SHORT } else { 0 })
    }

    /// What it costs that a student gives one less.
    pub(super) fn less_cost(&self, student: u32) -> i64 {
        let end = &self.students[student as usize];
        if end.open && end.count() <= end.least { SHORT } else { 0 }
    }

    /// The least that a unit which comes to this part may cost where it leaves.
    pub(super) fn least_out(&self, part: u32) -> i64 {
        let part = &self.extremes[part as usize];
        let room = part.room.first().map_or(i64::MAX, |&(cost, _)| cost);
        room.min(if part.slack > 0 { 0 } else { SHORT })
    }

    /// The least that a unit which leaves this part may cost where it comes from.
    pub(super) fn least_in(&self, part: u32) -> i64 {
        let part = &self.extremes[part as usize];
        let held = part.held.last().map_or(0, |&(cost, _)| -cost);
        held.min(if part.short.is_empty() { 0 } else { -SHORT })
    }

    /// Submissions with room, the cheapest first.
    pub(super) fn room(&self, part: u32) -> impl Iterator<Item = (i64, u32)> + '_ {
        self.extremes[part as usize].room.iter().copied()
    }

    /// Students who miss reviews.
    pub(super) fn short(&self, part: u32) -> impl Iterator<Item = u32> + '_ {
        self.extremes[part as usize].short.iter().copied()
    }

    /// Submissions with planned reviews, the dearest first.
    pub(super) fn held(&self, part: u32) -> impl Iterator<Item = (i64, u32)> + '_ {
        self.extremes[part as usize].held.iter().rev().copied()
    }

    /// Changes the end of a submission, and keeps what is known of it up to date.
    pub(super) fn at_submission(&mut self, submission: u32, change: impl FnOnce(&mut End)) {
        let part = self.shelves.parts.of_submission[submission as usize] as usize;
        self.loosen_submission(submission);
        let before = (self.next_cost(submission), self.last_cost(submission));
        let end = &mut self.submissions[submission as usize];
        let was_open = end.open;
        self.missing -= u64::from(end.missing());
        change(end);
        self.missing += u64::from(end.missing());
        let opens = end.open && !was_open;
        let after = (self.next_cost(submission), self.last_cost(submission));
        let extremes = &mut self.extremes[part];
        for (set, before, after) in [(&mut extremes.room, before.0, after.0), (&mut extremes.held, before.1, after.1)] {
            if before != after {
                if let Some(cost) = before {
                    set.remove(&(cost, submission));
                }
                set.extend(after.map(|cost| (cost, submission)));
            }
        }
        if opens {
            let loose = core::mem::take(&mut extremes.stuck.1);
            extremes.short.extend(loose);
        }
    }

    /// Changes the end of a student.
    pub(super) fn at_student(&mut self, student: u32, change: impl FnOnce(&mut End)) {
        let end = &mut self.students[student as usize];
        let (missing, before, was_open) = (end.missing(), signs(end), end.open);
        change(end);
        let (after, opens) = (signs(end), end.open && !was_open);
        self.missing = self.missing - u64::from(missing) + u64::from(end.missing());
        let number = self.shelves.parts.of_student[student as usize];
        let part = &mut self.extremes[number as usize];
        if before.0 && !part.short.remove(&student) {
            part.stuck.1.remove(&student);
        }
        if after.0 {
            part.short.insert(student);
        }
        part.slack = part.slack + u32::from(after.1) - u32::from(before.1);
        if opens {
            for submission in core::mem::take(&mut part.stuck.0) {
                self.add_room(submission);
            }
        }
    }

    fn add_room(&mut self, submission: u32) {
        let part = self.shelves.parts.of_submission[submission as usize] as usize;
        let cost = self.next_cost(submission);
        self.extremes[part].room.extend(cost.map(|cost| (cost, submission)));
    }

    /// A submission counts as room again, whether or not somebody may take it.
    pub(super) fn loosen_submission(&mut self, submission: u32) {
        let part = self.shelves.parts.of_submission[submission as usize] as usize;
        if self.extremes[part].stuck.0.remove(&submission) {
            self.add_room(submission);
        }
    }

    /// A student does not have a work any more that he had: its copies are within reach again.
    pub(super) fn loosen_copies(&mut self, submission: u32) {
        let work = self.problem.work(submission as usize);
        let problem = self.problem;
        for &copy in problem.people.copies.row(work as usize) {
            self.loosen_submission(copy);
        }
    }

    /// Where a search has seen everything and found nothing as good as the extremes promise: looks whether the best of
    /// them are stuck. O(n + m) for each of a few, and once as long as nothing changes there.
    pub(super) fn find_stuck(&mut self, part: u32, tries: usize) {
        let (parts, extremes) = (&self.shelves.parts, &self.extremes[part as usize]);
        let students = parts.students_of(part);
        let submissions = parts.submissions_of(part);
        // Another copy of the work may be exchanged for it.
        let may_take = |student, submission| !self.plans(student, submission) && self.may_have(student, submission);
        let idle = |&(_, submission): &(i64, u32)| !students.iter().any(|&student| may_take(student, submission));
        let room: Vec<(i64, u32)> = extremes.room.iter().copied().take(tries).filter(idle).collect();
        let idle = |student: &u32| !submissions.iter().any(|&submission| self.may_take(*student, submission));
        let short: Vec<u32> = extremes.short.iter().copied().take(tries).filter(idle).collect();
        let extremes = &mut self.extremes[part as usize];
        for entry in room {
            extremes.room.remove(&entry);
            extremes.stuck.0.insert(entry.1);
        }
        for student in short {
            extremes.short.remove(&student);
            extremes.stuck.1.insert(student);
        }
    }

    pub(super) fn plan(&mut self, student: u32, submission: u32) {
        self.at_student(student, |end| end.planned.push(submission));
        self.at_submission(submission, |end| end.planned.push(student));
    }

    pub(super) fn unplan(&mut self, student: u32, submission: u32) {
        self.loosen_copies(submission);
        self.at_student(student, |end| end.planned.retain(|&other| other != submission));
        self.at_submission(submission, |end| end.planned.retain(|&other| other != student));
    }

    /// Whether a review is planned.
    pub(super) fn plans(&self, student: u32, submission: u32) -> bool {
        self.students[student as usize].planned.contains(&submission)
    }

    /// Whether a student may be given a submission, whatever is planned for him.
    pub(super) fn may_have(&self, student: u32, submission: u32) -> bool {
        let (i, j) = (student as usize, submission as usize);
        self.students[i].open
            && self.submissions[j].open
            && !self.standing[i].contains(&submission)
            && self.problem.compatible(i, j)
            && !(self.copies
                && self.once
                && self.standing[i].iter().any(|&other| self.problem.work(other as usize) == self.problem.work(j)))
    }

    /// Whether a student may have a submission planned beside everything that is planned for him.
    pub(super) fn may_take(&self, student: u32, submission: u32) -> bool {
        !self.plans(student, submission)
            && self.planned_copy(student, submission).is_none()
            && self.may_have(student, submission)
    }

    /// The other copy of the work of a submission that is planned for a student, where one is enough.
    pub(super) fn planned_copy(&self, student: u32, submission: u32) -> Option<u32> {
        if !self.copies {
            return None;
        }
        let work = self.problem.work(submission as usize);
        if !self.once && !self.must(student, work) {
            return None;
        }
        let planned = self.students[student as usize].planned.iter().copied();
        planned.into_iter().find(|&other| other != submission && self.problem.work(other as usize) == work)
    }

    /// Whether a student must review a work, and does not yet.
    pub(super) fn must(&self, student: u32, work: u32) -> bool {
        !self.musts.is_empty() && self.musts.binary_search(&WorkMust { student, work }).is_ok()
    }

    /// Whether a planned review may be exchanged for another copy of the work only.
    pub(super) fn pinned(&self, student: u32, submission: u32) -> bool {
        self.must(student, self.problem.work(submission as usize))
    }

    /// The other copies of the work of a submission, where a student has one of them at most.
    pub(super) fn copies_of(&self, student: u32, submission: u32) -> &'p [u32] {
        if !self.copies {
            return &[];
        }
        let work = self.problem.work(submission as usize);
        let copies = self.problem.people.copies.row(work as usize);
        if copies.len() > 1 && (self.once || self.must(student, work)) { copies } else { &[] }
    }
}

/// Whether a student misses reviews though he may take more, and whether more is planned than he needs.
fn signs(end: &End) -> (bool, bool) {
    let (count, open) = (end.count(), end.open);
    (open && count < end.least && count < end.most, !end.planned.is_empty() && count > end.least)
}
