//! BG/NBD: how often people buy, and when they stop (Fader, Hardie and Lee 2005, Marketing Science
//! 24(2), 275–284). Purchases of a person come at a rate λ ~ Gamma(r, α); after each of them the
//! person is gone with probability p ~ Beta(a, b).

use super::climb::{Peak, Slope, climb, in_logs};
use super::customers::{Alike, Customer};
use super::special::{LogGamma, log_gamma};

/// The four numbers that say how people differ. α is in units of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

impl BgNbd {
    /// The probability that the customer may buy again (the same authors, "Computing P(alive) using
    /// the BG/NBD model", 2008). Before the first repeat purchase it is 1: only a repeat purchase
    /// can be followed by leaving.
    pub fn alive(&self, customer: &Customer) -> f64 {
        self.alive_of(&Alike::one(customer))
    }

    /// The purchases to expect within `horizon` from the end of observation on (equation 10).
    pub fn expected(&self, customer: &Customer, horizon: f64) -> f64 {
        let alike = Alike::one(customer);
        self.alive_of(&alike) * super::future::purchases(self, &alike, horizon)
    }

    pub(crate) fn alive_of(&self, alike: &Alike) -> f64 {
        let x = alike.frequency;
        if x == 0.0 {
            return 1.0;
        }
        let left = (self.alpha + alike.age) / (self.alpha + alike.recency);
        1.0 / (1.0 + self.a / (self.b + x - 1.0) * ((self.r + x) * left.ln()).exp())
    }

    pub(crate) fn from_logs(logs: &[f64; 4]) -> BgNbd {
        let [r, alpha, a, b] = logs.map(f64::exp);
        BgNbd { r, alpha, a, b }
    }

    pub(crate) fn numbers(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }
}

/// Beyond a factor of e¹⁰ from where people are on average, numbers mean "all the same" or "none".
const RANGE: f64 = 10.0;

/// The maximum of the likelihood, in logarithms of r, α, a, b. `alike` is in order of frequency.
pub(crate) fn fit(alike: &[Alike]) -> Peak<4> {
    let sum = |of: fn(&Alike) -> f64| alike.iter().map(|it| it.people * of(it)).sum::<f64>();
    let (age, purchases) = (sum(|it| it.age), sum(|it| it.frequency));
    // Everybody buys at the mean rate, and a quarter leave after a purchase.
    let (r, a, b) = (0.5_f64, 0.8_f64, 2.4_f64);
    let alpha = r * age / purchases;
    let start = [r.ln(), alpha.ln(), a.ln(), b.ln()];
    let low = [-RANGE, start[1] - RANGE, -RANGE, -RANGE];
    let high = [RANGE, start[1] + RANGE, RANGE, RANGE];
    climb(start, low, high, |logs| log_likelihood(alike, logs))
}

/// The sum over people of equation 6, with its derivatives by the logarithms of the parameters.
pub(crate) fn log_likelihood(alike: &[Alike], logs: &[f64; 4]) -> Slope<4> {
    let model = BgNbd::from_logs(logs);
    let mut sum = Slope::flat();
    for same in alike.chunk_by(|a, b| a.frequency == b.frequency) {
        let people = same.iter().map(|it| it.people).sum();
        if let Some(first) = same.first() {
            add_frequency(&mut sum, &model, logs[1], first.frequency, people);
        }
        match same.first().is_some_and(|it| 0.0 < it.frequency) {
            true => same.iter().for_each(|it| add_times(&mut sum, &model, it)),
            false => same.iter().for_each(|it| add_age(&mut sum, &model, it)),
        }
    }
    in_logs(sum, &model.numbers())
}

/// What depends on the frequency alone:
/// ln Γ(r+x) − ln Γ(r) + r ln α + ln Γ(a+b) + ln Γ(b+x) − ln Γ(b) − ln Γ(a+b+x).
fn add_frequency(sum: &mut Slope<4>, model: &BgNbd, log_alpha: f64, x: f64, people: f64) {
    let BgNbd { r, alpha, a, b } = *model;
    sum.value += people * r * log_alpha;
    sum.gradient[0] += people * log_alpha;
    sum.gradient[1] += people * r / alpha;
    sum.curvature[0][1] += people / alpha;
    sum.curvature[1][1] -= people * r / (alpha * alpha);
    if x == 0.0 {
        return;
    }
    let mut add = |gamma: LogGamma, sign: f64, of: &[usize]| {
        let weight = sign * people;
        sum.value += weight * gamma.value;
        for i in of {
            sum.gradient[*i] += weight * gamma.first;
            of.iter()
                .filter(|j| *i <= **j)
                .for_each(|j| sum.curvature[*i][*j] += weight * gamma.second);
        }
    };
    add(log_gamma(r + x), 1.0, &[0]);
    add(log_gamma(r), -1.0, &[0]);
    add(log_gamma(a + b), 1.0, &[2, 3]);
    add(log_gamma(b + x), 1.0, &[3]);
    add(log_gamma(b), -1.0, &[3]);
    add(log_gamma(a + b + x), -1.0, &[2, 3]);
}

/// For those who never came back: −r ln(α + T).
fn add_age(sum: &mut Slope<4>, model: &BgNbd, alike: &Alike) {
    let (r, n) = (model.r, alike.people);
    let total = model.alpha + alike.age;
    let (log, inverse) = (total.ln(), 1.0 / total);
    sum.value -= n * r * log;
    sum.gradient[0] -= n * log;
    sum.gradient[1] -= n * r * inverse;
    sum.curvature[0][1] -= n * inverse;
    sum.curvature[1][1] += n * r * inverse * inverse;
}

/// For those who did: the logarithm of e^u (still there) plus e^v (gone after the last purchase),
/// u = −(r+x) ln(α+T), v = ln a − ln(b+x−1) − (r+x) ln(α+t).
fn add_times(sum: &mut Slope<4>, model: &BgNbd, alike: &Alike) {
    let n = alike.people;
    let power = model.r + alike.frequency;
    let other = model.b + alike.frequency - 1.0;
    let (total, until) = (model.alpha + alike.age, model.alpha + alike.recency);
    let (log_total, log_until) = (total.ln(), until.ln());
    let (per_total, per_until) = (1.0 / total, 1.0 / until);
    let u = -power * log_total;
    let excess = (model.a / other).ln() - power * log_until - u;
    // ln(e^u + e^v) without overflow, and the share of e^v in the sum.
    let small = (-excess.abs()).exp();
    let gone = if 0.0 < excess { 1.0 / (1.0 + small) } else { small / (1.0 + small) };
    sum.value += n * (u + excess.max(0.0) + small.ln_1p());
    let apart =
        [log_total - log_until, power * (per_total - per_until), 1.0 / model.a, -1.0 / other];
    sum.gradient[0] -= n * log_total;
    sum.gradient[1] -= n * power * per_total;
    let both = gone * (1.0 - gone);
    for i in 0..4 {
        sum.gradient[i] += n * gone * apart[i];
        for j in i..4 {
            sum.curvature[i][j] += n * both * apart[i] * apart[j];
        }
    }
    let still = 1.0 - gone;
    sum.curvature[0][1] -= n * (still * per_total + gone * per_until);
    sum.curvature[1][1] +=
        n * power * (still * per_total * per_total + gone * per_until * per_until);
    sum.curvature[2][2] -= n * gone * apart[2] * apart[2];
    sum.curvature[3][3] += n * gone * apart[3] * apart[3];
}
