//! The search for the worst-off submission's best: from the greatest total by trades that lose as little of it as can be.

use alloc::vec::Vec;

use super::stakes::Stakes;
use crate::flow::{Stopped, Trades};
use crate::strategy::{AssignError, Run};

/// All searches together look at so many pairs.
const WORK: u64 = 400_000_000;
/// How much more than one above it a unit below the target weighs, step by step: what is cheap to raise comes first.
const PRESSURES: [i64; 9] = [2, 4, 8, 16, 32, 64, 128, 256, 512];
/// So many targets between what is reached and the bound are tried.
const TARGETS: usize = 8;
/// So many starts at other prices are tried for a greater total.
const STARTS: u64 = 8;
/// Prices are counted in so many parts.
const PARTS: i64 = 1024;
/// A start of which the price of what is missing is so many parts for a whole target missed.
const RATE: i64 = 200;

/// An assignment, by what it is worth: the worst sum, then all of them.
#[derive(Clone)]
pub(in crate::strategy) struct Found {
    pub(in crate::strategy) trades: Trades,
    /// The least sum of the submissions that can get something.
    pub(in crate::strategy) worst: i64,
    pub(in crate::strategy) total: i64,
}

/// A search, and the work it has left.
pub(in crate::strategy) struct Search<'s, 'g, 'p> {
    pub(in crate::strategy) stakes: &'s Stakes<'g, 'p>,
    done: u64,
}

impl<'s, 'g, 'p> Search<'s, 'g, 'p> {
    pub(in crate::strategy) const fn new(stakes: &'s Stakes<'g, 'p>) -> Self {
        Self { stakes, done: 0 }
    }

    pub(in crate::strategy) fn found(&self, trades: Trades) -> Found {
        let sums = self.stakes.sums(&trades);
        let worst = sums.iter().copied().min().unwrap_or(i64::MAX);
        Found { trades, worst, total: sums.iter().sum() }
    }

    fn goes_on(&self) -> bool {
        self.done < WORK
    }

    /// Calls an operation on trades that tells whether anything changed, with whoever watches.
    fn step(
        &mut self,
        trades: &mut Trades,
        run: &mut Run<'_>,
        operation: impl FnOnce(&mut Trades, &mut dyn FnMut(u64) -> bool) -> Result<bool, Stopped>,
    ) -> Result<bool, AssignError> {
        run.report("trading", self.done, WORK)?;
        let (before, mut stop) = (trades.work(), None);
        let changed = operation(trades, &mut |_| {
            stop = run.report("trading", 0, 0).err();
            stop.is_none()
        });
        self.done += trades.work() - before;
        changed.map_err(|Stopped| stop.unwrap_or(AssignError::Interrupted))
    }

    fn climb(&mut self, trades: &mut Trades, run: &mut Run<'_>) -> Result<(), AssignError> {
        while self.goes_on() && self.step(trades, run, |trades, watch| trades.climb(watch))? {}
        Ok(())
    }

    fn set_floors(&self, trades: &mut Trades, floor: impl Fn(i64) -> i64) {
        for &column in &self.stakes.columns {
            let floor = floor(trades.sum(column));
            trades.set_floor(column, floor);
        }
    }

    /// Trades until all submissions have the target, or none helps; first under rising pressure, where asked for.
    pub(in crate::strategy) fn approach(
        &mut self,
        mut trades: Trades,
        target: i64,
        pressed: bool,
        run: &mut Run<'_>,
    ) -> Result<Found, AssignError> {
        self.set_floors(&mut trades, |_| target);
        for &pressure in PRESSURES.iter().filter(|_| pressed) {
            if self.stakes.columns.iter().all(|&column| trades.sum(column) >= target) {
                break;
            }
            trades.set_pressure(Some(pressure));
            self.climb(&mut trades, run)?;
        }
        trades.set_pressure(None);
        self.lift(&mut trades, target, run)?;
        self.climb(&mut trades, run)?;
        Ok(self.found(trades))
    }

