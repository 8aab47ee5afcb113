//! Pages at LinkedIn, by the Posts API as its documentation describes it.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.
//! Tried against a network that is played here, and never against the real one.

pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Linkedin;
pub use config::LinkedinConfig;

#[cfg(test)]
mod tests;
