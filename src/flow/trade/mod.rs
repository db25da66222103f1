//! Trades between columns: ways from one solution of a program to another on which no column falls below a floor.
//!
//! A column is worth the sum of what its pairs are worth to it. On a way round, a column gets one pair and gives up
//! another, so what it has afterwards is told by these two; that is why a search can keep a floor for each column
//! though no flow can. The nodes of the search are the rows, the classes and node 0, and a step leads *through* a column:
//! in by one arc, out by another.

mod search;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

use super::circuit::{Circuit, Way};
use super::program::{ColumnNode, Program};
use super::{NONE, number};

/// Of the ways that a search found for a column, so many are tried.
const TRIED: usize = 8;
/// Up to so many pairs all are looked at; beyond, [`LINKS`] of each row.
const ALL_PAIRS: usize = 250_000;
/// Half of them are those that are worth most, the others are spread over the rest.
const LINKS: usize = 128;

/// How a node was reached: from where, and by which arcs (the second one leads out of a column).
#[derive(Debug, Clone, Copy)]
struct Step {
    from: u32,
    first: (u32, bool),
    second: (u32, bool),
}

/// No step: where a search begins.
const START: Step = Step { from: NONE, first: (NONE, false), second: (NONE, false) };

/// A pair that a column has.
#[derive(Debug, Clone, Copy)]
struct Held {
    arc: u32,
    /// The node of the row.
    tail: u32,
    worth: i64,
    /// Whether all solutions have it.
    forced: bool,
}

/// An arc as it is seen from a node that is no column.
#[derive(Debug, Clone, Copy)]
struct Link {
    arc: u32,
    end: u32,
    /// What the pair is worth; 0 where the arc is that of a node.
    worth: i64,
}

/// A label of nodes that were not reached.
const FAR: i64 = i64::MIN;

/// Whoever watches asked to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stopped;

/// Told of the work done so far now and then; stops it by `false`.
type Watch<'w> = dyn FnMut(u64) -> bool + 'w;

/// A solution of a program, with what its columns are worth. Each pair has at most one unit, and no column with pairs of
/// its own has classes.
#[derive(Debug, Clone)]
pub(crate) struct Trades {
    circuit: Circuit,
    /// The first node of a column; its arc has its number less one.
    first: u32,
    /// Pair -> what it is worth to its column.
    worth: Vec<i64>,
    /// Node -> whether it is a column (or a class of one) with pairs of its own.
    has_pairs: Vec<bool>,
    /// Node -> what the column is worth.
    sums: Vec<i64>,
    /// Node -> the pairs that the column has.
    held: Vec<Vec<Held>>,
    /// Node -> its links: where they start in `links`. Columns have none.
    starts: Vec<u32>,
    links: Vec<Link>,
    /// Node -> the least that the column may be worth.
    floors: Vec<i64>,
    /// What a unit below the floor weighs beside one above it; none where columns that are below do not fall at all.
    pressure: Option<i64>,
    /// Node -> whether no way leads through the column.
    shut: Vec<bool>,
    label: Vec<i64>,
    by: Vec<Step>,
    /// The nodes whose labels have risen, and whether a node is one of them.
    risen: Vec<u32>,
    is_risen: Vec<bool>,
    /// Node -> the best that a column was entered with in this search: label with what the pair is worth, and that.
    peaks: Vec<(i64, i64)>,
    work: u64,
    told: u64,
}

/// A way that is open, and what it changes.
#[derive(Debug, Clone)]
struct Deal {
    way: Way,
    /// What the column is worth afterwards, as far as it counts.
    reached: i64,
    /// By how much the sum of all columns changes.
    gain: i64,
}

impl Trades {
    /// A solution with so many units of each pair, where each pair is worth so much, and columns have something besides.
    pub(crate) fn new(program: &Program, units: &[u32], worth: Vec<i64>, besides: &[(ColumnNode, i64)]) -> Self {
        let circuit = Circuit::new(program, units);
        let nodes = circuit.nodes();
        let first = program.first_column();
        let mut has_pairs = alloc::vec![false; nodes];
        for pair in 0..number(units.len()) {
            has_pairs[circuit.arc(circuit.arc_of(pair)).head as usize] = true;
        }
        let mut trades = Self {
            circuit,
            has_pairs,
            first,
            worth,
            sums: alloc::vec![0; nodes],
            held: alloc::vec![Vec::new(); nodes],
            starts: Vec::with_capacity(nodes + 1),
            links: Vec::new(),
            pressure: None,
            floors: alloc::vec![i64::MIN; nodes],
            shut: alloc::vec![false; nodes],
            label: alloc::vec![FAR; nodes],
            by: alloc::vec![START; nodes],
            risen: Vec::new(),
            is_risen: alloc::vec![false; nodes],
            peaks: alloc::vec![(FAR, FAR); nodes],
            work: 0,
            told: 0,
        };
        for node in 0..number(nodes) {
            trades.starts.push(number(trades.links.len()));
            if !trades.has_pairs[node as usize] {
                trades.link(node);
            }
        }
        trades.starts.push(number(trades.links.len()));
        for &(column, more) in besides {
            let node = trades.node(column);
            trades.sums[node] += more;
        }
        for pair in 0..number(units.len()) {
            if units[pair as usize] > 0 {
                let arc = trades.circuit.arc_of(pair);
                trades.take(arc, true);
            }
        }
        trades
    }

