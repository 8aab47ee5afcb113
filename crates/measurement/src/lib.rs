//! Estimates: leverage by factorial holdout, from plain slices and mergeable sums.
//!
//! Pure arithmetic in f64. Nothing here reads a clock, a file or a random number, and nothing knows
//! the types of the engine: cells and sums go in, a result that prints as JSON comes out.
//!
//! - [`Sums`]: what is kept per cell; it grows person by person, is corrected, and merges exactly.
//! - [`leverage`]: what the channels achieve together beyond the sum of what each achieves alone.
//! - [`shares`], [`power`]: how to place people in cells, and what can be seen when.

mod cell;
mod design;
mod distribution;
mod fieller;
mod leverage;
mod power;
mod quality;
mod regression;
mod report;
mod sequence;
mod strata;
mod sums;

pub use cell::{Cell, MAX_CHANNELS, cell_name};
pub use design::{Design, INSIDE_ALL_ON, shares, shares_of_everyone};
pub use fieller::{Fieller, ratio};
pub use leverage::{Question, leverage, leverage_with_uncapped};
pub use power::{Horizon, Outcome, Plan, Power, PowerCell, PowerPoint, Smallest, power};
pub use report::{
    CellRow, Effect, Estimate, Interaction, Leverage, Ratio, RatioKind, SampleRatio, Share, Source,
    Summary,
};
pub use sequence::{DEFAULT_SEQUENCE_AT, half_width};
pub use sums::{CovariateSums, RawCovariate, RawSums, Sums};

#[cfg(test)]
mod tests;
