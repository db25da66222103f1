//! From JSON values to values of the domain: each reading either succeeds or reports what is wrong and where.

use std::borrow::Cow;
use std::fmt::Display;

use super::json::Json;
use super::path::Path;
use crate::diagnostic::{Diagnostics, Severity};
use crate::id::Id;

/// What helps against a wrong id.
pub(super) const ID_HELP: &str = "write an integer from 0 to 18446744073709551615, or a text that is not empty";

/// Collects what is wrong while values are read.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// What was found so far.
    pub(super) found: Diagnostics,
    /// Whether unknown fields are warnings.
    lenient: bool,
    /// Whether an entry of a long array, or such an array, is missing because it could not be read.
    pub(super) gaps: bool,
}

impl Reader {
    pub(super) const fn new(lenient: bool) -> Self {
        Self { found: Diagnostics::new(), lenient, gaps: false }
    }

    /// Reports a value of the wrong type.
    pub(super) fn wrong_type(&mut self, place: &Path<'_>, expected: &str, value: &Json<'_>) {
        let found = value.kind();
        let message = format_args!("expected {expected}, found {found}");
        self.found.error("wrong_type", place, message, &format!("write {expected}"));
    }

    /// Reports a field that must be there and is not.
    pub(super) fn missing(&mut self, object: &Path<'_>, name: &str) {
        let message = format_args!("the field `{name}` is missing");
        self.found.error("missing_field", object.key(name), message, "add the field");
    }

    /// Reports a field that the format does not know.
    pub(super) fn unknown(&mut self, object: &Path<'_>, name: &str, known: &[&str]) {
        let severity = if self.lenient { Severity::Warning } else { Severity::Error };
        let help = format!("remove it, or correct the name; the fields here are {}", known.join(", "));
        self.found.push(
            severity,
            "unknown_field",
            object.key(name),
            format_args!("unknown field {}", shown(name)),
            &help,
        );
    }

    /// Reports a field that stands twice in one object.
    pub(super) fn duplicate(&mut self, object: &Path<'_>, name: &str) {
        let message = format_args!("the field {} stands twice in one object", shown(name));
        self.found.error("duplicate_field", object.key(name), message, "keep one of them");
    }

    /// Reports a number outside of its range.
    pub(super) fn out_of_range(&mut self, place: &Path<'_>, message: impl Display, help: &str) {
        self.found.error("out_of_range", place, message, help);
    }

