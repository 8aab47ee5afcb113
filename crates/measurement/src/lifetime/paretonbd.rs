//! Pareto/NBD: people buy at a rate λ ~ Gamma(r, α) until they leave, which may be at any moment, at
//! a rate μ ~ Gamma(s, β) (Schmittlein, Morrison and Colombo 1987, Management Science 33(1), 1–24).
//!
//! The likelihood of a customer is that of being there still, (α+T)^−(r+x) (β+T)^−s, plus that of
//! having left at some y after the last purchase,
//!
//! ```text
//! s ∫ₜᵀ (α+y)^−(r+x) (β+y)^−(s+1) dy
//! ```
//!
//! which the papers write as the difference of two ₂F₁. That difference loses its digits where t is
//! near T or a customer has bought often, and each of its terms may be beyond any float. Here the
//! integral itself is taken: all of it is positive, its derivatives are sums over the same places,
//! and on the scale of ln(min(α, β) + y) it is as smooth as an exponential, so that seven places on
//! each stretch of it give all but the last digits. Another program's ₂F₁ in forty digits confirms it.

use super::climb::{Peak, Slope, climb, in_logs};
use super::customers::{Alike, Customer, alike};
use super::future::{Future, PLACES};
use super::special::log_gamma;

/// The four numbers that say how people differ. α and β are in units of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ParetoNbd {
    pub r: f64,
    pub alpha: f64,
    pub s: f64,
    pub beta: f64,
}

impl ParetoNbd {
    /// The probability that the customer may buy again.
    pub fn alive(&self, customer: &Customer) -> f64 {
        self.alive_of(&Alike::one(customer))
    }

    /// The purchases to expect within `horizon` from the end of observation on.
    pub fn expected(&self, customer: &Customer, horizon: f64) -> f64 {
        let alike = Alike::one(customer);
        self.alive_of(&alike) * self.purchases(&alike, horizon)
    }

    /// The log-likelihood of the customers under these parameters.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        log_likelihood(&alike(customers).0, &self.numbers().map(f64::ln)).value
    }

    pub(crate) fn from_logs(logs: &[f64; 4]) -> ParetoNbd {
        let [r, alpha, s, beta] = logs.map(f64::exp);
        ParetoNbd { r, alpha, s, beta }
    }

    pub(crate) fn alive_of(&self, alike: &Alike) -> f64 {
        let there = self.there(alike);
        let mut gone = 0.0;
        self.departures(alike, |it| gone += it.weight);
        there / (there + gone)
    }

    /// By somebody who is still there.
    pub(crate) fn purchases(&self, alike: &Alike, horizon: f64) -> f64 {
        let from = self.beta + alike.age;
        let span = (horizon / from).ln_1p();
        let left = 1.0 - self.s;
        // ∫ (from / (from + y))^s dy; of s = 1 the logarithm.
        let stays = if left == 0.0 { span } else { (left * span).exp_m1() / left };
        (self.r + alike.frequency) / (self.alpha + alike.age) * from * stays
    }

    /// Of somebody who is still there. Purchases K come at rate λ for min(τ, horizon), with τ until
    /// they leave, and the two have nothing to do with each other.
    pub(crate) fn future(&self, alike: &Alike, horizon: f64, discount: f64) -> Future {
        let from = self.beta + alike.age;
        let end = (horizon / from).ln_1p();
        let (mut time, mut square) = (0.0, 0.0);
        let steep = |u: f64| self.s + discount * from * u.exp();
        stretches(end, steep, |u, width| {
            let y = from * u.exp_m1();
            let there = width * from * ((1.0 - self.s) * u).exp();
            time += there * (-discount * y).exp();
            square += 2.0 * y * there;
            self.s * u
        });
        let (size, rate) = (self.r + alike.frequency, 1.0 / (self.alpha + alike.age));
        let purchases = self.purchases(alike, horizon);
        Future {
            purchases,
            square: purchases + size * (size + 1.0) * rate * rate * square,
            discounted: if discount == 0.0 { purchases } else { size * rate * time },
        }
    }

    pub(crate) fn numbers(&self) -> [f64; 4] {
        [self.r, self.alpha, self.s, self.beta]
    }

    /// The likelihood of being there still, over (α+t)^−(r+x) (β+t)^−s.
    fn there(&self, alike: &Alike) -> f64 {
        let bought = ((self.alpha + alike.age) / (self.alpha + alike.recency)).ln();
        let stayed = ((self.beta + alike.age) / (self.beta + alike.recency)).ln();
        (-(self.r + alike.frequency) * bought - self.s * stayed).exp()
    }

    /// Times at which the customer may have left, each with its share of that likelihood over the
    /// same.
    fn departures(&self, alike: &Alike, mut each: impl FnMut(Departure)) {
        let ParetoNbd { r, alpha, s, beta } = *self;
        let (size, until) = (r + alike.frequency, alike.recency);
        let near = alpha.min(beta);
        let (from, from_alpha, from_beta) = (near + until, alpha + until, beta + until);
        let end = ((alike.age - until) / from).ln_1p();
        let steep = |u: f64| {
            let passed = from * u.exp();
            let y = passed - near;
            size * passed / (alpha + y) + (s + 1.0) * passed / (beta + y)
        };
        stretches(end, steep, |u, width| {
            let after = from * u.exp_m1();
            // Of the smaller of α and β this is u itself.
            let log = |other: f64| if other == from { u } else { (after / other).ln_1p() };
            let (log_alpha, log_beta) = (log(from_alpha), log(from_beta));
            let lost = size * log_alpha + (s + 1.0) * log_beta;
            let weight = width * s / from_beta * from * (u - lost).exp();
            each(Departure { y: until + after, log_alpha, log_beta, weight });
            lost
        });
    }
}

