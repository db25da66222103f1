//! Recomputes the two sides of an infeasibility certificate.

use std::collections::BTreeSet;

use peerplan::Id;
use peerplan::input::Bound;

use super::facts::{Assignment, Facts, to_u64};

/// A cut as it stands in a certificate of kind `infeasible`.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) side: CutSide,
    pub(crate) students: Vec<Id>,
    pub(crate) submissions: Vec<Id>,
    pub(crate) required: u64,
    pub(crate) available: u64,
}

/// Whose minima cannot be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CutSide {
    /// The submissions named need more than they can get.
    Submissions,
    /// The students not named must give more than there is room for.
    Students,
}

impl Facts<'_> {
    /// What is wrong with a cut; nothing when it proves that no assignment is valid.
    pub(crate) fn check_cut(&self, cut: &Cut) -> Result<(), String> {
        let input = self.rules.input;
        let (a, b): (BTreeSet<&Id>, BTreeSet<&Id>) = (cut.students.iter().collect(), cut.submissions.iter().collect());
        let outside_a = || input.students.iter().map(|student| &student.id).filter(|id| !a.contains(id));
        let outside_b = || input.submissions.iter().map(|submission| &submission.id).filter(|id| !b.contains(id));
        let max_sum = |bounds: &mut dyn Iterator<Item = Bound>| {
            bounds.map(|bound| bound.max).sum::<Option<u64>>().ok_or("a maximum in the sum is absent")
        };
        let (required, room) = match cut.side {
            CutSide::Submissions => {
                let minima: u64 = b.iter().map(|id| self.submission_left(id).min).sum();
                // A must by author is one review of a copy in B that the minima still ask for.
                let musts = self.open_musts.iter().filter(|must| must.copies.iter().any(|copy| b.contains(copy)));
                let room = max_sum(&mut a.iter().map(|id| self.student_left_after_musts(id)))?;
                (minima.saturating_sub(to_u64(musts.count())), room)
            }
            CutSide::Students => {
                let minima = outside_a().map(|id| self.student_left_after_musts(id).min).sum();
                (minima, max_sum(&mut outside_b().map(|id| self.submission_left(id)))?)
            }
        };
        let available = room + self.count_free(&outside_a().collect(), &b);
        if (required, available) != (cut.required, cut.available) {
            return Err(format!("required {required} and available {available} by the formula, not as in {cut:?}"));
        }
        if required <= available {
            return Err(format!("{required} of {available} can be met"));
        }
        Ok(())
    }

    /// A must by author is settled on the student's side.
    fn student_left_after_musts(&self, id: &Id) -> Bound {
        let musts = to_u64(self.open_musts.iter().filter(|must| must.assessor == *id).count());
        super::facts::left(self.student_left(id), musts)
    }

    /// Free pairs between some students and some submissions; copies count once where a work is reviewed once.
    fn count_free(&self, students: &BTreeSet<&Id>, submissions: &BTreeSet<&Id>) -> u64 {
        let of_must = |(assessor, asset): &(Id, Id)| {
            let work = self.rules.work(asset);
            let on_work = |copy: &Id| self.rules.work(copy) == work;
            self.open_musts.iter().any(|must| must.assessor == *assessor && must.copies.iter().any(on_work))
        };
        let pairs: Assignment = self
            .free
            .iter()
            .filter(|pair| students.contains(&pair.0) && submissions.contains(&pair.1) && !of_must(pair))
            .cloned()
            .collect();
        if !self.once() {
            return to_u64(pairs.len());
        }
        let works: BTreeSet<(&Id, &Id)> =
            pairs.iter().map(|(assessor, asset)| (assessor, self.rules.work(asset))).collect();
        to_u64(works.len())
    }
}