    /// Lists the arcs at a node that is no column.
    fn link(&mut self, node: u32) {
        let start = self.links.len();
        for &arc in self.circuit.incident_to(node) {
            let ends = self.circuit.arc(arc);
            let end = ends.end(ends.tail == node);
            match self.circuit.pair_of(arc) {
                Some(pair) => {
                    let window = self.circuit.window(pair as usize);
                    if window.min < window.max {
                        self.links.push(Link { arc, end, worth: self.worth[pair as usize] });
                    }
                }
                None => self.links.push(Link { arc, end, worth: 0 }),
            }
        }
        // Great worth first: what is worth less is passed over the sooner.
        let is_node = |link: &Link| self.circuit.pair_of(link.arc).is_none();
        self.links[start..].sort_unstable_by_key(|link| (!is_node(link), core::cmp::Reverse(link.worth), link.arc));
        let nodes = start + self.links[start..].iter().take_while(|link| is_node(link)).count();
        if self.circuit.pairs() > ALL_PAIRS && self.links.len() - nodes > LINKS {
            let rest = nodes + LINKS / 2;
            let step = (self.links.len() - rest).div_ceil(LINKS / 2);
            let first = node as usize % step;
            let spread = (rest + first..self.links.len()).step_by(step);
            for (place, from) in (rest..).zip(spread.clone()) {
                self.links[place] = self.links[from];
            }
            self.links.truncate(rest + spread.count());
        }
    }

    fn node(&self, column: ColumnNode) -> usize {
        self.first as usize + column.index()
    }

    /// What a column is worth.
    pub(crate) fn sum(&self, column: ColumnNode) -> i64 {
        self.sums[self.node(column)]
    }

    /// The units of a pair.
    pub(crate) fn units(&self, pair: usize) -> u32 {
        self.circuit.units(pair)
    }

    /// How many steps were looked at so far.
    pub(crate) const fn work(&self) -> u64 {
        self.work
    }

    /// From here on a column is not to fall below so much.
    pub(crate) fn set_floor(&mut self, column: ColumnNode, floor: i64) {
        let node = self.node(column);
        self.floors[node] = floor;
    }

    /// What a unit below the floor weighs beside one above it; none: columns that are below do not fall at all.
    pub(crate) fn set_pressure(&mut self, pressure: Option<i64>) {
        self.pressure = pressure;
    }

    /// A column gets a pair, or gives it up.
    fn take(&mut self, arc: u32, more: bool) {
        let Some(pair) = self.circuit.pair_of(arc) else { return };
        let (tail, column) = (self.circuit.arc(arc).tail, self.circuit.arc(arc).head as usize);
        let worth = self.worth[pair as usize];
        if more {
            self.sums[column] += worth;
            let forced = self.circuit.window(pair as usize).min > 0;
            self.held[column].push(Held { arc, tail, worth, forced });
        } else {
            self.sums[column] -= worth;
            self.held[column].retain(|held| held.arc != arc);
        }
    }

    fn worth_of(&self, arc: u32) -> i64 {
        self.circuit.pair_of(arc).map_or(0, |pair| self.worth[pair as usize])
    }

    /// Goes round a way on which everything increases that is asked for: raises what a column is worth, towards `enough`
    /// and at least above what it is, at the least loss in all, if there is one on which the sum of all columns changes
    /// by no less than `least`. Whether there was one.
    pub(crate) fn raise(
        &mut self,
        column: ColumnNode,
        enough: i64,
        least: i64,
        watch: &mut Watch<'_>,
    ) -> Result<bool, Stopped> {
        let node = number(self.node(column));
        let mut deals: Vec<Deal> = Vec::new();
        self.shut[node as usize] = true;
        // Out of the column by a pair that it gives up, or by one pair more in all.
        let mut exits: Vec<(u32, u32, bool)> = (self.held[node as usize].iter())
            .filter(|held| !held.forced)
            .map(|held| (held.tail, held.arc, false))
            .collect();
        if self.circuit.arc(node - 1).gives_way(true) {
            exits.push((self.circuit.arc(node - 1).head, node - 1, true));
        }
        let mut searched = Ok(());
        for (start, exit, more) in exits {
            searched = searched.and_then(|()| self.reach(start, watch));
            self.ends(node, (start, exit, more), (enough, least), &mut deals);
        }
        self.shut[node as usize] = false;
        searched?;
        deals.sort_by_key(|deal| core::cmp::Reverse((deal.reached, deal.gain)));
        let floor = core::mem::replace(&mut self.floors[node as usize], self.sums[node as usize] + 1);
        let open = deals.into_iter().find(|deal| self.change(&deal.way).is_some_and(|gain| gain >= least));
        self.floors[node as usize] = floor;
        if let Some(deal) = &open {
            self.go(&deal.way);
        }
        Ok(open.is_some())
    }

