//! Reverse steps: columns that are matched too little for their price lower it and win rows.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::super::instance::PairRows;
use super::super::number;
use super::holds::Hold;
use super::lists::Lists;
use super::{Auction, NEVER, PRICES, Watch};
use crate::flow::Unmatched;

/// One in so many columns is read out of a matrix by rows before it is turned.
const READ_ACROSS: u64 = 16;

/// A row that may be won, with the price at which it would come.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer<W> {
    price: i64,
    row: u32,
    weight: W,
}

impl<W> Offer<W> {
    /// By which offers are compared: greater is better.
    const fn rank(&self) -> (i64, u32) {
        (self.price, self.row)
    }
}

/// Where the pairs of a column are read.
enum View<'v, P: PairRows> {
    /// In the same pairs by columns.
    ByColumn(&'v P),
    /// In a copy of the column.
    Copied(Vec<(u32, P::Weight)>),
}

impl<P: PairRows> View<'_, P> {
    #[inline]
    fn each(&self, rows: usize, column: u32, mut visit: impl FnMut(u32, P::Weight)) {
        match self {
            Self::ByColumn(pairs) => pairs.each(rows, column as usize, visit),
            Self::Copied(pairs) => pairs.iter().for_each(|&(row, weight)| visit(row, weight)),
        }
    }
}

impl<P: PairRows, L: Lists<P>> Auction<'_, P, L> {
    /// Columns that are matched too little for their price lower it until none is left.
    ///
    /// All rows are complete and stay so: a row that is won gives up the worst place it has.
    pub(super) fn reverse(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut open: Vec<u32> = (0..number(self.prices.len())).rev().filter(|&column| self.lacks(column)).collect();
        if open.is_empty() {
            return Ok(());
        }
        self.worst.clear();
        for row in 0..self.rows.len() {
            let worst = self.worst_place(row).0;
            self.worst.push(worst);
        }
        let mut lowered = Vec::new();
        while let Some(column) = open.pop() {
            if self.lacks(column) {
                self.counters.reverse_steps += 1;
                lowered.push(column);
                if let Some(copied) = self.read_across(column) {
                    self.lower(&View::Copied(copied), column, &mut open);
                } else {
                    let by_column = self.by_column.take();
                    let by_column = by_column.unwrap_or_else(|| Cow::Owned(self.pairs.transposed(self.columns.len())));
                    self.lower(&View::ByColumn(by_column.as_ref()), column, &mut open);
                    self.by_column = Some(by_column);
                }
                if self.prices.of(column) < -PRICES {
                    return Err(self.too_large());
                }
                if self.counters.reverse_steps.is_multiple_of(64) && !watch(&self.counters) {
                    return Err(Unmatched::Stopped);
                }
            }
        }
        if P::DENSE {
            // However often it was lowered, what counts is its price when a row is looked at next.
            lowered.sort_unstable();
            lowered.dedup();
            for column in lowered {
                self.lists.note_cheaper(column);
            }
        }
        Ok(())
    }

    /// A copy of a column, as long as few are needed and rows can be read across.
    fn read_across(&self, column: u32) -> Option<Vec<(u32, P::Weight)>> {
        if self.by_column.is_some() || self.counters.reverse_steps > self.columns.len() as u64 / READ_ACROSS {
            return None;
        }
        let mut copied = Vec::with_capacity(self.rows.len());
        let read =
            self.pairs.each_in_column(self.columns.len(), column as usize, |row, weight| copied.push((row, weight)));
        read.then_some(copied)
    }

    /// Whether a column has too few rows for its window or its price.
    fn lacks(&self, column: u32) -> bool {
        let (len, window) = (self.holds.len(column), self.holds.window(column));
        len < window.min || (len < window.max && self.prices.of(column) > 0)
    }

    /// The least profit among the places of a complete row, and the column at that place; none for a place that is
    /// free to stay empty.
    fn worst_place(&self, row: usize) -> (i64, Option<u32>) {
        let held = self.lists.held(row);
        let room = held.len() < self.rows[row].max as usize;
        let mut worst = (if room { 0 } else { i64::MAX / 2 }, None);
        for (column, weight) in held {
            let profit = self.profit(column, weight);
            if profit < worst.0 {
                worst = (profit, Some(column));
            }
        }
        worst
    }

    /// One reverse step: the column wins the rows that come at the highest prices, as many as it has room for.
    fn lower(&mut self, pairs: &View<'_, P>, column: u32, open: &mut Vec<u32>) {
        let (scale, epsilon) = (self.scale, self.epsilon);
        let (len, window) = (self.holds.len(column), self.holds.window(column));
        let room = (window.max - len) as usize;
        let missing = window.min.saturating_sub(len) as usize;
        // The best offers, one more than there is room for; rows that hold the column already are told apart later.
        let wanted = (room + len as usize).saturating_add(1);
        let mut offers: Vec<Offer<P::Weight>> = core::mem::take(&mut self.offers);
        offers.clear();
        let (worst, mut floor) = (&self.worst, if missing > 0 { NEVER } else { 0 });
        pairs.each(worst.len(), column, |row, weight| {
            let price = weight.into() * scale - worst[row as usize];
            if price > floor {
                offers.push(Offer { price, row, weight });
                if offers.len() >= wanted.max(16).saturating_mul(2) {
                    let (_, least, _) = offers.select_nth_unstable_by_key(wanted - 1, |offer| Reverse(offer.rank()));
                    floor = least.price;
                    offers.truncate(wanted);
                }
            }
        });
        let holders = self.holds.of(column);
        offers.retain(|offer| holders.iter().all(|hold| hold.row != offer.row));
        offers.sort_unstable_by_key(|offer| Reverse(offer.rank()));
        let best = |place: usize| offers.get(place).map_or(NEVER, |offer| offer.price);
        let mut won = room.min(offers.len());
        let mut price = best(room) - epsilon;
        if price < 0 {
            // There is room for all that come at a price above 0.
            won = offers[..won].iter().take_while(|offer| offer.price >= epsilon).count();
            price = 0;
            if won < missing {
                won = missing.min(offers.len());
                let next = if offers.len() > won { best(won) } else { best(won - 1) };
                price = (next - epsilon).min(0);
            }
        }
        let price = price.min(self.prices.of(column));
        self.prices.set(column, price);
        for &Offer { row, weight, .. } in &offers[..won] {
            let row_place = row as usize;
            if let (_, Some(dropped)) = self.worst_place(row_place) {
                self.holds.remove(dropped, row);
                self.lists.lose(row_place, dropped, self.prices.of(dropped));
                if self.lacks(dropped) {
                    open.push(dropped);
                }
            }
            self.lists.take(row_place, column, weight);
            self.holds.push(column, Hold { level: price, row });
        }
        self.offers = offers;
        for place in 0..self.holds.of(column).len() {
            let row = self.holds.of(column)[place].row as usize;
            self.worst[row] = self.worst_place(row).0;
        }
        // The column became cheaper for all; the rows of a matrix take notice when they are looked at next.
        if P::DENSE {
            return;
        }
        let lists = &mut self.lists;
        pairs.each(self.worst.len(), column, |row, weight| {
            let profit = weight.into() * scale - price;
            if lists.concerns(row as usize, profit) {
                lists.raise(row as usize, column, weight, profit);
            }
        });
    }
}
