//! Shortest paths and blocking flows; see the module documentation of `flow`.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{NONE, Network, Weight, number};

/// A flow of least cost for its value, with the potentials that prove it.
///
/// Nodes are numbered left nodes first, then bundles, then right nodes, then groups. A unit leaves a right node for its
/// group, or for the sink where it has none; so the load of a right node is what leaves it, and that of a group as well.
#[derive(Debug, Clone)]
pub(crate) struct Flow<W> {
    pub(crate) used: Vec<bool>,
    pub(crate) left_load: Vec<u32>,
    pub(crate) bundle_load: Vec<u32>,
    pub(crate) right_load: Vec<u32>,
    pub(crate) group_load: Vec<u32>,
    /// The number of used edges.
    pub(crate) value: u64,
    pub(super) potential: Vec<W>,
    /// The potential of the sink: the cost of the next path.
    pub(super) sink: W,
}

impl<W: Weight> Network<W> {
    /// The flow of least cost: over all values, or of the largest value up to `value`.
    ///
    /// `proceed` is called once per phase with the value so far; `None` is returned when it says no.
    pub(crate) fn solve(&self, value: Option<u64>, proceed: &mut dyn FnMut(u64) -> bool) -> Option<Flow<W>> {
        let mut search = Search::new(self);
        loop {
            let wanted = match value {
                Some(value) => value - search.flow.value,
                None if search.flow.sink < W::ZERO => u64::MAX,
                None => 0,
            };
            if wanted == 0 || search.flow.sink >= W::FAR {
                break;
            }
            if !proceed(search.flow.value) {
                return None;
            }
            search.augment(wanted);
            if value == Some(search.flow.value) || !search.lengthen(value.is_none()) {
                break;
            }
        }
        Some(search.flow)
    }

    pub(super) fn bundle_node(&self, bundle: usize) -> usize {
        self.left.len() + bundle
    }

    pub(super) fn right_node(&self, right: usize) -> usize {
        self.left.len() + self.bundles.len() + right
    }

    /// The node an edge starts from: its bundle, or its left node.
    pub(super) fn tail_node(&self, edge: usize) -> usize {
        match self.edge_bundle[edge] {
            NONE => self.edge_left[edge] as usize,
            bundle => self.bundle_node(bundle as usize),
        }
    }

    pub(super) fn group_node(&self, group: usize) -> usize {
        self.right_node(self.right.len()) + group
    }

    pub(super) fn nodes(&self) -> usize {
        self.group_node(self.groups.nodes.len())
    }
}

/// What a node number stands for.
pub(super) enum Kind {
    Left(usize),
    Bundle(usize),
    Right(usize),
    Group(usize),
}

impl<W: Weight> Network<W> {
    pub(super) fn kind(&self, node: usize) -> Kind {
        let (n, b, m) = (self.left.len(), self.bundles.len(), self.right.len());
        if node < n {
            Kind::Left(node)
        } else if node < n + b {
            Kind::Bundle(node - n)
        } else if node < n + b + m {
            Kind::Right(node - n - b)
        } else {
            Kind::Group(node - n - b - m)
        }
    }
}

/// The working memory of one solve.
struct Search<'n, W> {
    net: &'n Network<W>,
    flow: Flow<W>,
    distance: Vec<W>,
    heap: BinaryHeap<Reverse<(W, u32)>>,
    near: Vec<u32>,
    level: Vec<u32>,
    /// Per node: where the scan of its arcs goes on.
    cursor: Vec<u32>,
}

impl<'n, W: Weight> Search<'n, W> {
    fn new(net: &'n Network<W>) -> Self {
        let nodes = net.nodes();
        let mut search = Self {
            net,
            flow: Flow {
                used: alloc::vec![false; net.edges()],
                left_load: alloc::vec![0; net.left.len()],
                bundle_load: alloc::vec![0; net.bundles.len()],
                right_load: alloc::vec![0; net.right.len()],
                group_load: alloc::vec![0; net.groups.nodes.len()],
                value: 0,
                potential: alloc::vec![W::FAR; nodes],
                sink: W::FAR,
            },
            distance: alloc::vec![W::FAR; nodes],
            heap: BinaryHeap::new(),
            near: Vec::new(),
            level: alloc::vec![0; nodes],
            cursor: alloc::vec![0; nodes],
        };
        search.first_potentials();
        search
    }

