//! Learning: who responds where and when, what too many messages cost, and what chance decides.
//!
//! Pure, like all of this crate. How the parts belong together:
//! 1. A message was sent: [`Learned::follow`] opens a trial, with the response that was expected.
//! 2. A click or an outcome: [`Learned::respond_to`], [`Learned::respond_before`].
//! 3. The trial's window ends: [`Learned::settle`] counts it for the person and returns it, and
//!    [`Tallies::add`] counts it for the population, in the person's [`Fold`].
//! 4. Once a day [`Tallies::freeze`] makes the numbered [`Snapshot`] of which everybody uses the part
//!    that the *other* fold taught.
//! 5. A candidate: [`Chooser`] says what it is worth to this person, and draws channel and hour.
//!
//! What was withheld teaches nothing: it never becomes a trial.

pub(crate) mod best;
pub(crate) mod choose;
mod expect;
pub(crate) mod fatigue;
mod hours;
mod person;
mod population;
mod settings;
mod shrink;

pub use choose::Chooser;
pub(crate) use choose::Possibility;
pub use fatigue::{ArmSums, PRESSURE_PEOPLE_MIN, PressureEntry, harm_of_load, is_halved, lately};
pub(crate) use fatigue::{halved_cap, lighter_after};
pub use hours::{HOURS, hour_at, hour_of_week};
pub use person::{Fold, HOURS_MAX, Learned, MILLI, Settled, TRIALS_MAX, Trial};
pub use population::{
    ChannelPrior, ChannelTally, FoldPolicy, PairEffect, Row, RowSums, Snapshot, Tallies,
};
pub use settings::{Learning, OFFERED_HOURS_MAX, Pressure, Response};
pub use shrink::{PairCells, pair_effect};
