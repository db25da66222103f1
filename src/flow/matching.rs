//! Bipartite b-matching with weights: the answer.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::cut::Cut;
use super::number;

/// Integer duals of an optimum: the worth of one more place in a row and in a column.
///
/// With row windows `a ≤ Σ x ≤ b`, column windows `c ≤ Σ x ≤ d`, row duals `u` and column duals `v`, every matching
/// weighs at most `Σ (b·u⁺ − a·u⁻) + Σ (d·v⁺ − c·v⁻) + Σ max(0, w − u − v)` (weak duality); an optimum weighs as much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duals {
    /// Per row.
    pub rows: Vec<i64>,
    /// Per column.
    pub columns: Vec<i64>,
}

/// How much work was done, in units that do not depend on the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Bids of rows for columns.
    pub bids: u64,
    /// Columns that lowered their price to win rows.
    pub reverse_steps: u64,
    /// Rows whose pairs were gone through once more for new candidates.
    pub row_rescans: u64,
    /// Paths along which a unit was sent.
    pub augmentations: u64,
}

/// A matching of greatest weight, with the duals that prove it.
#[derive(Debug, Clone)]
pub struct Matching {
    starts: Vec<usize>,
    columns: Vec<u32>,
    objective: i128,
    duals: Duals,
    counters: Counters,
}

/// Why there is no matching.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unmatched {
    /// The windows cannot all be kept.
    #[error("the windows cannot all be kept")]
    Infeasible(Box<Cut>),
    /// The windows cannot all be kept, and no cut says why: a minimum lies above its maximum, or the method that was
    /// asked for gives none.
    #[error("the windows cannot all be kept")]
    Refuted,
    /// Weights times the number of places leave no room in 64 bits.
    #[error("weights up to {largest} leave no room for exact arithmetic with {places} places")]
    TooLarge {
        /// The greatest weight in size.
        largest: u64,
        /// The places of all rows.
        places: u64,
    },
    /// The observer asked to stop.
    #[error("stopped")]
    Stopped,
}

impl Matching {
    /// The same matching with rows and columns exchanged.
    pub(super) fn turned(self, rows: usize) -> Self {
        let mut starts = alloc::vec![0_usize; rows + 2];
        for &column in &self.columns {
            starts[column as usize + 2] += 1;
        }
        for row in 0..rows {
            starts[row + 2] += starts[row + 1];
        }
        let mut columns = alloc::vec![0; self.columns.len()];
        for row in 0..self.rows() {
            for &column in self.of(row) {
                let next = &mut starts[column as usize + 1];
                columns[*next] = number(row);
                *next += 1;
            }
        }
        starts.truncate(rows + 1);
        let duals = Duals { rows: self.duals.columns, columns: self.duals.rows };
        Self { starts, columns, duals, ..self }
    }

    /// A matching from the columns of each row, in any order within the row, with their weights.
    pub(super) fn new(
        chosen: impl Iterator<Item = impl Iterator<Item = (u32, i64)>>,
        duals: Duals,
        counters: Counters,
    ) -> Self {
        let mut matching = Self { starts: alloc::vec![0], columns: Vec::new(), objective: 0, duals, counters };
        for pairs in chosen {
            let start = matching.columns.len();
            for (column, weight) in pairs {
                matching.columns.push(column);
                matching.objective += i128::from(weight);
            }
            matching.columns[start..].sort_unstable();
            matching.starts.push(matching.columns.len());
        }
        matching
    }

    /// The columns a row is matched with, ascending.
    #[must_use]
    pub fn of(&self, row: usize) -> &[u32] {
        &self.columns[self.starts[row]..self.starts[row + 1]]
    }

    /// The number of rows.
    #[must_use]
    pub const fn rows(&self) -> usize {
        self.starts.len() - 1
    }

    /// The number of chosen pairs.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.columns.len()
    }

    /// Whether no pair is chosen.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.columns.is_empty()
    }

    /// The sum of the weights of the chosen pairs.
    #[must_use]
    pub const fn objective(&self) -> i128 {
        self.objective
    }

    /// The duals.
    #[must_use]
    pub const fn duals(&self) -> &Duals {
        &self.duals
    }

    /// How much work it was.
    #[must_use]
    pub const fn counters(&self) -> Counters {
        self.counters
    }
}
