//! What a marketer wrote: a journey as a tree of steps.
//!
//! Plain data without behaviour. [`crate::check`] says what is wrong with it, and
//! [`crate::Journeys`] compiles it.

use crate::{LocalTime, Weekday};
use expr::Expr;
use model::{Channel, Class, ContentName, Conversation, JourneyName, Span, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

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
    pub entries: Option<Entries>,
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
    Event {
        name: String,
        when: Option<Expr>,
    },
    Entered {
        audience: String,
    },
    Left {
        audience: String,
    },
    Date(DateTrigger),
    Schedule(Schedule),
    /// By name, from outside.
    Called,
    /// Something that the person said to us; none: of any kind.
    Conversation {
        kind: Option<Conversation>,
        when: Option<Expr>,
    },
}

/// A day or moment that stands in a trait of the person, in their own zone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DateTrigger {
    #[serde(rename = "trait")]
    pub name: String,
    /// Each year after the day; otherwise on the day itself.
    #[serde(default)]
    pub yearly: bool,
    /// Whole days are counted in the calendar, the rest exactly.
    #[serde(default)]
    pub offset: Span,
    /// None: the time of day that the trait says, midnight for a bare date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<LocalTime>,
}

/// Each member of an audience, again and again, on their own clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    pub audience: String,
    pub every: Every,
    pub at: LocalTime,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    Day,
    /// On these days of the week.
    Week(Vec<Weekday>),
    /// On these days of the month, from 1; one beyond its end is its last day.
    Month(Vec<u8>),
}

/// How often one person may begin the journey, all keys together, in any window of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entries {
    pub at_most: u32,
    pub per: Span,
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
    /// A split whose arms are compared by an outcome of the persons in them.
    Experiment(Experiment),
    Message(MessageStep),
    SetTrait {
        name: String,
        value: Value,
    },
    Tag(Tags),
    Repeat(Repeat),
    Webhook(WebhookStep),
    Task(TaskStep),
    TellSales(LeadStep),
    End,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Experiment {
    pub arms: Vec<SplitArm>,
    /// The name of the outcome by which they are compared.
    pub outcome: String,
    /// How long a person's outcomes count, from the draw.
    pub window: Span,
}

/// Words in the list that the trait `tags` is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tags {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub add: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remove: Vec<String>,
}

/// Rounds through some steps, at most so many. The condition is looked at before each round, with
/// `property(…)` as in a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Repeat {
    pub times: u32,
    #[serde(rename = "while", default, skip_serializing_if = "Option::is_none")]
    pub condition: Option<Expr>,
    pub steps: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebhookStep {
    pub url: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, Datum>,
}

/// A value that is sent along: as it is written, or as the person or the beginning event has it at
/// that moment. What is missing is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Datum {
    Value(Value),
    Trait(String),
    Property(String),
}

/// Something that somebody of the team is to do for the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskStep {
    pub title: String,
    /// Whose it is.
    pub to: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// How long from now it may take.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Span>,
}

/// Somebody in sales should know about the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeadStep {
    pub note: String,
    /// The trait that names the person's sales owner.
    #[serde(default = "LeadStep::default_owner")]
    pub owner: String,
    /// Who is told where the trait says nothing; without it, the journey's owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub otherwise: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Until {
    /// An event that happened before the deadline; it may be older than the wait itself, if it became
    /// known only now.
    Event { name: String, when: Option<Expr> },
    /// Passes at once for a person who is in the audience already.
    Entered { audience: String },
    /// Passes at once for a person who is not in the audience.
    Left { audience: String },
    /// The first of several.
    Any(Vec<Until>),
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

impl LeadStep {
    pub const DEFAULT_OWNER: &str = "sales_owner";

    fn default_owner() -> String {
        LeadStep::DEFAULT_OWNER.to_owned()
    }
}

impl Journey {
    /// Its steps in the order in which they are written, each with its address.
    pub fn addressed(&self) -> Vec<(String, &Step)> {
        fn walk<'a>(steps: &'a [Node], prefix: &str, found: &mut Vec<(String, &'a Step)>) {
            for (place, node) in steps.iter().enumerate() {
                let address = crate::program::address_of(prefix, place, node);
                found.push((address.clone(), &node.step));
                for (prefix, steps) in node.step.below(&address) {
                    walk(steps, &prefix, found);
                }
            }
        }
        let mut found = Vec::new();
        walk(&self.steps, "", &mut found);
        found
    }

