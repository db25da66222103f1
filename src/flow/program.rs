//! Bipartite b-matching in general: capacities, windows on nested classes, concave rewards and convex costs.

use alloc::vec::Vec;

use super::NONE;
use super::instance::Window;
use super::simplex::{self, Arc, Graph, Halt, Simplex};
use super::weight::Weight;

/// A row, or a class of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNode(pub(super) u32);

/// A column, or a class of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnNode(pub(super) u32);

impl RowNode {
    /// Its number among the rows and their classes, in the order they were added.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl ColumnNode {
    /// Its number among the columns and their classes, in the order they were added.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The next so many units bring (of a pair) or take (of a node) so much each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// How many units.
    pub units: u32,
    /// The reward or cost of each.
    pub value: i64,
}

impl Slice {
    /// So many units of one value.
    #[must_use]
    pub const fn new(units: u32, value: i64) -> Self {
        Self { units, value }
    }
}

/// The rows or the columns, with their classes.
#[derive(Debug, Clone, Default)]
pub(super) struct Forest {
    /// Per node its parent, which has a smaller number, or [`NONE`].
    pub(super) parents: Vec<u32>,
    pub(super) windows: Vec<Window>,
    /// Per node where its slices begin in `slices`, and how many there are.
    costs: Vec<(u32, u32)>,
    slices: Vec<Slice>,
}

impl Forest {
    fn add(&mut self, parent: u32, window: Window) -> u32 {
        assert!(parent == NONE || (parent as usize) < self.parents.len(), "a class belongs to a node of this program");
        let node = u32::try_from(self.parents.len()).ok().filter(|&node| node < NONE).expect("fewer than 2^32 nodes");
        self.parents.push(parent);
        self.windows.push(window);
        self.costs.push((0, 0));
        node
    }

    fn charge(&mut self, node: u32, cost: &[Slice]) {
        assert!(cost.is_sorted_by(|a, b| a.value <= b.value), "costs are convex");
        self.costs[node as usize] = range(self.slices.len(), cost.len());
        self.slices.extend_from_slice(cost);
    }

    /// What the units of a node cost; without slices they are free.
    pub(super) fn cost(&self, node: usize) -> &[Slice] {
        let (start, len) = self.costs[node];
        &self.slices[start as usize..][..len as usize]
    }

    fn len(&self) -> usize {
        self.parents.len()
    }

    fn count(&self) -> u32 {
        super::number(self.parents.len())
    }
}

/// Where slices lie.
fn range(start: usize, len: usize) -> (u32, u32) {
    (u32::try_from(start).expect("fewer than 2^32 slices"), u32::try_from(len).expect("fewer than 2^32 slices"))
}

