//! From places in the input to numbers in the order of ids, for what depends on the order of its sums or is cut short:
//! those figures too are the same however the input lists things.

use alloc::vec;
use alloc::vec::Vec;

use super::facts::Facts;
use super::tally::Tally;
use crate::problem::Problem;

/// The numbers of those who stand in a list at certain places.
pub(super) struct Canonical<'a> {
    pub(super) problem: &'a Problem,
    /// Of a person: of a student that of the problem; the others follow, in the order of their ids as the facts have them.
    people: Vec<u32>,
    /// Of a submission that of the problem.
    submissions: Vec<u32>,
}

impl<'a> Canonical<'a> {
    /// The numbers for an input whose problem is compiled.
    pub(super) fn new(facts: &Facts<'_>, problem: &'a Problem) -> Self {
        let mut people: Vec<u32> = (0..facts.persons).collect();
        for (number, student) in people.iter_mut().zip(&facts.input.students) {
            *number = problem.find_student(&student.id).map_or(u32::MAX, number_of);
        }
        let of = |id| problem.find_submission(id).map_or(u32::MAX, number_of);
        let submissions = facts.input.submissions.iter().map(|submission| of(&submission.id)).collect();
        Self { problem, people, submissions }
    }

    pub(super) fn person(&self, person: u32) -> u32 {
        self.people[person as usize]
    }

    pub(super) fn submission(&self, place: u32) -> u32 {
        self.submissions[place as usize]
    }

    /// The problem's submissions for which something holds, numbered from 0 without gaps; [`u32::MAX`] for others.
    pub(super) fn numbered(&self, holds: impl Fn(usize) -> bool) -> (u32, Vec<u32>) {
        let mut numbers = vec![u32::MAX; self.problem.submissions()];
        let mut next = 0;
        for (_, number) in numbers.iter_mut().enumerate().filter(|&(submission, _)| holds(submission)) {
            *number = next;
            next += 1;
        }
        (next, numbers)
    }

    /// How many submissions are handed in, and the reviews of those.
    pub(super) fn bundles(&self, tally: &Tally) -> (u32, Vec<(u32, u32)>) {
        let (count, numbers) = self.numbered(|submission| self.problem.is_handed_in(submission));
        let number = |place| numbers.get(self.submission(place) as usize).copied().unwrap_or(u32::MAX);
        let pairs = tally.pairs.iter().map(|&(person, place)| (self.person(person), number(place)));
        (count, pairs.filter(|&(_, number)| number != u32::MAX).collect())
    }
}

fn number_of(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}
