//! What a form knows when it comes back: sealed, so that a program cannot make one, and one that was
//! fetched long ago does not serve for ever.

use super::Visit;
use crate::LinkKey;
use crate::links::{seal, unseal};
use model::{Span, Timestamp};
use serde::{Deserialize, Serialize};

/// Nobody reads and fills in a form so fast; programs do.
const YOUNGEST: Span = Span::seconds(2);

/// A page that was left open overnight still works.
const OLDEST: Span = Span::hours(24);

/// The first byte under the seal: nothing else that is signed begins so.
const KIND: u8 = b't';

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token {
    #[serde(rename = "f")]
    pub form: String,
    /// The path of the page that it stands on; empty where it stands alone.
    #[serde(rename = "p", default, skip_serializing_if = "String::is_empty")]
    pub page: String,
    #[serde(rename = "m")]
    pub made: Timestamp,
    /// Another one in each, so that what is sent twice by a double click is known as one.
    #[serde(rename = "n")]
    pub number: u64,
    #[serde(rename = "v", default)]
    pub visit: Visit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    TooYoung,
    Right,
    TooOld,
}

impl Token {
    pub fn seal(&self, key: &LinkKey) -> String {
        let bytes = serde_json::to_vec(self).unwrap_or_default();
        seal(KIND, &bytes, key)
    }

    /// None for what was not sealed here.
    pub fn open(text: &str, key: &LinkKey) -> Option<Token> {
        serde_json::from_slice(&unseal(KIND, text, key)?).ok()
    }

    pub fn age(&self, now: Timestamp) -> Age {
        match now - self.made {
            age if age < YOUNGEST => Age::TooYoung,
            age if OLDEST < age => Age::TooOld,
            _ => Age::Right,
        }
    }
}
