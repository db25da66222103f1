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
mod reverse;

use alloc::vec::Vec;

use super::instance::{Instance, PairRows, Pairs};
use super::matching::{Counters, Matching, Unmatched};
use super::number;
use holds::{Bid, Hold, Holds};
use lists::Lists;

/// Weights times scale stay below this.
const WEIGHTS: u64 = 1 << 57;
/// Prices stay below this.
const PRICES: i64 = 1 << 60;
/// Profits below this are those of pairs that cannot be chosen.
const LEAST: i64 = -(1 << 60);
/// A row bids for as many columns at a time.
const AT_ONCE: usize = 7;
/// ε begins at this part of the range of weights.
const FIRST: i64 = 50;
/// ε is divided by this from phase to phase.
const FACTOR: i64 = 20;

/// Is told how far the work is; `false` stops it.
pub(super) type Watch<'w> = dyn FnMut(&Counters) -> bool + 'w;

/// Where prices start.
#[derive(Debug, Clone, Copy)]
pub(super) struct Start<'s> {
    /// Column duals of an instance much like this one, in units of weights.
    pub(super) prices: Option<&'s [i64]>,
}

/// An optimal matching of a feasible instance.
pub(super) fn solve(instance: &Instance, start: Start<'_>, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
    match &instance.pairs {
        Pairs::Dense(pairs) => Auction::new(instance, pairs, start)?.run(watch),
        Pairs::Sparse(pairs) => Auction::new(instance, pairs, start)?.run(watch),
        Pairs::Wide(pairs) => Auction::new(instance, pairs, start)?.run(watch),
    }
}

/// The state of an auction.
struct Auction<'i, P: PairRows> {
    instance: &'i Instance,
    pairs: &'i P,
    /// The same pairs by columns, once they are needed.
    by_column: Option<P>,
    scale: i64,
    epsilon: i64,
    /// The first ε.
    first: i64,
    /// The greatest difference of two weights, scaled.
    range: i64,
    prices: Vec<i64>,
    lists: Lists<P::Weight>,
    holds: Holds,
    /// Rows that may lack a place.
    open: Vec<u32>,
    /// Per row the least profit among its places, while columns lower their prices.
    worst: Vec<i64>,
    offers: Vec<reverse::Offer>,
    counters: Counters,
}

impl<'i, P: PairRows> Auction<'i, P> {
    fn new(instance: &'i Instance, pairs: &'i P, start: Start<'_>) -> Result<Self, Unmatched> {
        let places: u64 = instance.rows.iter().map(|window| u64::from(window.max)).sum();
        let scale = 2 * instance.columns.len() as u64 + 5;
        let (smallest, largest) = instance.weights().unwrap_or((0, 0));
        let size = smallest.unsigned_abs().max(largest.unsigned_abs());
        let too_large = Unmatched::TooLarge { largest: size, places };
        let narrow = |value: Option<u64>| {
            let value = value.filter(|&value| value < WEIGHTS).and_then(|value| i64::try_from(value).ok());
            value.ok_or(too_large.clone())
        };
        narrow(size.checked_mul(scale))?;
        let range = narrow(largest.abs_diff(smallest).checked_mul(scale))?;
        let scale = narrow(Some(scale))?;
        let mut prices = match start.prices {
            Some(prices) => prices.iter().map(|&price| price.clamp(-size_of(size), size_of(size)) * scale).collect(),
            None => alloc::vec![0; instance.columns.len()],
        };
        for (price, window) in prices.iter_mut().zip(&instance.columns) {
            if window.max == 0 {
                *price = PRICES;
            } else if window.min == 0 {
                *price = (*price).max(0);
            }
        }
        let first = if start.prices.is_some() { range / (FIRST * FACTOR * FACTOR * FACTOR) } else { range / FIRST };
        Ok(Self {
            instance,
            pairs,
            by_column: None,
            scale,
            epsilon: first.max(1),
            first: first.max(1),
            range,
            lists: Lists::new(pairs, &instance.rows, &prices, scale),
            prices,
            holds: Holds::new(&instance.columns),
            open: (0..number(instance.rows.len())).rev().collect(),
            worst: Vec::new(),
            offers: Vec::new(),
            counters: Counters::default(),
        })
    }

    fn run(mut self, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
        loop {
            self.forward(watch)?;
            self.reverse(watch)?;
            if self.epsilon == 1 {
                break;
            }
            self.next_phase();
        }
        self.counters.row_rescans = self.lists.rescans;
        let duals = self.duals();
        let counters = self.counters;
        let mut columns = Vec::new();
        let rows: Vec<(usize, usize)> = (0..self.instance.rows.len())
            .map(|row| {
                let start = columns.len();
                columns.extend(self.lists.held(row).iter().map(|entry| entry.column));
                (start, columns.len())
            })
            .collect();
        let chosen = rows.iter().map(|&(start, end)| &columns[start..end]);
        Ok(Matching::new(self.instance, chosen, duals, counters))
    }

