//! What stops an answer before or after the sampling, and what to warn of.

use super::describe::LongRun;
use super::model::Model;
use super::predict::Checked;
use super::sample::Sampling;
use super::{BayesQuestion, Form};
use crate::Named;
use crate::mix::describe::correlation;
use crate::mix::report::Mix;

pub(crate) fn sampling(it: &Sampling) -> Result<(), String> {
    /// With one chain nothing says whether it saw all of the posterior.
    const CHAINS_MIN: usize = 2;
    const CHAINS_MAX: usize = 64;
    /// Below, neither the steps nor their comparison mean anything.
    const DRAWS_MIN: usize = 50;
    const DRAWS_MAX: usize = 1_000_000;
    let draws = DRAWS_MIN..=DRAWS_MAX;
    if !(CHAINS_MIN..=CHAINS_MAX).contains(&it.chains) {
        return Err(format!("{CHAINS_MIN} to {CHAINS_MAX} chains are needed"));
    }
    if !draws.contains(&it.draws) || !draws.contains(&it.tune) {
        return Err(format!("{DRAWS_MIN} to {DRAWS_MAX} draws, and as many to tune, are needed"));
    }
    Ok(())
}

pub(crate) fn question(question: &BayesQuestion) -> Result<(), String> {
    let n = question.outcome.len();
    if question.media.is_empty() {
        return Err("there are no media".to_owned());
    }
    let spend = question.spend.unwrap_or(&[]);
    let columns =
        || question.media.iter().chain(spend).chain(question.controls).chain(question.season);
    for column in columns() {
        if column.values.len() != n {
            return Err(format!("`{}` has another length than the outcome", column.name));
        }
    }
    if question.spend.is_some() && spend.len() != question.media.len() {
        return Err("each medium needs its column of spend".to_owned());
    }
    if question.value.is_some_and(|it| it.len() != n) {
        return Err("the value of an outcome has another length than the outcome".to_owned());
    }
    let value = question.value.unwrap_or(&[]);
    let all = columns().flat_map(|it| &it.values).chain(question.outcome).chain(value);
    if !all.clone().all(|it| it.is_finite()) {
        return Err("some values are not numbers".to_owned());
    }
    let negative = |it: &&Named| it.values.iter().any(|it| *it < 0.0);
    if let Some(medium) = question.media.iter().chain(spend).find(negative) {
        return Err(format!("`{}` is below 0 somewhere", medium.name));
    }
    if question.outcome.windows(2).all(|it| it[0] == it[1]) {
        return Err("the outcome is the same in every row".to_owned());
    }
    for medium in question.media.iter().chain(spend) {
        if medium.values.iter().all(|it| *it == 0.0) {
            return Err(format!("`{}` is 0 in every row", medium.name));
        }
    }
    for medium in question.media {
        if medium.values.windows(2).all(|it| it[0] == it[1]) {
            return Err(format!("`{}` is the same in every row", medium.name));
        }
    }
    let media = question.media.len();
    if question.synergy.iter().any(|(a, b)| b <= a || media <= *b) {
        return Err("a pair is two media, in their order".to_owned());
    }
    panel(question)?;
    /// Ten years of weeks.
    const LAGS_MAX: usize = 520;
    if !(1..=LAGS_MAX).contains(&question.lags) {
        return Err(format!("carry-over acts on 1 to {LAGS_MAX} rows"));
    }
    Ok(())
}

fn panel(question: &BayesQuestion) -> Result<(), String> {
    let n = question.outcome.len();
    let regions = question.panel.map_or(1, |it| it.regions.len());
    if regions == 0 || !n.is_multiple_of(regions) {
        return Err("each region needs the same rows".to_owned());
    }
    let weeks = n / regions;
    if question.knots.is_some_and(|knots| weeks < knots) {
        return Err(format!("{weeks} rows cannot have more knots than that"));
    }
    let Some(panel) = question.panel else { return Ok(()) };
    match panel.population {
        Some(population) if population.len() != regions => {
            Err("each region needs its population".to_owned())
        }
        Some(population) if !population.iter().all(|it| 0.0 < *it && it.is_finite()) => {
            Err("a population must be above 0".to_owned())
        }
        Some(_) => Ok(()),
        None => {
            let sum = |rows: &[f64]| rows.iter().sum::<f64>();
            let whole = question.outcome.chunks_exact(weeks).all(|it| 0.0 < sum(it));
            if whole { Ok(()) } else { Err("a region without outcome has no size".to_owned()) }
        }
    }
}

