//! Branch and bound: of a forbidden cycle, one arc after the other is forbidden, those before it being demanded.
//!
//! Each node is the same problem with fewer pairs and more fixed ones, and the optimum of the strategy there bounds all
//! that follow. Nodes of the least loss come first, among equals those with the fewest reviews on cycles; now and then
//! the search goes straight down for something to compare with. Then all but some students keep the reviews of the best
//! assignment found, and those are searched through again (large neighbourhoods; P. Shaw, "Using constraint programming
//! and local search methods to solve vehicle routing problems", CP 1998).

mod branch;
mod node;
mod plunge;
mod priced;
mod prices;
mod worth;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::rule::Rule;
use super::{Kept, Relax, ring};
use crate::assignment::Assignment;
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::Random;
use crate::strategy::bound::Bound;
use crate::strategy::goals::{Aim, objective};
use crate::strategy::reciprocal::meets_work_musts;
use crate::strategy::{AssignError, Run};
use node::Node;
use prices::{Grain, Prices};
use worth::{SCORES, Worth};

/// Every so many nodes the search goes straight down.
const DIVE_EVERY: u64 = 8;
/// So many nodes are opened around the best assignment before others are kept of it.
const AROUND: u64 = 60;

/// How many rings are tried.
const RINGS: usize = 8;
/// Up to so many pairs of a student and a submission.
const RING_PAIRS: usize = 4_000_000;

/// Worth, reviews on cycles, and the number of the node.
type Key = (Worth, usize, u64);

/// One search.
pub(super) struct Search<'p, 'f> {
    pub(super) problem: &'p Problem,
    pub(super) rule: &'f Rule<'p>,
    pub(super) aim: Aim,
    pub(super) relax: &'f Relax<'f>,
    /// The optimum without the rule.
    relaxed: Assignment,
    random: Random,
    best: Option<(Worth, Assignment)>,
    open: BTreeMap<Key, Node>,
    nodes: u64,
    /// What cycles cost, where the sum of scores is aimed at.
    prices: Prices,
    /// What no sum is above, by the best prices, of those that are as good in the goals before the scores as this.
    most: Option<(Worth, i64)>,
    grain: Grain,
    /// No assignment has fewer reviews.
    least: u64,
    /// Whether what is as good as the best one counts as better.
    sideways: bool,
    begun: bool,
    complete: bool,
}

/// How many optima a search may compute: all that are needed where they are small, fewer the larger they are.
pub(super) fn budget(problem: &Problem) -> u64 {
    let pairs = (problem.students() as u64).saturating_mul(problem.submissions() as u64).max(1);
    (6_000_000 / pairs).min(8 * pairs + 100).clamp(12, 8_000)
}

impl<'p, 'f> Search<'p, 'f> {
    pub(super) fn new(
        problem: &'p Problem,
        rule: &'f Rule<'p>,
        aim: Aim,
        relax: &'f Relax<'f>,
        relaxed: Assignment,
        random: Random,
    ) -> Self {
        let mut search = Self {
            problem,
            rule,
            aim,
            relax,
            relaxed,
            random,
            best: None,
            open: BTreeMap::new(),
            nodes: 0,
            prices: Prices::default(),
            most: None,
            grain: Grain::of(problem),
            least: worth::least(problem),
            sideways: false,
            begun: false,
            complete: false,
        };
        if problem.policy.shortfall == Shortfall::Partial {
            // Minima may be missed, so reviews on cycles can simply be left out.
            let mut pairs: Vec<(u32, u32)> = pairs(&search.relaxed).collect();
            let mut rest = search.relaxed.clone();
            while let Some(broken) = rule.broken(&rest).first() {
                pairs.retain(|pair| pair != broken);
                rest = Assignment::new(problem.students(), pairs.clone());
            }
            while let Some(over) = rule.unseated(&rest).into_iter().find(|clause| !clause.wanted) {
                pairs.retain(|pair| Some(pair) != over.pairs.first());
                rest = Assignment::new(problem.students(), pairs.clone());
            }
            // What a panel must have is never left out, nor what meets a must, nor anything of a settled number.
            let settled = problem.settled.total.is_none_or(|total| total == objective(problem, &rest).count);
            if settled && rule.kept(&rest) && !problem.panels.asks() && meets_work_musts(problem, &rest) {
                search.offer(rest);
            }
        }
        search
    }

    /// The best assignment so far.
    pub(super) const fn best(&self) -> Option<&(Worth, Assignment)> {
        self.best.as_ref()
    }

    /// How many optima were computed.
    pub(super) const fn nodes(&self) -> u64 {
        self.nodes
    }

    /// Whether nothing better is left.
    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    /// Takes an assignment that keeps the rule for the best one, if it is.
    pub(super) fn offer(&mut self, assignment: Assignment) {
        debug_assert!(self.rule.kept(&assignment));
        let worth = self.worth(&assignment);
        if self.promises(&worth) {
            self.best = Some((worth, assignment));
        }
    }

    /// What is found, with what no valid assignment goes below.
    ///
    /// # Panics
    /// When nothing was found.
    pub(super) fn into_kept(self) -> Kept {
        let (worth, assignment) = self.best.expect("asked for only where something was found");
        let bound = Bound::new(self.problem, self.aim, &self.relaxed, &assignment, self.complete);
        let most = self.most.filter(|(goals, _)| goals[..SCORES] == worth[..SCORES]);
        let most = most.map(|(_, most)| self.grain.down(most));
        let bound = bound.lowered(self.problem, self.aim, most, &assignment);
        Kept { assignment, bound: Some(bound) }
    }

