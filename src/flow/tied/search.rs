//! Layers of reduced cost zero, and where they do not lead to a deficit, longer distances.

use alloc::vec::Vec;

use super::super::matching::Unmatched;
use super::super::{NONE, number};
use super::Watch;
use super::pairs::{FAR, Table, UNSEEN};
use super::state::State;

/// Was reached, but leads nowhere.
pub(super) const DEAD: u32 = UNSEEN - 1;

/// What a search has reached.
pub(super) enum Reached {
    /// A deficit by arcs of reduced cost zero: there are layers.
    Layers,
    /// A deficit farther away: the potentials have changed.
    Farther,
    /// No deficit.
    Nothing,
}

/// The working memory of a search.
pub(super) struct Memory {
    /// The reached rows and columns, layer by layer.
    rows: Vec<u32>,
    pub(super) columns: Vec<u32>,
    /// The first column of each layer; one more entry than layers.
    pub(super) layers: Vec<usize>,
    /// Rows that were reached at greater distances.
    later: Vec<u32>,
    column_distance: Vec<i32>,
    hub_distance: i32,
}

impl Memory {
    pub(super) fn new(rows: usize, columns: usize) -> Self {
        Self {
            rows: Vec::with_capacity(rows),
            columns: Vec::with_capacity(columns),
            layers: Vec::new(),
            later: Vec::new(),
            column_distance: alloc::vec![0; columns],
            hub_distance: FAR,
        }
    }
}

