//! The problem file as a whole.

use serde::de::MapAccess;

use super::affinities::AffinitySink;
use crate::diagnostic::Diagnostics;
use crate::formats::document::{Document, DocumentSink};
use crate::formats::fields::Reader;
use crate::formats::json::Feed;
use crate::formats::locate;
use crate::formats::path::Path;
use crate::formats::shared::rows;
use crate::formats::text::parse;
use crate::input::Input;

/// What stands in the field `format`.
pub(super) const FORMAT: &str = "peerplan/problem";

/// The fields of a problem file.
pub(in crate::formats) const PROBLEM: &[&str] = &[
    "format",
    "version",
    "source",
    "students",
    "submissions",
    "peer_reviews",
    "policy",
    "rules",
    "affinities",
    "history",
    "strategy",
];

/// Reads a problem file, and returns it with the warnings. With `lenient` an unknown field is a warning.
///
/// The time is linear in the length of the text; a million affinities take about a second.
///
/// # Errors
/// Everything that is wrong, and the warnings, each with its place. A syntax error ends reading.
pub fn read(text: &[u8], lenient: bool) -> Result<(Input, Diagnostics), Diagnostics> {
    match read_partly(text, lenient) {
        (Some(input), found) if !found.has_errors() => Ok((input, found)),
        (_, found) => Err(found),
    }
}

/// Reads a problem file that may have errors. The input is returned if no entry of its long arrays is missing, with
/// defaults for single fields that could not be read: enough to look for errors that do not depend on those.
#[must_use]
pub fn read_partly(text: &[u8], lenient: bool) -> (Option<Input>, Diagnostics) {
    let mut reader = Reader::new(lenient);
    let mut syntax = Diagnostics::new();
    let input = parse(text, &mut syntax, DocumentSink::<Input>::new(&mut reader));
    reader.found.append(syntax);
    if !reader.found.is_empty() {
        locate(text, &mut reader.found);
    }
    (input.flatten().filter(|_| !reader.gaps), reader.found)
}

/// The long arrays are read element by element.
impl Document for Input {
    const FORMAT: &'static str = FORMAT;
    const FIELDS: &'static [&'static str] = PROBLEM;
    const REQUIRED: &'static [&'static str] = &["students", "submissions"];

    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        place: &Path<'_>,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "source" => self.source = reader.source(place, map.next_value()?),
            "students" => _ = rows(reader, place, map, &mut self.students, Reader::student)?,
            "submissions" => _ = rows(reader, place, map, &mut self.submissions, Reader::submission)?,
            "peer_reviews" => _ = rows(reader, place, map, &mut self.peer_reviews, Reader::peer_review)?,
            "rules" => _ = rows(reader, place, map, &mut self.rules, Reader::rule)?,
            "history" => _ = rows(reader, place, map, &mut self.history, Reader::past)?,
            "policy" => self.policy = reader.policy(place, map.next_value()?),
            "strategy" => self.strategy = reader.strategy(place, map.next_value()?),
            "affinities" => {
                let sink = AffinitySink { reader, place, rows: &mut self.affinities };
                map.next_value_seed(Feed(sink))?;
            }
            _ => unreachable!("the fields of the list are these"),
        }
        Ok(())
    }
}
