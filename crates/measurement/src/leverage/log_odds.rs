//! The same effects on the scale of log odds, for an outcome of 0 and 1: the saturated logit.
//!
//! With a coefficient for every cell the likelihood is highest where each cell has the odds that
//! were seen in it, so that nothing is iterated: a coefficient is a sum of log odds, and its
//! variance the sum of 1/events + 1/others over its cells (Woolf 1955, Annals of Human Genetics 19).
//! Two channels can add less than their sum in people and more in odds, so both are shown.
//!
//! Where means are adjusted or rows belong together there are no counts to do so with: the log odds
//! are then those of the means, with their errors by the delta method.

use std::collections::BTreeSet;

use super::{Analysis, leverage_weights};
use crate::cell::{cell_name, names, subsets};
use crate::distribution::{normal_quantile, t_quantile, t_two_sided};
use crate::report::{LogOdds, LogOddsEffect, LogOddsReport};
use crate::{Interaction, Sums};

impl Analysis<'_> {
    /// Absent for an outcome that is not 0 or 1.
    pub(super) fn log_odds(&self) -> Option<LogOddsReport> {
        if !self.quality.binary {
            return None;
        }
        let effect = |set: u32, weights: &[(u32, f64)]| LogOddsEffect {
            channels: names(set, self.question.channels),
            log_odds: self.log_odds_of(weights),
        };
        let sets = self.listed();
        let asked = sets.iter().filter(|set| set.count_ones() as usize <= self.asked_order());
        Some(LogOddsReport {
            baseline: LogOdds { p: None, ..self.log_odds_of(&[(0, 1.0)]) },
            values: sets.iter().map(|set| effect(*set, &[(*set, 1.0), (0, -1.0)])).collect(),
            interactions: asked.map(|set| effect(*set, &dividend_weights(*set))).collect(),
            leverage: self.log_odds_of(&leverage_weights(self.k)),
            log_likelihood: self.has_counts().then(|| self.log_likelihood()),
            variance: if self.has_counts() { "logit" } else { self.means.variance_name() },
        })
    }

    /// Whether every cell is the people in it and nothing else.
    fn has_counts(&self) -> bool {
        let adjusted = self.quality.pooled.values().any(|sums| sums.covariate.is_some());
        self.question.clusters.is_none() && self.question.cohorts.len() == 1 && !adjusted
    }

    fn log_odds_of(&self, weights: &[(u32, f64)]) -> LogOdds {
        let cells: BTreeSet<u32> =
            weights.iter().filter(|it| it.1 != 0.0).map(|(on, _)| *on).collect();
        if let Some(reason) = self.no_odds(&cells) {
            return LogOdds::absent(reason);
        }
        let found = match self.has_counts() {
            true => Some(self.by_counts(weights)),
            false => self.by_means(weights),
        };
        let Some((estimate, variance, df)) = found else {
            return LogOdds::absent("the means of these cells have no odds that can be told");
        };
        let se = variance.sqrt();
        let bare = LogOdds { estimate: Some(estimate), se: Some(se), ..LogOdds::default() };
        if let Some(reason) = self.problem(&cells) {
            return LogOdds { reason: Some(reason), ..bare };
        }
        let half = match df {
            Some(df) => t_quantile(self.question.confidence, df) * se,
            None => normal_quantile(0.5 + 0.5 * self.question.confidence) * se,
        };
        LogOdds {
            low: Some(estimate - half),
            high: Some(estimate + half),
            p: Some(t_two_sided(estimate / se, df.unwrap_or(f64::INFINITY))),
            ..bare
        }
    }

    /// Why these cells have no log odds.
    fn no_odds(&self, cells: &BTreeSet<u32>) -> Option<String> {
        if cells.iter().any(|on| !self.filled(*on)) {
            return Some(self.missing(cells.iter().copied()));
        }
        let bound = |on: &u32| {
            let sums = self.quality.pooled.get(on)?;
            let who = match events(sums) {
                0.0 => "nobody",
                all if all == sums.n as f64 => "everybody",
                _ => return None,
            };
            let name = cell_name(*on, self.question.channels);
            Some(format!(
                "{who} in cell `{name}` has the outcome, so that its log odds have no end"
            ))
        };
        cells.iter().find_map(bound)
    }

    /// The estimate, its variance, and no degrees of freedom: the error is known as well as the odds.
    fn by_counts(&self, weights: &[(u32, f64)]) -> (f64, f64, Option<f64>) {
        let (mut estimate, mut variance) = (0.0, 0.0);
        for (on, weight) in weights.iter().filter(|it| it.1 != 0.0) {
            let sums = self.quality.pooled.get(on).copied().unwrap_or_default();
            let events = events(&sums);
            let others = sums.n as f64 - events;
            estimate += weight * (events / others).ln();
            variance += weight * weight * (1.0 / events + 1.0 / others);
        }
        (estimate, variance, None)
    }

    /// A change of a mean p is one of p(1 − p) times less in its log odds.
    fn by_means(&self, weights: &[(u32, f64)]) -> Option<(f64, f64, Option<f64>)> {
        let mut estimate = 0.0;
        let mut on_means = Vec::with_capacity(weights.len());
        for (on, weight) in weights.iter().filter(|it| it.1 != 0.0) {
            let mean = self.means.moments(&[(*on, 1.0)])?.estimate;
            let spread = mean * (1.0 - mean);
            // A mean that is adjusted may leave the range of a rate.
            if spread <= 0.0 || !spread.is_finite() {
                return None;
            }
            estimate += weight * (mean / (1.0 - mean)).ln();
            on_means.push((*on, weight / spread));
        }
        let found = self.means.moments(&on_means)?;
        let variance = found.variance.filter(|it| 0.0 < *it)?;
        found.df.is_finite().then_some((estimate, variance, Some(found.df)))
    }

    /// Of everybody, each cell with the odds seen in it.
    fn log_likelihood(&self) -> f64 {
        let of = |sums: &Sums| {
            let (n, events) = (sums.n as f64, events(sums));
            let part = |count: f64| if count == 0.0 { 0.0 } else { count * (count / n).ln() };
            part(events) + part(n - events)
        };
        self.quality.pooled.values().map(of).sum()
    }
}

/// Sets whose interaction surely has one sign in people and the other in log odds.
pub(super) fn other_sign<'a>(
    additive: &'a [Interaction],
    report: &LogOddsReport,
) -> Vec<&'a [String]> {
    let sign = |low: Option<f64>, high: Option<f64>| match (low, high) {
        (Some(low), _) if 0.0 < low => 1,
        (_, Some(high)) if high < 0.0 => -1,
        _ => 0,
    };
    let turned = |it: &&Interaction| {
        let there = report.interactions.iter().find(|other| other.channels == it.channels);
        there.is_some_and(|there| {
            let signs = sign(it.estimate.low, it.estimate.high)
                * sign(there.log_odds.low, there.log_odds.high);
            signs < 0
        })
    };
    additive.iter().filter(turned).map(|it| it.channels.as_slice()).collect()
}

/// Δ of the set, as weights on what its subsets are.
pub(super) fn dividend_weights(set: u32) -> Vec<(u32, f64)> {
    let sign = |part: u32| if (set ^ part).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 };
    subsets(set).map(|part| (part, sign(part))).collect()
}

fn events(sums: &Sums) -> f64 {
    sums.nonzero.unwrap_or(0) as f64
}