    /// Distances in the network without flow, which has no cycles; nodes that cannot be reached get a potential
    /// that keeps the invariant.
    fn first_potentials(&mut self) {
        let net = self.net;
        let right_base = net.right_node(0);
        let potential = &mut self.flow.potential;
        for left in 0..net.left.len() {
            if net.left[left].max == 0 {
                continue;
            }
            potential[left] = net.left_cost.step(net.left[left], 0);
            for bundle in net.bundles_of(left) {
                if net.bundles[bundle].max > 0 {
                    potential[net.bundle_node(bundle)] = potential[left] + net.bundle_step(bundle, 0);
                }
            }
            for edge in net.edges_of(left) {
                let tail = potential[net.tail_node(edge)];
                if tail < W::FAR {
                    let right = right_base + net.edge_right[edge] as usize;
                    potential[right] = potential[right].min(tail + net.edge_cost[edge]);
                }
            }
        }
        for right in (0..net.right.len()).filter(|&right| net.right[right].max > 0) {
            let reached = potential[right_base + right];
            if reached < W::FAR {
                let reached = reached + net.right_step(right, 0);
                let onward = match net.groups.of(right) {
                    Some(group) => &mut potential[net.group_node(group)],
                    None => &mut self.flow.sink,
                };
                *onward = reached.min(*onward);
            }
        }
        for (group, node) in net.groups.nodes.iter().enumerate() {
            let reached = potential[net.group_node(group)];
            if node.max > 0 && reached < W::FAR {
                self.flow.sink = self.flow.sink.min(reached + net.group_step(group, 0));
            }
        }
        let sink = if self.flow.sink < W::FAR { self.flow.sink } else { W::ZERO };
        for group in 0..net.groups.nodes.len() {
            let node = net.group_node(group);
            if potential[node] >= W::FAR {
                potential[node] = sink - net.group_step(group, 0);
            }
        }
        for right in 0..net.right.len() {
            let node = right_base + right;
            if potential[node] >= W::FAR {
                let onward = net.groups.of(right).map_or(sink, |group| potential[net.group_node(group)]);
                potential[node] = onward - net.right_step(right, 0);
            }
        }
        for left in 0..net.left.len() {
            for bundle in net.bundles_of(left) {
                if potential[net.bundle_node(bundle)] >= W::FAR {
                    let needs = net
                        .edges_in(bundle)
                        .map(|edge| potential[right_base + net.edge_right[edge] as usize] - net.edge_cost[edge]);
                    potential[net.bundle_node(bundle)] = needs.max().unwrap_or(W::ZERO);
                }
            }
            if potential[left] >= W::FAR {
                let loose = net
                    .loose_edges_of(left)
                    .map(|edge| potential[right_base + net.edge_right[edge] as usize] - net.edge_cost[edge]);
                let bundled =
                    net.bundles_of(left).map(|bundle| potential[net.bundle_node(bundle)] - net.bundle_step(bundle, 0));
                potential[left] = loose.chain(bundled).max().unwrap_or(W::ZERO);
            }
        }
    }

    /// Reduced cost of the arc from the source to a left node with room.
    fn enter(&self, left: usize) -> W {
        self.net.left_cost.step(self.net.left[left], self.flow.left_load[left]) - self.flow.potential[left]
    }

    /// Reduced cost of the arc from a right node without a group, or from a group, to the sink; none where there is no
    /// such arc, or no room.
    fn leave(&self, node: usize) -> Option<W> {
        let (net, flow) = (self.net, &self.flow);
        let step = match net.kind(node) {
            Kind::Right(right) => {
                let open = flow.right_load[right] < net.right[right].max && net.groups.of(right).is_none();
                open.then(|| net.right_step(right, flow.right_load[right]))
            }
            Kind::Group(group) => {
                let open = flow.group_load[group] < net.groups.nodes[group].max;
                open.then(|| net.group_step(group, flow.group_load[group]))
            }
            Kind::Left(_) | Kind::Bundle(_) => None,
        };
        step.map(|step| flow.potential[node] + step - flow.sink)
    }

