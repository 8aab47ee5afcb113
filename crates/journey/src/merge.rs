//! Two persons turn out to be one: which of their runs go on. And the other way round: whose is each.

use crate::command::{Command, EndReason};
use crate::planned::Planned;
use crate::program::Journeys;
use crate::runs::{Drawn, Entered, MAX_ACTIVE, MAX_DRAWN, MAX_WATCHED, Past, Run, Runs};
use model::{JourneyName, RunId, Timestamp};
use std::collections::BTreeMap;

/// A run that began while two persons were one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    pub run: RunId,
    pub journey: JourneyName,
    pub key: Option<String>,
    pub started: Timestamp,
}

impl Runs {
    /// The runs of the one person that two have become, with the commands that end those that must
    /// not go on.
    ///
    /// Of two runs with the same journey and key the one that began first goes on, since the person
    /// has seen more of it. A run that the re-entry rule would have refused, had it known of the
    /// other person's past, ends. So do the newest beyond [`MAX_ACTIVE`].
    pub fn merge(survivor: &Runs, absorbed: &Runs, journeys: &Journeys) -> (Runs, Vec<Command>) {
        let past = merge_past(survivor, absorbed);
        let mut runs: Vec<&Run> = survivor.active.iter().chain(&absorbed.active).collect();
        runs.sort_by_key(|it| (it.started, it.id));
        let (mut active, mut commands): (Vec<Run>, Vec<Command>) = (Vec::new(), Vec::new());
        for run in runs {
            let others =
                if survivor.active.contains(run) { &absorbed.past } else { &survivor.past };
            let twice = active.iter().any(|it| it.journey == run.journey && it.key == run.key);
            if twice || is_refused(run, others, journeys) || MAX_ACTIVE <= active.len() {
                let (id, journey) = (run.id, run.journey.clone());
                commands.push(Command::Ended { run: id, journey, why: EndReason::MergedAway });
            } else {
                active.push(run.clone());
            }
        }
        let mut watched = [survivor.watched.as_slice(), &absorbed.watched].concat();
        watched.sort_by_key(|it| (it.since, it.run));
        watched
            .retain(|it| !active.iter().any(|run| run.journey == it.journey && run.key == it.key));
        // The newest of each journey and key is left: one event is the goal of at most one run.
        let newest: BTreeMap<_, _> =
            watched.iter().map(|it| ((it.journey.clone(), it.key.clone()), it.run)).collect();
        watched.retain(|it| newest.values().any(|run| *run == it.run));
        watched.drain(..watched.len().saturating_sub(MAX_WATCHED));
        let mut merged = Runs {
            active,
            past,
            watched,
            drawn: merge_drawn(survivor, absorbed),
            entries: merge_entries(survivor, absorbed),
            planned: merge_planned(survivor, absorbed),
        };
        merged.forget_old_keys();
        (merged, commands)
    }

    /// The runs of one of the two whom an undone merge gives back: those that began with it, as far
    /// as they have come. What the merge ended does not begin again, and is remembered as past;
    /// arms drawn meanwhile stay drawn for both. `own` and `other` are the two just before the
    /// merge, `begun` what this one began since, and `is_own` tells it for any run.
    pub fn apart(
        merged: &Runs,
        own: &Runs,
        other: &Runs,
        begun: &[Begun],
        is_own: impl Fn(RunId) -> bool,
    ) -> Runs {
        let mut apart = Runs {
            active: merged.active.iter().filter(|it| is_own(it.id)).cloned().collect(),
            past: own.past.clone(),
            watched: merged.watched.iter().filter(|it| is_own(it.run)).cloned().collect(),
            drawn: own.drawn.clone(),
            entries: own.entries.clone(),
            planned: planned_apart(merged, own, other),
        };
        for it in begun {
            // What the re-entry rule need not know was not remembered, and is not now.
            if merged.find_past(&it.journey, it.key.as_deref()).is_err() {
                continue;
            }
            let (journey, key, started) = (it.journey.clone(), it.key.clone(), it.started);
            let entered = Entered { journey: journey.clone(), at: started };
            if merged.entries.contains(&entered) && !apart.entries.contains(&entered) {
                apart.entries.push(entered);
            }
            match apart.find_past(&it.journey, it.key.as_deref()) {
                Ok(place) => {
                    let known = &mut apart.past[place].started;
                    *known = started.max(*known);
                }
                Err(place) => apart.past.insert(place, Past { journey, key, started }),
            }
        }
        let is_known = |drawn: &[Drawn], it: &Drawn| {
            drawn.iter().any(|known| known.journey == it.journey && known.step == it.step)
        };
        let since =
            merged.drawn.iter().filter(|it| !other.drawn.contains(it) && !is_known(&own.drawn, it));
        apart.drawn.extend(since.cloned());
        let surplus = apart.drawn.len().saturating_sub(MAX_DRAWN);
        apart.drawn.drain(..surplus);
        apart.forget_old_keys();
        apart
    }
}

