//! Reverse steps: columns that are matched too little for their price lower it and win rows.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::super::instance::PairRows;
use super::super::number;
use super::holds::Hold;
use super::lists::NEVER;
use super::{Auction, Watch};
use crate::flow::Unmatched;

/// A row that may be won, with the price at which it would come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Offer {
    price: i64,
    row: u32,
}

impl<P: PairRows> Auction<'_, P> {
    /// Columns that are matched too little for their price lower it until none is left.
    ///
    /// All rows are complete and stay so: a row that is won gives up the worst place it has.
    pub(super) fn reverse(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut open: Vec<u32> = (0..number(self.prices.len())).rev().filter(|&column| self.lacks(column)).collect();
        if open.is_empty() {
            return Ok(());
        }
        let by_column = self.by_column.take();
        let by_column = by_column.unwrap_or_else(|| Cow::Owned(self.pairs.transposed(self.prices.len())));
        self.worst.clear();
        for row in 0..self.rows.len() {
            let worst = self.worst_place(row).0;
            self.worst.push(worst);
        }
        let mut result = Ok(());
        while let Some(column) = open.pop() {
            if self.lacks(column) {
                self.counters.reverse_steps += 1;
                self.lower(&by_column, column, &mut open);
                if self.counters.reverse_steps % 64 == 0 && !watch(&self.counters) {
                    result = Err(Unmatched::Stopped);
                    break;
                }
            }
        }
        self.by_column = Some(by_column);
        result
    }

    /// Whether a column has too few rows for its window or its price.
    fn lacks(&self, column: u32) -> bool {
        let (len, window) = (self.holds.len(column), self.holds.window(column));
        len < window.min || (len < window.max && self.prices[column as usize] > 0)
    }

    /// The least profit among the places of a complete row, and the column at that place; none for a place that is
    /// free to stay empty.
    fn worst_place(&self, row: usize) -> (i64, Option<u32>) {
        let held = self.lists.held(row);
        let room = held.len() < self.rows[row].max as usize;
        let mut worst = (if room { 0 } else { i64::MAX / 2 }, None);
        for entry in held {
            let profit = entry.weight.into() * self.scale - self.prices[entry.column as usize];
            if profit < worst.0 {
                worst = (profit, Some(entry.column));
            }
        }
        worst
    }

    /// One reverse step: the column wins the rows that come at the highest prices, as many as it has room for.
    fn lower(&mut self, pairs: &P, column: u32, open: &mut Vec<u32>) {
        let (scale, epsilon) = (self.scale, self.epsilon);
        let (len, window) = (self.holds.len(column), self.holds.window(column));
        let room = (window.max - len) as usize;
        let missing = window.min.saturating_sub(len) as usize;
        // The best offers, one more than there is room for; rows that hold the column already are told apart later.
        let wanted = (room + len as usize).saturating_add(1);
        let mut offers: Vec<Offer> = core::mem::take(&mut self.offers);
        offers.clear();
        let (worst, mut floor) = (&self.worst, if missing > 0 { NEVER } else { 0 });
        pairs.each(worst.len(), column as usize, |row, weight| {
            let price = weight.into() * scale - worst[row as usize];
            if price > floor {
                offers.push(Offer { price, row });
                if offers.len() >= 2 * wanted.max(16) {
                    let (_, least, _) = offers.select_nth_unstable_by(wanted - 1, |a, b| b.cmp(a));
                    floor = least.price;
                    offers.truncate(wanted);
                }
            }
        });
        let holders = self.holds.of(column);
        offers.retain(|offer| holders.iter().all(|hold| hold.row != offer.row));
        offers.sort_unstable_by(|a, b| b.cmp(a));
        let best = |place: usize| offers.get(place).map_or(NEVER, |offer| offer.price);
        let mut won = room.min(offers.len());
        let mut price = (best(room).max(NEVER + epsilon) - epsilon).max(0);
        if best(room) - epsilon < 0 {
            // There is room for all that come at a price above 0.
            won = offers[..won].iter().take_while(|offer| offer.price >= epsilon).count();
            price = 0;
            if won < missing {
                won = missing.min(offers.len());
                let next = if offers.len() > won { best(won) } else { best(won - 1) };
                price = (next - epsilon).min(0);
            }
        }
        let price = price.min(self.prices[column as usize]);
        self.prices[column as usize] = price;
        for &Offer { row, .. } in &offers[..won] {
            let row_place = row as usize;
            if let (_, Some(dropped)) = self.worst_place(row_place) {
                self.holds.remove(dropped, row);
                self.lists.lose(row_place, dropped, self.prices[dropped as usize]);
                if self.lacks(dropped) {
                    open.push(dropped);
                }
            }
            let weight = pairs.place_of(self.worst.len(), column as usize, row);
            let weight = weight.map(|place| pairs.pair_at(self.worst.len(), column as usize, place).1);
            if let Some(weight) = weight {
                self.lists.take(row_place, column, weight);
                self.holds.push(column, Hold { level: price, row });
            }
        }
        self.offers = offers;
        // The column became cheaper for all.
        for place in 0..self.holds.of(column).len() {
            let row = self.holds.of(column)[place].row as usize;
            self.worst[row] = self.worst_place(row).0;
        }
        let lists = &mut self.lists;
        pairs.each(self.worst.len(), column as usize, |row, weight| {
            let profit = weight.into() * scale - price;
            if lists.concerns(row as usize, profit) {
                lists.raise(row as usize, column, weight, profit);
            }
        });
    }
}
