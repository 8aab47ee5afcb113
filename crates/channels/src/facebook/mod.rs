//! Pages at Facebook, by the Graph API as its documentation describes it.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.
//! Tried against a network that is played here, and never against the real one.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Facebook;
pub use config::FacebookConfig;

#[cfg(test)]
mod tests;
