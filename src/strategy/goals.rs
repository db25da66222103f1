//! The order of goals, composed into one integer cost.
//!
//! Goals come one strictly before the other. A flow is lexicographically optimal exactly when no residual cycle
//! improves it lexicographically, so it is enough that the composed cost of every *simple* cycle (and path) has the
//! sign of its first goal that changes: each goal weighs one more than all later goals can change along one simple
//! cycle. Such a cycle passes the source and the sink at most once, which keeps the weights small. Where submissions
//! share a work, it may also come by each of the works once, and leave a copy of it for another.

use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::input::{Existing, Shortfall};
use crate::problem::Problem;

/// One goal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Musts for which several copies would do.
    Must,
    /// Fewest reviews short of the minima.
    Missing,
    /// Least sum of squares of shortfalls.
    MissingSquares,
    /// Fewest deletes.
    Deletes,
    /// Fewest reviews.
    Count,
    /// Least sum of squares of received counts; the last goal where nothing but works of several copies asks for it.
    Received,
    /// Greatest sum of should rules, wishes and history.
    Gain,
    /// Least sum of squares of given counts.
    Given,
}

const GOALS: usize = 8;

/// What decides among the assignments that meet the shared goals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Aim {
    /// Evenness of given counts.
    #[default]
    Even,
    /// The greatest sum of scores, which is no goal of the flow. Where both sides are bounds, the number of reviews is
    /// free, and among equal sums the fewest are taken.
    Affinity,
    /// A goal of the strategy that is none of the flow, at the number of reviews that is settled.
    Own,
    /// The same as `Affinity` where all sums are equal, so that nothing but the number of reviews is left to decide.
    Fewest,
    /// How many reviews there are, with the fewest deletes before that: what settles the number for all later goals.
    Count,
    /// The pairs of a model are those of optimal assignments alone, of which those that gain belong to all; the fewest
    /// reviews are taken.
    Face,
}

/// Goals in their order, each with the most it can change along a simple cycle.
#[derive(Debug, Clone)]
pub(crate) struct Goals {
    weights: [i128; GOALS],
    /// The most the composed cost of a simple path or cycle can be.
    pub(crate) range: i128,
}

/// How large the numbers of a network are.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sizes {
    pub(crate) work_musts: u64,
    pub(crate) largest_minimum: u64,
    pub(crate) movable: u64,
    pub(crate) most_received: u64,
    pub(crate) most_given: u64,
    /// Works whose copies are bounded together.
    pub(crate) shared_works: u64,
    /// The greatest gain of a pair in size, times the pairs of a simple cycle.
    pub(crate) gain_range: u64,
}

impl Goals {
    /// Composes goals; the first comes before all others.
    pub(crate) fn compose(order: &[Goal], sizes: &Sizes) -> Self {
        let mut weights = [0; GOALS];
        let mut range: i128 = 0;
        for &goal in order.iter().rev() {
            weights[goal as usize] = range + 1;
            // 127 bits hold a million students with a million rules of the greatest weight.
            let more = (range + 1).checked_mul(change(goal, sizes)).and_then(|more| range.checked_add(more));
            range = more.expect("goals that fit into 127 bits together");
        }
        Self { weights, range }
    }

    /// The weight of a goal; 0 for one that is not in the order.
    pub(crate) const fn weight(&self, goal: Goal) -> i128 {
        self.weights[goal as usize]
    }
}

/// The most a goal can change along a simple cycle, which touches at most two arcs of the source and two of the sink,
/// and two copies of each shared work that it comes by.
fn change(goal: Goal, sizes: &Sizes) -> i128 {
    let submissions = i128::from(sizes.shared_works) * 2 + 2;
    let works = if sizes.shared_works > 0 { 2 } else { 0 };
    let students = 2;
    let minima = students + submissions + works;
    match goal {
        Goal::Must => i128::from(sizes.work_musts),
        Goal::Missing => minima,
        Goal::MissingSquares => minima * (2 * i128::from(sizes.largest_minimum) + 1),
        Goal::Deletes => i128::from(sizes.movable),
        Goal::Count => 2,
        Goal::Received => submissions * (2 * i128::from(sizes.most_received) + 2),
        Goal::Gain => i128::from(sizes.gain_range),
        Goal::Given => students * (2 * i128::from(sizes.most_given) + 2),
    }
}

/// The goals that settle how many reviews there are, where deletes come before that.
pub(crate) fn counting_order(problem: &Problem) -> Vec<Goal> {
    let mut order = hard_goals(problem);
    order.extend([Goal::Deletes, Goal::Count]);
    order
}

/// Whether a strategy that maximises a total may use the room up to the maxima.
pub(crate) fn count_is_free(problem: &Problem, aim: Aim) -> bool {
    matches!(aim, Aim::Affinity | Aim::Fewest) && !problem.balanced() && !problem.asks_nothing()
}

