//! Broadcasts: a plan over a snapshot of an audience, then a fan-out in chunks between live batches.
//! The filling of new audiences takes the same road.

use crate::batch::{Batch, Working};
use crate::contact::{Wanted, addresses, view};
use crate::facts::{Known, zone_of};
use crate::growth::Moved;
use crate::restored::Before;
use crate::status::BroadcastStatus;
use crate::{Engine, EngineError, Loaded, waves};
use audience::{Change, Definitions};
use decision::Decision;
use journey::{Broadcast, BroadcastAction as Step, BroadcastState, Input};
use model::{
    CampaignName, ChannelSet, Class, ContentName, LedgerState, Map, Message, MessageId,
    MessageState, Origin, PersonId, Problem, Purpose, Reason, Span, Timestamp,
};
use port::{Catalog, Person, Sections, Space, StoreError, Views};
use record::log::BroadcastAction;
use serde::Serialize;
use std::collections::BTreeMap;

/// Persons looked at in one chunk of a plan or a fill: some 20 ms of work.
pub(crate) const SCAN_CHUNK: usize = 500;

/// How long a message of a paused broadcast waits before it is looked at again.
pub(crate) const PAUSE_CHECK: Span = Span::MINUTE;

/// What would become of a broadcast if it went out now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preview {
    pub recipients: u64,
    /// How many of them get it to look it over.
    pub seeds: u64,
    /// Persons by what would become of their message: sent now, later, or not, and why.
    pub by_reason: BTreeMap<Reason, u64>,
    /// Some who would get it.
    pub examples: Vec<PersonId>,
}

impl Preview {
    /// Plays the decision for each member of the audience, and for the seeds; writes nothing.
    pub fn of(
        views: &dyn Views,
        loaded: &Loaded,
        providers: ChannelSet,
        name: &CampaignName,
        now: Timestamp,
    ) -> Result<Option<Preview>, StoreError> {
        let Some(broadcast) = loaded.programme.broadcasts.iter().find(|it| it.name == *name) else {
            return Ok(None);
        };
        let mut preview = Preview::default();
        let seeds = waves::seeds(views, loaded)?;
        let mut after = None;
        loop {
            let mut ids = views.members(&broadcast.audience, after, SCAN_CHUNK)?;
            let last = ids.last().copied();
            ids.retain(|it| !seeds.contains(it));
            preview.look_at(&views.load(&ids)?, broadcast, loaded, providers, now);
            if last.is_none() {
                break;
            }
            after = last;
        }
        if after.is_some() {
            let seeds: Vec<PersonId> = seeds.into_iter().collect();
            preview.seeds = seeds.len() as u64;
            preview.look_at(&views.load(&seeds)?, broadcast, loaded, providers, now);
        }
        Ok(Some(preview))
    }

    fn look_at(
        &mut self,
        persons: &[Person],
        broadcast: &Broadcast,
        loaded: &Loaded,
        providers: ChannelSet,
        now: Timestamp,
    ) {
        for person in persons {
            let zone = zone_of(person);
            let at = broadcast.due_in(zone.as_deref(), &loaded.programme.policy.default_zone);
            let at = now.max(at.unwrap_or(now));
            let mut open = person.open.clone();
            open.push(pretend(broadcast, loaded, person.id, at));
            let addresses = addresses(person);
            let view = view(person, &addresses, providers, zone.as_deref());
            let policy = Engine::policy_for(loaded, person, now);
            let (decided, _) = decision::arbitrate(&open, &view, policy, at + policy.window);
            self.add(person.id, decided.into_iter().find(|it| it.message == PRETENDED));
        }
    }

    fn add(&mut self, person: PersonId, decided: Option<decision::Decided>) {
        let reason = match decided.map(|it| it.decision) {
            Some(Decision::Plan { deferred: false, .. }) => Reason::Planned,
            Some(Decision::Plan { deferred: true, .. } | Decision::Wait { .. }) | None => {
                Reason::Deferred
            }
            Some(Decision::Join { .. }) => Reason::Digested,
            Some(Decision::End { reason, .. }) => reason,
        };
        self.recipients += 1;
        *self.by_reason.entry(reason).or_default() += 1;
        if reason == Reason::Planned && self.examples.len() < 10 {
            self.examples.push(person);
        }
    }
}

/// No real message ever has this id.
const PRETENDED: MessageId = MessageId(u64::MAX);

