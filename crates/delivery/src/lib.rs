//! One message on its way to one person: when to send, when to wait, when to stop.
//!
//! Pure: `now` and the channel's reply come in, the message's next state comes out, and nothing
//! here can fail. Store the message *after* [`claim`] and *before* calling the provider: found in
//! flight after a crash it ends as unknown ([`found_in_flight`]) instead of reaching someone twice.
//! Each change of state that somebody may ask about leaves a trail entry with its reason.

mod brake;
mod hook;
mod pace;
mod posting;

pub use brake::{Brake, BrakeRules, Harm, Word};
pub use hook::{HOOK_DELAYS, HookFate, after_try};

pub use pace::{Held, Holding, Pace, PaceRules, Rate, Turn, WarmUp};
pub use posting::{
    PartState, PostAnswer, PostCount, PostNote, PostTask, PostWish, Posting, Standing, Wire, Wished,
};

use model::{Identifier, LedgerState, Message, MessageState, Reason, Reply, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest wait that a provider may ask for. A provider that wants more is broken or hostile,
/// and most messages expire within days: a day later is a fresh start either way.
pub const RETRY_AFTER_MAX: Span = Span::DAY;

/// How much of a provider's words a trail entry keeps: a line, not a page.
pub const DETAIL_MAX_CHARS: usize = 300;

/// When to try again after a provider said "later". The length is the only bound on the number of
/// tries: n delays allow n + 1 of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetryPolicy {
    pub delays: Vec<Span>,
}

/// What became of a message through a reply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    Sent,
    RetryAt(Timestamp),
    Failed,
    Unknown,
    /// The message was not on the wire: a late or repeated reply, which changes nothing.
    Ignored,
}

impl Default for RetryPolicy {
    /// One minute for a hiccup, five for greylisting (RFC 6647 suggests that senders wait about as
    /// long), then what a restart, an overload and an outage of a working day take. Together nearly
    /// nine hours; RFC 5321 would allow days, but marketing that late has lost its moment.
    fn default() -> RetryPolicy {
        let delays = vec![
            Span::minutes(1),
            Span::minutes(5),
            Span::minutes(30),
            Span::hours(2),
            Span::hours(6),
        ];
        RetryPolicy { delays }
    }
}

/// Begins the provider's id in the trail.
const PROVIDER_ID: &str = "provider id";

/// Takes a planned message that is due onto the wire: `Planned` becomes `InFlight`, whose `attempt`
/// is the number of this try, from 1. Anything else, or a message before its time, is left alone.
///
/// No trail entry: `InFlight` itself says since when and which try, and the reply's entry (or
/// [`found_in_flight`]'s) repeats the try, so one per try would only lengthen stored trails.
pub fn claim(message: &mut Message, now: Timestamp) -> bool {
    let MessageState::Planned { channel, address, at, attempt, deferred: _ } = &message.state
    else {
        return false;
    };
    if now < *at {
        return false;
    }
    message.state = MessageState::InFlight {
        channel: *channel,
        address: address.clone(),
        since: now,
        attempt: attempt.saturating_add(1),
    };
    true
}

/// Takes the provider's reply to the try that is on the wire. After `Refused { dead: true }` the
/// caller also suppresses the address: that belongs to the person, not to this message.
pub fn answer(
    message: &mut Message,
    reply: &Reply,
    policy: &RetryPolicy,
    now: Timestamp,
) -> Answered {
    let MessageState::InFlight { attempt, .. } = message.state else {
        return Answered::Ignored;
    };
    match reply {
        Reply::Accepted { provider_id } => {
            let detail = on_try(attempt, &if_any(PROVIDER_ID, provider_id));
            message.end(LedgerState::Sent, Reason::Sent, now, detail);
            Answered::Sent
        }
        Reply::Deferred { detail, retry_after } => {
            defer(message, detail, *retry_after, policy, now)
        }
        Reply::Refused { detail, dead } => {
            let remedy = if *dead { "the address does not exist" } else { "" };
            let detail = on_try(attempt, &joined(remedy, detail));
            message.end(LedgerState::Failed, Reason::Refused, now, detail);
            Answered::Failed
        }
        Reply::Lost { detail } => {
            let detail = on_try(attempt, detail);
            message.end(LedgerState::Unknown, Reason::AnswerLost, now, detail);
            Answered::Unknown
        }
    }
}

