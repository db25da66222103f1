//! Random numbers that are the same on every machine and in every release of the libraries below.
//!
//! Only raw words of ChaCha8 (D. J. Bernstein, "ChaCha, a variant of Salsa20", 2008) come from outside. The bounded
//! draw, the shuffle and the key expansion are the project's own and frozen by the golden vectors in the tests, for
//! library functions of that kind change their values between minor releases. Each purpose draws from a stream of
//! its own, so that a new draw somewhere shifts nothing elsewhere.

use rand::rand_core::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;

/// What a stream of random numbers is for. The numbers are part of the frozen behaviour: never reuse one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u64)]
pub enum Purpose {
    /// The seeded order of students.
    StudentOrder = 1,
    /// The seeded order of submissions.
    SubmissionOrder = 2,
    /// Which candidate pairs a large problem starts from.
    Candidates = 3,
    /// Pairing of free places and repair by exchange.
    Pairing = 4,
    /// The walk over the optimal assignments.
    Walk = 5,
    /// The search for fewer reciprocal reviews.
    Reciprocal = 6,
    /// Synthetic problems.
    Generate = 7,
    /// Who gets one review more where counts cannot be equal.
    Remainder = 8,
    /// The order of a student's pairs.
    PairOrder = 9,
    /// Regular graphs, and their repair by exchange.
    Regular = 10,
    /// How long to wait before a request is tried again.
    Backoff = 11,
    /// Which of several submissions that are equally due is given out first.
    Turn = 16,
    /// Lots: which pairs of those with a share are chosen.
    Lots = 20,
    /// Alternates: who of those with as good a claim stands by.
    Alternates = 21,
    /// Where a search that exchanges reviewers goes on from when nothing helps any more.
    Shake = 22,
}

/// So many numbers of 32 bits stay in the nearest cache while they are shuffled; 13 bits tell them apart, so that one
/// word draws four places.
const BLOCK: usize = 1 << 13;

/// One stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(ChaCha8Rng);

impl Random {
    /// The name of generator and revision, for the record.
    pub const NAME: &'static str = "chacha8/peerplan-1";

    /// The stream of `seed` for `purpose`.
    #[must_use]
    pub fn new(seed: u64, purpose: Purpose) -> Self {
        let mut key = *b"........peerplan stream key rev1";
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut generator = ChaCha8Rng::from_seed(key);
        generator.set_stream(purpose as u64);
        Self(generator)
    }

    /// The next 64 bits.
    pub fn word(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number below `bound`, each equally likely; 0 when `bound` is 0.
    ///
    /// D. Lemire, "Fast random integer generation in an interval", ACM TOMACS 29 (2019): multiply, and reject the
    /// few words that would make some results more likely.
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound <= 1 {
            return 0;
        }
        loop {
            let product = u128::from(self.word()) * u128::from(bound);
            #[allow(clippy::cast_possible_truncation, reason = "the low half is what is meant")]
            let low = product as u64;
            if low >= bound || low >= bound.wrapping_neg() % bound {
                #[allow(clippy::cast_possible_truncation, reason = "the high half is below the bound")]
                return (product >> 64) as u64;
            }
        }
    }

