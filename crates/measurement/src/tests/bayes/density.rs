//! The density: pymc's own numbers, and slopes against finite differences for every switch.

use proptest::prelude::*;
use serde_json::Value;

use super::{example, model};
use crate::mix::bayes::curves::exp;
use crate::mix::bayes::density::Work;
use crate::mix::bayes::model::Model;
use crate::{BayesQuestion, Experiment, Form, Named, Panel, Prior, Saturation, Scaling};

fn oracle() -> Value {
    let text = include_str!("../../../../../fixtures/oracles/pymc_mmm_example_logp.json");
    serde_json::from_str(text).expect("JSON")
}

fn numbers(value: &Value) -> Vec<f64> {
    match value.as_array() {
        Some(all) => all.iter().map(|it| it.as_f64().expect("a number")).collect(),
        None => vec![value.as_f64().expect("a number")],
    }
}

#[track_caller]
fn near(got: f64, expected: f64, what: &str) {
    let room = 1e-9 * expected.abs().max(1.0);
    assert!((got - expected).abs() <= room, "{what}: {got} is not {expected}");
}

/// Density, prior and gradient as pymc 5 has them at one place, within 1e-9.
#[test]
fn the_density_is_that_of_pymc() {
    let oracle = oracle();
    let series = example();
    let question = BayesQuestion { scaling: Scaling::AsIs, ..series.question() };
    let mut model = model(&question);
    near(model.scales.scale, oracle["target_scale"].as_f64().expect("a number"), "scale");
    let order = oracle["order"].as_array().expect("names");
    let of = |it: &Value| numbers(&oracle["unconstrained_point"][it.as_str().expect("a name")]);
    let mut place: Vec<f64> = order.iter().flat_map(of).collect();
    let mut gradient = vec![0.0; place.len()];
    let mut work = Work::new(&model);
    // Our sampler moves the intercept and the coefficients with what the media bring; pymc's does not.
    let tied: Vec<_> = model.free.iter().map(|it| it.tied).collect();
    model.free.iter_mut().for_each(|it| (it.lifted, it.tied) = (false, None));
    let found = model.log_density(&place, &mut gradient, &mut work);
    near(found, oracle["logp_unconstrained"].as_f64().expect("a number"), "log density");
    for (i, expected) in numbers(&oracle["grad_unconstrained"]).into_iter().enumerate() {
        near(gradient[i], expected, &model.values[model.free[i].value].name);
    }
    model.place(&place, &mut vec![0.0; place.len()], &mut work);
    model.forward(&mut work);
    for (got, expected) in work.expected.iter().zip(numbers(&oracle["mu_first5"])) {
        near(*got, expected, "what is expected of a week");
    }
    // The same place as our sampler has it: the density is the same, for nothing is stretched.
    model.free[0].lifted = true;
    for (i, (free, tied)) in model.free.iter_mut().zip(tied).enumerate() {
        let Some(m) = tied else { continue };
        let level = &work.waves[m].level;
        place[i] += (level.iter().sum::<f64>() / level.len() as f64).ln();
        free.tied = Some(m);
    }
    place[0] += work.numbers.effect.iter().zip(&work.waves).fold(0.0, |sum, (effect, wave)| {
        sum + effect * wave.level.iter().sum::<f64>() / wave.level.len() as f64
    });
    near(model.log_density(&place, &mut gradient, &mut work), found, "the lifted density");
    // Prior by prior, at the values themselves.
    let kinds = ["intercept", "alpha", "lambda", "beta", "gamma", "gamma", "sigma"];
    let of = |name: &str| -> f64 { numbers(&oracle["logprior"][name]).iter().sum() };
    let named = ["intercept", "adstock_alpha", "saturation_lam", "saturation_beta"];
    for (kind, name) in kinds.iter().zip(named) {
        let terms = model.free.iter().filter(|it| model.values[it.value].name.starts_with(kind));
        let term = |it: &crate::mix::bayes::model::Free| {
            let prior = it.prior.expect("its own");
            prior.constant() + prior.shape(work.values[it.value]).0
        };
        near(terms.map(term).sum(), of(name), name);
    }
}

