//! Rows of values packed one after the other (compressed sparse rows).

use alloc::vec::Vec;

use crate::parallel::join;

/// For each row a slice of values, kept in one piece of memory.
///
/// Invariant: `starts` has one entry more than there are rows, does not decrease, and ends with `values.len()`; where
/// there is no value at all it is empty, so that what is said of nothing costs neither memory nor a look at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rows<T> {
    len: usize,
    starts: Vec<u32>,
    values: Vec<T>,
}

impl<T: Copy + Ord> Rows<T> {
    /// Rows from entries in any order; each row is sorted, and an entry given twice stands once.
    pub(crate) fn sorted(rows: usize, mut entries: Vec<(u32, T)>) -> Self {
        entries.sort_unstable();
        entries.dedup();
        Self::grouped(rows, &entries)
    }

    /// Rows that are written one after the other, as [`written`](Self::written); each is sorted, and a value given
    /// twice stands once.
    pub(crate) fn sets(rows: usize, capacity: usize, mut write: impl FnMut(usize, &mut Vec<T>)) -> Self {
        Self::written(rows, capacity, |row, values| {
            let start = values.len();
            write(row, values);
            values[start..].sort_unstable();
            let mut end = start;
            for at in start..values.len() {
                if end == start || values[end - 1] != values[at] {
                    values[end] = values[at];
                    end += 1;
                }
            }
            values.truncate(end);
        })
    }
}

impl<T: Copy + Default> Rows<T> {
    /// Rows from entries in any order, which they keep within their rows: a counting sort. O(rows + entries).
    pub(crate) fn counted(rows: usize, entries: impl Iterator<Item = (u32, T)> + Clone) -> Self {
        // Two places ahead first, then one ahead: while values are put in place, `starts[row + 1]` is where the next
        // value of the row goes, and in the end it is where the next row starts.
        let mut starts = alloc::vec![0; rows + 2];
        let mut count = 0;
        for (row, _) in entries.clone() {
            starts[row as usize + 2] += 1;
            count += 1;
        }
        if index(count) == 0 {
            return Self::empty(rows);
        }
        for row in 0..rows {
            starts[row + 2] += starts[row + 1];
        }
        let mut values = alloc::vec![T::default(); count];
        for (row, value) in entries {
            let next = &mut starts[row as usize + 1];
            values[*next as usize] = value;
            *next += 1;
        }
        starts.truncate(rows + 1);
        Self { len: rows, starts, values }
    }
}

impl<T: Copy> Rows<T> {
    /// Rows from entries whose row numbers do not decrease.
    pub(crate) fn grouped(rows: usize, entries: &[(u32, T)]) -> Self {
        debug_assert!(entries.is_sorted_by_key(|&(row, _)| row));
        if entries.is_empty() {
            return Self::empty(rows);
        }
        let mut starts = Vec::with_capacity(rows + 1);
        let mut values = Vec::with_capacity(entries.len());
        let mut rest = entries.iter().peekable();
        for row in 0..rows {
            starts.push(index(values.len()));
            while let Some(&&(_, value)) = rest.peek().filter(|entry| entry.0 as usize == row) {
                values.push(value);
                rest.next();
            }
        }
        starts.push(index(values.len()));
        Self { len: rows, starts, values }
    }

    /// Rows that are written one after the other: `write(row, values)` appends the values of a row.
    pub(crate) fn written(rows: usize, capacity: usize, mut write: impl FnMut(usize, &mut Vec<T>)) -> Self {
        let mut starts = Vec::with_capacity(rows + 1);
        let mut values = Vec::with_capacity(capacity);
        for row in 0..rows {
            starts.push(index(values.len()));
            write(row, &mut values);
        }
        starts.push(index(values.len()));
        if values.is_empty() { Self::empty(rows) } else { Self { len: rows, starts, values } }
    }

    /// Rows of one width.
    pub(crate) fn even(rows: usize, width: usize, values: Vec<T>) -> Self {
        debug_assert_eq!(values.len(), rows * width);
        if values.is_empty() {
            return Self::empty(rows);
        }
        index(values.len());
        let starts = (0..=index(rows)).map(|row| row * index(width)).collect();
        Self { len: rows, starts, values }
    }

    /// Rows without a value.
    pub(crate) const fn empty(rows: usize) -> Self {
        Self { len: rows, starts: Vec::new(), values: Vec::new() }
    }

    /// The same rows with each of them sorted by a key; those that are sorted already stay untouched.
    pub(crate) fn sorted_by_key<K: Ord>(mut self, key: impl Fn(&T) -> K + Send + Sync) -> Self
    where
        T: Send,
    {
        if !self.values.is_empty() {
            sort_rows(&self.starts, &mut self.values, &key);
        }
        self
    }

