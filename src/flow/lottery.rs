//! Drawing by lot: a solution of a program in parts of units becomes one in whole units, each unit as likely as its part says.
//!
//! A solution in units of `1/whole` is a circulation whose arcs are fractions. Every node that has an arc with a proper
//! fraction has another one, so a walk along such arcs, in either direction, closes a cycle. Going round it changes no
//! node's balance; the steps that first bring some arc to a whole number are `up` forward and `down` backward, and
//! forward is taken with probability `down / (up + down)`, so that nothing changes in expectation. Each cycle makes an arc
//! whole for good, and no arc ever leaves the two whole numbers around it. As every window of a program is that of one arc,
//! not only pairs, but also the loads of rows, columns and classes end at one of the whole numbers next to their shares.
//!
//! R. Gandhi, S. Khuller, S. Parthasarathy and A. Srinivasan, "Dependent rounding and its applications to approximation
//! algorithms", Journal of the ACM 53 (2006); for laminar families on both sides E. Budish, Y.-K. Che, F. Kojima and
//! P. Milgrom, "Designing random allocation mechanisms: theory and applications", American Economic Review 103 (2013).

use alloc::vec::Vec;

use super::program::Program;
use super::simplex::Graph as _;
use super::{NONE, number};

/// Draws whole units for each pair of a program that was made [finer](Program::finer) by `whole`: of its `units`, which
/// keep all windows, a pair gets the next multiple of `whole` below or above, divided by `whole`.
///
/// In expectation each pair, and so each node, has exactly its units divided by `whole`; `below(n)` draws a number below
/// `n`, each equally likely. Windows of nodes that are multiples of `whole` are kept. O(fractions · length of a cycle).
///
/// # Panics
/// When there are not as many units as pairs.
pub(crate) fn draw(program: &Program, whole: u32, units: &[u32], below: &mut dyn FnMut(u64) -> u64) -> Vec<u32> {
    assert_eq!(units.len(), program.pairs(), "units for each pair");
    let mut lottery = Lottery::new(program, whole, units);
    lottery.settle(below);
    let pairs = lottery.parts.split_off(lottery.parts.len() - units.len());
    pairs.into_iter().zip(units).map(|(rounded, &units)| units / whole + rounded / whole).collect()
}

/// Arcs with fractions, and a walk along them.
struct Lottery {
    whole: u32,
    ends: Vec<[u32; 2]>,
    /// Per arc what it has beyond the whole number below: 0 to `whole`; those in between are fractions.
    parts: Vec<u32>,
    /// Per node the arcs with fractions, in any order.
    open: Vec<Vec<u32>>,
    /// Per arc its places in the lists of tail and head.
    places: Vec<[u32; 2]>,
    /// Per node after how many steps of the walk it was reached, or [`NONE`].
    reached: Vec<u32>,
}

impl Lottery {
    fn new(program: &Program, whole: u32, units: &[u32]) -> Self {
        let mut ends = Vec::with_capacity(program.nodes() + units.len());
        program.each_arc(|tail, head, _| ends.push([tail, head]));
        let nodes = ends.len() - units.len();
        let mut parts: Vec<u32> = alloc::vec![0; nodes];
        parts.extend(units.iter().map(|units| units % whole));
        // The arc of a node other than 0 has its number less one, and one that lies within another comes later.
        let add = |parts: &mut Vec<u32>, node: u32, part: u32| {
            if node > 0 {
                let sum = u64::from(parts[node as usize - 1]) + u64::from(part);
                parts[node as usize - 1] = u32::try_from(sum % u64::from(whole)).expect("below the whole");
            }
        };
        for arc in nodes..ends.len() {
            let [tail, head] = ends[arc];
            let part = parts[arc];
            add(&mut parts, tail, part);
            add(&mut parts, head, part);
        }
        for arc in (0..nodes).rev() {
            let [tail, head] = ends[arc];
            let above = if head as usize == arc + 1 { tail } else { head };
            let part = parts[arc];
            add(&mut parts, above, part);
        }
        let count = program.nodes();
        let places = alloc::vec![[NONE; 2]; ends.len()];
        let mut lottery = Self {
            whole,
            ends,
            parts,
            open: alloc::vec![Vec::new(); count],
            places,
            reached: alloc::vec![NONE; count],
        };
        for arc in 0..lottery.ends.len() {
            if !lottery.is_whole(arc) {
                for (side, node) in lottery.ends[arc].into_iter().enumerate() {
                    lottery.places[arc][side] = number(lottery.open[node as usize].len());
                    lottery.open[node as usize].push(number(arc));
                }
            }
        }
        lottery
    }

