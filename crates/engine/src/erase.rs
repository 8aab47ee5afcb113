//! Forgetting a person: the state at once, what the log holds of them within days, and for good that
//! nobody writes to their addresses again.
//!
//! What stays of an address is a keyed hash. When the address comes again, with whatever event, it
//! is closed for every message. It opens with a consent of its owner that was said after the
//! erasure, and then the hash goes too.

use crate::batch::{Batch, Working};
use crate::{Engine, EngineError, Keys};
use decision::{ConsentState, Statement, Suppression};
use model::{
    Channel, Event, Identifier, IdentifierKind, LedgerState, Map, Message, MessageId, MessageState,
    PersonId, Reason, Timestamp,
};
use port::{Catalog, Entry, Space};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Stands in place of a person who was erased. Ids begin with 1.
pub const NOBODY: PersonId = PersonId(0);

/// Messages of an erased person that are read at a time.
const ROWS_AT_ONCE: usize = 1_000;

/// In the same space as the hashes: whose records the log still holds.
pub(crate) const SWEEP: &str = "sweep/";

/// What a record of the send journal begins with that is no message's key.
const JOURNALLED: &[u8] = b"erased ";

/// An erasure, as it is kept outside the state: by it a restored backup forgets the person again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Erasure {
    pub at: Timestamp,
    /// The person, and those who had become part of them.
    pub ids: BTreeSet<PersonId>,
    /// Of all their identifiers.
    pub hashes: BTreeSet<String>,
}

/// The keyed hash of an identifier: whoever does not hold the key cannot try addresses.
pub fn fingerprint(keys: &Keys, identifier: &Identifier) -> String {
    let (kind, value) = (identifier.kind.name().as_bytes(), identifier.value.as_bytes());
    let half = |name: &[u8]| keys.chance.draw(&[name, kind, value]).bits();
    format!("{:016x}{:016x}", half(b"erased-1"), half(b"erased-2"))
}

impl Erasure {
    /// As the send journal keeps it, among the keys of messages.
    pub fn journalled(&self) -> Vec<u8> {
        let json = serde_json::to_vec(self).expect("plain data has a JSON form");
        [JOURNALLED, &json].concat()
    }

    pub fn of_journal(record: &[u8]) -> Option<Erasure> {
        serde_json::from_slice(record.strip_prefix(JOURNALLED)?).ok()
    }

    /// Whether something that was received then, with these identifiers or for this person, is of
    /// the person and from before the erasure.
    pub fn covers(
        &self,
        keys: &Keys,
        person: Option<PersonId>,
        identifiers: &[Identifier],
        received: Timestamp,
    ) -> bool {
        let named = || identifiers.iter().any(|it| self.hashes.contains(&fingerprint(keys, it)));
        match person {
            Some(id) => self.ids.contains(&id),
            None => received <= self.at && named(),
        }
    }
}

/// The hashes of all identifiers of erased persons, with the time of the erasure.
pub(crate) type Erased = BTreeMap<String, Timestamp>;

pub(crate) fn read_all(views: &(impl Catalog + ?Sized)) -> Result<Erased, EngineError> {
    let mut erased = Erased::new();
    for (key, value) in views.list(Space::Erased, "")? {
        if !key.starts_with(SWEEP) {
            erased.insert(key, read(&value)?);
        }
    }
    Ok(erased)
}

/// The erasures of which the log still holds something.
pub(crate) fn to_sweep(
    views: &(impl Catalog + ?Sized),
) -> Result<Vec<(String, Erasure)>, EngineError> {
    let listed = views.list(Space::Erased, SWEEP)?;
    listed.into_iter().map(|(key, value)| Ok((key, read(&value)?))).collect()
}

fn read<T: for<'de> Deserialize<'de>>(value: &[u8]) -> Result<T, EngineError> {
    let unreadable = |error: serde_json::Error| record::Unreadable {
        what: "erasure",
        detail: error.to_string(),
    };
    Ok(serde_json::from_slice(value).map_err(unreadable)?)
}

fn put<T: Serialize>(key: String, value: &T) -> Entry {
    let value = serde_json::to_vec(value).expect("plain data has a JSON form");
    Entry::put(Space::Erased, key, value)
}

