//! The report on an installation: the sums of its panel, put as the same question.

use anyhow::ensure;
use measurement::Leverage;

use super::Arguments;
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::stop::Stop;

/// What the installation says.
pub struct Installed {
    pub report: Leverage,
    pub outcome: String,
    /// All people and events come from the simulated market.
    pub simulated: bool,
}

pub fn report(place: &Place, arguments: &Arguments) -> anyhow::Result<Installed> {
    ensure!(
        arguments.channels.is_empty() && arguments.covariate.is_empty() && arguments.cap.is_none(),
        "--channels, --covariate and --cap belong to a file; give --units"
    );
    ensure!(
        arguments.order.is_none() && arguments.shares.is_none() && arguments.panel.is_none(),
        "--order, --shares and --panel belong to a file; the programme says them here"
    );
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    let reading = data.read().map_err(|error| {
        error.context("give --units FILE or --sums FILE, or the --data of an installation")
    })?;
    let simulated = data::simulated(&reading.store)?.is_some();
    let still = reading.engine()?;
    let engine = &still.engine;
    let programme = &engine.loaded().programme;
    let outcome = match &arguments.outcome {
        Some(outcome) => outcome.clone(),
        None => programme.outcomes.first().map(|it| it.name.clone()).unwrap_or_default(),
    };
    let report = engine::leverage_report(engine.loaded(), engine.sums(), &outcome, data::now());
    match report {
        Some(report) => Ok(Installed { report, outcome, simulated }),
        None if programme.policy.panel.is_none() => {
            let stop = Stop::usage("the programme has no measurement panel");
            Err(stop.hint("write `panel:` in policy.yaml").into())
        }
        None => {
            let names: Vec<&str> = programme.outcomes.iter().map(|it| it.name.as_str()).collect();
            let stop = Stop::usage(format!("the programme has no outcome `{outcome}`"));
            Err(stop.hint(format!("outcomes are {}", names.join(", "))).into())
        }
    }
}
