//! The rules for all: the `policy` of a problem file. The first value of each enum is its default.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::id::Id;

/// How many reviews somebody gives or something receives: `min ≤ count ≤ max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Bound {
    /// The least count.
    pub min: u64,
    /// The greatest count; none when absent.
    pub max: Option<u64>,
}

impl Bound {
    /// Exactly `count`.
    #[must_use]
    pub const fn exactly(count: u64) -> Self {
        Self { min: count, max: Some(count) }
    }

    /// From `min` to `max`.
    #[must_use]
    pub const fn between(min: u64, max: u64) -> Self {
        Self { min, max: Some(max) }
    }

    /// At least `min`.
    #[must_use]
    pub const fn at_least(min: u64) -> Self {
        Self { min, max: None }
    }
}

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.max == Some(self.min) {
            return serializer.serialize_u64(self.min);
        }
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("min", &self.min)?;
        if let Some(max) = self.max {
            map.serialize_entry("max", &max)?;
        }
        map.end()
    }
}

/// How many reviews each submission receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// As even as any valid assignment allows: least sum of squares.
    #[default]
    Balanced,
    /// Between bounds; nothing is said of evenness.
    Within(Bound),
}

impl Serialize for Demand {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Balanced => serializer.serialize_str("balanced"),
            Self::Within(bound) => bound.serialize(serializer),
        }
    }
}

/// How the sets of a student and a submission in one dimension relate. Empty sets never intersect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// No rule.
    #[default]
    Any,
    /// The sets intersect: hard.
    Same,
    /// The sets do not intersect: hard.
    Different,
    /// A pair whose sets intersect counts like a `should_review` of weight 1.
    PreferSame,
    /// A pair whose sets do not intersect counts like a `should_review` of weight 1.
    PreferDifferent,
}

/// What is said of reviews that go both ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reciprocal {
    /// Nothing.
    #[default]
    Allow,
    /// As few as can be found once everything else is settled.
    Avoid,
    /// None.
    Forbid,
    /// No cycle of length 2 to this.
    ForbidCycles(u64),
}

impl Serialize for Reciprocal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Allow => serializer.serialize_str("allow"),
            Self::Avoid => serializer.serialize_str("avoid"),
            Self::Forbid => serializer.serialize_str("forbid"),
            Self::ForbidCycles(length) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry("forbid_cycles", length)?;
                map.end()
            }
        }
    }
}

/// Whether somebody or something takes part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Admission {
    /// Takes part.
    #[default]
    Include,
    /// Is left out.
    Exclude,
}

/// What may become of existing reviews that are not completed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Existing {
    /// All stay; reviews are only added.
    #[default]
    Keep,
    /// Deleted only where the hard rules or the evenness cannot be met otherwise, and as few as possible.
    Rebalance,
    /// Free to go.
    Replace,
}

/// What is said of pairs that were together in an earlier assignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stance {
    /// Nothing.
    #[default]
    Allow,
    /// Counts like a `should_not_review` of weight 1.
    Avoid,
    /// Never.
    Forbid,
}

/// What happens when the minima cannot all be met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shortfall {
    /// There is no plan, and a proof says why.
    #[default]
    Error,
    /// The plan that misses the fewest reviews, spread evenly.
    Partial,
}

/// What is said of pairs without a score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unscored {
    /// They score 0.
    #[default]
    Allow,
    /// They are not eligible.
    Forbid,
}

/// Whether one student may review two copies of one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum CopyRule {
    /// At most one copy of each work.
    #[default]
    Once,
    /// Any number of copies.
    Free,
}

impl Serialize for CopyRule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bool(*self == Self::Once)
    }
}

/// A rule on who reviews one submission together.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Panel {
    /// The label dimension, or `sections` or `groups`.
    pub label: String,
    /// The value counted; each value when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Id>,
    /// At least this many reviewers of the value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<u64>,
    /// At most this many reviewers of each value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<u64>,
}

/// The rules for all.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Policy {
    /// How many reviews each student gives; no minimum and no maximum by default.
    pub reviews_per_student: Bound,
    /// How many reviews each submission receives.
    pub reviews_per_submission: Demand,
    /// How many reviews all copies of a work receive together.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviews_per_work: Option<Bound>,
    /// How sections relate.
    pub section: Relation,
    /// How groups relate; `different` by default.
    pub group: Relation,
    /// How each label dimension relates; `any` where absent.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, Relation>,
    /// Reviews that go both ways.
    pub reciprocal: Reciprocal,
    /// Copies of one work.
    pub same_work_once: CopyRule,
    /// Who reviews one submission together.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub panel: Vec<Panel>,
    /// Students without a submission that is handed in.
    pub unsubmitted_reviewers: Admission,
    /// Late submissions.
    pub late: Admission,
    /// Existing reviews.
    pub existing: Existing,
    /// Earlier assignments.
    pub history: Stance,
    /// Minima that cannot be met.
    pub shortfall: Shortfall,
    /// Pairs without a score.
    pub unscored: Unscored,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            reviews_per_student: Bound::default(),
            reviews_per_submission: Demand::default(),
            reviews_per_work: None,
            section: Relation::Any,
            group: Relation::Different,
            labels: BTreeMap::new(),
            reciprocal: Reciprocal::default(),
            same_work_once: CopyRule::default(),
            panel: Vec::new(),
            unsubmitted_reviewers: Admission::default(),
            late: Admission::default(),
            existing: Existing::default(),
            history: Stance::default(),
            shortfall: Shortfall::default(),
            unscored: Unscored::default(),
        }
    }
}
