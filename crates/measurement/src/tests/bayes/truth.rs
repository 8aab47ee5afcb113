//! Known truths: calibration by simulation, recovery, controls that must find nothing.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Series, model};
use crate::mix::bayes::density::Work;
use crate::mix::bayes::layout::Value;
use crate::mix::bayes::model::Model;
use crate::mix::bayes::pilot;
use crate::mix::bayes::sample::{Host, Sampling, sample};
use crate::tests::slow;
use crate::{BayesQuestion, Experiment, Form, Mix, Named, Panel, Prior, Synergy, bayes};

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

/// Values of all parameters, those of groups around their centres.
fn from_the_priors(template: &Model, random: &mut ChaCha8Rng) -> Vec<f64> {
    let own = |it: &Value, random: &mut ChaCha8Rng| it.prior.map_or(0.0, |it| it.draw(random));
    let mut truth: Vec<f64> = template.values.iter().map(|it| own(it, random)).collect();
    for group in &template.groups {
        let (centre, spread) = (group.centre.map_or(0.0, |it| truth[it]), truth[group.spread]);
        for member in &group.members {
            truth[*member] = centre + spread * normal(random);
        }
    }
    truth
}

/// What calibration by simulation asks.
#[derive(Clone, Copy)]
struct Calibration {
    runs: u64,
    weeks: usize,
    draws: usize,
    regions: usize,
    form: Form,
}

