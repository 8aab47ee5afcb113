//! X, by the API v2 as its documentation describes it, signed by OAuth 1.0a: its tokens do not end, and those
//! of OAuth 2 would have to be kept anew every two hours.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.
//! Tried against a network that is played here, and never against the real one.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::X;
pub use config::XConfig;

#[cfg(test)]
mod tests;
