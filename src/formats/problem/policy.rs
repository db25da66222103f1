//! The rules for all.

use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::input::{
    Admission, CopyRule, Demand, Existing, Panel, Policy, Reciprocal, Relation, Shortfall, Stance, Unscored,
};

/// The fields of the policy.
pub(in crate::formats) const POLICY: &[&str] = &[
    "reviews_per_student",
    "reviews_per_submission",
    "reviews_per_work",
    "section",
    "group",
    "labels",
    "reciprocal",
    "same_work_once",
    "panel",
    "unsubmitted_reviewers",
    "late",
    "existing",
    "history",
    "shortfall",
    "unscored",
];
/// The fields of a panel rule.
pub(in crate::formats) const PANEL: &[&str] = &["label", "value", "min", "max"];
/// The fields of `reciprocal` where it is an object.
pub(in crate::formats) const RECIPROCAL: &[&str] = &["forbid_cycles"];

const RELATIONS: &[(&str, Relation)] = &[
    ("any", Relation::Any),
    ("same", Relation::Same),
    ("different", Relation::Different),
    ("prefer_same", Relation::PreferSame),
    ("prefer_different", Relation::PreferDifferent),
];
const RECIPROCALS: &[(&str, Reciprocal)] =
    &[("allow", Reciprocal::Allow), ("avoid", Reciprocal::Avoid), ("forbid", Reciprocal::Forbid)];
const ADMISSIONS: &[(&str, Admission)] = &[("include", Admission::Include), ("exclude", Admission::Exclude)];
const EXISTINGS: &[(&str, Existing)] =
    &[("keep", Existing::Keep), ("rebalance", Existing::Rebalance), ("replace", Existing::Replace)];
const STANCES: &[(&str, Stance)] = &[("allow", Stance::Allow), ("avoid", Stance::Avoid), ("forbid", Stance::Forbid)];
const SHORTFALLS: &[(&str, Shortfall)] = &[("error", Shortfall::Error), ("partial", Shortfall::Partial)];
const UNSCOREDS: &[(&str, Unscored)] = &[("allow", Unscored::Allow), ("forbid", Unscored::Forbid)];
const DEMANDS: &[(&str, Demand)] = &[("balanced", Demand::Balanced)];

impl Reader {
    pub(super) fn policy(&mut self, place: &Path<'_>, value: Json<'_>) -> Policy {
        let mut policy = Policy::default();
        let Some(mut fields) = self.object(place, value, POLICY) else { return policy };
        for name in POLICY {
            if let Some(value) = fields.take(name) {
                self.policy_field(&place.key(name), &mut policy, name, value);
            }
        }
        self.finish(place, &fields);
        policy
    }

    /// Sets one field of the policy, which stands at `place`. A value that cannot be read changes nothing.
    pub(super) fn policy_field(&mut self, place: &Path<'_>, policy: &mut Policy, name: &str, value: Json<'_>) {
        match name {
            "reviews_per_student" => put(&mut policy.reviews_per_student, self.bound(place, value)),
            "reviews_per_submission" => put(&mut policy.reviews_per_submission, self.demand(place, value)),
            "reviews_per_work" => put(&mut policy.reviews_per_work, self.bound(place, value).map(Some)),
            "section" => put(&mut policy.section, self.choice(place, &value, RELATIONS)),
            "group" => put(&mut policy.group, self.choice(place, &value, RELATIONS)),
            "labels" => self.policy_labels(place, policy, value),
            "reciprocal" => put(&mut policy.reciprocal, self.reciprocal(place, value)),
            "same_work_once" => {
                let once = self.boolean(place, &value);
                put(&mut policy.same_work_once, once.map(|once| if once { CopyRule::Once } else { CopyRule::Free }));
            }
            "panel" => put(&mut policy.panel, self.list(place, value, Self::panel)),
            "unsubmitted_reviewers" => put(&mut policy.unsubmitted_reviewers, self.choice(place, &value, ADMISSIONS)),
            "late" => put(&mut policy.late, self.choice(place, &value, ADMISSIONS)),
            "existing" => put(&mut policy.existing, self.choice(place, &value, EXISTINGS)),
            "history" => put(&mut policy.history, self.choice(place, &value, STANCES)),
            "shortfall" => put(&mut policy.shortfall, self.choice(place, &value, SHORTFALLS)),
            "unscored" => put(&mut policy.unscored, self.choice(place, &value, UNSCOREDS)),
            _ => debug_assert!(false, "`{name}` is not among the known fields"),
        }
    }

    fn demand(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Demand> {
        match value {
            Json::Str(_) => self.choice(place, &value, DEMANDS),
            Json::Obj(_) | Json::U64(_) | Json::I64(_) | Json::F64(_) => self.bound(place, value).map(Demand::Within),
            other => {
                self.wrong_type(place, "\"balanced\", a number of reviews, or an object with `min` and `max`", &other);
                None
            }
        }
    }

    fn policy_labels(&mut self, place: &Path<'_>, policy: &mut Policy, value: Json<'_>) {
        let Json::Obj(fields) = value else {
            self.wrong_type(place, "an object", &value);
            return;
        };
        policy.labels.clear();
        for (dimension, relation) in &fields {
            if policy.labels.contains_key(&**dimension) {
                self.duplicate(place, dimension);
            } else {
                self.policy_label(place, policy, dimension, relation);
            }
        }
    }

    /// Sets the relation of one label dimension; `place` is that of `labels`.
    pub(super) fn policy_label(&mut self, place: &Path<'_>, policy: &mut Policy, dimension: &str, value: &Json<'_>) {
        let relation = self.choice(&place.key(dimension), value, RELATIONS);
        policy.labels.insert(String::from(dimension), relation.unwrap_or_default());
    }

    fn reciprocal(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Reciprocal> {
        match value {
            Json::Str(_) => self.choice(place, &value, RECIPROCALS),
            Json::Obj(_) => {
                let mut fields = self.object(place, value, RECIPROCAL)?;
                let length = fields.require(self, place, "forbid_cycles");
                let length = length.and_then(|value| self.integer(&place.key("forbid_cycles"), &value, 2, u64::MAX));
                self.finish(place, &fields);
                length.map(Reciprocal::ForbidCycles)
            }
            other => {
                let expected = "\"allow\", \"avoid\", \"forbid\", or an object with `forbid_cycles`";
                self.wrong_type(place, expected, &other);
                None
            }
        }
    }

    fn panel(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Panel> {
        let mut fields = self.object(place, value, PANEL)?;
        let label = fields.require(self, place, "label").and_then(|value| self.text(&place.key("label"), value));
        let (value, min, max) = (fields.take("value"), fields.take("min"), fields.take("max"));
        if min.is_some() && value.is_none() {
            let help = "add the `value` of which `min` reviewers are wanted";
            self.found.error("missing_field", place.key("value"), "`min` needs a `value`", help);
        }
        if min.is_none() && max.is_none() {
            let help = "add `max`, or `value` and `min`";
            self.found.error("missing_field", place.key("max"), "the panel rule asks for nothing", help);
        }
        let value = value.and_then(|value| self.id(&place.key("value"), &value));
        let min = min.and_then(|value| self.count(&place.key("min"), &value));
        let max = max.and_then(|value| self.count(&place.key("max"), &value));
        self.finish(place, &fields);
        self.ordered(place, min, max);
        Some(Panel { label: label?.into_owned(), value, min, max })
    }
}

/// Sets a field where its value could be read.
fn put<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}
