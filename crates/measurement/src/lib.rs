//! Estimates: leverage by factorial holdout, attribution of paths, lifetime value, mix over time.
//!
//! Pure arithmetic in f64. Nothing here reads a clock, a file or a random number, and nothing knows
//! the types of the engine: cells and sums go in, a result that prints as JSON comes out.
//!
//! - [`Sums`]: what is kept per cell; it grows person by person, is corrected, and merges exactly.
//! - [`leverage`]: what the channels achieve together beyond the sum of what each achieves alone.
//! - [`attribution`]: who was there before a conversion, from paths or raw touches; observational.
//! - [`lifetime`]: what the customers of today will buy, by BG/NBD and Gamma-Gamma.
//! - [`kalman`]: what each medium and each pair brought over time, and how to spend a budget.
//! - [`shares`], [`power`]: how to place people in cells, and what can be seen when.

mod attribution;
mod cell;
mod design;
mod distribution;
mod fieller;
mod leverage;
mod lifetime;
mod mix;
mod power;
mod quality;
mod regression;
mod report;
mod sequence;
mod strata;
mod sums;

pub use attribution::{
    Attribution, CONVERSION, ChannelCredit, NULL, NameProblem, ORDER_MAX, OrderFit,
    PATH_CHANNELS_MAX, PairCredit, PathChannel, PathModel, PathQuestion, PathSettings, PathWeight,
    Paths, START, Touch, TouchPerson, Touches, Transition, WeightProblem, attribution,
};
pub use cell::{Cell, MAX_CHANNELS, cell_name};
pub use design::{Design, INSIDE_ALL_ON, shares, shares_of_everyone};
pub use fieller::{Fieller, ratio};
pub use leverage::{Question, leverage, leverage_with_uncapped};
pub use lifetime::{
    BgNbd, BgNbdFit, Customer, GammaGamma, GammaGammaFit, HORIZON_MAX, Lifetime, LifetimeQuestion,
    Person, PurchaseHistory, REPEATERS_MIN, REPEATERS_STATED, Total, lifetime, purchase_history,
};
pub use mix::{
    Allocated, Diagnostics, Effects, Effort, FREE_MIN, Interval, Medium, Mix, MixQuestion, Named,
    Parameter, ROWS_STATED, Response, ResponsePoint, Synergy, allocate, best_efforts, kalman,
};
pub use power::{Horizon, Outcome, Plan, Power, PowerCell, PowerPoint, Smallest, power};
pub use report::{
    CellRow, Effect, Estimate, Interaction, Leverage, Ratio, RatioKind, SampleRatio, Share, Source,
    Summary,
};
pub use sequence::{DEFAULT_SEQUENCE_AT, half_width};
pub use sums::{CovariateSums, RawCovariate, RawSums, Sums};

#[cfg(test)]
mod tests;
