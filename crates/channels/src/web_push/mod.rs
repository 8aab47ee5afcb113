//! Messages to browsers: RFC 8030, encrypted by RFC 8291 and signed by RFC 8292 (VAPID).
//!
//! `subscription` reads where a browser is reached, `encrypt` makes what only it can read, `vapid` says who we
//! are, `request` and `response` are what is sent and what an answer means; pure, with salt, key and time
//! as arguments. Only `client` draws keys and does I/O.

pub mod client;
pub mod config;
pub mod encrypt;
pub mod request;
pub mod response;
pub mod subscription;
pub mod vapid;

pub use client::WebPush;
pub use config::{Urgency, WebPushConfig};
pub use subscription::Subscription;

#[cfg(test)]
mod tests;
