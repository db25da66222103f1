//! Cycles of persons who review each other's work: which are forbidden, and what of them stands already.

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
            let out = arcs.out(person).to_vec();
            if out.into_iter().any(|author| arcs.reaches(author, person, longest - 1)) {
                let (pointer, who) = match self.people.student_places.get(person as usize) {
                    Some(place) => (alloc::format!("/students/{place}"), self.student_id(person as usize)),
                    None => continue,
                };
                found.warning(
                    "kept_breaks_rule",
                    pointer,
                    format_args!(
                        "{who} is on a cycle of at most {longest} persons who review each other, among the reviews that stay \
                         and the musts"
                    ),
                    "they stay as they are",
                );
            }
        }
    }
}
