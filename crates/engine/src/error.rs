//! What can stop a turn.

use model::Problem;
use port::{HistoryError, LogError, StoreError};
use thiserror::Error;

#[derive(Debug, Error)]
pub enum EngineError {
    #[error("the store failed")]
    Store(#[from] StoreError),
    #[error("the history failed")]
    History(#[from] HistoryError),
    #[error("the log failed")]
    Log(#[from] LogError),
    #[error("{0}")]
    Record(#[from] record::Unreadable),
    #[error("the programme has {} problems, the first: {}", .0.len(), .0.first().map(ToString::to_string).unwrap_or_default())]
    Programme(Vec<Problem>),
}
