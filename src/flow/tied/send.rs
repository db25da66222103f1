//! Blocking flows within layers.

use alloc::vec::Vec;

use super::super::matching::Unmatched;
use super::super::{NONE, number};
use super::Watch;
use super::pairs::Table;
use super::search::DEAD;
use super::state::State;

/// A node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Node {
    Row(u32),
    Column(u32),
    Hub,
}

/// A node on a path, and what it was reached by: the cell of a pair, or the slot of a taken pair.
#[derive(Debug, Clone, Copy)]
struct Step {
    node: Node,
    by: usize,
}

/// The working memory: a path, and per node where the scan of its arcs goes on.
pub(super) struct Path {
    steps: Vec<Step>,
    row_cursor: Vec<u32>,
    column_cursor: Vec<u32>,
    hub_cursor: usize,
}

impl Path {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self {
            steps: Vec::new(),
            row_cursor: alloc::vec![0; rows],
            column_cursor: alloc::vec![NONE; columns],
            hub_cursor: 0,
        }
    }

    /// A slot leaves the list of a column.
    pub(super) fn pass(&mut self, column: u32, slot: u32, next: u32) {
        let cursor = &mut self.column_cursor[column as usize];
        if *cursor == slot {
            *cursor = next;
        }
    }
}

impl<T: Table> State<'_, T> {
    /// Sends units along the layers until no more can be sent.
    pub(super) fn send_all(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        self.path.row_cursor.fill(0);
        self.path.column_cursor.copy_from_slice(&self.columns.first);
        self.path.hub_cursor = 0;
        let before = watch.counters.augmentations;
        for row in 0..self.rows.u.len() {
            while self.rows.load[row] < self.rows.f[row] && self.send(Node::Row(number(row)), watch)? {
                self.excess -= 1;
            }
        }
        for column in 0..self.columns.v.len() {
            while self.columns.load[column] > self.columns.g[column]
                && self.send(Node::Column(number(column)), watch)?
            {
                self.excess -= 1;
            }
        }
        while self.hub_excess > 0 && self.send(Node::Hub, watch)? {
            self.hub_excess -= 1;
        }
        debug_assert!(watch.counters.augmentations > before, "layers with a deficit admit a unit");
        Ok(())
    }

    /// Sends one unit from a node, if it can be; keeps the flow and both ends up to date but for the excess of the
    /// source.
    fn send(&mut self, source: Node, watch: &mut Watch<'_>) -> Result<bool, Unmatched> {
        if self.hop(source) == DEAD {
            return Ok(false);
        }
        self.path.steps.clear();
        self.path.steps.push(Step { node: source, by: 0 });
        while let Some(&Step { node, .. }) = self.path.steps.last() {
            watch.steps(64)?;
            let next = match node {
                Node::Row(row) => self.after_row(row as usize),
                Node::Column(column) if self.columns.load[column as usize] < self.columns.g[column as usize] => {
                    self.apply();
                    watch.counters.augmentations += 1;
                    return Ok(true);
                }
                Node::Column(column) => self.after_column(column as usize),
                Node::Hub if self.hub_excess < 0 => {
                    self.apply();
                    self.hub_excess += 1;
                    watch.counters.augmentations += 1;
                    return Ok(true);
                }
                Node::Hub => self.after_hub(),
            };
            match next {
                Some(step) => self.path.steps.push(step),
                None => {
                    match node {
                        Node::Row(row) => self.rows.hop[row as usize] = DEAD,
                        Node::Column(column) => self.columns.hop[column as usize] = DEAD,
                        Node::Hub => self.hub_hop = DEAD,
                    }
                    self.path.steps.pop();
                }
            }
        }
        Ok(false)
    }

    fn hop(&self, node: Node) -> u32 {
        match node {
            Node::Row(row) => self.rows.hop[row as usize],
            Node::Column(column) => self.columns.hop[column as usize],
            Node::Hub => self.hub_hop,
        }
    }

    fn after_row(&mut self, row: usize) -> Option<Step> {
        let (u, hop) = (self.rows.u[row], self.rows.hop[row] + 1);
        if self.hub_hop == hop && self.rows.f[row] > self.row_windows[row].min && u == self.h - self.top {
            return Some(Step { node: Node::Hub, by: 0 });
        }
        let layers = self.memory.layers.get(hop as usize).zip(self.memory.layers.get(hop as usize + 1));
        let (&start, &end) = layers?;
        let layer = &self.memory.columns[start..end];
        let (cell, column) = self.table.tight(row, u, hop, layer, &self.columns, &mut self.path.row_cursor[row])?;
        Some(Step { node: Node::Column(column), by: cell })
    }

    fn after_column(&mut self, column: usize) -> Option<Step> {
        let (v, hop) = (self.columns.v[column], self.columns.hop[column] + 1);
        if self.hub_hop == hop && self.columns.g[column] < self.column_windows[column].max && v + self.h == 0 {
            return Some(Step { node: Node::Hub, by: 0 });
        }
        let cursor = &mut self.path.column_cursor[column];
        while *cursor != NONE {
            let slot = self.slots[*cursor as usize];
            let row = slot.row as usize;
            if self.rows.hop[row] == hop && self.rows.u[row] + v + i32::from(slot.cost) == 0 {
                return Some(Step { node: Node::Row(slot.row), by: *cursor as usize });
            }
            *cursor = slot.next;
        }
        None
    }

    fn after_hub(&mut self) -> Option<Step> {
        let (rows, hop) = (self.rows.u.len(), self.hub_hop + 1);
        while self.path.hub_cursor < rows + self.columns.v.len() {
            match self.path.hub_cursor.checked_sub(rows) {
                None => {
                    let row = self.path.hub_cursor;
                    let room = self.rows.f[row] < self.row_windows[row].max;
                    if room && self.rows.hop[row] == hop && self.rows.u[row] == self.h - self.top {
                        return Some(Step { node: Node::Row(number(row)), by: 0 });
                    }
                }
                Some(column) => {
                    let room = self.columns.g[column] > self.column_windows[column].min;
                    if room && self.columns.hop[column] == hop && self.columns.v[column] + self.h == 0 {
                        return Some(Step { node: Node::Column(number(column)), by: 0 });
                    }
                }
            }
            self.path.hub_cursor += 1;
        }
        None
    }

    /// Changes the flow along the path.
    fn apply(&mut self) {
        // The slot of the row the path has come to, which waits for another pair.
        let mut held = NONE;
        for k in 1..self.path.steps.len() {
            let (from, Step { node: to, by }) = (self.path.steps[k - 1].node, self.path.steps[k]);
            match (from, to) {
                (Node::Row(row), Node::Column(column)) => {
                    let row = row as usize;
                    if held == NONE {
                        held = self.rows.free[row];
                        self.rows.free[row] = self.slots[held as usize].next;
                        self.rows.load[row] += 1;
                    }
                    self.link(held, column, by);
                    held = NONE;
                }
                (Node::Column(_), Node::Row(_)) => {
                    held = number(by);
                    self.unlink(held);
                }
                (Node::Row(row), _) => {
                    let row = row as usize;
                    self.rows.f[row] -= 1;
                    if held != NONE {
                        let slot = &mut self.slots[held as usize];
                        (slot.column, slot.next) = (NONE, self.rows.free[row]);
                        self.rows.free[row] = held;
                        self.rows.load[row] -= 1;
                        held = NONE;
                    }
                }
                (Node::Column(column), _) => self.columns.g[column as usize] += 1,
                (Node::Hub, Node::Row(row)) => self.rows.f[row as usize] += 1,
                (Node::Hub, Node::Column(column)) => self.columns.g[column as usize] -= 1,
                (Node::Hub, Node::Hub) => {}
            }
        }
    }
}
