//! BG/NBD: how often people buy, and when they stop (Fader, Hardie and Lee 2005, Marketing Science
//! 24(2), 275–284). Purchases of a person come at a rate λ ~ Gamma(r, α); after each of them but the
//! first the person is gone with probability p ~ Beta(a, b).
//!
//! MBG/NBD (Batislam, Denizel and Filiztekin 2007, International Journal of Research in Marketing
//! 24(3), 201–209) is the same with such a chance after the first purchase too, so that who never
//! came back may be gone. Both are one model here: [`Leaving`] counts the chances to leave.

use super::climb::{Peak, Slope, climb, in_logs};
use super::customers::{Alike, Customer, alike};
use super::special::{LogGamma, log_gamma};

/// The four numbers that say how people differ. α is in units of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// The same four numbers where people may be gone after their first purchase.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MbgNbd {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
}

/// Either of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Leaving {
    pub r: f64,
    pub alpha: f64,
    pub a: f64,
    pub b: f64,
    /// Chances to leave before the first repeat purchase: 0 or 1.
    pub at_first: f64,
}

impl BgNbd {
    /// The probability that the customer may buy again (the same authors, "Computing P(alive) using
    /// the BG/NBD model", 2008). Before the first repeat purchase it is 1: only a repeat purchase
    /// can be followed by leaving.
    pub fn alive(&self, customer: &Customer) -> f64 {
        self.leaving().alive_of(&Alike::one(customer))
    }

    /// The purchases to expect within `horizon` from the end of observation on (equation 10).
    pub fn expected(&self, customer: &Customer, horizon: f64) -> f64 {
        self.leaving().expected_of(&Alike::one(customer), horizon)
    }

    /// The log-likelihood of the customers under these parameters.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        let logs = [self.r, self.alpha, self.a, self.b].map(f64::ln);
        log_likelihood(&alike(customers).0, &logs, 0.0).value
    }

    pub(crate) fn leaving(&self) -> Leaving {
        let BgNbd { r, alpha, a, b } = *self;
        Leaving { r, alpha, a, b, at_first: 0.0 }
    }
}

impl MbgNbd {
    /// The probability that the customer may buy again.
    pub fn alive(&self, customer: &Customer) -> f64 {
        self.leaving().alive_of(&Alike::one(customer))
    }

    /// The purchases to expect within `horizon` from the end of observation on.
    pub fn expected(&self, customer: &Customer, horizon: f64) -> f64 {
        self.leaving().expected_of(&Alike::one(customer), horizon)
    }

    /// The log-likelihood of the customers under these parameters.
    pub fn log_likelihood(&self, customers: &[Customer]) -> f64 {
        let logs = [self.r, self.alpha, self.a, self.b].map(f64::ln);
        log_likelihood(&alike(customers).0, &logs, 1.0).value
    }

    pub(crate) fn leaving(&self) -> Leaving {
        let MbgNbd { r, alpha, a, b } = *self;
        Leaving { r, alpha, a, b, at_first: 1.0 }
    }
}

impl Leaving {
    pub fn from_logs(logs: &[f64; 4], at_first: f64) -> Leaving {
        let [r, alpha, a, b] = logs.map(f64::exp);
        Leaving { r, alpha, a, b, at_first }
    }

    /// How often a customer with so many repeat purchases might have left.
    pub fn chances(&self, frequency: f64) -> f64 {
        frequency + self.at_first
    }

    pub fn alive_of(&self, alike: &Alike) -> f64 {
        let chances = self.chances(alike.frequency);
        if chances == 0.0 {
            return 1.0;
        }
        let left = (self.alpha + alike.age) / (self.alpha + alike.recency);
        let odds = self.a / (self.b + chances - 1.0);
        1.0 / (1.0 + odds * ((self.r + alike.frequency) * left.ln()).exp())
    }