/// Slopes by differences from both sides, at two widths (Richardson).
fn slope(of: &mut impl FnMut(f64) -> f64) -> f64 {
    let h = 1e-4;
    let mut wide = |h: f64| (of(h) - of(-h)) / (2.0 * h);
    (4.0 * wide(0.5 * h) - wide(h)) / 3.0
}

#[track_caller]
fn slopes_are_right(model: &Model, place: &[f64]) {
    let mut work = Work::new(model);
    let mut gradient = vec![0.0; place.len()];
    let here = model.log_density(place, &mut gradient, &mut work);
    assert!(here.is_finite(), "{here}");
    let mut scratch = vec![0.0; place.len()];
    for i in 0..place.len() {
        let mut moved = place.to_vec();
        let found = slope(&mut |step: f64| {
            moved[i] = place[i] + step;
            model.log_density(&moved, &mut scratch, &mut work)
        });
        // Differences of a large number have its rounding.
        let room = 2e-6 * gradient[i].abs().max(1.0) + 3e-11 * here.abs();
        let name = &model.values[model.free[i].value].name;
        assert!(
            (gradient[i] - found).abs() <= room,
            "{name}: {} by differences {found}, density {here}",
            gradient[i]
        );
    }
}

/// A small series with everything in it, from a few numbers.
fn small(regions: usize, weeks: usize, seed: u64) -> (Vec<f64>, Vec<Named>, Vec<Named>) {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    let mut column = |low: f64, high: f64| -> Vec<f64> {
        (0..regions * weeks).map(|_| low + (high - low) * next()).collect()
    };
    let named = |name: &str, values: Vec<f64>| Named { name: name.to_owned(), values };
    let mut bursts = column(-5.0, 10.0);
    bursts.iter_mut().for_each(|it| *it = it.max(0.0));
    let media =
        vec![named("tv", bursts), named("web", column(0.0, 3.0)), named("radio", column(0.0, 1.0))];
    (column(50.0, 150.0), media, vec![named("price", column(-1.0, 1.0))])
}

#[derive(Clone, Copy, Debug)]
struct Switches {
    form: Form,
    saturation: Saturation,
    pairs: bool,
    regions: usize,
    knots: Option<usize>,
    experiments: bool,
    scaling: Scaling,
    lags: usize,
    slope: bool,
}

fn check(it: Switches, seed: u64, places: &[f64]) {
    let weeks = 14;
    let (outcome, media, controls) = small(it.regions, weeks, seed);
    let value: Vec<f64> = outcome.iter().map(|y| 0.5 + y / 200.0).collect();
    let regions: Vec<String> = (0..it.regions).map(|g| format!("r{g}")).collect();
    let population: Vec<f64> = (0..it.regions).map(|g| 1.0 + 0.5 * g as f64).collect();
    let experiments = [
        Experiment {
            media: vec![0],
            from: vec![0.0],
            to: vec![5.0],
            effect: 12.0,
            se: 4.0,
            beyond: false,
        },
        Experiment {
            media: vec![0, 1],
            from: vec![0.0, 0.5],
            to: vec![4.0, 2.0],
            effect: 20.0,
            se: 6.0,
            beyond: false,
        },
        Experiment {
            media: vec![2, 1],
            from: vec![0.0, 0.0],
            to: vec![0.7, 2.0],
            effect: 3.0,
            se: 2.0,
            beyond: true,
        },
    ];
    let slope = vec![("slope".to_owned(), Prior::Gamma { shape: 4.0, rate: 3.0 })];
    let with_slope = it.slope && it.saturation == Saturation::Hill;
    let question = BayesQuestion {
        outcome: &outcome,
        media: &media,
        spend: None,
        value: Some(&value),
        controls: &controls,
        season: &[],
        panel: (1 < it.regions)
            .then_some(Panel { regions: &regions, population: Some(&population) }),
        synergy: if it.pairs { &[(0, 1), (1, 2), (0, 2)] } else { &[] },
        form: it.form,
        saturation: it.saturation,
        lags: it.lags,
        knots: it.knots,
        scaling: it.scaling,
        priors: if with_slope { &slope } else { &[] },
        experiments: if it.experiments && it.regions == 1 { &experiments } else { &[] },
        confidence: 0.95,
        budget: None,
    };
    let model = model(&question);
    let place: Vec<f64> =
        (0..model.free.len()).map(|i| places[i % places.len()] * (1.0 + 0.01 * i as f64)).collect();
    slopes_are_right(&model, &place);
}

