//! The problem as its author states it: the values of a problem file, one to one.
//!
//! Nothing here is checked beyond its type. [`Problem::new`](crate::Problem::new) checks and compiles an [`Input`];
//! [`verify`](crate::verify::verify) reads the same [`Input`] by itself.

mod policy;
mod scores;

pub use policy::{
    Admission, Bound, CopyRule, Demand, Existing, Panel, Policy, Reciprocal, Relation, Shortfall, Stance, Unscored,
};
pub use scores::{Score, ScoreTable};

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde::ser::SerializeStruct;

use crate::id::{Id, PersonName};

/// Label values by dimension: `{"institution": ["kth"]}`.
pub type Labels = BTreeMap<String, Vec<Id>>;

/// Who is to review what, under which rules: the content of a problem file, and of a score file beside it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Input {
    /// Where the data comes from.
    pub source: Option<Source>,
    /// Those who review.
    pub students: Vec<Student>,
    /// What is reviewed.
    pub submissions: Vec<Submission>,
    /// The reviews that exist already.
    pub peer_reviews: Vec<PeerReview>,
    /// The rules for all.
    pub policy: Policy,
    /// The rules for single pairs.
    pub rules: Vec<Rule>,
    /// How well pairs fit.
    pub affinities: Vec<Affinity>,
    /// The same of a score file, in a form of which millions fit into memory. Nothing depends on which of the two
    /// holds a score; a pair stands in one of them.
    pub scores: ScoreTable,
    /// Who reviewed whom in earlier assignments.
    pub history: Vec<Past>,
    /// How to choose among the valid assignments.
    pub strategy: Option<StrategyChoice>,
}

impl Input {
    /// All scores with their ids: those of `affinities`, then those of `scores`. Rows of places that do not exist are
    /// left out.
    pub fn all_scores(&self) -> impl Iterator<Item = AffinityRecord<'_>> {
        let rows = self.scores.iter().filter_map(|row| {
            Some(AffinityRecord {
                assessor_id: &self.students.get(row.student as usize)?.id,
                asset_id: &self.submissions.get(row.submission as usize)?.id,
                score: row.score,
                limit: row.limit,
            })
        });
        self.affinities.iter().map(Affinity::record).chain(rows)
    }

    /// Whether no pair has a score.
    #[must_use]
    pub const fn is_unscored(&self) -> bool {
        self.affinities.is_empty() && self.scores.is_empty()
    }
}

/// As a problem file: all scores are written as `affinities`.
impl Serialize for Input {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        struct Scores<'a>(&'a Input);
        impl Serialize for Scores<'_> {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_seq(self.0.all_scores())
            }
        }
        let mut record = serializer.serialize_struct("Input", 9)?;
        if let Some(source) = &self.source {
            record.serialize_field("source", source)?;
        }
        record.serialize_field("students", &self.students)?;
        record.serialize_field("submissions", &self.submissions)?;
        if !self.peer_reviews.is_empty() {
            record.serialize_field("peer_reviews", &self.peer_reviews)?;
        }
        record.serialize_field("policy", &self.policy)?;
        if !self.rules.is_empty() {
            record.serialize_field("rules", &self.rules)?;
        }
        if !self.is_unscored() {
            record.serialize_field("affinities", &Scores(self))?;
        }
        if !self.history.is_empty() {
            record.serialize_field("history", &self.history)?;
        }
        if let Some(strategy) = &self.strategy {
            record.serialize_field("strategy", strategy)?;
        }
        record.end()
    }
}

/// The assignment of a learning-management system from which the problem was made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// The address of the installation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base_url: Option<String>,
    /// The course.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub course_id: Option<Id>,
    /// The assignment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub assignment_id: Option<Id>,
}

/// Somebody who may review: a student of a course, a reviewer of a conference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Student {
    /// The id, one per student.
    pub id: Id,
    /// The name; never written anywhere unless asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<PersonName>,
    /// The sections of the student.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sections: Vec<Id>,
    /// The groups of the student.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Id>,
    /// The label values of the student.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Whether the student may review at all.
    #[serde(skip_serializing_if = "is_true")]
    pub can_review: bool,
    /// How many reviews the student gives, instead of the policy's bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviews: Option<Bound>,
}

