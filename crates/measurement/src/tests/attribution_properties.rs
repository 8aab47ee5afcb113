//! Whatever the paths: shares add up, effects are shares, parts merge, rows have no order; and the
//! slow versions agree.

use proptest::prelude::*;

use super::attribution_naive::{
    Row, add, conversion, interaction, matrix, paths_of, shapley, without,
};
use crate::attribution::tests_only::slow_chain;
use crate::{Attribution, PathModel, PathQuestion, PathSettings, Paths, attribution};

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let weight = || prop_oneof![Just(0.0), Just(1.0), (1..9_u32).prop_map(f64::from)];
    prop::collection::vec(("[a-e]{0,9}", weight(), weight()), 1..25)
}

fn settings(order: usize) -> PathSettings {
    PathSettings { orders: vec![order], pairs: true, value: true, ..PathSettings::default() }
}

fn ask(paths: &Paths, model: PathModel, order: usize) -> Attribution {
    let question =
        PathQuestion { order: Some(order), transitions: true, ..PathQuestion::new(model) };
    attribution(paths, &question)
}

fn close(a: Option<f64>, b: Option<f64>, room: f64) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= room * (1.0 + b.abs()),
        (a, b) => a == b,
    }
}

/// All numbers are the same but for rounding.
fn assert_same(a: &Attribution, b: &Attribution) {
    assert_eq!(
        (a.channels.len(), a.insufficient.clone()),
        (b.channels.len(), b.insufficient.clone())
    );
    for (a, b) in a.channels.iter().zip(&b.channels) {
        assert_eq!(a.channel, b.channel);
        let numbers = |it: &crate::ChannelCredit| {
            [
                it.conversions,
                it.value,
                it.share,
                it.share_low,
                it.share_high,
                it.removal_effect,
                it.removal_low,
                it.removal_high,
                it.removal_effect_value,
                it.net_effect,
            ]
        };
        for (at, (x, y)) in numbers(a).into_iter().zip(numbers(b)).enumerate() {
            assert!(close(x, y, 1e-9), "number {at} of {}: {x:?} is not {y:?}", a.channel);
        }
    }
    assert_eq!(a.transitions.as_ref().map(Vec::len), b.transitions.as_ref().map(Vec::len));
    let pairs = |it: &Attribution| it.pairs.clone().unwrap_or_default();
    for (a, b) in pairs(a).iter().zip(&pairs(b)) {
        assert_eq!(a.channels, b.channels);
        assert!(close(Some(a.shapley_interaction), Some(b.shapley_interaction), 1e-9));
        assert!(close(a.joint_removal, b.joint_removal, 1e-9));
    }
}

