//! The Bayesian model on a file: what its options ask, and the progress of its chains.

use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::ensure;
use measurement::{BayesQuestion, Form, Host, Mix, Panel, Sampling, Saturation, Scaling, bayes};

use super::believed::Believed;
use super::read::Input;
use super::{Arguments, EffortName, FormName, Model, SaturationName, ScalingName, believed};
use crate::commands::reading;
use crate::progress::{Bars, Unit};

/// What only one of the models knows.
pub fn check(arguments: &Arguments) -> anyhow::Result<()> {
    if arguments.model != Model::Bayes {
        let given = [
            ("--prior", arguments.prior.is_some()),
            ("--saturation", arguments.saturation.is_some()),
            ("--panel-column", arguments.panel_column.is_some()),
            ("--knots", arguments.knots.is_some()),
            ("--spend", !arguments.spend.is_empty()),
            ("--value-column", arguments.value_column.is_some()),
            ("--form", arguments.form != FormName::Plain),
            ("--scaling", arguments.scaling != ScalingName::Standard),
        ];
        for (name, given) in given {
            ensure!(!given, "{name} needs --model bayes");
        }
        return Ok(());
    }
    ensure!(
        arguments.effort == EffortName::Linear && arguments.margin.is_none(),
        "--effort and --margin are of --model kalman; the Bayesian model finds the curve itself"
    );
    ensure!(
        arguments.spend.is_empty() || arguments.spend.len() == arguments.media.len(),
        "--spend names {} columns and --media {}: one for each medium, in the same order",
        arguments.spend.len(),
        arguments.media.len()
    );
    Ok(())
}

pub fn estimate(
    arguments: &Arguments,
    input: &Input,
    synergy: &[(usize, usize)],
    bounds: &[(f64, f64)],
) -> anyhow::Result<Mix> {
    let Believed { priors, experiments } = match &arguments.prior {
        Some(path) => believed::read(path, &arguments.media)?,
        None => Believed::default(),
    };
    let panel = (!input.regions.is_empty()).then_some(Panel {
        regions: &input.regions,
        population: (!input.population.is_empty()).then_some(&input.population),
    });
    let form = match arguments.form {
        FormName::Plain => Form::Plain,
        FormName::Meridian => Form::Meridian,
    };
    let saturation = match (arguments.saturation, form) {
        (Some(SaturationName::Logistic), _) | (None, Form::Plain) => Saturation::Logistic,
        (Some(SaturationName::Hill), _) | (None, Form::Meridian) => Saturation::Hill,
    };
    let question = BayesQuestion {
        outcome: &input.outcome,
        media: &input.media,
        spend: (!input.spend.is_empty()).then_some(&input.spend),
        value: (!input.value.is_empty()).then_some(&input.value),
        controls: &input.controls,
        season: &input.season,
        panel,
        synergy,
        form,
        saturation,
        lags: arguments.adstock_max,
        knots: arguments.knots,
        scaling: match arguments.scaling {
            ScalingName::Standard => Scaling::Standard,
            ScalingName::AsIs => Scaling::AsIs,
        },
        priors: &priors,
        experiments: &experiments,
        confidence: arguments.confidence,
        budget: arguments.budget.map(|budget| (budget, bounds)),
    };
    let sampling = Sampling {
        chains: arguments.chains,
        draws: arguments.draws,
        tune: arguments.tune,
        seed: arguments.seed,
    };
    Ok(with_progress(&question, &sampling))
}

fn with_progress(question: &BayesQuestion, sampling: &Sampling) -> Mix {
    let total = sampling.chains.saturating_mul(sampling.draws.saturating_add(sampling.tune)) as u64;
    let progress = Bars::new().begin("drawing", total, Unit::Steps);
    /// More often would not be seen, and costs.
    const EVERY: u64 = 64;
    let go_on = |done: u64, _| {
        if done.is_multiple_of(EVERY) {
            progress.at(done);
        }
        true
    };
    let mix = bayes(question, sampling, Host { run: &on_threads, go_on: &go_on });
    progress.finish();
    mix
}

/// Each thread takes the next chain as long as there is one.
fn on_threads(chains: usize, chain: &(dyn Fn(usize) + Sync)) {
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if chains <= number {
                return;
            }
            chain(number);
        }
    };
    std::thread::scope(|scope| {
        (1..reading::threads().min(chains)).for_each(|_| {
            scope.spawn(work);
        });
        work();
    });
}
