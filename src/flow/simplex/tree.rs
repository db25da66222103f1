//! The spanning tree of a basis, with what flows on it.
//!
//! Nodes stand in preorder, in a ring of the links [`next`](Link::next) and [`back`](Link::back) that begins at the root,
//! node 0; a subtree is the [`size`](Link::size) nodes from its top on, the last of which is [`last`](Link::last). What
//! flows between a node and its parent leaves [`rooms`](Tree::rooms) of at least 0 either way, and above 0 towards the
//! parent: the tree is strongly feasible.

use alloc::vec::Vec;
use core::mem::replace;

use super::super::{NONE, number};

/// The number of an arc that only the method has; such arcs end at the root and have no upper bound.
pub(super) const ARTIFICIAL: u32 = (1 << 31) - 1;

/// The place of a node in the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    pub(super) parent: u32,
    /// The arc to or from the parent, twice its number, and one more where it leads to the parent.
    pub(super) arc: u32,
    /// The next node in preorder; the last is followed by the root.
    pub(super) next: u32,
    /// The previous node in preorder.
    back: u32,
    /// The number of nodes in the subtree.
    pub(super) size: u32,
    /// The last node of the subtree in preorder.
    last: u32,
}

/// By how much the flow between a node and its parent can change.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Towards the parent.
    pub(super) rise: i64,
    /// Away from it.
    pub(super) fall: i64,
}

impl Room {
    /// Seen from the other end.
    pub(super) const fn turned(self) -> Self {
        Self { rise: self.fall, fall: self.rise }
    }
}

/// The nodes, each with its place and with the arc between it and its parent.
#[derive(Debug)]
pub(super) struct Tree {
    pub(super) links: Vec<Link>,
    /// Per node the room on the arc to its parent; that of the root is nothing.
    pub(super) rooms: Vec<Room>,
}

impl Tree {
    /// The root of a star of so many nodes; the others are still to be added.
    pub(super) fn star(nodes: usize) -> Self {
        let last = number(nodes - 1);
        let root = Link { parent: NONE, arc: NONE, next: last.min(1), back: last, size: last + 1, last };
        Self { links: alloc::vec![root], rooms: alloc::vec![Room { rise: 0, fall: 0 }] }
    }

    /// Adds the next node of the star.
    pub(super) fn add_leaf(&mut self, arc: u32, room: Room) {
        let node = number(self.links.len());
        let next = if node == self.links[0].last { 0 } else { node + 1 };
        self.links.push(Link { parent: 0, arc, next, back: node - 1, size: 1, last: node });
        self.rooms.push(room);
    }

    /// The number of nodes.
    pub(super) const fn len(&self) -> usize {
        self.links.len()
    }

    /// Adds to the flow towards `join` on the way from a node to it.
    pub(super) fn send(&mut self, mut node: u32, join: u32, change: i64) {
        while node != join {
            let room = &mut self.rooms[node as usize];
            room.rise -= change;
            room.fall += change;
            node = self.links[node as usize].parent;
        }
    }

    /// Makes `second` follow `first` in preorder.
    fn follow(&mut self, first: u32, second: u32) {
        self.links[first as usize].next = second;
        self.links[second as usize].back = first;
    }

    /// Cuts the subtree of `out` off, makes `top` its root, and hangs it under a node of the rest by an arc; `join` is
    /// above both places. Returns the last node of the subtree.
    pub(super) fn hang(&mut self, top: u32, out: u32, under: u32, join: u32, arc: u32, room: Room) -> u32 {
        let Link { parent, back, size: total, last: out_last, .. } = self.links[out as usize];
        let after = self.links[out_last as usize].next;
        self.follow(back, after);
        // The path from `top` up to `out` is turned round. The preorder of the turned tree is the subtree of `top`, then
        // for each node of the path the part of its subtree that does not belong to the node before.
        let (mut node, mut above, mut arc, mut room, mut size) = (top, under, arc, room, total);
        // What stood before and after the subtree of `node`, and the end of the new order so far.
        let Link { back: mut before, last: mut end, .. } = self.links[top as usize];
        let mut next = self.links[end as usize].next;
        loop {
            let old = self.links[node as usize];
            let old_room = replace(&mut self.rooms[node as usize], room);
            let link = &mut self.links[node as usize];
            (link.parent, link.arc, link.size) = (above, arc, size);
            if node == out {
                break;
            }
            let up = self.links[old.parent as usize];
            let (up_next, up_end) = if up.last == old.last {
                (next, before)
            } else {
                let up_next = self.links[up.last as usize].next;
                self.follow(before, next);
                (up_next, up.last)
            };
            self.follow(end, old.parent);
            (before, next, end) = (up.back, up_next, up_end);
            (above, arc, room, size) = (node, old.arc ^ 1, old_room.turned(), total - old.size);
            node = old.parent;
        }
        while node != under {
            let link = &mut self.links[node as usize];
            link.last = end;
            node = link.parent;
        }
        self.relabel(parent, out_last, back);
        self.resize(parent, join, total.wrapping_neg());
        let last = self.links[under as usize].last;
        let after = self.links[under as usize].next;
        if last == under {
            self.relabel(under, under, end);
        }
        self.resize(under, join, total);
        self.follow(under, top);
        self.follow(end, after);
        end
    }

    /// Exchanges the last node of a subtree, and of those around it that end there.
    fn relabel(&mut self, mut node: u32, old: u32, new: u32) {
        while node != NONE && self.links[node as usize].last == old {
            let link = &mut self.links[node as usize];
            link.last = new;
            node = link.parent;
        }
    }

    /// Adds, modulo 2³², to the sizes on the way from a node to `join`, without the latter.
    fn resize(&mut self, mut node: u32, join: u32, change: u32) {
        while node != join {
            let link = &mut self.links[node as usize];
            link.size = link.size.wrapping_add(change);
            node = link.parent;
        }
    }

    /// Whether the arc between a node and its parent is artificial.
    pub(super) fn artificial(&self, node: usize) -> bool {
        self.links[node].arc >> 1 == ARTIFICIAL
    }

    /// The flow between a node and its parent, above the lower bound.
    pub(super) fn flow(&self, node: usize) -> i64 {
        let room = self.rooms[node];
        if self.links[node].arc & 1 == 1 { room.fall } else { room.rise }
    }

    /// The nodes that hang on the root by artificial arcs, which lead to it or from it.
    pub(super) fn behind(&self, up: bool) -> Vec<u32> {
        let mut nodes = Vec::new();
        for top in 1..self.links.len() {
            if self.artificial(top) && (self.links[top].arc & 1 == 1) == up {
                let mut node = number(top);
                for _ in 0..self.links[top].size {
                    nodes.push(node);
                    node = self.links[node as usize].next;
                }
            }
        }
        nodes
    }
}