/// A pair of a node of the rows and a node of the columns.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pair {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) window: Window,
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
    pub(super) rows: Forest,
    pub(super) columns: Forest,
    pub(super) pairs: Vec<Pair>,
    /// The pairs, ascending, whose rewards have several slices, and where those lie.
    curves: Vec<(u32, (u32, u32))>,
    curve_slices: Vec<Slice>,
    largest: u64,
}

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
        assert!(reward.is_sorted_by(|a, b| a.value >= b.value), "rewards are concave");
        self.measure(reward);
        let pair = self.pairs.len();
        if reward.len() > 1 {
            let number = u32::try_from(pair).expect("fewer than 2^32 pairs");
            self.curves.push((number, range(self.curve_slices.len(), reward.len())));
            self.curve_slices.extend_from_slice(reward);
        }
        let reward = reward.first().map_or(0, |slice| slice.value);
        self.pairs.push(Pair { row: row.0, column: column.0, window: units, reward });
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
    pub(super) fn each_pair(&self, mut visit: impl FnMut(usize, &Pair, &[Slice])) {
        let mut curves = self.curves.iter().peekable();
        for (number, pair) in self.pairs.iter().enumerate() {
            match curves.next_if(|curve| curve.0 as usize == number) {
                Some(&(_, (start, len))) => visit(number, pair, &self.curve_slices[start as usize..][..len as usize]),
                None => visit(number, pair, &[Slice::new(u32::MAX, pair.reward)]),
            }
        }
    }

    /// Finds an optimum. The observer is told now and then how many pivots were made, and stops the work with `false`.
    ///
    /// # Errors
    /// When the windows cannot be kept, the program is too large, or the observer asked to stop.
    pub fn solve(&self, observer: &mut dyn FnMut(u64) -> bool) -> Result<Optimum, Unsolved> {
        if let Some(obstacle) = self.empty_window() {
            return Err(Unsolved::Infeasible(obstacle));
        }
        let magnitude = simplex::magnitude(self.nodes(), self.largest);
        if !self.fits(magnitude) {
            return Err(Unsolved::TooLarge);
        }
        if magnitude > i64::MAX as u128 {
            self.run::<i64, i128>(observer)
        } else if i32::try_from(self.largest).is_ok() {
            self.run::<i32, i64>(observer)
        } else {
            self.run::<i64, i64>(observer)
        }
    }

    /// A node or pair that can have no number of units at all.
    fn empty_window(&self) -> Option<Obstacle> {
        let empty = |window: &Window| window.min > window.max;
        let (rows, columns) = ((0..).zip(&self.rows.windows), (0..).zip(&self.columns.windows));
        let row = rows.into_iter().find(|(_, window)| empty(window)).map(|(node, _)| Obstacle::Row(RowNode(node)));
        row.or_else(|| {
            let column = columns.into_iter().find(|(_, window)| empty(window));
            column.map(|(node, _)| Obstacle::Column(ColumnNode(node)))
        })
        .or_else(|| self.pairs.iter().position(|pair| empty(&pair.window)).map(Obstacle::Pair))
    }

    /// Whether numbers and sums fit.
    fn fits(&self, magnitude: u128) -> bool {
        let windows = self.rows.windows.iter().chain(&self.columns.windows);
        let total: u64 = windows.chain(self.pairs.iter().map(|pair| &pair.window)).map(|w| u64::from(w.max)).sum();
        let slices = self.rows.slices.len() + self.columns.slices.len() + self.curve_slices.len();
        let arcs = slices + self.rows.len() + self.columns.len() + self.pairs.len();
        // A dual of a node is a difference of two potentials; a sum of those along classes is a potential.
        let sum = magnitude.checked_mul(u128::from(total) + 1);
        arcs < simplex::MOST && total < 1 << 58 && sum.is_some_and(|sum| sum < 1 << 126) && self.largest < 1 << 63
    }

    fn run<C, W>(&self, observer: &mut dyn FnMut(u64) -> bool) -> Result<Optimum, Unsolved>
    where
        C: Copy + TryFrom<i64> + Into<W>,
        W: Weight,
    {
        let mut simplex = Simplex::<C, W>::new(self);
        simplex.run(observer).map_err(|halt| match halt {
            Halt::Infeasible { nodes, inward } => Unsolved::Infeasible(Obstacle::Cut(self.blockade(&nodes, inward))),
            Halt::Unbounded => unreachable!("all windows are bounded"),
            Halt::Stopped => Unsolved::Stopped,
        })?;
        let mut units = alloc::vec![0_u32; self.pairs.len()];
        let mut objective = 0_i128;
        simplex.each_flow(self, |arc, flow| {
            objective -= i128::from(arc.cost) * i128::from(flow);
            if arc.tag != NONE {
                let Ok(flow) = u32::try_from(flow) else { unreachable!("a flow keeps its window") };
                units[arc.tag as usize] += flow;
            }
        });
        let potential = |node: u32| if node == NONE { 0_i128 } else { simplex.potentials()[node as usize].into() };
        let dual = |at: u32, forest: &Forest, node: u32| {
            let above = forest.parents[node as usize];
            potential(at + node) - potential(if above == NONE { NONE } else { at + above })
        };
        let (row, column) = (1, 1 + self.rows.count());
        Ok(Optimum {
            units,
            rows: (0..self.rows.count()).map(|node| dual(row, &self.rows, node)).collect(),
            columns: (0..self.columns.count()).map(|node| -dual(column, &self.columns, node)).collect(),
            objective,
            pivots: simplex.pivots(),
        })
    }

    /// The nodes of a cut in the terms of the program, and what passes it.
    fn blockade(&self, nodes: &[u32], inward: bool) -> Blockade {
        let rows = self.rows.count();
        let split = nodes.partition_point(|&node| node <= rows);
        let mut blockade = Blockade {
            rows: nodes[..split].iter().map(|&node| RowNode(node - 1)).collect(),
            columns: nodes[split..].iter().map(|&node| ColumnNode(node - 1 - rows)).collect(),
            inward,
            required: 0,
            available: 0,
        };
        let mut inside = alloc::vec![false; self.nodes()];
        for &node in nodes {
            inside[node as usize] = true;
        }
        self.arcs(&mut |arc| {
            let (from, to) = (inside[arc.tail as usize], inside[arc.head as usize]);
            if from != to {
                if to == inward {
                    blockade.required += arc.lower.unsigned_abs();
                } else {
                    blockade.available += arc.upper.unsigned_abs();
                }
            }
        });
        blockade
    }
}

impl Graph for Program {
    fn nodes(&self) -> usize {
        1 + self.rows.len() + self.columns.len()
    }

    fn arcs(&self, visit: &mut dyn FnMut(Arc)) {
        let column = 1 + self.rows.count();
        for (node, &parent) in (0..).zip(&self.rows.parents) {
            let arc = Arc { tail: if parent == NONE { 0 } else { 1 + parent }, head: 1 + node, ..Arc::PLAIN };
            let window = self.rows.windows[node as usize];
            slice(window, self.rows.cost(node as usize), &mut |lower, upper, cost| {
                visit(Arc { lower, upper, cost, ..arc });
            });
        }
        for (node, &parent) in (0..).zip(&self.columns.parents) {
            let head = if parent == NONE { 0 } else { column + parent };
            let arc = Arc { tail: column + node, head, ..Arc::PLAIN };
            let window = self.columns.windows[node as usize];
            slice(window, self.columns.cost(node as usize), &mut |lower, upper, cost| {
                visit(Arc { lower, upper, cost, ..arc });
            });
        }
        self.each_pair(|number, pair, reward| {
            let (tail, head) = (1 + pair.row, column + pair.column);
            let tag = super::number(number);
            slice(pair.window, reward, &mut |lower, upper, value| {
                visit(Arc { tail, head, lower, upper, cost: -value, tag });
            });
        });
    }
}

impl Arc {
    const PLAIN: Self = Self { tail: 0, head: 0, lower: 0, upper: 0, cost: 0, tag: NONE };
}

/// Cuts a window up by slices, of which the last goes on, and calls `visit` with lower and upper bound and value of each
/// piece: at least one, and the minimum lies in the first ones, which are filled first.
fn slice(window: Window, slices: &[Slice], visit: &mut impl FnMut(i64, i64, i64)) {
    let mut done = 0_u32;
    let mut place = 0;
    loop {
        let rest = window.max - done;
        let (units, value) = match slices.get(place) {
            Some(slice) if place + 1 < slices.len() => (slice.units.min(rest), slice.value),
            last => (rest, last.map_or(0, |slice| slice.value)),
        };
        visit(window.min.saturating_sub(done).min(units).into(), units.into(), value);
        done += units;
        place += 1;
        if done == window.max || place >= slices.len() {
            return;
        }
    }
}
