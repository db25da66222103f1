//! What a run came to.

use std::fmt;

use serde::{Serialize, Serializer};

use crate::canvas::decision::Refusal;
use crate::canvas::live::Difference;
use crate::canvas::task::{Op, Pair};

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It has not ended.
    Running,
    /// All steps are in effect, or cannot be because a student has left.
    Complete,
    /// Something is not as it was when the plan was made; nothing was sent.
    Drift,
    /// All steps are done, but somebody else has changed something meanwhile.
    Changed,
    /// Some steps are not in effect.
    Partly,
    /// It was stopped from outside.
    Stopped,
    /// Only to be looked at, and some steps are not in effect yet.
    Pending,
}

impl Ending {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Complete => "complete",
            Self::Drift => "drift",
            Self::Changed => "changed",
            Self::Partly => "partly",
            Self::Stopped => "stopped",
            Self::Pending => "pending",
        }
    }
}

/// Why a step was left undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// Canvas does not find the reviewer or the author any more.
    #[error("the reviewer or the author is no longer a student that Canvas shows; the review stays in Canvas")]
    Left,
    /// Canvas does not find the reviewer or the submission.
    #[error("Canvas does not find the reviewer or the submission")]
    NotFound,
    /// The review is completed by now.
    #[error("it is completed by now; completed reviews are never deleted")]
    Completed,
    /// Another review of the same pair stands there now.
    #[error("another review of the same pair stands there now")]
    Other,
    /// Canvas refuses it.
    #[error("Canvas refuses it (status {0})")]
    Refused(u16),
    /// A review that should have been created for the same submission before is not there.
    #[error("a new review of the same submission could not be created, so this one stays")]
    Held,
}

impl Serialize for Why {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A step that was left undone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftStep {
    /// What it would have done.
    pub op: Op,
    /// To which pair.
    #[serde(flatten)]
    pub pair: Pair,
    /// Why it was not.
    pub reason: Why,
}

impl fmt::Display for LeftStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let op = if self.op == Op::Create { "created" } else { "deleted" };
        write!(f, "the {} is not {op}: {}", self.pair, self.reason)
    }
}

/// Why a run broke off.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A request will not work, and so no other will.
    #[error("{what}: {refusal}")]
    Refused {
        /// What was asked for.
        what: String,
        /// Why it will not work.
        refusal: Refusal,
    },
    /// What Canvas answered is not what was meant.
    #[error("Canvas answered the {meant} with the {answered}; nothing more is sent, look at both in Canvas")]
    Mismatch {
        /// The pair that was sent.
        meant: Pair,
        /// The pair that came back.
        answered: Pair,
    },
    /// The owner of the submission is another than the plan says.
    #[error("Canvas says that submission {} belongs to another student than the plan does; nothing more is sent", .0.asset_id)]
    OtherOwner(Pair),
}

/// What a run came to.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// How it ended.
    pub ending: Ending,
    /// Reviews that this run has created.
    pub created: u64,
    /// Reviews that this run has deleted.
    pub deleted: u64,
    /// Steps that were in effect before.
    pub already: u64,
    /// Steps that are not in effect.
    pub pending: u64,
    /// Steps that were sent, of which it is not known whether they worked.
    pub unclear: u64,
    /// Steps that cannot be in effect, with reasons.
    pub left: Vec<LeftStep>,
    /// What is not as it was when the plan was made.
    pub drift: Vec<Difference>,
    /// What somebody else has changed while this ran.
    pub changed: Vec<Difference>,
    /// Pairs of which there is more than one review.
    pub duplicates: Vec<Pair>,
    /// Reviews that were completed in the moment in which they were deleted.
    pub lost: Vec<Pair>,
    /// Requests that were sent.
    pub requests: u64,
    /// Why it broke off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

impl Serialize for Trouble {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            ending: Ending::Running,
            created: 0,
            deleted: 0,
            already: 0,
            pending: 0,
            unclear: 0,
            left: Vec::new(),
            drift: Vec::new(),
            changed: Vec::new(),
            duplicates: Vec::new(),
            lost: Vec::new(),
            requests: 0,
            trouble: None,
        }
    }
}
