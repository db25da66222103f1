//! The auction: exact maximum-weight b-matching by prices, for large instances.
//!
//! # Problem and signs
//! See [`Instance`]: `max Σ w·x` with windows on rows and columns. Columns have *prices*; what is left of a weight
//! once the price is paid is the *profit* of the pair for its row. Prices are integers in units of 1/`scale` of a
//! weight.
//!
//! # Method
//! ε-scaling forward/reverse auction (D. Bertsekas, "The auction algorithm", 1988; D. Bertsekas, D. Castañón and
//! H. Tsaknakis, "Reverse auction and the solution of inequality constrained assignment problems", SIAM J. Optim. 1993)
//! with several places on both sides. Rows that lack a place bid for the columns of greatest profit up to the profit
//! of the next best; a full column puts out the row that bid least. Columns that are matched too little for their price
//! (a price above 0 with room left, or fewer rows than the minimum) lower it and win rows. Then ε is made smaller, and
//! what no longer keeps the condition below is taken apart.
//!
//! Each row looks at a list of its best pairs only (`lists`), which knows how good the others can be at most.
//!
//! # Invariants
//! ε-complementary slackness: a chosen pair has at least the profit of every pair of its row that is not chosen, less
//! ε; a row with room beyond its minimum holds nothing of profit below −ε and misses nothing of profit above ε; a column
//! between its minimum and its maximum has price 0, one at its minimum a price of at most 0, a full one of at least 0
//! (where minimum and maximum are one, any).
//!
//! # Exactness
//! The last ε is 1, and `scale` exceeds twice the number of columns. So there is a remainder that no price is next to,
//! and prices rounded down from there are duals in whole units that keep all conditions with ε = 0 (see `duals`): the
//! matching is optimal, and they prove it. That is checked by [`Instance::check`] apart from here.
//!
//! # Complexity and overflow
//! O(rows · pairs · log(scale · range)) in the worst case, near-linear in the pairs as a rule. Weights times `scale`
//! stay below 2^57 or the instance is refused; prices that leave 2^60 end the search ([`Unmatched::TooLarge`]).
//! The instance must be feasible: without a matching that keeps the windows prices rise for ever.

mod duals;
mod holds;
mod lists;
mod long;
mod prices;
mod reverse;
mod short;

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::instance::{Instance, PairRows, Pairs, Window};
use super::matching::{Counters, Matching, Unmatched};
use super::number;
use crate::parallel::beside;
use holds::{Bid, Hold, Holds};
use lists::Lists;
use long::LongLists;
pub(super) use prices::{Prices, WHOLE};
use short::{SHORT, ShortLists};

/// The profit of a pair that is not to be chosen; below all others, with room to subtract from.
pub(super) const NEVER: i64 = i64::MIN / 4;
/// Weights times scale stay below this.
const WEIGHTS: u64 = 1 << 57;
/// Prices stay below this.
const PRICES: i64 = 1 << 60;
/// Profits below this are those of pairs that cannot be chosen: weights and prices within their limits leave more.
const LEAST: i64 = -(3 << 59);
/// A row bids for as many columns at a time.
const AT_ONCE: usize = 7;
/// So many rows bid at a time: what they look at comes from memory together.
const TOGETHER: usize = 16;
/// Pairs are turned ahead of time where there are more than so many.
const AHEAD: usize = 1 << 18;

/// Is told how far the work is; `false` stops it.
pub(super) type Watch<'w> = dyn FnMut(&Counters) -> bool + 'w;

/// An optimal matching of a feasible instance.
///
/// The side whose windows leave less open bids; the other has the prices.
pub(super) fn solve(instance: &Instance, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
    match &instance.pairs {
        Pairs::Dense(pairs) => solve_pairs(instance, pairs, watch),
        Pairs::Sparse(pairs) => solve_pairs(instance, pairs, watch),
        Pairs::Wide(pairs) => solve_pairs(instance, pairs, watch),
    }
}

