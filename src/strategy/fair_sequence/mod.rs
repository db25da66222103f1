//! `fair_sequence`: submissions take turns in choosing reviewers (J. Payan and Y. Zick, "I Will Have Order! Optimizing
//! Orders for Fair Reviewer Assignment", IJCAI 2022).
//!
//! The submission that has the smallest part of its demand chooses next; among several the pair of the greatest score,
//! as long as nobody comes to envy it by more than one reviewer. Where demands differ, bundles are compared by what they
//! are worth for each review that is asked for (M. Chakraborty, A. Igarashi, W. Suksompong and Y. Zick, "Weighted
//! Envy-Freeness in Indivisible Item Allocation", AAMAS 2020).
//!
//! Nothing is chosen that would leave no valid assignment: a *witness* that completes what is chosen so far is kept, and a
//! choice that it does not have is a way round in its circulation, or impossible. So minima of students, limits by
//! class and whatever else the rules ask hold to the end, and nothing is ever taken back.

mod envy;

use alloc::collections::{BTreeMap, BinaryHeap};
use alloc::vec::Vec;
use core::cell::RefCell;
use core::cmp::{Ordering, Reverse};

use self::envy::Bundles;
use super::goals::Aim;
use super::ground::Ground;
use super::max_min::{no_scores, rules_first};
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::assignment::Assignment;
use crate::flow::{Circuit, Window};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// So many exchanges are weighed for a greater total, or for less envy, once everything is chosen.
const WEIGHED: u64 = 30_000;
/// So many better reviewers are looked at for each place; of those that envy, all.
const BETTER: usize = 24;
/// So often the search goes on from a place nearby when nothing helps any more, at most.
const SHAKES: usize = 120;
/// Fewer times where there are more pairs than this many in all of them together.
const SHAKEN_PAIRS: usize = 160_000_000;
/// Four times as many exchanges are tried for that.
const SHAKEN: usize = 2;

/// Turns of choosing, with envy of at most one reviewer wherever that can be found.
#[derive(Debug, Clone, Copy, Default)]
pub struct FairSequence;

impl Strategy for FairSequence {
    fn name(&self) -> &'static str {
        "fair_sequence"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "submissions take turns in choosing: no envy beyond one review",
            complete: true,
            optimal: "all common goals; no submission would rather have the reviewers of another one less its best, where \
                      demands are equal and nothing stands against a pair; else as few violations as are found",
            seeded: true,
            by_lot: false,
            greedy: false,
            complexity: "one matching, then O(T · E) for T reviews and E eligible pairs at worst",
        }
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        if no_scores(problem) {
            // Nobody can envy anybody: the shared goals decide, on the few pairs that they need.
            return rules_first(self.name(), problem, run);
        }
        let seed = run.seed;
        let ground = Ground::of(problem, Aim::Own, seed, run)?;
        let best = ground.greatest("matching scores", |pair| ground.pairs[pair].score, run)?;
        let worthless = ground.pairs.iter().all(|pair| pair.score <= 0);
        let units = if worthless { best.units } else { Sequence::new(ground.clone(), &best.units).units(run)? };
        let worth = Worth::new(&ground, &units);
        let kept = ground.settle(&units, move |used| worth.of(used), seed, run)?;
        Ok(Solution { bound: kept.bound, ..Solution::new(self.name(), seed, kept.assignment) })
    }
}

/// How many reviewers each submission has.
fn counts(problem: &Problem, assignment: &Assignment) -> Vec<u32> {
    let reviewers = assignment.by_submission(problem.submissions());
    (0..problem.submissions()).map(|submission| index(reviewers.row(submission).len())).collect()
}

/// What an assignment is worth: the fewer violations, and then the greater total, the better.
struct Worth {
    /// Student, submission and score of each pair of the ground.
    pairs: Vec<(u32, u32, i64)>,
    last: RefCell<Weighed>,
}

/// The assignment that was weighed last: the next one is not far from it.
struct Weighed {
    bundles: Bundles,
    used: Vec<bool>,
    violations: u64,
    total: i64,
}