/// Priors answer even where data do not; below this they would be all that speaks.
pub(crate) fn enough(question: &BayesQuestion, model: &Model) -> Result<(), String> {
    let n = question.outcome.len();
    let season = question.season.len();
    let shown = model.free.iter().filter(|it| !model.values[it.value].hidden).count();
    let needed = (shown + 1).max(question.lags + crate::FREE_MIN);
    if n < needed {
        return Err(format!(
            "{n} rows are too few for {shown} unknown numbers{}: {} more are needed, or fewer media \
             or controls",
            if 0 < season { ", the season among them" } else { "" },
            needed - n
        ));
    }
    let meridian = question.form == Form::Meridian;
    if meridian && question.knots == Some(0) {
        return Err("this form needs a knot at least, for its level".to_owned());
    }
    Ok(())
}

pub(crate) fn warn(question: &BayesQuestion, mix: &mut Mix) {
    const TOGETHER: f64 = 0.9;
    for (i, a) in question.media.iter().enumerate() {
        for b in &question.media[i + 1..] {
            let correlation = correlation(&a.values, &b.values);
            if TOGETHER < correlation.abs() {
                mix.warnings.push(format!(
                    "`{}` and `{}` rise and fall together (correlation {correlation:.2}): what each \
                     of them does is hard to tell, and the prior decides",
                    a.name, b.name
                ));
            }
        }
    }
}

pub(crate) fn warn_of_misfit(checked: &Checked, mix: &mut Mix) {
    let found = &checked.predictive;
    /// A check at 1 in 100, from both sides.
    const RARE: f64 = 0.005;
    if found.memory_p < RARE {
        mix.warnings.push(
            "the errors of one row are related to those of the row before: something is missing, \
             such as a season (--seasonality), a trend (--trend), knots (--knots) or a control, and \
             intervals are too narrow"
                .to_owned(),
        );
    }
    if found.largest_p < RARE {
        mix.warnings.push(
            "the largest outcome is larger than the model would ever make it: a control for that \
             row may be missing"
                .to_owned(),
        );
    }
}

/// Rows that lie closer to what is predicted for them, or farther from it, than the noise says.
pub(crate) fn warn_of_spread(checked: &Checked, rows: usize, mix: &mut Mix) {
    /// Shares that differ by less change no decision.
    const MATTERS: f64 = 0.1;
    let found = &checked.predictive;
    // Three standard errors of the share of half of the rows.
    let room = (1.5 / (rows as f64).sqrt()).max(MATTERS);
    let percent = |share: f64| format!("{:.0} %", 100.0 * share);
    let (half, most) = (percent(found.inside_50), percent(found.inside_90));
    if checked.expected_50 + room < found.inside_50 {
        mix.warnings.push(format!(
            "{half} of the rows lie in the middle 50 % of what the model predicts for them, and {} \
             would if its errors were normal: a few rows with large errors make the noise look large \
             for all others. Name those rows (events, holidays, sold out) in a column of --controls; \
             until then intervals are wider than most rows deserve, and the few pull at the effects",
            percent(checked.expected_50)
        ));
    } else if found.inside_50 < 0.5 - room || found.inside_90 < 0.9 - room {
        mix.warnings.push(format!(
            "{half} of the rows lie in the middle 50 % of what the model predicts for them, and {most} \
             in the middle 90 %: errors are larger than the noise that the model believes in, so that \
             intervals are too narrow. A wider prior of sigma helps where one is given; else a level \
             that moves (--knots) or a control is missing"
        ));
    }
}

pub(crate) fn warn_of_the_unseen(
    question: &BayesQuestion,
    run: &LongRun,
    spend: &[f64],
    mix: &mut Mix,
) {
    let columns = question.spend.unwrap_or(question.media);
    for (m, (column, spend)) in columns.iter().zip(spend).enumerate() {
        if run.largest(&column.values) < *spend {
            mix.warnings.push(format!(
                "no row has as much `{}` as the allocation; what it brings is not known from these \
                 data (bound it with --bounds)",
                question.media[m].name
            ));
        }
    }
}
