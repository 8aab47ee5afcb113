//! What stands in the log: facts about persons, and what the team decided.

use crate::Unreadable;
use decision::{Statement, Suppression, Wishes};
use model::{
    CampaignName, Channel, Class, ContentName, Event, Identifier, JourneyName, MergeId, MessageId,
    Network, PersonId, Request, Timestamp,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq)]
pub enum LogRecord {
    Fact(Fact),
    Control(Control),
    /// What stood here was erased; it means nothing any more.
    Blank,
}

/// An accepted event, and what it changes beyond traits and counters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Fact {
    pub event: Event,
    /// Whom it concerns, where that is known better than by identifiers: a click, a bounce, a wish
    /// from a signed link.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub person: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub acts: Vec<Act>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    State(Statement),
    Wish(Wishes),
    Suppress(Suppression),
    /// The person wants something mailed to their own address.
    Mail(Request),
    /// The person is to begin this journey; the event's properties are what was said along.
    Enter(JourneyName),
    /// A program wants this said to the person; the event's properties are what it is about.
    Send(MessageOrder),
    /// The person wants to be forgotten.
    Erase,
    /// A later word about a message: whether it arrived.
    Settle {
        message: MessageId,
        delivered: bool,
        detail: String,
    },
}

/// A message that a program asked for, to one person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageOrder {
    /// The same key is the same message.
    pub key: String,
    /// Of the programme; [`DIRECT`] for one that came along with the order, in the event's properties
    /// under that very name.
    pub content: ContentName,
    /// By preference.
    pub channels: Vec<Channel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    #[serde(default)]
    pub value: f64,
    /// The address to use, if it is the person's; else any that they have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Identifier>,
    pub expires: Timestamp,
}

/// The name of a content that came along with its order.
pub const DIRECT: &str = "direct";

/// What somebody of the team did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    /// A whole programme, as files; becomes the one that runs.
    Apply {
        files: BTreeMap<String, String>,
        by: String,
        /// Only over this version, which is the one that somebody looked at.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<u64>,
    },
    Broadcast {
        name: CampaignName,
        action: BroadcastAction,
        by: String,
    },
    Post {
        name: CampaignName,
        action: PostAction,
        by: String,
        /// Of which network; all where it says none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        network: Option<Network>,
    },
    /// What new audiences need of the past is not counted any further.
    EndFill {
        by: String,
    },
    /// A campaign that was stopped for the harm it does goes on.
    Release {
        scope: String,
        by: String,
    },
    /// Nothing of a journey leaves, or all of it again.
    Pause {
        journey: JourneyName,
        action: PauseAction,
        by: String,
    },
    /// Ends a hold: what waits may go out.
    Resume {
        by: String,
    },
    /// The two of whom this merge made one are two again, and kept apart.
    Undo {
        merge: MergeId,
        by: String,
    },
    /// The runs of one version of a journey are taken to the latest one, as far as they can be.
    Move {
        journey: JourneyName,
        from: u64,
        by: String,
    },
    /// The two whom an undone merge keeps apart may become one again.
    AllowMerge {
        merge: MergeId,
        by: String,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastAction {
    Plan,
    Approve,
    Start,
    Pause,
    Resume,
    Cancel,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PauseAction {
    Pause,
    Resume,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostAction {
    Plan,
    Approve,
    Start,
    Pause,
    Resume,
    Cancel,
    /// What stands shall say what the content says now.
    Edit,
    /// What stands is taken back.
    Delete,
    /// What failed is tried again.
    Again,
    /// What is not known to stand is left at that.
    Leave,
}

impl PostAction {
    pub const ALL: [PostAction; 10] = [
        PostAction::Plan,
        PostAction::Approve,
        PostAction::Start,
        PostAction::Pause,
        PostAction::Resume,
        PostAction::Cancel,
        PostAction::Edit,
        PostAction::Delete,
        PostAction::Again,
        PostAction::Leave,
    ];

    /// The word in the API's path.
    pub fn name(self) -> &'static str {
        match self {
            PostAction::Plan => "plan",
            PostAction::Approve => "approve",
            PostAction::Start => "start",
            PostAction::Pause => "pause",
            PostAction::Resume => "resume",
            PostAction::Cancel => "cancel",
            PostAction::Edit => "edit",
            PostAction::Delete => "delete",
            PostAction::Again => "again",
            PostAction::Leave => "leave",
        }
    }

    pub fn from_name(name: &str) -> Option<PostAction> {
        PostAction::ALL.into_iter().find(|it| it.name() == name)
    }
}

/// The stored form: the tag names the kind and its version.
#[derive(Serialize, Deserialize)]
enum Form<F, C> {
    #[serde(rename = "fact.1")]
    Fact(F),
    #[serde(rename = "control.1")]
    Control(C),
    /// As many spaces as it takes.
    #[serde(rename = "blank.1")]
    Blank(String),
}

/// Holds most events, so that the text seldom moves while it grows.
const USUAL_BYTES: usize = 768;

impl Fact {
    pub fn of(event: Event) -> Fact {
        Fact { event, person: None, acts: Vec::new() }
    }
}

impl LogRecord {
    pub fn encode(&self) -> Vec<u8> {
        let form = match self {
            LogRecord::Fact(fact) => Form::Fact(fact),
            LogRecord::Control(control) => Form::Control(control),
            LogRecord::Blank => Form::Blank(String::new()),
        };
        let mut bytes = Vec::with_capacity(USUAL_BYTES);
        serde_json::to_writer(&mut bytes, &form).expect("plain data always has a JSON form");
        bytes
    }

    /// What takes the place of an erased record of so many bytes, in just as many, so that every
    /// record keeps its position.
    pub fn blank(bytes: usize) -> Vec<u8> {
        const AROUND: usize = r#"{"blank.1":""}"#.len();
        // No record is so short; of one that were, spaces say no more.
        let Some(spaces) = bytes.checked_sub(AROUND) else { return vec![b' '; bytes] };
        format!("{{\"blank.1\":\"{}\"}}", " ".repeat(spaces)).into_bytes()
    }

    pub fn decode(bytes: &[u8]) -> Result<LogRecord, Unreadable> {
        match serde_json::from_slice::<Form<Fact, Control>>(bytes) {
            Ok(Form::Fact(fact)) => Ok(LogRecord::Fact(fact)),
            Ok(Form::Control(control)) => Ok(LogRecord::Control(control)),
            Ok(Form::Blank(_)) => Ok(LogRecord::Blank),
            Err(error) => Err(Unreadable { what: "log record", detail: error.to_string() }),
        }
    }
}
