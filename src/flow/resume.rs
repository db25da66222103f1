//! A flow of least cost from one that is near it: from reviews that exist, or from the optimum for fewer edges.
//!
//! Any set of used edges and any potentials will do as a start. Arcs that break the invariant of
//! [`solve`](Network::solve) are filled or emptied, which leaves some nodes with more than they pass on and others with
//! less; the surplus is then sent along shortest paths to where it lacks, many units at a time over the arcs of reduced
//! cost zero. The better the start, the less there is to send (the primal-dual method for minimum-cost circulations; R.
//! Ahuja, T. Magnanti and J. Orlin, "Network Flows", 1993, section 9.8). Invariant from the first step on: every
//! residual arc has a reduced cost of at least 0. Where nothing is left over, the flow is of least cost.
//!
//! Source and sink are nodes here. Where the value is open, an arc of cost 0 leads from the sink to the source.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::search::Kind;
use super::slack::first;
use super::{Flow, NONE, Network, Node, NodeCost, Weight, number};

/// Where to start from.
#[derive(Debug, Clone)]
pub(crate) struct Start<W> {
    /// Per edge; no more at a node or in a bundle than its maximum.
    pub(crate) used: Vec<bool>,
    pub(crate) left: Vec<W>,
    pub(crate) right: Vec<W>,
    pub(crate) groups: Vec<W>,
    pub(crate) sink: W,
}

impl<W: Weight> Network<W> {
    /// The flow of least cost, as [`solve`](Self::solve) finds it, from a start near it.
    pub(crate) fn resume(
        &self,
        start: Start<W>,
        value: Option<u64>,
        proceed: &mut dyn FnMut(u64) -> bool,
    ) -> Option<Flow<W>> {
        let mut resume = Resume::new(self, start, value);
        loop {
            if !proceed(resume.flow.value) {
                return None;
            }
            if resume.open() == 0 {
                break;
            }
            if !resume.lengthen() {
                // There is no flow of that value.
                return self.solve(value, proceed);
            }
            resume.augment();
        }
        Some(resume.finish())
    }

    /// The optimum for a network of the same nodes and fewer edges as a start.
    pub(crate) fn start_from(&self, before: &Self, flow: &Flow<W>) -> Start<W> {
        let mut used = alloc::vec![false; self.edges()];
        let mut met = alloc::vec![NONE; self.right.len()];
        for left in 0..self.left.len() {
            for edge in before.edges_of(left).filter(|&edge| flow.used[edge]) {
                met[before.edge_right[edge] as usize] = number(left);
            }
            for edge in self.edges_of(left) {
                used[edge] = met[self.edge_right[edge] as usize] == number(left);
            }
        }
        Start {
            used,
            left: (0..self.left.len()).map(|left| flow.left_potential(left)).collect(),
            right: (0..self.right.len()).map(|right| flow.right_potential(before, right)).collect(),
            groups: flow.potential[before.group_node(0)..].to_vec(),
            sink: flow.sink,
        }
    }

    /// A start from used edges, at prices that suit most nodes as they are: those that would take one more edge only
    /// for more than its price, and give none up for less.
    ///
    /// Used edges beyond the maximum of a node or a bundle are left out, the last ones first.
    pub(crate) fn start(&self, mut used: Vec<bool>, value: Option<u64>) -> Start<W> {
        let (mut given, mut received) = (alloc::vec![0_u32; self.left.len()], alloc::vec![0_u32; self.right.len()]);
        let mut bundled = alloc::vec![0_u32; self.bundles.len()];
        let mut grouped = alloc::vec![0_u32; self.groups.nodes.len()];
        for (edge, used) in used.iter_mut().enumerate().filter(|(_, used)| **used) {
            let (left, right) = self.ends(edge);
            let bundle = self.edge_bundle[edge] as usize;
            let group = self.groups.of(right);
            let room = bundled.get(bundle).is_none_or(|&load| load < self.bundles[bundle].max)
                && group.is_none_or(|group| grouped[group] < self.groups.nodes[group].max);
            *used = room && given[left] < self.left[left].max && received[right] < self.right[right].max;
            if *used {
                given[left] += 1;
                received[right] += 1;
                if let Some(group) = group {
                    grouped[group] += 1;
                }
                if let Some(load) = bundled.get_mut(bundle) {
                    *load += 1;
                }
            }
        }
        let of = |nodes: &[Node], cost: &NodeCost<W>, loads: &[u32]| {
            let nodes = nodes.iter().zip(loads).filter(|(node, _)| node.max > 0);
            let prices = nodes.map(|(&node, &load)| {
                let below = if load > 0 { cost.step(node, load - 1) } else { W::ZERO - W::FAR };
                (below, if load < node.max { cost.step(node, load) } else { W::FAR })
            });
            most_covered(&prices.collect::<Vec<_>>())
        };
        let giving = of(&self.left, &self.left_cost, &given);
        let receiving = of(&self.right, &self.right_cost, &received);
        let by_group = of(&self.groups.nodes, &self.groups.cost, &grouped);
        let within = |(low, high): (W, W), wanted: W| wanted.max(low).min(high);
        let (left, right, sink) = match value {
            None => {
                let right = W::ZERO - within(receiving, W::ZERO);
                (within(giving, right), right, W::ZERO)
            }
            Some(_) => {
                let left = within(giving, W::ZERO);
                (left, left, left + within(receiving, W::ZERO))
            }
        };
        // A left node's price covers what its unused edges are worth, so that none of them seems to be missing.
        let price = |node: usize| {
            let unused = self.edges_of(node).filter(|&edge| !used[edge]).map(|edge| right - self.edge_cost[edge]);
            unused.fold(left, W::max)
        };
        Start {
            left: (0..self.left.len()).map(price).collect(),
            right: alloc::vec![right; self.right.len()],
            groups: alloc::vec![sink - within(by_group, W::ZERO); self.groups.nodes.len()],
            sink,
            used,
        }
    }
}

