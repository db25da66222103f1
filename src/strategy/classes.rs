//! The greatest sum of scores where works with copies count together, or the number of pairs is given: left nodes with
//! classes of pairs, and classes of left nodes. Where the copies of a work share a bound, the right nodes are classes too.
//!
//! Without the classes it is a problem for the faster engine, and its duals tell which few pairs of each left node are
//! likely to matter. With these the problem is solved, and its duals tell which other pairs would improve it; they are
//! added until there are none (column generation; P. Gilmore and R. Gomory, "A linear programming approach to the
//! cutting-stock problem", 1961).

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::Run;
use super::ground::solve;
use super::network::{Model, WorkWindow};
use super::room::Room;
use super::scores::{Hindrance, Listed, Solved, by_instance, crossed, less};
use crate::flow::{Blockade, Builder, ColumnNode, Cut, CutSide, NONE, Obstacle, Program, RowNode, Window};
use crate::problem::rows::index;

/// How many pairs of a left node are looked at beyond its maximum, and how many are added at a time.
pub(super) const SPARE: usize = 12;

/// What is to be solved.
pub(super) struct Classes<'m, 'p> {
    pub(super) nodes: &'m Model<'p>,
    pub(super) room: &'m Room,
    /// What the forced pairs leave of the windows.
    pub(super) left: Vec<Window>,
    pub(super) right: Vec<Window>,
    pub(super) groups: Vec<Window>,
    /// Left node -> open pairs: right nodes, ascending, and scores.
    pub(super) pairs: Vec<Vec<(u32, i64)>>,
}

impl Classes<'_, '_> {
    /// Solves for the greatest sum of scores.
    pub(super) fn solve(self, spare: usize, run: &mut Run<'_>) -> Result<Solved, Hindrance> {
        // Whatever refutes the problem without classes refutes it with them.
        let expected = self.pairs.iter().map(Vec::len).sum();
        let mut builder = Builder::with_shape(self.right.clone(), self.left.len(), expected);
        for (&window, pairs) in self.left.iter().zip(&self.pairs) {
            builder.row(window, pairs);
        }
        let without = by_instance(builder.finish(), run)?;
        let mut spare = spare;
        let mut looked_at = self.likely(&without, spare);
        loop {
            match self.solve_for(&looked_at, run) {
                Ok(solved) => {
                    if !self.add_improving(&solved, &mut looked_at, spare) {
                        return Ok(Solved { listed: Listed::Rows(self.pairs), ..solved });
                    }
                }
                Err(Hindrance::Cut(_))
                    if looked_at.iter().zip(&self.pairs).any(|(some, all)| some.len() < all.len()) =>
                {
                    spare = 4 * spare + 1;
                    looked_at = self.likely(&without, spare);
                }
                Err(hindrance) => return Err(hindrance),
            }
        }
    }

    /// The places of the pairs of each left node that are worth most under duals, and of those that must not be missed:
    /// the copies of works of which one is demanded.
    fn likely(&self, duals: &Solved, spare: usize) -> Vec<Vec<u32>> {
        let of_row = |(row, pairs): (usize, &Vec<(u32, i64)>)| {
            let mut order: Vec<(bool, Reverse<i128>, u32)> = (0..)
                .zip(pairs)
                .map(|(place, &(right, score))| {
                    let work = self.nodes.bundle(row, right as usize);
                    let demanded = work != NONE && self.room.limits(self.nodes, row, work).min > 0;
                    (!demanded, Reverse(duals.slack(self.nodes, row, right, score)), place)
                })
                .collect();
            let demanded = order.iter().filter(|(free, ..)| !free).count();
            let most = (self.left[row].max as usize).saturating_add(spare).saturating_add(demanded);
            if most < order.len() {
                order.select_nth_unstable(most);
                order.truncate(most);
            }
            let mut places: Vec<u32> = order.into_iter().map(|(.., place)| place).collect();
            places.sort_unstable();
            places
        };
        self.pairs.iter().enumerate().map(of_row).collect()
    }

