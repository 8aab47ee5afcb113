//! Text messages through Twilio, or whoever speaks its API.
//!
//! `request` says what is sent, `response` what an answer means, and `callback` reads what is called back:
//! receipts and what people write, all three pure. Only `client` does I/O.

pub mod callback;
pub mod client;
pub mod config;
pub mod request;
pub mod response;

pub use client::Sms;
pub use config::SmsConfig;

#[cfg(test)]
mod tests;
