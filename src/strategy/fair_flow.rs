//! `fair_flow`: every submission near a target, by flows (A. Kobren, B. Saha and A. `McCallum`, "Paper Matching with Local
//! Fairness Constraints", KDD 2019).
//!
//! For a target, submissions fall into those that reach it, those that miss it by no more than the greatest score there
//! is (the *margin*), and those far below. Each of the last gives its worst reviewer back; a flow passes a reviewer on
//! from some that reach the target to some near it, and one of these to those far below, so that nobody is pushed far
//! below. What is missing afterwards comes by the greatest sum that leaves everything else in place as far as the
//! shared goals allow; so each round ends with a valid assignment, minimum loads and all. Rounds go on while fewer
//! submissions are far below, and those that are left are raised by trades, as by `max_min`; targets are searched by
//! bisection.

use alloc::vec::Vec;

use super::goals::Aim;
use super::ground::Ground;
use super::max_min::search::Search;
use super::max_min::stakes::Stakes;
use super::max_min::{no_scores, rules_first};
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::flow::{Matching, Relay, Unpassed};
use crate::problem::Problem;

/// So many targets are tried.
const TARGETS: u64 = 10;
/// Rounds for one target, though fewer and fewer were far below.
const ROUNDS: u64 = 60;
/// Up to so many pairs a reviewer may be passed on to any submission; beyond, to those with a score.
const ALL_PAIRS: usize = 250_000;

/// Every submission within one review of a target that is as high as is found.
#[derive(Debug, Clone, Copy, Default)]
pub struct FairFlow;

impl Strategy for FairFlow {
    fn name(&self) -> &'static str {
        "fair_flow"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "every submission within one review's score of a common target",
            complete: true,
            optimal: "all common goals, exactly; the target is as high as is found, and may be missed",
            seeded: true,
            by_lot: false,
            greedy: false,
            complexity: "up to 10 targets with some rounds of two flows each",
        }
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        if no_scores(problem) {
            // Without scores all targets are as good: the shared goals decide, on the few pairs that they need.
            return rules_first(self.name(), problem, run);
        }
        let ground = Ground::of(problem, Aim::Own, run.seed, run)?;
        let stakes = Stakes::new(&ground);
        let best = FairFlows::new(&stakes, run)?.search(run)?;
        let (worth, seed) = (stakes.worth(true), run.seed);
        let kept = ground.clone().settle(&best.units, worth, seed, run)?;
        Ok(Solution { bound: kept.bound, ..Solution::new(self.name(), seed, kept.assignment) })
    }
}

/// An assignment on the ground, and what submissions have, by right node.
#[derive(Clone)]
struct State {
    units: Vec<u32>,
    sums: Vec<i64>,
}

impl State {
    fn of(ground: &Ground<'_>, standing: &[i64], units: Vec<u32>) -> Self {
        let mut sums = standing.to_vec();
        for (pair, &units) in ground.pairs.iter().zip(&units) {
            sums[pair.right as usize] += pair.score * i64::from(units);
        }
        Self { units, sums }
    }

    /// The worst sum, then all of them.
    fn worth(&self) -> (i64, i64) {
        (self.sums.iter().copied().min().unwrap_or(0), self.sums.iter().sum())
    }
}

struct FairFlows<'s, 'g, 'p> {
    ground: &'g Ground<'p>,
    stakes: &'s Stakes<'g, 'p>,
    trading: Search<'s, 'g, 'p>,
    /// Right node -> its pairs that are not part of every assignment.
    of_right: Vec<Vec<usize>>,
    /// The greatest score, and by how much it is above the least one.
    margin: i64,
    span: i64,
    start: State,
    earlier: Option<Matching>,
}

impl<'s, 'g, 'p> FairFlows<'s, 'g, 'p> {
    fn new(stakes: &'s Stakes<'g, 'p>, run: &mut Run<'_>) -> Result<Self, AssignError> {
        let ground = stakes.ground;
        let mut of_right: Vec<Vec<usize>> = alloc::vec![Vec::new(); stakes.columns.len()];
        for (place, pair) in ground.pairs.iter().enumerate() {
            if !ground.is_forced(place) {
                of_right[pair.right as usize].push(place);
            }
        }
        let scores = || ground.pairs.iter().map(|pair| pair.score);
        let (least, most) = (scores().min().unwrap_or(0).min(0), scores().max().unwrap_or(0).max(0));
        let units = ground.greatest("matching scores", |pair| ground.pairs[pair].score, run)?.units;
        let (margin, span) = (most, most - least);
        let start = State::of(ground, &stakes.standing, units);
        let trading = Search::new(stakes);
        Ok(Self { ground, stakes, trading, of_right, margin, span, start, earlier: None })
    }

    /// The best of all targets.
    fn search(mut self, run: &mut Run<'_>) -> Result<State, AssignError> {
        let mut best = self.start.clone();
        // The floor of a target is a margin below it. Nobody has more than what he could have alone.
        let alone = self.stakes.alone().into_iter().min().unwrap_or(0);
        let mut low = best.worth().0 + self.margin;
        let mut high = alone.max(best.worth().0) + self.margin + 1;
        for turn in 0..TARGETS {
            let target = low + (high - low) / 2;
            if target <= low {
                break;
            }
            run.report("choosing a target", turn, TARGETS)?;
            let reached = self.refine(target, &mut best, run)?;
            (low, high) = if reached { (target, high) } else { (low, target) };
        }
        Ok(best)
    }

