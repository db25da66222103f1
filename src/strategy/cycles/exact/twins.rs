//! Who is alike: exchanging two persons, with all they give and receive, leaves a state as it is.
//!
//! When a pair was refuted, so is the pair with somebody else in the place of one of its two, if the exchange of these two
//! maps the bounds and all that was decided before onto themselves.

use super::state::State;
use super::{Question, bits};

/// A row, a column, or a person with both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entity {
    row: Option<usize>,
    column: Option<usize>,
}

impl Question {
    /// Takes out of `without` a pair and all that are refuted with it; `state` is what was known before.
    pub(super) fn refute_alike(&self, state: &State, row: usize, column: usize, without: &mut State) {
        without.drop(row, column);
        let here = self.entity_of_column(column);
        if here.row != Some(row) {
            for other in bits(state.may[row]).filter(|&other| other != column) {
                let there = self.entity_of_column(other);
                if there.row != Some(row) && self.alike(state, here, there) {
                    without.drop(row, other);
                }
            }
        }
        let here = self.entity_of_row(row);
        if here.column != Some(column) {
            for other in bits(state.may_by_column[column]).filter(|&other| other != row) {
                let there = self.entity_of_row(other);
                if there.column != Some(column) && self.alike(state, here, there) {
                    without.drop(other, column);
                }
            }
        }
    }

    fn entity_of_column(&self, column: usize) -> Entity {
        Entity { row: self.own_row[column], column: Some(column) }
    }

    fn entity_of_row(&self, row: usize) -> Entity {
        Entity { row: Some(row), column: self.own_column[row] }
    }

    /// Whether the exchange of two entities leaves bounds and state as they are.
    fn alike(&self, state: &State, one: Entity, other: Entity) -> bool {
        let odd = |entity: Entity| {
            entity.row.is_some_and(|row| self.odd_rows >> row & 1 == 1)
                || entity.column.is_some_and(|column| self.odd_columns >> column & 1 == 1)
        };
        if odd(one)
            || odd(other)
            || one.row.is_some() != other.row.is_some()
            || one.column.is_some() != other.column.is_some()
        {
            return false;
        }
        let rows = one.row.zip(other.row);
        let columns = one.column.zip(other.column);
        let swap = |set: u64, places: Option<(usize, usize)>| match places {
            Some((a, b)) if (set >> a ^ set >> b) & 1 == 1 => set ^ (1 << a | 1 << b),
            _ => set,
        };
        if let Some((a, b)) = columns {
            let same = |sets: &[u64]| swap(sets[a], rows) == sets[b];
            if self.columns[a] != self.columns[b] || !same(&state.yes_by_column) || !same(&state.may_by_column) {
                return false;
            }
        }
        let Some((a, b)) = rows else { return true };
        let same = |sets: &[u64]| swap(sets[a], columns) == sets[b];
        if self.rows[a] != self.rows[b] || !same(&state.yes) || !same(&state.may) {
            return false;
        }
        let (Some(p), Some(q)) = (self.person[a], self.person[b]) else {
            return self.person[a] == self.person[b];
        };
        swap(self.standing[p], Some((p, q))) == self.standing[q]
            && (0..self.standing.len()).all(|other| {
                other == p || other == q || (self.standing[other] >> p ^ self.standing[other] >> q) & 1 == 0
            })
    }
}
