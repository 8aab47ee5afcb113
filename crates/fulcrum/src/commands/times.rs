//! Times and lengths of time as people write them in files and options.

/// `90s`, `15m`, `12h`, `30d`, `4w`.
pub fn length_ms(text: &str) -> Option<i64> {
    let digits = text.trim().trim_end_matches(char::is_alphabetic);
    let unit_ms = match &text.trim()[digits.len()..] {
        "s" => 1e3,
        "m" => 60e3,
        "h" => 3_600e3,
        "d" => 86_400e3,
        "w" => 604_800e3,
        _ => return None,
    };
    let length_ms = digits.parse::<f64>().ok()? * unit_ms;
    // A thousand years: longer than any log, and far from what a number can hold.
    let sane = (1.0..=365_250.0 * 86_400e3).contains(&length_ms);
    sane.then_some(length_ms as i64)
}

/// Milliseconds since 1970 of a date, a date and time, or a number of seconds or milliseconds.
pub fn instant_ms(text: &str) -> Option<i64> {
    /// As seconds this is the year 5138; as milliseconds it is 1973.
    const SECONDS_MAX: f64 = 1e11;
    /// As milliseconds this is the year 5138.
    const MILLISECONDS_MAX: f64 = 1e14;
    if let Ok(number) = text.parse::<f64>() {
        return match number.abs() {
            seconds if seconds < SECONDS_MAX => Some((number * 1e3).round() as i64),
            milliseconds if milliseconds < MILLISECONDS_MAX => Some(number.round() as i64),
            _ => None,
        };
    }
    if let Ok(instant) = text.parse::<jiff::Timestamp>() {
        return Some(instant.as_millisecond());
    }
    let civil = text.parse::<jiff::civil::DateTime>().ok()?;
    let utc = civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(utc.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    #[test]
    fn times_and_lengths_are_understood() {
        for (text, expected) in [
            ("1970-01-02", Some(86_400_000)),
            ("1970-01-01T00:00:01.5", Some(1_500)),
            ("1970-01-01T01:00:00+01:00", Some(0)),
            ("1799000000", Some(1_799_000_000_000)),
            ("1799000000000", Some(1_799_000_000_000)),
            ("-1.5", Some(-1_500)),
            ("1e300", None),
            ("NaN", None),
            ("2027-13-01", None),
            ("", None),
        ] {
            assert_eq!(super::instant_ms(text), expected, "{text}");
        }
        assert_eq!(super::length_ms("30d"), Some(2_592_000_000));
        assert_eq!(super::length_ms(" 1.5h "), Some(5_400_000));
        for text in ["", "30", "d", "0d", "-1d", "NaNd", "infd", "1e9w", "3 days"] {
            assert_eq!(super::length_ms(text), None, "{text}");
        }
    }
}
