//! Score files: affinities as CSV, with a header or as OpenReview writes them.
//!
//! A file may have many millions of lines. It is read in one pass: ids become places while they are read, a row takes
//! 16 bytes from then on, and a line that cannot be used takes nothing.

mod number;
mod places;
mod plain;
mod records;
mod seen;

use std::borrow::Cow;
use std::fmt::{self, Display};
use std::io;

use self::number::plain_micros;
use self::places::{Name, Places};
use self::plain::{Block, Known};
use self::records::{FIELDS, Fields, LONGEST, Next, Records, find_line, unquoted};
use self::seen::{Repeated, Seen, first_rows};
use super::fields::{ID_HELP, Reader, shown};
use super::json::Json;
use super::path::Path;
use super::text::advance;
use crate::diagnostic::{Diagnostics, KEPT_PER_CODE, Position, Severity};
use crate::input::{Input, Micros, Score, ScoreTable};

/// The columns, in the order of a file without a header, which has the first three.
const COLUMNS: [&str; 4] = ["asset_id", "assessor_id", "score", "limit"];
/// How many of them must be there.
const REQUIRED: usize = 3;

/// Reads a score file: lines of `asset_id,assessor_id,score`, or in the order of a header of these names, which may
/// also name `limit`. An empty limit is none. Spaces around a field do not count, and neither do empty lines.
///
/// Ids are those of the students and submissions of `input`. Scores of others are left out, with a warning that counts
/// them. The table holds the scores in the order of the file, with their lines.
///
/// Time is linear in the length of the file. Memory is 16 bytes for each row of the table, 8 more for one that has a
/// limit, and a few megabytes; lines that cannot be used take none.
///
/// ```
/// use peerplan::Input;
/// use peerplan::formats::csv_scores;
/// use peerplan::input::{Student, Submission};
/// let mut input = Input::default();
/// input.students.push(Student::new(7));
/// input.submissions.push(Submission::new(40011));
/// let (scores, warnings) = csv_scores::read(&b"score,assessor_id,asset_id\n0.5,7,40011\n0.5,8,40011\n"[..], &input).unwrap();
/// assert_eq!((scores.len(), scores.line(0)), (1, Some(2)));
/// assert_eq!(warnings.items()[0].code, "unknown_id");
/// input.scores = scores;
/// ```
///
/// # Errors
/// Everything that is wrong, each with its line and column: the first 100 of each code, and how many there are. A
/// failure of the input itself ends reading. Where there are very many pairs, and scores for few of them, a pair with
/// two scores is found only when the problem is compiled.
pub fn read(source: impl io::Read, input: &Input) -> Result<(ScoreTable, Diagnostics), Diagnostics> {
    let mut table = Table::new(input);
    if let Err(error) = table.read(&mut Records::new(source)) {
        let message = format_args!("the scores cannot be read: {error}");
        table.error("read_failed", At(b"", 0), message, "read them again");
    }
    table.finish()
}

/// A place in the record at hand, which begins on the line at hand.
#[derive(Clone, Copy)]
struct At<'r>(&'r [u8], usize);

/// Where the columns stand.
#[derive(Clone, Copy)]
struct Columns {
    count: usize,
    required: [usize; REQUIRED],
    limit: Option<usize>,
}

/// A field of the record at hand.
#[derive(Clone, Copy)]
struct Field<'r> {
    text: &'r [u8],
    at: At<'r>,
}

/// The rows read, and what is wrong.
struct Table<'a> {
    input: &'a Input,
    known: Known<'a>,
    rows: ScoreTable,
    seen: Seen,
    found: Reader,
    line: u64,
    columns: Option<Columns>,
    /// Pairs that are to be told where they stand first.
    repeated: Vec<Repeated>,
    /// Scores of unknown ids.
    unknown: u64,
    /// The first of them.
    first_unknown: Option<(Position, String, String)>,
}