/// Ranks of the truth among the draws, for numbers drawn from the prior (Talts, Betancourt,
/// Simpson, Vehtari and Gelman 2018): uniform, if density and sampler are right.
fn ranks(it: &Calibration) -> Vec<(String, Vec<f64>)> {
    let mut all: Vec<(String, Vec<f64>)> = Vec::new();
    let regions: Vec<String> = (0..it.regions).map(|g| g.to_string()).collect();
    let population = vec![1.0; it.regions];
    let rows = it.weeks * it.regions;
    for seed in 0..it.runs {
        let mut random = random(seed);
        let media = spends(rows, &mut random);
        let price = (0..rows).map(|_| normal(&mut random)).collect();
        let controls = [Named { name: "price".to_owned(), values: price }];
        let placeholder: Vec<f64> = (0..rows).map(|it| f64::from(it as u32 % 2)).collect();
        let half_normal = |sd| Prior::HalfNormal { sd };
        let mut priors = vec![("sigma".to_owned(), Prior::LogNormal { mean: -2.5, sd: 0.4 })];
        if it.form == Form::Plain {
            priors.push(("beta".to_owned(), half_normal(0.5)));
        } else {
            // As much as a spend of these units brings: of the size of the outcome.
            priors.push(("roi".to_owned(), Prior::LogNormal { mean: -4.5, sd: 0.5 }));
            priors.push(("xi".to_owned(), half_normal(0.5)));
        }
        if 1 < it.regions {
            priors.push(("eta".to_owned(), half_normal(0.5)));
        }
        let panel = Panel { regions: &regions, population: Some(&population) };
        // The outcome's largest value is 1 here, so that the model's scale is the outcome's.
        let ask = |outcome| BayesQuestion {
            priors: &priors,
            synergy: if it.regions == 1 { &[(0, 1)] } else { &[] },
            controls: if it.regions == 1 { &[] } else { &controls },
            panel: (1 < it.regions).then_some(panel),
            form: it.form,
            knots: (it.form == Form::Meridian).then_some(1),
            lags: 4,
            ..Series::plain(outcome, &media)
        };
        let mut template = model(&ask(&placeholder));
        let truth = from_the_priors(&template, &mut random);
        template.outcome = simulated(&template, &truth, &mut random);
        pilot::look(&mut template);
        let sampling = Sampling { chains: 2, draws: it.draws, tune: it.draws, seed };
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

/// Every number's ranks are uniform.
fn calibrated(it: &Calibration) {
    for (name, ranks) in ranks(it) {
        // 7 degrees of freedom: 1 in 10,000, for some ten numbers looked at.
        let found = unevenness(&ranks);
        assert!(found < 29.9, "{name}: {found} {ranks:?}");
        let mean = ranks.iter().sum::<f64>() / ranks.len() as f64;
        let room = 4.0 / (12.0 * ranks.len() as f64).sqrt();
        assert!((mean - 0.5).abs() < room, "{name}: {mean}");
    }
}

#[test]
fn the_truth_is_anywhere_among_the_draws_alike() {
    let (runs, weeks, draws) = if slow() { (400, 60, 500) } else { (14, 40, 100) };
    calibrated(&Calibration { runs, weeks, draws, regions: 1, form: Form::Plain });
}

/// The same with what regions have of their own: levels, effects and, in Meridian's form, controls.
#[test]
fn the_truths_of_regions_are_anywhere_among_the_draws_alike() {
    let (runs, weeks, draws) = if slow() { (300, 30, 500) } else { (8, 20, 100) };
    for form in [Form::Plain, Form::Meridian] {
        calibrated(&Calibration { runs, weeks, draws, regions: 4, form });
    }
}

/// Two media with logistic curves, carried over, and what they do together.
struct Market {
    weeks: usize,
    kappa: f64,
    seed: u64,
    season: f64,
    noise: f64,
    /// A wrong formula: κ times the product of the spends, not of what is left of them.
    of_spends: bool,
}

impl Market {
    /// The outcome, the media, and what these brought in all by working together.
    fn series(&self) -> (Vec<f64>, Vec<Named>, f64) {
        let mut random = random(self.seed);
        let media = spends(self.weeks, &mut random);
        let level = |m: usize, alpha: f64, rate: f64| -> Vec<f64> {
            let mut carried = 0.0;
            let of = |x: &f64| {
                carried = alpha * carried + (1.0 - alpha) * x / 100.0;
                (0.5 * rate * carried).tanh()
            };
            media[m].values.iter().map(of).collect()
        };
        let (tv, web) = (level(0, 0.4, 3.0), level(1, 0.2, 2.0));
        let mut all = 0.0;
        let of = |week: usize| {
            let season = self.season * (std::f64::consts::TAU * week as f64 / 52.0).sin();
            let together = self.kappa
                * match self.of_spends {
                    true => media[0].values[week] * media[1].values[week] / 1e4,
                    false => tv[week] * web[week],
                };
            all += together;
            300.0 + 200.0 * tv[week] + 120.0 * web[week] + together + season
        };
        let expected: Vec<f64> = (0..self.weeks).map(of).collect();
        let outcome = expected.iter().map(|it| it + self.noise * normal(&mut random)).collect();
        (outcome, media, all)
    }
}

pub(super) fn market(weeks: usize, kappa: f64, seed: u64) -> (Vec<f64>, Vec<Named>) {
    let market = Market { weeks, kappa, seed, season: 20.0, noise: 12.0, of_spends: false };
    let (outcome, media, _) = market.series();
    (outcome, media)
}

pub(super) fn waves(weeks: usize) -> Vec<Named> {
    let wave = |name: &str, of: fn(f64) -> f64| {
        let at = |week: usize| of(std::f64::consts::TAU * week as f64 / 52.0);
        Named { name: name.to_owned(), values: (0..weeks).map(at).collect() }
    };
    vec![wave("sin_1", f64::sin), wave("cos_1", f64::cos)]
}

/// Of the market's curves the first is left to be found.
fn known_curves() -> [(String, Prior); 3] {
    [("alpha_tv", 0.4), ("alpha_web", 0.2), ("lambda_web", 2.0)]
        .map(|(name, value)| (name.to_owned(), Prior::Fixed { value }))
}

/// How often a truth was in its interval.
#[derive(Debug, Default, PartialEq)]
struct Held {
    answered: u64,
    /// That there is no synergy.
    none: u64,
    together: u64,
}

/// A hundred and four weeks without a season, so that short chains agree: carry-overs and the second
/// curve are known, and so is how large a synergy may be.
fn held(runs: u64, kappa: f64, of_spends: bool) -> Held {
    let scale = ("kappa_scale".to_owned(), Prior::Fixed { value: 0.15 });
    let priors = [known_curves().as_slice(), &[scale]].concat();
    let mut held = Held::default();
    for seed in 0..runs {
        let market = Market { weeks: 104, kappa, seed, season: 0.0, noise: 6.0, of_spends };
        let (outcome, media, truth) = market.series();
        let question = BayesQuestion {
            synergy: &[(0, 1)],
            priors: &priors,
            ..Series::plain(&outcome, &media)
        };
        let mix =
            bayes(&question, &Sampling { chains: 2, draws: 400, tune: 250, seed }, Host::IN_TURN);
        let (Some(found), Some(pair)) = (&mix.leverage, mix.synergy.first()) else { continue };
        held.answered += 1;
        held.none += u64::from(holds_none(pair));
        held.together += u64::from(found.low <= truth && truth <= found.high);
    }
    held
}

fn holds_none(pair: &Synergy) -> bool {
    pair.low.expect("known") < 0.0 && 0.0 < pair.high.expect("known")
}

#[test]
fn synergy_is_found_where_it_is_and_not_where_it_is_not() {
    const RUNS: u64 = 3;
    let found = held(RUNS, 150.0, false);
    assert_eq!(found, Held { answered: RUNS, none: 0, together: RUNS });
    let none = held(RUNS, 0.0, false);
    // One interval of 95 % may miss.
    assert_eq!(none.answered, RUNS);
    assert!(RUNS - 1 <= none.none, "{none:?}");
    // What the model is not must not look right: here the media meet as they were bought.
    let wrong = held(RUNS, 150.0, true);
    assert_eq!((wrong.answered, wrong.together), (RUNS, 0));
}

/// A synergy of none is held by at least as many intervals as they say, since shrinking towards none
/// makes them hold it more often than other truths.
#[test]
fn intervals_hold_a_synergy_of_none_as_often_as_they_say() {
    if !slow() {
        return;
    }
    const RUNS: u32 = 200;
    let season = waves(104);
    let (mut answered, mut held) = (0_u32, 0_u32);
    for seed in 0..u64::from(RUNS) {
        let (outcome, media) = market(104, 0.0, seed);
        let question = BayesQuestion {
            synergy: &[(0, 1)],
            season: &season,
            ..Series::plain(&outcome, &media)
        };
        let sampling = Sampling { chains: 2, draws: 1500, tune: 1000, seed };
        let mix = bayes(&question, &sampling, Host::IN_TURN);
        if let Some(pair) = mix.synergy.first() {
            answered += 1;
            held += u32::from(holds_none(pair));
        }
    }
    let share = f64::from(held) / f64::from(answered);
    let error = (0.95 * 0.05 / f64::from(answered)).sqrt();
    eprintln!("{answered} of {RUNS} answered, {held} intervals hold none: {share}");
    assert!(f64::from(RUNS) * 0.98 <= f64::from(answered), "{answered} of {RUNS} answered");
    assert!(0.95 - 0.015 - 3.0 * error <= share, "{share} of {answered} intervals hold none");
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
    assert!(mix.media[2].contribution_low.expect("sampled") < 0.01 * outcome.iter().sum::<f64>());
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
    let sampling = Sampling { chains: 2, draws: 500, tune: 400, ..Sampling::default() };
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
        let (y, media) = market(40, 0.0, 40 + u64::from(region));
        outcome.extend(y.iter().map(|it| size * it));
        tv.extend(media[0].values.iter().map(|it| size * it));
        web.extend(media[1].values.iter().map(|it| size * it));
    }
    let named = |name: &str, values: Vec<f64>| Named { name: name.to_owned(), values };
    let media = vec![named("tv", tv), named("web", web)];
    let wave = waves(40);
    let season: Vec<Named> = wave.iter().map(|it| named(&it.name, it.values.repeat(4))).collect();
    let panel = Panel { regions: &regions, population: Some(&[1.0, 2.0, 3.0, 4.0]) };
    // How far regions are apart is known as well: four of them hardly tell, and short chains then
    // do not agree.
    let apart = [("eta", 0.05), ("tau_scale", 0.01)]
        .map(|(name, value)| (name.to_owned(), Prior::Fixed { value }));
    let priors = [known_curves().as_slice(), &apart].concat();
    let question = BayesQuestion {
        season: &season,
        panel: Some(panel),
        priors: &priors,
        ..Series::plain(&outcome, &media)
    };
    let sampling = Sampling { chains: 2, draws: 300, tune: 250, ..Sampling::default() };
    let mix = bayes(&question, &sampling, Host::IN_TURN);
    assert!(mix.media.len() == 2, "{:?}", mix.insufficient);
    assert_eq!(mix.contributions[0].mean.len(), 40, "one value a week");
    let (first, second) = (&mix.media[0], &mix.media[1]);
    assert!(second.contribution < first.contribution, "{:?}", mix.media);
    let total: f64 = mix.contributions.iter().flat_map(|it| &it.mean).sum();
    assert!((total / outcome.iter().sum::<f64>() - 1.0).abs() < 0.01);
}
