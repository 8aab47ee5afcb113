//! Seeds, splits of a budget, chains that do not agree, and series that cannot answer.

use super::truth::{market, waves};
use super::{Series, columns};
use crate::mix::bayes::converged::quality;
use crate::mix::bayes::describe::LongRun;
use crate::mix::bayes::model::Model;
use crate::mix::bayes::sample::{Host, Run, Sampling, sample};
use crate::mix::bayes::spend;
use crate::{BayesQuestion, Form, Mix, Named, Panel, Prior, Saturation, bayes};

const FEW: Sampling = Sampling { chains: 2, draws: 100, tune: 100, seed: 1 };

#[test]
fn a_seed_gives_the_same_numbers_however_the_chains_are_run() {
    let (outcome, media) = market(30, 50.0, 1);
    let question = BayesQuestion { synergy: &[(0, 1)], ..Series::plain(&outcome, &media) };
    let of = |sampling: Sampling, host: Host| {
        let model = Model::new(&question).expect("a model");
        sample(&model, &sampling, host).expect("draws")
    };
    let three = Sampling { chains: 3, draws: 20, tune: 30, seed: 1 };
    let one = of(three, Host::IN_TURN);
    let backwards: Run = &|chains, chain| (0..chains).rev().for_each(chain);
    assert_eq!(one, of(three, Host { run: backwards, ..Host::IN_TURN }));
    let at_once: Run = &|chains, chain| {
        std::thread::scope(|scope| {
            (0..chains).for_each(|number| {
                scope.spawn(move || chain(number));
            });
        });
    };
    assert_eq!(one, of(three, Host { run: at_once, ..Host::IN_TURN }));
    assert_ne!(one, of(Sampling { seed: 2, ..three }, Host::IN_TURN));
    assert_ne!(one.chains[0], one.chains[1]);
}

#[test]
fn it_can_be_stopped() {
    let (outcome, media) = market(60, 50.0, 1);
    let question = Series::plain(&outcome, &media);
    let go_on = |done, total| {
        assert_eq!(total, 400);
        done < 50
    };
    let mix = bayes(&question, &FEW, Host { go_on: &go_on, ..Host::IN_TURN });
    assert_eq!(mix.insufficient.as_deref(), Some("stopped"));
    assert!(mix.parameters.is_empty());
}

/// The split against a grid of whole percents, on the same draws.
#[test]
fn no_split_of_a_grid_brings_more() {
    let (outcome, mut media) = market(90, 150.0, 2);
    let third = media[0].values.iter().rev().map(|it| 0.5 * it).collect();
    media.push(Named { name: "radio".to_owned(), values: third });
    let season = waves(90);
    let question = BayesQuestion {
        season: &season,
        synergy: &[(0, 1), (0, 2)],
        ..Series::plain(&outcome, &media)
    };
    let model = Model::new(&question).expect("a model");
    let drawn = sample(&model, &FEW, Host::IN_TURN).expect("draws");
    let run = LongRun::new(&question, &model, &drawn, 20);
    for (budget, bounds) in [
        (40.0, [(0.0, 40.0), (0.0, 40.0), (0.0, 40.0)]),
        (120.0, [(20.0, 60.0), (0.0, 120.0), (5.0, 50.0)]),
    ] {
        let split = spend::best(&run, budget, &bounds).expect("possible");
        assert!((split.iter().sum::<f64>() - budget).abs() < 1e-6 * budget);
        let found = spend::mean(&run, &split);
        let step = budget / 40.0;
        for i in 0..=40_u32 {
            for j in 0..=40 - i {
                let tried = [i, j, 40 - i - j].map(|it| step * f64::from(it));
                let inside =
                    tried.iter().zip(&bounds).all(|(x, (low, high))| low <= x && x <= high);
                if inside {
                    let other = spend::mean(&run, &tried);
                    assert!(other <= found * (1.0 + 1e-6), "{tried:?} {other}, {split:?} {found}");
                }
            }
        }
    }
    assert_eq!(spend::best(&run, 10.0, &[(4.0, 9.0), (4.0, 9.0), (4.0, 9.0)]), None);
}

