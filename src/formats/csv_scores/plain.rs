//! Lines without quotation marks: where each ends is told by line feeds alone, so that they are read in blocks beside
//! each other. Everything that is to be said of a line is left to whoever goes through the blocks in their order.

use super::columns::Columns;
use super::field::trim;
use super::number::plain_micros;
use super::places::{Name, Places};
use super::records::{Fields, LONGEST, find_line};
use crate::input::{Micros, Score};
use crate::parallel::for_each_block_mut;

/// How many bytes are worth a block of their own.
const BLOCK: usize = if cfg!(test) { 64 } else { 1 << 16 };
/// The most blocks at a time.
const BLOCKS: usize = 16;

/// Which ids there are.
pub(super) struct Known<'a> {
    pub(super) students: Places<'a>,
    pub(super) submissions: Places<'a>,
}

/// What some lines that follow each other say.
#[derive(Debug, Default)]
pub(super) struct Block {
    /// Good rows, with their lines.
    pub(super) rows: Vec<(u32, Score)>,
    /// Other lines, and where in the block they start.
    pub(super) others: Vec<(u32, usize)>,
    /// Scores of unknown ids after the first one, which is among the other lines.
    pub(super) unknown: u64,
    /// How many lines there are.
    pub(super) lines: u32,
}

/// How many of the bytes are whole lines without a quotation mark.
pub(super) fn extent(text: &[u8]) -> usize {
    // To look whether there is one is much faster than where.
    let quote = if text.contains(&b'"') { text.iter().position(|byte| *byte == b'"') } else { None };
    let plain = quote.map_or(text, |quote| &text[..quote]);
    plain.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1)
}

/// Reads whole lines without quotation marks, and returns them block by block with what they say.
pub(super) fn read<'t, 'b>(
    text: &'t [u8],
    columns: Columns,
    known: &Known<'_>,
    blocks: &'b mut Vec<Block>,
) -> impl Iterator<Item = (&'t [u8], &'b Block)> + use<'t, 'b> {
    let count = (text.len() / BLOCK).clamp(1, BLOCKS);
    blocks.resize_with(count.max(blocks.len()), Block::default);
    let cut = move |block: usize| {
        let near = text.len() * block / count;
        let line = text[near..].iter().position(|byte| *byte == b'\n');
        if block == 0 { 0 } else { line.map_or(text.len(), |line| near + line + 1) }
    };
    let piece = move |block: usize| &text[cut(block)..cut(block + 1)];
    let blocks = &mut blocks[..count];
    for_each_block_mut(blocks, 1, |number, blocks| {
        for block in blocks {
            block.read(piece(number), columns, known);
        }
    });
    blocks.iter().enumerate().map(move |(number, block)| (piece(number), block))
}

impl Block {
    fn read(&mut self, text: &[u8], columns: Columns, known: &Known<'_>) {
        self.rows.clear();
        self.others.clear();
        (self.unknown, self.lines) = (0, 0);
        let (mut fields, mut start) = (Fields::default(), 0);
        let (mut unknown, mut last) = (false, [0; 2]);
        while start < text.len() {
            let end = start + find_line(&text[start..], &mut fields);
            match row(&text[start..end], &fields, columns, known, &mut last) {
                Line::Row(score) => self.rows.push((self.lines, score)),
                Line::Unknown if unknown => self.unknown += 1,
                line => {
                    unknown |= matches!(line, Line::Unknown);
                    self.others.push((self.lines, start));
                }
            }
            self.lines += 1;
            start = end + 1;
        }
    }
}

/// What a line says.
enum Line {
    Row(Score),
    /// Good numbers for ids of which one is not known.
    Unknown,
    /// Something else.
    Other,
}

/// Reads a line as far as that needs no words.
#[inline]
fn row(record: &[u8], fields: &Fields, columns: Columns, known: &Known<'_>, last: &mut [usize; 2]) -> Line {
    if fields.count != columns.count || record.len() > LONGEST || !record.is_ascii() {
        return Line::Other;
    }
    let [asset, assessor, score] = columns.required.map(|place| trim(fields.get(record, place)));
    let limit = columns.limit.map(|place| trim(fields.get(record, place))).filter(|limit| !limit.is_empty());
    let (Some(score), None | Some(Some(_))) = (plain_micros(score), limit.map(plain_limit)) else { return Line::Other };
    if asset.is_empty() || assessor.is_empty() {
        return Line::Other;
    }
    let submission = known.submissions.find_near(Name::new(asset), &mut last[0]);
    let student = known.students.find_near(Name::new(assessor), &mut last[1]);
    let (Some(submission), Some(student)) = (submission, student) else { return Line::Unknown };
    Line::Row(Score { student, submission, score, limit: limit.and_then(plain_limit) })
}

/// A limit well within its range, which is from 0 to 1.
fn plain_limit(text: &[u8]) -> Option<Micros> {
    plain_micros(text).filter(|limit| limit.0 < 1_000_000 && text[0].is_ascii_digit())
}
