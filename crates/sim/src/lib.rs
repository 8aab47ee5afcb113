//! A simulated market: people with known truth, faults, a seed.
//!
//! The people live through the real engine in virtual time: [`Market`] is a [`engine::Clock`] whose
//! waiting lets them act. It is at once the demo, the load, the fault test and the statistical test.

pub mod demo;
mod inbox;
mod market;
mod observe;
mod person;
mod play;
pub mod study;
mod taste;
mod truth;

pub use inbox::{Inbox, Received, SimChannel};
pub use market::{Market, MarketOptions};
pub use observe::Violations;
pub use person::{Behaviour, SimPerson};
pub use play::{Played, Stage, play, programme_files};
pub use taste::Taste;
pub use truth::{Truth, find_truth};

#[cfg(test)]
mod tests;
