//! Score files: affinities as CSV, with a header or as OpenReview writes them.
//!
//! A file may have many millions of lines. It is read in one pass: ids become places while they are read, a row takes
//! 16 bytes from then on, and a line that cannot be used takes nothing.

mod columns;
mod field;
mod number;
mod places;
mod plain;
mod records;
mod repeated;
mod report;
mod seen;
mod table;
#[cfg(test)]
mod tests;

use std::io;

use self::field::At;
use self::records::Records;
use self::table::Table;
use crate::diagnostic::Diagnostics;
use crate::input::{Input, ScoreTable};

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
        table.report.error("read_failed", At(b"", 0), message, "read them again");
    }
    table.finish()
}
