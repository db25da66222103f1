//! Ideal counts: how many reviews everybody would give and receive if every pair of a component were allowed.
//!
//! The ideal is a bound on every assignment: no valid one has fewer reviews, more even received counts, or more even
//! given counts. An assignment that reaches it is therefore optimal, without a flow. It exists only where the goals
//! in between are silent: no wishes, no deletes to count.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use petgraph::unionfind::UnionFind;

use super::network::remaining;
use crate::flow::{Node, Window};
use crate::input::{Existing, Relation, Stance, Unscored};
use crate::problem::Problem;
use crate::problem::rows::index;

/// The ideal counts, component by component.
#[derive(Debug, Clone)]
pub(super) struct Ideal {
    pub(super) components: Vec<Component>,
}

/// Students and submissions that share no allowed pair with others, and what they would ideally give and receive.
#[derive(Debug, Clone, Default)]
pub(super) struct Component {
    /// Students with what they give beside their fixed reviews.
    pub(super) giving: Vec<(u32, u32)>,
    /// Submissions with what they receive beside their fixed reviews.
    pub(super) receiving: Vec<(u32, u32)>,
    /// Whether every submission with room receives something.
    pub(super) all_receive: bool,
}

/// Chooses, among candidates that are equally good, those that get one more: `choose(candidates, count)` moves the
/// chosen to the front.
pub(super) type Choose<'a> = dyn FnMut(&mut [u32], usize) + 'a;

impl Ideal {
    /// Whether no optimal assignment has other received counts than an ideal one could have: they are to be balanced,
    /// or bounds leave no choice.
    pub(super) fn covers_all(&self, problem: &Problem) -> bool {
        problem.balanced()
            || self.components.iter().all(|component| {
                let settled = |least: bool| {
                    component.receiving.iter().all(|&(submission, count)| {
                        let bound = problem.submission_bound(submission as usize);
                        let count = u64::from(count) + u64::from(problem.settled.received[submission as usize]);
                        if least { count <= bound.min } else { Some(count) == bound.max }
                    })
                };
                settled(true) || (settled(false) && component.all_receive)
            })
    }

    /// The ideal counts, if the goals allow for them and the bounds can be met by numbers alone.
    pub(super) fn of(problem: &Problem, choose: &mut Choose<'_>) -> Option<Self> {
        if !is_plain(problem) {
            return None;
        }
        let components = Open::components(problem)?.into_iter().map(|open| open.close(choose));
        Some(Self { components: components.collect::<Option<_>>()? })
    }
}

/// Between which numbers of reviews beside the fixed ones the ideal counts of each student and each submission lie: any
/// assignment within them has the fewest reviews, and received counts as even as can be. None where other goals matter
/// or numbers alone do not meet the bounds. Members without room are left out.
pub(super) fn ideal_windows(problem: &Problem) -> Option<IdealWindows> {
    if !numbers_decide(problem) {
        return None;
    }
    let mut windows = IdealWindows::default();
    for open in Open::components(problem)? {
        let count = open.count();
        let limits = (index(open.receiving.len()), index(open.giving.len()));
        let exact = least(&open.giving) == count;
        fits(&open.giving, limits.0, count).then_some(())?;
        windows.students.extend(open.giving.iter().map(|&(student, node)| {
            let most = if exact { node.min } else { node.max.min(limits.0) };
            (student, Window::new(node.min, most))
        }));
        let level = level(&open.receiving, limits.1, count)?;
        let rest = count > total(&open.receiving, limits.1, level);
        windows.submissions.extend(open.receiving.iter().map(|&(submission, node)| {
            let at = |level| index(usize::try_from(at(&node, limits.1, level)).unwrap_or(usize::MAX));
            (submission, Window::new(at(level), at(if rest { level + 1 } else { level })))
        }));
    }
    Some(windows)
}

/// See [`ideal_windows`].
#[derive(Debug, Default)]
pub(super) struct IdealWindows {
    pub(super) students: Vec<(u32, Window)>,
    pub(super) submissions: Vec<(u32, Window)>,
}

/// A component while it is collected: nodes with their remaining bounds.
#[derive(Debug, Default)]
struct Open {
    giving: Vec<(u32, Node)>,
    receiving: Vec<(u32, Node)>,
}

