//! What is left of spend after it has faded and met its limits: carry-over, then saturation, each
//! with its slopes.

use super::Saturation;

/// A medium over the rows of one region: the level reached, and how it moves with each parameter.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wave {
    pub level: Vec<f64>,
    pub by_alpha: Vec<f64>,
    pub by_shape: Vec<f64>,
    /// Only filled where the slope of a Hill curve is estimated.
    pub by_slope: Vec<f64>,
    /// The carried-over spend.
    pub carried: Vec<f64>,
    carried_by_alpha: Vec<f64>,
    decay: Decay,
}

/// The numbers of one medium's curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Curve {
    pub saturation: Saturation,
    /// λ of the logistic curve, or the half-saturation of Hill's.
    pub shape: f64,
    /// Of Hill's curve; 1 where it is known to be.
    pub slope: f64,
}

/// How far a curve is from its end, and what moves it.
pub(crate) struct Point {
    pub level: f64,
    pub by_input: f64,
    pub by_shape: f64,
    pub by_slope: f64,
}

impl Wave {
    pub fn new(rows: usize) -> Wave {
        let zeros = || vec![0.0; rows];
        Wave {
            level: zeros(),
            by_alpha: zeros(),
            by_shape: zeros(),
            by_slope: zeros(),
            carried: zeros(),
            carried_by_alpha: zeros(),
            decay: Decay::default(),
        }
    }

    /// `spend` holds the regions one after another, `weeks` rows each. Nothing is allocated.
    pub fn fill(&mut self, spend: &[f64], weeks: usize, lags: usize, alpha: f64, curve: Curve) {
        let regions = spend
            .chunks_exact(weeks)
            .zip(self.carried.chunks_exact_mut(weeks))
            .zip(self.carried_by_alpha.chunks_exact_mut(weeks));
        self.decay.set(alpha, lags);
        for ((spend, carried), by_alpha) in regions {
            self.decay.run(spend, carried, by_alpha);
        }
        let by_alpha = self.by_alpha.iter_mut().zip(&self.carried_by_alpha);
        let by_shape = self.by_shape.iter_mut().zip(self.level.iter_mut());
        let inputs = self.carried.iter().zip(by_alpha).zip(by_shape);
        match curve.saturation {
            Saturation::Logistic => {
                let rate = curve.shape;
                for ((x, (by_alpha, slope)), (by_shape, level)) in inputs {
                    let left = exp(-rate * x);
                    let below = 1.0 / (1.0 + left);
                    let common = 2.0 * left * below * below;
                    *level = (1.0 - left) * below;
                    *by_shape = common * x;
                    *by_alpha = common * rate * slope;
                }
            }
            Saturation::Hill if self.by_slope.is_empty() => {
                let half = curve.shape;
                for ((x, (by_alpha, slope)), (by_shape, level)) in inputs {
                    let below = 1.0 / (x + half);
                    *level = x * below;
                    *by_shape = -x * below * below;
                    *by_alpha = half * below * below * slope;
                }
            }
            Saturation::Hill => self.hill_with_slope(curve),
        }
    }

    fn hill_with_slope(&mut self, curve: Curve) {
        for row in 0..self.level.len() {
            let point = curve.at(self.carried[row]);
            self.level[row] = point.level;
            self.by_alpha[row] = point.by_input * self.carried_by_alpha[row];
            self.by_shape[row] = point.by_shape;
            self.by_slope[row] = point.by_slope;
        }
    }

    /// Saves the work where the slope of the curve is known to be 1.
    pub fn without_slope(mut self) -> Wave {
        self.by_slope = Vec::new();
        self
    }
}

impl Curve {
    pub fn at(&self, input: f64) -> Point {
        match self.saturation {
            Saturation::Logistic => {
                let left = (-self.shape * input).exp();
                let below = 1.0 / (1.0 + left);
                let common = 2.0 * left * below * below;
                Point {
                    level: (1.0 - left) * below,
                    by_input: common * self.shape,
                    by_shape: common * input,
                    by_slope: 0.0,
                }
            }
            // Nothing spent is nothing reached, whatever the curve.
            Saturation::Hill if input <= 0.0 => {
                let by_input = if self.slope == 1.0 { 1.0 / self.shape } else { 0.0 };
                Point { level: 0.0, by_input, by_shape: 0.0, by_slope: 0.0 }
            }
            Saturation::Hill => {
                let ratio = (input / self.shape).ln();
                let left = (-self.slope * ratio).exp();
                let level = 1.0 / (1.0 + left);
                let rest = left * level;
                let common = if rest.is_finite() { level * rest } else { 0.0 };
                Point {
                    level,
                    by_input: self.slope * common / input,
                    by_shape: -self.slope * common / self.shape,
                    by_slope: common * ratio,
                }
            }
        }
    }
}