    /// Calls `visit` with each residual arc out of a node: target, reduced cost, edge (or [`NONE`]).
    fn arcs(&self, node: usize, mut visit: impl FnMut(usize, W)) {
        let (net, flow) = (self.net, &self.flow);
        let here = flow.potential[node];
        let mut forward = |edge: usize| {
            if !flow.used[edge] {
                let target = net.right_node(net.edge_right[edge] as usize);
                visit(target, net.edge_cost[edge] + here - flow.potential[target]);
            }
        };
        match net.kind(node) {
            Kind::Left(left) => {
                for edge in net.loose_edges_of(left) {
                    forward(edge);
                }
                for bundle in net.bundles_of(left) {
                    let load = flow.bundle_load[bundle];
                    if load < net.bundles[bundle].max {
                        let target = net.bundle_node(bundle);
                        visit(target, net.bundle_step(bundle, load) + here - flow.potential[target]);
                    }
                }
            }
            Kind::Bundle(bundle) => {
                for edge in net.edges_in(bundle) {
                    forward(edge);
                }
                let load = flow.bundle_load[bundle];
                if load > 0 {
                    let target = net.bundles[bundle].left as usize;
                    visit(target, here - net.bundle_step(bundle, load - 1) - flow.potential[target]);
                }
            }
            Kind::Right(right) => {
                for &edge in net.incoming(right) {
                    if flow.used[edge as usize] {
                        let target = net.tail_node(edge as usize);
                        visit(target, here - net.edge_cost[edge as usize] - flow.potential[target]);
                    }
                }
                if let Some(group) = net.groups.of(right)
                    && flow.right_load[right] < net.right[right].max
                {
                    let target = net.group_node(group);
                    visit(target, net.right_step(right, flow.right_load[right]) + here - flow.potential[target]);
                }
            }
            Kind::Group(group) => {
                for &right in net.groups.members(group) {
                    let (right, target) = (right as usize, net.right_node(right as usize));
                    let load = flow.right_load[right];
                    if load > 0 {
                        visit(target, here - net.right_step(right, load - 1) - flow.potential[target]);
                    }
                }
            }
        }
    }

    /// Shortest paths under reduced costs, and new potentials. False when the sink cannot be reached.
    ///
    /// Where the value is open (`may_stop`), paths are looked for only as far as they still have negative cost: then
    /// the potential of the sink ends at 0, and the potentials prove that neither more nor less flow costs less.
    fn lengthen(&mut self, may_stop: bool) -> bool {
        self.distance.fill(W::FAR);
        self.heap.clear();
        let right_base = self.net.right_node(0);
        let mut to_sink = if may_stop { W::ZERO - self.flow.sink } else { W::FAR };
        for left in 0..self.net.left.len() {
            if self.flow.left_load[left] < self.net.left[left].max {
                let distance = self.enter(left);
                self.distance[left] = distance;
                self.heap.push(Reverse((distance, number(left))));
            }
        }
        while let Some(Reverse((distance, node))) = self.heap.pop() {
            if distance >= to_sink {
                break;
            }
            if distance > self.distance[node as usize] {
                continue;
            }
            // Everything at this distance is settled without passing through the heap again.
            self.near.push(node);
            while let Some(node) = self.near.pop() {
                let node = node as usize;
                if node >= right_base
                    && let Some(cost) = self.leave(node)
                {
                    to_sink = to_sink.min(distance + cost);
                }
                let (mut best, mut near) = (core::mem::take(&mut self.distance), core::mem::take(&mut self.near));
                let mut heap = core::mem::take(&mut self.heap);
                self.arcs(node, |target, cost| {
                    let reached = distance + cost;
                    if reached < best[target] && reached < to_sink {
                        best[target] = reached;
                        if cost == W::ZERO {
                            near.push(number(target));
                        } else {
                            heap.push(Reverse((reached, number(target))));
                        }
                    }
                });
                (self.distance, self.near, self.heap) = (best, near, heap);
            }
        }
        if to_sink >= W::FAR {
            return false;
        }
        for (potential, &distance) in self.flow.potential.iter_mut().zip(&self.distance) {
            *potential = *potential + distance.min(to_sink);
        }
        self.flow.sink = self.flow.sink + to_sink;
        true
    }

