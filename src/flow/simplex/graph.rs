//! What the method is given: graphs, arc by arc, and the numbers there is room for.

use super::FULL;
use super::tree::ARTIFICIAL;

/// An upper bound that never binds. All finite bounds of a graph together are at most an eighth of it.
pub(super) const INFINITE: i64 = 1 << 61;

/// There are fewer nodes and fewer arcs.
pub(in super::super) const MOST: usize = ARTIFICIAL as usize;

/// An arc as given by the caller.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Arc {
    pub(in super::super) tail: u32,
    pub(in super::super) head: u32,
    /// At least 0 and at most `upper`.
    pub(in super::super) lower: i64,
    pub(in super::super) upper: i64,
    /// Not `i64::MIN`.
    pub(in super::super) cost: i64,
    /// What the caller knows the arc by.
    pub(in super::super) tag: u32,
}

impl Arc {
    /// Whether the arc is held as one of what does not flow, from head to tail: arcs from the root are, so that they do
    /// not all lie at one node.
    pub(super) const fn turns(&self) -> bool {
        self.tail == 0 && self.head != 0 && self.upper < INFINITE
    }

    /// Tail, head with [`FULL`], and cost, as the arc is held.
    pub(super) const fn place(&self) -> (u32, u32, i64) {
        if self.turns() { (self.head, self.tail | FULL, -self.cost) } else { (self.tail, self.head, self.cost) }
    }
}

/// A graph is what calls a visitor with its arcs, each time the same.
pub(in super::super) trait Graph {
    /// The number of nodes.
    fn nodes(&self) -> usize;

    /// Visits all arcs.
    fn arcs(&self, visit: &mut dyn FnMut(Arc));
}

/// A bound on all numbers met with `nodes` nodes and costs up to `largest`; they fit where this fits.
pub(in super::super) fn magnitude(nodes: usize, largest: u64) -> u128 {
    8 * (nodes as u128 + 1) * (u128::from(largest) + 1)
}
