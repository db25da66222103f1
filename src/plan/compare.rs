//! What one plan does that another does not.

use alloc::vec::Vec;

use serde::Serialize;

use super::{OperationRecord, Records};
use crate::id::Id;
use crate::input::ReviewRecord;

/// What a plan does with a pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// Creates a review.
    Create,
    /// Deletes the existing review.
    Delete,
    /// Keeps the existing review.
    Keep,
}

/// How many records two plans have in common, and how many are in one of them only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Shared {
    /// In both.
    pub both: u64,
    /// In the first plan only.
    pub only_a: u64,
    /// In the second plan only.
    pub only_b: u64,
}

impl Shared {
    fn add(&mut self, a: bool, b: bool) {
        match (a, b) {
            (true, true) => self.both += 1,
            (true, false) => self.only_a += 1,
            (false, true) => self.only_b += 1,
            (false, false) => {}
        }
    }
}

/// A pair with which two plans do different things.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Differing {
    /// The reviewing student.
    pub assessor_id: Id,
    /// The submission.
    pub asset_id: Id,
    /// Its owner, where the records name one.
    pub user_id: Option<Id>,
    /// What the first plan does with it.
    pub a: Option<Deed>,
    /// What the second plan does with it.
    pub b: Option<Deed>,
}

/// The difference of two plans, pair by pair; ids, reasons and the order of the steps do not count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Difference {
    /// Resulting reviews: kept and created.
    pub reviews: Shared,
    /// Reviews that are created.
    pub creates: Shared,
    /// Reviews that are deleted.
    pub deletes: Shared,
    /// Existing reviews that stay.
    pub kept: Shared,
    /// The pairs with which the plans do different things, by submission, then assessor.
    pub pairs: Vec<Differing>,
}

/// Compares two plans. Of several records of one pair, which no valid plan has, the first counts. O(T log T).
#[must_use]
pub fn compare(a: &dyn Records, b: &dyn Records) -> Difference {
    let mut deeds: Vec<Entry<'_>> = entries(a, false).chain(entries(b, true)).collect();
    deeds.sort_by(|one, other| (one.key(), one.second).cmp(&(other.key(), other.second)));
    let mut difference = Difference::default();
    for of_pair in deeds.chunk_by(|one, other| one.key() == other.key()) {
        let deed = |second| of_pair.iter().find(|entry| entry.second == second).map(|entry| entry.deed);
        let (a, b) = (deed(false), deed(true));
        let results = |deed: Option<Deed>| deed.is_some_and(|deed| deed != Deed::Delete);
        difference.reviews.add(results(a), results(b));
        for (shared, deed) in [
            (&mut difference.creates, Deed::Create),
            (&mut difference.deletes, Deed::Delete),
            (&mut difference.kept, Deed::Keep),
        ] {
            shared.add(a == Some(deed), b == Some(deed));
        }
        if a != b {
            let review = &of_pair[0].review;
            difference.pairs.push(Differing {
                assessor_id: review.assessor_id.clone(),
                asset_id: review.asset_id.clone(),
                user_id: of_pair.iter().find_map(|entry| entry.review.user_id).cloned(),
                a,
                b,
            });
        }
    }
    difference
}

/// What one plan does with one pair.
struct Entry<'a> {
    review: ReviewRecord<'a>,
    deed: Deed,
    /// Whether it is of the second plan.
    second: bool,
}

impl<'a> Entry<'a> {
    const fn key(&self) -> (&'a Id, &'a Id) {
        (self.review.asset_id, self.review.assessor_id)
    }
}

fn entries(plan: &dyn Records, second: bool) -> impl Iterator<Item = Entry<'_>> {
    let operations = plan.operations().map(|operation| match operation {
        OperationRecord::Create { peer_review, .. } => (peer_review, Deed::Create),
        OperationRecord::Delete { peer_review, .. } => (peer_review, Deed::Delete),
    });
    let kept = plan.kept().map(|review| (review, Deed::Keep));
    operations.chain(kept).map(move |(review, deed)| Entry { review, deed, second })
}
