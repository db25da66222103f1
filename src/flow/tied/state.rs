//! Flow and potentials.

use alloc::vec::Vec;
use core::cmp::Ordering;

use super::super::instance::{ABSENT as NO_PAIR, Instance, Window};
use super::super::matching::{Counters, Duals, Matching, Unmatched};
use super::super::{NONE, number};
use super::pairs::{ABSENT, FAR, Table};
use super::{Levels, START, Watch};

impl Levels {
    /// The levels of costs that are `1 << shift` times smaller.
    pub(super) const fn coarse(self, shift: u32) -> Self {
        Self { top: self.top >> shift, ..self }
    }

    /// The cost of a weight, in units.
    pub(super) fn cost(self, weight: i64) -> i16 {
        low_bits(self.greatest.abs_diff(weight) / self.unit.unsigned_abs())
    }

    /// The cost of an entry of a matrix.
    pub(super) fn costs_of(self, weights: &[i32], costs: &mut Vec<i16>) {
        let cost = |weight: i32| low_bits(self.greatest.wrapping_sub(weight.into()).cast_unsigned());
        if self.unit == 1 {
            costs.extend(weights.iter().map(|&weight| if weight == NO_PAIR { ABSENT } else { cost(weight) }));
        } else {
            costs.extend(
                weights.iter().map(|&weight| if weight == NO_PAIR { ABSENT } else { self.cost(weight.into()) }),
            );
        }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "costs are at most MOST")]
const fn low_bits(cost: u64) -> i16 {
    cost as i16
}

/// A taken pair, in the list of its column; or a place of a row that is free.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    pub(super) row: u32,
    /// [`NONE`] where the place is free.
    pub(super) column: u32,
    /// The next and the previous slot of the column; of a free place, the next free place of the row.
    pub(super) next: u32,
    pub(super) previous: u32,
    pub(super) cell: usize,
    pub(super) cost: i16,
}

pub(super) struct Columns {
    /// What the hub asks of each: its flow.
    pub(super) g: Vec<u32>,
    pub(super) load: Vec<u32>,
    pub(super) v: Vec<i32>,
    pub(super) first: Vec<u32>,
    pub(super) hop: Vec<u32>,
}

pub(super) struct Lines {
    /// What the hub sends to each: its flow.
    pub(super) f: Vec<u32>,
    pub(super) load: Vec<u32>,
    pub(super) u: Vec<i32>,
    /// The first free slot.
    pub(super) free: Vec<u32>,
    pub(super) hop: Vec<u32>,
    pub(super) distance: Vec<i32>,
}

pub(super) struct State<'i, T> {
    pub(super) row_windows: &'i [Window],
    pub(super) column_windows: &'i [Window],
    pub(super) table: T,
    pub(super) rows: Lines,
    pub(super) columns: Columns,
    pub(super) slots: Vec<Slot>,
    /// The first slot of each row.
    starts: Vec<u32>,
    /// The potential of the hub.
    pub(super) h: i32,
    /// See [`Levels`].
    pub(super) top: i32,
    /// What comes to the hub less what leaves it.
    pub(super) hub_excess: i64,
    pub(super) hub_hop: u32,
    /// Units of excess at rows and columns.
    pub(super) excess: u64,
    pub(super) memory: super::search::Memory,
    pub(super) path: super::send::Path,
}

impl<'i, T: Table> State<'i, T> {
    /// Potentials, given those of the columns, and a flow that is in kilter.
    pub(super) fn new(
        instance: &'i Instance,
        levels: Levels,
        table: T,
        v: Vec<i32>,
        watch: &mut Watch<'_>,
    ) -> Result<Self, Unmatched> {
        let (n, m) = (instance.rows().len(), instance.columns().len());
        let mut state = Self {
            row_windows: instance.rows(),
            column_windows: instance.columns(),
            table,
            rows: Lines {
                f: alloc::vec![0; n],
                load: alloc::vec![0; n],
                u: alloc::vec![0; n],
                free: alloc::vec![NONE; n],
                hop: alloc::vec![0; n],
                distance: alloc::vec![0; n],
            },
            columns: Columns {
                g: alloc::vec![0; m],
                load: alloc::vec![0; m],
                v,
                first: alloc::vec![NONE; m],
                hop: alloc::vec![0; m],
            },
            slots: Vec::new(),
            starts: alloc::vec![0],
            h: 0,
            top: levels.top,
            hub_excess: 0,
            hub_hop: 0,
            excess: 0,
            memory: super::search::Memory::new(n, m),
            path: super::send::Path::new(n, m),
        };
        state.take_best(watch)?;
        state.take_ties(watch)?;
        state.ask_columns();
        Ok(state)
    }

