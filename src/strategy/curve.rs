//! What a share of a pair is worth: the score times a concave function of the probability, cut into slices.
//!
//! Y. Xu, S. Jecmen, Z. Song and F. Fang, "A one-size-fits-all approach to improving randomness in paper assignment",
//! NeurIPS 2023. The functions are `x − β·x²` and `(1 − e^(−α·x)) / α`, the latter divided by `α` beside the paper's, which
//! changes nothing among positive scores and makes both begin with the slope 1, so that `α → 0` and `β = 0` are the plain
//! score. A score that is not positive counts in full, `f(x) = x`: times a concave function it would be worth the most where
//! pairs are certain or would reward spreading what nobody wants.
//!
//! # The error
//! A probability is counted in units of `1/whole`. With slices of width `h`, `f` is replaced by the chords between
//! multiples of `h`, which lie below it by at most `h·k·f`, with `k = β` or `α/2`: in the first slice the chord has the slope
//! `f(h)/h ≥ 1 − h·k`, and in the others it is nearer as long as `f` grows (up to `x = 1/(2β)`). So the greatest sum over the
//! chords is at least `1 − h·k` of the greatest sum over all probabilities, and `h` is chosen so that `h·k` is at most one
//! in [`ERROR`].
//!
//! # Arithmetic
//! Slopes are fixed point with 2⁻⁴⁰ as unit, from integers alone: `e^(−y)` is the power series of `e^(−y/2ⁿ)` with
//! `y/2ⁿ ≤ 1/4`, squared n times, its error at most 2⁻⁵⁰ (fixed point with 2⁻⁶², an error of 2⁻⁵⁸ in the series, doubled
//! by each of up to 6 squarings).

use alloc::vec::Vec;

use crate::input::Micros;

/// The most that is lost by slices, as a share: one so many-th.
const ERROR: u64 = 200;

/// The fewest slices of a whole, so that pairs of equal scores are equally likely even where curves hardly bend.
const FEWEST: u32 = 500;

/// Fixed point of exponentials.
const FINE: u32 = 62;
/// Fixed point of slopes.
const SLOPE: u32 = 40;

/// A million.
const MILLION: i128 = 1_000_000;

/// A concave function of a probability.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Curve {
    /// `x − β·x²`.
    Quadratic {
        /// β, from 0 to 1.
        beta: Micros,
    },
    /// `(1 − e^(−α·x)) / α`.
    Exponential {
        /// α, from a millionth.
        alpha: Micros,
    },
}

impl Curve {
    /// How many slices a whole is cut into, from a number that is enough to come near the optimum to one that keeps the
    /// error stated.
    pub(super) fn slices(self) -> [u32; 3] {
        let (bend, halves) = match self {
            Self::Quadratic { beta } => (beta.0, 1),
            Self::Exponential { alpha } => (alpha.0, 2),
        };
        let needed = (bend.unsigned_abs() * ERROR).div_ceil(1_000_000 * halves);
        [20, 100, u32::try_from(needed).unwrap_or(u32::MAX).max(FEWEST)]
    }

    /// The mean slope between `from` and `to` parts of `whole`, in 2^-40, rounded down.
    fn slope(self, from: u32, to: u32, whole: u32) -> i128 {
        let (from, to, whole) = (i128::from(from), i128::from(to), i128::from(whole));
        match self {
            Self::Quadratic { beta } => {
                let down = i128::from(beta.0) * (from + to);
                ((MILLION * whole - down) << SLOPE).div_euclid(MILLION * whole)
            }
            Self::Exponential { alpha } => {
                let alpha = i128::from(alpha.0);
                // α·x in fixed point, and the fall of the exponential over what α times the width is.
                let at = |part: i128| ((alpha * part) << FINE) / (MILLION * whole);
                let fall = exponential(at(from)) - exponential(at(to));
                // (fall / 2^62) / (α·(to − from) / whole), in 2^-40.
                (fall * MILLION * whole).div_euclid(alpha * (to - from)) >> (FINE - SLOPE)
            }
        }
    }

    /// The mean slopes of slices of `width` parts of `whole`, up to the whole: in 2^-40, never ascending.
    pub(super) fn slopes(self, width: u32, whole: u32) -> Vec<i64> {
        let mut slopes: Vec<i64> = Vec::new();
        let mut from = 0;
        while from < whole {
            let to = (from + width).min(whole);
            let slope = i64::try_from(self.slope(from, to, whole)).unwrap_or(0);
            // Rounding must not bend the curve the other way.
            slopes.push(slopes.last().map_or(slope, |&last| last.min(slope)));
            from = to;
        }
        slopes
    }
}

