//! Calls of other systems by HTTP, signed as Standard Webhooks (standardwebhooks.com) describes it.
//!
//! `request` says what is sent and `response` what an answer means, both pure. Only `client` does I/O.

pub mod client;
pub mod config;
pub mod request;
pub mod response;
pub mod secret;

pub use client::Webhooks;
pub use config::WebhookConfig;
pub use secret::Secret;

#[cfg(test)]
mod tests;