fn solve_pairs<P: PairRows>(instance: &Instance, pairs: &P, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
    let (rows, columns) = (instance.rows(), instance.columns());
    let weights = instance.weights().unwrap_or((0, 0));
    let (row_slack, column_slack) = instance.slack();
    if row_slack <= column_slack {
        return solve_sides(Sides { rows, columns, weights }, pairs, None, watch);
    }
    let turned = pairs.transposed(columns.len());
    let sides = Sides { rows: columns, columns: rows, weights };
    Ok(solve_sides(sides, &turned, Some(pairs), watch)?.turned(rows.len()))
}

fn solve_sides<P: PairRows>(
    sides: Sides<'_>,
    pairs: &P,
    by_column: Option<&P>,
    watch: &mut Watch<'_>,
) -> Result<Matching, Unmatched> {
    let by_column = by_column.map(Cow::Borrowed);
    if !P::DENSE && (0..sides.rows.len()).all(|row| pairs.len_of(sides.columns.len(), row) <= SHORT) {
        Auction::<P, ShortLists<P>>::new(sides, pairs, by_column)?.run(watch)
    } else {
        Auction::<P, LongLists<P>>::new(sides, pairs, by_column)?.run(watch)
    }
}

/// The state of an auction.
struct Auction<'i, P: PairRows, L: Lists<P>> {
    rows: &'i [Window],
    columns: &'i [Window],
    pairs: &'i P,
    /// The same pairs by columns, once they are needed.
    by_column: Option<Cow<'i, P>>,
    scale: i64,
    epsilon: i64,
    /// The greatest difference of two weights, scaled.
    range: i64,
    /// The greatest weight in size, not scaled.
    largest: u64,
    /// Whether columns may have room left when all rows are complete.
    slack: bool,
    prices: Prices,
    lists: L,
    holds: Holds,
    /// Rows that may lack a place.
    open: Vec<u32>,
    /// The rows that bid now, what they bid, and who was put out of which column.
    together: Vec<u32>,
    asked: Vec<(u32, Hold)>,
    lost: Vec<(u32, u32)>,
    /// Per row the least profit among its places, while columns lower their prices.
    worst: Vec<i64>,
    offers: Vec<reverse::Offer<P::Weight>>,
    counters: Counters,
}

/// Rows and columns of an instance in the roles they have here.
#[derive(Clone, Copy)]
struct Sides<'i> {
    rows: &'i [Window],
    columns: &'i [Window],
    /// The smallest and the largest weight.
    weights: (i64, i64),
}

impl<'i, P: PairRows, L: Lists<P>> Auction<'i, P, L> {
    fn new(
        Sides { rows, columns, weights: (smallest, largest) }: Sides<'i>,
        pairs: &'i P,
        by_column: Option<Cow<'i, P>>,
    ) -> Result<Self, Unmatched> {
        let size = smallest.unsigned_abs().max(largest.unsigned_abs());
        let scale = 2 * columns.len() as u64 + 5;
        let narrow = |value: Option<u64>| {
            let value = value.filter(|&value| value < WEIGHTS).and_then(|value| i64::try_from(value).ok());
            value.ok_or(Unmatched::TooLarge { largest: size, places: places(rows) })
        };
        let most = narrow(size.checked_mul(scale))?;
        let range = narrow(largest.abs_diff(smallest).checked_mul(scale))?;
        let scale = narrow(Some(scale))?;
        // Where a place may stay empty, at profit 0, prices may have to come as far as the weights are from 0.
        let open = rows.iter().chain(columns).any(|window| window.min != window.max);
        let spread = if open { range.max(most) } else { range };
        let price = |window: &Window| if window.max == 0 { 2 * PRICES } else { 0 };
        let prices = Prices::new(columns.iter().map(price).collect(), scale, P::DENSE);
        Ok(Self {
            rows,
            columns,
            pairs,
            by_column,
            scale,
            epsilon: (spread / L::FIRST).max(1),
            range,
            largest: size,
            slack: places(columns) > places(rows),
            lists: L::new(pairs, rows, &prices),
            prices,
            holds: Holds::new(columns),
            open: (0..number(rows.len())).rev().collect(),
            together: Vec::with_capacity(TOGETHER),
            asked: Vec::new(),
            lost: Vec::new(),
            worst: Vec::new(),
            offers: Vec::new(),
            counters: Counters::default(),
        })
    }

