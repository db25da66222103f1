//! What each column holds: the rows that won it, and the price at which each would give it up.

use alloc::vec::Vec;
use core::hint::black_box;

use super::super::instance::Window;
use super::super::number;

/// A row that holds a column.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Hold {
    /// The price up to which the row keeps the column.
    pub(super) level: i64,
    pub(super) row: u32,
}

/// Up to so many holds lie in the record of their column.
const INLINE: usize = 3;
/// Other columns have room for so many at first, and for twice as many whenever it is used up.
const FIRST_ROOM: u32 = 8;

/// One line of the nearest cache where few rows hold a column.
#[derive(Debug, Clone, Copy)]
#[repr(align(64))]
struct Column {
    window: Window,
    len: u32,
    /// Where more holds than [`INLINE`] may lie; how much room there is then stands in place of a row in `holds`.
    start: u32,
    holds: [Hold; INLINE],
}

/// The holds of all columns.
#[derive(Debug)]
pub(super) struct Holds {
    columns: Vec<Column>,
    /// The holds of columns whose maximum is above [`INLINE`].
    slots: Vec<Hold>,
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
        let mut slots = 0;
        let columns = windows.iter().map(|&window| {
            let start = slots;
            if window.max as usize > INLINE {
                slots += FIRST_ROOM;
            }
            Column { window, len: 0, start, holds: [Hold { level: 0, row: FIRST_ROOM }; INLINE] }
        });
        let columns = columns.collect();
        Self { columns, slots: alloc::vec![Hold::default(); slots as usize] }
    }

    #[inline]
    pub(super) fn of(&self, column: u32) -> &[Hold] {
        let column = &self.columns[column as usize];
        if column.window.max as usize <= INLINE {
            &column.holds[..column.len as usize]
        } else {
            &self.slots[column.start as usize..(column.start + column.len) as usize]
        }
    }

    #[inline]
    fn of_mut(&mut self, column: u32) -> &mut [Hold] {
        let column = &mut self.columns[column as usize];
        if column.window.max as usize <= INLINE {
            &mut column.holds[..column.len as usize]
        } else {
            &mut self.slots[column.start as usize..(column.start + column.len) as usize]
        }
    }

    pub(super) fn len(&self, column: u32) -> u32 {
        self.columns[column as usize].len
    }

    pub(super) fn window(&self, column: u32) -> Window {
        self.columns[column as usize].window
    }

    /// Has memory bring what [`bid`](Self::bid) will look at.
    #[inline]
    pub(super) fn fetch(&self, column: u32) {
        let column = &self.columns[column as usize];
        if column.window.max as usize <= INLINE {
            black_box(column.len);
        } else {
            black_box(self.slots[column.start as usize].row);
        }
    }

    /// A row bids for a column; `price` is updated.
    ///
    /// Nobody holds the places beyond the minimum at price 0, so a price rises above 0 only once they are taken, and
    /// stays below 0 only while they are not.
    pub(super) fn bid(&mut self, column: u32, hold: Hold, price: &mut i64) -> Bid {
        let Column { len, window, .. } = self.columns[column as usize];
        if len < window.max && hold.level < *price {
            // The price has risen since the row looked at it.
            return Bid::Refused;
        }
        if len < window.min || (len < window.max && *price >= 0) {
            self.push(column, hold);
            return self.priced(column, price);
        }
        let lowest = self.lowest_place(column);
        let out = self.of(column)[lowest];
        let nobody = if len < window.max { 0 } else { i64::MAX };
        if hold.level <= out.level && hold.level < nobody {
            *price = (*price).max(hold.level);
            Bid::Refused
        } else if out.level < nobody {
            self.of_mut(column)[lowest] = hold;
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
        let holds = self.of(column);
        let mut best = 0;
        for (place, hold) in holds.iter().enumerate().skip(1) {
            if hold.level < holds[best].level {
                best = place;
            }
        }
        best
    }

    fn lowest(&self, column: u32) -> Hold {
        self.of(column)[self.lowest_place(column)]
    }

    /// A row holds a column from now on.
    pub(super) fn push(&mut self, column: u32, hold: Hold) {
        let Column { start, len, window, holds } = self.columns[column as usize];
        debug_assert!(len < window.max);
        if window.max as usize > INLINE && len == holds[0].row {
            // More room at the end of all holds; what is left behind is not used again.
            let new = self.slots.len();
            self.slots.extend_from_within(start as usize..(start + len) as usize);
            self.slots.resize(new + 2 * len as usize, Hold::default());
            let column = &mut self.columns[column as usize];
            column.start = number(new);
            column.holds[0].row = 2 * len;
        }
        self.columns[column as usize].len += 1;
        if let Some(last) = self.of_mut(column).last_mut() {
            *last = hold;
        }
    }

    /// A row gives a column up.
    pub(super) fn remove(&mut self, column: u32, row: u32) {
        let holds = self.of_mut(column);
        if let Some(place) = holds.iter().position(|hold| hold.row == row) {
            holds.swap(place, holds.len() - 1);
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
