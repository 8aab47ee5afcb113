//! One message to one person, from candidate to its end, with the trail of what became of it.

use crate::{
    CampaignName, Channel, Choice, ContentName, Identifier, JourneyName, Map, MessageId, PersonId,
    Reason, RunId, Timestamp, Topic,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How many entries a trail keeps. Retries are bounded, so a longer one is a defect; the oldest
/// entries after the first are dropped then.
pub const TRAIL_MAX: usize = 64;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub person: PersonId,
    pub origin: Origin,
    /// Says what this message is, in words that are the same after a crash, a replay or a restore
    /// (`journey/welcome/r12/0/1`); unique among all messages.
    pub key: String,
    pub content: ContentName,
    pub topic: Topic,
    pub purpose: Purpose,
    pub class: Class,
    /// Who answers for it, and whose budget of attention it is: the owner of the journey or broadcast.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Allowed channels, the preferred one first.
    pub channels: Vec<Channel>,
    /// What the marketer thinks a response is worth; orders candidates of one class.
    pub value: f64,
    /// The properties of the event that began the run, for the content's template.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub vars: Map,
    /// The one address it may go to; none for the one that the person uses now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Identifier>,
    pub created: Timestamp,
    pub expires: Timestamp,
    pub state: MessageState,
    pub trail: Vec<TrailEntry>,
    /// Whether it may share a mail with others: leave in another one, or take others along.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub digest: bool,
    /// Where chance had a say in its channel and time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Box<Choice>>,
    /// The version of the journey whose content it says; none: the content as it is when it is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pinned: Option<u64>,
    /// What was heard of it after it left.
    #[serde(default, skip_serializing_if = "FeedbackSet::is_empty")]
    pub feedback: FeedbackSet,
}

/// What is heard of a message after it left. What programs do by themselves is told apart from what
/// people do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Feedback {
    /// The provider says that it arrived; many never say it.
    Delivered,
    Opened,
    OpenedByMachine,
    Clicked,
    ClickedByMachine,
    Bounced,
    Complained,
    Unsubscribed,
    Replied,
}

/// Each kind counts once for a message. Stored as a number, one bit for each.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FeedbackSet(u16);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "state")]
pub enum MessageState {
    /// A candidate: competes for the person's attention.
    Waiting,
    /// Has a channel, an address, a time and a reserved slot. `deferred` when the time is not the
    /// first possible one. `attempt` counts tries already made.
    Planned {
        channel: Channel,
        address: Identifier,
        at: Timestamp,
        deferred: bool,
        attempt: u32,
    },
    /// Got no place of its own, and leaves with `host`, a mail of the same person.
    Joined {
        host: MessageId,
    },
    /// On the wire: stored before the provider is called.
    InFlight {
        channel: Channel,
        address: Identifier,
        since: Timestamp,
        attempt: u32,
    },
    Ended {
        outcome: LedgerState,
        reason: Reason,
        channel: Option<Channel>,
        at: Timestamp,
    },
}

/// Where a message stands in the ledger. At every instant each message counts in exactly one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LedgerState {
    Sent,
    Suppressed,
    HeldOut,
    Dropped,
    Merged,
    Failed,
    Unknown,
    Pending,
}

/// Priority classes, the most urgent first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Service,
    Lifecycle,
    Promotion,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    Marketing,
    /// Something the person asked for (an order confirmation): passes caps, quiet hours, pause and
    /// topic opt-outs, never a bounced, blocked or erased address.
    Transactional,
    /// What people do, counted and learned from. Statements of consent have it, and no message.
    Measurement,
}

/// Who asked for the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "from")]
pub enum Origin {
    Journey {
        journey: JourneyName,
        run: RunId,
        step: String,
    },
    Broadcast {
        campaign: CampaignName,
    },
    Api,
    /// The person, on a page or by signing up.
    Request {
        what: Request,
    },
}

/// What a person can have mailed to their own address.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Request {
    /// A link that confirms that they asked for messages.
    Confirmation,
    /// A link that proves for an hour that they read this address.
    Link,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailEntry {
    pub at: Timestamp,
    pub reason: Reason,
    /// The numbers that led to it, in words: "3 of 4 in 7d, free again 2026-11-24T09:12:00Z".
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What a provider said to a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// Taken; the provider answers for it now.
    Accepted { provider_id: String },
    /// Not taken now; a later try may succeed. Nothing reached the person.
    Deferred { detail: String, retry_after: Option<crate::Span> },
    /// Not taken, and a later try will not help. `dead` when the address itself does not exist.
    Refused { detail: String, dead: bool },
    /// Handed over, and then silence: nobody knows. Never tried again by itself.
    Lost { detail: String },
}

impl Message {
    pub fn ledger_state(&self) -> LedgerState {
        match &self.state {
            MessageState::Waiting
            | MessageState::Planned { .. }
            | MessageState::Joined { .. }
            | MessageState::InFlight { .. } => LedgerState::Pending,
            MessageState::Ended { outcome, .. } => *outcome,
        }
    }

