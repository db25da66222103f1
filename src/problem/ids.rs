//! From ids to dense indices: sorted once, then found by position.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::rows::index;
use crate::diagnostic::Diagnostics;
use crate::id::Id;

/// The ids of one kind in canonical order; the position of an id is its dense index.
#[derive(Debug, Clone, Default)]
pub(crate) struct IdIndex {
    ids: Vec<Id>,
}

impl IdIndex {
    /// Sorts ids and reports those given twice. Returns the index and, for each dense index, the place in the
    /// input (the first place of an id given twice).
    pub(crate) fn new<'a>(
        ids: impl ExactSizeIterator<Item = &'a Id>,
        array: &str,
        found: &mut Diagnostics,
    ) -> (Self, Vec<u32>) {
        let mut order: Vec<(&Id, u32)> = Vec::with_capacity(ids.len());
        order.extend(ids.enumerate().map(|(place, id)| (id, index(place))));
        if !order.is_sorted() {
            order.sort_unstable();
        }
        let mut unique: Vec<Id> = Vec::with_capacity(order.len());
        let mut places: Vec<u32> = Vec::with_capacity(order.len());
        for (id, place) in order {
            if let (Some(last), Some(first)) = (unique.last(), places.last())
                && last == id
            {
                found.error(
                    "duplicate_id",
                    format_args!("{array}/{place}/id"),
                    format_args!("the id {id} is given twice; it stands first at {array}/{first}"),
                    "give each its own id, or remove one of them",
                );
                continue;
            }
            unique.push(id.clone());
            places.push(place);
        }
        (Self { ids: unique }, places)
    }

    /// The ids in canonical order.
    pub(crate) fn ids(&self) -> &[Id] {
        &self.ids
    }

    /// How many there are.
    pub(crate) const fn len(&self) -> usize {
        self.ids.len()
    }

    /// The dense index of an id.
    pub(crate) fn find(&self, id: &Id) -> Option<u32> {
        self.ids.binary_search(id).ok().map(index)
    }

    /// The same, looking first just after the last answer: references often come in order.
    pub(crate) fn find_near(&self, id: &Id, last: &mut usize) -> Option<u32> {
        for guess in [*last, *last + 1] {
            if self.ids.get(guess) == Some(id) {
                *last = guess;
                return Some(index(guess));
            }
        }
        let found = self.find(id)?;
        *last = found as usize;
        Some(found)
    }

    /// The dense index of an id, and an error when the id is written in another form than where it is defined.
    pub(crate) fn resolve(
        &self,
        id: &Id,
        last: &mut usize,
        pointer: impl core::fmt::Display,
        found: &mut Diagnostics,
    ) -> Option<u32> {
        let position = self.find_near(id, last)?;
        check_form(&self.ids[position as usize], id, pointer, found);
        Some(position)
    }
}

/// Reports an id that is written as a number here and as a text there.
pub(crate) fn check_form(known: &Id, id: &Id, pointer: impl core::fmt::Display, found: &mut Diagnostics) {
    if !known.same_form(id) {
        found.error(
            "id_form_mixed",
            pointer,
            format_args!("{id:?} and {known:?} are the same id in two forms"),
            "write it as a number everywhere, or as a text everywhere",
        );
    }
}

/// Numbers ids in the order of their first appearance, so that no result depends on how sections, groups or
/// labels are called.
#[derive(Debug, Default)]
pub(crate) struct Interner {
    numbers: BTreeMap<Id, u32>,
    last: Option<(Id, u32)>,
}

impl Interner {
    /// The number of an id, new if need be; reports an id in two forms.
    pub(crate) fn number(&mut self, id: &Id, pointer: impl core::fmt::Display, found: &mut Diagnostics) -> u32 {
        if let Some((known, number)) = &self.last
            && known == id
            && known.same_form(id)
        {
            return *number;
        }
        let next = index(self.numbers.len());
        let number = match self.numbers.get_key_value(id) {
            Some((known, &number)) => {
                check_form(known, id, pointer, found);
                number
            }
            None => {
                self.numbers.insert(id.clone(), next);
                next
            }
        };
        self.last = Some((id.clone(), number));
        number
    }

    /// The ids, each at its number.
    pub(crate) fn into_ids(self) -> Vec<Id> {
        let mut numbered: Vec<(u32, Id)> = self.numbers.into_iter().map(|(id, number)| (number, id)).collect();
        numbered.sort_unstable_by_key(|&(number, _)| number);
        numbered.into_iter().map(|(_, id)| id).collect()
    }
}
