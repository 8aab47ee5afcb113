//! The Bayesian mix: minimum effective sample size per CPU second, of the public weekly examples and
//! of a panel of 20 regions and 156 weeks.

use crate::events::{mark, scatter};
use crate::figure::{Figure, Run};
use crate::machine;
use crate::measurement::{Size, ended};
use anyhow::{Context, ensure};
use measurement::{
    BayesQuestion, Form, Host, Mix, Named, Panel, Sampling, Saturation, Scaling, bayes,
};
use std::path::Path;

const WEEKLY: &str = include_str!("../../../../fixtures/oracles/mmm_example.csv");
const NATIONAL: &str = include_str!("../../../../fixtures/oracles/meridian_national.csv");

/// Effective draws per CPU second: of the weekly example, and of the panel.
const AIM_WEEKLY: f64 = 300.0;
const AIM_PANEL: f64 = 12.0;

const REGIONS: usize = 20;
const WEEKS: usize = 156;

pub fn run(_: &Path, _: Size) -> anyhow::Result<Run> {
    let (one, one_shown) = measured(&weekly()?)?;
    let pair = Series { synergy: vec![(0, 1)], ..weekly()? };
    let (pair, pair_shown) = measured(&pair)?;
    let (national, national_shown) = measured(&national()?)?;
    let (panel, panel_shown) = measured(&panel())?;
    let figure = |name: &str, it: Measured| {
        Figure::new(name, it.effective / it.cpu, "effective draws/CPU s")
            .detail("effective draws of 4,000, at least", it.effective)
            .detail("CPU s", it.cpu)
            .detail("R-hat, at most", it.rhat)
    };
    let figures = vec![
        figure("mix by Bayes, 179 weeks", one).detail("times the aim of 300", one.per(AIM_WEEKLY)),
        figure("mix by Bayes, 179 weeks with a synergy", pair)
            .detail("times the aim of 300", pair.per(AIM_WEEKLY)),
        figure("mix by Bayes, Meridian's form, 156 weeks", national),
        figure("mix by Bayes, 20 regions × 156 weeks", panel)
            .detail("times the aim of 12", panel.per(AIM_PANEL)),
        ended("mix by Bayes, the four together")?,
    ];
    let shown = format!("{one_shown} {pair_shown} {national_shown} {panel_shown}");
    Ok(Run { figures, checksum: mark(&shown) })
}

#[derive(Clone, Copy)]
struct Measured {
    effective: f64,
    rhat: f64,
    cpu: f64,
}

impl Measured {
    fn per(&self, aim: f64) -> f64 {
        self.effective / self.cpu / aim
    }
}

/// The columns of one question.
#[derive(Default)]
struct Series {
    outcome: Vec<f64>,
    media: Vec<Named>,
    spend: Vec<Named>,
    value: Vec<f64>,
    controls: Vec<Named>,
    synergy: Vec<(usize, usize)>,
    regions: Vec<String>,
    population: Vec<f64>,
    meridian: bool,
    knots: Option<usize>,
}

/// Four chains of 1,000 draws after 1,000, one after another.
fn measured(series: &Series) -> anyhow::Result<(Measured, String)> {
    let question = BayesQuestion {
        outcome: &series.outcome,
        media: &series.media,
        spend: (!series.spend.is_empty()).then_some(series.spend.as_slice()),
        value: (!series.value.is_empty()).then_some(series.value.as_slice()),
        controls: &series.controls,
        season: &[],
        panel: (!series.regions.is_empty())
            .then_some(Panel { regions: &series.regions, population: Some(&series.population) }),
        synergy: &series.synergy,
        form: if series.meridian { Form::Meridian } else { Form::Plain },
        saturation: if series.meridian { Saturation::Hill } else { Saturation::Logistic },
        lags: if series.meridian { 9 } else { 8 },
        knots: series.knots,
        scaling: Scaling::Standard,
        priors: &[],
        experiments: &[],
        confidence: 0.95,
        budget: None,
    };
    let before = machine::cpu_seconds()?;
    let mix: Mix = bayes(&question, &Sampling::default(), Host::IN_TURN);
    let cpu = machine::cpu_seconds()? - before;
    ensure!(mix.insufficient.is_none(), "{:?}", mix.insufficient);
    let bulk = mix.parameters.iter().filter_map(|it| it.ess_bulk).fold(f64::INFINITY, f64::min);
    let rhat = mix.diagnostics.rhat_max.context("chains")?;
    Ok((Measured { effective: bulk, rhat, cpu }, serde_json::to_string(&mix)?))
}

