//! The result from the fitted model: parameters, contributions, responses, and what to warn of.

use super::ROWS_STATED;
use super::curve::{Contribution, Response, ResponsePoint};
use super::design::Design;
use super::filter::innovations;
use super::inference::Fitted;
use super::report::{Diagnostics, Interval, Medium, Mix, Parameter, Synergy};
use crate::distribution::chi_squared_tail;

impl Design<'_> {
    pub fn describe(&self, fitted: &Fitted, mix: &mut Mix) {
        let (low, high) = fitted.carry_ends();
        mix.parameters.push(Parameter {
            name: "lambda".to_owned(),
            mean: fitted.carry(),
            sd: fitted.carry_sd(),
            low: Some(low),
            high: Some(high),
            p: None,
            ..Parameter::default()
        });
        let media = &self.question.media;
        for i in 0..self.columns() {
            let name = match i.checked_sub(self.direct.len()) {
                None if i == 0 => "intercept".to_owned(),
                None => format!("gamma_{}", self.question.controls[i - 1].name),
                Some(i) if i < media.len() => format!("beta_{}", media[i].name),
                Some(i) => {
                    let (a, b) = self.pairs[i - media.len()];
                    format!("kappa_{}*{}", media[a].name, media[b].name)
                }
            };
            let found = fitted.interval(|_| self.only(i));
            mix.parameters.push(Parameter {
                name,
                mean: found.mean,
                sd: Some(found.sd),
                low: Some(found.low),
                high: Some(found.high),
                p: Some(fitted.p(|_| self.only(i))),
                ..Parameter::default()
            });
        }
        let names = ["sigma_transition", "sigma_observation"];
        for (name, (mean, sd)) in names.into_iter().zip(fitted.noise()) {
            // On the logarithmic scale, so that no end is below 0.
            let factor = sd.map(|sd| (fitted.quantile() * sd / mean).exp());
            mix.parameters.push(Parameter {
                name: name.to_owned(),
                mean,
                sd,
                low: factor.map(|it| mean / it),
                high: factor.map(|it| mean * it),
                p: None,
                ..Parameter::default()
            });
        }
    }

    pub fn contributions(&self, fitted: &Fitted, mix: &mut Mix) {
        let outcome: f64 = self.question.outcome.iter().sum();
        for (i, medium) in self.question.media.iter().enumerate() {
            let spend: f64 = medium.values.iter().sum();
            let found = fitted.interval(|carry| self.of_medium(i, &self.totals(carry), 1.0, 0.5));
            let growth = self.question.effort.elasticity();
            let more =
                fitted.interval(|carry| self.of_medium(i, &self.totals(carry), growth, growth));
            let per_unit = |amount: f64| (0.0 < spend).then(|| amount / spend);
            mix.media.push(Medium {
                name: medium.name.clone(),
                spend,
                contribution: found.mean,
                share: (0.0 < outcome).then(|| found.mean / outcome),
                per_unit: per_unit(found.mean),
                marginal_return: per_unit(more.mean),
                contribution_sd: Some(found.sd),
                contribution_low: Some(found.low),
                contribution_high: Some(found.high),
                return_low: per_unit(found.low),
                return_high: per_unit(found.high),
                marginal_return_low: per_unit(more.low),
                marginal_return_high: per_unit(more.high),
                reason: None,
            });
        }
        let without = |from: usize| {
            fitted.interval(|carry| {
                let totals = self.totals(carry);
                totals.iter().enumerate().map(|(i, it)| if i < from { 0.0 } else { *it }).collect()
            })
        };
        let media = without(self.direct.len());
        mix.base = Some(Interval {
            mean: outcome - media.mean,
            sd: media.sd,
            low: outcome - media.high,
            high: outcome - media.low,
        });
        if !self.pairs.is_empty() {
            mix.leverage = Some(without(self.pair(0)));
        }
        let known = (0..self.pairs.len()).map(|i| self.synergy(fitted, i));
        let mut synergy: Vec<Synergy> = known.collect();
        holm(&mut synergy);
        synergy.append(&mut mix.synergy);
        mix.synergy = synergy;
    }

    fn synergy(&self, fitted: &Fitted, pair: usize) -> Synergy {
        let (a, b) = self.pairs[pair];
        let found = fitted.interval(|_| self.only(self.pair(pair)));
        let total = self.totals(fitted.carry())[self.pair(pair)];
        Synergy {
            mean: Some(found.mean),
            sd: Some(found.sd),
            low: Some(found.low),
            high: Some(found.high),
            p: Some(fitted.p(|_| self.only(self.pair(pair)))),
            contribution: Some(found.mean * total),
            reason: None,
            ..self.unknown_synergy(a, b, String::new())
        }
    }

    pub fn responses(&self, fitted: &Fitted, mix: &mut Mix) {
        const POINTS: u32 = 20;
        /// A little beyond what was seen, to show where that ends.
        const BEYOND: f64 = 1.25;
        for (i, medium) in self.question.media.iter().enumerate() {
            let most = BEYOND * medium.values.iter().fold(0.0, |most: f64, it| most.max(*it));
            let point = |step: u32| {
                let mut spend = self.mean_spend();
                spend[i] = most * f64::from(step) / f64::from(POINTS);
                let touches = |a: usize, b: usize| f64::from(u8::from(a == i || b == i));
                let found = fitted.interval(|carry| self.long_run(carry, &spend, touches));
                let Interval { mean, low, high, .. } = found;
                ResponsePoint { spend: spend[i], expected: mean, low, high }
            };
            let points = (0..=POINTS).map(point).collect();
            mix.response.push(Response { name: medium.name.clone(), points });
        }
    }

    /// What each medium, each pair, and all else brought in each row.
    pub fn over_time(&self, fitted: &Fitted, mix: &mut Mix) {
        let (found, carry) = (fitted.fit.coefficients(), fitted.carry());
        let direct = self.direct.iter().zip(found);
        let mut base = vec![0.0; mix.n];
        for (column, coefficient) in direct {
            base.iter_mut().zip(column).for_each(|(sum, x)| *sum += coefficient * x);
        }
        mix.contributions.push(Contribution { name: "base".to_owned(), mean: base });
        let media = &self.question.media;
        let names = media.iter().map(|it| it.name.clone());
        let pairs =
            self.pairs.iter().map(|(a, b)| format!("{}*{}", media[*a].name, media[*b].name));
        let coefficients = &found[self.direct.len()..];
        for ((name, column), coefficient) in names.chain(pairs).zip(&self.carried).zip(coefficients)
        {
            let mut state = 0.0;
            let next = |effort: &f64| {
                state = carry * state + effort;
                coefficient * state
            };
            let mean = column.iter().map(next).collect();
            mix.contributions.push(Contribution { name, mean });
        }
    }

    pub fn diagnose(&self, fitted: &Fitted, mix: &mut Mix) {
        let errors = innovations(&self.series(), fitted.top.place, &fitted.fit);
        let outcome = &self.question.outcome[1..];
        let mean = outcome.iter().sum::<f64>() / outcome.len() as f64;
        let spread: f64 = outcome.iter().map(|it| (it - mean).powi(2)).sum();
        let left: f64 = errors.iter().map(|it| it.plain * it.plain).sum();
        let white: Vec<f64> = errors.iter().map(|it| it.scaled).collect();
        let memory = ljung_box(&white);
        mix.diagnostics = Diagnostics {
            log_likelihood: Some(fitted.fit.log_likelihood),
            r_squared: Some(1.0 - left / spread),
            ljung_box_p: memory,
            df: Some(fitted.fit.free()),
            ..Diagnostics::default()
        };
        /// A series of errors with this little chance has something in it that the model lacks.
        const MEMORY_P: f64 = 0.01;
        if memory.is_some_and(|p| p < MEMORY_P) {
            mix.warnings.push(
                "the errors of one row are related to those of earlier rows: something is missing, \
                 such as a season (--seasonality), a trend (--trend) or a control, and errors are \
                 too small"
                    .to_owned(),
            );
        }
        if fitted.carry() == 0.0 {
            mix.warnings.push("no carry-over is seen: effects end with their own row".to_owned());
        }
        if mix.n < ROWS_STATED {
            mix.warnings.push(format!(
                "{} rows are few: intervals of 95 % hold the truth in 92 to 96 of 100 series of 52 rows, \
                 in 93 to 96 of 104, and in 95 from {ROWS_STATED} on",
                mix.n
            ));
        }
        self.warn_of_twins(mix);
    }

    fn warn_of_twins(&self, mix: &mut Mix) {
        const TOGETHER: f64 = 0.9;
        let media = &self.question.media;
        for (i, a) in media.iter().enumerate() {
            for b in &media[i + 1..] {
                let correlation = correlation(&a.values, &b.values);
                if TOGETHER < correlation.abs() {
                    mix.warnings.push(format!(
                        "`{}` and `{}` rise and fall together (correlation {correlation:.2}): what \
                         each of them does is hard to tell",
                        a.name, b.name
                    ));
                }
            }
        }
    }
}

