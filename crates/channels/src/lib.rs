//! Ways to reach people and other systems, one module per provider. Each knows its trait of `port` and
//! nothing above it.
//!
//! In a module, `config` says what can be set, `request` and `dialogue` are pure and say what is
//! sent and what an answer means, and only `client` does I/O.

pub mod bluesky;
pub mod facebook;
pub mod http;
pub mod linkedin;
pub mod mastodon;
pub mod media;
pub mod smtp;
pub mod social;
pub mod threads;
pub mod tls;
pub mod webhook;
pub mod x;