impl Worth {
    fn new(ground: &Ground<'_>, units: &[u32]) -> Self {
        let members = |pair: &super::ground::OpenPair| {
            let (student, submission) = ground.nodes.members((pair.left as usize, pair.right as usize));
            (student, submission, pair.score)
        };
        let assignment = ground.assignment(|pair| units[pair]);
        let mut bundles = Bundles::new(ground.nodes.problem, &assignment, counts(ground.nodes.problem, &assignment));
        let violations = bundles.all_violations();
        let used: Vec<bool> = units.iter().map(|&units| units > 0).collect();
        let total = ground.pairs.iter().zip(&used).filter(|&(_, &used)| used).map(|(pair, _)| pair.score).sum();
        let last = RefCell::new(Weighed { bundles, used, violations, total });
        Self { pairs: ground.pairs.iter().map(members).collect(), last }
    }

    fn of(&self, used: &[bool]) -> (Reverse<u64>, i64) {
        let mut last = self.last.borrow_mut();
        let last = &mut *last;
        let changed: Vec<usize> = (0..used.len()).filter(|&pair| used[pair] != last.used[pair]).collect();
        let mut submissions: Vec<u32> = changed.iter().map(|&pair| self.pairs[pair].1).collect();
        submissions.sort_unstable();
        submissions.dedup();
        let count = |bundles: &mut Bundles| bundles.violations_at(&submissions, u64::MAX).unwrap_or(u64::MAX);
        let before = count(&mut last.bundles);
        for pair in changed {
            let (student, submission, score) = self.pairs[pair];
            if used[pair] {
                last.bundles.put(student, submission);
            } else {
                last.bundles.take(student, submission);
            }
            last.total += if used[pair] { score } else { -score };
            last.used[pair] = used[pair];
        }
        last.violations = last.violations - before + count(&mut last.bundles);
        (Reverse(last.violations), last.total)
    }
}

/// The part of its demand that a submission has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Part {
    count: u32,
    demand: u32,
}

impl Ord for Part {
    fn cmp(&self, other: &Self) -> Ordering {
        let cross = |a: &Self, b: &Self| u64::from(a.count) * u64::from(b.demand);
        cross(self, other).cmp(&cross(other, self))
    }
}

impl PartialOrd for Part {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// What a submission would choose: score, then the order of nodes; its right node, and the place in its list.
type Wish = (i64, Reverse<(u32, u32)>, usize);

/// The choices so far.
struct Sequence<'p> {
    ground: Ground<'p>,
    /// What completes them.
    witness: Circuit,
    bundles: Bundles,
    /// Right node -> its pairs, the greatest score first.
    wishes: Vec<Vec<u32>>,
    taken: Vec<bool>,
    /// How many pairs violate envy-freeness, while reviewers are exchanged.
    violations: u64,
    /// What was exchanged since the best choices.
    exchanged: Vec<Vec<(u32, bool)>>,
}

impl<'p> Sequence<'p> {
    /// Nothing is chosen; everybody's demand is what it has in an assignment of the greatest total.
    fn new(ground: Ground<'p>, units: &[u32]) -> Self {
        let problem = ground.nodes.problem;
        let demands = counts(problem, &ground.assignment(|pair| units[pair]));
        let fixed = ground.assignment(|_| 0);
        let mut program = ground.program.clone();
        let mut loads = alloc::vec![0_u32; ground.columns.len()];
        let mut wishes: Vec<Vec<u32>> = alloc::vec![Vec::new(); ground.columns.len()];
        for (pair, open) in ground.pairs.iter().enumerate() {
            loads[open.right as usize] += units[pair];
            wishes[open.right as usize].push(index(pair));
        }
        for (&column, &load) in ground.columns.iter().zip(&loads) {
            program.narrow_column(column, Window::exactly(load));
        }
        for list in &mut wishes {
            list.sort_by_key(|&pair| (Reverse(ground.pairs[pair as usize].score), pair));
        }
        Self {
            witness: Circuit::new(&program, units),
            bundles: Bundles::new(problem, &fixed, demands),
            wishes,
            taken: alloc::vec![false; ground.pairs.len()],
            violations: 0,
            exchanged: Vec::new(),
            ground,
        }
    }

