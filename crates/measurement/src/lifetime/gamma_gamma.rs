//! Gamma-Gamma: what people spend (Fader and Hardie 2013, "The Gamma-Gamma model of monetary
//! value"). The value of a purchase is Gamma(p, ν), and ν ~ Gamma(q, v) over people; how much a
//! person spends is taken to be independent of how often.

use super::climb::{Peak, Slope, climb};
use super::customers::Customer;
use super::special::log_gamma;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GammaGamma {
    pub p: f64,
    pub q: f64,
    pub v: f64,
}

impl GammaGamma {
    /// The mean value of the customer's purchases to come: between what they spent and what
    /// people spend, by how much is known of them. `None` where it is not
    /// finite, which is where q is 1 or less and nothing is known of the customer.
    pub fn expected(&self, customer: &Customer) -> Option<f64> {
        let frequency = f64::from(customer.frequency());
        let known = if 0.0 < customer.monetary_value() { frequency } else { 0.0 };
        let weight = self.p * known + self.q - 1.0;
        let spent = known * customer.monetary_value();
        (0.0 < weight).then(|| self.p * (self.v + spent) / weight)
    }

    pub(crate) fn from_logs(logs: &[f64; 3]) -> GammaGamma {
        let [p, q, v] = logs.map(f64::exp);
        GammaGamma { p, q, v }
    }

    pub(crate) fn numbers(&self) -> [f64; 3] {
        [self.p, self.q, self.v]
    }
}

/// A buyer: repeat purchases, and their mean value; both above 0.
pub(crate) type Buyer = (f64, f64);

/// Those of whom a value is known, in order of frequency.
pub(crate) fn buyers(customers: &[Customer]) -> Vec<Buyer> {
    let known = customers.iter().filter(|it| 0 < it.frequency() && 0.0 < it.monetary_value());
    let mut buyers: Vec<Buyer> =
        known.map(|it| (f64::from(it.frequency()), it.monetary_value())).collect();
    buyers.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    buyers
}

/// As for the frequency: beyond a factor of e¹⁰ people are all the same, or have nothing in common.
const RANGE: f64 = 10.0;

/// The maximum of the likelihood, in logarithms of p, q, v.
pub(crate) fn fit(buyers: &[Buyer]) -> Peak<3> {
    let mean = buyers.iter().map(|it| it.1).sum::<f64>() / buyers.len() as f64;
    let (p, q) = (4.0_f64, 4.0_f64);
    // So that people spend the mean: p v / (q − 1).
    let start = [p.ln(), q.ln(), (mean * (q - 1.0) / p).ln()];
    let (low, high) = (start.map(|it| it - RANGE), start.map(|it| it + RANGE));
    climb(start, low, high, |logs| log_likelihood(buyers, logs))
}

/// The sum over buyers of equation 1a, with its derivatives by the logarithms of the parameters.
pub(crate) fn log_likelihood(buyers: &[Buyer], logs: &[f64; 3]) -> Slope<3> {
    let GammaGamma { p, q, v } = GammaGamma::from_logs(logs);
    let mut sum = Slope::flat();
    for same in buyers.chunk_by(|a, b| a.0 == b.0) {
        let Some((x, _)) = same.first().copied() else { continue };
        let n = same.len() as f64;
        let (both, own, over) = (log_gamma(p * x + q), log_gamma(p * x), log_gamma(q));
        sum.value += n * (both.value - own.value - over.value + q * logs[2] + p * x * x.ln());
        sum.gradient[0] += n * x * (both.first - own.first + x.ln());
        sum.gradient[1] += n * (both.first - over.first + logs[2]);
        sum.gradient[2] += n * q / v;
        sum.curvature[0][0] += n * x * x * (both.second - own.second);
        sum.curvature[0][1] += n * x * both.second;
        sum.curvature[1][1] += n * (both.second - over.second);
        sum.curvature[1][2] += n / v;
        sum.curvature[2][2] -= n * q / (v * v);
        for (_, z) in same {
            let (spent, weight) = (x * z + v, p * x + q);
            let (log, inverse, log_z) = (spent.ln(), 1.0 / spent, z.ln());
            sum.value += (p * x - 1.0) * log_z - weight * log;
            sum.gradient[0] += x * (log_z - log);
            sum.gradient[1] -= log;
            sum.gradient[2] -= weight * inverse;
            sum.curvature[0][2] -= x * inverse;
            sum.curvature[1][2] -= inverse;
            sum.curvature[2][2] += weight * inverse * inverse;
        }
    }
    super::climb::in_logs(sum, &[p, q, v])
}
