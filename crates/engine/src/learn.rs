//! Learning, carried out: trials are opened and settled, everybody's sums are kept as facts pass, and
//! once a day they become the next numbered policy.

use crate::batch::{Batch, Working};
use crate::contact::addresses;
use crate::facts::zone_of;
use crate::measure::{PanelSums, holds, is_measured};
use crate::{Engine, EngineError, Loaded};
use decision::learning::{
    Fold, PairCells, PairEffect, PressureEntry, Response, Row, RowSums, Snapshot, Tallies, Trial,
    is_halved, lately, pair_effect,
};
use decision::{Chooser, ConsentState, Learned, Learning, Panel, Policy};
use measurement::Sums;
use model::{Channel, MessageId, Purpose, Reason, Span, Timestamp, Value};
use port::{Entry, Person, Sections, Space, Store};
use record::{Act, Fact};
use serde::{Deserialize, Serialize};

/// Clicks as this program itself writes them down; those of scanners are marked `automatic`.
const CLICKS: [&str; 3] =
    ["Email Link Clicked", "Push Notification Tapped", "Message Link Clicked"];

/// A cell of fewer people says nothing about what two channels do for each other.
const CELL_PEOPLE_MIN: u64 = 100;

/// A message that left so much later than was drawn did not leave as drawn.
const AS_DRAWN: Span = Span::HOUR;

const LATEST: &str = "latest";

/// What everybody taught, and the policy of today.
#[derive(Debug, Default)]
pub(crate) struct Taught {
    pub tallies: Tallies,
    pub snapshot: Snapshot,
    /// The snapshot is newer than what is stored.
    fresh: bool,
}

/// The stored form, with its version in the tag.
#[derive(Serialize, Deserialize)]
enum SnapshotForm {
    #[serde(rename = "policy.1")]
    Snapshot(Snapshot),
}

impl Taught {
    pub fn read(store: &dyn Store) -> Result<Taught, EngineError> {
        let mut taught = Taught::default();
        let mut rows = store.list(Space::Learning, "tally/")?;
        rows.extend(store.list(Space::Learning, "load/")?);
        for (key, bytes) in rows {
            let row = Row::parse(&key).ok_or_else(|| unreadable(&key, "not a key"))?;
            let sums: RowSums = parsed(&key, &bytes)?;
            if !taught.tallies.put_row(row, sums) {
                return Err(unreadable(&key, "it is of another kind").into());
            }
        }
        if let Some(snapshot) = latest_policy(store)? {
            taught.snapshot = snapshot;
        }
        Ok(taught)
    }

    pub fn changed_entries(&self, entries: &mut Vec<Entry>) {
        for (row, sums) in self.tallies.changed_rows() {
            entries.push(Entry::put(Space::Learning, row.to_string(), json(&sums)));
        }
        if self.fresh {
            let form = SnapshotForm::Snapshot(self.snapshot.clone());
            let key = policy_key(self.snapshot.version);
            entries.push(Entry::put(Space::Learning, key.clone(), json(&form)));
            entries.push(Entry::put(Space::Learning, LATEST, key));
        }
    }

    pub fn stored(&mut self) {
        self.tallies.stored();
        self.fresh = false;
    }
}

/// The learned policy that is in force; none before the first day of learning.
pub fn latest_policy<V: port::Catalog + ?Sized>(
    views: &V,
) -> Result<Option<Snapshot>, EngineError> {
    let Some(key) = views.get(Space::Learning, LATEST)? else { return Ok(None) };
    let key = String::from_utf8_lossy(&key).into_owned();
    let Some(bytes) = views.get(Space::Learning, &key)? else {
        return Err(unreadable(&key, "it is not there").into());
    };
    let SnapshotForm::Snapshot(snapshot) = parsed(&key, &bytes)?;
    Ok(Some(snapshot))
}

impl Engine {
    pub(crate) fn learning(&self) -> Option<&Learning> {
        self.loaded.programme.policy.learning.as_ref()
    }

