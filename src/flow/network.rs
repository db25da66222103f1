//! Bipartite b-matching with separable convex costs, and minima at a price: the network that composed goals make.
//!
//! # The problem
//! A [`Network`] has left nodes, right nodes and edges, each edge used or not. Some edges of one left node may share
//! a *bundle*, which bounds how many of them are used; some right nodes may share a *group*, which bounds the sum of
//! theirs. With `x(v)` the number of used edges at a node, bundle or group `v`, a *flow* keeps `x(v) ≤ max(v)`
//! everywhere. Its cost is the sum of
//!
//! * the costs of the used edges,
//! * for each node and each group: `linear·x + square·(base + x)² + short·z + short_square·z²` with `z = max(0, min − x)`,
//! * for each bundle: `short·max(0, min − x)`,
//!
//! all coefficients but edge costs and `linear` not negative, so that every node's cost is convex in `x`. Minima are
//! thus soft, at a price the caller sets above everything else when they are hard. All numbers are integers; a
//! lexicographic order of goals is composed into one weight by the caller.
//!
//! # The method
//! [`solve`](Network::solve) is the primal-dual method (L. R. Ford and D. R. Fulkerson, "Flows in Networks", 1962;
//! convex costs as parallel arcs of increasing cost): shortest paths from the source under reduced costs (R. Busacker
//! and P. Gowen 1961; potentials after N. Tomizawa 1971, J. Edmonds and R. Karp 1972), then for each distance value
//! blocking flows over the arcs of reduced cost zero (E. Dinic 1970; J. Hopcroft and R. Karp 1973).
//!
//! Invariant: every residual arc `u → v` of cost `c` has reduced cost `c + potential(u) − potential(v) ≥ 0`, where
//! the source has potential 0. So a flow of value `v` is of least cost among those of value `v`, and the potentials
//! prove it. The cost of the next path does not decrease, so the flow of least cost over all values is reached where
//! the next path no longer has negative cost.
//!
//! Complexity: O(d · (E log V + E √V)) for `d` different path costs; `d` is small for uniform problems.
//!
//! Results depend on the network as given (node and edge numbers) and nothing else; the caller numbers the nodes in
//! a seeded order where ties are to be broken by seed.

use alloc::vec::Vec;

use super::{NONE, Weight, number};

/// A node: how many edges it wants used, may have used, and has beside the network already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Node {
    pub(crate) min: u32,
    pub(crate) max: u32,
    pub(crate) base: u32,
}

/// What the use of a node costs, the same for all nodes of a side, and for all groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NodeCost<W> {
    pub(crate) linear: W,
    pub(crate) square: W,
    pub(crate) short: W,
    pub(crate) short_square: W,
}

impl<W: Weight> NodeCost<W> {
    pub(crate) const FREE: Self = Self { linear: W::ZERO, square: W::ZERO, short: W::ZERO, short_square: W::ZERO };

    /// What the step from `x` to `x + 1` used edges costs; does not decrease in `x`.
    pub(crate) fn step(&self, node: Node, x: u32) -> W {
        let squares = W::from(node.base) + W::from(x);
        let mut cost = self.linear + self.square * (squares + squares + W::ONE);
        if x < node.min {
            let missing = W::from(node.min - x);
            cost = cost - self.short - self.short_square * (missing + missing - W::ONE);
        }
        cost
    }
}

/// A bundle: a set of edges of one left node of which at least `min` (softly) and at most `max` are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Bundle {
    pub(crate) left: u32,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// An edge as given by the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Edge<W> {
    pub(crate) right: u32,
    /// A number that is equal for edges of this left node in one bundle, or [`NONE`].
    pub(crate) bundle: u32,
    pub(crate) cost: W,
}

