//! What comes of a program: an optimum, or why there is none.

use alloc::vec::Vec;

use super::{ColumnNode, RowNode};

/// An optimum with its proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Optimum {
    /// Per pair, in the order they were added, how many units it has.
    pub units: Vec<u32>,
    /// Per row and class of a row its dual.
    pub rows: Vec<i128>,
    /// Per column and class of a column its dual.
    pub columns: Vec<i128>,
    /// The rewards of all pairs less the costs of all nodes.
    pub objective: i128,
    /// How many pivots it took.
    pub pivots: u64,
}

/// Why the windows cannot all be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Obstacle {
    /// The minimum of a row or of a class of one is above its maximum.
    Row(RowNode),
    /// The minimum of a column or of a class of one is above its maximum.
    Column(ColumnNode),
    /// The minimum of a pair is above its maximum.
    Pair(usize),
    /// A set of nodes with unequal traffic. Units pass from outside into a row, from a node of the rows down to a class,
    /// over a pair to a node of the columns, from a class of a column up to the next node, and out of a column.
    Cut(Blockade),
}

/// A set of nodes into which more units must pass than can leave it, or the other way round.
///
/// By A. J. Hoffman's circulation theorem (1960), there is one whenever the windows cannot all be kept and none is
/// empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blockade {
    /// The rows and classes of rows in the set, ascending.
    pub rows: Vec<RowNode>,
    /// The columns and classes of columns in the set, ascending.
    pub columns: Vec<ColumnNode>,
    /// Whether units are forced into the set, rather than out of it.
    pub inward: bool,
    /// How many are forced at least: the sum of the minima of all that leads in this direction.
    pub required: u64,
    /// How many the other direction takes at most: the sum of its maxima.
    pub available: u64,
}

/// Why there is no optimum.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unsolved {
    /// The windows cannot all be kept.
    #[error("the windows cannot all be kept")]
    Infeasible(Obstacle),
    /// The numbers are too many or too large.
    #[error("the program is too large for exact arithmetic in 128 bits")]
    TooLarge,
    /// The observer asked to stop.
    #[error("stopped")]
    Stopped,
}
