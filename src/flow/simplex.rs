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
//! everything fits when [`magnitude`] fits the type of the potentials. Flows are sums of bounds; see [`INFINITE`].
//!
//! # Complexity
//! No polynomial bound is known for this choice of pivots; a pivot costs the arcs of a block, the length of a cycle and
//! the size of the subtree that moves. Memory: 16 bytes an arc with narrow costs, about 60 a node.
//!
//! The result depends on the order of arcs and nodes as given, and on nothing else.

use alloc::vec::Vec;
use core::mem::replace;

use super::{NONE, Weight, number};

/// An upper bound that never binds. All finite bounds of a graph together are at most an eighth of it.
pub(super) const INFINITE: i64 = 1 << 61;

/// After so many pivots the observer is asked whether to go on.
const ROUND: u64 = 1024;

/// Blocks have this many arcs at least.
const LEAST_BLOCK: usize = 64;

/// Marks in [`Simplex::heads`] the arcs that are at their upper bound.
const FULL: u32 = 1 << 31;

/// The number of an arc that only the method has; such arcs end at the root and have no upper bound.
const ARTIFICIAL: u32 = (1 << 31) - 1;

/// There are fewer nodes and fewer arcs.
pub(super) const MOST: usize = ARTIFICIAL as usize;

/// An arc as given by the caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) tail: u32,
    pub(super) head: u32,
    /// At least 0 and at most `upper`.
    pub(super) lower: i64,
    pub(super) upper: i64,
    /// Not `i64::MIN`.
    pub(super) cost: i64,
    /// What the caller knows the arc by.
    pub(super) tag: u32,
}

impl Arc {
    /// Whether the arc is held as one of what does not flow, from head to tail: arcs from the root are, so that they do
    /// not all lie at one node.
    const fn turns(&self) -> bool {
        self.tail == 0 && self.head != 0 && self.upper < INFINITE
    }

    /// Tail, head with [`FULL`], and cost, as the arc is held.
    const fn place(&self) -> (u32, u32, i64) {
        if self.turns() { (self.head, self.tail | FULL, -self.cost) } else { (self.tail, self.head, self.cost) }
    }
}

/// A graph is what calls a visitor with its arcs, each time the same.
pub(super) trait Graph {
    /// The number of nodes.
    fn nodes(&self) -> usize;

    /// Visits all arcs.
    fn arcs(&self, visit: &mut dyn FnMut(Arc));
}

/// How the method ended without a flow.
#[derive(Debug)]
pub(super) enum Halt {
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

/// A bound on all numbers met with `nodes` nodes and costs up to `largest`; they fit where this fits.
pub(super) fn magnitude(nodes: usize, largest: u64) -> u128 {
    8 * (nodes as u128 + 1) * (u128::from(largest) + 1)
}

/// The place of a node in the tree.
#[derive(Debug, Clone, Copy)]
struct Link {
    parent: u32,
    /// The arc to or from the parent, twice its number, and one more where it leads to the parent.
    arc: u32,
    /// The next node in preorder; the last is followed by the root.
    next: u32,
    /// The previous node in preorder.
    back: u32,
    /// The number of nodes in the subtree.
    size: u32,
    /// The last node of the subtree in preorder.
    last: u32,
}

/// By how much the flow between a node and its parent can change.
#[derive(Debug, Clone, Copy)]
struct Room {
    /// Towards the parent.
    rise: i64,
    /// Away from it.
    fall: i64,
}

impl Room {
    /// Seen from the other end.
    const fn turned(self) -> Self {
        Self { rise: self.fall, fall: self.rise }
    }
}

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
    tree: Vec<Link>,
    rooms: Vec<Room>,
    potentials: Vec<W>,
    /// The cost of artificial arcs.
    far: W,
    block: usize,
    /// Place in the ring and number of the arc at which pricing goes on.
    cursor: (usize, usize),
    pivots: u64,
}

impl<C: Copy + TryFrom<i64> + Into<W>, W: Weight> Simplex<C, W> {
    /// Takes up a graph. Costs fit `C`, [`magnitude`] fits `W`, and there are fewer than 2³¹ − 1 nodes and arcs.
    pub(super) fn new(graph: &impl Graph) -> Self {
        let nodes = graph.nodes();
        let mut degrees = alloc::vec![0_u32; nodes];
        let mut supplies = alloc::vec![0_i64; nodes];
        let mut largest = 0_u64;
        let mut some_cost = 0;
        graph.arcs(&mut |arc| {
            debug_assert!(0 <= arc.lower && arc.lower <= arc.upper && arc.upper <= INFINITE, "{arc:?}");
            supplies[arc.tail as usize] -= arc.lower;
            supplies[arc.head as usize] += arc.lower;
            if arc.upper > arc.lower {
                degrees[arc.place().0 as usize] += 1;
                largest = largest.max(arc.cost.unsigned_abs());
                some_cost = arc.cost;
            }
        });
        let ring = ring(&degrees);
        let mut starts = alloc::vec![0];
        let mut count = 0;
        let mut next = alloc::vec![0_u32; nodes];
        for &node in &ring {
            next[node as usize] = count;
            count += degrees[node as usize];
            starts.push(count);
        }
        let count = count as usize;
        let mut heads = alloc::vec![0_u32; count];
        let mut spans = alloc::vec![0_i64; count];
        let mut costs = alloc::vec![narrow::<C>(some_cost); count];
        graph.arcs(&mut |arc| {
            if arc.upper > arc.lower {
                let (tail, head, cost) = arc.place();
                let place = next[tail as usize] as usize;
                next[tail as usize] += 1;
                heads[place] = head;
                costs[place] = narrow(cost);
                spans[place] = arc.upper - arc.lower;
            }
        });
        let far = W::compose(2 * nodes as i128 * i128::from(largest) + 1);
        let mut simplex = Self {
            ring,
            starts,
            heads,
            costs,
            spans,
            tree: Vec::new(),
            rooms: Vec::new(),
            potentials: Vec::new(),
            far,
            block: count.isqrt().max(LEAST_BLOCK),
            cursor: (0, 0),
            pivots: 0,
        };
        simplex.start(&supplies);
        simplex
    }

