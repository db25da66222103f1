//! From bytes to JSON: the byte order mark, UTF-8, and syntax errors with their positions.

use serde::de::DeserializeSeed;
use serde_json::error::Category;

use super::fields::Reader;
use super::json::{Feed, Sink};
use super::path::Path;
use crate::diagnostic::{Diagnostics, Position};

const BYTE_ORDER_MARK: &[u8] = &[0xEF, 0xBB, 0xBF];

/// The text without the byte order mark that some programs put first.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}

/// Reads one JSON value and nothing after it. `None` where the syntax is wrong, which is then reported.
pub(super) fn parse<'de, S: Sink<'de>>(bytes: &'de [u8], found: &mut Diagnostics, sink: S) -> Option<S::Out> {
    let bytes = without_mark(bytes);
    let text = match str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let place = position_at(bytes, error.valid_up_to());
            report(found, "invalid_utf8", place, "this is not UTF-8 text", "save the file as UTF-8");
            return None;
        }
    };
    if text.bytes().all(|byte| byte.is_ascii_whitespace()) {
        let place = Position { line: 1, column: 1 };
        report(found, "empty_input", place, "there is nothing here", "give a JSON document");
        return None;
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = match Feed(sink).deserialize(&mut deserializer) {
        Ok(value) => value,
        Err(error) => {
            syntax(found, bytes, &error);
            return None;
        }
    };
    if let Err(error) = deserializer.end() {
        let place = position_of(bytes, &error);
        report(found, "trailing_text", place, "there is text after the end of the document", "remove it");
        return None;
    }
    Some(value)
}

/// What was read and the warnings, or everything that was found; with positions.
pub(super) fn outcome<T>(text: &[u8], reader: Reader, value: Option<T>) -> Result<(T, Diagnostics), Diagnostics> {
    let mut found = reader.found;
    if !found.is_empty() {
        super::locate(text, &mut found);
    }
    match value {
        Some(value) if !found.has_errors() => Ok((value, found)),
        _ => Err(found),
    }
}

fn syntax(found: &mut Diagnostics, text: &[u8], error: &serde_json::Error) {
    let place = position_of(text, error);
    let words = error.to_string();
    let words = words.rsplit_once(" at line ").map_or(&*words, |(words, _)| words);
    let (code, help) = if words.starts_with("recursion limit") {
        ("too_deep", "nest at most 127 arrays and objects in each other")
    } else if words.starts_with("number out of range") {
        ("number_too_large", "write a number that a double-precision number can hold")
    } else if error.classify() == Category::Eof {
        ("unexpected_end", "the document is cut off: complete it")
    } else {
        ("syntax_error", "correct the JSON; nothing after this place was read")
    };
    report(found, code, place, words, help);
}

fn report(found: &mut Diagnostics, code: &'static str, place: Position, message: &str, help: &str) {
    let before = found.items().len();
    found.error(code, Path::Root, message, help);
    if let Some(item) = found.items_mut().get_mut(before) {
        item.position = Some(place);
    }
}

/// The parser counts bytes in a line; people count characters.
fn position_of(text: &[u8], error: &serde_json::Error) -> Position {
    let line = error.line().max(1);
    let start = text.split(|byte| *byte == b'\n').take(line - 1).map(|line| line.len() + 1).sum::<usize>();
    position_at(text, start + error.column().saturating_sub(1))
}

/// The position of a byte.
fn position_at(text: &[u8], offset: usize) -> Position {
    advance(Position { line: 1, column: 1 }, &text[..offset.min(text.len())])
}

/// The position after `text`, which begins at `from`.
pub(super) fn advance(from: Position, text: &[u8]) -> Position {
    let Position { mut line, mut column } = from;
    for byte in text {
        if *byte == b'\n' {
            line += 1;
            column = 1;
        } else if *byte & 0xC0 != 0x80 {
            // Every byte but the later ones of a character begins one.
            column += 1;
        }
    }
    Position { line, column }
}
