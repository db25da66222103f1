//! What can be given and received: two maximum flows over all free pairs, and what a change does to them.
//!
//! With hard minima on both sides an assignment exists exactly when one exists that meets the minima of the submissions
//! and one that meets those of the students, each within the maxima of the other side (N. Mendelsohn and A. Dulmage,
//! 1958; A. Hoffman, 1960). So two flows are kept, one for each [`Side`]; both are as large as can be, and what they
//! miss is the *deficit*. A change is tried on top of them: what it adds is put in, both flows are augmented (L. R. Ford
//! and D. R. Fulkerson, 1956), and everything is taken back. Nothing is compiled or solved anew.
//!
//! A maximum flow as a function of one capacity is min(c + a, b). So a single bound that helps helps by exactly the
//! deficit and not by less, however many cuts there are.
//!
//! Free pairs are bits, 64 in a word: a search looks at a word of pairs at a time, and takes O(n·m / 64 + n + m).

mod flow;
mod search;

use alloc::vec::Vec;

use crate::problem::rows::index;
use crate::problem::{Problem, WorkMust};
use flow::Flow;

/// Whose minima a flow meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Submissions,
    Students,
}

/// What remains of a bound once what is fixed is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) min: u64,
    pub(super) max: u64,
}

/// A change of the open part of a problem.
#[derive(Debug, Clone, Default)]
pub(super) struct Delta {
    /// Pairs that become free, none twice.
    pub(super) pairs: Vec<(u32, u32)>,
    pub(super) students: Vec<(usize, Room)>,
    pub(super) submissions: Vec<(usize, Room)>,
}

/// The nodes that more can be sent to from where something is left over (the minima of submissions), or from where
/// something is missing (the minima of students): the source's side of a minimum cut.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    pub(super) students: Vec<bool>,
    pub(super) submissions: Vec<bool>,
}

/// Why a change does not help: the minima of one side are still not met, and this is the cut that is left.
#[derive(Debug, Clone)]
pub(super) struct Unmet {
    pub(super) side: Side,
    pub(super) reach: Reach,
}

/// The open part of a problem with two maximum flows.
pub(super) struct Supply<'p> {
    net: Net<'p>,
    flows: [Flow; 2],
}

/// Students on the left, submissions on the right, and the free pairs.
struct Net<'p> {
    problem: &'p Problem,
    /// How many words a row has.
    words: usize,
    /// Row by row a bit for each submission.
    pairs: Vec<u64>,
    left: Vec<Room>,
    right: Vec<Room>,
    /// Whether a student takes one copy of a work.
    once: bool,
}

impl<'p> Supply<'p> {
    /// The two flows of a problem. O(n·m) to list the pairs, and in practice a few searches.
    pub(super) fn new(problem: &'p Problem) -> Self {
        let (n, m) = (problem.students(), problem.submissions());
        let room = |bound: crate::input::Bound, fixed: u32| Room {
            min: bound.min.saturating_sub(fixed.into()),
            max: bound.max.map_or(u64::MAX, |max| max.saturating_sub(fixed.into())),
        };
        let words = m.div_ceil(64);
        let mut net = Net {
            problem,
            words,
            pairs: alloc::vec![0; n * words],
            left: (0..n).map(|i| room(problem.student_bound(i), problem.settled.given[i])).collect(),
            right: (0..m).map(|j| room(problem.submission_bound(j), problem.settled.received[j])).collect(),
            once: problem.policy.same_work_once == crate::input::CopyRule::Once,
        };
        for student in (0..n).filter(|&student| problem.may_review(student)) {
            for submission in (0..m).filter(|&submission| problem.is_free(student, submission)) {
                net.set(student, submission, true);
            }
        }
        let flows = [Side::Submissions, Side::Students].map(|side| Flow::new(side, &net));
        Self { net, flows }
    }

    /// How many units of the minima of a side are missed at least.
    pub(super) fn deficit(&self, side: Side) -> u64 {
        self.flow(side).deficit(&self.net)
    }

    /// The source's side of the minimum cut next to the source.
    pub(super) fn reach(&mut self, side: Side) -> Reach {
        let flow = &mut self.flows[usize::from(side == Side::Students)];
        flow.augment(&self.net);
        flow.reach()
    }

    /// The nodes from which more can be sent to where something is missing (or can be taken up): what is not on the
    /// source's side of the minimum cut next to the sink. O(n·m).
    pub(super) fn demand(&self, side: Side) -> Reach {
        self.flow(side).leading(&self.net)
    }

    /// What remains of the bound of a student.
    pub(super) fn student(&self, student: usize) -> Room {
        self.net.left[student]
    }

    /// What remains of the bound of a submission.
    pub(super) fn submission(&self, submission: usize) -> Room {
        self.net.right[submission]
    }

    /// How many pairs a student has.
    pub(super) fn pairs_of_student(&self, student: usize) -> u64 {
        self.net.row(student).iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// How many pairs a submission has.
    pub(super) fn pairs_of_submission(&self, submission: usize) -> u64 {
        (0..self.net.left.len()).filter(|&student| self.net.has(student, submission)).count() as u64
    }

    /// Whether a pair is free.
    pub(super) fn is_free(&self, student: usize, submission: usize) -> bool {
        self.net.has(student, submission)
    }

    /// Whether all minima can be met once a change is made.
    pub(super) fn with(&mut self, delta: &Delta) -> Result<(), Unmet> {
        let students: Vec<(usize, Room)> = delta.students.iter().map(|&(i, _)| (i, self.net.left[i])).collect();
        let submissions: Vec<(usize, Room)> = delta.submissions.iter().map(|&(j, _)| (j, self.net.right[j])).collect();
        for &(student, submission) in &delta.pairs {
            debug_assert!(!self.net.has(student as usize, submission as usize), "a new pair");
            self.net.set(student as usize, submission as usize, true);
        }
        for &(student, room) in &delta.students {
            self.net.left[student] = room;
        }
        for &(submission, room) in &delta.submissions {
            self.net.right[submission] = room;
        }
        let mut met = Ok(());
        for flow in &mut self.flows {
            flow.trim(&self.net, delta);
            flow.augment(&self.net);
            if flow.deficit(&self.net) > 0 {
                met = Err(Unmet { side: flow.side, reach: flow.reach() });
            }
            flow.undo();
            if met.is_err() {
                break;
            }
        }
        for &(student, submission) in &delta.pairs {
            self.net.set(student as usize, submission as usize, false);
        }
        for (student, room) in students {
            self.net.left[student] = room;
        }
        for (submission, room) in submissions {
            self.net.right[submission] = room;
        }
        met
    }

    fn flow(&self, side: Side) -> &Flow {
        &self.flows[usize::from(side == Side::Students)]
    }
}

impl Net<'_> {
    fn has(&self, student: usize, submission: usize) -> bool {
        self.pairs[student * self.words + submission / 64] >> (submission % 64) & 1 == 1
    }

    fn set(&mut self, student: usize, submission: usize, free: bool) {
        let word = &mut self.pairs[student * self.words + submission / 64];
        let bit = 1 << (submission % 64);
        *word = if free { *word | bit } else { *word & !bit };
    }

    fn row(&self, student: usize) -> &[u64] {
        &self.pairs[student * self.words..(student + 1) * self.words]
    }

    fn is_must(&self, student: usize, work: u32) -> bool {
        let must = WorkMust { student: index(student), work };
        self.problem.settled.work_musts.binary_search(&must).is_ok()
    }
}