    /// Whether there may be something better among assignments of some worth at best.
    fn promises(&self, worth: &Worth) -> bool {
        self.best.as_ref().is_none_or(|(best, _)| worth < best || (self.sideways && worth == best))
    }

    /// Goes on with the search for so many nodes: a quarter of them from the root, the others around the best one; and at
    /// first for a quarter more, by which prices are found.
    pub(super) fn run(&mut self, budget: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        if !self.begun {
            self.begun = true;
            self.begin(budget / 4, run)?;
        }
        self.complete = self.explore(budget / 4, DIVE_EVERY, run)?;
        // Near the best one the scores themselves lead on; prices would lead away from it.
        let (rest, prices) = (core::mem::take(&mut self.open), core::mem::take(&mut self.prices));
        let end = self.nodes + budget - budget / 4;
        while !self.complete && self.best.is_some() && self.nodes < end {
            self.open.clear();
            // What is as good leads elsewhere.
            self.sideways = self.random.chance(1, 4);
            if let Some(start) = self.neighbourhood(run)? {
                self.push(start);
                self.explore(AROUND.min(end - self.nodes.min(end)), 1, run)?;
            }
        }
        self.prices = prices;
        self.sideways = false;
        self.open = rest;
        Ok(())
    }

    /// Goes on from the root alone, for so many nodes, until nothing better is left.
    pub(super) fn exhaust(&mut self, budget: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        self.complete = self.complete || self.explore(budget, DIVE_EVERY, run)?;
        Ok(())
    }

    /// Opens the root; where that does not end the search, with prices.
    fn begin(&mut self, optima: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        let Some(mut root) = self.node(Vec::new(), Vec::new(), run)? else { return Ok(()) };
        self.price(optima, run)?;
        if !self.prices.are_zero() {
            match self.node(Vec::new(), Vec::new(), run)? {
                Some(dearer) => root = dearer,
                None => return Ok(()),
            }
        }
        self.push(root);
        Ok(())
    }

    /// Looks for something to begin with among the pairs that are near each other on a ring, for a few random rings; not
    /// where there are more pairs than can be listed, or no cycles are forbidden.
    pub(super) fn go_round(&mut self, run: &mut Run<'_>) -> Result<(), AssignError> {
        let pairs = self.problem.students().saturating_mul(self.problem.submissions());
        for _ in 0..if pairs <= RING_PAIRS && self.rule.longest() > 1 { RINGS } else { 0 } {
            if self.best.is_some() {
                break;
            }
            let without = ring::too_far(self.problem, self.rule, &mut self.random);
            self.node(without, Vec::new(), run)?;
        }
        Ok(())
    }

    /// Whether the best assignment is as good as the optimum without the rule.
    pub(super) fn loses_nothing(&self) -> bool {
        // What a goal of a strategy's own comes to is not known here.
        let relaxed = self.worth(&self.relaxed);
        self.aim != Aim::Own && self.best.as_ref().is_some_and(|(best, _)| *best == relaxed)
    }

    /// The assignments in which most students review as in the best one.
    fn neighbourhood(&mut self, run: &mut Run<'_>) -> Result<Option<Node>, AssignError> {
        let Some((_, best)) = &self.best else { return Ok(None) };
        let of_eight = 2 + self.random.below(4);
        let free: Vec<bool> = (0..self.problem.students()).map(|_| self.random.chance(of_eight, 8)).collect();
        let kept = pairs(best).filter(|&(student, submission)| {
            !free[student as usize] && !self.problem.settled.is_fixed(student as usize, submission as usize)
        });
        let with = kept.collect();
        self.node(Vec::new(), with, run)
    }

    /// Opens up to so many nodes, and every so often goes straight down; whether nothing better is left.
    fn explore(&mut self, budget: u64, dive_every: u64, run: &mut Run<'_>) -> Result<bool, AssignError> {
        let end = self.nodes + budget;
        let mut dive: Option<Key> = None;
        let mut rounds = 0_u64;
        while self.nodes < end {
            let diving = dive.is_some();
            let next = dive.take().and_then(|key| self.open.remove(&key));
            let Some(node) = next.or_else(|| self.open.pop_first().map(|(_, node)| node)) else {
                return Ok(true);
            };
            if !self.promises(&node.worth) {
                // The dive ended above the best one; where the first of all nodes does, nothing better is left.
                if !diving {
                    return Ok(true);
                }
                continue;
            }
            rounds += 1;
            let first = self.branch(&node, run)?;
            if diving || self.best.is_none() || rounds.is_multiple_of(dive_every) {
                dive = first;
            }
        }
        Ok(false)
    }

    fn push(&mut self, node: Node) -> Option<Key> {
        if !self.promises(&node.worth) {
            return None;
        }
        let key = (node.worth, node.tangles, self.nodes);
        self.open.insert(key, node);
        Some(key)
    }
}

fn pairs(assignment: &Assignment) -> impl Iterator<Item = (u32, u32)> + '_ {
    assignment.pairs().map(|(student, submission)| (index(student), index(submission)))
}