    /// Rows bid until each has all its places.
    fn forward(&mut self, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
        let mut next = self.counters.bids;
        while let Some(row) = self.open.pop() {
            self.complete(row)?;
            if self.counters.bids >= next {
                next = self.counters.bids + 4096;
                if !watch(&self.counters) {
                    return Err(Unmatched::Stopped);
                }
            }
        }
        Ok(())
    }

    /// A row bids until it has all its places, or wants no more.
    fn complete(&mut self, row: u32) -> Result<(), Unmatched> {
        let place = row as usize;
        let window = self.instance.rows[place];
        loop {
            let held = self.lists.held_count(place);
            let must = held < window.min;
            let lacks = if must { window.min - held } else { window.max - held };
            if lacks == 0 {
                return Ok(());
            }
            let mut count = (lacks as usize).min(AT_ONCE);
            let found = self.lists.freshen(self.pairs, place, count + 1, &self.prices);
            let profit = |lists: &Lists<P::Weight>, at: usize| {
                if at < found { lists.candidate(place, at).1 } else { lists::NEVER }
            };
            // Places beyond the minimum may stay empty, at profit 0.
            let floor = if must { LEAST } else { 0 };
            count = (0..count).take_while(|&at| profit(&self.lists, at) > floor).count();
            if count == 0 {
                return if must { Err(Unmatched::Infeasible) } else { Ok(()) };
            }
            let next = profit(&self.lists, count).max(floor);
            let next = if next > LEAST { next } else { profit(&self.lists, count - 1) - 2 * self.range };
            for _ in 0..count {
                let (column, profit) = self.lists.candidate(place, 0);
                let price = &mut self.prices[column as usize];
                let level = *price + (profit - next) + self.epsilon;
                if level >= PRICES {
                    return Err(self.too_large());
                }
                self.counters.bids += 1;
                match self.holds.bid(column, Hold { level, row }, price) {
                    Bid::Accepted => self.lists.take_first(place),
                    Bid::PutOut(other) => {
                        self.lists.take_first(place);
                        self.lists.lose(other as usize, column, *price);
                        self.open.push(other);
                    }
                    Bid::Refused => break,
                }
            }
        }
    }

    fn too_large(&self) -> Unmatched {
        let (smallest, largest) = self.instance.weights().unwrap_or((0, 0));
        let places = self.instance.rows.iter().map(|window| u64::from(window.max)).sum();
        Unmatched::TooLarge { largest: smallest.unsigned_abs().max(largest.unsigned_abs()), places }
    }

    /// A smaller ε: prices above 0 fall a little where columns have room to spare, so that fewer end too high, and
    /// pairs that do not keep the stricter condition are taken apart.
    fn next_phase(&mut self) {
        let last = self.epsilon;
        self.epsilon = (last / FACTOR).max(1);
        if self.counters.reverse_steps > 0 {
            let fall = last * 5 / 2;
            for (price, window) in self.prices.iter_mut().zip(&self.instance.columns) {
                if *price > 0 && window.max > 0 {
                    *price = (*price - fall).max(0);
                }
            }
            self.lists.cheaper(fall);
        }
        self.holds.clear();
        let mut open = Vec::new();
        for row in 0..self.instance.rows.len() {
            self.settle(row);
            if self.lists.held_count(row) < self.instance.rows[row].max {
                open.push(number(row));
            }
        }
        open.reverse();
        self.open = open;
    }

    /// A row gives up what is worse than what it could have by more than ε, and holds the rest up to new levels.
    fn settle(&mut self, row: usize) {
        let window = self.instance.rows[row];
        let found = self.lists.freshen(self.pairs, row, 1, &self.prices);
        let best = if found > 0 { self.lists.candidate(row, 0).1 } else { lists::NEVER };
        let best = if best > LEAST { best } else { lists::NEVER };
        let profit = |prices: &[i64], scale: i64, entry: &lists::Entry<P::Weight>| {
            entry.weight.into() * scale - prices[entry.column as usize]
        };
        let other = loop {
            let held = self.lists.held(row);
            let other = if held.len() > window.min as usize { best.max(0) } else { best };
            let worst = held.iter().min_by_key(|entry| profit(&self.prices, self.scale, entry));
            let Some(worst) = worst else { break other };
            if profit(&self.prices, self.scale, worst) >= other - self.epsilon {
                break other;
            }
            let column = worst.column;
            self.lists.lose(row, column, self.prices[column as usize]);
        };
        for entry in self.lists.held(row) {
            let weight: i64 = entry.weight.into() * self.scale;
            let price = self.prices[entry.column as usize];
            let level =
                if other > LEAST { weight - other + self.epsilon } else { price + 2 * self.range + self.epsilon };
            self.holds.push(entry.column, Hold { level, row: number(row) });
        }
    }
}

fn size_of(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
