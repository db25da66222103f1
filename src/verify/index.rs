//! From ids to dense numbers: sort once, then look up.

use alloc::vec::Vec;

use crate::id::Id;

/// No such thing.
pub(super) const NONE: u32 = u32::MAX;

/// A count or place as a dense number. Nothing that fits into memory here has more than 2^32 − 2 of anything.
pub(super) fn dense(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(NONE)
}

/// A dense number as a place in an array.
pub(super) const fn at(dense: u32) -> usize {
    dense as usize
}

/// A sorted set of ids. The dense number of an id is its rank: decimals by value, then the others by bytes.
///
/// Built in O(n log n), 8 to 16 bytes per id. A look-up of a decimal first jumps to a bucket by its leading bits, so
/// that it takes O(1) steps where ids are spread evenly and O(log n) at worst; of any other id it takes O(log n).
#[derive(Default)]
pub(super) struct Index<'a> {
    numbers: Vec<u64>,
    base: u64,
    shift: u32,
    starts: Vec<u32>,
    texts: Vec<&'a Id>,
}

impl<'a> Index<'a> {
    /// The set of all `ids`; repetitions do not matter.
    pub(super) fn new(ids: impl Iterator<Item = &'a Id>) -> Self {
        let mut index = Self::default();
        for id in ids {
            match id.value() {
                Some(value) if index.numbers.last() == Some(&value) => {}
                Some(value) => index.numbers.push(value),
                None => index.texts.push(id),
            }
        }
        index.numbers.sort_unstable();
        index.numbers.dedup();
        index.numbers.shrink_to_fit();
        index.texts.sort_unstable();
        index.texts.dedup();
        index.fill_buckets();
        index
    }

    /// Splits the decimals by their leading bits into about as many buckets as there are decimals.
    fn fill_buckets(&mut self) {
        let (Some(&first), Some(&last)) = (self.numbers.first(), self.numbers.last()) else { return };
        self.base = first;
        let span = last - first;
        let wanted = self.numbers.len() as u64;
        while (span >> self.shift) > wanted {
            self.shift += 1;
        }
        let mut filled = 0;
        for (rank, &value) in self.numbers.iter().enumerate() {
            let bucket = (value - first) >> self.shift;
            while filled <= bucket {
                self.starts.push(dense(rank));
                filled += 1;
            }
        }
        self.starts.push(dense(self.numbers.len()));
    }

    /// How many ids there are.
    pub(super) fn len(&self) -> usize {
        self.numbers.len() + self.texts.len()
    }

    /// The dense number of an id, whatever its form.
    pub(super) fn find(&self, id: &Id) -> Option<u32> {
        let Some(value) = id.value() else {
            let rank = self.texts.binary_search(&id).ok()?;
            return Some(dense(self.numbers.len() + rank));
        };
        let bucket = usize::try_from(value.checked_sub(self.base)? >> self.shift).ok()?;
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket.checked_add(1)?)?);
        let rank = self.numbers.get(at(start)..at(end))?.binary_search(&value).ok()?;
        Some(start + dense(rank))
    }
}

/// Looks ids up and remembers the last answer, for data in which one id stands many times in a row.
pub(super) struct Finder<'i, 'a> {
    index: &'i Index<'a>,
    last: Option<(&'i Id, Option<u32>)>,
}

impl<'i, 'a> Finder<'i, 'a> {
    /// A finder that remembers nothing yet.
    pub(super) const fn new(index: &'i Index<'a>) -> Self {
        Self { index, last: None }
    }

    /// The dense number of an id.
    pub(super) fn find(&mut self, id: &'i Id) -> Option<u32> {
        if let Some((last, answer)) = self.last
            && last == id
        {
            return answer;
        }
        let answer = self.index.find(id);
        self.last = Some((id, answer));
        answer
    }
}

/// For each of many dense numbers a sorted set of others, in two arrays.
pub(super) struct Rows {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Rows {
    /// The rows of `pairs`, each `row << 32 | item`, in any order and with repetitions; O(n log n).
    pub(super) fn new(rows: usize, mut pairs: Vec<u64>) -> Self {
        pairs.sort_unstable();
        pairs.dedup();
        let starts = starts(rows, pairs.iter().map(|&pair| high(pair)));
        Self { starts, items: pairs.into_iter().map(low).collect() }
    }

    /// One row.
    pub(super) fn row(&self, row: u32) -> &[u32] {
        self.items.get(segment(&self.starts, row)).unwrap_or_default()
    }
}

/// Two dense numbers as one that sorts by the first, then the second.
pub(super) const fn key(first: u32, second: u32) -> u64 {
    ((first as u64) << 32) | second as u64
}

/// The first part of a [`key`].
#[allow(clippy::cast_possible_truncation, reason = "the upper half of 64 bits")]
const fn high(key: u64) -> u32 {
    (key >> 32) as u32
}

/// The second part of a [`key`].
#[allow(clippy::cast_possible_truncation, reason = "the lower half of 64 bits")]
const fn low(key: u64) -> u32 {
    key as u32
}

/// Where the segment of each row begins in data sorted by row, and at the end the length of the data.
pub(super) fn starts(rows: usize, sorted: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut starts = alloc::vec![0; rows + 1];
    for row in sorted {
        if let Some(count) = starts.get_mut(at(row) + 1) {
            *count += 1;
        }
    }
    let mut total: u32 = 0;
    for start in &mut starts {
        total = total.saturating_add(*start);
        *start = total;
    }
    starts
}

/// The segment of one row; empty for a row that does not exist.
pub(super) fn segment(starts: &[u32], row: u32) -> core::ops::Range<usize> {
    match (starts.get(at(row)), starts.get(at(row) + 1)) {
        (Some(&start), Some(&end)) => at(start)..at(end),
        _ => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_id_is_found_by_its_rank_and_no_other_is() {
        let mut ids: Vec<Id> = [0, 1, 7, 8, 1 << 40, u64::MAX - 1, u64::MAX, 7].map(Id::from).to_vec();
        ids.extend(["x", "07", "9", "é"].map(|text| Id::text(text).expect("not empty")));
        let index = Index::new(ids.iter());
        let mut sorted = ids.clone();
        sorted.sort();
        sorted.dedup();
        assert_eq!(index.len(), sorted.len());
        for (rank, id) in sorted.iter().enumerate() {
            assert_eq!(index.find(id), Some(dense(rank)), "{id}");
        }
        for other in [2, 10, (1 << 40) + 1, u64::MAX - 2] {
            assert_eq!(index.find(&Id::from(other)), None);
        }
        assert_eq!(index.find(&Id::text("y").expect("not empty")), None);
        assert_eq!(Index::new([].iter()).find(&Id::from(0)), None);
    }

    #[test]
    fn finders_answer_like_the_index() {
        let ids = [Id::from(4), Id::from(9)];
        let index = Index::new(ids.iter());
        let asked = [4, 4, 5, 5, 9, 4].map(Id::from);
        let mut finder = Finder::new(&index);
        for id in &asked {
            assert_eq!(finder.find(id), index.find(id));
        }
    }

    #[test]
    fn rows_are_sorted_sets() {
        let rows = Rows::new(3, [key(2, 5), key(0, 9), key(2, 1), key(2, 5)].to_vec());
        assert_eq!(rows.row(0), [9]);
        assert!(rows.row(1).is_empty());
        assert_eq!(rows.row(2), [1, 5]);
        assert!(rows.row(7).is_empty());
    }
}
