//! A place to publish to: one account at one social network.

use model::{Network, Post, PostMetrics, PostRef, Published, PublisherError, Timestamp};

pub trait Publisher: Send + Sync {
    fn network(&self) -> Network;

    /// Hands one part of a post over. Blocks for a bounded time. The same key twice must not make two
    /// posts where the network can tell; silence after the point of no return is
    /// [`Published::Lost`], never a plain refusal and never `Later`. A broken token is `Later`: nothing is
    /// wrong with the post, and `check` says that somebody has to sign in.
    fn publish(&self, order: &PostOrder<'_>) -> Published;

    /// Looks for a part of which it is not known whether it was published; none if it is not there, or if
    /// the network cannot tell.
    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError>;

    /// Takes a part back. One that is not there any more is as good as taken back.
    fn delete(&self, post: &PostRef) -> Result<(), PublisherError>;

    /// Replaces the text of a part, where the network allows it; what else it has stays.
    fn edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, PublisherError>;

    /// What came of these, in their order; none for one that is gone. A network that does not count answers
    /// [`PublisherError::NotAllowed`].
    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError>;

    /// Whether the account would take a post now, without publishing one.
    fn check(&self) -> Result<Account, PublisherError>;
}

/// One part of a post, to be published.
#[derive(Clone, Copy, Debug)]
pub struct PostOrder<'a> {
    /// The key under which all tries of this part are made.
    pub key: &'a str,
    /// When it was claimed. A part that is looked for was published then or later.
    pub at: Timestamp,
    pub post: &'a Post,
    /// Which of its parts, from 0.
    pub part: usize,
    /// The parts before it, in order; empty for the first.
    pub before: &'a [PostRef],
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// As people know it: `@shop@mastodon.example`.
    pub name: String,
    /// When its token ends, where the network says so.
    pub until: Option<Timestamp>,
    pub limits: PostLimits,
}

/// What one part may hold. Servers of one network differ, so the account is asked and not a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostLimits {
    /// In the network's own way of counting.
    pub characters: usize,
    /// What a link counts, however long it is; none where it counts as it is written.
    pub per_link: Option<usize>,
    pub images: usize,
    /// Of an image's alt text.
    pub alt_characters: usize,
}