/// All combinations of switches.
fn combinations() -> Vec<Switches> {
    let mut all = Vec::new();
    for bits in 0..256_u32 {
        let bit = |i: u32| bits >> i & 1 == 1;
        all.push(Switches {
            form: if bit(0) { Form::Meridian } else { Form::Plain },
            saturation: if bit(1) { Saturation::Hill } else { Saturation::Logistic },
            pairs: bit(2),
            regions: if bit(3) { 3 } else { 1 },
            knots: if bit(4) { Some(4) } else { None },
            experiments: bit(5),
            scaling: if bit(6) { Scaling::AsIs } else { Scaling::Standard },
            lags: if bit(7) { 20 } else { 4 },
            slope: bit(5),
        });
    }
    all
}

#[test]
fn every_slope_is_that_of_differences_whatever_is_switched_on() {
    let places = [0.3, -0.5, 0.8, -0.2, 0.1, 0.6, -0.7];
    combinations().into_iter().for_each(|it| check(it, 7, &places));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    #[test]
    fn every_slope_is_that_of_differences_wherever_it_is(
        which in 0..256_usize,
        seed in 1..1_000_u64,
        places in proptest::collection::vec(-1.5..1.5_f64, 5..12),
    ) {
        check(combinations()[which], seed, &places);
    }

    #[test]
    fn the_exponential_is_right_to_the_last_digits(x in -700.0..0.0_f64) {
        let expected = x.exp();
        prop_assert!((exp(x) - expected).abs() <= 1e-15 * expected, "{x}");
    }
}