proptest! {
    #[test]
    fn shares_add_up_and_effects_are_shares(rows in rows(), order in 1..=5_usize) {
        let paths = paths_of(&rows, &settings(order));
        let touched = rows.iter().filter(|row| !row.0.is_empty());
        let conversions: f64 = touched.map(|row| row.1).sum();
        for model in PathModel::ALL {
            let report = ask(&paths, model, order);
            prop_assert_eq!(report.insufficient.is_some(), conversions == 0.0);
            if conversions == 0.0 {
                prop_assert!(report.channels.iter().all(|row| row.share.is_none()));
                continue;
            }
            let sum = |of: fn(&crate::ChannelCredit) -> Option<f64>| -> f64 {
                report.channels.iter().map(|row| of(row).expect("known")).sum()
            };
            prop_assert!((sum(|row| row.share) - 1.0).abs() < 1e-9);
            prop_assert!((sum(|row| row.conversions) - conversions).abs() < 1e-9 * conversions);
            let value = report.value.expect("counted");
            prop_assert!((sum(|row| row.value) - value).abs() < 1e-9 * value);
            for row in &report.channels {
                let share = row.share.expect("known");
                let (low, high) = (row.share_low.expect("known"), row.share_high.expect("known"));
                prop_assert!(0.0 <= low && low <= share && share <= high && high <= 1.0);
                for effect in [row.removal_effect, row.removal_low, row.removal_high, row.removal_effect_value] {
                    prop_assert!(effect.is_none_or(|it| (0.0..=1.0).contains(&it)), "{row:?}");
                }
            }
        }
    }

    #[test]
    fn parts_merge_and_rows_have_no_order(rows in rows(), at in any::<prop::sample::Index>(), order in 1..=3_usize) {
        let whole = paths_of(&rows, &settings(order));
        let (left, right) = rows.split_at(at.index(rows.len()));
        // The right half first: channels then have other numbers.
        let mut merged = paths_of(right, &settings(order));
        merged.merge(&paths_of(left, &settings(order))).expect("few channels");
        let backwards: Vec<Row> = rows.iter().rev().cloned().collect();
        let backwards = paths_of(&backwards, &settings(order));
        for model in PathModel::ALL {
            let report = ask(&whole, model, order);
            assert_same(&ask(&merged, model, order), &report);
            assert_same(&ask(&backwards, model, order), &report);
        }
    }

    #[test]
    fn one_row_for_many_is_many_rows(path in "[a-c]{1,6}", others in rows()) {
        let mut one = paths_of(&others, &settings(1));
        let mut many = one.clone();
        add(&mut one, &(path.clone(), 3.0, 2.0));
        (0..3).for_each(|_| add(&mut many, &(path.clone(), 1.0, 0.0)));
        (0..2).for_each(|_| add(&mut many, &(path.clone(), 0.0, 1.0)));
        for model in PathModel::ALL {
            assert_same(&ask(&one, model, 1), &ask(&many, model, 1));
        }
    }

    #[test]
    fn the_slow_chain_has_the_same_effects(rows in rows(), order in 1..=4_usize) {
        let report = ask(&paths_of(&rows, &settings(order)), PathModel::Markov, order);
        if report.insufficient.is_some() { return Ok(()); }
        let matrix = matrix(&rows, order);
        let base = conversion(&matrix);
        for row in &report.channels {
            let letter = row.channel.chars().next().expect("a letter");
            let effect = |redistributed| 1.0 - conversion(&without(&matrix, letter, redistributed)) / base;
            prop_assert!(close(row.removal_effect, Some(effect(false)), 1e-9), "{row:?} {}", effect(false));
            prop_assert!(close(row.net_effect, Some(effect(true)), 1e-9), "{row:?} {}", effect(true));
        }
    }

    #[test]
    fn the_dividends_give_the_shapley_value_by_definition(rows in rows()) {
        let report = ask(&paths_of(&rows, &settings(1)), PathModel::Shapley, 1);
        if report.insufficient.is_some() { return Ok(()); }
        let letters = ['a', 'b', 'c', 'd', 'e'];
        for row in &report.channels {
            let letter = row.channel.chars().next().expect("a letter");
            let expected = shapley(&rows, &letters, letter);
            prop_assert!(close(row.conversions, Some(expected), 1e-9), "{row:?} {expected}");
        }
        for pair in report.pairs.expect("counted") {
            let letters_of = pair.channels.each_ref().map(|it| it.chars().next().expect("a letter"));
            let expected = interaction(&rows, &letters, letters_of);
            prop_assert!(close(Some(pair.shapley_interaction), Some(expected), 1e-9), "{pair:?} {expected}");
        }
    }
}

/// One person wanders for 20,000 touches: sweeps alone would take as many.
#[test]
fn a_chain_that_hardly_ends_is_solved_as_exactly() {
    let [by_sweeps, by_elimination] = slow_chain(20_000, 8, 3);
    assert!(400 < by_sweeps.len());
    for (a, b) in by_sweeps.iter().zip(&by_elimination) {
        assert!((a - b).abs() <= 1e-9 * b.abs(), "{a} is not {b}");
    }
}
