//! Recomputes the two sides of an infeasibility certificate.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::Id;
use peerplan::input::Bound;

use super::facts::{Facts, OpenMust, to_u64};

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
        // A must by author may be one of the reviews that B needs, or else takes a place outside B.
        let into_b = |must: &&OpenMust| must.copies.iter().any(|copy| b.contains(copy));
        let musts_into_b = to_u64(self.open_musts.iter().filter(into_b).count());
        let musts_beside_b = to_u64(self.open_musts.len()) - musts_into_b;
        let (required, room) = match cut.side {
            CutSide::Submissions => {
                let minima: u64 = b.iter().map(|id| self.submission_left(id).min).sum();
                let room = max_sum(&mut a.iter().map(|id| self.student_left_after_musts(id)))?;
                (minima.saturating_sub(musts_into_b), room)
            }
            CutSide::Students => {
                let minima = outside_a().map(|id| self.student_left_after_musts(id).min).sum();
                let room = max_sum(&mut outside_b().map(|id| self.submission_left(id)))?;
                (minima, room.saturating_sub(musts_beside_b))
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

    /// Free pairs between some students and some submissions. Where a work is reviewed once, copies count once, and
    /// not at all for a student with a must on the work; else such a must takes one of them.
    fn count_free(&self, students: &BTreeSet<&Id>, submissions: &BTreeSet<&Id>) -> u64 {
        let between = self.free.iter().filter(|pair| students.contains(&pair.0) && submissions.contains(&pair.1));
        let mut per_work: BTreeMap<(&Id, &Id), u64> = BTreeMap::new();
        for (assessor, asset) in between {
            *per_work.entry((assessor, self.rules.work(asset))).or_default() += 1;
        }
        let has_must = |assessor: &Id, work: &Id| {
            let on_work = |must: &OpenMust| must.copies.iter().any(|copy| self.rules.work(copy) == work);
            self.open_musts.iter().any(|must| must.assessor == *assessor && on_work(must))
        };
        let counted = per_work.into_iter().map(|((assessor, work), pairs)| {
            let pairs = if self.once() { 1 } else { pairs };
            pairs - u64::from(has_must(assessor, work))
        });
        counted.sum()
    }
}