    /// Whether there is excess anywhere.
    pub(super) const fn has_excess(&self) -> bool {
        self.excess > 0 || self.hub_excess > 0
    }

    /// A dual for each row, so that it is in kilter, and the pairs it must take then.
    fn take_best(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        if self.column_windows.iter().any(|window| window.min > window.max) {
            return Err(Unmatched::Refuted);
        }
        let zero = self.h - self.top;
        let (mut reduced, mut memory): (Vec<i32>, Vec<i32>) = (Vec::new(), Vec::new());
        for (row, &window) in self.row_windows.iter().enumerate() {
            let start = self.table.reduced(row, &self.columns.v, &mut reduced);
            watch.steps(reduced.len())?;
            let pairs = reduced.iter().filter(|&&cost| cost != FAR).count();
            if window.min > window.max || (window.min as usize) > pairs {
                return Err(Unmatched::Refuted);
            }
            let at_most = kth(&reduced, window.max as usize, &mut memory).map(|cost| -cost);
            let at_least = if window.min == window.max {
                at_most
            } else {
                kth(&reduced, window.min as usize, &mut memory).map(|cost| -cost)
            };
            let (u, f) = match (at_most, at_least) {
                (Some(u), _) if u > zero => (u, window.max),
                (_, Some(u)) if u < zero => (u, window.min),
                _ if window.max == 0 => (kth(&reduced, 1, &mut memory).map_or(zero, |cost| zero.max(-cost)), 0),
                _ => (zero, window.min),
            };
            self.add_places(row, pairs.min(window.max as usize));
            (self.rows.u[row], self.rows.f[row]) = (u, f);
            if reduced.iter().any(|&cost| cost < -u) {
                for (cell, _) in (start..).zip(&reduced).filter(|&(_, &cost)| cost < -u) {
                    self.take(row, self.table.column(row, cell), cell);
                }
            }
            self.rows.f[row] = f.max(self.rows.load[row]);
        }
        Ok(())
    }

    /// Free places of the next row.
    fn add_places(&mut self, row: usize, places: usize) {
        let first = number(self.slots.len());
        let end = first + number(places);
        for slot in first..end {
            let next = if slot + 1 < end { slot + 1 } else { NONE };
            self.slots.push(Slot { row: number(row), column: NONE, next, previous: NONE, cell: 0, cost: 0 });
        }
        self.rows.free[row] = if places > 0 { first } else { NONE };
        self.starts.push(end);
    }

    /// Pairs that tie with what a row would take, where there is room.
    fn take_ties(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        for row in 0..self.row_windows.len() {
            let (start, cells) = self.table.row(row);
            let (len, u) = (cells.len(), self.rows.u[row]);
            watch.steps(len)?;
            for place in 0..len {
                if self.rows.load[row] >= self.rows.f[row] {
                    break;
                }
                let cost = self.table.row(row).1[place];
                let column = self.table.column(row, start + place);
                let (v, window) = (self.columns.v[column as usize], self.column_windows[column as usize]);
                let room = if v < 0 { window.min } else { window.max };
                if u + v + i32::from(cost) == 0 && cost != ABSENT && self.columns.load[column as usize] < room {
                    self.take(row, column, start + place);
                }
            }
        }
        Ok(())
    }

