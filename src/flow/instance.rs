//! Bipartite b-matching with weights: the instance.

use alloc::vec::Vec;

use super::auction::{NEVER, Prices, WHOLE};
use super::number;
use crate::parallel::for_each_block_mut;

/// How many pairs a row or a column takes part in: at least `min`, at most `max`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    /// The fewest.
    pub min: u32,
    /// The most.
    pub max: u32,
}

impl Window {
    /// From `min` to `max`.
    #[must_use]
    pub const fn new(min: u32, max: u32) -> Self {
        Self { min, max }
    }

    /// Exactly `count`.
    #[must_use]
    pub const fn exactly(count: u32) -> Self {
        Self { min: count, max: count }
    }
}

/// Weights of 32 bits stay within this, so that prices can be taken from them.
const NARROW: i32 = 1 << 27;
/// Where an entry of a matrix stands for no pair: less any whole price it still fits, and is below all pairs.
pub(super) const ABSENT: i32 = i32::MIN + WHOLE;
/// Weights of pairs less whole prices are above this, that of no pair below.
const NO_RANK: i32 = -3 << 28;

/// Rows of pairs, packed one after the other; columns ascend within a row.
#[derive(Debug, Clone)]
pub(super) struct Sparse<W> {
    /// Per row its first pair; one more entry than rows.
    pub(super) starts: Vec<usize>,
    pub(super) columns: Vec<u32>,
    pub(super) weights: Vec<W>,
}

/// The weights of all pairs.
#[derive(Debug, Clone)]
pub(super) enum Pairs {
    /// Row by row an entry for each column, [`ABSENT`] where there is no pair: the least memory where most pairs exist.
    Dense(Vec<i32>),
    /// Rows of pairs with weights of 32 bits.
    Sparse(Sparse<i32>),
    /// Rows of pairs with weights that need more.
    Wide(Sparse<i64>),
}

/// An instance: find `x` in {0, 1} for each pair so that every row and column keeps its window and the sum of the
/// weights of the chosen pairs is greatest.
///
/// Built row by row with a [`Builder`]. Results depend on the order of rows and columns and on nothing else; number
/// them in a seeded order where ties are to be broken by seed.
#[derive(Debug, Clone)]
pub struct Instance {
    pub(super) rows: Vec<Window>,
    pub(super) columns: Vec<Window>,
    pub(super) pairs: Pairs,
    count: usize,
    smallest: i64,
    largest: i64,
}

impl Instance {
    /// The windows of the rows.
    #[must_use]
    pub fn rows(&self) -> &[Window] {
        &self.rows
    }

    /// The windows of the columns.
    #[must_use]
    pub fn columns(&self) -> &[Window] {
        &self.columns
    }

    /// The number of pairs.
    #[must_use]
    pub const fn pairs(&self) -> usize {
        self.count
    }

    /// The smallest and the largest weight; none without pairs.
    #[must_use]
    pub fn weights(&self) -> Option<(i64, i64)> {
        (self.count > 0).then_some((self.smallest, self.largest))
    }

    /// Calls `visit` with column and weight of each pair of a row, columns ascending.
    pub fn for_each_in(&self, row: usize, mut visit: impl FnMut(u32, i64)) {
        match &self.pairs {
            Pairs::Dense(matrix) => matrix.each(self.columns.len(), row, |column, weight| visit(column, weight.into())),
            Pairs::Sparse(rows) => rows.each(self.columns.len(), row, |column, weight| visit(column, weight.into())),
            Pairs::Wide(rows) => rows.each(self.columns.len(), row, visit),
        }
    }

    /// The weight of a pair, if there is one. O(log of the row's pairs).
    #[must_use]
    pub fn weight(&self, row: usize, column: u32) -> Option<i64> {
        match &self.pairs {
            Pairs::Dense(matrix) => {
                let weight = matrix[row * self.columns.len() + column as usize];
                (weight != ABSENT).then_some(weight.into())
            }
            Pairs::Sparse(rows) => rows.find(row, column).map(i64::from),
            Pairs::Wide(rows) => rows.find(row, column),
        }
    }
}

impl Instance {
    /// By how much the windows of rows and of columns leave the numbers of pairs open.
    pub(super) fn slack(&self) -> (u64, u64) {
        let slack = |windows: &[Window], others: usize| -> u64 {
            let open = |window: &Window| u64::from(window.max).min(others as u64).saturating_sub(window.min.into());
            windows.iter().map(open).sum()
        };
        (slack(&self.rows, self.columns.len()), slack(&self.columns, self.rows.len()))
    }
}

