//! Signatures on outgoing mail: RFC 6376, with Ed25519 by RFC 8463.
//!
//! `canonical` is the form that is hashed and `sign` what is written, both pure but for the blinding of
//! RSA, which changes no byte of a signature. `record` says what to publish in the DNS.

mod canonical;
mod config;
mod key;
mod record;
mod sign;

pub use config::{DkimConfig, KeyConfig};
pub use record::{Record, records};
pub use sign::Signer;

#[cfg(test)]
mod tests;
