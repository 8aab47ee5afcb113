//! Values as a CSV file would have them.

use std::io::Write;

use super::schema::Meaning;

const DAY_S: i64 = 86_400;
const NANOS: i64 = 1_000_000_000;

/// Writing to memory cannot fail.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        write!($out, $($argument)*).unwrap_or_default()
    };
}

pub fn bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(if value { b"true" } else { b"false" });
}

/// A whole number in the sense of its column.
pub fn int(out: &mut Vec<u8>, value: i64, meaning: &Meaning) {
    match meaning {
        Meaning::Unsigned32 => put!(out, "{}", value as u32),
        Meaning::Unsigned64 => put!(out, "{}", value as u64),
        Meaning::Decimal(scale) => decimal(out, i128::from(value), *scale),
        Meaning::Date => date(out, value),
        Meaning::Time { per_second } => time(out, value, *per_second),
        Meaning::Instant { per_second, utc } => {
            let seconds = value.div_euclid(*per_second);
            let nanos = value.rem_euclid(*per_second) * (NANOS / per_second);
            instant(out, seconds, nanos, *utc);
        }
        _ => put!(out, "{value}"),
    }
}

/// The shortest text that reads back as the same number.
pub fn double(out: &mut Vec<u8>, value: f64) {
    match plain(value.abs()) {
        true => put!(out, "{value}"),
        false => put!(out, "{value:e}"),
    }
}

pub fn float(out: &mut Vec<u8>, value: f32) {
    match plain(f64::from(value.abs())) {
        true => put!(out, "{value}"),
        false => put!(out, "{value:e}"),
    }
}

/// Others would have hundreds of zeros.
fn plain(size: f64) -> bool {
    size == 0.0 || (1e-5..1e16).contains(&size) || !size.is_finite()
}

/// A number of 16 bits (IEEE 754).
pub fn half(out: &mut Vec<u8>, bytes: &[u8]) {
    let Some(bytes) = bytes.first_chunk::<2>() else { return };
    let bits = u16::from_le_bytes(*bytes);
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let (exponent, fraction) = (i32::from(bits >> 10 & 0x1f), f32::from(bits & 0x3ff));
    let size = match exponent {
        0 => fraction * 2_f32.powi(-24),
        31 if fraction == 0.0 => f32::INFINITY,
        31 => f32::NAN,
        _ => (1.0 + fraction / 1024.0) * 2_f32.powi(exponent - 15),
    };
    float(out, sign * size);
}

/// Bytes in the sense of their column: text, a large decimal, a UUID or a short number.
pub fn bytes(out: &mut Vec<u8>, bytes: &[u8], meaning: &Meaning) {
    match meaning {
        Meaning::Decimal(scale) => match whole(bytes) {
            Some(value) => decimal(out, value, *scale),
            None => put!(out, "a decimal of {} bytes", bytes.len()),
        },
        Meaning::Uuid => {
            for (at, byte) in bytes.iter().enumerate() {
                let hyphen = if matches!(at, 4 | 6 | 8 | 10) { "-" } else { "" };
                put!(out, "{hyphen}{byte:02x}");
            }
        }
        Meaning::Half => half(out, bytes),
        _ => out.extend_from_slice(bytes),
    }
}

/// A number in two's complement, the highest byte first.
fn whole(bytes: &[u8]) -> Option<i128> {
    let first = *bytes.first()?;
    let fill = if 0x80 <= first { 0xff } else { 0 };
    let spare = bytes.len().saturating_sub(16);
    if bytes[..spare].iter().any(|byte| *byte != fill) {
        return None;
    }
    let mut all = [fill; 16];
    let kept = &bytes[spare..];
    all[16 - kept.len()..].copy_from_slice(kept);
    Some(i128::from_be_bytes(all))
}

fn decimal(out: &mut Vec<u8>, value: i128, scale: usize) {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    if scale == 0 {
        return put!(out, "{sign}{size}");
    }
    let parts = 10_u128.pow(scale as u32);
    put!(out, "{sign}{}.{:0scale$}", size / parts, size % parts);
}

/// Days since 1970 as a date (Hinnant, "chrono-Compatible Low-Level Date Algorithms").
fn date(out: &mut Vec<u8>, days: i64) {
    const ERA: i64 = 146_097;
    let shifted = days.saturating_add(719_468);
    let era = shifted.div_euclid(ERA);
    let day_of_era = shifted.rem_euclid(ERA);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    match (0..=9_999).contains(&year) {
        true => put!(out, "{year:04}-{month:02}-{day:02}"),
        // As ISO 8601 extends it.
        false => put!(out, "{year:+07}-{month:02}-{day:02}"),
    }
}

fn clock(out: &mut Vec<u8>, seconds: i64, nanos: i64) {
    put!(out, "{:02}:{:02}:{:02}", seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match nanos {
        0 => {}
        _ if nanos % 1_000_000 == 0 => put!(out, ".{:03}", nanos / 1_000_000),
        _ if nanos % 1_000 == 0 => put!(out, ".{:06}", nanos / 1_000),
        _ => put!(out, ".{nanos:09}"),
    }
}

fn time(out: &mut Vec<u8>, value: i64, per_second: i64) {
    match (0..DAY_S * per_second).contains(&value) {
        true => clock(out, value / per_second, value % per_second * (NANOS / per_second)),
        false => put!(out, "{value} of {per_second} parts of a second"),
    }
}

/// RFC 3339 where it is UTC, and without a zone where nobody says which.
fn instant(out: &mut Vec<u8>, seconds: i64, nanos: i64, utc: bool) {
    date(out, seconds.div_euclid(DAY_S));
    out.push(b'T');
    clock(out, seconds.rem_euclid(DAY_S), nanos);
    if utc {
        out.push(b'Z');
    }
}

/// Nanoseconds of the day, and the Julian day, as whole words from the lowest on.
pub fn julian(out: &mut Vec<u8>, words: [u32; 3]) {
    const JULIAN_DAY_OF_1970: i64 = 2_440_588;
    let [low, high, day] = words;
    let nanos = (u64::from(high) << 32 | u64::from(low)) as i64;
    let days = i64::from(day) - JULIAN_DAY_OF_1970 + nanos.div_euclid(DAY_S * NANOS);
    let nanos = nanos.rem_euclid(DAY_S * NANOS);
    instant(out, days * DAY_S + nanos / NANOS, nanos % NANOS, true);
}