impl<'a> Table<'a> {
    fn new(input: &'a Input) -> Self {
        let students = Places::new(input.students.iter().map(|student| &student.id));
        let submissions = Places::new(input.submissions.iter().map(|submission| &submission.id));
        Self {
            input,
            seen: Seen::new(students.len(), submissions.len()),
            known: Known { students, submissions },
            rows: ScoreTable::new(),
            found: Reader::new(false),
            line: 1,
            columns: None,
            repeated: Vec::new(),
            unknown: 0,
            first_unknown: None,
        }
    }

    /// Reads all records.
    fn read(&mut self, records: &mut Records<impl io::Read>) -> io::Result<()> {
        records.fill()?;
        if records.rest().starts_with("\u{feff}".as_bytes()) {
            records.skip("\u{feff}".len());
        }
        let mut blocks = Vec::new();
        loop {
            self.line = records.line;
            if let Some(columns) = self.columns
                && self.plain_lines(records, columns, &mut blocks)
            {
                continue;
            }
            match records.next()? {
                Next::Record(length) => {
                    let (record, fields) = (&records.rest()[..length], &records.fields);
                    if !self.record(record, fields) {
                        return Ok(());
                    }
                    if records.cut {
                        self.cut_off(record);
                    }
                    let inner = if fields.quoted { record.split(|byte| *byte == b'\n').count() - 1 } else { 0 };
                    records.leave(length, inner as u64);
                }
                Next::TooLong => {
                    self.too_long(records.rest());
                    records.leave_line()?;
                }
                Next::Open(quote) => {
                    let help = "close the quotation, or double a quotation mark that is part of the text";
                    let at = At(records.rest(), quote);
                    self.error("open_quotation", at, "a quotation begins here and does not end", help);
                    records.leave_line()?;
                }
                Next::End => return Ok(()),
            }
        }
    }

    /// Takes the lines at hand without quotation marks, if there are any.
    fn plain_lines(&mut self, records: &mut Records<impl io::Read>, columns: Columns, blocks: &mut Vec<Block>) -> bool {
        let text = records.rest();
        let length = plain::extent(text);
        if length == 0 {
            return false;
        }
        let first = self.line;
        let mut begin = first;
        for (text, block) in plain::read(&text[..length], columns, &self.known, blocks) {
            let mut others = block.others.iter().peekable();
            for &(line, row) in &block.rows {
                while let Some((line, start)) = others.next_if(|other| other.0 < line) {
                    self.line = begin + u64::from(*line);
                    self.other(&text[*start..]);
                }
                self.line = begin + u64::from(line);
                self.add(row);
            }
            for (line, start) in others {
                self.line = begin + u64::from(*line);
                self.other(&text[*start..]);
            }
            self.unknown += block.unknown;
            begin += u64::from(block.lines);
        }
        records.leave_lines(length, begin - first);
        true
    }

    /// Takes the first line of a text, in which no quotation mark stands, and of which there may be something to say.
    fn other(&mut self, text: &[u8]) {
        let mut fields = Fields::default();
        let line = &text[..find_line(text, &mut fields)];
        if line.len() > LONGEST {
            return self.too_long(line);
        }
        self.record(line, &fields);
    }

    fn too_long(&mut self, line: &[u8]) {
        let message = format_args!("the line is longer than {LONGEST} bytes");
        let help = "check that this is a score file, and break its lines";
        self.error("line_too_long", At(line, LONGEST), message, help);
    }

    /// Takes a record. Returns whether to go on: without good columns, nothing can be made of what follows.
    #[inline]
    fn record(&mut self, record: &[u8], fields: &Fields) -> bool {
        if fields.count <= 1 && is_blank(record) {
            return true;
        }
        let columns = match self.columns {
            Some(columns) => columns,
            None if is_header(record, fields) => {
                self.columns = self.header(record, fields);
                return self.columns.is_some();
            }
            None => *self.columns.insert(Columns { count: REQUIRED, required: [0, 1, 2], limit: None }),
        };
        self.row(columns, record, fields);
        true
    }