/// A claimed message whose words could not be made: no provider was asked, and another try would end in
/// the same way.
pub fn unwritten(message: &mut Message, why: &str, now: Timestamp) -> Answered {
    if !matches!(message.state, MessageState::InFlight { .. }) {
        return Answered::Ignored;
    }
    message.end(LedgerState::Failed, Reason::RenderFailed, now, short(why));
    Answered::Failed
}

/// The id under which the provider took the message, as [`answer`] noted it: receipts name it.
pub fn provider_id(message: &Message) -> Option<&str> {
    let taken = message.trail.iter().rev().find(|it| it.reason == Reason::Sent)?;
    let (_, id) = taken.detail.rsplit_once(PROVIDER_ID)?;
    Some(id.trim()).filter(|it| !it.is_empty())
}

/// For each message that a new process finds on the wire: the old process stopped before the reply
/// was stored, so nobody knows. Never sent again by itself, for either purpose; only [`settle`]
/// changes it. Returns whether the message was in flight.
pub fn found_in_flight(message: &mut Message, now: Timestamp) -> bool {
    let MessageState::InFlight { since, attempt, .. } = message.state else {
        return false;
    };
    let detail = on_try(attempt, &format!("on the wire since {since}"));
    message.end(LedgerState::Unknown, Reason::FoundInFlight, now, detail);
    true
}

/// A later word from the provider (a callback, a bounce, a log) about a message whose end is
/// unknown. The first word stands: what is known already changes nothing. Returns whether it did.
pub fn settle(
    message: &mut Message,
    delivered: bool,
    now: Timestamp,
    detail: impl Into<String>,
) -> bool {
    let MessageState::Ended { outcome: LedgerState::Unknown, .. } = message.state else {
        return false;
    };
    let (outcome, reason) = if delivered {
        (LedgerState::Sent, Reason::Confirmed)
    } else {
        (LedgerState::Failed, Reason::Refused)
    };
    message.end(outcome, reason, now, short(&detail.into()));
    true
}

/// Plans the next try, unless the tries are used up or the message would expire before it.
fn defer(
    message: &mut Message,
    detail: &str,
    retry_after: Option<Span>,
    policy: &RetryPolicy,
    now: Timestamp,
) -> Answered {
    let MessageState::InFlight { channel, ref address, attempt, .. } = message.state else {
        return Answered::Ignored;
    };
    let tries_max = policy.delays.len().saturating_add(1);
    let tried = usize::try_from(attempt).unwrap_or(usize::MAX);
    let Some(delay) = tried.checked_sub(1).and_then(|it| policy.delays.get(it)) else {
        let detail = format!("try {attempt} of {tries_max}: {}", short(detail));
        message.end(LedgerState::Failed, Reason::GaveUp, now, detail);
        return Answered::Failed;
    };
    let asked = retry_after.unwrap_or(Span::ZERO).min(RETRY_AFTER_MAX);
    let next = now + (*delay).max(asked).max(Span::ZERO);
    if message.expires <= next {
        let detail = format!(
            "try {attempt} of {tries_max}: {}; the next would be at {next}, and it expires at {}",
            short(detail),
            message.expires
        );
        message.end(LedgerState::Failed, Reason::Late, now, detail);
        return Answered::Failed;
    }
    let address: Identifier = address.clone();
    message.state = MessageState::Planned { channel, address, at: next, deferred: true, attempt };
    let detail = format!("try {attempt} of {tries_max}: {}; again at {next}", short(detail));
    message.note(now, Reason::Retry, detail);
    Answered::RetryAt(next)
}

fn on_try(attempt: u32, detail: &str) -> String {
    joined(&format!("try {attempt}"), detail)
}

fn joined(first: &str, second: &str) -> String {
    match (first.is_empty(), second.is_empty()) {
        (_, true) => first.to_owned(),
        (true, false) => short(second),
        (false, false) => format!("{first}: {}", short(second)),
    }
}

fn if_any(label: &str, value: &str) -> String {
    if value.is_empty() { String::new() } else { format!("{label} {value}") }
}

/// The first line's worth of a provider's words, without the control characters it may contain.
fn short(detail: &str) -> String {
    let clean = detail.chars().map(|it| if it.is_control() { ' ' } else { it });
    let mut kept: String = clean.take(DETAIL_MAX_CHARS).collect();
    if kept.len() < detail.len() {
        kept.push('…');
    }
    kept
}

#[cfg(test)]
mod tests;
