//! Series of which nothing can be said, names and sums of the result, and strange numbers.

use proptest::prelude::*;

use super::recovery::Market;
use super::{ask, assert_near, insufficient, parameter};
use crate::mix::log_volume_beside;
use crate::{Effort, Named, kalman};

fn named(name: &str, values: Vec<f64>) -> Named {
    Named { name: name.to_owned(), values }
}

fn weeks(n: usize) -> (Vec<f64>, Vec<Named>) {
    Market::default().series(n, 7)
}

#[test]
fn what_cannot_be_known_is_said() {
    let (outcome, media) = weeks(60);
    let [tv, radio] = [media[0].clone(), media[1].clone()];
    let zeros = named("radio", vec![0.0; 60]);
    let flat = named("radio", vec![3.0; 60]);
    let twice = named("radio", tv.values.iter().map(|it| 2.0 * it).collect());
    let both: Vec<f64> = tv.values.iter().zip(&radio.values).map(|(a, b)| 3.0 * a + b).collect();
    let with = |other: Named| [tv.clone(), other];
    insufficient(&ask(&outcome, &with(zeros), &[], &[]), "`radio` is 0 in every row");
    insufficient(&ask(&outcome, &with(flat), &[], &[]), "`radio` is the same in every row");
    insufficient(&ask(&outcome, &with(twice), &[], &[]), "`radio` is `tv` in another unit");
    let three = [tv.clone(), radio.clone(), named("both", both)];
    insufficient(&ask(&outcome, &three, &[], &[]), "`both` is made up of `tv` and `radio`");
    let price = [named("price", vec![9.9; 60])];
    insufficient(&ask(&outcome, &media, &price, &[]), "`price` is the same in every row");
    let copy = [named("price", tv.values.clone())];
    insufficient(&ask(&outcome, &media, &copy, &[]), "`tv` is `price` in another unit");
    insufficient(&ask(&[5.0; 60], &media, &[], &[]), "the outcome is the same");
    insufficient(&ask(&outcome, &[], &[], &[]), "there are no media");
    insufficient(&ask(&[], &[named("tv", vec![])], &[], &[]), "the outcome is the same");
    let mut hole = outcome.clone();
    hole[8] = f64::NAN;
    insufficient(&ask(&hole, &media, &[], &[]), "not numbers");
    insufficient(&ask(&outcome[..50], &media, &[], &[]), "another length");
    let (outcome, media) = weeks(14);
    insufficient(
        &ask(&outcome, &media, &[], &[(0, 1)]),
        "14 rows are too few for 4 unknown effects: 1 more",
    );
}

#[test]
fn media_that_never_meet_have_no_synergy_that_could_be_known() {
    let (_, media) = weeks(80);
    let apart: Vec<Named> = (0..2)
        .map(|i| {
            let on = |(week, spend): (usize, &f64)| if week % 2 == i { 1.0 + spend } else { 0.0 };
            named(&media[i].name, media[i].values.iter().enumerate().map(on).collect())
        })
        .collect();
    let outcome: Vec<f64> =
        (0..80).map(|week| apart[0].values[week] + media[1].values[week]).collect();
    let mix = kalman(&ask(&outcome, &apart, &[], &[(0, 1)]));
    assert_eq!(mix.insufficient, None);
    assert_eq!(mix.synergy[0].mean, None);
    let reason = mix.synergy[0].reason.as_deref().expect("a reason");
    assert_eq!(reason, "`tv` and `radio` never ran in the same row");
    assert_eq!(mix.leverage, None);
}

#[test]
fn parts_add_up_to_the_whole() {
    let (outcome, media) = weeks(100);
    let mix = kalman(&ask(&outcome, &media, &[], &[(0, 1)]));
    let media: f64 = mix.media.iter().map(|it| it.contribution).sum();
    let total: f64 = outcome.iter().sum();
    assert_near(mix.base.expect("known").mean + media, total, 1e-12, "base and media");
    let shares: f64 = mix.media.iter().filter_map(|it| it.share).sum();
    assert_near(shares, media / total, 1e-12, "shares");
    let leverage = mix.leverage.expect("asked for").mean;
    assert_near(mix.synergy[0].contribution.expect("known"), leverage, 1e-12, "leverage");
    // The return counts half of the synergy for each of the two, the next unit all of it.
    for it in &mix.media {
        let more = it.marginal_return.expect("spent") - it.per_unit.expect("spent");
        assert_near(more * it.spend, 0.5 * leverage, 1e-9, &it.name);
    }
    assert_eq!(mix.response.len(), 2);
    assert_eq!(mix.response[0].points.len(), 21);
    assert_eq!(mix.response[0].points[0].expected, 0.0);
    for name in ["lambda", "beta_tv", "kappa_tv*radio", "intercept", "sigma_transition"] {
        assert!(parameter(&mix, name).mean.is_finite());
    }
}

