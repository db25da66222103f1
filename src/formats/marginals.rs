//! How likely pairs are, as CSV.

use std::fmt::Write as _;
use std::io;

use crate::id::Id;

const HEADER: [&str; 3] = ["assessor_id", "asset_id", "probability"];

/// Digits of a fraction that does not end.
const DIGITS: u32 = 17;

/// Writes shares of a whole as probabilities, one pair a line (RFC 4180, lines end with a line feed), in the order in
/// which they are given: exact decimals where the fraction ends within 17 digits, else 17 digits, rounded half up.
///
/// # Errors
/// Those of the output.
pub fn write_csv<'a>(
    whole: u32,
    rows: impl Iterator<Item = (&'a Id, &'a Id, u32)>,
    output: impl io::Write,
) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(output);
    table.write_record(HEADER)?;
    let mut text = String::new();
    for (assessor, asset, share) in rows {
        for id in [assessor, asset] {
            text.clear();
            write!(text, "{id}").map_err(io::Error::other)?;
            table.write_field(&text)?;
        }
        table.write_field(decimal(share, whole))?;
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}

/// A share of a whole, from 0 to 1, as a decimal.
fn decimal(share: u32, whole: u32) -> String {
    let scale = 10_u128.pow(DIGITS);
    let digits = (2 * u128::from(share) * scale + u128::from(whole)) / (2 * u128::from(whole.max(1)));
    let (ones, rest) = (digits / scale, digits % scale);
    if rest == 0 {
        return format!("{ones}");
    }
    let text = format!("{ones}.{rest:017}");
    String::from(text.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_where_they_end() {
        for (share, whole, text) in [
            (1, 1, "1"),
            (1, 2, "0.5"),
            (333_333, 1_000_000, "0.333333"),
            (1, 3, "0.33333333333333333"),
            (2, 3, "0.66666666666666667"),
            (1, 1 << 17, "0.00000762939453125"),
            (4_294_967_294, 4_294_967_295, "0.99999999976716936"),
        ] {
            assert_eq!(decimal(share, whole), text);
        }
    }

    #[test]
    fn ids_that_need_them_have_quotation_marks() {
        let (one, two) = (Id::from(7), Id::text("a,b").expect("an id"));
        let mut output = Vec::new();
        write_csv(4, [(&one, &two, 3)].into_iter(), &mut output).expect("a vector takes everything");
        assert_eq!(String::from_utf8(output).expect("text"), "assessor_id,asset_id,probability\n7,\"a,b\",0.75\n");
    }
}
