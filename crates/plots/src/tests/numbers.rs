//! Numbers and marks, as text.

use crate::number::{grouped, short, tick_labels, with_interval};
use crate::scale::{Scale, span, ticks};

/// The marks between two ends, as they are written.
fn marks(low: f64, high: f64, most: usize) -> String {
    tick_labels(&ticks((low, high), most), false).join(" ")
}

#[test]
fn marks_are_round() {
    for (ends, most, expected) in [
        ((0.0, 1.0), 5, "0 0.2 0.4 0.6 0.8 1.0"),
        ((0.0, 100.0), 5, "0 20 40 60 80 100"),
        ((-3.2, 4.1), 4, "−2 0 2 4"),
        ((0.0, 0.037), 4, "0 0.01 0.02 0.03"),
        ((0.0, 23_000.0), 5, "0 5 k 10 k 15 k 20 k"),
        ((1.2e6, 1.9e6), 4, "1.2 M 1.4 M 1.6 M 1.8 M"),
        ((0.0, 3e-9), 3, "0 1e−9 2e−9 3e−9"),
        ((0.0, 4e20), 2, "0 2e20 4e20"),
        ((0.1, 0.3), 3, "0.1 0.2 0.3"),
    ] {
        assert_eq!(marks(ends.0, ends.1, most), expected, "{ends:?}");
    }
}

#[test]
fn marks_end_whatever_the_ends() {
    for ends in
        [(f64::MIN, f64::MAX), (-1e290, 1e290), (1e16, 1e16 + 2.0), (0.0, 1e-290), (5.0, 5.0)]
    {
        let found = ticks(span([ends.0, ends.1]), 6);
        assert!(found.len() <= 13, "{ends:?}: {found:?}");
        assert!(found.iter().all(|it| it.is_finite()));
        assert!(found.windows(2).all(|it| it[0] < it[1]), "{ends:?}: {found:?}");
    }
}

#[test]
fn powers_of_ten_are_marked_evenly() {
    let marks = |low: f64, high: f64, most: usize| {
        tick_labels(&Scale::logarithmic((low, high), (0.0, 1.0)).ticks(most), false).join(" ")
    };
    assert_eq!(marks(1.0, 100.0, 8), "1 2 5 10 20 50 100");
    assert_eq!(marks(0.01, 1000.0, 6), "0.01 0.1 1 10 100 1000");
}

#[test]
fn numbers_have_three_digits() {
    for (x, expected) in [
        (0.0, "0"),
        (-0.0, "0"),
        (0.042_13, "0.0421"),
        (-4.2, "−4.2"),
        (421.4, "421"),
        (9_999.0, "9999"),
        (14_844.0, "14.8 k"),
        (16_554_720.0, "16.6 M"),
        (2.5e-7, "2.5e−7"),
        (1e300, "1e300"),
    ] {
        assert_eq!(short(x), expected);
    }
    assert_eq!(grouped(88_387.0), "88,387");
    assert_eq!(grouped(-1_234_567.2), "−1,234,567");
}

#[test]
fn an_interval_says_how_much_is_known() {
    let told = |estimate: f64, low: f64, high: f64| match with_interval(
        estimate,
        Some((low, high)),
        false,
    ) {
        (estimate, Some(ends)) => format!("{estimate} ({ends})"),
        (estimate, None) => estimate,
    };
    assert_eq!(told(0.2449, 0.1102, 0.3796), "0.24 (0.11 to 0.38)");
    assert_eq!(told(-3.0, -12.0, 6.0), "−3.0 (−12.0 to 6.0)");
    assert_eq!(told(16_554_720.0, 4_930_139.0, 28_029_906.0), "17 M (5 to 28 M)");
    assert_eq!(
        with_interval(0.27, Some((0.267, 0.273)), true).1.as_deref(),
        Some("26.70 to 27.30 %")
    );
}