/// The interval within as many of the given ones as can be.
fn most_covered<W: Weight>(intervals: &[(W, W)]) -> (W, W) {
    // Of ends at one place those where an interval begins come first: both ends belong to it.
    let mut ends: Vec<(W, bool)> = Vec::with_capacity(2 * intervals.len());
    for &(low, high) in intervals {
        if low <= high {
            ends.extend([(low, false), (high, true)]);
        }
    }
    ends.sort_unstable();
    let (mut depth, mut most, mut found) = (0_usize, 0, (W::ZERO - W::FAR, W::FAR));
    for (k, &(place, closes)) in ends.iter().enumerate() {
        if closes {
            depth -= 1;
        } else {
            depth += 1;
            if depth > most {
                most = depth;
                found = (place, ends.get(k + 1).map_or(W::FAR, |&(next, _)| next));
            }
        }
    }
    found
}

/// The working memory of one resumption. Nodes are numbered as in [`Flow`], then the source, then the sink.
struct Resume<'n, W> {
    net: &'n Network<W>,
    flow: Flow<W>,
    /// The value where it is open, as the flow on the arc from the sink to the source.
    back: Option<u64>,
    /// Per node, what comes in beyond what goes out.
    excess: Vec<i64>,
    potential: Vec<W>,
    distance: Vec<W>,
    heap: BinaryHeap<Reverse<(W, u32)>>,
    level: Vec<u32>,
    /// Per node: the place among its arcs at which the scan goes on.
    cursor: Vec<u32>,
}

impl<'n, W: Weight> Resume<'n, W> {
    fn new(net: &'n Network<W>, start: Start<W>, value: Option<u64>) -> Self {
        let nodes = net.group_node(net.groups.nodes.len());
        let Start { used, left, right, groups, sink } = start;
        let mut potential = left;
        potential.resize(net.right_node(0), W::ZERO);
        potential.extend(right);
        potential.extend(groups);
        // Where the value is open, source and sink have one potential, whatever the start says.
        let sink = if value.is_some() { sink } else { W::ZERO };
        potential.extend([W::ZERO, sink]);
        let flow = Flow {
            used,
            left_load: alloc::vec![0; net.left.len()],
            bundle_load: alloc::vec![0; net.bundles.len()],
            right_load: alloc::vec![0; net.right.len()],
            group_load: alloc::vec![0; net.groups.nodes.len()],
            value: 0,
            potential: Vec::new(),
            sink,
        };
        let mut resume = Self {
            net,
            flow,
            back: None,
            excess: alloc::vec![0; nodes + 2],
            potential,
            distance: alloc::vec![W::FAR; nodes + 2],
            heap: BinaryHeap::new(),
            level: alloc::vec![0; nodes + 2],
            cursor: alloc::vec![0; nodes + 2],
        };
        resume.price_bundles();
        resume.comply(value);
        resume
    }

    const fn source(&self) -> usize {
        self.excess.len() - 2
    }

    const fn sink(&self) -> usize {
        self.excess.len() - 1
    }