    fn run(mut self, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
        let tight = self.slack && places(self.rows) > places(self.columns) / 2;
        if tight && self.by_column.is_none() && self.pairs.len() > AHEAD {
            // Many columns with too high a price are to be expected; until then there is time to turn the pairs.
            let (pairs, columns) = (self.pairs, self.columns.len());
            let (bid, turned) = beside(|| self.forward(watch), || pairs.transposed(columns));
            bid?;
            self.by_column = turned.map(Cow::Owned);
        }
        loop {
            self.forward(watch)?;
            self.reverse(watch)?;
            if self.prices.too_low() {
                return Err(self.too_large());
            }
            if self.epsilon == 1 {
                break;
            }
            self.next_phase()?;
        }
        self.counters.row_rescans = self.lists.rescans();
        let chosen = (0..self.rows.len()).map(|row| self.lists.held(row));
        let chosen = chosen.map(|held| held.map(|(column, weight)| (column, weight.into())));
        Ok(Matching::new(chosen, self.duals(), self.counters))
    }

    /// Rows bid until each has all its places or wants no more, some at a time.
    fn forward(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut next = self.counters.bids;
        loop {
            self.together.clear();
            while self.together.len() < TOGETHER
                && let Some(row) = self.open.pop()
            {
                if !self.together.contains(&row) {
                    self.together.push(row);
                }
            }
            if self.together.is_empty() {
                return Ok(());
            }
            self.offer()?;
            self.accept();
            if self.counters.bids >= next {
                next = self.counters.bids + 4096;
                if !watch(&self.counters) {
                    return Err(Unmatched::Stopped);
                }
            }
        }
    }

    /// The rows at hand make up their bids for the places they lack.
    fn offer(&mut self) -> Result<(), Unmatched> {
        self.asked.clear();
        for &row in &self.together {
            self.lists.fetch(row as usize, &self.prices);
        }
        for &row in &self.together {
            let place = row as usize;
            let window = self.lists.window(place, self.rows);
            let held = self.lists.held_count(place);
            let must = held < window.min;
            let lacks = if must { window.min - held } else { window.max - held };
            if lacks == 0 {
                continue;
            }
            let mut count = (lacks as usize).min(AT_ONCE);
            let found = self.lists.freshen(self.pairs, place, count + 1, &self.prices);
            let profit = |lists: &L, at: usize| {
                if at < found { lists.candidate(place, at).1 } else { NEVER }
            };
            // Places beyond the minimum may stay empty, at profit 0.
            let floor = if must { LEAST } else { 0 };
            count = (0..count).take_while(|&at| profit(&self.lists, at) > floor).count();
            if count == 0 {
                // A feasible instance has a candidate for every place that must be filled.
                if must {
                    return Err(self.too_large());
                }
                continue;
            }
            let next = profit(&self.lists, count).max(floor);
            let next = if next > LEAST { next } else { profit(&self.lists, count - 1) - 2 * self.range };
            for at in 0..count {
                let (column, profit) = self.lists.candidate(place, at);
                let level = self.prices.of(column) + (profit - next) + self.epsilon;
                if level >= PRICES {
                    return Err(self.too_large());
                }
                self.asked.push((column, Hold { level, row }));
            }
            if held + number(count) < window.max {
                self.open.push(row);
            }
        }
        Ok(())
    }

    /// Columns take the bids or refuse them. They may come from rows that did not know of each other's: a level says
    /// what the column is worth to the row, whatever prices have risen to since.
    fn accept(&mut self) {
        for &(column, _) in &self.asked {
            self.holds.fetch(column);
        }
        self.lost.clear();
        let mut refused = u32::MAX;
        for &(column, hold) in &self.asked {
            // What a row wants next is known only once it has what it wants most.
            if hold.row == refused {
                continue;
            }
            self.counters.bids += 1;
            let mut price = self.prices.of(column);
            match self.holds.bid(column, hold, &mut price) {
                Bid::Accepted => self.lists.take_first(hold.row as usize),
                Bid::PutOut(other) => {
                    self.lists.take_first(hold.row as usize);
                    self.lost.push((other, column));
                }
                Bid::Refused => {
                    refused = hold.row;
                    self.open.push(hold.row);
                }
            }
            self.prices.set(column, price);
        }
        for &(row, _) in &self.lost {
            self.lists.fetch_record(row as usize);
        }
        for &(row, column) in &self.lost {
            self.lists.lose(row as usize, column, self.prices.of(column));
            self.open.push(row);
        }
    }

