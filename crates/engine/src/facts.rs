//! Facts become persons, traits, counters, memberships and runs.

use crate::batch::{Batch, Working};
use crate::restored::Before;
use crate::{Engine, EngineError, Loaded};
use audience::{Facts, Truth, View};
use decision::Consents;
use identity::{Claim, Outcome};
use journey::Input;
use model::{
    Channel, Event, EventKind, Identifier, IdentifierKind, PersonId, Timestamp, Topic, Value,
};
use port::{Entry, LogPosition, Person, Sections, SeenId, Space, Store};
use record::{Act, Fact};
use std::collections::BTreeMap;

/// What conditions may know beside the profile.
pub(crate) struct Known<'a>(pub &'a Consents);

impl Facts for Known<'_> {
    fn consent(&self, channel: Channel, topic: &str, now: Timestamp) -> Truth {
        let holds = self.0.allows(channel, &Topic::from(topic), now);
        Truth { holds, changes_at: self.0.next_expiry(now) }
    }
}

impl Engine {
    pub(crate) fn take_facts(
        &mut self,
        batch: &mut Batch,
        facts: Vec<(Option<LogPosition>, Fact)>,
    ) -> Result<(), EngineError> {
        if facts.is_empty() {
            return Ok(());
        }
        batch.worked = true;
        let fresh = self.without_known(batch, facts)?;
        let names: Vec<Names> = fresh.iter().map(|(_, fact)| Names::of(fact)).collect();
        batch.look_up(&*self.store, names.iter().flat_map(|it| it.all.iter().cloned()))?;
        let mut people: Vec<PersonId> = Vec::with_capacity(fresh.len());
        for ((_, fact), names) in fresh.iter().zip(&names) {
            match fact.person {
                Some(id) => people.push(self.store.current(id)?),
                None => people.extend(names.all.iter().filter_map(|it| batch.owner(it))),
            }
        }
        people.sort();
        people.dedup();
        batch.load(&*self.store, &mut self.memory, people.into_iter())?;
        for ((position, fact), names) in fresh.into_iter().zip(names) {
            self.take_fact(batch, position, &fact, &names)?;
        }
        batch.cause = None;
        self.remember_overtaken(batch)
    }

    /// A fact that overtook the log was taken in without a place in it; here is its place, so that it can be
    /// found among what the person did last.
    fn remember_overtaken(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        for (person, at, position) in std::mem::take(&mut batch.overtaken) {
            let id = self.person_now(batch, person)?;
            batch.load(&*self.store, &mut self.memory, [id].into_iter())?;
            let Some(working) = batch.get_mut(id) else { continue };
            if working.person.recent.iter().all(|it| it.position != position) {
                working.person.remember(at, position);
                working.changed(Sections::HOT);
            }
        }
        Ok(())
    }

    /// Leaves out events whose id was committed before, or stands earlier in this batch.
    fn without_known(
        &mut self,
        batch: &mut Batch,
        facts: Vec<(Option<LogPosition>, Fact)>,
    ) -> Result<Vec<(Option<LogPosition>, Fact)>, EngineError> {
        let ids: Vec<Option<[u8; 16]>> = facts
            .iter()
            .map(|(_, fact)| {
                let id = fact.event.message_id.as_deref()?;
                Some(collection::dedup_id(&fact.event.source, id))
            })
            .collect();
        let asked: Vec<[u8; 16]> = ids.iter().flatten().copied().collect();
        let mut known = self.store.seen(&asked)?.into_iter();
        let mut fresh = Vec::with_capacity(facts.len());
        for (id, fact) in ids.into_iter().zip(facts) {
            if let Some(id) = id {
                let is_known = known.next().unwrap_or(false);
                if is_known || !batch.seen_now.insert(id) {
                    self.stats.duplicates += 1;
                    batch.left_out.extend(fact.0.filter(|_| is_collected(&fact.1)));
                    let (person, at) = (fact.1.person, fact.1.event.time);
                    batch.overtaken.extend(fact.0.zip(person).map(|(place, id)| (id, at, place)));
                    continue;
                }
                batch.seen.push(SeenId { id, received: fact.1.event.received });
            }
            fresh.push(fact);
        }
        Ok(fresh)
    }

