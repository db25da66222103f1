//! The check of an optimum of a [`Program`], and of the proof that there is none. It shares no code with the solver.

use alloc::vec::Vec;

use super::super::NONE;
use super::super::instance::Window;
use super::forest::Forest;
use super::{Blockade, ColumnNode, Obstacle, Optimum, Program, RowNode, Slice};

/// What is wrong with what is said to be an optimum of a [`Program`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProgramFlaw {
    /// Pairs or nodes are not those of the program.
    #[error("the optimum has another shape than the program")]
    Shape,
    /// A pair has too few or too many units.
    #[error("pair {0} has too few or too many units")]
    Pair(usize),
    /// A row or a class of one has too few or too many units.
    #[error("node {} of the rows has too few or too many units", .0.index())]
    Row(RowNode),
    /// A column or a class of one has too few or too many units.
    #[error("node {} of the columns has too few or too many units", .0.index())]
    Column(ColumnNode),
    /// Rewards and costs do not add up to the objective.
    #[error("rewards less costs are {actual}, not {stated}")]
    Objective {
        /// What is stated.
        stated: i128,
        /// What they add up to.
        actual: i128,
    },
    /// The bound of the duals is not reached.
    #[error("the optimum is worth {objective}, the duals prove only that nothing is worth more than {bound}")]
    Gap {
        /// What the optimum is worth.
        objective: i128,
        /// The bound of the duals.
        bound: i128,
    },
    /// The numbers are so large that they cannot be added up in 128 bits.
    #[error("the numbers cannot be added up in 128 bits")]
    Overflow,
}

impl Program {
    /// Checks that an optimum keeps all windows, and that its duals prove that nothing is worth more: the sum that
    /// weak duality gives, in one pass over nodes, pairs and slices.
    ///
    /// # Errors
    /// The first flaw that is found.
    pub fn check(&self, optimum: &Optimum) -> Result<(), ProgramFlaw> {
        let shape = (optimum.units.len(), optimum.rows.len(), optimum.columns.len());
        if shape != (self.pairs.len(), self.rows.windows.len(), self.columns.windows.len()) {
            return Err(ProgramFlaw::Shape);
        }
        let paths = |forest: &Forest, duals: &[i128]| paths(forest, duals).ok_or(ProgramFlaw::Overflow);
        let (row_paths, column_paths) = (paths(&self.rows, &optimum.rows)?, paths(&self.columns, &optimum.columns)?);
        let mut row_loads = alloc::vec![0_u64; self.rows.windows.len()];
        let mut column_loads = alloc::vec![0_u64; self.columns.windows.len()];
        let mut sums = Sums::default();
        let mut result = Ok(());
        self.each_pair(|number, pair, reward| {
            if result.is_ok() {
                let units = optimum.units[number];
                row_loads[pair.row as usize] += u64::from(units);
                column_loads[pair.column as usize] += u64::from(units);
                result = if keeps(pair.window, units.into()) {
                    // A reward is a cost with the other sign.
                    let price = row_paths[pair.row as usize].checked_add(column_paths[pair.column as usize]);
                    let extra = price.and_then(i128::checked_neg);
                    let added = extra.and_then(|extra| sums.add(pair.window, units, reward, 1, extra));
                    added.ok_or(ProgramFlaw::Overflow)
                } else {
                    Err(ProgramFlaw::Pair(number))
                };
            }
        });
        result?;
        let row = |node| ProgramFlaw::Row(RowNode(node));
        sums.side(&self.rows, &optimum.rows, row_loads, row)?;
        let column = |node| ProgramFlaw::Column(ColumnNode(node));
        sums.side(&self.columns, &optimum.columns, column_loads, column)?;
        if sums.value != optimum.objective {
            return Err(ProgramFlaw::Objective { stated: optimum.objective, actual: sums.value });
        }
        if sums.bound != sums.value {
            return Err(ProgramFlaw::Gap { objective: sums.value, bound: sums.bound });
        }
        Ok(())
    }

    /// Whether an obstacle is as it says, so that no units keep all windows.
    #[must_use]
    pub fn proves_infeasible(&self, obstacle: &Obstacle) -> bool {
        let empty = |window: Option<&Window>| window.is_some_and(|window| window.min > window.max);
        match obstacle {
            Obstacle::Row(node) => empty(self.rows.windows.get(node.index())),
            Obstacle::Column(node) => empty(self.columns.windows.get(node.index())),
            Obstacle::Pair(pair) => empty(self.pairs.get(*pair).map(|pair| &pair.window)),
            Obstacle::Cut(blockade) => self.blocks(blockade),
        }
    }

