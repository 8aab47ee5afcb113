//! Threads, by its API as the documentation describes it: a container first, which is then published.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.
//! Tried against a network that is played here, and never against the real one.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Threads;
pub use config::ThreadsConfig;

#[cfg(test)]
mod tests;
