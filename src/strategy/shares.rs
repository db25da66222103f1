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
use crate::flow::{NONE, Obstacle, Optimum, Program, Slice, Unsolved, Window};

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

/// What a pair brings: slices of units, best first, in an empty list.
pub(super) type Reward<'f> = dyn Fn(usize, &mut Vec<Slice>) + 'f;

/// How many units each pair has, in the order of the ground, and what they are worth.
#[derive(Debug, Clone)]
pub(super) struct Shared {
    /// How many units a review has.
    pub(super) whole: u32,
    pub(super) units: Vec<u32>,
    pub(super) worth: i128,
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
        let fine = ground.program.finer(whole).ok_or(AssignError::Unsupported {
            what: "limits with so many decimals for so many reviews: write them with fewer",
        })?;
        let mut shares = Self { ground, whole, program: fine };
        shares.limit(limits);
        Ok(shares)
    }

    /// Puts other limits in place.
    pub(super) fn limit(&mut self, limits: Limits) {
        let Ground { nodes, pairs, program, .. } = self.ground;
        for (pair, open) in pairs.iter().enumerate() {
            let ends = (open.left as usize, open.right as usize);
            // Musts are certain, whatever the limits say.
            let work = nodes.bundle(ends.0, ends.1);
            let must = work != NONE && nodes.limits(ends.0, work).min > 0;
            let most = if must { self.whole } else { limits.units(nodes.problem, nodes.members(ends), self.whole) };
            self.program.narrow(pair, Window::new(program.window(pair).min * self.whole, most));
        }
    }

    /// The shares of the greatest sum of rewards, and among those of the fewest reviews where their number is free.
    ///
    /// Few pairs are solved for first, those likely to matter; the duals tell which others would bring more, and they
    /// are added until there are none (column generation, as in [`classes`](super::classes)).
    pub(super) fn greatest(&self, reward: &Reward<'_>, run: &mut Run<'_>) -> Result<Shared, Unshared> {
        let mut listed = self.likely(run)?;
        let (found, program) = loop {
            let program = self.rewarded(&listed, reward);
            match optimum(&program, run)? {
                Err(_) if listed.iter().any(|listed| !listed) => listed.fill(true),
                Err(_) => return Err(Unshared::Limits),
                Ok(found) => {
                    if !self.add_improving(&found, reward, &mut listed) {
                        break (found, program);
                    }
                }
            }
        };
        debug_assert_eq!(program.check(&found), Ok(()));
        let worth = found.objective;
        if !self.counts() {
            return Ok(Shared { whole: self.whole, units: found.units, worth });
        }
        let everything = alloc::vec![true; listed.len()];
        let face = self.rewarded(&everything, reward).face(&found);
        let fewest = face.rewarded(|_, slices| slices.push(Slice::new(1, -1)));
        let fewest = solve(&fewest, "fewest reviews", run)?.expect("an optimum is a solution of its face");
        Ok(Shared { whole: self.whole, units: fewest.units, worth })
    }

    /// Any shares at all, or what stands in their way.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn any(&self, run: &mut Run<'_>) -> Result<Result<Optimum, Obstacle>, AssignError> {
        optimum(&self.program.rewarded(|_, _| ()), run)
    }

    /// The program with rewards, for the pairs that are listed; the others have nothing.
    fn rewarded(&self, listed: &[bool], reward: &Reward<'_>) -> Program {
        let mut program = self.program.rewarded(|pair, slices| {
            if listed[pair] {
                reward(pair, slices);
            }
        });
        for pair in (0..listed.len()).filter(|&pair| !listed[pair] && self.program.window(pair).min == 0) {
            program.narrow(pair, Window::new(0, 0));
        }
        program
    }

    /// The pairs that would fill their nodes twice over, those of the greatest scores above the duals without limits.
    fn likely(&self, run: &mut Run<'_>) -> Result<Vec<bool>, AssignError> {
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
            of_left.iter().for_each(|&pair| of_right[pairs[pair as usize].right as usize].push(pair));
        }
        for (right, of_right) in of_right.iter_mut().enumerate() {
            take(nodes.right[right].max.min(of_right.len().try_into().unwrap_or(u32::MAX)), of_right);
        }
        Ok(listed)
    }

    /// Lists the pairs whose first unit would bring more than its price. False when there are none.
    fn add_improving(&self, found: &Optimum, reward: &Reward<'_>, listed: &mut [bool]) -> bool {
        let prices = self.program.prices(found);
        let mut slices = Vec::new();
        let mut added = false;
        for (pair, listed) in listed.iter_mut().enumerate().filter(|(_, listed)| !**listed) {
            slices.clear();
            reward(pair, &mut slices);
            let first = slices.first().map_or(0, |slice| slice.value);
            if i128::from(first) > prices[pair] && self.program.window(pair).max > 0 {
                (*listed, added) = (true, true);
            }
        }
        added
    }

    /// Whether the number of reviews is still open where the sum of rewards is greatest.
    fn counts(&self) -> bool {
        let nodes = &self.ground.nodes;
        let exact = |nodes: &[crate::flow::Node]| nodes.iter().all(|node| node.min == node.max);
        count_is_free(nodes.problem, Aim::Affinity) && !exact(&nodes.left) && !exact(&nodes.right)
    }
}

/// An optimum, or what stands in the way of any.
fn optimum(program: &Program, run: &mut Run<'_>) -> Result<Result<Optimum, Obstacle>, AssignError> {
    let mut stop = None;
    let solved = program.solve(&mut |pivots| {
        stop = run.report("sharing", pivots, 0).err();
        stop.is_none()
    });
    match solved {
        Ok(optimum) => Ok(Ok(optimum)),
        Err(Unsolved::Infeasible(obstacle)) => Ok(Err(obstacle)),
        Err(Unsolved::Stopped) => Err(stop.unwrap_or(AssignError::Interrupted)),
        Err(Unsolved::TooLarge) => Err(AssignError::OutOfBudget { steps: run.steps() }),
    }
}
