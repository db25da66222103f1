//! What rules on panels let some students give to a submission: the number of seats that a cut counts.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::problem::Problem;
use crate::problem::panels::Place;
use crate::problem::rows::index;

/// How many reviews rules on panels let some students give to a submission.
pub(super) struct Seats<'p> {
    problem: &'p Problem,
    /// Who is left out.
    without: &'p [bool],
    fixed: BTreeMap<(u32, u32), u32>,
    /// Nested classes, those within before those around them.
    inward: Vec<u32>,
}

impl<'p> Seats<'p> {
    /// For the students that are not left out.
    pub(super) fn new(problem: &'p Problem, without: &'p [bool]) -> Self {
        let depth = |class: u32| {
            let mut depth = 0_u32;
            let mut around = Some(class);
            while let Some(class) = around {
                let Place::Nested(next) = problem.panels.classes[class as usize].place else { break };
                (around, depth) = (next, depth + 1);
            }
            depth
        };
        let nested = |class: &u32| problem.panels.classes[*class as usize].place != Place::Loose;
        let mut inward: Vec<u32> = (0..index(problem.panels.classes.len())).filter(nested).collect();
        inward.sort_by_key(|&class| core::cmp::Reverse(depth(class)));
        Self { problem, without, fixed: problem.fixed_of_classes(), inward }
    }

    /// What remains of a minimum and of a maximum.
    fn left(&self, submission: usize, class: u32) -> (u64, u64) {
        let rule = &self.problem.panels.classes[class as usize];
        let fixed = self.fixed.get(&(index(submission), class)).copied().unwrap_or(0);
        let max = rule.max.map_or(u64::MAX, |max| u64::from(max.saturating_sub(fixed)));
        (u64::from(rule.min.saturating_sub(fixed)), max)
    }

    /// What all classes of a submission take, and those outside of all, one by one.
    fn count(&self, submission: usize) -> (Vec<u64>, u64) {
        let panels = &self.problem.panels;
        let mut taken = alloc::vec![0_u64; panels.classes.len()];
        let mut beside = 0;
        for student in (0..self.problem.students()).filter(|&student| !self.without[student]) {
            if self.problem.is_free(student, submission) {
                match panels.innermost(student) {
                    Some(class) => taken[class as usize] += 1,
                    None => beside += 1,
                }
            }
        }
        for &class in &self.inward {
            let count = taken[class as usize].min(self.left(submission, class).1);
            taken[class as usize] = count;
            match panels.classes[class as usize].place {
                Place::Nested(Some(around)) => taken[around as usize] += count,
                _ => beside += count,
            }
        }
        (taken, beside)
    }

    /// What a submission gets at most.
    pub(super) fn of(&self, submission: usize) -> u64 {
        self.count(submission).1
    }

    /// What a class of a submission asks for, and what it gets at most.
    pub(super) fn of_class(&self, submission: usize, class: u32) -> (u64, u64) {
        (self.left(submission, class).0, self.count(submission).0[class as usize])
    }
}
