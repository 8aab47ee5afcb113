//! The result, as the command prints it. Field names are the JSON keys.

use serde::Serialize;

use super::{ClaimRule, LeftOut};

/// What everybody brought. What cannot be known is `null` with the reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Influence {
    pub people: u64,
    /// Rows, before any is left out.
    pub referrals: u64,
    /// People with at least one claim that counts.
    pub brought: u64,
    /// People with at least one claim that counts on somebody.
    pub bringers: u64,
    /// The longest chain of people who brought each other, in steps.
    pub generations: u64,
    /// Whether values were given; otherwise every person counts as 1.
    pub valued: bool,
    pub value: InfluenceValue,
    pub rule: ClaimRule,
    pub left_out: LeftOut,
    pub discount: f64,
    pub damping: f64,
    /// People brought so far per person known: not yet what a person brings in the end.
    pub per_person: InfluenceRate,
    /// People brought per person within a window, of those brought long enough ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reproduction: Option<InfluenceRate>,
    /// Of all direct value, what the tenth of the bringers brought who brought most.
    pub top_tenth: TopShare,
    pub confidence: f64,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
    /// One per person, in their order.
    #[serde(skip)]
    pub standing: Vec<Standing>,
}

/// Sums over people, in the unit of the values. Facts, so that they have no interval.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct InfluenceValue {
    /// Of all people.
    pub total: f64,
    /// Of those who were brought; equals `direct`.
    pub of_brought: f64,
    pub direct: f64,
    /// Counts a value again at each step up, discounted: it is no part of `total`.
    pub indirect: f64,
}

/// One person. Facts, but for `network`, which is a way to weigh them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Standing {
    pub value: f64,
    /// How many people they brought; shared people count in part.
    pub brought: f64,
    /// The same with those whom these brought, and so on.
    pub descendants: f64,
    pub direct: f64,
    pub indirect: f64,
    /// Their share of all network influence; over everybody it adds up to 1.
    pub network: Option<f64>,
}

/// A mean over people. `None` is "cannot be known from these data", with the reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct InfluenceRate {
    /// The people over whom the mean goes.
    pub n: u64,
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// How long each of them had, in the unit of the times.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A share in 0 to 1.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TopShare {
    /// The bringers of whom a tenth is taken.
    pub n: u64,
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}
