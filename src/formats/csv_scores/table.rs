//! The rows of a score file, taken record by record, and what is wrong with them.

use std::io;

use super::super::fields::{ID_HELP, Reader};
use super::super::json::Json;
use super::super::path::Path;
use super::columns::{Columns, is_header};
use super::field::{At, Field, Shown, is_blank, plain, trim};
use super::number::plain_micros;
use super::places::{Name, Places};
use super::plain::{self, Block, Known};
use super::records::{Fields, LONGEST, Next, Records, find_line};
use super::repeated::Repeated;
use super::report::Report;
use super::seen::Seen;
use crate::diagnostic::{Diagnostics, Position, Severity};
use crate::input::{Input, Micros, Score, ScoreTable};

/// The rows read, and what is wrong.
pub(super) struct Table<'a> {
    pub(super) input: &'a Input,
    pub(super) known: Known<'a>,
    pub(super) rows: ScoreTable,
    pub(super) seen: Seen,
    pub(super) report: Report,
    columns: Option<Columns>,
    /// Pairs that are to be told where they stand first.
    pub(super) repeated: Vec<Repeated>,
    /// Scores of unknown ids.
    pub(super) unknown: u64,
    /// The first of them.
    first_unknown: Option<(Position, String, String)>,
}

impl<'a> Table<'a> {
    pub(super) fn new(input: &'a Input) -> Self {
        let students = Places::new(input.students.iter().map(|student| &student.id));
        let submissions = Places::new(input.submissions.iter().map(|submission| &submission.id));
        Self {
            input,
            seen: Seen::new(students.len(), submissions.len()),
            known: Known { students, submissions },
            rows: ScoreTable::new(),
            report: Report::new(),
            columns: None,
            repeated: Vec::new(),
            unknown: 0,
            first_unknown: None,
        }
    }

    /// Reads all records.
    pub(super) fn read(&mut self, records: &mut Records<impl io::Read>) -> io::Result<()> {
        records.fill()?;
        if records.rest().starts_with("\u{feff}".as_bytes()) {
            records.skip("\u{feff}".len());
        }
        let mut blocks = Vec::new();
        loop {
            self.report.line = records.line;
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
                    self.report.error("open_quotation", at, "a quotation begins here and does not end", help);
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
        let first = self.report.line;
        let mut begin = first;
        for (text, block) in plain::read(&text[..length], columns, &self.known, blocks) {
            let mut others = block.others.iter().peekable();
            for &(line, row) in &block.rows {
                while let Some((line, start)) = others.next_if(|other| other.0 < line) {
                    self.report.line = begin + u64::from(*line);
                    self.other(&text[*start..]);
                }
                self.report.line = begin + u64::from(line);
                self.add(row);
            }
            for (line, start) in others {
                self.report.line = begin + u64::from(*line);
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
        self.report.error("line_too_long", At(line, LONGEST), message, help);
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
                self.columns = Columns::named(record, fields, &mut self.report);
                return self.columns.is_some();
            }
            None => *self.columns.insert(Columns::UNNAMED),
        };
        self.row(columns, record, fields);
        true
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
                    let help = "save the file as UTF-8";
                    return self.report.error("invalid_utf8", at, "the line is not UTF-8 text", help);
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
        self.rows.push(self.report.line, row);
    }

    /// Whether an id may be one.
    #[inline]
    fn id(&mut self, field: Field<'_>) -> bool {
        if field.text.is_empty() {
            self.report.error("invalid_id", field.at, "an id is empty", ID_HELP);
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
            self.report.error("invalid_number", field.at, message, "write a decimal number");
            return None;
        };
        let before = self.report.len();
        let value = read(&mut self.report.found, &Path::Root, &Json::F64(number));
        self.report.mark(before, field.at);
        value
    }

    fn wrong_count(&mut self, columns: Columns, record: &[u8], fields: &Fields) {
        let (expected, found) = (columns.count, fields.count);
        // The place of the first field too many, or the end.
        let place = if found > expected { fields.start(expected) } else { record.trim_ascii_end().len() };
        let message = format_args!("expected {expected} columns, found {found}");
        let help = "give every line the same columns, separated by commas";
        self.report.error("wrong_column_count", At(record, place), message, help);
    }

    fn unknown(&mut self, asset: Field<'_>, assessor: Field<'_>, at: At<'_>) {
        self.unknown += 1;
        if self.first_unknown.is_none() {
            let text = |field: Field<'_>| String::from_utf8_lossy(field.text).into_owned();
            self.first_unknown = Some((self.report.position(at), text(assessor), text(asset)));
        }
    }

    /// Warns of a last line without a line feed.
    fn cut_off(&mut self, record: &[u8]) {
        if !trim(record).is_empty() {
            let message = "the last line does not end with a line feed; the file may have been cut off";
            let help = "check that it is complete";
            self.report.push(Severity::Warning, "cut_off", At(record, record.len()), message, help);
        }
    }

    /// Everything that was found, or the rows and the warnings.
    pub(super) fn finish(mut self) -> Result<(ScoreTable, Diagnostics), Diagnostics> {
        self.report.line = 1;
        if self.columns.is_none() && !self.report.found.found.has_errors() {
            let help = "give lines of asset, assessor, score";
            self.report.error("empty_input", At(b"", 0), "there is nothing here", help);
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
            self.report.push(Severity::Warning, "unknown_id", At(b"", 0), message, help);
            if let Some(item) = self.report.found.found.items_mut().last_mut() {
                item.position = Some(position);
            }
        }
        self.tell_first();
        let found = self.report.found.found;
        if found.has_errors() { Err(found) } else { Ok((self.rows, found)) }
    }
}
