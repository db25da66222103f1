//! A small cut around something that stays short.

use alloc::vec::Vec;

use super::Watch;
use super::links::Links;
use super::search::Search;
use crate::flow::cut::{Cut, CutSide};
use crate::flow::matching::Unmatched;
use crate::flow::number;

/// How many rows or columns that stay short are looked at in search of a small cut.
const TRIED: usize = 64;

/// What may be spent on that: so many times all slots.
const PASSES: usize = 3;

impl<L: Links> Search<'_, L> {
    /// A cut around a row that stays below its minimum; none where there is no such row. To be asked when
    /// [`fill_rows`](Self::fill_rows) is done.
    pub(super) fn row_cut(&self, watch: &mut Watch<'_>) -> Result<Option<Cut>, Unmatched> {
        let short = (0_u32..).zip(self.windows.rows).zip(&self.loads.rows);
        let short = short.filter(|((_, window), load)| **load < window.min).map(|((row, _), _)| row);
        let short: Vec<u32> = short.take(TRIED).collect();
        for &row in &short {
            let degree = self.links.row(row as usize, 0).count();
            watch.tick(degree)?;
            if degree < self.windows.rows[row as usize].min as usize {
                return Ok(Some(Cut { side: CutSide::Left, left: alloc::vec![row], right: Vec::new() }));
            }
        }
        self.smallest(&short, CutSide::Left, &|column| self.holders(column as usize), watch)
    }

    /// A cut around a column that stays below its minimum; none where there is no such column. To be asked when
    /// [`fill_columns`](Self::fill_columns) is done.
    pub(super) fn column_cut(&self, watch: &mut Watch<'_>) -> Result<Option<Cut>, Unmatched> {
        let short = (0_u32..).zip(self.windows.columns).zip(&self.loads.columns);
        let short = short.filter(|((_, window), load)| **load < window.min).map(|((column, _), _)| column);
        let short: Vec<u32> = short.take(TRIED).collect();
        if short.is_empty() {
            return Ok(None);
        }
        // Only rows and columns from which a column that stays short can be reached: all their pairs that could be
        // taken, by column.
        let (row_seen, column_seen) = self.seen();
        let mut degrees = alloc::vec![0_u32; self.loads.columns.len()];
        let mut starts = alloc::vec![0_usize; self.loads.columns.len() + 1];
        let open = |row: usize, slot: usize, column: u32| {
            !row_seen[row] && !column_seen[column as usize] && !self.loads.used.has(slot)
        };
        for row in 0..row_seen.len() {
            watch.tick(self.links.slots(row).len())?;
            for (slot, column) in self.links.row(row, 0) {
                degrees[column as usize] += 1;
                starts[column as usize + 1] += usize::from(open(row, slot, column));
            }
        }
        let poor = |column: &&u32| degrees[**column as usize] < self.windows.columns[**column as usize].min;
        if let Some(&column) = short.iter().find(poor) {
            return Ok(Some(Cut { side: CutSide::Right, left: Vec::new(), right: alloc::vec![column] }));
        }
        for column in 1..starts.len() {
            starts[column] += starts[column - 1];
        }
        let mut next = starts.clone();
        let mut rows = alloc::vec![0_u32; starts.last().copied().unwrap_or(0)];
        for row in 0..row_seen.len() {
            watch.tick(self.links.slots(row).len())?;
            for (slot, column) in self.links.row(row, 0) {
                if open(row, slot, column) {
                    rows[next[column as usize]] = number(row);
                    next[column as usize] += 1;
                }
            }
        }
        let rows_of = |column: u32| &rows[starts[column as usize]..starts[column as usize + 1]];
        self.smallest(&short, CutSide::Right, &rows_of, watch)
    }

    /// The smallest cut among the closed sets of rows and columns around members of one side.
    fn smallest<'h>(
        &self,
        around: &[u32],
        side: CutSide,
        rows_of: &dyn Fn(u32) -> &'h [u32],
        watch: &mut Watch<'_>,
    ) -> Result<Option<Cut>, Unmatched> {
        let mut region =
            Region { rows: Members::none(self.loads.rows.len()), columns: Members::none(self.loads.columns.len()) };
        let mut smallest: Option<Cut> = None;
        let (rows, columns) = (self.loads.rows.len(), self.loads.columns.len());
        let mut left = PASSES * if rows == 0 { 0 } else { self.links.slots(rows - 1).end } + columns;
        for &member in around {
            region.rows.clear();
            region.columns.clear();
            match side {
                CutSide::Left => region.rows.add(member),
                CutSide::Right => region.columns.add(member),
            }
            let work = region.close(self, side, rows_of, watch)?;
            let members = region.rows.list.len() + region.columns.list.len();
            if smallest.as_ref().is_none_or(|cut| members < cut.left.len() + cut.right.len()) {
                smallest = Some(Cut { side, left: region.rows.list.clone(), right: region.columns.list.clone() });
            }
            if work > left {
                break;
            }
            left -= work;
        }
        if let Some(cut) = &mut smallest {
            cut.left.sort_unstable();
            cut.right.sort_unstable();
        }
        Ok(smallest)
    }
}

/// A set that grows.
struct Members {
    seen: Vec<bool>,
    list: Vec<u32>,
}

impl Members {
    fn none(len: usize) -> Self {
        Self { seen: alloc::vec![false; len], list: Vec::new() }
    }

    fn add(&mut self, member: u32) {
        if !self.seen[member as usize] {
            self.seen[member as usize] = true;
            self.list.push(member);
        }
    }

    fn clear(&mut self) {
        for member in self.list.drain(..) {
            self.seen[member as usize] = false;
        }
    }
}

struct Region {
    rows: Members,
    columns: Members,
}

impl Region {
    /// Adds what can be reached: on the left side from rows through pairs they could take, on the right side through
    /// pairs they hold. Returns the number of slots looked at.
    fn close<'h, L: Links>(
        &mut self,
        search: &Search<'_, L>,
        side: CutSide,
        rows_of: &dyn Fn(u32) -> &'h [u32],
        watch: &mut Watch<'_>,
    ) -> Result<usize, Unmatched> {
        let (mut next_row, mut next_column, mut work) = (0, 0, 0);
        loop {
            if let Some(&row) = self.rows.list.get(next_row) {
                next_row += 1;
                let slots = search.links.slots(row as usize);
                watch.tick(slots.len())?;
                work += slots.len();
                match side {
                    CutSide::Left => {
                        for (slot, column) in search.links.row(row as usize, 0) {
                            if !search.loads.used.has(slot) {
                                self.columns.add(column);
                            }
                        }
                    }
                    CutSide::Right => search.loads.used.each_in(slots, |slot| {
                        self.columns.add(search.links.column(row as usize, slot));
                    }),
                }
            } else if let Some(&column) = self.columns.list.get(next_column) {
                next_column += 1;
                for &row in rows_of(column) {
                    self.rows.add(row);
                }
            } else {
                return Ok(work);
            }
        }
    }
}
