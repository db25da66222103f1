//! The records of a plan against the existing reviews: what is kept, deleted and created, once each and unaltered.

use alloc::vec::Vec;

use super::facts::Facts;
use super::index::{Finder, at as slot, dense};
use super::pairs::{ALTERNATE, COMPLETED, CREATED, KEPT, Pair, Pairs};
use super::verdict::{Findings, Place};
use crate::id::Id;
use crate::input::{Existing, ReviewRecord, WorkflowState};
use crate::plan::{OperationRecord, Records};

/// What was counted while the records were read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Counts {
    pub(super) created: u64,
    pub(super) deleted: u64,
    pub(super) kept: u64,
    /// Created and kept reviews of unknown students or submissions, which are in no table.
    pub(super) unknown: u64,
}

/// What has become of an existing review.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Open,
    Kept,
    Deleted,
}

/// Reads all records of a plan; O(log n) for each.
struct Reader<'r, 'a> {
    facts: &'r Facts<'a>,
    findings: &'r mut Findings,
    assessors: Finder<'r, 'a>,
    assets: Finder<'r, 'a>,
    existing: Pairs,
    /// One for each existing review, in the order of the table.
    fates: Vec<Fate>,
    /// Whether a review of the submission was deleted by an earlier operation.
    lost: Vec<bool>,
    listed: Vec<Pair>,
    counts: Counts,
}

/// The pairs that a plan lists, and what was counted on the way.
pub(super) fn read(facts: &Facts<'_>, plan: &dyn Records, findings: &mut Findings) -> (Pairs, Counts) {
    let existing = existing(facts);
    let mut reader = Reader {
        facts,
        findings,
        assessors: Finder::new(&facts.persons),
        assets: Finder::new(&facts.submissions),
        fates: alloc::vec![Fate::Open; existing.all().len()],
        lost: alloc::vec![false; facts.submissions.len()],
        existing,
        listed: Vec::new(),
        counts: Counts::default(),
    };
    let operations = plan.operations();
    reader.listed.reserve(operations.size_hint().0);
    for (place, operation) in operations.enumerate() {
        match operation {
            OperationRecord::Create { peer_review, .. } => reader.create(place, &peer_review),
            OperationRecord::Delete { peer_review, .. } => reader.delete(place, &peer_review),
        }
    }
    for (place, review) in plan.kept().enumerate() {
        reader.keep(place, &review);
    }
    for (place, alternates) in plan.alternates().iter().enumerate() {
        for assessor in &alternates.assessor_ids {
            reader.alternate(place, assessor, &alternates.asset_id);
        }
    }
    reader.finish()
}

/// The existing reviews of known submissions.
fn existing(facts: &Facts<'_>) -> Pairs {
    let mut pairs = Vec::with_capacity(facts.input.peer_reviews.len());
    let mut assets = Finder::new(&facts.submissions);
    for (place, review) in facts.input.peer_reviews.iter().enumerate() {
        let flags = if review.workflow_state == WorkflowState::Completed { COMPLETED } else { 0 };
        if let (Some(assessor), Some(asset)) = (facts.persons.find(&review.assessor_id), assets.find(&review.asset_id))
        {
            pairs.push(Pair { assessor, asset, place: dense(place), flags });
        }
    }
    Pairs::new(facts.persons.len(), pairs, |_, _| ())
}

