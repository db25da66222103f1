//! What both kinds of problems draw: ids, samples, scores.

use alloc::vec;
use alloc::vec::Vec;

use super::options::{IdStyle, Options};
use crate::id::Id;
use crate::input::{Labels, Micros};
use crate::random::{Purpose, Random};

/// One stream for each kind of draw, so that one option does not change what another one draws.
pub(super) struct Streams {
    pub(super) ids: Random,
    pub(super) sections: Random,
    pub(super) states: Random,
    pub(super) labels: Random,
    pub(super) existing: Random,
    pub(super) completed: Random,
    pub(super) scores: Random,
    pub(super) authors: Random,
}

impl Streams {
    pub(super) fn new(seed: u64) -> Self {
        let mut root = Random::new(seed, Purpose::Generate);
        let mut next = || Random::new(root.word(), Purpose::Generate);
        Self {
            ids: next(),
            sections: next(),
            states: next(),
            labels: next(),
            existing: next(),
            completed: next(),
            scores: next(),
            authors: next(),
        }
    }
}

/// The first id of the students.
pub(super) const STUDENTS: u64 = 1001;
/// The first id of the submissions.
pub(super) const SUBMISSIONS: u64 = 40001;
/// The label dimension.
pub(super) const INSTITUTION: &str = "institution";

/// The ids of one list.
pub(super) struct Numbering {
    first: u64,
    order: Option<Vec<u32>>,
}

impl Numbering {
    pub(super) fn new(first: u64, len: u32, style: IdStyle, random: &mut Random) -> Self {
        let order = (style == IdStyle::Shuffled).then(|| {
            let mut order: Vec<u32> = (0..len).collect();
            random.shuffle(&mut order);
            order
        });
        // A Canvas id of another installation is its number there times 10^13 and the local id.
        let shard = if style == IdStyle::CrossShard { 20_045 * 10_000_000_000_000 } else { 0 };
        Self { first: first + shard, order }
    }

    /// The id of the thing at a place.
    pub(super) fn id(&self, place: u32) -> Id {
        let number = self.order.as_ref().and_then(|order| order.get(place as usize)).copied().unwrap_or(place);
        Id::from(self.first + u64::from(number))
    }
}

/// Whether something of so many percent happens.
pub(super) fn happens(random: &mut Random, percent: u32) -> bool {
    random.chance(percent.into(), 100)
}

/// The institutions of a student: one, or none where there are no labels.
pub(super) fn labels(options: &Options, random: &mut Random) -> Labels {
    let mut labels = Labels::new();
    if options.institutions > 0 {
        labels.insert(INSTITUTION.into(), vec![institution(options, random)]);
    }
    labels
}

/// One institution of all, each equally likely.
pub(super) fn institution(options: &Options, random: &mut Random) -> Id {
    Id::from(301 + random.below(options.institutions.into()))
}

/// A score from 0 to 1 with four decimals; low ones are more likely, as in real data.
pub(super) fn score(random: &mut Random) -> Micros {
    let [one, other] = [random.below(101), random.below(101)];
    Micros(i64::try_from(one * other * 100).unwrap_or(0))
}

/// Draws samples without replacement.
pub(super) struct Sampler {
    /// In which draw each item was taken last.
    taken: Vec<u32>,
    draw: u32,
}

impl Sampler {
    pub(super) fn new(items: usize) -> Self {
        Self { taken: vec![0; items], draw: 0 }
    }

    /// `size` different items (all where there are fewer), each set of them equally likely, ascending.
    ///
    /// R. Floyd in J. Bentley, "Programming Pearls: A Sample of Brilliance", CACM 30 (1987). Time O(size · log size).
    pub(super) fn sample(&mut self, size: usize, random: &mut Random) -> Vec<usize> {
        let items = self.taken.len();
        self.draw += 1;
        let mut sample = Vec::with_capacity(size.min(items));
        for last in items.saturating_sub(size)..items {
            let drawn = random.index(last + 1);
            let item = if self.taken[drawn] == self.draw { last } else { drawn };
            self.taken[item] = self.draw;
            sample.push(item);
        }
        sample.sort_unstable();
        sample
    }
}
