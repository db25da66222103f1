//! Bipartite b-matching of greatest weight where the weights have few levels: many ties, short distances.
//!
//! # The network
//! Weights are counted in steps below the greatest: `cost = (greatest − weight) / unit`. A *hub* sends `f` units to each
//! row, `min ≤ f ≤ max`, and gets `g` back from each column, `min ≤ g ≤ max`; a pair carries 0 or 1. So a matching is
//! a circulation. Potentials are `u` of a row, `−v` of a column and `h` of the hub. The reduced costs of the arcs are
//! `u + v + cost` for a pair, `h − top − u` from the hub to a row and `−v − h` from a column to the hub, where `top` is
//! what one unit is worth at cost 0.
//!
//! # Invariant
//! The flow of every arc is in kilter: an arc of positive reduced cost carries its least flow, one of negative reduced
//! cost its greatest; in other words, no residual arc has negative reduced cost. What is given up at first is
//! conservation: nodes may have too much (*excess*) or too little (*deficit*). Units go along residual arcs of reduced
//! cost zero from excess to deficit, which keeps the invariant. When no excess is left, the flow is a circulation, and
//! with `h` brought to 0 the potentials are the duals that prove it: a row below its maximum has `h − top − u ≥ 0`, so
//! its dual is not positive; one above its minimum has a dual that is not negative; the same holds for columns.
//!
//! # The method
//! Start: some `v`, 0 at first, and each row takes its best pairs; those above its dual must be taken, even beyond the
//! maximum of a column, those that tie with it only where there is room. Then:
//!
//! * a breadth-first search over arcs of reduced cost zero, from all nodes with excess at once, gives layers up to the
//!   first with a deficit; a blocking flow within the layers follows (E. Dinic 1970; J. Hopcroft and R. Karp 1973);
//! * where the search finds no deficit, it goes on over longer distances (R. Dial 1969: distances are small integers) up
//!   to the least distance `D` at which there is one, and every node reached at distance `d < D` changes its potential
//!   by `D − d` (L. R. Ford and D. R. Fulkerson 1962).
//!
//! If no deficit can be reached, the windows cannot all be kept (A. Hoffman 1960): no residual arc leaves what has been
//! reached, and it has excess.
//!
//! With many levels the distances add up to many, one search each. So costs are first rounded down to three bits, and
//! the duals of that optimum, four times as great, are the `v` of the next start with two bits more (H. Gabow 1985).
//! Every `v` is a valid start; a column whose `v` is not 0 is asked for its greatest or least load at once.
//!
//! The potential of the first excess falls behind that of the deficits with every change, and by no more than a simple
//! path costs, so there are at most as many changes as different distances: a few times the number of levels of the
//! first rounding, then a few for each further one in practice. Between two changes there are O(√nodes) layerings for
//! bounded windows. A search costs O(pairs of the rows it reaches); in a matrix it is a running minimum over entries of
//! 16 bits, as long as the sums fit.
//!
//! # The rule
//! [`levels`] says where the method applies: where the greatest and the smallest weight are at most [`MOST`] units apart.
//! Zero counts as a weight unless all rows, or all columns, have a fixed number of pairs: not to be matched is one more
//! choice.

mod pairs;
mod search;
mod send;
mod state;
#[cfg(test)]
#[path = "../tied_tests.rs"]
mod tests;

use super::instance::{Instance, Pairs, Window};
use super::matching::{Counters, Matching, Unmatched};
use pairs::{Matrix, Rows, Table};
use search::Reached;
use state::State;

/// The most units between the greatest and the smallest weight: costs up to this are told from [`pairs::ABSENT`] after
/// sums in 16 bits, and rough optima are still few.
pub(super) const MOST: u64 = 4000;

/// Potentials stay below this in size (see [`levels`]), so that sums of three fit in 32 bits.
const LARGEST: i128 = 1 << 28;

/// Potentials at the start are below this in size.
const START: i32 = 1 << 24;

/// The levels of the weights of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Levels {
    /// The greatest weight.
    greatest: i64,
    /// Every weight is the greatest less a multiple of this.
    unit: i64,
    /// What a unit of flow is worth at the greatest weight, in units; 0 where the number of pairs is fixed.
    top: i32,
    /// The greatest cost.
    span: u64,
    /// Whether that number is fixed by the columns alone.
    by_columns: bool,
}