    /// Sends as many units as there are paths of reduced cost zero, at most `wanted`.
    fn augment(&mut self, wanted: u64) {
        let mut rest = wanted;
        while rest > 0 && self.layer() {
            self.cursor.fill(0);
            let mut sent = 0;
            for left in 0..self.net.left.len() {
                while rest > 0
                    && self.level[left] == 1
                    && self.flow.left_load[left] < self.net.left[left].max
                    && self.enter(left) == W::ZERO
                    && self.send(left)
                {
                    self.flow.left_load[left] += 1;
                    self.flow.value += 1;
                    sent += 1;
                    rest -= 1;
                }
            }
            debug_assert!(sent > 0, "a layered network with a path to the sink admits one unit");
            if sent == 0 {
                break;
            }
        }
    }

    /// Layers of nodes by their number of arcs of reduced cost zero from the source, up to the first layer with a
    /// way to the sink. False when there is none.
    fn layer(&mut self) -> bool {
        self.level.fill(u32::MAX);
        let right_base = self.net.right_node(0);
        let mut layer: Vec<u32> = Vec::new();
        for left in 0..self.net.left.len() {
            if self.flow.left_load[left] < self.net.left[left].max && self.enter(left) == W::ZERO {
                self.level[left] = 1;
                layer.push(number(left));
            }
        }
        let (mut depth, mut next) = (1, Vec::new());
        while !layer.is_empty() {
            let mut found = false;
            depth += 1;
            let mut level = core::mem::take(&mut self.level);
            for &node in &layer {
                self.arcs(node as usize, |target, cost| {
                    if cost == W::ZERO && level[target] == u32::MAX {
                        level[target] = depth;
                        next.push(number(target));
                    }
                });
            }
            self.level = level;
            for &node in &next {
                found |= node as usize >= right_base && self.leave(node as usize) == Some(W::ZERO);
            }
            if found {
                return true;
            }
            layer.clear();
            core::mem::swap(&mut layer, &mut next);
        }
        false
    }

    /// One unit from a left node to the sink along the layers, by depth-first search; arcs that lead nowhere are not
    /// tried again before the next layering.
    fn send(&mut self, left: usize) -> bool {
        let right_base = self.net.right_node(0);
        // The nodes of the path and, for each but the first, the edge by which it was reached.
        let mut path: Vec<(u32, u32)> = alloc::vec![(number(left), NONE)];
        while let Some(&(node, _)) = path.last() {
            let node = node as usize;
            if node >= right_base && self.leave(node) == Some(W::ZERO) {
                *self.flow.outlet(self.net, node) += 1;
                self.apply(&path);
                return true;
            }
            match self.next_arc(node) {
                Some((target, edge)) => path.push((number(target), edge)),
                None => {
                    path.pop();
                    if let Some(&(before, _)) = path.last() {
                        self.cursor[before as usize] += 1;
                    }
                }
            }
        }
        false
    }