    fn members(&self, pair: u32) -> (u32, u32) {
        let open = self.ground.pairs[pair as usize];
        self.ground.nodes.members((open.left as usize, open.right as usize))
    }

    /// Goes through all turns, then looks for what is better.
    fn units(mut self, run: &mut Run<'_>) -> Result<Vec<u32>, AssignError> {
        let forced: Vec<u32> = (0..self.taken.len()).filter(|&pair| self.ground.is_forced(pair)).map(index).collect();
        for pair in forced {
            self.choose(pair);
        }
        let total: u32 = self.ground.nodes.submissions.iter().map(|&submission| self.bundles.demand(submission)).sum();
        loop {
            let done: u32 = self.ground.nodes.submissions.iter().map(|&s| self.bundles.count(s)).sum();
            run.report("taking turns", done.into(), total.into())?;
            let part = |right: u32| {
                let submission = self.ground.nodes.submissions[right as usize];
                Part { count: self.bundles.count(submission), demand: self.bundles.demand(submission) }
            };
            let open = (0..index(self.wishes.len())).map(|right| (part(right), right));
            let open: Vec<(Part, u32)> = open.filter(|(part, _)| part.count < part.demand).collect();
            let Some(&(least, _)) = open.iter().min_by_key(|&&(part, _)| part) else { break };
            let choosing: Vec<u32> =
                open.into_iter().filter(|&(part, _)| part == least).map(|(_, right)| right).collect();
            self.round(&choosing, run)?;
        }
        self.improve(run)?;
        Ok((0..self.taken.len()).map(|pair| u32::from(self.taken[pair])).collect())
    }

    /// Each of some submissions chooses once.
    fn round(&mut self, choosing: &[u32], run: &mut Run<'_>) -> Result<(), AssignError> {
        let mut waiting = alloc::vec![false; self.wishes.len()];
        let mut heap: BinaryHeap<Wish> = BinaryHeap::new();
        for &right in choosing {
            waiting[right as usize] = true;
            self.wish(right, 0, &mut heap);
        }
        // Submission -> what waits until it has more itself.
        let mut parked: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::new();
        let mut left = choosing.len();
        let mut seen = 0_u64;
        while left > 0 {
            seen += 1;
            if seen.is_multiple_of(256) {
                run.report("taking turns", 0, 0)?;
            }
            let Some((_, Reverse((right, pair)), place)) = heap.pop() else {
                // Nobody can choose without making somebody envious: the fewest, then the greatest score.
                let right = self.least_envied(&waiting);
                waiting[right as usize] = false;
                left -= 1;
                continue;
            };
            if !waiting[right as usize] {
                continue;
            }
            let (student, submission) = self.members(pair);
            let blocker = self.bundles.envious(student, submission).next();
            if let Some(blocker) = blocker {
                parked.entry(blocker).or_default().push((right, place));
                self.wish(right, place + 1, &mut heap);
            } else if self.can_choose(pair) {
                self.choose(pair);
                waiting[right as usize] = false;
                left -= 1;
                for (other, place) in parked.remove(&submission).unwrap_or_default() {
                    self.wish(other, place, &mut heap);
                }
            } else {
                self.wish(right, place + 1, &mut heap);
            }
        }
        Ok(())
    }

    /// Puts the next wish of a submission on the heap, from a place of its list on.
    fn wish(&self, right: u32, from: usize, heap: &mut BinaryHeap<Wish>) {
        let list = &self.wishes[right as usize];
        let open = |&place: &usize| {
            let pair = list[place] as usize;
            !self.taken[pair] && self.witness.window(pair).max > 0
        };
        if let Some(place) = (from..list.len()).find(open) {
            let pair = list[place];
            heap.push((self.ground.pairs[pair as usize].score, Reverse((right, pair)), place));
        }
    }