/// Starts count for the one person that both are; the limit of each journey bounds them.
fn merge_entries(survivor: &Runs, absorbed: &Runs) -> Vec<Entered> {
    let mut entries = [survivor.entries.as_slice(), &absorbed.entries].concat();
    entries.sort_by_key(|it| it.at);
    entries
}

/// Both are kept until it is known what holds for the one person: see [`Runs::replan`].
fn merge_planned(survivor: &Runs, absorbed: &Runs) -> Vec<Planned> {
    let mut planned = survivor.planned.clone();
    planned.extend(absorbed.planned.iter().filter(|it| !survivor.planned.contains(it)).cloned());
    planned.sort_by(|a, b| a.journey.cmp(&b.journey));
    planned
}

/// What was begun by time while they were one began for both of them.
fn planned_apart(merged: &Runs, own: &Runs, other: &Runs) -> Vec<Planned> {
    let mut planned = own.planned.clone();
    let last = |runs: &Runs, name: &JourneyName| {
        runs.planned.iter().filter(|it| it.journey == *name).filter_map(|it| it.last).max()
    };
    for it in &merged.planned {
        let before = last(own, &it.journey).max(last(other, &it.journey));
        let since = it.last.filter(|day| before.is_none_or(|before| before < *day));
        let mut known = planned.iter_mut().filter(|own| own.journey == it.journey).peekable();
        match since {
            Some(_) if known.peek().is_none() => {
                drop(known);
                planned.push(Planned { of: 0, due: None, ..it.clone() });
            }
            Some(day) => known.for_each(|own| own.last = own.last.max(Some(day))),
            None => {}
        }
    }
    planned.sort_by(|a, b| a.journey.cmp(&b.journey));
    planned
}

/// Of the same journey and key the later start counts, as it would have for one person.
fn merge_past(survivor: &Runs, absorbed: &Runs) -> Vec<Past> {
    let mut latest = BTreeMap::new();
    for it in survivor.past.iter().chain(&absorbed.past) {
        let started = latest.entry((&it.journey, &it.key)).or_insert(it.started);
        *started = it.started.max(*started);
    }
    let entry = |((journey, key), started): ((&model::JourneyName, &Option<String>), _)| Past {
        journey: journey.clone(),
        key: key.clone(),
        started,
    };
    latest.into_iter().map(entry).collect()
}

fn is_refused(run: &Run, others: &[Past], journeys: &Journeys) -> bool {
    let Some(journey) = journeys.latest(&run.journey) else { return false };
    others.iter().any(|it| {
        it.journey == run.journey
            && it.key == run.key
            && it.started < run.started
            && !journey.reentry.allows(it.started, run.started)
    })
}

/// The arm that was drawn first stays.
fn merge_drawn(survivor: &Runs, absorbed: &Runs) -> Vec<Drawn> {
    let mut drawn = [survivor.drawn.as_slice(), &absorbed.drawn].concat();
    drawn.sort_by_key(|it| it.at);
    let mut merged: Vec<Drawn> = Vec::with_capacity(drawn.len());
    for it in drawn {
        if !merged.iter().any(|known| known.journey == it.journey && known.step == it.step) {
            merged.push(it);
        }
    }
    merged.drain(..merged.len().saturating_sub(MAX_DRAWN));
    merged
}
