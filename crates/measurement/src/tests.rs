//! Proof: other programs' numbers, known truths, controls that must fail, slow obvious versions.

mod oracles;
mod ratio;
mod recovery;
mod regression;
mod shares;
mod small;
mod sums;
mod truth;
