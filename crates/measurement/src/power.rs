//! What a panel can see, and when: before the first message is withheld.

use serde::Serialize;

use crate::design::{Design, shares_of_everyone};
use crate::distribution::normal_quantile;
use crate::leverage::leverage_weights;

/// The outcome without any channel, as it is known from before.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    Rate(f64),
    Amount { mean: f64, sd: f64 },
}

impl Outcome {
    pub fn sd(self) -> f64 {
        match self {
            Outcome::Rate(rate) => (rate * (1.0 - rate)).sqrt(),
            Outcome::Amount { sd, .. } => sd,
        }
    }
}

/// What is held fixed: how long, or how large an effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Horizon {
    Weeks(f64),
    /// As long as it takes to see this leverage.
    Leverage(f64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    pub outcome: Outcome,
    pub channels: usize,
    /// The share of people in the measurement panel.
    pub panel: f64,
    pub design: Design,
    pub people_per_week: f64,
    pub alpha: f64,
    pub power: f64,
    pub horizon: Horizon,
    /// What all channels together bring per person, where that is known: tells what the panel costs.
    pub together: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Power {
    /// Weeks of people entering; the window in which outcomes count comes on top.
    pub weeks: f64,
    pub minimum_detectable: Smallest,
    pub cells: Vec<PowerCell>,
    pub curve: Vec<PowerPoint>,
    /// The share of all possible messages that are withheld.
    pub withheld_share: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forgone: Option<Forgone>,
    pub design: &'static str,
}

/// The smallest effects found with the wanted probability.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Smallest {
    pub single: f64,
    pub leverage: f64,
}

/// Outcomes that the withheld messages would have brought, each channel its part of the whole.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Forgone {
    pub per_week: f64,
    pub total: f64,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PowerCell {
    /// Channel numbers from 1.
    pub on: Vec<usize>,
    /// Of all people; the cell with all on includes those outside the panel.
    pub share: f64,
    pub people: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct PowerPoint {
    pub weeks: f64,
    pub single: f64,
    pub leverage: f64,
}

/// Points of the curve, up to twice the horizon.
const CURVE_POINTS: u32 = 12;

/// The error says which number makes no sense.
pub fn power(plan: &Plan) -> Result<Power, String> {
    check(plan)?;
    let k = plan.channels;
    let shares = shares_of_everyone(plan.design, k, plan.panel);
    let share = |on: u32| shares.iter().find(|cell| cell.0 == on).map_or(0.0, |cell| cell.1);
    let needed = |weights: &[(u32, f64)]| -> f64 {
        weights.iter().map(|(on, weight)| weight * weight / share(*on)).sum()
    };
    let quantiles = normal_quantile(1.0 - plan.alpha / 2.0) + normal_quantile(plan.power);
    // The smallest visible effect after `people` persons is one of these over √people.
    let single = quantiles * plan.outcome.sd() * needed(&[(1, 1.0), (0, -1.0)]).sqrt();
    let leverage = quantiles * plan.outcome.sd() * needed(&leverage_weights(k)).sqrt();
    let at = |weeks: f64| {
        let root = (plan.people_per_week * weeks).sqrt();
        PowerPoint { weeks, single: single / root, leverage: leverage / root }
    };
    let weeks = match plan.horizon {
        Horizon::Weeks(weeks) => weeks,
        Horizon::Leverage(size) => (leverage / size).powi(2) / plan.people_per_week,
    };
    let step = (2.0 * weeks / f64::from(CURVE_POINTS)).ceil().max(1.0);
    let reached = at(weeks);
    let people = plan.people_per_week * weeks;
    let off = |on: u32| f64::from(k as u32 - on.count_ones()) / k as f64;
    let withheld_share = shares.iter().map(|(on, share)| share * off(*on)).sum::<f64>();
    let forgone = plan.together.map(|together| {
        let per_week = withheld_share * together * plan.people_per_week;
        Forgone { per_week, total: per_week * weeks }
    });
    Ok(Power {
        weeks,
        minimum_detectable: Smallest { single: reached.single, leverage: reached.leverage },
        withheld_share,
        forgone,
        cells: shares
            .iter()
            .map(|(on, share)| PowerCell {
                on: (0..k).filter(|channel| on >> channel & 1 == 1).map(|i| i + 1).collect(),
                share: *share,
                people: share * people,
            })
            .collect(),
        curve: (1..=CURVE_POINTS).map(|i| at(f64::from(i) * step)).collect(),
        design: plan.design.name(),
    })
}

fn check(plan: &Plan) -> Result<(), String> {
    let inside = |x: f64| 0.0 < x && x < 1.0;
    let positive = |x: f64| 0.0 < x && x.is_finite();
    let horizon = match plan.horizon {
        Horizon::Weeks(weeks) => positive(weeks),
        Horizon::Leverage(size) => size != 0.0 && size.is_finite(),
    };
    let complaint = match plan.outcome {
        Outcome::Rate(rate) if !inside(rate) => "the baseline rate must lie between 0 and 1",
        Outcome::Amount { mean, sd } if !mean.is_finite() || !positive(sd) => {
            "the standard deviation must be above 0"
        }
        _ if plan.channels < 2 => "leverage needs two or more channels",
        _ if crate::MAX_CHANNELS < plan.channels => "at most 12 channels can be measured at a time",
        _ if !(0.0 < plan.panel && plan.panel <= 1.0) => {
            "the panel's share must lie above 0 and be at most 1"
        }
        _ if !positive(plan.people_per_week) => "the people per week must be above 0",
        _ if !inside(plan.alpha) => "alpha must lie between 0 and 1",
        _ if !inside(plan.power) || plan.power <= plan.alpha / 2.0 => {
            "the power must lie between alpha and 1"
        }
        _ if plan.together.is_some_and(|together| !together.is_finite()) => {
            "what all channels bring together must be a finite amount"
        }
        _ if !horizon => "the weeks must be above 0, and the leverage must not be 0",
        _ => return Ok(()),
    };
    Err(complaint.to_owned())
}
