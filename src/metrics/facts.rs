//! The input in numbers: persons, submissions, works and what counts.

use alloc::vec;
use alloc::vec::Vec;

use super::ids::IdIndex;
use super::rows::{Rows, key, pair};
use crate::id::Id;
use crate::input::{Admission, Input, Submission};

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

    /// Calls `note` with the person, the submission and the score of each pair that has one, in the order of the input.
    pub(super) fn each_score(&self, mut note: impl FnMut(u32, u32, i64)) {
        let Input { students, submissions, affinities, scores, .. } = self.input;
        for row in affinities {
            if let (Some(person), Some(submission)) = (self.person(&row.assessor_id), self.submission(&row.asset_id)) {
                note(person, submission, row.score.0);
            }
        }
        if scores.is_empty() {
            return;
        }
        let persons: Vec<_> = students.iter().map(|student| self.person(&student.id)).collect();
        let places: Vec<_> = submissions.iter().map(|submission| self.submission(&submission.id)).collect();
        for row in scores.iter() {
            let person = persons.get(row.student as usize).copied().flatten();
            let submission = places.get(row.submission as usize).copied().flatten();
            if let (Some(person), Some(submission)) = (person, submission) {
                note(person, submission, row.score.0);
            }
        }
    }

    /// Whether a person may be asked for reviews.
    pub(super) fn reviews(&self, person: u32) -> bool {
        self.may_review.get(person as usize).copied().unwrap_or(false)
    }
}

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
