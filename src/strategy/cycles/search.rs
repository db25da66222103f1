//! Branch and bound: of a forbidden cycle, one arc after the other is forbidden, those before it being demanded.
//!
//! Each node is the same problem with fewer pairs and more fixed ones, and the optimum of the strategy there bounds all
//! that follow. Nodes of the least loss come first, among equals those with the fewest reviews on cycles; now and then
//! the search goes straight down for something to compare with. Then all but some students keep the reviews of the best
//! assignment found, and those are searched through again (large neighbourhoods; P. Shaw, "Using constraint programming
//! and local search methods to solve vehicle routing problems", CP 1998).

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::decide::{Asked, Decided};
use super::rule::{Clause, Rule};
use super::{Kept, Relax, ring, settled};
use crate::assignment::Assignment;
use crate::input::{CopyRule, Shortfall};
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::Random;
use crate::strategy::bound::{Bound, scores};
use crate::strategy::goals::{Aim, Objective, count_is_free, objective};
use crate::strategy::reciprocal::meets_work_musts;
use crate::strategy::{AssignError, Run};

/// Partial assignments that the exact search looks at in each node.
const IN_NODE: u64 = 200;
/// Every so many nodes the search goes straight down.
const DIVE_EVERY: u64 = 8;
/// So many nodes are opened around the best assignment before others are kept of it.
const AROUND: u64 = 60;
/// So many reviews on cycles are looked at for the shortest cycle.
const LOOK: usize = 24;

/// How many rings are tried.
const RINGS: usize = 8;
/// Up to so many pairs of a student and a submission.
const RING_PAIRS: usize = 4_000_000;

/// What an assignment reaches, goal by goal in the order of the goals.
type Worth = [i128; 11];

/// Worth, reviews on cycles, and the number of the node.
type Key = (Worth, usize, u64);

