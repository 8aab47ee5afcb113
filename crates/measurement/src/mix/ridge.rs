//! The model of Robyn at given settings: geometric carry-over, a Hill curve, and a ridge in which
//! media bring nothing below zero. For those who come from there and want to compare.
//!
//! Robyn searches for the settings and keeps many; here they are given, with the weight λ of the
//! ridge. Nothing then says how far the truth may be from the answer: the ridge is biased towards
//! nothing by design, and how the settings were found is in no error. So there are no intervals.
//!
//! λ counts as in glmnet (Friedman, Hastie and Tibshirani 2010, Journal of Statistical Software
//! 33(1)): columns in units of their standard deviation with n, not n − 1, and the outcome too, which
//! makes the weight λ over the outcome's standard deviation.

use serde::Serialize;

use super::curve::Contribution;
use super::least_squares::least_squares;
use super::report::{Diagnostics, Medium, Mix, Parameter};
use super::{FREE_MIN, Named};

/// How the spend of one medium works.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transform {
    /// The share of an effect that goes on to the next row.
    pub theta: f64,
    /// How steep the Hill curve is.
    pub alpha: f64,
    /// Where it is half full, as a share of the way from the least to the most.
    pub gamma: f64,
}

impl Transform {
    /// The error says what is outside its range.
    pub fn new(theta: f64, alpha: f64, gamma: f64) -> Result<Transform, String> {
        match (theta, alpha, gamma) {
            _ if !(0.0..1.0).contains(&theta) => {
                Err(format!("theta {theta} must be from 0 to under 1"))
            }
            _ if !(0.0 < alpha && alpha.is_finite()) => {
                Err(format!("alpha {alpha} must be above 0"))
            }
            _ if !(0.0 < gamma && gamma <= 1.0) => {
                Err(format!("gamma {gamma} must be above 0 and at most 1"))
            }
            _ => Ok(Transform { theta, alpha, gamma }),
        }
    }

    /// What the rows' spends count for, each between 0 and 1.
    pub fn applied(&self, spend: &[f64]) -> Vec<f64> {
        let mut carried = 0.0;
        let carry = |it: &f64| {
            carried = it + self.theta * carried;
            carried
        };
        let level: Vec<f64> = spend.iter().map(carry).collect();
        let half = self.half(&level).powf(self.alpha);
        let hill = |it: &f64| match it.powf(self.alpha) {
            0.0 => 0.0,
            power => power / (power + half),
        };
        level.iter().map(hill).collect()
    }

    /// Robyn rounds this to four decimals, whatever the unit, and so do we.
    fn half(&self, level: &[f64]) -> f64 {
        const DECIMALS: f64 = 1e4;
        let least = level.iter().fold(f64::INFINITY, |least, it| least.min(*it));
        let most = level.iter().fold(0.0, |most: f64, it| most.max(*it));
        ((least + self.gamma * (most - least)) * DECIMALS).round() / DECIMALS
    }
}

#[derive(Clone, Copy, Debug)]
pub struct RidgeQuestion<'a> {
    pub outcome: &'a [f64],
    /// Spend, from 0 on.
    pub media: &'a [Named],
    /// One for each medium.
    pub transforms: &'a [Transform],
    pub controls: &'a [Named],
    /// The weights of the ridge, each above 0. The result is that of the first; the others stand
    /// beside it.
    pub lambdas: &'a [f64],
}

/// The model at one weight.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RidgePath {
    pub lambda: f64,
    pub r_squared: f64,
    pub coefficients: Vec<Coefficient>,
    pub media: Vec<RidgeMedium>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Coefficient {
    pub name: String,
    pub value: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RidgeMedium {
    pub name: String,
    pub contribution: f64,
    pub share: Option<f64>,
    #[serde(rename = "return")]
    pub per_unit: Option<f64>,
}

const NO_INTERVAL: &str =
    "no interval: the settings and the weight of the ridge were given; its bias has no error";

/// Never fails: what cannot be known is absent, with the reason.
pub fn ridge(question: &RidgeQuestion) -> Mix {
    let mut mix =
        Mix { model: "ridge", n: question.outcome.len(), effort: "hill", ..Mix::default() };
    if let Err(reason) = check(question).and_then(|()| estimate(question, &mut mix)) {
        mix.insufficient = Some(reason);
    }
    mix
}

fn check(question: &RidgeQuestion) -> Result<(), String> {
    let n = question.outcome.len();
    let columns = question.media.iter().chain(question.controls);
    if question.media.is_empty() || question.lambdas.is_empty() {
        return Err("there are no media, or no lambda".to_owned());
    }
    if question.transforms.len() != question.media.len() {
        return Err("each medium needs its theta, alpha and gamma".to_owned());
    }
    if !question.lambdas.iter().all(|it| 0.0 < *it && it.is_finite()) {
        return Err("each lambda must be above 0".to_owned());
    }
    if columns.clone().any(|it| it.values.len() != n) {
        return Err("a column has another length than the outcome".to_owned());
    }
    if !columns.clone().flat_map(|it| &it.values).chain(question.outcome).all(|it| it.is_finite()) {
        return Err("some values are not numbers".to_owned());
    }
    let needed = 1 + columns.clone().count() + FREE_MIN;
    if n < needed {
        return Err(format!(
            "{n} rows are too few for {} coefficients: {} more are needed",
            1 + columns.count(),
            needed - n
        ));
    }
    Ok(())
}

/// The columns in units of their spread, and how to come back.
struct Standard {
    columns: Vec<Vec<f64>>,
    means: Vec<f64>,
    spreads: Vec<f64>,
    outcome: Vec<f64>,
    outcome_mean: f64,
    outcome_spread: f64,
}

/// The mean, and the standard deviation with n.
fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let square = values.iter().map(|it| (it - mean).powi(2)).sum::<f64>() / n;
    (mean, square.sqrt())
}

