//! Roots and logarithms that are the same on every machine: integers, and the operations of IEEE 754 that round once.

/// ln 2 in two parts: the first has zeros at its end, so that its multiples by exponents are exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// The square root of 2, rounded.
const SQRT_2: f64 = core::f64::consts::SQRT_2;

/// The natural logarithm of a number from 1 that is finite, with an error of at most 10^-15 of the result.
///
/// x = 2ᵉ m with m between √½ and √2; ln m = 2 (s + s³/3 + s⁵/5 + …) with s = (m − 1) / (m + 1), at most 0.172 in size, of which
/// twelve terms are enough. No library of the platform takes part.
pub(super) fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = f64::from(u32::try_from(bits >> 52 & 0x7ff).unwrap_or(0)) - 1023.0;
    let mut m = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    if m > SQRT_2 {
        m *= 0.5;
        exponent += 1.0;
    }
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series = (1..12_u32).rev().fold(0.0, |rest, k| square * (1.0 / f64::from(2 * k + 1) + rest));
    exponent * LN_2_HIGH + (exponent * LN_2_LOW + 2.0 * (s + s * series))
}

/// The square root of an integer, with an error of at most 2^-52 of the result.
#[allow(clippy::cast_precision_loss, reason = "the root is rounded to a double in any case")]
pub(super) fn sqrt(x: u128) -> f64 {
    // Shifted up by an even number of bits, so that the whole part of the root has 63 of them.
    let shift = x.leading_zeros() & !1;
    let root = (x << shift.min(126)).isqrt() as f64;
    root / (1_u64 << (shift.min(126) / 2)) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn known_values() {
        assert_eq!([ln(1.0), sqrt(0), sqrt(1), sqrt(49)].map(f64::to_bits), [0.0, 0.0, 1.0, 7.0].map(f64::to_bits));
        assert_eq!(ln(2.0).to_bits(), core::f64::consts::LN_2.to_bits());
        assert!((ln(10.0) - core::f64::consts::LN_10).abs() <= 4e-16);
        assert_eq!(sqrt(2).to_bits(), SQRT_2.to_bits());
        assert!((sqrt(u128::MAX) - 2_f64.powi(64)).abs() < 8192.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]
        #[test]
        fn logarithms_are_those_of_the_platform(mantissa in 0_u64..1 << 52, exponent in 0_u64..200, near in 1_u32..100_000) {
            for x in [f64::from_bits(mantissa | (1023 + exponent) << 52), 1.0 + 1.0 / f64::from(near), f64::from(near)] {
                prop_assert!((ln(x) - x.ln()).abs() <= 1e-15 * x.ln(), "{x}: {} and {}", ln(x), x.ln());
            }
        }

        #[test]
        fn roots_are_those_of_the_platform(x in any::<u128>(), shift in 0_u32..128) {
            let x = x >> shift;
            #[allow(clippy::cast_precision_loss, reason = "the reference")]
            let expected = (x as f64).sqrt();
            prop_assert!((sqrt(x) - expected).abs() <= expected * 2_f64.powi(-51), "{x}");
        }
    }
}