impl Student {
    /// A student with the defaults of the format.
    #[must_use]
    pub fn new(id: impl Into<Id>) -> Self {
        Self {
            id: id.into(),
            name: None,
            sections: Vec::new(),
            groups: Vec::new(),
            labels: Labels::new(),
            can_review: true,
            reviews: None,
        }
    }
}

/// A piece of work as handed in by one person; copies of one work share a `work_id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Submission {
    /// The id, one per submission.
    pub id: Id,
    /// The owner; always an author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<Id>,
    /// Further authors; they need not be listed students.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<Id>,
    /// The work of which this is a copy; a work of its own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub work_id: Option<Id>,
    /// The sections; those of the listed authors of the work when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sections: Option<Vec<Id>>,
    /// The groups; those of the listed authors of the work when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<Id>>,
    /// The label values; each absent dimension is that of the listed authors of the work.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: Labels,
    /// Whether anything was handed in.
    #[serde(skip_serializing_if = "is_true")]
    pub submitted: bool,
    /// Whether it was handed in late.
    #[serde(skip_serializing_if = "is_false")]
    pub late: bool,
    /// When it was handed in (RFC 3339); informative.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub submitted_at: Option<String>,
    /// How many reviews the submission receives, instead of the policy's bound; hard under `balanced` too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviews: Option<Bound>,
}

impl Submission {
    /// A submission of nobody with the defaults of the format.
    #[must_use]
    pub fn new(id: impl Into<Id>) -> Self {
        Self {
            id: id.into(),
            user_id: None,
            authors: Vec::new(),
            work_id: None,
            sections: None,
            groups: None,
            labels: Labels::new(),
            submitted: true,
            late: false,
            submitted_at: None,
            reviews: None,
        }
    }

    /// A submission owned by `user`.
    #[must_use]
    pub fn by(id: impl Into<Id>, user: impl Into<Id>) -> Self {
        Self { user_id: Some(user.into()), ..Self::new(id) }
    }
}

/// How far an existing review has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WorkflowState {
    /// Asked for; may be moved where the policy allows it.
    Assigned,
    /// Written; never deleted.
    Completed,
}

/// A review that exists already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerReview {
    /// The id of the review itself.
    pub id: Option<Id>,
    /// The owner of the submission.
    pub user_id: Option<Id>,
    /// Who reviews; may have left the course.
    pub assessor_id: Id,
    /// The submission that is reviewed.
    pub asset_id: Id,
    /// How far it has come.
    pub workflow_state: WorkflowState,
}

impl PeerReview {
    /// The review as a record of borrowed ids.
    #[must_use]
    pub const fn record(&self) -> ReviewRecord<'_> {
        ReviewRecord {
            id: self.id.as_ref(),
            user_id: self.user_id.as_ref(),
            assessor_id: &self.assessor_id,
            asset_id: &self.asset_id,
            workflow_state: self.workflow_state,
        }
    }
}

impl Serialize for PeerReview {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record().serialize(serializer)
    }
}

/// A peer review whose ids are borrowed, so that millions of them need no memory of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReviewRecord<'a> {
    /// The id of the review itself, where it exists already.
    pub id: Option<&'a Id>,
    /// The owner of the submission.
    pub user_id: Option<&'a Id>,
    /// Who reviews.
    pub assessor_id: &'a Id,
    /// The submission that is reviewed.
    pub asset_id: &'a Id,
    /// How far it has come.
    pub workflow_state: WorkflowState,
}

impl Serialize for ReviewRecord<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = 4 + usize::from(self.id.is_some()) + usize::from(self.user_id.is_some());
        let mut record = serializer.serialize_struct("PeerReview", fields)?;
        if let Some(id) = self.id {
            record.serialize_field("id", id)?;
        }
        if let Some(user_id) = self.user_id {
            record.serialize_field("user_id", user_id)?;
        }
        record.serialize_field("assessor_id", self.assessor_id)?;
        record.serialize_field("asset_id", self.asset_id)?;
        record.serialize_field("asset_type", "Submission")?;
        record.serialize_field("workflow_state", &self.workflow_state)?;
        record.end()
    }
}

