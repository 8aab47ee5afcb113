//! Too little, too odd, too much: absent with a reason, never a wrong number and never a panic.

use proptest::prelude::*;

use super::truth::{Chance, channels, normal_cells, people};
use crate::{Cell, Question, Sums, leverage, leverage_with_uncapped, shares};

fn ask(k: usize, cells: Vec<Cell>) -> crate::Leverage {
    leverage(&Question::new(&channels(k), &[cells]))
}

fn filled(sizes: &[(u32, u64)]) -> Vec<Cell> {
    normal_cells(sizes, &[(0, 1.0)], 3)
}

#[test]
fn a_cell_of_one_person_has_no_variance() {
    let report = ask(2, filled(&[(0, 9), (1, 1), (2, 9), (3, 9)]));
    assert!(report.leverage.estimate.is_some());
    assert_eq!((report.leverage.se, report.leverage.low), (None, None));
    assert_eq!(report.insufficient.as_deref(), Some("only one person in cell `email`"));
    let social = &report.values[1];
    assert!(social.estimate.low.is_some(), "what does not need the cell stands");
}

#[test]
fn an_empty_cell_is_named() {
    let report = ask(3, filled(&[(0, 9), (1, 9), (2, 9), (7, 9)]));
    assert_eq!(report.insufficient.as_deref(), Some("no people in cell `content`"));
    assert_eq!(report.leverage_ratio.reason.as_deref(), Some("no people in cell `content`"));
    assert_eq!(report.cells.len(), 4, "cells without people are left out");
}

#[test]
fn rare_events_are_not_enough() {
    let rate = |on: u32, events: u64| {
        let mut sums = people(events, || 1.0);
        sums.merge(&people(200 - events, || 0.0));
        Cell { on, sums }
    };
    let report = ask(2, vec![rate(0, 4), rate(1, 9), rate(2, 9), rate(3, 20)]);
    let reason = report.insufficient.expect("not enough");
    assert!(reason.starts_with("4 of 200 people in cell `none`"), "{reason}");
    let enough = ask(2, vec![rate(0, 5), rate(1, 9), rate(2, 9), rate(3, 20)]);
    assert_eq!(enough.insufficient, None);
    assert_eq!(enough.leverage.sequence_low, None, "but not enough for a sequence");
    assert!(enough.leverage.reason.is_some_and(|reason| reason.starts_with("no sequence")));
}

#[test]
fn an_outcome_that_does_not_vary_says_nothing() {
    let cells = (0..4).map(|on| Cell { on, sums: people(50, || 2.0) }).collect();
    let report = ask(2, cells);
    assert_eq!(report.insufficient.as_deref(), Some("the outcome does not vary in these cells"));
    assert_eq!(report.leverage.p, None);
}

#[test]
fn questions_without_sense_are_refused() {
    let refused = |k: usize, change: fn(&mut Question)| {
        let (names, cells) = (channels(k), [filled(&[(0, 5), (1, 5), (2, 5), (3, 5)])]);
        let mut question = Question::new(&names, &cells);
        change(&mut question);
        leverage(&question).insufficient.unwrap_or_default()
    };
    assert_eq!(refused(2, |_| {}), "");
    assert!(refused(1, |_| {}).contains("two or more channels"));
    assert!(refused(2, |question| question.confidence = 1.0).contains("confidence"));
    assert!(refused(2, |question| question.order = Some(1)).contains("order"));
    assert!(refused(2, |question| question.sequence_at = f64::NAN).contains("sequence"));
    assert!(refused(2, |question| question.cohorts = &[]).contains("no people"));
}

#[test]
fn amounts_that_few_have_are_marked_and_shown_as_conversion_too() {
    let mut chance = Chance::new(1);
    let mut draw = || if chance.uniform() < 0.1 { 30.0 * chance.normal().exp() } else { 0.0 };
    let cells: Vec<Cell> = (0..4).map(|on| Cell { on, sums: people(2_000, &mut draw) }).collect();
    let report = ask(2, cells.clone());
    let marked: Vec<&String> =
        report.warnings.iter().filter(|warning| warning.starts_with("unreliable")).collect();
    assert_eq!(marked.len(), 2, "too few buyers, too skewed: {:?}", report.warnings);
    let conversion = report.conversion.expect("shown");
    let rate = conversion.baseline.estimate.expect("filled");
    assert!((rate - 0.1).abs() < 0.03, "{rate}");
    let (names, uncapped) = (channels(2), [cells]);
    let question = Question::new(&names, &uncapped);
    let capped = leverage_with_uncapped(&question, 100.0, &question);
    assert_eq!(capped.uncapped.expect("shown").leverage, capped.leverage);
}

#[test]
fn normal_outcomes_are_not_marked() {
    let report = ask(2, filled(&[(0, 200), (1, 200), (2, 200), (3, 200)]));
    assert_eq!(report.warnings, Vec::<String>::new());
    assert_eq!(report.conversion, None);
}