    /// Whether what is chosen can be completed with a pair; the witness has it then.
    fn can_choose(&mut self, pair: u32) -> bool {
        let pair = pair as usize;
        if self.witness.units(pair) > 0 || self.witness.shift(pair, true).is_some() {
            return true;
        }
        // Choices are never taken back, so it stays impossible.
        self.witness.narrow(pair, Window::exactly(0));
        false
    }

    fn choose(&mut self, pair: u32) {
        let (student, submission) = self.members(pair);
        self.witness.narrow(pair as usize, Window::exactly(1));
        self.taken[pair as usize] = true;
        self.bundles.put(student, submission);
    }

    /// Lets the submission choose of which the fewest others come to envy it; returns its right node.
    fn least_envied(&mut self, waiting: &[bool]) -> u32 {
        let mut wishes: Vec<(usize, Reverse<i64>, u32, u32)> = Vec::new();
        for right in (0..index(waiting.len())).filter(|&right| waiting[right as usize]) {
            for &pair in &self.wishes[right as usize] {
                if !self.taken[pair as usize] && self.witness.window(pair as usize).max > 0 {
                    let (student, submission) = self.members(pair);
                    let envious = self.bundles.envious(student, submission).count();
                    wishes.push((envious, Reverse(self.ground.pairs[pair as usize].score), right, pair));
                }
            }
        }
        wishes.sort_unstable();
        for (.., right, pair) in wishes {
            if self.can_choose(pair) {
                self.choose(pair);
                return right;
            }
        }
        unreachable!("the witness has a pair for everybody who waits")
    }

    /// Exchanges reviewers as long as there is less envy for it, or a greater total with no more of it; then goes on from
    /// some exchanges at random, and keeps the best (iterated local search; H. Lourenço, O. Martin and T. Stützle, in the
    /// "Handbook of Metaheuristics", 2003).
    fn improve(&mut self, run: &mut Run<'_>) -> Result<(), AssignError> {
        for pair in 0..self.taken.len() {
            // What was chosen may be exchanged now.
            self.witness.narrow(pair, self.ground.program.window(pair));
        }
        let mut random = Random::new(run.seed, Purpose::Shake);
        let mut weighed = 0;
        self.climb(&mut weighed, run)?;
        let shakes = (SHAKEN_PAIRS / self.taken.len().max(1)).clamp(8, SHAKES);
        for _ in 0..shakes {
            if weighed >= WEIGHED {
                break;
            }
            let violations = self.violations;
            self.exchanged.clear();
            self.shake(&mut random);
            self.climb(&mut weighed, run)?;
            let gain: i64 = self.exchanged.iter().map(|changes| self.gain(changes)).sum();
            if (Reverse(self.violations), gain) < (Reverse(violations), 0) {
                while let Some(changes) = self.exchanged.pop() {
                    self.follow(&changes, true);
                    self.witness.undo(&changes);
                }
                self.violations = violations;
            }
        }
        Ok(())
    }

    /// How much greater the total is for changes.
    fn gain(&self, changes: &[(u32, bool)]) -> i64 {
        let score = |pair: u32| self.ground.pairs[pair as usize].score;
        changes.iter().map(|&(pair, more)| if more { score(pair) } else { -score(pair) }).sum()
    }

    /// Some exchanges of two reviews, whatever they are worth.
    fn shake(&mut self, random: &mut Random) {
        let chosen: Vec<usize> = (0..self.taken.len()).filter(|&pair| self.taken[pair]).collect();
        for _ in 0..if chosen.len() < 2 { 0 } else { 4 * SHAKEN } {
            let [a, b] = [0; 2].map(|_: u32| chosen[random.index(chosen.len())]);
            let (first, second) = (self.ground.pairs[a], self.ground.pairs[b]);
            let across = (self.ground.find(first.left, second.right), self.ground.find(second.left, first.right));
            if let (Some(new), Some(back)) = across
                && first.left != second.left
                && first.right != second.right
                && [a, b].iter().all(|&pair| self.taken[pair])
                && [new, back].iter().all(|&pair| !self.taken[pair])
            {
                let changes = [(index(a), false), (index(b), false), (index(new), true), (index(back), true)];
                if self.witness.exchange(&changes) {
                    self.follow(&changes, false);
                    self.exchanged.push(changes.to_vec());
                }
            }
        }
    }

