//! The searches for ways: labels of nodes, raised until they are final.

use alloc::vec::Vec;

use super::super::circuit::Way;
use super::super::{NONE, number};
use super::{FAR, Held, Link, START, Step, Stopped, Trades, Watch};

/// A search ends after so many rounds, whether all of its labels are final or not.
const ROUNDS: usize = 32;
/// After so many steps it is told that work goes on.
const TOLD_EVERY: u64 = 1 << 17;

impl Trades {
    /// Labels all nodes with the greatest gain on a way from a node to them.
    pub(super) fn reach(&mut self, start: u32, watch: &mut Watch<'_>) -> Result<(), Stopped> {
        self.label.fill(FAR);
        self.peaks.fill((FAR, FAR));
        self.label[start as usize] = 0;
        self.by[start as usize] = START;
        self.risen.push(start);
        self.is_risen[start as usize] = true;
        let mut goes_on = Ok(true);
        for _ in 0..ROUNDS {
            goes_on = self.round(watch);
            if goes_on != Ok(true) {
                break;
            }
        }
        self.rest();
        goes_on.map(|_| ())
    }

    /// A way round by which the sum of all columns grows, if no node comes by a column twice on it.
    pub(super) fn cycle(&mut self, watch: &mut Watch<'_>) -> Result<Option<Way>, Stopped> {
        self.label.fill(0);
        self.peaks.fill((FAR, FAR));
        self.by.fill(START);
        for node in 0..number(self.label.len()) {
            if !self.has_pairs[node as usize] {
                self.risen.push(node);
                self.is_risen[node as usize] = true;
            }
        }
        let mut way = Ok(None);
        for _ in 0..self.label.len() {
            let goes_on = self.round(watch);
            way = goes_on.map(|_| self.closed());
            if way != Ok(None) || goes_on == Ok(false) {
                break;
            }
        }
        self.rest();
        way
    }

    fn rest(&mut self) {
        for node in self.risen.drain(..) {
            self.is_risen[node as usize] = false;
        }
    }

    /// The steps from all nodes whose labels have risen. Whether others have.
    fn round(&mut self, watch: &mut Watch<'_>) -> Result<bool, Stopped> {
        let nodes = core::mem::take(&mut self.risen);
        let mut stopped = false;
        for &node in &nodes {
            self.is_risen[node as usize] = false;
            if !stopped {
                self.steps_from(node);
            }
            if self.work - self.told >= TOLD_EVERY {
                self.told = self.work;
                stopped |= !watch(self.work);
            }
        }
        if stopped { Err(Stopped) } else { Ok(!self.risen.is_empty()) }
    }

    fn steps_from(&mut self, node: u32) {
        let label = self.label[node as usize];
        let links = self.starts[node as usize] as usize..self.starts[node as usize + 1] as usize;
        self.work += links.len() as u64;
        for place in links {
            let Link { arc, end, worth } = self.links[place];
            let to = end as usize;
            if !self.has_pairs[to] {
                let more = self.circuit.arc(arc).tail == node;
                if self.circuit.arc(arc).gives_way(more) {
                    self.meet(end, label, Step { from: node, first: (arc, more), second: (NONE, false) });
                }
                continue;
            }
            // In by a pair more, or from the node above by one less in all.
            let more = self.circuit.pair_of(arc).is_some();
            if self.shut[to] || (!more && !self.circuit.arc(arc).gives_way(false)) {
                continue;
            }
            // What is worth more, and was come by with more, leads wherever this does.
            let (peak, most) = self.peaks[to];
            if label + worth <= peak && worth <= most {
                continue;
            }
            if more && self.held[to].iter().any(|held| held.arc == arc) {
                continue;
            }
            if more && label + worth > peak {
                self.peaks[to] = (label + worth, worth);
            }
            let before = self.value(to, self.sums[to]);
            for held in 0..self.held[to].len() {
                let Held { arc: out, tail, worth: lost, forced } = self.held[to][held];
                if forced {
                    continue;
                }
                if let Some(after) = self.value_of(to, self.sums[to] + worth - lost) {
                    let step = Step { from: node, first: (arc, more), second: (out, false) };
                    self.meet(tail, label + after - before, step);
                }
            }
            // Out by one pair more in all.
            if more
                && self.circuit.arc(end - 1).gives_way(true)
                && let Some(after) = self.value_of(to, self.sums[to] + worth)
            {
                let step = Step { from: node, first: (arc, more), second: (end - 1, true) };
                let above = self.circuit.arc(end - 1).head;
                self.meet(above, label + after - before, step);
            }
        }
    }

    /// What it counts that a column is worth so much.
    pub(super) fn value(&self, column: usize, sum: i64) -> i64 {
        sum + self.pressure.unwrap_or(0) * sum.saturating_sub(self.floors[column]).min(0)
    }

    /// The same where a column may come to be worth so much.
    pub(super) fn value_of(&self, column: usize, sum: i64) -> Option<i64> {
        let falls = self.pressure.is_none() && sum < self.floors[column] && sum < self.sums[column];
        (!falls).then(|| self.value(column, sum))
    }

    fn meet(&mut self, node: u32, label: i64, step: Step) {
        if label > self.label[node as usize] {
            self.label[node as usize] = label;
            self.by[node as usize] = step;
            if !self.is_risen[node as usize] {
                self.is_risen[node as usize] = true;
                self.risen.push(node);
            }
        }
    }

    /// The arcs from where a search began to a node; none where the labels go round.
    pub(super) fn way_to(&self, mut node: u32, start: u32) -> Option<Way> {
        let mut steps: Vec<Step> = Vec::new();
        while node != start {
            let step = self.by[node as usize];
            if step.from == NONE || steps.len() > self.label.len() {
                return None;
            }
            steps.push(step);
            node = step.from;
        }
        Some(Self::arcs(steps.into_iter().rev()))
    }

    fn arcs(steps: impl Iterator<Item = Step>) -> Way {
        steps.flat_map(|step| [step.first, step.second]).filter(|&(arc, _)| arc != NONE).collect()
    }

    /// A cycle of the steps by which nodes were reached.
    fn closed(&self) -> Option<Way> {
        const NEW: u32 = NONE;
        let mut seen: Vec<u32> = alloc::vec![NEW; self.by.len()];
        for root in 0..number(self.by.len()) {
            let mut node = root;
            while node != NONE && seen[node as usize] == NEW {
                seen[node as usize] = root;
                node = self.by[node as usize].from;
            }
            if node != NONE && seen[node as usize] == root {
                let mut steps = Vec::new();
                let mut at = node;
                loop {
                    steps.push(self.by[at as usize]);
                    at = self.by[at as usize].from;
                    if at == node {
                        return Some(Self::arcs(steps.into_iter().rev()));
                    }
                }
            }
        }
        None
    }
}
