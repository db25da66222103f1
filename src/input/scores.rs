//! Scores by the million: rows that name student and submission by their places in the input.

use alloc::vec::Vec;
use core::fmt;

use super::Micros;

/// The score of one pair, named by places in the arrays of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// Who would review: a place in `students`.
    pub student: u32,
    /// What would be reviewed: a place in `submissions`.
    pub submission: u32,
    /// The score, in 10^-6; at most 10^12 in size.
    pub score: Micros,
    /// The pair's own limit on its probability, in 10^-6, for strategies with limits.
    pub limit: Option<Micros>,
}

/// How many rows are kept in one piece of memory: 1 MiB.
const PIECE: usize = 1 << 16;
/// The bits of a word below its score.
const GAP_BITS: u32 = 23;
/// The largest number that fits there.
const LARGEST_GAP: u64 = (1 << GAP_BITS) - 1;
/// What the bits above hold. Scores of a problem end well before it.
const LARGEST_SCORE: i64 = (1 << (63 - GAP_BITS)) - 1;

/// Scores as they stand in a score file, in the order of the file.
///
/// A row takes 16 bytes, and 8 more if it has a limit. It knows the line on which it stands, so that what is wrong with
/// it can be said of that line. Rows name students and submissions by their places in the input, so they mean something
/// only as long as those arrays stay as they are.
///
/// ```
/// use peerplan::input::{Micros, Score, ScoreTable};
/// let mut table = ScoreTable::new();
/// let score = Score { student: 2, submission: 0, score: Micros(830_000), limit: None };
/// table.push(17, score);
/// assert_eq!((table.iter().next(), table.line(0)), (Some(score), Some(17)));
/// ```
#[derive(Clone, Default)]
pub struct ScoreTable {
    pieces: Vec<Piece>,
    len: usize,
}

/// Rows that follow each other on lines not too far apart.
#[derive(Clone)]
struct Piece {
    /// The number of rows before.
    first: usize,
    /// The line of the first row.
    line: u64,
    /// The line of the last row.
    last: u64,
    rows: Vec<Row>,
    /// Row within the piece and limit, for the rows that have one.
    limits: Vec<(u32, u32)>,
}

#[derive(Clone, Copy)]
struct Row {
    student: u32,
    submission: u32,
    /// The score above, and below how many lines the row stands after the one before.
    word: i64,
}

impl Row {
    const fn score(self) -> i64 {
        self.word >> GAP_BITS
    }

    const fn gap(self) -> u64 {
        self.word.cast_unsigned() & LARGEST_GAP
    }
}

