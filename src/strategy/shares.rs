//! The shares that pairs have in an assignment drawn by lot: the greatest sum of rewards within limits, then the fewest
//! reviews.
//!
//! With `whole` units for each review, all bounds that many times as wide, and each pair within as many units as its
//! limit says, an optimal flow in units is an optimal assignment in shares of `1/whole`: a network has optima at whole
//! numbers of units. Rewards that are concave in the share are slices of units.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::goals::{Aim, count_is_free};
use super::ground::{Ground, solve};
use super::limits::Limits;
use super::{AssignError, Run};
use crate::flow::{Obstacle, Optimum, Program, Slice, Window};

/// What progress is called.
const STAGE: &str = "sharing";
/// What is said of windows that do not fit.
pub(super) const TOO_FINE: &str = "limits with so many decimals for so many reviews: write them with fewer";
/// How many pairs of a node are looked at first beyond those that could fill it.
const SPARE: u64 = 8;

/// A ground in parts of a review, under limits.
pub(super) struct Shares<'g, 'p> {
    pub(super) ground: &'g Ground<'p>,
    /// How many units a review has.
    pub(super) whole: u32,
    /// The windows in units; the windows of pairs say how likely they may be.
    pub(super) program: Program,
}

/// What pairs bring, in slices of `width` units, of which the last may be narrower.
pub(super) struct Reward<'f> {
    pub(super) width: u32,
    /// What each unit of a slice of a pair brings: pair and slice; the further the slice, the less.
    pub(super) value: &'f dyn Fn(usize, u32) -> i64,
}

/// How many units each pair has, in the order of the ground.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// How many units a review has.
    pub(super) whole: u32,
    pub(super) units: Vec<u32>,
}

/// Why there are no shares.
#[derive(Debug)]
pub(super) enum Unshared {
    /// The limits leave too little.
    Limits,
    Run(AssignError),
}

impl From<AssignError> for Unshared {
    fn from(error: AssignError) -> Self {
        Self::Run(error)
    }
}

impl<'g, 'p> Shares<'g, 'p> {
    /// A ground with `whole` units a review, a multiple of what the limits need.
    ///
    /// # Errors
    /// When there are more units than are counted.
    pub(super) fn new(ground: &'g Ground<'p>, limits: Limits, whole: u32) -> Result<Self, AssignError> {
        // Where goals gave way to limits, the ground is in parts already.
        if !whole.is_multiple_of(ground.whole) {
            return Err(AssignError::Unsupported {
                what: "a quality where limits leave no room for goals before it: give a perturbation instead",
            });
        }
        let fine = ground.program.finer(whole / ground.whole).ok_or(AssignError::Unsupported { what: TOO_FINE })?;
        let mut shares = Self { ground, whole, program: fine };
        shares.limit(limits);
        Ok(shares)
    }

    /// Puts other limits in place.
    pub(super) fn limit(&mut self, limits: Limits) {
        let Ground { nodes, pairs, program, .. } = self.ground;
        for (pair, open) in pairs.iter().enumerate() {
            let ends = (open.left as usize, open.right as usize);
            let most = limits.most(nodes, ends, self.whole);
            let Window { min, max } = program.window(pair);
            let by = self.whole / self.ground.whole;
            self.program.narrow(pair, Window::new(min * by, most.min(max * by)));
        }
    }

