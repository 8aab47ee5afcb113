//! Calls over HTTP: to guarded addresses, bounded in time and size, and never led elsewhere.
//!
//! `guard` says which addresses may be called and `url` which urls are understood, both pure. A `call` is
//! plain data; `client` connects to the very address that was checked. `message` carries a message to a
//! person, and `meaning` says, pure, what the answer means for it.

mod call;
mod client;
mod config;
pub mod form;
mod guard;
pub mod meaning;
pub mod message;
mod url;
mod wait;

pub use call::Call;
pub use client::{Answer, Failure, Http, HttpConfig, Resolve};
pub use config::{check_allow, check_base};
pub use url::check_url;
pub use wait::retry_after;

#[cfg(test)]
pub mod peer;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;
