//! What the check of a pair asks of its submission, side by side.
//!
//! In a large problem pairs are checked in no order, and each array that is looked at costs a trip to memory. A card
//! holds what suffices for nearly every submission: its work, its only author, its only value in each dimension.

use alloc::vec::Vec;

use super::dimension::Dimension;
use super::people::People;
use super::rows::Rows;

/// There is none.
const NONE: u32 = u32::MAX;
/// There are several; the rows have them.
const SEVERAL: u32 = u32::MAX - 1;
/// In the place of the author: the submission is not handed in, and nobody may review it. The least of the words with
/// a meaning.
const CLOSED: u32 = u32::MAX - 2;

/// The cards of all submissions, one after the other.
#[derive(Debug, Clone)]
pub(super) struct Cards {
    width: usize,
    words: Vec<u32>,
}

/// The card of a submission: work, author, values.
#[derive(Debug, Clone, Copy)]
pub(super) struct Card<'c>(&'c [u32]);

/// None, one, or so many that the rows are to be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Few {
    None,
    One(u32),
    Several,
}

impl Cards {
    pub(super) fn new(people: &People, handed_in: &[bool], dimensions: &[Dimension]) -> Self {
        let width = 2 + dimensions.len();
        let mut words = Vec::with_capacity(width * handed_in.len());
        for (submission, &open) in handed_in.iter().enumerate() {
            let work = people.work_of[submission];
            words.extend([work, if open { only(&people.authors, work as usize) } else { CLOSED }]);
            words.extend(dimensions.iter().map(|dimension| only(&dimension.submissions, submission)));
        }
        Self { width, words }
    }

    pub(super) fn of(&self, submission: usize) -> Card<'_> {
        Card(&self.words[submission * self.width..(submission + 1) * self.width])
    }
}

impl<'c> Card<'c> {
    pub(super) const fn work(self) -> u32 {
        self.0[0]
    }

    /// Whether the submission is handed in.
    pub(super) const fn is_open(self) -> bool {
        self.0[1] != CLOSED
    }

    /// The author of the work, if it is on the card.
    pub(super) fn only_author(self) -> Option<&'c [u32]> {
        (self.0[1] < CLOSED).then_some(&self.0[1..2])
    }

    /// The value in a dimension.
    pub(super) const fn value(self, dimension: usize) -> Few {
        match self.0[2 + dimension] {
            NONE => Few::None,
            SEVERAL => Few::Several,
            one => Few::One(one),
        }
    }
}

/// The only value of a row. Persons and values are counted from 0 and stay below the words with a meaning.
fn only(rows: &Rows<u32>, row: usize) -> u32 {
    match rows.row(row) {
        [] => NONE,
        &[one] => one,
        _ => SEVERAL,
    }
}