fn reason(mix: &Mix) -> &str {
    mix.insufficient.as_deref().unwrap_or("there is an answer")
}

#[track_caller]
fn refused(question: &BayesQuestion, expected: &str) {
    let mix = bayes(question, &FEW, Host::IN_TURN);
    assert!(reason(&mix).contains(expected), "{}", reason(&mix));
    assert!(mix.media.is_empty() && mix.allocation.is_none());
}

#[test]
fn what_cannot_be_answered_is_said() {
    let (outcome, media) = market(60, 0.0, 1);
    let fine = Series::plain(&outcome, &media);
    let with = |of: &dyn Fn(&mut Vec<f64>)| {
        let mut media = media.clone();
        of(&mut media[0].values);
        media
    };
    let constant = with(&|it| it.fill(3.0));
    refused(&BayesQuestion { media: &constant, ..fine }, "`tv` is the same in every row");
    let nothing = with(&|it| it.fill(0.0));
    refused(&BayesQuestion { media: &nothing, ..fine }, "`tv` is 0 in every row");
    let negative = with(&|it| it[7] = -1.0);
    refused(&BayesQuestion { media: &negative, ..fine }, "`tv` is below 0 somewhere");
    let not_a_number = with(&|it| it[7] = f64::NAN);
    refused(&BayesQuestion { media: &not_a_number, ..fine }, "not numbers");
    let short = with(&|it| it.truncate(9));
    refused(&BayesQuestion { media: &short, ..fine }, "another length");
    refused(&BayesQuestion { outcome: &[1.0; 60], ..fine }, "the same in every row");
    refused(&BayesQuestion { media: &[], ..fine }, "no media");
    refused(&BayesQuestion { lags: 0, ..fine }, "carry-over acts on 1 to");
    refused(&BayesQuestion { synergy: &[(1, 0)], ..fine }, "a pair is two media");
    refused(&BayesQuestion { form: Form::Meridian, knots: Some(99), ..fine }, "more knots");
    let few: Vec<Named> = media
        .iter()
        .map(|it| Named { name: it.name.clone(), values: it.values[..12].to_vec() })
        .collect();
    refused(&BayesQuestion { outcome: &outcome[..12], media: &few, ..fine }, "12 rows are too few");
    let regions: Vec<String> = ["a", "b"].map(str::to_owned).to_vec();
    let panel = |population| Some(Panel { regions: &regions, population });
    refused(&BayesQuestion { panel: panel(Some(&[1.0, 0.0])), ..fine }, "must be above 0");
    refused(
        &BayesQuestion { panel: panel(Some(&[1.0])), ..fine },
        "each region needs its population",
    );
    let odd: Vec<String> = (0..7).map(|it| it.to_string()).collect();
    let odd = Some(Panel { regions: &odd, population: None });
    refused(&BayesQuestion { panel: odd, ..fine }, "the same rows");
    let mix = bayes(&fine, &Sampling { chains: 1, ..FEW }, Host::IN_TURN);
    assert!(reason(&mix).contains("chains are needed"));
}

#[test]
fn priors_that_make_no_sense_are_named() {
    let (outcome, media) = market(60, 0.0, 1);
    let fine = Series::plain(&outcome, &media);
    let complains = |name: &str, prior: Prior, expected: &str| {
        let priors = [(name.to_owned(), prior)];
        refused(&BayesQuestion { priors: &priors, ..fine }, expected);
    };
    let normal = Prior::Normal { mean: 0.0, sd: 1.0 };
    complains("alpha", normal, "lies between 0 and 1");
    complains("lambda_tv", normal, "is above 0");
    complains("sigma", Prior::Fixed { value: 0.0 }, "is above 0");
    complains("beta_radio", normal, "no such parameter; it has intercept, alpha_tv");
    complains("beta", Prior::HalfNormal { sd: -1.0 }, "`sd` must be above 0");
    complains("beta", Prior::Uniform { low: 1.0, high: 1.0 }, "`low` must be below `high`");
    // The own name wins over the kind.
    let both = [
        ("beta_tv".to_owned(), Prior::Fixed { value: 0.25 }),
        ("beta".to_owned(), Prior::Fixed { value: 0.5 }),
    ];
    let model = Model::new(&BayesQuestion { priors: &both, ..fine }).expect("a model");
    assert_eq!(&model.known[model.slots.effect.clone()], [0.25, 0.5]);
}

