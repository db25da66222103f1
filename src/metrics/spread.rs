//! How a count is spread over those who have it.

use alloc::vec;
use alloc::vec::Vec;

use crate::plan::Spread;

/// How often each value occurs: (value, times), ascending in the value.
pub type Histogram = Vec<(u64, u64)>;

/// Least, greatest, mean and Gini coefficient of `counts`; all 0 where there are none.
///
/// Time O(n) where the counts are small beside n (they are counted), else O(n log n) (they are sorted).
///
/// ```
/// let spread = peerplan::metrics::spread(&[3, 3, 2]);
/// assert_eq!((spread.min, spread.max), (2, 3));
/// assert!((spread.mean - 8.0 / 3.0).abs() < 1e-15 && (spread.gini - 1.0 / 12.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn spread(counts: &[u32]) -> Spread {
    let histogram = histogram(counts);
    let (Some(&(min, _)), Some(&(max, _))) = (histogram.first(), histogram.last()) else {
        return Spread::default();
    };
    let sum = histogram.iter().map(|&(value, times)| u128::from(value) * u128::from(times)).sum();
    Spread { min, max, mean: ratio(sum, counts.len() as u128), gini: gini(&histogram) }
}

/// How often each of `counts` occurs.
#[must_use]
pub fn histogram(counts: &[u32]) -> Histogram {
    let max = counts.iter().max().map_or(0, |&max| max as usize);
    if max <= counts.len().saturating_add(1024) {
        let mut times = vec![0_u64; max + 1];
        for &count in counts {
            times[count as usize] += 1;
        }
        (0..).zip(times).filter(|&(_, times)| times > 0).collect()
    } else {
        let mut sorted: Vec<u64> = counts.iter().map(|&count| u64::from(count)).collect();
        sorted.sort_unstable();
        histogram_of_sorted(&sorted)
    }
}

/// How often each value of an ascending slice occurs.
pub(super) fn histogram_of_sorted(sorted: &[u64]) -> Histogram {
    sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as u64)).collect()
}

/// The Gini coefficient: 0 where all have the same, towards 1 where one has everything.
///
/// Σᵢ (2i − n − 1) xᵢ / (n Σᵢ xᵢ) over x₁ ≤ … ≤ xₙ; 0 where the sum is 0. C. Gini, "Variabilità e mutabilità",
/// 1912. Time O(distinct values).
///
/// ```
/// use peerplan::metrics::{gini, histogram};
/// assert!((gini(&histogram(&[0, 0, 0, 8])) - 0.75).abs() < 1e-15);
/// ```
#[must_use]
pub fn gini(histogram: &[(u64, u64)]) -> f64 {
    let n: i128 = histogram.iter().map(|&(_, times)| i128::from(times)).sum();
    let (mut rank, mut sum, mut weighted) = (0_i128, 0_i128, 0_i128);
    for &(value, times) in histogram {
        let (value, times) = (i128::from(value), i128::from(times));
        // The ranks r+1 … r+m of m equal values add up to m (2r + m − n).
        weighted = weighted.saturating_add(value.saturating_mul(times.saturating_mul(2 * rank + times - n)));
        sum = sum.saturating_add(value.saturating_mul(times));
        rank += times;
    }
    ratio(weighted.unsigned_abs(), n.saturating_mul(sum).unsigned_abs())
}

/// Jain's index: 1 where all have the same, 1/n where one has everything.
///
/// (Σ xᵢ)² / (n Σ xᵢ²); 1 where all are 0. R. Jain, D. Chiu, W. Hawe, "A quantitative measure of fairness and
/// discrimination for resource allocation in shared computer systems", DEC-TR-301, 1984. Time O(distinct values).
///
/// ```
/// use peerplan::metrics::{histogram, jain};
/// assert!((jain(&histogram(&[0, 0, 0, 8])) - 0.25).abs() < 1e-15);
/// ```
#[must_use]
pub fn jain(histogram: &[(u64, u64)]) -> f64 {
    let (mut n, mut sum, mut squares) = (0_u128, 0_u128, 0_u128);
    for &(value, times) in histogram {
        let (value, times) = (u128::from(value), u128::from(times));
        n += times;
        sum = sum.saturating_add(value.saturating_mul(times));
        squares = squares.saturating_add(value.saturating_mul(value).saturating_mul(times));
    }
    if squares == 0 {
        return 1.0;
    }
    ratio(sum.saturating_mul(sum), n.saturating_mul(squares))
}

/// `part / whole`, rounded once; 0 where `whole` is 0.
pub(super) fn ratio(part: u128, whole: u128) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    // Conversion and division are IEEE 754 operations, the same everywhere.
    #[allow(clippy::cast_precision_loss, reason = "a figure to be read; both are exact below 2^53")]
    let ratio = part as f64 / whole as f64;
    ratio
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The mean absolute difference over twice the mean: the definition of the coefficient.
    fn gini_by_pairs(counts: &[u32]) -> f64 {
        let sum: f64 = counts.iter().map(|&x| f64::from(x)).sum();
        let differences: f64 = counts.iter().flat_map(|&x| counts.iter().map(move |&y| f64::from(x.abs_diff(y)))).sum();
        if sum == 0.0 { 0.0 } else { differences / (2.0 * f64::from(u32::try_from(counts.len()).expect("few")) * sum) }
    }

    #[test]
    fn nothing_and_zeros_are_even() {
        assert_eq!(spread(&[]), Spread::default());
        assert_eq!(spread(&[0, 0]), Spread::default());
        assert!((jain(&histogram(&[0, 0])) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn counting_and_sorting_agree() {
        assert_eq!(histogram(&[2, 0, 2]), [(0, 1), (2, 2)]);
        assert_eq!(histogram(&[u32::MAX, 0, u32::MAX]), [(0, 1), (u64::from(u32::MAX), 2)]);
    }

    #[test]
    fn the_greatest_values_do_not_overflow() {
        let extreme = [(0, u64::MAX), (u64::MAX, u64::MAX)];
        assert!(gini(&extreme) >= 0.0);
        assert!(jain(&extreme) > 0.0);
    }

    proptest! {
        #[test]
        fn figures_meet_their_definitions(counts in prop::collection::vec(0_u32..2000, 1..40)) {
            let n = f64::from(u32::try_from(counts.len()).expect("few"));
            let sum: f64 = counts.iter().map(|&x| f64::from(x)).sum();
            let squares: f64 = counts.iter().map(|&x| f64::from(x).powi(2)).sum();
            let found = spread(&counts);
            prop_assert!((found.mean - sum / n).abs() < 1e-9);
            prop_assert!((found.gini - gini_by_pairs(&counts)).abs() < 1e-12);
            prop_assert_eq!(found.min, u64::from(*counts.iter().min().expect("some")));
            prop_assert_eq!(found.max, u64::from(*counts.iter().max().expect("some")));
            if sum > 0.0 {
                prop_assert!((jain(&histogram(&counts)) - sum * sum / (n * squares)).abs() < 1e-12);
            }
        }
    }
}