    /// The fields of an object whose fields are `known`.
    pub(super) fn object<'j>(
        &mut self,
        place: &Path<'_>,
        value: Json<'j>,
        known: &'static [&'static str],
    ) -> Option<Fields<'j>> {
        match value {
            Json::Obj(fields) => Some(Fields { rest: fields, known }),
            other => {
                self.wrong_type(place, "an object", &other);
                None
            }
        }
    }

    /// Reports what is left of an object once every known field is taken: unknown fields and second ones.
    pub(super) fn finish(&mut self, place: &Path<'_>, fields: &Fields<'_>) {
        for (name, _) in &fields.rest {
            if fields.known.contains(&&**name) {
                self.duplicate(place, name);
            } else {
                self.unknown(place, name, fields.known);
            }
        }
    }

    /// An array, each element read by `each`; elements that cannot be read are left out.
    pub(super) fn list<'j, T>(
        &mut self,
        place: &Path<'_>,
        value: Json<'j>,
        mut each: impl FnMut(&mut Self, &Path<'_>, Json<'j>) -> Option<T>,
    ) -> Option<Vec<T>> {
        match value {
            Json::Arr(items) => {
                let mut all = Vec::with_capacity(items.len());
                for (index, item) in items.into_iter().enumerate() {
                    all.extend(each(self, &place.at(index), item));
                }
                Some(all)
            }
            other => {
                self.wrong_type(place, "an array", &other);
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<bool> {
        if let Json::Bool(value) = value {
            return Some(*value);
        }
        self.wrong_type(place, "true or false", value);
        None
    }

    pub(super) fn text<'j>(&mut self, place: &Path<'_>, value: Json<'j>) -> Option<Cow<'j, str>> {
        match value {
            Json::Str(text) => Some(text),
            other => {
                self.wrong_type(place, "a text", &other);
                None
            }
        }
    }

    pub(super) fn id(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<Id> {
        let wrong = match value {
            Json::U64(value) => return Some(Id::from(*value)),
            Json::Str(text) => match Id::text(text) {
                Ok(id) => return Some(id),
                Err(_) => "an empty text",
            },
            Json::I64(_) => "a negative number",
            Json::F64(value) if *value >= TWO_POW_64 => "an integer that is too large",
            Json::F64(_) => "a number that is not an integer",
            other => {
                self.wrong_type(place, "an id", other);
                return None;
            }
        };
        self.found.error("invalid_id", place, format_args!("{wrong} is no id"), ID_HELP);
        None
    }

    /// An integer from `least` to `greatest`.
    pub(super) fn integer(&mut self, place: &Path<'_>, value: &Json<'_>, least: u64, greatest: u64) -> Option<u64> {
        match value {
            Json::U64(value) if (least..=greatest).contains(value) => return Some(*value),
            Json::U64(_) | Json::I64(_) => {}
            Json::F64(value) if *value >= TWO_POW_64 => {}
            other => {
                self.wrong_type(place, "an integer", other);
                return None;
            }
        }
        let message = format_args!("the number is not from {least} to {greatest}");
        self.out_of_range(place, message, "write an integer within the range");
        None
    }

    /// An integer from 0.
    pub(super) fn count(&mut self, place: &Path<'_>, value: &Json<'_>) -> Option<u64> {
        self.integer(place, value, 0, u64::MAX)
    }

    /// One of the texts of a table, as the value beside it.
    pub(super) fn choice<T: Copy>(&mut self, place: &Path<'_>, value: &Json<'_>, table: &[(&str, T)]) -> Option<T> {
        let Json::Str(text) = value else {
            self.wrong_type(place, &format!("one of {}", names(table)), value);
            return None;
        };
        if let Some((_, chosen)) = table.iter().find(|(name, _)| name == text) {
            return Some(*chosen);
        }
        let message = format_args!("unknown value {}", shown(text));
        self.found.error("unknown_value", place, message, &format!("write one of {}", names(table)));
        None
    }

    /// Checks a field that must hold one text, such as the name of the format.
    pub(super) fn constant(&mut self, place: &Path<'_>, value: &Json<'_>, expected: &str, code: &'static str) {
        match value {
            Json::Str(text) if text == expected => {}
            Json::Str(text) => {
                let message = format_args!("expected \"{expected}\", found {}", shown(text));
                self.found.error(code, place, message, &format!("write \"{expected}\""));
            }
            other => self.wrong_type(place, &format!("\"{expected}\""), other),
        }
    }

    /// Checks the field `version`.
    pub(super) fn version(&mut self, place: &Path<'_>, value: &Json<'_>) {
        match value {
            Json::U64(1) => {}
            Json::U64(_) | Json::I64(_) => {
                let message = "this release reads version 1 of the format only";
                self.found.error("unsupported_version", place, message, "write 1, or use a release that reads it");
            }
            other => self.wrong_type(place, "1", other),
        }
    }
}

/// 2^64, the first double past every id.
const TWO_POW_64: f64 = 18_446_744_073_709_551_616.0;

/// The names of a table, for a message.
fn names<T>(table: &[(&str, T)]) -> String {
    let quoted: Vec<String> = table.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    quoted.join(", ")
}

/// A name or a word from the input as it may stand in a message: quoted, without control characters, not too long.
pub(super) fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}

/// The fields of an object, taken one by one by name.
#[derive(Debug)]
pub(super) struct Fields<'j> {
    rest: Vec<(Cow<'j, str>, Json<'j>)>,
    known: &'static [&'static str],
}

impl<'j> Fields<'j> {
    /// Takes the first field of that name out.
    pub(super) fn take(&mut self, name: &str) -> Option<Json<'j>> {
        debug_assert!(self.known.contains(&name), "`{name}` is not among the known fields");
        let index = self.rest.iter().position(|(other, _)| other == name)?;
        Some(self.rest.remove(index).1)
    }

    /// Takes a field that may also be null, which says the same as leaving it out.
    pub(super) fn take_nullable(&mut self, name: &str) -> Option<Json<'j>> {
        self.take(name).filter(|value| *value != Json::Null)
    }

    /// Takes a field that must be there.
    pub(super) fn require(&mut self, reader: &mut Reader, place: &Path<'_>, name: &str) -> Option<Json<'j>> {
        let value = self.take(name);
        if value.is_none() {
            reader.missing(place, name);
        }
        value
    }

    /// The id in a field that must be there.
    pub(super) fn require_id(&mut self, reader: &mut Reader, place: &Path<'_>, name: &str) -> Option<Id> {
        let value = self.require(reader, place, name)?;
        reader.id(&place.key(name), &value)
    }

    /// The id in a field that may be absent or null.
    pub(super) fn nullable_id(&mut self, reader: &mut Reader, place: &Path<'_>, name: &str) -> Option<Id> {
        let value = self.take_nullable(name)?;
        reader.id(&place.key(name), &value)
    }

    /// The id in a field that may be absent.
    pub(super) fn optional_id(&mut self, reader: &mut Reader, place: &Path<'_>, name: &str) -> Option<Id> {
        let value = self.take(name)?;
        reader.id(&place.key(name), &value)
    }
}
