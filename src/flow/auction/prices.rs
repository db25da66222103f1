//! The prices of all columns, scaled, and rounded down to whole units of weights where that is asked for.

use alloc::vec::Vec;

/// Whole prices stay within this.
pub(in super::super) const WHOLE: i32 = 1 << 29;

/// The prices.
#[derive(Debug)]
pub(in super::super) struct Prices {
    scaled: Vec<i64>,
    /// Rounded down, and at most [`WHOLE`]; empty where nobody asks for them.
    whole: Vec<i32>,
    scale: i64,
    /// Whether a whole price would have been below −[`WHOLE`], so that they bound nothing any more.
    too_low: bool,
}

impl Prices {
    pub(in super::super) fn new(scaled: Vec<i64>, scale: i64, with_whole: bool) -> Self {
        let mut prices = Self { whole: Vec::new(), scale, too_low: false, scaled };
        if with_whole {
            prices.whole = alloc::vec![0; prices.scaled.len()];
            for column in 0..prices.scaled.len() {
                prices.round(column);
            }
        }
        prices
    }

    fn round(&mut self, column: usize) {
        let whole = self.scaled[column].div_euclid(self.scale).min(WHOLE.into());
        self.too_low |= whole < -i64::from(WHOLE);
        self.whole[column] = i32::try_from(whole).unwrap_or(-WHOLE);
    }

    #[inline]
    pub(in super::super) fn of(&self, column: u32) -> i64 {
        self.scaled[column as usize]
    }

    #[inline]
    pub(in super::super) fn set(&mut self, column: u32, price: i64) {
        self.scaled[column as usize] = price;
        if !self.whole.is_empty() {
            self.round(column as usize);
        }
    }

    pub(in super::super) const fn len(&self) -> usize {
        self.scaled.len()
    }

    pub(in super::super) const fn scale(&self) -> i64 {
        self.scale
    }

    pub(in super::super) fn scaled(&self) -> &[i64] {
        &self.scaled
    }

    /// The whole prices; empty where they were not asked for.
    pub(in super::super) fn whole(&self) -> &[i32] {
        &self.whole
    }

    pub(in super::super) const fn too_low(&self) -> bool {
        self.too_low
    }
}
