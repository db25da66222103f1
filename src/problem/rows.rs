//! Rows of values packed one after the other (compressed sparse rows).

use alloc::vec::Vec;

/// For each row a slice of values, kept in one piece of memory.
///
/// Invariant: `starts` has one entry more than there are rows, does not decrease, and ends with `values.len()`.
#[derive(Debug, Clone)]
pub(crate) struct Rows<T> {
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
}

impl<T: Copy> Rows<T> {
    /// Rows from entries whose row numbers do not decrease.
    pub(crate) fn grouped(rows: usize, entries: &[(u32, T)]) -> Self {
        debug_assert!(entries.is_sorted_by_key(|&(row, _)| row));
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
        Self { starts, values }
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
        Self { starts, values }
    }

    /// Rows without a value.
    pub(crate) fn empty(rows: usize) -> Self {
        Self { starts: alloc::vec![0; rows + 1], values: Vec::new() }
    }

    /// The values of a row.
    pub(crate) fn row(&self, row: usize) -> &[T] {
        &self.values[self.starts[row] as usize..self.starts[row + 1] as usize]
    }

    /// All values, row by row.
    pub(crate) fn values(&self) -> &[T] {
        &self.values
    }

    /// The number of rows.
    pub(crate) const fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// All entries with their rows.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (usize, T)> + '_ {
        (0..self.len()).flat_map(|row| self.row(row).iter().map(move |&value| (row, value)))
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
}
