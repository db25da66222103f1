//! What stands in an installation, beside what a plan was made from.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::Value;

use super::decision::Refusal;
use super::journal::Journal;
use super::records::{is_of_submission, peer_review};
use super::task::{Op, Pair, Task, TaskStep};
use crate::id::Id;
use crate::input::{PeerReview, WorkflowState};

/// The reviews of an assignment by pair. There may be several of one pair: Canvas does not forbid it.
#[derive(Debug, Clone, Default)]
pub(super) struct Live(BTreeMap<Pair, Vec<PeerReview>>);

/// What the reviews of one pair come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// There is none.
    Absent,
    /// There are some, none of them completed.
    Assigned,
    /// One of them is completed.
    Completed,
}

impl Live {
    /// Reads what an installation lists.
    pub(super) fn read(items: &[Value]) -> Result<Self, Refusal> {
        let mut live = BTreeMap::new();
        for item in items.iter().filter(|item| is_of_submission(item)) {
            let review = peer_review(item)?;
            live.entry(Pair::of(&review)).or_insert_with(Vec::new).push(review);
        }
        Ok(Self(live))
    }

    /// The reviews of a pair.
    pub(super) fn of(&self, pair: &Pair) -> &[PeerReview] {
        self.0.get(pair).map_or(&[], Vec::as_slice)
    }

    /// What the reviews of a pair come to.
    pub(super) fn standing(&self, pair: &Pair) -> Standing {
        match self.of(pair) {
            [] => Standing::Absent,
            reviews if reviews.iter().all(|review| review.workflow_state == WorkflowState::Assigned) => {
                Standing::Assigned
            }
            _ => Standing::Completed,
        }
    }

    /// All pairs.
    pub(super) fn pairs(&self) -> impl Iterator<Item = &Pair> {
        self.0.keys()
    }

    /// The pairs of which there is more than one review.
    pub(super) fn duplicates(&self) -> Vec<Pair> {
        self.pairs().filter(|pair| self.of(pair).len() > 1).cloned().collect()
    }

    pub(super) fn contains(&self, pair: &Pair) -> bool {
        self.0.contains_key(pair)
    }
}

/// How a pair differs from what was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Somebody has added it.
    Added,
    /// Somebody has taken it away.
    Gone,
    /// It was to be deleted, and is completed by now.
    Completed,
}

/// A pair that is not as it was when the plan was made, and not by this plan.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Difference {
    /// What has changed.
    pub change: Change,
    /// Which pair.
    #[serde(flatten)]
    pub pair: Pair,
    /// The owner of the submission, where known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Id>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.change {
            Change::Added => "was added by somebody else",
            Change::Gone => "was taken away by somebody else",
            Change::Completed => "was to be deleted, but is completed by now",
        };
        write!(f, "the {} {what}", self.pair)
    }
}

/// Whether a step has its effect already.
pub(super) fn holds(step: &TaskStep, live: &Live) -> bool {
    match (step.op, &step.only) {
        (Op::Create, _) => live.contains(&step.pair),
        (Op::Delete, None) => !live.contains(&step.pair),
        (Op::Delete, Some(id)) => live.of(&step.pair).iter().all(|review| review.id.as_ref() != Some(id)),
    }
}

/// What differs from what the task was made from, other than by the task itself. Nothing where it expects nothing.
pub(super) fn drift(task: &Task, live: &Live, earlier: &Journal) -> Vec<Difference> {
    let Some(kept) = &task.kept else { return Vec::new() };
    let user_id = |pair: &Pair| live.of(pair).first().and_then(|review| review.user_id.clone());
    let difference = |change, pair: &Pair| Difference { change, pair: pair.clone(), user_id: user_id(pair) };
    let mut found: Vec<Difference> =
        kept.iter().filter(|pair| !live.contains(pair)).map(|pair| difference(Change::Gone, pair)).collect();
    for step in &task.steps {
        // What was sent and not heard of may have worked by now.
        let done = earlier.done(&step.pair).filter(|_| !earlier.is_open(&step.pair));
        let standing = live.standing(&step.pair);
        match (step.op, standing) {
            // We did it, and somebody has undone it.
            (Op::Create, Standing::Absent) if done == Some(Op::Create) => {
                found.push(difference(Change::Gone, &step.pair));
            }
            (Op::Delete, Standing::Assigned | Standing::Completed) if done == Some(Op::Delete) => {
                found.push(difference(Change::Added, &step.pair));
            }
            (Op::Delete, Standing::Completed) => found.push(difference(Change::Completed, &step.pair)),
            _ => {}
        }
    }
    let known: BTreeSet<&Pair> = kept.iter().chain(task.steps.iter().map(|step| &step.pair)).collect();
    let added = live.pairs().filter(|pair| !known.contains(pair) && task.concerns(pair));
    let added = added.map(|pair| difference(Change::Added, pair));
    found.extend(added);
    found.sort();
    found
}
