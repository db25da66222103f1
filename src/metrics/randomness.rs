//! How random an assignment is that was drawn by lot, from how likely each pair was.

use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use super::numbers::{ln, sqrt};
use super::spread::ratio;
use crate::marginals::Marginals;

/// How random an assignment is (Y. Xu, S. Jecmen, Z. Song, F. Fang, "A One-Size-Fits-All Approach to Improving Randomness
/// in Paper Assignment", Advances in Neural Information Processing Systems 36, 2023). With x the probability of a pair:
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Randomness {
    /// The greatest probability of any pair: max x.
    pub max_probability: f64,
    /// The mean over the counted submissions of the greatest probability of a pair of theirs; 0 for one without pairs.
    pub average_max_probability: f64,
    /// How many pairs can occur: x > 0.
    pub support: u64,
    /// The sum over all pairs of −x ln x.
    pub entropy: f64,
    /// The Euclidean norm: √(Σ x²).
    pub l2: f64,
}

/// How random an assignment is, from the probability of each pair.
///
/// Pairs of submissions that are not `counted` are left out, and so are those whose submission is not below its length.
/// The sums are exact integers of which a root, a logarithm and a quotient are taken at the end, each with an error
/// below 10^-14 of it, and the same on every machine. O(p log p) for p pairs.
///
/// ```
/// use peerplan::{Marginals, metrics::randomness};
/// // Either of two reviewers for each of two submissions.
/// let even = Marginals::new(2, vec![(0, 0, 1), (1, 0, 1), (0, 1, 1), (1, 1, 1)]);
/// let found = randomness(&even, &[true, true]);
/// assert_eq!((found.support, found.max_probability, found.l2), (4, 0.5, 1.0));
/// assert!((found.entropy - 2.0 * 2_f64.ln()).abs() < 1e-14);
/// ```
#[must_use]
pub fn randomness(marginals: &Marginals, counted: &[bool]) -> Randomness {
    let whole = u64::from(marginals.whole());
    let mut greatest = vec![0_u32; counted.len()];
    let mut shares: Vec<u32> = Vec::with_capacity(marginals.pairs().len());
    for &(_, submission, share) in marginals.pairs() {
        if counted.get(submission as usize) == Some(&true) {
            let most = &mut greatest[submission as usize];
            *most = share.max(*most);
            shares.push(share);
        }
    }
    shares.sort_unstable();
    let squares = shares.iter().map(|&share| u128::from(share) * u128::from(share)).sum();
    let submissions = counted.iter().filter(|&&counted| counted).count() as u128;
    let maxima: u128 = greatest.iter().map(|&share| u128::from(share)).sum();
    Randomness {
        max_probability: ratio(shares.last().copied().unwrap_or(0).into(), whole.into()),
        average_max_probability: ratio(maxima, submissions * u128::from(whole)),
        support: shares.len() as u64,
        entropy: entropy(&shares, whole),
        l2: sqrt(squares) / ratio(whole.into(), 1),
    }
}

/// Σ −x ln x = Σ s / W · ln(W / s), equal shares at once.
fn entropy(sorted: &[u32], whole: u64) -> f64 {
    let runs = sorted.chunk_by(|a, b| a == b);
    let terms = runs.map(|run| {
        let share = u128::from(run[0]);
        ratio(share * run.len() as u128, whole.into()) * ln(ratio(whole.into(), share))
    });
    terms.fold(0.0, |sum, term| sum + term)
}

