//! A solution of a program as a circulation, and the ways from it to others.
//!
//! Two solutions differ by cycles of residual arcs; going round such a cycle leads to a solution again. Units pass from
//! node 0 down to a row and its classes, over a pair, up the classes of a column to the column, and back to node 0; each
//! window is that of one arc. So with classes, as without, a search for a cycle is a search through a graph.

use alloc::collections::VecDeque;
use alloc::vec::Vec;

use super::program::Program;
use super::simplex::Graph as _;
use super::{NONE, Window, number};
use crate::random::Random;

/// A way round: arcs in the order of the way, each with whether it takes one unit more (or one less).
pub(super) type Way = Vec<(u32, bool)>;

/// An arc with its units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Arc {
    pub(super) tail: u32,
    pub(super) head: u32,
    window: Window,
    units: u32,
}

impl Arc {
    /// Whether it can take one unit more, or one less.
    pub(super) const fn gives_way(&self, more: bool) -> bool {
        if more { self.units < self.window.max } else { self.units > self.window.min }
    }

    /// Where one unit more (or less) of it leads.
    pub(super) const fn end(&self, more: bool) -> u32 {
        if more { self.head } else { self.tail }
    }
}

/// A solution of a [`Program`], as a circulation.
///
/// Rewards and costs are of no account: where they matter, it is a solution of a [face](Program::face).
#[derive(Debug, Clone)]
pub(crate) struct Circuit {
    /// The arcs of nodes, then those of pairs, in their order.
    arcs: Vec<Arc>,
    /// The number of arcs before those of pairs.
    nodes: u32,
    /// Node -> its arcs: where they start in `incident`.
    starts: Vec<u32>,
    incident: Vec<u32>,
    /// Per node the step of the way at which it was met, or the arc it was met by; [`NONE`] between searches.
    met: Vec<u32>,
    /// The same for a search that comes from the other end.
    met_from_end: Vec<u32>,
}

impl Circuit {
    /// A solution of a program: so many units of each pair.
    pub(crate) fn new(program: &Program, units: &[u32]) -> Self {
        let mut arcs: Vec<Arc> = Vec::with_capacity(program.nodes() + units.len());
        program.each_arc(|tail, head, window| arcs.push(Arc { tail, head, window, units: 0 }));
        let count = program.nodes();
        let mut starts = alloc::vec![0_u32; count + 1];
        for arc in &arcs {
            for node in [arc.tail, arc.head] {
                starts[node as usize + 1] += 1;
            }
        }
        for node in 0..count {
            starts[node + 1] += starts[node];
        }
        let mut next = starts.clone();
        let mut incident = alloc::vec![0_u32; 2 * arcs.len()];
        for (arc, ends) in arcs.iter().enumerate() {
            for node in [ends.tail, ends.head] {
                incident[next[node as usize] as usize] = number(arc);
                next[node as usize] += 1;
            }
        }
        let nodes = number(arcs.len() - units.len());
        let met = alloc::vec![NONE; count];
        let mut circuit = Self { arcs, nodes, starts, incident, met_from_end: met.clone(), met };
        for (pair, &units) in units.iter().enumerate() {
            circuit.change(number(pair), |load| load + units);
        }
        circuit
    }

    /// The number of nodes, node 0 among them.
    pub(super) fn nodes(&self) -> usize {
        self.met.len()
    }

    pub(super) fn arc(&self, arc: u32) -> Arc {
        self.arcs[arc as usize]
    }

    /// The arc of a pair.
    pub(super) const fn arc_of(&self, pair: u32) -> u32 {
        self.nodes + pair
    }

    /// The pair of an arc; none where it is that of a node.
    pub(super) const fn pair_of(&self, arc: u32) -> Option<u32> {
        arc.checked_sub(self.nodes)
    }

    /// The units of a pair.
    pub(crate) fn units(&self, pair: usize) -> u32 {
        self.arcs[self.nodes as usize + pair].units
    }

    /// The window of a pair.
    pub(crate) fn window(&self, pair: usize) -> Window {
        self.arcs[self.nodes as usize + pair].window
    }

    /// Gives a pair another window; its units must lie within.
    pub(crate) fn narrow(&mut self, pair: usize, window: Window) {
        self.arcs[self.nodes as usize + pair].window = window;
    }

    /// The number of pairs.
    pub(crate) fn pairs(&self) -> usize {
        self.arcs.len() - self.nodes as usize
    }

    /// Looks for a random cycle from a random node and goes round it. The pairs that changed are returned in the order
    /// of the way, each with whether it has one unit more; none when the walk ran dead.
    pub(crate) fn turn(&mut self, random: &mut Random) -> Option<Way> {
        let start = number(random.index(self.met.len()));
        let mut way: Way = Vec::new();
        let mut node = start;
        let mut by = NONE;
        let cycle = loop {
            if self.met[node as usize] != NONE {
                break Some(self.met[node as usize] as usize);
            }
            self.met[node as usize] = number(way.len());
            let Some(step) = self.random_step(node, by, random) else { break None };
            way.push(step);
            by = step.0;
            node = self.arcs[by as usize].end(step.1);
        };
        self.met[start as usize] = NONE;
        for &(arc, more) in &way {
            self.met[self.arcs[arc as usize].end(more) as usize] = NONE;
        }
        let cycle = way.split_off(cycle?);
        Some(self.go(&cycle))
    }

    /// A random residual arc from a node, not back along the one by which it was reached.
    fn random_step(&self, node: u32, by: u32, random: &mut Random) -> Option<(u32, bool)> {
        let incident = self.incident_to(node);
        if incident.is_empty() {
            return None;
        }
        let first = random.index(incident.len());
        (incident[first..].iter().chain(&incident[..first]))
            .map(|&arc| (arc, self.arcs[arc as usize].tail == node))
            .find(|&(arc, more)| arc != by && self.arcs[arc as usize].gives_way(more))
    }

