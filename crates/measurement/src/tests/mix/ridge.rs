//! The ridge at given settings: Robyn's transforms, R's glmnet, and the least by trying all sets.

use proptest::prelude::*;

use super::super::truth::Chance;
use super::assert_near;
use crate::{Mix, Named, RidgeQuestion, Transform, ridge};

const WEEKLY: &str = include_str!("../../../../../fixtures/oracles/robyn_weekly.csv");
const TRANSFORMED: &str =
    include_str!("../../../../../fixtures/oracles/robyn_transformed_media.csv");
const GLMNET: &str = include_str!("../../../../../fixtures/oracles/robyn_glmnet_fixed_hyper.csv");

/// theta, gamma, alpha.
const SETTINGS: [(&str, f64, f64, f64); 6] = [
    ("tv_S", 0.5, 0.65, 1.4),
    ("ooh_S", 0.2, 0.5, 1.1),
    ("print_S", 0.25, 0.6, 0.9),
    ("facebook_S", 0.15, 0.7, 2.0),
    ("search_S", 0.1, 0.55, 1.3),
    ("newsletter", 0.25, 0.45, 1.2),
];

fn column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let head = lines.next().expect("a head");
    let place = head.split(',').position(|it| it.trim_matches('"') == name).expect(name);
    let value =
        |line: &str| line.split(',').nth(place).expect("a value").parse().expect("a number");
    lines.map(value).collect()
}

fn transforms() -> Vec<Transform> {
    let of = |it: &(&str, f64, f64, f64)| Transform::new(it.1, it.3, it.2).expect("in range");
    SETTINGS.iter().map(of).collect()
}

fn media() -> Vec<Named> {
    let named = |name: &str| Named { name: name.to_owned(), values: column(WEEKLY, name) };
    SETTINGS.iter().map(|it| named(it.0)).collect()
}

/// As the script of the oracle has them.
fn controls() -> Vec<Named> {
    let rows = column(WEEKLY, "revenue").len();
    let by = |name: &str, of: &dyn Fn(f64) -> f64| Named {
        name: name.to_owned(),
        values: (1..=rows).map(|row| of(row as f64)).collect(),
    };
    let year = std::f64::consts::TAU / 52.18;
    let sales = column(WEEKLY, "competitor_sales_B");
    vec![
        Named { name: "competitor_sales_B".to_owned(), values: sales },
        by("sin52", &|row| (year * row).sin()),
        by("cos52", &|row| (year * row).cos()),
        by("trend", &|row| row),
    ]
}

fn robyn(lambdas: &[f64]) -> Mix {
    ridge(&RidgeQuestion {
        outcome: &column(WEEKLY, "revenue"),
        media: &media(),
        transforms: &transforms(),
        controls: &controls(),
        lambdas,
    })
}

#[test]
fn transforms_are_those_of_robyn() {
    for (medium, transform) in media().iter().zip(transforms()) {
        let theirs = column(TRANSFORMED, &medium.name);
        for (ours, theirs) in transform.applied(&medium.values).into_iter().zip(theirs) {
            assert!((ours - theirs).abs() < 1e-9, "{}: {ours} is not {theirs}", medium.name);
        }
    }
}

