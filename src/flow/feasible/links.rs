//! The pairs as the search sees them: which columns a row may take, and whether it took them.

use alloc::vec::Vec;
use core::ops::Range;

use crate::flow::instance::ABSENT;
use crate::flow::number;

/// The pairs of an instance without their weights. Each pair has a slot, a number of its own.
pub(super) trait Links {
    /// Whether most pairs exist, so that it pays to go through a few columns rather than through a row.
    const DENSE: bool;

    /// The slots of a row; not all of them need to be pairs.
    fn slots(&self, row: usize) -> Range<usize>;

    /// Slots and columns of a row's pairs, but for the first `skip` slots.
    fn row(&self, row: usize, skip: u32) -> impl Iterator<Item = (usize, u32)>;

    /// The column of a slot of a row.
    fn column(&self, row: usize, slot: usize) -> u32;

    /// Reads where the pairs of a row begin, so that they are at hand soon after.
    fn touch(&self, row: usize) -> u32;

    /// The slot of a pair.
    fn find(&self, row: usize, column: u32) -> Option<usize>;
}

/// Rows of pairs, packed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lists<'a> {
    pub(super) starts: &'a [usize],
    pub(super) columns: &'a [u32],
}

impl Links for Lists<'_> {
    const DENSE: bool = false;

    #[inline]
    fn slots(&self, row: usize) -> Range<usize> {
        self.starts[row]..self.starts[row + 1]
    }

    #[inline]
    fn row(&self, row: usize, skip: u32) -> impl Iterator<Item = (usize, u32)> {
        let slots = self.starts[row] + skip as usize..self.starts[row + 1];
        let columns = &self.columns[slots.clone()];
        slots.zip(columns.iter().copied())
    }

    #[inline]
    fn column(&self, _: usize, slot: usize) -> u32 {
        self.columns[slot]
    }

    #[inline]
    fn touch(&self, row: usize) -> u32 {
        self.columns.get(self.starts[row]).copied().unwrap_or(0)
    }

    #[inline]
    fn find(&self, row: usize, column: u32) -> Option<usize> {
        let slots = self.slots(row);
        let columns = &self.columns[slots.clone()];
        let place = if columns.len() <= SHORT {
            columns.iter().position(|&other| other == column)
        } else {
            columns.binary_search(&column).ok()
        };
        place.map(|place| slots.start + place)
    }
}

/// Up to this length a row is faster searched from its start.
const SHORT: usize = 16;

/// A matrix with an entry for each row and column.
#[derive(Debug, Clone, Copy)]
pub(super) struct Matrix<'a> {
    pub(super) entries: &'a [i32],
    pub(super) width: usize,
}

impl Links for Matrix<'_> {
    const DENSE: bool = true;

    #[inline]
    fn slots(&self, row: usize) -> Range<usize> {
        row * self.width..(row + 1) * self.width
    }

    #[inline]
    fn row(&self, row: usize, skip: u32) -> impl Iterator<Item = (usize, u32)> {
        let slots = row * self.width + skip as usize..(row + 1) * self.width;
        let entries = self.entries[slots.clone()].iter().zip(skip..);
        slots.zip(entries).filter_map(|(slot, (&entry, column))| (entry != ABSENT).then_some((slot, column)))
    }

    #[inline]
    fn column(&self, row: usize, slot: usize) -> u32 {
        number(slot - row * self.width)
    }

    #[inline]
    fn touch(&self, _: usize) -> u32 {
        0
    }

    #[inline]
    fn find(&self, row: usize, column: u32) -> Option<usize> {
        let slot = row * self.width + column as usize;
        (self.entries[slot] != ABSENT).then_some(slot)
    }
}

/// A set of slots or rows.
#[derive(Debug, Clone)]
pub(super) struct Bits(Vec<u64>);

impl Bits {
    /// None of `len` members.
    pub(super) fn none(len: usize) -> Self {
        Self(alloc::vec![0; len.div_ceil(64)])
    }

    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    #[inline]
    pub(super) fn has(&self, member: usize) -> bool {
        self.0[member / 64] >> (member % 64) & 1 == 1
    }

    #[inline]
    pub(super) fn add(&mut self, member: usize) {
        self.0[member / 64] |= 1 << (member % 64);
    }

    #[inline]
    pub(super) fn remove(&mut self, member: usize) {
        self.0[member / 64] &= !(1 << (member % 64));
    }

    /// Calls `visit` with the members in a range, ascending.
    #[inline]
    pub(super) fn each_in(&self, range: Range<usize>, mut visit: impl FnMut(usize)) {
        let mut base = range.start / 64 * 64;
        while base < range.end {
            let mut word = self.0[base / 64];
            if base < range.start {
                word &= u64::MAX << (range.start - base);
            }
            if range.end - base < 64 {
                word &= (1 << (range.end - base)) - 1;
            }
            while word != 0 {
                visit(base + word.trailing_zeros() as usize);
                word &= word - 1;
            }
            base += 64;
        }
    }
}
