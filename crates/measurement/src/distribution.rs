//! Tails and quantiles of the normal, Student and chi-squared distributions.

use statrs::distribution::{ChiSquared, Continuous, ContinuousCDF, Normal, StudentsT};

/// From here on the quantile is taken from its expansion around the normal one: the terms left out
/// are under 1e-15, and the general inversion loses digits for many degrees of freedom.
const EXPANSION_DF: f64 = 1_000.0;

/// The value that a Student variable exceeds in size with probability 1 − `confidence`.
pub(crate) fn t_quantile(confidence: f64, df: f64) -> f64 {
    let upper = 0.5 + 0.5 * confidence;
    if EXPANSION_DF < df {
        return expanded(normal_quantile(upper), df);
    }
    let Ok(student) = StudentsT::new(0.0, 1.0, df) else { return f64::NAN };
    // The library stops early; two Newton steps on the tail give all digits.
    let tail = 0.5 - 0.5 * confidence;
    let mut t = student.inverse_cdf(upper);
    for _ in 0..2 {
        let step = (student.sf(t) - tail) / student.pdf(t);
        t += if step.is_finite() { step } else { 0.0 };
    }
    t
}

/// From here on the tail is taken from the normal one, at the place that Abramowitz and Stegun
/// 26.7.8 gives: the general one has lost more digits by then than this leaves out.
const NORMAL_DF: f64 = 1e6;

pub(crate) fn t_two_sided(t: f64, df: f64) -> f64 {
    if NORMAL_DF < df {
        let z = t.abs() * (1.0 - 0.25 / df) / (1.0 + 0.5 * t * t / df).sqrt();
        return 2.0 * Normal::standard().sf(z);
    }
    match StudentsT::new(0.0, 1.0, df) {
        Ok(student) => (2.0 * student.sf(t.abs())).clamp(0.0, 1.0),
        Err(_) => f64::NAN,
    }
}

pub(crate) fn normal_quantile(probability: f64) -> f64 {
    Normal::standard().inverse_cdf(probability)
}

pub(crate) fn chi_squared_tail(chi2: f64, df: f64) -> f64 {
    match ChiSquared::new(df) {
        Ok(distribution) => distribution.sf(chi2).clamp(0.0, 1.0),
        Err(_) => f64::NAN,
    }
}

/// Abramowitz and Stegun 26.7.5.
fn expanded(z: f64, df: f64) -> f64 {
    let z2 = z * z;
    let g1 = z * (z2 + 1.0) / 4.0;
    let g2 = z * ((5.0 * z2 + 16.0) * z2 + 3.0) / 96.0;
    let g3 = z * (((3.0 * z2 + 19.0) * z2 + 17.0) * z2 - 15.0) / 384.0;
    let g4 = z * ((((79.0 * z2 + 776.0) * z2 + 1482.0) * z2 - 1920.0) * z2 - 945.0) / 92_160.0;
    z + (g1 + (g2 + (g3 + g4 / df) / df) / df) / df
}
