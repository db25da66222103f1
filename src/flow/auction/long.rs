//! Lists of rows with many pairs: for each row the columns it looks at, best first, and how good the others can be.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::hint::black_box;
use core::ops::Range;

use super::super::instance::{PairRows, Window};
use super::super::number;
use super::NEVER;
use super::lists::Lists;
use super::prices::Prices;
use crate::parallel::map_ranges;

/// As many of a row's best pairs as this are listed at least, if there are as many.
const BEST: usize = 48;
/// Pairs are looked at in blocks of up to so many.
const BLOCK: usize = 16;
/// How long a list may become beyond what the row can hold; a row with no more pairs lists all of them.
const ROOM: usize = 88;
/// So many rows are listed in one piece of work.
const ROWS: usize = if cfg!(test) { 8 } else { 512 };

/// The `rest` of a row all of whose pairs are listed.
const NOTHING: i64 = i64::MIN;

/// A column a row may want.
#[derive(Debug, Clone, Copy)]
struct Entry<W> {
    /// An upper bound of weight − price, in the numbers of [`LongLists::offset`].
    bound: i64,
    column: u32,
    weight: W,
}

/// Where the list of a row lies; half a line of the nearest cache.
#[derive(Debug, Clone, Copy)]
#[repr(align(32))]
struct Row {
    /// An upper bound of the profit of all pairs that are not listed, [`NOTHING`] when all are.
    rest: i64,
    start: u32,
    len: u32,
    room: u32,
    /// The first so many entries are the columns the row holds.
    held: u32,
    /// How many of the columns that became cheaper it has taken notice of.
    noticed: u32,
}

/// The lists of all rows.
///
/// Invariants: behind the held entries of a row its candidates stand in descending order of their bounds; no bound
/// lies below the profit, unless that is no more than `rest`; and no pair that is not listed has a profit above the
/// `rest` of the row. Both hold once the row has taken notice of all columns that became cheaper.
#[derive(Debug)]
pub(super) struct LongLists<P: PairRows> {
    entries: Vec<Entry<P::Weight>>,
    rows: Vec<Row>,
    /// Columns that became cheaper, of which rows take notice when they are looked at next.
    cheaper: Vec<u32>,
    /// What bounds and `rest` have to be raised by.
    offset: i64,
    scale: i64,
    search: Search<P>,
    rescans: u64,
}

/// What is needed to look through all pairs of a row.
#[derive(Debug)]
struct Search<P: PairRows> {
    ranks: Vec<P::Rank>,
    maxima: Vec<P::Rank>,
    sorted: Vec<P::Rank>,
    /// The best pairs, best first.
    found: Vec<Entry<P::Weight>>,
}

