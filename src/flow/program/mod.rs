//! Bipartite b-matching in general: capacities, windows on nested classes, concave rewards and convex costs.

mod circulation;
mod face;
mod forest;
mod outcome;
mod prices;
mod proof;
#[cfg(test)]
pub(super) mod tests;

use alloc::vec::Vec;

use self::forest::Forest;
use super::NONE;
use super::instance::Window;

pub use self::forest::{ColumnNode, RowNode, Slice};
pub use self::outcome::{Blockade, Obstacle, Optimum, Unsolved};
pub use self::proof::ProgramFlaw;

/// A pair of a node of the rows and a node of the columns.
#[derive(Debug, Clone, Copy)]
struct Pair {
    row: u32,
    column: u32,
    window: Window,
    reward: i64,
}

/// A b-matching to be found, in full generality.
///
/// # The problem
/// A program has two forests. The roots of one are the *rows*, those of the other the *columns*; the nodes beneath
/// are *classes*: the classes of a row are a laminar family, each within another one or within the row itself. *Pairs*
/// join a node of the one forest with a node of the other. Wanted is a number of units `x` for each pair, where the
/// *load* of a node is the sum of the units of all pairs at it and beneath it, so that
///
/// * each pair has a number of units within its window (a forced pair has a minimum, a forbidden one is left out),
/// * each row, column and class has a load within its window,
/// * the sum of the rewards of the pairs less the costs of the nodes is greatest.
///
/// Rewards are concave in the units of a pair, costs are convex in the load of a node; both are given as [`Slice`]s of
/// what one more unit brings or takes. A price `s` on each unit that a node is short of a wish of `k` is, up to the
/// constant `k·s`, a first slice of `k` units at the cost `−s`. All numbers are integers.
///
/// # The method
/// A flow of least cost from a node 0 over the rows, down their classes, over the pairs, up the classes of the columns
/// and from these back to node 0, with an arc for each slice (E. M. L. Beale, "An algorithm for solving the
/// transportation problem when the shipping cost over each route is convex", 1959), by the primal network simplex method
/// (G. B. Dantzig, 1951; W. H. Cunningham, 1976). As slices only get worse, an optimum fills them in order. No polynomial
/// bound on the number of pivots is known; the memory is about 40 bytes a pair and 80 a node.
///
/// # Signs
/// The dual `y` of a node is what one more unit of its window is worth: positive at a binding maximum, negative at a
/// binding minimum. With `Y` of a pair the sum of the duals of all nodes that its units load, weak duality says that
/// everything that keeps the windows is worth at most
///
/// `Σ nodes max { y·k − cost(k) : min ≤ k ≤ max } + Σ pairs max { reward(k) − Y·k : min ≤ k ≤ max }`,
///
/// and an optimum is worth as much: [`Program::check`] adds this up.
///
/// # Arithmetic
/// Nothing overflows: where 64 bits have no room for the potentials, they are counted in 128, and sums always are.
/// Refused as [`Unsolved::TooLarge`] are programs with 2³¹ − 1 nodes, pairs and slices or more, with maxima that add up to
/// 2⁵⁸ or more, with a value of `i64::MIN`, or where 8 · (nodes + 2) · (largest value + 1) · (sum of maxima + 1) ≥ 2¹²⁶.
///
/// Results depend on the order in which nodes and pairs are added, and on nothing else.
///
/// # Example
/// ```
/// use peerplan::flow::{Program, Slice, Window};
/// let mut program = Program::new();
/// let paper = program.row(Window::exactly(2));
/// // At most one of the paper's two reviewers is a student.
/// let students = program.row_class(paper, Window::new(0, 1));
/// let [ann, bob, eve] = [5, 4, 1].map(|_| program.column(Window::new(0, 1)));
/// program.pair(students, ann, 50);
/// program.pair(students, bob, 40);
/// program.pair(paper, eve, 10);
/// program.column_cost(eve, &[Slice::new(1, 3)]);
/// let optimum = program.solve(&mut |_| true).expect("two reviewers");
/// assert_eq!((optimum.units, optimum.objective), (vec![1, 0, 1], 57));
/// ```
#[derive(Debug, Clone, Default)]
pub struct Program {
    rows: Forest,
    columns: Forest,
    pairs: Vec<Pair>,
    /// The pairs, ascending, whose rewards have several slices, and where those lie.
    curves: Vec<(u32, (u32, u32))>,
    curve_slices: Vec<Slice>,
    largest: u64,
}