impl<'r> Reader<'r, '_> {
    /// A review to be.
    fn create(&mut self, at: usize, record: &ReviewRecord<'r>) {
        let place = Place("operations", at);
        self.counts.created += 1;
        if record.id.is_some() {
            self.flag("created_has_id", place, record, "a review that is created has no id yet");
        }
        if record.workflow_state != WorkflowState::Assigned {
            self.flag("created_not_assigned", place, record, "a review that is created is in the state assigned");
        }
        let Some((assessor, asset)) = self.resolve(place, record, true) else {
            self.counts.unknown += 1;
            return;
        };
        let owner = self.facts.submission(asset).and_then(|submission| submission.user_id.as_ref());
        if record.user_id != owner {
            self.flag("wrong_owner", place, record, "user_id is not the owner of the submission");
        } else if !same_form(record.user_id, owner) {
            self.flag("id_form", place, record, "user_id is not written as in the problem");
        }
        self.check_forms(place, record, self.facts.student_form(assessor), asset);
        if self.existing.find(assessor, asset).is_some() {
            self.flag("creates_existing", place, record, "the review exists already");
        }
        if self.lost.get(slot(asset)).copied().unwrap_or(false) {
            self.flag("create_after_delete", place, record, "a review of the submission is deleted before this one");
        }
        self.listed.push(Pair { assessor, asset, place: dense(at), flags: CREATED });
    }

    /// A review to be taken back.
    fn delete(&mut self, at: usize, record: &ReviewRecord<'r>) {
        let place = Place("operations", at);
        self.counts.deleted += 1;
        let Some((assessor, asset)) = self.resolve(place, record, false) else { return };
        if let Some(lost) = self.lost.get_mut(slot(asset)) {
            *lost = true;
        }
        let Some(review) = self.match_existing(place, record, assessor, asset, Fate::Deleted) else { return };
        if review.is(COMPLETED) {
            self.flag("deletes_completed", place, record, "a completed review is never deleted");
        } else if self.facts.input.policy.existing == Existing::Keep {
            self.flag("deletes_under_keep", place, record, "nothing is deleted under existing: keep");
        }
    }

    /// An existing review that stays.
    fn keep(&mut self, at: usize, record: &ReviewRecord<'r>) {
        let place = Place("kept", at);
        self.counts.kept += 1;
        let Some((assessor, asset)) = self.resolve(place, record, false) else {
            self.counts.unknown += 1;
            return;
        };
        let state = match self.match_existing(place, record, assessor, asset, Fate::Kept) {
            Some(review) => review.flags & COMPLETED,
            None if record.workflow_state == WorkflowState::Completed => COMPLETED,
            None => 0,
        };
        self.listed.push(Pair { assessor, asset, place: dense(at), flags: KEPT | state });
    }

    /// Somebody who could step in.
    fn alternate(&mut self, at: usize, assessor_id: &'r Id, asset_id: &'r Id) {
        match (self.facts.find_student(assessor_id), self.assets.find(asset_id)) {
            (Some(assessor), Some(asset)) => {
                self.listed.push(Pair { assessor, asset, place: dense(at), flags: ALTERNATE });
            }
            _ => self.findings.add_pair(
                "alternate_unknown",
                Place("alternates", at),
                format_args!("the problem knows no student {assessor_id} or no submission {asset_id}"),
                assessor_id,
                asset_id,
            ),
        }
    }

    /// Finds the existing review of a record and marks it as kept or deleted.
    fn match_existing(
        &mut self,
        place: Place,
        record: &ReviewRecord<'r>,
        assessor: u32,
        asset: u32,
        fate: Fate,
    ) -> Option<Pair> {
        let known = self.existing.find(assessor, asset);
        let Some((known, review)) = known.and_then(|known| Some((known, *self.existing.all().get(known)?))) else {
            self.flag("not_existing", place, record, "no such review exists");
            return None;
        };
        if let Some(entry) = self.fates.get_mut(known) {
            if *entry == Fate::Open {
                *entry = fate;
            } else {
                self.flag("listed_twice", place, record, "the review is kept or deleted by another record already");
            }
        }
        let original = self.facts.input.peer_reviews.get(slot(review.place))?;
        // A problem may leave the owner out of a review; then the plan may fill it in from the submission.
        let owner = original.user_id.as_ref();
        let filled = owner.or_else(|| self.facts.submission(asset)?.user_id.as_ref());
        if record.id != original.id.as_ref()
            || record.workflow_state != original.workflow_state
            || (record.user_id != owner && record.user_id != filled)
        {
            self.flag("altered_review", place, record, "id, user_id or workflow_state are not those of the problem");
        } else {
            self.check_forms(place, record, Some(original.assessor_id.is_number()), asset);
            if !same_form(record.id, original.id.as_ref()) || !same_form(record.user_id, filled) {
                self.flag("id_form", place, record, "id or user_id are not written as in the problem");
            }
        }
        Some(review)
    }

    /// Ids are written back in the form in which they were read.
    fn check_forms(&mut self, place: Place, record: &ReviewRecord<'r>, assessor: Option<bool>, asset: u32) {
        let differs = |id: &Id, number: Option<bool>| number.is_some_and(|number| number != id.is_number());
        if differs(record.assessor_id, assessor) || differs(record.asset_id, self.facts.submission_form(asset)) {
            self.flag("id_form", place, record, "assessor_id or asset_id are not written as in the problem");
        }
    }

    /// The person and the submission of a record. Those who have left may stand in records of existing reviews only.
    fn resolve(&mut self, place: Place, record: &ReviewRecord<'r>, students_only: bool) -> Option<(u32, u32)> {
        let assessor = self.assessors.find(record.assessor_id);
        let assessor = assessor.filter(|&person| !students_only || self.facts.is_student(person));
        let asset = self.assets.find(record.asset_id);
        if assessor.is_none() {
            self.flag("unknown_assessor", place, record, "the problem knows no such student");
        } else if asset.is_none() {
            self.flag("unknown_asset", place, record, "the problem knows no such submission");
        }
        assessor.zip(asset)
    }

    fn flag(&mut self, code: &'static str, place: Place, record: &ReviewRecord<'r>, what: &str) {
        let (assessor, asset) = (record.assessor_id, record.asset_id);
        self.findings.add_pair(
            code,
            place,
            format_args!("assessor {assessor}, submission {asset}: {what}"),
            assessor,
            asset,
        );
    }

    /// Looks for existing reviews that are in no list, and sorts what is.
    fn finish(self) -> (Pairs, Counts) {
        let Self { facts, findings, existing, fates, listed, counts, .. } = self;
        for (review, _) in existing.all().iter().zip(fates).filter(|(_, fate)| *fate == Fate::Open) {
            let Some(original) = facts.input.peer_reviews.get(slot(review.place)) else { continue };
            let (assessor, asset) = (&original.assessor_id, &original.asset_id);
            findings.add_pair(
                "missing_review",
                "",
                format_args!("assessor {assessor}, submission {asset}: the review is neither kept nor deleted"),
                assessor,
                asset,
            );
        }
        drop(existing);
        let pairs = Pairs::new(facts.persons.len(), listed, |first, next| {
            let (assessor, asset) = super::pairs::ids(facts, next);
            if next.is(CREATED) && first.is(CREATED) {
                findings.add_for("created_twice", next, format_args!("created at {first} already"), assessor, asset);
            } else if next.is(ALTERNATE) {
                let code = "alternate_ineligible";
                findings.add_for(code, next, format_args!("the pair stands at {first} already"), assessor, asset);
            }
        });
        (pairs.with_authors(facts), counts)
    }
}

/// Whether two equal ids are written in one form.
fn same_form(one: Option<&Id>, other: Option<&Id>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one.same_form(other))
}