    /// Potentials of bundles that suit their edges and their left nodes, as far as there are such.
    fn price_bundles(&mut self) {
        let net = self.net;
        for bundle in 0..net.bundles.len() {
            let from = self.potential[net.bundles[bundle].left as usize];
            let used = net.edges_in(bundle).filter(|&edge| self.flow.used[edge]).count();
            let load = number(used);
            let worth =
                |edge: usize| self.potential[net.right_node(net.edge_right[edge] as usize)] - net.edge_cost[edge];
            let unused = net.edges_in(bundle).filter(|&edge| !self.flow.used[edge]).map(worth);
            let floor = (load > 0).then(|| from + net.bundle_step(bundle, load.saturating_sub(1)));
            let low = unused.chain(floor).max();
            let used = net.edges_in(bundle).filter(|&edge| self.flow.used[edge]).map(worth);
            let high = used.chain((load < net.bundles[bundle].max).then(|| from + net.bundle_step(bundle, load))).min();
            self.potential[net.bundle_node(bundle)] = low.into_iter().chain(high).min().unwrap_or(from);
        }
    }

    /// Fills and empties arcs until each residual one has a reduced cost of at least 0, and takes stock.
    fn comply(&mut self, value: Option<u64>) {
        let (net, potential) = (self.net, &self.potential);
        let sink = potential[self.sink()];
        for edge in 0..net.edges() {
            let right = net.right_node(net.edge_right[edge] as usize);
            let reduced = net.edge_cost[edge] + potential[net.tail_node(edge)] - potential[right];
            if reduced < W::ZERO {
                self.flow.used[edge] = true;
            } else if reduced > W::ZERO {
                self.flow.used[edge] = false;
            }
            if self.flow.used[edge] {
                self.excess[net.tail_node(edge)] -= 1;
                self.excess[right] += 1;
            }
        }
        // What a node or a bundle has is what its edges come to, within what its steps ask for.
        let load = |has: i64, max: u32, reduced: &dyn Fn(u32) -> W| {
            let (least, most) = (first(max, |x| reduced(x) >= W::ZERO), first(max, |x| reduced(x) > W::ZERO));
            u32::try_from(has.max(0)).unwrap_or(u32::MAX).clamp(least, most)
        };
        for bundle in 0..net.bundles.len() {
            let (node, limits) = (net.bundle_node(bundle), net.bundles[bundle]);
            let change = potential[limits.left as usize] - potential[node];
            let x = load(-self.excess[node], limits.max, &|x| net.bundle_step(bundle, x) + change);
            self.flow.bundle_load[bundle] = x;
            self.excess[node] += i64::from(x);
            self.excess[limits.left as usize] -= i64::from(x);
        }
        let (mut given, mut received) = (0_i64, 0_i64);
        for (left, &price) in potential[..net.left.len()].iter().enumerate() {
            let step = |x| net.left_cost.step(net.left[left], x) - price;
            let x = load(-self.excess[left], net.left[left].max, &step);
            self.flow.left_load[left] = x;
            self.excess[left] += i64::from(x);
            given += i64::from(x);
        }
        for right in 0..net.right.len() {
            let node = net.right_node(right);
            let group = net.groups.of(right).map(|group| net.group_node(group));
            let change = potential[node] - group.map_or(sink, |group| potential[group]);
            let x = load(self.excess[node], net.right[right].max, &|x| net.right_step(right, x) + change);
            self.flow.right_load[right] = x;
            self.excess[node] -= i64::from(x);
            match group {
                Some(group) => self.excess[group] += i64::from(x),
                None => received += i64::from(x),
            }
        }
        for group in 0..net.groups.nodes.len() {
            let node = net.group_node(group);
            let change = potential[node] - sink;
            let x = load(self.excess[node], net.groups.nodes[group].max, &|x| net.group_step(group, x) + change);
            self.flow.group_load[group] = x;
            self.excess[node] -= i64::from(x);
            received += i64::from(x);
        }
        let (source, sink) = (self.source(), self.sink());
        let passed = value.map_or(received, |value| i64::try_from(value).unwrap_or(i64::MAX));
        self.back = value.is_none().then(|| passed.unsigned_abs());
        self.excess[source] = passed - given;
        self.excess[sink] = received - passed;
        self.flow.value = given.unsigned_abs();
    }

    /// How many units are still where they should not be.
    fn open(&self) -> i64 {
        self.excess.iter().filter(|&&excess| excess > 0).sum()
    }

    /// How many arcs there are out of a node, residual or not.
    fn places(&self, node: usize) -> usize {
        1 + if node == self.source() {
            self.net.left.len()
        } else if node == self.sink() {
            self.net.right.len() + self.net.groups.nodes.len()
        } else {
            match self.net.kind(node) {
                Kind::Left(left) => self.net.loose_edges_of(left).len() + self.net.bundles_of(left).len(),
                Kind::Bundle(bundle) => self.net.edges_in(bundle).len(),
                Kind::Right(right) => self.net.incoming(right).len(),
                Kind::Group(group) => self.net.groups.members(group).len(),
            }
        }
    }