impl Open {
    /// All components; none where somebody without room has a minimum left.
    fn components(problem: &Problem) -> Option<Vec<Self>> {
        let mut components: Vec<Open> = Vec::new();
        let mut places = Places::new(problem);
        let (n, m) = (index(problem.students()), index(problem.submissions()));
        for student in 0..problem.students() {
            let bound = problem.student_bound(student);
            let node = remaining(bound.min, bound.max, problem.settled.given[student], m);
            if node.max == 0 && node.min > 0 {
                return None;
            }
            if node.max > 0 {
                let place = places.of(student, false, &mut components);
                components[place].giving.push((index(student), node));
            }
        }
        for submission in (0..problem.submissions()).filter(|&submission| problem.is_handed_in(submission)) {
            let bound = problem.submission_bound(submission);
            let node = remaining(bound.min, bound.max, problem.settled.received[submission], n);
            if node.max == 0 && node.min > 0 {
                return None;
            }
            if node.max > 0 {
                let place = places.of(submission, true, &mut components);
                components[place].receiving.push((index(submission), node));
            }
        }
        Some(components)
    }

    /// How many reviews there are at least.
    fn count(&self) -> u64 {
        least(&self.giving).max(least(&self.receiving))
    }

    fn close(self, choose: &mut Choose<'_>) -> Option<Component> {
        let count = self.count();
        let most_given = u32::try_from(self.receiving.len()).unwrap_or(u32::MAX);
        let most_received = u32::try_from(self.giving.len()).unwrap_or(u32::MAX);
        let open = self.receiving.len();
        let receiving = fill(&self.receiving, most_received, count, choose)?;
        let all_receive = receiving.len() == open;
        Some(Component { giving: fill(&self.giving, most_given, count, choose)?, receiving, all_receive })
    }
}

/// Whether evenness alone decides: numbers decide, and no rule picks single pairs out.
pub(super) fn is_plain(problem: &Problem) -> bool {
    numbers_decide(problem) && problem.policy.unscored == Unscored::Allow
}

/// Whether numbers decide all goals that are shared: nothing is wished for, no delete counts, no must is left open, no
/// submissions share a bound, and nothing is said of panels.
pub(super) fn numbers_decide(problem: &Problem) -> bool {
    let wishes = |relation| matches!(relation, Relation::PreferSame | Relation::PreferDifferent);
    let nothing_moves = problem.settled.movable.values().is_empty();
    !problem.asks_nothing()
        && problem.settled.total.is_none()
        && (nothing_moves || problem.policy.existing != Existing::Rebalance)
        && problem.pairs.wishes.values().is_empty()
        && !problem.dimensions.iter().any(|dimension| wishes(dimension.relation))
        && (problem.policy.history != Stance::Avoid || problem.pairs.history.values().is_empty())
        && problem.settled.work_musts.is_empty()
        && problem.shared_works.is_empty()
        && problem.panels.is_empty()
}

fn least(nodes: &[(u32, Node)]) -> u64 {
    nodes.iter().map(|(_, node)| u64::from(node.min)).sum()
}

/// What a node has when it is filled up to a level, its base counted, within its bounds and a limit.
fn at(node: &Node, limit: u32, level: u64) -> u64 {
    let most = u64::from(node.max.min(limit));
    level.saturating_sub(u64::from(node.base)).clamp(u64::from(node.min).min(most), most)
}

fn total(nodes: &[(u32, Node)], limit: u32, level: u64) -> u64 {
    nodes.iter().map(|(_, node)| at(node, limit, level)).sum()
}

fn highest(nodes: &[(u32, Node)]) -> u64 {
    nodes.iter().map(|(_, node)| u64::from(node.base) + u64::from(node.max)).max().unwrap_or(0)
}

/// Whether bounds and a limit allow for a count.
fn fits(nodes: &[(u32, Node)], limit: u32, count: u64) -> bool {
    nodes.iter().all(|(_, node)| node.min <= limit)
        && (total(nodes, limit, 0)..=total(nodes, limit, highest(nodes))).contains(&count)
}

