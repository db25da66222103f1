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
}

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
