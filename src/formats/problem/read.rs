//! The problem file as a whole.

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::affinities::AffinitySink;
use crate::diagnostic::Diagnostics;
use crate::formats::fields::Reader;
use crate::formats::json::{Feed, Json, Sink, next_name};
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
    let input = parse(text, &mut syntax, ProblemSink { reader: &mut reader });
    reader.found.append(syntax);
    if !reader.found.is_empty() {
        locate(text, &mut reader.found);
    }
    (input.flatten().filter(|_| !reader.gaps), reader.found)
}

/// Reads the fields of the problem, the long arrays among them element by element.
struct ProblemSink<'a> {
    reader: &'a mut Reader,
}

impl ProblemSink<'_> {
    fn not_an_object(self, value: &Json<'_>) -> Option<Input> {
        self.reader.wrong_type(&Path::Root, "an object", value);
        None
    }

    /// Reads the value of one field.
    fn field<'de, A: MapAccess<'de>>(&mut self, input: &mut Input, name: &str, map: &mut A) -> Result<(), A::Error> {
        let reader = &mut *self.reader;
        let root = Path::Root;
        let place = root.key(name);
        match name {
            "format" => reader.constant(&place, &map.next_value()?, FORMAT, "wrong_format"),
            "version" => reader.version(&place, &map.next_value()?),
            "source" => input.source = reader.source(&place, map.next_value()?),
            "students" => _ = rows(reader, &place, map, &mut input.students, Reader::student)?,
            "submissions" => _ = rows(reader, &place, map, &mut input.submissions, Reader::submission)?,
            "peer_reviews" => _ = rows(reader, &place, map, &mut input.peer_reviews, Reader::peer_review)?,
            "rules" => _ = rows(reader, &place, map, &mut input.rules, Reader::rule)?,
            "history" => _ = rows(reader, &place, map, &mut input.history, Reader::past)?,
            "policy" => input.policy = reader.policy(&place, map.next_value()?),
            "strategy" => input.strategy = reader.strategy(&place, map.next_value()?),
            "affinities" => {
                let sink = AffinitySink { reader, place: &place, rows: &mut input.affinities };
                map.next_value_seed(Feed(sink))?;
            }
            _ => {
                map.next_value::<IgnoredAny>()?;
                reader.unknown(&root, name, PROBLEM);
            }
        }
        Ok(())
    }
}

impl<'de> Sink<'de> for ProblemSink<'_> {
    type Out = Option<Input>;

    fn scalar(self, value: Json<'de>) -> Self::Out {
        self.not_an_object(&value)
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Out, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.not_an_object(&Json::Arr(Vec::new())))
    }

    fn object<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Out, A::Error> {
        let mut input = Input::default();
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(name) = next_name(&mut map)? {
            if seen.contains(&name) {
                map.next_value::<IgnoredAny>()?;
                self.reader.duplicate(&Path::Root, &name);
                continue;
            }
            self.field(&mut input, &name, &mut map)?;
            if PROBLEM.contains(&&*name) {
                seen.push(name);
            }
        }
        for required in ["students", "submissions"] {
            if !seen.iter().any(|name| name == required) {
                self.reader.missing(&Path::Root, required);
                self.reader.gaps = true;
            }
        }
        Ok(Some(input))
    }
}
