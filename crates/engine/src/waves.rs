//! The list behind a broadcast: who is on it and when each of them is due, written down by a scan in
//! chunks, and read again in the order of the waves.

use crate::batch::Batch;
use crate::broadcast::SCAN_CHUNK;
use crate::facts::zone_of;
use crate::status::{BroadcastStatus, Wave};
use crate::{Engine, EngineError, Loaded};
use journey::{Broadcast, SendAt};
use model::{CampaignName, PersonId, Timestamp};
use port::{Entry, People, Space, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Members listed in one chunk where nothing of them is read but their number.
const MEMBERS_CHUNK: usize = 20_000;

/// A seed list is looked over by people.
const SEEDS_MAX: usize = 500;

/// People in one part of a list: some 50 KB, which are read again for every chunk of a fan-out.
const PART_PEOPLE: usize = 5_000;

/// Lists under way: people by when they are due, who are in no stored part yet. A scan that was
/// interrupted begins anew, so nobody needs them after a restart.
#[derive(Debug, Default)]
pub(crate) struct Lists(BTreeMap<CampaignName, ByDue>);

/// People by when they are due.
type ByDue = BTreeMap<Option<Timestamp>, Vec<u64>>;

impl Lists {
    /// Every scan begins anew: what it had in memory is gone.
    pub fn forget(&mut self, broadcasts: &mut BTreeMap<CampaignName, BroadcastStatus>) {
        self.0.clear();
        for status in broadcasts.values_mut().filter(|it| it.scan.is_some()) {
            begin(status);
        }
    }
}

/// A new list, from the first person on.
pub(crate) fn begin(status: &mut BroadcastStatus) {
    (status.scan, status.counted, status.parts) = (Some(None), 0, 0);
    (status.waves, status.place) = (Vec::new(), Default::default());
}

impl Engine {
    /// Writes down the next members of the audience. The list is the plan: it does not change any
    /// more when people enter or leave.
    pub(crate) fn plan_chunk(
        &mut self,
        batch: &mut Batch,
        it: &Broadcast,
    ) -> Result<bool, EngineError> {
        let Some(after) = self.broadcasts.get(&it.name).and_then(|status| status.scan) else {
            return Ok(false);
        };
        let seeds = seeds(&*self.store, &self.loaded)?;
        let (ids, mut due) = match it.at {
            Some(SendAt::Local(_)) => self.due_by_zone(it, after)?,
            Some(SendAt::Instant(_)) | None => {
                let ids = self.store.members(&it.audience, after, MEMBERS_CHUNK)?;
                let due = BTreeMap::from([(it.first_due(), ids.iter().map(|it| it.0).collect())]);
                (ids, due)
            }
        };
        let Some(status) = self.broadcasts.get_mut(&it.name) else { return Ok(false) };
        if ids.is_empty() {
            self.end_list(batch, it, &seeds);
        } else {
            status.scan = ids.last().map(|last| Some(*last));
            due.values_mut().for_each(|it| it.retain(|id| !seeds.contains(&PersonId(*id))));
            status.counted += due.values().map(|it| it.len() as u64).sum::<u64>();
            for (due, people) in due {
                self.list(batch, it, due, people);
            }
        }
        batch.worked = true;
        self.broadcasts_changed.insert(it.name.clone());
        Ok(true)
    }

    /// The next members, by the moment at which it is time where each of them lives.
    fn due_by_zone(
        &self,
        it: &Broadcast,
        after: Option<PersonId>,
    ) -> Result<(Vec<PersonId>, ByDue), EngineError> {
        let ids = self.store.members(&it.audience, after, SCAN_CHUNK)?;
        let default_zone = &self.loaded.programme.policy.default_zone;
        let mut due = ByDue::new();
        for person in self.store.load(&ids)? {
            let at = it.due_in(zone_of(&person).as_deref(), default_zone);
            due.entry(at).or_default().push(person.id.0);
        }
        Ok((ids, due))
    }

    /// Adds people to a wave; what fills a part is stored.
    fn list(
        &mut self,
        batch: &mut Batch,
        it: &Broadcast,
        due: Option<Timestamp>,
        people: Vec<u64>,
    ) {
        let Some(status) = self.broadcasts.get_mut(&it.name) else { return };
        let place = status.waves.binary_search_by_key(&due, |wave| wave.due);
        let place = place.unwrap_or_else(|place| {
            status.waves.insert(place, Wave { due, ..Wave::default() });
            place
        });
        let wave = &mut status.waves[place];
        wave.people += people.len() as u64;
        let waiting = self.lists.0.entry(it.name.clone()).or_default().entry(due).or_default();
        waiting.extend(people);
        while PART_PEOPLE <= waiting.len() {
            let rest = waiting.split_off(PART_PEOPLE);
            let part = std::mem::replace(waiting, rest);
            wave.parts.push(status.parts);
            batch.entries.push(entry(&it.name, status.parts, &part));
            status.parts += 1;
        }
    }

    /// The scan has seen everybody: what is left makes the last part of each wave, and the seeds head the
    /// first one.
    fn end_list(&mut self, batch: &mut Batch, it: &Broadcast, seeds: &BTreeSet<PersonId>) {
        let Some(status) = self.broadcasts.get_mut(&it.name) else { return };
        let lists = self.lists.0.remove(&it.name).unwrap_or_default();
        for (due, people) in lists.into_iter().filter(|it| !it.1.is_empty()) {
            let Some(wave) = status.waves.iter_mut().find(|wave| wave.due == due) else { continue };
            wave.parts.push(status.parts);
            batch.entries.push(entry(&it.name, status.parts, &people));
            status.parts += 1;
        }
        if let Some(first) = status.waves.first_mut().filter(|_| !seeds.is_empty()) {
            let people: Vec<u64> = seeds.iter().map(|it| it.0).collect();
            first.people += people.len() as u64;
            status.counted += people.len() as u64;
            first.parts.insert(0, status.parts);
            batch.entries.push(entry(&it.name, status.parts, &people));
            status.parts += 1;
        }
        status.scan = None;
        // The first clock on earth may be nobody's.
        if let (Some(due), Some(first)) = (&mut status.progress.due, status.waves.first()) {
            *due = first.due.unwrap_or(*due).max(*due);
        }
    }

    /// The next people of the list who are due, at most `most`, and where the list stands after
    /// them.
    pub(crate) fn next_members(
        &self,
        status: &BroadcastStatus,
        it: &Broadcast,
        most: usize,
        now: Timestamp,
    ) -> Result<(Vec<PersonId>, crate::status::Place), EngineError> {
        let one = [Wave { due: None, people: status.counted, parts: (0..status.parts).collect() }];
        let waves = if status.waves.is_empty() { &one[..] } else { &status.waves };
        let begun = status.progress.done_through;
        let mut place = status.place;
        let mut members = Vec::new();
        while let Some(wave) = waves.get(place.wave)
            && wave.due.is_none_or(|due| due <= now)
        {
            let Some(part) = wave.parts.get(place.part) else {
                (place.wave, place.part, place.done) = (place.wave + 1, 0, 0);
                continue;
            };
            let people = self.listed(&it.name, *part)?;
            let rest = people.iter().skip(place.done).copied().map(PersonId);
            for person in rest {
                if begun.is_some_and(|it| person <= it) {
                    place.done += 1;
                } else if members.len() < most {
                    members.push(person);
                    place.done += 1;
                } else {
                    break;
                }
            }
            if place.done < people.len() {
                break;
            }
            (place.part, place.done) = (place.part + 1, 0);
        }
        Ok((members, place))
    }

    /// When the next people on the list are due.
    pub(crate) fn next_wave(status: &BroadcastStatus) -> Option<Timestamp> {
        status.waves.get(status.place.wave).and_then(|it| it.due)
    }

    fn listed(&self, name: &CampaignName, part: u32) -> Result<Vec<u64>, EngineError> {
        let Some(bytes) = self.store.get(Space::Campaign, &key_of(name, part))? else {
            return Ok(Vec::new());
        };
        let people = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "broadcast plan",
            detail: error.to_string(),
        })?;
        Ok(people)
    }
}

/// Those who head the list of every broadcast.
pub(crate) fn seeds<V: People + ?Sized>(
    views: &V,
    loaded: &Loaded,
) -> Result<BTreeSet<PersonId>, StoreError> {
    let Some(audience) = &loaded.programme.seeds else { return Ok(BTreeSet::new()) };
    Ok(views.members(audience, None, SEEDS_MAX)?.into_iter().collect())
}

fn entry(name: &CampaignName, part: u32, people: &[u64]) -> Entry {
    let value = serde_json::to_vec(people).expect("numbers have a JSON form");
    Entry::put(Space::Campaign, key_of(name, part), value)
}

fn key_of(name: &CampaignName, part: u32) -> String {
    format!("plan/{name}/{part:06}")
}
