//! Scores and limits as fixed point: decimal arithmetic, so that no rounding of the platform takes part.

use std::io::Write;

use crate::input::Micros;

/// `round(value × 10^6)`, half away from zero, on the shortest decimal that reads back to `value`.
///
/// Returns `None` where the result is not finite or not below 2^63 in size.
///
/// ```
/// use peerplan::formats::micros_from_f64;
/// use peerplan::input::Micros;
/// assert_eq!(micros_from_f64(1.000_000_5), Some(Micros(1_000_001)));
/// assert_eq!(micros_from_f64(-0.000_000_5), Some(Micros(-1)));
/// assert_eq!(micros_from_f64(f64::NAN), None);
/// ```
#[must_use]
pub fn micros_from_f64(value: f64) -> Option<Micros> {
    if !value.is_finite() {
        return None;
    }
    // `{:e}` writes the shortest digits that read back, as in 1.25e-7; at most 17 digits.
    let mut buffer = [0_u8; 40];
    let mut rest = &mut buffer[..];
    write!(rest, "{value:e}").ok()?;
    let unused = rest.len();
    let text = str::from_utf8(&buffer[..buffer.len() - unused]).ok()?;

    let (mantissa, exponent) = text.split_once('e')?;
    let exponent: i32 = exponent.parse().ok()?;
    let (negative, mantissa) = mantissa.strip_prefix('-').map_or((false, mantissa), |rest| (true, rest));
    let mut digits: i64 = 0;
    let mut count: i32 = 0;
    for digit in mantissa.bytes().filter(u8::is_ascii_digit) {
        digits = digits * 10 + i64::from(digit - b'0');
        count += 1;
    }
    // value = digits × 10^(exponent − count + 1), and six more for millionths.
    let shift = exponent - count + 1 + 6;
    let units = if shift >= 0 {
        let scale = 10_i64.checked_pow(u32::try_from(shift).ok()?);
        if digits == 0 { 0 } else { digits.checked_mul(scale?)? }
    } else if shift < -18 {
        0
    } else {
        let scale = 10_i64.pow(shift.unsigned_abs());
        // 2 × remainder may pass 2^63, the comparison does not.
        let remainder = digits % scale;
        digits / scale + i64::from(remainder >= scale - remainder)
    };
    Some(Micros(if negative { -units } else { units }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn halves_go_away_from_zero_on_the_shortest_decimal() {
        for (value, units) in [
            (0.0, 0),
            (-0.0, 0),
            (1.0, 1_000_000),
            (0.83, 830_000),
            (0.000_000_5, 1),
            (-0.000_000_5, -1),
            (0.000_000_499_999_999_999, 0),
            (0.000_000_05, 0),
            (1.000_000_5, 1_000_001),
            (2.000_000_5, 2_000_001),
            (-1.000_000_5, -1_000_001),
            (0.123_456_5, 123_457),
            (1e6, 1_000_000_000_000),
            (999_999.999_999_5, 1_000_000_000_000),
            (5e-324, 0),
            (9.999_999_999_999_999e-19, 0),
            (5e12, 5_000_000_000_000_000_000),
        ] {
            assert_eq!(micros_from_f64(value), Some(Micros(units)), "{value:e}");
        }
        for value in [f64::INFINITY, f64::NAN, f64::MAX, f64::MIN, 1e13] {
            assert_eq!(micros_from_f64(value), None, "{value:e}");
        }
    }

    proptest! {
        #[test]
        fn units_survive_the_way_through_a_double(units in -1_000_000_000_000_i64..=1_000_000_000_000) {
            #[allow(clippy::cast_precision_loss, reason = "10^12 is exact in a double")]
            let value = units as f64 / 1e6;
            prop_assert_eq!(micros_from_f64(value), Some(Micros(units)));
        }

        #[test]
        fn any_double_is_taken_without_a_panic(bits: u64) {
            let _ = micros_from_f64(f64::from_bits(bits));
        }
    }
}
