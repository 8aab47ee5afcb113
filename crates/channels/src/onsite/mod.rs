//! Messages that wait on the site for whoever visits it. They leave for no other system: the provider puts
//! them into the inbox of this store, and the server gives them to the visitor's own browser.

mod client;
mod config;
mod request;
mod signature;

pub use client::Onsite;
pub use config::{OnsiteConfig, origin_of};
pub use signature::Signers;

#[cfg(test)]
mod tests;