/// A bipartite network; see the module.
///
/// Edges are numbered left node by left node; those of a left node stand bundle by bundle, then the ones without.
#[derive(Debug, Clone)]
pub(crate) struct Network<W> {
    pub(crate) left: Vec<Node>,
    pub(crate) right: Vec<Node>,
    pub(crate) left_cost: NodeCost<W>,
    pub(crate) right_cost: NodeCost<W>,
    /// The price of each edge a bundle is short of its minimum.
    pub(crate) bundle_short: W,
    pub(super) bundles: Vec<Bundle>,
    /// Per left node: first edge. One more entry than nodes.
    pub(super) edge_starts: Vec<u32>,
    /// Per left node: first edge without a bundle.
    pub(super) loose_starts: Vec<u32>,
    /// Per left node: first bundle. One more entry than nodes.
    pub(super) bundle_starts: Vec<u32>,
    /// Per bundle: first edge; it ends where the next bundle of the node or its loose edges begin.
    pub(super) bundle_edges: Vec<(u32, u32)>,
    pub(super) edge_left: Vec<u32>,
    pub(super) edge_right: Vec<u32>,
    pub(super) edge_bundle: Vec<u32>,
    pub(super) edge_cost: Vec<W>,
    /// Per right node: the edges that end there.
    pub(super) incoming_starts: Vec<u32>,
    pub(super) incoming: Vec<u32>,
    pub(crate) groups: Groups<W>,
}

/// Groups of right nodes; a network may have none at all.
#[derive(Debug, Clone)]
pub(crate) struct Groups<W> {
    pub(crate) nodes: Vec<Node>,
    pub(super) cost: NodeCost<W>,
    /// Right node -> group or [`NONE`]; empty where there are no groups.
    pub(super) of: Vec<u32>,
    /// Per group: its right nodes. One more start than groups, or none at all.
    starts: Vec<u32>,
    members: Vec<u32>,
}

impl<W: Weight> Groups<W> {
    /// No groups.
    pub(crate) const fn none() -> Self {
        Self { nodes: Vec::new(), cost: NodeCost::FREE, of: Vec::new(), starts: Vec::new(), members: Vec::new() }
    }

    /// Groups with what they want and cost, and for each right node its group or [`NONE`].
    pub(crate) fn new(nodes: Vec<Node>, cost: NodeCost<W>, of: Vec<u32>) -> Self {
        if nodes.is_empty() {
            return Self::none();
        }
        let mut members: Vec<u32> = (0..number(of.len())).filter(|&right| of[right as usize] != NONE).collect();
        members.sort_by_key(|&right| of[right as usize]);
        let before = |group: u32| number(members.partition_point(|&right| of[right as usize] < group));
        let starts = (0..=number(nodes.len())).map(before).collect();
        Self { nodes, cost, of, starts, members }
    }

    /// The group of a right node.
    pub(crate) fn of(&self, right: usize) -> Option<usize> {
        self.of.get(right).filter(|&&group| group != NONE).map(|&group| group as usize)
    }

    /// The right nodes of a group, ascending.
    pub(super) fn members(&self, group: usize) -> &[u32] {
        &self.members[self.starts[group] as usize..self.starts[group + 1] as usize]
    }

    /// The same groups with other nodes and costs.
    pub(super) fn with<V: Weight>(&self, nodes: Vec<Node>, cost: NodeCost<V>) -> Groups<V> {
        let Self { of, starts, members, .. } = self.clone();
        Groups { nodes, cost, of, starts, members }
    }
}

impl<W: Weight> Network<W> {
    /// A network without edges yet; add them left node by left node with [`add_left`](Self::add_left).
    pub(crate) fn new(right: Vec<Node>, left_cost: NodeCost<W>, right_cost: NodeCost<W>, bundle_short: W) -> Self {
        Self {
            left: Vec::new(),
            right,
            left_cost,
            right_cost,
            bundle_short,
            bundles: Vec::new(),
            edge_starts: alloc::vec![0],
            loose_starts: Vec::new(),
            bundle_starts: alloc::vec![0],
            bundle_edges: Vec::new(),
            edge_left: Vec::new(),
            edge_right: Vec::new(),
            edge_bundle: Vec::new(),
            edge_cost: Vec::new(),
            incoming_starts: Vec::new(),
            incoming: Vec::new(),
            groups: Groups::none(),
        }
    }

