//! What is drawn of a mix: the response to spend on one medium, and what brought the outcome when.

use serde::Serialize;

/// The outcome by spend on one medium, in the order of the media asked about.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Response {
    /// The medium.
    pub name: String,
    /// From no spend on, in rising order of spend.
    pub points: Vec<ResponsePoint>,
}

/// One place on a curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct ResponsePoint {
    /// Per row, in the unit of the medium's column.
    pub spend: f64,
    /// What it brings per row in the long run, in the outcome's unit.
    pub expected: f64,
    /// The ends of its interval.
    pub low: f64,
    pub high: f64,
}

/// What one part of the model brought in each row: `base` (all that is no medium: intercept, trend,
/// season, controls), one medium, or one pair of media by its names joined with `*`.
///
/// The parts of one row add up to what the model expects of it. Where the rows are regions by weeks,
/// there is one value per week, summed over the regions.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contribution {
    pub name: String,
    /// In the order of the rows, in the outcome's unit.
    pub mean: Vec<f64>,
}