/// The levels of the weights, if they are few; see the module. Reads as many rows as it takes to find too many.
///
/// While there is excess at `s` and a deficit at `t`, every change by `D` raises the difference of their potentials by
/// `D`, and after it a path of reduced cost zero leads from an excess to a deficit: the difference is the cost of a simple
/// path, at most nodes times levels. So the sum of all `D` is at most that and the difference at the start, and no
/// potential changes by more.
pub(super) fn levels(instance: &Instance) -> Option<Levels> {
    let exact = |windows: &[Window]| windows.iter().all(|window| window.min == window.max);
    let (by_rows, by_columns) = (exact(instance.rows()), exact(instance.columns()));
    let (smallest, greatest) = instance.weights().unwrap_or((0, 0));
    let (low, high) = if by_rows || by_columns { (smallest, greatest) } else { (smallest.min(0), greatest.max(0)) };
    let range = high.abs_diff(low);
    let mut unit = 1;
    if range > MOST {
        unit = if by_rows || by_columns { range } else { gcd(range, greatest.unsigned_abs()) };
        for row in 0..instance.rows().len() {
            instance.for_each_in(row, |_, weight| unit = gcd(greatest.abs_diff(weight), unit));
            if range / unit > MOST {
                return None;
            }
        }
    }
    let nodes = instance.rows().len() + instance.columns().len() + 1;
    let potential = i128::from(range / unit + 1) * i128::try_from(nodes).ok()?;
    let largest = 4 * (potential + i128::from(START));
    if potential > LARGEST || largest * i128::from(unit) + i128::from(greatest.unsigned_abs()) > i64::MAX.into() {
        return None;
    }
    let span = greatest.abs_diff(smallest) / unit;
    let unit = i64::try_from(unit).ok()?;
    let top = if by_rows || by_columns { 0 } else { i32::try_from(greatest / unit).ok()? };
    Some(Levels { greatest, unit, top, span, by_columns: by_columns && !by_rows })
}

/// The greatest common divisor; `b` is not 0.
const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while a != 0 {
        (a, b) = (b % a, a);
    }
    b
}

/// A matching of greatest weight. `watch` is called every few milliseconds.
///
/// # Errors
/// When the windows cannot all be kept, `watch` says no, or [`levels`] does not allow the method.
pub(super) fn solve(instance: &Instance, watch: &mut dyn FnMut(&Counters) -> bool) -> Result<Matching, Unmatched> {
    let Some(levels) = levels(instance) else {
        let largest = instance.weights().map_or(0, |(low, high)| low.unsigned_abs().max(high.unsigned_abs()));
        let places = instance.rows().iter().map(|window| u64::from(window.max)).sum();
        return Err(Unmatched::TooLarge { largest, places });
    };
    let mut watch = Watch { counters: Counters::default(), pending: 0, call: watch };
    match &instance.pairs {
        Pairs::Dense(_) => run(instance, levels, Matrix::new(instance, levels, &mut watch)?, &mut watch),
        Pairs::Sparse(_) | Pairs::Wide(_) => {
            run(instance, levels, Rows::new(instance, levels, &mut watch)?, &mut watch)
        }
    }
}

/// Costs are rounded until there are at most so many bits of them, and taken back by so many bits each time.
const FIRST_BITS: u32 = 3;
const MORE_BITS: u32 = 2;

fn run<T: Table>(instance: &Instance, levels: Levels, table: T, watch: &mut Watch<'_>) -> Result<Matching, Unmatched> {
    let bits = u64::BITS - levels.span.leading_zeros();
    let mut shift = bits.saturating_sub(FIRST_BITS).next_multiple_of(MORE_BITS);
    let mut v = alloc::vec![0; instance.columns().len()];
    while shift > 0 {
        let mut state = State::new(instance, levels.coarse(shift), table.coarse(shift), v, watch)?;
        balance(&mut state, watch)?;
        v = state.scaled(MORE_BITS);
        shift -= MORE_BITS;
    }
    let mut state = State::new(instance, levels, table, v, watch)?;
    balance(&mut state, watch)?;
    Ok(state.matching(instance, levels, watch.counters))
}

/// Sends units until there is no excess.
fn balance<T: Table>(state: &mut State<'_, T>, watch: &mut Watch<'_>) -> Result<(), Unmatched> {
    while state.has_excess() {
        match state.search(watch)? {
            Reached::Layers => state.send_all(watch)?,
            Reached::Farther => {}
            Reached::Nothing => return Err(Unmatched::Refuted),
        }
    }
    Ok(())
}

/// How many steps are made between two calls of the observer: a few milliseconds.
const STEPS: usize = 1 << 18;

/// Counts, and tells the observer from time to time.
struct Watch<'w> {
    counters: Counters,
    pending: usize,
    call: &'w mut dyn FnMut(&Counters) -> bool,
}

impl Watch<'_> {
    /// Some steps of a few nanoseconds were made.
    fn steps(&mut self, steps: usize) -> Result<(), Unmatched> {
        self.pending += steps;
        if self.pending >= STEPS {
            self.pending = 0;
            if !(self.call)(&self.counters) {
                return Err(Unmatched::Stopped);
            }
        }
        Ok(())
    }
}