    pub fn is_deferred(&self) -> bool {
        matches!(self.state, MessageState::Planned { deferred: true, .. })
    }

    /// The channel it was planned for, is on, or ended in.
    pub fn channel(&self) -> Option<Channel> {
        match &self.state {
            MessageState::Waiting => None,
            MessageState::Joined { .. } => Some(Channel::Email),
            MessageState::Planned { channel, .. } | MessageState::InFlight { channel, .. } => {
                Some(*channel)
            }
            MessageState::Ended { channel, .. } => *channel,
        }
    }

    /// The scope under which the ledger counts it: `journey/NAME`, `broadcast/NAME` or `api`.
    pub fn scope(&self) -> String {
        self.origin.to_string()
    }

    pub fn note(&mut self, at: Timestamp, reason: Reason, detail: impl Into<String>) {
        if TRAIL_MAX <= self.trail.len() {
            self.trail.remove(1);
        }
        self.trail.push(TrailEntry { at, reason, detail: detail.into() });
    }

    /// Ends the message and notes why. An ended message stays ended, except that `unknown` may be
    /// settled by a later word from the provider.
    pub fn end(
        &mut self,
        outcome: LedgerState,
        reason: Reason,
        at: Timestamp,
        detail: impl Into<String>,
    ) {
        let channel = self.channel();
        self.note(at, reason, detail);
        self.state = MessageState::Ended { outcome, reason, channel, at };
    }
}

impl Feedback {
    pub const ALL: [Feedback; 9] = [
        Feedback::Delivered,
        Feedback::Opened,
        Feedback::OpenedByMachine,
        Feedback::Clicked,
        Feedback::ClickedByMachine,
        Feedback::Bounced,
        Feedback::Complained,
        Feedback::Unsubscribed,
        Feedback::Replied,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Feedback::Delivered => "delivered",
            Feedback::Opened => "opened",
            Feedback::OpenedByMachine => "opened_by_machine",
            Feedback::Clicked => "clicked",
            Feedback::ClickedByMachine => "clicked_by_machine",
            Feedback::Bounced => "bounced",
            Feedback::Complained => "complained",
            Feedback::Unsubscribed => "unsubscribed",
            Feedback::Replied => "replied",
        }
    }

    /// Its place in what is stored; never another for the same kind.
    fn bit(self) -> u16 {
        match self {
            Feedback::Delivered => 1,
            Feedback::Opened => 2,
            Feedback::OpenedByMachine => 4,
            Feedback::Clicked => 8,
            Feedback::ClickedByMachine => 16,
            Feedback::Bounced => 32,
            Feedback::Complained => 64,
            Feedback::Unsubscribed => 128,
            Feedback::Replied => 256,
        }
    }
}

impl FeedbackSet {
    pub fn is_empty(&self) -> bool {
        self.0 == 0
    }

    pub fn contains(self, feedback: Feedback) -> bool {
        self.0 & feedback.bit() != 0
    }

    pub fn add(&mut self, feedback: Feedback) {
        self.0 |= feedback.bit();
    }
}

impl LedgerState {
    pub const ALL: [LedgerState; 8] = [
        LedgerState::Sent,
        LedgerState::Suppressed,
        LedgerState::HeldOut,
        LedgerState::Dropped,
        LedgerState::Merged,
        LedgerState::Failed,
        LedgerState::Unknown,
        LedgerState::Pending,
    ];

    pub fn name(self) -> &'static str {
        match self {
            LedgerState::Sent => "sent",
            LedgerState::Suppressed => "suppressed",
            LedgerState::HeldOut => "held_out",
            LedgerState::Dropped => "dropped",
            LedgerState::Merged => "merged",
            LedgerState::Failed => "failed",
            LedgerState::Unknown => "unknown",
            LedgerState::Pending => "pending",
        }
    }

    pub fn from_name(name: &str) -> Option<LedgerState> {
        LedgerState::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Class {
    pub const ALL: [Class; 3] = [Class::Service, Class::Lifecycle, Class::Promotion];

    pub fn name(self) -> &'static str {
        match self {
            Class::Service => "service",
            Class::Lifecycle => "lifecycle",
            Class::Promotion => "promotion",
        }
    }
}

impl Request {
    pub fn name(self) -> &'static str {
        match self {
            Request::Confirmation => "confirmation",
            Request::Link => "link",
        }
    }

    /// The name of the content that is mailed, without its language.
    pub fn content(self) -> &'static str {
        match self {
            Request::Confirmation => "request-confirmation",
            Request::Link => "request-link",
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Journey { journey, .. } => write!(f, "journey/{journey}"),
            Origin::Broadcast { campaign } => write!(f, "broadcast/{campaign}"),
            Origin::Api => f.write_str("api"),
            Origin::Request { what } => write!(f, "request/{}", what.name()),
        }
    }
}
