//! What each column holds: the rows that won it, and the price at which each would give it up.

use alloc::vec::Vec;

use super::super::instance::Window;
use super::super::number;

/// A row that holds a column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hold {
    /// The price up to which the row keeps the column.
    pub(super) level: i64,
    pub(super) row: u32,
}

#[derive(Debug, Clone, Copy)]
struct Column {
    start: u32,
    len: u32,
    room: u32,
    window: Window,
}

/// The holds of all columns.
#[derive(Debug)]
pub(super) struct Holds {
    slots: Vec<Hold>,
    columns: Vec<Column>,
}

/// What became of a bid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bid {
    /// The column had room.
    Accepted,
    /// The row that had bid least was put out.
    PutOut(u32),
    /// All rows that hold the column had bid more.
    Refused,
}

impl Holds {
    pub(super) fn new(windows: &[Window]) -> Self {
        let mut start = 0;
        let columns = windows.iter().map(|&window| {
            let room = window.max.min(8);
            let column = Column { start, len: 0, room, window };
            start += room;
            column
        });
        let columns = columns.collect();
        Self { slots: alloc::vec![Hold::default(); start as usize], columns }
    }

    pub(super) fn of(&self, column: u32) -> &[Hold] {
        let Column { start, len, .. } = self.columns[column as usize];
        &self.slots[start as usize..(start + len) as usize]
    }

    pub(super) fn len(&self, column: u32) -> u32 {
        self.columns[column as usize].len
    }

    pub(super) fn window(&self, column: u32) -> Window {
        self.columns[column as usize].window
    }

    /// A row bids for a column; `price` is updated.
    ///
    /// Nobody holds the places beyond the minimum at price 0, so a price rises above 0 only once they are taken, and
    /// stays below 0 only while they are not.
    pub(super) fn bid(&mut self, column: u32, hold: Hold, price: &mut i64) -> Bid {
        let Column { len, window, .. } = self.columns[column as usize];
        if len < window.min || (len < window.max && *price >= 0) {
            self.push(column, hold);
            return self.priced(column, price);
        }
        let lowest = self.lowest_place(column);
        let out = self.slots[lowest];
        let nobody = if len < window.max { 0 } else { i64::MAX };
        if hold.level <= out.level && hold.level < nobody {
            *price = (*price).max(hold.level);
            Bid::Refused
        } else if out.level < nobody {
            self.slots[lowest] = hold;
            *price = (*price).max(self.lowest(column).level.min(nobody));
            Bid::PutOut(out.row)
        } else {
            self.push(column, hold);
            self.priced(column, price)
        }
    }

    /// A bid was accepted: the price that the holds allow for.
    fn priced(&self, column: u32, price: &mut i64) -> Bid {
        let Column { len, window, .. } = self.columns[column as usize];
        if len >= window.max {
            *price = (*price).max(self.lowest(column).level);
        } else if len >= window.min {
            *price = (*price).max(self.lowest(column).level.min(0));
        }
        Bid::Accepted
    }

    /// Raises the price of a full column to the least level of those that hold it.
    pub(super) fn raise(&self, column: u32, price: &mut i64) {
        let Column { len, window, .. } = self.columns[column as usize];
        if len == window.max && len > 0 {
            *price = (*price).max(self.lowest(column).level);
        }
    }

    fn lowest_place(&self, column: u32) -> usize {
        let Column { start, len, .. } = self.columns[column as usize];
        let slots = &self.slots[start as usize..(start + len) as usize];
        let mut best = 0;
        for (place, slot) in slots.iter().enumerate().skip(1) {
            if slot.level < slots[best].level {
                best = place;
            }
        }
        start as usize + best
    }

    fn lowest(&self, column: u32) -> Hold {
        self.slots[self.lowest_place(column)]
    }

    /// A row holds a column from now on.
    pub(super) fn push(&mut self, column: u32, hold: Hold) {
        let Column { start, len, room, window } = self.columns[column as usize];
        debug_assert!(len < window.max);
        if len == room {
            // More room at the end of all slots; what is left behind is not used again.
            let from = start as usize..(start + len) as usize;
            let new = self.slots.len();
            self.slots.extend_from_within(from);
            self.slots.resize(new + 2 * room as usize, Hold::default());
            self.columns[column as usize].start = number(new);
            self.columns[column as usize].room = 2 * room;
        }
        let column = &mut self.columns[column as usize];
        self.slots[(column.start + len) as usize] = hold;
        column.len += 1;
    }

    /// A row gives a column up.
    pub(super) fn remove(&mut self, column: u32, row: u32) {
        let Column { start, len, .. } = self.columns[column as usize];
        let slots = &mut self.slots[start as usize..(start + len) as usize];
        if let Some(place) = slots.iter().position(|hold| hold.row == row) {
            slots.swap(place, len as usize - 1);
            self.columns[column as usize].len -= 1;
        }
    }

    /// Nobody holds anything.
    pub(super) fn clear(&mut self) {
        for column in &mut self.columns {
            column.len = 0;
        }
    }
}
