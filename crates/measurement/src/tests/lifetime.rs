//! Lifetime value: other programs' numbers, known truths, and customers of whom nothing can be said.

mod models;
mod oracles;
mod recovery;
mod small;

use crate::{Customer, Lifetime, LifetimeModel, LifetimeQuestion, lifetime};

/// The calibration half of CDNOW: x, t_x, T in weeks, mean value of the repeat purchases.
const CDNOW: &str = include_str!("../../../../fixtures/oracles/cdnow.csv");

fn cdnow() -> Vec<Customer> {
    let customer = |line: &str| {
        let field: Vec<f64> =
            line.split(',').skip(1).map(|it| it.parse().expect("a number")).collect();
        customer(field[0] as u64, field[1], field[2]).worth(field[3]).expect("a value")
    };
    CDNOW.lines().skip(1).map(customer).collect()
}

fn customer(frequency: u64, recency: f64, age: f64) -> Customer {
    Customer::new(frequency, recency, age).expect("a possible customer")
}

fn within(horizon: f64) -> LifetimeQuestion {
    LifetimeQuestion {
        model: LifetimeModel::BgNbd,
        horizon,
        discount: 0.0,
        confidence: 0.95,
        value: false,
    }
}

fn insufficient(customers: &[Customer], question: &LifetimeQuestion) -> (Lifetime, String) {
    let found = lifetime(customers, question);
    let reason = found.insufficient.clone().expect("not enough");
    (found, reason)
}

#[track_caller]
fn assert_near(got: f64, expected: f64, relative: f64, what: &str) {
    let room = relative * expected.abs();
    assert!((got - expected).abs() <= room, "{what}: {got} is not {expected}");
}
