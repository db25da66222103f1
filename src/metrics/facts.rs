//! The input in numbers: persons, submissions, works and what counts.

use alloc::vec;
use alloc::vec::Vec;

use super::ids::IdIndex;
use super::rows::{Rows, key, pair};
use crate::id::Id;
use crate::input::{Admission, Input, Student, Submission};

/// What the figures need to know of an input.
pub(super) struct Facts<'a> {
    pub(super) input: &'a Input,
    students: IdIndex<'a>,
    /// Authors and assessors who are not listed students; numbered after those.
    others: IdIndex<'a>,
    submissions: IdIndex<'a>,
    /// How many persons there are in all.
    pub(super) persons: u32,
    /// The work of each submission.
    work_of: Vec<u32>,
    /// The authors of each work: those of all its copies.
    authors: Rows,
    /// Whether each submission counts as handed in.
    pub(super) handed_in: Vec<bool>,
    /// Whether each student may review.
    pub(super) may_review: Vec<bool>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        let students = IdIndex::new(input.students.iter().map(|student| &student.id));
        let submissions = IdIndex::new(input.submissions.iter().map(|submission| &submission.id));
        let assessors = input.peer_reviews.iter().map(|review| &review.assessor_id);
        let mut unlisted: Vec<&Id> = input.submissions.iter().flat_map(named).chain(assessors).collect();
        unlisted.retain(|id| students.get(id).is_none());
        unlisted.sort_unstable();
        unlisted.dedup();
        let others = IdIndex::new(unlisted.iter().copied());
        let persons = count(input.students.len() + unlisted.len());
        let (work_of, works) = works(&input.submissions);
        let late_out = input.policy.late == Admission::Exclude;
        let handed_in =
            input.submissions.iter().map(|submission| submission.submitted && !(late_out && submission.late)).collect();
        let mut facts = Self {
            input,
            students,
            others,
            submissions,
            persons,
            work_of,
            authors: Rows::new(0, core::iter::empty()),
            handed_in,
            may_review: Vec::new(),
        };
        facts.authors = facts.authors_of(works);
        facts.may_review = facts.who_may_review();
        facts
    }

    fn authors_of(&self, works: u32) -> Rows {
        let mut keys = Vec::with_capacity(self.input.submissions.len());
        for (submission, &work) in self.input.submissions.iter().zip(&self.work_of) {
            keys.extend(named(submission).filter_map(|id| self.person(id)).map(|person| key(work, person)));
        }
        keys.sort_unstable();
        keys.dedup();
        Rows::new(works, keys.iter().copied().map(pair))
    }

    fn who_may_review(&self) -> Vec<bool> {
        let students = &self.input.students;
        let mut admitted = vec![self.input.policy.unsubmitted_reviewers == Admission::Include; students.len()];
        let handed_in = self.input.submissions.iter().zip(&self.handed_in).filter(|&(_, &handed_in)| handed_in);
        for person in handed_in.flat_map(|(submission, _)| named(submission)).filter_map(|id| self.students.get(id)) {
            admitted[person as usize] = true;
        }
        students.iter().zip(admitted).map(|(student, admitted)| student.can_review && admitted).collect()
    }

    /// The number of a person; those of listed students are their places.
    pub(super) fn person(&self, id: &Id) -> Option<u32> {
        let listed = self.students.get(id);
        listed.or_else(|| Some(self.others.get(id)?.saturating_add(count(self.input.students.len()))))
    }

    /// The place of a submission.
    pub(super) fn submission(&self, id: &Id) -> Option<u32> {
        self.submissions.get(id)
    }

    /// The authors of the work of a submission.
    pub(super) fn authors(&self, submission: u32) -> &[u32] {
        self.authors.row(self.work_of[submission as usize])
    }

    /// Whether a person may be asked for reviews.
    pub(super) fn reviews(&self, person: u32) -> bool {
        self.may_review.get(person as usize).copied().unwrap_or(false)
    }

    /// Whether a person and a submission have a section (a group) in common. Sets that a submission does not state
    /// are those of the listed authors of its work.
    pub(super) fn share(&self, person: u32, submission: u32, sets: Sets) -> bool {
        let Some(student) = self.input.students.get(person as usize) else { return false };
        let own = (sets.of_student)(student);
        let meets = |theirs: &[Id]| own.iter().any(|id| theirs.contains(id));
        if let Some(stated) = (sets.of_submission)(&self.input.submissions[submission as usize]) {
            return meets(stated);
        }
        let listed = self.authors(submission).iter().filter_map(|&a| self.input.students.get(a as usize));
        listed.map(sets.of_student).any(meets)
    }
}

/// Which sets are compared.
#[derive(Clone, Copy)]
pub(super) struct Sets {
    of_student: fn(&Student) -> &[Id],
    of_submission: fn(&Submission) -> Option<&[Id]>,
}

/// The sections.
pub(super) const SECTIONS: Sets =
    Sets { of_student: |student| &student.sections, of_submission: |submission| submission.sections.as_deref() };

/// The groups.
pub(super) const GROUPS: Sets =
    Sets { of_student: |student| &student.groups, of_submission: |submission| submission.groups.as_deref() };

/// The owner and the authors of a submission.
fn named(submission: &Submission) -> impl Iterator<Item = &Id> {
    submission.user_id.iter().chain(&submission.authors)
}

/// The work of each submission, and how many works there are.
fn works(submissions: &[Submission]) -> (Vec<u32>, u32) {
    let mut stated: Vec<(&Id, u32)> = Vec::new();
    let mut work_of = vec![0; submissions.len()];
    let mut works = 0;
    for ((submission, work), place) in submissions.iter().zip(&mut work_of).zip(0..) {
        if let Some(id) = &submission.work_id {
            stated.push((id, place));
        } else {
            *work = works;
            works += 1;
        }
    }
    stated.sort_unstable();
    for copies in stated.chunk_by(|a, b| a.0 == b.0) {
        for &(_, place) in copies {
            work_of[place as usize] = works;
        }
        works += 1;
    }
    (work_of, works)
}

/// A length as a number of 32 bits; the format ends below.
pub(super) fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}
