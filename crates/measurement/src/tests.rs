//! Proof: other programs' numbers, known truths, controls that must fail, slow obvious versions.

mod attribution_controls;
mod attribution_naive;
mod attribution_oracles;
mod attribution_properties;
mod attribution_recovery;
mod attribution_touches;
mod bayes;
mod clusters;
mod connectedness;
mod covariates;
mod drawn;
mod influence;
mod lifetime;
mod log_odds;
mod mix;
mod oracles;
mod ratio;
mod recovery;
mod regression;
mod shares;
mod small;
mod studies;
mod sums;
mod switchback;
mod switchback_effects;
mod truth;
mod uplift;
mod what_if;

/// Studies over thousands of seeds run with FULCRUM_SLOW=1 only; each has a smaller one beside it.
fn slow() -> bool {
    std::env::var_os("FULCRUM_SLOW").is_some()
}