/// Whatever is asked of whatever series: an answer or a reason, and no panic.
#[test]
fn odd_series_end_in_an_answer_or_a_reason() {
    let (outcome, media) = market(30, 0.0, 1);
    let spike = |at: usize, of: f64| {
        let mut outcome = outcome.clone();
        outcome[at] = of;
        outcome
    };
    let odd = [
        spike(3, 1e12),
        spike(3, -1e9),
        outcome.iter().map(|it| it * 1e-200).collect(),
        outcome.iter().map(|it| it - 400.0).collect(),
        outcome.iter().map(|it| f64::from(u8::from(350.0 < *it))).collect(),
    ];
    for outcome in &odd {
        for (form, saturation) in
            [(Form::Plain, Saturation::Logistic), (Form::Meridian, Saturation::Hill)]
        {
            let question = BayesQuestion { form, saturation, ..Series::plain(outcome, &media) };
            let mix = bayes(&question, &FEW, Host::IN_TURN);
            let answered = mix.media.iter().all(|it| it.contribution.is_finite());
            assert!(mix.insufficient.is_some() || answered, "{mix:?}");
        }
    }
}

/// R-hat and effective draws as ArviZ has them.
#[test]
fn the_agreement_of_chains_is_that_of_arviz() {
    let text = include_str!("../../../../../fixtures/oracles/chains_arviz.csv");
    let expected = include_str!("../../../../../fixtures/oracles/chains_arviz_summary.csv");
    for line in expected.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let number = |i: usize| cells[i].parse::<f64>().expect("a number");
        let names: Vec<String> = (0..4).map(|chain| format!("{}_{chain}", cells[0])).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let chains: Vec<Vec<f64>> = columns(text, &names).into_iter().map(|it| it.values).collect();
        let found = quality(&chains).expect("they move");
        let near = |got: f64, expected: f64, what: &str| {
            assert!((got / expected - 1.0).abs() < 1e-6, "{} {what}: {got} {expected}", cells[0]);
        };
        near(found.rhat, number(1), "R-hat");
        near(found.ess_bulk, number(2), "bulk");
        near(found.ess_tail, number(3), "tail");
        near(found.error_of_mean, number(4), "error of the mean");
    }
}

#[test]
fn a_spread_of_rows_that_is_not_the_model_s_is_said() {
    let (mut outcome, media) = market(104, 0.0, 4);
    let season = waves(104);
    let said = |outcome: &[f64], priors: &[(String, Prior)]| -> Vec<String> {
        let question = BayesQuestion { season: &season, priors, ..Series::plain(outcome, &media) };
        let sampling = Sampling { chains: 2, draws: 300, tune: 300, seed: 1 };
        let mix = bayes(&question, &sampling, Host::IN_TURN);
        assert_eq!(mix.insufficient, None);
        mix.warnings.into_iter().filter(|it| it.contains("the middle 50 %")).collect()
    };
    assert_eq!(said(&outcome, &[]), Vec::<String>::new());
    let small = [("sigma".to_owned(), Prior::Fixed { value: 0.01 })];
    let narrow = said(&outcome, &small);
    assert!(narrow[0].contains("intervals are too narrow"), "{narrow:?}");
    [17, 43, 71].iter().for_each(|row| outcome[*row] += 250.0);
    let wide = said(&outcome, &[]);
    assert!(wide[0].contains("a few rows with large errors"), "{wide:?}");
    assert_eq!((narrow.len(), wide.len()), (1, 1));
}
