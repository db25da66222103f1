//! From ids to numbers: a table where ids lie close together, else a sorted list and binary search.

use alloc::vec;
use alloc::vec::Vec;

use crate::id::Id;

/// The numbers of the ids of one list.
pub(super) struct IdIndex<'a> {
    decimals: Decimals,
    /// All other ids, sorted.
    texts: Vec<(&'a Id, u32)>,
}

/// The numbers of decimal ids.
enum Decimals {
    /// By distance from the least value; [`NONE`] where no id has the value. Ids of one installation lie close
    /// together, and a look-up then touches one place in memory.
    Table(u64, Vec<u32>),
    /// Sorted by value.
    List(Vec<(u64, u32)>),
}

const NONE: u32 = u32::MAX;

impl<'a> IdIndex<'a> {
    /// Numbers the ids from 0 in the order given. Of an id that is given twice, the first counts.
    pub(super) fn new(ids: impl Iterator<Item = &'a Id>) -> Self {
        let (mut decimals, mut texts) = (Vec::new(), Vec::new());
        for (number, id) in (0..NONE).zip(ids) {
            match id.value() {
                Some(value) => decimals.push((value, number)),
                None => texts.push((id, number)),
            }
        }
        texts.sort_unstable();
        texts.dedup_by_key(|entry| entry.0);
        Self { decimals: Decimals::new(decimals), texts }
    }

    /// The number of an id of the list.
    pub(super) fn get(&self, id: &Id) -> Option<u32> {
        let Some(value) = id.value() else {
            let found = self.texts.binary_search_by(|entry| entry.0.cmp(id)).ok()?;
            return Some(self.texts[found].1);
        };
        match &self.decimals {
            Decimals::Table(base, numbers) => {
                let distance = usize::try_from(value.checked_sub(*base)?).ok()?;
                numbers.get(distance).copied().filter(|&number| number != NONE)
            }
            Decimals::List(list) => {
                let found = list.binary_search_by(|entry| entry.0.cmp(&value)).ok()?;
                Some(list[found].1)
            }
        }
    }
}

impl Decimals {
    fn new(mut entries: Vec<(u64, u32)>) -> Self {
        let values = || entries.iter().map(|entry| entry.0);
        let (base, end) = (values().min().unwrap_or(0), values().max().unwrap_or(0));
        let most = entries.len().saturating_mul(8);
        if let Some(span) = usize::try_from(end - base).ok().filter(|&span| span < most) {
            let mut numbers = vec![NONE; span + 1];
            for (value, number) in entries {
                if let Some(entry) = usize::try_from(value - base).ok().and_then(|at| numbers.get_mut(at)) {
                    *entry = number.min(*entry);
                }
            }
            Self::Table(base, numbers)
        } else {
            entries.sort_unstable();
            entries.dedup_by_key(|entry| entry.0);
            Self::List(entries)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;
    use proptest::prelude::*;

    /// Ids of one kind, close together or far apart, or of all kinds.
    fn any_ids() -> impl Strategy<Value = Vec<Id>> {
        prop_oneof![
            prop::collection::vec((1_000_000_u64..1_000_100).prop_map(Id::from), 0..60),
            prop::collection::vec(any_id(), 0..60),
        ]
    }

    fn any_id() -> impl Strategy<Value = Id> {
        prop_oneof![
            (0_u64..40).prop_map(Id::from),
            (999_999_u64..1_000_101).prop_map(Id::from),
            any::<u64>().prop_map(Id::from),
            Just(Id::from(u64::MAX)),
            (10_000_000_000_000_001_u64..10_000_000_000_000_030).prop_map(Id::from),
            "[0-9a-c]{1,3}".prop_map(|text| Id::text(&text).expect("not empty")),
        ]
    }

    proptest! {
        #[test]
        fn every_id_is_found_and_no_other(ids in any_ids(), other in any_id()) {
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
