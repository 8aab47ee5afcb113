//! What an answer means (SMPP 3.4, 5.1.3). Pure.

use crate::http::message::provider_id;
use model::Reply;

pub const OK: u32 = 0;

/// Taken back by whoever hears it: we could not store it now.
pub const NOT_NOW: u32 = 0x64;

/// There is no such number.
const DEAD: [u32; 1] = [0x0B];

/// About this message: its length, its sender, its numbers' kinds, its options, or the network said no.
const REFUSED: [u32; 26] = [
    0x01, 0x02, 0x03, 0x06, 0x07, 0x0A, 0x11, 0x42, 0x43, 0x44, 0x45, 0x48, 0x49, 0x50, 0x51, 0x53,
    0x54, 0x55, 0x61, 0x62, 0x63, 0x65, 0x66, 0xC0, 0xC2, 0xC4,
];

/// An error says that the message was not taken. What is neither about it nor about its number may pass: too many
/// at once (0x58), a full queue (0x14), a fault over there (0x08), or what the carrier has numbers of its own for.
pub fn meaning(status: u32, id: &str) -> Reply {
    let detail = format!("SMPP status {status:#04x}");
    match status {
        OK => Reply::Accepted { provider_id: provider_id(id).unwrap_or_default() },
        it if DEAD.contains(&it) => Reply::Refused { detail, dead: true },
        it if REFUSED.contains(&it) => Reply::Refused { detail, dead: false },
        _ => Reply::Deferred { detail, retry_after: None },
    }
}

/// Nobody is let in: later messages may be.
pub fn not_let_in(status: u32) -> Reply {
    let detail = format!("signing in: SMPP status {status:#04x}");
    Reply::Deferred { detail, retry_after: None }
}
