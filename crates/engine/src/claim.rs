//! The moment of sending: recheck, holdout, claim; and then the provider's answer.

use crate::batch::{Batch, Working};
use crate::broadcast::PAUSE_CHECK;
use crate::contact::{addresses, view};
use crate::draft::{Draft, Fate, Words};
use crate::facts::zone_of;
use crate::measure::is_measured;
use crate::{Engine, EngineError};
use decision::{Recheck, Slot, SlotKind, Suppression};
use delivery::Answered;
use journey::BroadcastState;
use model::{Channel, Identifier, LedgerState, MessageId, MessageState, PersonId, Reason, Reply};
use port::{Person, Sections};
use std::collections::BTreeMap;

impl Engine {
    /// Takes due messages onto the wire, as many as each provider has room for.
    pub(crate) fn claim(
        &mut self,
        batch: &mut Batch,
        room: &BTreeMap<Channel, usize>,
    ) -> Result<(), EngineError> {
        for (channel, room) in room {
            if *room == 0 {
                continue;
            }
            let looked_at = self.looked_at(*channel, *room, batch.now);
            let due = self.store.due_messages(*channel, batch.now, looked_at)?;
            batch.load(&*self.store, &mut self.memory, due.iter().map(|it| it.1))?;
            let end = batch.sends.len() + room;
            for (message, person) in due {
                if end <= batch.sends.len() {
                    break;
                }
                let Some(mut working) = batch.take(person) else { continue };
                self.claim_one(&mut working, batch, message);
                batch.put_back(working);
            }
        }
        Ok(())
    }

    fn claim_one(&mut self, working: &mut Working, batch: &mut Batch, id: MessageId) {
        let now = batch.now;
        let Some(place) = working.person.open.iter().position(|it| it.id == id) else { return };
        let (channel, due, tried) = match &working.person.open[place].state {
            MessageState::Planned { channel, at, attempt, .. } => (*channel, *at, *attempt),
            MessageState::Waiting
            | MessageState::Joined { .. }
            | MessageState::InFlight { .. }
            | MessageState::Ended { .. } => return,
        };
        if now < due {
            return;
        }
        if let Some(detail) = self.may_have_left(&working.person.open[place], due, 0 < tried) {
            self.end_as_restored(working, batch, place, detail);
            return;
        }
        // Whose time is over while it is held ends as too late, as it would have otherwise.
        let in_time = now < working.person.open[place].expires;
        if let Some(state) = self.stopped(&working.person.open[place]).filter(|_| in_time) {
            self.hold_back(working, batch, place, state);
            return;
        }
        let to = match self.recheck(working, place, now) {
            Recheck::Go { address } => address,
            Recheck::Defer { until, reason, detail } => {
                self.defer(working, batch, place, until, reason, detail);
                return;
            }
            Recheck::End { outcome, reason, detail } => {
                self.drop_message(working, batch, id, outcome, reason, &detail);
                return;
            }
        };
        if let Some((at, why)) = self.turn_of(&working.person.open[place], channel, &to, now) {
            self.defer(working, batch, place, at, Reason::Deferred, why);
            return;
        }
        if self.is_withheld(working, batch, place, channel) {
            return;
        }
        let words = match self.words(working, batch, place, channel, &to, 0 < tried) {
            Ok(words) => words,
            Err(detail) => {
                let (outcome, reason) = (LedgerState::Failed, Reason::RenderFailed);
                self.drop_message(working, batch, id, outcome, reason, &detail);
                return;
            }
        };
        let message = &mut working.person.open[place];
        batch.touch(message, false);
        if let MessageState::Planned { address, .. } = &mut message.state {
            address.clone_from(&to);
        }
        if !delivery::claim(message, now) {
            return;
        }
        working.person.contacts.claim(message, now);
        batch.receivers.push((id, working.person.id));
        let key = message.key.clone();
        batch.sends.push(Draft { message: id, key, channel, to, at: now, words });
        batch.durable = true;
        working.changed(Sections::CONTACTS);
    }