    /// One of them, if it is residual: where it leads, its edge (or [`NONE`]), and its reduced cost.
    fn arc(&self, node: usize, place: usize) -> Option<(usize, u32, W)> {
        let (net, flow) = (self.net, &self.flow);
        let (source, sink) = (self.source(), self.sink());
        let to = |target: usize, edge: u32, cost: W| {
            Some((target, edge, cost + self.potential[node] - self.potential[target]))
        };
        let forward = |edge: usize| {
            let unused = !flow.used[edge];
            unused.then(|| to(net.right_node(net.edge_right[edge] as usize), number(edge), net.edge_cost[edge]))?
        };
        if node == source {
            if place == net.left.len() {
                return self.back.filter(|&back| back > 0).and_then(|_| to(sink, NONE, W::ZERO));
            }
            let load = flow.left_load[place];
            return if load < net.left[place].max {
                to(place, NONE, net.left_cost.step(net.left[place], load))
            } else {
                None
            };
        }
        if node == sink {
            let target = net.right_node(place);
            return match net.right.len().checked_sub(place) {
                None | Some(0) if place == net.right.len() + net.groups.nodes.len() => {
                    self.back.and_then(|_| to(source, NONE, W::ZERO))
                }
                None | Some(0) => {
                    let group = place - net.right.len();
                    let load = flow.group_load[group];
                    if load > 0 { to(target, NONE, W::ZERO - net.group_step(group, load - 1)) } else { None }
                }
                Some(_) => {
                    let load = flow.right_load[place];
                    let ungrouped = net.groups.of(place).is_none();
                    if load > 0 && ungrouped {
                        to(target, NONE, W::ZERO - net.right_step(place, load - 1))
                    } else {
                        None
                    }
                }
            };
        }
        match net.kind(node) {
            Kind::Left(left) => {
                let (loose, bundles) = (net.loose_edges_of(left), net.bundles_of(left));
                if place < loose.len() {
                    return forward(loose.start + place);
                }
                let bundle = bundles.start + place - loose.len();
                if bundle == bundles.end {
                    let load = flow.left_load[left];
                    return if load > 0 {
                        to(source, NONE, W::ZERO - net.left_cost.step(net.left[left], load - 1))
                    } else {
                        None
                    };
                }
                let load = flow.bundle_load[bundle];
                let room = load < net.bundles[bundle].max;
                room.then(|| to(net.bundle_node(bundle), NONE, net.bundle_step(bundle, load)))?
            }
            Kind::Bundle(bundle) => {
                let edges = net.edges_in(bundle);
                if place < edges.len() {
                    return forward(edges.start + place);
                }
                let load = flow.bundle_load[bundle];
                let back = net.bundles[bundle].left as usize;
                if load > 0 { to(back, NONE, W::ZERO - net.bundle_step(bundle, load - 1)) } else { None }
            }
            Kind::Right(right) => {
                let Some(&edge) = net.incoming(right).get(place) else {
                    let load = flow.right_load[right];
                    let target = net.groups.of(right).map_or(sink, |group| net.group_node(group));
                    let room = load < net.right[right].max;
                    return room.then(|| to(target, NONE, net.right_step(right, load)))?;
                };
                let used = flow.used[edge as usize];
                used.then(|| to(net.tail_node(edge as usize), edge, W::ZERO - net.edge_cost[edge as usize]))?
            }
            Kind::Group(group) => {
                let Some(&right) = net.groups.members(group).get(place) else {
                    let load = flow.group_load[group];
                    let room = load < net.groups.nodes[group].max;
                    return room.then(|| to(sink, NONE, net.group_step(group, load)))?;
                };
                let right = right as usize;
                let load = flow.right_load[right];
                if load > 0 { to(net.right_node(right), NONE, W::ZERO - net.right_step(right, load - 1)) } else { None }
            }
        }
    }

