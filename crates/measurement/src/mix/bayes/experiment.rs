//! Results of experiments in the likelihood: a measured effect of spending more, with its error.
//!
//! In the long run spend x a row reaches the level s(x) of its curve. An experiment that moved media
//! from one spend to another measured Δ = effect(to) − effect(from) per row, with every other medium
//! at its mean; the model's own Δ enters as N(measured | Δ, se). A cell in which two media ran
//! together is one such row with two media, so that synergy is measured and not only believed.

use super::BayesQuestion;
use super::density::{Gradients, Numbers};
use super::model::{Model, mean};

/// What an experiment measured, per row of the series and in the units of its columns.
#[derive(Clone, Debug, PartialEq)]
pub struct Experiment {
    /// The media that were moved, by their place among the media.
    pub media: Vec<usize>,
    /// Spend per row on each of them before (or in the control cell), and after.
    pub from: Vec<f64>,
    pub to: Vec<f64>,
    pub effect: f64,
    pub se: f64,
    /// Only what two media did beyond the sum of what each did: the double difference.
    pub beyond: bool,
}

/// The same on the scale of the model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Scaled {
    /// By medium.
    pub from: Vec<f64>,
    pub to: Vec<f64>,
    pub moved: Vec<bool>,
    pub effect: f64,
    pub se: f64,
    pub beyond: bool,
}

pub(crate) fn scaled(question: &BayesQuestion, model: &Model) -> Result<Vec<Scaled>, String> {
    let one = |(at, it): (usize, &Experiment)| {
        let wrong = |why: &str| Err(format!("experiment {}: {why}", at + 1));
        let k = it.media.len();
        let known = it.media.iter().all(|medium| *medium < question.media.len());
        let twice = (1..k).any(|i| it.media[..i].contains(&it.media[i]));
        if k == 0 || !known || twice || it.from.len() != k || it.to.len() != k {
            return wrong("each medium once, with one `from` and one `to`");
        }
        if !it.from.iter().chain(&it.to).all(|spend| 0.0 <= *spend && spend.is_finite()) {
            return wrong("`from` and `to` are amounts from 0 on");
        }
        if it.from == it.to {
            return wrong("`from` and `to` are the same: nothing was moved");
        }
        if !(0.0 < it.se && it.se.is_finite() && it.effect.is_finite()) {
            return wrong("`effect` must be a number and `se` above 0");
        }
        if it.beyond && k != 2 {
            return wrong("what goes beyond the sum is known for two media");
        }
        if 1 < model.regions() {
            return wrong(
                "a panel of regions has its own comparison; experiments are for one series",
            );
        }
        let unit = |medium: usize, spend: f64| spend / model.scales.media[medium];
        let mut from: Vec<f64> = model.media.iter().map(|it| mean(it)).collect();
        let mut to = from.clone();
        let mut moved = vec![false; from.len()];
        for ((medium, low), high) in it.media.iter().zip(&it.from).zip(&it.to) {
            (from[*medium], to[*medium]) = (unit(*medium, *low), unit(*medium, *high));
            moved[*medium] = true;
        }
        let scale = model.scales.scale;
        let (effect, se) = (it.effect / scale, it.se / scale);
        Ok(Scaled { from, to, moved, effect, se, beyond: it.beyond })
    };
    question.experiments.iter().enumerate().map(one).collect()
}

/// What the model expects of the experiment.
pub(crate) fn increment(model: &Model, numbers: &Numbers, it: &Scaled) -> f64 {
    let at = |spends: &[f64]| -> Vec<f64> {
        let levels = spends.iter().enumerate();
        levels.map(|(m, spend)| numbers.curve(m).at(*spend).level).collect()
    };
    let (before, after) = (at(&it.from), at(&it.to));
    let mut total = 0.0;
    if !it.beyond {
        for m in 0..before.len() {
            total += numbers.effect[m] * (after[m] - before[m]);
        }
    }
    for (pair, (a, b)) in model.setup.pairs.iter().enumerate() {
        total += numbers.synergy[pair] * moved(it, &before, &after, *a, *b);
    }
    total
}

/// How far the product of two levels moved; of the double difference only the cross part counts.
fn moved(it: &Scaled, before: &[f64], after: &[f64], a: usize, b: usize) -> f64 {
    if !it.beyond {
        return after[a] * after[b] - before[a] * before[b];
    }
    let both = it.moved[a] && it.moved[b];
    if both { (after[a] - before[a]) * (after[b] - before[b]) } else { 0.0 }
}

/// Adds the log density of all experiments, and its slopes.
pub(crate) fn add(model: &Model, numbers: &Numbers, slopes: &mut Gradients) -> f64 {
    let mut total = 0.0;
    for it in &model.experiments {
        let error = (it.effect - increment(model, numbers, it)) / it.se;
        total -= 0.5 * error * error;
        // d log density / d increment.
        pull(model, numbers, it, error / it.se, slopes);
    }
    total
}

fn pull(model: &Model, numbers: &Numbers, it: &Scaled, by: f64, slopes: &mut Gradients) {
    let k = numbers.effect.len();
    for m in 0..k {
        let curve = numbers.curve(m);
        let (before, after) = (curve.at(it.from[m]), curve.at(it.to[m]));
        if !it.beyond {
            slopes.effect[m] += by * (after.level - before.level);
        }
        // How the increment moves with this medium's level at both ends.
        let own = if it.beyond { 0.0 } else { numbers.effect[m] };
        let (mut of_after, mut of_before) = (own, -own);
        for (pair, (a, b)) in model.setup.pairs.iter().enumerate() {
            if *a != m && *b != m {
                continue;
            }
            let other = numbers.curve(a + b - m);
            let (low, high) = (other.at(it.from[a + b - m]), other.at(it.to[a + b - m]));
            let kappa = numbers.synergy[pair];
            if !it.beyond {
                of_after += kappa * high.level;
                of_before -= kappa * low.level;
            } else if it.moved[*a] && it.moved[*b] {
                of_after += kappa * (high.level - low.level);
                of_before -= kappa * (high.level - low.level);
            }
            if m == *a {
                let levels = |first: f64, second: f64| {
                    let mut all = vec![0.0; k];
                    (all[*a], all[*b]) = (first, second);
                    all
                };
                let (all_before, all_after) =
                    (levels(before.level, low.level), levels(after.level, high.level));
                slopes.synergy[pair] += by * moved(it, &all_before, &all_after, *a, *b);
            }
        }
        slopes.shape[m] += by * (of_after * after.by_shape + of_before * before.by_shape);
        slopes.slope[m] += by * (of_after * after.by_slope + of_before * before.by_slope);
    }
}
