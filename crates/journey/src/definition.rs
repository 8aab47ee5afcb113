//! What a marketer wrote: a journey as a tree of steps.
//!
//! Plain data without behaviour. [`crate::check`] says what is wrong with it, and
//! [`crate::Journeys`] compiles it.

use crate::{LocalTime, Weekday};
use expr::Expr;
use model::{Channel, Class, ContentName, JourneyName, Span, Value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    pub name: JourneyName,
    /// Rises with each published change. A run stays with the version that it began in.
    pub version: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    pub trigger: Trigger,
    /// Path of a property of the triggering event (`cart_id`): one run per person and value. Later
    /// events that carry another value there are no business of the run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    #[serde(default)]
    pub reentry: Reentry,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Goal>,
    /// A run ends as soon as one of these holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exit: Vec<Expr>,
    /// How old an event may be on arrival and still begin or advance a run.
    #[serde(default = "Journey::default_late")]
    pub late: Span,
    pub steps: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Event { name: String, when: Option<Expr> },
    Entered { audience: String },
    Left { audience: String },
}

/// May a person who has been in the journey begin again? At most one run per key is active at any
/// time, whatever the rule.
///
/// Keys that the rule lets come back are not remembered, since a shop's carts would pile up. So a
/// rule that is made stricter holds for the keys from then on, and for people without a key at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reentry {
    #[default]
    Never,
    Always,
    /// When at least this long has passed since the *start* of the latest run.
    After(Span),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Goal {
    pub event: String,
    /// A condition on the event at hand and the person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    /// Counts until this long after the trigger, also when the run has ended in the meantime.
    /// Without it, counts while the run is active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Span>,
    /// Path of the property that holds the value of the success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// Whether reaching the goal ends the run.
    #[serde(default = "yes")]
    pub ends: bool,
}

/// A step with its optional id. With an id, its address stays the same when steps are added before
/// it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Node {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    pub step: Step,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Wait(Span),
    WaitUntil {
        until: Until,
        timeout: Span,
        #[serde(default)]
        on_timeout: OnTimeout,
    },
    WaitForWindow(Window),
    /// The first arm whose condition holds; none of them: on with the next step. `property(…)` in a
    /// condition is a property of the event that began the run.
    Branch(Vec<Arm>),
    /// One arm by chance, the same for a person each time. An arm without steps is a control group.
    Split(Vec<SplitArm>),
    Message(MessageStep),
    SetTrait {
        name: String,
        value: Value,
    },
    End,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// An event that happened before the deadline; it may be older than the wait itself, if it became
    /// known only now.
    Event { name: String, when: Option<Expr> },
    /// Passes at once for a person who is in the audience already.
    Entered { audience: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnTimeout {
    #[default]
    Continue,
    End,
}

/// A stretch of local time: from `from` until just before `to`, over midnight if `to` is not later.
/// A window over midnight belongs to the day it begins on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    pub from: LocalTime,
    pub to: LocalTime,
    /// Empty: every day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Weekday>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Arm {
    /// None: otherwise.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Expr>,
    pub steps: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SplitArm {
    pub name: String,
    pub weight: f64,
    #[serde(default)]
    pub steps: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageStep {
    pub content: ContentName,
    /// Allowed channels, the preferred one first.
    pub channels: Vec<Channel>,
    #[serde(default = "MessageStep::default_expires")]
    pub expires: Span,
    #[serde(default)]
    pub value: f64,
    /// None: the class of the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    /// What follows if it did not go out. With it the run waits until that is known; without, it
    /// goes on at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub otherwise: Option<Vec<Node>>,
}

impl Journey {
    /// Older news is history: nobody wants a welcome for a sign-up that surfaces a day later.
    pub const DEFAULT_LATE: Span = Span::DAY;

    fn default_late() -> Span {
        Journey::DEFAULT_LATE
    }
}

impl MessageStep {
    pub const DEFAULT_EXPIRES: Span = Span::DAY;

    /// How long after its expiry a message's end is still waited for: a last try may be on the
    /// wire.
    pub const KNOWN_WITHIN: Span = Span::DAY;

    fn default_expires() -> Span {
        MessageStep::DEFAULT_EXPIRES
    }
}

impl From<Step> for Node {
    fn from(step: Step) -> Node {
        Node { id: None, step }
    }
}

impl Reentry {
    /// Whether a run may begin at `now` after one that began at `before`.
    pub fn allows(self, before: model::Timestamp, now: model::Timestamp) -> bool {
        match self {
            Reentry::Never => false,
            Reentry::Always => true,
            Reentry::After(span) => before.plus(span) <= now,
        }
    }
}

fn yes() -> bool {
    true
}
