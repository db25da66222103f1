//! What problem files and plan files have in common: the source, the strategy, peer reviews, fixed-point numbers.

use core::fmt::Display;

use serde::de::MapAccess;

use super::fields::Reader;
use super::json::{Elements, Feed, Json};
use super::micros::micros_from_f64;
use super::path::Path;
use crate::input::{Micros, PeerReview, Source, StrategyChoice, WorkflowState};

/// The fields of `source`.
pub(super) const SOURCE: &[&str] = &["base_url", "course_id", "assignment_id"];
/// The fields of `strategy`: name, seed and the parameters that strategies have.
pub(super) const STRATEGY: &[&str] = &["name", "seed", "limit", "perturbation", "decay", "quality"];
/// The fields of a peer review.
pub(super) const PEER_REVIEW: &[&str] = &["id", "user_id", "assessor_id", "asset_id", "asset_type", "workflow_state"];

const WORKFLOW_STATES: &[(&str, WorkflowState)] =
    &[("assigned", WorkflowState::Assigned), ("completed", WorkflowState::Completed)];

/// The greatest score and the greatest strategy parameter, in units.
const GREATEST: i64 = 1_000_000_000_000;

impl Reader {
    /// A score or a strategy parameter: at most 10^6 in size.
    pub(super) fn micros(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<Micros> {
        let units = match value {
            Json::U64(value) => i64::try_from(*value).ok().and_then(|value| value.checked_mul(1_000_000)).map(Micros),
            Json::I64(value) => value.checked_mul(1_000_000).map(Micros),
            Json::F64(value) if value.abs() <= 1e6 => micros_from_f64(*value),
            Json::F64(_) => None,
            other => {
                self.wrong_type(place, "a number", other);
                return None;
            }
        };
        let within = units.filter(|Micros(units)| units.abs() <= GREATEST);
        if within.is_none() {
            self.out_of_range(place, "the number is not from -1000000 to 1000000", "scale all scores down");
        }
        within
    }

    /// A limit: from 0 to 1.
    pub(super) fn limit(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<Micros> {
        let within = match value {
            Json::U64(value) => *value <= 1,
            Json::I64(_) => false,
            Json::F64(value) => (0.0..=1.0).contains(value),
            other => {
                self.wrong_type(place, "a number from 0 to 1", other);
                return None;
            }
        };
        if within {
            return self.micros(place, value);
        }
        let given: &dyn Display = match value {
            Json::U64(value) => value,
            Json::I64(value) => value,
            Json::F64(value) => value,
            _ => &"",
        };
        let message = format_args!("a limit is a number from 0 to 1, not {given}");
        self.out_of_range(place, message, "write a number within the range");
        None
    }

    /// The field `source`.
    pub(super) fn source(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Source> {
        let mut fields = self.object(place, value, SOURCE)?;
        let base_url = fields.take("base_url").and_then(|value| self.text(&place.key("base_url"), value));
        let source = Source {
            base_url: base_url.map(String::from),
            course_id: fields.optional_id(self, place, "course_id"),
            assignment_id: fields.optional_id(self, place, "assignment_id"),
        };
        self.finish(place, &fields);
        Some(source)
    }

    /// The field `strategy`.
    pub(super) fn strategy(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<StrategyChoice> {
        let Json::Obj(fields) = value else {
            self.wrong_type(place, "an object", &value);
            return None;
        };
        let mut choice = StrategyChoice::default();
        let mut seen: Vec<&str> = Vec::new();
        for (name, value) in &fields {
            if seen.contains(&&**name) {
                self.duplicate(place, name);
                continue;
            }
            seen.push(name);
            self.strategy_field(place, &mut choice, name, value);
        }
        Some(choice)
    }

    /// One field of `strategy`.
    pub(super) fn strategy_field(
        &mut self,
        place: &Path<'_>,
        choice: &mut StrategyChoice,
        name: &str,
        value: &Json<'_>,
    ) {
        let (object, place) = (place, &place.key(name));
        match name {
            "name" => {
                if let Json::Str(text) = value {
                    choice.name = String::from(&**text);
                } else {
                    self.wrong_type(place, "the name of a strategy", value);
                }
            }
            "seed" => choice.seed = self.count(place, value).unwrap_or_default(),
            _ if !STRATEGY.contains(&name) => self.unknown(object, name, STRATEGY),
            _ => {
                let number = if name == "limit" { self.limit(place, value) } else { self.micros(place, value) };
                if let Some(number) = number {
                    choice.parameters.insert(String::from(name), number);
                }
            }
        }
    }

    /// A peer review.
    pub(super) fn peer_review(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<PeerReview> {
        let mut fields = self.object(place, value, PEER_REVIEW)?;
        let id = fields.optional_id(self, place, "id");
        let user_id = fields.nullable_id(self, place, "user_id");
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let asset_id = fields.require_id(self, place, "asset_id");
        if let Some(value) = fields.take("asset_type") {
            self.constant(&place.key("asset_type"), &value, "Submission", "unknown_value");
        }
        let workflow_state = match fields.take("workflow_state") {
            None => Some(WorkflowState::Assigned),
            Some(value) => self.choice(&place.key("workflow_state"), &value, WORKFLOW_STATES),
        };
        self.finish(place, &fields);
        Some(PeerReview {
            id,
            user_id,
            assessor_id: assessor_id?,
            asset_id: asset_id?,
            workflow_state: workflow_state?,
        })
    }
}

/// Reads an array of the domain's values into `all`. Returns whether it is an array; if not, that is reported.
pub(super) fn rows<'de, T, A: MapAccess<'de>>(
    reader: &mut Reader,
    place: &Path<'_>,
    map: &mut A,
    all: &mut Vec<T>,
    each: impl Fn(&mut Reader, &Path<'_>, Json<'de>) -> Option<T>,
) -> Result<bool, A::Error> {
    let elements = Elements(|index, value| {
        let entry = each(reader, &place.at(index), value);
        reader.gaps |= entry.is_none();
        all.extend(entry);
    });
    let other = map.next_value_seed(Feed(elements))?;
    if let Some(other) = &other {
        reader.wrong_type(place, "an array", other);
        reader.gaps = true;
    }
    Ok(other.is_none())
}
