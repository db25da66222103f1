//! The state as a whole.

use std::borrow::Cow;

use serde::de::MapAccess;

use super::FORMAT;
use crate::demand::{DemandRecord, LeaseRecord, StudentRecord, SubmissionRecord};
use crate::diagnostic::Diagnostics;
use crate::formats::document::{Document, DocumentSink};
use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;
use crate::formats::shared::rows;
use crate::formats::text::{outcome, parse};

const STATE: &[&str] = &["format", "version", "problem_digest", "seed", "students", "submissions", "reviews"];
const STUDENT: &[&str] = &["id", "present"];
const SUBMISSION: &[&str] = &["id", "handed_in", "arrival"];
const REVIEW: &[&str] = &["assessor_id", "asset_id", "state", "until"];

/// The words for how far a review is, and whether it is finished.
const STATES: &[(&str, bool)] = &[("leased", false), ("finished", true)];

/// Reads a state. Every field is required, but for `format`, `version`, and `until` of a review.
///
/// # Errors
/// Everything that is wrong, each with its place. A syntax error ends reading.
pub fn read(text: &[u8]) -> Result<DemandRecord, Diagnostics> {
    let mut reader = Reader::new(false);
    let mut syntax = Diagnostics::new();
    let record = parse(text, &mut syntax, DocumentSink::<Parts>::new(&mut reader));
    reader.found.append(syntax);
    outcome(text, reader, record.flatten().and_then(Parts::assemble)).map(|(record, _)| record)
}

impl Reader {
    /// A time: an integer of 64 bits.
    fn time(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<i64> {
        match value {
            Json::I64(value) => Some(*value),
            Json::U64(value) if i64::try_from(*value).is_ok() => i64::try_from(*value).ok(),
            Json::U64(_) => {
                self.out_of_range(
                    place,
                    "the number is above 9223372036854775807",
                    "write an integer within the range",
                );
                None
            }
            other => {
                self.wrong_type(place, "an integer", other);
                None
            }
        }
    }

    fn student_record(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<StudentRecord> {
        let mut fields = self.object(place, value, STUDENT)?;
        let id = fields.require_id(self, place, "id");
        let present = fields.require(self, place, "present");
        let present = present.and_then(|value| self.boolean(&place.key("present"), &value));
        self.finish(place, &fields);
        Some(StudentRecord { id: id?, present: present? })
    }

    fn submission_record(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<SubmissionRecord> {
        let mut fields = self.object(place, value, SUBMISSION)?;
        let id = fields.require_id(self, place, "id");
        let handed_in = fields.require(self, place, "handed_in");
        let handed_in = handed_in.and_then(|value| self.boolean(&place.key("handed_in"), &value));
        let arrival = fields.require(self, place, "arrival");
        let arrival = arrival.and_then(|value| self.time(&place.key("arrival"), &value));
        self.finish(place, &fields);
        Some(SubmissionRecord { id: id?, handed_in: handed_in?, arrival: arrival? })
    }

    fn lease_record(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<LeaseRecord> {
        let mut fields = self.object(place, value, REVIEW)?;
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let asset_id = fields.require_id(self, place, "asset_id");
        let state = fields.require(self, place, "state");
        let finished = state.and_then(|value| self.choice(&place.key("state"), &value, STATES));
        let until = match fields.take("until") {
            None => Some(None),
            Some(value) => self.time(&place.key("until"), &value).map(Some),
        };
        if finished == Some(true) && until.is_some_and(|until| until.is_some()) {
            let help = "leave the field out, or write \"leased\"";
            self.found.error("out_of_range", place.key("until"), "a finished review has no end", help);
        }
        self.finish(place, &fields);
        Some(LeaseRecord { assessor_id: assessor_id?, asset_id: asset_id?, finished: finished?, until: until? })
    }
}

/// The fields read so far.
#[derive(Default)]
struct Parts {
    problem_digest: Option<String>,
    seed: Option<u64>,
    students: Vec<StudentRecord>,
    submissions: Vec<SubmissionRecord>,
    reviews: Vec<LeaseRecord>,
}

impl Parts {
    fn assemble(self) -> Option<DemandRecord> {
        let Self { problem_digest, seed, students, submissions, reviews } = self;
        Some(DemandRecord { problem_digest: problem_digest?, seed: seed?, students, submissions, reviews })
    }
}

impl Document for Parts {
    const FORMAT: &'static str = FORMAT;
    const FIELDS: &'static [&'static str] = STATE;
    const REQUIRED: &'static [&'static str] = &["problem_digest", "seed", "students", "submissions", "reviews"];

    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        place: &Path<'_>,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "problem_digest" => self.problem_digest = reader.text(place, map.next_value()?).map(Cow::into_owned),
            "seed" => self.seed = reader.count(place, &map.next_value()?),
            "students" => _ = rows(reader, place, map, &mut self.students, Reader::student_record)?,
            "submissions" => _ = rows(reader, place, map, &mut self.submissions, Reader::submission_record)?,
            "reviews" => _ = rows(reader, place, map, &mut self.reviews, Reader::lease_record)?,
            _ => unreachable!("the fields of the list are these"),
        }
        Ok(())
    }
}
