//! What every way to reach people must do. The names in capitals are those of docs/channel-spec.md.
//!
//! A trial is a channel and a peer that it talks to: the peer plays one fault with the first message it
//! is handed, and takes all later ones. Copies are counted where the message arrives.

use crate::{Channel, Envelope, Payload};
use model::{Identifier, IdentifierKind, MessageId, Reply, Span, Timestamp};
use std::thread;
use std::time::{Duration, Instant};

/// What goes wrong on the way, in the order of the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Nobody listens.
    Absent,
    /// Somebody listens and says nothing, not even what comes before a message.
    MuteAtConnect,
    /// The peer cannot prove its name.
    Untrusted,
    /// Reads a part of the message and no more, the connection open.
    StopsReading,
    /// Reads a part of the message and closes.
    ClosesInBody,
    /// Has read the message to its last byte and closes without a word. `taken`: a copy was made.
    ClosesAfter { taken: bool },
    /// The same, the connection left open.
    MuteAfter { taken: bool },
    /// Begins its answer and goes no further.
    StopsInHead { taken: bool },
    /// Takes the message and says so, and the details never come to an end.
    SlowDetails,
    /// The answer is not of this protocol.
    Nonsense { taken: bool },
    /// Says that there is no such recipient.
    Dead,
    /// Says that this message is not one that it takes.
    BadMessage,
    /// Says that we are not who we should be.
    NotSignedIn,
    /// Leads elsewhere.
    Redirect,
    /// Asks for fewer at once, and says when to come back, or not.
    TooMany { retry_after: Option<Span> },
    /// Says that it is out of order, before it looked at the message.
    Unavailable,
    /// Says that something went wrong inside, which may have been after a copy was made.
    Broken { taken: bool },
}

/// A channel with its peer, made for one fault.
pub struct Trial {
    pub channel: Box<dyn Channel>,
    /// Says how many copies a person has, once nothing is under way any more.
    pub copies: Box<dyn FnOnce() -> usize + Send>,
    /// Where the peer is reached, if that is in the address.
    pub to: Option<Identifier>,
    /// Tries with one key make one copy, and the peer sees to it.
    pub one_copy_per_key: bool,
}

/// The whole of a call, whatever the peer does, with the settings that a trial is made with.
const CALL_TIME_MAX: Duration = Duration::from_secs(20);

/// One of these for each reply that a fault may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Accepted,
    Deferred,
    Refused,
    Dead,
    Lost,
}

/// Each with both of its ends, where a copy may or may not have been made.
pub const FAULTS: [Fault; 24] = [
    Fault::None,
    Fault::Absent,
    Fault::MuteAtConnect,
    Fault::Untrusted,
    Fault::StopsReading,
    Fault::ClosesInBody,
    Fault::ClosesAfter { taken: true },
    Fault::ClosesAfter { taken: false },
    Fault::MuteAfter { taken: true },
    Fault::MuteAfter { taken: false },
    Fault::StopsInHead { taken: true },
    Fault::StopsInHead { taken: false },
    Fault::SlowDetails,
    Fault::Nonsense { taken: true },
    Fault::Nonsense { taken: false },
    Fault::Dead,
    Fault::BadMessage,
    Fault::NotSignedIn,
    Fault::Redirect,
    Fault::TooMany { retry_after: Some(Span::seconds(120)) },
    Fault::TooMany { retry_after: None },
    Fault::Unavailable,
    Fault::Broken { taken: true },
    Fault::Broken { taken: false },
];

