//! A plan as it stands in a plan file: records with ids, readable without the problem.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use serde::Serialize;

use crate::certificate::Certificate;
use crate::id::Id;
use crate::input::{PeerReview, ReviewRecord, Source, StrategyChoice};

use super::Words;

/// One step of a plan, with borrowed ids.
#[derive(Debug, Clone, Copy, Serialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum OperationRecord<'a> {
    /// Ask for a review that does not exist yet.
    Create {
        /// The review to be; without an id.
        peer_review: ReviewRecord<'a>,
        /// Why.
        #[serde(skip_serializing_if = "Words::is_empty")]
        reason: Words<'a>,
    },
    /// Take back a review that exists and is not completed.
    Delete {
        /// The review that exists.
        peer_review: ReviewRecord<'a>,
        /// Why.
        reason: Words<'a>,
    },
}

impl<'a> OperationRecord<'a> {
    /// The review that is created or deleted.
    #[must_use]
    pub const fn peer_review(&self) -> &ReviewRecord<'a> {
        match self {
            Self::Create { peer_review, .. } | Self::Delete { peer_review, .. } => peer_review,
        }
    }
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Operation {
    /// Ask for a review that does not exist yet, with the reason in words.
    Create(PeerReview, String),
    /// Take back a review that exists and is not completed, with the reason in words.
    Delete(PeerReview, String),
}

impl Operation {
    /// The step with borrowed ids.
    #[must_use]
    pub fn record(&self) -> OperationRecord<'_> {
        match self {
            Self::Create(review, reason) => {
                OperationRecord::Create { peer_review: review.record(), reason: Words::new(reason) }
            }
            Self::Delete(review, reason) => {
                OperationRecord::Delete { peer_review: review.record(), reason: Words::new(reason) }
            }
        }
    }
}

/// On which side a shortfall is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// A student gives too few reviews.
    Student,
    /// A submission receives too few reviews.
    Submission,
    /// All copies of a work together receive too few reviews.
    Work,
}

/// A minimum that is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShortfallRecord {
    /// Student, submission or work.
    pub kind: Side,
    /// Which one.
    pub id: Id,
    /// The minimum.
    pub wanted: u64,
    /// The count in the result.
    pub got: u64,
    /// Why there is no more, in words; empty where a plan file does not say it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// How a count is spread: least, greatest, mean and Gini coefficient (0 = even).
///
/// The Gini coefficient of counts x₁ ≤ … ≤ xₙ is Σᵢ (2i − n − 1) xᵢ / (n Σᵢ xᵢ), and 0 where the sum is 0
/// (C. Gini, "Variabilità e mutabilità", 1912).
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Spread {
    /// The least count.
    pub min: u64,
    /// The greatest count.
    pub max: u64,
    /// The mean.
    pub mean: f64,
    /// The Gini coefficient.
    pub gini: f64,
}

/// The affinity of the resulting reviews.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct AffinityReport {
    /// The sum of scores.
    pub total: f64,
    /// The same in 10^-6, exact.
    pub total_units: i64,
    /// The mean score of a review.
    pub mean: f64,
    /// The least sum over the reviews of one handed-in submission.
    pub min_submission: f64,
    /// The same in 10^-6, exact.
    pub min_submission_units: i64,
}

/// Counts over the resulting reviews: kept and created.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Report {
    /// Resulting reviews.
    pub reviews: u64,
    /// Reviews the plan creates.
    pub created: u64,
    /// Reviews the plan deletes.
    pub deleted: u64,
    /// Reviews that stay.
    pub kept: u64,
    /// Reviews received, over handed-in submissions.
    pub per_submission: Spread,
    /// Reviews given, over students who may review.
    pub per_student: Spread,
    /// Unordered pairs of persons who review each other's work.
    pub reciprocal_pairs: u64,
    /// Reviews that a history row covers.
    pub repeat_pairs: u64,
    /// Reviews that a `should_review` covers.
    pub should_met: u64,
    /// Reviews that a `should_not_review` covers.
    pub should_not_broken: u64,
    /// Scores.
    pub affinity: AffinityReport,
    /// What no valid plan goes below, under `rebalance` and where the rules are no network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bound: Option<GoalBound>,
    /// Whether the plan reaches that bound, and so is proven to be best; stands beside the bound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub optimal: Option<bool>,
}

