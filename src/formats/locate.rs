//! From JSON pointers to lines and columns: one pass over the text, made only when there is something to report.

use std::collections::BTreeMap;

use super::text::{advance, without_mark};
use crate::diagnostic::{Diagnostic, Diagnostics, Position};

/// Fills in the position of every diagnostic that has none: that of the value its pointer points to, or of the
/// closest parent that exists. Works on any text, also where the syntax is wrong further down.
///
/// A row of `affinities` that were written as columns is pointed to in the column of its assessor, or of the field
/// named.
pub fn locate(text: &[u8], found: &mut Diagnostics) {
    let text = without_mark(text);
    let items = found.items_mut();
    let mut root = Node::default();
    for (index, item) in items.iter().enumerate().filter(|(_, item)| item.position.is_none()) {
        root.insert(&item.pointer, index, item.code == "duplicate_field");
    }
    if root.is_empty() {
        return;
    }
    let mut places = vec![None; items.len()];
    let mut scanner = Scanner { text, at: 0, items, places: &mut places };
    scanner.value(&mut root, true);
    // Offsets come in any order; the lines are counted once, in ascending order.
    let mut order: Vec<(usize, usize)> =
        places.iter().enumerate().filter_map(|(index, place)| place.map(|offset| (offset, index))).collect();
    order.sort_unstable();
    let (mut from, mut position) = (0, Position { line: 1, column: 1 });
    for (offset, index) in order {
        position = advance(position, &text[from..offset]);
        from = offset;
        items[index].position = Some(position);
    }
}

/// What is to be found at and below one place.
#[derive(Default)]
struct Node {
    /// Diagnostics of this very place.
    here: Vec<usize>,
    /// Diagnostics of the last of several fields of this name.
    last: Vec<usize>,
    below: BTreeMap<String, Node>,
}

impl Node {
    fn is_empty(&self) -> bool {
        self.here.is_empty() && self.last.is_empty() && self.below.is_empty()
    }

    fn insert(&mut self, pointer: &str, index: usize, last: bool) {
        let mut node = self;
        for step in pointer.split('/').skip(1) {
            node = node.below.entry(step.replace("~1", "/").replace("~0", "~")).or_default();
        }
        if last { node.last.push(index) } else { node.here.push(index) }
    }

    /// Calls `f` for all diagnostics here and below.
    fn each(&self, f: &mut impl FnMut(usize)) {
        self.here.iter().chain(&self.last).for_each(|index| f(*index));
        self.below.values().for_each(|node| node.each(f));
    }
}

struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
    items: &'a mut [Diagnostic],
    places: &'a mut [Option<usize>],
}

impl Scanner<'_> {
    /// Goes through a value, noting where `node` and what is below it stand. `None` at the end of the text.
    ///
    /// Recursion goes as deep as a pointer does, and only where the text does so too.
    fn value(&mut self, node: &mut Node, root: bool) -> Option<()> {
        self.space();
        let start = self.at;
        node.each(&mut |index| self.places[index] = Some(start));
        if node.below.is_empty() {
            return self.skip();
        }
        match self.text.get(self.at)? {
            b'{' => self.object(node, root),
            b'[' => self.array(node),
            _ => self.skip(),
        }
    }

    fn array(&mut self, node: &mut Node) -> Option<()> {
        self.at += 1;
        for index in 0_usize.. {
            self.space();
            if *self.text.get(self.at)? == b']' {
                self.at += 1;
                break;
            }
            match node.below.get_mut(&index.to_string()) {
                Some(child) => self.value(child, false)?,
                None => self.skip()?,
            }
            self.comma()?;
        }
        Some(())
    }

    fn object(&mut self, node: &mut Node, root: bool) -> Option<()> {
        self.at += 1;
        let mut seen: Vec<String> = Vec::new();
        loop {
            self.space();
            if *self.text.get(self.at)? == b'}' {
                self.at += 1;
                return Some(());
            }
            let name = self.name()?;
            self.space();
            if *self.text.get(self.at)? != b':' {
                return None;
            }
            self.at += 1;
            self.space();
            let again = seen.contains(&name);
            match node.below.get_mut(&name) {
                Some(child) if again => {
                    let start = self.at;
                    child.last.iter().for_each(|index| self.places[*index] = Some(start));
                    self.skip()?;
                }
                Some(child) => {
                    if root && name == "affinities" && self.text.get(self.at) == Some(&b'{') {
                        rows_to_columns(child, self.items);
                    }
                    self.value(child, false)?;
                    seen.push(name);
                }
                None => self.skip()?,
            }
            self.comma()?;
        }
    }

    /// Takes a comma, if there is one. `None` where neither it nor the end of the array or object follows.
    fn comma(&mut self) -> Option<()> {
        self.space();
        match self.text.get(self.at)? {
            b',' => self.at += 1,
            b']' | b'}' => {}
            _ => return None,
        }
        Some(())
    }

    fn space(&mut self) {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    /// Goes past a value of any depth without recursion. `None` where there is none.
    fn skip(&mut self) -> Option<()> {
        let mut depth = 0_usize;
        loop {
            self.space();
            let start = self.at;
            match self.text.get(self.at)? {
                b'"' => self.string()?,
                b'[' | b'{' => {
                    depth += 1;
                    self.at += 1;
                }
                b']' | b'}' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' if depth > 0 => self.at += 1,
                _ => {
                    let word = self.text[start..].iter().position(|byte| b",:[]{}\" \t\r\n".contains(byte));
                    self.at = word.map_or(self.text.len(), |length| start + length);
                    if self.at == start {
                        return None;
                    }
                }
            }
            if depth == 0 {
                return Some(());
            }
        }
    }

    /// Goes past a string.
    fn string(&mut self) -> Option<()> {
        self.at += 1;
        loop {
            match self.text.get(self.at)? {
                b'"' => {
                    self.at += 1;
                    return Some(());
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }

    /// The name of a field.
    fn name(&mut self) -> Option<String> {
        let start = self.at;
        if self.text.get(start) != Some(&b'"') {
            return None;
        }
        self.string()?;
        serde_json::from_slice(&self.text[start..self.at]).ok()
    }
}

/// `/affinities/17/score` becomes `/affinities/score/17`, in the tree and in the diagnostics themselves.
fn rows_to_columns(affinities: &mut Node, items: &mut [Diagnostic]) {
    let rows: Vec<String> =
        affinities.below.keys().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())).cloned().collect();
    for row in rows {
        let Some(mut node) = affinities.below.remove(&row) else { continue };
        let mut moved = core::mem::take(&mut node.below);
        moved.entry(String::from("assessor_id")).or_default().here.extend(node.here);
        for (column, fields) in moved {
            for index in &fields.here {
                items[*index].pointer = format!("/affinities/{column}/{row}");
            }
            let column = affinities.below.entry(column).or_default();
            column.below.entry(row.clone()).or_default().here.extend(fields.here);
        }
    }
}