    /// The same with groups of right nodes.
    pub(crate) fn grouped(self, groups: Groups<W>) -> Self {
        Self { groups, ..self }
    }

    /// Adds the next left node with its edges; `limits` gives minimum and maximum of each bundle by its number.
    /// The order of edges within a bundle, and of those without one, is kept.
    pub(crate) fn add_left(&mut self, node: Node, edges: &mut [Edge<W>], limits: impl Fn(u32) -> (u32, u32)) {
        let left = number(self.left.len());
        edges.sort_by_key(|edge| edge.bundle);
        let loose = edges.partition_point(|edge| edge.bundle != NONE);
        let mut last = NONE;
        for (k, edge) in edges.iter().enumerate() {
            let first = number(self.edge_right.len());
            let mut bundle = NONE;
            if k < loose {
                if edge.bundle != last {
                    let (min, max) = limits(edge.bundle);
                    self.bundles.push(Bundle { left, min, max });
                    self.bundle_edges.push((first, first));
                    last = edge.bundle;
                }
                bundle = number(self.bundles.len()) - 1;
                self.bundle_edges[bundle as usize].1 = first + 1;
            }
            self.edge_left.push(left);
            self.edge_right.push(edge.right);
            self.edge_bundle.push(bundle);
            self.edge_cost.push(edge.cost);
        }
        let end = number(self.edge_right.len());
        self.loose_starts.push(end - number(edges.len() - loose));
        self.edge_starts.push(end);
        self.bundle_starts.push(number(self.bundles.len()));
        self.left.push(node);
    }

    /// Sorts the edges by right node; to be called once all left nodes are there.
    pub(crate) fn finish(&mut self) {
        let mut starts = alloc::vec![0_u32; self.right.len() + 1];
        for &right in &self.edge_right {
            starts[right as usize + 1] += 1;
        }
        for right in 0..self.right.len() {
            starts[right + 1] += starts[right];
        }
        let mut next = starts.clone();
        self.incoming = alloc::vec![0; self.edge_right.len()];
        for (edge, &right) in self.edge_right.iter().enumerate() {
            self.incoming[next[right as usize] as usize] = number(edge);
            next[right as usize] += 1;
        }
        self.incoming_starts = starts;
    }

    /// The number of edges.
    pub(crate) const fn edges(&self) -> usize {
        self.edge_right.len()
    }

    /// Left and right node of an edge.
    pub(crate) fn ends(&self, edge: usize) -> (usize, usize) {
        (self.edge_left[edge] as usize, self.edge_right[edge] as usize)
    }

    pub(super) fn edges_of(&self, left: usize) -> core::ops::Range<usize> {
        self.edge_starts[left] as usize..self.edge_starts[left + 1] as usize
    }

    pub(super) fn loose_edges_of(&self, left: usize) -> core::ops::Range<usize> {
        self.loose_starts[left] as usize..self.edge_starts[left + 1] as usize
    }

    pub(super) fn bundles_of(&self, left: usize) -> core::ops::Range<usize> {
        self.bundle_starts[left] as usize..self.bundle_starts[left + 1] as usize
    }

    pub(super) fn edges_in(&self, bundle: usize) -> core::ops::Range<usize> {
        let (start, end) = self.bundle_edges[bundle];
        start as usize..end as usize
    }

    pub(super) fn incoming(&self, right: usize) -> &[u32] {
        &self.incoming[self.incoming_starts[right] as usize..self.incoming_starts[right + 1] as usize]
    }

    /// What the next used edge of a right node costs there.
    pub(super) fn right_step(&self, right: usize, x: u32) -> W {
        self.right_cost.step(self.right[right], x)
    }

    /// What the next used edge of a group costs there.
    pub(super) fn group_step(&self, group: usize, x: u32) -> W {
        self.groups.cost.step(self.groups.nodes[group], x)
    }

    /// What one more used edge in a bundle costs.
    pub(super) fn bundle_step(&self, bundle: usize, x: u32) -> W {
        if x < self.bundles[bundle].min { W::ZERO - self.bundle_short } else { W::ZERO }
    }
}
