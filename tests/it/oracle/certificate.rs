//! Recomputes the two sides of an infeasibility certificate.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::Id;
use peerplan::input::{Bound, Submission};

use super::facts::{Facts, OpenMust, to_u64};

/// A cut as it stands in a certificate of kind `infeasible`.
#[derive(Debug, Clone)]
pub(crate) struct Cut {
    pub(crate) side: CutSide,
    pub(crate) students: Vec<Id>,
    pub(crate) submissions: Vec<Id>,
    /// The works whose bounds count in place of those of their copies.
    pub(crate) works: Vec<Id>,
    /// Where rules on panels take part: the classes asked for themselves, as submission, label and value.
    pub(crate) panel: Option<Vec<(Id, String, Id)>>,
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
        let in_works = |id: &Id| cut.works.contains(work_name(self.rules.submission(id)));
        let copies = |inside: bool, named: bool| {
            let ids = input.submissions.iter().map(|submission| &submission.id);
            ids.filter(|id| b.contains(id) == inside && in_works(id) == named).collect::<Vec<_>>()
        };
        let works = || {
            let first = |id: &Id| *self.rules.work(id) == *id;
            let firsts =
                input.submissions.iter().filter(|submission| first(&submission.id) && in_works(&submission.id));
            firsts.map(|work| self.work_left(work)).collect::<Vec<_>>()
        };
        if works().len() != cut.works.len() {
            return Err(format!("works that are not known, or twice, in {cut:?}"));
        }
        let max_sum = |bounds: &mut dyn Iterator<Item = Bound>| {
            bounds.map(|bound| bound.max).sum::<Option<u64>>().ok_or("a maximum in the sum is absent")
        };
        // A must by author may be one of the reviews that B needs, or else takes a place outside B.
        let into_b = |must: &&OpenMust| must.copies.iter().any(|copy| b.contains(copy));
        let musts_into_b = to_u64(self.open_musts.iter().filter(into_b).count());
        let musts_beside_b = to_u64(self.open_musts.len()) - musts_into_b;
        let (required, room) = match cut.side {
            CutSide::Submissions => {
                let of_copies = copies(true, false).into_iter().map(|id| self.submission_left(id).min).sum::<u64>();
                let minima = of_copies + works().iter().map(|left| left.min).sum::<u64>();
                let of_students = max_sum(&mut a.iter().map(|id| self.student_left_after_musts(id)))?;
                let others = max_sum(&mut copies(false, true).into_iter().map(|id| self.submission_left(id)))?;
                (minima.saturating_sub(musts_into_b), of_students + others)
            }
            CutSide::Students => {
                let of_students = outside_a().map(|id| self.student_left_after_musts(id).min).sum::<u64>();
                let of_copies = copies(true, true).into_iter().map(|id| self.submission_left(id).min).sum::<u64>();
                let others = max_sum(&mut copies(false, false).into_iter().map(|id| self.submission_left(id)))?;
                let room = others + max_sum(&mut works().into_iter())?;
                (of_students + of_copies, room.saturating_sub(musts_beside_b))
            }
        };
        let all = self.count_free(&outside_a().collect(), &b);
        if let Some(classes) = &cut.panel {
            // Any number of seats that is not below what there is makes the cut a proof.
            let outside: BTreeSet<&Id> = outside_a().collect();
            let seats = b.iter().map(|&asset| self.seats(&outside, asset, None)).sum::<u64>();
            let mut required = required;
            let mut available = room + all.min(seats);
            for (asset, label, value) in classes {
                if b.contains(asset) {
                    return Err(format!("a class of a submission of the cut itself in {cut:?}"));
                }
                required += self.class_left(asset, label, value).min;
                available += self.seats(&outside, asset, Some((label, value)));
            }
            return if required < cut.required || available > cut.available || cut.required <= cut.available {
                Err(format!("required {required} and available {available} at most, not as in {cut:?}"))
            } else {
                Ok(())
            };
        }
        let available = room + all;
        if (required, available) != (cut.required, cut.available) {
            return Err(format!("required {required} and available {available} by the formula, not as in {cut:?}"));
        }
        if required <= available {
            return Err(format!("{required} of {available} can be met"));
        }
        Ok(())
    }

    /// The most reviews of a submission that some students can write without breaking a maximum of a panel: by trying all
    /// sets of them; those of one class alone, where one is given.
    fn seats(&self, students: &BTreeSet<&Id>, asset: &Id, class: Option<(&str, &Id)>) -> u64 {
        let free = self.free.iter().filter(|pair| pair.1 == *asset && students.contains(&pair.0)).map(|pair| &pair.0);
        let free: Vec<&Id> =
            free.filter(|id| class.is_none_or(|(label, value)| self.has_value(id, label, value))).collect();
        let fits = |set: &u32| {
            let chosen: BTreeSet<&Id> = (0..free.len()).filter(|at| set >> at & 1 == 1).map(|at| free[at]).collect();
            self.rules.input.policy.panel.iter().all(|panel| {
                super::judge::panel_values(panel, &self.rules.input.students).iter().all(|value| {
                    let count = chosen.iter().filter(|id| self.has_value(id, &panel.label, value)).count();
                    self.class_left(asset, &panel.label, value).max.is_none_or(|max| to_u64(count) <= max)
                })
            })
        };
        (0..1_u32 << free.len()).filter(fits).map(|set| u64::from(set.count_ones())).max().unwrap_or(0)
    }

    fn has_value(&self, student: &Id, label: &str, value: &Id) -> bool {
        self.rules.student(student).is_some_and(|student| super::judge::panel_set(student, label).contains(value))
    }

    /// What the fixed reviews leave of all rules on a class.
    fn class_left(&self, asset: &Id, label: &str, value: &Id) -> Bound {
        let rules = self
            .rules
            .input
            .policy
            .panel
            .iter()
            .filter(|panel| panel.label == label && panel.value.as_ref().is_none_or(|own| own == value));
        let (mut min, mut max) = (0, None);
        for rule in rules {
            min = min.max(rule.min.unwrap_or(0));
            max = [max, rule.max].into_iter().flatten().min();
        }
        let fixed = self.fixed.iter().filter(|pair| pair.1 == *asset && self.has_value(&pair.0, label, value));
        super::facts::left(Bound { min, max }, to_u64(fixed.count()))
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

/// A work is called by its id, or by that of its submission where it has none.
fn work_name(submission: &Submission) -> &Id {
    submission.work_id.as_ref().unwrap_or(&submission.id)
}