/// What a rule asks of the pairs it covers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleKind {
    /// The pair is part of every assignment.
    MustReview,
    /// The pair is part of no assignment.
    MustNotReview,
    /// The pair is wished for.
    ShouldReview,
    /// The pair is to be avoided.
    ShouldNotReview,
}

/// What a rule speaks of beside the assessor.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum RuleTarget {
    /// That submission.
    #[serde(rename = "asset_id")]
    Asset(Id),
    /// Every work of that author.
    #[serde(rename = "user_id")]
    User(Id),
}

/// A rule for one assessor and one submission or author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rule {
    /// What the rule asks.
    #[serde(rename = "rule")]
    pub kind: RuleKind,
    /// Who reviews.
    pub assessor_id: Id,
    /// What is reviewed.
    #[serde(flatten)]
    pub target: RuleTarget,
    /// How much a should rule counts, from 1.
    #[serde(skip_serializing_if = "is_one")]
    pub weight: u32,
}

/// A number in millionths: the fixed point in which scores and limits are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Micros(pub i64);

impl Serialize for Micros {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[allow(clippy::cast_precision_loss, reason = "the format bounds scores to 10^12 units, exact in a double")]
        serializer.serialize_f64(self.0 as f64 / 1e6)
    }
}

/// The shortest decimal.
impl core::fmt::Display for Micros {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let (whole, mut rest) = (self.0.unsigned_abs() / 1_000_000, self.0.unsigned_abs() % 1_000_000);
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let mut digits = 6;
        while rest.is_multiple_of(10) {
            (rest, digits) = (rest / 10, digits - 1);
        }
        write!(f, "{sign}{whole}.{rest:0digits$}")
    }
}

/// How well an assessor fits a submission.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affinity {
    /// Who would review.
    pub assessor_id: Id,
    /// What would be reviewed.
    pub asset_id: Id,
    /// The score, in 10^-6; at most 10^12 in size.
    pub score: Micros,
    /// The pair's own limit on its probability, in 10^-6, for strategies with limits.
    pub limit: Option<Micros>,
}

impl Affinity {
    /// The affinity as a record of borrowed ids.
    #[must_use]
    pub const fn record(&self) -> AffinityRecord<'_> {
        AffinityRecord {
            assessor_id: &self.assessor_id,
            asset_id: &self.asset_id,
            score: self.score,
            limit: self.limit,
        }
    }
}

impl Serialize for Affinity {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.record().serialize(serializer)
    }
}

/// An affinity whose ids are borrowed, wherever the score comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct AffinityRecord<'a> {
    /// Who would review.
    pub assessor_id: &'a Id,
    /// What would be reviewed.
    pub asset_id: &'a Id,
    /// The score, in 10^-6; at most 10^12 in size.
    pub score: Micros,
    /// The pair's own limit on its probability, in 10^-6, for strategies with limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<Micros>,
}

/// A review of an earlier assignment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Past {
    /// Who reviewed.
    pub assessor_id: Id,
    /// Whose work it was.
    pub user_id: Id,
}

/// The strategy asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StrategyChoice {
    /// The name in the registry.
    pub name: String,
    /// The seed; 0 by default.
    pub seed: u64,
    /// Parameters in 10^-6 by name, such as `limit`.
    #[serde(flatten, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, Micros>,
}

impl StrategyChoice {
    /// The strategy used when none is named.
    pub const DEFAULT_NAME: &'static str = "random";
}

impl Default for StrategyChoice {
    fn default() -> Self {
        Self { name: String::from(Self::DEFAULT_NAME), seed: 0, parameters: BTreeMap::new() }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_true(value: &bool) -> bool {
    *value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
const fn is_one(value: &u32) -> bool {
    *value == 1
}
