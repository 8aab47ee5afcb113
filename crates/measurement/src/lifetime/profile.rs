//! How far each number can go with the likelihood near its top, all others following.
//!
//! Twice the likelihood that is lost, with the other numbers at their best, is χ² of one degree of
//! freedom at the truth (Wilks 1938, Annals of Mathematical Statistics 9(1), 60–62). The ends that
//! follow do not depend on the scale on which a number is written, so that they are as far from the
//! estimate on each side as the sample says, where an interval of standard errors is even on a scale
//! that somebody chose.

use super::Fit;
use super::climb::{Slope, climb_until};

/// Below this error of a logarithm both kinds of ends are the same for all purposes, and many people
/// make each look at the likelihood dear.
const ERROR_NARROW: f64 = 0.03;
/// What is left to gain when the others have followed: nothing beside what an end is lower by.
const GAIN_MIN: f64 = 1e-7;
/// Beyond the estimate's own factor of e¹⁰ a number is "none" or "beyond all bounds".
const RANGE: f64 = 10.0;
const ROUNDS_MAX: usize = 60;

/// The lower and the upper end of each number, in logarithms, `z` standard errors away on the scale
/// on which the likelihood is a parabola. Where it does not fall that far, the end is that of the
/// range.
pub(crate) fn ends<const N: usize>(
    fit: &Fit<N>,
    z: f64,
    mut look: impl FnMut(&[f64; N]) -> Slope<N>,
) -> [(f64, f64); N] {
    let narrow = (0..N).all(|i| fit.covariance[i][i].sqrt() < ERROR_NARROW);
    std::array::from_fn(|i| {
        let error = z * fit.covariance[i][i].sqrt();
        match narrow {
            true => (fit.logs[i] - error, fit.logs[i] + error),
            false => (end(fit, i, -1.0, z, &mut look), end(fit, i, 1.0, z, &mut look)),
        }
    })
}

/// The end of number `which` on the side of `sign`.
///
/// The root of twice the loss is almost straight in the number, so that Newton's method on it needs
/// two or three rounds; the slope of the profile is that of the likelihood, because the others are at
/// their best.
fn end<const N: usize>(
    fit: &Fit<N>,
    which: usize,
    sign: f64,
    z: f64,
    look: &mut impl FnMut(&[f64; N]) -> Slope<N>,
) -> f64 {
    /// In standard errors, on the scale of the root.
    const CLOSE: f64 = 1e-6;
    let top = fit.logs[which];
    let (mut inner, mut outer) = (0.0, RANGE);
    let mut outer_is_known = false;
    let error = fit.covariance[which][which].sqrt();
    let mut away = (z * error).min(RANGE);
    // Where the others start from: first along the slope that they have at the top.
    let tangent = fit.covariance[which].map(|it| sign * it / (error * error));
    let mut others = fit.logs;
    let mut others_away = 0.0;
    for _ in 0..ROUNDS_MAX {
        let mut start: [f64; N] =
            std::array::from_fn(|j| others[j] + tangent[j] * (away - others_away));
        start[which] = top + sign * away;
        let (at, there) = follow(start, which, look);
        let root = match there.value.is_finite() {
            true => (2.0 * (fit.log_likelihood - there.value)).max(0.0).sqrt(),
            false => f64::INFINITY,
        };
        if root.is_finite() {
            (others, others_away) = (at, away);
        }
        match root < z {
            true if RANGE <= away => break,
            true => inner = away,
            false => (outer, outer_is_known) = (away, true),
        }
        if (root - z).abs() < CLOSE || outer - inner < CLOSE * error {
            break;
        }
        let rise = -sign * there.gradient[which] / root;
        let next = away + (z - root) / rise;
        let most = if outer_is_known { outer } else { (2.0 * away).min(RANGE) };
        away = match 0.0 < rise && inner < next {
            true if next < most => next,
            true if !outer_is_known => most,
            true | false => 0.5 * (inner + most),
        };
    }
    top + sign * away
}

/// The others at their best, with number `which` held where it is.
fn follow<const N: usize>(
    start: [f64; N],
    which: usize,
    look: &mut impl FnMut(&[f64; N]) -> Slope<N>,
) -> ([f64; N], Slope<N>) {
    let (low, high) = (start.map(|it| it - RANGE), start.map(|it| it + RANGE));
    let mut best: Option<([f64; N], Slope<N>)> = None;
    // However the climb ends: where nothing but an edge is left, the likelihood is flat on the way.
    climb_until(GAIN_MIN, start, low, high, |logs| {
        let there = look(logs);
        if best.as_ref().is_none_or(|(_, best)| best.value < there.value) {
            best = Some((*logs, there.clone()));
        }
        held(there, which)
    });
    best.unwrap_or((start, Slope::flat()))
}

/// As if number `which` had nothing to gain anywhere, so that it stays.
fn held<const N: usize>(mut slope: Slope<N>, which: usize) -> Slope<N> {
    slope.gradient[which] = 0.0;
    for i in 0..N {
        slope.curvature[which][i] = 0.0;
        slope.curvature[i][which] = 0.0;
    }
    slope.curvature[which][which] = -1.0;
    slope
}
