//! What all flows of least cost have in common, told by the potentials of one of them.
//!
//! By complementary slackness a flow is of least cost exactly when it leaves every arc of positive reduced cost empty
//! and fills every arc of negative reduced cost. The steps of a node's convex cost are arcs too: those of negative
//! reduced cost are the load it has at least, those not above zero the load it has at most.

use alloc::vec::Vec;

use super::instance::Window;
use super::{Flow, NONE, Network, Weight};

/// The flows of least cost: those that keep these windows, use the forced edges, and beyond them edges of reduced cost
/// zero only. Where the flow was one of a given value, they have that value as well.
#[derive(Debug, Clone)]
pub(crate) struct Common {
    pub(crate) left: Vec<Window>,
    pub(crate) right: Vec<Window>,
    pub(crate) groups: Vec<Window>,
    /// In the order of their left nodes.
    pub(crate) bundles: Vec<Bundled>,
    /// The edges of negative reduced cost, by left and right node, in the order of the left nodes.
    pub(crate) forced: Vec<(u32, u32)>,
    pub(crate) left_potential: Vec<i128>,
    pub(crate) right_potential: Vec<i128>,
}

/// The same of a bundle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bundled {
    pub(crate) left: u32,
    /// The right node of one of its edges.
    pub(crate) right: u32,
    pub(crate) window: Window,
    pub(crate) potential: i128,
}

impl<W: Weight> Flow<W> {
    /// What all flows of least cost have in common; `value` is what [`Network::solve`] was asked for.
    pub(crate) fn common(&self, net: &Network<W>, value: Option<u64>) -> Common {
        // Where the first unit would already cost something, or none is asked for, there is no other flow than none.
        let nothing = value.map_or(self.sink > W::ZERO, |value| value == 0);
        let forced: Vec<usize> = (0..net.edges())
            .filter(|&edge| {
                let (_, right) = net.ends(edge);
                let (tail, head) = (self.potential[net.tail_node(edge)], self.right_potential(net, right));
                self.used[edge] && net.edge_cost[edge] + tail < head
            })
            .collect();
        // A load is never below the forced edges, whatever its steps cost.
        let mut least = alloc::vec![0_u32; net.nodes()];
        for &edge in &forced {
            let (left, right) = net.ends(edge);
            least[left] += 1;
            least[net.right_node(right)] += 1;
            if net.edge_bundle[edge] != NONE {
                least[net.bundle_node(net.edge_bundle[edge] as usize)] += 1;
            }
            if let Some(group) = net.groups.of(right) {
                least[net.group_node(group)] += 1;
            }
        }
        let window = |node: usize, max: u32, step: &dyn Fn(u32) -> W| {
            let max = if nothing { 0 } else { max };
            Window::new(first(max, |x| step(x) >= W::ZERO).max(least[node]), first(max, |x| step(x) > W::ZERO))
        };
        let left = (0..net.left.len()).map(|left| {
            let node = net.left[left];
            window(left, node.max, &|x| net.left_cost.step(node, x) - self.potential[left])
        });
        let right = (0..net.right.len()).map(|right| {
            let onward = net.groups.of(right).map_or(self.sink, |group| self.potential[net.group_node(group)]);
            let here = self.right_potential(net, right);
            window(net.right_node(right), net.right[right].max, &|x| net.right_step(right, x) + here - onward)
        });
        let groups = net.groups.nodes.iter().enumerate().map(|(group, limits)| {
            let node = net.group_node(group);
            window(node, limits.max, &|x| net.group_step(group, x) + self.potential[node] - self.sink)
        });
        let bundles = (0..net.bundles.len()).map(|bundle| {
            let (limits, node) = (net.bundles[bundle], net.bundle_node(bundle));
            let (from, to) = (self.potential[limits.left as usize], self.potential[node]);
            Bundled {
                left: limits.left,
                right: net.edge_right[net.edges_in(bundle).start],
                window: window(node, limits.max, &|x| net.bundle_step(bundle, x) + from - to),
                potential: to.into(),
            }
        });
        Common {
            left: left.collect(),
            right: right.collect(),
            groups: groups.collect(),
            bundles: bundles.collect(),
            forced: forced.into_iter().map(|edge| (net.edge_left[edge], net.edge_right[edge])).collect(),
            left_potential: (0..net.left.len()).map(|left| self.potential[left].into()).collect(),
            right_potential: (0..net.right.len()).map(|right| self.right_potential(net, right).into()).collect(),
        }
    }
}

/// The first number below `end` from which on something holds, or `end`.
pub(super) fn first(end: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut low, mut high) = (0, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) { high = middle } else { low = middle + 1 }
    }
    low
}
