//! What is wrong with an input: values with a stable code, a place and an action, all of them at once.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

/// How much of each code is kept in full; past that only the count grows.
pub const KEPT_PER_CODE: usize = 100;

/// Whether the input can be used all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// The input is refused.
    Error,
    /// The input is used; the reader should know.
    Warning,
}

/// A line and a column of a text, both from 1; the column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

/// One thing that is wrong, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Diagnostic {
    /// Error or warning.
    pub severity: Severity,
    /// A stable code in `snake_case`; `docs/formats.md` lists them.
    pub code: &'static str,
    /// The place as a JSON pointer (RFC 6901) into the input, empty for the whole.
    pub pointer: String,
    /// The place in the text, where the text is at hand.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{kind}[{}]", self.code)?;
        if !self.pointer.is_empty() {
            write!(f, " at {}", self.pointer)?;
        }
        if let Some(Position { line, column }) = self.position {
            write!(f, " (line {line}, column {column})")?;
        }
        write!(f, ": {}", self.message)?;
        if !self.help.is_empty() {
            write!(f, "; {}", self.help)?;
        }
        Ok(())
    }
}

/// How often a code occurred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct CodeCount {
    /// The code.
    pub code: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// How often, including those not kept in full.
    pub count: usize,
}

/// A collection of diagnostics: the first [`KEPT_PER_CODE`] of each code in full, and the counts of all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Diagnostics {
    items: Vec<Diagnostic>,
    counts: Vec<CodeCount>,
}

impl Diagnostics {
    /// An empty collection.
    #[must_use]
    pub const fn new() -> Self {
        Self { items: Vec::new(), counts: Vec::new() }
    }

    /// Adds an error. `place` is called only when the diagnostic is kept in full.
    pub fn error(&mut self, code: &'static str, pointer: impl fmt::Display, message: impl fmt::Display, help: &str) {
        self.push(Severity::Error, code, pointer, message, help);
    }

    /// Adds a warning.
    pub fn warning(&mut self, code: &'static str, pointer: impl fmt::Display, message: impl fmt::Display, help: &str) {
        self.push(Severity::Warning, code, pointer, message, help);
    }

    /// Adds a diagnostic of either severity.
    pub fn push(
        &mut self,
        severity: Severity,
        code: &'static str,
        pointer: impl fmt::Display,
        message: impl fmt::Display,
        help: &str,
    ) {
        if self.count(severity, code) < KEPT_PER_CODE {
            self.items.push(Diagnostic {
                severity,
                code,
                pointer: pointer.to_string(),
                position: None,
                message: message.to_string(),
                help: help.to_string(),
            });
        }
    }

    /// Counts one more of `code` and returns how many there were before.
    fn count(&mut self, severity: Severity, code: &'static str) -> usize {
        let known = self.counts.iter_mut().find(|c| c.code == code && c.severity == severity);
        if let Some(entry) = known {
            entry.count += 1;
            entry.count - 1
        } else {
            self.counts.push(CodeCount { code, severity, count: 1 });
            0
        }
    }

    /// Takes over all diagnostics of `other`.
    pub fn append(&mut self, other: Self) {
        for count in other.counts {
            let kept = other.items.iter().filter(|d| d.code == count.code && d.severity == count.severity);
            let mut before = 0;
            for diagnostic in kept {
                before += 1;
                if self.count(count.severity, count.code) < KEPT_PER_CODE {
                    self.items.push(diagnostic.clone());
                }
            }
            for _ in before..count.count {
                self.count(count.severity, count.code);
            }
        }
    }

    /// Leaves out all diagnostics whose code is not to be kept.
    pub fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.items.retain(|item| keep(item.code));
        self.counts.retain(|count| keep(count.code));
    }

    /// The diagnostics kept in full, in the order in which they were found.
    #[must_use]
    pub fn items(&self) -> &[Diagnostic] {
        &self.items
    }

    /// The same, to fill in positions.
    pub fn items_mut(&mut self) -> &mut [Diagnostic] {
        &mut self.items
    }

    /// How often each code occurred.
    #[must_use]
    pub fn counts(&self) -> &[CodeCount] {
        &self.counts
    }

    /// Whether nothing was found at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Whether there is at least one error.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.counts.iter().any(|c| c.severity == Severity::Error)
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, diagnostic) in self.items.iter().enumerate() {
            if position > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{diagnostic}")?;
        }
        for count in self.counts.iter().filter(|c| c.count > KEPT_PER_CODE) {
            write!(f, "\n… and {} more of [{}]", count.count - KEPT_PER_CODE, count.code)?;
        }
        Ok(())
    }
}

impl core::error::Error for Diagnostics {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_hundred_of_a_code_are_kept_and_all_are_counted() {
        let mut found = Diagnostics::new();
        for k in 0..250 {
            found.error("duplicate_id", format_args!("/students/{k}/id"), "twice", "remove one");
        }
        found.warning("unknown_id", "", "nobody", "");
        let mut all = Diagnostics::new();
        all.error("duplicate_id", "", "x", "");
        all.append(found);
        assert_eq!(all.items().len(), 101);
        assert_eq!(all.counts()[0].count, 251);
        assert!(all.to_string().contains("… and 151 more of [duplicate_id]"));
        assert!(all.has_errors());
    }
}