impl Engine {
    /// Forgets the person, and everybody who had become part of them.
    pub(crate) fn erase(&mut self, batch: &mut Batch, working: Working) -> Result<(), EngineError> {
        let mut person = working.person;
        let at = batch.now;
        let ids = self.ids_of(batch, person.id)?;
        let memberships: Vec<String> = person.profile.memberships().keys().cloned().collect();
        self.tally_union(&memberships, &[], at);
        self.steps.follow(&person.runs, &journey::Runs::default());
        self.forget_tasks(batch, &ids)?;
        for run in person.runs.active() {
            self.tallies.journeys.entry(run.journey.clone()).or_default().ended += 1;
        }
        self.tallies_changed = true;
        let open = std::mem::take(&mut person.open);
        let mut done: BTreeSet<MessageId> = open.iter().map(|it| it.id).collect();
        for mut message in open {
            end_open(&mut message, batch);
            batch.left.push(without_person(message));
        }
        for id in &ids {
            let mut before = None;
            loop {
                let rows = self.store.messages_of(*id, before, ROWS_AT_ONCE)?;
                let Some(last) = rows.last() else { break };
                before = Some(last.id);
                let rows = rows.into_iter().filter(|it| done.insert(it.id));
                batch.left.extend(rows.map(without_person));
            }
        }
        let hashes: BTreeSet<String> =
            person.known.identifiers.keys().map(|it| fingerprint(&self.keys, it)).collect();
        for hash in &hashes {
            self.erased.insert(hash.clone(), at);
            batch.entries.push(put(hash.clone(), &at));
        }
        let erasure = Erasure { at, ids: ids.iter().copied().collect(), hashes };
        batch.entries.push(put(format!("{SWEEP}{}", person.id), &erasure));
        batch.erasures.push(erasure);
        batch.forget(&ids);
        self.tell_erased(&person, batch, &memberships);
        batch.durable = true;
        self.stats.erased += 1;
        tracing::info!(person = %person.id, "a person was erased");
        Ok(())
    }

    /// What somebody erased did before, and comes up only now.
    pub(crate) fn is_of_erased(&self, event: &Event, identifiers: &[Identifier]) -> bool {
        let before = |it: &Identifier| {
            self.erased.get(&fingerprint(&self.keys, it)).is_some_and(|at| event.received <= *at)
        };
        !self.erased.is_empty() && identifiers.iter().any(before)
    }

    /// A yes that was said after the erasure opens the addresses that it came with.
    pub(crate) fn reopen(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        event: &Event,
        said: &Statement,
    ) {
        if said.state != ConsentState::Granted || self.erased.is_empty() {
            return;
        }
        let came_with = event.identifiers();
        let opens = |it: &Suppression| {
            let about = match &said.address {
                Some(address) => *address == it.address,
                None => came_with.contains(&it.address),
            };
            let by = said.channel.is_none_or(|channel| reaches(channel, it.address.kind));
            it.reason == Reason::Erased && it.at < said.at && about && by
        };
        let consents = &mut working.person.consents;
        let opened: Vec<Identifier> = consents
            .suppressed()
            .iter()
            .filter(|it| opens(it))
            .map(|it| it.address.clone())
            .collect();
        for address in opened {
            consents.forget_erasure(&address);
            let hash = fingerprint(&self.keys, &address);
            self.erased.remove(&hash);
            batch.entries.push(Entry::delete(Space::Erased, hash));
        }
    }

    /// Before the commit, so that no backup can outlive what was promised.
    pub(crate) fn journal_erasures(&mut self, batch: &mut Batch) -> Result<(), EngineError> {
        let records: Vec<Vec<u8>> =
            std::mem::take(&mut batch.erasures).iter().map(Erasure::journalled).collect();
        match &mut self.journal {
            Some(journal) if !records.is_empty() => Ok(journal.record(records)?),
            Some(_) | None => Ok(()),
        }
    }
}

/// An address that joins a person stays closed if its owner was erased.
pub(crate) fn closed(erased: &Erased, keys: &Keys, it: &Identifier) -> Option<Suppression> {
    if erased.is_empty() {
        return None;
    }
    let at = *erased.get(&fingerprint(keys, it))?;
    Some(Suppression { address: it.clone(), reason: Reason::Erased, at })
}

/// Whether an identifier of this kind is an address in the channel.
fn reaches(channel: Channel, kind: IdentifierKind) -> bool {
    match channel {
        Channel::Email => kind == IdentifierKind::Email,
        Channel::Push => kind == IdentifierKind::DeviceToken,
        Channel::Sms => kind == IdentifierKind::Phone,
        Channel::Social => kind == IdentifierKind::Handle,
        Channel::Onsite => {
            matches!(kind, IdentifierKind::UserId | IdentifierKind::AnonymousId)
        }
        Channel::Webhook => kind == IdentifierKind::UserId,
    }
}

/// What waits is not sent. Of what is on the wire nobody will be told how it ended.
fn end_open(message: &mut Message, batch: &mut Batch) {
    let outcome = match &message.state {
        MessageState::Waiting | MessageState::Planned { .. } | MessageState::Joined { .. } => {
            LedgerState::Dropped
        }
        MessageState::InFlight { .. } => LedgerState::Unknown,
        MessageState::Ended { .. } => return,
    };
    batch.touch(message, false);
    message.end(outcome, Reason::Erased, batch.now, "");
}

/// What the ledger needs to count, and nothing of whom it was about.
fn without_person(message: Message) -> Message {
    let bare = |it: model::TrailEntry| model::TrailEntry { detail: String::new(), ..it };
    Message {
        person: NOBODY,
        key: format!("erased/{}", message.id),
        vars: Map::new(),
        to: None,
        trail: message.trail.into_iter().map(bare).collect(),
        ..message
    }
}