    fn header(&mut self, record: &[u8], fields: &Fields) -> Option<Columns> {
        let mut place = [None; COLUMNS.len()];
        let before = self.found.found.items().len();
        for index in 0..fields.count.min(FIELDS) {
            let name = plain(fields.get(record, index));
            let name = String::from_utf8_lossy(trim(&name));
            let at = At(record, fields.start(index));
            match COLUMNS.iter().position(|known| *known == name) {
                None => {
                    let message = format_args!("unknown column {}", Shown(name.as_bytes()));
                    self.error("unknown_column", at, message, "the columns are asset_id, assessor_id, score and limit");
                }
                Some(known) if place[known].is_some() => {
                    let message = format_args!("the column `{name}` stands twice");
                    self.error("duplicate_column", at, message, "keep one of them");
                }
                Some(known) => place[known] = Some(index),
            }
        }
        for (name, _) in COLUMNS.iter().zip(&place).take(REQUIRED).filter(|(_, place)| place.is_none()) {
            let message = format_args!("the column `{name}` is missing");
            self.error("missing_column", At(record, 0), message, "add the column");
        }
        let [Some(asset), Some(assessor), Some(score), limit] = place else { return None };
        let good = self.found.found.items().len() == before;
        good.then_some(Columns { count: fields.count, required: [asset, assessor, score], limit })
    }

    #[inline]
    fn row(&mut self, columns: Columns, record: &[u8], fields: &Fields) {
        if fields.count != columns.count {
            return self.wrong_count(columns, record, fields);
        }
        if fields.quoted || !record.is_ascii() {
            return self.careful_row(columns, record, fields);
        }
        let field = |place| Field { text: trim(fields.get(record, place)), at: At(record, fields.start(place)) };
        let [asset, assessor, score] = columns.required;
        self.fields(field(asset), field(assessor), field(score), columns.limit.map(field));
    }

    /// A row with quotation marks, or characters beyond ASCII.
    fn careful_row(&mut self, columns: Columns, record: &[u8], fields: &Fields) {
        let places = columns.required.into_iter().chain(columns.limit);
        let texts: Vec<_> = places.map(|place| (plain(fields.get(record, place)), fields.start(place))).collect();
        let mut trimmed = Vec::with_capacity(texts.len());
        for (text, start) in &texts {
            match str::from_utf8(text) {
                Ok(text) => trimmed.push(Field { text: text.trim().as_bytes(), at: At(record, *start) }),
                Err(error) => {
                    let at = At(record, start + error.valid_up_to());
                    return self.error("invalid_utf8", at, "the line is not UTF-8 text", "save the file as UTF-8");
                }
            }
        }
        if let &[asset, assessor, score, ref limit @ ..] = &trimmed[..] {
            self.fields(asset, assessor, score, limit.first().copied());
        }
    }

    /// Takes the fields of a row.
    #[inline]
    fn fields(&mut self, asset: Field<'_>, assessor: Field<'_>, score: Field<'_>, limit: Option<Field<'_>>) {
        let known = self.id(asset) & self.id(assessor);
        let score = self.score(score);
        let limit = limit.filter(|limit| !limit.text.is_empty()).map(|limit| self.limit(limit));
        let (true, Some(score), None | Some(Some(_))) = (known, score, limit) else { return };
        let submission = self.known.submissions.find(Name::new(asset.text));
        let student = self.known.students.find(Name::new(assessor.text));
        let (Some(submission), Some(student)) = (submission, student) else {
            return self.unknown(asset, assessor, if submission.is_none() { asset.at } else { assessor.at });
        };
        self.add(Score { student, submission, score, limit: limit.flatten() });
    }