/// Gone at `y`: ln((α+y)/(α+t)), ln((β+y)/(β+t)), and its share of the likelihood.
struct Departure {
    y: f64,
    log_alpha: f64,
    log_beta: f64,
    weight: f64,
}

/// Places from 0 to `end` with their weights, on stretches over each of which a function that falls
/// by the rate `steep` is all but a polynomial. `each` says how far it has fallen, and what comes
/// after it has fallen to nothing is left out.
fn stretches(end: f64, steep: impl Fn(f64) -> f64, mut each: impl FnMut(f64, f64) -> f64) {
    /// By no more than this exponent on a stretch, and no wider than where ln(c + y) bends.
    const FALL: f64 = 3.0;
    const WIDE: f64 = 1.5;
    /// e^−45 is beyond the last digit.
    const NOTHING: f64 = 45.0;
    let mut from = 0.0;
    while from < end {
        let width = (FALL / steep(from)).min(WIDE).min(end - from);
        let mut fallen = 0.0;
        for (place, weight) in PLACES {
            fallen = each(from + place * width, weight * width);
        }
        from += width;
        // What has not fallen by more than the scale has stretched is still worth counting.
        if NOTHING < fallen - from || width <= f64::EPSILON * from {
            break;
        }
    }
}

/// Beyond a factor of e¹⁰ from where people are on average, numbers mean "all the same" or "none".
const RANGE: f64 = 10.0;

/// The maximum of the likelihood, in logarithms of r, α, s, β. `alike` is in order of frequency.
pub(crate) fn fit(alike: &[Alike]) -> Peak<4> {
    let sum = |of: fn(&Alike) -> f64| alike.iter().map(|it| it.people * of(it)).sum::<f64>();
    let (people, age, purchases) = (sum(|_| 1.0), sum(|it| it.age), sum(|it| it.frequency));
    // Everybody buys at the mean rate, and a third leave within the time that they are seen.
    let (r, s) = (0.5_f64, 0.6_f64);
    let (alpha, beta) = (r * age / purchases, age / people);
    let start = [r.ln(), alpha.ln(), s.ln(), beta.ln()];
    let low = [-RANGE, start[1] - RANGE, -RANGE, start[3] - RANGE];
    let high = [RANGE, start[1] + RANGE, RANGE, start[3] + RANGE];
    climb(start, low, high, |logs| log_likelihood(alike, logs))
}