    fn expected_of(&self, alike: &Alike, horizon: f64) -> f64 {
        self.alive_of(alike) * super::future::purchases(self, alike, horizon)
    }

    fn numbers(&self) -> [f64; 4] {
        [self.r, self.alpha, self.a, self.b]
    }
}

/// Beyond a factor of e¹⁰ from where people are on average, numbers mean "all the same" or "none".
const RANGE: f64 = 10.0;

/// The maximum of the likelihood, in logarithms of r, α, a, b. `alike` is in order of frequency.
pub(crate) fn fit(alike: &[Alike], at_first: f64) -> Peak<4> {
    let sum = |of: fn(&Alike) -> f64| alike.iter().map(|it| it.people * of(it)).sum::<f64>();
    let (age, purchases) = (sum(|it| it.age), sum(|it| it.frequency));
    // Everybody buys at the mean rate, and a quarter leave after a purchase.
    let (r, a, b) = (0.5_f64, 0.8_f64, 2.4_f64);
    let alpha = r * age / purchases;
    let start = [r.ln(), alpha.ln(), a.ln(), b.ln()];
    let low = [-RANGE, start[1] - RANGE, -RANGE, -RANGE];
    let high = [RANGE, start[1] + RANGE, RANGE, RANGE];
    climb(start, low, high, |logs| log_likelihood(alike, logs, at_first))
}

/// The sum over people of equation 6, with its derivatives by the logarithms of the parameters.
pub(crate) fn log_likelihood(alike: &[Alike], logs: &[f64; 4], at_first: f64) -> Slope<4> {
    let model = Leaving::from_logs(logs, at_first);
    let mut sum = Slope::flat();
    for same in alike.chunk_by(|a, b| a.frequency == b.frequency) {
        let people = same.iter().map(|it| it.people).sum();
        if let Some(first) = same.first() {
            add_frequency(&mut sum, &model, logs[1], first.frequency, people);
        }
        match same.first().is_some_and(|it| 0.0 < model.chances(it.frequency)) {
            true => same.iter().for_each(|it| add_times(&mut sum, &model, it)),
            false => same.iter().for_each(|it| add_age(&mut sum, &model, it)),
        }
    }
    in_logs(sum, &model.numbers())
}

/// What depends on the frequency x alone, with m chances to leave:
/// ln Γ(r+x) − ln Γ(r) + r ln α + ln Γ(a+b) + ln Γ(b+m) − ln Γ(b) − ln Γ(a+b+m).
fn add_frequency(sum: &mut Slope<4>, model: &Leaving, log_alpha: f64, x: f64, people: f64) {
    let Leaving { r, alpha, a, b, .. } = *model;
    let m = model.chances(x);
    sum.value += people * r * log_alpha;
    sum.gradient[0] += people * log_alpha;
    sum.gradient[1] += people * r / alpha;
    sum.curvature[0][1] += people / alpha;
    sum.curvature[1][1] -= people * r / (alpha * alpha);
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
    if 0.0 < x {
        add(log_gamma(r + x), 1.0, &[0]);
        add(log_gamma(r), -1.0, &[0]);
    }
    if 0.0 < m {
        add(log_gamma(a + b), 1.0, &[2, 3]);
        add(log_gamma(b + m), 1.0, &[3]);
        add(log_gamma(b), -1.0, &[3]);
        add(log_gamma(a + b + m), -1.0, &[2, 3]);
    }
}

/// For those who never had a chance to leave: −r ln(α + T).
fn add_age(sum: &mut Slope<4>, model: &Leaving, alike: &Alike) {
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
/// u = −(r+x) ln(α+T), v = ln a − ln(b+m−1) − (r+x) ln(α+t), with m chances.
fn add_times(sum: &mut Slope<4>, model: &Leaving, alike: &Alike) {
    let n = alike.people;
    let power = model.r + alike.frequency;
    let other = model.b + model.chances(alike.frequency) - 1.0;
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
