//! From a problem to a flow network: who may still give and receive how much, and which pairs may be chosen.

use alloc::vec::Vec;

use super::candidates::Pool;
use super::goals::{Aim, Goal, Goals, Sizes};
use crate::flow::{Edge, Groups, NONE, Network, Node, NodeCost, Weight, Window};
use crate::input::{CopyRule, Existing};
use crate::problem::Problem;
use crate::problem::rows::index;

/// A pair that may be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pair {
    /// The right node of the submission.
    pub(crate) right: u32,
    /// Whether it is an existing review that counts as a delete when not chosen.
    pub(crate) movable: bool,
    /// What it adds to the sum of should rules, wishes and history.
    pub(crate) gain: i64,
}

impl Pair {
    /// What it costs under composed goals.
    pub(crate) fn cost(&self, goals: &Goals) -> i128 {
        let kept = if self.movable { goals.weight(Goal::Deletes) } else { 0 };
        -goals.weight(Goal::Gain) * i128::from(self.gain) - kept
    }
}

/// How many copies of a work are to be chosen for a left node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkWindow {
    pub(crate) left: u32,
    pub(crate) work: u32,
    pub(crate) window: Window,
}

/// The window of a left node and a work in a sorted list.
pub(crate) fn of_work(works: &[WorkWindow], left: usize, work: u32) -> Option<Window> {
    let place = works.binary_search_by_key(&(index(left), work), |of| (of.left, of.work));
    place.ok().map(|place| works[place].window)
}

/// The open part of a problem: what is left once the fixed reviews are counted.
///
/// Nodes are numbered by the given orders of students and submissions, so that ties fall as the orders say.
#[derive(Debug, Clone)]
pub(crate) struct Model<'p> {
    pub(crate) problem: &'p Problem,
    pub(crate) aim: Aim,
    /// Left node -> student; only students who may give something more.
    pub(crate) students: Vec<u32>,
    /// Right node -> submission; only submissions that may receive something more.
    pub(crate) submissions: Vec<u32>,
    /// Submission -> right node, or [`NONE`].
    pub(crate) right_of: Vec<u32>,
    pub(crate) left: Vec<Node>,
    pub(crate) right: Vec<Node>,
    /// The shared works, in the order of the problem; none where no bound is shared.
    pub(crate) groups: Vec<Node>,
    /// Right node -> its place among the shared works, or [`NONE`]; empty where there are none.
    pub(crate) group_of: Vec<u32>,
    /// Left node -> pairs, in the order in which they are to be tried.
    pub(crate) pairs: Vec<Vec<Pair>>,
    /// Where pairs come from that are not listed yet; none when all are listed.
    pub(crate) pool: Option<Pool>,
    /// How many pairs are to be chosen, where that is settled already.
    pub(crate) count: Option<u64>,
    /// How many copies of a work are to be chosen, where that is not what the policy says; sorted.
    pub(crate) works: Vec<WorkWindow>,
}

/// How far beyond all submissions (or students) a minimum counts when shortfalls are spread.
const FAR_BEYOND: u32 = 1 << 20;

/// What remains of a bound once `fixed` reviews are counted; `limit` stands in for a missing maximum.
pub(crate) fn remaining(min: u64, max: Option<u64>, fixed: u32, limit: u32) -> Node {
    let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX >> 1);
    // A minimum far beyond all that could be given counts as this much, so that composed costs stay small.
    let min = small(min.saturating_sub(u64::from(fixed))).min(limit.saturating_add(FAR_BEYOND));
    let max = max.map_or(limit, |max| small(max.saturating_sub(u64::from(fixed))).min(limit));
    Node { min, max, base: fixed }
}