    /// Raises those below the target, the worst first, while none of them falls and nobody else falls below it.
    fn lift(&mut self, trades: &mut Trades, target: i64, run: &mut Run<'_>) -> Result<(), AssignError> {
        loop {
            let mut low: Vec<(i64, usize)> = (self.stakes.columns.iter().zip(0..))
                .map(|(&column, right)| (trades.sum(column), right))
                .filter(|&(sum, _)| sum < target)
                .collect();
            low.sort_unstable();
            let mut any = false;
            for (_, right) in low {
                let column = self.stakes.columns[right];
                if !self.goes_on() {
                    return Ok(());
                }
                any |= self.step(trades, run, |trades, watch| trades.raise(column, target, i64::MIN, watch))?;
            }
            if !any {
                return Ok(());
            }
        }
    }

    /// The worst as high as is found, up to the bound: targets between what is reached and the bound, the higher half
    /// first.
    pub(super) fn rise(&mut self, start: &Trades, bound: i64, run: &mut Run<'_>) -> Result<Found, AssignError> {
        let mut best = self.approach(start.clone(), bound, true, run)?;
        if self.goes_on() {
            let plain = self.approach(start.clone(), bound, false, run)?;
            best = better(best, plain, bound);
        }
        let mut beyond = bound;
        for turn in 0..TARGETS {
            if best.worst >= bound || !self.goes_on() {
                break;
            }
            let middle = best.worst + (beyond - best.worst) / 2;
            if middle <= best.worst {
                break;
            }
            let from = if turn % 2 == 0 { start.clone() } else { best.trades.clone() };
            let next = self.approach(from, middle, true, run)?;
            if next.worst < middle {
                beyond = middle;
            }
            best = better(best, next, bound);
        }
        Ok(best)
    }

    /// Starts at other prices, for a greater total at the worst that is reached. Prices rise where a start misses the
    /// target and fall where it has more (M. Held, P. Wolfe and H. Crowder, "Validation of subgradient optimization",
    /// 1974).
    pub(super) fn enrich(&mut self, mut best: Found, run: &mut Run<'_>) -> Result<Found, AssignError> {
        let (ground, target) = (self.stakes.ground, best.worst);
        let scale = target.max(1);
        let mut prices = alloc::vec![0_i64; self.stakes.columns.len()];
        let mut earlier = None;
        for step in 0..STARTS {
            if !self.goes_on() {
                break;
            }
            let reward = |pair: usize| {
                let pair = ground.pairs[pair];
                pair.score + pair.score * prices[pair.right as usize] / PARTS
            };
            let start = ground.greatest_again("starting again", reward, &mut earlier, run)?;
            let start = self.stakes.trades(&start.units);
            let sums = self.stakes.sums(&start);
            let missed = sums.iter().any(|&sum| sum < target);
            if step > 0 {
                let next = self.approach(start, target, true, run)?;
                best = better(best, next, target);
            }
            if !missed {
                break;
            }
            let slower = i64::try_from(1 + step / 4).unwrap_or(1);
            for (price, &sum) in prices.iter_mut().zip(&sums) {
                let by = i128::from(target - sum) * i128::from(RATE) / i128::from(scale) / i128::from(slower);
                *price = (*price + i64::try_from(by).unwrap_or(0)).clamp(0, 1 << 20);
            }
        }
        Ok(best)
    }

    /// Raises one after the other, the worst first, as far as nobody falls to where it was or below, and as nothing of
    /// the total is lost.
    pub(super) fn level(&mut self, best: Found, run: &mut Run<'_>) -> Result<Found, AssignError> {
        let mut trades = best.trades;
        let mut order: Vec<(i64, usize)> =
            self.stakes.columns.iter().zip(0..).map(|(&column, right)| (trades.sum(column), right)).collect();
        order.sort_unstable();
        for (_, right) in order {
            let column = self.stakes.columns[right];
            loop {
                let own = trades.sum(column);
                self.set_floors(&mut trades, |sum| sum.min(own.saturating_add(1)));
                let goes_on = self.goes_on();
                if !goes_on || !self.step(&mut trades, run, |trades, watch| trades.raise(column, i64::MAX, 0, watch))? {
                    break;
                }
            }
        }
        Ok(self.found(trades))
    }
}

/// The one with the greater worst sum, as far as it counts, then the greater total.
fn better(one: Found, two: Found, enough: i64) -> Found {
    let worth = |found: &Found| (found.worst.min(enough), found.total);
    if worth(&two) > worth(&one) { two } else { one }
}