    fn take_fact(
        &mut self,
        batch: &mut Batch,
        position: Option<LogPosition>,
        fact: &Fact,
        names: &Names,
    ) -> Result<(), EngineError> {
        let event = &fact.event;
        batch.cause = position;
        self.stats.events += 1;
        self.tallies.events += 1;
        self.tallies_changed = true;
        self.newest_event = self.newest_event.max(Some(event.received));
        self.count_form(fact);
        let found = match fact.person {
            Some(id) => Some(self.person_now(batch, id)?),
            None if self.is_of_erased(event, &names.all) => {
                batch.left_out.extend(position);
                None
            }
            None => self.identify(batch, event, names)?,
        };
        let Some(mut working) = found.and_then(|id| batch.take(id)) else {
            self.stats.nobody += 1;
            return Ok(());
        };
        if fact.acts.contains(&Act::Erase) {
            return self.erase(batch, working);
        }
        self.remember_fact(&working, batch, position, fact);
        batch.in_fact = true;
        let person = &mut working.person;
        person.last_seen = person.last_seen.max(event.time);
        if let Some(position) = position {
            person.remember(event.time, position);
        }
        working.changed(Sections::HOT);
        let stated = decision::statements_of(event);
        let acted = !fact.acts.is_empty() || !stated.is_empty();
        self.take_statements(&mut working, batch, event, stated);
        self.settle_trials(&mut working, batch)?;
        self.catch_up(&mut working, batch);
        self.learn_from(&mut working, fact);
        self.take_feedback(&mut working, batch, fact)?;
        self.act(&mut working, batch, fact)?;
        if acted {
            self.stop_learning(&mut working, batch.now);
        }
        self.count_outcomes(&mut working, fact);
        self.count_in_holdouts(&mut working, fact);
        self.observe(&mut working, batch, event, acted);
        self.enter(&mut working, batch, fact);
        self.arbitrate_if_due(&mut working, batch);
        batch.in_fact = false;
        batch.put_back(working);
        Ok(())
    }

    /// The person behind an id that may have been absorbed, loaded.
    pub(crate) fn person_now(
        &mut self,
        batch: &mut Batch,
        id: PersonId,
    ) -> Result<PersonId, EngineError> {
        let id = self.owner_now(batch, id)?;
        batch.load(&*self.store, &mut self.memory, std::iter::once(id))?;
        Ok(id)
    }

    /// Who `id` stands for, counting the merges of this batch.
    pub(crate) fn owner_now(&self, batch: &Batch, id: PersonId) -> Result<PersonId, EngineError> {
        let mut id = self.store.current(id)?;
        while let Some((_, survivor)) = batch.redirects.iter().find(|(absorbed, _)| *absorbed == id)
        {
            id = *survivor;
        }
        Ok(id)
    }

    /// Whose event it is, after creating or merging whoever that takes.
    fn identify(
        &mut self,
        batch: &mut Batch,
        event: &Event,
        names: &Names,
    ) -> Result<Option<PersonId>, EngineError> {
        let mut owners: Vec<PersonId> = names.all.iter().filter_map(|it| batch.owner(it)).collect();
        owners.sort();
        owners.dedup();
        let claims: Vec<Claim<'_>> = owners
            .iter()
            .filter_map(|id| batch.get(*id))
            .map(|it| Claim { person: it.id, known: &it.known })
            .collect();
        let alias = match &event.kind {
            EventKind::Alias { previous_id } => identity::previous_identifier(previous_id, &claims),
            EventKind::Track { .. }
            | EventKind::Identify
            | EventKind::Page { .. }
            | EventKind::Screen { .. }
            | EventKind::Group { .. } => None,
        };
        let resolution = identity::resolve(
            names.own(),
            alias.as_ref(),
            &claims,
            &self.loaded.programme.identity.rules,
        );
        for (_, refusal) in &resolution.refused {
            *self.stats.refused.entry(refusal.code()).or_default() += 1;
        }
        let records = resolution.merges(&claims, batch.now);
        let id = match &resolution.outcome {
            Outcome::Nobody => return Ok(None),
            Outcome::Use(id) => *id,
            Outcome::Create => {
                let id = self.new_person();
                let person = Person::new(id, event.time.min(batch.now));
                batch.insert(Box::new(person), Sections::ALL);
                id
            }
            Outcome::Merge { survivor, .. } => {
                let survivor = *survivor;
                for record in records {
                    self.merge(batch, record)?;
                }
                survivor
            }
        };
        let now = batch.now;
        if let Some(working) = batch.get_mut(id)
            && !resolution.join.is_empty()
        {
            working.changed(Sections::HOT);
            for identifier in &resolution.join {
                working.person.known.join(identifier.clone(), now);
            }
            for it in &resolution.join {
                if let Some(closed) = crate::erase::closed(&self.erased, &self.keys, it) {
                    working.person.consents.suppress(closed);
                    working.changed(Sections::CONSENTS);
                }
            }
            for identifier in resolution.join {
                batch.set_owner(identifier, id);
            }
        }
        Ok(Some(id))
    }

