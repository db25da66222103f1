//! The minima that are not met, and what stands in the way.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{ShortfallRecord, Side};
use crate::assignment::Assignment;
use crate::input::{CopyRule, Reciprocal};
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};

/// Reviews given by each student, and received by each submission.
type Counts = (Vec<u32>, Vec<u32>);

/// How many pairs are looked at for reasons: all of 8000 students and 8000 submissions.
const LOOKS: usize = 1 << 26;

/// The minima that are not met: students first, then submissions, then works, each in canonical order. O(n + m), and a look at each pair of what is
/// short, up to 2^26 in all; what is beyond that gets a reason that says no more than that there is no room. `is_step` tells that
/// the plan is a step of many, after which students will ask for more.
pub(super) fn shortfalls(
    problem: &Problem,
    assignment: &Assignment,
    reviewers: &Rows<u32>,
    counts: &Counts,
    is_step: bool,
) -> Vec<ShortfallRecord> {
    let policy = problem.policy();
    let once = policy.same_work_once == CopyRule::Once && problem.people.copies.len() < problem.submissions();
    let network = matches!(policy.reciprocal, Reciprocal::Allow | Reciprocal::Avoid)
        && policy.panel.is_empty()
        && policy.reviews_per_work.is_none();
    let exhaustive = once || !network || is_step;
    let mut why = Why { problem, assignment, reviewers, counts, once, exhaustive, is_step, looks: LOOKS };
    let mut records = Vec::new();
    for student in 0..problem.students() {
        let (wanted, got) = (problem.student_bound(student).min, u64::from(counts.0[student]));
        if got < wanted {
            let (id, reason) = (problem.student_id(student).clone(), why.of_student(student));
            records.push(ShortfallRecord { kind: Side::Student, id, wanted, got, reason });
        }
    }
    for submission in 0..problem.submissions() {
        let (wanted, got) = (problem.submission_bound(submission).min, u64::from(counts.1[submission]));
        if got < wanted {
            let (id, reason) = (problem.submission_id(submission).clone(), why.of_submission(submission));
            records.push(ShortfallRecord { kind: Side::Submission, id, wanted, got, reason });
        }
    }
    for (work, got) in problem.by_shared_work(&counts.1) {
        let wanted = problem.work_bound().min;
        if got < wanted {
            let (id, reason) = (problem.work_name(work).clone(), why.of_work(work));
            records.push(ShortfallRecord { kind: Side::Work, id, wanted, got, reason });
        }
    }
    records
}

/// What was found on the other side of a shortfall, among the eligible pairs.
#[derive(Default)]
struct Found {
    /// All of them.
    eligible: usize,
    /// Not chosen: the other side has its maximum.
    full: usize,
    /// Not chosen: another copy of the work is.
    copies: usize,
    /// Not chosen, though both sides have room: rules on several reviews together stand against it.
    open: usize,
    /// Chosen, by somebody who has room for more.
    chosen_with_room: usize,
}

struct Why<'a> {
    problem: &'a Problem,
    assignment: &'a Assignment,
    reviewers: &'a Rows<u32>,
    counts: &'a Counts,
    /// Whether there are works with copies that count once.
    once: bool,
    /// Whether one pair that is full does not tell how it is with the others.
    exhaustive: bool,
    /// Whether more is to come.
    is_step: bool,
    /// How many pairs may still be looked at.
    looks: usize,
}

