//! The shared words: typed ids, times, channels, values, events, messages and reasons.
//!
//! Everything here is plain data. Nothing reads a clock, draws a number or opens a file.

mod chance;
mod channel;
mod choice;
mod conversation;
mod event;
mod hook;
mod id;
mod identifier;
mod message;
mod problem;
mod reason;
mod social;
mod time;
mod value;

pub use chance::{Chance, ChanceKey};
pub use channel::{Channel, ChannelSet};
pub use choice::{Choice, Offered, OfferedHour, PARTS};
pub use conversation::Conversation;
pub use event::{Event, EventFlags, EventKind, MAX_IDENTIFIERS};
pub use hook::{HookReply, HookState};
pub use id::{
    CampaignName, ContentName, JourneyName, MergeId, MessageId, PersonId, RunId, SourceId, Topic,
};
pub use identifier::{Identifier, IdentifierKind};
pub use message::{
    Class, Feedback, FeedbackSet, LedgerState, Message, MessageState, Origin, Purpose, Reply,
    Request, TRAIL_MAX, TrailEntry,
};
pub use problem::Problem;
pub use reason::{Reason, Rejection};
pub use social::{
    LinkCard, Mark, Marked, Network, Post, PostImage, PostMetrics, PostPart, PostRef, Published,
    PublisherError,
};
pub use time::{ParseSpanError, ParseTimestampError, Span, Timestamp};
pub use value::{Map, Value};

#[cfg(test)]
mod tests;