impl ScoreTable {
    /// A table without rows.
    #[must_use]
    pub const fn new() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }

    /// Adds a row that stands on `line`. A score far beyond what a problem may have is brought nearer, but stays
    /// beyond; the same holds for limits.
    pub fn push(&mut self, line: u64, score: Score) {
        let gap = self.pieces.last().filter(|piece| piece.rows.len() < PIECE);
        let gap = gap.and_then(|piece| line.checked_sub(piece.last)).filter(|&gap| gap <= LARGEST_GAP);
        if gap.is_none() {
            self.begin_piece(line);
        }
        if let Some(piece) = self.pieces.last_mut() {
            let units = score.score.0.clamp(-LARGEST_SCORE, LARGEST_SCORE);
            let word = (units << GAP_BITS) | gap.unwrap_or(0).cast_signed();
            if let Some(limit) = score.limit {
                let row = u32::try_from(piece.rows.len()).unwrap_or(u32::MAX);
                let limit = u32::try_from(limit.0.max(0)).unwrap_or(u32::MAX);
                piece.limits.push((row, limit));
            }
            piece.rows.push(Row { student: score.student, submission: score.submission, word });
            piece.last = line;
            self.len += 1;
        }
    }

    fn begin_piece(&mut self, line: u64) {
        // The first piece grows with its rows, so that a short table stays small.
        let mut rows = Vec::new();
        if let Some(last) = self.pieces.last_mut() {
            last.rows.shrink_to_fit();
            last.limits.shrink_to_fit();
            if last.rows.len() == PIECE {
                rows.reserve_exact(PIECE);
            }
        }
        self.pieces.push(Piece { first: self.len, line, last: line, rows, limits: Vec::new() });
    }

    /// The number of rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no row.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The rows in their order.
    pub fn iter(&self) -> impl Iterator<Item = Score> + Clone + '_ {
        self.pieces.iter().flat_map(|piece| {
            let mut limits = piece.limits.iter().peekable();
            (0..).zip(&piece.rows).map(move |(at, row)| Score {
                student: row.student,
                submission: row.submission,
                score: Micros(row.score()),
                limit: limits.next_if(|limit| limit.0 == at).map(|limit| Micros(limit.1.into())),
            })
        })
    }

    /// The line on which a row stands.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<u64> {
        let after = self.pieces.partition_point(|piece| piece.first <= row);
        let piece = self.pieces.get(after.checked_sub(1)?)?;
        let rows = piece.rows.get(..=row - piece.first)?;
        Some(piece.line + rows.iter().map(|row| row.gap()).sum::<u64>())
    }

    /// How many bytes of memory are set aside for the rows.
    #[must_use]
    pub fn memory(&self) -> usize {
        let pieces = self
            .pieces
            .iter()
            .map(|piece| piece.rows.capacity() * size_of::<Row>() + piece.limits.capacity() * size_of::<(u32, u32)>());
        self.pieces.capacity() * size_of::<Piece>() + pieces.sum::<usize>()
    }
}

/// Rows are compared, not the lines on which they stand.
impl PartialEq for ScoreTable {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.iter().eq(other.iter())
    }
}

impl Eq for ScoreTable {}

/// Shows how many rows there are, for there may be millions.
impl fmt::Debug for ScoreTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ScoreTable({} rows)", self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_score() -> impl Strategy<Value = Score> {
        let units = -1_000_000_000_000_i64..=1_000_000_000_000;
        (any::<u32>(), any::<u32>(), units, prop::option::weighted(0.2, 0..=1_000_000_i64)).prop_map(
            |(student, submission, score, limit)| Score {
                student,
                submission,
                score: Micros(score),
                limit: limit.map(Micros),
            },
        )
    }

    proptest! {
        #[test]
        fn rows_and_their_lines_come_back(rows in prop::collection::vec((any_score(), prop_oneof![
            9 => 1_u64..4, 1 => 0_u64..1 << 40
        ]), 0..40)) {
            let mut table = ScoreTable::new();
            let mut line = 0;
            let mut lines = Vec::new();
            for &(score, gap) in &rows {
                line += gap;
                lines.push(line);
                table.push(line, score);
            }
            prop_assert_eq!(table.len(), rows.len());
            prop_assert!(table.iter().eq(rows.iter().map(|row| row.0)));
            for (row, line) in lines.into_iter().enumerate() {
                prop_assert_eq!(table.line(row), Some(line));
            }
            prop_assert_eq!(table.line(rows.len()), None);
        }
    }

    #[test]
    fn a_row_takes_sixteen_bytes_whatever_lies_between() {
        let mut table = ScoreTable::new();
        let rows = 3 * PIECE + 5;
        for row in 0..rows {
            let score = Micros(if row % 2 == 0 { i64::MAX } else { i64::MIN });
            table.push(3 * row as u64, Score { student: 1, submission: 2, score, limit: None });
        }
        assert!(table.memory() <= 16 * rows + 16 * PIECE + 1024, "{}", table.memory());
        assert_eq!(table.line(2 * PIECE + 1), Some(6 * PIECE as u64 + 3));
        assert!(table.iter().all(|score| score.score.0.abs() > 1_000_000_000_000));
    }
}
