//! The probability that each of several uncertain quantities is the largest: Thompson's rule, by
//! quadrature in place of drawing from the posteriors.
//!
//! Thompson (1933), Biometrika 25: choose each possibility as often as it is likely to be the best.

/// What is known of one quantity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Belief {
    /// `scale` times a Beta variable: a rate of response and what a response is worth.
    Beta { a: f64, b: f64, scale: f64 },
    /// The exponential of a normal variable: a factor.
    LogNormal { mean: f64, sd: f64 },
}

/// Points per belief, and how many standard deviations they span: enough for three digits, which is
/// finer than the floor that is mixed in.
const POINTS: usize = 81;
const SPAN: f64 = 6.0;

/// For each belief the probability that it is the largest; they add up to 1. On the scale of
/// logarithms, where rates near 0 and factors are both well spread.
pub(crate) fn probability_best(beliefs: &[Belief]) -> Vec<f64> {
    match beliefs.len() {
        0 => return Vec::new(),
        1 => return vec![1.0],
        _ => {}
    }
    let all_normal = beliefs.iter().all(|it| matches!(it, Belief::LogNormal { .. }));
    let mut found = if all_normal { by_normal(beliefs) } else { by_grid(beliefs) };
    let total: f64 = found.iter().sum();
    let even = 1.0 / found.len() as f64;
    let sound = total.is_finite() && 0.0 < total;
    found.iter_mut().for_each(|it| *it = if sound { *it / total } else { even });
    found
}

impl Belief {
    /// The same belief held more firmly: the variance divided by `by`.
    pub fn firmer(self, by: f64) -> Belief {
        match self {
            Belief::Beta { a, b, scale } => Belief::Beta { a: a * by, b: b * by, scale },
            Belief::LogNormal { mean, sd } => {
                // The mean of the variable itself stays.
                let firm = sd / by.sqrt();
                Belief::LogNormal { mean: mean + 0.5 * (sd * sd - firm * firm), sd: firm }
            }
        }
    }

    /// Mean and standard deviation of the logarithm.
    fn log_moments(&self) -> (f64, f64) {
        match *self {
            Belief::Beta { a, b, scale } => (
                scale.ln() + digamma(a) - digamma(a + b),
                (trigamma(a) - trigamma(a + b)).max(1e-12).sqrt(),
            ),
            Belief::LogNormal { mean, sd } => (mean, sd.max(1e-9)),
        }
    }

    /// The logarithm of the density of the logarithm, up to a constant.
    fn log_density(&self, u: f64) -> f64 {
        match *self {
            Belief::Beta { a, b, scale } => {
                let x = u - scale.ln();
                if 0.0 <= x { f64::NEG_INFINITY } else { a * x + (b - 1.0) * (-x.exp()).ln_1p() }
            }
            Belief::LogNormal { mean, sd } => {
                let z = (u - mean) / sd.max(1e-9);
                -0.5 * z * z
            }
        }
    }
}

/// On the union of every belief's own points, so that narrow and wide ones are both resolved:
/// ∫ f_i Π F_j by the trapezoid rule, the F by summing the f.
fn by_grid(beliefs: &[Belief]) -> Vec<f64> {
    let mut points: Vec<f64> = Vec::with_capacity(beliefs.len() * POINTS);
    for belief in beliefs {
        let (mean, sd) = belief.log_moments();
        let step = 2.0 * SPAN * sd / (POINTS - 1) as f64;
        points.extend((0..POINTS).map(|k| mean - SPAN * sd + step * k as f64));
        if let Belief::Beta { scale, .. } = belief {
            // The density may end abruptly where the rate is 1.
            points.push(scale.ln());
        }
    }
    points.retain(|it| it.is_finite());
    points.sort_by(f64::total_cmp);
    points.dedup();
    let densities: Vec<Vec<f64>> = beliefs.iter().map(|it| density(it, &points)).collect();
    let masses: Vec<Vec<f64>> = densities.iter().map(|it| below(it, &points)).collect();
    let mut found = vec![0.0; beliefs.len()];
    let mut last = vec![0.0; beliefs.len()];
    for k in 0..points.len() {
        let width = if k == 0 { 0.0 } else { points[k] - points[k - 1] };
        for (i, total) in found.iter_mut().enumerate() {
            let others: f64 =
                (0..beliefs.len()).filter(|j| *j != i).map(|j| masses[j][k]).product();
            let here = densities[i][k] * others;
            *total += 0.5 * width * (here + last[i]);
            last[i] = here;
        }
    }
    found
}

