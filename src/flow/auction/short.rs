//! Lists of rows with few pairs: all of them in one record, looked at one by one.

use alloc::vec::Vec;
use core::hint::black_box;

use super::super::instance::{PairRows, Window};
use super::NEVER;
use super::lists::Lists;
use super::prices::Prices;

/// Rows have at most so many pairs.
pub(super) const SHORT: usize = 14;
/// So many candidates more than are asked for are near.
const SPARE: usize = 2;

/// The pairs of a row; two lines of the nearest cache, of which the first is enough most of the time.
///
/// The pairs the row holds come first, then those `near`, then the others.
#[derive(Debug, Clone, Copy)]
#[repr(align(128))]
struct Record<W> {
    /// An upper bound of the profit of all pairs that are not near, in the numbers of [`ShortLists::offset`].
    rest: i64,
    held: u8,
    near: u8,
    len: u8,
    /// The window of the row, as far as there are pairs.
    min: u8,
    max: u8,
    pairs: [(u32, W); SHORT],
}

/// The pairs of all rows.
#[derive(Debug)]
pub(super) struct ShortLists<P: PairRows> {
    rows: Vec<Record<P::Weight>>,
    /// The profits of the pairs of the row looked at last.
    profits: [i64; SHORT],
    /// What `rest` has to be raised by.
    offset: i64,
    scale: i64,
}

impl<P: PairRows> ShortLists<P> {
    /// Puts the best `count` of the candidates up to `end` first, best first. Their profits are known.
    #[inline]
    fn sort(&mut self, row: usize, count: usize, end: usize) {
        let Record { held, pairs, .. } = &mut self.rows[row];
        let first = *held as usize;
        for place in first..first + count {
            let mut best = (self.profits[place], place);
            for (at, &profit) in self.profits.iter().enumerate().take(end).skip(place + 1) {
                if profit > best.0 {
                    best = (profit, at);
                }
            }
            self.profits.swap(place, best.1);
            pairs.swap(place, best.1);
        }
    }

    /// Works out the profits of the pairs in some places.
    #[inline]
    fn profits(&mut self, row: usize, places: core::ops::Range<usize>, prices: &Prices) {
        let pairs = &self.rows[row].pairs[places.clone()];
        for (profit, &(column, weight)) in self.profits[places].iter_mut().zip(pairs) {
            *profit = weight.into() * self.scale - prices.of(column);
        }
    }

    /// A pair that may not be near is from now on.
    fn come_near(&mut self, row: usize, column: u32) {
        let Record { near, len, pairs, .. } = &mut self.rows[row];
        let first = *near as usize;
        if let Some(place) = pairs[first..*len as usize].iter().position(|pair| pair.0 == column) {
            pairs.swap(first, first + place);
            *near += 1;
        }
    }
}

impl<P: PairRows> Lists<P> for ShortLists<P> {
    // Fewer bids in all than with the steps of long lists, and no list is looked through again for them.
    const FIRST: i64 = 30;
    const FACTOR: i64 = 10;

    fn new(pairs: &P, windows: &[Window], prices: &Prices) -> Self {
        let rows = (0..windows.len()).map(|row| {
            let mut record = Record {
                rest: NEVER,
                held: 0,
                near: 0,
                len: 0,
                min: 0,
                max: 0,
                pairs: [(0, P::Weight::default()); SHORT],
            };
            pairs.each(prices.len(), row, |column, weight| {
                record.pairs[record.len as usize] = (column, weight);
                record.len += 1;
            });
            record.near = record.len;
            record.min = small(windows[row].min as usize).min(record.len);
            record.max = small(windows[row].max as usize).min(record.len);
            record
        });
        Self { rows: rows.collect(), profits: [NEVER; SHORT], offset: 0, scale: prices.scale() }
    }

    #[inline]
    fn fetch_record(&self, row: usize) {
        black_box(self.rows[row].held);
    }

    #[inline]
    fn fetch(&self, row: usize, prices: &Prices) {
        let Record { held, near, pairs, .. } = &self.rows[row];
        let near = &pairs[*held as usize..*near as usize];
        black_box(near.iter().fold(0, |sum: i64, pair| sum ^ prices.of(pair.0)));
    }

    #[inline]
    fn freshen(&mut self, _: &P, row: usize, count: usize, prices: &Prices) -> usize {
        let Record { rest, held, near, len, .. } = self.rows[row];
        let (held, near, len) = (held as usize, near as usize, len as usize);
        self.profits(row, held..near, prices);
        let found = count.min(near - held);
        self.sort(row, found, near);
        if near == len || (found == count && self.profits[held + found - 1] >= rest + self.offset) {
            return found;
        }
        self.profits(row, near..len, prices);
        let near = len.min(held + count + SPARE);
        self.sort(row, near - held, len);
        let record = &mut self.rows[row];
        record.near = small(near);
        record.rest = self.profits[near..len].iter().copied().max().unwrap_or(NEVER) - self.offset;
        count.min(len - held)
    }

    #[inline]
    fn candidate(&self, row: usize, place: usize) -> (u32, i64) {
        let record = &self.rows[row];
        let at = record.held as usize + place;
        (record.pairs[at].0, self.profits[at])
    }

    #[inline]
    fn held(&self, row: usize) -> impl ExactSizeIterator<Item = (u32, P::Weight)> + '_ {
        let record = &self.rows[row];
        record.pairs[..record.held as usize].iter().copied()
    }

    #[inline]
    fn window(&self, row: usize, _: &[Window]) -> Window {
        Window::new(self.rows[row].min.into(), self.rows[row].max.into())
    }

    #[inline]
    fn held_count(&self, row: usize) -> u32 {
        self.rows[row].held.into()
    }

    #[inline]
    fn take_first(&mut self, row: usize) {
        self.rows[row].held += 1;
    }

    fn take(&mut self, row: usize, column: u32, _: P::Weight) {
        self.come_near(row, column);
        let Record { held, near, pairs, .. } = &mut self.rows[row];
        let first = *held as usize;
        if let Some(place) = pairs[first..*near as usize].iter().position(|pair| pair.0 == column) {
            pairs.swap(first, first + place);
            *held += 1;
        }
    }

    #[inline]
    fn lose(&mut self, row: usize, column: u32, _: i64) {
        let Record { held, pairs, .. } = &mut self.rows[row];
        *held -= 1;
        let last = *held as usize;
        let place = pairs[..last].iter().position(|pair| pair.0 == column);
        pairs.swap(place.unwrap_or(last), last);
    }

    #[inline]
    fn concerns(&self, row: usize, profit: i64) -> bool {
        profit - self.offset > self.rows[row].rest
    }

    fn raise(&mut self, row: usize, column: u32, _: P::Weight, _: i64) {
        self.come_near(row, column);
    }

    /// Columns that become cheaper come near at once.
    fn note_cheaper(&mut self, _: u32) {}

    fn cheaper(&mut self, most: i64) {
        self.offset += most;
    }

    fn rescans(&self) -> u64 {
        0
    }
}

fn small(count: usize) -> u8 {
    u8::try_from(count).unwrap_or(u8::MAX)
}