    /// Rounds for one target, while fewer are far below; then trades for those that still are. Whether none is in the
    /// end.
    fn refine(&mut self, target: i64, best: &mut State, run: &mut Run<'_>) -> Result<bool, AssignError> {
        let floor = target - self.margin;
        let far = |state: &State| state.sums.iter().filter(|&&sum| sum < floor).count();
        let (mut state, mut left) = (self.start.clone(), far(&self.start));
        for _ in 0..ROUNDS {
            if left == 0 {
                break;
            }
            let kept = self.passed_on(&state, target, run)?;
            let next = self.completed(&kept, run)?;
            if next.worth() > best.worth() {
                best.clone_from(&next);
            }
            let now = far(&next);
            state = next;
            if now >= left {
                left = now;
                break;
            }
            left = now;
        }
        if left > 0 {
            let trades = self.stakes.trades(&state.units);
            let found = self.trading.approach(trades, floor, true, run)?;
            let next = State::of(self.ground, &self.stakes.standing, self.stakes.units(&found.trades));
            left = far(&next);
            if next.worth() > best.worth() {
                *best = next;
            }
        }
        Ok(left == 0)
    }

    /// Which pairs stay or come when reviewers are passed on.
    fn passed_on(&self, state: &State, target: i64, run: &mut Run<'_>) -> Result<Vec<bool>, AssignError> {
        let ground = self.ground;
        let mut has: Vec<bool> = state.units.iter().map(|&units| units > 0).collect();
        let floor = target - self.margin;
        let is_far = |right: usize| state.sums[right] < floor;
        let is_high = |right: usize| state.sums[right] >= target;
        let mut sums = state.sums.clone();
        for right in (0..sums.len()).filter(|&right| is_far(right)) {
            let held = self.of_right[right].iter().copied().filter(|&pair| has[pair]);
            if let Some(worst) = held.min_by_key(|&pair| (ground.pairs[pair].score, pair)) {
                has[worst] = false;
                sums[right] -= ground.pairs[worst].score;
            }
        }
        // One who lifts a submission over the floor is worth more than everything else that such a way changes.
        let (served, lifted) = (8 * self.span + 1, 64 * self.span + 8);
        let all = ground.pairs.len() <= ALL_PAIRS;
        let mut relay = Relay::new();
        let lefts = ground.rows.len();
        let first: Vec<u32> = (0..lefts).map(|_| relay.node()).collect();
        let second: Vec<u32> = (0..lefts).map(|_| relay.node()).collect();
        let mut moves: Vec<(usize, usize, bool)> = Vec::new();
        for (right, &sum) in sums.iter().enumerate() {
            if self.of_right[right].is_empty() {
                continue;
            }
            let held = || self.of_right[right].iter().copied().filter(|&pair| has[pair]);
            let open = || {
                let scored = |pair: &usize| all || ground.pairs[*pair].score > 0;
                self.of_right[right].iter().copied().filter(|&pair| !has[pair] && state.units[pair] == 0).filter(scored)
            };
            let left = |pair: usize| ground.pairs[pair].left as usize;
            let score = |pair: usize| ground.pairs[pair].score;
            if is_high(right) {
                let node = relay.node();
                relay.arc(0, node, 0);
                for pair in held() {
                    moves.push((relay.arc(node, first[left(pair)], -score(pair)), pair, false));
                    moves.push((relay.arc(node, second[left(pair)], -score(pair)), pair, false));
                }
            } else if is_far(right) {
                let node = relay.node();
                relay.arc(node, 0, 0);
                for pair in open() {
                    let reward = if sum + score(pair) >= floor { lifted } else { served };
                    moves.push((relay.arc(second[left(pair)], node, reward + score(pair)), pair, true));
                }
            } else {
                let (node, out) = (relay.node(), relay.node());
                relay.arc(node, out, 0);
                // Of any one who comes in: the least of all.
                let least = open().map(score).min();
                for pair in open() {
                    moves.push((relay.arc(first[left(pair)], node, score(pair)), pair, true));
                }
                for pair in held() {
                    if least.is_some_and(|least| sum + least - score(pair) >= floor) {
                        moves.push((relay.arc(out, second[left(pair)], -score(pair)), pair, false));
                    }
                }
            }
        }
        let mut stop = None;
        let takes = relay.solve(&mut |pivots| {
            stop = run.report("passing reviewers on", pivots, 0).err();
            stop.is_none()
        });
        let takes = match takes {
            Ok(takes) => takes,
            Err(Unpassed::Stopped) => return Err(stop.unwrap_or(AssignError::Interrupted)),
            // Scores that leave no room: nobody is passed on.
            Err(Unpassed::TooLarge) => return Ok(has),
        };
        for &(arc, pair, comes) in &moves {
            if takes[arc] {
                has[pair] = comes;
            }
        }
        Ok(has)
    }

    /// The greatest sum that has as many of the given pairs as can be.
    fn completed(&mut self, kept: &[bool], run: &mut Run<'_>) -> Result<State, AssignError> {
        let places = i64::try_from(self.start.units.iter().filter(|&&units| units > 0).count()).unwrap_or(i64::MAX);
        let stays = self.span.saturating_mul(places).saturating_add(1).min(i64::MAX >> 2);
        let reward = |pair: usize| self.ground.pairs[pair].score + if kept[pair] { stays } else { 0 };
        let optimum = self.ground.greatest_again("filling up", reward, &mut self.earlier, run)?;
        Ok(State::of(self.ground, &self.stakes.standing, optimum.units))
    }
}
