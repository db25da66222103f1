//! The optimal face: all flows of least cost, reached from one of them.
//!
//! Two flows of least cost differ by cycles of residual arcs of reduced cost zero, and going round such a cycle
//! keeps the cost. A random walk that goes round random simple cycles therefore visits flows of least cost only, and
//! can reach every one of them.

use alloc::vec::Vec;

use super::search::Kind;
use super::{Flow, NONE, Network, Weight, number};
use crate::random::Random;

/// So many random places are tried before all arcs of a node are gone through.
const TRIES: usize = 8;

/// One arc of a cycle: from, to, and the edge (or [`NONE`] for an arc without).
type Arc = (u32, u32, u32);

/// The flows of least cost around one of them.
pub(crate) struct Face<W> {
    net: Network<W>,
    flow: Flow<W>,
    /// Per node, and then for source and sink: the step of the path at which it was met, or `u32::MAX`.
    met: Vec<u32>,
    path: Vec<Arc>,
}

impl<W: Weight> Face<W> {
    /// The face of a flow of least cost, as [`Network::solve`] returns it.
    pub(crate) fn new(net: Network<W>, flow: Flow<W>) -> Self {
        let nodes = net.nodes() + 2;
        Self { net, flow, met: alloc::vec![u32::MAX; nodes], path: Vec::new() }
    }

    /// The flow the walk is at.
    pub(crate) const fn flow(&self) -> &Flow<W> {
        &self.flow
    }

    /// The network.
    pub(crate) const fn network(&self) -> &Network<W> {
        &self.net
    }

    /// Whether some flow of least cost uses an edge and another one does not, as far as the edge's own cost tells.
    pub(crate) fn is_open(&self, edge: u32) -> bool {
        let edge = edge as usize;
        let head = self.net.right_node(self.net.edge_right[edge] as usize);
        let tail = self.net.tail_node(edge);
        self.net.edge_cost[edge] + self.flow.potential[tail] == self.flow.potential[head]
    }

    const fn source(&self) -> usize {
        self.met.len() - 2
    }

    const fn sink(&self) -> usize {
        self.met.len() - 1
    }

    /// Looks for a random cycle from a random node and goes round it. The edges that changed are returned, in the
    /// order of the cycle; none when the walk ran dead. Going round again with [`undo`](Self::undo) takes it back.
    pub(crate) fn turn(&mut self, random: &mut Random) -> Option<Vec<u32>> {
        let start = random.index(self.met.len());
        self.turn_from(start, random)
    }

    fn turn_from(&mut self, start: usize, random: &mut Random) -> Option<Vec<u32>> {
        self.path.clear();
        let mut node = start;
        let mut from = usize::MAX;
        let mut by = NONE;
        let cycle_start = loop {
            if self.met[node] != u32::MAX {
                break Some(self.met[node] as usize);
            }
            self.met[node] = number(self.path.len());
            match self.random_arc(node, from, by, random) {
                Some((to, edge)) => {
                    self.path.push((number(node), number(to), edge));
                    (from, node, by) = (node, to, edge);
                }
                None => break None,
            }
        };
        self.met[start] = u32::MAX;
        for &(_, to, _) in &self.path {
            self.met[to as usize] = u32::MAX;
        }
        let cycle: Vec<Arc> = self.path[cycle_start?..].to_vec();
        let mut changed = Vec::new();
        for (from, to, edge) in cycle {
            self.follow(from as usize, to as usize, edge);
            if edge != NONE {
                changed.push(edge);
            }
        }
        Some(changed)
    }

    /// Lets the left nodes of two used edges exchange their right nodes, where that keeps the cost and all loads.
    /// Returns the four edges that changed: the two given, then those used instead, in the order of the left nodes.
    pub(crate) fn exchange(&mut self, a: u32, b: u32) -> Option<[u32; 4]> {
        let (net, flow) = (&self.net, &self.flow);
        let ((left_a, right_a), (left_b, right_b)) = (net.ends(a as usize), net.ends(b as usize));
        if left_a == left_b || right_a == right_b {
            return None;
        }
        let unused = |left: usize, right: usize| {
            net.edges_of(left).find(|&edge| net.edge_right[edge] as usize == right && !flow.used[edge])
        };
        let (new_a, new_b) = (unused(left_a, right_b)?, unused(left_b, right_a)?);
        let cost = |edge: usize| net.edge_cost[edge];
        let same_cost = cost(a as usize) + cost(b as usize) == cost(new_a) + cost(new_b);
        let fits = |old: u32, new: usize| {
            let (from, to) = (net.edge_bundle[old as usize], net.edge_bundle[new]);
            from == to
                || ((from == NONE || flow.bundle_load[from as usize] > net.bundles[from as usize].min)
                    && (to == NONE || flow.bundle_load[to as usize] < net.bundles[to as usize].max))
        };
        let changed = [a, b, number(new_a), number(new_b)];
        let possible = same_cost && fits(a, new_a) && fits(b, new_b);
        possible.then(|| {
            self.undo(&changed);
            changed
        })
    }

