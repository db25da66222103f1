//! What an auction asks of the lists of its rows: which columns a row holds, and which it would take next.

use super::super::instance::{PairRows, Window};
use super::prices::Prices;

/// The columns each row holds and looks at. Profits are scaled.
pub(super) trait Lists<P: PairRows>: Sized {
    /// ε begins at this part of the range of weights.
    const FIRST: i64;
    /// ε is divided by this from phase to phase.
    const FACTOR: i64;

    /// The lists for the given prices; no row holds anything.
    fn new(pairs: &P, windows: &[Window], prices: &Prices) -> Self;

    /// Has memory bring what [`lose`](Self::lose) will look at.
    fn fetch_record(&self, row: usize);

    /// Has memory bring what [`freshen`](Self::freshen) will look at.
    fn fetch(&self, row: usize, prices: &Prices);

    /// Finds the best `count` columns that a row could have and does not hold, with their profits, best first.
    /// Returns how many there are, at most `count`.
    fn freshen(&mut self, pairs: &P, row: usize, count: usize, prices: &Prices) -> usize;

    /// Column and profit of the candidate at a place, as the last call of [`freshen`](Self::freshen) found it; it was
    /// for this row.
    fn candidate(&self, row: usize, place: usize) -> (u32, i64);

    /// The columns a row holds, with their weights.
    fn held(&self, row: usize) -> impl ExactSizeIterator<Item = (u32, P::Weight)> + '_;

    /// The window of a row, as far as it has pairs; `windows` are those of all rows.
    fn window(&self, row: usize, windows: &[Window]) -> Window;

    /// The number of columns a row holds.
    fn held_count(&self, row: usize) -> u32;

    /// The row holds its first candidate from now on.
    fn take_first(&mut self, row: usize);

    /// The row holds a column from now on, whether it was listed or not.
    fn take(&mut self, row: usize, column: u32, weight: P::Weight);

    /// The row no longer holds a column; it is a candidate with its profit at `price`.
    fn lose(&mut self, row: usize, column: u32, price: i64);

    /// Whether the profit of a column that became cheaper may lie above what the list of a row says of it.
    fn concerns(&self, row: usize, profit: i64) -> bool;

    /// A column became cheaper: its profit for the row is `profit` now.
    fn raise(&mut self, row: usize, column: u32, weight: P::Weight, profit: i64);

    /// A column became cheaper; rows take notice when they are looked at next.
    fn note_cheaper(&mut self, column: u32);

    /// All prices may have fallen by up to `most`.
    fn cheaper(&mut self, most: i64);

    /// How many times all pairs of a row were looked through again.
    fn rescans(&self) -> u64;
}
