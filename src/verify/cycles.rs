//! Persons who review each other's work: how many pairs, and the cycles that the policy forbids.
//!
//! An edge goes from the assessor to each author of the work. A cycle of which every review had to stay is no
//! violation, so each search starts with a review that could have been left out.

use alloc::vec::Vec;

use super::eligibility::Named;
use super::facts::Facts;
use super::index::{Rows, at, dense, key};
use super::pairs::{MUST_OF_WORK, Pair, Pairs, ids};
use super::verdict::Findings;
use crate::input::Reciprocal;

/// Whether a review could have been left out, together with all others of the same work.
fn is_free(pair: Pair) -> bool {
    pair.is_choice() && !pair.is(MUST_OF_WORK)
}

/// The number of unordered pairs {A, B} in which A reviews a work of B and B one of A, over all resulting reviews;
/// reports those that `reciprocal: forbid` forbids. O(authors reviewed · log degree).
pub(super) fn reciprocal_pairs(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) -> u64 {
    let forbidden = facts.input.policy.reciprocal == Reciprocal::Forbid;
    let mut total = 0;
    for one in 0..dense(facts.persons.len()) {
        let mut last = one;
        for (other, _) in pairs.authors_of(one).filter(|(other, pair)| *other > one && pair.results()) {
            if other == last {
                continue;
            }
            last = other;
            total += u64::from(pairs.between(other, one).any(Pair::results));
            if !forbidden || !pairs.between(other, one).any(Pair::counts) {
                continue;
            }
            let mut there = pairs.between(one, other).filter(|pair| pair.counts()).peekable();
            if there.peek().is_none() {
                continue;
            }
            let back = pairs.between(other, one);
            if let Some(pair) = there.chain(back).find(|&pair| is_free(pair)) {
                let (assessor, asset) = ids(facts, pair);
                findings.add_for(
                    "reciprocal_forbidden",
                    pair,
                    format_args!("{}: an author reviews a work of the assessor too", Named(assessor, asset)),
                    assessor,
                    asset,
                );
            }
        }
    }
    total
}

/// Reports cycles of length 2 … L under `forbid_cycles`, once for each person from whom a review that could have been
/// left out leads into one.
///
/// Persons on no cycle at all are peeled off first, in linear time; from each other person the search goes forward
/// L/2 steps and back the rest, so it sees about degree^(L/2) persons.
pub(super) fn check_cycles(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) {
    let Reciprocal::ForbidCycles(length) = facts.input.policy.reciprocal else { return };
    let mut search = Search::new(facts.persons.len(), pairs);
    let length = usize::try_from(length).unwrap_or(usize::MAX).min(search.on_cycles());
    if length < 2 {
        return;
    }
    let mut free = Vec::new();
    for person in 0..dense(facts.persons.len()) {
        if !search.is_on_cycle(person) {
            continue;
        }
        let out = pairs.authors_of(person).filter(|&(author, pair)| author != person && is_free(pair));
        free.clear();
        free.extend(out);
        // One search for all, and only where it succeeds one for each, to name a review.
        if !search.returns(person, &free, length) {
            continue;
        }
        let guilty = free.iter().find(|edge| search.returns(person, core::slice::from_ref(edge), length));
        let Some(&(_, pair)) = guilty else { continue };
        let (assessor, asset) = ids(facts, pair);
        findings.add_for(
            "cycle_forbidden",
            pair,
            format_args!("{}: closes a cycle of at most {length} persons", Named(assessor, asset)),
            assessor,
            asset,
        );
    }
}

/// The graph of persons who review each other, without those who are on no cycle.
struct Search {
    forward: Rows,
    back: Rows,
    on_cycle: Vec<bool>,
    /// The last search that came to each person, forward and back.
    seen: [Vec<u32>; 2],
    /// The number of the search, from 1.
    round: u32,
}

impl Search {
    fn new(persons: usize, pairs: &Pairs) -> Self {
        let edges = |back: bool| {
            let mut edges = Vec::new();
            for one in 0..dense(persons) {
                let others = pairs.authors_of(one).filter(|&(other, pair)| other != one && pair.counts());
                edges.extend(others.map(|(other, _)| if back { key(other, one) } else { key(one, other) }));
            }
            Rows::new(persons, edges)
        };
        let (forward, back) = (edges(false), edges(true));
        let on_cycle = peel(persons, &forward, &back);
        let seen = [alloc::vec![0; persons], alloc::vec![0; persons]];
        Self { forward, back, on_cycle, seen, round: 0 }
    }

    fn is_on_cycle(&self, person: u32) -> bool {
        self.on_cycle.get(at(person)).copied().unwrap_or(false)
    }

    /// How many persons are left.
    fn on_cycles(&self) -> usize {
        self.on_cycle.iter().filter(|&&on| on).count()
    }

    /// Whether a walk of at most `length` steps, the first along one of `out`, returns to `person`.
    fn returns(&mut self, person: u32, out: &[(u32, Pair)], length: usize) -> bool {
        self.round = self.round.wrapping_add(1);
        let half = length / 2;
        let mut frontier = Vec::new();
        for &(first, _) in out {
            if self.is_on_cycle(first) && visit(&mut self.seen[0], first, self.round) {
                frontier.push(first);
            }
        }
        for _ in 1..half {
            if frontier.is_empty() {
                break;
            }
            frontier = step(&self.forward, &self.on_cycle, &mut self.seen[0], &frontier, self.round);
        }
        frontier.clear();
        frontier.push(person);
        for _ in 0..=length - half {
            if frontier.iter().any(|&met| self.seen[0].get(at(met)) == Some(&self.round)) {
                return true;
            }
            if frontier.is_empty() {
                break;
            }
            frontier = step(&self.back, &self.on_cycle, &mut self.seen[1], &frontier, self.round);
        }
        false
    }
}

/// The persons one step from `frontier` to whom this search has not come yet.
fn step(edges: &Rows, on_cycle: &[bool], seen: &mut [u32], frontier: &[u32], search: u32) -> Vec<u32> {
    let mut next = Vec::new();
    for &other in frontier.iter().flat_map(|&person| edges.row(person)) {
        if on_cycle.get(at(other)).copied().unwrap_or(false) && visit(seen, other, search) {
            next.push(other);
        }
    }
    next
}

/// Marks a person as seen by a search; false if it was so already.
fn visit(seen: &mut [u32], person: u32, search: u32) -> bool {
    seen.get_mut(at(person)).is_some_and(|entry| core::mem::replace(entry, search) != search)
}

/// Takes away, again and again, persons without an edge in or without one out; whether each is left. O(edges).
fn peel(persons: usize, forward: &Rows, back: &Rows) -> Vec<bool> {
    let degrees = |edges: &Rows| (0..dense(persons)).map(|person| edges.row(person).len()).collect::<Vec<_>>();
    let mut degrees = [degrees(forward), degrees(back)];
    let mut left = alloc::vec![true; persons];
    let mut open: Vec<u32> = (0..dense(persons)).collect();
    while let Some(person) = open.pop() {
        let place = at(person);
        let needed = degrees.iter().all(|degrees| degrees.get(place).is_some_and(|&degree| degree > 0));
        if needed || !left.get(place).copied().unwrap_or(false) {
            continue;
        }
        if let Some(entry) = left.get_mut(place) {
            *entry = false;
        }
        // Edges out of this person are edges into the next ones, and the other way round.
        for (edges, side) in [(forward, 1), (back, 0)] {
            for &next in edges.row(person) {
                if let Some(degree) = degrees[side].get_mut(at(next)) {
                    *degree -= 1;
                    open.push(next);
                }
            }
        }
    }
    left
}
