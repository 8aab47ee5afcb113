//! What waits on a site for those who visit it, and where it is put.

use model::{Identifier, MessageId, PersonId, Timestamp};

/// Messages that wait for one address at most. Whoever finds that many is shown none of them with joy.
pub const INBOX_MAX: usize = 20;

/// A message as a site shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxItem {
    /// The message's key: what comes again under it is the same message.
    pub key: String,
    /// None for a try.
    pub message: Option<MessageId>,
    /// Whom it was written for; none for a try that goes to nobody's address.
    pub person: Option<PersonId>,
    /// Whoever shows that this is theirs gets it.
    pub to: Identifier,
    pub title: String,
    pub body: String,
    /// What the link is called.
    pub label: Option<String>,
    pub url: Option<String>,
    pub at: Timestamp,
    /// It is not shown from then on.
    pub until: Timestamp,
}

/// What became of something that was put into an inbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placed {
    /// On disk, once for its key.
    Stored,
    /// Not, or nobody knows: the same key may come again.
    NotStored,
    /// [`INBOX_MAX`] wait there.
    Full,
    /// Its person was erased.
    Erased,
}

/// Takes in what is to wait on the site.
pub trait Letterbox: Send + Sync {
    /// `done` is told once, after the commit; it is dropped where nobody will ever know.
    fn put(&self, item: InboxItem, done: Box<dyn FnOnce(Placed) + Send>);
}