    /// The last check of all: a holdout, or the person's cell, keeps the message back, and with a cell
    /// what would have left in it.
    fn is_withheld(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        place: usize,
        channel: Channel,
    ) -> bool {
        let now = batch.now;
        let kept = self.is_kept_out(working, place, now).map(|it| format!("{it} ({channel})"));
        let cell = self.is_held_out(working, place, channel, now).then(|| format!("in {channel}"));
        if cell.is_some() && kept.is_none() {
            self.withhold_parts(working, batch, working.person.open[place].id);
        }
        let Some(detail) = kept.or(cell) else { return false };
        let message = &mut working.person.open[place];
        batch.touch(message, false);
        working.person.contacts.withhold(message, now);
        message.end(LedgerState::HeldOut, Reason::HeldOut, now, detail);
        working.changed(Sections::CONTACTS);
        true
    }

    /// What the message says. A mail with others in it is written out here, since one that they make
    /// too long leaves without them.
    fn words(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        place: usize,
        channel: Channel,
        to: &Identifier,
        again: bool,
    ) -> Result<Words, String> {
        let id = working.person.open[place].id;
        if channel != Channel::Email {
            self.free_parts(working, batch, id, "it leaves by another channel");
        }
        let parts = self.parts_of(working, batch, id, to, again);
        let unwritten = self.unwritten(&working.person, &working.person.open[place], batch.now);
        if parts.is_empty() {
            return Ok(Words::Open(Box::new(unwritten)));
        }
        let whole = unwritten.payload(channel, &parts);
        if whole.is_err() {
            self.free_parts(working, batch, id, "the mail would be too long with it");
        }
        whole.or_else(|_| unwritten.payload(channel, &[])).map(Words::Written)
    }

    /// A message of a broadcast that was paused waits; of one that was cancelled it ends.
    fn hold_back(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        place: usize,
        state: BroadcastState,
    ) {
        let message = &mut working.person.open[place];
        if state == BroadcastState::Cancelled {
            let id = message.id;
            let (outcome, reason) = (LedgerState::Dropped, Reason::Cancelled);
            self.drop_message(working, batch, id, outcome, reason, "");
            return;
        }
        batch.touch(message, false);
        if let MessageState::Planned { at, .. } = &mut message.state {
            *at = batch.now + PAUSE_CHECK;
        }
    }

    fn recheck(&self, working: &Working, place: usize, now: model::Timestamp) -> Recheck {
        let person = &working.person;
        let addresses = addresses(person);
        let zone = zone_of(person);
        let view = view(person, &addresses, self.providers, zone.as_deref());
        let policy = Engine::policy_for(&self.loaded, person, now);
        decision::recheck(&person.open[place], &view, policy, now)
    }

    fn defer(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        place: usize,
        until: model::Timestamp,
        reason: Reason,
        detail: String,
    ) {
        let message = &mut working.person.open[place];
        batch.touch(message, false);
        message.note(batch.now, reason, detail);
        if let MessageState::Planned { channel, at, deferred, .. } = &mut message.state {
            (*at, *deferred) = (until, true);
            let channel = *channel;
            let slot = Slot::of(message, channel, until, SlotKind::Reserved);
            working.person.contacts.reserve(slot);
            working.changed(Sections::CONTACTS);
        }
    }

    /// What providers said.
    pub(crate) fn take_answers(
        &mut self,
        batch: &mut Batch,
        answers: &[(MessageId, Fate)],
    ) -> Result<(), EngineError> {
        for (id, fate) in answers {
            batch.worked = true;
            let Some(person) = self.person_of(batch, *id)? else {
                self.stats.late_answers += 1;
                continue;
            };
            let Some(mut working) = batch.take(person) else { continue };
            self.take_answer(&mut working, batch, *id, fate);
            batch.put_back(working);
        }
        Ok(())
    }

    fn take_answer(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        id: MessageId,
        fate: &Fate,
    ) {
        let now = batch.now;
        let Some(place) = working.person.open.iter().position(|it| it.id == id) else {
            self.stats.late_answers += 1;
            return;
        };
        let message = &mut working.person.open[place];
        batch.touch(message, false);
        let address = match &message.state {
            MessageState::InFlight { channel, address, .. } => Some((*channel, address.clone())),
            MessageState::Waiting
            | MessageState::Planned { .. }
            | MessageState::Joined { .. }
            | MessageState::Ended { .. } => None,
        };
        let answered = match fate {
            Fate::Answered(reply) => delivery::answer(message, reply, &self.settings.retries, now),
            Fate::Unwritten(why) => delivery::unwritten(message, why, now),
        };
        let contacts = &mut working.person.contacts;
        match answered {
            Answered::Sent => {
                contacts.confirm(id);
            }
            Answered::Unknown => {
                contacts.keep(id);
            }
            Answered::Failed => {
                contacts.release(id, now);
            }
            Answered::RetryAt(at) => {
                if let Some(channel) = message.channel() {
                    contacts.reserve(Slot::of(message, channel, at, SlotKind::Reserved));
                }
            }
            Answered::Ignored => self.stats.late_answers += 1,
        }
        working.changed(Sections::CONTACTS);
        if matches!(answered, Answered::Sent) {
            self.follow(working, id, now);
        }
        let (Fate::Answered(reply), Some((channel, address))) = (fate, address) else { return };
        self.heard(batch, &working.person.open[place], (channel, &address), reply);
        if matches!(reply, Reply::Refused { dead: true, .. }) {
            let suppression = Suppression { address, reason: Reason::Bounced, at: now };
            working.person.consents.suppress(suppression);
            working.changed(Sections::CONSENTS);
        }
    }