impl<P: PairRows> Search<P> {
    /// Finds the best pairs of a row beside those it holds, at most `limit`. Returns its `rest`; bounds and `rest` are
    /// profits less `offset`.
    fn look(
        &mut self,
        pairs: &P,
        row: usize,
        held: &[Entry<P::Weight>],
        limit: usize,
        prices: &Prices,
        offset: i64,
    ) -> i64 {
        let (len, scale) = (pairs.len_of(prices.len(), row), prices.scale());
        pairs.ranks(row, prices, &mut self.ranks);
        for entry in held {
            if let Some(at) = pairs.place_of(prices.len(), row, entry.column) {
                self.ranks[at] = P::NO_RANK;
            }
        }
        // The BEST-th greatest of the maxima of more blocks than that: at least BEST pairs are as good.
        let size = (len / (4 * BEST)).clamp(1, BLOCK);
        let greatest =
            |block: &[P::Rank]| block.iter().fold(P::NO_RANK, |most, &rank| if rank > most { rank } else { most });
        self.maxima.clear();
        if size == BLOCK {
            let (blocks, rest) = self.ranks.as_chunks::<BLOCK>();
            self.maxima.extend(blocks.iter().map(|block| greatest(block)));
            self.maxima.extend(rest.chunks(BLOCK).map(greatest));
        } else {
            self.maxima.extend(self.ranks.chunks(size).map(greatest));
        }
        self.sorted.clear();
        self.sorted.extend_from_slice(&self.maxima);
        let cut = self.sorted.len().min(BEST) - 1;
        let (_, &mut threshold, _) = self.sorted.select_nth_unstable_by(cut, |a, b| b.cmp(a));
        self.found.clear();
        for (block, &most) in self.maxima.iter().enumerate() {
            if most < threshold || most <= P::NO_RANK {
                continue;
            }
            let first = block * size;
            for (at, &rank) in (first..).zip(&self.ranks[first..len.min(first + size)]) {
                if rank >= threshold && rank > P::NO_RANK {
                    let (column, weight) = pairs.pair_at(prices.len(), row, at);
                    let bound = weight.into() * scale - prices.of(column) - offset;
                    self.found.push(Entry { bound, column, weight });
                }
            }
        }
        self.found.sort_unstable_by_key(|entry| (Reverse(entry.bound), entry.column));
        if let Some(&next) = self.found.get(limit) {
            self.found.truncate(limit);
            return next.bound;
        }
        if threshold > P::NO_RANK { P::profit_below(threshold, scale) - offset } else { NOTHING }
    }
}

impl Row {
    /// How many candidates a search may give a row: some room is left for columns that become cheaper.
    const fn limit(&self) -> usize {
        (self.room - self.held) as usize - ROOM / 8
    }
}

impl<P: PairRows> LongLists<P> {
    fn without_rows(prices: &Prices) -> Self {
        Self {
            entries: Vec::new(),
            rows: Vec::new(),
            cheaper: Vec::new(),
            offset: 0,
            scale: prices.scale(),
            search: Search { ranks: Vec::new(), maxima: Vec::new(), sorted: Vec::new(), found: Vec::new() },
            rescans: 0,
        }
    }

    /// How long the list of a row may become.
    fn room(pairs: &P, row: usize, window: Window, prices: &Prices) -> usize {
        pairs.len_of(prices.len(), row).min((window.max as usize).saturating_add(ROOM))
    }

    /// Adds the next row, which holds nothing.
    fn add(&mut self, pairs: &P, row: usize, window: Window, prices: &Prices) {
        let (start, room) = (self.entries.len(), Self::room(pairs, row, window, prices));
        let mut place = Row { rest: NOTHING, start: number(start), len: 0, room: number(room), held: 0, noticed: 0 };
        if pairs.len_of(prices.len(), row) == room {
            pairs.each(prices.len(), row, |column, weight| {
                let bound = weight.into() * prices.scale() - prices.of(column);
                self.entries.push(Entry { bound, column, weight });
            });
            self.entries[start..].sort_unstable_by_key(|entry| (Reverse(entry.bound), entry.column));
        } else {
            place.rest = self.search.look(pairs, row, &[], place.limit(), prices, 0);
            self.entries.extend_from_slice(&self.search.found);
        }
        place.len = number(self.entries.len() - start);
        self.rows.push(place);
        self.entries.resize(start + room, Entry { bound: NEVER, column: 0, weight: P::Weight::default() });
    }

    /// Looks through all pairs of a row again: its candidates are then the best of all.
    fn rescan(&mut self, pairs: &P, row: usize, prices: &Prices) {
        self.rescans += 1;
        let place = &mut self.rows[row];
        let first = (place.start + place.held) as usize;
        let held = &self.entries[place.start as usize..first];
        place.rest = self.search.look(pairs, row, held, place.limit(), prices, self.offset);
        let found = &self.search.found;
        self.entries[first..first + found.len()].copy_from_slice(found);
        place.len = place.held + number(found.len());
    }

