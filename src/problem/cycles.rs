//! Cycles of persons who review each other's work: which are forbidden, and what of them stands already.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::Problem;
use super::arcs::Arcs;
use super::existing::ExistingReview;
use super::rows::index;
use crate::diagnostic::Diagnostics;
use crate::input::Reciprocal;

impl Problem {
    /// The length of the longest forbidden cycles, from 2; none where none are forbidden.
    pub(crate) fn longest_forbidden(&self) -> Option<usize> {
        match self.policy.reciprocal {
            Reciprocal::Allow | Reciprocal::Avoid => None,
            Reciprocal::Forbid => Some(2),
            // No cycle passes anybody twice.
            Reciprocal::ForbidCycles(longest) => {
                Some(usize::try_from(longest).unwrap_or(usize::MAX).clamp(2, self.people.persons().max(2)))
            }
        }
    }

    /// Whether all rules together are a network: no cycles are forbidden, and classes of panels nest.
    pub(crate) fn is_network(&self) -> bool {
        self.longest_forbidden().is_none() && self.panels.loose().next().is_none()
    }

    /// The graph of the reviews that are in every result and count.
    pub(crate) fn standing_arcs(&self) -> Arcs {
        let mut arcs = Arcs::new(self.people.persons());
        for (person, submission) in self.standing_reviews() {
            self.authors(submission as usize).iter().for_each(|&author| arcs.add(person, author));
        }
        for must in &self.pairs.work_musts {
            self.people.authors.row(must.target as usize).iter().for_each(|&author| arcs.add(must.student, author));
        }
        arcs
    }

    /// The fixed reviews of students, and the completed ones by people who have left.
    fn standing_reviews(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        let of_students = self.settled.fixed.entries().map(|(student, submission)| (index(student), submission));
        of_students.chain(self.persons_reviews(ExistingReview::is_completed_by_leaver))
    }

    /// Warns of forbidden cycles among the reviews that stay and the musts.
    pub(super) fn report_standing_cycles(&self, found: &mut Diagnostics) {
        let Some(longest) = self.longest_forbidden() else { return };
        let mut arcs = self.standing_arcs();
        for person in 0..index(self.people.persons()) {
            let Some(place) = self.people.student_places.get(person as usize) else { continue };
            let Some(cycle) = shortest_cycle(&mut arcs, person, longest) else { continue };
            let name = |person: &u32| match self.people.student_places.get(*person as usize) {
                Some(_) => self.student_id(*person as usize).to_string(),
                None => String::from("somebody who is no student"),
            };
            let names = cycle.iter().map(name).collect::<Vec<_>>().join(", ");
            found.warning(
                "kept_breaks_rule",
                alloc::format!("/students/{place}"),
                format_args!(
                    "among the reviews that stay and the musts, {names} review each other in this order, the last of them \
                     the first; cycles of at most {longest} are forbidden"
                ),
                "they stay as they are; drop a must, or change a review that exists, to break the cycle",
            );
        }
    }
}

/// A shortest cycle through a person of at most so many; none where there is none.
fn shortest_cycle(arcs: &mut Arcs, person: u32, longest: usize) -> Option<Vec<u32>> {
    let next = |arcs: &mut Arcs, from: u32, steps: usize| {
        let out = arcs.out(from).to_vec();
        out.into_iter().find(|&author| arcs.reaches(author, person, steps))
    };
    next(arcs, person, longest - 1)?;
    let length = (2..=longest).find(|&length| next(arcs, person, length - 1).is_some())?;
    let mut cycle = alloc::vec![person];
    for left in (1..length).rev() {
        let last = cycle.last().copied().unwrap_or(person);
        cycle.push(next(arcs, last, left)?);
    }
    Some(cycle)
}
