//! What the pairs of a program cost at the duals of an optimum.

use alloc::vec::Vec;

use super::super::NONE;
use super::forest::Forest;
use super::{Optimum, Program};

impl Program {
    /// Per pair the sum of the duals of all nodes that its units load, which need not be an optimum of this very program, but of
    /// one with the same nodes: a pair would gain where a unit of it is worth more. O(nodes + pairs).
    ///
    /// # Panics
    /// When the optimum is of a program with other nodes.
    #[must_use]
    pub fn prices(&self, optimum: &Optimum) -> Vec<i128> {
        let (rows, columns) = (paths(&self.rows, &optimum.rows), paths(&self.columns, &optimum.columns));
        self.pairs.iter().map(|pair| rows[pair.row as usize] + columns[pair.column as usize]).collect()
    }
}

/// Per node the sum of the duals from it up to its root.
pub(super) fn paths(forest: &Forest, duals: &[i128]) -> Vec<i128> {
    let mut paths: Vec<i128> = Vec::with_capacity(duals.len());
    for (&parent, &dual) in forest.parents.iter().zip(duals) {
        let above = if parent == NONE { 0 } else { paths[parent as usize] };
        paths.push(above + dual);
    }
    paths
}