/// ln |det| of the values by their places, by differences and elimination.
fn log_volume(model: &Model, place: &[f64], work: &mut Work) -> f64 {
    let mut scratch = vec![0.0; place.len()];
    let mut values = |place: &[f64]| -> Vec<f64> {
        model.place(place, &mut scratch, work);
        model.forward(work);
        model.free.iter().map(|it| work.values[it.value]).collect()
    };
    let column = |i: usize| -> Vec<f64> {
        let mut moved = |step: f64| {
            let mut place = place.to_vec();
            place[i] += step;
            values(&place)
        };
        let mut wide = |h: f64| -> Vec<f64> {
            moved(h).iter().zip(moved(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect()
        };
        let (far, near) = (wide(1e-3), wide(5e-4));
        far.iter().zip(near).map(|(far, near)| (4.0 * near - far) / 3.0).collect()
    };
    let mut column = column;
    let mut matrix: Vec<Vec<f64>> = (0..place.len()).map(&mut column).collect();
    let mut log = 0.0;
    while let Some(first) = matrix.pop() {
        let size = |i: &usize| first[*i].abs();
        let at = (0..first.len()).max_by(|a, b| size(a).total_cmp(&size(b))).expect("a number");
        log += first[at].abs().ln();
        for other in &mut matrix {
            let share = other[at] / first[at];
            other.iter_mut().zip(&first).for_each(|(it, x)| *it -= share * x);
            other.swap_remove(at);
        }
    }
    log
}

/// The density of the values themselves, written out from the priors, the groups and the errors.
fn written_out(model: &Model, work: &Work) -> f64 {
    let normal =
        |x: f64, sd: f64| -0.5 * (x / sd).powi(2) - sd.ln() - 0.5 * std::f64::consts::TAU.ln();
    let own = model.free.iter().filter_map(|it| Some((it.prior?, work.values[it.value])));
    let priors: f64 = own.map(|(prior, value)| prior.constant() + prior.shape(value).0).sum();
    let mut groups = 0.0;
    for group in &model.groups {
        let centre = group.centre.map_or(0.0, |it| work.values[it]);
        let members = group.members.iter().map(|it| work.values[*it] - centre);
        groups += members.map(|it| normal(it, work.values[group.spread])).sum::<f64>();
    }
    let errors = model.outcome.iter().zip(&work.expected).map(|(y, it)| y - it);
    priors + groups + errors.map(|it| normal(it, work.numbers.sigma)).sum::<f64>()
}

/// However the numbers are sampled, the density is that of the numbers times how far places are
/// stretched: with what a first look tells of groups, with nothing told, and with nonsense.
#[test]
fn places_are_stretched_as_the_density_says() {
    let weeks = 14;
    for (form, regions) in [(Form::Plain, 3), (Form::Meridian, 3), (Form::Plain, 1)] {
        let (outcome, media, controls) = small(regions, weeks, 7);
        let names: Vec<String> = (0..regions).map(|g| format!("r{g}")).collect();
        let question = BayesQuestion {
            controls: &controls,
            panel: (1 < regions).then_some(Panel { regions: &names, population: None }),
            synergy: &[(0, 1), (1, 2)],
            form,
            knots: Some(3),
            ..super::Series::plain(&outcome, &media)
        };
        let mut model = model(&question);
        let places = [0.3, -0.5, 0.8, -0.2, 0.1, 0.6, -0.7];
        let place: Vec<f64> =
            (0..model.free.len()).map(|i| places[i % 7] * (1.0 + 0.01 * i as f64)).collect();
        let looked = model.groups.clone();
        for scale in [1.0, 0.0, 37.0] {
            for (group, looked) in model.groups.iter_mut().zip(&looked) {
                for (g, (told, looked)) in group.told.iter_mut().zip(&looked.told).enumerate() {
                    told.precision = scale * (1.0 + g as f64) * looked.precision.max(0.1);
                    told.mean = looked.mean + if scale == 37.0 { 0.4 } else { 0.0 };
                }
            }
            let mut work = Work::new(&model);
            let volume = log_volume(&model, &place, &mut work);
            let found = model.log_density(&place, &mut vec![0.0; place.len()], &mut work);
            model.place(&place, &mut vec![0.0; place.len()], &mut work);
            model.forward(&mut work);
            let expected = written_out(&model, &work) + volume;
            assert!(
                (found - expected).abs() < 1e-6 * expected.abs().max(1.0),
                "{form:?}, {regions} regions, {scale}: {found} is not {expected}"
            );
            slopes_are_right(&model, &place);
        }
    }
}

#[test]
fn priors_are_densities_and_their_slopes_are_right() {
    let all = [
        Prior::Normal { mean: 0.3, sd: 2.0 },
        Prior::HalfNormal { sd: 0.7 },
        Prior::LogNormal { mean: 0.2, sd: 0.9 },
        Prior::Beta { a: 2.0, b: 3.0 },
        Prior::Gamma { shape: 3.0, rate: 1.5 },
        Prior::Laplace { mean: 0.1, scale: 0.4 },
        Prior::Uniform { low: -1.0, high: 2.0 },
        Prior::TruncatedNormal { mean: 0.8, sd: 0.8, low: 0.1, high: 10.0 },
        Prior::HalfCauchy { scale: 0.5 },
        Prior::Exponential { rate: 2.0 },
    ];
    for prior in all {
        let support = prior.support();
        let on_line = |at: f64| {
            let placed = support.place(at);
            prior.constant() + prior.shape(placed.value).0 + placed.log_slope
        };
        // The area under the density on the line; a Cauchy's tail needs a long one.
        let steps = 400_000;
        let (low, high) = (-60.0, 60.0);
        let width = (high - low) / f64::from(steps);
        let area: f64 = (0..steps).map(|i| on_line(low + (f64::from(i) + 0.5) * width).exp()).sum();
        assert!((area * width - 1.0).abs() < 1e-6, "{prior:?}: {}", area * width);
        for at in [-1.3, 0.4, 1.1] {
            let placed = support.place(at);
            let by_hand = prior.shape(placed.value).1 * placed.slope + placed.log_slope_slope;
            let found = slope(&mut |step| on_line(at + step));
            assert!((by_hand - found).abs() < 1e-7, "{prior:?} at {at}: {by_hand} {found}");
            assert!((support.line(placed.value) - at).abs() < 1e-9, "{prior:?}");
        }
    }
}