    /// Takes a row.
    #[inline]
    fn add(&mut self, row: Score) {
        if self.seen.is_due(self.rows.len()) {
            self.note_all();
        }
        if self.seen.add(row.student, row.submission) {
            return self.repeat(row.student, row.submission);
        }
        self.rows.push(self.line, row);
    }

    /// Whether an id may be one.
    #[inline]
    fn id(&mut self, field: Field<'_>) -> bool {
        if field.text.is_empty() {
            self.error("invalid_id", field.at, "an id is empty", ID_HELP);
        }
        !field.text.is_empty()
    }

    #[inline]
    fn score(&mut self, field: Field<'_>) -> Option<Micros> {
        plain_micros(field.text).or_else(|| self.number(field, Reader::micros))
    }

    fn limit(&mut self, field: Field<'_>) -> Option<Micros> {
        self.number(field, Reader::limit)
    }

    /// Reads a number as the same number in JSON would be read.
    fn number<T>(
        &mut self,
        field: Field<'_>,
        read: impl Fn(&mut Reader, &Path<'_>, &Json<'_>) -> Option<T>,
    ) -> Option<T> {
        let Some(number) = str::from_utf8(field.text).ok().and_then(|text| text.parse::<f64>().ok()) else {
            let message = format_args!("{} is not a number", Shown(field.text));
            self.error("invalid_number", field.at, message, "write a decimal number");
            return None;
        };
        let before = self.found.found.items().len();
        let value = read(&mut self.found, &Path::Root, &Json::F64(number));
        self.mark(before, field.at);
        value
    }

    fn wrong_count(&mut self, columns: Columns, record: &[u8], fields: &Fields) {
        let (expected, found) = (columns.count, fields.count);
        // The place of the first field too many, or the end.
        let place = if found > expected { fields.start(expected) } else { record.trim_ascii_end().len() };
        let message = format_args!("expected {expected} columns, found {found}");
        let help = "give every line the same columns, separated by commas";
        self.error("wrong_column_count", At(record, place), message, help);
    }

    fn unknown(&mut self, asset: Field<'_>, assessor: Field<'_>, at: At<'_>) {
        self.unknown += 1;
        if self.first_unknown.is_none() {
            let text = |field: Field<'_>| String::from_utf8_lossy(field.text).into_owned();
            self.first_unknown = Some((self.position(at), text(assessor), text(asset)));
        }
    }

    /// Notes all pairs that have a score so far, and reports those that have two in the file.
    fn note_all(&mut self) {
        self.seen.start();
        for affinity in &self.input.affinities {
            let student = self.known.students.find_id(&affinity.assessor_id);
            if let (Some(student), Some(submission)) = (student, self.known.submissions.find_id(&affinity.asset_id)) {
                self.seen.add(student, submission);
            }
        }
        let (line, rows) = (self.line, core::mem::take(&mut self.rows));
        for (row, Score { student, submission, .. }) in rows.iter().enumerate() {
            if self.seen.add(student, submission) {
                if self.repeated.len() < KEPT_PER_CODE {
                    self.line = rows.line(row).unwrap_or(line);
                }
                self.repeat(student, submission);
            }
        }
        (self.line, self.rows) = (line, rows);
    }

    /// Reports that the pair on the line at hand has a score already. Where, is looked up in the end.
    fn repeat(&mut self, student: u32, submission: u32) {
        let item = self.found.found.items().len();
        self.error("duplicate_pair", At(b"", 0), "the pair has a score already", "keep one score for each pair");
        if self.found.found.items().len() > item {
            self.repeated.push(Repeated { item, student, submission });
        }
    }

    /// Warns of a last line without a line feed.
    fn cut_off(&mut self, record: &[u8]) {
        if !trim(record).is_empty() {
            let message = "the last line does not end with a line feed; the file may have been cut off";
            self.report(Severity::Warning, "cut_off", At(record, record.len()), message, "check that it is complete");
        }
    }

