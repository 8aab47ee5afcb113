//! Text messages by SMPP 3.4, which most carriers and their resellers speak.
//!
//! `alphabet` says how a text travels, `request` what is handed over, `response` what an answer means,
//! `receipt` what comes in, and `frames` where one of them ends: all pure. `link` is one connection, and
//! `client` keeps it.

pub mod alphabet;
pub mod client;
pub mod config;
pub mod frames;
mod link;
pub mod receipt;
pub mod request;
pub mod response;

pub use client::Smpp;
pub use config::{LongMessages, SmppConfig, Timeouts};
pub use receipt::same_id;

#[cfg(test)]
mod tests;
