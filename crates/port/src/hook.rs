//! Calls of other systems: as they are committed, as they are kept, and who makes them.

use model::{HookReply, HookState, PersonId, Timestamp};

/// Keys of calls that tell a hub of feeds begin so (WebSub). Their body is a form, which is all that hubs
/// read.
pub const WEBSUB: &str = "websub";

/// A call of another system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// The same for each try, and unique.
    pub key: String,
    pub url: String,
    pub body: Vec<u8>,
    pub made: Timestamp,
    /// Whom the body is about: their calls are forgotten with them. None for what must still be
    /// said of somebody who was erased; such a body goes as soon as it was answered.
    pub person: Option<PersonId>,
    /// Calls of one lane are made one after the other, in the order in which they were committed.
    pub lane: Option<String>,
}

/// A call as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookRecord {
    /// Rises with the order in which they were committed.
    pub number: u64,
    pub hook: Hook,
    pub state: HookState,
    pub tries: u32,
    pub tried_at: Option<Timestamp>,
    /// None while an earlier call of its lane waits, and at the end.
    pub next_at: Option<Timestamp>,
    /// How the last try ended.
    pub detail: String,
}

/// What a try made of a call, or somebody who wants it tried again. Of a call that is not there
/// (any more) nothing is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookChange {
    pub key: String,
    pub state: HookState,
    pub tries: u32,
    pub tried_at: Option<Timestamp>,
    /// For [`HookState::Waiting`].
    pub next_at: Option<Timestamp>,
    pub detail: String,
}

/// Ended calls from before these times go, some with each commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForgetHooks {
    pub answered: Timestamp,
    pub given_up: Timestamp,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HookCounts {
    /// All that wait, those that failed before among them.
    pub waiting: u64,
    /// Waiting, and the last try failed.
    pub failing: u64,
    pub given_up: u64,
}

/// Makes calls of other systems.
pub trait Caller: Send + Sync {
    /// How many calls may be under way at once.
    fn concurrency(&self) -> usize;

    /// Makes one try. Blocks for a bounded time.
    fn call(&self, hook: &Hook, now: Timestamp) -> HookReply;
}

impl Hook {
    /// Whom the call goes to, for what is limited by receiver.
    pub fn host(&self) -> String {
        let rest = self.url.split_once("://").map_or(self.url.as_str(), |it| it.1);
        rest.split(['/', '?', '#']).next().unwrap_or_default().to_ascii_lowercase()
    }
}