    /// The rules that hold for this person now: with half the caps for those under pressure.
    pub(crate) fn policy_for<'a>(
        loaded: &'a Loaded,
        person: &Person,
        now: Timestamp,
    ) -> &'a Policy {
        let policy = &loaded.programme.policy;
        match &policy.learning {
            _ if loaded.is_seed(person) => &loaded.unbounded,
            Some(learning) if is_halved(person.learned.pressure.as_ref(), learning, now) => {
                &loaded.halved
            }
            Some(_) | None => policy,
        }
    }

    pub(crate) fn chooser<'a>(&'a self, learned: &'a Learned) -> Option<Chooser<'a>> {
        let settings = self.learning()?;
        let snapshot = &self.taught.snapshot;
        let fold = learned.drawn_fold()?;
        Some(Chooser {
            settings,
            policy: snapshot.for_people_of(fold),
            version: snapshot.version,
            learned,
            key: &self.keys.chance,
        })
    }

    /// Gives the person a half of the people and a place in the measurement of harm: once, when
    /// something is about to be decided for them.
    pub(crate) fn begin_learning(&mut self, working: &mut Working, now: Timestamp) {
        let Some(learning) = self.learning() else { return };
        if !is_measured(&working.person, &self.loaded, now) {
            forget_learned(working);
            return;
        }
        let person = &mut working.person;
        let reachable = || addresses(person).keys().any(|it| self.providers.contains(*it));
        let pressure = learning
            .pressure
            .filter(|_| person.learned.pressure.is_none() && reachable())
            .map(|it| PressureEntry::draw(&it, person.id, &self.keys.chance, now));
        let is_new = person.learned.drawn_fold().is_none();
        person.learned.fold(person.id, &self.keys.chance);
        if is_new || pressure.is_some() {
            if pressure.is_some() {
                person.learned.pressure = pressure;
            }
            working.changed(Sections::LEARNED);
        }
    }

    /// A message was taken by its provider: its answer is awaited.
    pub(crate) fn follow(&mut self, working: &mut Working, id: MessageId, now: Timestamp) {
        let Some(within) = self.learning().map(|it| it.within) else { return };
        if !is_measured(&working.person, &self.loaded, now) {
            return;
        }
        let open = working.person.open.iter().find(|it| it.id == id);
        let marketing = open.filter(|it| it.purpose == Purpose::Marketing);
        let Some(channel) = marketing.and_then(|it| it.channel()) else { return };
        working.person.learned.fold(working.person.id, &self.keys.chance);
        let person = &working.person;
        let hour = self.hour_of(person, now);
        let expected = self.chooser(&person.learned).map_or(0, |it| it.expected(channel, hour));
        let ends = now + within;
        let trial =
            Trial { ends, message: id, channel, sent: now, hour, expected, answered: false };
        let lately = lately(person.contacts.slots(), id, now);
        let learned = &mut working.person.learned;
        learned.follow(trial);
        if let Some(pressure) = &mut learned.pressure {
            pressure.sent(now, lately);
        }
        working.changed(Sections::LEARNED);
    }

    /// What was learned about somebody who is not measured any more goes at once.
    pub(crate) fn stop_learning(&self, working: &mut Working, now: Timestamp) {
        if !is_measured(&working.person, &self.loaded, now) {
            forget_learned(working);
        }
    }

    /// What a fact says about messages that were sent: that they were answered, or were too many.
    pub(crate) fn learn_from(&mut self, working: &mut Working, fact: &Fact) {
        if self.learning().is_none() || fact.event.flags.historical {
            return;
        }
        let event = &fact.event;
        let mut changed = false;
        if let Some(message) = self.clicked(fact) {
            changed |= working.person.learned.respond_to(message, event.time);
        }
        if self.is_outcome(working, fact) {
            changed |= working.person.learned.respond_before(event.time);
        }
        if let Some(pressure) = &mut working.person.learned.pressure
            && is_opt_out(fact)
        {
            pressure.opted_out(event.time);
            changed = true;
        }
        if changed {
            working.changed(Sections::LEARNED);
        }
    }

    fn clicked(&self, fact: &Fact) -> Option<MessageId> {
        let event = &fact.event;
        if !CLICKS.contains(&event.name()) || !self.learning()?.counts(Response::Click) {
            return None;
        }
        let property = |name: &str| event.properties.get(name);
        if matches!(property("automatic"), Some(Value::Bool(true))) {
            return None;
        }
        property("message").and_then(Value::as_text)?.parse().ok()
    }

    fn is_outcome(&self, working: &Working, fact: &Fact) -> bool {
        if !self.learning().is_some_and(|it| it.counts(Response::Outcome)) {
            return false;
        }
        let outcomes = self.loaded.outcomes.get(fact.event.name());
        outcomes.is_some_and(|all| all.iter().any(|it| holds(&working.person, it, fact)))
    }

    /// Counts what has ended: for the person, and for everybody in the person's half.
    pub(crate) fn settle_trials(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        if working.person.learned.next_at().is_none_or(|it| batch.now < it) {
            return Ok(());
        }
        let usual = Learning::default();
        let loaded = self.loaded.clone();
        let learning = loaded.programme.policy.learning.as_ref();
        let half_life = learning.unwrap_or(&usual).half_life;
        let person = working.person.id;
        let learned = &mut working.person.learned;
        let fold = learned.fold(person, &self.keys.chance);
        let settled = learned.settle(batch.now, half_life);
        if let Some(entry) = &mut learned.pressure
            && entry.close(learning.and_then(|it| it.pressure.as_ref()), batch.now)
        {
            self.taught.tallies.add_pressure(fold, entry);
        }
        for it in &settled {
            self.taught.tallies.add(fold, it);
        }
        working.changed(Sections::LEARNED);
        for it in settled {
            self.note_response(working, batch, &it.trial)?;
        }
        Ok(())
    }

    /// Writes the answer beside the draw, for estimates of what another rule would have brought; not
    /// where the message went at another time than was drawn.
    fn note_response(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        trial: &Trial,
    ) -> Result<(), EngineError> {
        let id = trial.message;
        let open = &mut working.person.open;
        if open.iter().all(|it| it.id != id) {
            let Some(message) = self.store.message(id)? else { return Ok(()) };
            if message.choice.is_none() {
                return Ok(());
            }
            open.push(message);
        }
        let Some(message) = open.iter_mut().find(|it| it.id == id) else { return Ok(()) };
        batch.touch(message, false);
        if let Some(choice) = &mut message.choice
            && choice.channel == trial.channel
            && trial.sent - choice.instant < AS_DRAWN
        {
            choice.response = Some(trial.answered);
        }
        Ok(())
    }

    /// Once a day, what everybody taught becomes the next policy.
    pub(crate) fn freeze_if_due(&mut self, batch: &mut Batch) {
        let loaded = self.loaded.clone();
        let Some(learning) = &loaded.programme.policy.learning else { return };
        let last = &self.taught.snapshot;
        if 0 < last.version && batch.now.day() <= last.at.day() {
            return;
        }
        let pairs = |fold| pair_effects(&loaded, &self.sums, fold, batch.now);
        let next = self.taught.tallies.freeze(last, batch.now, learning.half_life, pairs);
        tracing::info!(version = next.version, "a new learned policy is in force");
        self.taught.snapshot = next;
        self.taught.fresh = true;
        batch.worked = true;
    }

    fn hour_of(&self, person: &Person, at: Timestamp) -> u8 {
        let chosen = person.consents.wishes().zone.clone();
        let names = [chosen, zone_of(person)];
        let default_zone = &self.loaded.programme.policy.default_zone;
        decision::learning::hour_at(&names, default_zone, at)
    }
}

