//! Bluesky and other servers of the AT Protocol: posts as records in the account's own repository.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Bluesky;
pub use config::BlueskyConfig;

#[cfg(test)]
mod tests;
