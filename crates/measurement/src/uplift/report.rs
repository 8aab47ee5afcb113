//! The result, as the command prints it. Field names are the JSON keys.

use serde::Serialize;

/// How well a score finds whom the treatment changes. What cannot be known is absent, with a reason.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Uplift {
    pub n: u64,
    pub treated: u64,
    pub control: u64,
    /// Whether the outcome is 0 or 1.
    pub binary: bool,
    /// Of everybody: the mean outcome of the treated less that of the others.
    pub average: UpliftEstimate,
    /// The area between the Qini curve and a random order, over that of the best order.
    pub qini: UpliftEstimate,
    /// The same of the uplift curve.
    pub uplift_auc: UpliftEstimate,
    /// The mean over all shares of what the order gains on a random one, in outcome per person.
    pub area: UpliftEstimate,
    pub top: Vec<UpliftTop>,
    /// The Qini curve per person.
    pub curve: Vec<UpliftPoint>,
    pub confidence: f64,
    pub warnings: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct UpliftEstimate {
    pub estimate: Option<f64>,
    pub se: Option<f64>,
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// Two-sided, against nothing.
    pub p: Option<f64>,
    /// Why something above is absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl UpliftEstimate {
    pub fn absent(reason: impl Into<String>) -> UpliftEstimate {
        UpliftEstimate { reason: Some(reason.into()), ..UpliftEstimate::default() }
    }
}

/// The people with the highest scores.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UpliftTop {
    pub share: f64,
    pub people: u64,
    pub treated: u64,
    pub control: u64,
    /// The lowest score among them.
    pub score: Option<f64>,
    /// The mean outcome of the treated among them less that of the others.
    #[serde(flatten)]
    pub uplift: UpliftEstimate,
}

/// What is gained per person of everybody when those from this score on are treated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct UpliftPoint {
    pub share: f64,
    /// The lowest that is treated; absent where nobody is.
    pub score: Option<f64>,
    pub gain: f64,
    /// Absent where nobody, or none of one kind, is treated.
    pub low: Option<f64>,
    pub high: Option<f64>,
    /// With as many people at random.
    pub random: f64,
}