/// `make` gives none for a fault that its protocol does not have; `envelope` one that the channel takes.
pub fn channel(make: &mut dyn FnMut(Fault) -> Option<Trial>, envelope: &Envelope) {
    it_says_what_it_is(make, envelope);
    what_it_cannot_carry_is_refused_and_not_sent(make, envelope);
    let trials: Vec<(Fault, Trial)> =
        FAULTS.into_iter().filter_map(|fault| Some((fault, make(fault)?))).collect();
    // CHANNEL-ALL: a suite whose faults are all left out proves nothing.
    let met = trials.len();
    assert!(16 <= met, "CHANNEL-ALL: only {met} of {} faults were tried", FAULTS.len());
    // Most of them wait, so they wait together; what does not hold in one is not hidden by another.
    thread::scope(|scope| {
        for (fault, trial) in trials {
            scope.spawn(move || a_fault_has_its_reply(trial, envelope, fault));
        }
    });
}

/// CHANNEL-SELF, CHANNEL-CONCURRENCY.
fn it_says_what_it_is(make: &mut dyn FnMut(Fault) -> Option<Trial>, envelope: &Envelope) {
    let trial = healthy(make);
    assert_eq!(trial.channel.channel(), envelope.channel, "CHANNEL-SELF");
    assert!(0 < trial.channel.concurrency(), "CHANNEL-CONCURRENCY: nothing would ever be sent");
    drop(trial.channel);
    assert_eq!((trial.copies)(), 0, "CHANNEL-SELF: it wrote to somebody unasked");
}

/// CHANNEL-UNFIT.
fn what_it_cannot_carry_is_refused_and_not_sent(
    make: &mut dyn FnMut(Fault) -> Option<Trial>,
    envelope: &Envelope,
) {
    let other_payload = match &envelope.payload {
        Payload::Email { .. } => {
            let (title, body) = (String::new(), "Hello".to_owned());
            Payload::Short { title, body, label: None, url: None }
        }
        Payload::Short { .. } => Payload::Email {
            from: "hello@shop.example".to_owned(),
            from_name: String::new(),
            subject: "Hello".to_owned(),
            html: String::new(),
            text: String::new(),
            headers: Vec::new(),
            message_id: "1@shop.example".to_owned(),
        },
    };
    let nobody = Identifier { kind: IdentifierKind::AnonymousId, value: "a\r\nb: c".to_owned() };
    for unfit in [
        Envelope { payload: other_payload, ..envelope.clone() },
        Envelope { to: nobody, ..envelope.clone() },
    ] {
        let trial = healthy(make);
        let reply = trial.channel.send(&unfit);
        let refused = matches!(reply, Reply::Refused { .. });
        assert!(refused, "CHANNEL-UNFIT: {reply:?} for what it cannot carry");
        drop(trial.channel);
        assert_eq!((trial.copies)(), 0, "CHANNEL-UNFIT: it was sent all the same");
    }
}

/// CHANNEL-REPLY, and then what the engine does next: only a deferred message is tried again, under the
/// same key, and never has that made a second copy (CHANNEL-ONCE).
fn a_fault_has_its_reply(trial: Trial, envelope: &Envelope, fault: Fault) {
    let to = trial.to.clone().unwrap_or_else(|| envelope.to.clone());
    let envelope = &Envelope { to, ..envelope.clone() };
    let began = Instant::now();
    let reply = trial.channel.send(envelope);
    assert!(began.elapsed() < CALL_TIME_MAX, "CHANNEL-BOUNDED: {fault:?} took too long");
    let (kind, detail) = shown(&reply);
    let allowed = replies(fault, trial.one_copy_per_key);
    assert!(allowed.contains(&kind), "CHANNEL-REPLY: {reply:?} for {fault:?}, not {allowed:?}");
    let address = &envelope.to.value;
    assert!(!detail.contains(address), "CHANNEL-MASKED: the reply to {fault:?} has the address");
    if let (Fault::TooMany { retry_after }, Reply::Deferred { retry_after: found, .. }) =
        (fault, &reply)
    {
        assert_eq!(*found, retry_after, "CHANNEL-RETRY-AFTER");
    }
    let again = kind == Kind::Deferred;
    if again {
        let second = trial.channel.send(envelope);
        let may_stay_away = matches!(fault, Fault::Absent | Fault::Untrusted);
        let accepted = matches!(second, Reply::Accepted { .. });
        assert!(accepted || may_stay_away, "CHANNEL-AGAIN: {second:?} at the try after {fault:?}");
    }
    drop(trial.channel);
    let copies = (trial.copies)();
    assert!(copies <= 1, "CHANNEL-ONCE: {copies} copies after {fault:?}");
    match kind {
        Kind::Accepted => assert_eq!(copies, 1, "CHANNEL-TRUE: accepted, and not there: {fault:?}"),
        Kind::Refused | Kind::Dead => {
            assert_eq!(copies, 0, "CHANNEL-TRUE: refused, and there: {fault:?}");
        }
        Kind::Deferred | Kind::Lost => {}
    }
}