    /// The shares of the greatest sum of rewards, and among those of the fewest reviews where their number is free.
    ///
    /// Rewards are given from coarse to fine, and what is found for one is where the next begins: each pair is solved for within
    /// a range of units around that. The duals tell which ranges keep a pair from units that would bring more than their
    /// price, or force it to some that bring less; they are widened until there are none, and then the shares are optimal
    /// over all units of all pairs, as rewards are concave. At first few pairs have a range at all, those likely to matter
    /// (column generation, as in [`classes`](super::classes)).
    ///
    /// Where shares are known that will hardly be far, in the same units, the coarsest rewards are left out.
    pub(super) fn greatest(
        &self,
        rewards: &[Reward<'_>],
        near: Option<&Shared>,
        run: &mut Run<'_>,
    ) -> Result<Shared, Unshared> {
        let (mut ranges, mut step, rewards) = match (near, rewards) {
            (Some(near), [coarse, finer @ ..]) if near.whole == self.whole && !finer.is_empty() => {
                let around = |(pair, &units): (usize, &u32)| {
                    let most = if units == 0 { 0 } else { units.saturating_add(coarse.width) };
                    self.within(pair, units.saturating_sub(coarse.width), most)
                };
                (near.units.iter().enumerate().map(around).collect(), coarse.width, finer)
            }
            _ => (self.likely(run)?, self.whole, rewards),
        };
        let mut reached = Shared { whole: self.whole, units: alloc::vec![0; ranges.len()] };
        for (stage, reward) in rewards.iter().enumerate() {
            let found = self.best_within(&mut ranges, reward, step, run)?;
            if stage + 1 == rewards.len() {
                reached.units = if self.counts() { self.fewest(&found, reward, run)? } else { found.units };
                break;
            }
            step = reward.width;
            for (pair, (range, &units)) in ranges.iter_mut().zip(&found.units).enumerate() {
                let most = if range.max == 0 { 0 } else { units.saturating_add(step) };
                *range = self.within(pair, units.saturating_sub(step), most);
            }
        }
        Ok(reached)
    }

    /// The optimum for rewards of one width, from ranges that are widened by `step` units at a time.
    fn best_within(
        &self,
        ranges: &mut [Window],
        reward: &Reward<'_>,
        step: u32,
        run: &mut Run<'_>,
    ) -> Result<Optimum, Unshared> {
        loop {
            let mut program = self.program.rewarded(|pair, slices| listed(ranges[pair], pair, reward, slices));
            for (pair, &range) in ranges.iter().enumerate() {
                program.narrow(pair, range);
            }
            match solve(&program, STAGE, run)? {
                Ok(found) => {
                    debug_assert_eq!(program.check(&found), Ok(()));
                    if !self.widen(ranges, &found, reward, step) {
                        return Ok(found);
                    }
                }
                Err(_) => {
                    let all = |(pair, range): (usize, &mut Window)| {
                        let full = self.program.window(pair);
                        core::mem::replace(range, full) != full
                    };
                    if ranges.iter_mut().enumerate().map(all).filter(|&changed| changed).count() == 0 {
                        return Err(Unshared::Limits);
                    }
                }
            }
        }
    }

    /// A range within the window of a pair.
    fn within(&self, pair: usize, least: u32, most: u32) -> Window {
        let Window { min, max } = self.program.window(pair);
        Window::new(least.clamp(min, max), most.clamp(min, max))
    }

    /// Widens the ranges at whose ends units are priced wrongly. False when there are none.
    fn widen(&self, ranges: &mut [Window], found: &Optimum, reward: &Reward<'_>, step: u32) -> bool {
        let prices = self.program.prices(found);
        let mut widened = false;
        for (pair, range) in ranges.iter_mut().enumerate() {
            let (units, window) = (found.units[pair], self.program.window(pair));
            let value = |unit: u32| i128::from((reward.value)(pair, unit / reward.width));
            if units == range.max && units < window.max && value(units) > prices[pair] {
                (*range, widened) = (self.within(pair, range.min, range.max.saturating_add(step)), true);
            }
            if units == range.min && units > window.min && value(units - 1) < prices[pair] {
                (*range, widened) = (self.within(pair, range.min.saturating_sub(step), range.max), true);
            }
        }
        widened
    }

    /// Of all optima like one the units of those with the fewest reviews.
    fn fewest(&self, found: &Optimum, reward: &Reward<'_>, run: &mut Run<'_>) -> Result<Vec<u32>, AssignError> {
        let prices = self.program.prices(found);
        let mut face = self.program.rewarded(|_, _| ()).face(found);
        for (pair, &price) in prices.iter().enumerate() {
            let window = self.program.window(pair);
            // How many slices bring more than their price, or as much.
            let slices = |brings: &dyn Fn(i128) -> bool| {
                let (mut low, mut high) = (0, window.max.div_ceil(reward.width));
                while low < high {
                    let middle = low.midpoint(high);
                    if brings((reward.value)(pair, middle).into()) { low = middle + 1 } else { high = middle }
                }
                low.saturating_mul(reward.width)
            };
            face.narrow(pair, self.within(pair, slices(&|value| value > price), slices(&|value| value >= price)));
        }
        let fewest = face.rewarded(|_, slices| slices.push(Slice::new(1, -1)));
        Ok(solve(&fewest, "fewest reviews", run)?.expect("an optimum is a solution of its face").units)
    }

    /// Any shares at all, or what stands in their way.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn any(&self, run: &mut Run<'_>) -> Result<Result<Optimum, Obstacle>, AssignError> {
        solve(&self.program.rewarded(|_, _| ()), STAGE, run)
    }

