//! Collection: what SDKs send, taken by the steps of `collection` and acknowledged when durable.

mod known;
mod live;
mod routes;
mod sources;

pub(crate) use known::Known;
pub(crate) use live::{Counts, Live, ReceivedEvent};
pub(crate) use routes::{preflight, router, with_cors};
pub(crate) use sources::{SOURCES_MAX, Sources};
pub use sources::{SourceEntry, new_source, source_entry};
