//! The DNS records that make mail of ours believed: what has to stand there, and whether it does.
//!
//! `records` says what to publish, `check` compares it with what stands there, and only `resolver` asks.

pub mod check;
pub mod config;
pub mod records;
pub mod resolver;
pub mod sink;

pub use check::{Checked, Standing, check};
pub use config::DnsConfig;
pub use records::{Needed, Purpose, Sender, needed};
pub use resolver::{Kind, Resolver};

#[cfg(test)]
mod tests;