    fn act(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        fact: &Fact,
    ) -> Result<(), EngineError> {
        for act in &fact.acts {
            working.changed(Sections::CONSENTS);
            match act {
                Act::State(statement) => working.person.consents.record(statement.clone()),
                Act::Wish(wishes) => working.person.consents.set_wishes(wishes.clone()),
                Act::Suppress(suppression) => {
                    working.person.consents.suppress(suppression.clone());
                    self.came_back(batch, &fact.event, suppression)?;
                }
                // What was asked for long ago is not mailed now.
                Act::Mail(_) if fact.event.flags.historical => {}
                Act::Mail(what) => {
                    let address = working.person.known.best(IdentifierKind::Email).cloned();
                    if let Some(address) = address {
                        self.mail_on_request(working, batch, *what, address, None);
                    }
                }
                Act::Send(order) => self.order(working, batch, order, &fact.event)?,
                // Done before anything else of the fact, and after it.
                Act::Erase | Act::Enter(_) => {}
                Act::Settle { message, delivered, detail } => {
                    self.settle(working, batch, *message, *delivered, detail)?;
                }
            }
        }
        Ok(())
    }

    /// Traits, counters, memberships and then the journeys that all of this moves.
    fn observe(&mut self, working: &mut Working, batch: &mut Batch, event: &Event, acted: bool) {
        let definitions = self.loaded.definitions.clone();
        let person = &mut working.person;
        let facts = Known(&person.consents);
        let mut changes = person.profile.observe(event, &definitions, &facts, batch.now);
        let mut set_trait = event.traits().next().is_some();
        for (name, value) in surroundings(event) {
            if person.profile.traits.get(name).is_none_or(|it| it.value != *value) {
                person.profile.set_trait(name, value.clone(), event.time);
                set_trait = true;
            }
        }
        if acted || set_trait {
            changes.extend(person.profile.refresh(&definitions, &facts, batch.now));
        }
        if set_trait {
            working.changed(Sections::TRAITS);
        }
        let historical = event.flags.historical;
        self.drive(working, batch, Input::Event(event), changes, historical);
    }

    /// Time has passed for a person: memberships, then runs, then what the two bring about.
    pub(crate) fn tick(&mut self, working: &mut Working, batch: &mut Batch) {
        let definitions = self.loaded.definitions.clone();
        let person = &mut working.person;
        let facts = Known(&person.consents);
        let changes = person.profile.refresh(&definitions, &facts, batch.now);
        working.changed(Sections::HOT);
        self.drive(working, batch, Input::Tick, changes, false);
    }

    /// Persons whose time has come.
    pub(crate) fn take_due(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        let due = self.store.due_people(batch.now, self.settings.batch_max)?;
        batch.load(&*self.store, &mut self.memory, due.iter().copied())?;
        for id in due {
            let Some(mut working) = batch.take(id) else { continue };
            if let Some(due) = working.person.next_at().filter(|it| *it <= batch.now) {
                let before = self.was_due_when_lost(due).then(|| Before::of(&working));
                self.settle_trials(&mut working, batch)?;
                self.catch_up(&mut working, batch);
                self.tick(&mut working, batch);
                self.arbitrate_if_due(&mut working, batch);
                if let Some(before) = before {
                    self.end_what_may_have_left(&mut working, batch, &before);
                }
            }
            batch.put_back(working);
        }
        Ok(())
    }

