//! From ids to numbers: a sorted list, looked up by binary search.

use alloc::vec;
use alloc::vec::Vec;

use crate::id::Id;

/// The numbers of the ids of one list.
///
/// Decimal ids are first narrowed down by their leading bits, so that a look-up among a million ids of one
/// installation, which lie close together, touches a few entries only.
pub(super) struct IdIndex<'a> {
    /// Decimal ids by value.
    decimals: Vec<(u64, u32)>,
    /// All other ids.
    texts: Vec<(&'a Id, u32)>,
    /// The value from which buckets count.
    base: u64,
    /// How many low bits a bucket spans.
    shift: u32,
    /// Where each bucket begins in `decimals`, and one end.
    starts: Vec<u32>,
}

impl<'a> IdIndex<'a> {
    /// Numbers the ids from 0 in the order given. Of an id that is given twice, the first counts.
    pub(super) fn new(ids: impl Iterator<Item = &'a Id>) -> Self {
        let (mut decimals, mut texts) = (Vec::new(), Vec::new());
        for (number, id) in (0_u32..).zip(ids) {
            match id.value() {
                Some(value) => decimals.push((value, number)),
                None => texts.push((id, number)),
            }
        }
        decimals.sort_unstable();
        decimals.dedup_by_key(|entry| entry.0);
        texts.sort_unstable();
        texts.dedup_by_key(|entry| entry.0);
        let base = decimals.first().map_or(0, |first| first.0);
        let span = decimals.last().map_or(0, |last| last.0 - base);
        let mut shift = 0;
        while span >> shift > decimals.len() as u64 {
            shift += 1;
        }
        let buckets = usize::try_from(span >> shift).unwrap_or(0) + 1;
        let mut starts = vec![0_u32; buckets + 1];
        for &(value, _) in &decimals {
            if let Some(end) = bucket(value - base, shift).and_then(|bucket| starts.get_mut(bucket + 1)) {
                *end += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        Self { decimals, texts, base, shift, starts }
    }

    /// The number of an id of the list.
    pub(super) fn get(&self, id: &Id) -> Option<u32> {
        let Some(value) = id.value() else {
            let found = self.texts.binary_search_by(|entry| entry.0.cmp(id)).ok()?;
            return Some(self.texts[found].1);
        };
        let bucket = bucket(value.checked_sub(self.base)?, self.shift)?;
        let (start, end) = (*self.starts.get(bucket)?, *self.starts.get(bucket + 1)?);
        let entries = self.decimals.get(start as usize..end as usize)?;
        let found = entries.binary_search_by(|entry| entry.0.cmp(&value)).ok()?;
        Some(entries[found].1)
    }
}

fn bucket(offset: u64, shift: u32) -> Option<usize> {
    usize::try_from(offset >> shift).ok().filter(|&bucket| bucket < usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    fn any_id() -> impl Strategy<Value = Id> {
        prop_oneof![
            (0_u64..40).prop_map(Id::from),
            any::<u64>().prop_map(Id::from),
            Just(Id::from(u64::MAX)),
            (10_000_000_000_000_001_u64..10_000_000_000_000_030).prop_map(Id::from),
            "[0-9a-c]{1,3}".prop_map(|text| Id::text(&text).expect("not empty")),
        ]
    }

    proptest! {
        #[test]
        fn every_id_is_found_and_no_other(ids in prop::collection::vec(any_id(), 0..60), other in any_id()) {
            let index = IdIndex::new(ids.iter());
            let mut model = BTreeMap::new();
            for (number, id) in (0_u32..).zip(&ids) {
                model.entry(id).or_insert(number);
            }
            for id in ids.iter().chain([&other]) {
                prop_assert_eq!(index.get(id), model.get(id).copied());
            }
        }
    }
}
