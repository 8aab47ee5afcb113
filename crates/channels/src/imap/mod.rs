//! A mailbox that is read over IMAP (RFC 3501): what came back, for whom no mail server pipes it here.
//!
//! `command` says what is asked and `response` what an answer means, both pure; responses are taken apart by the crate
//! `imap-proto`. Only `client` does I/O.

pub mod client;
pub mod command;
pub mod config;
pub mod response;

pub use client::Imap;
pub use config::{After, MailboxConfig};

#[cfg(test)]
mod tests;