    pub(crate) fn apply_programme(
        &mut self,
        batch: &mut Batch,
        files: BTreeMap<String, String>,
        by: &str,
        position: LogPosition,
    ) -> Result<(), EngineError> {
        let version = self.loaded.version + 1;
        let loaded = record::programme::parse(&files)
            .and_then(|programme| self.loaded.next(version, programme));
        match loaded {
            Ok(mut loaded) => {
                let wanted = loaded.programme.policy.panel.as_ref();
                let is_first = self.loaded.version == 0;
                let panel = self.panel.next(wanted, batch.now, is_first);
                if panel != self.panel {
                    let value = serde_json::to_vec(&panel).expect("plain data has a JSON form");
                    batch.entries.push(Entry::put(Space::System, crate::engine::PANEL, value));
                    self.panel = panel;
                }
                self.panel.put_into(&mut loaded);
                let value = serde_json::to_vec(&files).expect("a map of texts has a JSON form");
                batch.entries.push(Entry::put(Space::Programme, format!("{version:08}"), value));
                batch.entries.push(Entry::put(
                    Space::System,
                    crate::plan::APPLIED_BY,
                    by.as_bytes(),
                ));
                batch.durable = true;
                tracing::info!(by, version, "a new programme runs");
                let before = std::mem::replace(&mut self.loaded, loaded);
                self.begin_filling(&before.definitions, position, batch.now);
                self.begin_fill(&before.definitions);
                self.begin_syncs(batch, &before.programme);
                batch.scan_ordered = true;
            }
            // Whoever applied it was told by the check before; this is the second line.
            Err(problems) => {
                tracing::error!(by, problems = problems.len(), "a programme was refused");
            }
        }
        Ok(())
    }
}

/// All versions of the programme, folded in order.
pub(crate) fn read_programmes(store: &dyn Store) -> Result<Loaded, EngineError> {
    let mut loaded = Loaded::empty();
    for (key, bytes) in store.list(Space::Programme, "")? {
        let version = key.parse().unwrap_or(loaded.version + 1);
        let files: BTreeMap<String, String> = serde_json::from_slice(&bytes).map_err(|error| {
            record::Unreadable { what: "programme", detail: format!("version {key}: {error}") }
        })?;
        let programme = record::programme::parse(&files).map_err(EngineError::Programme)?;
        loaded = loaded.next(version, programme).map_err(EngineError::Programme)?;
    }
    Ok(loaded)
}

pub(crate) fn zone_of(person: &Person) -> Option<String> {
    let zone = person.profile.traits.get("timezone")?.value.as_text()?;
    Some(zone.to_owned())
}

/// What the condition of an audience asks, part by part, and how it is for a person.
pub fn explain_audience(
    loaded: &Loaded,
    person: &Person,
    audience: &str,
    now: Timestamp,
) -> Option<Vec<expr::Explanation>> {
    let (_, condition) = loaded.programme.audiences.iter().find(|it| it.0 == audience)?;
    let facts = Known(&person.consents);
    let view = View { profile: &person.profile, facts: &facts, event: None };
    let whole = expr::explain(condition, &view, now);
    Some(if whole.parts.is_empty() { vec![whole] } else { whole.parts })
}

/// Of what the pages write themselves, the copy in the log is the only one, and what was known before
/// it is the wish itself.
fn is_collected(fact: &Fact) -> bool {
    fact.person.is_none() && fact.acts.is_empty()
}

/// Every identifier that a lookup must cover: those that the event carries, and then what the
/// previous id of an alias may mean.
pub(crate) struct Names {
    pub all: Vec<Identifier>,
    own: usize,
}

impl Names {
    pub fn of(fact: &Fact) -> Names {
        let mut all = fact.event.identifiers();
        let own = all.len();
        if let EventKind::Alias { previous_id } = &fact.event.kind {
            all.extend(identity::previous_candidates(previous_id));
        }
        Names { all, own }
    }

    /// As they are asked for whose the event is: by kind, and the previous id of an alias last.
    pub fn ranked(mut self) -> Vec<Identifier> {
        self.all[..self.own].sort_by_key(|it| it.kind);
        self.all
    }

    fn own(&self) -> &[Identifier] {
        &self.all[..self.own]
    }
}

/// What SDKs say about where a person is, kept as traits of the same names.
pub(crate) fn surroundings(event: &Event) -> impl Iterator<Item = (&'static str, &Value)> {
    ["timezone", "locale"].into_iter().filter_map(|name| {
        let value = event.context.get(name)?;
        value.as_text().is_some_and(|it| !it.is_empty()).then_some((name, value))
    })
}
