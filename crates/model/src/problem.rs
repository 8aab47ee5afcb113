//! Something wrong in a text that a person wrote: where, what, and the remedy.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file, empty for text that has none.
    pub file: String,
    /// Counted from 1; 0 where the place is not known.
    pub line: usize,
    pub column: usize,
    pub message: String,
    /// What to do; empty where the message says it.
    pub hint: String,
}

impl Problem {
    pub fn new(message: impl Into<String>) -> Problem {
        Problem {
            file: String::new(),
            line: 0,
            column: 0,
            message: message.into(),
            hint: String::new(),
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Problem {
        self.hint = hint.into();
        self
    }

    #[must_use]
    pub fn at(mut self, line: usize, column: usize) -> Problem {
        (self.line, self.column) = (line, column);
        self
    }

    #[must_use]
    pub fn in_file(mut self, file: impl Into<String>) -> Problem {
        self.file = file.into();
        self
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.file.is_empty(), self.line) {
            (true, 0) => {}
            (true, line) => write!(f, "{line}:{}: ", self.column)?,
            (false, 0) => write!(f, "{}: ", self.file)?,
            (false, line) => write!(f, "{}:{line}:{}: ", self.file, self.column)?,
        }
        f.write_str(&self.message)?;
        if !self.hint.is_empty() {
            write!(f, "\n  hint: {}", self.hint)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}
