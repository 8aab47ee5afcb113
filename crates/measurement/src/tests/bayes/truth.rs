//! Known truths: calibration by simulation, recovery, controls that must find nothing.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Series, model};
use crate::mix::bayes::density::Work;
use crate::mix::bayes::model::Model;
use crate::mix::bayes::sample::{Host, Sampling, sample};
use crate::tests::slow;
use crate::{BayesQuestion, Experiment, Mix, Named, Panel, Prior, bayes};

fn random(seed: u64) -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(seed)
}

fn normal(random: &mut ChaCha8Rng) -> f64 {
    Prior::Normal { mean: 0.0, sd: 1.0 }.draw(random)
}

/// Weeks of two media that run in bursts, so that they meet in some and not in others.
fn spends(weeks: usize, random: &mut ChaCha8Rng) -> Vec<Named> {
    ["tv", "web"]
        .map(|name| {
            let mut on = true;
            let mut week = || {
                on = if random.random::<f64>() < 0.25 { !on } else { on };
                let size: f64 = random.random();
                if on { 100.0 * (0.3 + 0.7 * size) } else { 0.0 }
            };
            Named { name: name.to_owned(), values: (0..weeks).map(|_| week()).collect() }
        })
        .to_vec()
}

/// A series of the model itself: its values, put through its own forward pass, with noise.
fn simulated(template: &Model, values: &[f64], random: &mut ChaCha8Rng) -> Vec<f64> {
    let mut work = Work::new(template);
    let mut draw = values.to_vec();
    draw.resize(template.columns(), 0.0);
    template.forward_from(&draw, &mut work);
    let sigma = work.numbers.sigma;
    work.expected.iter().map(|it| it + sigma * normal(random)).collect()
}

/// Ranks of the truth among the draws, for numbers drawn from the prior (Talts, Betancourt,
/// Simpson, Vehtari and Gelman 2018): uniform, if density and sampler are right.
fn ranks(runs: u64, weeks: usize, draws: usize) -> Vec<(String, Vec<f64>)> {
    let mut all: Vec<(String, Vec<f64>)> = Vec::new();
    for seed in 0..runs {
        let mut random = random(seed);
        let media = spends(weeks, &mut random);
        let placeholder: Vec<f64> = (0..weeks).map(|it| f64::from(it as u32 % 2)).collect();
        let priors = [
            ("beta".to_owned(), Prior::HalfNormal { sd: 0.5 }),
            ("sigma".to_owned(), Prior::LogNormal { mean: -2.5, sd: 0.4 }),
        ];
        // The outcome's largest value is 1 here, so that the model's scale is the outcome's.
        let ask = |outcome| BayesQuestion {
            priors: &priors,
            synergy: &[(0, 1)],
            lags: 4,
            ..Series::plain(outcome, &media)
        };
        let mut template = model(&ask(&placeholder));
        let truth: Vec<f64> = template
            .values
            .iter()
            .map(|it| it.prior.expect("no groups here").draw(&mut random))
            .collect();
        template.outcome = simulated(&template, &truth, &mut random);
        let sampling = Sampling { chains: 2, draws, tune: draws, seed };
        let drawn = sample(&template, &sampling, Host::IN_TURN).expect("draws");
        for (value, it) in template.values.iter().enumerate() {
            if all.len() <= value {
                all.push((it.name.clone(), Vec::new()));
            }
            // Far enough apart to be nearly independent.
            let thin: Vec<f64> = drawn.column(value).concat().into_iter().step_by(10).collect();
            let below = thin.iter().filter(|it| **it < truth[value]).count() as f64;
            all[value].1.push((below + random.random::<f64>()) / (thin.len() + 1) as f64);
        }
    }
    all
}

/// The chi-squared distance of shares from uniform over eight bins.
fn unevenness(ranks: &[f64]) -> f64 {
    let mut bins = [0.0; 8];
    ranks.iter().for_each(|it| bins[(8.0 * it) as usize] += 1.0);
    let expected = ranks.len() as f64 / 8.0;
    bins.iter().map(|it| (it - expected) * (it - expected) / expected).sum()
}

