//! A field of a record: its text, its place, and how it may be shown.

use std::borrow::Cow;
use std::fmt::{self, Display};

use super::super::fields::shown;
use super::records::unquoted;

/// A place in the record at hand, which begins on the line at hand.
#[derive(Clone, Copy)]
pub(super) struct At<'r>(pub(super) &'r [u8], pub(super) usize);

/// A field of the record at hand.
#[derive(Clone, Copy)]
pub(super) struct Field<'r> {
    pub(super) text: &'r [u8],
    pub(super) at: At<'r>,
}

/// Whether a record of one field says nothing.
pub(super) fn is_blank(record: &[u8]) -> bool {
    trim(&plain(record)).is_empty()
}

/// The text of a field without its quotation marks.
pub(super) fn plain(field: &[u8]) -> Cow<'_, [u8]> {
    if field.first() == Some(&b'"') { Cow::Owned(unquoted(field)) } else { Cow::Borrowed(field) }
}

/// A text without the white space of ASCII around it.
#[inline]
pub(super) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b'\t'..=b'\r' | b' ', rest @ ..] = text {
        text = rest;
    }
    while let [rest @ .., b'\t'..=b'\r' | b' '] = text {
        text = rest;
    }
    text
}

/// A word from the file as it may stand in a message, made only where there is one.
pub(super) struct Shown<'t>(pub(super) &'t [u8]);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&String::from_utf8_lossy(self.0)))
    }
}
