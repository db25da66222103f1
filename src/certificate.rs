//! Proofs that anybody can check against the problem file.

use alloc::vec::Vec;

use serde::Serialize;

use crate::id::Id;

/// Whose minima cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CutSide {
    /// Submissions ask for more reviews than can come.
    Submissions,
    /// Students have more reviews to give than can be received.
    Students,
}

/// The proof that a problem has no valid assignment: a cut.
///
/// *Fixed* are the completed reviews, those that stay by `existing: keep`, and the musts; bounds are what remains of
/// them, `max(0, bound − fixed count)`. A *free pair* is eligible, not fixed, and, under `same_work_once`, of a work of
/// which the student has no fixed review; free pairs of one student with copies of one work then count once. A must on
/// a work with several eligible copies is fixed on the student's side; it takes the student's pairs with that work out
/// of the free ones (one of them where copies may be reviewed side by side), and 1 from what the `submissions` require
/// if an eligible copy is among them, else 1 from what the others can receive.
///
/// * Side `submissions`: the `submissions` need at least `required` = Σ min; `available` = Σ max over `students` + the
///   number of free pairs between all other students and the submissions.
/// * Side `students`: the students outside `students` must give at least `required` = Σ min; `available` = Σ max over
///   the submissions outside `submissions` + the number of free pairs between those students and `submissions`.
///
/// Always `required > available`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename = "infeasible")]
pub struct Infeasible {
    /// Which of the two inequalities is violated.
    pub side: CutSide,
    /// The students of the cut, in canonical order.
    pub students: Vec<Id>,
    /// The submissions of the cut, in canonical order.
    pub submissions: Vec<Id>,
    /// What is asked for at least.
    pub required: u64,
    /// What there is at most.
    pub available: u64,
}

impl Infeasible {
    /// By how much the requirement exceeds what there is.
    #[must_use]
    pub const fn missing(&self) -> u64 {
        self.required - self.available
    }
}
