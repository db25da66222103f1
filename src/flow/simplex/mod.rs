//! The primal network simplex method for flows of least cost on any directed graph.
//!
//! # The problem
//! Arcs `u → v` have a lower and an upper bound on their flow and a cost for each unit of it. Wanted is a flow of least
//! total cost that keeps the bounds and at each node passes on exactly what it receives (a circulation; supplies are
//! arcs of a fixed flow from or to node 0). Node 0 is the root of all trees, so a node that most others have an arc
//! from or to makes the best node 0.
//!
//! # The method
//! A basis is a spanning tree; every arc outside of it is at one of its bounds (G. B. Dantzig, "Application of the
//! simplex method to a transportation problem", 1951). Trees are *strongly feasible*: from every node a positive amount
//! could be sent along the tree to the root. Choosing as leaving arc the last blocking one on the cycle, seen from its
//! node nearest to the root in the direction of the change, keeps them so, and then no tree is met twice (W. H.
//! Cunningham, "A network simplex method", 1976). The entering arc is the most violated of a block of arcs, and the
//! blocks are gone through in a ring (M. D. Grigoriadis, "An efficient implementation of the network simplex method",
//! 1986). Arcs lie sorted by their tails, so that a block is about a row of a transportation problem (row minimum: F.
//! Glover, D. Karney, D. Klingman and A. Napier, "A computation study on start procedures, basis change criteria, and
//! solution algorithms for transportation problems", 1974). The tree is held in preorder, with the size and the last
//! node of each subtree (experiences with such representations: P. Kovács, "Minimum-cost flow algorithms: an
//! experimental evaluation", 2015).
//!
//! The start is a star around node 0 of given arcs where their bounds allow it and else of artificial ones, which cost
//! more than every path without them. If flow remains on an artificial arc there is no flow within the bounds, and the
//! nodes behind such arcs are a set that shows it (A. J. Hoffman's circulation theorem, 1960).
//!
//! # Signs and invariants
//! With potentials `p`, the reduced cost of `u → v` is `cost + p(u) − p(v)`, and `p(0) = 0`. It is zero on the arcs of
//! the tree. The flow is optimal when no arc at its lower bound has a negative and none at its upper bound a positive
//! one.
//!
//! # Arithmetic
//! With `n` nodes and costs up to `c` in size, artificial arcs cost `2nc + 1`. A path in the tree has at most one of
//! them, as they all end at its root, so potentials are at most `3nc + 1` in size and reduced costs `7nc + 2`:
//! everything fits when [`magnitude`] fits the type of the potentials. Flows are sums of bounds; see [`INFINITE`](graph::INFINITE).
//!
//! # Complexity
//! No polynomial bound is known for this choice of pivots; a pivot costs the arcs of a block, the length of a cycle and
//! the size of the subtree that moves. Memory: 16 bytes an arc with narrow costs, about 60 a node.
//!
//! The result depends on the order of arcs and nodes as given, and on nothing else.

mod graph;
mod outcome;
mod pivot;
mod pricing;
mod start;
#[cfg(test)]
mod tests;
mod tree;

use alloc::vec::Vec;

use self::tree::Tree;
use super::Weight;

pub(super) use self::graph::{Arc, Graph, MOST, magnitude};
pub(super) use self::outcome::Halt;

/// After so many pivots the observer is asked whether to go on.
const ROUND: u64 = 1024;

/// Marks in [`Simplex::heads`] the arcs that are at their upper bound.
const FULL: u32 = 1 << 31;

/// The state of the method: costs are stored as `C` and counted in `W`.
#[derive(Debug)]
pub(super) struct Simplex<C, W> {
    /// The nodes that arcs lie at, in the order of pricing.
    ring: Vec<u32>,
    /// Per node of the ring its first arc; one more entry than nodes.
    starts: Vec<u32>,
    /// Per arc its head and [`FULL`].
    heads: Vec<u32>,
    costs: Vec<C>,
    /// Per arc the upper less the lower bound; after [`run`](Self::run) the flow above the lower bound.
    spans: Vec<i64>,
    tree: Tree,
    potentials: Vec<W>,
    /// The cost of artificial arcs.
    far: W,
    block: usize,
    /// Place in the ring and number of the arc at which pricing goes on.
    cursor: (usize, usize),
    pivots: u64,
}

impl<C: Copy + Into<W>, W: Weight> Simplex<C, W> {
    /// The arcs that lie at a place of the ring.
    fn arcs_at(&self, place: usize) -> core::ops::Range<usize> {
        self.starts[place] as usize..self.starts[place + 1] as usize
    }

    /// Pivots until the flow is optimal; the observer is told the number of pivots now and then.
    pub(super) fn run(&mut self, observer: &mut dyn FnMut(u64) -> bool) -> Result<(), Halt> {
        while let Some((tail, arc, reduced)) = self.price() {
            if !self.pivot(tail, arc, reduced) {
                return Err(Halt::Unbounded);
            }
            self.pivots += 1;
            if self.pivots.is_multiple_of(ROUND) && !observer(self.pivots) {
                return Err(Halt::Stopped);
            }
        }
        self.finish()
    }

    /// The number of pivots.
    pub(super) const fn pivots(&self) -> u64 {
        self.pivots
    }

    /// Per node its potential.
    pub(super) fn potentials(&self) -> &[W] {
        &self.potentials
    }

    /// Visits all arcs with their flow, in the order of the graph; to be called after a successful run.
    pub(super) fn each_flow(&self, graph: &impl Graph, mut visit: impl FnMut(&Arc, i64)) {
        let mut next = alloc::vec![0_u32; self.tree.len()];
        for (&node, &start) in self.ring.iter().zip(&self.starts) {
            next[node as usize] = start;
        }
        graph.arcs(&mut |arc| {
            let mut flow = arc.lower;
            if arc.upper > arc.lower {
                let next = &mut next[arc.place().0 as usize];
                let above = self.spans[*next as usize];
                flow = if arc.turns() { arc.upper - above } else { arc.lower + above };
                *next += 1;
            }
            visit(&arc, flow);
        });
    }
}
