//! Students and submissions, and what they have in common: bounds and labels.

use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::id::{Id, PersonName};
use crate::input::{Bound, Labels, Student, Submission};

/// The fields of a student.
pub(in crate::formats) const STUDENT: &[&str] =
    &["id", "name", "sections", "groups", "labels", "can_review", "reviews"];
/// The fields of a submission.
pub(in crate::formats) const SUBMISSION: &[&str] = &[
    "id",
    "user_id",
    "authors",
    "work_id",
    "sections",
    "groups",
    "labels",
    "submitted",
    "late",
    "submitted_at",
    "reviews",
];
/// The fields of a bound.
pub(in crate::formats) const BOUND: &[&str] = &["min", "max"];

impl Reader {
    pub(super) fn student(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Student> {
        let mut fields = self.object(place, value, STUDENT)?;
        let id = fields.require_id(self, place, "id");
        let name = fields.take_nullable("name").and_then(|value| self.text(&place.key("name"), value));
        let sections = fields.take("sections").and_then(|value| self.ids(&place.key("sections"), value));
        let groups = fields.take("groups").and_then(|value| self.ids(&place.key("groups"), value));
        let labels = fields.take("labels").and_then(|value| self.labels(&place.key("labels"), value));
        let can_review = fields.take("can_review").and_then(|value| self.boolean(&place.key("can_review"), &value));
        let reviews = fields.take("reviews").and_then(|value| self.bound(&place.key("reviews"), value));
        self.finish(place, &fields);
        Some(Student {
            id: id?,
            name: name.map(|name| PersonName::new(&name)),
            sections: sections.unwrap_or_default(),
            groups: groups.unwrap_or_default(),
            labels: labels.unwrap_or_default(),
            can_review: can_review.unwrap_or(true),
            reviews,
        })
    }

    pub(super) fn submission(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Submission> {
        let mut fields = self.object(place, value, SUBMISSION)?;
        let id = fields.require_id(self, place, "id");
        let user_id = fields.nullable_id(self, place, "user_id");
        let authors = fields.take("authors").and_then(|value| self.ids(&place.key("authors"), value));
        let work_id = fields.optional_id(self, place, "work_id");
        let sections = fields.take("sections").and_then(|value| self.ids(&place.key("sections"), value));
        let groups = fields.take("groups").and_then(|value| self.ids(&place.key("groups"), value));
        let labels = fields.take("labels").and_then(|value| self.labels(&place.key("labels"), value));
        let submitted = fields.take("submitted").and_then(|value| self.boolean(&place.key("submitted"), &value));
        let late = fields.take("late").and_then(|value| self.boolean(&place.key("late"), &value));
        let submitted_at =
            fields.take_nullable("submitted_at").and_then(|value| self.text(&place.key("submitted_at"), value));
        let reviews = fields.take("reviews").and_then(|value| self.bound(&place.key("reviews"), value));
        self.finish(place, &fields);
        Some(Submission {
            id: id?,
            user_id,
            authors: authors.unwrap_or_default(),
            work_id,
            sections,
            groups,
            labels: labels.unwrap_or_default(),
            submitted: submitted.unwrap_or(true),
            late: late.unwrap_or(false),
            submitted_at: submitted_at.map(String::from),
            reviews,
        })
    }

    fn ids(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Vec<Id>> {
        self.list(place, value, |reader, place, value| reader.id(place, &value))
    }

    /// Label values by dimension.
    fn labels(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Labels> {
        let Json::Obj(fields) = value else {
            self.wrong_type(place, "an object", &value);
            return None;
        };
        let mut labels = Labels::new();
        for (dimension, values) in fields {
            if labels.contains_key(&*dimension) {
                self.duplicate(place, &dimension);
                continue;
            }
            let values = self.ids(&place.key(&dimension), values);
            labels.insert(dimension.into_owned(), values.unwrap_or_default());
        }
        Some(labels)
    }

    /// A bound: a number, or an object of `min` and `max`.
    pub(super) fn bound(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Bound> {
        let value = match value {
            Json::Obj(_) => value,
            Json::U64(_) | Json::I64(_) | Json::F64(_) => return self.count(place, &value).map(Bound::exactly),
            other => {
                self.wrong_type(place, "a number of reviews, or an object with `min` and `max`", &other);
                return None;
            }
        };
        let mut fields = self.object(place, value, BOUND)?;
        let min = fields.take("min").map_or(Some(0), |value| self.count(&place.key("min"), &value));
        let max = fields.take("max").map(|value| self.count(&place.key("max"), &value));
        self.finish(place, &fields);
        let bound = Bound { min: min?, max: if let Some(max) = max { Some(max?) } else { None } };
        self.ordered(place, Some(bound.min), bound.max).then_some(bound)
    }

    /// Checks that a minimum is not above its maximum.
    pub(super) fn ordered(&mut self, place: &Path<'_>, min: Option<u64>, max: Option<u64>) -> bool {
        let (Some(min), Some(max)) = (min, max) else { return true };
        if min > max {
            let message = format_args!("the minimum {min} is above the maximum {max}");
            self.found.error("bound_reversed", place, message, "lower `min` or raise `max`");
        }
        min <= max
    }
}
