//! An answer of a network, as plain data.

use super::Trouble;
use model::Span;
use serde::de::DeserializeOwned;

/// An answer of which the status is known. It may hold a session, so it cannot be shown.
#[derive(Clone, Default)]
pub struct Reply {
    pub status: u16,
    /// For how long no further call is wanted.
    pub wait: Option<Span>,
    /// The header in which some networks name what was made.
    pub id: Option<String>,
    pub body: Vec<u8>,
}

impl Reply {
    pub fn is_ok(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// It is not there, or not any more.
    pub fn is_gone(&self) -> bool {
        matches!(self.status, 404 | 410)
    }

    /// What an answer says that went well. One that cannot be read leaves open what was done.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Trouble> {
        serde_json::from_slice(&self.body)
            .map_err(|_| Trouble::Lost(format!("{}: the answer cannot be read", self.status)))
    }

    /// The body of an answer that did not go well, where it has the form that errors have.
    pub fn error<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}
