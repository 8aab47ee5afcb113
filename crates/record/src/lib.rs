//! Versioned stored and wire forms, programme files, and their conversions.
//!
//! Every form that leaves the process carries its version in its tag (`fact.1`). A change that old
//! readers would misread takes the next number, and the old form stays here with a conversion and a
//! file in `fixtures/stored/` that must still load.

pub mod history;
pub mod log;
pub mod person;
pub mod programme;
mod webhook;

pub use log::{Act, Control, DIRECT, Fact, LogRecord, MessageOrder};
pub use programme::Programme;
pub use webhook::{OLD_SECRET_LASTS, WEBHOOK_SECRETS, WebhookSecrets};

/// A stored form that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub what: &'static str,
    pub detail: String,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "the stored {} cannot be read: {}", self.what, self.detail)
    }
}

impl std::error::Error for Unreadable {}

#[cfg(test)]
mod tests;
