//! A folder of a mail server in which mail comes back: bounces, complaints and answers.

use model::Span;

/// How much of a mail is fetched. Reports and what people write stand at its beginning; what follows is the returned
/// message or a file.
pub const MAIL_BYTES_MAX: usize = 256 * 1024;

/// How many mails are fetched at once: some megabytes at most.
pub const MAILS_AT_ONCE: usize = 20;

pub trait Mailbox: Send {
    /// The oldest mails that were not put away or left before, at most [`MAILS_AT_ONCE`], each cut to
    /// [`MAIL_BYTES_MAX`]. Blocks for a bounded time and changes nothing: until they are put away, the same ones come
    /// again, also to another process.
    fn fetch(&mut self) -> Result<Vec<FetchedMail>, MailboxError>;

    /// Puts away what was taken, as the settings say, and leaves the others where they are, so that neither is fetched
    /// again. Keys that are not there any more are none.
    fn done(&mut self, taken: &[MailKey], left: &[MailKey]) -> Result<(), MailboxError>;

    /// Waits until something may have arrived, at most so long.
    fn wait(&mut self, at_most: Span) -> Result<Waited, MailboxError>;
}

/// Which mail of the mailbox: its number, which is never given again while `validity` stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct MailKey {
    pub validity: u32,
    pub uid: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FetchedMail {
    pub key: MailKey,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waited {
    Arrived,
    Quiet,
    /// This server does not tell: ask again later.
    CannotTell,
}

/// Why a mailbox cannot be read, in words for whoever runs this; they hold no address and no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailboxError {
    /// It cannot be reached, or broke off.
    Unreachable(String),
    /// It does not let us in.
    SignIn(String),
    /// It does not do what was asked, such as open this folder.
    Refused(String),
}

impl std::fmt::Display for MailboxError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            MailboxError::Unreachable(why)
            | MailboxError::SignIn(why)
            | MailboxError::Refused(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for MailboxError {}