    /// Flips a set of edges that a [`turn`](Self::turn) changed back, with all loads.
    pub(crate) fn undo(&mut self, changed: &[u32]) {
        for &edge in changed {
            let edge = edge as usize;
            let (left, right) = self.net.ends(edge);
            let bundle = self.net.edge_bundle[edge];
            let used = !self.flow.used[edge];
            self.flow.used[edge] = used;
            let change = |load: &mut u32| *load = if used { *load + 1 } else { *load - 1 };
            change(&mut self.flow.left_load[left]);
            change(&mut self.flow.right_load[right]);
            if let Some(group) = self.net.groups.of(right) {
                change(&mut self.flow.group_load[group]);
            }
            if bundle != NONE {
                change(&mut self.flow.bundle_load[bundle as usize]);
            }
        }
    }

    fn follow(&mut self, from: usize, to: usize, edge: u32) {
        let (source, sink) = (self.source(), self.sink());
        if from == source {
            self.flow.left_load[to] += 1;
        } else if to == source {
            self.flow.left_load[from] -= 1;
        } else if to == sink {
            *self.flow.outlet(&self.net, from) += 1;
        } else if from == sink {
            *self.flow.outlet(&self.net, to) -= 1;
        } else {
            self.flow.step(&self.net, from, to, edge);
        }
    }

    /// A random residual arc of reduced cost zero out of a node, other than the way back.
    fn random_arc(&self, node: usize, from: usize, by: u32, random: &mut Random) -> Option<(usize, u32)> {
        if node == self.source() || node == self.sink() {
            return self.random_end(node, from, random);
        }
        let places = self.places(node);
        let onward = |place: usize| self.arc_at(node, place).filter(|&arc| arc != (from, by));
        // Where many arcs will do, a few random places tell one sooner than all of them.
        if let Some(arc) = (0..TRIES).find_map(|_| onward(random.index(places))) {
            return Some(arc);
        }
        // Reservoir sampling: the k-th candidate replaces the choice with probability 1/k.
        let mut chosen = None;
        for (count, arc) in (1..).zip((0..places).filter_map(onward)) {
            if random.below(count) == 0 {
                chosen = Some(arc);
            }
        }
        chosen
    }

    /// How many arcs there are out of a node, residual or not.
    fn places(&self, node: usize) -> usize {
        1 + match self.net.kind(node) {
            Kind::Left(left) => self.net.loose_edges_of(left).len() + self.net.bundles_of(left).len(),
            Kind::Bundle(bundle) => self.net.edges_in(bundle).len(),
            Kind::Right(right) => self.net.incoming(right).len(),
            Kind::Group(group) => self.net.groups.members(group).len(),
        }
    }

