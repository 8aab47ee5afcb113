//! What providers call back: receipts, bounces, complaints, and what people did with a message.
//!
//! Pure: bytes, headers and settings come in, a list of callbacks comes out. Nothing is believed that is
//! not signed, or does not hold the secret that was agreed; a kind that is not known is kept under its
//! name. Whoever acts on a callback checks that it names a message that was sent to that address.

mod callback;

pub(crate) use callback::reason;
pub use callback::{BadCallback, Callback, Headers, What};

pub use crate::twilio::callback as twilio;
