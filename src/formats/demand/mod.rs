//! The state of reviews on demand, as JSON.

mod read;
#[cfg(test)]
mod tests;

use std::io;

pub use read::read;

use super::write::{Layout, Writer};
use crate::demand::DemandRecord;

/// What stands in the field `format`.
const FORMAT: &str = "peerplan/demand";

/// Writes a state: the fields in the order of the format, each record on a line of its own.
///
/// # Errors
/// Those of the output.
pub fn write(record: &DemandRecord, layout: Layout, output: impl io::Write) -> io::Result<()> {
    let mut writer = Writer::begin(output, layout, FORMAT)?;
    writer.field("problem_digest", &record.problem_digest)?;
    writer.field("seed", &record.seed)?;
    writer.rows("students", &record.students)?;
    writer.rows("submissions", &record.submissions)?;
    writer.rows("reviews", &record.reviews)?;
    writer.end()
}