    /// Exchanges reviewers until nothing helps.
    fn climb(&mut self, weighed: &mut u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        let mut better = true;
        while better && *weighed < WEIGHED {
            better = false;
            let envious = self.bundles.violations();
            self.violations = envious.iter().map(|&(_, count)| count).sum();
            let chosen: Vec<u32> = (0..index(self.taken.len())).filter(|&pair| self.taken[pair as usize]).collect();
            for pair in chosen {
                if !self.taken[pair as usize] || self.ground.is_forced(pair as usize) {
                    continue;
                }
                run.report("exchanging", *weighed, WEIGHED)?;
                let (_, submission) = self.members(pair);
                let envies = envious.binary_search_by_key(&submission, |&(submission, _)| submission).is_ok();
                better |= self.replace(pair, envies, weighed);
                if *weighed >= WEIGHED {
                    break;
                }
            }
        }
        Ok(())
    }

    /// Gives a place to a better reviewer, in exchange or free; whether there was one.
    fn replace(&mut self, pair: u32, envies: bool, weighed: &mut u64) -> bool {
        let open = self.ground.pairs[pair as usize];
        let better = self.wishes[open.right as usize]
            .iter()
            .copied()
            .take_while(|&other| envies || self.ground.pairs[other as usize].score > open.score)
            .filter(|&other| !self.taken[other as usize]);
        let better: Vec<u32> = better.take(if envies { usize::MAX } else { BETTER }).collect();
        for new in better {
            let student = self.ground.pairs[new as usize].left;
            let reviewer = self.ground.nodes.students[student as usize];
            if self.weigh(&[(pair, false), (new, true)], weighed) {
                return true;
            }
            for submission in self.bundles.of_student(reviewer).to_vec() {
                let right = self.ground.nodes.right_of[submission as usize];
                let (Some(old), Some(back)) = (self.ground.find(student, right), self.ground.find(open.left, right))
                else {
                    continue;
                };
                if right == open.right || self.taken[back] || !self.taken[old] {
                    continue;
                }
                let changes = [(pair, false), (index(old), false), (new, true), (index(back), true)];
                if self.weigh(&changes, weighed) {
                    return true;
                }
            }
        }
        false
    }

    /// Makes a change if it is possible and for the better.
    fn weigh(&mut self, changes: &[(u32, bool)], weighed: &mut u64) -> bool {
        let is_gain = self.gain(changes) > 0;
        // A lower total is worth it for less envy alone.
        if *weighed >= WEIGHED || (!is_gain && self.violations == 0) || !self.witness.exchange(changes) {
            return false;
        }
        *weighed += 1;
        let mut submissions: Vec<u32> = changes.iter().map(|&(pair, _)| self.members(pair).1).collect();
        submissions.sort_unstable();
        submissions.dedup();
        let before = if self.violations == 0 { Some(0) } else { self.bundles.violations_at(&submissions, u64::MAX) };
        self.follow(changes, false);
        if let Some(before) = before
            && let Some(most) = if is_gain { Some(before) } else { before.checked_sub(1) }
            && let Some(after) = self.bundles.violations_at(&submissions, most)
        {
            self.violations = self.violations - before + after;
            self.exchanged.push(changes.to_vec());
            return true;
        }
        self.follow(changes, true);
        self.witness.undo(changes);
        false
    }

    fn follow(&mut self, changes: &[(u32, bool)], back: bool) {
        for &(pair, more) in changes {
            let (student, submission) = self.members(pair);
            self.taken[pair as usize] = more != back;
            if more == back {
                self.bundles.take(student, submission);
            } else {
                self.bundles.put(student, submission);
            }
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
