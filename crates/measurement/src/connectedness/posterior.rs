//! A rate between 0 and 1 with its interval, and a person's parts and index.

use std::collections::BTreeMap;

use serde::Serialize;
use statrs::function::beta::{beta_reg, ln_beta};

use super::prior::BetaPrior;
use super::{ConnectednessPerson, Evidence, Observed, PARTS};
use crate::distribution::normal_quantile;

/// A rate in 0 to 1, and how well it is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Shrunken {
    pub estimate: f64,
    pub se: f64,
    pub low: f64,
    pub high: f64,
}

impl Shrunken {
    /// With the ends of the beta distribution that has this mean and variance, which keeps them
    /// within 0 and 1 and is exact for one person under a known prior.
    pub(crate) fn new(estimate: f64, variance: f64, confidence: f64) -> Shrunken {
        let room = estimate * (1.0 - estimate);
        // No distribution within 0 and 1 is wider than all or nothing.
        let variance = variance.min(WIDEST * room);
        let se = variance.max(0.0).sqrt();
        if room <= 0.0 || variance <= 0.0 {
            return Shrunken { estimate, se, low: estimate, high: estimate };
        }
        let strength = room / variance - 1.0;
        let (a, b) = (strength * estimate, strength * (1.0 - estimate));
        let tail = 0.5 - 0.5 * confidence;
        let low = beta_quantile(a, b, tail);
        // From the other side, so that both ends are as exact near 0 as near 1.
        let high = 1.0 - beta_quantile(b, a, tail);
        Shrunken { estimate, se, low: low.min(estimate), high: high.max(estimate) }
    }
}

const WIDEST: f64 = 0.999;

/// The place under which `tail` of the beta distribution lies, to nine digits of its logit: Newton's
/// method on the logit, which is even near 0, kept between the places known to be on either side.
pub(crate) fn beta_quantile(a: f64, b: f64, tail: f64) -> f64 {
    /// e^−60 is 0 to everybody.
    const LOWEST: f64 = -60.0;
    const CLOSE: f64 = 1e-9;
    const STEPS_MAX: usize = 100;
    let x = |logit: f64| 1.0 / (1.0 + (-logit).exp());
    let under = |logit: f64| {
        let x = x(logit);
        if x < 1.0 { beta_reg(a, b, x) } else { 1.0 }
    };
    let (mut low, mut high) = (LOWEST, -LOWEST);
    if tail <= under(low) {
        return 0.0;
    }
    let log_beta = ln_beta(a, b);
    // The normal distribution's place, by mean and variance on the logit, as a start.
    let spread = (1.0 / a + 1.0 / b).sqrt();
    let mut at = (a / b).ln() + normal_quantile(tail) * spread;
    for _ in 0..STEPS_MAX {
        if !(low < at && at < high) {
            at = 0.5 * (low + high);
        }
        let off = under(at) - tail;
        match off < 0.0 {
            true => low = at,
            false => high = at,
        }
        // −ln(1 + e^−logit) and −ln(1 + e^logit), without overflow.
        let bent = (-at.abs()).exp().ln_1p();
        let density = (a * (at.min(0.0) - bent) + b * ((-at).min(0.0) - bent) - log_beta).exp();
        let next = at - off / density;
        if (next - at).abs() <= CLOSE || high - low <= CLOSE {
            break;
        }
        at = next;
    }
    x(at)
}

pub(crate) fn given(prior: &BetaPrior, evidence: Evidence, confidence: f64) -> Shrunken {
    Shrunken::new(prior.mean_given(evidence), prior.variance_given(evidence), confidence)
}

/// The weighted mean of the parts. They are taken as independent given the evidence.
pub(crate) fn people(
    observed: &[Observed],
    priors: &[Option<BetaPrior>; PARTS],
    weights: &[f64; PARTS],
    confidence: f64,
) -> Vec<ConnectednessPerson> {
    let mut seen: [BTreeMap<Evidence, Shrunken>; PARTS] = std::array::from_fn(|_| BTreeMap::new());
    let mut person = |it: &Observed| {
        let (mut mean, mut variance) = (0.0, 0.0);
        let parts: [Option<Shrunken>; PARTS] = std::array::from_fn(|i| {
            let prior = priors[i].as_ref()?;
            let part = *seen[i]
                .entry(it.evidence[i])
                .or_insert_with(|| given(prior, it.evidence[i], confidence));
            mean += weights[i] * part.estimate;
            variance += (weights[i] * part.se).powi(2);
            Some(part)
        });
        let index = Shrunken::new(mean, variance, confidence);
        ConnectednessPerson { index, parts, evidence: it.evidence }
    };
    observed.iter().map(&mut person).collect()
}
