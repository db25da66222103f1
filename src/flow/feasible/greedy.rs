//! A first matching, close to the best, in one or two passes over the rows.

use alloc::vec::Vec;

use super::links::{Bits, Links, Lists, Matrix};
use super::{Loads, Watch};
use crate::flow::instance::Window;
use crate::flow::matching::Unmatched;
use crate::flow::number;

/// A way to a first matching, chosen by how the pairs lie in memory.
pub(super) trait Greedy: Links + Sized {
    /// Gives rows up to their minimum, each column up to its maximum; columns below their minimum come first.
    fn start(&self, windows: &Windows<'_>, watch: &mut Watch<'_>) -> Result<Loads, Unmatched>;

    /// Gives rows up to their maximum in columns that are below their minimum.
    fn lift(&self, windows: &Windows<'_>, loads: &mut Loads, watch: &mut Watch<'_>) -> Result<(), Unmatched>;
}

/// The windows of both sides, each minimum at most the maximum.
#[derive(Debug, Clone, Copy)]
pub(super) struct Windows<'a> {
    pub(super) rows: &'a [Window],
    pub(super) columns: &'a [Window],
}

/// What a row looks at when it chooses a column.
#[derive(Debug, Clone, Copy, Default)]
struct Offer {
    /// The rows still to come that could take the column, less the places it still has to fill: columns with the
    /// smallest come first. Minima come before the rest.
    key: i32,
    /// The places up to the minimum, with [`WANTS`], or up to the maximum.
    left: u32,
}

/// The column is below its minimum.
const WANTS: u32 = 1 << 31;

/// What keys of columns above their minimum are raised by. Keys are for the order only; nothing depends on overflow.
const LATER: i32 = 1 << 30;

/// Degrees and places are counted up to here.
const MANY: u32 = 1 << 29;

impl Offer {
    fn at_first(window: Window, degree: u32) -> Self {
        if window.min > 0 { Self::open(degree, window.min, true) } else { Self::open(degree, window.max, false) }
    }

    /// The key above a place in the row; to be compared.
    #[inline]
    fn entry(self, place: u64) -> u64 {
        let key = self.key.cast_unsigned() ^ (1 << 31);
        if self.left & !WANTS > 0 { u64::from(key) << 32 | place } else { CLOSED }
    }

    /// One more row takes the column.
    #[inline]
    fn take(&mut self, window: Window, degree: u32) {
        self.key = self.key.wrapping_add(1);
        self.left -= 1;
        if self.left == WANTS {
            // From the minimum on to the maximum; the rows that are still to come are in the key.
            let to_come = self.key.clamp(0, MANY.cast_signed()).cast_unsigned();
            *self = Self { left: above(window, degree), ..Self::open(to_come, window.max - window.min, false) };
        }
    }

    /// How many rows took the column.
    fn load(self, window: Window, degree: u32) -> u32 {
        if self.left & WANTS == 0 {
            window.min.min(degree) + above(window, degree) - self.left
        } else {
            window.min.min(degree).min(WANTS - 1) - (self.left & !WANTS)
        }
    }

    fn open(degree: u32, places: u32, wants: bool) -> Self {
        let key = degree.min(MANY).cast_signed() - places.min(MANY).cast_signed();
        // A column with fewer rows than places never gets to the last of them.
        let left = places.min(degree).min(WANTS - 1);
        if wants { Self { key, left: left | WANTS } } else { Self { key: key + LATER, left } }
    }
}

/// The places between minimum and maximum, as far as there are rows for them.
fn above(window: Window, degree: u32) -> u32 {
    (window.max - window.min).min(degree.saturating_sub(window.min)).min(WANTS - 1)
}

/// So many rows look at their columns together.
const BLOCK: usize = 16;

impl Greedy for Lists<'_> {
    fn start(&self, windows: &Windows<'_>, watch: &mut Watch<'_>) -> Result<Loads, Unmatched> {
        let columns = windows.columns;
        let mut degrees = alloc::vec![0_u32; columns.len()];
        for block in self.columns.chunks(super::STRIDE) {
            for &column in block {
                degrees[column as usize] += 1;
            }
            watch.tick(block.len())?;
        }
        let mut offers: Vec<Offer> =
            columns.iter().zip(&degrees).map(|(&window, &degree)| Offer::at_first(window, degree)).collect();
        let mut loads = Loads::none(windows, self.columns.len());
        let mut found: Vec<u64> = Vec::new();
        let rows = windows.rows.len();
        for first in (0..rows).step_by(BLOCK) {
            // All offers of some rows first: these reads do not wait for one another.
            let block = first..rows.min(first + BLOCK);
            let pairs = self.starts[block.start]..self.starts[block.end];
            watch.tick(pairs.len())?;
            for &column in &self.columns[pairs] {
                let offer = &mut offers[column as usize];
                offer.key = offer.key.wrapping_sub(1);
            }
            for row in block {
                let slots = self.slots(row);
                let row_columns = &self.columns[slots.clone()];
                let entries =
                    row_columns.iter().zip(0_u64..).map(|(&column, place)| offers[column as usize].entry(place));
                smallest(entries, windows.rows[row].min as usize, &mut found);
                loads.rows[row] = number(found.len());
                for entry in &found {
                    let place = (entry & PLACE) as usize;
                    let column = row_columns[place] as usize;
                    loads.used.add(slots.start + place);
                    offers[column].take(columns[column], degrees[column]);
                }
            }
        }
        for (load, (offer, (&window, &degree))) in
            loads.columns.iter_mut().zip(offers.iter().zip(columns.iter().zip(&degrees)))
        {
            *load = offer.load(window, degree);
        }
        Ok(loads)
    }

    fn lift(&self, windows: &Windows<'_>, loads: &mut Loads, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        for (row, window) in windows.rows.iter().enumerate() {
            let mut room = window.max - loads.rows[row];
            if room == 0 {
                continue;
            }
            watch.tick(self.slots(row).len())?;
            for (slot, column) in self.row(row, 0) {
                let column = column as usize;
                if room > 0 && loads.columns[column] < windows.columns[column].min && !loads.used.has(slot) {
                    loads.take(row, slot, column);
                    room -= 1;
                }
            }
        }
        Ok(())
    }
}