    /// A position in a slice of length `len`.
    pub fn index(&mut self, len: usize) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "below a usize")]
        let index = self.below(len as u64) as usize;
        index
    }

    /// Whether an event of probability `part / whole` happens.
    pub fn chance(&mut self, part: u64, whole: u64) -> bool {
        self.below(whole) < part
    }

    /// Puts `items` in a random order, each equally likely (R. Durstenfeld, "Algorithm 235", CACM 1964).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.index(last + 1));
        }
    }

    /// A number below each bound, each combination equally likely, from one word as a rule. The product of the bounds
    /// must be from 1 to 2^64 − 1; the closer it comes to that, the more words are rejected.
    ///
    /// N. Brackett-Rozinsky and D. Lemire, "Batched Ranged Random Integer Generation", Software: Practice and
    /// Experience 55 (2025): what a multiplication leaves behind is uniform enough for the next one, and one test is
    /// enough for all of them.
    pub fn dice<const N: usize>(&mut self, bounds: [u64; N]) -> [u64; N] {
        let product: u64 = bounds.iter().product();
        loop {
            let mut rest = self.word();
            #[allow(clippy::cast_possible_truncation, reason = "both halves are what is meant")]
            let drawn = bounds.map(|bound| {
                let wide = u128::from(rest) * u128::from(bound);
                rest = wide as u64;
                (wide >> 64) as u64
            });
            if rest >= product || rest >= product.wrapping_neg() % product {
                return drawn;
            }
        }
    }

    /// Fills `target` with `source(0)`, `source(1)` and so on in a random order, each equally likely.
    ///
    /// Everything goes to one of 256 random piles first, then each pile is shuffled by itself (C. R. Rao, "Generation
    /// of random permutation of given number of elements using random sampling numbers", Sankhyā A 23, 1961;
    /// M. Sandelius, "A simple randomization procedure", J. R. Stat. Soc. B 24, 1962), so that hardly any access
    /// leaves the nearest cache. Other draws than those of [`shuffle`](Self::shuffle), and so another order.
    pub fn deal(&mut self, target: &mut [u32], source: impl Fn(usize) -> u32) {
        if target.len() <= BLOCK {
            for (at, item) in target.iter_mut().enumerate() {
                *item = source(at);
            }
            return self.shuffle_block(target);
        }
        // The piles are drawn twice: to see how large they are, and to fill them.
        let mut again = self.clone();
        let mut ends = [0_usize; 256];
        for at in (0..target.len()).step_by(8) {
            for pile in again.word().to_le_bytes().into_iter().take(target.len() - at) {
                ends[usize::from(pile)] += 1;
            }
        }
        let mut start = 0;
        for end in &mut ends {
            start += core::mem::replace(end, start);
        }
        for at in (0..target.len()).step_by(8) {
            for (item, pile) in (at..target.len()).zip(self.word().to_le_bytes()) {
                let next = &mut ends[usize::from(pile)];
                target[*next] = source(item);
                *next += 1;
            }
        }
        let mut start = 0;
        for end in ends {
            let pile = &mut target[start..end];
            start = end;
            if pile.len() <= BLOCK {
                self.shuffle_block(pile);
            } else {
                let items = pile.to_vec();
                let source: &dyn Fn(usize) -> u32 = &|at| items[at];
                self.deal(pile, source);
            }
        }
    }

    /// Puts up to [`BLOCK`] items in a random order, four places a word.
    fn shuffle_block(&mut self, items: &mut [u32]) {
        debug_assert!(items.len() <= BLOCK);
        let mut left = items.len();
        while left > 4 {
            let bound = left as u64;
            let drawn = self.dice([bound, bound - 1, bound - 2, bound - 3]);
            for place in drawn {
                left -= 1;
                #[allow(clippy::cast_possible_truncation, reason = "below a usize")]
                items.swap(left, place as usize);
            }
        }
        self.shuffle(&mut items[..left]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn streams_are_frozen() {
        let mut random = Random::new(42, Purpose::StudentOrder);
        let words: Vec<u64> = (0..3).map(|_| random.below(1_000_000)).collect();
        let mut order: Vec<u32> = (0..10).collect();
        Random::new(7, Purpose::Walk).shuffle(&mut order);
        assert_eq!(words, [555_139, 282_889, 93_844]);
        assert_eq!(order, [5, 2, 4, 8, 3, 7, 9, 1, 0, 6]);
    }

    #[test]
    fn dice_fall_on_every_combination_alike() {
        let mut random = Random::new(0, Purpose::Generate);
        assert_eq!(random.dice([10, 100, 1_000]), [9, 93, 191]);
        // A product near 2^64, so that words are rejected: 1 of 16.
        let bounds = [3, 2, (1 << 61) + (1 << 59)];
        let mut seen = [0_u32; 12];
        for _ in 0..12_000 {
            let [a, b, c] = random.dice(bounds);
            assert!(a < 3 && b < 2 && c < bounds[2]);
            seen[usize::try_from(a * 4 + b * 2 + c / (bounds[2] / 2)).expect("small")] += 1;
        }
        // 11 degrees of freedom: chi-square above 37 has probability 0.0001.
        let chi: f64 = seen.iter().map(|&c| (f64::from(c) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 37.0, "{seen:?}");
    }

    #[test]
    fn dealing_is_frozen() {
        let mut few = [0; 10];
        let mut random = Random::new(7, Purpose::Regular);
        random.deal(&mut few, |at| u32::try_from(at).expect("small"));
        assert_eq!(few, [0, 8, 6, 7, 1, 5, 3, 9, 2, 4]);
        let mut many = alloc::vec![0; 3 * BLOCK + 5];
        random.deal(&mut many, |at| u32::try_from(at).expect("small"));
        assert_eq!(many[..5], [5_398, 9_402, 9_136, 3_177, 14_926]);
        many.sort_unstable();
        assert!(many.into_iter().eq(0..3 * 8192 + 5));
    }

    #[test]
    fn what_is_dealt_lies_anywhere_alike() {
        // Where 256 of them come from and end up is counted by sixteenths.
        let size = 2 * BLOCK;
        let mut random = Random::new(1, Purpose::Generate);
        let mut seen = [[0_u32; 16]; 16];
        let mut target = alloc::vec![0; size];
        for _ in 0..400 {
            random.deal(&mut target, |at| u32::try_from(at).expect("small"));
            for (place, &item) in target.iter().enumerate().filter(|(_, item)| **item % 1_024 == 7) {
                seen[item as usize / 1_024][place / 1_024] += 1;
            }
        }
        // 16 rows of 15 degrees of freedom, hardly dependent: chi-square of 240 above 328 has probability 0.0001.
        let chi: f64 = seen.iter().flatten().map(|&c| (f64::from(c) - 25.0).powi(2) / 25.0).sum();
        assert!(chi < 328.0, "{chi}");
    }

    #[test]
    fn every_order_of_five_is_dealt_alike() {
        let mut random = Random::new(0, Purpose::Generate);
        let mut seen = alloc::collections::BTreeMap::<[u32; 5], u32>::new();
        for _ in 0..12_000 {
            let mut order = [0; 5];
            random.deal(&mut order, |at| u32::try_from(at).expect("small"));
            *seen.entry(order).or_default() += 1;
        }
        assert_eq!(seen.len(), 120);
        // 119 degrees of freedom: chi-square above 183 has probability 0.0001.
        let chi: f64 = seen.values().map(|&c| (f64::from(c) - 100.0).powi(2) / 100.0).sum();
        assert!(chi < 183.0, "{chi}");
    }

    #[test]
    fn every_order_of_three_is_equally_likely() {
        let mut random = Random::new(0, Purpose::Generate);
        let mut seen = [0_u32; 27];
        for _ in 0..6_000 {
            let mut order = [0_usize, 1, 2];
            random.shuffle(&mut order);
            seen[order[0] * 9 + order[1] * 3 + order[2]] += 1;
        }
        let counts: Vec<u32> = seen.into_iter().filter(|&c| c > 0).collect();
        assert_eq!(counts.len(), 6);
        // 5 degrees of freedom: chi-square above 25 has probability 0.00014.
        let chi: f64 = counts.iter().map(|&c| (f64::from(c) - 1000.0).powi(2) / 1000.0).sum();
        assert!(chi < 25.0, "{counts:?}");
    }
}