    /// The best ways back into a column from where it was left.
    fn ends(&mut self, node: u32, exit: (u32, u32, bool), wanted: (i64, i64), deals: &mut Vec<Deal>) {
        let (start, exit, more) = exit;
        let (enough, least) = wanted;
        let sum = self.sums[node as usize] - if more { 0 } else { self.worth_of(exit) };
        let mut found: Vec<(i64, i64, u32, (u32, bool))> = Vec::new();
        for &arc in self.circuit.incident_to(node) {
            let ends = self.circuit.arc(arc);
            let entry = if ends.head == node { (ends.tail, true) } else { (ends.head, false) };
            if arc == exit || !ends.gives_way(entry.1) || self.label[entry.0 as usize] == FAR {
                continue;
            }
            let reached = sum + self.worth_of(arc);
            let gain = self.label[entry.0 as usize] + reached - self.sums[node as usize];
            if reached > self.sums[node as usize] && gain >= least {
                found.push((reached.min(enough), gain, entry.0, (arc, entry.1)));
            }
        }
        found.sort_by(|one, two| (two.0, two.1, one.3.0).cmp(&(one.0, one.1, two.3.0)));
        for (reached, gain, from, last) in found.into_iter().take(TRIED) {
            let Some(mut way) = self.way_to(from, start) else { continue };
            way.extend([last, (exit, more)]);
            deals.push(Deal { way, reached, gain });
        }
    }

    /// Goes round a way by which the sum of all columns grows. Whether there was one.
    pub(crate) fn climb(&mut self, watch: &mut Watch<'_>) -> Result<bool, Stopped> {
        let mut shut: Vec<usize> = Vec::new();
        let grown = loop {
            let way = match self.cycle(watch) {
                Ok(Some(way)) => way,
                Ok(None) => break Ok(false),
                Err(stopped) => break Err(stopped),
            };
            if self.change(&way).is_some_and(|gain| gain > 0) {
                self.go(&way);
                break Ok(true);
            }
            // A column that the way comes by twice: not through it then.
            let Some(twice) = self.twice(&way) else { break Ok(false) };
            self.shut[twice] = true;
            shut.push(twice);
        };
        for node in shut {
            self.shut[node] = false;
        }
        grown
    }

    /// A column that a way comes by more than once.
    fn twice(&self, way: &Way) -> Option<usize> {
        let mut columns: Vec<u32> = Vec::new();
        for &(arc, more) in way {
            // In by a pair more, or out of the node above.
            let ends = self.circuit.arc(arc);
            if more && self.circuit.pair_of(arc).is_some() {
                columns.push(ends.head);
            } else if !more && self.has_pairs[ends.tail as usize] {
                columns.push(ends.tail);
            }
        }
        columns.sort_unstable();
        columns.windows(2).find(|two| two[0] == two[1]).map(|two| two[0] as usize)
    }

    /// What going round a way changes in all; none if a column fell below its floor, or the way is not open.
    fn change(&self, way: &Way) -> Option<i64> {
        let mut arcs: Vec<(u32, bool)> = way.clone();
        arcs.sort_unstable();
        if arcs.windows(2).any(|two| two[0] == two[1]) {
            return None;
        }
        let mut changes: Vec<(u32, i64)> = Vec::with_capacity(way.len());
        for &(arc, more) in way {
            let ends = self.circuit.arc(arc);
            if !ends.gives_way(more) {
                return None;
            }
            if let Some(pair) = self.circuit.pair_of(arc) {
                let worth = self.worth[pair as usize];
                changes.push((ends.head, if more { worth } else { -worth }));
            }
        }
        changes.sort_unstable();
        let mut gain = 0;
        for of_one in changes.chunk_by(|one, next| one.0 == next.0) {
            let change: i64 = of_one.iter().map(|&(_, change)| change).sum();
            let column = of_one[0].0 as usize;
            gain += self.value_of(column, self.sums[column] + change)? - self.value(column, self.sums[column]);
        }
        Some(gain)
    }

    fn go(&mut self, way: &Way) {
        for &(arc, more) in way {
            self.take(arc, more);
        }
        self.circuit.go(way);
    }
}