/// Finds the smallest entries of columns that can be had.
fn smallest(entries: impl Iterator<Item = u64>, count: usize, found: &mut Vec<u64>) {
    found.clear();
    if count <= FEW {
        // Without branches, for none could be foretold.
        let mut best = [CLOSED; FEW];
        for mut entry in entries {
            for kept in &mut best {
                (*kept, entry) = ((*kept).min(entry), (*kept).max(entry));
            }
        }
        found.extend(best.into_iter().take(count).filter(|&entry| entry != CLOSED));
    } else {
        found.extend(entries.filter(|&entry| entry != CLOSED));
        if count < found.len() {
            found.select_nth_unstable(count - 1);
            found.truncate(count);
        }
    }
}

/// Up to this many smallest entries are kept in order.
const FEW: usize = 4;

/// The entry of a column that is full.
const CLOSED: u64 = u64::MAX;

/// The part of an entry that is a place in the row.
const PLACE: u64 = (1 << 32) - 1;

/// Columns taken in turn, so that a row finds what it needs side by side.
struct Turns {
    columns: Vec<u32>,
    next: usize,
}

impl Turns {
    fn new(windows: &[Window], limit: impl Fn(&Window) -> u32) -> Self {
        let columns = (0_u32..).zip(windows).filter(|(_, window)| limit(window) > 0).map(|(column, _)| column);
        Self { columns: columns.collect(), next: 0 }
    }

    /// Gives a row up to `count` columns that are below their limit; returns how many.
    fn serve(
        &mut self,
        matrix: &Matrix<'_>,
        row: usize,
        count: u32,
        limit: impl Fn(usize) -> u32,
        loads: &mut Loads,
        watch: &mut Watch<'_>,
    ) -> Result<u32, Unmatched> {
        let mut served = 0;
        let mut looks = self.columns.len();
        while served < count && looks > 0 {
            if self.next >= self.columns.len() {
                self.next = 0;
                self.columns.retain(|&column| loads.columns[column as usize] < limit(column as usize));
                looks = looks.min(self.columns.len());
                continue;
            }
            let column = self.columns[self.next] as usize;
            self.next += 1;
            looks -= 1;
            watch.tick(1)?;
            if loads.columns[column] >= limit(column) {
                continue;
            }
            if let Some(slot) = matrix.find(row, number(column)).filter(|&slot| !loads.used.has(slot)) {
                loads.take(row, slot, column);
                served += 1;
            }
        }
        Ok(served)
    }
}

impl Greedy for Matrix<'_> {
    fn start(&self, windows: &Windows<'_>, watch: &mut Watch<'_>) -> Result<Loads, Unmatched> {
        let mut loads = Loads::none(windows, self.entries.len());
        let mut wanting = Turns::new(windows.columns, |window| window.min);
        let mut open = Turns::new(windows.columns, |window| window.max);
        for (row, window) in windows.rows.iter().enumerate() {
            let min = |column: usize| windows.columns[column].min;
            let max = |column: usize| windows.columns[column].max;
            let served = wanting.serve(self, row, window.min, min, &mut loads, watch)?;
            open.serve(self, row, window.min - served, max, &mut loads, watch)?;
        }
        Ok(loads)
    }

    fn lift(&self, windows: &Windows<'_>, loads: &mut Loads, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut wanting = Turns::new(windows.columns, |window| window.min);
        for (row, window) in windows.rows.iter().enumerate() {
            let room = window.max - loads.rows[row];
            wanting.serve(self, row, room, |column| windows.columns[column].min, loads, watch)?;
        }
        Ok(())
    }
}

impl Loads {
    fn none(windows: &Windows<'_>, slots: usize) -> Self {
        Self {
            used: Bits::none(slots),
            rows: alloc::vec![0; windows.rows.len()],
            columns: alloc::vec![0; windows.columns.len()],
        }
    }

    fn take(&mut self, row: usize, slot: usize, column: usize) {
        self.used.add(slot);
        self.rows[row] += 1;
        self.columns[column] += 1;
    }
}