#[test]
fn units_do_not_matter() {
    let (outcome, media) = weeks(100);
    let times = |values: &[f64], by: f64| -> Vec<f64> { values.iter().map(|it| it * by).collect() };
    let other: Vec<Named> =
        media.iter().map(|it| named(&it.name, times(&it.values, 1e6))).collect();
    let mix = kalman(&ask(&outcome, &media, &[], &[(0, 1)]));
    let large = times(&outcome, 1e-3);
    let scaled = kalman(&ask(&large, &other, &[], &[(0, 1)]));
    let same = |name: &str, by: f64| {
        let (a, b) = (parameter(&mix, name), parameter(&scaled, name));
        assert_near(b.mean * by, a.mean, 1e-6, name);
        assert_near(b.sd.expect("known") * by, a.sd.expect("known"), 1e-4, name);
        assert_near(b.low.expect("known") * by, a.low.expect("known"), 1e-4, name);
        assert_near(b.high.expect("known") * by, a.high.expect("known"), 1e-4, name);
    };
    same("lambda", 1.0);
    same("beta_tv", 1e9);
    same("kappa_tv*radio", 1e15);
    same("intercept", 1e3);
    assert_near(scaled.media[0].contribution * 1e3, mix.media[0].contribution, 1e-6, "tv");
}

/// An interval leaves out none exactly where none is rejected at the level of the interval.
#[test]
fn intervals_and_tests_say_the_same() {
    let mut rejected = 0;
    for seed in 0..40 {
        let (outcome, media) = Market { kappa: 0.25, ..Market::default() }.series(60, seed);
        let mix = kalman(&ask(&outcome, &media, &[], &[(0, 1)]));
        let it = &mix.synergy[0];
        let outside = 0.0 < it.low.expect("known") || it.high.expect("known") < 0.0;
        let p = it.p.expect("known");
        assert_eq!(outside, p < 0.05, "seed {seed}: {it:?}");
        rejected += usize::from(outside);
    }
    assert!(0 < rejected && rejected < 40, "{rejected} of 40");
}

#[test]
fn the_volume_beside_a_span_is_that_of_the_shadow() {
    let columns = [vec![3.0, 4.0, 0.0], vec![6.0, 8.0, 2.0]];
    let others = vec![vec![1.0, 0.0, 0.0], vec![0.0, 0.0, 5.0]];
    // The span is that of (0.6, 0.8, 0) and (0, 0, 1): the shadows are 0.6 and 5 long.
    let found = log_volume_beside(&columns, &[1.0, 2.0, 3.0], others);
    assert_near(found, 3.0_f64.ln(), 1e-12, "volume");
}

#[test]
fn a_root_is_a_root() {
    let (outcome, media) = weeks(100);
    let squares: Vec<Named> =
        media.iter().map(|it| named(&it.name, it.values.iter().map(|x| x * x).collect())).collect();
    let linear = kalman(&ask(&outcome, &media, &[], &[(0, 1)]));
    let mut question = ask(&outcome, &squares, &[], &[(0, 1)]);
    question.effort = Effort::Root;
    let root = kalman(&question);
    assert_eq!(root.effort, "root");
    let near = |a: &crate::Medium, b: &crate::Medium| {
        assert_near(a.contribution, b.contribution, 1e-9, &a.name);
    };
    root.media.iter().zip(&linear.media).for_each(|(a, b)| near(a, b));
}

#[test]
fn warnings_name_what_is_wrong_with_the_series() {
    let (outcome, media) = weeks(120);
    let close: Vec<f64> =
        media[0].values.iter().zip(&media[1].values).map(|(a, b)| a + 0.05 * b).collect();
    let twins = [media[0].clone(), named("copy", close)];
    let mix = kalman(&ask(&outcome, &twins, &[], &[]));
    assert!(
        mix.warnings.iter().any(|it| it.contains("rise and fall together")),
        "{:?}",
        mix.warnings
    );
    let season = |(week, it): (usize, &f64)| it + 8.0 * (week as f64 * 0.9).sin();
    let waves: Vec<f64> = outcome.iter().enumerate().map(season).collect();
    let mix = kalman(&ask(&waves, &media, &[], &[(0, 1)]));
    assert!(mix.warnings.iter().any(|it| it.contains("--seasonality")), "{:?}", mix.warnings);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn no_series_is_too_strange(
        rows in proptest::collection::vec((-1e9..1e9_f64, 0..4_u32, 0.0..1e6_f64, 0..3_u32), 0..60),
        budget in 0.0..10.0_f64,
        root in proptest::bool::ANY,
    ) {
        let outcome: Vec<f64> = rows.iter().map(|it| it.0 * f64::from(it.3)).collect();
        let media = [
            named("a", rows.iter().map(|it| f64::from(it.1)).collect()),
            named("b", rows.iter().map(|it| it.2 * f64::from(it.3)).collect()),
        ];
        let mut question = ask(&outcome, &media, &[], &[(0, 1)]);
        question.effort = if root { Effort::Root } else { Effort::Linear };
        question.budget = Some((budget, &[(0.0, 8.0), (1.0, 9.0)]));
        let mix = kalman(&question);
        if mix.insufficient.is_none() {
            for it in &mix.parameters {
                prop_assert!(it.mean.is_finite(), "{it:?}");
                prop_assert!(it.low.is_none_or(|low| low <= it.mean), "{it:?}");
                prop_assert!(it.high.is_none_or(|high| it.mean <= high), "{it:?}");
            }
            prop_assert!(mix.media.iter().all(|it| it.contribution.is_finite()));
        }
    }
}
