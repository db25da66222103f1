//! How the method ends: with a flow and potentials, or with what stands in the way.

use alloc::vec::Vec;

use super::super::Weight;
use super::{FULL, Simplex};

/// How the method ended without a flow.
#[derive(Debug)]
pub(in super::super) enum Halt {
    /// The bounds cannot be kept: more flow is forced over the border of `nodes` than the other direction can take.
    Infeasible {
        /// Node 0 is not among them.
        nodes: Vec<u32>,
        /// Whether it is forced into the set.
        inward: bool,
    },
    /// A cycle of negative cost has no upper bound.
    Unbounded,
    /// The observer asked to stop.
    Stopped,
}

impl<C: Copy + Into<W>, W: Weight> Simplex<C, W> {
    /// Takes the flow off the tree, or tells what set of nodes has too much or too little.
    pub(super) fn finish(&mut self) -> Result<(), Halt> {
        let mut stuck = [false; 2];
        for node in 1..self.tree.len() {
            if self.tree.artificial(node) && self.tree.flow(node) > 0 {
                stuck[(self.tree.links[node].arc & 1) as usize] = true;
            }
        }
        // All nodes behind artificial arcs to the root have potentials near `−far`, so that arcs from them to others are
        // at their upper bounds and those from others at their lower ones; and the other way round.
        if let Some(up) = stuck.iter().position(|&stuck| stuck) {
            let mut nodes = self.tree.behind(up == 1);
            nodes.sort_unstable();
            return Err(Halt::Infeasible { nodes, inward: up == 1 });
        }
        self.come_near(true);
        self.come_near(false);
        for (span, head) in self.spans.iter_mut().zip(&self.heads) {
            if head & FULL == 0 {
                *span = 0;
            }
        }
        for node in 1..self.tree.len() {
            if !self.tree.artificial(node) {
                self.spans[(self.tree.links[node].arc >> 1) as usize] = self.tree.flow(node);
            }
        }
        Ok(())
    }

    /// Shifts the potentials of all nodes behind artificial arcs of one direction as near to the others as they can
    /// come without another flow: until an arc between them has reduced cost zero, at most until the artificial arcs
    /// would cost nothing.
    fn come_near(&mut self, up: bool) {
        let nodes = self.tree.behind(up);
        if nodes.is_empty() {
            return;
        }
        let mut inside = alloc::vec![false; self.tree.len()];
        for &node in &nodes {
            inside[node as usize] = true;
        }
        let mut shift = self.far;
        for (place, &tail) in self.ring.iter().enumerate() {
            for arc in self.arcs_at(place) {
                let (tail, head) = (tail as usize, (self.heads[arc] & !FULL) as usize);
                if inside[tail] != inside[head] {
                    let reduced = self.costs[arc].into() + self.potentials[tail] - self.potentials[head];
                    shift = shift.min(if reduced < W::ZERO { W::ZERO - reduced } else { reduced });
                }
            }
        }
        for &node in &nodes {
            let potential = &mut self.potentials[node as usize];
            *potential = if up { *potential + shift } else { *potential - shift };
        }
    }
}
