//! How the Graph API of Meta, of which Facebook and Threads are parts, says what went wrong. Pure.

use super::{Reply, Trouble};
use serde::Deserialize;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    error: Detail,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Detail {
    message: String,
    code: u32,
    error_subcode: u32,
    is_transient: bool,
}

/// Of `GET` and `DELETE`: an object that is not there (any more), which is answered as a bad request.
pub fn is_gone(reply: &Reply) -> bool {
    let failed: Failed = reply.error();
    reply.status == 404 || (failed.error.code == 100 && failed.error.error_subcode == 33)
}

/// By the code and not by the status, which is 400 for nearly everything (developers.facebook.com,
/// "Handle Errors").
pub fn ok(reply: Reply) -> Result<Reply, Trouble> {
    if reply.is_ok() {
        return Ok(reply);
    }
    let Failed { error } = reply.error();
    let said = format!("{} (code {})", error.message, error.code);
    let as_status = |status: u16| {
        let retry_after = reply.wait;
        Trouble::of(&Reply { status, wait: retry_after, ..Reply::default() }, &said)
    };
    Err(match error.code {
        0 => Trouble::of(&reply, ""),
        // The session has ended; the token is broken; a permission is missing or was taken back.
        102 | 190 | 10 | 200..=299 => as_status(401),
        // Too many calls: of the app, the user, the page, this kind; and what business use adds.
        4 | 17 | 32 | 341 | 613 | 80_000..=80_099 => as_status(429),
        // "Possibly a temporary issue due to downtime": what was done is not said.
        1 | 2 => as_status(500),
        _ if error.is_transient => as_status(500),
        _ => Trouble::of(&reply, &said),
    })
}