    /// Full ranges for the pairs that would fill their nodes twice over, those of the greatest scores above the duals without
    /// limits; none for others.
    fn likely(&self, run: &mut Run<'_>) -> Result<Vec<Window>, AssignError> {
        let Ground { nodes, pairs, program, .. } = self.ground;
        let easy = self.ground.greatest("matching scores", |pair| pairs[pair].score, run)?;
        let prices = program.prices(&easy);
        let slack = |pair: usize| Reverse(i128::from(pairs[pair].score) - prices[pair]);
        let mut listed: Vec<bool> = (0..pairs.len()).map(|pair| self.program.window(pair).min > 0).collect();
        let mut take = |most: u32, of_node: &mut Vec<u32>| {
            of_node.sort_unstable_by_key(|&pair| (slack(pair as usize), pair));
            let mut wanted = 2 * u64::from(most) * u64::from(self.whole);
            let mut spare = SPARE;
            for &pair in of_node.iter() {
                if wanted == 0 && spare == 0 {
                    break;
                }
                spare -= u64::from(wanted == 0);
                wanted = wanted.saturating_sub(self.program.window(pair as usize).max.into());
                listed[pair as usize] = true;
            }
        };
        let mut of_right = alloc::vec![Vec::new(); nodes.right.len()];
        for left in 0..nodes.left.len() {
            let range = self.ground.of_left(left);
            let mut of_left: Vec<u32> = (0..).skip(range.start).take(range.len()).collect();
            take(nodes.left[left].max.min(range.len().try_into().unwrap_or(u32::MAX)), &mut of_left);
            for pair in of_left {
                of_right[pairs[pair as usize].right as usize].push(pair);
            }
        }
        for (right, of_right) in of_right.iter_mut().enumerate() {
            take(nodes.right[right].max.min(of_right.len().try_into().unwrap_or(u32::MAX)), of_right);
        }
        let full = |(pair, listed)| if listed { self.program.window(pair) } else { Window::new(0, 0) };
        Ok(listed.into_iter().enumerate().map(full).collect())
    }

    /// Whether the number of reviews is still open where the sum of rewards is greatest.
    fn counts(&self) -> bool {
        let nodes = &self.ground.nodes;
        let exact = |nodes: &[crate::flow::Node]| nodes.iter().all(|node| node.min == node.max);
        count_is_free(nodes.problem, Aim::Affinity) && !exact(&nodes.left) && !exact(&nodes.right)
    }
}

/// The slices of a pair's reward within a range; what is below the range is forced, and so of no account.
fn listed(range: Window, pair: usize, reward: &Reward<'_>, slices: &mut Vec<Slice>) {
    let mut from = 0;
    let mut slice = range.min / reward.width;
    while from < range.max {
        let to = (slice + 1).saturating_mul(reward.width).min(range.max);
        slices.push(Slice::new(to - from, (reward.value)(pair, slice)));
        (from, slice) = (to, slice + 1);
    }
}
