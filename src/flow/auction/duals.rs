//! From prices at ε = 1 to integer duals in units of weights.
//!
//! Every condition compares two prices that differ by a multiple of `scale` plus an error of at most 1 (a price and 0
//! count as two prices). Rounding down after adding the same θ to all prices, `⌊(price + θ) / scale⌋`, keeps such a
//! comparison unless θ brings one of the prices next to a multiple of `scale`; each price excludes two values of θ, and
//! there are more than that.

use alloc::vec::Vec;

use super::super::instance::PairRows;
use super::super::matching::Duals;
use super::Auction;
use super::lists::Lists;

impl<P: PairRows, L: Lists<P>> Auction<'_, P, L> {
    /// Duals that prove the matching at hand, which keeps the conditions with ε = 1.
    pub(super) fn duals(&self) -> Duals {
        let scale = self.scale;
        let shift = self.shift();
        let round = |&price: &i64| (price + shift).div_euclid(scale);
        let mut columns: Vec<i64> = self.prices.scaled().iter().map(round).collect();
        let windows = self.columns;
        let rows: Vec<i64> = (0..self.rows.len()).map(|row| self.row_dual(row, &columns)).collect();
        if windows.iter().any(|window| window.max == 0) {
            // The worth of a place where there is none: enough for every row.
            for (dual, window) in columns.iter_mut().zip(windows) {
                if window.max == 0 {
                    *dual = 0;
                }
            }
            for (row, u) in rows.iter().enumerate() {
                self.pairs.each(columns.len(), row, |column, weight| {
                    if windows[column as usize].max == 0 {
                        let dual = &mut columns[column as usize];
                        *dual = (*dual).max(weight.into() - u);
                    }
                });
            }
        }
        Duals { rows, columns }
    }

    /// A number to add before rounding down so that no price comes to lie next to a multiple of `scale`.
    fn shift(&self) -> i64 {
        let scale = self.scale;
        let excluded = |price: i64| [(-price).rem_euclid(scale), (-1 - price).rem_euclid(scale)];
        let prices = self.prices.scaled().iter().zip(self.columns).filter(|(_, window)| window.max > 0);
        let mut taken: Vec<i64> = prices.flat_map(|(&price, _)| excluded(price)).chain([0, scale - 1]).collect();
        taken.sort_unstable();
        taken.dedup();
        let free = taken.windows(2).find(|pair| pair[1] > pair[0] + 1).map(|pair| pair[0] + 1);
        debug_assert!(free.is_some(), "twice as many numbers as prices, and two, leave one free");
        free.unwrap_or(0)
    }

    /// The dual of a row for those of the columns.
    fn row_dual(&self, row: usize, columns: &[i64]) -> i64 {
        let window = self.rows[row];
        let held = self.lists.held_count(row);
        let least = self.lists.held(row).map(|(column, weight)| weight.into() - columns[column as usize]).min();
        let exact = window.min == window.max;
        match least {
            Some(least) if exact || held == window.max => least,
            Some(least) if held == window.min => least.min(0),
            Some(_) => 0,
            None if window.max > 0 => 0,
            None => {
                let mut most = 0;
                self.pairs.each(columns.len(), row, |column, weight| {
                    if self.columns[column as usize].max > 0 {
                        most = most.max(weight.into() - columns[column as usize]);
                    }
                });
                most
            }
        }
    }
}
