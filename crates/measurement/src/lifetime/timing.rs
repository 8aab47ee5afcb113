//! Which model of purchases, and what all of them have in common: four numbers, by their logarithms.

use serde::Serialize;

use super::Name;
use super::bgnbd::{self, BgNbd, Leaving, MbgNbd};
use super::climb::{Peak, Slope};
use super::customers::Alike;
use super::future::{self, Future};
use super::paretonbd::{self, ParetoNbd};

/// How people buy and stop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LifetimeModel {
    /// People may leave after a repeat purchase.
    #[default]
    BgNbd,
    /// After any purchase, the first too.
    MbgNbd,
    /// At any moment.
    ParetoNbd,
}

impl LifetimeModel {
    pub const ALL: [LifetimeModel; 3] =
        [LifetimeModel::BgNbd, LifetimeModel::MbgNbd, LifetimeModel::ParetoNbd];

    /// As the literature writes it.
    pub fn name(self) -> &'static str {
        match self {
            LifetimeModel::BgNbd => "BG/NBD",
            LifetimeModel::MbgNbd => "MBG/NBD",
            LifetimeModel::ParetoNbd => "Pareto/NBD",
        }
    }

    /// With so many people who came back, intervals of 95 % hold the truth in 95 of 100 cases, and
    /// miss it as often on each side; with fewer, between 93 and 97. None: nobody knows from when on.
    pub fn repeaters_stated(self) -> Option<u64> {
        match self {
            LifetimeModel::BgNbd => Some(1_200),
            LifetimeModel::MbgNbd => Some(2_300),
            LifetimeModel::ParetoNbd => None,
        }
    }

    /// The maximum of the likelihood. `alike` is in order of frequency.
    pub(crate) fn fit(self, alike: &[Alike]) -> Peak<4> {
        match self {
            LifetimeModel::BgNbd => bgnbd::fit(alike, 0.0),
            LifetimeModel::MbgNbd => bgnbd::fit(alike, 1.0),
            LifetimeModel::ParetoNbd => paretonbd::fit(alike),
        }
    }

    pub(crate) fn log_likelihood(self, alike: &[Alike], logs: &[f64; 4]) -> Slope<4> {
        match self {
            LifetimeModel::BgNbd => bgnbd::log_likelihood(alike, logs, 0.0),
            LifetimeModel::MbgNbd => bgnbd::log_likelihood(alike, logs, 1.0),
            LifetimeModel::ParetoNbd => paretonbd::log_likelihood(alike, logs),
        }
    }

    pub(crate) fn at(self, logs: &[f64; 4]) -> Timing {
        match self {
            LifetimeModel::BgNbd => Timing::Leaving(Leaving::from_logs(logs, 0.0)),
            LifetimeModel::MbgNbd => Timing::Leaving(Leaving::from_logs(logs, 1.0)),
            LifetimeModel::ParetoNbd => Timing::Pareto(ParetoNbd::from_logs(logs)),
        }
    }

    pub(crate) fn names(self) -> &'static [Name; 4] {
        match self {
            LifetimeModel::BgNbd => &BGNBD,
            LifetimeModel::MbgNbd => &MBGNBD,
            LifetimeModel::ParetoNbd => &PARETONBD,
        }
    }
}

const ONE_RATE: &str = "everybody bought at one rate";
const R: Name = ("r", "hardly anybody ever came back", ONE_RATE);
const ALPHA: Name = ("alpha", "everybody bought at once", ONE_RATE);
const ALIKE: &str = "everybody were as likely to leave";
const A: Name = ("a", "nobody ever left", ALIKE);
const BGNBD: [Name; 4] = [R, ALPHA, A, ("b", "everybody left after one purchase", ALIKE)];
const MBGNBD: [Name; 4] = [R, ALPHA, A, ("b", "everybody left at once", ALIKE)];
const PARETONBD: [Name; 4] =
    [R, ALPHA, ("s", "nobody ever left", ALIKE), ("beta", "everybody left at once", ALIKE)];

/// A model with its numbers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Timing {
    Leaving(Leaving),
    Pareto(ParetoNbd),
}

impl Timing {
    pub fn alive_of(&self, alike: &Alike) -> f64 {
        match self {
            Timing::Leaving(model) => model.alive_of(alike),
            Timing::Pareto(model) => model.alive_of(alike),
        }
    }

    /// By somebody who is still there.
    pub fn purchases(&self, alike: &Alike, horizon: f64) -> f64 {
        match self {
            Timing::Leaving(model) => future::purchases(model, alike, horizon),
            Timing::Pareto(model) => model.purchases(alike, horizon),
        }
    }

    /// By somebody who is still there.
    pub fn future(&self, alike: &Alike, horizon: f64, discount: f64) -> Future {
        match self {
            Timing::Leaving(model) => future::future(model, alike, horizon, discount),
            Timing::Pareto(model) => model.future(alike, horizon, discount),
        }
    }
}

impl From<BgNbd> for Timing {
    fn from(model: BgNbd) -> Timing {
        Timing::Leaving(model.leaving())
    }
}

impl From<MbgNbd> for Timing {
    fn from(model: MbgNbd) -> Timing {
        Timing::Leaving(model.leaving())
    }
}

impl From<ParetoNbd> for Timing {
    fn from(model: ParetoNbd) -> Timing {
        Timing::Pareto(model)
    }
}
