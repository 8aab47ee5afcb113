//! Numbers as text: the same in every country, with k, M, G and T for large ones.

/// Beyond these a number is written with its power of ten.
const LARGEST_PLAIN: f64 = 1e15;
const SMALLEST_PLAIN: f64 = 1e-5;

/// The letter for a power of a thousand, and that power. Numbers under ten thousand are written out.
fn magnitude(largest: f64) -> (f64, &'static str) {
    match largest {
        x if x < 1e4 => (1.0, ""),
        x if x < 1e6 => (1e3, " k"),
        x if x < 1e9 => (1e6, " M"),
        x if x < 1e12 => (1e9, " G"),
        _ => (1e12, " T"),
    }
}

fn is_plain(largest: f64) -> bool {
    largest == 0.0 || (SMALLEST_PLAIN..LARGEST_PLAIN).contains(&largest)
}

/// With a real minus, and none before zero.
fn signed(text: String) -> String {
    match text.strip_prefix('-') {
        Some(digits) if digits.chars().all(|it| it == '0' || it == '.') => digits.to_owned(),
        Some(digits) => format!("−{digits}"),
        None => text,
    }
}

/// `2.5e−7`
fn with_power(x: f64, decimals: usize) -> String {
    let text = format!("{x:.decimals$e}");
    let (digits, power) = text.split_once('e').unwrap_or((text.as_str(), "0"));
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{}e{}", signed(digits.to_owned()), signed(power.to_owned()))
}

/// The decimals that `step` needs, when it is one, two or five of some power of ten.
fn decimals_of(step: f64) -> usize {
    /// More is not read by anybody.
    const DECIMALS_MAX: f64 = 12.0;
    match step.is_finite() && 0.0 < step {
        true => (-step.log10() - 1e-9).ceil().clamp(0.0, DECIMALS_MAX) as usize,
        false => 0,
    }
}

/// Labels for the marks of an axis: all of one form. `percent` takes shares.
pub(crate) fn tick_labels(ticks: &[f64], percent: bool) -> Vec<String> {
    let largest = ticks.iter().fold(0.0, |largest: f64, tick| largest.max(tick.abs()));
    let step = match ticks {
        [first, second, ..] => (second - first).abs(),
        [only] => only.abs(),
        [] => 1.0,
    };
    let uneven = |three: &[f64]| 1e-6 < (three[2] - three[1] - step).abs() / step;
    if ticks.windows(3).any(uneven) {
        let factor = if percent { 100.0 } else { 1.0 };
        let sign = if percent { " %" } else { "" };
        return ticks.iter().map(|it| short(it * factor) + sign).collect();
    }
    if percent && largest < 1e4 {
        let decimals = decimals_of(step * 100.0);
        return ticks.iter().map(|it| signed(format!("{:.decimals$} %", it * 100.0))).collect();
    }
    if !is_plain(largest) {
        return ticks.iter().map(|it| if *it == 0.0 { "0".into() } else { short(*it) }).collect();
    }
    let (unit, letter) = magnitude(largest);
    let decimals = decimals_of(step / unit);
    let label = |tick: &f64| match *tick == 0.0 {
        true => "0".to_owned(),
        false => signed(format!("{:.decimals$}", tick / unit)) + letter,
    };
    ticks.iter().map(label).collect()
}

/// Three digits: `0.0421`, `4.2`, `421`, `14.8 k`.
pub(crate) fn short(x: f64) -> String {
    if !x.is_finite() {
        return "not known".to_owned();
    }
    let size = x.abs();
    if !is_plain(size) {
        return with_power(x, 1);
    }
    let (unit, letter) = magnitude(size);
    let scaled = x / unit;
    let before = if scaled == 0.0 { 0.0 } else { scaled.abs().log10().floor() };
    let decimals = (2.0 - before).clamp(0.0, 7.0) as usize;
    let text = format!("{scaled:.decimals$}");
    let text = match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    };
    signed(text) + letter
}

/// An estimate, and its interval if it has one, with the two digits of the interval's width that
/// can be known.
pub(crate) fn with_interval(
    estimate: f64,
    ends: Option<(f64, f64)>,
    percent: bool,
) -> (String, Option<String>) {
    if !estimate.is_finite() {
        return (short(estimate), None);
    }
    let factor = if percent { 100.0 } else { 1.0 };
    let sign = if percent { " %" } else { "" };
    let Some((low, high)) = ends else {
        return (short(estimate * factor) + sign, None);
    };
    let numbers = [estimate * factor, low * factor, high * factor];
    let largest = numbers.iter().fold(0.0, |largest: f64, it| largest.max(it.abs()));
    if !is_plain(largest) || numbers.iter().any(|it| !it.is_finite()) {
        return (short(numbers[0]), Some(format!("{} to {}", short(low), short(high))));
    }
    let (unit, letter) = magnitude(largest);
    let spread = (numbers[2] - numbers[1]) / 2.0 / unit;
    let decimals = match 0.0 < spread {
        true => (1.0 - spread.log10().floor()).clamp(0.0, 8.0) as usize,
        false => 2,
    };
    // A whole number of many digits says no more than four of them do.
    let decimals = decimals.min((3.0 - (largest / unit).log10().floor()).clamp(0.0, 8.0) as usize);
    let [estimate, low, high] = numbers.map(|it| signed(format!("{:.decimals$}", it / unit)));
    let letter = format!("{letter}{sign}");
    (estimate + &letter, Some(format!("{low} to {high}{letter}")))
}

/// `200,000`
pub(crate) fn grouped(count: f64) -> String {
    if !count.is_finite() || LARGEST_PLAIN <= count.abs() {
        return short(count);
    }
    let digits = format!("{:.0}", count.abs());
    let mut text = if count < 0.0 { "−".to_owned() } else { String::new() };
    for (i, digit) in digits.chars().enumerate() {
        if 0 < i && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
