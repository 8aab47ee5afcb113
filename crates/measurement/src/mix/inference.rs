//! Errors of whatever is linear in the coefficients once the carry-over is known.
//!
//! The likelihood with the coefficients solved has, at its top, the curvature that the whole
//! likelihood has for λ and ψ when the coefficients follow. So Var f = Var(f | λ, ψ) + g' Σ g, with
//! g the slope of f along the solved coefficients, is what the inverse of the whole observed
//! information gives. Variances are scaled to degrees of freedom, and quantiles are Student's.
//!
//! Standard errors are those. Intervals and p are not even about the estimate: what is brought over
//! time goes with 1/(1 − λ), which is surer downwards than upwards. They are those of the modified
//! profile likelihood: see [`super::plausible`].

use super::filter::{Fit, Place, Series, fit};
use super::peak::{STEP, Top};
use super::plausible::Plausible;
use super::report::Interval;
use crate::distribution::{t_quantile, t_two_sided};

/// The model at the top of its likelihood.
pub(crate) struct Fitted {
    pub top: Top,
    pub fit: Fit,
    plausible: Plausible,
    /// What a place may lose of the likelihood.
    drop: f64,
    /// Of λ and ψ.
    covariance: [[f64; 2]; 2],
    /// Beside the top in λ and in ψ, upwards and downwards; absent where they have no variance.
    beside: [Option<(Fit, Fit)>; 2],
    quantile: f64,
}

impl Fitted {
    pub fn new(series: &Series, top: Top, confidence: f64) -> Option<Fitted> {
        let at = |carry: f64, share: f64| {
            let place = Place { carry: top.place.carry + carry, share: top.place.share + share };
            fit(series, place).ok()
        };
        let here = at(0.0, 0.0)?;
        let beside = |i: usize| match 0.0 < top.covariance[i][i] {
            true if i == 0 => Some((at(STEP, 0.0)?, at(-STEP, 0.0)?)),
            true => Some((at(0.0, STEP)?, at(0.0, -STEP)?)),
            false => None,
        };
        let (rows, df) = (here.rows as f64, here.free() as f64);
        let quantile = t_quantile(confidence, df);
        // For a coefficient this loss of likelihood is the same as Student's interval.
        let drop = 0.5 * df * (quantile * quantile / df).ln_1p();
        Some(Fitted {
            plausible: Plausible::new(series, top.place, drop)?,
            drop,
            covariance: top.covariance.map(|row| row.map(|it| it * rows / df)),
            beside: [beside(0), beside(1)],
            fit: here,
            quantile,
            top,
        })
    }

    pub fn carry(&self) -> f64 {
        self.top.place.carry
    }

    pub fn carry_ends(&self) -> (f64, f64) {
        let (low, high) = self.plausible.carry;
        (low.min(self.carry()), high.max(self.carry()))
    }

    /// The standard error of λ, where its likelihood has a top.
    pub fn carry_sd(&self) -> Option<f64> {
        let variance = self.covariance[0][0];
        (0.0 < variance).then(|| variance.sqrt())
    }

    /// Σ weight × coefficient, with the weights for a given λ.
    pub fn interval(&self, weights: impl Fn(f64) -> Vec<f64>) -> Interval {
        let carry = self.carry();
        let of = |fit: &Fit, carry: f64| dot(&weights(carry), fit.coefficients());
        let mean = of(&self.fit, carry);
        let given = self.fit.variance() * self.fit.solution.variance(&weights(carry));
        let slope = |i: usize| {
            let apart = if i == 0 { STEP } else { 0.0 };
            self.beside[i].as_ref().map_or(0.0, |(above, below)| {
                (of(above, carry + apart) - of(below, carry - apart)) / (2.0 * STEP)
            })
        };
        let sd = (given + self.spread([slope(0), slope(1)])).sqrt();
        let df = self.fit.free() as f64;
        let (mut low, mut high) = (mean, mean);
        self.visit(&weights, |lost, there, se| {
            if lost < self.drop {
                let far = se * (df * (2.0 * (self.drop - lost) / df).exp_m1()).sqrt();
                (low, high) = (low.min(there - far), high.max(there + far));
            }
        });
        Interval { mean, sd, low, high }
    }

    /// The two-sided p of none.
    pub fn p(&self, weights: impl Fn(f64) -> Vec<f64>) -> f64 {
        let df = self.fit.free() as f64;
        let mut least = f64::INFINITY;
        self.visit(&weights, |lost, there, se| {
            least = least.min(lost + 0.5 * df * ((there / se).powi(2) / df).ln_1p());
        });
        t_two_sided((df * (2.0 * least / df).exp_m1()).sqrt(), df)
    }

    /// The loss, the estimate and its error at each plausible place.
    fn visit(&self, weights: &impl Fn(f64) -> Vec<f64>, mut each: impl FnMut(f64, f64, f64)) {
        for slice in &self.plausible.slices {
            let weights = weights(slice.carry);
            for (lost, fit) in &slice.places {
                let variance = fit.variance() * fit.solution.variance(&weights);
                each(*lost, dot(&weights, fit.coefficients()), variance.sqrt());
            }
        }
    }

    /// The noise that is carried over, and the noise that is not: standard deviations with errors.
    pub fn noise(&self) -> [(f64, Option<f64>); 2] {
        let df = self.fit.free() as f64;
        let part = |carried: bool, variance: f64, share: f64| {
            (variance * if carried { share } else { 1.0 - share }).max(0.0).sqrt()
        };
        [true, false].map(|carried| {
            let share = self.top.place.share;
            let mean = part(carried, self.fit.variance(), share);
            let slope = |i: usize| {
                let apart = if i == 1 { STEP } else { 0.0 };
                self.beside[i].as_ref().map_or(0.0, |(above, below)| {
                    let above = part(carried, above.variance(), share + apart);
                    (above - part(carried, below.variance(), share - apart)) / (2.0 * STEP)
                })
            };
            let given = mean * mean / (2.0 * df);
            let sd = (given + self.spread([slope(0), slope(1)])).sqrt();
            // On a bound the split is not known to any side.
            (mean, (0.0 < self.covariance[1][1]).then_some(sd))
        })
    }

    pub fn quantile(&self) -> f64 {
        self.quantile
    }

    fn spread(&self, slope: [f64; 2]) -> f64 {
        let [[a, b], [_, d]] = self.covariance;
        (slope[0] * slope[0] * a + 2.0 * slope[0] * slope[1] * b + slope[1] * slope[1] * d).max(0.0)
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