impl<'p> Model<'p> {
    /// The nodes, in the given orders, without pairs.
    pub(crate) fn nodes(problem: &'p Problem, students: &[u32], submissions: &[u32]) -> Self {
        let (n, m) = (index(problem.students()), index(problem.submissions()));
        let mut model = Self {
            problem,
            aim: Aim::default(),
            students: Vec::with_capacity(students.len()),
            submissions: Vec::with_capacity(submissions.len()),
            right_of: alloc::vec![NONE; m as usize],
            left: Vec::with_capacity(students.len()),
            right: Vec::with_capacity(submissions.len()),
            groups: Vec::with_capacity(problem.shared_works.len()),
            group_of: Vec::new(),
            pairs: Vec::new(),
            pool: None,
            count: None,
            works: Vec::new(),
        };
        for &student in students {
            let bound = problem.student_bound(student as usize);
            let node = remaining(bound.min, bound.max, problem.settled.given[student as usize], m);
            if problem.may_review(student as usize) && (node.max > 0 || node.min > 0) {
                model.students.push(student);
                model.left.push(node);
            }
        }
        let wanting = problem.wanting_classes();
        for &submission in submissions {
            let bound = problem.submission_bound(submission as usize);
            let group = problem.shared_works.binary_search(&problem.people.work_of[submission as usize]);
            // What a copy may receive counts beside what its work may; so a maximum that nobody states is out of reach.
            let limit = n + u32::from(group.is_ok());
            let node = remaining(bound.min, bound.max, problem.settled.received[submission as usize], limit);
            let open = node.max > 0 || node.min > 0 || wanting.contains(&submission);
            if problem.is_handed_in(submission as usize) && open {
                model.right_of[submission as usize] = index(model.right.len());
                model.submissions.push(submission);
                model.right.push(node);
                model.group_of.push(group.map_or(NONE, index));
            }
        }
        if problem.shared_works.is_empty() {
            model.group_of = Vec::new();
        }
        let bound = problem.work_bound();
        for &work in &problem.shared_works {
            let copies = index(problem.people.copies.row(work as usize).len());
            let limit = n.saturating_mul(copies).saturating_add(1).min(u32::MAX >> 2);
            model.groups.push(remaining(bound.min, bound.max, problem.fixed_of_work(work), limit));
        }
        model
    }

    /// The place of a right node's work among the shared ones.
    pub(crate) fn group_of(&self, right: usize) -> Option<usize> {
        self.group_of.get(right).filter(|&&group| group != NONE).map(|&group| group as usize)
    }

    /// Whether a left and a right node may be paired.
    pub(crate) fn is_free(&self, left: usize, right: usize) -> bool {
        self.problem.is_free(self.students[left] as usize, self.submissions[right] as usize)
    }

    /// The score of a left and a right node; 0 where they have none.
    pub(crate) fn score(&self, left: usize, right: usize) -> i64 {
        self.problem.score(self.students[left] as usize, self.submissions[right] as usize).unwrap_or(0)
    }

    /// The pair of a left and a right node, with what it is worth.
    pub(crate) fn pair(&self, left: usize, right: usize) -> Pair {
        let (student, submission) = (self.students[left] as usize, self.submissions[right] as usize);
        Pair {
            right: index(right),
            movable: self.problem.settled.is_movable(student, submission) && self.counts_deletes(),
            gain: self.problem.gain(student, submission),
        }
    }

    /// Whether existing reviews that move are counted.
    pub(crate) fn counts_deletes(&self) -> bool {
        let counted = self.problem.policy.existing == Existing::Rebalance || self.problem.asks_nothing();
        counted && !self.problem.settled.movable.values().is_empty() && self.aim != Aim::Face
    }

    /// Per edge of the network, whether it is an existing review that may move.
    pub(crate) fn existing<W: Weight>(&self, network: &Network<W>) -> Vec<bool> {
        let existing = (0..network.edges()).map(|edge| {
            let (student, submission) = self.members(network.ends(edge));
            self.problem.settled.is_movable(student as usize, submission as usize)
        });
        existing.collect()
    }