    /// Every channel by which it may say something.
    pub fn channels(&self) -> BTreeSet<Channel> {
        let mut found = BTreeSet::new();
        for (_, step) in self.addressed() {
            if let Step::Message(it) = step {
                found.extend(it.channels.iter().copied());
            }
        }
        found
    }

    /// The experiments in it, each with its address.
    pub fn experiments(&self) -> Vec<(String, &Experiment)> {
        let mut found = Vec::new();
        for (address, step) in self.addressed() {
            if let Step::Experiment(it) = step {
                found.push((address, it));
            }
        }
        found
    }
}

impl Experiment {
    pub const DEFAULT_WINDOW: Span = Span::days(28);

    /// The contents that its arms say.
    pub fn contents(&self) -> BTreeSet<&ContentName> {
        fn walk<'a>(steps: &'a [Node], found: &mut BTreeSet<&'a ContentName>) {
            for Node { step, .. } in steps {
                if let Step::Message(it) = step {
                    found.insert(&it.content);
                }
                step.below("").into_iter().for_each(|(_, it)| walk(it, found));
            }
        }
        let mut found = BTreeSet::new();
        self.arms.iter().for_each(|it| walk(&it.steps, &mut found));
        found
    }
}

impl Trigger {
    /// The rule for coming back where a journey says nothing: what time begins says itself how often.
    pub fn usual_reentry(&self) -> Reentry {
        match self {
            Trigger::Date(_) | Trigger::Schedule(_) => Reentry::Always,
            Trigger::Event { .. }
            | Trigger::Entered { .. }
            | Trigger::Left { .. }
            | Trigger::Called
            | Trigger::Conversation { .. } => Reentry::Never,
        }
    }

    /// Whether a run begins with an event, so that there are properties to take a key from.
    pub fn has_event(&self) -> bool {
        match self {
            Trigger::Event { .. } | Trigger::Called | Trigger::Conversation { .. } => true,
            Trigger::Entered { .. }
            | Trigger::Left { .. }
            | Trigger::Date(_)
            | Trigger::Schedule(_) => false,
        }
    }
}

impl Step {
    /// The word with which it is written.
    pub fn kind(&self) -> &'static str {
        match self {
            Step::Wait(_) => "wait",
            Step::WaitUntil { .. } => "wait_until",
            Step::WaitForWindow(_) => "wait_for",
            Step::Branch(_) => "branch",
            Step::Split(_) => "split",
            Step::Experiment(_) => "experiment",
            Step::Message(_) => "message",
            Step::SetTrait { .. } => "set_trait",
            Step::Tag(_) => "tag",
            Step::Repeat(_) => "repeat",
            Step::Webhook(_) => "webhook",
            Step::Task(_) => "task",
            Step::TellSales(_) => "tell_sales",
            Step::End => "end",
        }
    }

    /// The steps inside it, each list with the prefix of its addresses below this step's. Every walk over
    /// a journey goes this way.
    pub fn below(&self, address: &str) -> Vec<(String, &[Node])> {
        match self {
            Step::Branch(arms) => {
                let arms = arms.iter().enumerate();
                arms.map(|(n, it)| (format!("{address}.{n}."), it.steps.as_slice())).collect()
            }
            Step::Split(arms) | Step::Experiment(Experiment { arms, .. }) => {
                let below = |it: &SplitArm| format!("{address}.{}.", it.name);
                arms.iter().map(|it| (below(it), it.steps.as_slice())).collect()
            }
            Step::Message(MessageStep { otherwise: Some(steps), .. }) => {
                vec![(format!("{address}.otherwise."), steps.as_slice())]
            }
            Step::Repeat(it) => vec![(format!("{address}.round."), it.steps.as_slice())],
            Step::Message(MessageStep { otherwise: None, .. })
            | Step::Wait(_)
            | Step::WaitUntil { .. }
            | Step::WaitForWindow(_)
            | Step::SetTrait { .. }
            | Step::Tag(_)
            | Step::Webhook(_)
            | Step::Task(_)
            | Step::TellSales(_)
            | Step::End => Vec::new(),
        }
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