/// What a fault may be answered with.
pub fn replies(fault: Fault, one_copy_per_key: bool) -> &'static [Kind] {
    const DOUBT: &[Kind] = &[Kind::Lost];
    const DOUBT_WITH_KEY: &[Kind] = &[Kind::Lost, Kind::Deferred];
    match fault {
        Fault::None | Fault::SlowDetails => &[Kind::Accepted],
        Fault::Absent | Fault::MuteAtConnect | Fault::Untrusted => &[Kind::Deferred],
        // No copy can be there; whoever cannot tell a part from the whole says so.
        Fault::StopsReading | Fault::ClosesInBody => &[Kind::Deferred, Kind::Lost],
        Fault::ClosesAfter { .. }
        | Fault::MuteAfter { .. }
        | Fault::StopsInHead { .. }
        | Fault::Nonsense { .. }
        | Fault::Broken { .. } => {
            if one_copy_per_key {
                DOUBT_WITH_KEY
            } else {
                DOUBT
            }
        }
        Fault::Dead => &[Kind::Dead],
        Fault::BadMessage => &[Kind::Refused],
        Fault::NotSignedIn | Fault::Redirect => &[Kind::Deferred],
        Fault::TooMany { .. } | Fault::Unavailable => &[Kind::Deferred],
    }
}

fn shown(reply: &Reply) -> (Kind, &str) {
    match reply {
        Reply::Accepted { provider_id } => (Kind::Accepted, provider_id),
        Reply::Deferred { detail, .. } => (Kind::Deferred, detail),
        Reply::Refused { detail, dead: false } => (Kind::Refused, detail),
        Reply::Refused { detail, dead: true } => (Kind::Dead, detail),
        Reply::Lost { detail } => (Kind::Lost, detail),
    }
}

fn healthy(make: &mut dyn FnMut(Fault) -> Option<Trial>) -> Trial {
    make(Fault::None).expect("a channel without a fault")
}

/// An envelope for tests, to one address of one kind.
pub fn some_envelope(channel: model::Channel, to: Identifier) -> Envelope {
    let payload = match channel {
        model::Channel::Email => Payload::Email {
            from: "hello@shop.example".to_owned(),
            from_name: "Velo & Zoë".to_owned(),
            subject: "Grüße für dich".to_owned(),
            html: "<p>Hello</p>".to_owned(),
            text: "Hello".to_owned(),
            headers: vec![("List-Unsubscribe".to_owned(), "<https://go.example/u/x>".to_owned())],
            message_id: "x7@shop.example".to_owned(),
        },
        model::Channel::Push
        | model::Channel::Onsite
        | model::Channel::Social
        | model::Channel::Sms
        | model::Channel::Webhook => Payload::Short {
            title: "Velo & Zoë".to_owned(),
            body: "Deine erste Fahrt ist \"frei\"".to_owned(),
            label: Some("Plan my ride".to_owned()),
            url: Some("https://go.shop.example/c/x?y=z".to_owned()),
        },
    };
    Envelope {
        message: MessageId(7),
        key: "journey/welcome/r1/0/1".to_owned(),
        channel,
        to,
        // 2026-11-22T09:00:00Z.
        at: Timestamp(1_795_338_000_000),
        payload,
    }
}
