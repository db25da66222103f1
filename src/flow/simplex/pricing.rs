//! Which arc enters the tree: the most violated of a block, and the order in which blocks are gone through.

use alloc::vec::Vec;

use super::super::Weight;
use super::{FULL, Simplex};

/// Blocks have this many arcs at least.
pub(super) const LEAST_BLOCK: usize = 64;

impl<C: Copy + Into<W>, W: Weight> Simplex<C, W> {
    /// The most violated arc of the next block that has one, with its tail and its reduced cost.
    pub(super) fn price(&mut self) -> Option<(u32, usize, W)> {
        let count = self.heads.len();
        let (mut place, mut arc) = self.cursor;
        let (mut seen, mut left) = (0, self.block);
        let (mut worst, mut found) = (W::ZERO, None);
        while seen < count {
            let (tail, end) = (self.ring[place], self.starts[place + 1] as usize);
            let stop = end.min(arc + left);
            let from = self.potentials[tail as usize];
            for (k, (&head, &cost)) in self.heads[arc..stop].iter().zip(&self.costs[arc..stop]).enumerate() {
                let reduced = cost.into() + from - self.potentials[(head & !FULL) as usize];
                let gain = if head & FULL == 0 { reduced } else { W::ZERO - reduced };
                if gain < worst {
                    worst = gain;
                    found = Some((tail, arc + k, reduced));
                }
            }
            seen += stop - arc;
            left -= stop - arc;
            arc = stop;
            if arc == end {
                place += 1;
                if place == self.ring.len() {
                    (place, arc) = (0, 0);
                }
            }
            if left == 0 {
                if found.is_some() {
                    break;
                }
                left = self.block;
            }
        }
        self.cursor = (place, arc);
        found
    }
}

/// The order in which nodes are priced: those with more arcs than the mean in their order, and the others spread evenly
/// among them, so that no long stretch has arcs of one kind only.
pub(super) fn ring(degrees: &[u32]) -> Vec<u32> {
    let (mut long, mut short): (Vec<u32>, Vec<u32>) = (Vec::new(), Vec::new());
    let arcs: u64 = degrees.iter().map(|&degree| u64::from(degree)).sum();
    let nodes = degrees.iter().filter(|&&degree| degree > 0).count() as u64;
    for (node, &degree) in (0_u32..).zip(degrees) {
        if degree > 0 {
            if u64::from(degree) * nodes > arcs { long.push(node) } else { short.push(node) }
        }
    }
    let mut ring = Vec::with_capacity(long.len() + short.len());
    let mut rest = short.iter();
    for (k, &node) in long.iter().enumerate() {
        ring.push(node);
        let due = (k as u64 + 1) * short.len() as u64 / long.len() as u64;
        while ((ring.len() - k - 1) as u64) < due {
            ring.extend(rest.next());
        }
    }
    ring.extend(rest);
    ring
}
