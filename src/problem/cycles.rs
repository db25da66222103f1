//! Cycles of persons who review each other's work: which are forbidden, and what of them stands already.

use alloc::vec::Vec;

use super::Problem;
use super::arcs::Arcs;
use super::existing::Standing;
use super::rows::{Rows, index};
use crate::diagnostic::Diagnostics;
use crate::input::{Reciprocal, Shortfall};

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
        let left = |review: &&super::ExistingReview| review.standing == Standing::Fixed && review.student.is_none();
        let of_others = self.settled.reviews.iter().filter(left);
        let of_others =
            of_others.filter_map(|review| Some((self.people.other(&review.assessor_id)?, review.submission)));
        of_students.chain(of_others)
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

    /// The same problem in which some pairs must not be chosen and others must.
    pub(crate) fn narrowed(&self, without: &[(u32, u32)], with: &[(u32, u32)]) -> Self {
        let mut problem = self.clone();
        let rows = |rows: &Rows<u32>| rows.entries().map(|(row, value)| (index(row), value)).collect::<Vec<_>>();
        if !without.is_empty() {
            let mut forbidden = rows(&self.pairs.forbidden);
            forbidden.extend_from_slice(without);
            problem.pairs.forbidden = Rows::sorted(self.students(), forbidden);
        }
        if !with.is_empty() {
            let settled = &mut problem.settled;
            let (mut fixed, mut movable) = (rows(&settled.fixed), rows(&settled.movable));
            for &(student, submission) in with {
                fixed.push((student, submission));
                settled.given[student as usize] += 1;
                settled.received[submission as usize] += 1;
                let work = self.people.work_of[submission as usize];
                settled.work_musts.retain(|must| (must.student, must.work) != (student, work));
            }
            movable.retain(|pair| !with.contains(pair));
            settled.fixed = Rows::sorted(self.students(), fixed);
            settled.movable = Rows::sorted(self.students(), movable);
        }
        problem
    }

    /// The same problem in which the number of all reviews is given.
    pub(crate) fn with_total(&self, total: u64) -> Self {
        let mut problem = self.clone();
        problem.settled.total = Some(total);
        problem
    }

    /// The same problem in which minima may be missed, or must not be.
    pub(crate) fn with_shortfall(&self, shortfall: Shortfall) -> Self {
        let mut problem = self.clone();
        problem.policy.shortfall = shortfall;
        problem
    }
}