    /// What the hub asks of the columns, and the excess that comes of it.
    fn ask_columns(&mut self) {
        let columns = &mut self.columns;
        for (column, window) in self.column_windows.iter().enumerate() {
            let (g, load) = (&mut columns.g[column], columns.load[column]);
            *g = match columns.v[column].cmp(&0) {
                Ordering::Less => window.min,
                Ordering::Equal => load.clamp(window.min, window.max),
                Ordering::Greater => window.max,
            };
            self.hub_excess += i64::from(*g);
            self.excess += u64::from(load.saturating_sub(*g));
        }
        for (&f, &load) in self.rows.f.iter().zip(&self.rows.load) {
            self.hub_excess -= i64::from(f);
            self.excess += u64::from(f - load);
        }
    }

    /// Takes a pair into a free place.
    fn take(&mut self, row: usize, column: u32, cell: usize) {
        let slot = self.rows.free[row];
        self.rows.free[row] = self.slots[slot as usize].next;
        self.rows.load[row] += 1;
        self.link(slot, column, cell);
    }

    /// Puts a pair into a slot, and the slot first in the list of its column.
    pub(super) fn link(&mut self, slot: u32, column: u32, cell: usize) {
        let cost = self.table.replace(cell, ABSENT);
        let first = core::mem::replace(&mut self.columns.first[column as usize], slot);
        let entry = &mut self.slots[slot as usize];
        (entry.column, entry.cell, entry.cost, entry.next, entry.previous) = (column, cell, cost, first, NONE);
        if first != NONE {
            self.slots[first as usize].previous = slot;
        }
        self.columns.load[column as usize] += 1;
    }

    /// Takes a slot out of the list of its column, and gives its pair back.
    pub(super) fn unlink(&mut self, slot: u32) {
        let Slot { column, next, previous, cell, cost, .. } = self.slots[slot as usize];
        self.table.replace(cell, cost);
        self.path.pass(column, slot, next);
        match previous {
            NONE => self.columns.first[column as usize] = next,
            _ => self.slots[previous as usize].next = next,
        }
        if next != NONE {
            self.slots[next as usize].previous = previous;
        }
        self.columns.load[column as usize] -= 1;
    }

    /// Duals of the columns for costs that are `1 << shift` times as great, or not far from such duals.
    pub(super) fn scaled(&self, shift: u32) -> Vec<i32> {
        self.columns.v.iter().map(|&v| (v + self.h).clamp(-(START >> shift), START >> shift) << shift).collect()
    }

    /// The matching, once there is no excess.
    pub(super) fn matching(&self, instance: &Instance, levels: Levels, counters: Counters) -> Matching {
        let (unit, top, h) = (levels.unit, i64::from(self.top), i64::from(self.h));
        let (mut row_base, mut column_base) = (0, 0);
        if self.top == 0 {
            *(if levels.by_columns { &mut column_base } else { &mut row_base }) = levels.greatest;
        }
        let duals = Duals {
            rows: self.rows.u.iter().map(|&u| (i64::from(u) + top - h) * unit + row_base).collect(),
            columns: self.columns.v.iter().map(|&v| (i64::from(v) + h) * unit + column_base).collect(),
        };
        let taken = |row: usize| &self.slots[self.starts[row] as usize..self.starts[row + 1] as usize];
        let chosen = (0..self.row_windows.len()).map(|row| {
            let columns = taken(row).iter().map(|slot| slot.column).filter(|&column| column != NONE);
            columns.filter_map(move |column| Some((column, instance.weight(row, column)?)))
        });
        Matching::new(chosen, duals, counters)
    }
}

/// How many passes over a row are made in search of its k-th cost, before it is sorted.
const PASSES: usize = 6;

/// The k-th least cost, counted from 1; none where there are not so many, or `k` is 0.
fn kth(costs: &[i32], k: usize, memory: &mut Vec<i32>) -> Option<i32> {
    if k == 0 || k > costs.len() {
        return None;
    }
    let (mut below, mut seen) = (i32::MIN, 0);
    for _ in 0..PASSES {
        let least = costs.iter().fold(FAR, |least, &cost| least.min(if cost > below { cost } else { FAR }));
        if least == FAR {
            return None;
        }
        seen += costs.iter().filter(|&&cost| cost == least).count();
        if seen >= k {
            return Some(least);
        }
        below = least;
    }
    memory.clear();
    memory.extend_from_slice(costs);
    let (_, &mut cost, _) = memory.select_nth_unstable(k - 1);
    (cost != FAR).then_some(cost)
}