    /// The arc at a node's cursor or after it that leads one layer on, the cursor being moved to it.
    fn next_arc(&mut self, node: usize) -> Option<(usize, u32)> {
        let (net, flow) = (self.net, &self.flow);
        let here = flow.potential[node];
        let deeper = self.level[node] + 1;
        let leads =
            |target: usize, cost: W| self.level[target] == deeper && cost + here - flow.potential[target] == W::ZERO;
        let mut cursor = self.cursor[node] as usize;
        let mut found = None;
        match net.kind(node) {
            Kind::Left(left) => {
                let loose = net.loose_edges_of(left);
                while found.is_none() && cursor < loose.len() {
                    let edge = loose.start + cursor;
                    let target = net.right_node(net.edge_right[edge] as usize);
                    if !flow.used[edge] && leads(target, net.edge_cost[edge]) {
                        found = Some((target, number(edge)));
                    } else {
                        cursor += 1;
                    }
                }
                let bundles = net.bundles_of(left);
                while found.is_none() && cursor - loose.len() < bundles.len() {
                    let bundle = bundles.start + cursor - loose.len();
                    let (load, target) = (flow.bundle_load[bundle], net.bundle_node(bundle));
                    if load < net.bundles[bundle].max && leads(target, net.bundle_step(bundle, load)) {
                        found = Some((target, NONE));
                    } else {
                        cursor += 1;
                    }
                }
            }
            Kind::Bundle(bundle) => {
                let edges = net.edges_in(bundle);
                while found.is_none() && cursor < edges.len() {
                    let edge = edges.start + cursor;
                    let target = net.right_node(net.edge_right[edge] as usize);
                    if !flow.used[edge] && leads(target, net.edge_cost[edge]) {
                        found = Some((target, number(edge)));
                    } else {
                        cursor += 1;
                    }
                }
                let load = flow.bundle_load[bundle];
                if found.is_none() && cursor == edges.len() {
                    let target = net.bundles[bundle].left as usize;
                    if load > 0 && leads(target, W::ZERO - net.bundle_step(bundle, load - 1)) {
                        found = Some((target, NONE));
                    } else {
                        cursor += 1;
                    }
                }
            }
            Kind::Right(right) => {
                let incoming = net.incoming(right);
                while found.is_none() && cursor < incoming.len() {
                    let edge = incoming[cursor] as usize;
                    let target = net.tail_node(edge);
                    if flow.used[edge] && leads(target, W::ZERO - net.edge_cost[edge]) {
                        found = Some((target, number(edge)));
                    } else {
                        cursor += 1;
                    }
                }
                if let Some(group) = net.groups.of(right)
                    && found.is_none()
                    && cursor == incoming.len()
                {
                    let (load, target) = (flow.right_load[right], net.group_node(group));
                    if load < net.right[right].max && leads(target, net.right_step(right, load)) {
                        found = Some((target, NONE));
                    } else {
                        cursor += 1;
                    }
                }
            }
            Kind::Group(group) => {
                let members = net.groups.members(group);
                while found.is_none() && cursor < members.len() {
                    let right = members[cursor] as usize;
                    let (load, target) = (flow.right_load[right], net.right_node(right));
                    if load > 0 && leads(target, W::ZERO - net.right_step(right, load - 1)) {
                        found = Some((target, NONE));
                    } else {
                        cursor += 1;
                    }
                }
            }
        }
        self.cursor[node] = number(cursor);
        found
    }

    fn apply(&mut self, path: &[(u32, u32)]) {
        for step in path.windows(2) {
            self.flow.step(self.net, step[0].0 as usize, step[1].0 as usize, step[1].1);
        }
    }
}

impl<W: Weight> Flow<W> {
    /// The potential of a left node.
    pub(crate) fn left_potential(&self, left: usize) -> W {
        self.potential[left]
    }

    /// The potential of a right node.
    pub(crate) fn right_potential(&self, net: &Network<W>, right: usize) -> W {
        self.potential[net.right_node(right)]
    }

    /// The right nodes of a left node's edges, each with the potential of the node its edge starts from.
    pub(crate) fn tails<'a>(&'a self, net: &'a Network<W>, left: usize) -> impl Iterator<Item = (usize, W)> + 'a {
        net.edges_of(left).map(move |edge| (net.edge_right[edge] as usize, self.potential[net.tail_node(edge)]))
    }

    /// Follows one residual arc between a left node, a bundle and a right node.
    pub(super) fn step(&mut self, net: &Network<W>, from: usize, to: usize, edge: u32) {
        if edge != NONE {
            self.used[edge as usize] = !self.used[edge as usize];
            return;
        }
        match (net.kind(from), net.kind(to)) {
            (Kind::Left(_), Kind::Bundle(bundle)) => self.bundle_load[bundle] += 1,
            (Kind::Bundle(bundle), Kind::Left(_)) => self.bundle_load[bundle] -= 1,
            (Kind::Right(right), Kind::Group(_)) => self.right_load[right] += 1,
            (Kind::Group(_), Kind::Right(right)) => self.right_load[right] -= 1,
            _ => {}
        }
    }

    /// The load of a node with an arc to the sink.
    pub(super) fn outlet(&mut self, net: &Network<W>, node: usize) -> &mut u32 {
        let right = node - net.right_node(0);
        match right.checked_sub(net.right.len()) {
            None => &mut self.right_load[right],
            Some(group) => &mut self.group_load[group],
        }
    }

    /// Whether somebody stays short of a minimum, bundles left out.
    pub(crate) fn is_short(&self, net: &Network<W>) -> bool {
        let sides =
            [(&net.left, &self.left_load), (&net.right, &self.right_load), (&net.groups.nodes, &self.group_load)];
        sides.into_iter().any(|(nodes, loads)| nodes.iter().zip(loads).any(|(node, &load)| load < node.min))
    }
}