    /// Shortest paths from all surplus to the nearest lack, and new potentials. False when none can be reached.
    fn lengthen(&mut self) -> bool {
        self.distance.fill(W::FAR);
        self.heap.clear();
        for node in 0..self.excess.len() {
            if self.excess[node] > 0 {
                self.distance[node] = W::ZERO;
                self.heap.push(Reverse((W::ZERO, number(node))));
            }
        }
        let mut nearest = W::FAR;
        while let Some(Reverse((distance, node))) = self.heap.pop() {
            let node = node as usize;
            if distance >= nearest {
                break;
            }
            if distance > self.distance[node] {
                continue;
            }
            for place in 0..self.places(node) {
                let Some((target, _, reduced)) = self.arc(node, place) else { continue };
                debug_assert!(reduced >= W::ZERO, "the invariant of reduced costs");
                let reached = distance + reduced;
                if reached < self.distance[target] && reached < nearest {
                    self.distance[target] = reached;
                    if self.excess[target] < 0 {
                        nearest = reached;
                    }
                    self.heap.push(Reverse((reached, number(target))));
                }
            }
        }
        if nearest >= W::FAR {
            return false;
        }
        for (potential, &distance) in self.potential.iter_mut().zip(&self.distance) {
            *potential = *potential + distance.min(nearest);
        }
        true
    }

    /// Sends as much as there are paths of reduced cost zero for.
    fn augment(&mut self) {
        while self.layer() {
            self.cursor.fill(0);
            for node in 0..self.excess.len() {
                while self.excess[node] > 0 && self.send(node) {}
            }
        }
    }

    /// Layers of nodes by their number of arcs of reduced cost zero from a surplus, up to the first with a lack. False
    /// when there is none.
    fn layer(&mut self) -> bool {
        self.level.fill(u32::MAX);
        let mut layer: Vec<u32> = Vec::new();
        for node in 0..self.excess.len() {
            if self.excess[node] > 0 {
                self.level[node] = 0;
                layer.push(number(node));
            }
        }
        let (mut depth, mut next) = (0, Vec::new());
        while !layer.is_empty() {
            depth += 1;
            let mut found = false;
            for &node in &layer {
                for place in 0..self.places(node as usize) {
                    let Some((target, _, reduced)) = self.arc(node as usize, place) else { continue };
                    if reduced == W::ZERO && self.level[target] == u32::MAX {
                        self.level[target] = depth;
                        found |= self.excess[target] < 0;
                        next.push(number(target));
                    }
                }
            }
            if found {
                return true;
            }
            layer.clear();
            core::mem::swap(&mut layer, &mut next);
        }
        false
    }

    /// One unit from a surplus to a lack along the layers, by depth-first search; arcs that lead nowhere are not tried
    /// again before the next layering.
    fn send(&mut self, start: usize) -> bool {
        let mut path: Vec<(usize, u32)> = alloc::vec![(start, NONE)];
        while let Some(&(node, _)) = path.last() {
            if self.excess[node] < 0 {
                for step in path.windows(2) {
                    self.follow(step[0].0, step[1].0, step[1].1);
                }
                self.excess[start] -= 1;
                self.excess[node] += 1;
                return true;
            }
            let deeper = self.level[node] + 1;
            let places = self.cursor[node] as usize..self.places(node);
            let found = places.into_iter().find_map(|place| {
                let (target, edge, reduced) = self.arc(node, place)?;
                (reduced == W::ZERO && self.level[target] == deeper).then_some((place, target, edge))
            });
            match found {
                Some((place, target, edge)) => {
                    self.cursor[node] = number(place);
                    path.push((target, edge));
                }
                None => {
                    self.cursor[node] = number(self.places(node));
                    path.pop();
                    if let Some(&(before, _)) = path.last() {
                        self.cursor[before] += 1;
                    }
                }
            }
        }
        false
    }

    /// Sends one unit along a residual arc.
    fn follow(&mut self, from: usize, to: usize, edge: u32) {
        let (source, sink) = (self.source(), self.sink());
        match (from, to) {
            (from, to) if from == source && to == sink => self.back = self.back.map(|back| back - 1),
            (from, to) if from == sink && to == source => self.back = self.back.map(|back| back + 1),
            (from, to) if from == source => self.flow.left_load[to] += 1,
            (from, to) if to == source => self.flow.left_load[from] -= 1,
            (from, to) if to == sink => *self.flow.outlet(self.net, from) += 1,
            (from, to) if from == sink => *self.flow.outlet(self.net, to) -= 1,
            (from, to) => self.flow.step(self.net, from, to, edge),
        }
    }

    /// The flow, the source at potential 0.
    fn finish(mut self) -> Flow<W> {
        let (source, sink) = (self.potential[self.source()], self.potential[self.sink()]);
        self.potential.truncate(self.excess.len() - 2);
        for potential in &mut self.potential {
            *potential = *potential - source;
        }
        self.flow.value = self.flow.left_load.iter().map(|&load| u64::from(load)).sum();
        Flow { potential: self.potential, sink: sink - source, ..self.flow }
    }
}
