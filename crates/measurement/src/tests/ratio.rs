//! Fieller's set against asking every ratio by itself.

use proptest::prelude::*;

use crate::{Fieller, ratio};

proptest! {
    #[test]
    fn the_set_is_the_ratios_that_the_data_do_not_reject(
        a in -5.0..5.0_f64, b in -5.0..5.0_f64,
        sd_a in 0.01..4.0_f64, sd_b in 0.01..4.0_f64, rho in -0.99..0.99_f64,
        t in 1.0..4.0_f64,
    ) {
        let (var_a, var_b, covariance) = (sd_a * sd_a, sd_b * sd_b, rho * sd_a * sd_b);
        let set = ratio(a, b, var_a, var_b, covariance, t);
        for step in -4000..=4000_i32 {
            // Dense near zero, and far out on both sides.
            let lambda = (f64::from(step) / 250.0).sinh() / 10.0;
            let variance = var_a - 2.0 * lambda * covariance + lambda * lambda * var_b;
            let (square, limit) = ((a - lambda * b).powi(2), t * t * variance);
            if (square - limit).abs() <= 1e-9 * (square + limit) {
                continue; // On the edge itself rounding decides.
            }
            let inside = match set {
                Fieller::Bounded { low, high } => low <= lambda && lambda <= high,
                Fieller::Exclusive { low, high } => lambda <= low || high <= lambda,
                Fieller::Unbounded => true,
            };
            prop_assert_eq!(inside, square < limit, "at {} of {:?}", lambda, set);
        }
    }

    #[test]
    fn the_set_is_bounded_exactly_when_the_divisor_is_surely_not_zero(
        a in -5.0..5.0_f64, b in -5.0..5.0_f64, sd_a in 0.01..4.0_f64, sd_b in 0.01..4.0_f64,
        rho in -0.99..0.99_f64,
    ) {
        let set = ratio(a, b, sd_a * sd_a, sd_b * sd_b, rho * sd_a * sd_b, 1.96);
        prop_assert_eq!(matches!(set, Fieller::Bounded { .. }), 1.96 * sd_b < b.abs());
    }
}

#[test]
fn without_covariance_and_spread_below_it_is_the_plain_interval() {
    let Fieller::Bounded { low, high } = ratio(6.0, 3.0, 0.09, 0.0, 0.0, 2.0) else {
        panic!("the divisor is known");
    };
    assert!((low - 1.8).abs() < 1e-12 && (high - 2.2).abs() < 1e-12);
}
