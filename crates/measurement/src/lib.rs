//! Estimates: leverage by factorial holdout, attribution of paths, lifetime value, mix over time.
//!
//! Pure arithmetic in f64. Nothing here reads a clock or a file, chance comes from a seed that is
//! passed in, and nothing knows the types of the engine: cells and sums go in, a result that prints
//! as JSON comes out.
//!
//! - [`Sums`]: what is kept per cell; it grows person by person, is corrected, and merges exactly.
//! - [`leverage`]: what the channels achieve together beyond the sum of what each achieves alone.
//! - [`attribution`]: who was there before a conversion, from paths or raw touches; observational.
//! - [`lifetime`]: what the customers of today will buy, by BG/NBD, MBG/NBD or Pareto/NBD, and
//!   Gamma-Gamma.
//! - [`kalman`], [`bayes`], [`ridge`]: what each medium and each pair brought over time, and how to
//!   spend a budget.
//! - [`uplift`]: whether a score finds the people whom a treatment changes.
//! - [`influence`]: what the people are worth whom a person brought, directly and further down.
//! - [`connectedness`]: six rates of a relationship, each drawn towards everybody's by its evidence.
//! - [`what_if`]: what another rule would have brought, one decision at a time.
//! - [`switchback`]: a calendar of blocks for channels that speak to everyone, and what they brought.
//! - [`shares`], [`power`]: how to place people in cells, and what can be seen when.

mod attribution;
mod cell;
mod chance;
mod clusters;
mod connectedness;
mod covariates;
mod design;
mod distribution;
mod fieller;
mod influence;
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
mod switchback;
mod uplift;
mod what_if;

pub use attribution::{
    Attribution, CONVERSION, ChannelCredit, ChannelFlow, NULL, NameProblem, ORDER_MAX, OrderFit,
    PATH_CHANNELS_MAX, PairCredit, PathChannel, PathModel, PathQuestion, PathSettings, PathWeight,
    Paths, START, Touch, TouchPerson, Touches, Transition, WeightProblem, attribution,
};
pub use cell::{Cell, MAX_CHANNELS, cell_name};
pub use clusters::{ClusterRow, Clusters};
pub use connectedness::{
    BetaPrior, Connectedness, ConnectednessLevel, ConnectednessPerson, ConnectednessQuestion,
    Evidence, EvidenceTally, IGNORED_IN_A_ROW, LearnedWeights, Observed, PARTS, PEOPLE_MIN,
    PEOPLE_STATED, Part, PartLevel, PartPrior, PartWeight, RelationshipReturn, Retained, Shrunken,
    connectedness, learn_weights, return_on_relationship,
};
pub use covariates::{CovariateIndex, WideSums, with_index};
pub use design::{Design, INSIDE_ALL_ON, shares, shares_of_everyone};
pub use fieller::{Fieller, ratio};
pub use influence::{
    BROUGHT_MIN, ClaimRule, Influence, InfluenceQuestion, InfluenceRate, InfluenceValue, LeftOut,
    Referral, Standing, TopShare, influence,
};
pub use leverage::{Question, effect, leverage, leverage_with_uncapped};
pub use lifetime::{
    Away, AwayPoint, BgNbd, BgNbdFit, Customer, GammaGamma, GammaGammaFit, HORIZON_MAX, Lifetime,
    LifetimeModel, LifetimeQuestion, MbgNbd, ParetoNbd, ParetoNbdFit, Person, PurchaseHistory,
    REPEATERS_MIN, Total, lifetime, purchase_history,
};
pub use mix::{
    Allocated, BayesQuestion, Coefficient, Contribution, Diagnostics, Effects, Effort, Experiment,
    FREE_MIN, Form, Host, Interval, Medium, Mix, MixQuestion, Named, Panel, Parameter, Predictive,
    Prior, ROWS_STATED, Response, ResponsePoint, RidgeMedium, RidgePath, RidgeQuestion, Sampling,
    Saturation, Scaling, Synergy, Transform, allocate, bayes, best_efforts, kalman, ridge,
};
pub use power::{Forgone, Horizon, Outcome, Plan, Power, PowerCell, PowerPoint, Smallest, power};
pub use report::{
    CellRow, ClusterReport, Effect, Estimate, Interaction, Leverage, LogOdds, LogOddsEffect,
    LogOddsReport, Ratio, RatioKind, SampleRatio, Share, Source, Summary,
};
pub use sequence::{DEFAULT_SEQUENCE_AT, half_width};
pub use sums::{CovariateSums, RawCovariate, RawSums, Sums};
pub use switchback::{
    CARRY_OVERS_IN_BLOCK, CalendarStrata, ChannelEffect, PUBLIC_CHANNELS_MAX, SeenBlock,
    SwitchbackDesign, SwitchbackEffects, SwitchbackPlan, SwitchbackQuestion, TIME_BLOCKS_MAX,
    TimeBlock, Visible, VisibleQuestion, switchback, switchback_effects, switchback_visible,
};
pub use uplift::{
    UPLIFT_EVENTS_MIN, UPLIFT_PEOPLE_MIN, Uplift, UpliftEstimate, UpliftPoint, UpliftQuestion,
    UpliftTop, UpliftUnit, uplift,
};
pub use what_if::{Compared, Decision, ONE_DECISION, Possible, WhatIf, problem_of, what_if};

#[cfg(test)]
mod tests;