/// glmnet goes round the coefficients until they hardly move, and is that far off itself: what it
/// leaves is measured in what the largest of them brings.
#[test]
fn the_ridge_is_that_of_glmnet() {
    let lambdas = [("10000", 1e4), ("1e+05", 1e5), ("3e+05", 3e5)];
    let found = robyn(&lambdas.map(|it| it.1));
    assert_eq!((found.n, &found.insufficient), (208, &None));
    let spread = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        (values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / values.len() as f64).sqrt()
    };
    let applied = media().into_iter().zip(transforms()).map(|(it, by)| by.applied(&it.values));
    let columns = applied.chain(controls().into_iter().map(|it| it.values));
    let spreads: Vec<f64> = columns.map(|it| spread(&it)).collect();
    for (path, (name, lambda)) in found.ridge.iter().zip(lambdas) {
        let theirs = column(GLMNET, name);
        assert_eq!((path.lambda, path.coefficients.len()), (lambda, theirs.len()));
        assert_near(path.coefficients[0].value, theirs[0], 1e-5, "intercept");
        let sizes = theirs[1..].iter().zip(&spreads).map(|(b, s)| (b * s).abs());
        let largest = sizes.fold(0.0, f64::max);
        for ((ours, theirs), spread) in
            path.coefficients[1..].iter().zip(&theirs[1..]).zip(&spreads)
        {
            let off = (ours.value - theirs).abs() * spread / largest;
            assert!(off < 2e-6, "{} at {lambda}: {off}", ours.name);
            // And each of itself, but for a cosine of a tenth of the largest, which glmnet has not
            // quite brought to its end at the smallest weight.
            let room = if ours.name == "cos52" { 2e-5 } else { 1e-5 };
            assert_near(ours.value, *theirs, room, &ours.name);
        }
    }
}

#[test]
fn parts_add_up_and_nothing_claims_to_be_sure() {
    let found = robyn(&[1e5]);
    let first = &found.ridge[0];
    for it in &found.media {
        assert_eq!((it.contribution_low, it.contribution_high, it.return_low), (None, None, None));
        assert!(it.reason.as_ref().is_some_and(|reason| reason.starts_with("no interval")));
        let row = found.contributions.iter().find(|row| row.name == it.name).expect("a row");
        assert_near(row.mean.iter().sum(), it.contribution, 1e-12, &it.name);
        assert_near(it.per_unit.expect("spent"), it.contribution / it.spend, 1e-12, &it.name);
    }
    assert!(found.parameters.iter().all(|it| it.sd.is_none() && it.low.is_none()));
    assert!(found.warnings.iter().any(|it| it.starts_with("the ridge is additive")));
    // The intercept puts the expected rows on the outcome's mean.
    let all: f64 = found.contributions.iter().flat_map(|it| &it.mean).sum();
    assert_near(all, column(WEEKLY, "revenue").iter().sum(), 1e-12, "all rows");
    assert!(0.5 < first.r_squared && first.r_squared < 1.0);
}

/// What one more unit brings is the slope of what is brought, with the Hill curve left where it is.
#[test]
fn the_next_unit_is_the_slope() {
    let found = robyn(&[1e5]);
    for ((medium, transform), it) in media().iter().zip(transforms()).zip(&found.media) {
        let spend: f64 = medium.values.iter().sum();
        // A curve whose half is fixed scales with its argument: shift it by scaling the level only.
        let beta = it.contribution / transform.applied(&medium.values).iter().sum::<f64>();
        let brought = |factor: f64| -> f64 {
            let hill = |h: f64| {
                let odds = h / (1.0 - h) * factor.powf(transform.alpha);
                odds / (1.0 + odds)
            };
            beta * transform.applied(&medium.values).into_iter().map(hill).sum::<f64>()
        };
        let step = 1e-5;
        let slope = (brought(1.0 + step) - brought(1.0 - step)) / (2.0 * step * spend);
        assert_near(it.marginal_return.expect("spent"), slope, 1e-6, &medium.name);
    }
}

