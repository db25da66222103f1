//! The review graph: who reviews whose work.

use alloc::vec;
use alloc::vec::Vec;

use petgraph::algo::kosaraju_scc;
use serde::Serialize;

use super::rows::{Rows, key, pair};
use super::walk::Walk;

/// The parts into which a graph falls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Components {
    /// How many parts there are.
    pub count: u64,
    /// How many members the largest has.
    pub largest: u64,
}

impl Components {
    pub(super) fn of_sizes(sizes: impl Iterator<Item = u64>) -> Self {
        sizes.fold(Self::default(), |all, size| Self { count: all.count + 1, largest: all.largest.max(size) })
    }
}

/// The directed graph with an arc from each assessor to each author of the work reviewed.
///
/// Persons are numbers from 0. Several reviews of one author by one assessor are one arc, and a person's review of
/// their own work is none.
///
/// ```
/// use peerplan::metrics::ReviewGraph;
/// // 0 and 1 review each other; 1, 2 and 3 review in a circle.
/// let graph = ReviewGraph::new(4, &[(0, 1), (1, 0), (1, 2), (2, 3), (3, 1)]);
/// assert_eq!((graph.reciprocal_pairs(), graph.three_cycles()), (1, 1));
/// assert_eq!(graph.strong_components().count, 1);
/// ```
#[derive(Debug, Clone)]
pub struct ReviewGraph {
    pub(super) persons: u32,
    /// Whose work each person reviews.
    pub(super) reviewed: Rows,
    /// Who reviews the work of each person.
    pub(super) reviewers: Rows,
}

impl ReviewGraph {
    /// The graph of `persons` persons with (assessor, author) arcs. Arcs that name a person not below `persons` are
    /// left out. Time O(arcs · log arcs).
    #[must_use]
    pub fn new(persons: u32, arcs: &[(u32, u32)]) -> Self {
        let inside = |&(from, to): &(u32, u32)| from != to && from < persons && to < persons;
        let mut keys: Vec<u64> = arcs.iter().copied().filter(inside).map(|(from, to)| key(from, to)).collect();
        keys.sort_unstable();
        keys.dedup();
        let arcs = keys.iter().copied().map(pair);
        let reviewed = Rows::new(persons, arcs.clone());
        // Arcs ascend in the assessor, so that each row of assessors ascends too.
        let reviewers = Rows::new(persons, arcs.map(|(from, to)| (to, from)));
        Self { persons, reviewed, reviewers }
    }

    /// How many distinct arcs there are.
    #[must_use]
    pub fn arcs(&self) -> u64 {
        self.reviewed.len() as u64
    }

    /// Unordered pairs of persons who review each other's work: the cycles of length 2. Time O(arcs · log degree).
    #[must_use]
    pub fn reciprocal_pairs(&self) -> u64 {
        let mut pairs = 0;
        for a in 0..self.persons {
            let back = self.reviewers.row(a);
            let ahead = self.reviewed.row(a).iter().filter(|&&b| a < b);
            pairs += ahead.filter(|b| back.binary_search(b).is_ok()).count() as u64;
        }
        pairs
    }

    /// Cycles A → B → C → A of three persons, each counted once; the smallest ring in which favours can be traded
    /// without anybody reviewing their own reviewer (N. Boehmer, R. Bredereck, A. Nichterlein, "Combating Collusion
    /// Rings is Hard but Possible", AAAI 2022).
    ///
    /// Time O(Σ over arcs A → B of the degree of B): 9 steps a person where everybody reviews three.
    #[must_use]
    pub fn three_cycles(&self) -> u64 {
        // Of the three, A is the one with the smallest number.
        let mut reviews_a = vec![u32::MAX; self.persons as usize];
        let mut cycles = 0;
        for a in 0..self.persons {
            for &c in self.reviewers.row(a) {
                reviews_a[c as usize] = a;
            }
            for &b in self.reviewed.row(a).iter().filter(|&&b| b > a) {
                let third = self.reviewed.row(b).iter().filter(|&&c| c > a && reviews_a[c as usize] == a);
                cycles += third.count() as u64;
            }
        }
        cycles
    }

