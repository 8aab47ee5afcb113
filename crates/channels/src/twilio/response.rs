//! What an answer means. Pure.

use crate::http::meaning::{Again, Called, of_status};
use crate::http::message::provider_id;
use model::Reply;
use serde::Deserialize;

/// The API has no key under which it would know a second try.
pub const AGAIN: Again = Again::SecondCopy;

/// Numbers of errors, as Twilio's list has them, that say that nobody is to be reached there: no number
/// (21211, 21217), one that cannot receive text (21614), one that does not exist (30005, 30006), and one
/// whose owner has said STOP (21610).
const DEAD: [u32; 6] = [21_211, 21_217, 21_610, 21_614, 30_005, 30_006];

/// Of those that may pass: too many calls (20429), full queues (21611, 30001), not signed in (20003).
const LATER: [u32; 4] = [20_003, 20_429, 21_611, 30_001];

#[derive(Default, Deserialize)]
#[serde(default)]
struct Answer {
    sid: Option<String>,
    code: Option<u32>,
}

pub fn meaning(called: &Called) -> Reply {
    let body = called.body.as_deref().unwrap_or_default();
    let answer: Answer = serde_json::from_slice(body).unwrap_or_default();
    let said = answer.code.map(|it| it.to_string()).unwrap_or_default();
    let detail = || format!("{}: {said}", called.status);
    match (called.status, answer.code) {
        // Taken, whatever else is said.
        (200..=299, _) => {
            let sid = answer.sid.as_deref().and_then(provider_id);
            Reply::Accepted { provider_id: sid.unwrap_or_default() }
        }
        (400..=499, Some(code)) if DEAD.contains(&code) => {
            Reply::Refused { detail: detail(), dead: true }
        }
        (400..=499, Some(code)) if LATER.contains(&code) => {
            Reply::Deferred { detail: detail(), retry_after: called.retry_after }
        }
        _ => of_status(called, &said, AGAIN),
    }
}
