//! Text for people: tables, and words from the input made harmless.

use std::borrow::Cow;

use comfy_table::{ContentArrangement, Table, presets};

/// An empty table; wide texts are wrapped.
pub(super) fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN).set_header(header.to_vec());
    table
}

/// The same, kept to the width of a page.
pub(super) fn page(header: &[&str]) -> Table {
    let mut table = table(header);
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(100);
    table
}

/// A text without control characters, which could move the cursor or break a line.
pub(super) fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut harmless = String::with_capacity(text.len() + 8);
    for letter in text.chars() {
        if hidden(letter) { harmless.extend(letter.escape_unicode()) } else { harmless.push(letter) }
    }
    Cow::Owned(harmless)
}

/// Control characters, and those that turn the direction of writing.
fn hidden(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A figure with three decimals.
pub(super) fn decimal(value: f64) -> String {
    format!("{value:.3}")
}

/// A number in millionths, with as many decimals as it has.
pub(super) fn micros(units: i64) -> String {
    let (whole, part) = (units.unsigned_abs() / 1_000_000, units.unsigned_abs() % 1_000_000);
    let sign = if units < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{part:06}");
    String::from(text.trim_end_matches('0').trim_end_matches('.'))
}
