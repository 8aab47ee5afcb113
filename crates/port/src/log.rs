//! The durable, ordered sequence of what was accepted.

use thiserror::Error;

/// A place in the sequence, in bytes from its beginning. Positions only grow.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct LogPosition(pub u64);

/// Called once: with the position after the last of the records when they are durable, or with the
/// reason why they are not.
pub type AppendDone = Box<dyn FnOnce(Result<LogPosition, LogError>) + Send>;

pub trait FactLog: Send + Sync {
    /// Calls `done` when all `records` are on disk. They stay together and in order.
    fn append(&self, records: Vec<Vec<u8>>, done: AppendDone);

    /// Durable records from `from` on, each with the position after it; none when there are none.
    fn read(
        &self,
        from: LogPosition,
        records_max: usize,
        bytes_max: usize,
    ) -> Result<Vec<(LogPosition, Vec<u8>)>, LogError>;

    /// The position after the last durable record.
    fn durable_end(&self) -> LogPosition;

    /// The position of the first record that is kept. What is before it reads as [`LogError::Trimmed`].
    fn first(&self) -> LogPosition;

    /// Lets go of records before `before`, as many as go without those that follow; returns the first
    /// that is kept. The last records always stay, so that the log knows where it ends.
    fn trim(&self, before: LogPosition) -> Result<LogPosition, LogError>;

    /// Overwrites records before `until`: what `change` gives for one takes its place, which must
    /// be just as long, so that positions stay. Returns how many were overwritten, when that is
    /// durable. It may be stopped at any moment and done again.
    fn rewrite(
        &self,
        until: LogPosition,
        change: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
    ) -> Result<u64, LogError>;

    /// Has `wake` called, from the writer's thread, whenever the durable end moved.
    fn on_append(&self, wake: Box<dyn Fn() + Send + Sync>);
}

#[derive(Debug, Error)]
pub enum LogError {
    #[error("could not {doing} {path}")]
    Io { doing: &'static str, path: String, source: std::io::Error },
    #[error(
        "the log is corrupt in {path} at byte {offset}: {what}; restore a backup, or see `fulcrum doctor`"
    )]
    Corrupt { path: String, offset: u64, what: String },
    #[error("the log begins at {first}; what stood at {asked} is in the history alone")]
    Trimmed { asked: u64, first: u64 },
    #[error("a record of {bytes} bytes is larger than the log takes ({limit})")]
    TooLarge { bytes: usize, limit: usize },
    #[error("{path} is in use by another process")]
    InUse { path: String },
    #[error("the log is closed: {why}")]
    Closed { why: String },
}
