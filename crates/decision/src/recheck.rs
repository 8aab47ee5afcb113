//! The last look before a planned message is sent: much may have changed while it waited.

use crate::gates::{Gates, outcome_of};
use crate::{PersonView, Policy, Slot, SlotKind};
use model::{Channel, Identifier, LedgerState, Message, MessageState, Purpose, Reason, Timestamp};

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recheck {
    /// Send it, to this address: the person may have a newer one than when it was planned.
    Go { address: Identifier },
    /// Plan it again for `until`, and move its reservation there.
    Defer { until: Timestamp, reason: Reason, detail: String },
    /// End it, and release its slot.
    End { outcome: LedgerState, reason: Reason, detail: String },
}

/// Asked at the moment of sending, after the message was due and before it is claimed.
///
/// What was promised when it was planned holds: other reservations do not push it away. But places
/// are counted by when messages really went out, so one that is late may have to wait again.
pub fn recheck(message: &Message, view: &PersonView, policy: &Policy, now: Timestamp) -> Recheck {
    let channel = match &message.state {
        MessageState::Planned { channel, .. } => *channel,
        MessageState::Waiting => {
            let detail = "has no plan yet".to_owned();
            let until = now.max(message.created + policy.window);
            return Recheck::Defer { until, reason: Reason::Deferred, detail };
        }
        MessageState::Joined { host } => {
            let (reason, detail) = (Reason::Digested, format!("leaves with {host}"));
            return Recheck::Defer { until: message.expires, reason, detail };
        }
        MessageState::InFlight { since, .. } => {
            let detail = format!("on the wire since {since}");
            let (outcome, reason) = (LedgerState::Unknown, Reason::FoundInFlight);
            return Recheck::End { outcome, reason, detail };
        }
        MessageState::Ended { outcome, reason, at, .. } => {
            let detail = format!("ended {at}");
            return Recheck::End { outcome: *outcome, reason: *reason, detail };
        }
    };
    if message.expires <= now {
        let detail = format!("expired {}", message.expires);
        return Recheck::End { outcome: LedgerState::Dropped, reason: Reason::Late, detail };
    }
    let gates = Gates::new(view, policy, now);
    let address = match gates.address(message, channel) {
        Ok(address) => address.clone(),
        Err((reason, detail)) => {
            return Recheck::End { outcome: outcome_of(reason), reason, detail };
        }
    };
    if message.purpose == Purpose::Transactional {
        return Recheck::Go { address };
    }
    let others: Vec<&Slot> =
        view.contacts.slots().iter().filter(|it| it.message != message.id).collect();
    let reserved = view.contacts.slot(message.id).is_some();
    let counted: Vec<&Slot> =
        others.iter().copied().filter(|it| !reserved || it.kind != SlotKind::Reserved).collect();
    let stops = gates.stops(&counted, channel, message, now);
    let Some(stop) = stops.into_iter().next() else { return Recheck::Go { address } };
    match gates.first_free(&others, channel, message, now, message.expires) {
        Ok(until) => {
            let (reason, detail) = (stop.reason(), gates.detail(channel, &stop));
            Recheck::Defer { until, reason, detail }
        }
        Err(stop) => Recheck::End {
            outcome: LedgerState::Dropped,
            reason: stop.reason(),
            detail: format!("{}; expires {}", gates.detail(channel, &stop), message.expires),
        },
    }
}

/// Asked of a message that left and waits where its reader comes by: what the person said since then, if
/// it stands against it. Limits and nights are about when it left, and are not asked again.
pub fn still_wanted(
    message: &Message,
    channel: Channel,
    view: &PersonView,
    policy: &Policy,
    now: Timestamp,
) -> Result<(), (Reason, String)> {
    Gates::new(view, policy, now).address(message, channel)?;
    let paused = view.consents.wishes().paused_until.filter(|until| now < *until);
    match paused.filter(|_| message.purpose != Purpose::Transactional) {
        Some(until) => Err((Reason::Paused, format!("{channel}: paused until {until}"))),
        None => Ok(()),
    }
}
