//! Records of a CSV stream, one at a time, in a piece of memory that does not grow.

use std::io;

/// The longest record; a longer one is no row of scores.
pub(super) const LONGEST: usize = 1 << 16;
/// How much is read at a time.
const BLOCK: usize = 1 << 18;
/// How many fields of a record are told apart; no row has more but by mistake.
pub(super) const FIELDS: usize = 8;

/// Where the fields of a record are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Fields {
    /// How many there are, those past [`FIELDS`] included.
    pub(super) count: usize,
    /// Start and end of each in the record, quotation marks included.
    pub(super) bounds: [(u32, u32); FIELDS],
    /// Whether a quotation mark stands in the record.
    pub(super) quoted: bool,
}

impl Fields {
    fn add(&mut self, start: usize, end: usize) {
        if let Some(bounds) = self.bounds.get_mut(self.count) {
            // A record is shorter than 2^32.
            *bounds = (u32::try_from(start).unwrap_or(u32::MAX), u32::try_from(end).unwrap_or(u32::MAX));
        }
        self.count += 1;
    }

    /// Where a field starts in the record.
    pub(super) fn start(&self, field: usize) -> usize {
        self.bounds.get(field).map_or(0, |bounds| bounds.0 as usize)
    }

    /// The bytes of a field, quotation marks included.
    pub(super) fn get<'r>(&self, record: &'r [u8], field: usize) -> Option<&'r [u8]> {
        if field >= self.count {
            return None;
        }
        let &(start, end) = self.bounds.get(field)?;
        record.get(start as usize..end as usize)
    }
}

/// A record, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A record: its length without the line feed, and its fields.
    Record(usize, Fields),
    /// A line that is too long.
    TooLong,
    /// A quotation begins at this byte of the record, and does not end in what may be a record; the line at hand is to
    /// be left.
    Open(usize),
    /// Nothing is left.
    End,
}

/// What is found when looking for the end of a record.
enum Found {
    Record(usize, Fields),
    /// More bytes are needed. If a quotation is open, it begins at this byte.
    More(Option<usize>),
}

/// A stream of records.
pub(super) struct Records<R> {
    input: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    ended: bool,
    /// The line on which the record at hand begins, from 1.
    pub(super) line: u64,
    /// Whether the last line has no line feed.
    pub(super) cut: bool,
}

impl<R: io::Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; BLOCK + LONGEST];
        Self { input, buffer, start: 0, end: 0, ended: false, line: 1, cut: false }
    }

    /// What has been read and not been left.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Goes on so many bytes later in the line.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Fills the memory, as far as the input goes.
    pub(super) fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        while !self.ended && self.end < self.buffer.len() {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.ended = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// The next record.
    #[inline]
    pub(super) fn next(&mut self) -> io::Result<Next> {
        loop {
            let rest = &self.buffer[self.start..self.end];
            match find(rest) {
                Found::Record(length, fields) if length <= LONGEST => return Ok(Next::Record(length, fields)),
                Found::Record(..) => return Ok(Next::TooLong),
                Found::More(Some(quote)) if rest.len() > LONGEST || self.ended => return Ok(Next::Open(quote)),
                Found::More(_) if rest.len() > LONGEST => return Ok(Next::TooLong),
                Found::More(_) if !self.ended => self.fill()?,
                Found::More(_) if rest.is_empty() => return Ok(Next::End),
                Found::More(_) => {
                    // The last line has no line feed; with one, it is a record.
                    self.cut = true;
                    if self.end == self.buffer.len() {
                        self.buffer.push(b'\n');
                    } else {
                        self.buffer[self.end] = b'\n';
                    }
                    self.end += 1;
                }
            }
        }
    }

    /// Goes on behind a record of this length and its line feed, which has so many more line feeds in it.
    #[inline]
    pub(super) fn leave(&mut self, length: usize, inner: u64) {
        self.start = (self.start + length + 1).min(self.end);
        self.line += 1 + inner;
    }

    /// Goes on behind the next line feed, however far it is.
    pub(super) fn leave_line(&mut self) -> io::Result<()> {
        loop {
            if let Some(length) = self.rest().iter().position(|byte| *byte == b'\n') {
                self.leave(length, 0);
                return Ok(());
            }
            self.start = self.end;
            if self.ended {
                self.cut = true;
                return Ok(());
            }
            self.fill()?;
        }
    }
}

/// Looks for the end of the record with which `text` begins.
#[inline]
fn find(text: &[u8]) -> Found {
    let mut fields = Fields::default();
    let mut start = 0;
    for (at, &byte) in text.iter().enumerate() {
        // Everything that matters here is below the digits.
        if byte > b',' {
            continue;
        }
        match byte {
            b',' => {
                fields.add(start, at);
                start = at + 1;
            }
            b'\n' => {
                fields.add(start, at);
                return Found::Record(at, fields);
            }
            b'"' if at == start => return find_quoted(text),
            _ => {}
        }
    }
    Found::More(None)
}