fn pretend(broadcast: &Broadcast, loaded: &Loaded, person: PersonId, now: Timestamp) -> Message {
    let content = loaded.programme.contents.get(&broadcast.content);
    Message {
        owner: broadcast.owner.clone(),
        to: None,
        id: PRETENDED,
        person,
        origin: Origin::Broadcast { campaign: broadcast.name.clone() },
        key: broadcast.candidate_key(person),
        content: broadcast.content.clone(),
        topic: content.map(|it| it.topic.clone()).unwrap_or_default(),
        purpose: content.map_or(Purpose::Marketing, |it| it.purpose),
        class: broadcast.class.or(content.and_then(|it| it.class)).unwrap_or(Class::Promotion),
        channels: broadcast.channels.clone(),
        value: broadcast.value,
        vars: Map::new(),
        created: now,
        expires: now + broadcast.expires,
        state: MessageState::Waiting,
        trail: Vec::new(),
        digest: content.is_some_and(|it| it.digest),
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

pub(crate) fn read_all<V: Catalog + ?Sized>(
    store: &V,
) -> Result<BTreeMap<CampaignName, BroadcastStatus>, EngineError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in store.list(Space::Campaign, "broadcast/")? {
        let status = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "broadcast",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(CampaignName::new(key.trim_start_matches("broadcast/")), status);
    }
    Ok(found)
}

impl Engine {
    pub(crate) fn steer_broadcast(
        &mut self,
        batch: &mut Batch,
        name: &CampaignName,
        action: BroadcastAction,
        by: &str,
    ) -> Result<(), EngineError> {
        batch.durable = true;
        let Some(broadcast) = self.definition(name) else {
            tracing::warn!(broadcast = %name, by, "there is no such broadcast in the programme");
            return Ok(());
        };
        let now = batch.now;
        let status = self.broadcasts.entry(name.clone()).or_default();
        let fingerprint = fingerprint(&broadcast, &self.loaded);
        let result: Result<(), Problem> = match action {
            BroadcastAction::Plan => {
                status.progress.plan(broadcast.first_due(), by, now).map(|()| {
                    waves::begin(status);
                    batch.scan_ordered = true;
                })
            }
            BroadcastAction::Approve => status.progress.approve(by, &fingerprint, now),
            BroadcastAction::Start => status.progress.start(broadcast.approval, &fingerprint, now),
            BroadcastAction::Pause => status.progress.apply(Step::Pause),
            BroadcastAction::Resume => status.progress.apply(Step::Resume),
            BroadcastAction::Cancel => status.progress.apply(Step::Cancel),
        };
        match result {
            Ok(()) => tracing::info!(broadcast = %name, ?action, by, "broadcast steered"),
            Err(problem) => tracing::warn!(broadcast = %name, ?action, by, %problem, "refused"),
        }
        self.broadcasts_changed.insert(name.clone());
        if action == BroadcastAction::Resume {
            self.release(batch, &format!("broadcast/{name}"), by);
        }
        Ok(())
    }

    /// One chunk of whatever long work there is: a fill, a plan, or a fan-out.
    pub(crate) fn fan_out(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        if batch.scan_ordered || batch.filled {
            return Ok(());
        }
        self.announce(batch)?;
        if self.fill_chunk(batch)? || self.move_chunk(batch)? || self.sync_chunk(batch)? {
            return Ok(());
        }
        let names: Vec<CampaignName> = self.broadcasts.keys().cloned().collect();
        for name in names {
            let Some(broadcast) = self.definition(&name) else { continue };
            self.start_if_due(batch, &broadcast);
            if self.plan_chunk(batch, &broadcast)? || self.send_chunk(batch, &broadcast)? {
                return Ok(());
            }
        }
        Ok(())
    }

    pub(crate) fn next_broadcast(&self) -> Option<Timestamp> {
        let next = |it: &Broadcast, status: &BroadcastStatus| match status.progress.state {
            // One that may not start waits for somebody, and not for the time.
            BroadcastState::Planned if self.lacks(it, status).is_some() => None,
            BroadcastState::Planned => status.progress.due,
            BroadcastState::Running if status.progress.recipients < status.counted => {
                let times = [Engine::next_wave(status), status.progress.next_at];
                Some(times.into_iter().flatten().max().unwrap_or(Timestamp::MIN))
            }
            BroadcastState::Running
            | BroadcastState::Draft
            | BroadcastState::Paused
            | BroadcastState::Done
            | BroadcastState::Cancelled => None,
        };
        // One that was taken out of the programme waits for nothing.
        let defined = self.loaded.programme.broadcasts.iter();
        defined.filter_map(|it| next(it, self.broadcasts.get(&it.name)?)).min()
    }

    /// A planned broadcast with a time begins by itself when it has come. Without one it waits for
    /// somebody to start it.
    fn start_if_due(&mut self, batch: &mut Batch, it: &Broadcast) {
        let fingerprint = fingerprint(it, &self.loaded);
        let Some(status) = self.broadcasts.get_mut(&it.name) else { return };
        if status.scan.is_some()
            || !status.progress.is_due(batch.now)
            || status.progress.lacks(it.approval, &fingerprint).is_some()
        {
            return;
        }
        match status.progress.start(it.approval, &fingerprint, batch.now) {
            Ok(()) => tracing::info!(broadcast = %it.name, "the broadcast's time has come"),
            Err(problem) => tracing::warn!(broadcast = %it.name, %problem, "not started"),
        }
        batch.worked = true;
        self.broadcasts_changed.insert(it.name.clone());
    }

    fn lacks(&self, it: &Broadcast, status: &BroadcastStatus) -> Option<Problem> {
        status.progress.lacks(it.approval, &fingerprint(it, &self.loaded))
    }

    /// Whether this message belongs to a campaign that was stopped: by somebody, or for the harm it does.
    pub(crate) fn stopped(&self, message: &Message) -> Option<BroadcastState> {
        let holds = || self.is_braked(message) || self.is_paused(message);
        self.steered(message).or_else(|| holds().then_some(BroadcastState::Paused))
    }

    fn steered(&self, message: &Message) -> Option<BroadcastState> {
        let Origin::Broadcast { campaign } = &message.origin else { return None };
        let state = self.broadcasts.get(campaign)?.progress.state;
        matches!(state, BroadcastState::Paused | BroadcastState::Cancelled).then_some(state)
    }

    fn definition(&self, name: &CampaignName) -> Option<Broadcast> {
        self.loaded.programme.broadcasts.iter().find(|it| it.name == *name).cloned()
    }

    fn send_chunk(&mut self, batch: &mut Batch, it: &Broadcast) -> Result<bool, EngineError> {
        let Some(status) = self.broadcasts.get(&it.name) else { return Ok(false) };
        if status.progress.state != BroadcastState::Running || status.scan.is_some() {
            return Ok(false);
        }
        if status.counted <= status.progress.recipients {
            return self.finish_broadcast(batch, it);
        }
        let room = status.progress.room(it.rate, self.settings.fan_out_max, batch.now);
        let (members, place) = self.next_members(status, it, room, batch.now)?;
        if members.is_empty() {
            return Ok(false);
        }
        let overdue = self.was_going_when_lost(status);
        batch.load(&*self.store, &mut self.memory, members.iter().copied())?;
        let loaded = self.loaded.clone();
        for id in &members {
            // Somebody who was merged away since the plan is reached as the person they are now.
            let current = self.person_now(batch, *id)?;
            if self.has_it(batch, it, current)? {
                continue;
            }
            let Some(mut working) = batch.take(current) else { continue };
            let wanted = wanted_for(it, current, batch.now);
            let before = overdue.then(|| Before::of(&working));
            self.want(&mut working, batch, wanted, &loaded);
            self.arbitrate_if_due(&mut working, batch);
            if let Some(before) = before {
                self.end_what_may_have_left(&mut working, batch, &before);
            }
            batch.put_back(working);
        }
        if let Some(status) = self.broadcasts.get_mut(&it.name) {
            status.progress.made(members.len(), it.rate, batch.now);
            status.place = place;
        }
        batch.worked = true;
        self.broadcasts_changed.insert(it.name.clone());
        Ok(true)
    }

    /// Whether the person got this broadcast already: as one of several on the list who have become
    /// one since the plan.
    fn has_it(&self, batch: &Batch, it: &Broadcast, person: PersonId) -> Result<bool, EngineError> {
        let open = batch.get(person).map_or(&[][..], |it| &it.open);
        let is_it = |origin: &Origin| match origin {
            Origin::Broadcast { campaign } => *campaign == it.name,
            Origin::Journey { .. } | Origin::Api | Origin::Request { .. } => false,
        };
        if open.iter().any(|it| is_it(&it.origin)) {
            return Ok(true);
        }
        for id in self.ids_of(batch, person)? {
            if self.store.message_by_key(&candidate_key(&it.name, id))?.is_some() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Done means that nothing of it is pending, not that the list was read to its end.
    fn finish_broadcast(&mut self, batch: &mut Batch, it: &Broadcast) -> Result<bool, EngineError> {
        let scope = format!("broadcast/{}", it.name);
        let pending: i64 = (self.store.counts()?.iter())
            .filter(|(key, _)| key.scope == scope && key.state == LedgerState::Pending)
            .map(|it| it.1)
            .sum();
        let Some(status) = self.broadcasts.get_mut(&it.name) else { return Ok(false) };
        if 0 < pending || batch.worked || status.progress.apply(Step::Finish).is_err() {
            return Ok(false);
        }
        batch.worked = true;
        self.broadcasts_changed.insert(it.name.clone());
        Ok(true)
    }

    /// Definitions changed: everybody's memberships are looked at again.
    pub(crate) fn begin_fill(&mut self, before: &Definitions) {
        let definitions = &self.loaded.definitions;
        let changed = |name: &&str| definitions.condition(name) != before.condition(name);
        let names: Vec<String> =
            definitions.names().chain(before.names()).filter(changed).map(str::to_owned).collect();
        self.look_at_everybody(names);
    }

    /// Those in the named audiences enter and leave without triggering, since nobody did anything.
    pub(crate) fn look_at_everybody(&mut self, silent: Vec<String>) {
        self.tallies.fill_silent.extend(silent);
        self.tallies.fill_below = self.next.person;
        self.tallies.fill = Some(None);
        self.tallies_changed = true;
    }

    fn fill_chunk(&mut self, batch: &mut Batch) -> Result<bool, EngineError> {
        let Some(after) = self.tallies.fill else { return Ok(false) };
        let ids = self.store.ids_after(after, SCAN_CHUNK)?;
        batch.worked = true;
        batch.load(&*self.store, &mut self.memory, ids.iter().copied())?;
        for id in &ids {
            let Some(mut working) = batch.take(*id) else { continue };
            self.catch_up(&mut working, batch);
            batch.put_back(working);
        }
        self.tallies.fill = ids.last().map(|last| Some(*last));
        if ids.is_empty() {
            self.tallies.fill_silent.clear();
            let definitions = &self.loaded.definitions;
            self.tallies.audiences.retain(|name, _| definitions.condition(name).is_some());
        }
        self.tallies_changed = true;
        Ok(true)
    }

    /// Takes a person over to new definitions before anything else happens to them. Changes that
    /// time alone has brought about trigger as ever.
    pub(crate) fn catch_up(&mut self, working: &mut Working, batch: &mut Batch) {
        let Some(after) = self.tallies.fill else { return };
        let id = working.person.id;
        let is_done = after.is_some_and(|it| id <= it);
        if is_done || self.tallies.fill_below <= id.0 {
            return;
        }
        let definitions = self.loaded.definitions.clone();
        let person = &mut working.person;
        let facts = Known(&person.consents);
        let changes = person.profile.refresh(&definitions, &facts, batch.now);
        working.changed(Sections::HOT);
        let silent = &self.tallies.fill_silent;
        let (silent, loud): (Vec<Change>, Vec<Change>) = changes.into_iter().partition(|it| {
            let (Change::Entered(name) | Change::Left(name)) = it;
            silent.contains(name)
        });
        self.note_memberships(working, batch, &silent, Moved::Otherwise);
        if self.replan(&mut working.person, batch.now) {
            working.changed(Sections::RUNS);
        }
        if !loud.is_empty() {
            self.drive(working, batch, Input::Tick, loud, false);
        }
    }
}

fn wanted_for(it: &Broadcast, person: PersonId, now: Timestamp) -> Wanted {
    Wanted {
        to: None,
        origin: Origin::Broadcast { campaign: it.name.clone() },
        key: candidate_key(&it.name, person),
        content: it.content.clone(),
        channels: it.channels.clone(),
        class: it.class,
        value: it.value,
        vars: Map::new(),
        pinned: None,
        expires: now + it.expires,
    }
}

/// [`Broadcast::candidate_key`] where there is only the name.
pub(crate) fn candidate_key(name: &CampaignName, person: PersonId) -> String {
    format!("broadcast/{name}/{person}")
}

/// Says what a broadcast is, down to every word of its content; what was approved is what is sent.
pub fn fingerprint(it: &Broadcast, loaded: &Loaded) -> String {
    fingerprint_of(it, &it.content, loaded)
}

/// The same of any campaign of one content.
pub fn fingerprint_of(it: &impl Serialize, content: &ContentName, loaded: &Loaded) -> String {
    let content = loaded.programme.contents.get(content);
    let said = content.map(|it| {
        let around = (&it.topic, it.purpose, &it.summary, &it.action, &it.image, &it.locales);
        (around, &it.forms, &it.body)
    });
    // What older contents do not have is left out of them, so that what was approved stays so.
    let beside = content.map(content::Content::said_beside).filter(|it| !it.is_empty());
    let said = match beside {
        None => serde_json::to_vec(&(it, said)),
        Some(beside) => serde_json::to_vec(&(it, said, beside)),
    };
    let said = said.expect("plain data has a JSON form");
    blake3::hash(&said).to_hex()[..32].to_owned()
}
