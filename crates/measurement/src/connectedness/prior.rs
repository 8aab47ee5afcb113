//! How a rate differs between people: a beta distribution, fitted to what they did.

use std::collections::BTreeMap;

use super::Evidence;
use crate::lifetime::climb::{Peak, Slope, climb};
use crate::lifetime::special::log_gamma;

/// How many people have which evidence: all that the fit needs. Merges exactly.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EvidenceTally {
    people: BTreeMap<Evidence, u64>,
}

impl EvidenceTally {
    pub fn of(people: impl IntoIterator<Item = Evidence>) -> EvidenceTally {
        let mut tally = EvidenceTally::default();
        people.into_iter().for_each(|it| tally.push(it));
        tally
    }

    /// Adds one person, once, with all their evidence. Without any they say nothing.
    pub fn push(&mut self, evidence: Evidence) {
        if 0 < evidence.of && evidence.yes <= evidence.of {
            *self.people.entry(evidence).or_default() += 1;
        }
    }

    /// Takes in other people.
    pub fn merge(&mut self, other: &EvidenceTally) {
        for (evidence, people) in &other.people {
            *self.people.entry(*evidence).or_default() += people;
        }
    }

    pub fn people(&self) -> u64 {
        self.people.values().sum()
    }

    /// All evidence together.
    pub fn total(&self) -> Evidence {
        let times = |(it, people): (&Evidence, &u64)| Evidence {
            yes: it.yes.saturating_mul(*people),
            of: it.of.saturating_mul(*people),
        };
        self.people.iter().map(times).fold(Evidence::default(), Evidence::and)
    }

    /// The harmonic mean of the occasions per person: what a usual person has.
    fn usual(&self) -> f64 {
        let inverse: f64 = self.people.iter().map(|(it, n)| *n as f64 / it.of as f64).sum();
        self.people() as f64 / inverse
    }
}

/// A beta distribution of rates over people, known as well as the people tell.
///
/// The fit maximises the marginal likelihood of the beta-binomial (Skellam 1948; as a prior for
/// single people: Efron and Morris 1975, Kleinman 1973) times a vague prior on the two parameters:
/// uniform on the mean, and uniform on the share of the shrinkage at the usual amount of evidence
/// (Christiansen and Morris 1997; Daniels 1999; Natarajan and Kass 2000), both in the coordinates
/// logit mean and log strength. With many people that is the maximum of the likelihood; with few,
/// or when all did the same, it keeps away from "people do not differ at all", where the maximum of
/// the likelihood often lies and would make every interval too narrow.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BetaPrior {
    pub(crate) at: [f64; 2],
    /// Of logit mean and log strength.
    pub(crate) covariance: [[f64; 2]; 2],
    /// Without the binomial coefficients, which do not depend on the parameters.
    pub log_likelihood: f64,
}

/// logit mean and log strength: beyond these bounds nothing changes in any digit that is shown.
const LOW: [f64; 2] = [-30.0, -16.0];
const HIGH: [f64; 2] = [30.0, 23.0];

impl BetaPrior {
    /// Nothing where nobody has evidence.
    pub fn fit(tally: &EvidenceTally) -> Option<BetaPrior> {
        BetaPrior::climb(tally, true).filter(|it| it.at.iter().all(|it| it.is_finite()))
    }

    /// The maximum of the likelihood alone, where it has one inside: it has none when people differ
    /// no more than chance alone would have it, or when each of them always did the same.
    pub fn most_likely(tally: &EvidenceTally) -> Option<BetaPrior> {
        BetaPrior::climb(tally, false)
    }

    fn climb(tally: &EvidenceTally, vague: bool) -> Option<BetaPrior> {
        let people = tally.people();
        if people == 0 {
            return None;
        }
        let usual = tally.usual();
        let total = tally.total();
        let rate = (total.yes as f64 + 0.5) / (total.of as f64 + 1.0);
        let start = [(rate / (1.0 - rate)).ln(), usual.max(1.0).ln()];
        let sums = Sums::of(tally);
        let look = |at: &[f64; 2]| {
            let mut slope = sums.at(at);
            if vague {
                add_vague(&mut slope, at, usual);
            }
            slope
        };
        match climb(start, LOW, HIGH, look) {
            Peak::Inside { at, covariance, .. } => {
                Some(BetaPrior { at, covariance, log_likelihood: sums.at(&at).value })
            }
            Peak::Edge { .. } | Peak::Flat => None,
        }
    }

    /// The mean of the rates over people.
    pub fn mean(&self) -> f64 {
        logistic(self.at[0])
    }

    /// As many occasions of a person weigh as much as this distribution (a + b).
    pub fn strength(&self) -> f64 {
        self.at[1].exp()
    }

    /// a and b of the beta distribution.
    pub fn shapes(&self) -> [f64; 2] {
        let strength = self.strength();
        [strength * self.mean(), strength * logistic(-self.at[0])]
    }

    /// Whether the strength may as well be seven times as large or small: the vague prior alone leaves
    /// an error of 1.4 in its logarithm.
    pub(crate) fn hardly_known(&self) -> bool {
        1.0 < self.covariance[1][1].sqrt()
    }

