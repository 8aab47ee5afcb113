//! What is to be expected of customers by how long they have been away: the curves of a picture.

use serde::Serialize;

use super::climb::quadratic;
use super::customers::Alike;
use super::{Lifetime, LifetimeModel, slopes};
use crate::distribution::normal_quantile;

/// People who bought equally often and stayed equally long.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Away {
    /// Purchases after the first.
    pub frequency: u32,
    /// From the first purchase to the last.
    pub recency: f64,
    pub points: Vec<AwayPoint>,
}

/// After a time without a purchase. The ends are those of the lifetime's confidence.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct AwayPoint {
    /// Since the last purchase.
    pub away: f64,
    /// The probability that they may buy again.
    pub alive: f64,
    pub alive_low: f64,
    pub alive_high: f64,
    /// Expected of one person within the horizon from then on.
    pub purchases: f64,
    pub purchases_low: f64,
    pub purchases_high: f64,
}

impl Lifetime {
    /// One curve for each of `frequencies`, of people whose last purchase came `recency` after their
    /// first, at each of the times in `away`. None where there is no model.
    pub fn away(&self, frequencies: &[u32], recency: f64, away: &[f64]) -> Option<Vec<Away>> {
        let known = self.fitted.as_ref()?.known;
        let z = normal_quantile(0.5 + 0.5 * self.confidence);
        let horizon = self.horizon;
        let curve = |frequency: &u32| Away {
            frequency: *frequency,
            recency,
            points: away
                .iter()
                .map(|away| known.point(*frequency, recency, *away, horizon, z))
                .collect(),
        };
        Some(frequencies.iter().map(curve).collect())
    }
}

/// Where the likelihood is highest, in logarithms, and how well that is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Known {
    pub model: LifetimeModel,
    pub logs: [f64; 4],
    pub covariance: [[f64; 4]; 4],
}

impl Known {
    fn point(&self, frequency: u32, recency: f64, away: f64, horizon: f64, z: f64) -> AwayPoint {
        let alike =
            Alike { frequency: f64::from(frequency), recency, age: recency + away, people: 1.0 };
        // As log odds and as a logarithm, so that no end leaves the range of the number.
        let at = |logs: &[f64; 4]| {
            let model = self.model.at(logs);
            let alive = model.alive_of(&alike);
            [alive.ln() - (-alive).ln_1p(), (alive * model.purchases(&alike, horizon)).ln()]
        };
        let [odds, log] = at(&self.logs);
        let slopes: [[f64; 2]; 4] = slopes(&self.logs, at);
        let spread = |of: usize| z * quadratic(&slopes.map(|it| it[of]), &self.covariance).sqrt();
        let alive = |odds: f64| 1.0 / (1.0 + (-odds).exp());
        // Who is surely there has no odds, and no doubt about them.
        let spread_odds = if odds.is_finite() { spread(0) } else { 0.0 };
        let spread_log = if log.is_finite() { spread(1) } else { 0.0 };
        AwayPoint {
            away,
            alive: alive(odds),
            alive_low: alive(odds - spread_odds),
            alive_high: alive(odds + spread_odds),
            purchases: log.exp(),
            purchases_low: (log - spread_log).exp(),
            purchases_high: (log + spread_log).exp(),
        }
    }
}