fn holm(pairs: &mut [Synergy]) {
    let mut order: Vec<(f64, usize)> =
        pairs.iter().enumerate().filter_map(|(i, pair)| Some((pair.p?, i))).collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (count, mut most) = (order.len(), 0.0_f64);
    for (rank, (p, pair)) in order.into_iter().enumerate() {
        most = most.max(((count - rank) as f64 * p).min(1.0));
        pairs[pair].p_holm = Some(most);
    }
}

pub(crate) fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let n = a.len() as f64;
    let mean = |values: &[f64]| values.iter().sum::<f64>() / n;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut aa, mut bb, mut ab) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        (aa, bb, ab) = (aa + a * a, bb + b * b, ab + a * b);
    }
    ab / (aa * bb).sqrt()
}

/// Over ten rows back, or fewer where the series is short.
fn ljung_box(errors: &[f64]) -> Option<f64> {
    let n = errors.len();
    let lags = (n / 5).min(10);
    let all: f64 = errors.iter().map(|it| it * it).sum();
    if lags == 0 || all == 0.0 {
        return None;
    }
    let term = |lag: usize| {
        let together: f64 = errors[lag..].iter().zip(errors).map(|(a, b)| a * b).sum();
        (together / all).powi(2) / (n - lag) as f64
    };
    let statistic = (n * (n + 2)) as f64 * (1..=lags).map(term).sum::<f64>();
    Some(chi_squared_tail(statistic, lags as f64))
}