impl<T: Table> State<'_, T> {
    /// Searches from all excess.
    pub(super) fn search(&mut self, watch: &mut Watch<'_>) -> Result<Reached, Unmatched> {
        self.start();
        watch.steps(self.rows.u.len() + self.columns.v.len())?;
        let (mut distance, mut hop) = (0, 0);
        let (mut first_row, mut first_column) = (0, 0);
        loop {
            if self.finds_deficit(hop, first_column) {
                if distance == 0 {
                    self.end_layers(hop, first_column);
                    return Ok(Reached::Layers);
                }
                self.lengthen(distance);
                return Ok(Reached::Farther);
            }
            let (rows, columns) = (self.memory.rows.len(), self.memory.columns.len());
            for k in first_row..rows {
                let row = self.memory.rows[k] as usize;
                self.leave_row(row, distance);
                watch.counters.row_rescans += 1;
                watch.steps(self.table.row(row).1.len() / 2)?;
            }
            for k in first_column..columns {
                self.leave_column(self.memory.columns[k] as usize, distance, hop);
            }
            if self.hub_hop == hop {
                self.leave_hub(distance, hop);
            }
            hop += 1;
            (first_row, first_column) = (rows, columns);
            self.settle(distance, hop);
            if self.memory.rows.len() == rows && self.memory.columns.len() == columns && self.hub_hop != hop {
                distance = self.advance(hop);
                if distance == FAR {
                    return Ok(Reached::Nothing);
                }
            }
        }
    }

    /// The first layer: all excess.
    fn start(&mut self) {
        self.table.begin();
        self.rows.hop.fill(UNSEEN);
        self.rows.distance.fill(FAR);
        self.columns.hop.fill(UNSEEN);
        let memory = &mut self.memory;
        memory.rows.clear();
        memory.columns.clear();
        memory.layers.clear();
        memory.later.clear();
        memory.hub_distance = FAR;
        self.hub_hop = UNSEEN;
        for row in 0..self.rows.u.len() {
            if self.rows.load[row] < self.rows.f[row] {
                (self.rows.hop[row], self.rows.distance[row]) = (0, 0);
                memory.rows.push(number(row));
            }
        }
        for column in 0..self.columns.v.len() {
            if self.columns.load[column] > self.columns.g[column] {
                self.columns.hop[column] = 0;
                memory.column_distance[column] = 0;
                memory.columns.push(number(column));
            }
        }
        if self.hub_excess > 0 {
            (self.hub_hop, memory.hub_distance) = (0, 0);
        }
        memory.layers.extend([0, memory.columns.len()]);
    }

    /// Whether there is a deficit in the last layer.
    fn finds_deficit(&self, hop: u32, first_column: usize) -> bool {
        let short = |&column: &u32| self.columns.load[column as usize] < self.columns.g[column as usize];
        (self.hub_hop == hop && self.hub_excess < 0) || self.memory.columns[first_column..].iter().any(short)
    }

    /// Only what leads to a deficit is kept in the last layer.
    fn end_layers(&mut self, hop: u32, first_column: usize) {
        let (columns, memory) = (&mut self.columns, &mut self.memory);
        let hub_is_short = self.hub_excess < 0;
        let mut kept = first_column;
        for k in first_column..memory.columns.len() {
            let column = memory.columns[k];
            if columns.load[column as usize] < columns.g[column as usize] {
                memory.columns[kept] = column;
                kept += 1;
            } else {
                columns.hop[column as usize] = DEAD;
            }
        }
        memory.columns.truncate(kept);
        memory.layers[hop as usize + 1] = kept;
        if hub_is_short && self.hub_hop == hop && hop > 0 && kept == first_column {
            // All paths come to the hub, and from columns of the last layer but one.
            let start = memory.layers[hop as usize - 1];
            let mut kept = start;
            for k in start..first_column {
                let column = memory.columns[k];
                let place = column as usize;
                if columns.g[place] < self.column_windows[place].max && columns.v[place] + self.h == 0 {
                    memory.columns[kept] = column;
                    kept += 1;
                } else {
                    columns.hop[place] = DEAD;
                }
            }
            memory.columns.truncate(kept);
            memory.layers[hop as usize] = kept;
            memory.layers[hop as usize + 1] = kept;
        }
    }

    fn leave_row(&mut self, row: usize, distance: i32) {
        let u = self.rows.u[row];
        if self.rows.f[row] > self.row_windows[row].min {
            self.reach_hub(distance + u - (self.h - self.top));
        }
        self.table.relax(row, distance + u, distance, &self.columns);
    }

    fn leave_column(&mut self, column: usize, distance: i32, hop: u32) {
        let v = self.columns.v[column];
        if self.columns.g[column] < self.column_windows[column].max {
            self.reach_hub(distance - v - self.h);
        }
        let mut slot = self.columns.first[column];
        while slot != NONE {
            let entry = self.slots[slot as usize];
            let back = -(self.rows.u[entry.row as usize] + v + i32::from(entry.cost));
            debug_assert!(back >= 0, "taken pairs stay in kilter");
            self.reach_row(entry.row as usize, distance + back, distance, hop);
            slot = entry.next;
        }
    }

    fn leave_hub(&mut self, distance: i32, hop: u32) {
        for row in 0..self.rows.u.len() {
            if self.rows.f[row] < self.row_windows[row].max {
                let reached = distance + self.h - self.top - self.rows.u[row];
                self.reach_row(row, reached, distance, hop);
            }
        }
        for column in 0..self.columns.v.len() {
            if self.columns.g[column] > self.column_windows[column].min {
                self.table.relax_one(column, distance + self.h, distance, &self.columns);
            }
        }
    }

    fn reach_row(&mut self, row: usize, reached: i32, distance: i32, hop: u32) {
        let known = self.rows.distance[row];
        if reached < known {
            self.rows.distance[row] = reached;
            if reached == distance {
                self.rows.hop[row] = hop + 1;
                self.memory.rows.push(number(row));
            } else if known == FAR {
                self.memory.later.push(number(row));
            }
        }
    }

    fn reach_hub(&mut self, reached: i32) {
        self.memory.hub_distance = self.memory.hub_distance.min(reached);
    }

    /// The next layer: columns and hub at this distance; rows are there already.
    fn settle(&mut self, distance: i32, hop: u32) {
        let start = self.memory.columns.len();
        self.table.settle(distance, &self.columns, &mut self.memory.columns);
        for &column in &self.memory.columns[start..] {
            self.columns.hop[column as usize] = hop;
            self.memory.column_distance[column as usize] = distance;
        }
        self.memory.layers.push(self.memory.columns.len());
        if self.hub_hop == UNSEEN && self.memory.hub_distance == distance {
            self.hub_hop = hop;
        }
    }

    /// Goes on to the next distance, and returns it.
    fn advance(&mut self, hop: u32) -> i32 {
        let rows = &mut self.rows;
        self.memory.later.retain(|&row| rows.hop[row as usize] == UNSEEN);
        let mut next = self.table.nearest(&self.columns);
        next = self.memory.later.iter().map(|&row| rows.distance[row as usize]).fold(next, i32::min);
        if self.hub_hop == UNSEEN {
            next = next.min(self.memory.hub_distance);
        }
        if next < FAR {
            for &row in self.memory.later.iter().filter(|&&row| rows.distance[row as usize] == next) {
                rows.hop[row as usize] = hop;
                self.memory.rows.push(row);
            }
            self.memory.layers.pop();
            self.table.advance(next, &self.columns);
            self.settle(next, hop);
        }
        next
    }

    /// Potentials for distances cut off at `distance`: all arcs stay in kilter.
    fn lengthen(&mut self, distance: i32) {
        for &row in &self.memory.rows {
            self.rows.u[row as usize] -= distance - self.rows.distance[row as usize];
        }
        for &column in &self.memory.columns {
            self.columns.v[column as usize] += distance - self.memory.column_distance[column as usize];
        }
        if self.hub_hop != UNSEEN {
            self.h -= distance - self.memory.hub_distance;
        }
    }
}
