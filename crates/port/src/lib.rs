//! Narrow traits to the engines underneath, their in-memory versions and contract suites.
//!
//! All writing is one method, [`Store::commit`], and [`Changes`] is plain data. Everything else is
//! a reading view. An adapter is done when its suite in [`contract`] passes.

mod changes;
mod channel;
pub mod contract;
mod history;
mod hook;
mod inbox;
mod log;
mod mailbox;
mod memory_history;
mod memory_hooks;
mod memory_inbox;
mod memory_log;
mod memory_mailbox;
mod memory_publisher;
mod memory_store;
mod person;
mod publisher;
mod store;

pub use changes::{
    Changes, CountChange, CountKey, Entry, Kept, Merge, Sections, SeenId, Since, SinceMerge, Space,
    Undone,
};
pub use channel::{Channel, Envelope, Payload};
pub use history::{
    AskFate, Fate, History, HistoryError, HistoryRow, PersonRange, Redirects, Scan, Visit, Wanted,
    Within,
};
pub use hook::{Caller, ForgetHooks, Hook, HookChange, HookCounts, HookRecord, WEBSUB};
pub use inbox::{INBOX_MAX, InboxItem, Letterbox, Placed};
pub use log::{AppendDone, FactLog, LogError, LogPosition};
pub use mailbox::{
    FetchedMail, MAIL_BYTES_MAX, MAILS_AT_ONCE, MailKey, Mailbox, MailboxError, Waited,
};
pub use memory_history::MemoryHistory;
pub use memory_log::MemoryLog;
pub use memory_mailbox::MemoryMailbox;
pub use memory_publisher::{MemoryPost, MemoryPublisher};
pub use memory_store::{Fault, MemoryStore};
pub use model::{Published, PublisherError};
pub use person::{HoldoutEntry, PanelEntry, Person, RECENT_MAX, Recent};
pub use publisher::{Account, PostLimits, PostOrder, Publisher};
pub use store::{
    Agenda, Catalog, Directory, Hooks, Inbox, Ledger, Outbox, People, PersonSummary, Store,
    StoreError, Views,
};

#[cfg(test)]
mod tests;