    /// The expected rate of a person: between their own and everybody's.
    pub fn mean_given(&self, evidence: Evidence) -> f64 {
        let [a, _] = self.shapes();
        (a + evidence.yes as f64) / (self.strength() + evidence.of as f64)
    }

    /// The variance of that: of the beta distribution given the evidence, and of what is not known of
    /// the prior itself (Kass and Steffey 1989, first order).
    pub fn variance_given(&self, evidence: Evidence) -> f64 {
        let (strength, of) = (self.strength(), evidence.of as f64);
        let mean = self.mean_given(evidence);
        let own = mean * (1.0 - mean) / (strength + of + 1.0);
        let everybody = self.mean();
        let by_mean = strength * everybody * (1.0 - everybody) / (strength + of);
        let by_strength = strength * (everybody - mean) / (strength + of);
        let slope = [by_mean, by_strength];
        own + crate::lifetime::climb::quadratic(&slope, &self.covariance)
    }
}

pub(crate) fn logistic(logit: f64) -> f64 {
    1.0 / (1.0 + (-logit).exp())
}

/// ln μ(1−μ) + ln(M·n₀/(M+n₀)²): both uniform priors with the slopes of their coordinates.
fn add_vague(slope: &mut Slope<2>, at: &[f64; 2], usual: f64) {
    let (mean, rest) = (logistic(at[0]), logistic(-at[0]));
    slope.value += mean.ln() + rest.ln();
    slope.gradient[0] += rest - mean;
    slope.curvature[0][0] -= 2.0 * mean * rest;
    // The share that the own rate gets of a usual person.
    let share = logistic(at[1] - usual.ln());
    let other = logistic(usual.ln() - at[1]);
    slope.value += share.ln() + other.ln();
    slope.gradient[1] += other - share;
    slope.curvature[1][1] -= 2.0 * share * other;
}

/// The likelihood only needs to know how many people have how many yes, how many no, how many of
/// both: lnL = Σ ln a(a+1)…(a+yes−1) + Σ ln b…(b+no−1) − Σ ln M…(M+of−1).
struct Sums {
    yes: Vec<(u64, f64)>,
    no: Vec<(u64, f64)>,
    of: Vec<(u64, f64)>,
}

impl Sums {
    fn of(tally: &EvidenceTally) -> Sums {
        let count = |number: fn(&Evidence) -> u64| {
            let mut counts: BTreeMap<u64, f64> = BTreeMap::new();
            for (evidence, people) in &tally.people {
                *counts.entry(number(evidence)).or_default() += *people as f64;
            }
            counts.remove(&0);
            counts.into_iter().collect()
        };
        Sums { yes: count(|it| it.yes), no: count(|it| it.of - it.yes), of: count(|it| it.of) }
    }

    /// By logit mean u and log strength m: a = M μ, b = M (1−μ), ∂a/∂u = −∂b/∂u = M μ(1−μ),
    /// ∂a/∂m = a, ∂b/∂m = b.
    fn at(&self, at: &[f64; 2]) -> Slope<2> {
        let (mean, rest, strength) = (logistic(at[0]), logistic(-at[0]), at[1].exp());
        let (a, b) = (strength * mean, strength * rest);
        let (by_a, by_b, by_m) =
            (rising(a, &self.yes), rising(b, &self.no), rising(strength, &self.of));
        let turn = strength * mean * rest;
        let bend = turn * (rest - mean);
        let apart = by_a[1] - by_b[1];
        let across = turn * (a * by_a[2] - b * by_b[2] + apart);
        Slope {
            value: by_a[0] + by_b[0] - by_m[0],
            gradient: [turn * apart, a * by_a[1] + b * by_b[1] - strength * by_m[1]],
            curvature: [
                [turn * turn * (by_a[2] + by_b[2]) + bend * apart, across],
                [
                    across,
                    a * (a * by_a[2] + by_a[1]) + b * (b * by_b[2] + by_b[1])
                        - strength * (strength * by_m[2] + by_m[1]),
                ],
            ],
        }
    }
}

/// Σ people · ln x(x+1)…(x+k−1) over (k, people) in rising order of k, with its derivatives by x.
/// Term by term where that is short, because differences of ln Γ lose digits for large x.
fn rising(x: f64, counts: &[(u64, f64)]) -> [f64; 3] {
    const SHORT: u64 = 64;
    let (mut reached, mut here, mut sum) = (0_u64, [0.0; 3], [0.0; 3]);
    for (k, people) in counts {
        if *k - reached <= SHORT {
            for i in reached..*k {
                let term = x + i as f64;
                let inverse = 1.0 / term;
                here = [here[0] + term.ln(), here[1] + inverse, here[2] - inverse * inverse];
            }
        } else {
            let (low, high) = (log_gamma(x + reached as f64), log_gamma(x + *k as f64));
            here[0] += high.value - low.value;
            here[1] += high.first - low.first;
            here[2] += high.second - low.second;
        }
        reached = *k;
        for i in 0..3 {
            sum[i] += people * here[i];
        }
    }
    sum
}