/// Weights as they lie in memory, gone through row by row. `columns` is the number of columns.
pub(super) trait PairRows: Clone + Send + Sync {
    /// A weight.
    type Weight: Copy + Default + Into<i64> + Send + Sync;

    /// Calls `visit` with column and weight of each pair of a row, columns ascending.
    fn each(&self, columns: usize, row: usize, visit: impl FnMut(u32, Self::Weight));

    /// The number of places of all rows.
    fn len(&self) -> usize;

    /// The number of places of a row, at each of which there may be a pair.
    fn len_of(&self, columns: usize, row: usize) -> usize;

    /// Column and weight of the pair at a place of a row.
    fn pair_at(&self, columns: usize, row: usize, place: usize) -> (u32, Self::Weight);

    /// The place of the pair of a row and a column, if there is one.
    fn place_of(&self, columns: usize, row: usize, column: u32) -> Option<usize>;

    /// The weight of a pair, if there is one.
    fn weight_of(&self, columns: usize, row: usize, column: u32) -> Option<Self::Weight> {
        self.place_of(columns, row, column).map(|place| self.pair_at(columns, row, place).1)
    }

    /// What pairs are ranked by: a bound of the profit that is cheap to tell.
    type Rank: Copy + Ord + Send + core::fmt::Debug;
    /// Below all pairs.
    const NO_RANK: Self::Rank;
    /// Whether nearly all pairs exist, each to be found at once.
    const DENSE: bool;

    /// Writes the rank of each place of a row, [`NO_RANK`](Self::NO_RANK) or less where there is no pair.
    fn ranks(&self, row: usize, prices: &Prices, ranks: &mut Vec<Self::Rank>);

    /// Calls `visit` with column and weight of each pair of a row whose profit is above `bound`, and perhaps of some
    /// others, columns ascending.
    fn each_above(&self, row: usize, prices: &Prices, bound: i64, visit: impl FnMut(u32, Self::Weight));

    /// A bound of the scaled profit of all pairs that rank below `rank`; none of those that do not has less.
    fn profit_below(rank: Self::Rank, scale: i64) -> i64;

    /// Calls `visit` with row and weight of each pair of a column; false, and no call, where columns cannot be read.
    fn each_in_column(&self, columns: usize, column: usize, visit: impl FnMut(u32, Self::Weight)) -> bool;

    /// The same pairs by columns.
    fn transposed(&self, columns: usize) -> Self;
}

impl PairRows for Vec<i32> {
    type Weight = i32;

    #[inline]
    fn each(&self, columns: usize, row: usize, mut visit: impl FnMut(u32, i32)) {
        for (column, &weight) in (0_u32..).zip(&self[row * columns..(row + 1) * columns]) {
            if weight != ABSENT {
                visit(column, weight);
            }
        }
    }

    fn len(&self) -> usize {
        self.as_slice().len()
    }

    fn len_of(&self, columns: usize, _: usize) -> usize {
        columns
    }

    #[inline]
    fn pair_at(&self, columns: usize, row: usize, place: usize) -> (u32, i32) {
        (number(place), self[row * columns + place])
    }

    fn place_of(&self, columns: usize, row: usize, column: u32) -> Option<usize> {
        (self[row * columns + column as usize] != ABSENT).then_some(column as usize)
    }

    type Rank = i32;
    const NO_RANK: i32 = NO_RANK;
    const DENSE: bool = true;

    fn ranks(&self, row: usize, prices: &Prices, ranks: &mut Vec<i32>) {
        let weights = &self[row * prices.len()..(row + 1) * prices.len()];
        ranks.clear();
        ranks.extend(weights.iter().zip(prices.whole()).map(|(weight, price)| weight - price));
    }

    fn each_above(&self, row: usize, prices: &Prices, bound: i64, mut visit: impl FnMut(u32, i32)) {
        const BLOCK: usize = 32;
        let weights = &self[row * prices.len()..(row + 1) * prices.len()];
        let bound = bound.div_euclid(prices.scale()).clamp(NO_RANK.into(), i32::MAX.into());
        let bound = i32::try_from(bound).unwrap_or(NO_RANK);
        for (first, (weights, prices)) in
            (0..).step_by(BLOCK).zip(weights.chunks(BLOCK).zip(prices.whole().chunks(BLOCK)))
        {
            // Counted, not sought: that is done many at a time.
            let above = weights.iter().zip(prices).map(|(weight, price)| u32::from(weight - price > bound));
            if above.sum::<u32>() > 0 {
                for ((column, &weight), price) in (first..).zip(weights).zip(prices) {
                    if weight - price > bound {
                        visit(column, weight);
                    }
                }
            }
        }
    }