impl Program {
    /// A program without rows and columns.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a row.
    pub fn row(&mut self, window: Window) -> RowNode {
        RowNode(self.rows.add(NONE, window))
    }

    /// Adds a class of a row, within the row itself or another class of it.
    ///
    /// # Panics
    /// When the node around it does not exist.
    pub fn row_class(&mut self, within: RowNode, window: Window) -> RowNode {
        RowNode(self.rows.add(within.0, window))
    }

    /// Adds a column.
    pub fn column(&mut self, window: Window) -> ColumnNode {
        ColumnNode(self.columns.add(NONE, window))
    }

    /// Adds a class of a column, within the column itself or another class of it.
    ///
    /// # Panics
    /// When the node around it does not exist.
    pub fn column_class(&mut self, within: ColumnNode, window: Window) -> ColumnNode {
        ColumnNode(self.columns.add(within.0, window))
    }

    /// Sets what the load of a row or class costs, slice by slice; units beyond the last slice cost as much as those of
    /// the last one.
    ///
    /// # Panics
    /// When values descend, or the node does not exist.
    pub fn row_cost(&mut self, node: RowNode, cost: &[Slice]) {
        self.measure(cost);
        self.rows.charge(node.0, cost);
    }

    /// Sets what the load of a column or class costs; see [`row_cost`](Self::row_cost).
    ///
    /// # Panics
    /// When values descend, or the node does not exist.
    pub fn column_cost(&mut self, node: ColumnNode, cost: &[Slice]) {
        self.measure(cost);
        self.columns.charge(node.0, cost);
    }

    /// Adds a pair that may be used once. Returns its number. The same nodes may have several pairs.
    ///
    /// # Panics
    /// When a node does not exist.
    pub fn pair(&mut self, row: RowNode, column: ColumnNode, reward: i64) -> usize {
        self.pair_within(row, column, Window::new(0, 1), &[Slice::new(1, reward)])
    }

    /// Adds a pair with a window of units and its reward slice by slice; units beyond the last slice bring as much as
    /// those of the last one, and nothing without slices. Returns its number.
    ///
    /// # Panics
    /// When values ascend, or a node does not exist.
    pub fn pair_within(&mut self, row: RowNode, column: ColumnNode, units: Window, reward: &[Slice]) -> usize {
        assert!(row.index() < self.rows.len() && column.index() < self.columns.len(), "nodes of this program");
        let pair = self.pairs.len();
        self.add(Pair { row: row.0, column: column.0, window: units, reward: 0 }, reward);
        pair
    }

    fn measure(&mut self, slices: &[Slice]) {
        for slice in slices {
            self.largest = self.largest.max(slice.value.unsigned_abs());
        }
    }

    /// The number of pairs.
    #[must_use]
    pub const fn pairs(&self) -> usize {
        self.pairs.len()
    }

    /// Calls `visit` with each pair and the slices of its reward, of which the last goes on.
    fn each_pair(&self, mut visit: impl FnMut(usize, &Pair, &[Slice])) {
        let mut curves = self.curves.iter().peekable();
        for (number, pair) in self.pairs.iter().enumerate() {
            match curves.next_if(|curve| curve.0 as usize == number) {
                Some(&(_, (start, len))) => visit(number, pair, &self.curve_slices[start as usize..][..len as usize]),
                None => visit(number, pair, &[Slice::new(u32::MAX, pair.reward)]),
            }
        }
    }
}
