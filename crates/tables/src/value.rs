//! The text of one value as a number, a count or a yes or no, and what to say where it is none.

pub(crate) const BINARY_HINT: &str =
    "write 1 (or true) where the channel was allowed and 0 (or false) where not";

/// A finite number.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

pub(crate) fn number_hint(text: &str) -> &'static str {
    match text {
        "" => "fill it in, with 0 where nothing happened, or leave the row out",
        _ if text.contains(',') => "write numbers with a point and without separators",
        _ => "write numbers like 12.5",
    }
}

/// A whole number from 0 on; `12.0` is one too.
pub(crate) fn count(text: &str) -> Option<u64> {
    /// Beyond this a 64-bit float no longer holds every whole number.
    const COUNT_MAX: f64 = 9_007_199_254_740_992.0;
    if let Ok(count) = text.parse::<u64>() {
        return Some(count);
    }
    let count = text.parse::<f64>().ok()?;
    (count.fract() == 0.0 && (0.0..=COUNT_MAX).contains(&count)).then_some(count as u64)
}

/// 0 or 1, true or false.
pub(crate) fn binary(text: &str) -> Option<bool> {
    match text {
        "0" | "0.0" => Some(false),
        "1" | "1.0" => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ => None,
    }
}

/// The message about a value that is not what was wanted.
pub(crate) fn not(text: &str, wanted: &str) -> String {
    format!("`{}` is not {wanted}", shortened(text))
}

/// Enough to find a value by; a file of the wrong kind may hold anything.
fn shortened(text: &str) -> String {
    const SHOWN_MAX: usize = 40;
    let shown: String = text.chars().take(SHOWN_MAX).collect();
    let more = if shown.len() < text.len() { "…" } else { "" };
    format!("{shown}{more}")
}