    /// Adds pairs that are worth more than their duals, a few for each left node. False when there are none.
    fn add_improving(&self, solved: &Solved, looked_at: &mut [Vec<u32>], spare: usize) -> bool {
        let mut added = false;
        for ((row, places), pairs) in looked_at.iter_mut().enumerate().zip(&self.pairs) {
            let slack = |&(right, score): &(u32, i64)| solved.slack(self.nodes, row, right, score);
            let mut found: Vec<(Reverse<i128>, u32)> = (0..)
                .zip(pairs)
                .map(|(place, pair)| (Reverse(slack(pair)), place))
                .filter(|&(Reverse(slack), place)| slack > 0 && places.binary_search(&place).is_err())
                .collect();
            found.sort_unstable();
            found.truncate(spare.max(1));
            added |= !found.is_empty();
            places.extend(found.into_iter().map(|(_, place)| place));
            places.sort_unstable();
        }
        added
    }

    /// Solves for the pairs at some places of each left node.
    fn solve_for(&self, looked_at: &[Vec<u32>], run: &mut Run<'_>) -> Result<Solved, Hindrance> {
        let (nodes, room) = (self.nodes, self.room);
        let mut program = Program::new();
        let count = room.count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let all = count.map(|count| program.row(less(Window::exactly(count), index(room.forced.len()))));
        let groups: Vec<ColumnNode> = self.groups.iter().map(|&window| program.column(window)).collect();
        let column = |(right, &window)| match nodes.group_of(right) {
            Some(group) => program.column_class(groups[group], window),
            None => program.column(window),
        };
        let columns: Vec<ColumnNode> = self.right.iter().enumerate().map(column).collect();
        let mut rows = Vec::with_capacity(self.left.len());
        let mut classes = Vec::new();
        for (row, (&window, places)) in self.left.iter().zip(looked_at).enumerate() {
            let node = match all {
                Some(all) => program.row_class(all, window),
                None => program.row(window),
            };
            rows.push(node);
            let pairs = places.iter().map(|&place| self.pairs[row][place as usize]);
            let mut by_work: Vec<(u32, u32, i64)> =
                pairs.map(|(right, score)| (nodes.bundle(row, right as usize), right, score)).collect();
            by_work.sort_unstable();
            for copies in by_work.chunk_by(|a, b| a.0 == b.0) {
                let work = copies[0].0;
                let mut from = node;
                if work != NONE {
                    let forced = room.forced_of(row).filter(|&right| nodes.bundle(row, right as usize) == work);
                    let forced = index(forced.count());
                    // More copies than there are never count, and a maximum that says so has no dual.
                    let Window { min, max } = room.limits(nodes, row, work);
                    let window = Window::new(min, max.min(index(copies.len()) + forced + 1));
                    from = program.row_class(node, less(window, forced));
                    classes.push((WorkWindow { left: index(row), work, window }, from));
                }
                for &(_, right, score) in copies {
                    program.pair(from, columns[right as usize], score);
                }
            }
        }
        let optimum = solve(&program, "matching scores", run)?.map_err(|obstacle| match obstacle {
            Obstacle::Cut(blockade) => Hindrance::Cut(cut(&blockade, &rows, &columns)),
            _ => Hindrance::Cut(crossed(&self.left, &self.right)),
        })?;
        debug_assert_eq!(program.check(&optimum), Ok(()));
        let dual = |node: &RowNode| optimum.rows[node.index()];
        let works = classes.iter().map(|(of, node)| (*of, dual(node))).filter(|&(_, dual)| dual != 0);
        Ok(Solved {
            objective: optimum.objective,
            all: all.map_or(0, |all| dual(&all)),
            left: rows.iter().map(dual).collect(),
            right: columns.iter().map(|node| optimum.columns[node.index()]).collect(),
            groups: groups.iter().map(|node| optimum.columns[node.index()]).collect(),
            works: works.collect(),
            listed: Listed::Rows(Vec::new()),
        })
    }
}

/// What is forced into a set of nodes comes with the minima of its left nodes, and what is forced out of it with those
/// of its right ones; classes of works have no minima, and shared works no bounds, unless a flow has met them already.
fn cut(blockade: &Blockade, rows: &[RowNode], columns: &[ColumnNode]) -> Cut {
    let left = (0..).zip(rows).filter(|(_, node)| blockade.rows.binary_search(node).is_ok());
    let right = (0..).zip(columns).filter(|(_, node)| blockade.columns.binary_search(node).is_ok());
    let side = if blockade.inward { CutSide::Left } else { CutSide::Right };
    Cut { side, left: left.map(|(row, _)| row).collect(), right: right.map(|(column, _)| column).collect() }
}

#[cfg(test)]
#[path = "classes_tests.rs"]
mod tests;
