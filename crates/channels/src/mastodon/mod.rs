//! Mastodon, and other servers that speak its API.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Mastodon;
pub use config::MastodonConfig;

#[cfg(test)]
mod tests;
