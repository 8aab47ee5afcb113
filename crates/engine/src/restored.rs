//! After a restore: what left between the backup and the loss of the machine is not known here. Where the send
//! journal survives it says so; without it, whatever was due by then ends unknown and is not sent.

use crate::Engine;
use crate::batch::{Batch, Working};
use crate::status::BroadcastStatus;
use model::{LedgerState, Message, MessageId, MessageState, Reason, Timestamp};
use port::Sections;
use std::collections::BTreeMap;

/// The messages of a person before their time came, and whether each had one of its own.
pub(crate) struct Before(BTreeMap<MessageId, bool>);

impl Before {
    pub fn of(working: &Working) -> Before {
        let open = working.person.open.iter();
        Before(open.map(|it| (it.id, !matches!(it.state, MessageState::Waiting))).collect())
    }
}

impl Engine {
    /// Whether something that was due then may have happened already, and nobody knows.
    pub(crate) fn was_due_when_lost(&self, due: Timestamp) -> bool {
        self.restored.as_ref().is_some_and(|it| !it.journal && due <= it.at)
    }

    /// Whether a broadcast was going out when the machine was lost, to whom nobody knows.
    pub(crate) fn was_going_when_lost(&self, status: &BroadcastStatus) -> bool {
        let Some(restored) = self.restored.as_ref().filter(|it| !it.journal) else { return false };
        let wave = status.waves.get(status.place.wave).and_then(|it| it.due);
        status.progress.started_at.is_none_or(|it| it <= restored.at)
            && wave.is_none_or(|it| it <= restored.at)
    }

    /// What came to be, or was given its time, just now and was due when the machine was lost.
    pub(crate) fn end_what_may_have_left(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        before: &Before,
    ) {
        let Some(at) = self.restored.as_ref().map(|it| it.at) else { return };
        for place in 0..working.person.open.len() {
            let message = &working.person.open[place];
            let had_its_time = before.0.get(&message.id);
            let new = had_its_time.is_none();
            let given = matches!(message.state, MessageState::Planned { .. })
                && had_its_time == Some(&false);
            if message.ledger_state() == LedgerState::Pending && (new || given) {
                let detail = format!("from before the restore on {at}");
                self.end_as_restored(working, batch, place, detail);
            }
        }
        self.schedule(working, batch.now);
    }

    /// After a restore: why this message is not sent now. It was due between the backup and then, or
    /// it left earlier than it was due, in another mail. `again`: a later try of what was claimed since.
    pub(crate) fn may_have_left(
        &mut self,
        message: &Message,
        due: Timestamp,
        again: bool,
    ) -> Option<String> {
        let restored = self.restored.as_ref()?;
        let was_due = due <= restored.at;
        let journal = self.journal.as_mut().filter(|_| restored.journal);
        let Some(journal) = journal else {
            let may_have_joined = message.digest && message.created <= restored.since && !again;
            return (was_due || may_have_joined)
                .then(|| format!("from before the restore on {}", restored.at));
        };
        if again && !was_due {
            return None;
        }
        match journal.contains(&message.key) {
            Ok(false) => None,
            Ok(true) => Some("the send journal says that it was on its way".to_owned()),
            Err(error) => Some(format!("the send journal cannot be read: {error}")),
        }
    }

    pub(crate) fn end_as_restored(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        place: usize,
        detail: String,
    ) {
        let message = &mut working.person.open[place];
        batch.touch(message, false);
        message.end(LedgerState::Unknown, Reason::Restored, batch.now, detail);
        working.person.contacts.keep(message.id);
        working.changed(Sections::CONTACTS);
    }
}
