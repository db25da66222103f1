//! Score files: affinities as CSV, with a header or as OpenReview writes them.

use std::fmt::Display;
use std::io;

use csv::{ByteRecord, ReaderBuilder, Terminator};

use super::fields::{ID_HELP, Reader, shown};
use super::json::Json;
use super::path::Path;
use crate::diagnostic::{Diagnostics, Position};
use crate::id::Id;
use crate::input::Affinity;

/// The columns, in the order of a file without a header, which has the first three.
const COLUMNS: [&str; 4] = ["asset_id", "assessor_id", "score", "limit"];
/// How many of them must be there.
const REQUIRED: usize = 3;

/// Reads a score file: lines of `asset_id,assessor_id,score`, or in the order of a header of these names, which may
/// also name `limit`. An empty limit is none. Spaces around a field do not count, and neither do empty lines.
///
/// An id that is a canonical decimal is read in integer form, any other as text; whether it is known, and in which
/// form, is for the caller to look up. Rows are read as they come, in time linear in the length of the input.
///
/// ```
/// use peerplan::formats::csv_scores;
/// let rows = csv_scores::read(&b"score,assessor_id,asset_id\n0.5,~Ann1,40011\n"[..]).unwrap();
/// assert_eq!(rows, csv_scores::read(&b"40011,~Ann1,0.5"[..]).unwrap());
/// ```
///
/// # Errors
/// Everything that is wrong, each with its line. A failure of the input itself ends reading.
pub fn read(input: impl io::Read) -> Result<Vec<Affinity>, Diagnostics> {
    // With a line feed after the last line, each record ends with one, and so its line can be told.
    let input = io::Read::chain(input, &b"\n"[..]);
    let mut table = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .terminator(Terminator::Any(b'\n'))
        .buffer_capacity(1 << 16)
        .from_reader(input);
    let mut lines = Lines { found: Reader::new(false), line: 1 };
    let mut rows = Vec::new();
    let mut record = ByteRecord::new();
    let mut columns: Option<Columns> = None;
    loop {
        match table.read_byte_record(&mut record) {
            Ok(true) => lines.line = first_line(&record, table.position().line()),
            Ok(false) => break,
            Err(error) => {
                lines.error("read_failed", format_args!("the scores cannot be read: {error}"), "read them again");
                return Err(lines.found.found);
            }
        }
        if record.iter().all(|field| field.trim_ascii().is_empty()) && record.len() <= 1 {
            continue;
        }
        if columns.is_none() {
            if is_header(&record) {
                columns = Some(lines.header(&record)?);
                continue;
            }
            columns = Some(Columns { count: REQUIRED, place: [Some(0), Some(1), Some(2), None] });
        }
        rows.extend(columns.as_ref().and_then(|columns| lines.row(columns, &record)));
    }
    if columns.is_none() {
        lines.error("empty_input", "there is nothing here", "give lines of asset, assessor, score");
    }
    if lines.found.found.is_empty() { Ok(rows) } else { Err(lines.found.found) }
}

/// The line on which a record begins, given the line after it.
fn first_line(record: &ByteRecord, after: u64) -> usize {
    let inner = record.as_slice().iter().filter(|byte| **byte == b'\n').fold(0, |count, _| count + 1);
    // A quotation that is never closed takes in the last line feed too.
    let open = record.iter().next_back().is_some_and(|field| field.ends_with(b"\n"));
    usize::try_from(after.saturating_sub(inner + u64::from(!open))).unwrap_or(usize::MAX)
}

fn is_header(record: &ByteRecord) -> bool {
    record.iter().any(|field| COLUMNS.iter().any(|name| name.as_bytes() == field.trim_ascii()))
}

/// Where the columns stand, in the order of [`COLUMNS`].
struct Columns {
    count: usize,
    place: [Option<usize>; 4],
}

/// Reports with the line at hand.
struct Lines {
    found: Reader,
    line: usize,
}

impl Lines {
    /// Reports something about the line at hand.
    fn error(&mut self, code: &'static str, message: impl Display, help: &str) {
        let before = self.found.found.items().len();
        self.found.found.error(code, Path::Root, message, help);
        self.mark(before);
    }

    /// Gives the diagnostics from `before` on the line at hand.
    fn mark(&mut self, before: usize) {
        for item in &mut self.found.found.items_mut()[before..] {
            item.pointer.clear();
            item.position = Some(Position { line: self.line, column: 1 });
        }
    }

    fn header(&mut self, record: &ByteRecord) -> Result<Columns, Diagnostics> {
        let mut place = [None; 4];
        for (index, field) in record.iter().enumerate() {
            let name = String::from_utf8_lossy(field.trim_ascii());
            match COLUMNS.iter().position(|known| *known == name) {
                None => {
                    let message = format_args!("unknown column {}", shown(&name));
                    self.error("unknown_column", message, "the columns are asset_id, assessor_id, score and limit");
                }
                Some(known) if place[known].is_some() => {
                    self.error(
                        "duplicate_column",
                        format_args!("the column `{name}` stands twice"),
                        "keep one of them",
                    );
                }
                Some(known) => place[known] = Some(index),
            }
        }
        for (name, _) in COLUMNS.iter().zip(&place).take(REQUIRED).filter(|(_, place)| place.is_none()) {
            self.error("missing_column", format_args!("the column `{name}` is missing"), "add the column");
        }
        if self.found.found.is_empty() {
            return Ok(Columns { count: record.len(), place });
        }
        Err(core::mem::take(&mut self.found.found))
    }

