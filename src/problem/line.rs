//! Pieces of JSON for the canonical form of a problem.
//!
//! The form is as long as the problem file, and nearly all of it is numbers: they do not go through `core::fmt`.

use alloc::vec::Vec;
use core::fmt::Write;

use crate::id::Id;
use crate::input::{Bound, Labels};

/// Lines of JSON while they are written.
#[derive(Debug, Default)]
pub(super) struct Line(pub(super) Vec<u8>);

impl Line {
    /// Text as it is.
    pub(super) fn plain(&mut self, text: &str) {
        self.0.extend_from_slice(text.as_bytes());
    }

    pub(super) fn number(&mut self, mut value: u64) {
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            #[allow(clippy::cast_possible_truncation, reason = "a digit")]
            let digit = (value % 10) as u8;
            digits[first] = b'0' + digit;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&digits[first..]);
    }

    pub(super) fn signed(&mut self, value: i64) {
        if value < 0 {
            self.plain("-");
        }
        self.number(value.unsigned_abs());
    }

    pub(super) fn flag(&mut self, value: bool) {
        self.plain(if value { "true" } else { "false" });
    }

    /// What `Debug` says of a value, in quotes.
    pub(super) fn named(&mut self, value: &impl core::fmt::Debug) {
        // Writing into memory does not fail.
        let _ = write!(self, "\"{value:?}\"");
    }

    /// A text as JSON: quotes, backslashes and control characters escaped, everything else as it is.
    pub(super) fn text(&mut self, text: &str) {
        self.plain("\"");
        for &byte in text.as_bytes() {
            match byte {
                b'"' | b'\\' => self.0.extend_from_slice(&[b'\\', byte]),
                byte if byte < 0x20 => _ = write!(self, "\\u{byte:04x}"),
                byte => self.0.push(byte),
            }
        }
        self.plain("\"");
    }

    pub(super) fn id(&mut self, id: &Id) {
        match id.value() {
            Some(value) if id.is_number() => self.number(value),
            Some(value) => {
                self.plain("\"");
                self.number(value);
                self.plain("\"");
            }
            None => self.text(id.as_text().unwrap_or_default()),
        }
    }

    /// A value, or `null`.
    pub(super) fn maybe<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Self, T)) {
        match value {
            Some(value) => write(self, value),
            None => self.plain("null"),
        }
    }

    /// Ids as a sorted array, each once.
    pub(super) fn set(&mut self, ids: &[Id]) {
        if ids.len() < 2 {
            return self.array(ids.iter(), Self::id);
        }
        let mut sorted: Vec<&Id> = ids.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        self.array(sorted, Self::id);
    }

    pub(super) fn labels(&mut self, labels: &Labels) {
        self.plain("{");
        for (place, (label, ids)) in labels.iter().enumerate() {
            self.plain(if place > 0 { "," } else { "" });
            self.text(label);
            self.plain(":");
            self.set(ids);
        }
        self.plain("}");
    }

    /// A bound as `[min,max]`, `max` null where there is none.
    pub(super) fn bound(&mut self, bound: Bound) {
        self.plain("[");
        self.number(bound.min);
        self.plain(",");
        self.maybe(bound.max, Self::number);
        self.plain("]");
    }

    pub(super) fn array<T>(&mut self, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Self, T)) {
        self.plain("[");
        for (place, item) in items.into_iter().enumerate() {
            self.plain(if place > 0 { "," } else { "" });
            write(self, item);
        }
        self.plain("]");
    }
}

impl Write for Line {
    fn write_str(&mut self, text: &str) -> core::fmt::Result {
        self.plain(text);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_are_json() {
        let mut line = Line::default();
        line.array([0, 7, 1_000_000, u64::MAX], Line::number);
        line.signed(i64::MIN);
        line.text("a\"\\\u{1}ö");
        let text = "[0,7,1000000,18446744073709551615]-9223372036854775808\"a\\\"\\\\\\u0001ö\"";
        assert_eq!(core::str::from_utf8(&line.0), Ok(text));
    }
}
