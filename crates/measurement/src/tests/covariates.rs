//! Several covariates: the sums say the same as the rows, and intervals narrow and still cover.

use proptest::prelude::*;

use super::truth::{Chance, assert_rate, channels};
use crate::{Cell, ClusterRow, Clusters, Question, Sums, WideSums, leverage, with_index};

/// Spend before, visits before, a copy of spend in another unit, and a constant.
fn cells(seed: u64, n: usize) -> (Vec<(u32, WideSums)>, Clusters) {
    let mut chance = Chance::new(seed);
    let mut rows = Clusters::new(false, 4);
    let mut cells: Vec<(u32, WideSums)> = (0..4).map(|on| (on, WideSums::new(4))).collect();
    for at in 0..n {
        let on = at as u32 % 4;
        let (spend, visits) = (10.0 + 3.0 * chance.normal(), chance.normal());
        let x = [spend, visits, 100.0 * spend, 7.0];
        let y = f64::from(on & 1) + 0.7 * spend - 1.5 * visits + chance.normal();
        cells[on as usize].1.push(y, &x);
        rows.push(ClusterRow { cluster: 0, stratum: 0, on, weight: 1.0, y }, &x);
    }
    (cells, rows)
}

#[test]
fn the_index_is_the_regression_and_leaves_out_what_says_nothing_new() {
    let (cells, rows) = cells(1, 40_000);
    let (_, index) = with_index(&cells);
    assert_eq!(index.unused, [2, 3]);
    assert_eq!(rows.unused_covariates(), [2, 3]);
    assert!((index.coefficients[0] - 0.7).abs() < 0.01, "{index:?}");
    assert!((index.coefficients[1] + 1.5).abs() < 0.03, "{index:?}");
}

#[test]
fn several_covariates_narrow_more_than_one_and_keep_the_coverage() {
    let names = channels(2);
    let reps = if super::slow() { 20_000 } else { 2_000 };
    let (mut hits, mut widths) = (0, [0.0; 2]);
    for seed in 0..reps {
        let (cells, _) = cells(seed, 200);
        let wide = [with_index(&cells).0];
        let plain = |cell: &Cell| Cell { sums: Sums { covariate: None, ..cell.sums }, ..*cell };
        let bare = [wide[0].iter().map(plain).collect::<Vec<Cell>>()];
        let with = leverage(&Question::new(&names, &wide)).leverage;
        let without = leverage(&Question::new(&names, &bare)).leverage;
        hits += usize::from(
            with.low.is_some_and(|low| low <= 0.0) && with.high.is_some_and(|high| 0.0 <= high),
        );
        widths[0] += with.se.expect("known");
        widths[1] += without.se.expect("known");
    }
    assert_rate(hits, reps as usize, 0.95, "coverage with an index");
    // The outcome's spread falls from √(2.1² + 1.5² + 1) to 1.
    assert!(widths[0] < 0.45 * widths[1], "{widths:?}");
}

#[test]
fn rows_with_weight_one_say_the_same_as_sums() {
    let (cells, rows) = cells(5, 4_000);
    let (sums, _) = with_index(&cells);
    let names = channels(2);
    let cohorts = [rows.cells()];
    let by_rows = leverage(&Question { clusters: Some(&rows), ..Question::new(&names, &cohorts) });
    let by_sums = leverage(&Question::new(&names, &[sums]));
    let (a, b) = (by_rows.leverage, by_sums.leverage);
    assert!((a.estimate.expect("known") - b.estimate.expect("known")).abs() < 1e-9);
    // The sums take one more degree of freedom for the slope; else the same.
    let ratio = a.se.expect("known") / b.se.expect("known");
    assert!((ratio - 1.0).abs() < 2e-3, "{ratio}");
}

proptest! {
    #[test]
    fn sums_merge(values in prop::collection::vec((-50.0..50.0_f64, -5.0..5.0_f64, 0.0..9.0_f64), 2..40), cut in 0_usize..40) {
        let cut = cut.min(values.len());
        let of = |part: &[(f64, f64, f64)]| {
            let mut sums = WideSums::new(2);
            part.iter().for_each(|(y, a, b)| sums.push(*y, &[*a, *b]));
            sums
        };
        let whole = of(&values);
        let mut merged = of(&values[..cut]);
        merged.merge(&of(&values[cut..]));
        let (a, b) = (with_index(&[(0, whole)]).0, with_index(&[(0, merged)]).0);
        let (a, b) = (a[0].sums, b[0].sums);
        prop_assert_eq!(a.n, b.n);
        prop_assert!((a.mean - b.mean).abs() < 1e-9 && (a.m2 - b.m2).abs() < 1e-7 * (1.0 + a.m2));
        let (x, y) = (a.covariate.expect("an index"), b.covariate.expect("an index"));
        prop_assert!((x.cross - y.cross).abs() < 1e-6 * (1.0 + x.cross.abs()), "{:?} {:?}", x, y);
        prop_assert!((x.m2 - y.m2).abs() < 1e-6 * (1.0 + x.m2), "{:?} {:?}", x, y);
    }
}