    /// The star around the root, where `supplies` is what each node has to send on beside what flows on arcs above their
    /// lower bounds. Zero flow away from the root would not be strongly feasible.
    fn start(&mut self, supplies: &[i64]) {
        let nodes = supplies.len();
        // Per node the cheapest arc to the root that can bear its supply.
        let mut chosen = alloc::vec![NONE; nodes];
        for (place, &tail) in self.ring.iter().enumerate() {
            let supply = supplies[tail as usize];
            for arc in self.arcs_at(place) {
                let (head, span) = (self.heads[arc], self.spans[arc]);
                let bears = if head & FULL == 0 { 0 <= supply && supply < span } else { supply < 0 && -span <= supply };
                if head & !FULL == 0 && tail != 0 && bears {
                    let old = &mut chosen[tail as usize];
                    if *old == NONE || self.costs[arc].into() < self.costs[*old as usize].into() {
                        *old = number(arc);
                    }
                }
            }
        }
        let last = number(nodes - 1);
        let star = Link { parent: NONE, arc: NONE, next: last.min(1), back: last, size: last + 1, last };
        self.tree = alloc::vec![star];
        self.rooms = alloc::vec![Room { rise: 0, fall: 0 }];
        self.potentials = alloc::vec![W::ZERO];
        for node in 1..number(nodes) {
            let supply = supplies[node as usize];
            let next = if node == last { 0 } else { node + 1 };
            let (up, number, cost, span, flow) = match chosen[node as usize] {
                NONE => (supply >= 0, ARTIFICIAL, self.far, INFINITE, supply.abs()),
                arc => {
                    let span = self.spans[arc as usize];
                    let full = if self.heads[arc as usize] & FULL == 0 { 0 } else { span };
                    (true, arc, self.costs[arc as usize].into(), span, full + supply)
                }
            };
            let room = Room { rise: span - flow, fall: flow };
            self.tree.push(Link {
                parent: 0,
                arc: 2 * number + u32::from(up),
                next,
                back: node - 1,
                size: 1,
                last: node,
            });
            self.rooms.push(if up { room } else { room.turned() });
            self.potentials.push(if up { W::ZERO - cost } else { cost });
        }
    }

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