/// What a unit in a slice of a pair is worth: the score times the slope there. What is not wanted counts in full.
pub(super) fn perturbation(score: i64, slopes: &[i64], slice: u32) -> i64 {
    if score <= 0 {
        return score;
    }
    let slope = slopes.get(slice as usize).or(slopes.last()).copied().unwrap_or(0);
    i64::try_from((i128::from(score) * i128::from(slope)) >> SLOPE).unwrap_or(i64::MAX)
}

/// `e^(−y)` for `y ≥ 0`, both with 2^-62 as unit.
fn exponential(y: i128) -> i128 {
    let one = 1_i128 << FINE;
    let mut halvings = 0;
    while y >> halvings > one / 4 {
        halvings += 1;
    }
    let small = y >> halvings;
    // 1 − y + y²/2 − y³/6 and so on: y ≤ 1/4, so the 20th term is below 2^-100.
    let (mut sum, mut term) = (one, one);
    for place in 1..20 {
        term = -((term * small) >> FINE) / place;
        sum += term;
    }
    (0..halvings).fold(sum, |value, _| (value * value) >> FINE)
}

#[cfg(test)]
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "compared with doubles"
)]
mod tests {
    use super::*;

    fn close(slope: i64, exact: f64) {
        let found = slope as f64 / (1_u64 << SLOPE) as f64;
        assert!((found - exact).abs() < 1e-9, "{found} {exact}");
    }

    #[test]
    fn exponentials_are_as_exact_as_stated() {
        let one = (1_u128 << FINE) as f64;
        for y in [0.0, 0.01, 0.25, 0.5, 1.0, 2.5, 7.0, 10.0] {
            let found = exponential((y * one) as i128) as f64 / one;
            assert!((found - f64::exp(-y)).abs() < 1e-15, "{y}: {found}");
        }
    }

    #[test]
    fn slopes_are_those_of_the_functions_and_never_ascend() {
        for millionths in [0, 1, 118_200, 500_000, 1_000_000] {
            let (beta, alpha) = (millionths as f64 / 1e6, (millionths.max(1) * 10) as f64 / 1e6);
            let curves = [
                (Curve::Quadratic { beta: Micros(millionths) }, 0),
                (Curve::Exponential { alpha: Micros(millionths.max(1) * 10) }, 1),
            ];
            for (curve, kind) in curves {
                for (width, whole) in [(1, 1), (1, 20), (3, 20), (7, 1_000)] {
                    let slopes = curve.slopes(width, whole);
                    assert_eq!(slopes.len(), whole.div_ceil(width) as usize);
                    assert!(slopes.is_sorted_by(|a, b| a >= b));
                    for (place, &slope) in (0_u32..).zip(&slopes) {
                        let at = |part: u32| f64::from(part.min(whole)) / f64::from(whole);
                        let (from, to) = (at(place * width), at((place + 1) * width));
                        let of = |x: f64| match kind {
                            0 => x - beta * x * x,
                            _ => -f64::exp_m1(-alpha * x) / alpha,
                        };
                        // Differences of nearly equal doubles are no measure.
                        if kind == 0 || alpha > 1e-3 {
                            close(slope, (of(to) - of(from)) / (to - from));
                        } else {
                            assert!((slope as f64 / (1_u64 << SLOPE) as f64 - 1.0).abs() < 1e-4);
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn chords_lose_no_more_than_stated() {
        for curve in [
            Curve::Quadratic { beta: Micros(118_000) },
            Curve::Quadratic { beta: Micros(500_000) },
            Curve::Exponential { alpha: Micros(3_000_000) },
        ] {
            let [.., count] = curve.slices();
            let slopes = curve.slopes(1, count);
            let of = |x: f64| match curve {
                Curve::Quadratic { beta } => x - beta.0 as f64 / 1e6 * x * x,
                Curve::Exponential { alpha } => -f64::exp_m1(-(alpha.0 as f64) / 1e6 * x) / (alpha.0 as f64 / 1e6),
            };
            for step in 1..=1_000 {
                let x = f64::from(step) / 1_000.0;
                let full = (x * f64::from(count)) as usize;
                let rest = x * f64::from(count) - full as f64;
                let whole: f64 = slopes[..full].iter().map(|&slope| slope as f64).sum();
                let chord = (whole + rest * slopes.get(full).map_or(0.0, |&slope| slope as f64))
                    / f64::from(count)
                    / (1_u64 << SLOPE) as f64;
                assert!(chord <= of(x) + 1e-9 && chord >= of(x) * (1.0 - 1.0 / ERROR as f64), "{curve:?} {x}");
            }
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_spread() {
        let slopes = Curve::Quadratic { beta: Micros(500_000) }.slopes(1, 4);
        for (score, expected) in [(-8, [-8; 5]), (0, [0; 5]), (64, [56, 40, 24, 8, 8])] {
            assert_eq!([0, 1, 2, 3, 4].map(|slice| perturbation(score, &slopes, slice)), expected);
        }
    }
}