impl Standard {
    fn new(question: &RidgeQuestion, media: &[Vec<f64>]) -> Result<Standard, String> {
        let controls = question.controls.iter().map(|it| &it.values);
        let names = question.media.iter().chain(question.controls).map(|it| &it.name);
        let (outcome_mean, outcome_spread) = moments(question.outcome);
        if outcome_spread == 0.0 {
            return Err("the outcome is the same in every row".to_owned());
        }
        let mut found = Standard {
            columns: Vec::new(),
            means: Vec::new(),
            spreads: Vec::new(),
            outcome: question.outcome.iter().map(|it| it - outcome_mean).collect(),
            outcome_mean,
            outcome_spread,
        };
        for (values, name) in media.iter().chain(controls).zip(names) {
            let (mean, spread) = moments(values);
            if spread <= f64::EPSILON * mean.abs() {
                return Err(format!("`{name}` is the same in every row"));
            }
            found.columns.push(values.iter().map(|it| (it - mean) / spread).collect());
            found.means.push(mean);
            found.spreads.push(spread);
        }
        Ok(found)
    }

    /// The intercept, then the coefficients of the columns as they were.
    fn coefficients(&self, lambda: f64, bounded: usize) -> Vec<f64> {
        let scaled = self.solve(lambda / self.outcome_spread, bounded);
        let own: Vec<f64> = scaled.iter().zip(&self.spreads).map(|(b, s)| b / s).collect();
        let at_means: f64 = own.iter().zip(&self.means).map(|(b, m)| b * m).sum();
        std::iter::once(self.outcome_mean - at_means).chain(own).collect()
    }

    /// The least of |y − Xb|²/n + weight |b|² where the first `bounded` numbers are not below 0, by
    /// the active sets of Lawson and Hanson (1974, chapter 23): those at 0 stay there unless leaving
    /// it is a gain.
    fn solve(&self, weight: f64, bounded: usize) -> Vec<f64> {
        let k = self.columns.len();
        let mut free: Vec<bool> = (0..k).map(|i| bounded <= i).collect();
        let mut at = self.least(weight, &free);
        // Each change of the set lowers the least, so that none comes twice; a bound for rounding.
        for _ in 0..8 * (k + 1) {
            let gains = self.gains(weight, &at);
            let size = gains.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
            let held = |i: &usize| !free[*i] && 1e-12 * (size + self.outcome_spread) < gains[*i];
            let Some(next) = (0..k).filter(held).max_by(|a, b| gains[*a].total_cmp(&gains[*b]))
            else {
                break;
            };
            free[next] = true;
            loop {
                let there = self.least(weight, &free);
                let below = |i: &usize| *i < bounded && free[*i] && there[*i] <= 0.0;
                let share = |i: usize| if at[i] <= 0.0 { 0.0 } else { at[i] / (at[i] - there[i]) };
                let Some(first) =
                    (0..k).filter(below).min_by(|a, b| share(*a).total_cmp(&share(*b)))
                else {
                    at = there;
                    break;
                };
                let part = share(first).clamp(0.0, 1.0);
                at.iter_mut().zip(&there).for_each(|(at, there)| *at += part * (there - *at));
                free[first] = false;
                at[first] = 0.0;
            }
        }
        at
    }

    /// With the others at 0: least squares with a row of its own for each number. Where the weight is
    /// nothing beside the columns, those that others make up are at 0 too.
    fn least(&self, weight: f64, free: &[bool]) -> Vec<f64> {
        let n = self.outcome.len();
        let mut places: Vec<usize> = (0..free.len()).filter(|i| free[*i]).collect();
        let mut found = vec![0.0; free.len()];
        let own = (n as f64 * weight).sqrt();
        loop {
            let column = |(row, i): (usize, &usize)| {
                let mut column = self.columns[*i].clone();
                column.resize(n + places.len(), 0.0);
                column[n + row] = own;
                column
            };
            let columns: Vec<Vec<f64>> = places.iter().enumerate().map(column).collect();
            let mut outcome = self.outcome.clone();
            outcome.resize(n + places.len(), 0.0);
            match least_squares(&columns, &outcome) {
                Ok(solution) => {
                    places.iter().zip(solution.coefficients).for_each(|(i, it)| found[*i] = it);
                    return found;
                }
                Err(dependent) => {
                    places.remove(dependent.column);
                }
            }
        }
    }

