//! Units passed on along arcs of one unit each, for the greatest reward.

use alloc::vec::Vec;

use super::number;
use super::simplex::{Arc, Graph, Halt, MOST, Simplex, magnitude};

/// A network of arcs that take one unit or none. Units come from node 0 and return to it.
#[derive(Debug, Clone)]
pub(crate) struct Relay {
    nodes: u32,
    arcs: Vec<(u32, u32, i64)>,
    largest: u64,
}

/// Why nothing was solved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unpassed {
    /// Whoever watches asked to stop.
    Stopped,
    /// There are too many arcs, or the rewards are too large.
    TooLarge,
}

impl Relay {
    /// Node 0 alone.
    pub(crate) const fn new() -> Self {
        Self { nodes: 1, arcs: Vec::new(), largest: 0 }
    }

    /// Adds a node.
    pub(crate) const fn node(&mut self) -> u32 {
        self.nodes += 1;
        self.nodes - 1
    }

    /// Adds an arc and tells its number.
    pub(crate) fn arc(&mut self, tail: u32, head: u32, reward: i64) -> usize {
        self.largest = self.largest.max(reward.unsigned_abs());
        self.arcs.push((tail, head, reward));
        self.arcs.len() - 1
    }

    /// The arcs that take a unit at the greatest sum of rewards.
    pub(crate) fn solve(&self, watch: &mut dyn FnMut(u64) -> bool) -> Result<Vec<bool>, Unpassed> {
        if self.arcs.len() >= MOST || i64::try_from(magnitude(self.nodes(), self.largest)).is_err() {
            return Err(Unpassed::TooLarge);
        }
        let mut simplex = Simplex::<i64, i64>::new(self);
        match simplex.run(watch) {
            Ok(()) => {}
            Err(Halt::Stopped) => return Err(Unpassed::Stopped),
            Err(_) => unreachable!("no unit anywhere is a flow, and all arcs are bounded"),
        }
        let mut takes = alloc::vec![false; self.arcs.len()];
        simplex.each_flow(self, |arc, flow| takes[arc.tag as usize] = flow > 0);
        Ok(takes)
    }
}

impl Graph for Relay {
    fn nodes(&self) -> usize {
        self.nodes as usize
    }

    fn arcs(&self, visit: &mut dyn FnMut(Arc)) {
        for (place, &(tail, head, reward)) in self.arcs.iter().enumerate() {
            visit(Arc { tail, head, lower: 0, upper: 1, cost: -reward, tag: number(place) });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_pass_where_they_bring_most() {
        let mut relay = Relay::new();
        let [first, second, last] = [(); 3].map(|()| relay.node());
        let to_first = relay.arc(0, first, 2);
        let to_second = relay.arc(0, second, 0);
        let middle = [relay.arc(first, last, -1), relay.arc(second, last, 4)];
        let back = relay.arc(last, 0, 0);
        let takes = relay.solve(&mut |_| true).unwrap();
        assert_eq!(
            [to_first, to_second, middle[0], middle[1], back].map(|arc| takes[arc]),
            [false, true, false, true, true]
        );
        relay.arc(last, 0, 0);
        assert_eq!(relay.solve(&mut |_| true).unwrap(), [true; 6]);
    }
}
