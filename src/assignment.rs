//! An assignment: who reviews what, as a sorted set of pairs of indices.

use alloc::vec::Vec;

use crate::problem::rows::{Rows, index};

/// A set of (student, submission) pairs, sorted; the indices are those of one [`Problem`](crate::Problem).
///
/// It holds all reviews of students in the result, the fixed ones among them; completed reviews by assessors who have
/// left, and reviews that nobody will write, are not part of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    rows: Rows<u32>,
}

impl Assignment {
    /// An assignment from pairs in any order; a pair given twice counts once.
    #[must_use]
    pub fn new(students: usize, pairs: Vec<(u32, u32)>) -> Self {
        Self { rows: Rows::sorted(students, pairs) }
    }

    /// An assignment whose rows are written student by student; `capacity` pairs are expected.
    pub(crate) fn from_rows(students: usize, capacity: usize, mut write: impl FnMut(usize, &mut Vec<u32>)) -> Self {
        Self {
            rows: Rows::written(students, capacity, |student, values| {
                let start = values.len();
                write(student, values);
                values[start..].sort_unstable();
            }),
        }
    }

    /// An assignment whose students review `reviews` each, ascending, student by student.
    pub(crate) fn even(students: usize, reviews: usize, submissions: Vec<u32>) -> Self {
        Self { rows: Rows::even(students, reviews, submissions) }
    }

    /// The submissions a student reviews, sorted.
    #[must_use]
    pub fn of(&self, student: usize) -> &[u32] {
        self.rows.row(student)
    }

    /// The students of each of `submissions` submissions, sorted.
    pub(crate) fn by_submission(&self, submissions: usize) -> Rows<u32> {
        Rows::counted(submissions, self.pairs().map(|(student, submission)| (index(submission), index(student))))
    }

    /// Whether a pair is part of the assignment.
    #[must_use]
    pub fn contains(&self, student: usize, submission: usize) -> bool {
        self.rows.row(student).binary_search(&index(submission)).is_ok()
    }

    /// All pairs, sorted by student and submission.
    pub fn pairs(&self) -> impl Iterator<Item = (usize, usize)> + Clone + '_ {
        self.rows.entries().map(|(student, submission)| (student, submission as usize))
    }

    /// The number of pairs.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.values().len()
    }

    /// Whether there is no pair.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Each pair's submission, student by student.
    #[must_use]
    pub fn submissions(&self) -> &[u32] {
        self.rows.values()
    }
}
