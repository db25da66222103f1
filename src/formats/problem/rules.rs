//! Rules for single pairs, and reviews of earlier assignments.

use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::input::{Past, Rule, RuleKind, RuleTarget};

/// The fields of a rule.
pub(in crate::formats) const RULE: &[&str] = &["rule", "assessor_id", "asset_id", "user_id", "weight"];
/// The fields of a history row.
pub(in crate::formats) const PAST: &[&str] = &["assessor_id", "user_id"];

/// The greatest weight of a rule.
const GREATEST_WEIGHT: u32 = 1_000_000;

const KINDS: &[(&str, RuleKind)] = &[
    ("must_review", RuleKind::MustReview),
    ("must_not_review", RuleKind::MustNotReview),
    ("should_review", RuleKind::ShouldReview),
    ("should_not_review", RuleKind::ShouldNotReview),
];

impl Reader {
    pub(super) fn rule(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Rule> {
        let mut fields = self.object(place, value, RULE)?;
        let kind = fields.require(self, place, "rule");
        let kind = kind.and_then(|value| self.choice(&place.key("rule"), &value, KINDS));
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let target = match (fields.take("asset_id"), fields.take("user_id")) {
            (Some(asset), None) => self.id(&place.key("asset_id"), &asset).map(RuleTarget::Asset),
            (None, Some(user)) => self.id(&place.key("user_id"), &user).map(RuleTarget::User),
            (None, None) => {
                let help = "add `asset_id` for one submission, or `user_id` for every work of an author";
                self.found.error("missing_field", place.key("asset_id"), "the rule names nothing to review", help);
                None
            }
            (Some(_), Some(_)) => {
                let message = "the rule names both `asset_id` and `user_id`";
                self.found.error(
                    "ambiguous_rule",
                    place,
                    message,
                    "keep one of them; write a second rule for the other",
                );
                None
            }
        };
        let weight = match fields.take("weight") {
            None => Some(1),
            Some(value) => self.integer(&place.key("weight"), &value, 1, GREATEST_WEIGHT.into()),
        };
        self.finish(place, &fields);
        let weight = u32::try_from(weight?).ok()?;
        Some(Rule { kind: kind?, assessor_id: assessor_id?, target: target?, weight })
    }

    pub(super) fn past(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Past> {
        let mut fields = self.object(place, value, PAST)?;
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let user_id = fields.require_id(self, place, "user_id");
        self.finish(place, &fields);
        Some(Past { assessor_id: assessor_id?, user_id: user_id? })
    }
}
