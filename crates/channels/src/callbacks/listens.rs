//! Providers that hold a line open and tell us by it, in place of calling back.

use super::Callback;
use std::time::Duration;

pub trait Listens: Send + Sync {
    /// What was told, at most some hundred; empty where nothing was for so long. Signs in if it must. An error says in
    /// words for whoever runs this why nobody can be heard; it holds no address and no secret.
    fn hear(&self, at_most: Duration) -> Result<Vec<Heard>, String>;
}

/// Something that was told. Whoever told it says it again until it is answered.
pub struct Heard {
    pub callback: Callback,
    answer: Box<dyn FnOnce(bool) + Send>,
}

impl Heard {
    pub fn new(callback: Callback, answer: impl FnOnce(bool) + Send + 'static) -> Heard {
        Heard { callback, answer: Box::new(answer) }
    }

    /// Whether it is stored. Dropped without an answer, it is told again.
    pub fn answer(self, stored: bool) {
        (self.answer)(stored);
    }
}
