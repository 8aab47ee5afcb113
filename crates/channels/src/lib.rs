//! Ways to reach people and other systems, one module per provider. Each knows its trait of `port` and
//! nothing above it.
//!
//! In a module, `config` says what can be set, `request` and `dialogue` are pure and say what is
//! sent and what an answer means, and only `client` does I/O.

pub mod bluesky;
pub mod callbacks;
pub mod dkim;
pub mod dns;
pub mod facebook;
pub mod generic;
pub mod http;
pub mod imap;
pub mod linkedin;
pub mod links;
pub mod mail_api;
pub mod mastodon;
pub mod media;
pub mod onsite;
pub mod secret;
pub mod smpp;
pub mod smtp;
pub mod social;
pub mod threads;
pub mod tls;
pub mod twilio;
pub mod web_push;
pub mod webhook;
mod wire;
pub mod x;
