//! Probabilities of pairs, as strategies that draw by lot tell them.

use alloc::vec::Vec;

/// How likely each pair is to be part of an assignment that is drawn by lot: exact fractions of one whole.
///
/// What always is part of it, fixed reviews of students among it, has the share `whole`; pairs not listed have none. The
/// indices are those of one [`Problem`](crate::Problem).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marginals {
    /// The share that stands for certainty, from 1.
    whole: u32,
    /// Student, submission and share, from 1 to `whole`; sorted.
    pairs: Vec<(u32, u32, u32)>,
}

impl Marginals {
    /// Shares of pairs in any order; of a pair given twice they add up, and those of 0 are left out.
    ///
    /// # Panics
    /// When a share is above the whole.
    #[must_use]
    pub fn new(whole: u32, mut pairs: Vec<(u32, u32, u32)>) -> Self {
        pairs.retain(|&(.., share)| share > 0);
        pairs.sort_unstable();
        pairs.dedup_by(|later, kept| {
            let same = (later.0, later.1) == (kept.0, kept.1);
            if same {
                kept.2 += later.2;
            }
            same
        });
        assert!(pairs.iter().all(|&(.., share)| share <= whole), "a share is part of the whole");
        Self { whole, pairs }
    }

    /// The share that stands for certainty.
    #[must_use]
    pub const fn whole(&self) -> u32 {
        self.whole
    }

    /// Student, submission and share of each pair that can be drawn, sorted.
    #[must_use]
    pub fn pairs(&self) -> &[(u32, u32, u32)] {
        &self.pairs
    }

    /// The share of a pair. O(log of the pairs).
    #[must_use]
    pub fn share(&self, student: usize, submission: usize) -> u32 {
        let key = |&(i, j, _): &(u32, u32, u32)| (i as usize, j as usize);
        self.pairs.binary_search_by_key(&(student, submission), key).map_or(0, |place| self.pairs[place].2)
    }
}
