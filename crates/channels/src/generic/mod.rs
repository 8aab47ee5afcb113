//! A provider that nobody wrote a module for: what is said to it, and what its answers mean, is in the
//! settings (`[http.NAME]`).
//!
//! `template` fills what is said and `meaning` reads what is answered, both pure. Only `client` does I/O.

pub mod client;
pub mod config;
pub mod meaning;
pub mod template;

pub use client::Generic;
pub use config::GenericConfig;

#[cfg(test)]
mod tests;
