//! How well those who review fit what they review.

use alloc::vec::Vec;

use serde::Serialize;

use super::spread::{gini, histogram_of_sorted, ratio};

/// The scores of the resulting reviews.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AffinityFigures {
    /// The sum of scores: the utilitarian welfare.
    pub total: f64,
    /// The same in 10^-6, exact.
    pub total_units: i64,
    /// The mean score of a review.
    pub mean: f64,
    /// The five least sums over the reviews of one handed-in submission, ascending. The first is the egalitarian
    /// welfare (N. Garg, T. Kavitha, A. Kumar, K. Mehlhorn, J. Mestre, "Assigning Papers to Referees",
    /// Algorithmica 58, 2010).
    pub lowest_five: Vec<f64>,
    /// The mean sum over the tenth (rounded up) of the handed-in submissions that have the least.
    pub lowest_tenth: f64,
    /// The [Gini coefficient](super::gini()) of the sums; absent where a sum is negative, for it has no meaning there.
    pub gini: Option<f64>,
}

impl AffinityFigures {
    /// From the sum of scores in 10^-6 of each handed-in submission, and count and total of all reviews.
    pub(super) fn new(mut sums: Vec<i64>, reviews: u64, total: i128) -> Self {
        sums.sort_unstable();
        let lowest = &sums[..sums.len().div_ceil(10)];
        let lowest_sum = lowest.iter().map(|&sum| i128::from(sum)).sum();
        let positive: Option<Vec<u64>> = sums.iter().map(|&sum| u64::try_from(sum).ok()).collect();
        Self {
            total: score(total, 1),
            total_units: i64::try_from(total).unwrap_or(if total < 0 { i64::MIN } else { i64::MAX }),
            mean: score(total, reviews),
            lowest_five: sums.iter().take(5).map(|&sum| score(sum.into(), 1)).collect(),
            lowest_tenth: score(lowest_sum, lowest.len() as u64),
            gini: positive.map(|sums| gini(&histogram_of_sorted(&sums))),
        }
    }
}

/// The share of the greatest total score that a plan has; none where that is not above 0, for then shares mean nothing.
///
/// ```
/// use peerplan::metrics::{price_of_fairness, share_of_optimum};
/// assert_eq!((share_of_optimum(3, 4), price_of_fairness(3, 4)), (Some(0.75), Some(0.25)));
/// ```
#[must_use]
pub fn share_of_optimum(total_units: i64, optimum_units: i64) -> Option<f64> {
    (optimum_units > 0).then(|| signed(total_units.into()) / signed(optimum_units.into()))
}

/// What of the greatest total score is given up for something else, as a share of it: (optimum − total) / optimum; none
/// where the optimum is not above 0 (D. Bertsimas, V. Farias, N. Trichakis, "The Price of Fairness", Operations Research
/// 59, 2011).
#[must_use]
pub fn price_of_fairness(total_units: i64, optimum_units: i64) -> Option<f64> {
    let loss = i128::from(optimum_units) - i128::from(total_units);
    (optimum_units > 0).then(|| signed(loss) / signed(optimum_units.into()))
}

fn signed(units: i128) -> f64 {
    let size = ratio(units.unsigned_abs(), 1);
    if units < 0 { -size } else { size }
}

/// `units` in 10^-6 shared by `whole`, with one division.
fn score(units: i128, whole: u64) -> f64 {
    let size = ratio(units.unsigned_abs(), u128::from(whole) * 1_000_000);
    if units < 0 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worst_off_are_found() {
        let sums = (1..=11).rev().map(|sum| sum * 500_000).collect();
        let figures = AffinityFigures::new(sums, 22, 33_000_000);
        assert_eq!(figures.lowest_five, [0.5, 1.0, 1.5, 2.0, 2.5]);
        // Two of eleven submissions are a tenth, rounded up.
        assert_eq!(
            [figures.total, figures.mean, figures.lowest_tenth].map(f64::to_bits),
            [33.0, 1.5, 0.75].map(f64::to_bits)
        );
        // (Σ i² · 2 − 12 · Σ i) / (11 · 66) with i = 1 … 11.
        assert!((figures.gini.expect("no sum is negative") - 220.0 / 726.0).abs() < 1e-15);
    }

    #[test]
    fn negative_scores_and_nothing_at_all() {
        let figures = AffinityFigures::new(alloc::vec![-250_000, 1_000_000], 2, 750_000);
        assert_eq!((figures.lowest_five, figures.gini), (alloc::vec![-0.25, 1.0], None));
        let nothing = AffinityFigures::new(Vec::new(), 0, 0);
        assert_eq!((nothing.total_units, nothing.lowest_five.len(), nothing.gini), (0, 0, Some(0.0)));
    }
}
