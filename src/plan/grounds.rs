//! Which reason a step has: the first that holds, the most concrete ones first.

use alloc::vec::Vec;

use super::Reason;
use crate::assignment::Assignment;
use crate::input::{CopyRule, Existing};
use crate::problem::rows::Rows;
use crate::problem::{ExistingReview, Problem, Standing, WorkMust};

/// What tells why steps are taken: how many reviews there were and are.
pub(super) struct Grounds<'a> {
    problem: &'a Problem,
    assignment: &'a Assignment,
    reviewers: &'a Rows<u32>,
    /// Reviews given and received in the result.
    given: &'a [u32],
    received: &'a [u32],
    /// The same before, without reviews that cannot stay or count for nobody.
    gave: Vec<u32>,
    had: Vec<u32>,
    /// Whether there was any at all.
    gave_any: Vec<bool>,
    had_any: Vec<bool>,
    /// The most reviews that a submission receives.
    most: u32,
}

impl<'a> Grounds<'a> {
    /// O(n + m + existing reviews).
    pub(super) fn new(
        problem: &'a Problem,
        assignment: &'a Assignment,
        reviewers: &'a Rows<u32>,
        (given, received): (&'a [u32], &'a [u32]),
    ) -> Self {
        let (n, m) = (problem.students(), problem.submissions());
        let (mut gave, mut had) = (alloc::vec![0; n], alloc::vec![0; m]);
        let (mut gave_any, mut had_any) = (alloc::vec![false; n], alloc::vec![false; m]);
        for review in problem.existing_reviews() {
            let stands = u32::from(stands(review));
            had[review.submission as usize] += stands;
            had_any[review.submission as usize] = true;
            if let Some(student) = review.student {
                gave[student as usize] += stands;
                gave_any[student as usize] = true;
            }
        }
        let most = received.iter().copied().max().unwrap_or(0);
        Self { problem, assignment, reviewers, given, received, gave, had, gave_any, had_any, most }
    }

    /// Whether a must asks for a pair that does not exist.
    pub(super) fn is_must(&self, student: u32, submission: u32) -> bool {
        let settled = &self.problem.settled;
        settled.is_fixed(student as usize, submission as usize)
            || (!settled.work_musts.is_empty()
                && settled
                    .work_musts
                    .binary_search(&WorkMust { student, work: self.problem.work(submission as usize) })
                    .is_ok())
    }

    /// Why a pair is created that no must asks for, in place of which review.
    pub(super) fn create(&self, student: u32, submission: u32, instead: Option<u32>) -> Reason {
        let (student, submission) = (student as usize, submission as usize);
        let (gave, had) = (self.gave[student], self.had[submission]);
        if let Some(review) = instead {
            Reason::InPlace { review }
        } else if !self.gave_any[student] {
            Reason::GivesNone
        } else if !self.had_any[submission] {
            Reason::HasNone
        } else if u64::from(had) < self.problem.submission_bound(submission).min {
            Reason::HasFew { had }
        } else if u64::from(gave) < self.problem.student_bound(student).min {
            Reason::GivesFew { gave }
        } else {
            Reason::Evens
        }
    }

    /// Why an existing review is deleted; none for one that stays.
    pub(super) fn delete(&self, review: &ExistingReview) -> Option<Reason> {
        match review.standing {
            Standing::Fixed | Standing::Idle => None,
            Standing::Void(_) => Some(Reason::Void),
            Standing::Movable if self.stays(review) => None,
            Standing::Movable => Some(self.movable(review.student? as usize, review.submission as usize)),
        }
    }

    /// Whether an existing review is written and part of the result.
    pub(super) fn stays(&self, review: &ExistingReview) -> bool {
        match (&review.standing, review.student) {
            (Standing::Fixed, _) => true,
            (Standing::Movable, Some(student)) => {
                self.assignment.contains(student as usize, review.submission as usize)
            }
            _ => false,
        }
    }

    fn movable(&self, student: usize, submission: usize) -> Reason {
        let (problem, settled) = (self.problem, &self.problem.settled);
        if problem.policy().existing == Existing::Replace {
            return Reason::Replaced;
        }
        let would_give = settled.given[student] + crate::problem::rows::index(settled.movable.row(student).len());
        if problem.student_bound(student).max.is_some_and(|max| u64::from(would_give) > max) {
            return Reason::GivesMany { would_give };
        }
        let had = self.had[submission];
        let new_musts = self.reviewers.row(submission).iter().filter(|&&other| self.is_new_must(other, submission));
        let would_have = had + crate::problem::rows::index(new_musts.count());
        if problem.submission_bound(submission).max.is_some_and(|max| u64::from(would_have) > max) {
            return Reason::HasMany { would_have };
        }
        if let Some(submission) = self.other_copy(student, submission) {
            return Reason::OtherCopy { submission };
        }
        if had > self.most {
            return Reason::HasMore { had, most: self.most };
        }
        let gains = |&&other: &&u32| self.had[other as usize] < self.received[other as usize];
        let new = |&&other: &&u32| self.is_new(student, other as usize);
        if let Some(&submission) = self.assignment.of(student).iter().filter(new).find(gains) {
            return Reason::ForSubmission { submission };
        }
        let gives_more = |&&other: &&u32| self.gave[other as usize] < self.given[other as usize];
        let new = |&&other: &&u32| self.is_new(other as usize, submission);
        if let Some(&student) = self.reviewers.row(submission).iter().filter(new).find(gives_more) {
            return Reason::ForStudent { student };
        }
        Reason::Moved
    }

    /// The other copy of a work that a student reviews, where one copy is enough.
    fn other_copy(&self, student: usize, submission: usize) -> Option<u32> {
        if self.problem.policy().same_work_once != CopyRule::Once {
            return None;
        }
        let work = self.problem.work(submission);
        let copy = |&&other: &&u32| other as usize != submission && self.problem.work(other as usize) == work;
        self.assignment.of(student).iter().find(copy).copied()
    }

    /// Whether a chosen pair did not exist.
    fn is_new(&self, student: usize, submission: usize) -> bool {
        let reviews = self.problem.existing_reviews();
        let student_id = self.problem.student_id(student);
        let wanted = (submission, student_id);
        reviews.binary_search_by(|at| (at.submission as usize, &at.assessor_id).cmp(&wanted)).is_err()
    }

    fn is_new_must(&self, student: u32, submission: usize) -> bool {
        self.problem.settled.is_fixed(student as usize, submission) && self.is_new(student as usize, submission)
    }
}

/// Whether an existing review counts, and may stay.
fn stands(review: &ExistingReview) -> bool {
    matches!(review.standing, Standing::Fixed | Standing::Movable)
}