/// Geometric carry-over over a number of rows, with weights that add up to 1:
/// Σ_{l<L} α^l x_{t−l} / Σ_{l<L} α^l.
///
/// Sums of what is there, not a running sum with the oldest taken away: rounding would leave a rest
/// of what has gone, and a curve that is steep at nothing would make something of it.
#[derive(Clone, Debug, Default)]
struct Decay {
    /// By lag: the weight and its slope in α.
    weights: Vec<(f64, f64)>,
}

impl Decay {
    fn set(&mut self, alpha: f64, lags: usize) {
        self.weights.clear();
        let (mut power, mut slope) = (1.0, 0.0);
        let (mut sum, mut sum_slope) = (0.0, 0.0);
        for lag in 0..lags {
            self.weights.push((power, slope));
            (sum, sum_slope) = (sum + power, sum_slope + slope);
            slope = (lag + 1) as f64 * power;
            power *= alpha;
        }
        for (weight, slope) in &mut self.weights {
            *slope = (*slope - *weight * sum_slope / sum) / sum;
            *weight /= sum;
        }
    }

    fn run(&self, spend: &[f64], carried: &mut [f64], by_alpha: &mut [f64]) {
        /// Rows that the machine works on at once.
        const LANES: usize = 4;
        let lags = self.weights.len();
        // The first rows have fewer rows before them, and the last ones do not fill the lanes.
        let head = (lags.max(1) - 1).min(spend.len());
        let blocks = (spend.len() - head) / LANES;
        let tail = head + blocks * LANES;
        for block in 0..blocks {
            let at = head + block * LANES;
            let (mut sums, mut slopes) = ([0.0; LANES], [0.0; LANES]);
            for (lag, (weight, slope)) in self.weights.iter().enumerate() {
                let spend = &spend[at - lag..at - lag + LANES];
                for lane in 0..LANES {
                    sums[lane] += weight * spend[lane];
                    slopes[lane] += slope * spend[lane];
                }
            }
            carried[at..at + LANES].copy_from_slice(&sums);
            by_alpha[at..at + LANES].copy_from_slice(&slopes);
        }
        for row in (0..head).chain(tail..spend.len()) {
            let before = spend[..=row].iter().rev().zip(&self.weights);
            let add = |(sum, sum_slope): (f64, f64), (x, (weight, slope)): (&f64, &(f64, f64))| {
                (sum + weight * x, sum_slope + slope * x)
            };
            (carried[row], by_alpha[row]) = before.fold((0.0, 0.0), add);
        }
    }
}

/// e^x for x ≤ 0 without a branch, so that a column of them is one loop for the machine. Within a
/// few units of the last digit, and 0 below −700.
#[inline]
pub(crate) fn exp(x: f64) -> f64 {
    /// Adding and taking it away rounds to the nearest whole number.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const LN_2_HIGH: f64 = 0.693_145_751_953_125;
    const LN_2_LOW: f64 = 1.428_606_820_309_417_2e-6;
    const TERMS: [f64; 13] = [
        1.0 / 479_001_600.0,
        1.0 / 39_916_800.0,
        1.0 / 3_628_800.0,
        1.0 / 362_880.0,
        1.0 / 40_320.0,
        1.0 / 5_040.0,
        1.0 / 720.0,
        1.0 / 120.0,
        1.0 / 24.0,
        1.0 / 6.0,
        0.5,
        1.0,
        1.0,
    ];
    let x = x.clamp(-700.0, 0.0);
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let rest = (x - whole * LN_2_HIGH) - whole * LN_2_LOW;
    // The series of e^r for |r| ≤ ln 2 / 2: the first term left out is under 1e-17.
    let mut sum = 1.0 / 6_227_020_800.0;
    for term in TERMS {
        sum = sum * rest + term;
    }
    let exponent = (shifted.to_bits() << 52).wrapping_add(1.0_f64.to_bits());
    sum * f64::from_bits(exponent)
}