fn columns(text: &str, names: &[&str]) -> anyhow::Result<Vec<Named>> {
    let head: Vec<&str> = text.lines().next().context("no header")?.split(',').collect();
    let column = |name: &&str| {
        let at = head.iter().position(|it| it == name).with_context(|| format!("no {name}"))?;
        let value = |line: &str| Ok(line.split(',').nth(at).context("no value")?.parse()?);
        let values = text.lines().skip(1).map(value).collect::<anyhow::Result<Vec<f64>>>()?;
        Ok(Named { name: (*name).to_owned(), values })
    };
    names.iter().map(column).collect()
}

fn one(text: &str, name: &str) -> anyhow::Result<Vec<f64>> {
    Ok(columns(text, &[name])?.remove(0).values)
}

fn weekly() -> anyhow::Result<Series> {
    let mut controls = columns(WEEKLY, &["event_1", "event_2", "t"])?;
    let days = one(WEEKLY, "dayofyear")?;
    for k in [1.0, 2.0] {
        for (name, of) in [("sin", f64::sin as fn(f64) -> f64), ("cos", f64::cos)] {
            let at = |day: &f64| of(std::f64::consts::TAU * k * day / 365.25);
            controls
                .push(Named { name: format!("{name}_{k}"), values: days.iter().map(at).collect() });
        }
    }
    let (outcome, media) = (one(WEEKLY, "y")?, columns(WEEKLY, &["x1", "x2"])?);
    Ok(Series { outcome, media, controls, ..Series::default() })
}

fn national() -> anyhow::Result<Series> {
    let names = |what: &str| [0, 1, 2, 3].map(|it| format!("Channel{it}_{what}"));
    let of = |names: &[String; 4]| columns(NATIONAL, &names.each_ref().map(String::as_str));
    let controls = ["competitor_activity_score_control", "sentiment_score_control"];
    Ok(Series {
        outcome: one(NATIONAL, "conversions")?,
        media: of(&names("impression"))?,
        spend: of(&names("spend"))?,
        value: one(NATIONAL, "revenue_per_conversion")?,
        controls: columns(NATIONAL, &controls)?,
        meridian: true,
        knots: Some(10),
        ..Series::default()
    })
}

/// Four media, two controls, a level per week: as large as Meridian's own example, and made here.
fn panel() -> Series {
    let chance = |number: usize, of: usize| {
        (scatter((number * 16 + of) as u64) >> 11) as f64 / (1_u64 << 53) as f64
    };
    let rows = REGIONS * WEEKS;
    let size = |row: usize| 1.0 + (row / WEEKS) as f64;
    let named = |name: String, values: Vec<f64>| Named { name, values };
    let media: Vec<Named> = (0..4)
        .map(|m| {
            let spend = |row: usize| size(row) * (4.0 * chance(row, m) - 1.0).max(0.0);
            named(format!("medium_{m}"), (0..rows).map(spend).collect())
        })
        .collect();
    let controls: Vec<Named> = (0..2)
        .map(|c| {
            let value = |row: usize| 2.0 * chance(row, 4 + c) - 1.0;
            named(format!("control_{c}"), (0..rows).map(value).collect())
        })
        .collect();
    let outcome = |row: usize| {
        let (region, week) = (row / WEEKS, row % WEEKS);
        let mut y = 5.0 + chance(week, 9) + chance(region, 10);
        for (m, medium) in media.iter().enumerate() {
            let before = if week == 0 { 0.0 } else { medium.values[row - 1] };
            let level = (0.7 * medium.values[row] + 0.3 * before) / size(row);
            let own = 0.8 + 0.4 * chance(region, 11 + m);
            y += own * (1.0 + m as f64 / 4.0) * level / (1.0 + level);
        }
        y += 0.3 * controls[0].values[row] - 0.2 * controls[1].values[row];
        let noise = chance(row, 15) + chance(row, 14) + chance(row, 13) - 1.5;
        size(row) * (y + 0.2 * noise)
    };
    Series {
        outcome: (0..rows).map(outcome).collect(),
        regions: (0..REGIONS).map(|it| format!("region {it}")).collect(),
        population: (0..REGIONS).map(|it| 1.0 + it as f64).collect(),
        media,
        controls,
        meridian: true,
        ..Series::default()
    }
}
