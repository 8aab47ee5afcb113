//! What an answer means. Pure.

use crate::http::meaning::{Again, Called, of_status};
use model::Reply;

/// A topic replaces what still waits, but not what is on a screen already.
pub const AGAIN: Again = Again::SecondCopy;

pub fn meaning(called: &Called) -> Reply {
    match called.status {
        // There is no id but the address of the message, and nothing that could be asked there.
        200..=299 => Reply::Accepted { provider_id: String::new() },
        404 | 410 => {
            let detail = format!("{}: the subscription has ended", called.status);
            Reply::Refused { detail, dead: true }
        }
        413 => Reply::Refused { detail: "413: the message is too long".to_owned(), dead: false },
        _ => of_status(called, "", AGAIN),
    }
}