#[test]
fn the_truth_is_anywhere_among_the_draws_alike() {
    let (runs, weeks, draws) = if slow() { (400, 60, 500) } else { (16, 40, 100) };
    for (name, ranks) in ranks(runs, weeks, draws) {
        // 7 degrees of freedom: 1 in 10,000, for nine numbers looked at.
        let found = unevenness(&ranks);
        assert!(found < 29.9, "{name}: {found} {ranks:?}");
        let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
        let room = 4.0 / (12.0 * ranks.len() as f64).sqrt();
        assert!((mean - 0.5).abs() < room, "{name}: {mean}");
    }
}

/// Outcome of two media with logistic curves, carried over, and κ times their product.
pub(super) fn market(weeks: usize, kappa: f64, seed: u64) -> (Vec<f64>, Vec<Named>) {
    let mut random = random(seed);
    let media = spends(weeks, &mut random);
    let level = |m: usize, alpha: f64, rate: f64| -> Vec<f64> {
        let mut carried = 0.0;
        let of = |x: &f64| {
            carried = alpha * carried + (1.0 - alpha) * x / 100.0;
            (0.5 * rate * carried).tanh()
        };
        media[m].values.iter().map(of).collect()
    };
    let (tv, web) = (level(0, 0.4, 3.0), level(1, 0.2, 2.0));
    let of = |week: usize| {
        let season = 20.0 * (std::f64::consts::TAU * week as f64 / 52.0).sin();
        let together = kappa * tv[week] * web[week];
        300.0 + 200.0 * tv[week] + 120.0 * web[week] + together + season
    };
    let outcome = (0..weeks).map(|week| of(week) + 12.0 * normal(&mut random)).collect();
    (outcome, media)
}

pub(super) fn waves(weeks: usize) -> Vec<Named> {
    let wave = |name: &str, of: fn(f64) -> f64| {
        let at = |week: usize| of(std::f64::consts::TAU * week as f64 / 52.0);
        Named { name: name.to_owned(), values: (0..weeks).map(at).collect() }
    };
    vec![wave("sin_1", f64::sin), wave("cos_1", f64::cos)]
}

fn answer(weeks: usize, kappa: f64, seed: u64, draws: usize) -> Mix {
    let (outcome, media) = market(weeks, kappa, seed);
    let season = waves(weeks);
    let question =
        BayesQuestion { synergy: &[(0, 1)], season: &season, ..Series::plain(&outcome, &media) };
    let sampling = Sampling { chains: 2, draws, tune: draws, seed };
    bayes(&question, &sampling, Host::IN_TURN)
}

#[test]
fn synergy_is_found_where_it_is_and_not_where_it_is_not() {
    let with = answer(130, 120.0, 0, 600);
    assert_eq!(with.insufficient, None);
    let pair = &with.synergy[0];
    assert!(0.97 < pair.positive.expect("sampled"), "{pair:?}");
    let leverage = with.leverage.expect("asked for");
    assert!(0.0 < leverage.low, "{leverage:?}");
    let runs = if slow() { 400 } else { 4 };
    // Chains that do not agree give no answer, which is rare and no error.
    let covers = |seed: u64| {
        let draws = if slow() { 1000 } else { 600 };
        let without = answer(104, 0.0, 1 + seed, draws);
        let pair = without.synergy.first()?;
        Some(pair.low.expect("known") < 0.0 && 0.0 < pair.high.expect("known"))
    };
    let answered: Vec<bool> = (0..runs).filter_map(covers).collect();
    assert!(0.75 * runs as f64 <= answered.len() as f64, "{} of {runs} answered", answered.len());
    let share = answered.iter().filter(|it| **it).count() as f64 / answered.len() as f64;
    if slow() {
        eprintln!("none is covered in {share} of {}", answered.len());
    }
    // Shrinking towards none makes an interval cover none more often than 95 %.
    let least = if slow() { 0.93 } else { 0.6 };
    assert!(least <= share, "{share} of {runs} intervals hold none");
}

