//! Times as problem files write them.

/// The milliseconds since 1970 of an RFC 3339 time, such as `2026-02-24T10:11:12Z`; none where it is not one.
pub(super) fn milliseconds(text: &str) -> Option<i64> {
    let number = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let mark = |at: usize, marks: &[u8]| text.as_bytes().get(at).is_some_and(|byte| marks.contains(byte));
    let separators = mark(4, b"-") && mark(7, b"-") && mark(10, b"Tt ") && mark(13, b":") && mark(16, b":");
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let in_range = (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second <= 60;
    let mut rest = text.get(19..)?;
    let mut fraction = 0;
    if let Some(decimals) = rest.strip_prefix('.') {
        let length = decimals.bytes().take_while(u8::is_ascii_digit).count();
        fraction = format!("{:0<3}", &decimals[..length.min(3)]).parse().ok().filter(|_| length > 0)?;
        rest = &decimals[length..];
    }
    let offset = if rest.eq_ignore_ascii_case("z") { 0 } else { offset(rest)? };
    let days = days(year, month, day);
    (separators && in_range).then(|| (((days * 24 + hour) * 60 + minute - offset) * 60 + second) * 1000 + fraction)
}

/// The minutes of `+hh:mm`.
fn offset(text: &str) -> Option<i64> {
    let sign = match text.as_bytes().first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let (hours, minutes) = text[1..].split_once(':')?;
    let two =
        |part: &str| (part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok());
    let (hours, minutes): (i64, i64) = (two(hours)??, two(minutes)??);
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The days since 1970-01-01 in the Gregorian calendar: years are counted from March, so that the odd day comes last.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + (153 * month + 2) / 5 + day
        - 719_469
}

#[cfg(test)]
mod tests {
    use super::milliseconds;

    #[test]
    fn times_are_read() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2000-02-29T23:59:59Z", 951_868_799),
            ("2026-02-24T10:11:12Z", 1_771_927_872),
            ("2026-02-24T12:11:12+02:00", 1_771_927_872),
            ("1969-12-31T23:59:59z", -1),
        ] {
            assert_eq!(milliseconds(text), Some(seconds * 1000), "{text}");
        }
        assert_eq!(milliseconds("1970-01-01T00:00:01.25-00:00"), Some(1250));
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            "yesterday",
            "2026-02-24",
            "2026-13-01T00:00:00Z",
            "2026-02-24T10:11:12",
            "2026-02-24T10:11:12.Z",
            "2026-02-24T10:11:12+2",
            "２０２６-02-24T10:11:12Z",
            "2026-02-24T10:11:12é",
        ] {
            assert_eq!(milliseconds(text), None, "{text}");
        }
    }
}
