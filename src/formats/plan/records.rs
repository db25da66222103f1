//! The records of a plan file, read.

use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::plan::{AffinityReport, Alternates, GoalBound, Operation, Report, ShortfallRecord, Side, Spread};

/// The fields of an operation.
pub(in crate::formats) const OPERATION: &[&str] = &["op", "peer_review", "reason"];
/// The fields of a shortfall.
pub(in crate::formats) const SHORTFALL: &[&str] = &["kind", "id", "wanted", "got", "reason"];
/// The fields of one submission's alternates.
pub(in crate::formats) const ALTERNATES: &[&str] = &["asset_id", "assessor_ids"];
/// The fields of the report.
pub(in crate::formats) const REPORT: &[&str] = &[
    "reviews",
    "created",
    "deleted",
    "kept",
    "per_submission",
    "per_student",
    "reciprocal_pairs",
    "repeat_pairs",
    "should_met",
    "should_not_broken",
    "affinity",
    "bound",
    "optimal",
];
/// The fields of the bound in the report.
pub(in crate::formats) const BOUND: &[&str] = &[
    "missing",
    "missing_squares",
    "reviews",
    "received_squares",
    "deletes",
    "preferences",
    "affinity_units",
    "worst_units",
];
/// The fields of a spread.
pub(in crate::formats) const SPREAD: &[&str] = &["min", "max", "mean", "gini"];
/// The fields of the affinity figures.
pub(in crate::formats) const AFFINITY_REPORT: &[&str] =
    &["total", "total_units", "mean", "min_submission", "min_submission_units"];

#[derive(Clone, Copy, PartialEq)]
enum Op {
    Create,
    Delete,
}

const OPS: &[(&str, Op)] = &[("create", Op::Create), ("delete", Op::Delete)];
const SIDES: &[(&str, Side)] = &[("student", Side::Student), ("submission", Side::Submission), ("work", Side::Work)];

