//! Records of a CSV stream, one at a time, in a piece of memory that does not grow.

use std::io;

/// The longest record; a longer one is no row of scores.
pub(super) const LONGEST: usize = 1 << 16;
/// How much is read at a time.
const BLOCK: usize = 1 << 20;
/// How many fields of a record are told apart; no row has more but by mistake.
pub(super) const FIELDS: usize = 6;

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
    #[inline]
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

    /// The bytes of a field, quotation marks included; none where it is past the last one.
    #[inline]
    pub(super) fn get<'r>(&self, record: &'r [u8], field: usize) -> &'r [u8] {
        let bounds = self.bounds.get(field).and_then(|&(start, end)| record.get(start as usize..end as usize));
        bounds.unwrap_or_default()
    }
}

/// A record, or why there is none.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A record of this length, its line feed not counted.
    Record(usize),
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
    Record(usize),
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
    /// The fields of the record at hand.
    pub(super) fields: Fields,
    /// The line on which the record at hand begins, from 1.
    pub(super) line: u64,
    /// Whether the last line has no line feed.
    pub(super) cut: bool,
}

impl<R: io::Read> Records<R> {
    pub(super) fn new(input: R) -> Self {
        let buffer = vec![0; BLOCK + LONGEST];
        Self { input, buffer, start: 0, end: 0, ended: false, fields: Fields::default(), line: 1, cut: false }
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
            match find(rest, &mut self.fields) {
                Found::Record(length) if length <= LONGEST => return Ok(Next::Record(length)),
                Found::Record(_) => return Ok(Next::TooLong),
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

    /// Goes on behind so many bytes, which are so many lines.
    pub(super) fn leave_lines(&mut self, bytes: usize, lines: u64) {
        self.skip(bytes);
        self.line += lines;
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

/// The fields of the first line of a text without quotation marks, and where it ends.
#[inline]
pub(super) fn find_line(text: &[u8], fields: &mut Fields) -> usize {
    match find(text, fields) {
        Found::Record(length) => length,
        Found::More(_) => text.len(),
    }
}

/// Looks for the end of the record with which `text` begins, eight bytes at a time.
#[inline]
fn find(text: &[u8], fields: &mut Fields) -> Found {
    (fields.count, fields.quoted) = (0, false);
    let mut start = 0;
    for (block, bytes) in text.chunks(8).enumerate() {
        let word = bytes.try_into().map_or_else(|_| padded(bytes), u64::from_le_bytes);
        let mut marks = marked(word, b',') | marked(word, b'\n') | marked(word, b'"');
        while marks != 0 {
            let at = 8 * block + (marks.trailing_zeros() / 8) as usize;
            marks &= marks - 1;
            match text[at] {
                b',' => {
                    fields.add(start, at);
                    start = at + 1;
                }
                b'\n' => {
                    fields.add(start, at);
                    return Found::Record(at);
                }
                _ if at == start => return find_quoted(text, fields),
                _ => {}
            }
        }
    }
    Found::More(None)
}

/// Fewer than eight bytes as a word; those that are missing are zero.
fn padded(bytes: &[u8]) -> u64 {
    let mut word = [0; 8];
    word[..bytes.len()].copy_from_slice(bytes);
    u64::from_le_bytes(word)
}

/// The highest bit of each byte of a word that is `byte`, and no other bit. No carry leaves its byte.
const fn marked(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let differs = word ^ u64::from_le_bytes([byte; 8]);
    !(((differs & LOW) + LOW) | differs | LOW)
}

/// The same for a record in which a field is quoted: such a field begins with a quotation mark, and ends with the next
/// one that is not followed by a second one. What follows up to the comma still belongs to it.
fn find_quoted(text: &[u8], fields: &mut Fields) -> Found {
    (fields.count, fields.quoted) = (0, true);
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
                return Found::Record(at);
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
                Next::Record(length) => {
                    let (record, fields) = (&records.rest()[..length], &records.fields);
                    let fields = (0..fields.count.min(FIELDS)).map(|field| unquoted(fields.get(record, field)));
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
            match find(text, &mut Fields::default()) {
                Found::Record(length) => text = &text[length + 1..],
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
        assert_eq!(records.next().unwrap(), Next::Record(5));
        let open = [b"1,\"2,".as_slice(), &b"7,8\n".repeat(BLOCK), b"1,2,3\n"].concat();
        let mut records = Records::new(&open[..]);
        assert_eq!(records.next().unwrap(), Next::Open(2));
        records.leave_line().unwrap();
        assert_eq!((records.next().unwrap(), records.fields.count), (Next::Record(3), 2));
        assert!(records.buffer.capacity() <= BLOCK + LONGEST + 1);
    }
}
