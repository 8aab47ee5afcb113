//! What the adapters of social networks share: one call and its answer, what went wrong and what that
//! means for the post, secrets that do not show, and text for networks that know no marks.
//!
//! `api` alone does I/O; the rest is pure.

mod api;
mod call;
mod config;
pub mod graph;
mod multipart;
mod secret;
mod standing;
mod text;
mod trouble;

pub use api::{Api, now};
pub use call::{Call, Reply, encode, form};
pub use config::{check_allow, check_base, check_secret, find_secret, http};
pub use multipart::Multipart;
pub use secret::Secret;
pub use standing::{CLOCKS_APART_MAX, Standing, find_among, moment};
pub use text::{part_of, plain_text};
pub use trouble::Trouble;

#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
