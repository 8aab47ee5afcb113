//! A programme, played through the real engine in virtual time: a script of a few people's days, the
//! templates that are proven by one, and what really happened.
//!
//! Every channel is a pretended one that takes everything; nothing that is stored is changed.

mod facts;
mod past;
mod scenario;
pub mod templates;
mod way;

pub use facts::{FactsError, One, facts};
pub use past::{
    Compared, ContentCompared, MessageCount, Place, Play, Reach, Replayed, Said, compare, replay,
};
pub use scenario::{
    Decided, Doing, JourneyCount, Moment, Played, ScenarioError, Script, play_scenario,
};
pub use way::{Kind, Moment as WayMoment};

#[cfg(test)]
mod tests;
