//! Why a command ends without doing what it was asked: what, the remedy, and the exit code.

use std::fmt;

use crate::commands::{EXIT_FAILED, EXIT_USAGE};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    pub code: u8,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl Stop {
    /// It was asked rightly and did not work.
    pub fn failed(message: impl Into<String>) -> Stop {
        Stop { code: EXIT_FAILED, message: message.into(), hint: String::new() }
    }

    /// It was asked wrongly, or what it was given cannot be read.
    pub fn usage(message: impl Into<String>) -> Stop {
        Stop { code: EXIT_USAGE, ..Stop::failed(message) }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Stop {
        self.hint = hint.into();
        self
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Stop {}