    /// Cycles A → B → C → D → A of four persons, each counted once.
    ///
    /// Time O(Σ over arcs A → B of the degrees of B in both directions): 18 steps a person where everybody reviews three.
    #[must_use]
    pub fn four_cycles(&self) -> u64 {
        // Of the four, A is the one with the smallest number. From A to C there are `ways` over a B.
        let mut ways = vec![0_u64; self.persons as usize];
        let mut reached = Vec::new();
        let mut reviews_a = vec![u32::MAX; self.persons as usize];
        let mut cycles = 0;
        for a in 0..self.persons {
            let later = |person: &&u32| **person > a;
            for &d in self.reviewers.row(a) {
                reviews_a[d as usize] = a;
            }
            for &b in self.reviewed.row(a).iter().filter(later) {
                for &c in self.reviewed.row(b).iter().filter(later) {
                    ways[c as usize] += 1;
                    reached.push(c);
                }
            }
            for &d in self.reviewers.row(a).iter().filter(later) {
                cycles += self.reviewers.row(d).iter().filter(later).map(|&c| ways[c as usize]).sum::<u64>();
            }
            // Where B and D are one person that is no cycle: A and B review each other, and so do B and C.
            for &b in self.reviewed.row(a).iter().filter(later).filter(|&&b| reviews_a[b as usize] == a) {
                let back = self.reviewers.row(b);
                let both = |c: &&u32| back.binary_search(c).is_ok();
                cycles -= self.reviewed.row(b).iter().filter(later).filter(both).count() as u64;
            }
            for c in reached.drain(..) {
                ways[c as usize] = 0;
            }
        }
        cycles
    }

    /// The strongly connected components among the persons who review or are reviewed: in each, feedback can travel
    /// from everybody to everybody.
    ///
    /// Time O(persons + arcs), without recursion (M. Sharir, "A strong-connectivity algorithm and its applications in
    /// data flow analysis", Computers & Mathematics with Applications 7, 1981).
    #[must_use]
    pub fn strong_components(&self) -> Components {
        let takes_part =
            |&person: &u32| !(self.reviewed.row(person).is_empty() && self.reviewers.row(person).is_empty());
        let components = kosaraju_scc(Walk(self)).into_iter();
        Components::of_sizes(
            components.filter(|members| members.iter().any(takes_part)).map(|members| members.len() as u64),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_long_chain_needs_no_deep_stack() {
        let persons = 300_000;
        let ring: Vec<(u32, u32)> = (0..persons).map(|a| (a, (a + 1) % persons)).collect();
        assert_eq!(ReviewGraph::new(persons, &ring).strong_components(), Components { count: 1, largest: 300_000 });
        let components = ReviewGraph::new(persons, &ring[1..]).strong_components();
        assert_eq!(components, Components { count: 300_000, largest: 1 });
    }

    #[test]
    fn those_who_take_no_part_are_no_component() {
        let graph = ReviewGraph::new(5, &[(0, 1), (2, 2), (3, 9), (0, 1)]);
        assert_eq!(graph.arcs(), 1);
        assert_eq!(graph.strong_components(), Components { count: 2, largest: 1 });
        assert_eq!(ReviewGraph::new(0, &[]).strong_components(), Components::default());
    }

    proptest! {
        #[test]
        fn cycles_and_components_agree_with_plain_search(arcs in prop::collection::vec((0_u32..9, 0_u32..9), 0..40)) {
            let graph = ReviewGraph::new(9, &arcs);
            let arc = |a: u32, b: u32| a != b && arcs.contains(&(a, b));
            let (mut pairs, mut triples, mut quadruples) = (0, 0, 0);
            let mut reach = [[false; 9]; 9];
            for a in 0..9 {
                for b in 0..9 {
                    reach[a as usize][b as usize] = a == b || arc(a, b);
                    pairs += u64::from(a < b && arc(a, b) && arc(b, a));
                    for c in 0..9 {
                        triples += u64::from(a < b && a < c && arc(a, b) && arc(b, c) && arc(c, a));
                        let fourth = |&d: &u32| a < d && b != d && arc(c, d) && arc(d, a);
                        let three = a < b && a < c && arc(a, b) && arc(b, c);
                        quadruples += if three { (0..9).filter(fourth).count() as u64 } else { 0 };
                    }
                }
            }
            prop_assert_eq!(graph.reciprocal_pairs(), pairs);
            prop_assert_eq!(graph.three_cycles(), triples);
            prop_assert_eq!(graph.four_cycles(), quadruples);
            for via in 0..9 {
                for from in 0..9 {
                    for to in 0..9 {
                        reach[from][to] |= reach[from][via] && reach[via][to];
                    }
                }
            }
            let takes_part = |a: u32| (0..9).any(|b| arc(a, b) || arc(b, a));
            let together = |a: u32| (0..9).filter(move |&b| reach[a as usize][b as usize] && reach[b as usize][a as usize]);
            let sizes = (0..9).filter(|&a| takes_part(a) && together(a).min() == Some(a)).map(|a| together(a).count() as u64);
            prop_assert_eq!(graph.strong_components(), Components::of_sizes(sizes));
        }
    }
}