    /// How fast the sum falls as each number rises.
    fn gains(&self, weight: f64, at: &[f64]) -> Vec<f64> {
        let n = self.outcome.len() as f64;
        let mut left = self.outcome.clone();
        for (column, b) in self.columns.iter().zip(at).filter(|it| *it.1 != 0.0) {
            left.iter_mut().zip(column).for_each(|(left, x)| *left -= b * x);
        }
        let gain =
            |column: &Vec<f64>| column.iter().zip(&left).map(|(x, y)| x * y).sum::<f64>() / n;
        self.columns.iter().zip(at).map(|(column, b)| gain(column) - weight * b).collect()
    }
}

fn estimate(question: &RidgeQuestion, mix: &mut Mix) -> Result<(), String> {
    let applied = |(medium, it): (&Named, &Transform)| it.applied(&medium.values);
    let media: Vec<Vec<f64>> =
        question.media.iter().zip(question.transforms).map(applied).collect();
    let standard = Standard::new(question, &media)?;
    let all: Vec<Vec<f64>> = question
        .lambdas
        .iter()
        .map(|it| standard.coefficients(*it, question.media.len()))
        .collect();
    let path = |(lambda, found): (&f64, &Vec<f64>)| path(question, &media, *lambda, found);
    mix.ridge = question.lambdas.iter().zip(&all).map(path).collect();
    let (Some(found), Some(first)) = (all.first(), mix.ridge.first()) else { return Ok(()) };
    mix.parameters = first
        .coefficients
        .iter()
        .map(|it| Parameter { name: it.name.clone(), mean: it.value, ..Parameter::default() })
        .collect();
    mix.diagnostics = Diagnostics { r_squared: Some(first.r_squared), ..Diagnostics::default() };
    mix.media = first
        .media
        .iter()
        .enumerate()
        .map(|(i, it)| Medium {
            name: it.name.clone(),
            spend: question.media[i].values.iter().sum(),
            contribution: it.contribution,
            share: it.share,
            per_unit: it.per_unit,
            marginal_return: marginal(
                &question.media[i],
                &question.transforms[i],
                &media[i],
                found[i + 1],
            ),
            reason: Some(NO_INTERVAL.to_owned()),
            ..Medium::default()
        })
        .collect();
    mix.contributions = contributions(question, &media, found);
    mix.warnings.push(
        "the ridge is additive: it finds no synergy. Its settings were given, so that nothing here \
         has an interval; --model bayes estimates them with their errors"
            .to_owned(),
    );
    Ok(())
}

fn path(question: &RidgeQuestion, media: &[Vec<f64>], lambda: f64, found: &[f64]) -> RidgePath {
    let named = question.media.iter().chain(question.controls).map(|it| it.name.as_str());
    let names = std::iter::once("intercept").chain(named);
    let coefficient =
        |(name, value): (&str, &f64)| Coefficient { name: name.to_owned(), value: *value };
    let total: f64 = question.outcome.iter().sum();
    let medium = |(i, it): (usize, &Named)| {
        let contribution = found[i + 1] * media[i].iter().sum::<f64>();
        let spend: f64 = it.values.iter().sum();
        RidgeMedium {
            name: it.name.clone(),
            contribution,
            share: (0.0 < total).then(|| contribution / total),
            per_unit: (0.0 < spend).then(|| contribution / spend),
        }
    };
    let expected = contributions(question, media, found);
    let sum = |row: usize| expected.iter().map(|it| it.mean[row]).sum::<f64>();
    let left: f64 =
        question.outcome.iter().enumerate().map(|(row, it)| (it - sum(row)).powi(2)).sum();
    let (_, spread) = moments(question.outcome);
    RidgePath {
        lambda,
        r_squared: 1.0 - left / (spread * spread * question.outcome.len() as f64),
        coefficients: names.zip(found).map(coefficient).collect(),
        media: question.media.iter().enumerate().map(medium).collect(),
    }
}

/// What one more unit of spend brings, spread over the rows as the spend is: the Hill curve h of a
/// level z rises by α h (1 − h) / z, and every level in proportion to the spend.
fn marginal(medium: &Named, transform: &Transform, applied: &[f64], beta: f64) -> Option<f64> {
    let spend: f64 = medium.values.iter().sum();
    let rise: f64 = applied.iter().map(|h| transform.alpha * h * (1.0 - h)).sum();
    (0.0 < spend).then(|| beta * rise / spend)
}

/// By row: everything that is no medium, then each medium.
fn contributions(question: &RidgeQuestion, media: &[Vec<f64>], found: &[f64]) -> Vec<Contribution> {
    let mut base = vec![found[0]; question.outcome.len()];
    for (control, b) in question.controls.iter().zip(&found[1 + media.len()..]) {
        base.iter_mut().zip(&control.values).for_each(|(sum, x)| *sum += b * x);
    }
    let mut all = vec![Contribution { name: "base".to_owned(), mean: base }];
    for ((medium, applied), b) in question.media.iter().zip(media).zip(&found[1..]) {
        let mean = applied.iter().map(|it| b * it).collect();
        all.push(Contribution { name: medium.name.clone(), mean });
    }
    all
}
