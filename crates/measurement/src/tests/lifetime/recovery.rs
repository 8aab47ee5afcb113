//! Customers with a known truth: it must be covered at the stated rate at the stated size.

use super::super::truth::{Chance, assert_rate};
use super::{customer, within};
use crate::{BgNbd, BgNbdFit, Customer, GammaGamma, LifetimeQuestion, Total, lifetime};

/// As CDNOW: most people never come back.
const TIMING: BgNbd = BgNbd { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const SPENDING: GammaGamma = GammaGamma { p: 6.25, q: 3.74, v: 15.4 };

/// Marsaglia and Tsang 2000; below 1 by Γ(shape + 1) U^(1/shape).
pub(super) fn gamma(chance: &mut Chance, shape: f64) -> f64 {
    if shape < 1.0 {
        let smaller = (1.0 - chance.uniform()).powf(1.0 / shape);
        return gamma(chance, shape + 1.0) * smaller;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let x = chance.normal();
        let v = (1.0 + c * x).powi(3);
        if 0.0 < v && (1.0 - chance.uniform()).ln() < 0.5 * x * x + d * (1.0 - v + v.ln()) {
            return d * v;
        }
    }
}

pub(super) fn beta(chance: &mut Chance, a: f64, b: f64) -> f64 {
    let (x, y) = (gamma(chance, a), gamma(chance, b));
    x / (x + y)
}

/// Until the next purchase.
pub(super) fn wait(chance: &mut Chance, rate: f64) -> f64 {
    -(1.0 - chance.uniform()).ln() / rate
}

/// People who start within 12 weeks and are seen until week 39, and what they buy in `later` weeks
/// after that.
fn market(n: usize, later: f64, seed: u64) -> (Vec<Customer>, f64, f64) {
    let mut chance = Chance::new(seed);
    let (mut customers, mut bought, mut worth) = (Vec::with_capacity(n), 0.0, 0.0);
    for _ in 0..n {
        let age = 27.0 + 12.0 * chance.uniform();
        let rate = gamma(&mut chance, TIMING.r) / TIMING.alpha;
        let leaves = beta(&mut chance, TIMING.a, TIMING.b);
        let level = gamma(&mut chance, SPENDING.q) / SPENDING.v;
        let (mut time, mut frequency, mut recency, mut spent) = (0.0, 0_u64, 0.0, 0.0);
        loop {
            time += wait(&mut chance, rate);
            if age + later < time {
                break;
            }
            let value = gamma(&mut chance, SPENDING.p) / level;
            match time <= age {
                true => (frequency, recency, spent) = (frequency + 1, time, spent + value),
                false => (bought, worth) = (bought + 1.0, worth + value),
            }
            if chance.uniform() < leaves {
                break;
            }
        }
        let mean = if frequency == 0 { 0.0 } else { spent / frequency as f64 };
        customers.push(customer(frequency, recency, age).worth(mean).expect("a value"));
    }
    (customers, bought, worth)
}

/// How often each interval covered, and how far the estimates were off on average.
#[derive(Default)]
struct Tally {
    fits: usize,
    /// r, α, a, b, p, q, v.
    parameters: [usize; 7],
    below: [usize; 7],
    bias: [f64; 7],
    /// Of what would be expected under the truth.
    expected: usize,
    /// Of what then happened.
    happened: usize,
    value: usize,
}

fn study(n: usize, seeds: u64) -> Tally {
    let mut tally = Tally::default();
    let question = LifetimeQuestion { value: true, ..within(39.0) };
    for seed in 0..seeds {
        let (customers, bought, _) = market(n, 39.0, seed);
        let found = lifetime(&customers, &question);
        let (Some(timing), Some(spending)) = (&found.bgnbd, &found.gamma_gamma) else { continue };
        tally.fits += 1;
        let BgNbdFit { low, high, .. } = timing;
        let truth =
            [TIMING.r, TIMING.alpha, TIMING.a, TIMING.b, SPENDING.p, SPENDING.q, SPENDING.v];
        let lows = [low.r, low.alpha, low.a, low.b, spending.low.p, spending.low.q, spending.low.v];
        let highs =
            [high.r, high.alpha, high.a, high.b, spending.high.p, spending.high.q, spending.high.v];
        for (i, truth) in truth.iter().enumerate() {
            tally.parameters[i] += usize::from(lows[i] <= *truth && *truth <= highs[i]);
            tally.below[i] += usize::from(highs[i] < *truth);
            // The middle of an interval on the logarithmic scale is the estimate.
            tally.bias[i] += 0.5 * (lows[i] * highs[i]).ln() - truth.ln();
        }
        let expects = |it: &Customer| TIMING.expected(it, 39.0);
        let truth: f64 = customers.iter().map(expects).sum();
        let worth: f64 =
            customers.iter().map(|it| expects(it) * SPENDING.expected(it).expect("finite")).sum();
        let covers = |total: &Total, truth: f64| total.low <= truth && truth <= total.high;
        let purchases = found.purchases.expect("known");
        tally.expected += usize::from(covers(&purchases, truth));
        let ends = (purchases.prediction_low, purchases.prediction_high);
        tally.happened += usize::from(ends.0 <= Some(bought) && Some(bought) <= ends.1);
        tally.value += usize::from(found.value.is_some_and(|it| covers(&it, worth)));
    }
    tally
}

#[test]
fn a_known_market_is_covered() {
    let tally = study(1_500, 40);
    assert_eq!(tally.fits, 40);
    // Forty markets: at 95 % fewer than 33 hits of one come once in 50,000 times.
    for hits in tally.parameters.iter().chain([&tally.expected, &tally.happened, &tally.value]) {
        assert!(33 <= *hits, "{:?}", tally.parameters);
    }
}

/// The same customers, but time is counted in the wrong unit by half: the truth must be missed.
#[test]
fn a_model_of_another_time_does_not_recover_the_truth() {
    let mut hits = 0;
    for seed in 0..40 {
        let slower =
            |it: &Customer| customer(it.frequency().into(), 1.5 * it.recency(), 1.5 * it.age());
        let customers: Vec<Customer> = market(1_500, 0.0, seed).0.iter().map(slower).collect();
        let fit = lifetime(&customers, &within(39.0)).bgnbd.expect("a model");
        hits += usize::from(fit.low.alpha <= TIMING.alpha && TIMING.alpha <= fit.high.alpha);
    }
    assert!(hits < 10, "{hits} of 40 must not cover");
}

#[test]
fn known_markets_are_covered_at_the_stated_rate() {
    if !super::super::slow() {
        return;
    }
    for n in [250, 500, 1_000, 3_000] {
        let tally = study(n, 2_000);
        let rate = |hits: usize| hits as f64 / tally.fits as f64;
        println!("{n} people: {} of 2,000 fitted", tally.fits);
        println!("  covered {:.3?}", tally.parameters.map(rate));
        println!("  too low {:.3?}", tally.below.map(rate));
        println!("  bias of the logarithm {:.3?}", tally.bias.map(|it| it / tally.fits as f64));
        let sums = [tally.expected, tally.happened, tally.value];
        println!("  expected, happened, value {:.3?}", sums.map(rate));
        // Of these, 1,200 come back.
        if 3_000 <= n {
            sums.iter().for_each(|hits| assert_rate(*hits, tally.fits, 0.95, "sums"));
            tally
                .parameters
                .iter()
                .for_each(|hits| assert_rate(*hits, tally.fits, 0.95, "parameters"));
            for (hits, low) in tally.parameters.iter().zip(tally.below) {
                let high = tally.fits - hits - low;
                for share in [rate(low), rate(high)] {
                    assert!((share - 0.025).abs() <= 0.012, "a tail of {share}");
                }
            }
        }
    }
}
