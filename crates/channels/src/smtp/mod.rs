//! E-mail through a mail server (a relay or a smart host) by SMTP, RFC 5321.
//!
//! The point of no return is the dot that ends a message: a failure before it leaves nothing with
//! anybody and may be tried again; silence after it is never tried again.

pub mod client;
pub mod config;
pub mod dialogue;
pub mod request;
pub mod sink;

pub use client::Smtp;
pub use config::{SmtpConfig, Timeouts, TlsMode};

#[cfg(test)]
mod tests;
