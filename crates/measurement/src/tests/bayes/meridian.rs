//! Meridian's posteriors of its own simulated data: national within Monte Carlo error, regions
//! within a tenth.

use super::oracles::{agree, summary};
use super::{columns, model};
use crate::mix::bayes::converged::quality;
use crate::mix::bayes::model::Model;
use crate::mix::bayes::sample::{Host, Sampling, sample};
use crate::tests::slow;
use crate::{BayesQuestion, Form, Named, Panel, Saturation, Scaling};

pub(in crate::tests) struct Meridian {
    outcome: Vec<f64>,
    value: Vec<f64>,
    media: Vec<Named>,
    spend: Vec<Named>,
    controls: Vec<Named>,
    regions: Vec<String>,
    population: Vec<f64>,
}

impl Meridian {
    /// From the file's columns; the regions of a panel are in its first column.
    pub(in crate::tests) fn new(text: &str, panel: bool) -> Meridian {
        let numbers: String = match panel {
            true => text
                .lines()
                .map(|it| it.split_once(',').expect("cells").1.to_owned() + "\n")
                .collect(),
            false => text.to_owned(),
        };
        // Dates are no numbers; only the columns asked for are read.
        let named =
            |what: &str| -> Vec<String> { (0..4).map(|i| format!("Channel{i}_{what}")).collect() };
        let read = |names: &[String]| {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            columns(&numbers, &names)
        };
        let one = |name: &str| columns(&numbers, &[name]).remove(0).values;
        let mut regions: Vec<String> = Vec::new();
        let mut population = Vec::new();
        if panel {
            let people = one("population");
            for (line, people) in text.lines().skip(1).zip(people) {
                let region = line.split(',').next().expect("a region");
                if regions.last().is_none_or(|it| it != region) {
                    regions.push(region.to_owned());
                    population.push(people);
                }
            }
        }
        let controls = ["competitor_activity_score_control", "sentiment_score_control"];
        let mut media = read(&named("impression"));
        media.iter_mut().enumerate().for_each(|(i, it)| it.name = format!("Channel{i}"));
        Meridian {
            outcome: one("conversions"),
            value: one("revenue_per_conversion"),
            media,
            spend: read(&named("spend")),
            controls: columns(&numbers, &controls),
            regions,
            population,
        }
    }

    pub(in crate::tests) fn model(&self, knots: Option<usize>) -> Model {
        model(&BayesQuestion {
            outcome: &self.outcome,
            media: &self.media,
            spend: Some(&self.spend),
            value: Some(&self.value),
            controls: &self.controls,
            season: &[],
            panel: (!self.regions.is_empty())
                .then_some(Panel { regions: &self.regions, population: Some(&self.population) }),
            synergy: &[],
            form: Form::Meridian,
            saturation: Saturation::Hill,
            // Its max_lag of 8 counts the rows before.
            lags: 9,
            knots,
            scaling: Scaling::Standard,
            priors: &[],
            experiments: &[],
            confidence: 0.95,
            budget: None,
        })
    }
}

/// What Meridian calls `roi_m[Channel0]` is `roi_Channel0` here.
pub(super) fn our_name(theirs: &str) -> Option<String> {
    let (kind, of) =
        theirs.strip_suffix(']').and_then(|it| it.split_once('[')).unwrap_or((theirs, ""));
    match kind {
        "roi_m" => Some(format!("roi_{of}")),
        "alpha_m" => Some(format!("alpha_{of}")),
        "ec_m" => Some(format!("ec_{of}")),
        "gamma_c" => Some(format!("gamma_{of}")),
        "sigma" => Some("sigma".to_owned()),
        _ => None,
    }
}

#[test]
fn the_national_posterior_is_that_of_meridian() {
    let text = include_str!("../../../../../fixtures/oracles/meridian_national.csv");
    let theirs =
        include_str!("../../../../../fixtures/oracles/meridian_national_media_posterior.csv");
    let model = Meridian::new(text, false).model(Some(10));
    agree(&model, 500, summary(theirs), our_name);
}

/// Twenty regions of 156 weeks, read where the public data are at hand: every mean within a tenth, as
/// far as its own chains know it.
#[test]
fn the_posterior_of_the_regions_is_that_of_meridian() {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../shared/data/meridian_simulated/geo_media.csv.gz"
    );
    if !slow() || !std::path::Path::new(file).exists() {
        return;
    }
    let unpacked = std::process::Command::new("gzip").args(["-dc", file]).output().expect("gzip");
    let text = String::from_utf8(unpacked.stdout).expect("text");
    let theirs = include_str!("../../../../../fixtures/oracles/meridian_geo_media_posterior.csv");
    let model = Meridian::new(&text, true).model(None);
    let drawn = sample(&model, &Sampling::default(), Host::IN_TURN).expect("draws");
    assert_eq!(drawn.divergences, 0);
    let shown = model.shown();
    let mut compared = 0;
    for (name, mean, _) in summary(theirs) {
        // Theirs is the mean logarithm of the regions' effects.
        let (own, logarithm) = match name.strip_prefix("beta_m[") {
            Some(of) => (Some(format!("beta_{}", of.trim_end_matches(']'))), true),
            None => (our_name(&name), false),
        };
        let Some(own) = own else { continue };
        let value = shown.iter().find(|it| it.0 == own).expect("a parameter").1;
        let column = drawn.column(value);
        let found = quality(&column).expect("it moves");
        assert!(found.rhat < 1.03, "{own}: {found:?}");
        let all: Vec<f64> =
            column.concat().iter().map(|it| if logarithm { it.ln() } else { *it }).collect();
        let ours = all.iter().sum::<f64>() / all.len() as f64;
        assert!((ours - mean).abs() < 0.1 * mean.abs(), "{name}: {ours} is not {mean}");
        compared += 1;
    }
    assert_eq!(compared, 19);
}
