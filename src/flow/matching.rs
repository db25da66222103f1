//! Bipartite b-matching with weights: the answer.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::cut::Cut;
use super::instance::Sparse;

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

impl Counters {
    /// The work of both.
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            bids: self.bids + other.bids,
            reverse_steps: self.reverse_steps + other.reverse_steps,
            row_rescans: self.row_rescans + other.row_rescans,
            augmentations: self.augmentations + other.augmentations,
        }
    }
}

/// Pairs chosen for each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chosen {
    starts: Vec<usize>,
    columns: Vec<u32>,
}

impl Chosen {
    /// No rows yet, and room for some with so many pairs.
    pub(super) fn with_capacity(rows: usize, pairs: usize) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        starts.push(0);
        Self { starts, columns: Vec::with_capacity(pairs) }
    }

    /// Adds the next row: `write` appends its columns, ascending.
    pub(super) fn row(&mut self, write: impl FnOnce(&mut Vec<u32>)) {
        write(&mut self.columns);
        self.starts.push(self.columns.len());
    }

    /// The same pairs with rows and columns exchanged.
    fn turned(self, columns: usize) -> Self {
        let weights = alloc::vec![(); self.columns.len()];
        let pairs = Sparse { starts: self.starts, columns: self.columns, weights };
        let Sparse { starts, columns, .. } = pairs.turned(columns);
        Self { starts, columns }
    }

    /// The columns of a row, ascending.
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
}

/// A matching of greatest weight, with the duals that prove it.
#[derive(Debug, Clone)]
pub struct Matching {
    chosen: Chosen,
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
        let duals = Duals { rows: self.duals.columns, columns: self.duals.rows };
        Self { chosen: self.chosen.turned(rows), duals, ..self }
    }

    /// A matching from the columns of each row, in any order within the row, with their weights.
    pub(super) fn new(
        rows: impl Iterator<Item = impl Iterator<Item = (u32, i64)>>,
        duals: Duals,
        counters: Counters,
    ) -> Self {
        let (mut chosen, mut objective) = (Chosen::with_capacity(duals.rows.len(), 0), 0);
        for pairs in rows {
            chosen.row(|columns| {
                let start = columns.len();
                columns.extend(pairs.map(|(column, weight)| {
                    objective += i128::from(weight);
                    column
                }));
                columns[start..].sort_unstable();
            });
        }
        Self { chosen, objective, duals, counters }
    }

    /// The columns a row is matched with, ascending.
    #[must_use]
    pub fn of(&self, row: usize) -> &[u32] {
        self.chosen.of(row)
    }

    /// All chosen pairs.
    #[must_use]
    pub const fn chosen(&self) -> &Chosen {
        &self.chosen
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