#[test]
fn shares_that_are_off_raise_the_alarm() {
    let names = channels(3);
    let declared = shares(crate::Design::Leverage, 3);
    let cells = [filled(&[(0, 100), (1, 500), (2, 100), (4, 100), (7, 40)])];
    let mut question = Question::new(&names, &cells);
    question.expected_shares = Some(&declared);
    let report = leverage(&question);
    assert!(report.sample_ratio.expect("declared").p < 1e-9);
    assert!(report.warnings.iter().any(|warning| warning.contains("declared shares")));
    // People where nobody should be.
    let cells = [filled(&[(0, 100), (1, 50), (2, 50), (3, 1), (4, 50), (7, 13)])];
    question.cohorts = &cells;
    let test = leverage(&question).sample_ratio.expect("declared");
    assert_eq!((test.chi2, test.p), (None, 0.0));
}

#[test]
fn a_cohort_too_small_to_compare_is_left_out_and_said() {
    let names = channels(2);
    let large = filled(&[(0, 90), (1, 90), (2, 90), (3, 90)]);
    let small = filled(&[(0, 3), (1, 3)]);
    let both = leverage(&Question::new(&names, &[large.clone(), small]));
    let alone = leverage(&Question::new(&names, &[large]));
    assert_eq!((both.n, &both.leverage), (360, &alone.leverage));
    assert!(both.warnings.iter().any(|warning| warning.starts_with("6 people are left out")));
}

#[test]
fn equal_cohorts_are_one_cohort() {
    let names = channels(2);
    let cells = filled(&[(0, 90), (1, 90), (2, 90), (3, 90)]);
    let one = leverage(&Question::new(&names, std::slice::from_ref(&cells))).leverage;
    let two = leverage(&Question::new(&names, &[cells.clone(), cells])).leverage;
    let close =
        |a: Option<f64>, b: Option<f64>| (a.unwrap_or(0.0) - b.unwrap_or(1.0)).abs() < 1e-12;
    assert!(close(one.estimate, two.estimate));
    assert!(close(one.se.map(|se| se / 2.0_f64.sqrt()), two.se));
}

proptest! {
    #[test]
    fn no_sums_whatever_make_it_panic(
        k in 0_usize..8,
        cells in prop::collection::vec(
            (0_u32..300, 0_u64..6, prop::num::f64::ANY, prop::num::f64::ANY), 0..12),
        order in prop::option::of(0_usize..9),
    ) {
        let cell = |(on, n, mean, m2): (u32, u64, f64, f64)| {
            Cell { on, sums: Sums { n, mean, m2, ..Sums::default() } }
        };
        let (names, cells) = (channels(k.min(7)), [cells.into_iter().map(cell).collect::<Vec<_>>()]);
        let report = leverage(&Question { order, ..Question::new(&names, &cells) });
        prop_assert!(serde_json::to_string(&report).is_ok());
        prop_assert!(report.insufficient.is_some() || report.leverage.low.is_some());
    }

    #[test]
    fn everything_adds_up(sizes in prop::collection::vec(2_u64..9, 16), seed in 0_u64..1000) {
        let sizes: Vec<(u32, u64)> = (0..16).zip(sizes).collect();
        let report = ask(4, normal_cells(&sizes, &[(0, 1.0), (3, 1.0)], seed));
        let estimate = |estimate: &crate::Estimate| estimate.estimate.unwrap_or(f64::NAN);
        let credit: f64 = report.shapley.iter().map(|row| estimate(&row.estimate)).sum();
        let together = estimate(&report.values[14].estimate);
        prop_assert!((credit - together).abs() < 1e-9, "credit is all of the joint effect");
        let more = report.interactions.iter().filter(|row| 2 <= row.channels.len());
        let dividends: f64 = more.map(|row| estimate(&row.estimate)).sum();
        prop_assert!((dividends - estimate(&report.leverage)).abs() < 1e-9);
    }
}

/// Against `scipy.stats.ttest_ind(b, a, equal_var=False)` of SciPy 1.17 with these very numbers.
#[test]
fn one_thing_is_compared_by_welch() {
    let group = |values: &[f64]| {
        let mut sums = Sums::default();
        values.iter().cycle().take(3 * values.len()).for_each(|it| sums.push(*it));
        sums
    };
    let without = group(&[0.0, 0.0, 5.0, 12.0, 3.5, 0.0, 7.0, 1.0]);
    let with = group(&[4.0, 9.0, 0.0, 0.0, 22.0, 6.0, 8.5]);
    let cells = [vec![Cell { on: 0, sums: without }, Cell { on: 1, sums: with }]];
    let (found, _) = crate::effect(&Question::new(&channels(1), &cells));
    let near = |value: Option<f64>, expected: f64| {
        assert!(value.is_some_and(|it| (it - expected).abs() < 1e-9), "{value:?}: {expected}");
    };
    near(found.estimate, 3.508_928_571_428_571);
    near(found.df, 31.046_208_549_210_16);
    near(found.p, 0.056_155_679_747_964_39);
    near(found.low, -0.097_941_031_013_412_78);
    near(found.high, 7.115_798_173_870_555);
    let nobody = crate::effect(&Question::new(&channels(1), &[])).0;
    assert!(nobody.reason.is_some_and(|it| it.contains("no people")));
}
