//! Connectedness: other programs' numbers, what must always hold, known truths, weights from chance.

mod index;
mod oracles;
mod properties;
mod recovery;
mod relationship;
mod weights;

use super::truth::Chance;
use crate::{Connectedness, ConnectednessQuestion, Evidence, Observed, PARTS, connectedness};

fn evidence(yes: u64, of: u64) -> Evidence {
    Evidence::new(yes, of).expect("no more than all")
}

/// A person with evidence of the first parts only.
fn person(number: u32, parts: &[Evidence]) -> Observed {
    let mut evidence = [Evidence::default(); PARTS];
    evidence[..parts.len()].copy_from_slice(parts);
    Observed { person: number, group: None, period: None, evidence }
}

fn ask(observed: &[Observed]) -> Connectedness {
    connectedness(observed, &ConnectednessQuestion::default())
}

/// Gamma with any shape (Marsaglia and Tsang 2000; below 1 by a uniform's power).
fn gamma(chance: &mut Chance, shape: f64) -> f64 {
    if shape < 1.0 {
        let power = (1.0 - chance.uniform()).powf(1.0 / shape);
        return gamma(chance, shape + 1.0) * power;
    }
    let d = shape - 1.0 / 3.0;
    loop {
        let x = chance.normal();
        let v = (1.0 + x / (9.0 * d).sqrt()).powi(3);
        if v <= 0.0 {
            continue;
        }
        if (1.0 - chance.uniform()).ln() < 0.5 * x * x + d - d * v + d * v.ln() {
            return d * v;
        }
    }
}

fn beta(chance: &mut Chance, a: f64, b: f64) -> f64 {
    let (x, y) = (gamma(chance, a), gamma(chance, b));
    if x + y == 0.0 { 0.0 } else { x / (x + y) }
}

/// Some of 1 to `most` occasions.
fn drawn(chance: &mut Chance, rate: f64, most: u64) -> Evidence {
    let of = 1 + (chance.uniform() * most as f64) as u64;
    evidence((0..of).filter(|_| chance.uniform() < rate).count() as u64, of)
}