/// The 95 % confidence interval for a probability, from `count` times in `draws` draws: the score interval (E. Wilson,
/// "Probable inference, the law of succession, and statistical inference", Journal of the American Statistical
/// Association 22, 1927). From 0 to 1 where there are no draws.
///
/// ```
/// let (low, high) = peerplan::metrics::wilson(10, 20);
/// assert!((low - 0.299).abs() < 1e-3 && (high - 0.701).abs() < 1e-3);
/// ```
#[must_use]
pub fn wilson(count: u32, draws: u32) -> (f64, f64) {
    // z, and its square in millionths.
    const Z: f64 = 1.959_964;
    const SQUARE: u128 = 3_841_459;
    if draws == 0 {
        return (0.0, 1.0);
    }
    // With p = count / n: (p + z²/2n ± z √(p (1 − p) / n + z²/4n²)) / (1 + z²/n), numerator and denominator times n.
    let (count, n) = (u128::from(count.min(draws)), u128::from(draws));
    let whole = n * 1_000_000 + SQUARE;
    let centre = ratio(2 * count * 1_000_000 + SQUARE, 2 * whole);
    // 4 n² · (p (1 − p) / n + z² / 4n²) = 4 count (n − count) / n + z².
    let radicand = (4 * count * (n - count) * 1_000_000 + SQUARE * n) * 1_000_000_000_000 / n;
    let half = Z * (sqrt(radicand) / 1e9) * ratio(1_000_000, 2 * whole);
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn nothing_and_certainty() {
        let nothing = randomness(&Marginals::new(7, Vec::new()), &[]);
        assert_eq!((nothing.support, nothing.max_probability.to_bits(), nothing.entropy.to_bits()), (0, 0, 0));
        // What is certain is not random; the pair of the submission that is not counted is left out.
        let certain = Marginals::new(3, vec![(0, 0, 3), (1, 1, 3), (1, 2, 1)]);
        let found = randomness(&certain, &[true, true, false, true]);
        assert_eq!((found.support, found.max_probability.to_bits()), (2, 1_f64.to_bits()));
        assert_eq!(found.entropy.to_bits(), 0);
        assert!((found.average_max_probability - 2.0 / 3.0).abs() < 1e-15 && (found.l2 - 2_f64.sqrt()).abs() < 1e-15);
    }

    proptest! {
        #[test]
        fn figures_are_those_of_the_definitions(
            whole in 1_u32..=u32::MAX, pairs in prop::collection::btree_map((0_u32..6, 0_u32..6), any::<u32>(), 0..36),
            counted in prop::collection::vec(any::<bool>(), 6),
        ) {
            let pairs: Vec<(u32, u32, u32)> = pairs.into_iter().map(|((i, j), share)| (i, j, share % whole + 1)).collect();
            let found = randomness(&Marginals::new(whole, pairs.clone()), &counted);
            let x = |&(_, j, share): &(u32, u32, u32)| counted[j as usize].then(|| f64::from(share) / f64::from(whole));
            let all: Vec<f64> = pairs.iter().filter_map(x).collect();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs().max(1.0);
            prop_assert_eq!(found.support, all.len() as u64);
            prop_assert!(near(found.max_probability, all.iter().copied().fold(0.0, f64::max)));
            prop_assert!(near(found.entropy, all.iter().map(|x| -x * x.ln()).sum()));
            prop_assert!(near(found.l2, all.iter().map(|x| x * x).sum::<f64>().sqrt()));
            let most = |j: u32| pairs.iter().filter(|pair| pair.1 == j).filter_map(x).fold(0.0, f64::max);
            let submissions: Vec<u32> = (0..6).filter(|&j| counted[j as usize]).collect();
            let mean = submissions.iter().map(|&j| most(j)).sum::<f64>() / f64::from(u32::try_from(submissions.len()).expect("few"));
            let mean = if submissions.is_empty() { 0.0 } else { mean };
            prop_assert!(near(found.average_max_probability, mean));
        }

        #[test]
        fn an_interval_ends_where_the_count_is_just_credible(draws in 1_u32..100_000, part in 0.0..=1.0) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the draws")]
            let count = (f64::from(draws) * part) as u32;
            let (low, high) = wilson(count, draws);
            let p = f64::from(count) / f64::from(draws);
            prop_assert!((0.0..=p + 1e-12).contains(&low) && (p - 1e-12..=1.0).contains(&high), "{low} {high}");
            // The ends are the probabilities from which the frequency is z standard errors away.
            for end in [low, high] {
                let error = (end * (1.0 - end) / f64::from(draws)).sqrt();
                prop_assert!(((p - end).abs() - 1.959_964 * error).abs() < 1e-6, "{count} of {draws}: {end}");
            }
        }
    }

    #[test]
    fn the_interval_without_draws_says_nothing() {
        assert_eq!(wilson(0, 0), (0.0, 1.0));
    }
}