    /// Gives the columns that became cheaper since the row was looked at their places among its candidates.
    fn notice(&mut self, pairs: &P, row: usize, prices: &Prices) {
        let from = self.rows[row].noticed as usize;
        if from == self.cheaper.len() {
            return;
        }
        self.rows[row].noticed = number(self.cheaper.len());
        if self.rows[row].rest != NOTHING && self.cheaper.len() - from > prices.len() / 2 {
            self.rescan(pairs, row, prices);
            return;
        }
        for at in from..self.cheaper.len() {
            let column = self.cheaper[at];
            if let Some(place) = pairs.place_of(prices.len(), row, column) {
                let (_, weight) = pairs.pair_at(prices.len(), row, place);
                let profit = weight.into() * self.scale - prices.of(column);
                if self.concerns(row, profit) {
                    self.raise(row, column, weight, profit);
                }
            }
        }
    }

    /// Makes the first `count` candidates exact and the best of those listed.
    fn sort_front(&mut self, row: usize, count: usize, prices: &Prices) -> usize {
        let Row { start, len, held, .. } = self.rows[row];
        let list = &mut self.entries[(start + held) as usize..(start + len) as usize];
        let (scale, offset) = (self.scale, self.offset);
        let mut seen = 0;
        while seen < list.len() && (seen < count || list[seen].bound > list[count - 1].bound) {
            let mut entry = list[seen];
            entry.bound = entry.weight.into() * scale - prices.of(entry.column) - offset;
            rise(list, seen, entry);
            seen += 1;
        }
        // Those that fell back are put where they belong among the ones not looked at.
        for place in (count..seen).rev() {
            sink(list, place, list[place]);
        }
        seen.min(count)
    }
}

impl<P: PairRows> Lists<P> for LongLists<P> {
    const FIRST: i64 = 100;
    const FACTOR: i64 = 20;

    fn new(pairs: &P, windows: &[Window], prices: &Prices) -> Self {
        let room = |rows: Range<usize>| rows.map(|row| Self::room(pairs, row, windows[row], prices)).sum();
        let blocks = map_ranges(windows.len(), ROWS, |rows| {
            let mut lists = Self::without_rows(prices);
            lists.entries.reserve_exact(room(rows.clone()));
            rows.for_each(|row| lists.add(pairs, row, windows[row], prices));
            lists
        });
        let mut blocks = blocks.into_iter();
        let mut lists = blocks.next().unwrap_or_else(|| Self::without_rows(prices));
        lists.entries.reserve_exact(room(lists.rows.len()..windows.len()));
        for block in blocks {
            let start = number(lists.entries.len());
            lists.rows.extend(block.rows.iter().map(|row| Row { start: start + row.start, ..*row }));
            lists.entries.extend_from_slice(&block.entries);
        }
        lists
    }

    #[inline]
    fn fetch_record(&self, row: usize) {
        black_box(self.entries.get(self.rows[row].start as usize).map(|entry| entry.column));
    }

    #[inline]
    fn fetch(&self, _: usize, _: &Prices) {}

    fn freshen(&mut self, pairs: &P, row: usize, count: usize, prices: &Prices) -> usize {
        self.notice(pairs, row, prices);
        let found = self.sort_front(row, count, prices);
        let place = self.rows[row];
        let end = (place.start + place.held) as usize + found;
        let rest = self.rows[row].rest;
        if rest == NOTHING || (found == count && self.entries[end - 1].bound >= rest) {
            return found;
        }
        self.rescan(pairs, row, prices);
        self.sort_front(row, count, prices)
    }

    #[inline]
    fn candidate(&self, row: usize, place: usize) -> (u32, i64) {
        let entry = &self.entries[(self.rows[row].start + self.rows[row].held) as usize + place];
        (entry.column, entry.bound + self.offset)
    }

