//! What runs ask for, and why they end or do not begin: closed lists, each with its word.

use model::{Channel, Class, ContentName, JourneyName, Map, RunId, Span, Timestamp, Value};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Started {
        run: RunId,
        journey: JourneyName,
        version: u64,
        key: Option<String>,
    },
    /// The trigger fitted and yet no run began.
    NotStarted {
        journey: JourneyName,
        key: Option<String>,
        why: Refusal,
    },
    Candidate(Ask),
    SetTrait {
        run: RunId,
        name: String,
        value: Value,
    },
    /// A run came to this step and executed it.
    Reached {
        run: RunId,
        journey: JourneyName,
        version: u64,
        step: String,
    },
    /// A run went into this arm of a split or an experiment.
    Arm {
        run: RunId,
        journey: JourneyName,
        version: u64,
        step: String,
        arm: String,
        /// When the arm was drawn, by this run or an earlier one.
        drawn: Timestamp,
    },
    Webhook(Hook),
    Task(Task),
    /// A step could not do what it is for. The run goes on behind it.
    StepFailed {
        run: RunId,
        journey: JourneyName,
        version: u64,
        step: String,
        why: Failure,
    },
    /// Once per run, also after its end.
    Goal {
        run: RunId,
        journey: JourneyName,
        value: Option<f64>,
    },
    Ended {
        run: RunId,
        journey: JourneyName,
        why: EndReason,
    },
}

/// A message that a run asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    pub run: RunId,
    pub journey: JourneyName,
    pub version: u64,
    /// The address of the message step.
    pub step: String,
    /// `journey/welcome/r12/0/1`: journey, run, step and visit. The same after a crash or a replay,
    /// and unique.
    pub key: String,
    pub content: ContentName,
    /// It stands in an arm of an experiment: the content is that of the run's version, whatever it
    /// becomes later.
    pub pinned: bool,
    pub channels: Vec<Channel>,
    /// How long from now it may still be sent.
    pub expires: Span,
    pub value: f64,
    /// None: the class of the content.
    pub class: Option<Class>,
    pub vars: Map,
}

/// A call of somebody else's system.
#[derive(Clone, Debug, PartialEq)]
pub struct Hook {
    pub run: RunId,
    pub journey: JourneyName,
    pub version: u64,
    pub step: String,
    /// As that of a message: the receiver tells a second try by it.
    pub key: String,
    pub url: String,
    /// What the step sends along.
    pub data: Map,
}

/// Something for somebody of the team.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task {
    pub run: RunId,
    pub journey: JourneyName,
    pub version: u64,
    pub step: String,
    /// `r12.3.1`: run, step and visit; unique, and the same after a replay.
    pub id: String,
    pub kind: TaskKind,
    pub title: String,
    pub note: String,
    pub to: String,
    pub due: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskKind {
    Task,
    /// For the person's sales owner.
    Lead,
}

/// Why a step could not do what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failure {
    /// The content is not in the programme any more.
    NoContent,
    /// The trait `tags` is neither a list nor a text.
    TagsAreNoList,
    TooManyTags,
    /// Neither the person nor the step names a sales owner, and the journey has no owner.
    NobodyToTell,
    /// What a webhook would send is larger than it may be.
    TooMuchData,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Went through all steps, or came to an `end`.
    Completed,
    /// An exit criterion held.
    Exited,
    Goal,
    /// What it waited for did not come, and the step says to end then.
    TimedOut,
    /// Its version, or the step at which it stood, does not exist any more.
    VersionGone,
    /// The person became one with another who has this run too.
    MergedAway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The event was too old on arrival, or imported; or the time at which it was due is too long past.
    Late,
    /// The event has no usable value where the journey's key should be.
    NoKey,
    KeyTooLong,
    AlreadyActive,
    /// The re-entry rule.
    Reentry,
    /// The person began as often as the journey allows in its window.
    EntryCap,
    /// An exit criterion holds already.
    ExitHolds,
    /// The person has [`MAX_ACTIVE`] runs.
    TooMany,
}

impl EndReason {
    pub const ALL: [EndReason; 6] = [
        EndReason::Completed,
        EndReason::Exited,
        EndReason::Goal,
        EndReason::TimedOut,
        EndReason::VersionGone,
        EndReason::MergedAway,
    ];

    pub fn code(self) -> &'static str {
        match self {
            EndReason::Completed => "completed",
            EndReason::Exited => "exited",
            EndReason::Goal => "goal",
            EndReason::TimedOut => "timed_out",
            EndReason::VersionGone => "version_gone",
            EndReason::MergedAway => "merged_away",
        }
    }
}

impl Refusal {
    pub const ALL: [Refusal; 8] = [
        Refusal::Late,
        Refusal::NoKey,
        Refusal::KeyTooLong,
        Refusal::AlreadyActive,
        Refusal::Reentry,
        Refusal::EntryCap,
        Refusal::ExitHolds,
        Refusal::TooMany,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Refusal::Late => "late",
            Refusal::NoKey => "no_key",
            Refusal::KeyTooLong => "key_too_long",
            Refusal::AlreadyActive => "already_active",
            Refusal::Reentry => "reentry",
            Refusal::EntryCap => "entry_cap",
            Refusal::ExitHolds => "exit_holds",
            Refusal::TooMany => "too_many",
        }
    }

    /// A sentence that a marketer understands.
    pub fn text(self) -> &'static str {
        match self {
            Refusal::Late => {
                "the event was too old on arrival or imported, or its time was too long past"
            }
            Refusal::NoKey => "the event has no value where the journey's key should be",
            Refusal::KeyTooLong => "the value of the journey's key is longer than one may be",
            Refusal::AlreadyActive => "the person is in the journey already",
            Refusal::Reentry => {
                "the person was in the journey before, and its rule for re-entry says no"
            }
            Refusal::EntryCap => "the person began the journey as often as it allows for now",
            Refusal::ExitHolds => "an exit criterion of the journey holds already",
            Refusal::TooMany => "the person is in as many journeys as one may be",
        }
    }
}

impl Failure {
    pub const ALL: [Failure; 5] = [
        Failure::NoContent,
        Failure::TagsAreNoList,
        Failure::TooManyTags,
        Failure::NobodyToTell,
        Failure::TooMuchData,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Failure::NoContent => "no_content",
            Failure::TagsAreNoList => "tags_are_no_list",
            Failure::TooManyTags => "too_many_tags",
            Failure::NobodyToTell => "nobody_to_tell",
            Failure::TooMuchData => "too_much_data",
        }
    }

    /// A sentence that a marketer understands.
    pub fn text(self) -> &'static str {
        match self {
            Failure::NoContent => "the content is not in the programme any more",
            Failure::TagsAreNoList => "the trait `tags` of the person is no list of words",
            Failure::TooManyTags => "the person has as many tags as one may have",
            Failure::NobodyToTell => "neither the person, the step nor the journey has an owner",
            Failure::TooMuchData => "what the webhook would send is larger than it may be",
        }
    }
}

impl TaskKind {
    pub fn name(self) -> &'static str {
        match self {
            TaskKind::Task => "task",
            TaskKind::Lead => "lead",
        }
    }
}
