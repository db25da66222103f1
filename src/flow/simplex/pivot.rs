//! A change of basis: flow is sent around the cycle that an arc closes with the tree, and the arc is exchanged for one that
//! blocks.
//!
//! Of several blocking arcs the last one leaves, seen from the node of the cycle nearest to the root in the direction of the
//! change: this keeps the tree strongly feasible.

use super::super::{NONE, Weight, number};
use super::graph::INFINITE;
use super::tree::{ARTIFICIAL, Room};
use super::{FULL, Simplex};

impl<C, W: Weight> Simplex<C, W> {
    /// Sends flow around the cycle that an arc closes, and exchanges it for the one that blocks. False when none does.
    pub(super) fn pivot(&mut self, tail: u32, arc: usize, reduced: W) -> bool {
        let head = self.heads[arc] & !FULL;
        let full = self.heads[arc] & FULL != 0;
        let span = self.spans[arc];
        // The flow changes from `first` over the arc to `second`, up to `join` and down again.
        let (first, second) = if full { (head, tail) } else { (tail, head) };
        let (mut low, mut high) = (first, second);
        let (mut low_room, mut low_out) = (span, NONE);
        let (mut high_room, mut high_out) = (span, NONE);
        while low != high {
            // Of two nodes the one with the smaller subtree is not above the other.
            let (low_link, high_link) = (&self.tree.links[low as usize], &self.tree.links[high as usize]);
            if low_link.size < high_link.size {
                let room = self.tree.rooms[low as usize].fall;
                if room < low_room {
                    (low_room, low_out) = (room, low);
                }
                low = low_link.parent;
            } else {
                let room = self.tree.rooms[high as usize].rise;
                if room <= high_room {
                    (high_room, high_out) = (room, high);
                }
                high = high_link.parent;
            }
        }
        let join = low;
        let change = low_room.min(high_room);
        if change >= INFINITE / 2 {
            return false;
        }
        if change > 0 {
            self.tree.send(first, join, -change);
            self.tree.send(second, join, change);
        }
        let high_leaves = high_out != NONE && high_room <= low_room;
        if !high_leaves && low_out == NONE {
            self.heads[arc] ^= FULL;
            return true;
        }
        let (out, top, under) = if high_leaves { (high_out, second, first) } else { (low_out, first, second) };
        let flow = if full { span - change } else { change };
        let up = top == tail;
        let room = if up { Room { rise: span - flow, fall: flow } } else { Room { rise: flow, fall: span - flow } };
        let leaving = self.tree.links[out as usize].arc;
        if leaving >> 1 != ARTIFICIAL {
            let head = &mut self.heads[(leaving >> 1) as usize];
            let leads_up = leaving & 1 == 1;
            *head = if leads_up == high_leaves { *head | FULL } else { *head & !FULL };
        }
        let last = self.tree.hang(top, out, under, join, 2 * number(arc) + u32::from(up), room);
        // The potentials of the subtree that has moved.
        let shift = if up { W::ZERO - reduced } else { reduced };
        let mut node = top;
        loop {
            self.potentials[node as usize] = self.potentials[node as usize] + shift;
            if node == last {
                return true;
            }
            node = self.tree.links[node as usize].next;
        }
    }
}