    /// Gives a pair one unit more, or one less, by a short way round; other pairs change as far as their windows
    /// allow. The pairs that changed, the given one first, each with whether it has one unit more; none when there is
    /// no way. O(nodes + pairs), and far less where ways are short: the search goes from both ends.
    pub(crate) fn shift(&mut self, pair: usize, more: bool) -> Option<Way> {
        let arc = self.nodes + number(pair);
        let ends = self.arcs[arc as usize];
        if !ends.gives_way(more) {
            return None;
        }
        let (from, to) = (ends.end(more), ends.end(!more));
        let mut queues = [from, to].map(|end| VecDeque::from([end]));
        let mut seen = [from, to].map(|end| alloc::vec![end]);
        self.met[from as usize] = arc;
        self.met_from_end[to as usize] = arc;
        let mut meeting = None;
        'search: while queues.iter().all(|queue| !queue.is_empty()) {
            let backwards = queues[1].len() < queues[0].len();
            let side = usize::from(backwards);
            let Some(node) = queues[side].pop_front() else { break };
            for place in self.starts[node as usize]..self.starts[node as usize + 1] {
                let next = self.incident[place as usize];
                let Arc { tail, head, .. } = self.arcs[next as usize];
                let (more, end) = if tail == node { (!backwards, head) } else { (backwards, tail) };
                let (met, other) =
                    if backwards { (&mut self.met_from_end, &self.met) } else { (&mut self.met, &self.met_from_end) };
                if next == arc || met[end as usize] != NONE || !self.arcs[next as usize].gives_way(more) {
                    continue;
                }
                met[end as usize] = next;
                seen[side].push(end);
                if other[end as usize] != NONE {
                    meeting = Some(end);
                    break 'search;
                }
                queues[side].push_back(end);
            }
        }
        let way = meeting.map(|meeting| {
            let mut way: Way = Vec::new();
            let mut node = meeting;
            while node != from {
                let by = self.met[node as usize];
                let more = self.arcs[by as usize].head == node;
                way.push((by, more));
                node = self.arcs[by as usize].end(!more);
            }
            way.push((arc, more));
            way.reverse();
            node = meeting;
            while node != to {
                let by = self.met_from_end[node as usize];
                let more = self.arcs[by as usize].tail == node;
                way.push((by, more));
                node = self.arcs[by as usize].end(more);
            }
            way
        });
        let [forwards, backwards] = seen;
        for node in forwards {
            self.met[node as usize] = NONE;
        }
        for node in backwards {
            self.met_from_end[node as usize] = NONE;
        }
        way.map(|way| self.go(&way))
    }

    /// Changes the units of pairs by one each, if everything keeps its window then. The changes need not be a way round,
    /// but leave each node with what it had, and no pair below 0.
    pub(crate) fn exchange(&mut self, pairs: &[(u32, bool)]) -> bool {
        self.flip(pairs, false);
        let fits = pairs.iter().all(|&(pair, _)| {
            let mut fits = self.keeps(self.nodes + pair);
            self.each_around(pair, |circuit, arc| fits &= circuit.keeps(arc));
            fits
        });
        if !fits {
            self.undo(pairs);
        }
        fits
    }

    /// Takes changes back.
    pub(crate) fn undo(&mut self, pairs: &[(u32, bool)]) {
        self.flip(pairs, true);
    }

    /// Changes units, or takes the changes back. Units are added first, so that no node is ever below 0.
    fn flip(&mut self, pairs: &[(u32, bool)], back: bool) {
        for &(pair, _) in pairs.iter().filter(|&&(_, more)| more != back) {
            self.change(pair, |units| units + 1);
        }
        for &(pair, _) in pairs.iter().filter(|&&(_, more)| more == back) {
            self.change(pair, |units| units - 1);
        }
    }

    fn keeps(&self, arc: u32) -> bool {
        let Arc { window, units, .. } = self.arcs[arc as usize];
        (window.min..=window.max).contains(&units)
    }

    /// Goes round a way; returns its pairs.
    pub(super) fn go(&mut self, way: &[(u32, bool)]) -> Way {
        for &(arc, more) in way {
            let units = &mut self.arcs[arc as usize].units;
            *units = if more { *units + 1 } else { *units - 1 };
        }
        way.iter().filter(|&&(arc, _)| arc >= self.nodes).map(|&(arc, more)| (arc - self.nodes, more)).collect()
    }

    /// Changes the units of a pair, and so of all nodes that they load.
    fn change(&mut self, pair: u32, units: impl Fn(u32) -> u32) {
        let arc = (self.nodes + pair) as usize;
        self.arcs[arc].units = units(self.arcs[arc].units);
        self.each_around(pair, |circuit, arc| {
            let load = &mut circuit.arcs[arc as usize].units;
            *load = units(*load);
        });
    }

    /// Calls `visit` with the arcs of all nodes that a pair loads. That of a node other than 0 has its number less one.
    fn each_around(&mut self, pair: u32, mut visit: impl FnMut(&mut Self, u32)) {
        let Arc { tail, head, .. } = self.arcs[(self.nodes + pair) as usize];
        for (mut node, up) in [(tail, true), (head, false)] {
            while node != 0 {
                visit(self, node - 1);
                let Arc { tail, head, .. } = self.arcs[node as usize - 1];
                node = if up { tail } else { head };
            }
        }
    }

    pub(super) fn incident_to(&self, node: u32) -> &[u32] {
        &self.incident[self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize]
    }
}

#[cfg(test)]
#[path = "circuit_tests.rs"]
mod tests;
