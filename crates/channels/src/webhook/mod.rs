//! Calls of other systems by HTTP, signed as Standard Webhooks (standardwebhooks.com) describes it.
//!
//! `guard` says which addresses may be called, `request` what is sent, `response` what an answer
//! means: all pure. Only `client` does I/O, and it connects to the very address that was checked.

pub mod client;
pub mod config;
pub mod guard;
pub mod request;
pub mod response;
pub mod secret;

pub use client::Webhooks;
pub use config::WebhookConfig;
pub use secret::Secret;

#[cfg(test)]
mod tests;