/// The highest level at which no more than `count` are shared out; none when the bounds do not allow for `count`.
fn level(nodes: &[(u32, Node)], limit: u32, count: u64) -> Option<u64> {
    if !fits(nodes, limit, count) {
        return None;
    }
    // It is near the mean, far below the highest: doubling finds it sooner than halving alone.
    let highest = highest(nodes);
    let (mut low, mut high) = (0, highest.min(1));
    while high < highest && total(nodes, limit, high) <= count {
        (low, high) = (high, highest.min(2 * high));
    }
    while low < high {
        let middle = low + (high - low).div_ceil(2);
        if total(nodes, limit, middle) <= count { low = middle } else { high = middle - 1 }
    }
    Some(low)
}

/// Shares `count` out so that the sum of squares of `base + x` is least, `min ≤ x ≤ max` (and at most `limit`): water
/// filling. None when the bounds do not allow for `count`.
fn fill(nodes: &[(u32, Node)], limit: u32, count: u64, choose: &mut Choose<'_>) -> Option<Vec<(u32, u32)>> {
    let level = level(nodes, limit, count)?;
    let at = |node: &Node, level: u64| at(node, limit, level);
    let rest = usize::try_from(count - total(nodes, limit, level)).ok()?;
    let mut shared: Vec<(u32, u32)> =
        nodes.iter().map(|(member, node)| (*member, u32::try_from(at(node, level)).unwrap_or(u32::MAX))).collect();
    if rest > 0 {
        let rises = |k: &u32| at(&nodes[*k as usize].1, level + 1) > at(&nodes[*k as usize].1, level);
        let mut candidates: Vec<u32> = (0..index(nodes.len())).filter(rises).collect();
        choose(&mut candidates, rest);
        for &k in &candidates[..rest] {
            shared[k as usize].1 += 1;
        }
    }
    shared.retain(|&(_, x)| x > 0);
    Some(shared)
}

/// Finds the component of students and submissions: those whose values are linked in every `same` dimension.
struct Places<'p> {
    problem: &'p Problem,
    /// Per `same` dimension, its values linked by whoever has several.
    links: Vec<(usize, UnionFind<u32>)>,
    known: BTreeMap<Vec<u32>, usize>,
}

impl<'p> Places<'p> {
    fn new(problem: &'p Problem) -> Self {
        let same = problem.dimensions.iter().enumerate().filter(|(_, d)| d.relation == Relation::Same);
        let links = same.map(|(place, dimension)| {
            let mut link = UnionFind::new(dimension.values.len());
            for rows in [&dimension.students, &dimension.submissions] {
                for row in 0..rows.len() {
                    for pair in rows.row(row).windows(2) {
                        link.union(pair[0], pair[1]);
                    }
                }
            }
            (place, link)
        });
        Self { problem, links: links.collect(), known: BTreeMap::new() }
    }

    /// The place of the component of a student or a submission; without a value in some dimension it is alone.
    fn of(&mut self, member: usize, is_submission: bool, components: &mut Vec<Open>) -> usize {
        let mut key = Vec::with_capacity(self.links.len());
        for (place, link) in &self.links {
            let dimension = &self.problem.dimensions[*place];
            let rows = if is_submission { &dimension.submissions } else { &dimension.students };
            match rows.row(member).first() {
                Some(&value) => key.push(link.find(value)),
                None => {
                    components.push(Open::default());
                    return components.len() - 1;
                }
            }
        }
        *self.known.entry(key).or_insert_with(|| {
            components.push(Open::default());
            components.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filling_is_as_even_as_bounds_allow() {
        let node = |min, max, base| Node { min, max, base };
        let nodes = alloc::vec![(0, node(0, 9, 0)), (1, node(0, 1, 0)), (2, node(2, 9, 5)), (3, node(0, 9, 2))];
        let mut first = |_: &mut [u32], _: usize| {};
        let shared = fill(&nodes, 9, 10, &mut first).expect("room for ten");
        // Final counts 5, 1, 7, 4: squares 25 + 1 + 49 + 16; no other split of ten is lower.
        assert_eq!(shared, [(0, 5), (1, 1), (2, 2), (3, 2)]);
        assert_eq!(fill(&nodes, 9, 1, &mut first), None, "the minimum asks for two");
        assert_eq!(fill(&nodes, 9, 29, &mut first), None, "the maxima allow for 28");
    }
}