    /// Everything that was found, or the rows and the warnings.
    fn finish(mut self) -> Result<(ScoreTable, Diagnostics), Diagnostics> {
        self.line = 1;
        if self.columns.is_none() && !self.found.found.has_errors() {
            self.error("empty_input", At(b"", 0), "there is nothing here", "give lines of asset, assessor, score");
        }
        if let Some((position, assessor, asset)) = self.first_unknown.take() {
            let count = self.unknown;
            let message = format_args!(
                "{count} scores are left out because the problem does not know the student or the submission; the \
                 first is that of assessor {} and asset {}",
                Shown(assessor.as_bytes()),
                Shown(asset.as_bytes())
            );
            let help = "check the ids if they should be known";
            self.report(Severity::Warning, "unknown_id", At(b"", 0), message, help);
            if let Some(item) = self.found.found.items_mut().last_mut() {
                item.position = Some(position);
            }
        }
        self.tell_first();
        let found = self.found.found;
        if found.has_errors() { Err(found) } else { Ok((self.rows, found)) }
    }

    /// Says of repeated pairs where they stand first.
    fn tell_first(&mut self) {
        let rows = first_rows(&self.rows, &self.repeated);
        for (Repeated { item, student, submission }, row) in self.repeated.iter().zip(rows) {
            let affinity = self.input.affinities.iter().position(|affinity| {
                self.known.students.find_id(&affinity.assessor_id) == Some(*student)
                    && self.known.submissions.find_id(&affinity.asset_id) == Some(*submission)
            });
            let place = match (affinity, row.and_then(|row| self.rows.line(row))) {
                (Some(affinity), _) => format!("at /affinities/{affinity} of the problem"),
                (None, Some(line)) => format!("on line {line}"),
                (None, None) => continue,
            };
            self.found.found.items_mut()[*item].message = format!("the pair has a score already {place}");
        }
    }

    /// Reports something about the record at hand.
    fn error(&mut self, code: &'static str, at: At<'_>, message: impl Display, help: &str) {
        self.report(Severity::Error, code, at, message, help);
    }

    fn report(&mut self, severity: Severity, code: &'static str, at: At<'_>, message: impl Display, help: &str) {
        let before = self.found.found.items().len();
        self.found.found.push(severity, code, Path::Root, message, help);
        self.mark(before, at);
    }

    /// Gives the diagnostics from `before` on their place.
    fn mark(&mut self, before: usize, at: At<'_>) {
        if before < self.found.found.items().len() {
            let position = self.position(at);
            for item in &mut self.found.found.items_mut()[before..] {
                item.pointer.clear();
                item.position = Some(position);
            }
        }
    }

    fn position(&self, At(record, place): At<'_>) -> Position {
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        advance(Position { line, column: 1 }, &record[..place.min(record.len())])
    }
}

/// Whether a record of one field says nothing.
fn is_blank(record: &[u8]) -> bool {
    trim(&plain(record)).is_empty()
}

/// Whether a record names a column.
fn is_header(record: &[u8], fields: &Fields) -> bool {
    let mut all = (0..fields.count.min(FIELDS)).map(|field| fields.get(record, field));
    all.any(|field| COLUMNS.iter().any(|name| name.as_bytes() == trim(&plain(field))))
}

/// The text of a field without its quotation marks.
fn plain(field: &[u8]) -> Cow<'_, [u8]> {
    if field.first() == Some(&b'"') { Cow::Owned(unquoted(field)) } else { Cow::Borrowed(field) }
}

/// A text without the white space of ASCII around it.
#[inline]
fn trim(mut text: &[u8]) -> &[u8] {
    while let [b'\t'..=b'\r' | b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b'\t'..=b'\r' | b' '] = text {
        text = rest;
    }
    text
}

/// A word from the file as it may stand in a message, made only where there is one.
struct Shown<'t>(&'t [u8]);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&String::from_utf8_lossy(self.0)))
    }
}

#[cfg(test)]
mod tests;