    /// One of them, if it is residual and its reduced cost is zero.
    fn arc_at(&self, node: usize, place: usize) -> Option<(usize, u32)> {
        let (net, flow) = (&self.net, &self.flow);
        let tight = |target: usize, cost: W| cost + flow.potential[node] == flow.potential[target];
        let forward = |edge: usize| {
            let target = net.right_node(net.edge_right[edge] as usize);
            (!flow.used[edge] && tight(target, net.edge_cost[edge])).then_some((target, number(edge)))
        };
        match net.kind(node) {
            Kind::Left(left) => {
                let (loose, bundles) = (net.loose_edges_of(left), net.bundles_of(left));
                if place < loose.len() {
                    return forward(loose.start + place);
                }
                let bundle = bundles.start + place - loose.len();
                if bundle == bundles.end {
                    return self.may_retire(left).then_some((self.source(), NONE));
                }
                let (load, target) = (flow.bundle_load[bundle], net.bundle_node(bundle));
                let fits = load < net.bundles[bundle].max && tight(target, net.bundle_step(bundle, load));
                fits.then_some((target, NONE))
            }
            Kind::Bundle(bundle) => {
                let edges = net.edges_in(bundle);
                if place < edges.len() {
                    return forward(edges.start + place);
                }
                let (load, target) = (flow.bundle_load[bundle], net.bundles[bundle].left as usize);
                let fits = load > 0 && tight(target, W::ZERO - net.bundle_step(bundle, load - 1));
                fits.then_some((target, NONE))
            }
            Kind::Right(right) => {
                let Some(&edge) = net.incoming(right).get(place) else {
                    let Some(group) = net.groups.of(right) else {
                        return self.may_receive(node).then_some((self.sink(), NONE));
                    };
                    let (load, target) = (flow.right_load[right], net.group_node(group));
                    let fits = load < net.right[right].max && tight(target, net.right_step(right, load));
                    return fits.then_some((target, NONE));
                };
                let target = net.tail_node(edge as usize);
                let fits = flow.used[edge as usize] && tight(target, W::ZERO - net.edge_cost[edge as usize]);
                fits.then_some((target, edge))
            }
            Kind::Group(group) => {
                let Some(&right) = net.groups.members(group).get(place) else {
                    return self.may_receive(node).then_some((self.sink(), NONE));
                };
                let (load, target) = (flow.right_load[right as usize], net.right_node(right as usize));
                let fits = load > 0 && tight(target, W::ZERO - net.right_step(right as usize, load - 1));
                fits.then_some((target, NONE))
            }
        }
    }

    /// A random arc out of the source or the sink: a node that could take one more, or one less.
    fn random_end(&self, node: usize, from: usize, random: &mut Random) -> Option<(usize, u32)> {
        let right_base = self.net.right_node(0);
        let at_source = node == self.source();
        let count = if at_source { self.net.left.len() } else { self.net.right.len() + self.net.groups.nodes.len() };
        let start = random.index(count);
        // A random start among the nodes that fit: the first that fits after a random place would not be fair, so
        // a few random places are tried before the nodes are gone through.
        for attempt in 0..count + 16 {
            let k = if attempt < 16 { random.index(count) } else { (start + attempt) % count.max(1) };
            let target = if at_source { k } else { right_base + k };
            let fits = count > 0 && if at_source { self.may_enter(k) } else { self.may_lose(target) };
            if fits && target != from {
                return Some((target, NONE));
            }
        }
        None
    }

    fn may_enter(&self, left: usize) -> bool {
        let (net, load) = (&self.net, self.flow.left_load[left]);
        load < net.left[left].max && net.left_cost.step(net.left[left], load) == self.flow.potential[left]
    }

    fn may_retire(&self, left: usize) -> bool {
        let (net, load) = (&self.net, self.flow.left_load[left]);
        load > 0 && net.left_cost.step(net.left[left], load - 1) == self.flow.potential[left]
    }

    /// Whether one unit more may go from a node to the sink.
    fn may_receive(&self, node: usize) -> bool {
        let (max, load) = self.outlet(node);
        load < max && self.leaves_at(node, load) == Some(self.flow.sink)
    }

    /// Whether one unit less may go from a node to the sink.
    fn may_lose(&self, node: usize) -> bool {
        let (_, load) = self.outlet(node);
        load > 0 && self.leaves_at(node, load - 1) == Some(self.flow.sink)
    }

    /// The maximum and the load of a right node or a group.
    fn outlet(&self, node: usize) -> (u32, u32) {
        match self.net.kind(node) {
            Kind::Group(group) => (self.net.groups.nodes[group].max, self.flow.group_load[group]),
            Kind::Right(right) => (self.net.right[right].max, self.flow.right_load[right]),
            Kind::Left(_) | Kind::Bundle(_) => (0, 0),
        }
    }

    /// The potential of a node and what its unit after `load` others costs on to the sink; none where it goes to a group.
    fn leaves_at(&self, node: usize, load: u32) -> Option<W> {
        let step = match self.net.kind(node) {
            Kind::Right(right) if self.net.groups.of(right).is_none() => self.net.right_step(right, load),
            Kind::Group(group) => self.net.group_step(group, load),
            _ => return None,
        };
        Some(self.flow.potential[node] + step)
    }
}
