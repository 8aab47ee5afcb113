//! Ties, limits, reasons, and what holds of every file.

use proptest::prelude::*;

use super::{Market, ask};
use crate::{UpliftQuestion, UpliftUnit, uplift};

const USUAL: Market = Market { n: 2_000, treated: 0.5, base: 0.1, most: 0.1 };

#[track_caller]
fn refuses(units: &[UpliftUnit], expected: &str) {
    let found = ask(units);
    let reason = found.insufficient.expect("not enough");
    assert!(reason.contains(expected), "{reason}");
    assert_eq!((found.n, found.qini.estimate), (units.len() as u64, None));
}

#[test]
fn too_little_is_said_and_not_guessed() {
    refuses(&[], "0 people were treated; at least 100 must");
    let units = USUAL.units(true, 1);
    let few = |keep: usize, treated: bool| -> Vec<UpliftUnit> {
        let mut left = keep;
        let mut kept = units.clone();
        kept.retain(|it| {
            let counts = it.treated == treated;
            left -= usize::from(counts && 0 < left);
            !counts || 0 < left
        });
        kept
    };
    refuses(&few(60, true), "people were treated; at least 100 must");
    refuses(&few(60, false), "people were not treated; at least 100 must");
    let none: Vec<UpliftUnit> = units.iter().map(|it| UpliftUnit { outcome: 3.0, ..*it }).collect();
    refuses(&none, "does not vary");
    let rare = |it: (usize, &UpliftUnit)| UpliftUnit {
        outcome: f64::from(u8::from(it.0.is_multiple_of(100))),
        ..*it.1
    };
    let rare: Vec<UpliftUnit> = units.iter().enumerate().map(rare).collect();
    refuses(&rare, "people have the outcome; at least 20 must");
    let mut odd = units;
    odd[3].score = f64::NAN;
    refuses(&odd, "not numbers");
}

#[test]
fn one_score_for_everybody_is_a_random_order() {
    let units: Vec<UpliftUnit> =
        USUAL.units(true, 2).iter().map(|it| UpliftUnit { score: 7.0, ..*it }).collect();
    let found = ask(&units);
    assert_eq!((found.qini.estimate, found.area.estimate), (Some(0.0), Some(0.0)));
    assert!(found.qini.low.is_none() && found.qini.reason.is_some());
    assert_eq!(found.curve.len(), 2, "nobody, and everybody");
    assert!(found.warnings.iter().any(|it| it == "everybody has the same score"));
    assert!(found.warnings.iter().any(|it| it.contains("ends among people of equal scores")));
}

#[test]
fn a_treatment_that_follows_the_score_is_noticed() {
    let mut units = USUAL.units(true, 3);
    assert!(ask(&units).warnings.is_empty(), "{:?}", ask(&units).warnings);
    for (i, it) in units.iter_mut().enumerate() {
        it.score += if it.treated && i % 4 == 0 { 0.5 } else { 0.0 };
    }
    let warnings = ask(&units).warnings;
    assert!(warnings.iter().any(|it| it.contains("not given by chance")), "{warnings:?}");
}

/// The errors are changes with weights: a person twice is that person with a weight of two.
#[test]
fn errors_are_the_changes_by_each_person() {
    let units: Vec<UpliftUnit> = USUAL.units(true, 4).into_iter().take(500).collect();
    let here = ask(&units);
    let n = units.len() as f64;
    let (mut squares, mut areas) = (0.0, 0.0);
    for unit in &units {
        // Without one: the jackknife, which for many people is the same.
        let mut others = units.clone();
        let at = others.iter().position(|it| it == unit).expect("one of them");
        others.remove(at);
        let there = ask(&others);
        squares +=
            (there.qini.estimate.expect("known") - here.qini.estimate.expect("known")).powi(2);
        areas += (there.area.estimate.expect("known") - here.area.estimate.expect("known")).powi(2);
    }
    let close = |squares: f64, se: Option<f64>| {
        let ratio = ((n - 1.0) / n * squares).sqrt() / se.expect("known");
        assert!((ratio - 1.0).abs() < 0.02, "{ratio}");
    };
    close(squares, here.qini.se);
    close(areas, here.area.se);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Only the order of scores matters, the order of rows does not, and money scales.
    #[test]
    fn what_does_not_matter_changes_nothing(seed in 0..1_000_u64, levels in 2..60_u32) {
        let mut units = USUAL.units(true, seed);
        units.iter_mut().for_each(|it| it.score = (it.score * f64::from(levels)).floor());
        let here = ask(&units);
        let mut turned: Vec<UpliftUnit> =
            units.iter().map(|it| UpliftUnit { score: (0.1 * it.score).exp() - 9.0, ..*it }).collect();
        turned.reverse();
        let there = ask(&turned);
        let close = |a: Option<f64>, b: Option<f64>| {
            let (a, b) = (a.expect("known"), b.expect("known"));
            prop_assert!((a - b).abs() < 1e-9, "{} {}", a, b);
            Ok(())
        };
        close(here.qini.estimate, there.qini.estimate)?;
        close(here.qini.se, there.qini.se)?;
        close(here.uplift_auc.low, there.uplift_auc.low)?;
        close(here.area.high, there.area.high)?;
        prop_assert_eq!(here.curve.len(), there.curve.len());
    }

    #[test]
    fn no_units_are_too_strange(
        rows in proptest::collection::vec((-3..4_i32, proptest::bool::ANY, -3..4_i32), 0..900),
        top in proptest::collection::vec(0.0..1.0_f64, 0..4),
    ) {
        let unit = |&(outcome, treated, score): &(i32, bool, i32)| UpliftUnit {
            outcome: f64::from(outcome),
            treated,
            score: f64::from(score),
        };
        let units: Vec<UpliftUnit> = rows.iter().map(unit).collect();
        let found = uplift(&UpliftQuestion { units: &units, top: &top, confidence: 0.9 });
        prop_assert!(found.insufficient.is_some() || found.area.estimate.is_some());
        for it in &found.curve {
            prop_assert!(it.low <= Some(it.gain) && it.gain.is_finite());
        }
    }
}
