//! What the adapters of social networks share: one call's answer, what went wrong and what that means
//! for the post, and text for networks that know no marks.
//!
//! `api` alone does I/O; the rest is pure.

mod api;
mod config;
pub mod graph;
mod multipart;
mod reply;
mod standing;
mod text;
mod trouble;

pub use api::{Api, now};
pub use config::{http, reveal};
pub use multipart::Multipart;
pub use reply::Reply;
pub use standing::{CLOCKS_APART_MAX, Standing, find_among, moment};
pub use text::{part_of, plain_text};
pub use trouble::Trouble;

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