fn forget_learned(working: &mut Working) {
    if working.person.learned != Learned::default() {
        working.person.learned = Learned::default();
        working.changed(Sections::LEARNED);
    }
}

/// What the panel found about each pair of its channels, among the people of one half.
pub(crate) fn pair_effects(
    loaded: &Loaded,
    sums: &PanelSums,
    fold: Fold,
    now: Timestamp,
) -> Vec<PairEffect> {
    let programme = &loaded.programme;
    let (Some(panel), Some(outcome)) = (&programme.policy.panel, programme.outcomes.first()) else {
        return Vec::new();
    };
    let cells = sums.cells_of(panel, &outcome.name, now, fold);
    let cell = |on: u16| cells.get(&on).and_then(mean_and_variance);
    let mut found = Vec::new();
    for (first, a) in panel.channels.iter().enumerate() {
        for (second, b) in panel.channels.iter().enumerate().skip(first + 1) {
            let pair = pair_cells(panel, first, second, &cell);
            if let Some(cells) = pair {
                let (first, second): (Channel, Channel) = (*a, *b);
                found.push(PairEffect { first, second, g: pair_effect(&cells) });
            }
        }
    }
    found
}

fn pair_cells(
    panel: &Panel,
    first: usize,
    second: usize,
    cell: &impl Fn(u16) -> Option<(f64, f64)>,
) -> Option<PairCells> {
    let (a, b) = (1_u16 << first, 1_u16 << second);
    if panel.all_on() < (a | b) {
        return None;
    }
    Some(PairCells { none: cell(0)?, first: cell(a)?, second: cell(b)?, both: cell(a | b)? })
}

fn mean_and_variance(sums: &Sums) -> Option<(f64, f64)> {
    let variance = sums.variance().filter(|_| CELL_PEOPLE_MIN <= sums.n)?;
    Some((sums.mean, variance / sums.n as f64))
}

/// Whether the person says in it that they want less: a withdrawal, a complaint, a channel off.
fn is_opt_out(fact: &Fact) -> bool {
    let stated = decision::statements_of(&fact.event);
    let withdrawn = |it: &decision::Statement| {
        it.state == ConsentState::Withdrawn && it.purpose == Purpose::Marketing
    };
    stated.iter().any(withdrawn)
        || fact.acts.iter().any(|act| match act {
            Act::State(statement) => withdrawn(statement),
            Act::Suppress(it) => it.reason == Reason::Complained,
            Act::Wish(wishes) => !wishes.channels_off.is_empty(),
            Act::Settle { .. } | Act::Mail(_) | Act::Enter(_) | Act::Send(_) | Act::Erase => false,
        })
}

fn policy_key(version: u64) -> String {
    format!("policy/{version:08}")
}

fn json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data has a JSON form")
}

fn parsed<T: for<'de> Deserialize<'de>>(key: &str, bytes: &[u8]) -> Result<T, EngineError> {
    serde_json::from_slice(bytes).map_err(|it| unreadable(key, &it.to_string()).into())
}

fn unreadable(key: &str, detail: &str) -> record::Unreadable {
    record::Unreadable { what: "what was learned", detail: format!("{key}: {detail}") }
}