/// What no valid plan goes below, goal by goal: each only among the plans that reach those before it.
///
/// A goal that is not counted is absent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct GoalBound {
    /// Reviews short of the minima, under `shortfall: partial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing: Option<u64>,
    /// The sum of squares of the shortfalls, under `shortfall: partial`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missing_squares: Option<u64>,
    /// Resulting reviews that count, where their number is not the strategy's to choose.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviews: Option<u64>,
    /// The sum of squares of reviews received over the handed-in submissions, where they are balanced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received_squares: Option<u64>,
    /// Deletes of reviews that could stay, under `rebalance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deletes: Option<u64>,
    /// What should rules, wishes and history `avoid` add up to: no valid plan goes above it.
    pub preferences: i64,
    /// The sum of scores, in units of 10^-6, from strategies that maximise it where the rules are no network: no valid plan
    /// goes above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub affinity_units: Option<i64>,
    /// What the worst-off submission that counts has, in units of 10^-6, from `max_min`: no valid plan goes above it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worst_units: Option<i64>,
}

/// Counts, preferences, and sums of scores.
type Rank = ([Option<u64>; 5], Reverse<i64>, [Reverse<Option<i64>>; 2]);

impl GoalBound {
    /// The goals in their order, the greatest preferences and sums first.
    pub(crate) fn rank(&self) -> Rank {
        let counts = [self.missing, self.missing_squares, self.reviews, self.received_squares, self.deletes];
        (counts, Reverse(self.preferences), [Reverse(self.affinity_units), Reverse(self.worst_units)])
    }
}

/// Reviewers who could step in for one submission, best first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Alternates {
    /// The submission.
    pub asset_id: Id,
    /// The reviewers.
    pub assessor_ids: Vec<Id>,
}

/// What stands in a plan file, whether read from one or rendered from a [`Plan`](crate::Plan) while it is written.
pub trait Records {
    /// Where the problem came from.
    fn source(&self) -> Option<&Source>;
    /// SHA-256 over the canonical form of the problem, in hexadecimal.
    fn problem_digest(&self) -> &str;
    /// Program and release.
    fn generator(&self) -> &str;
    /// The strategy and its parameters.
    fn strategy(&self) -> &StrategyChoice;
    /// The steps, in the order in which they are to be done.
    fn operations(&self) -> Box<dyn Iterator<Item = OperationRecord<'_>> + '_>;
    /// The existing reviews that stay.
    fn kept(&self) -> Box<dyn Iterator<Item = ReviewRecord<'_>> + '_>;
    /// The minima that are not met.
    fn shortfalls(&self) -> &[ShortfallRecord];
    /// The figures.
    fn report(&self) -> &Report;
    /// The alternates.
    fn alternates(&self) -> &[Alternates];
    /// The proof that there is no better plan, where one was asked for and the strategy has one.
    fn certificate(&self) -> Option<&Certificate>;
}

/// The content of a plan file.
#[derive(Debug, Clone, PartialEq)]
pub struct PlanDocument {
    /// Where the problem came from.
    pub source: Option<Source>,
    /// SHA-256 over the canonical form of the problem, in hexadecimal.
    pub problem_digest: String,
    /// Program and release.
    pub generator: String,
    /// The strategy and its parameters.
    pub strategy: StrategyChoice,
    /// The steps, in the order in which they are to be done.
    pub operations: Vec<Operation>,
    /// The existing reviews that stay.
    pub kept: Vec<PeerReview>,
    /// The minima that are not met.
    pub shortfalls: Vec<ShortfallRecord>,
    /// The figures.
    pub report: Report,
    /// The alternates.
    pub alternates: Vec<Alternates>,
    /// The proof that there is no better plan.
    pub certificate: Option<Certificate>,
}

impl Records for PlanDocument {
    fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }
    fn problem_digest(&self) -> &str {
        &self.problem_digest
    }
    fn generator(&self) -> &str {
        &self.generator
    }
    fn strategy(&self) -> &StrategyChoice {
        &self.strategy
    }
    fn operations(&self) -> Box<dyn Iterator<Item = OperationRecord<'_>> + '_> {
        Box::new(self.operations.iter().map(Operation::record))
    }
    fn kept(&self) -> Box<dyn Iterator<Item = ReviewRecord<'_>> + '_> {
        Box::new(self.kept.iter().map(PeerReview::record))
    }
    fn shortfalls(&self) -> &[ShortfallRecord] {
        &self.shortfalls
    }
    fn report(&self) -> &Report {
        &self.report
    }
    fn alternates(&self) -> &[Alternates] {
        &self.alternates
    }
    fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }
}
