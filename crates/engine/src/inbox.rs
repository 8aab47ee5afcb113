//! What waits on the site: put there for its provider, taken out once it was dealt with, and whether its
//! person still wants to see it.

use crate::batch::Batch;
use crate::contact::view;
use crate::erase::NOBODY;
use crate::facts::zone_of;
use crate::rehearsal::NOTHING;
use crate::{Engine, EngineError, Loaded};
use model::{Channel, ChannelSet, LedgerState, Message, MessageState, Timestamp};
use port::{INBOX_MAX, InboxItem, Person, Placed};
use std::collections::BTreeMap;
use std::sync::OnceLock;

impl Engine {
    /// Into the inbox with this batch; or `refused` says why not.
    pub(crate) fn place(
        &mut self,
        batch: &mut Batch,
        item: &InboxItem,
        refused: &OnceLock<Placed>,
    ) -> Result<(), EngineError> {
        let asked = std::slice::from_ref(&item.to);
        let mut item = item.clone();
        let refuse = |why: Placed| {
            let _ = refused.set(why);
        };
        match item.message.filter(|it| *it != NOTHING) {
            None => {
                item.message = None;
                item.person = self.store.owners(asked)?.pop().flatten();
            }
            Some(id) => {
                // An erasure may have been faster than the provider.
                let message = self.store.message(id)?.filter(|it| it.person != NOBODY);
                let Some(message) = message else {
                    refuse(Placed::Erased);
                    return Ok(());
                };
                (item.person, item.until) = (Some(message.person), message.expires);
            }
        }
        let waiting = self.store.waiting(asked, batch.now, INBOX_MAX)?;
        let here = batch.inbox.iter().filter(|it| it.to == item.to);
        let is_new = waiting.iter().chain(here.clone()).all(|it| it.key != item.key);
        if is_new && INBOX_MAX <= waiting.len() + here.count() {
            refuse(Placed::Full);
            return Ok(());
        }
        batch.inbox.push(item);
        Ok(())
    }
}

/// Whether a message that waits on the site may be shown to its person: it counts as sent, and nothing that
/// they said since then stands against it.
pub fn may_be_shown(
    item: &InboxItem,
    message: &Message,
    person: &Person,
    loaded: &Loaded,
    now: Timestamp,
) -> bool {
    let is_sent = match &message.state {
        MessageState::Ended { outcome, .. } => {
            matches!(outcome, LedgerState::Sent | LedgerState::Unknown)
        }
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => false,
    };
    let addresses = BTreeMap::from([(Channel::Onsite, item.to.clone())]);
    let zone = zone_of(person);
    let own = ChannelSet::EMPTY.with(Channel::Onsite);
    let view = view(person, &addresses, own, zone.as_deref());
    let policy = Engine::policy_for(loaded, person, now);
    is_sent && decision::still_wanted(message, Channel::Onsite, &view, policy, now).is_ok()
}
