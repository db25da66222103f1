//! From the bytes of an id to a place in an array of the input, without a copy of the bytes.

use crate::id::Id;

/// The places of some ids.
///
/// Every id has a number of 64 well-mixed bits, ids are sorted by it, and its leading bits say where to look. So a
/// look-up takes a step or two, and never more than O(log n), whatever the ids are; nothing depends on chance.
pub(super) struct Places<'a> {
    /// Place -> id.
    ids: Vec<Name<'a>>,
    /// Numbers with places, ascending; of equal ids the first place only.
    sorted: Vec<(u64, u32)>,
    /// Leading bits -> where they begin in `sorted`.
    starts: Vec<u32>,
    shift: u32,
}

/// An id as it is looked up: canonical decimals by their value, others by their text.
#[derive(Clone, Copy, Eq, PartialOrd, Ord)]
pub(super) struct Name<'a> {
    number: u64,
    /// Empty for decimals.
    text: &'a [u8],
}

/// As derived, but without a call to compare nothing.
impl PartialEq for Name<'_> {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
            && self.text.len() == other.text.len()
            && (self.text.is_empty() || self.text == other.text)
    }
}

impl<'a> Name<'a> {
    /// Reads an id; none is empty.
    #[inline]
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        match decimal(bytes) {
            Some(value) => Self { number: mixed(value), text: b"" },
            None => Self { number: hash(bytes), text: bytes },
        }
    }

    fn of(id: &'a Id) -> Self {
        match id.value() {
            Some(value) => Self { number: mixed(value), text: b"" },
            None => Self::new(id.as_text().unwrap_or_default().as_bytes()),
        }
    }
}

/// The value of a decimal without leading zeros below 2^64.
fn decimal(bytes: &[u8]) -> Option<u64> {
    let (&first, rest) = bytes.split_first()?;
    if first == b'0' && !rest.is_empty() {
        return None;
    }
    // Nineteen digits fit whatever they are.
    let (fit, rest) = bytes.split_at(bytes.len().min(19));
    let mut value: u64 = 0;
    for &byte in fit {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value * 10 + u64::from(digit);
    }
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    Some(value)
}

/// 2^64 divided by the golden ratio, odd.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// A number with well-mixed leading bits; different for different values.
const fn mixed(value: u64) -> u64 {
    value.wrapping_mul(SPREAD)
}

/// A number for a text, the same for the same text.
fn hash(text: &[u8]) -> u64 {
    let (words, rest) = text.as_chunks::<8>();
    let mut hash = text.len() as u64;
    let mut add = |word: u64| {
        hash = (hash ^ word).wrapping_mul(SPREAD);
        hash ^= hash >> 29;
    };
    for word in words {
        add(u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    add(u64::from_le_bytes(last));
    hash.wrapping_mul(SPREAD)
}

impl<'a> Places<'a> {
    pub(super) fn new(ids: impl Iterator<Item = &'a Id>) -> Self {
        let ids: Vec<Name<'a>> = ids.take(u32::MAX as usize).map(Name::of).collect();
        let mut sorted: Vec<(u64, u32)> = (0..).zip(&ids).map(|(place, id)| (id.number, place)).collect();
        sorted.sort_unstable_by_key(|&(number, place)| (number, ids[place as usize].text, place));
        sorted.dedup_by(|next, first| ids[next.1 as usize] == ids[first.1 as usize]);
        let shift = u64::from(u32::MAX).min(sorted.len() as u64).leading_zeros().clamp(1, 63);
        let mut starts = Vec::new();
        for (at, &(number, _)) in (0..).zip(&sorted) {
            let bucket = usize::try_from(number >> shift).unwrap_or(usize::MAX);
            while starts.len() <= bucket {
                starts.push(at);
            }
        }
        let buckets = usize::try_from(u64::MAX >> shift).unwrap_or(usize::MAX).saturating_add(2);
        starts.resize(buckets.max(starts.len()), u32::try_from(sorted.len()).unwrap_or(u32::MAX));
        Self { ids, sorted, starts, shift }
    }

    /// The number of places.
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The place of an id; of one that is given twice, the first.
    pub(super) fn find(&self, name: Name<'_>) -> Option<u32> {
        let bucket = usize::try_from(name.number >> self.shift).ok()?;
        let (start, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        let bucket = &self.sorted[start..end];
        let found = if bucket.len() <= 4 {
            bucket.iter().position(|&(number, place)| number == name.number && self.ids[place as usize] == name)?
        } else {
            bucket.binary_search_by(|&(_, place)| self.ids[place as usize].cmp(&name)).ok()?
        };
        Some(bucket[found].1)
    }

    /// The same, looking first at the last answer and just after it: rows often come in order.
    #[inline]
    pub(super) fn find_near(&self, name: Name<'_>, last: &mut usize) -> Option<u32> {
        // Where an id is given twice, no guess is sure to be its first place.
        let unique = self.sorted.len() == self.ids.len();
        for guess in [*last, *last + 1] {
            if unique && self.ids.get(guess) == Some(&name) {
                *last = guess;
                return u32::try_from(guess).ok();
            }
        }
        let found = self.find(name)?;
        *last = found as usize;
        Some(found)
    }

    /// The place of an id as the input has it.
    pub(super) fn find_id(&self, id: &Id) -> Option<u32> {
        self.find(Name::of(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::problem::test_values::ids;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_id_has_its_first_place_and_no_other_has_one(
            known in prop::collection::vec(ids(), 0..40), others in prop::collection::vec(ids(), 0..20)
        ) {
            let places = Places::new(known.iter());
            let mut last = 0;
            for id in known.iter().chain(&others) {
                let expected = known.iter().position(|other| other == id).and_then(|place| u32::try_from(place).ok());
                let text = id.to_string();
                prop_assert_eq!(places.find(Name::new(text.as_bytes())), expected);
                prop_assert_eq!(places.find_near(Name::new(text.as_bytes()), &mut last), expected);
                prop_assert_eq!(places.find_id(id), expected);
            }
        }

        #[test]
        fn decimals_are_those_of_ids(text in "(0|[1-9])?[0-9]{0,21}|1844674407370955[0-9]{4}|[0-9a]{1,3}") {
            let id = Id::text(&text).ok();
            prop_assert_eq!(decimal(text.as_bytes()), id.and_then(|id| id.value()));
        }
    }

    #[test]
    fn ids_that_meet_in_one_bucket_are_told_apart() {
        // Values whose numbers have the same leading bits: multiples of the inverse of the factor.
        let inverse = (0..6).fold(1_u64, |x, _| x.wrapping_mul(2_u64.wrapping_sub(SPREAD.wrapping_mul(x))));
        let ids: Vec<Id> = (0..5000_u64).map(|value| Id::from(value.wrapping_mul(inverse))).collect();
        let places = Places::new(ids.iter());
        for (place, id) in (0..).zip(&ids) {
            assert_eq!(places.find_id(id), Some(place));
        }
        assert_eq!(places.find_id(&Id::from(5000_u64.wrapping_mul(inverse))), None);
        assert_eq!(Places::new([].iter()).find_id(&Id::from(0)), None);
    }
}
