//! Persons, ledger, agenda, outbox and catalog: one way to write, narrow views to read.

use crate::{
    Changes, CountKey, HookCounts, HookRecord, InboxItem, LogPosition, Merge, Person, SinceMerge,
    Space,
};
use model::{Channel, HookState, Identifier, MergeId, Message, MessageId, PersonId, Timestamp};
use thiserror::Error;

/// The one writer. Its own views see everything committed; readers see a recent snapshot.
pub trait Store: Views + Send {
    /// Stores all of `changes` or none. After an error the caller must not assume either.
    fn commit(&mut self, changes: &Changes<'_>) -> Result<(), StoreError>;

    /// Views for another thread.
    fn reader(&self) -> Result<Box<dyn Views + Send>, StoreError>;
}

pub trait Views: People + Directory + Agenda + Outbox + Hooks + Inbox + Ledger + Catalog {}

impl<T: People + Directory + Agenda + Outbox + Hooks + Inbox + Ledger + Catalog> Views for T {}

pub trait People {
    /// The persons that exist among `ids`, with their open messages, in the order of `ids`.
    fn load(&self, ids: &[PersonId]) -> Result<Vec<Person>, StoreError>;

    /// Ids above `after`, rising.
    fn ids_after(&self, after: Option<PersonId>, limit: usize)
    -> Result<Vec<PersonId>, StoreError>;

    /// Persons whose name, e-mail or id begins with or contains `query`; all for an empty one.
    /// Newest first, below `before`.
    fn search(
        &self,
        query: &str,
        before: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonSummary>, StoreError>;

    fn count(&self) -> Result<u64, StoreError>;

    /// Members of an audience with an id above `after`, rising. No person is read for it.
    fn members(
        &self,
        audience: &str,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<PersonId>, StoreError>;
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonSummary {
    pub id: PersonId,
    /// From the traits `name`, or `first_name` and `last_name`; empty when there is none.
    pub name: String,
    pub identifiers: Vec<Identifier>,
    pub created: Timestamp,
    pub last_seen: Timestamp,
}

pub trait Directory {
    /// Who owns each identifier.
    fn owners(&self, identifiers: &[Identifier]) -> Result<Vec<Option<PersonId>>, StoreError>;

    /// The person that `id` stands for now: itself, or who absorbed it (followed to the end).
    fn current(&self, id: PersonId) -> Result<PersonId, StoreError>;

    /// Persons above `after` who were absorbed, rising, each with the one who absorbed them, who may have
    /// been absorbed as well.
    fn redirects_after(
        &self,
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Vec<(PersonId, PersonId)>, StoreError>;

    /// Merges in which the person took part, undone ones too, oldest first.
    fn merges_of(&self, id: PersonId) -> Result<Vec<Merge>, StoreError>;

    fn merge(&self, id: MergeId) -> Result<Option<Merge>, StoreError>;

    /// The merge with the highest id.
    fn last_merge(&self) -> Result<Option<MergeId>, StoreError>;

    /// What was taken in for the person under numbers from `from` on, in order.
    fn since_merge(&self, person: PersonId, from: u64) -> Result<Vec<SinceMerge>, StoreError>;
}

pub trait Agenda {
    /// Persons to look at by `now`, earliest first.
    fn due_people(&self, now: Timestamp, limit: usize) -> Result<Vec<PersonId>, StoreError>;

    /// The earliest time at which a person needs to be looked at.
    fn next_due(&self) -> Result<Option<Timestamp>, StoreError>;
}

pub trait Outbox {
    /// Planned messages whose time has come, earliest first.
    fn due_messages(
        &self,
        channel: Channel,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<(MessageId, PersonId)>, StoreError>;

    /// The earliest time of a planned message in `channel`.
    fn next_message(&self, channel: Channel) -> Result<Option<Timestamp>, StoreError>;

    /// Messages stored as being on the wire.
    fn in_flight(&self) -> Result<Vec<(MessageId, PersonId)>, StoreError>;
}

/// Calls of other systems.
pub trait Hooks {
    /// Those whose time has come, earliest first, at most `per_host` for each receiver, so that one
    /// for whom many wait does not keep others from being seen.
    fn due_hooks(
        &self,
        now: Timestamp,
        per_host: usize,
        limit: usize,
    ) -> Result<Vec<HookRecord>, StoreError>;

    /// The earliest time after this one at which a call is due.
    fn next_hook(&self, after: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    fn hook(&self, key: &str) -> Result<Option<HookRecord>, StoreError>;

    /// The latest first, with numbers below `before`.
    fn hooks(
        &self,
        state: Option<HookState>,
        before: Option<u64>,
        limit: usize,
    ) -> Result<Vec<HookRecord>, StoreError>;

    fn hook_counts(&self) -> Result<HookCounts, StoreError>;
}

/// What waits on the site for its visitors.
pub trait Inbox {
    /// What has not ended at `now` for any of these addresses, the latest first.
    fn waiting(
        &self,
        to: &[Identifier],
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<InboxItem>, StoreError>;
}

pub trait Ledger {
    fn message(&self, id: MessageId) -> Result<Option<Message>, StoreError>;

    fn message_by_key(&self, key: &str) -> Result<Option<MessageId>, StoreError>;

    /// Newest first, below `before`.
    fn messages_of(
        &self,
        person: PersonId,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;

    /// Messages of a scope that ended `failed` or `unknown`, newest first, below `before`.
    fn faults(
        &self,
        scope: &str,
        before: Option<MessageId>,
        limit: usize,
    ) -> Result<Vec<Message>, StoreError>;

    /// The counts as kept, commit by commit.
    fn counts(&self) -> Result<Vec<(CountKey, i64)>, StoreError>;

    /// The same counts, made anew from the messages themselves: what `counts` must equal.
    fn recount(&self) -> Result<Vec<(CountKey, i64)>, StoreError>;

    /// Messages that wait for a later time than the first possible one.
    fn deferred(&self) -> Result<u64, StoreError>;
}

pub trait Catalog {
    fn get(&self, space: Space, key: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Keys that begin with `prefix`, in order, with their values.
    fn list(&self, space: Space, prefix: &str) -> Result<Vec<(String, Vec<u8>)>, StoreError>;

    /// Everything before this position is in the state.
    fn log_position(&self) -> Result<LogPosition, StoreError>;

    /// The time of the last commit; none before the first.
    fn last_commit(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Which of these events were committed before.
    fn seen(&self, ids: &[[u8; 16]]) -> Result<Vec<bool>, StoreError>;
}

#[derive(Debug, Error)]
pub enum StoreError {
    #[error("could not {doing}")]
    Failed { doing: &'static str, source: Box<dyn std::error::Error + Send + Sync> },
    #[error("the stored {what} cannot be read: {detail}; see `fulcrum doctor`")]
    Unreadable { what: &'static str, detail: String },
    #[error("a message with the key {0} exists already")]
    DuplicateKey(String),
    #[error("{path} is in use by another process")]
    InUse { path: String },
    #[error("the disk under {path} is full")]
    DiskFull { path: String },
}

impl StoreError {
    pub fn failed(
        doing: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> StoreError {
        StoreError::Failed { doing, source: source.into() }
    }
}