impl Why<'_> {
    /// Why a student gives no more reviews.
    fn of_student(&mut self, student: usize) -> String {
        let id = self.problem.student_id(student);
        let mut found = Found::default();
        for submission in 0..self.problem.submissions() {
            if !self.look() {
                return String::from(NO_ROOM);
            }
            self.note(&mut found, student, submission, self.has_maximum(submission));
            // Where the fewest reviews are missing, one that is full tells that the others are: a review of one with
            // room would be one less that is missing.
            if found.full > 0 && !self.exhaustive {
                break;
            }
        }
        let chosen = |&&submission: &&u32| self.problem.eligible(student, submission as usize);
        let other =
            if self.assignment.of(student).iter().any(|submission| chosen(&submission)) { " other" } else { "" };
        match found {
            Found { eligible: 0, .. } => format!("there is no submission that student {id} may review"),
            Found { open: 1.., .. } if self.is_step => format!("student {id} has not asked for more yet"),
            Found { open: 1.., .. } => format!("no further review by student {id} keeps all the rules together"),
            Found { full: 0, copies: 0, eligible: 1, .. } => format!("student {id} may review only 1 submission"),
            Found { full: 0, copies: 0, eligible, .. } => {
                format!("student {id} may review only {eligible} submissions")
            }
            Found { full: 0, .. } => {
                format!("every other submission that student {id} may review is a copy of a work the student reviews")
            }
            Found { copies: 0, .. } => {
                format!("no room: every{other} submission that student {id} may review has its maximum")
            }
            _ => format!(
                "no room: every other submission that student {id} may review has its maximum, or is a copy of a work \
                 the student reviews"
            ),
        }
    }

    /// Why a submission has no more reviews.
    fn of_submission(&mut self, submission: usize) -> String {
        let mut found = Found::default();
        for student in 0..self.problem.students() {
            if !self.look() {
                return String::from(NO_ROOM);
            }
            self.note(&mut found, student, submission, self.gives_maximum(student));
        }
        match found {
            Found { eligible: 0, .. } => String::from("nobody may review it"),
            Found { open: 1.., .. } if self.is_step => String::from("it waits for students who have not asked yet"),
            Found { open: 1.., .. } => String::from("no further review of it keeps all the rules together"),
            Found { full: 0, copies: 0, eligible: 1, .. } => String::from("only 1 student may review it"),
            Found { full: 0, copies: 0, eligible, .. } => format!("only {eligible} students may review it"),
            Found { full: 0, .. } => String::from("all others who may review it review another copy of the work"),
            Found { copies: 0, chosen_with_room: 0, eligible: 1, .. } => {
                String::from("the only student who may review it already gives the maximum")
            }
            Found { copies: 0, chosen_with_room: 0, eligible, .. } => {
                format!("all {eligible} students who may review it already give their maximum")
            }
            Found { copies: 0, full: 1, .. } => {
                String::from("the only other student who may review it already gives the maximum")
            }
            Found { copies: 0, full, .. } => {
                format!("the {full} other students who may review it already give their maximum")
            }
            _ => String::from("all others who may review it give their maximum, or review another copy of the work"),
        }
    }

    /// Why the copies of a work have no more reviews together.
    fn of_work(&mut self, work: u32) -> String {
        let (mut able, mut busy) = (0_u64, 0);
        for student in 0..self.problem.students() {
            if !self.look() {
                return String::from(NO_ROOM);
            }
            let mut copies = self.problem.people.copies.row(work as usize).iter();
            if copies.any(|&copy| self.problem.eligible(student, copy as usize)) {
                able += 1;
                busy += u64::from(self.gives_maximum(student));
            }
        }
        match able {
            0 => String::from("nobody may review its copies"),
            1 if busy == 1 => String::from("the only student who may review its copies already gives the maximum"),
            _ if busy == able => format!("all {able} students who may review its copies already give their maximum"),
            _ => String::from(
                "those who may review its copies do so already or give their maximum, or the copies have theirs",
            ),
        }
    }

    /// Notes what a pair says; `full` is whether its other side has its maximum.
    fn note(&self, found: &mut Found, student: usize, submission: usize, full: bool) {
        let chosen = self.assignment.contains(student, submission);
        if !self.problem.eligible(student, submission) {
            return;
        }
        found.eligible += 1;
        if chosen {
            found.chosen_with_room += usize::from(!full);
        } else if self.reviews_copy(student, submission) {
            found.copies += 1;
        } else if full {
            found.full += 1;
        } else {
            found.open += 1;
        }
    }

    fn look(&mut self) -> bool {
        let more = self.looks > 0;
        self.looks = self.looks.saturating_sub(1);
        more
    }

    fn has_maximum(&self, submission: usize) -> bool {
        let full = |max: Option<u64>, received: u64| max.is_some_and(|max| received >= max);
        full(self.problem.submission_bound(submission).max, self.counts.1[submission].into())
            || (self.problem.shared_works.binary_search(&self.problem.work(submission)).is_ok() && {
                let copies = self.problem.people.copies.row(self.problem.work(submission) as usize).iter();
                let received = copies.map(|&copy| u64::from(self.counts.1[copy as usize])).sum();
                full(self.problem.work_bound().max, received)
            })
    }

    fn gives_maximum(&self, student: usize) -> bool {
        self.problem.student_bound(student).max.is_some_and(|max| u64::from(self.counts.0[student]) >= max)
    }

    /// Whether a student reviews a copy of the work of a submission, where one is enough.
    fn reviews_copy(&self, student: usize, submission: usize) -> bool {
        let copies = self.problem.people.copies.row(self.problem.work(submission) as usize);
        self.once && copies.iter().any(|&copy| self.reviewers.row(copy as usize).contains(&index(student)))
    }
}

const NO_ROOM: &str = "no room is left within the rules";
