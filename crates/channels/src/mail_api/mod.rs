//! Mail through the HTTP API of Postmark, SendGrid, Mailgun or Amazon SES, for whom SMTP is not to be had.
//!
//! `request` says what is sent, with our message's id as a variable that comes back with every callback, and
//! `response` what an answer means, both pure. Only `client` does I/O.

pub mod client;
pub mod config;
pub mod request;
pub mod response;
pub mod sigv4;

pub use client::MailApi;
pub use config::{MailApiConfig, Provider};

#[cfg(test)]
mod tests;