/// The sum over people, with its derivatives by the logarithms of the parameters.
pub(crate) fn log_likelihood(alike: &[Alike], logs: &[f64; 4]) -> Slope<4> {
    let model = ParetoNbd::from_logs(logs);
    let ParetoNbd { r, alpha, s, beta } = model;
    let mut sum = Slope::flat();
    for same in alike.chunk_by(|a, b| a.frequency == b.frequency) {
        let people: f64 = same.iter().map(|it| it.people).sum();
        let frequency = same.first().map_or(0.0, |it| it.frequency);
        let (with, without) = (log_gamma(r + frequency), log_gamma(r));
        // ln Γ(r+x) − ln Γ(r) + r ln α + s ln β.
        sum.value += people * (with.value - without.value + r * logs[1] + s * logs[3]);
        sum.gradient[0] += people * (with.first - without.first + logs[1]);
        sum.gradient[1] += people * r / alpha;
        sum.gradient[2] += people * logs[3];
        sum.gradient[3] += people * s / beta;
        sum.curvature[0][0] += people * (with.second - without.second);
        sum.curvature[0][1] += people / alpha;
        sum.curvature[1][1] -= people * r / (alpha * alpha);
        sum.curvature[2][3] += people / beta;
        sum.curvature[3][3] -= people * s / (beta * beta);
        same.iter().for_each(|it| add_times(&mut sum, &model, it));
    }
    in_logs(sum, &model.numbers())
}

/// The logarithm of being there plus having left. With shares p of its terms e^l, its slope is
/// Σ p l′, and its curvature Σ p (l″ + l′ l′ᵀ) less the slope times itself.
fn add_times(sum: &mut Slope<4>, model: &ParetoNbd, alike: &Alike) {
    let ParetoNbd { r, alpha, s, beta } = *model;
    let size = r + alike.frequency;
    let (since_alpha, since_beta) = (alpha + alike.recency, beta + alike.recency);
    let (log_alpha, log_beta) = (since_alpha.ln(), since_beta.ln());
    let (mut total, mut first, mut second) = (0.0, [0.0; 4], [[0.0; 4]; 4]);
    // `left` is 1 for a time of leaving and 0 for being there at `y`.
    let mut add = |it: Departure, left: f64| {
        let weight = it.weight;
        let (per_alpha, per_beta) = (1.0 / (alpha + it.y), 1.0 / (beta + it.y));
        let slope =
            [-it.log_alpha, -size * per_alpha, left / s - it.log_beta, -(s + left) * per_beta];
        total += weight;
        for i in 0..4 {
            first[i] += weight * slope[i];
            for j in i..4 {
                second[i][j] += weight * slope[i] * slope[j];
            }
        }
        second[0][1] -= weight * per_alpha;
        second[1][1] += weight * size * per_alpha * per_alpha;
        second[2][2] -= weight * left / (s * s);
        second[2][3] -= weight * per_beta;
        second[3][3] += weight * (s + left) * per_beta * per_beta;
    };
    let there = Departure {
        y: alike.age,
        log_alpha: ((alpha + alike.age) / since_alpha).ln(),
        log_beta: ((beta + alike.age) / since_beta).ln(),
        weight: model.there(alike),
    };
    add(there, 0.0);
    model.departures(alike, |it| add(it, 1.0));
    let n = alike.people;
    // What was divided by, put back: it is linear in r and s.
    sum.value += n * (total.ln() - size * log_alpha - s * log_beta);
    sum.gradient[0] -= n * log_alpha;
    sum.gradient[2] -= n * log_beta;
    let mean = first.map(|it| it / total);
    for i in 0..4 {
        sum.gradient[i] += n * mean[i];
        for j in i..4 {
            sum.curvature[i][j] += n * (second[i][j] / total - mean[i] * mean[j]);
        }
    }
}