    /// The most violated arc of the next block that has one, with its tail and its reduced cost.
    fn price(&mut self) -> Option<(u32, usize, W)> {
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

    /// Sends flow around the cycle that an arc closes, and exchanges it for the one that blocks. False when none does.
    fn pivot(&mut self, tail: u32, arc: usize, reduced: W) -> bool {
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
            let (low_link, high_link) = (&self.tree[low as usize], &self.tree[high as usize]);
            if low_link.size < high_link.size {
                let room = self.rooms[low as usize].fall;
                if room < low_room {
                    (low_room, low_out) = (room, low);
                }
                low = low_link.parent;
            } else {
                let room = self.rooms[high as usize].rise;
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
            self.send(first, join, -change);
            self.send(second, join, change);
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
        let leaving = self.tree[out as usize].arc;
        if leaving >> 1 != ARTIFICIAL {
            let head = &mut self.heads[(leaving >> 1) as usize];
            let leads_up = leaving & 1 == 1;
            *head = if leads_up == high_leaves { *head | FULL } else { *head & !FULL };
        }
        let last = self.hang(top, out, under, join, 2 * number(arc) + u32::from(up), room);
        // The potentials of the subtree that has moved.
        let shift = if up { W::ZERO - reduced } else { reduced };
        let mut node = top;
        loop {
            self.potentials[node as usize] = self.potentials[node as usize] + shift;
            if node == last {
                return true;
            }
            node = self.tree[node as usize].next;
        }
    }

    /// Adds to the flow towards `join` on the way from a node to it.
    fn send(&mut self, mut node: u32, join: u32, change: i64) {
        while node != join {
            let room = &mut self.rooms[node as usize];
            room.rise -= change;
            room.fall += change;
            node = self.tree[node as usize].parent;
        }
    }

    /// Makes `second` follow `first` in preorder.
    fn follow(&mut self, first: u32, second: u32) {
        self.tree[first as usize].next = second;
        self.tree[second as usize].back = first;
    }

    /// Cuts the subtree of `out` off, makes `top` its root, and hangs it under a node of the rest by an arc; `join` is
    /// above both places. Returns the last node of the subtree.
    fn hang(&mut self, top: u32, out: u32, under: u32, join: u32, arc: u32, room: Room) -> u32 {
        let Link { parent, back, size: total, last: out_last, .. } = self.tree[out as usize];
        let after = self.tree[out_last as usize].next;
        self.follow(back, after);
        // The path from `top` up to `out` is turned round. The preorder of the turned tree is the subtree of `top`, then
        // for each node of the path the part of its subtree that does not belong to the node before.
        let (mut node, mut above, mut arc, mut room, mut size) = (top, under, arc, room, total);
        // What stood before and after the subtree of `node`, and the end of the new order so far.
        let Link { back: mut before, last: mut end, .. } = self.tree[top as usize];
        let mut next = self.tree[end as usize].next;
        loop {
            let old = self.tree[node as usize];
            let old_room = replace(&mut self.rooms[node as usize], room);
            let link = &mut self.tree[node as usize];
            (link.parent, link.arc, link.size) = (above, arc, size);
            if node == out {
                break;
            }
            let up = self.tree[old.parent as usize];
            let (up_next, up_end) = if up.last == old.last {
                (next, before)
            } else {
                let up_next = self.tree[up.last as usize].next;
                self.follow(before, next);
                (up_next, up.last)
            };
            self.follow(end, old.parent);
            (before, next, end) = (up.back, up_next, up_end);
            (above, arc, room, size) = (node, old.arc ^ 1, old_room.turned(), total - old.size);
            node = old.parent;
        }
        while node != under {
            let link = &mut self.tree[node as usize];
            link.last = end;
            node = link.parent;
        }
        self.relabel(parent, out_last, back);
        self.resize(parent, join, total.wrapping_neg());
        let last = self.tree[under as usize].last;
        let after = self.tree[under as usize].next;
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
        while node != NONE && self.tree[node as usize].last == old {
            let link = &mut self.tree[node as usize];
            link.last = new;
            node = link.parent;
        }
    }

    /// Adds, modulo 2³², to the sizes on the way from a node to `join`, without the latter.
    fn resize(&mut self, mut node: u32, join: u32, change: u32) {
        while node != join {
            let link = &mut self.tree[node as usize];
            link.size = link.size.wrapping_add(change);
            node = link.parent;
        }
    }

    /// Whether the arc between a node and its parent is artificial.
    fn artificial(&self, node: usize) -> bool {
        self.tree[node].arc >> 1 == ARTIFICIAL
    }

    /// The flow between a node and its parent, above the lower bound.
    fn flow(&self, node: usize) -> i64 {
        let room = self.rooms[node];
        if self.tree[node].arc & 1 == 1 { room.fall } else { room.rise }
    }

    /// The nodes that hang on the root by artificial arcs, which lead to it or from it.
    fn behind(&self, up: bool) -> Vec<u32> {
        let mut nodes = Vec::new();
        for top in 1..self.tree.len() {
            if self.artificial(top) && (self.tree[top].arc & 1 == 1) == up {
                let mut node = number(top);
                for _ in 0..self.tree[top].size {
                    nodes.push(node);
                    node = self.tree[node as usize].next;
                }
            }
        }
        nodes
    }

    /// Takes the flow off the tree, or tells what set of nodes has too much or too little.
    fn finish(&mut self) -> Result<(), Halt> {
        let mut stuck = [false; 2];
        for node in 1..self.tree.len() {
            if self.artificial(node) && self.flow(node) > 0 {
                stuck[(self.tree[node].arc & 1) as usize] = true;
            }
        }
        // All nodes behind artificial arcs to the root have potentials near `−far`, so that arcs from them to others are
        // at their upper bounds and those from others at their lower ones; and the other way round.
        if let Some(up) = stuck.iter().position(|&stuck| stuck) {
            let mut nodes = self.behind(up == 1);
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
            if !self.artificial(node) {
                self.spans[(self.tree[node].arc >> 1) as usize] = self.flow(node);
            }
        }
        Ok(())
    }

    /// Shifts the potentials of all nodes behind artificial arcs of one direction as near to the others as they can
    /// come without another flow: until an arc between them has reduced cost zero, at most until the artificial arcs
    /// would cost nothing.
    fn come_near(&mut self, up: bool) {
        let nodes = self.behind(up);
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

/// The order in which nodes are priced: those with more arcs than the mean in their order, and the others spread evenly
/// among them, so that no long stretch has arcs of one kind only.
fn ring(degrees: &[u32]) -> Vec<u32> {
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

/// A cost as it is stored.
fn narrow<C: TryFrom<i64>>(cost: i64) -> C {
    let Ok(cost) = C::try_from(cost) else { unreachable!("whoever takes up a graph chooses a type that fits") };
    cost
}

#[cfg(test)]
#[path = "simplex_tests.rs"]
mod tests;
