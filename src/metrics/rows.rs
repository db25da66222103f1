//! Rows of numbers without an allocation for each row.

use alloc::vec;
use alloc::vec::Vec;

/// A row of ascending numbers for each of the numbers from 0.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    starts: Vec<usize>,
    ends: Vec<u32>,
}

impl Rows {
    /// From distinct arcs below `count`, those that go to one row in ascending order.
    pub(super) fn new(count: u32, arcs: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let mut starts = vec![0; count as usize + 1];
        for (from, _) in arcs.clone() {
            starts[from as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut ends = vec![0; starts.last().copied().unwrap_or(0)];
        for (from, to) in arcs {
            ends[next[from as usize]] = to;
            next[from as usize] += 1;
        }
        Self { starts, ends }
    }

    /// The row of a number below `count`.
    pub(super) fn row(&self, number: u32) -> &[u32] {
        &self.ends[self.starts[number as usize]..self.starts[number as usize + 1]]
    }

    /// How many entries all rows have.
    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }
}

/// Two numbers as one, ordered as the pair is: sorting these is twice as fast as sorting pairs.
pub(super) fn key(high: u32, low: u32) -> u64 {
    u64::from(high) << 32 | u64::from(low)
}

/// The pair of which [`key`] made one number.
#[allow(clippy::cast_possible_truncation, reason = "the low half is what is meant")]
pub(super) fn pair(key: u64) -> (u32, u32) {
    ((key >> 32) as u32, key as u32)
}
