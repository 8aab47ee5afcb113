//! Profiles and live membership, kept current by facts and by time.
//!
//! A [`Profile`] holds a person's traits, the counters that conditions need, and the audiences the
//! person is in. [`Definitions`] are the conditions of one installation, compiled once. Events are
//! never rescanned: an event touches the counters that name it, and only audiences that read what
//! was touched are evaluated again.

mod counter;
mod definitions;
mod filling;
mod profile;
mod view;

pub use counter::{Counter, MAX_ENTRIES, Series};
pub use definitions::{Definitions, MAX_AUDIENCES, MAX_COUNTERS};
/// What [`Facts`] answers with.
pub use expr::Truth;
pub use filling::Filling;
pub use profile::{Change, Facts, MAX_TRAIT_BYTES, MAX_TRAITS, Profile, Trait};
pub use view::{View, event_property};

#[cfg(test)]
mod tests;
