//! What is said of the file. Everything has its line and column: who reports says where in the record at hand.

use std::fmt::Display;

use super::super::fields::Reader;
use super::super::path::Path;
use super::super::text::advance;
use super::field::At;
use crate::diagnostic::{Position, Severity};

/// What was found, and the line at hand, on which the record at hand begins.
pub(super) struct Report {
    pub(super) found: Reader,
    pub(super) line: u64,
}

impl Report {
    pub(super) const fn new() -> Self {
        Self { found: Reader::new(false), line: 1 }
    }

    /// How many diagnostics are kept so far.
    pub(super) fn len(&self) -> usize {
        self.found.found.items().len()
    }

    /// Reports something about the record at hand.
    pub(super) fn error(&mut self, code: &'static str, at: At<'_>, message: impl Display, help: &str) {
        self.push(Severity::Error, code, at, message, help);
    }

    /// Reports something about the record at hand, an error or a warning.
    pub(super) fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        at: At<'_>,
        message: impl Display,
        help: &str,
    ) {
        let before = self.len();
        self.found.found.push(severity, code, Path::Root, message, help);
        self.mark(before, at);
    }

    /// Gives the diagnostics from `before` on their place.
    pub(super) fn mark(&mut self, before: usize, at: At<'_>) {
        if before < self.len() {
            let position = self.position(at);
            for item in &mut self.found.found.items_mut()[before..] {
                item.pointer.clear();
                item.position = Some(position);
            }
        }
    }

    /// Where a place of the record at hand is in the file.
    pub(super) fn position(&self, At(record, place): At<'_>) -> Position {
        let line = usize::try_from(self.line).unwrap_or(usize::MAX);
        advance(Position { line, column: 1 }, &record[..place.min(record.len())])
    }
}
