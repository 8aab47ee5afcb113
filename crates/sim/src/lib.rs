//! A simulated market: people with known truth, faults, a seed.