    /// Messages that an earlier process left on the wire: nobody knows, so nobody sends again.
    pub(crate) fn end_what_was_left_in_flight(
        &mut self,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        if self.in_flight_checked {
            return Ok(());
        }
        let left: Vec<(MessageId, PersonId)> = (self.store.in_flight()?.into_iter())
            .filter(|(message, _)| !self.flying.contains_key(message))
            .collect();
        for (id, person) in left {
            let person = self.person_now(batch, person)?;
            let Some(mut working) = batch.take(person) else { continue };
            if let Some(message) = working.person.open.iter_mut().find(|it| it.id == id) {
                batch.touch(message, false);
                delivery::found_in_flight(message, batch.now);
                working.person.contacts.keep(id);
                working.changed(Sections::CONTACTS);
            }
            batch.put_back(working);
        }
        self.in_flight_checked = true;
        Ok(())
    }

    /// A later word about a message whose end is not known.
    pub(crate) fn settle(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        id: MessageId,
        delivered: bool,
        detail: &str,
    ) -> Result<(), EngineError> {
        // Ended messages are not part of the person; bring this one back for the change.
        if working.person.open.iter().all(|it| it.id != id) {
            let Some(message) = self.store.message(id)? else { return Ok(()) };
            if self.owner_now(batch, message.person)? != working.person.id {
                tracing::warn!(message = %id, "a word about somebody else's message was left out");
                return Ok(());
            }
            working.person.open.push(message);
        }
        let Some(message) = working.person.open.iter_mut().find(|it| it.id == id) else {
            return Ok(());
        };
        batch.touch(message, false);
        delivery::settle(message, delivered, batch.now, detail);
        let contacts = &mut working.person.contacts;
        match message.ledger_state() {
            LedgerState::Sent => {
                contacts.confirm(id);
            }
            LedgerState::Failed => {
                contacts.release(id, batch.now);
            }
            LedgerState::Suppressed
            | LedgerState::HeldOut
            | LedgerState::Dropped
            | LedgerState::Merged
            | LedgerState::Unknown
            | LedgerState::Pending => {}
        }
        working.changed(Sections::CONTACTS);
        Ok(())
    }

    fn person_of(
        &mut self,
        batch: &mut Batch,
        id: MessageId,
    ) -> Result<Option<PersonId>, EngineError> {
        let person = match self.flying.get(&id) {
            Some(person) => Some(*person),
            None => self.store.message(id)?.map(|it| it.person),
        };
        person.map(|it| self.person_now(batch, it)).transpose()
    }

    /// Whether the last check of all, the measurement panel's cell, keeps the message back.
    fn is_held_out(
        &mut self,
        working: &mut Working,
        place: usize,
        channel: Channel,
        now: model::Timestamp,
    ) -> bool {
        let loaded = self.loaded.clone();
        let Some(panel) = &loaded.programme.policy.panel else { return false };
        if !panel.channels.contains(&channel)
            || working.person.open[place].purpose == model::Purpose::Transactional
        {
            return false;
        }
        if !is_measured(&working.person, &loaded, now) {
            return false;
        }
        self.assign(working, now);
        self.start_counting(working, now);
        let Some(entry) = &working.person.panel else { return false };
        let message = &working.person.open[place];
        decision::panel::withholds(&entry.assignment, panel, message, channel)
    }
}

/// The identifiers that stand for the person in the panel.
pub(crate) fn panel_identifiers(person: &Person) -> Vec<Identifier> {
    person.known.identifiers.keys().cloned().collect()
}
