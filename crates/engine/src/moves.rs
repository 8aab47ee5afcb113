//! Running people are taken to the latest version of their journey: a plan to look at first, then in
//! chunks between live batches.

use crate::batch::Batch;
use crate::status::scan;
use crate::steps::JourneySteps;
use crate::{Engine, EngineError, Loaded};
use journey::Move;
use model::{JourneyName, PersonId, Timestamp};
use port::{Catalog, Entry, Sections, Space, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Persons looked at in one chunk: some 20 ms of work.
const CHUNK: usize = 500;

/// How often everybody is looked through. Somebody whom a merge gave a run behind the scan's back is
/// found the second time.
const PASSES_MAX: u32 = 3;

const PREFIX: &str = "move/";

/// What would become of the runs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovePlan {
    pub from: u64,
    pub to: u64,
    /// Step, runs that stand there, and what becomes of them.
    pub steps: Vec<(String, u64, Move)>,
}

/// How far a move has come; kept after its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoveStatus {
    pub from: u64,
    pub to: u64,
    pub by: String,
    pub begun: Timestamp,
    #[serde(default, with = "scan")]
    pub(crate) scan: Option<Option<PersonId>>,
    #[serde(default)]
    pub(crate) passes: u32,
    pub moved: u64,
    /// Runs that stay, as the last pass found them.
    pub stay: BTreeMap<Move, u64>,
}

impl MoveStatus {
    pub fn is_done(&self) -> bool {
        self.scan.is_none()
    }
}

impl MovePlan {
    /// From this version, or from the newest one with runs beside the latest. None if the journey or the
    /// version is not known, or is the latest itself.
    pub fn of(
        loaded: &Loaded,
        steps: &JourneySteps,
        name: &JourneyName,
        from: Option<u64>,
    ) -> Option<MovePlan> {
        let to = loaded.journeys.latest(name)?.version;
        let newest = || {
            let counts = steps.of(name)?;
            let mut versions = counts.versions.keys().rev().copied();
            versions.find(|it| *it != to && 0 < counts.running_in(*it))
        };
        let from = from.or_else(newest).filter(|it| *it != to)?;
        loaded.journeys.version(name, from)?;
        let counted = steps.of(name).and_then(|it| it.versions.get(&from));
        let standing = counted.into_iter().flatten().filter(|(_, it)| 0 < it.now);
        let steps = standing.filter_map(|(step, it)| {
            let became = loaded.journeys.moves(name, from, to, step)?;
            Some((step.clone(), it.now.unsigned_abs(), became))
        });
        Some(MovePlan { from, to, steps: steps.collect() })
    }

    pub fn moving(&self) -> u64 {
        self.steps.iter().filter(|it| it.2 == Move::Moves).map(|it| it.1).sum()
    }

    /// Step, runs that stand there, whether they move, and why or why not.
    pub fn rows(&self) -> impl Iterator<Item = (&str, u64, bool, &'static str)> {
        let steps = self.steps.iter();
        steps.map(|(step, runs, it)| (step.as_str(), *runs, *it == Move::Moves, it.text()))
    }

    pub fn staying(&self) -> u64 {
        self.steps.iter().filter(|it| it.2 != Move::Moves).map(|it| it.1).sum()
    }
}

/// The latest move of each journey that had one.
pub fn moves_of<V: Catalog + ?Sized>(
    views: &V,
) -> Result<BTreeMap<JourneyName, MoveStatus>, StoreError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in views.list(Space::Campaign, PREFIX)? {
        let status = serde_json::from_slice(&bytes).map_err(|error| StoreError::Unreadable {
            what: "move of a journey",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(JourneyName::from(key.strip_prefix(PREFIX).unwrap_or(&key)), status);
    }
    Ok(found)
}

impl Engine {
    pub(crate) fn begin_move(
        &mut self,
        batch: &mut Batch,
        name: JourneyName,
        from: u64,
        by: String,
    ) {
        batch.durable = true;
        let journeys = &self.loaded.journeys;
        let latest = journeys.latest(&name).map(|it| it.version).filter(|it| *it != from);
        let Some(to) = latest.filter(|_| journeys.version(&name, from).is_some()) else {
            // Whoever asked was told by the plan before; this is the second line.
            tracing::warn!(journey = %name, from, by, "there are no such versions to move between");
            return;
        };
        tracing::info!(journey = %name, from, to, by, "runs are taken to the latest version");
        let status = MoveStatus {
            from,
            to,
            by,
            begun: batch.now,
            scan: Some(None),
            passes: 0,
            moved: 0,
            stay: BTreeMap::new(),
        };
        self.keep_move(batch, name, status);
        batch.scan_ordered = true;
    }

    pub(crate) fn move_chunk(&mut self, batch: &mut Batch) -> Result<bool, EngineError> {
        let unfinished = self.moves.iter().find(|(_, it)| it.scan.is_some());
        let Some((name, mut status)) = unfinished.map(|(name, it)| (name.clone(), it.clone()))
        else {
            return Ok(false);
        };
        let Some(after) = status.scan else { return Ok(false) };
        if after.is_none() {
            status.stay.clear();
        }
        let ids = self.store.ids_after(after, CHUNK)?;
        batch.load(&*self.store, &mut self.memory, ids.iter().copied())?;
        let journeys = self.loaded.journeys.clone();
        for id in &ids {
            let Some(mut working) = batch.take(*id) else { continue };
            let before = working.person.runs.clone();
            for (_, became) in working.person.runs.take_to(&journeys, &name, status.from, status.to)
            {
                match became {
                    Move::Moves => status.moved += 1,
                    stays => *status.stay.entry(stays).or_default() += 1,
                }
            }
            if working.person.runs == before {
                batch.return_unchanged(working);
                continue;
            }
            self.steps.follow(&before, &working.person.runs);
            working.changed(Sections::RUNS);
            batch.put_back(working);
        }
        status.scan = ids.last().map(|last| Some(*last));
        if status.scan.is_none() {
            status.passes += 1;
            let left = MovePlan::of(&self.loaded, &self.steps, &name, Some(status.from));
            let again = left.is_some_and(|it| 0 < it.moving()) && status.passes < PASSES_MAX;
            status.scan = again.then_some(None);
        }
        batch.worked = true;
        self.keep_move(batch, name, status);
        Ok(true)
    }

    fn keep_move(&mut self, batch: &mut Batch, name: JourneyName, status: MoveStatus) {
        let value = serde_json::to_vec(&status).expect("plain data has a JSON form");
        batch.entries.push(Entry::put(Space::Campaign, format!("{PREFIX}{name}"), value));
        self.moves.insert(name, status);
    }
}