    /// How large the numbers of the network are.
    pub(crate) fn sizes(&self) -> Sizes {
        let most = |nodes: &[Node]| nodes.iter().map(|node| u64::from(node.base) + u64::from(node.max)).max();
        let gains = || self.pairs.iter().flatten().map(|pair| pair.gain.unsigned_abs());
        // A simple cycle passes each node once, and so has two pairs at most for each submission and for each tail:
        // a student, or a bundle where works have copies.
        let copies = self.problem.people.copies.len() < self.problem.submissions();
        let tails = if copies { usize::MAX } else { self.left.len() };
        let cycle = 2 * tails.min(self.right.len()) as u64 + 2;
        // Pairs that are not listed yet gain by wishes alone, or lose one by history.
        let unlisted = self.pool.as_ref().map_or(0, |pool| pool.largest_gain.unsigned_abs() + 1);
        let largest = gains().max().unwrap_or(0).max(unlisted);
        let sum = gains().fold(unlisted.saturating_mul(cycle), u64::saturating_add);
        let demanded = self.works.iter().map(|of| u64::from(of.window.min)).sum::<u64>();
        Sizes {
            work_musts: self.problem.settled.work_musts.len() as u64 + demanded,
            largest_minimum: [&self.left, &self.right, &self.groups]
                .into_iter()
                .flatten()
                .map(|node| u64::from(node.min))
                .max()
                .unwrap_or(0),
            movable: self.problem.settled.movable.values().len() as u64,
            most_received: most(&self.right).unwrap_or(0),
            most_given: most(&self.left).unwrap_or(0),
            shared_works: self.groups.len() as u64,
            gain_range: largest.saturating_mul(cycle).min(sum),
        }
    }

    /// The network for a composition of goals.
    pub(crate) fn network<W: Weight>(&self, goals: &Goals) -> Network<W> {
        let weight = |goal| W::compose(goals.weight(goal));
        let side = |linear, square| NodeCost {
            linear,
            square,
            short: weight(Goal::Missing),
            short_square: weight(Goal::MissingSquares),
        };
        let mut network = Network::new(
            self.right.clone(),
            side(weight(Goal::Count), weight(Goal::Given)),
            side(W::ZERO, weight(Goal::Received)),
            weight(Goal::Must),
        );
        network = network.grouped(Groups::new(self.groups.clone(), side(W::ZERO, W::ZERO), self.group_of.clone()));
        let mut edges = Vec::new();
        for (left, pairs) in self.pairs.iter().enumerate() {
            edges.clear();
            edges.extend(pairs.iter().map(|pair| Edge {
                right: pair.right,
                bundle: self.bundle(left, pair.right as usize),
                cost: W::compose(pair.cost(goals)),
            }));
            let mut node = self.left[left];
            if self.pool.is_none() {
                node.max = node.max.min(index(pairs.len()));
            }
            network.add_left(node, &mut edges, |work| {
                let window = of_work(&self.works, left, work).unwrap_or_else(|| self.limits(left, work));
                (window.min, window.max)
            });
        }
        network.finish();
        network
    }

    /// The bundle of a pair: its work, where that has several copies that count as one or is a must.
    pub(crate) fn bundle(&self, left: usize, right: usize) -> u32 {
        let work = self.problem.people.work_of[self.submissions[right] as usize];
        let once = self.problem.policy.same_work_once == CopyRule::Once;
        if self.problem.people.copies.row(work as usize).len() > 1 && (once || self.must(left, work)) {
            work
        } else {
            NONE
        }
    }

    fn must(&self, left: usize, work: u32) -> bool {
        let must = crate::problem::WorkMust { student: self.students[left], work };
        self.problem.settled.work_musts.binary_search(&must).is_ok()
    }

    /// How many copies of a work the policy wants for a left node.
    pub(crate) fn limits(&self, left: usize, work: u32) -> Window {
        let once = self.problem.policy.same_work_once == CopyRule::Once;
        Window::new(u32::from(self.must(left, work)), if once { 1 } else { u32::MAX })
    }

    /// The students and submissions of an edge of the network.
    pub(crate) fn members(&self, ends: (usize, usize)) -> (u32, u32) {
        (self.students[ends.0], self.submissions[ends.1])
    }
}
