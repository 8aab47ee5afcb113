//! Two persons turn out to be one: which of their runs go on.

use crate::program::Journeys;
use crate::runs::{Command, Drawn, EndReason, MAX_ACTIVE, MAX_DRAWN, MAX_WATCHED, Past, Run, Runs};
use std::collections::BTreeMap;

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
        let mut merged = Runs { active, past, watched, drawn: merge_drawn(survivor, absorbed) };
        merged.forget_old_keys();
        (merged, commands)
    }
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