    /// What is left of the weight of a pair once the price of its column is paid.
    fn profit(&self, column: u32, weight: P::Weight) -> i64 {
        weight.into() * self.scale - self.prices.of(column)
    }

    fn too_large(&self) -> Unmatched {
        Unmatched::TooLarge { largest: self.largest, places: places(self.rows) }
    }

    /// A smaller ε: prices above 0 fall a little where columns have room to spare, so that fewer end too high, and
    /// pairs that do not keep the stricter condition are taken apart.
    fn next_phase(&mut self) -> Result<(), Unmatched> {
        let last = self.epsilon;
        self.epsilon = (last / L::FACTOR).max(1);
        if self.slack {
            let fall = last * 5 / 2;
            for (column, window) in (0..).zip(self.columns) {
                let price = self.prices.of(column);
                if price > 0 && window.max > 0 {
                    self.prices.set(column, (price - fall).max(0));
                }
            }
            self.lists.cheaper(fall);
        }
        self.holds.clear();
        self.settle_all()?;
        if !self.slack {
            // Full columns cost at once what they would after some bids that are refused. With room to spare that would
            // end too high too often.
            for column in 0..number(self.columns.len()) {
                let mut price = self.prices.of(column);
                self.holds.raise(column, &mut price);
                self.prices.set(column, price);
            }
        }
        Ok(())
    }

    /// Rows give up what is worse than what they could have by more than ε, and hold the rest, in columns that nobody
    /// holds yet; those that lack places bid next.
    fn settle_all(&mut self) -> Result<(), Unmatched> {
        let mut open = Vec::new();
        for first in (0..self.rows.len()).step_by(TOGETHER) {
            let rows = first..self.rows.len().min(first + TOGETHER);
            rows.clone().for_each(|row| self.lists.fetch(row, &self.prices));
            self.asked.clear();
            for row in rows {
                self.settle(row);
                if self.lists.held_count(row) < self.lists.window(row, self.rows).max {
                    open.push(number(row));
                }
            }
            self.asked.iter().for_each(|&(column, _)| self.holds.fetch(column));
            for &(column, hold) in &self.asked {
                // What a column costs rises with its levels, from phase to phase, though nobody bids.
                if hold.level >= PRICES {
                    return Err(self.too_large());
                }
                self.holds.push(column, hold);
            }
        }
        open.reverse();
        self.open = open;
        Ok(())
    }

    /// A row gives up what is worse than what it could have by more than ε, and holds the rest up to new levels.
    fn settle(&mut self, row: usize) {
        let window = self.lists.window(row, self.rows);
        let found = self.lists.freshen(self.pairs, row, 1, &self.prices);
        let best = if found > 0 { self.lists.candidate(row, 0).1 } else { NEVER };
        let mut best = if best > LEAST { best } else { NEVER };
        let other = loop {
            let held = self.lists.held(row);
            let other = if held.len() > window.min as usize { best.max(0) } else { best };
            let worst = held.map(|(column, weight)| (self.profit(column, weight), column)).min_by_key(|held| held.0);
            let Some((profit, column)) = worst else { break other };
            if profit >= other - self.epsilon {
                break other;
            }
            self.lists.lose(row, column, self.prices.of(column));
            // What is given up beyond the minimum may be the best there is beside the minimum.
            best = best.max(profit);
        };
        for (column, weight) in self.lists.held(row) {
            let weight: i64 = weight.into() * self.scale;
            let price = self.prices.of(column);
            let level =
                if other > LEAST { weight - other + self.epsilon } else { price + 2 * self.range + self.epsilon };
            self.asked.push((column, Hold { level, row: number(row) }));
        }
    }
}

/// How many places there are at most.
fn places(windows: &[Window]) -> u64 {
    windows.iter().map(|window| u64::from(window.max)).sum()
}

#[cfg(test)]
mod tests;