    fn is_whole(&self, arc: usize) -> bool {
        self.parts[arc] == 0 || self.parts[arc] == self.whole
    }

    /// Goes round cycles until nothing is a fraction any more.
    fn settle(&mut self, below: &mut dyn FnMut(u64) -> u64) {
        // Arcs in the order of the walk, each with whether it is passed from tail to head.
        let mut way: Vec<(u32, bool)> = Vec::new();
        for start in 0..self.open.len() {
            while !self.open[start].is_empty() {
                let mut node = start;
                let mut by = NONE;
                self.reached[node] = 0;
                // What is left of a walk after a cycle on it may go on from where the cycle began.
                while let Some((arc, forward)) = self.step(node, by, below) {
                    way.push((arc, forward));
                    node = self.ends[arc as usize][usize::from(forward)] as usize;
                    by = arc;
                    if self.reached[node] == NONE {
                        self.reached[node] = number(way.len());
                        continue;
                    }
                    let first = self.reached[node] as usize;
                    self.turn(&way[first..], below);
                    for &(arc, forward) in &way[first..] {
                        self.reached[self.ends[arc as usize][usize::from(forward)] as usize] = NONE;
                    }
                    way.truncate(first);
                    self.reached[node] = number(first);
                    by = way.last().map_or(NONE, |&(arc, _)| arc);
                }
                debug_assert!(way.is_empty(), "a walk ends only where it began, with nothing left");
                self.reached[start] = NONE;
            }
        }
    }

    /// A random fraction at a node, not the one by which it was reached; none where nothing is left.
    fn step(&self, node: usize, by: u32, below: &mut dyn FnMut(u64) -> u64) -> Option<(u32, bool)> {
        let open = &self.open[node];
        let passed = (by != NONE).then(|| {
            let side = usize::from(self.ends[by as usize][1] as usize == node);
            self.places[by as usize][side] as usize
        });
        let choices = open.len() - usize::from(passed.is_some());
        if choices == 0 {
            return None;
        }
        let mut place = usize::try_from(below(choices as u64)).unwrap_or(0);
        place += usize::from(passed.is_some_and(|passed| place >= passed));
        let arc = open[place];
        Some((arc, self.ends[arc as usize][0] as usize == node))
    }

    /// Goes round a cycle, as far as the lot says and one way or the other.
    fn turn(&mut self, cycle: &[(u32, bool)], below: &mut dyn FnMut(u64) -> u64) {
        let room = |more: bool| {
            let of = |&(arc, forward): &(u32, bool)| {
                let part = self.parts[arc as usize];
                if forward == more { self.whole - part } else { part }
            };
            cycle.iter().map(of).min().unwrap_or(0)
        };
        let (up, down) = (room(true), room(false));
        let more = below(u64::from(up) + u64::from(down)) < u64::from(down);
        let by = if more { up } else { down };
        for &(arc, forward) in cycle {
            let part = &mut self.parts[arc as usize];
            *part = if forward == more { *part + by } else { *part - by };
            if self.is_whole(arc as usize) {
                self.close(arc);
            }
        }
    }

    /// Takes an arc that is whole out of the lists.
    fn close(&mut self, arc: u32) {
        for (side, node) in self.ends[arc as usize].into_iter().enumerate() {
            let place = self.places[arc as usize][side];
            let list = &mut self.open[node as usize];
            list.swap_remove(place as usize);
            if let Some(&moved) = list.get(place as usize) {
                let side = usize::from(self.ends[moved as usize][1] == node);
                self.places[moved as usize][side] = place;
            }
        }
    }
}

#[cfg(test)]
#[path = "lottery_tests.rs"]
mod tests;
