//! Experiments in journeys: who is in which arm, what they brought, and the comparison of the arms.
//!
//! A person's arm is kept and counted as a place in a holdout is, under the journey's version: one that
//! is changed is another experiment.

use crate::batch::Working;
use crate::claim::panel_identifiers;
use crate::measure::is_measured;
use crate::{Engine, HoldoutSums, Loaded};
use decision::{Held, HeldFrom};
use journey::Experiment;
use measurement::{Cell, Estimate, Question, Sums};
use model::{JourneyName, Span, Timestamp};
use port::{HoldoutEntry, Sections};
use serde::Serialize;
use std::collections::BTreeMap;

/// One experiment of one version of a journey.
#[derive(Clone, Debug, Serialize)]
pub struct ExperimentReport {
    pub version: u64,
    pub step: String,
    pub outcome: String,
    pub window_days: f64,
    /// In the order of their names; the others are compared with the first.
    pub arms: Vec<ArmReport>,
    /// People whose window is still running.
    pub running: u64,
    pub warnings: Vec<String>,
}

#[derive(Clone, Debug, Serialize)]
pub struct ArmReport {
    pub arm: String,
    pub weight: f64,
    /// People whose window has ended.
    pub n: u64,
    pub mean: Option<f64>,
    /// This arm minus the first, per person; none for the first.
    pub effect: Option<Estimate>,
}

/// How long outcomes count for a place.
pub(crate) fn window_of(from: &HeldFrom, loaded: &Loaded) -> Span {
    let usual = loaded.programme.policy.holdouts.window;
    let HeldFrom::Experiment(name) = from else { return usual };
    let mut parts = name.splitn(3, '/');
    let (journey, version, step) = (parts.next(), parts.next(), parts.next());
    let (Some(journey), Some(step)) = (journey, step) else { return usual };
    let Some(version) = version.and_then(|it| it.parse().ok()) else { return usual };
    let journey = loaded.journeys.version(&JourneyName::from(journey), version);
    let found = journey.and_then(|it| it.experiments().into_iter().find(|it| it.0 == step));
    found.map_or(usual, |it| it.1.window)
}

fn place_of(journey: &JourneyName, version: u64, step: &str) -> HeldFrom {
    HeldFrom::Experiment(format!("{journey}/{version}/{step}"))
}

impl Engine {
    /// Counts a person in their arm, from the first time on that they come to the experiment.
    pub(crate) fn enter_experiment(
        &mut self,
        working: &mut Working,
        loaded: &Loaded,
        (journey, version, step): (&JourneyName, u64, &str),
        arm: &str,
        now: Timestamp,
    ) {
        let Some(definition) = loaded.journeys.version(journey, version) else { return };
        let found = definition.experiments().into_iter().find(|it| it.0 == step);
        let Some((_, experiment)) = found else { return };
        let number = experiment.arms.iter().position(|it| it.name == arm);
        let Some(number) = number.and_then(|it| u16::try_from(it).ok()) else { return };
        let from = place_of(journey, version, step);
        let person = &mut working.person;
        if person.holdouts.contains_key(&from) || !is_measured(person, loaded, now) {
            return;
        }
        let place = Held {
            held: false,
            share: number,
            assigned: now,
            counted_from: Some(now),
            identifiers: panel_identifiers(person),
            exposed: false,
        };
        let totals = BTreeMap::from([(experiment.outcome.clone(), 0.0)]);
        let entry = HoldoutEntry { place, totals, day: now.day() };
        self.holdouts.enter(&from, &entry, &experiment.outcome);
        person.holdouts.insert(from, entry);
        working.changed(Sections::HOT);
    }
}

impl ExperimentReport {
    /// The experiments of all versions of a journey that are known, the newest version first.
    pub fn all(
        loaded: &Loaded,
        sums: &HoldoutSums,
        name: &JourneyName,
        versions: impl DoubleEndedIterator<Item = u64>,
        now: Timestamp,
    ) -> Vec<ExperimentReport> {
        let known = versions.rev().filter_map(|it| loaded.journeys.version(name, it));
        let mut reports = Vec::new();
        for journey in known {
            for (step, it) in journey.experiments() {
                let from = place_of(name, journey.version, &step);
                reports.push(report(journey.version, step, it, &from, sums, now));
            }
        }
        reports
    }
}

fn report(
    version: u64,
    step: String,
    it: &Experiment,
    from: &HeldFrom,
    sums: &HoldoutSums,
    now: Timestamp,
) -> ExperimentReport {
    let (found, running) = sums.arms(from, &it.outcome, it.window, now);
    let of = |number: usize| -> Sums {
        u16::try_from(number).ok().and_then(|it| found.get(&it)).copied().unwrap_or_default()
    };
    let mut warnings = Vec::new();
    let arms = it.arms.iter().enumerate().map(|(number, arm)| {
        let sums = of(number);
        let effect = (0 < number).then(|| {
            let (effect, told) = difference(of(0), sums);
            warnings.extend(told.into_iter().map(|it| format!("{}: {it}", arm.name)));
            effect
        });
        let mean = (0 < sums.n).then_some(sums.mean);
        ArmReport { arm: arm.name.clone(), weight: arm.weight, n: sums.n, mean, effect }
    });
    ExperimentReport {
        version,
        step,
        outcome: it.outcome.clone(),
        window_days: it.window.0 as f64 / Span::DAY.0 as f64,
        arms: arms.collect(),
        running,
        warnings,
    }
}

fn difference(first: Sums, other: Sums) -> (Estimate, Vec<String>) {
    if first.n == 0 || other.n == 0 {
        return (
            Estimate::absent("nobody's window has ended yet in one of the two arms"),
            Vec::new(),
        );
    }
    let names = ["arm".to_owned()];
    let cells = [vec![Cell { on: 0, sums: first }, Cell { on: 1, sums: other }]];
    measurement::effect(&Question::new(&names, &cells))
}