fn density(belief: &Belief, points: &[f64]) -> Vec<f64> {
    let logs: Vec<f64> = points.iter().map(|it| belief.log_density(*it)).collect();
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut values: Vec<f64> = logs.iter().map(|it| (it - top).exp()).collect();
    let area = below(&values, points).last().copied().unwrap_or(1.0);
    if 0.0 < area {
        values.iter_mut().for_each(|it| *it /= area);
    }
    values
}

/// The area below the density up to each point.
fn below(density: &[f64], points: &[f64]) -> Vec<f64> {
    let mut area = 0.0;
    let mut areas = Vec::with_capacity(points.len());
    for k in 0..points.len() {
        if 0 < k {
            area += 0.5 * (points[k] - points[k - 1]) * (density[k] + density[k - 1]);
        }
        areas.push(area);
    }
    areas
}

/// The trapezoid rule between so many standard deviations, in steps of so many: for the product of
/// smooth functions with a normal density it has converged by then.
const SIDE: i32 = 9;
const STEP: f64 = 0.5;

/// All beliefs are log-normal: E over each of Π Φ, cheap enough for the hours of two days.
fn by_normal(beliefs: &[Belief]) -> Vec<f64> {
    let moments: Vec<(f64, f64)> = beliefs.iter().map(Belief::log_moments).collect();
    // The strongest first: their product tells soonest that a point is hopeless.
    let mut order: Vec<usize> = (0..moments.len()).collect();
    order.sort_by(|a, b| moments[*b].0.total_cmp(&moments[*a].0));
    let largest = |i: usize, u: f64| {
        let mut product = 1.0;
        for j in order.iter().copied().filter(|j| *j != i) {
            product *= normal_below((u - moments[j].0) / moments[j].1);
            if product < 1e-12 {
                return 0.0;
            }
        }
        product
    };
    let of = |i: usize| {
        let (mean, sd) = moments[i];
        let nodes = (-SIDE..=SIDE).map(|k| f64::from(k) * STEP);
        nodes.map(|z| (-0.5 * z * z).exp() * largest(i, mean + sd * z)).sum()
    };
    (0..beliefs.len()).map(of).collect()
}

/// Φ(z), within 1e-7 (Abramowitz and Stegun 26.2.17).
fn normal_below(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z.abs());
    let series = t
        * (0.319_381_530
            + t * (-0.356_563_782
                + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    let tail = 0.398_942_280_401_432_7 * (-0.5 * z * z).exp() * series;
    if z < 0.0 { tail } else { 1.0 - tail }
}

/// From here on the asymptotic series have all the digits that are of use.
const LARGE: f64 = 8.0;

/// Abramowitz and Stegun 6.3.5 and 6.3.18.
fn digamma(mut x: f64) -> f64 {
    let mut found = 0.0;
    while x < LARGE {
        found -= 1.0 / x;
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    found + x.ln() - 0.5 / x - y * (1.0 / 12.0 - y * (1.0 / 120.0 - y / 252.0))
}

/// Abramowitz and Stegun 6.4.6 and 6.4.12.
fn trigamma(mut x: f64) -> f64 {
    let mut found = 0.0;
    while x < LARGE {
        found += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    found + 1.0 / x + 0.5 * y + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y / 42.0))
}