    fn row(&mut self, columns: &Columns, record: &ByteRecord) -> Option<Affinity> {
        if record.len() != columns.count {
            let (expected, found) = (columns.count, record.len());
            let message = format_args!("expected {expected} columns, found {found}");
            self.error("wrong_column_count", message, "give every line the same columns, separated by commas");
            return None;
        }
        let mut texts = [None; 4];
        for (text, place) in texts.iter_mut().zip(columns.place) {
            let Some(field) = place.and_then(|place| record.get(place)) else { continue };
            let Ok(field) = str::from_utf8(field) else {
                self.error("invalid_utf8", "the line is not UTF-8 text", "save the file as UTF-8");
                return None;
            };
            *text = Some(field.trim());
        }
        let [asset, assessor, score, limit] = texts;
        let (asset_id, assessor_id) = (self.id(asset?), self.id(assessor?));
        let score = self.number(score?, Reader::micros);
        let limit = limit.filter(|text| !text.is_empty()).map(|text| self.number(text, Reader::limit));
        let limit = if let Some(limit) = limit { Some(limit?) } else { None };
        Some(Affinity { assessor_id: assessor_id?, asset_id: asset_id?, score: score?, limit })
    }

    fn id(&mut self, text: &str) -> Option<Id> {
        let Ok(id) = Id::text(text) else {
            self.error("invalid_id", "an id is empty", ID_HELP);
            return None;
        };
        Some(id.value().map_or(id, Id::from))
    }

    /// Reads a number as the same number in JSON would be read.
    fn number<T>(&mut self, text: &str, read: impl Fn(&mut Reader, &Path<'_>, &Json<'_>) -> Option<T>) -> Option<T> {
        let Ok(number) = text.parse::<f64>() else {
            self.error("invalid_number", format_args!("{} is not a number", shown(text)), "write a decimal number");
            return None;
        };
        let before = self.found.found.items().len();
        let value = read(&mut self.found, &Path::Root, &Json::F64(number));
        self.mark(before);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Micros;
    use proptest::prelude::*;

    fn codes(text: &[u8]) -> Vec<(&'static str, usize)> {
        let found = read(text).unwrap_err();
        let docs = include_str!("../../docs/formats.md");
        assert!(found.items().iter().all(|d| docs.contains(&format!("| `{}` |", d.code))), "{found}");
        found.items().iter().map(|d| (d.code, d.position.unwrap().line)).collect()
    }

    #[test]
    fn a_header_gives_the_order_and_without_one_it_is_asset_assessor_score() {
        let expected = vec![
            Affinity { assessor_id: Id::from(7), asset_id: Id::from(40011), score: Micros(830_000), limit: None },
            Affinity {
                assessor_id: Id::text("~Ann_Ode1").unwrap(),
                asset_id: Id::text("007").unwrap(),
                score: Micros(-1),
                limit: None,
            },
        ];
        for text in [
            "40011,7,0.83\n007,~Ann_Ode1,-5e-7\n",
            "\u{feff}40011, 7 ,0.83\r\n\r\n\"007\",~Ann_Ode1,-0.0000005",
            "score,assessor_id,asset_id\n0.83,7,40011\n-0.0000005,~Ann_Ode1,007\n",
            "assessor_id, score, limit, asset_id\r\n7,.83,,40011\r\n~Ann_Ode1,-5E-7, ,007\r\n",
        ] {
            let rows = read(text.as_bytes()).unwrap();
            assert_eq!(rows, expected, "{text}");
            assert!(rows[0].assessor_id.is_number() && !rows[1].asset_id.is_number());
        }
        assert_eq!(read(&b"asset_id,assessor_id,score,limit\n1,2,3,0.5"[..]).unwrap()[0].limit, Some(Micros(500_000)));
        assert_eq!(read(&b"asset_id,assessor_id,score\n"[..]).unwrap(), []);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, expected) in [
            ("", vec![("empty_input", 1)]),
            ("\r\n \n", vec![("empty_input", 2)]),
            ("1,2\n", vec![("wrong_column_count", 1)]),
            ("1,2,3\r\n1,2,3,4\r\n", vec![("wrong_column_count", 2)]),
            ("1,2,3\n\n1,2,x\n,2,3\n1,2,1e7\n", vec![("invalid_number", 3), ("invalid_id", 4), ("out_of_range", 5)]),
            ("1,2,nan\n1,2,inf\n1,2,\n", vec![("out_of_range", 1), ("out_of_range", 2), ("invalid_number", 3)]),
            ("1,\"2\n2\",x\n1,2,y", vec![("invalid_number", 1), ("invalid_number", 3)]),
            ("1,2,3\n1,2,\"x", vec![("invalid_number", 2)]),
            ("asset_id,reviewer,score\n1,2,x", vec![("unknown_column", 1), ("missing_column", 1)]),
            ("asset_id,asset_id,assessor_id,score", vec![("duplicate_column", 1)]),
            ("asset_id,assessor_id,score,limit\n1,2,3,4\n", vec![("out_of_range", 2)]),
        ] {
            assert_eq!(codes(text.as_bytes()), expected, "{text:?}");
        }
        assert_eq!(codes(b"1,2,3\n1,\xff,3\n"), [("invalid_utf8", 2)]);
    }

    #[test]
    fn a_failure_of_the_input_is_told() {
        struct Broken;
        impl io::Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("gone"))
            }
        }
        assert_eq!(read(Broken).unwrap_err().items()[0].code, "read_failed");
    }

    proptest! {
        #[test]
        fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = read(&bytes[..]);
        }

        #[test]
        fn random_lines_never_panic(text in "([asid_,0-9.\"e\r\n-]|score|asset_id|assessor_id|limit){0,40}") {
            let _ = read(text.as_bytes());
        }
    }
}