#[test]
fn what_cannot_be_known_is_said() {
    let (outcome, media, transforms) = (column(WEEKLY, "revenue"), media(), transforms());
    let question = RidgeQuestion {
        outcome: &outcome,
        media: &media,
        transforms: &transforms,
        controls: &[],
        lambdas: &[1.0],
    };
    let says = |question: &RidgeQuestion, expected: &str| {
        let reason = ridge(question).insufficient.expect("not enough");
        assert!(reason.contains(expected), "{reason}");
    };
    says(&RidgeQuestion { lambdas: &[0.0], ..question }, "above 0");
    says(&RidgeQuestion { transforms: &transforms[1..], ..question }, "theta, alpha and gamma");
    says(&RidgeQuestion { media: &[], transforms: &[], ..question }, "no media");
    let flat = [Named { name: "price".to_owned(), values: vec![2.0; outcome.len()] }];
    says(&RidgeQuestion { controls: &flat, ..question }, "`price` is the same in every row");
    let mut silent = media.clone();
    silent[0].values.iter_mut().for_each(|it| *it = 0.0);
    says(&RidgeQuestion { media: &silent, ..question }, "`tv_S` is the same in every row");
    let few: Vec<Named> = media
        .iter()
        .map(|it| Named { name: it.name.clone(), values: it.values[..12].to_vec() })
        .collect();
    says(&RidgeQuestion { outcome: &outcome[..12], media: &few, ..question }, "rows are too few");
    assert!(Transform::new(1.0, 1.0, 0.5).is_err() && Transform::new(-0.1, 1.0, 0.5).is_err());
    assert!(Transform::new(0.0, 0.0, 0.5).is_err() && Transform::new(0.0, 1.0, 0.0).is_err());
    assert!(Transform::new(0.0, f64::NAN, 0.5).is_err() && Transform::new(0.5, 1.0, 1.0).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// No media below 0, nothing to gain by leaving 0, nothing to gain inside: the one least there is.
    #[test]
    fn the_bounded_least_has_nothing_to_gain(seed in 0..10_000_u64, power in -3.0..4.0_f64) {
        let mut chance = Chance::new(seed);
        let rows = 40;
        let mut draw = || (0..rows).map(|_| chance.normal().abs()).collect::<Vec<f64>>();
        let names = ["a", "b", "c", "d"];
        let media: Vec<Named> =
            names.iter().map(|name| Named { name: (*name).to_owned(), values: draw() }).collect();
        let control = [Named { name: "x".to_owned(), values: draw() }];
        let noise = draw();
        let transforms = vec![Transform::new(0.3, 1.2, 0.5).expect("in range"); 4];
        let applied: Vec<Vec<f64>> =
            media.iter().zip(&transforms).map(|(it, by)| by.applied(&it.values)).collect();
        // Two of the media seem to hurt, so that bounds bind.
        let outcome: Vec<f64> = (0..rows)
            .map(|row| applied[0][row] - 2.0 * applied[1][row] - 0.3 * applied[2][row] + noise[row])
            .collect();
        let lambda = power.exp();
        let found = ridge(&RidgeQuestion {
            outcome: &outcome, media: &media, transforms: &transforms, controls: &control,
            lambdas: &[lambda],
        });
        prop_assert_eq!(&found.insufficient, &None);
        let n = rows as f64;
        let moments = |values: &[f64]| {
            let mean = values.iter().sum::<f64>() / n;
            (mean, (values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n).sqrt())
        };
        let b: Vec<f64> = found.ridge[0].coefficients.iter().map(|it| it.value).collect();
        let columns: Vec<&Vec<f64>> = applied.iter().chain([&control[0].values]).collect();
        let left: Vec<f64> = (0..rows)
            .map(|row| {
                let sum: f64 = columns.iter().zip(&b[1..]).map(|(it, b)| it[row] * b).sum();
                outcome[row] - b[0] - sum
            })
            .collect();
        let weight = lambda / moments(&outcome).1;
        for (i, column) in columns.iter().enumerate() {
            let (mean, spread) = moments(column);
            let together: f64 =
                column.iter().zip(&left).map(|(x, y)| (x - mean) / spread * y).sum::<f64>() / n;
            let gain = together - weight * b[i + 1] * spread;
            match i < 4 && b[i + 1] == 0.0 {
                true => prop_assert!(gain <= 1e-9, "{i} should leave 0: {gain}"),
                false => prop_assert!(gain.abs() <= 1e-9, "{i} is not at its least: {gain}"),
            }
            prop_assert!(4 <= i || 0.0 <= b[i + 1]);
        }
    }
}
