//! What providers call back: receipts, bounces, complaints, and what people did with a message.
//!
//! Pure: bytes, headers and settings come in, a list of callbacks comes out. Nothing is believed that is
//! not signed, or does not hold the secret that was agreed; a kind that is not known is kept under its
//! name. Whoever acts on a callback checks that it names a message that was sent to that address.

mod callback;
mod checks;
mod json;
mod listens;
pub mod mailgun;
pub mod postmark;
mod receiver;
pub mod sendgrid;
pub mod ses;
mod sns;

pub use crate::twilio::callback as twilio;
pub(crate) use callback::reason;
pub use callback::{BadCallback, CALLBACKS_MAX, Callback, Headers, MESSAGE_VARIABLE, What};
pub use listens::{Heard, Listens};
pub use receiver::{CallbacksConfig, Receiver};

#[cfg(test)]
mod tests;
