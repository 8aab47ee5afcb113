//! Events of an import by the team, which may also say that an address is closed.

use crate::event::{event_from_json, refuse};
use crate::{Arrival, Limits, Refusal};
use model::{Event, Identifier, IdentifierKind, Reason, Rejection};
use serde::Deserialize;

/// An address that nothing may be sent to, from the event's time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    pub address: Identifier,
    pub reason: Reason,
}

/// Why an address may be closed by an import. The other reasons come about here.
const REASONS: [Reason; 3] = [Reason::Bounced, Reason::Complained, Reason::Blocked];

/// Reads an event as [`event_from_json`] does, and beside its fields
/// `"suppress": {"address": …, "reason": "bounced" | "complained" | "blocked"}`. The address must be one
/// of the event's own identifiers: nobody's address is closed by what happened to somebody else.
pub fn import_from_json(
    text: &str,
    arrival: &Arrival,
    limits: &Limits,
) -> Result<(Event, Option<Closing>), Refusal> {
    #[derive(Deserialize)]
    struct Beside {
        #[serde(default)]
        suppress: Option<Suppress>,
    }
    #[derive(Deserialize)]
    struct Suppress {
        address: String,
        reason: String,
    }
    let event = event_from_json(text, arrival, limits)?;
    let wrong = |detail: &str| refuse(Rejection::BadField, format!("`suppress` {detail}"));
    let suppress = match serde_json::from_str::<Beside>(text) {
        Ok(beside) => beside.suppress,
        Err(_) => return wrong("needs the texts `address` and `reason`"),
    };
    let Some(suppress) = suppress else { return Ok((event, None)) };
    let Some(reason) = REASONS.into_iter().find(|it| it.code() == suppress.reason) else {
        return wrong("knows the reasons bounced, complained and blocked");
    };
    let kind = match suppress.address.contains('@') {
        true => IdentifierKind::Email,
        false => IdentifierKind::Phone,
    };
    let address = Identifier::new(kind, &suppress.address);
    match event.identifiers().contains(&address) {
        true => Ok((event, Some(Closing { address, reason }))),
        false => wrong("names an address that is none of the event's identifiers"),
    }
}