impl Reader {
    pub(super) fn operation(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Operation> {
        let mut fields = self.object(place, value, OPERATION)?;
        let op = fields.require(self, place, "op").and_then(|value| self.choice(&place.key("op"), &value, OPS));
        let at = place.key("peer_review");
        let review = fields.require(self, place, "peer_review").and_then(|value| self.peer_review(&at, value));
        let reason = fields.take("reason");
        let reason = reason.and_then(|value| self.text(&place.key("reason"), value)).unwrap_or_default().into_owned();
        self.finish(place, &fields);
        match op? {
            Op::Create => {
                let review = review?;
                if review.id.is_some() {
                    let message = "a review that is to be created has no id yet";
                    self.found.error("unknown_field", at.key("id"), message, "remove the id");
                }
                Some(Operation::Create(review, reason))
            }
            Op::Delete => Some(Operation::Delete(review?, reason)),
        }
    }

    pub(super) fn shortfall(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<ShortfallRecord> {
        let mut fields = self.object(place, value, SHORTFALL)?;
        let kind = fields.require(self, place, "kind").and_then(|value| self.choice(&place.key("kind"), &value, SIDES));
        let id = fields.require_id(self, place, "id");
        let wanted = fields.require(self, place, "wanted").and_then(|value| self.count(&place.key("wanted"), &value));
        let got = fields.require(self, place, "got").and_then(|value| self.count(&place.key("got"), &value));
        let reason = fields.take("reason").and_then(|value| self.text(&place.key("reason"), value));
        self.finish(place, &fields);
        let reason = reason.unwrap_or_default().into_owned();
        Some(ShortfallRecord { kind: kind?, id: id?, wanted: wanted?, got: got?, reason })
    }

    pub(super) fn alternates(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Alternates> {
        let mut fields = self.object(place, value, ALTERNATES)?;
        let asset_id = fields.require_id(self, place, "asset_id");
        let at = place.key("assessor_ids");
        let assessor_ids = fields
            .require(self, place, "assessor_ids")
            .and_then(|value| self.list(&at, value, |reader, place, value| reader.id(place, &value)));
        self.finish(place, &fields);
        Some(Alternates { asset_id: asset_id?, assessor_ids: assessor_ids? })
    }

    pub(super) fn report(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Report> {
        let mut fields = self.object(place, value, REPORT)?;
        let mut count = |reader: &mut Self, name: &str| {
            fields.require(reader, place, name).and_then(|value| reader.count(&place.key(name), &value))
        };
        let [reviews, created, deleted, kept] = ["reviews", "created", "deleted", "kept"].map(|name| count(self, name));
        let [reciprocal_pairs, repeat_pairs, should_met, should_not_broken] =
            ["reciprocal_pairs", "repeat_pairs", "should_met", "should_not_broken"].map(|name| count(self, name));
        let mut spread = |reader: &mut Self, name: &str| {
            fields.require(reader, place, name).and_then(|value| reader.spread(&place.key(name), value))
        };
        let per_submission = spread(self, "per_submission");
        let per_student = spread(self, "per_student");
        let at = place.key("affinity");
        let affinity = fields.require(self, place, "affinity").and_then(|value| self.affinity_report(&at, value));
        let bound = fields.take("bound").and_then(|value| self.goal_bound(&place.key("bound"), value));
        let optimal = fields.take("optimal").and_then(|value| self.boolean(&place.key("optimal"), &value));
        self.finish(place, &fields);
        Some(Report {
            reviews: reviews?,
            created: created?,
            deleted: deleted?,
            kept: kept?,
            per_submission: per_submission?,
            per_student: per_student?,
            reciprocal_pairs: reciprocal_pairs?,
            repeat_pairs: repeat_pairs?,
            should_met: should_met?,
            should_not_broken: should_not_broken?,
            affinity: affinity?,
            bound,
            optimal,
        })
    }

    fn goal_bound(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<GoalBound> {
        let mut fields = self.object(place, value, BOUND)?;
        let [missing, missing_squares, reviews, received_squares, deletes] =
            [BOUND[0], BOUND[1], BOUND[2], BOUND[3], BOUND[4]]
                .map(|name| fields.take(name).and_then(|value| self.count(&place.key(name), &value)));
        let at = place.key("preferences");
        let preferences = fields.require(self, place, "preferences").and_then(|value| self.units(&at, &value));
        let [affinity_units, worst_units] =
            [BOUND[6], BOUND[7]].map(|name| fields.take(name).and_then(|value| self.units(&place.key(name), &value)));
        self.finish(place, &fields);
        let preferences = preferences?;
        Some(GoalBound {
            missing,
            missing_squares,
            reviews,
            received_squares,
            deletes,
            preferences,
            affinity_units,
            worst_units,
        })
    }

    fn spread(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Spread> {
        let mut fields = self.object(place, value, SPREAD)?;
        let [min, max] = ["min", "max"]
            .map(|name| fields.require(self, place, name).and_then(|value| self.count(&place.key(name), &value)));
        let [mean, gini] = ["mean", "gini"]
            .map(|name| fields.require(self, place, name).and_then(|value| self.number(&place.key(name), &value)));
        self.finish(place, &fields);
        Some(Spread { min: min?, max: max?, mean: mean?, gini: gini? })
    }

    fn affinity_report(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<AffinityReport> {
        let mut fields = self.object(place, value, AFFINITY_REPORT)?;
        let [total, mean, min_submission] = ["total", "mean", "min_submission"]
            .map(|name| fields.require(self, place, name).and_then(|value| self.number(&place.key(name), &value)));
        let [total_units, min_submission_units] = ["total_units", "min_submission_units"]
            .map(|name| fields.require(self, place, name).and_then(|value| self.units(&place.key(name), &value)));
        self.finish(place, &fields);
        Some(AffinityReport {
            total: total?,
            total_units: total_units?,
            mean: mean?,
            min_submission: min_submission?,
            min_submission_units: min_submission_units?,
        })
    }

    /// A figure: any number.
    fn number(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<f64> {
        #[allow(clippy::cast_precision_loss, reason = "a figure is a double")]
        match value {
            Json::U64(value) => Some(*value as f64),
            Json::I64(value) => Some(*value as f64),
            Json::F64(value) => Some(*value),
            other => {
                self.wrong_type(place, "a number", other);
                None
            }
        }
    }

    /// A sum in millionths: an integer that may be negative.
    pub(super) fn units(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<i64> {
        match value {
            Json::U64(value) if i64::try_from(*value).is_ok() => i64::try_from(*value).ok(),
            Json::I64(value) => Some(*value),
            Json::U64(_) => {
                self.out_of_range(place, "the number is not below 2^63", "write the sum in millionths");
                None
            }
            other => {
                self.wrong_type(place, "an integer", other);
                None
            }
        }
    }
}