    fn profit_below(rank: i32, scale: i64) -> i64 {
        // A whole price is the price or less, by less than 1.
        i64::from(rank - 1) * scale
    }

    fn each_in_column(&self, columns: usize, column: usize, mut visit: impl FnMut(u32, i32)) -> bool {
        for (row, &weight) in (0..).zip(self[column..].iter().step_by(columns)) {
            if weight != ABSENT {
                visit(row, weight);
            }
        }
        true
    }

    fn transposed(&self, columns: usize) -> Self {
        const TILE: usize = 32;
        let rows = self.len().checked_div(columns).unwrap_or(0);
        let mut transposed = alloc::vec![0; self.len()];
        for_each_block_mut(&mut transposed, (rows * TILE).max(1), |first, block| {
            let first = first / rows;
            for first_row in (0..rows).step_by(TILE) {
                let last_row = rows.min(first_row + TILE);
                for (column, target) in (first..).zip(block.chunks_mut(rows)) {
                    for (row, entry) in (first_row..).zip(&mut target[first_row..last_row]) {
                        *entry = self[row * columns + column];
                    }
                }
            }
        });
        transposed
    }
}

impl<W: Copy + Into<i64> + Send + Sync + Default> PairRows for Sparse<W> {
    type Weight = W;

    #[inline]
    fn each(&self, _: usize, row: usize, mut visit: impl FnMut(u32, W)) {
        let pairs = self.starts[row]..self.starts[row + 1];
        for (&column, &weight) in self.columns[pairs.clone()].iter().zip(&self.weights[pairs]) {
            visit(column, weight);
        }
    }

    fn len(&self) -> usize {
        self.columns.len()
    }

    fn len_of(&self, _: usize, row: usize) -> usize {
        self.starts[row + 1] - self.starts[row]
    }

    #[inline]
    fn pair_at(&self, _: usize, row: usize, place: usize) -> (u32, W) {
        let at = self.starts[row] + place;
        (self.columns[at], self.weights[at])
    }

    fn place_of(&self, _: usize, row: usize, column: u32) -> Option<usize> {
        self.columns[self.starts[row]..self.starts[row + 1]].binary_search(&column).ok()
    }

    type Rank = i64;
    const NO_RANK: i64 = NEVER;
    const DENSE: bool = false;

    fn ranks(&self, row: usize, prices: &Prices, ranks: &mut Vec<i64>) {
        let pairs = self.starts[row]..self.starts[row + 1];
        let pairs = self.columns[pairs.clone()].iter().zip(&self.weights[pairs]);
        let (scaled, scale) = (prices.scaled(), prices.scale());
        ranks.clear();
        ranks.extend(pairs.map(|(&column, &weight)| weight.into() * scale - scaled[column as usize]));
    }

    fn each_above(&self, row: usize, prices: &Prices, bound: i64, mut visit: impl FnMut(u32, W)) {
        self.each(prices.len(), row, |column, weight| {
            if weight.into() * prices.scale() - prices.scaled()[column as usize] > bound {
                visit(column, weight);
            }
        });
    }

    fn profit_below(rank: i64, _: i64) -> i64 {
        rank - 1
    }

    fn each_in_column(&self, _: usize, _: usize, _: impl FnMut(u32, W)) -> bool {
        false
    }

    fn transposed(&self, columns: usize) -> Self {
        self.turned(columns)
    }
}

impl<W: Copy + Default> Sparse<W> {
    /// The same pairs by columns: a counting sort.
    pub(super) fn turned(&self, columns: usize) -> Self {
        let mut starts = alloc::vec![0_usize; columns + 2];
        for &column in &self.columns {
            starts[column as usize + 2] += 1;
        }
        for column in 0..columns {
            starts[column + 2] += starts[column + 1];
        }
        let mut rows = alloc::vec![0; self.columns.len()];
        let mut weights = alloc::vec![W::default(); self.columns.len()];
        for row in 0..self.starts.len() - 1 {
            for at in self.starts[row]..self.starts[row + 1] {
                let next = &mut starts[self.columns[at] as usize + 1];
                rows[*next] = number(row);
                weights[*next] = self.weights[at];
                *next += 1;
            }
        }
        starts.truncate(columns + 1);
        Self { starts, columns: rows, weights }
    }
}