/// The same for a record in which a field is quoted: such a field begins with a quotation mark, and ends with the next
/// one that is not followed by a second one. What follows up to the comma still belongs to it.
fn find_quoted(text: &[u8]) -> Found {
    let mut fields = Fields { quoted: true, ..Fields::default() };
    let (mut start, mut at, mut open) = (0, 0, false);
    while let Some(&byte) = text.get(at) {
        match byte {
            b'"' if open && text.get(at + 1) == Some(&b'"') => at += 1,
            b'"' if open => open = false,
            b'"' if at == start => open = true,
            b',' if !open => {
                fields.add(start, at);
                start = at + 1;
            }
            b'\n' if !open => {
                fields.add(start, at);
                return Found::Record(at, fields);
            }
            _ => {}
        }
        at += 1;
    }
    Found::More(open.then_some(start))
}

/// The text of a field that begins with a quotation mark.
pub(super) fn unquoted(field: &[u8]) -> Vec<u8> {
    let Some(inner) = field.strip_prefix(b"\"") else { return field.to_vec() };
    let mut text = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while let Some(quote) = rest.iter().position(|byte| *byte == b'"') {
        text.extend_from_slice(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix(b"\"") {
            Some(after) => {
                text.push(b'"');
                rest = after;
            }
            None => break,
        }
    }
    text.extend_from_slice(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv::{ReaderBuilder, Terminator};
    use proptest::prelude::*;

    /// All records of a text, their fields without quotation marks.
    fn records(text: &[u8]) -> Vec<Vec<Vec<u8>>> {
        let mut records = Records::new(text);
        let mut all = Vec::new();
        loop {
            match records.next().unwrap() {
                Next::Record(length, fields) => {
                    let record = &records.rest()[..length];
                    let fields =
                        (0..fields.count.min(FIELDS)).map(|field| unquoted(fields.get(record, field).unwrap()));
                    all.push(fields.collect());
                    records.leave(length, 0);
                }
                Next::Open(_) | Next::TooLong => records.leave_line().unwrap(),
                Next::End => return all,
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn records_are_those_of_the_csv_crate(text in "[a1\",\n\r ]{0,24}\n?", cut: bool) {
            // Without an open quotation, of which the other reader makes a field.
            let mut text = text;
            if matches!(find_all(text.as_bytes()), Found::More(Some(_))) {
                text.push('"');
            }
            if !cut {
                text.push('\n');
            }
            let mut table = ReaderBuilder::new();
            table.has_headers(false).flexible(true).terminator(Terminator::Any(b'\n'));
            let theirs = table.from_reader(text.as_bytes()).into_byte_records();
            let theirs: Vec<Vec<Vec<u8>>> =
                theirs.map(|record| record.unwrap().iter().take(FIELDS).map(<[u8]>::to_vec).collect()).collect();
            let ours: Vec<_> = records(text.as_bytes());
            // The other reader leaves out lines without a byte.
            let ours: Vec<_> = ours.into_iter().filter(|record| record.len() > 1 || !record[0].is_empty()).collect();
            let theirs: Vec<_> = theirs.into_iter().filter(|record| record.len() > 1 || !record[0].is_empty()).collect();
            prop_assert_eq!(ours, theirs, "{:?}", text);
        }
    }

    /// What is found at the end of the last record.
    fn find_all(mut text: &[u8]) -> Found {
        loop {
            match find(text) {
                Found::Record(length, _) => text = &text[length + 1..],
                more @ Found::More(_) => return more,
            }
        }
    }

    #[test]
    fn long_lines_and_open_quotations_take_no_memory() {
        let long = [b"1,2,".as_slice(), &vec![b'x'; 3 * BLOCK], b"\n1,2,3\n"].concat();
        let mut records = Records::new(&long[..]);
        assert!(matches!(records.next().unwrap(), Next::TooLong));
        records.leave_line().unwrap();
        assert_eq!(records.line, 2);
        assert!(matches!(records.next().unwrap(), Next::Record(5, _)));
        let open = [b"1,\"2,".as_slice(), &b"7,8\n".repeat(BLOCK), b"1,2,3\n"].concat();
        let mut records = Records::new(&open[..]);
        assert_eq!(records.next().unwrap(), Next::Open(2));
        records.leave_line().unwrap();
        assert!(matches!(records.next().unwrap(), Next::Record(3, Fields { count: 2, .. })));
        assert!(records.buffer.capacity() <= BLOCK + LONGEST + 1);
    }
}
