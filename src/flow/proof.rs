//! The check of an optimum: feasibility and weak duality in one pass over the pairs. It shares no code with the
//! solvers.

use super::instance::{Instance, Window};
use super::matching::Matching;
use crate::parallel::map_ranges;

/// A third of what 64 bits hold.
const SMALL: i64 = i64::MAX / 3;
/// How many pairs are worth a block of their own.
const BLOCK: usize = if cfg!(test) { 16 } else { 1 << 15 };

/// What is wrong with a matching that is said to be optimal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// Rows and columns are not those of the instance.
    #[error("the matching has another shape than the instance")]
    Shape,
    /// A chosen pair does not exist, or is chosen twice.
    #[error("row {row} is matched with column {column}, which it cannot be, or twice")]
    Pair {
        /// The row.
        row: usize,
        /// The column.
        column: u32,
    },
    /// A row has too few or too many pairs.
    #[error("row {0} is matched too often or not often enough")]
    Row(usize),
    /// A column has too few or too many pairs.
    #[error("column {0} is matched too often or not often enough")]
    Column(usize),
    /// The weights do not add up to the objective.
    #[error("the weights add up to {actual}, not to {stated}")]
    Objective {
        /// What is stated.
        stated: i128,
        /// What they add up to.
        actual: i128,
    },
    /// The bound of the duals is not reached.
    #[error("the matching weighs {objective}, the duals prove only that none weighs more than {bound}")]
    Gap {
        /// The weight of the matching.
        objective: i128,
        /// The bound of the duals.
        bound: i128,
    },
}

impl Instance {
    /// Checks that a matching keeps all windows and that its duals prove it to be of greatest weight.
    ///
    /// One pass over the pairs: O(rows + columns + pairs).
    ///
    /// # Errors
    /// The first flaw that is found.
    pub fn check(&self, matching: &Matching) -> Result<(), Flaw> {
        let duals = matching.duals();
        let shape = (matching.chosen().rows(), duals.rows.len(), duals.columns.len());
        if shape != (self.rows().len(), self.rows().len(), self.columns().len()) {
            return Err(Flaw::Shape);
        }
        let mut loads = alloc::vec![0_u32; self.columns().len()];
        let mut weight = 0_i128;
        let mut bound = 0_i128;
        for (row, &window) in self.rows().iter().enumerate() {
            let columns = matching.of(row);
            if !keeps(window, columns.len()) {
                return Err(Flaw::Row(row));
            }
            for (place, &column) in columns.iter().enumerate() {
                let twice = place > 0 && columns[place - 1] >= column;
                let found = if (column as usize) < loads.len() { self.weight(row, column) } else { None };
                let Some(found) = found.filter(|_| !twice) else { return Err(Flaw::Pair { row, column }) };
                loads[column as usize] += 1;
                weight += i128::from(found);
            }
            bound += share(window, duals.rows[row]);
        }
        for (column, (&window, &load)) in self.columns().iter().zip(&loads).enumerate() {
            if !keeps(window, load as usize) {
                return Err(Flaw::Column(column));
            }
            bound += share(window, duals.columns[column]);
        }
        let rows = self.rows().len();
        let block = rows.saturating_mul(BLOCK).checked_div(self.pairs()).unwrap_or(rows);
        let (least, most) = self.weights().unwrap_or((0, 0));
        let small = [least, most]
            .iter()
            .chain(&duals.rows)
            .chain(&duals.columns)
            .all(|number| (-SMALL..=SMALL).contains(number));
        let excess = |row| self.excess(row, duals.rows[row], &duals.columns, small);
        bound += map_ranges(rows, block, |rows| rows.map(excess).sum::<i128>()).into_iter().sum::<i128>();
        let objective = matching.objective();
        if weight != objective {
            return Err(Flaw::Objective { stated: objective, actual: weight });
        }
        if bound != objective {
            return Err(Flaw::Gap { objective, bound });
        }
        Ok(())
    }

    /// `Σ max(0, w − u − v)` over the pairs of a row; in 64 bits where all numbers are `small`.
    fn excess(&self, row: usize, u: i64, columns: &[i64], small: bool) -> i128 {
        let mut sum = 0_i128;
        if small {
            self.for_each_in(row, |column, weight| {
                let slack = weight - u - columns[column as usize];
                // Seldom so: only chosen pairs may be worth more than their duals.
                if slack > 0 {
                    sum += i128::from(slack);
                }
            });
            return sum;
        }
        self.for_each_in(row, |column, weight| {
            let slack = i128::from(weight) - i128::from(u) - i128::from(columns[column as usize]);
            sum += slack.max(0);
        });
        sum
    }
}

fn keeps(window: Window, load: usize) -> bool {
    (window.min as usize..=window.max as usize).contains(&load)
}

/// What a window adds to the bound of a dual.
fn share(window: Window, dual: i64) -> i128 {
    i128::from(dual) * i128::from(if dual > 0 { window.max } else { window.min })
}
