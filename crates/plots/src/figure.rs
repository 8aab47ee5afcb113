//! What a picture shows, as plain data. The app draws the same; field names are the JSON keys, and
//! `docs/schema/figure.json` describes them.

use serde::Serialize;

/// One picture.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    #[serde(flatten)]
    pub kind: Kind,
    /// What is to be seen.
    pub title: String,
    /// Which data it is made from, and what they are: an experiment, observation, a plan.
    pub subtitle: String,
    /// How to read it.
    pub notes: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    LeverageLattice(LeverageLattice),
    PathFlow(PathFlow),
    ResponseCurves(ResponseCurves),
    Contributions(Contributions),
    AliveSurvival(AliveSurvival),
    PowerCurve(PowerCurve),
    QiniCurve(QiniCurve),
}

/// What the numbers along one axis are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Axis {
    pub label: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The numbers are shares, to be shown times a hundred.
    pub percent: bool,
    /// Powers of ten are evenly apart.
    pub logarithmic: bool,
}

impl Axis {
    pub fn new(label: impl Into<String>) -> Axis {
        Axis { label: label.into(), ..Axis::default() }
    }

    pub fn with_unit(self, unit: impl Into<String>) -> Axis {
        Axis { unit: Some(unit.into()), ..self }
    }

    pub fn percent(label: impl Into<String>) -> Axis {
        Axis { percent: true, ..Axis::new(label) }
    }
}

/// Across and up.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Axes {
    pub x: Axis,
    pub y: Axis,
}

/// A number with the ends of its interval. Absent numbers have a reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Value {
    pub estimate: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl Value {
    /// Both ends, where they are known.
    pub(crate) fn ends(&self) -> Option<(f64, f64)> {
        Some((self.low.filter(|it| it.is_finite())?, self.high.filter(|it| it.is_finite())?))
    }

    pub(crate) fn known(&self) -> Option<f64> {
        self.estimate.filter(|it| it.is_finite())
    }

    /// The estimate and the ends, as far as they are known.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        let ends = self.ends().map(|(low, high)| [low, high]);
        self.known().into_iter().chain(ends.into_iter().flatten())
    }
}

/// What channels bring alone and together: a randomised holdout.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeverageLattice {
    /// The outcome per person, beyond that with no channel.
    pub axis: Axis,
    pub channels: Vec<String>,
    /// The mean outcome with no channel.
    pub baseline: Value,
    /// What each channel brings alone, in the order of `channels`.
    pub parts: Vec<Value>,
    /// What all bring together.
    pub together: Value,
    /// What is beyond the sum of the parts.
    pub leverage: Value,
    /// Every set of two and more channels that anything is known or asked of.
    pub sets: Vec<ChannelSet>,
}

/// Several channels together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ChannelSet {
    /// Places in the list of channels, ascending.
    pub channels: Vec<usize>,
    /// What they bring together.
    pub value: Value,
    /// What they add beyond all their smaller parts.
    pub dividend: Value,
}

/// How people came: from the start through channels to a conversion, or to none.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PathFlow {
    /// All paths.
    pub paths: f64,
    pub conversions: f64,
    pub channels: Vec<FlowChannel>,
    /// The same channels in the same order under each model.
    pub credit: Vec<Credit>,
}

/// Paths through one channel. A channel that follows itself is one visit.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FlowChannel {
    pub name: String,
    /// Paths that began here.
    pub starts: f64,
    /// Visits from and to other channels.
    pub from_others: f64,
    pub to_others: f64,
    /// Visits after which the path ended.
    pub conversions: f64,
    pub nulls: f64,
    /// Visits to each other channel straight from here, by its place in the list.
    pub to: Vec<(usize, f64)>,
}

/// The share of conversions that a model gives each channel.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Credit {
    pub model: String,
    pub shares: Vec<Value>,
}

/// What comes back by what is spent, for each medium.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ResponseCurves {
    pub axes: Axes,
    pub series: Vec<Curve>,
}

/// A line with a band, in rising order of x.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curve {
    pub name: String,
    pub points: Vec<Point>,
    /// Where things stand now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<Mark>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    pub x: f64,
    pub y: f64,
    pub low: Option<f64>,
    pub high: Option<f64>,
}

/// A place on a curve that has a name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mark {
    pub x: f64,
    pub label: String,
}

/// What brought the outcome, over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contributions {
    pub axes: Axes,
    /// One name for each row: a date, or its number.
    pub times: Vec<String>,
    /// From the ground up: what would have been there anyway comes first.
    pub series: Vec<Layer>,
    /// What was seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub observed: Option<Vec<f64>>,
}

/// One part of the outcome, in the order of the times.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Layer {
    pub name: String,
    pub values: Vec<f64>,
}

/// Whether customers are still there, and what they will buy, by how long they have been away.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AliveSurvival {
    pub axes: Axes,
    /// The probability that they may buy again, one curve for each number of purchases.
    pub series: Vec<Curve>,
    /// What is along the second picture.
    pub purchases_axes: Axes,
    pub purchases: Vec<Curve>,
}

/// What a panel can see, and when: a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PowerCurve {
    pub axes: Axes,
    /// The smallest effects that are seen. The band is for other chances of seeing them.
    pub series: Vec<Curve>,
    /// The effect that must be seen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Wanted>,
    /// How long it is planned for.
    pub planned: f64,
}

/// An effect and what it is called.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Wanted {
    pub y: f64,
    pub label: String,
}

/// What is gained by treating people in an order, by the share that is treated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QiniCurve {
    pub axes: Axes,
    /// The order that is asked about, then those to compare with.
    pub series: Vec<Curve>,
}
