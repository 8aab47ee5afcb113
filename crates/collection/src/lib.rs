//! Untrusted bytes to an event or a named rejection.
//!
//! A request goes through a list of steps. Those of [`receive()`] concern the whole body, and only
//! they can refuse it: size, write key, unpacking, UTF-8, JSON, the list of events. Those of
//! [`event_from_json`] concern one event and never the ones beside it: size, shape, type, name,
//! identity, time. Each step ends in what the next one needs, or in a [`model::Rejection`].

mod dedup;
mod endpoint;
mod event;
pub mod exports;
mod imported;
mod limits;
mod posthog;
mod raw;
mod receive;
mod row;
pub mod settings;
mod surrogate;
mod time;
mod wire;

pub use dedup::dedup_id;
pub use endpoint::Endpoint;
pub use event::{Arrival, Refusal, event_from_json};
pub use imported::{Closing, import_from_json};
pub use limits::Limits;
pub use receive::{Received, Rejected, Request, receive, write_key};
pub use row::event_from_row;
pub use wire::event_to_json;

#[cfg(test)]
mod tests;
