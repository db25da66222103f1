//! Decimal text to millionths without a floating-point number, wherever that is sure to give the same.

use crate::input::Micros;

/// The largest score, in millionths.
const GREATEST: i64 = 1_000_000_000_000;

/// The score that a plain decimal such as `-0.83` means, or `None` where only the long way is sure to tell: for other
/// texts, for very many digits, and close to a half of a millionth or to the greatest score.
///
/// The long way reads the double that is nearest to the text, and rounds the shortest decimal that reads back to it.
/// Text and shortest decimal both read as one double, so they differ by at most 2^-52 of the value (what is read is
/// not subnormal, for there are at most 19 digits). With at most 15 significant digits they do not differ at all, for
/// then no two decimals read as one double. So, away from the halves, both round to the same millionths.
pub(super) fn plain_micros(text: &[u8]) -> Option<Micros> {
    let (negative, digits) = match text {
        [sign @ (b'-' | b'+'), rest @ ..] => (*sign == b'-', rest),
        rest => (false, rest),
    };
    // The value is mantissa × 10^-decimals.
    let mut mantissa: u64 = 0;
    let (mut count, mut decimals, mut point) = (0_usize, 0_usize, false);
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit <= 9 {
            mantissa = mantissa.wrapping_mul(10).wrapping_add(digit.into());
            count += 1;
            decimals += usize::from(point);
        } else if byte == b'.' && !point {
            point = true;
        } else {
            return None;
        }
    }
    // All digits count as significant here, leading zeros too; 19 of them fit.
    if count == 0 || count > 19 {
        return None;
    }
    let units = if decimals <= 6 {
        if count > 15 {
            return None;
        }
        mantissa.checked_mul(POWERS[6 - decimals])?
    } else {
        let scale = POWERS[decimals - 6];
        let (units, rest, half) = (mantissa / scale, mantissa % scale, scale / 2);
        // 2^-51 of the value: twice what text and shortest decimal can differ by.
        if count > 15 && rest.abs_diff(half) <= (mantissa >> 51) + 1 {
            return None;
        }
        units + u64::from(rest >= half)
    };
    let units = i64::try_from(units).ok().filter(|units| *units < GREATEST)?;
    Some(Micros(if negative { -units } else { units }))
}

/// Powers of ten.
const POWERS: [u64; 14] = {
    let mut powers = [1; 14];
    let mut at = 1;
    while at < powers.len() {
        powers[at] = powers[at - 1] * 10;
        at += 1;
    }
    powers
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::micros_from_f64;
    use proptest::prelude::*;

    fn long_way(text: &str) -> Option<Micros> {
        let value: f64 = text.parse().ok()?;
        micros_from_f64(value).filter(|_| value.abs() <= 1e6)
    }

    fn assert_same(text: &str) {
        let short = plain_micros(text.as_bytes());
        assert!(short.is_none() || short == long_way(text), "{text}: {short:?}, {:?}", long_way(text));
    }

    #[test]
    fn plain_decimals_are_read_at_once() {
        for (text, units) in [
            ("0", 0),
            ("-0.0", 0),
            ("1", 1_000_000),
            ("+.5", 500_000),
            ("5.", 5_000_000),
            ("-0.83", -830_000),
            ("0.0000005", 1),
            ("-0.0000005", -1),
            ("0.00000049999999", 0),
            ("0.8374619283746192", 837_462),
            ("0.12345649999", 123_456),
            ("999999.999999", 999_999_999_999),
        ] {
            assert_eq!(plain_micros(text.as_bytes()), Some(Micros(units)), "{text}");
            assert_same(text);
        }
        for text in
            ["", "-", ".", "+-1", "1.2.3", "1e3", "nan", "1000000", "0.12345650000000001", "12345678901234567890", "1 "]
        {
            assert_eq!(plain_micros(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn close_to_a_half_the_long_way_is_taken() {
        for units in [0_u64, 1, 123_456, 999_999, 123_456_789_012] {
            for digits in 1..=12 {
                for off in -40_i64..=40 {
                    let half = 5 * 10_i64.pow(digits - 1) + off;
                    if half >= 0 {
                        let after = format!("{half:0width$}", width = digits as usize);
                        assert_same(&format!("{}.{:06}{after}", units / 1_000_000, units % 1_000_000));
                    }
                }
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn both_ways_give_the_same(text in "[+-]?[0-9]{0,7}(\\.[0-9]{0,16})?(e-?[0-9])?") {
            assert_same(&text);
        }

        #[test]
        fn so_they_do_for_what_programs_write(value in -2.0_f64..2.0, bits: u64) {
            assert_same(&value.to_string());
            assert_same(&f64::from_bits(bits).to_string());
            #[allow(clippy::cast_possible_truncation, reason = "single precision is meant")]
            let single = value as f32;
            assert_same(&single.to_string());
            assert_same(&f64::from(single).to_string());
        }
    }
}
