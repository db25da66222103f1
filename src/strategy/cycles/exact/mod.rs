//! Whether any assignment within bounds keeps a cycle rule: backtracking on bit sets.
//!
//! To find a subgraph of given degrees without short cycles is NP-hard (N. Boehmer, R. Bredereck and A. Nichterlein,
//! "Combating Collusion Rings is Hard but Possible", AAAI 2022), and a flow alone may be far from the truth. So pairs
//! are decided one after the other, the most constrained first. After each decision follows what it implies
//! ([`State`]: cycles that are nearly closed, bounds that leave no choice), there must be
//! persons enough ([`room`]), a matching within the bounds must still
//! exist ([`witness`]) and is the answer if it keeps the rule by chance, and what was refuted is refuted for all
//! that are alike ([`twins`]). Where that takes long a second search takes turns with it, one that has no eye for those who
//! are alike but learns from its conflicts ([`learn`]).

mod learn;
mod question;
mod room;
mod state;
mod twins;
mod witness;

use alloc::vec::Vec;
use core::cmp::Reverse;

pub(crate) use question::{Question, Seats, WorkLimit};

use crate::strategy::{AssignError, Run};
use learn::Learning;
use state::State;

/// What came of a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Rows and columns of an assignment that keeps the rule.
    Found(Vec<(u32, u32)>),
    /// There is none.
    Refuted,
    /// The budget ended before.
    Open,
}

/// Partial assignments looked at before a search that learns takes turns with the one that does not.
const ALONE: u64 = 500;
/// How long a turn is, in conflicts; one without learning has a quarter as many partial assignments, each of which takes
/// longer.
const TURN: u64 = 1_000;
/// Up to so many rows and columns it is the other way round.
const FEW: usize = 12;
/// Every so many partial assignments the run is told.
const REPORT_EVERY: u64 = 256;

impl Question {
    /// Looks for an assignment; `nodes` counts the partial assignments looked at and the conflicts learned from, up to `budget` if there is one.
    pub(crate) fn answer(
        &self,
        budget: Option<u64>,
        nodes: &mut u64,
        run: &mut Run<'_>,
    ) -> Result<Answer, AssignError> {
        let end = budget.map(|budget| nodes.saturating_add(budget));
        let left = |nodes: u64| end.map_or(u64::MAX, |end| end.saturating_sub(nodes));
        let mut open = alloc::vec![State::new(self)];
        let mut learning: Option<Learning<'_>> = None;
        // Partial assignments of few persons are soon looked at, and many of them are alike.
        let few = self.rows.len().max(self.columns.len()) <= FEW;
        let (without, with) = if few { (4 * TURN, TURN / 4) } else { (TURN / 4, TURN) };
        let mut turn = ALONE;
        loop {
            let answer = self.backtrack(&mut open, turn.min(left(*nodes)), nodes, end, run)?;
            if answer != Answer::Open || left(*nodes) == 0 {
                return Ok(answer);
            }
            turn = without;
            let learning = learning.get_or_insert_with(|| Learning::new(self));
            run.report("searching", *nodes, end.unwrap_or(0))?;
            let before = learning.conflicts();
            let answer = learning.step(with.min(left(*nodes)));
            *nodes += learning.conflicts() - before;
            if answer != Answer::Open {
                return Ok(answer);
            }
        }
    }

    /// Goes on with the partial assignments that are open, for so many of them.
    fn backtrack(
        &self,
        open: &mut Vec<State>,
        turn: u64,
        nodes: &mut u64,
        end: Option<u64>,
        run: &mut Run<'_>,
    ) -> Result<Answer, AssignError> {
        let pause = nodes.saturating_add(turn);
        while let Some(mut state) = open.pop() {
            if *nodes >= pause {
                open.push(state);
                return Ok(Answer::Open);
            }
            if nodes.is_multiple_of(REPORT_EVERY) {
                run.report("searching", *nodes, end.unwrap_or(0))?;
            }
            *nodes += 1;
            if !self.settle(&mut state) {
                continue;
            }
            if let Some(found) = self.solution(&state) {
                return Ok(Answer::Found(found));
            }
            let Some((row, column)) = self.choose(&state) else { continue };
            let mut without = state.clone();
            self.refute_alike(&state, row, column, &mut without);
            open.push(without);
            state.choose(row, column);
            open.push(state);
        }
        Ok(Answer::Refuted)
    }

    /// Follows what a state implies; false when that is a contradiction.
    fn settle(&self, state: &mut State) -> bool {
        self.propagate(state) && self.rematch(state)
    }

    /// The pair to be decided next: of the row or column with the least choice.
    fn choose(&self, state: &State) -> Option<(usize, usize)> {
        // Among equals where a path comes from or leads to already: there it may close.
        let taken = |own: Option<usize>, sets: &[u64]| Reverse(own.map_or(0, |at| sets[at].count_ones()));
        let rows = (0..self.rows.len())
            .map(|row| (self.row_needs(state, row), taken(self.own_column[row], &state.yes_by_column), true, row));
        let columns = (0..self.columns.len())
            .map(|column| (self.column_needs(state, column), taken(self.own_row[column], &state.yes), false, column));
        let node = rows.chain(columns).filter(|((need, open), ..)| *open > 0 && *need > 0);
        let least = node.min_by_key(|&((need, open), taken, side, at)| (open - need.min(open), taken, open, side, at));
        let Some((.., is_row, at)) = least else {
            // The minima are met; what is left is to reach a count, or a copy of a work.
            let row = (0..self.rows.len()).find(|&row| state.may[row] != 0)?;
            return Some((row, state.may[row].trailing_zeros() as usize));
        };
        let others = bits(if is_row { state.may[at] } else { state.may_by_column[at] });
        let tightest = others.min_by_key(|&other| {
            let (need, open) = if is_row { self.column_needs(state, other) } else { self.row_needs(state, other) };
            (if need == 0 { u32::MAX } else { open - need.min(open) }, open, other)
        })?;
        Some(if is_row { (at, tightest) } else { (tightest, at) })
    }

    /// How many more pairs a row needs, and how many are open.
    fn row_needs(&self, state: &State, row: usize) -> (u32, u32) {
        (self.rows[row].min.saturating_sub(state.yes[row].count_ones()), state.may[row].count_ones())
    }

    /// The same of a column.
    fn column_needs(&self, state: &State, column: usize) -> (u32, u32) {
        let yes = state.yes_by_column[column].count_ones();
        (self.columns[column].min.saturating_sub(yes), state.may_by_column[column].count_ones())
    }
}

/// The places of the bits of a set, ascending.
fn bits(mut set: u64) -> impl Iterator<Item = usize> {
    core::iter::from_fn(move || {
        let first = set.trailing_zeros();
        (set != 0).then(|| {
            set &= set - 1;
            first as usize
        })
    })
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