    /// Adds up what passes the border of a set in either direction.
    fn blocks(&self, blockade: &Blockade) -> bool {
        let mut rows = alloc::vec![false; self.rows.windows.len()];
        let mut columns = alloc::vec![false; self.columns.windows.len()];
        for node in &blockade.rows {
            let Some(inside) = rows.get_mut(node.index()) else { return false };
            *inside = true;
        }
        for node in &blockade.columns {
            let Some(inside) = columns.get_mut(node.index()) else { return false };
            *inside = true;
        }
        let (mut required, mut available) = (0_u64, 0_u64);
        let mut pass = |from: bool, to: bool, window: Window| {
            if from != to && to == blockade.inward {
                required += u64::from(window.min);
            } else if from != to {
                available += u64::from(window.max);
            }
        };
        let inside = |set: &[bool], node: u32| node != NONE && set[node as usize];
        for ((&here, &parent), &window) in rows.iter().zip(&self.rows.parents).zip(&self.rows.windows) {
            pass(inside(&rows, parent), here, window);
        }
        for ((&here, &parent), &window) in columns.iter().zip(&self.columns.parents).zip(&self.columns.windows) {
            pass(here, inside(&columns, parent), window);
        }
        for pair in &self.pairs {
            pass(rows[pair.row as usize], columns[pair.column as usize], pair.window);
        }
        (required, available) == (blockade.required, blockade.available) && required > available
    }
}

fn keeps(window: Window, load: u64) -> bool {
    (u64::from(window.min)..=u64::from(window.max)).contains(&load)
}

/// Per node the sum of the duals from the root down to it.
fn paths(forest: &Forest, duals: &[i128]) -> Option<Vec<i128>> {
    let mut paths: Vec<i128> = Vec::with_capacity(duals.len());
    for (&parent, &dual) in forest.parents.iter().zip(duals) {
        let above = if parent == NONE { 0 } else { paths[parent as usize] };
        paths.push(above.checked_add(dual)?);
    }
    Some(paths)
}

/// What something is worth, and what anything can be worth at most.
#[derive(Debug, Default)]
struct Sums {
    value: i128,
    bound: i128,
}

impl Sums {
    /// Adds the nodes of a side; the loads are those of pairs at the nodes themselves.
    fn side(
        &mut self,
        forest: &Forest,
        duals: &[i128],
        mut loads: Vec<u64>,
        flaw: impl Fn(u32) -> ProgramFlaw,
    ) -> Result<(), ProgramFlaw> {
        // Classes have greater numbers than what they lie in.
        for (node, &window) in forest.windows.iter().enumerate().rev() {
            let load = loads[node];
            let parent = forest.parents[node];
            if parent != NONE {
                loads[parent as usize] += load;
            }
            let kept = u32::try_from(load).ok().filter(|_| keeps(window, load));
            #[allow(clippy::cast_possible_truncation, reason = "nodes are numbered in 32 bits")]
            let load = kept.ok_or_else(|| flaw(node as u32))?;
            self.add(window, load, forest.cost(node), -1, duals[node]).ok_or(ProgramFlaw::Overflow)?;
        }
        Ok(())
    }

    /// Adds a term of each sum: what `load` units are worth, where slices count with a sign; and the most that any number
    /// within the window can be worth if each unit brings `extra` besides. None on overflow.
    fn add(&mut self, window: Window, load: u32, slices: &[Slice], sign: i128, extra: i128) -> Option<()> {
        let free = [Slice { units: u32::MAX, value: 0 }];
        let slices = if slices.is_empty() { &free } else { slices };
        let mut start = 0_u32;
        for (place, slice) in slices.iter().enumerate() {
            let goes_on = place + 1 == slices.len();
            let end = if goes_on { u32::MAX } else { start.saturating_add(slice.units) };
            let within = |limit: u32| i128::from(limit.clamp(start, end) - start);
            let each = sign * i128::from(slice.value);
            self.value = self.value.checked_add(each.checked_mul(within(load))?)?;
            // Slices get worse, so the best number takes all up to the minimum, and beyond it those that gain.
            let gain = each.checked_add(extra)?;
            let best = within(if gain > 0 { window.max } else { window.min });
            self.bound = self.bound.checked_add(gain.checked_mul(best)?)?;
            start = end;
        }
        Some(())
    }
}
