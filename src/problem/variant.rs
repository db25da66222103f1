//! The same problem with one pair more settled: chosen for sure, or for sure not.

use alloc::vec::Vec;

use super::Problem;
use super::rows::{Rows, index};
use crate::input::Reciprocal;

impl Problem {
    /// The problem with a free pair fixed, as if it were a must. Bounds may be exceeded by it.
    pub(crate) fn with_fixed(&self, student: usize, submission: usize) -> Self {
        debug_assert!(self.is_free(student, submission), "only a free pair can be fixed");
        let mut variant = self.clone();
        let pair = (index(student), index(submission));
        let settled = &mut variant.settled;
        settled.fixed = with(&settled.fixed, pair);
        let movable = settled.movable.entries().map(|(i, j)| (index(i), j)).filter(|&movable| movable != pair);
        settled.movable = Rows::sorted(self.students(), movable.collect());
        settled.given[student] += 1;
        settled.received[submission] += 1;
        let work = self.work(submission);
        settled.work_musts.retain(|must| (must.student, must.work) != (pair.0, work));
        variant
    }

    /// The problem with a pair forbidden, as if by a `must_not_review`.
    pub(crate) fn without(&self, student: usize, submission: usize) -> Self {
        let mut variant = self.clone();
        variant.pairs.forbidden = with(&self.pairs.forbidden, (index(student), index(submission)));
        variant
    }

    /// The problem without the goal that comes last and is no flow.
    pub(crate) fn ignoring_reciprocal(&self) -> Self {
        let mut variant = self.clone();
        if variant.policy.reciprocal == Reciprocal::Avoid {
            variant.policy.reciprocal = Reciprocal::Allow;
        }
        variant
    }
}

fn with(rows: &Rows<u32>, pair: (u32, u32)) -> Rows<u32> {
    let mut entries: Vec<(u32, u32)> = rows.entries().map(|(row, value)| (index(row), value)).collect();
    entries.push(pair);
    Rows::sorted(rows.len(), entries)
}
