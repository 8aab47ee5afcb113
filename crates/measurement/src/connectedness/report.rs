//! The result, as the command prints it. Field names are the JSON keys.

use serde::Serialize;

use super::posterior::Shrunken;
use super::prior::{BetaPrior, EvidenceTally};
use super::{Evidence, PARTS, Part};

/// The parts and the index of everybody, of groups, and over time.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Connectedness {
    pub people: u64,
    /// How each part differs between people, and its weight in the index. Parts of which nobody has
    /// evidence are not there.
    pub parts: Vec<PartPrior>,
    /// Everybody, then groups, periods, and groups within periods.
    pub levels: Vec<ConnectednessLevel>,
    pub confidence: f64,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
    #[serde(skip)]
    pub(crate) priors: [Option<BetaPrior>; PARTS],
    #[serde(skip)]
    pub(crate) weights: Option<[f64; PARTS]>,
}

/// The distribution of one rate over people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartPrior {
    pub part: Part,
    /// Those with evidence.
    pub people: u64,
    /// Of all of them together.
    #[serde(flatten)]
    pub evidence: Evidence,
    /// In the index; the weights add up to 1.
    pub weight: Option<f64>,
    /// The mean of the rates over people.
    pub mean: Option<Shrunken>,
    /// As many occasions of one person weigh as much as what is known of everybody: the larger, the
    /// less people differ.
    pub strength: Option<f64>,
    pub strength_low: Option<f64>,
    pub strength_high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl PartPrior {
    pub(crate) fn new(
        part: Part,
        tally: &EvidenceTally,
        fit: Result<BetaPrior, String>,
        confidence: f64,
    ) -> PartPrior {
        let mut found = PartPrior {
            part,
            people: tally.people(),
            evidence: tally.total(),
            weight: None,
            mean: None,
            strength: None,
            strength_low: None,
            strength_high: None,
            reason: None,
        };
        match fit {
            Err(reason) => found.reason = Some(reason),
            Ok(prior) => {
                let z = crate::distribution::normal_quantile(0.5 + 0.5 * confidence);
                let mean = prior.mean();
                let slope = mean * (1.0 - mean);
                let variance = slope * slope * prior.covariance[0][0];
                found.mean = Some(Shrunken::new(mean, variance, confidence));
                let reach = z * prior.covariance[1][1].sqrt();
                found.strength = Some(prior.strength());
                found.strength_low = Some((prior.at[1] - reach).exp());
                found.strength_high = Some((prior.at[1] + reach).exp());
            }
        }
        found
    }
}

/// Many people together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ConnectednessLevel {
    /// `null` for everybody.
    pub group: Option<String>,
    /// `null` for all time.
    pub period: Option<String>,
    pub people: u64,
    pub index: Shrunken,
    pub parts: Vec<PartLevel>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PartLevel {
    pub part: Part,
    /// Those with evidence.
    pub people: u64,
    #[serde(flatten)]
    pub evidence: Evidence,
    #[serde(flatten)]
    pub rate: Shrunken,
}

/// One person. A part of which nothing is known of anybody is `None`.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectednessPerson {
    pub index: Shrunken,
    pub parts: [Option<Shrunken>; PARTS],
    pub evidence: [Evidence; PARTS],
}
