//! The reviews that exist: each pair once, and what is reviewed always listed, so that nothing is hidden.

use std::collections::{BTreeMap, BTreeSet};

use super::compose::Groups;
use crate::canvas::records::Row;
use crate::id::Id;
use crate::input::{PeerReview, Student, Submission};

/// What the reviews are compared with.
pub(super) struct Reviews<'a> {
    pub(super) students: &'a BTreeMap<Id, Student>,
    /// All rows that came, those of people who are no students among them.
    pub(super) rows: &'a BTreeMap<Id, Row>,
    pub(super) groups: &'a Groups,
    /// Whether one section alone was read. The list of reviews is that of the whole course even so.
    pub(super) section: bool,
}

/// What is to be said of the reviews.
#[derive(Debug, Default)]
pub(super) struct Notes {
    /// Submissions of people who are not listed, added because they are reviewed.
    pub(super) added: BTreeSet<Id>,
    /// Reviewers who are not listed, and how many of their reviews are not written.
    pub(super) strangers: BTreeSet<Id>,
    pub(super) strangers_unfinished: usize,
    /// Rows beyond the first of a pair.
    pub(super) duplicates: usize,
    /// Reviews that name another owner than the submission does.
    pub(super) other_owner: usize,
    /// Reviews that have nothing to do with the section.
    pub(super) elsewhere: usize,
}

/// The reviews, by submission and reviewer.
#[derive(Debug)]
pub(super) struct Existing {
    pub(super) reviews: Vec<PeerReview>,
    pub(super) notes: Notes,
}

/// Sorts out the reviews, and adds the submissions that are reviewed and not listed.
pub(super) fn existing(
    mut all: Vec<PeerReview>,
    among: &Reviews<'_>,
    submissions: &mut BTreeMap<Id, Submission>,
) -> Existing {
    let mut notes = Notes::default();
    // Of several rows of one pair a written one stands first, then the oldest.
    all.sort_by(|a, b| {
        let key = |review: &PeerReview| (std::cmp::Reverse(review.workflow_state), review.id.is_none());
        let pair = (&a.asset_id, &a.assessor_id).cmp(&(&b.asset_id, &b.assessor_id));
        pair.then_with(|| key(a).cmp(&key(b))).then_with(|| (&a.id, &a.user_id).cmp(&(&b.id, &b.user_id)))
    });
    let listed: BTreeSet<Id> = submissions.keys().cloned().collect();
    let mut reviews: Vec<PeerReview> = Vec::with_capacity(all.len());
    for mut review in all {
        let reviewer_listed = among.students.contains_key(&review.assessor_id);
        if among.section && !reviewer_listed && !listed.contains(&review.asset_id) {
            notes.elsewhere += 1;
            continue;
        }
        if let Some(last) = reviews.last()
            && (&last.asset_id, &last.assessor_id) == (&review.asset_id, &review.assessor_id)
        {
            // The list is not read in pages, but a row that came twice is no duplicate of itself.
            notes.duplicates += usize::from(review.id.is_none() || last.id != review.id);
            continue;
        }
        if !reviewer_listed {
            notes.strangers.insert(review.assessor_id.clone());
            notes.strangers_unfinished += usize::from(review.workflow_state == crate::input::WorkflowState::Assigned);
        }
        let submission = submissions.entry(review.asset_id.clone()).or_insert_with(|| {
            notes.added.insert(review.asset_id.clone());
            unlisted(&review, among)
        });
        // The submission says whose it is: a review may have been asked for before accounts were merged.
        notes.other_owner += usize::from(review.user_id.is_some() && review.user_id != submission.user_id);
        review.user_id.clone_from(&submission.user_id);
        reviews.push(review);
    }
    Existing { reviews, notes }
}

/// The submission of somebody who is not listed, by what is known of it.
fn unlisted(review: &PeerReview, among: &Reviews<'_>) -> Submission {
    let user_id = among.rows.get(&review.asset_id).map(|row| row.user_id.clone()).or_else(|| review.user_id.clone());
    Submission {
        submitted: false,
        work_id: user_id.as_ref().and_then(|user| among.groups.work(user)),
        user_id,
        ..Submission::new(review.asset_id.clone())
    }
}
