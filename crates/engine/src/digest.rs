//! Digests, carried out: what leaves as a part of another mail, when that mail leaves and after.

use crate::Engine;
use crate::batch::{Batch, Working};
use crate::contact::{addresses, view};
use crate::facts::zone_of;
use content::Part;
use decision::digest;
use journey::BroadcastState;
use model::{Identifier, LedgerState, Message, MessageId, MessageState, Reason, Timestamp};

impl Engine {
    /// The parts of a mail that leaves now. What may not leave any more ends, each with its reason.
    /// `again`: the mail was tried before.
    pub(crate) fn parts_of(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        host: MessageId,
        to: &Identifier,
        again: bool,
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        for id in joined(&working.person.open, host) {
            let Some(place) = place_of(working, id) else { continue };
            if let Some(detail) = self.may_have_left(&working.person.open[place], batch.now, again)
            {
                let (outcome, reason) = (LedgerState::Unknown, Reason::Restored);
                self.drop_message(working, batch, id, outcome, reason, &detail);
                continue;
            }
            match self.allowed_part(working, place, to, batch.now) {
                Ok(part) => {
                    batch.parts.push(working.person.open[place].key.clone());
                    parts.push(part);
                }
                Err(Stopped::Held) => {
                    free(working, batch, place, "its campaign is paused");
                    self.schedule(working, batch.now);
                }
                Err(Stopped::For(outcome, reason, detail)) => {
                    self.drop_message(working, batch, id, outcome, reason, &detail);
                }
            }
        }
        parts
    }

    fn allowed_part(
        &mut self,
        working: &mut Working,
        place: usize,
        to: &Identifier,
        now: Timestamp,
    ) -> Result<Part, Stopped> {
        match self.stopped(&working.person.open[place]) {
            Some(BroadcastState::Cancelled) => {
                return Err(Stopped::For(LedgerState::Dropped, Reason::Cancelled, String::new()));
            }
            Some(_) => return Err(Stopped::Held),
            None => {}
        }
        let person = &working.person;
        let (addresses, zone) = (addresses(person), zone_of(person));
        let seen = view(person, &addresses, self.providers, zone.as_deref());
        let policy = Engine::policy_for(&self.loaded, person, now);
        digest::recheck_part(&person.open[place], to, &seen, policy, now)
            .map_err(|(outcome, reason, detail)| Stopped::For(outcome, reason, detail))?;
        if let Some(from) = self.is_kept_out(working, place, now) {
            let detail = format!("{from} (email)");
            return Err(Stopped::For(LedgerState::HeldOut, Reason::HeldOut, detail));
        }
        let part = self.unwritten(&working.person, &working.person.open[place], now).part();
        part.map_err(|it| Stopped::For(LedgerState::Failed, Reason::RenderFailed, it))
    }

    /// The person's cell keeps a mail back, and with it what would have left in it.
    pub(crate) fn withhold_parts(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        host: MessageId,
    ) {
        for id in joined(&working.person.open, host) {
            let (outcome, reason) = (LedgerState::HeldOut, Reason::HeldOut);
            self.drop_message(working, batch, id, outcome, reason, "in email");
        }
    }

    /// Lets everything go that joined a mail: it competes again.
    pub(crate) fn free_parts(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        host: MessageId,
        why: &str,
    ) {
        let joined = joined(&working.person.open, host);
        if joined.is_empty() {
            return;
        }
        for id in joined {
            let Some(place) = place_of(working, id) else { continue };
            free(working, batch, place, why);
        }
        self.schedule(working, batch.now);
    }

    /// What joined a mail ends when the mail has left, and competes again when it will not leave.
    pub(crate) fn settle_parts(&mut self, working: &mut Working, batch: &mut Batch) {
        let open = &working.person.open;
        let mut changed: Vec<(MessageId, MessageId, digest::Part)> = Vec::new();
        for message in open {
            let MessageState::Joined { host } = message.state else { continue };
            let part = digest::part(message, open.iter().find(|it| it.id == host));
            if part != digest::Part::Waits {
                changed.push((message.id, host, part));
            }
        }
        if changed.is_empty() {
            return;
        }
        batch.worked = true;
        for (id, host, part) in changed {
            let Some(place) = place_of(working, id) else { continue };
            if part == digest::Part::Left {
                let message = &mut working.person.open[place];
                batch.touch(message, false);
                let (outcome, reason) = (LedgerState::Merged, Reason::Digested);
                message.end(outcome, reason, batch.now, format!("left as a part of {host}"));
            } else {
                free(working, batch, place, &format!("{host} does not take it along"));
            }
        }
        self.schedule(working, batch.now);
    }
}

/// Why a part stays behind when its mail leaves.
enum Stopped {
    /// It may leave later.
    Held,
    For(LedgerState, Reason, String),
}

fn joined(open: &[Message], host: MessageId) -> Vec<MessageId> {
    let joined = |it: &&Message| it.state == MessageState::Joined { host };
    open.iter().filter(joined).map(|it| it.id).collect()
}

fn place_of(working: &Working, id: MessageId) -> Option<usize> {
    working.person.open.iter().position(|it| it.id == id)
}

fn free(working: &mut Working, batch: &mut Batch, place: usize, why: &str) {
    let message = &mut working.person.open[place];
    batch.touch(message, false);
    message.note(batch.now, Reason::Deferred, format!("{why}; it competes again"));
    message.state = MessageState::Waiting;
}