/// All goals of the flow; `Count` is left out where the number of reviews is settled.
pub(crate) fn full_order(problem: &Problem, aim: Aim, count_settled: bool) -> Vec<Goal> {
    if aim == Aim::Count {
        return counting_order(problem);
    }
    let mut order = hard_goals(problem);
    if aim == Aim::Face {
        order.extend([Goal::Gain, Goal::Count]);
        return order;
    }
    if count_is_free(problem, aim) {
        if problem.policy.existing == Existing::Rebalance {
            order.push(Goal::Deletes);
        }
        order.push(Goal::Gain);
        if aim == Aim::Fewest {
            order.push(Goal::Count);
        }
        return order;
    }
    if problem.asks_nothing() {
        order.push(Goal::Deletes);
    }
    if !count_settled {
        order.push(Goal::Count);
    }
    if problem.balanced() {
        order.push(Goal::Received);
    }
    if problem.policy.existing == Existing::Rebalance && !problem.asks_nothing() {
        order.push(Goal::Deletes);
    }
    order.push(Goal::Gain);
    if aim == Aim::Even {
        order.push(Goal::Given);
        if problem.spreads_copies() {
            order.push(Goal::Received);
        }
    }
    order
}

fn hard_goals(problem: &Problem) -> Vec<Goal> {
    match problem.policy.shortfall {
        Shortfall::Error => alloc::vec![Goal::Must, Goal::Missing],
        Shortfall::Partial => alloc::vec![Goal::Must, Goal::Missing, Goal::MissingSquares],
    }
}

/// What an assignment reaches, goal by goal, in the order in which the goals come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Objective {
    /// Reviews short of the minima of students, submissions and works.
    pub missing: u64,
    /// Sum of squares of shortfalls; 0 unless shortfalls are allowed.
    pub missing_squares: u64,
    /// Reviews in the result that count.
    pub count: u64,
    /// Sum of squares of received counts over the handed-in submissions; 0 unless balanced.
    pub received_squares: u64,
    /// Existing reviews given up that could stay; 0 unless deletes are counted.
    pub deletes: u64,
    /// The sum of should rules, wishes and history `avoid`, negated.
    pub lost: i64,
    /// Sum of squares of given counts over the students who may review.
    pub given_squares: u64,
    /// Sum of squares of received counts where reviews are to be spread over the copies of works; else 0.
    pub spread_squares: u64,
}

/// What an assignment reaches. O(n + m + T log k).
#[must_use]
pub fn objective(problem: &Problem, assignment: &Assignment) -> Objective {
    let (given, received) = counts(problem, assignment);
    let partial = problem.policy.shortfall == Shortfall::Partial;
    let short = |min: u64, count: u32| min.saturating_sub(u64::from(count));
    let shortfalls = (given.iter().enumerate().map(|(i, &count)| short(problem.student_bound(i).min, count)))
        .chain(received.iter().enumerate().map(|(j, &count)| short(problem.submission_bound(j).min, count)))
        .chain(problem.by_shared_work(&received).map(|(_, count)| problem.work_bound().min.saturating_sub(count)));
    let (mut missing, mut missing_squares) = (0_u64, 0_u64);
    for shortfall in shortfalls {
        missing = missing.saturating_add(shortfall);
        missing_squares = missing_squares.saturating_add(shortfall.saturating_mul(shortfall));
    }
    let squares = |counts: &[u32], counted: &[bool]| -> u64 {
        counts.iter().zip(counted).filter(|(_, counted)| **counted).map(|(&c, _)| u64::from(c) * u64::from(c)).sum()
    };
    let movable = problem.settled.movable.entries();
    let gone = movable.filter(|&(i, j)| !assignment.contains(i, j as usize)).count() as u64;
    Objective {
        missing,
        missing_squares: if partial { missing_squares } else { 0 },
        count: received.iter().map(|&count| u64::from(count)).sum(),
        received_squares: if problem.balanced() { squares(&received, &problem.handed_in) } else { 0 },
        deletes: if problem.policy.existing == Existing::Rebalance { gone } else { 0 },
        lost: -assignment.pairs().map(|(i, j)| problem.gain(i, j)).sum::<i64>(),
        given_squares: squares(&given, &problem.may_review),
        spread_squares: if problem.spreads_copies() { squares(&received, &problem.handed_in) } else { 0 },
    }
}

/// Given and received counts, the fixed reviews of assessors who have left among the received ones.
pub(crate) fn counts(problem: &Problem, assignment: &Assignment) -> (Vec<u32>, Vec<u32>) {
    let mut received = problem.settled.received.clone();
    for (_, submission) in problem.settled.fixed.entries() {
        received[submission as usize] -= 1;
    }
    for &submission in assignment.submissions() {
        received[submission as usize] += 1;
    }
    let given = (0..problem.students()).map(|student| crate::problem::rows::index(assignment.of(student).len()));
    (given.collect(), received)
}