#[test]
fn a_placebo_earns_little_and_a_control_takes_its_part() {
    let (outcome, mut media) = market(156, 0.0, 5);
    let mut chance = random(77);
    let values = (0..156).map(|_| 50.0 * chance.random::<f64>()).collect();
    media.push(Named { name: "placebo".to_owned(), values });
    let season = waves(156);
    let question = BayesQuestion { season: &season, ..Series::plain(&outcome, &media) };
    let sampling = Sampling { chains: 2, draws: 300, tune: 300, ..Sampling::default() };
    let mix = bayes(&question, &sampling, Host::IN_TURN);
    assert_eq!(mix.insufficient, None);
    let share = |i: usize| mix.media[i].share.expect("known");
    assert!(share(2) < 0.05 && 0.1 < share(0), "{:?}", mix.media);
    // A coefficient from 0 on cannot be 0 or below; its interval begins next to it.
    assert!(mix.media[2].contribution_low < 0.01 * outcome.iter().sum::<f64>());
    let total: f64 = mix.contributions.iter().flat_map(|it| &it.mean).sum();
    let all: f64 = outcome.iter().sum();
    assert!((total / all - 1.0).abs() < 0.01, "the parts add up to the outcome");
}

#[test]
fn an_experiment_moves_what_the_series_cannot_tell() {
    // Both media run alike, so that only their sum is known.
    let (outcome, mut media) = market(104, 0.0, 3);
    media[1].values = media[0].values.iter().map(|it| 0.5 * it + 1.0).collect();
    let season = waves(104);
    let experiments = [Experiment {
        media: vec![0],
        from: vec![0.0],
        to: vec![50.0],
        effect: 30.0,
        se: 3.0,
        beyond: false,
    }];
    let question = BayesQuestion { season: &season, ..Series::plain(&outcome, &media) };
    let sampling = Sampling { chains: 2, draws: 400, tune: 400, ..Sampling::default() };
    let alone = bayes(&question, &sampling, Host::IN_TURN);
    let informed = BayesQuestion { experiments: &experiments, ..question };
    let informed = bayes(&informed, &sampling, Host::IN_TURN);
    assert!(alone.warnings.iter().any(|it| it.contains("rise and fall together")));
    assert_eq!((&alone.insufficient, &informed.insufficient), (&None, &None));
    let at_50 = |mix: &Mix| {
        let points = &mix.response[0].points;
        let near = |point: &&crate::ResponsePoint| 50.0 <= point.spend;
        points.iter().find(near).map(|it| (it.expected, it.high - it.low)).expect("a point")
    };
    let ((_, wide), (expected, narrow)) = (at_50(&alone), at_50(&informed));
    assert!(narrow < 0.5 * wide, "{narrow} {wide}");
    assert!((25.0..38.0).contains(&expected), "{expected}");
}

#[test]
fn regions_share_what_they_have_in_common() {
    let regions: Vec<String> = (0..4).map(|it| format!("r{it}")).collect();
    let (mut outcome, mut tv, mut web) = (Vec::new(), Vec::new(), Vec::new());
    for region in 0..4_u32 {
        let size = f64::from(region + 1);
        let (y, media) = market(60, 0.0, 40 + u64::from(region));
        outcome.extend(y.iter().map(|it| size * it));
        tv.extend(media[0].values.iter().map(|it| size * it));
        web.extend(media[1].values.iter().map(|it| size * it));
    }
    let named = |name: &str, values: Vec<f64>| Named { name: name.to_owned(), values };
    let media = vec![named("tv", tv), named("web", web)];
    let wave = waves(60);
    let season: Vec<Named> = wave.iter().map(|it| named(&it.name, it.values.repeat(4))).collect();
    let panel = Panel { regions: &regions, population: None };
    let question =
        BayesQuestion { season: &season, panel: Some(panel), ..Series::plain(&outcome, &media) };
    let sampling = Sampling { chains: 2, draws: 300, tune: 300, ..Sampling::default() };
    let mix = bayes(&question, &sampling, Host::IN_TURN);
    assert!(mix.media.len() == 2, "{:?}", mix.insufficient);
    assert_eq!(mix.contributions[0].mean.len(), 60, "one value a week");
    let (first, second) = (&mix.media[0], &mix.media[1]);
    assert!(second.contribution < first.contribution, "{:?}", mix.media);
    let total: f64 = mix.contributions.iter().flat_map(|it| &it.mean).sum();
    assert!((total / outcome.iter().sum::<f64>() - 1.0).abs() < 0.01);
}