    /// The same rows of other values. Where those are of the same size, they take over the memory.
    pub(crate) fn map<U>(self, value: impl FnMut(T) -> U) -> Rows<U> {
        Rows { len: self.len, starts: self.starts, values: self.values.into_iter().map(value).collect() }
    }

    /// The values of a row.
    pub(crate) fn row(&self, row: usize) -> &[T] {
        if self.values.is_empty() {
            return &[];
        }
        &self.values[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    /// The values of rows that have one each.
    #[allow(clippy::needless_bitwise_bool, reason = "no branch")]
    pub(crate) fn singles(&self) -> Option<&[T]> {
        let whole = self.values.len() == self.len;
        // Without an early end, which would keep the processor from comparing several at a time.
        let single = self.starts.iter().zip(0..).fold(true, |single, (&start, row)| single & (start == row));
        (whole && single).then_some(&self.values)
    }

    /// All values, row by row.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The number of rows.
    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// All entries with their rows.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (usize, T)> + Clone + '_ {
        let rows = if self.values.is_empty() { 0 } else { self.len };
        (0..rows).flat_map(|row| self.row(row).iter().map(move |&value| (row, value)))
    }
}

/// So many values are worth a thread.
const BLOCK: usize = if cfg!(test) { 4 } else { 1 << 15 };

/// Sorts rows by a key, halves beside each other; `starts` are theirs and the end.
fn sort_rows<T: Send, K: Ord>(starts: &[u32], values: &mut [T], key: &(impl Fn(&T) -> K + Send + Sync)) {
    let (rows, first) = (starts.len() - 1, starts[0]);
    if rows > 1 && values.len() >= BLOCK {
        let middle = rows / 2;
        let (left, right) = values.split_at_mut((starts[middle] - first) as usize);
        join(true, || sort_rows(&starts[..=middle], left, key), || sort_rows(&starts[middle..], right, key));
        return;
    }
    for row in starts.windows(2) {
        let row = &mut values[(row[0] - first) as usize..(row[1] - first) as usize];
        if !row.is_sorted_by_key(key) {
            row.sort_unstable_by_key(key);
        }
    }
}

/// A dense index: everything counted here stays below 2^32.
///
/// # Panics
/// Past 2^32 − 1; the number of entities is checked when a problem is compiled.
pub(crate) fn index(value: usize) -> u32 {
    u32::try_from(value).expect("fewer than 2^32 entries")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_hold_what_was_put_in_sorted_and_once() {
        let rows = Rows::sorted(4, alloc::vec![(2, 5), (0, 1), (2, 3), (2, 5)]);
        assert_eq!(rows.row(0), [1]);
        assert!(rows.row(1).is_empty() && rows.row(3).is_empty());
        assert_eq!(rows.row(2), [3, 5]);
        assert_eq!(rows.entries().collect::<Vec<_>>(), [(0, 1), (2, 3), (2, 5)]);
    }

    #[test]
    fn counted_rows_keep_the_order_of_their_entries() {
        let rows = Rows::counted(3, [(2, 5), (0, 1), (2, 3), (2, 5)].into_iter());
        assert_eq!(rows.entries().collect::<Vec<_>>(), [(0, 1), (2, 5), (2, 3), (2, 5)]);
        assert_eq!((rows.len(), rows.row(1)), (3, &[][..]));
    }

    #[test]
    fn written_sets_are_sorted_and_hold_each_value_once() {
        let rows = Rows::sets(3, 0, |row, values| values.extend([row, 2, 1, 2]));
        assert_eq!((rows.row(0), rows.row(1), rows.row(2)), (&[0, 1, 2][..], &[1, 2][..], &[1, 2][..]));
    }

    #[test]
    fn even_rows_and_single_values() {
        let rows = Rows::even(2, 3, alloc::vec![1, 2, 3, 4, 5, 6]);
        assert_eq!((rows.len(), rows.row(0), rows.row(1), rows.singles()), (2, &[1, 2, 3][..], &[4, 5, 6][..], None));
        assert!(Rows::even(3, 0, Vec::<u32>::new()).row(2).is_empty());
        assert_eq!(Rows::even(2, 1, alloc::vec![7, 8]).singles(), Some(&[7, 8][..]));
        assert_eq!(Rows::grouped(3, &[(0, 1), (0, 2), (2, 3)]).singles(), None);
        assert_eq!(Rows::<u32>::empty(1).singles(), None);
    }

    #[test]
    fn rows_without_values_are_rows_all_the_same() {
        let rows = Rows::<u32>::sorted(2, Vec::new());
        assert_eq!((rows.len(), rows.row(1), rows.entries().count()), (2, &[][..], 0));
    }
}