    #[inline]
    fn held(&self, row: usize) -> impl ExactSizeIterator<Item = (u32, P::Weight)> + '_ {
        let Row { start, held, .. } = self.rows[row];
        self.entries[start as usize..(start + held) as usize].iter().map(|entry| (entry.column, entry.weight))
    }

    #[inline]
    fn window(&self, row: usize, windows: &[Window]) -> Window {
        windows[row]
    }

    #[inline]
    fn held_count(&self, row: usize) -> u32 {
        self.rows[row].held
    }

    #[inline]
    fn take_first(&mut self, row: usize) {
        self.rows[row].held += 1;
    }

    fn take(&mut self, row: usize, column: u32, weight: P::Weight) {
        let Row { start, len, room, held, .. } = self.rows[row];
        let list = &mut self.entries[start as usize..(start + room) as usize];
        let candidates = held as usize..len as usize;
        let place = list[candidates.clone()].iter().position(|entry| entry.column == column);
        let from = match place {
            Some(place) => held as usize + place,
            None if len < room => {
                self.rows[row].len += 1;
                len as usize
            }
            None => {
                // The last candidate makes room.
                let end = candidates.end - 1;
                self.rows[row].rest = self.rows[row].rest.max(list[end].bound);
                end
            }
        };
        list.copy_within(held as usize..from, held as usize + 1);
        list[held as usize] = Entry { bound: NEVER, column, weight };
        self.rows[row].held += 1;
    }

    fn lose(&mut self, row: usize, column: u32, price: i64) {
        let Row { start, len, held, .. } = self.rows[row];
        let list = &mut self.entries[start as usize..(start + len) as usize];
        let end = held as usize - 1;
        let place = list[..=end].iter().position(|entry| entry.column == column);
        debug_assert!(place.is_some(), "a row loses only what it holds");
        list.swap(place.unwrap_or(end), end);
        self.rows[row].held -= 1;
        let mut entry = list[end];
        entry.bound = entry.weight.into() * self.scale - price - self.offset;
        sink(list, end, entry);
    }

    #[inline]
    fn concerns(&self, row: usize, profit: i64) -> bool {
        profit - self.offset > self.rows[row].rest
    }

    fn raise(&mut self, row: usize, column: u32, weight: P::Weight, profit: i64) {
        let Row { start, len, room, held, .. } = self.rows[row];
        let list = &mut self.entries[start as usize..(start + room) as usize];
        let bound = profit - self.offset;
        let from = match list[..len as usize].iter().position(|entry| entry.column == column) {
            Some(place) if place < held as usize || list[place].bound >= bound => return,
            Some(place) => place,
            None if len < room => {
                self.rows[row].len += 1;
                len as usize
            }
            None => {
                let end = len as usize - 1;
                if end < held as usize || list[end].bound >= bound {
                    self.rows[row].rest = self.rows[row].rest.max(bound);
                    return;
                }
                self.rows[row].rest = self.rows[row].rest.max(list[end].bound);
                end
            }
        };
        let held = held as usize;
        rise(&mut list[held..], from - held, Entry { bound, column, weight });
    }

    fn note_cheaper(&mut self, column: u32) {
        self.cheaper.push(column);
    }

    fn cheaper(&mut self, most: i64) {
        self.offset += most;
    }

    fn rescans(&self) -> u64 {
        self.rescans
    }
}

/// Puts an entry at a place, or as far before it as its bound is greater.
#[inline]
fn rise<W: Copy>(list: &mut [Entry<W>], mut at: usize, entry: Entry<W>) {
    while at > 0 && list[at - 1].bound < entry.bound {
        list[at] = list[at - 1];
        at -= 1;
    }
    list[at] = entry;
}

/// Puts an entry at a place, or as far behind it as its bound is smaller.
#[inline]
fn sink<W: Copy>(list: &mut [Entry<W>], mut at: usize, entry: Entry<W>) {
    while at + 1 < list.len() && list[at + 1].bound > entry.bound {
        list[at] = list[at + 1];
        at += 1;
    }
    list[at] = entry;
}
