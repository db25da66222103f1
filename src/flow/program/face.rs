//! All optima of a program, as a program of their own; and a program with other rewards, or in finer units.

use alloc::vec::Vec;

use super::super::instance::Window;
use super::forest::{Forest, range};
use super::prices::paths;
use super::{ColumnNode, Optimum, Pair, Program, RowNode, Slice};

impl Program {
    /// The program whose solutions are the optima of this one: narrower windows, no rewards and no costs. Nodes and pairs
    /// keep their numbers. Goals that come one after the other are so many programs, each the face of the one before
    /// with rewards of its own.
    ///
    /// By complementary slackness a solution is an optimum exactly when each pair and each node has a number of units that
    /// is best under the duals of any one optimum. O(pairs + nodes + slices).
    ///
    /// # Panics
    /// When the optimum is of another program.
    #[must_use]
    pub fn face(&self, optimum: &Optimum) -> Self {
        let side = |forest: &Forest, duals: &[i128]| {
            let windows = forest.windows.iter().zip(duals).enumerate().map(|(node, (&window, &dual))| {
                // What a unit costs is a reward with the other sign.
                best(window, forest.cost(node), |cost| dual.cmp(&i128::from(cost)))
            });
            forest.with_windows(windows.collect())
        };
        let (rows, columns) = (paths(&self.rows, &optimum.rows), paths(&self.columns, &optimum.columns));
        let mut pairs = Vec::with_capacity(self.pairs.len());
        self.each_pair(|_, pair, reward| {
            let price = rows[pair.row as usize] + columns[pair.column as usize];
            let window = best(pair.window, reward, |value| i128::from(value).cmp(&price));
            pairs.push(Pair { window, reward: 0, ..*pair });
        });
        Self {
            rows: side(&self.rows, &optimum.rows),
            columns: side(&self.columns, &optimum.columns),
            pairs,
            ..Self::default()
        }
    }

    /// The same windows with other rewards, and without costs: `reward` is called for each pair in turn and adds its slices to an
    /// empty list; none are worth nothing.
    ///
    /// # Panics
    /// When values ascend.
    #[must_use]
    pub fn rewarded(&self, mut reward: impl FnMut(usize, &mut Vec<Slice>)) -> Self {
        let mut program = Self {
            rows: self.rows.with_windows(self.rows.windows.clone()),
            columns: self.columns.with_windows(self.columns.windows.clone()),
            pairs: Vec::with_capacity(self.pairs.len()),
            ..Self::default()
        };
        let mut slices = Vec::new();
        for (number, pair) in self.pairs.iter().enumerate() {
            slices.clear();
            reward(number, &mut slices);
            program.add(*pair, &slices);
        }
        program
    }

    /// The same program with `by` units for each unit: windows, and the slices of costs and rewards, are so many times
    /// as wide. None where that does not fit into 32 bits.
    #[must_use]
    pub fn finer(&self, by: u32) -> Option<Self> {
        let wide = |window: Window| {
            // A maximum out of reach stays out of reach.
            let max = window.max.saturating_mul(by);
            Some(Window::new(window.min.checked_mul(by)?, max))
        };
        let slices = |slices: &[Slice]| {
            let slices = slices.iter().map(|slice| Some(Slice::new(slice.units.checked_mul(by)?, slice.value)));
            slices.collect::<Option<Vec<Slice>>>()
        };
        let side = |forest: &Forest| {
            let windows = forest.windows.iter().map(|&window| wide(window)).collect::<Option<Vec<_>>>()?;
            Some(Forest { windows, slices: slices(&forest.slices)?, ..forest.clone() })
        };
        let pairs = self.pairs.iter().map(|pair| Some(Pair { window: wide(pair.window)?, ..*pair }));
        Some(Self {
            rows: side(&self.rows)?,
            columns: side(&self.columns)?,
            pairs: pairs.collect::<Option<_>>()?,
            curves: self.curves.clone(),
            curve_slices: slices(&self.curve_slices)?,
            largest: self.largest,
        })
    }

    /// The same program with some of its pairs alone, which are numbered anew.
    #[must_use]
    pub fn only(&self, mut keep: impl FnMut(usize) -> bool) -> Self {
        let mut program =
            Self { rows: self.rows.clone(), columns: self.columns.clone(), largest: self.largest, ..Self::default() };
        self.each_pair(|number, pair, reward| {
            if keep(number) {
                // The one slice of a straight reward goes on.
                program.add(*pair, reward);
            }
        });
        program
    }

    /// Gives a pair another window.
    ///
    /// # Panics
    /// When there is no such pair.
    pub fn narrow(&mut self, pair: usize, units: Window) {
        self.pairs[pair].window = units;
    }

    /// Gives a row or a class of one another window.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn narrow_row(&mut self, node: RowNode, load: Window) {
        self.rows.windows[node.index()] = load;
    }

    /// Gives a column or a class of one another window.
    ///
    /// # Panics
    /// When there is no such node.
    pub fn narrow_column(&mut self, node: ColumnNode, load: Window) {
        self.columns.windows[node.index()] = load;
    }

    /// The window of a column, or of a class of one.
    pub(crate) fn column_window(&self, column: ColumnNode) -> Window {
        self.columns.windows[column.index()]
    }

    /// The column of a pair, or its class.
    #[cfg(test)]
    pub(crate) fn column_of(&self, pair: usize) -> ColumnNode {
        ColumnNode(self.pairs[pair].column)
    }

    /// The window of a pair.
    #[must_use]
    pub fn window(&self, pair: usize) -> Window {
        self.pairs[pair].window
    }

    /// Adds a pair with the slices of its reward.
    pub(super) fn add(&mut self, pair: Pair, reward: &[Slice]) {
        assert!(reward.is_sorted_by(|a, b| a.value >= b.value), "rewards are concave");
        self.measure(reward);
        if reward.len() > 1 {
            let number = super::super::number(self.pairs.len());
            self.curves.push((number, range(self.curve_slices.len(), reward.len())));
            self.curve_slices.extend_from_slice(reward);
        }
        let reward = reward.first().map_or(0, |slice| slice.value);
        self.pairs.push(Pair { reward, ..pair });
    }
}

/// The numbers of units within a window that are best: all units of slices that gain (`Greater`), none of those that
/// lose (`Less`), and as many as you like of the others.
fn best(window: Window, slices: &[Slice], gain: impl Fn(i64) -> core::cmp::Ordering) -> Window {
    let free = [Slice { units: u32::MAX, value: 0 }];
    let slices = if slices.is_empty() { &free } else { slices };
    let (mut least, mut most) = (0_u32, 0_u32);
    for (place, slice) in slices.iter().enumerate() {
        let units = if place + 1 == slices.len() { u32::MAX } else { slice.units };
        let gain = gain(slice.value);
        least = least.saturating_add(if gain.is_gt() { units } else { 0 });
        most = most.saturating_add(if gain.is_ge() { units } else { 0 });
    }
    Window::new(least.clamp(window.min, window.max), most.clamp(window.min, window.max))
}
