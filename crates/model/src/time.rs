//! Points in time and lengths of time, in whole milliseconds.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, Sub};

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// A length of time in milliseconds; negative spans point backwards.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Span(pub i64);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTimestampError(pub String);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseSpanError(pub String);

impl Timestamp {
    /// 0000-01-01 and 9999-12-31: what RFC 3339 can write.
    pub const MIN: Timestamp = Timestamp(-62_167_219_200_000);
    pub const MAX: Timestamp = Timestamp(253_402_300_799_999);

    pub const fn from_millis(millis: i64) -> Timestamp {
        Timestamp(millis)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads RFC 3339 (`2026-11-22T09:00:00.5+01:00`), a bare date, or a date and time without a
    /// zone (taken as UTC).
    pub fn parse(text: &str) -> Result<Timestamp, ParseTimestampError> {
        let text = text.trim();
        let millis = if let Ok(instant) = text.parse::<jiff::Timestamp>() {
            Some(instant.as_millisecond())
        } else if let Ok(civil) = text.parse::<jiff::civil::DateTime>() {
            civil.to_zoned(jiff::tz::TimeZone::UTC).ok().map(|it| it.timestamp().as_millisecond())
        } else {
            None
        };
        millis.map(Timestamp).ok_or_else(|| ParseTimestampError(text.to_owned()))
    }

    /// Whole days since 1970-01-01 in UTC; the key under which daily counts are kept.
    pub fn day(self) -> i64 {
        self.0.div_euclid(Span::DAY.0)
    }

    /// This point moved by `span`, held within [`Timestamp::MIN`] and [`Timestamp::MAX`].
    pub fn plus(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_add(span.0).clamp(Timestamp::MIN.0, Timestamp::MAX.0))
    }

    pub fn minus(self, span: Span) -> Timestamp {
        self.plus(Span(span.0.saturating_neg()))
    }
}

impl Span {
    pub const ZERO: Span = Span(0);
    pub const SECOND: Span = Span(1_000);
    pub const MINUTE: Span = Span(60_000);
    pub const HOUR: Span = Span(3_600_000);
    pub const DAY: Span = Span(86_400_000);
    pub const WEEK: Span = Span(604_800_000);

    pub const fn seconds(n: i64) -> Span {
        Span(n * 1_000)
    }

    pub const fn minutes(n: i64) -> Span {
        Span(n * 60_000)
    }

    pub const fn hours(n: i64) -> Span {
        Span(n * 3_600_000)
    }

    pub const fn days(n: i64) -> Span {
        Span(n * 86_400_000)
    }

    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Reads `500ms`, `10s`, `15m`, `2h`, `7d`, `4w`, and sums of them without spaces (`1d12h`).
    pub fn parse(text: &str) -> Result<Span, ParseSpanError> {
        let fail = || ParseSpanError(text.to_owned());
        let mut rest = text.trim();
        let mut total: i64 = 0;
        if rest.is_empty() {
            return Err(fail());
        }
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !c.is_ascii_digit()).ok_or_else(fail)?;
            let count: i64 = rest[..digits].parse().map_err(|_| fail())?;
            rest = &rest[digits..];
            let unit_len = rest.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(rest.len());
            let unit = match &rest[..unit_len] {
                "ms" => 1,
                "s" => Span::SECOND.0,
                "m" => Span::MINUTE.0,
                "h" => Span::HOUR.0,
                "d" => Span::DAY.0,
                "w" => Span::WEEK.0,
                _ => return Err(fail()),
            };
            total =
                count.checked_mul(unit).and_then(|it| total.checked_add(it)).ok_or_else(fail)?;
            rest = &rest[unit_len..];
        }
        Ok(Span(total))
    }
}

impl Add<Span> for Timestamp {
    type Output = Timestamp;

    fn add(self, span: Span) -> Timestamp {
        self.plus(span)
    }
}

impl Sub<Span> for Timestamp {
    type Output = Timestamp;

    fn sub(self, span: Span) -> Timestamp {
        self.minus(span)
    }
}

impl Sub<Timestamp> for Timestamp {
    type Output = Span;

    fn sub(self, other: Timestamp) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339 in UTC; milliseconds only where there are any.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_millisecond(self.0) {
            Ok(instant) => write!(f, "{instant}"),
            Err(_) => write!(f, "{}ms", self.0),
        }
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Span {
    /// The form that [`Span::parse`] reads, largest unit first: `1d12h`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 0 {
            f.write_str("-")?;
        }
        let mut left = self.0.unsigned_abs();
        if left == 0 {
            return f.write_str("0s");
        }
        for (unit, name) in
            [(86_400_000, "d"), (3_600_000, "h"), (60_000, "m"), (1_000, "s"), (1, "ms")]
        {
            if unit <= left {
                write!(f, "{}{name}", left / unit)?;
                left %= unit;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for ParseTimestampError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a time; write it like 2026-11-22T09:00:00Z", self.0)
    }
}

impl fmt::Display for ParseSpanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w", self.0)
    }
}

impl std::error::Error for ParseTimestampError {}
impl std::error::Error for ParseSpanError {}
