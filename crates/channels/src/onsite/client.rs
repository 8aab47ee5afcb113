//! Puts a message into the inbox and waits until it is on disk there. Owns no rule.

use super::request::item;
use crate::http::message::logged;
use model::Reply;
use port::{Envelope, INBOX_MAX, Letterbox, Placed};
use std::sync::{Arc, mpsc};
use std::time::Duration;

/// A commit takes milliseconds; whoever waits longer waits for a full disk. What is stored after all is found
/// by its key at the next try.
const COMMIT_WAIT: Duration = Duration::from_secs(10);

/// They share their commits, so many at once make few syncs.
const CONCURRENCY: usize = 32;

pub struct Onsite {
    letterbox: Arc<dyn Letterbox>,
    wait: Duration,
}

impl Onsite {
    pub fn new(letterbox: Arc<dyn Letterbox>) -> Onsite {
        Onsite { letterbox, wait: COMMIT_WAIT }
    }

    /// With another patience.
    pub fn waiting(self, wait: Duration) -> Onsite {
        Onsite { wait, ..self }
    }

    fn try_once(&self, envelope: &Envelope) -> Result<Reply, Reply> {
        let item = item(envelope)?;
        let (sender, receiver) = mpsc::channel();
        // Nobody may wait any more.
        self.letterbox.put(
            item,
            Box::new(move |placed| {
                let _ = sender.send(placed);
            }),
        );
        let again = |detail: &str| Reply::Deferred { detail: detail.to_owned(), retry_after: None };
        let refused = |detail: String, dead| Reply::Refused { detail, dead };
        Ok(match receiver.recv_timeout(self.wait) {
            Ok(Placed::Stored) => Reply::Accepted { provider_id: String::new() },
            Ok(Placed::NotStored) => again("the inbox could not be written"),
            Ok(Placed::Full) => refused(format!("{INBOX_MAX} messages wait for them"), false),
            Ok(Placed::Erased) => refused("the person was erased".to_owned(), true),
            Err(_) => again("nobody said whether it is in the inbox"),
        })
    }
}

impl port::Channel for Onsite {
    fn channel(&self) -> model::Channel {
        model::Channel::Onsite
    }

    fn concurrency(&self) -> usize {
        CONCURRENCY
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        logged(envelope, self.try_once(envelope).unwrap_or_else(|it| it))
    }
}
