//! The result, as the command prints it. Field names are the JSON keys.

use serde::{Serialize, Serializer};

pub use super::chain::Transition;
pub use super::order::OrderFit;

/// The ways to share out conversions over the channels before them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum PathModel {
    /// All to the first touch.
    First,
    /// All to the last touch.
    Last,
    /// The same to each touch.
    Linear,
    /// Each half-life before the conversion halves a touch's part.
    TimeDecay,
    /// 40 % to the first, 40 % to the last, the rest to those between.
    Position,
    /// By what would be lost without the channel, in a chain of the given order.
    Markov,
    /// By the channel's part in the sets of channels that converted.
    Shapley,
}

impl PathModel {
    pub const ALL: [PathModel; 7] = [
        PathModel::First,
        PathModel::Last,
        PathModel::Linear,
        PathModel::TimeDecay,
        PathModel::Position,
        PathModel::Markov,
        PathModel::Shapley,
    ];
}

/// What one model gives each channel. All of it describes the paths; none of it is an effect.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Attribution {
    pub model: PathModel,
    /// The memory of the Markov chain, in touches.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<usize>,
    /// Always `observational`.
    pub nature: &'static str,
    /// People's ways with at least one touch: conversions and nulls together.
    #[serde(serialize_with = "plain")]
    pub paths: f64,
    /// Rows they came in.
    pub rows: u64,
    /// Those with a touch before them, which are shared out.
    #[serde(serialize_with = "plain")]
    pub conversions: f64,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain_or_none")]
    pub value: Option<f64>,
    /// Conversions before which no channel was seen; nobody gets them.
    #[serde(serialize_with = "plain")]
    pub unattributed: f64,
    pub confidence: f64,
    /// By name.
    pub channels: Vec<ChannelCredit>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pairs: Option<Vec<PairCredit>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transitions: Option<Vec<Transition>>,
    /// What each order would explain, where the order was to be chosen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub orders: Option<Vec<OrderFit>>,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

/// One channel's credit. Intervals say how much it would vary over other people of the same kind;
/// none of them says that the channel caused it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChannelCredit {
    pub channel: String,
    #[serde(serialize_with = "plain_or_none")]
    pub conversions: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "plain_or_none")]
    pub value: Option<f64>,
    /// Of all conversions, in [0, 1].
    pub share: Option<f64>,
    pub share_low: Option<f64>,
    pub share_high: Option<f64>,
    /// Markov: the share of conversions lost if whoever came to the channel went no further.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_effect: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_high: Option<f64>,
    /// The same for value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removal_effect_value: Option<f64>,
    /// Markov: the share of conversions lost if whoever came to the channel had gone on as the
    /// others did at that point. 0 for a channel that changes nothing; below 0 where the others
    /// convert more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_effect: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_low: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub net_high: Option<f64>,
}

/// Two channels on the same paths.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairCredit {
    /// In alphabetical order.
    pub channels: [String; 2],
    /// Markov: the share of conversions lost without both.
    pub joint_removal: Option<f64>,
    /// Markov: the share of conversions whose path comes through both.
    pub visits_both: Option<f64>,
    /// Shapley interaction index, in conversions.
    pub shapley_interaction: f64,
}

/// Counts print without a decimal point.
fn plain<S: Serializer>(number: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    /// Beyond this a 64-bit float no longer holds every whole number.
    const WHOLE_MAX: f64 = 9_007_199_254_740_992.0;
    match number.fract() == 0.0 && number.abs() <= WHOLE_MAX {
        true => serializer.serialize_i64(*number as i64),
        false => serializer.serialize_f64(*number),
    }
}

fn plain_or_none<S: Serializer>(number: &Option<f64>, serializer: S) -> Result<S::Ok, S::Error> {
    match number {
        Some(number) => plain(number, serializer),
        None => serializer.serialize_none(),
    }
}