impl<W: Copy> Sparse<W> {
    fn find(&self, row: usize, column: u32) -> Option<W> {
        let pairs = self.starts[row]..self.starts[row + 1];
        let place = self.columns[pairs.clone()].binary_search(&column).ok()?;
        Some(self.weights[pairs.start + place])
    }
}

/// Builds an [`Instance`] row by row.
///
/// ```
/// use peerplan::flow::{Builder, Window};
/// let mut builder = Builder::new(vec![Window::exactly(1); 2], 4);
/// builder.row(Window::exactly(1), &[(0, 5), (1, 7)]);
/// builder.row(Window::exactly(1), &[(1, 9)]);
/// let instance = builder.finish();
/// assert_eq!((instance.pairs(), instance.weight(0, 1)), (3, Some(7)));
/// ```
#[derive(Debug)]
pub struct Builder {
    instance: Instance,
}

impl Builder {
    /// An instance with columns and no rows yet, of which about `pairs` pairs are expected in `rows` rows: it is kept
    /// as a matrix where at least a third of all entries are pairs.
    #[must_use]
    pub fn with_shape(columns: Vec<Window>, rows: usize, pairs: usize) -> Self {
        let entries = rows.saturating_mul(columns.len());
        let kept = if pairs > 0 && pairs >= entries.div_ceil(3) {
            Pairs::Dense(Vec::with_capacity(entries))
        } else {
            Pairs::Sparse(Sparse {
                starts: alloc::vec![0],
                columns: Vec::with_capacity(pairs),
                weights: Vec::with_capacity(pairs),
            })
        };
        let instance = Instance {
            rows: Vec::with_capacity(if rows == usize::MAX { 0 } else { rows }),
            columns,
            pairs: kept,
            count: 0,
            smallest: i64::MAX,
            largest: i64::MIN,
        };
        Self { instance }
    }

    /// The same where nothing is known of the number of rows; about `pairs` pairs are expected.
    #[must_use]
    pub fn new(columns: Vec<Window>, pairs: usize) -> Self {
        Self::with_shape(columns, usize::MAX, pairs)
    }

    /// Adds the next row with its pairs.
    ///
    /// # Panics
    /// When columns do not ascend or do not exist.
    pub fn row(&mut self, window: Window, pairs: &[(u32, i64)]) {
        let columns = self.instance.columns.len();
        assert!(pairs.is_sorted_by(|a, b| a.0 < b.0), "columns ascend within a row");
        assert!(pairs.last().is_none_or(|&(column, _)| (column as usize) < columns), "columns exist");
        let narrow = |weight: i64| i32::try_from(weight).ok().filter(|weight| (-NARROW..=NARROW).contains(weight));
        let is_wide = matches!(self.instance.pairs, Pairs::Wide(_));
        if !is_wide && !pairs.iter().all(|&(_, weight)| narrow(weight).is_some()) {
            self.widen();
        }
        self.instance.rows.push(window);
        self.instance.count += pairs.len();
        for &(_, weight) in pairs {
            self.instance.smallest = self.instance.smallest.min(weight);
            self.instance.largest = self.instance.largest.max(weight);
        }
        match &mut self.instance.pairs {
            Pairs::Dense(matrix) => {
                let start = matrix.len();
                matrix.resize(start + columns, ABSENT);
                for &(column, weight) in pairs {
                    matrix[start + column as usize] = narrow(weight).unwrap_or(ABSENT);
                }
            }
            Pairs::Sparse(rows) => {
                rows.columns.extend(pairs.iter().map(|&(column, _)| column));
                rows.weights.extend(pairs.iter().filter_map(|&(_, weight)| narrow(weight)));
                rows.starts.push(rows.columns.len());
            }
            Pairs::Wide(rows) => {
                rows.columns.extend(pairs.iter().map(|&(column, _)| column));
                rows.weights.extend(pairs.iter().map(|&(_, weight)| weight));
                rows.starts.push(rows.columns.len());
            }
        }
    }

    /// From here on weights have 64 bits. O(pairs so far), once.
    fn widen(&mut self) {
        let mut wide = Sparse { starts: alloc::vec![0], columns: Vec::new(), weights: Vec::new() };
        for row in 0..self.instance.rows.len() {
            self.instance.for_each_in(row, |column, weight| {
                wide.columns.push(column);
                wide.weights.push(weight);
            });
            wide.starts.push(wide.columns.len());
        }
        self.instance.pairs = Pairs::Wide(wide);
    }

    /// The instance.
    #[must_use]
    pub fn finish(self) -> Instance {
        self.instance
    }
}
