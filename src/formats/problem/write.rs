//! Problem files, written.

use std::io;

use super::read::FORMAT;
use crate::formats::write::{Layout, Writer};
use crate::input::Input;

/// Writes a problem file. What has its default value is left out, but for the policy; reading gives the same input.
///
/// Names are written: whoever asks for a problem file without them takes them out before.
///
/// # Errors
/// Those of the output.
pub fn write(input: &Input, layout: Layout, output: impl io::Write) -> io::Result<()> {
    let mut writer = Writer::begin(output, layout, FORMAT)?;
    if let Some(source) = &input.source {
        writer.field("source", source)?;
    }
    writer.rows("students", &input.students)?;
    writer.rows("submissions", &input.submissions)?;
    if !input.peer_reviews.is_empty() {
        writer.rows("peer_reviews", &input.peer_reviews)?;
    }
    writer.block("policy", &input.policy)?;
    if !input.rules.is_empty() {
        writer.rows("rules", &input.rules)?;
    }
    if !input.is_unscored() {
        writer.rows("affinities", input.all_scores())?;
    }
    if !input.history.is_empty() {
        writer.rows("history", &input.history)?;
    }
    if let Some(strategy) = &input.strategy {
        writer.field("strategy", strategy)?;
    }
    writer.end()
}