/// Pairs that are taken out and pairs that are demanded, and the optimum of what is left.
#[derive(Debug, Clone)]
pub(super) struct Node {
    worth: Worth,
    tangles: usize,
    without: Vec<(u32, u32)>,
    with: Vec<(u32, u32)>,
    pub(super) assignment: Assignment,
}

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
        let (_, assignment) = self.best.expect("asked for only where something was found");
        let bound = Bound::new(self.problem, self.aim, &self.relaxed, &assignment, self.complete);
        Kept { assignment, bound: Some(bound) }
    }

    /// Whether there may be something better among assignments of some worth at best.
    fn promises(&self, worth: &Worth) -> bool {
        self.best.as_ref().is_none_or(|(best, _)| worth < best || (self.sideways && worth == best))
    }

    fn worth(&self, assignment: &Assignment) -> Worth {
        let problem = self.problem;
        let free = count_is_free(problem, self.aim);
        let Objective {
            missing,
            missing_squares,
            count,
            received_squares,
            deletes,
            lost,
            given_squares,
            spread_squares,
        } = objective(problem, assignment);
        let scores = if self.aim == Aim::Affinity { scores(problem, assignment).into() } else { 0 };
        if self.aim == Aim::Count {
            let before = [missing.into(), missing_squares.into(), 0, deletes.into(), count.into()];
            return core::array::from_fn(|goal| before.get(goal).copied().unwrap_or(0));
        }
        let kept = problem.settled.movable.entries().filter(|&(i, j)| assignment.contains(i, j as usize)).count();
        [
            missing.into(),
            missing_squares.into(),
            if problem.asks_nothing() { -i128::from(index(kept)) } else { 0 },
            if free { 0 } else { count.into() },
            received_squares.into(),
            deletes.into(),
            lost.into(),
            if self.aim == Aim::Even { given_squares.into() } else { 0 },
            if self.aim == Aim::Even { spread_squares.into() } else { 0 },
            -scores,
            if free { count.into() } else { 0 },
        ]
    }

    /// Goes on with the search for so many nodes: a quarter of them from the root, the others around the best one.
    pub(super) fn run(&mut self, budget: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        if !self.begun {
            self.begun = true;
            if let Some(root) = self.node(Vec::new(), Vec::new(), run)? {
                self.push(root);
            }
        }
        self.complete = self.explore(budget / 4, DIVE_EVERY, run)?;
        let rest = core::mem::take(&mut self.open);
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
        self.sideways = false;
        self.open = rest;
        Ok(())
    }

    /// Goes on from the root alone, for so many nodes, until nothing better is left.
    pub(super) fn exhaust(&mut self, budget: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        self.complete = self.complete || self.explore(budget, DIVE_EVERY, run)?;
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

    /// Opens the nodes that follow from one; returns the best of them.
    fn branch(&mut self, node: &Node, run: &mut Run<'_>) -> Result<Option<Key>, AssignError> {
        let arcs = self.arcs(node);
        if arcs.is_empty() {
            return self.branch_panel(node, run);
        }
        let mut with = node.with.clone();
        let mut best = None;
        for arc in arcs {
            let pairs = self.pairs_of(arc);
            let mut without = node.without.clone();
            without.extend_from_slice(&pairs);
            best = self.open(best, without, with.clone(), run)?;
            // From here on the arc is there: by the one pair that makes it, where there is no other.
            let open: Vec<_> = pairs.into_iter().filter(|pair| !node.without.contains(pair)).collect();
            if let [pair] = open[..]
                && !with.contains(&pair)
            {
                with.push(pair);
            }
        }
        Ok(best)
    }

    /// Opens a node, if it promises anything; returns the better of it and another one.
    fn open(
        &mut self,
        best: Option<Key>,
        without: Vec<(u32, u32)>,
        with: Vec<(u32, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Option<Key>, AssignError> {
        let child = self.node(without, with, run)?;
        let key = child.and_then(|child| self.push(child));
        Ok(match (best, key) {
            (Some(best), Some(key)) => Some(best.min(key)),
            (best, key) => key.or(best),
        })
    }

    /// Opens the nodes in which one of the pairs is chosen, or not, that a rule on panels asks for: the first, or not the
    /// first but the second, and so on.
    fn branch_panel(&mut self, node: &Node, run: &mut Run<'_>) -> Result<Option<Key>, AssignError> {
        let clauses = self.rule.unseated(&node.assignment).into_iter().map(|Clause { mut pairs, wanted }| {
            let settled = if wanted { &node.without } else { &node.with };
            pairs.retain(|pair| !settled.contains(pair));
            Clause { pairs, wanted }
        });
        let Some(Clause { pairs, wanted }) = clauses.min_by_key(|clause| clause.pairs.len()) else { return Ok(None) };
        let (mut with, mut without) = (node.with.clone(), node.without.clone());
        let mut best = None;
        for pair in pairs {
            let (mut chosen, mut left_out) = (with.clone(), without.clone());
            let change = if wanted { &mut chosen } else { &mut left_out };
            change.push(pair);
            best = self.open(best, left_out, chosen, run)?;
            let refuted = if wanted { &mut without } else { &mut with };
            refuted.push(pair);
        }
        Ok(best)
    }

    /// Whether pairs can be chosen together, as far as maxima and works with several copies tell.
    pub(super) fn fit(&self, with: &[(u32, u32)]) -> bool {
        let problem = self.problem;
        let count = |of: &dyn Fn(&(u32, u32)) -> bool| with.iter().filter(|pair| of(pair)).count() as u64;
        let fixed = problem.fixed_of_classes();
        with.iter().all(|&(student, submission)| {
            let (i, j) = (student as usize, submission as usize);
            let given = u64::from(problem.settled.given[i]) + count(&|pair| pair.0 == student);
            let received = u64::from(problem.settled.received[j]) + count(&|pair| pair.1 == submission);
            let within = |max: Option<u64>, count: u64| max.is_none_or(|max| count <= max);
            let once = problem.policy.same_work_once == CopyRule::Once;
            let copies = count(&|pair| pair.0 == student && problem.work(pair.1 as usize) == problem.work(j));
            within(problem.student_bound(i).max, given)
                && within(problem.submission_bound(j).max, received)
                && !(once && copies > 1)
                && problem.panels.of_student.row(i).iter().all(|&class| {
                    let belongs = |pair: &(u32, u32)| {
                        let classes = problem.panels.of_student.row(pair.0 as usize);
                        pair.1 == submission && classes.binary_search(&class).is_ok()
                    };
                    let before = fixed.get(&(submission, class)).copied().unwrap_or(0);
                    let max = problem.panels.classes[class as usize].max;
                    max.is_none_or(|max| count(&belongs) <= u64::from(max.saturating_sub(before)))
                })
        })
    }

    /// The arcs of a short forbidden cycle that could be missing, as persons.
    fn arcs(&self, node: &Node) -> Vec<(u32, u32)> {
        let mut standing = self.rule.clone();
        for &(student, submission) in &node.with {
            standing.put(student, submission);
        }
        let mut graph = self.rule.clone();
        graph.put_all(&node.assignment);
        let mut broken = self.rule.broken(&node.assignment);
        broken.truncate(LOOK);
        let arcs = broken.into_iter().filter_map(|(student, submission)| {
            let cycle = graph.cycle(student, submission)?;
            let next = cycle.iter().copied().cycle().skip(1);
            let arcs = cycle.iter().copied().zip(next);
            let open = arcs.filter(|&(from, to)| !standing.arcs().out(from).contains(&to));
            Some(open.collect::<Vec<_>>())
        });
        arcs.filter(|arcs| !arcs.is_empty()).min_by_key(Vec::len).unwrap_or_default()
    }

    /// The free pairs that make an arc and could be left out.
    fn pairs_of(&self, (student, author): (u32, u32)) -> Vec<(u32, u32)> {
        let people = &self.problem.people;
        let works = people.works_by.row(author as usize).iter();
        let copies = works.flat_map(|&work| people.copies.row(work as usize)).copied();
        let mut pairs: Vec<_> = copies
            .filter(|&copy| {
                self.problem.is_free(student as usize, copy as usize) && !self.rule.has_to_be(student, copy)
            })
            .map(|copy| (student, copy))
            .collect();
        pairs.sort_unstable();
        pairs
    }

    /// A node; none where nothing is left. What is found on the way is offered.
    pub(super) fn node(
        &mut self,
        mut without: Vec<(u32, u32)>,
        with: Vec<(u32, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Option<Node>, AssignError> {
        run.report("cycles", self.nodes, 0)?;
        self.nodes += 1;
        let mut rule = self.rule.clone();
        for &(student, submission) in &with {
            rule.put(student, submission);
        }
        if with.iter().any(|&(student, submission)| rule.closes(student, submission)) {
            return Ok(None);
        }
        let barred = rule.barred();
        without.extend(barred.into_iter().filter(|pair| !with.contains(pair)));
        without.sort_unstable();
        without.dedup();
        if with.iter().any(|pair| without.binary_search(pair).is_ok()) {
            return Ok(None);
        }
        if !self.problem.panels.is_empty() && !self.fit(&with) {
            return Ok(None);
        }
        let narrowed = self.problem.narrowed(&without, &with);
        let mut optimum = match (self.relax)(&narrowed, run) {
            Ok(optimum) => optimum,
            Err(AssignError::Infeasible(_)) => return Ok(None),
            Err(error) => return Err(error),
        };
        let first = optimum.assignment();
        let worth = self.worth(&first);
        if !self.promises(&worth) || !meets_work_musts(self.problem, &first) {
            return Ok(None);
        }
        let steps = (4 * optimum.chosen()).clamp(100, 20_000);
        let found = if settled(&mut optimum, &rule, steps, &mut self.random, run)? {
            Some(optimum.assignment())
        } else if let Some(asked) = Asked::of_optimum(&optimum, &rule)
            && let Decided::Found(found) = asked.answer(Some(IN_NODE), &mut 0, run)?
        {
            Some(found)
        } else {
            None
        };
        let assignment = optimum.assignment();
        drop(optimum);
        if let Some(found) = found.filter(|found| self.rule.unseated(found).is_empty()) {
            // As good as anything in this node.
            self.offer(found);
            return Ok(None);
        }
        let tangles = self.rule.broken(&assignment).len() + self.rule.unseated(&assignment).len();
        Ok(Some(Node { worth, tangles, without, with, assignment }))
    }
}

fn pairs(assignment: &Assignment) -> impl Iterator<Item = (u32, u32)> + '_ {
    assignment.pairs().map(|(student, submission)| (index(student), index(submission)))
}
