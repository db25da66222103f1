//! A program as a flow: from node 0 over the rows, down their classes, over the pairs, up the classes of the columns and
//! back.
//!
//! The nodes of the rows follow node 0 by their numbers, and those of the columns follow these. Arcs lead down the rows and
//! up the columns, so a dual is the potential of a node less that of the node around it, or the other way round.

use super::super::NONE;
use super::super::instance::Window;
use super::super::simplex::{self, Arc, Graph, Halt, Simplex};
use super::super::weight::Weight;
use super::forest::Forest;
use super::{Blockade, ColumnNode, Obstacle, Optimum, Program, RowNode, Slice, Unsolved};

impl Program {
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

    /// Calls `visit` with tail, head and window of the arc of each node, then of each pair, in their order; costs and
    /// rewards are left aside. The nodes of the rows follow node 0 by their numbers, those of the columns follow these.
    pub(in crate::flow) fn each_arc(&self, mut visit: impl FnMut(u32, u32, Window)) {
        let column = 1 + self.rows.count();
        for (node, (&parent, &window)) in (0..).zip(self.rows.parents.iter().zip(&self.rows.windows)) {
            visit(if parent == NONE { 0 } else { 1 + parent }, 1 + node, window);
        }
        for (node, (&parent, &window)) in (0..).zip(self.columns.parents.iter().zip(&self.columns.windows)) {
            visit(column + node, if parent == NONE { 0 } else { column + parent }, window);
        }
        for pair in &self.pairs {
            visit(1 + pair.row, column + pair.column, pair.window);
        }
    }

    /// The node of the first column in the numbering of [`each_arc`](Self::each_arc).
    pub(in crate::flow) fn first_column(&self) -> u32 {
        1 + self.rows.count()
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
            let tag = super::super::number(number);
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
