//! Logistic regression with coefficients from 0 on and a ridge towards their own mean.

use super::super::{PARTS, Part};
use super::Retained;

/// The constant and the parts.
pub(super) const WIDTH: usize = PARTS + 1;

/// The constant, then a coefficient per known part; the rest is 0.
pub(super) type Fit = [f64; WIDTH];

type Square = [[f64; WIDTH]; WIDTH];

/// People as rows: 1, then the known parts, each centred.
pub(super) struct Problem {
    rows: Vec<Fit>,
    stayed: Vec<f64>,
    parts: usize,
}

const STEPS_MAX: usize = 50;
const SWEEPS_MAX: usize = 10_000;
const HALVINGS_MAX: usize = 30;
const GAIN_MIN: f64 = 1e-12;

impl Problem {
    pub fn of(people: &[&Retained], parts: &[Part]) -> Problem {
        let n = people.len() as f64;
        let mean = |part: &Part| people.iter().map(|it| it.parts[*part as usize]).sum::<f64>() / n;
        let means: Vec<f64> = parts.iter().map(mean).collect();
        let row = |it: &&Retained| {
            let mut row = [0.0; WIDTH];
            row[0] = 1.0;
            for (i, (part, mean)) in parts.iter().zip(&means).enumerate() {
                row[i + 1] = it.parts[*part as usize] - mean;
            }
            row
        };
        Problem {
            rows: people.iter().map(row).collect(),
            stayed: people.iter().map(|it| f64::from(u8::from(it.stayed))).collect(),
            parts: parts.len(),
        }
    }

    pub fn parts(&self) -> usize {
        self.parts
    }

    pub fn only(&self, keep: impl Fn(usize) -> bool) -> Problem {
        let kept: Vec<usize> = (0..self.rows.len()).filter(|i| keep(*i)).collect();
        Problem {
            rows: kept.iter().map(|i| self.rows[*i]).collect(),
            stayed: kept.iter().map(|i| self.stayed[*i]).collect(),
            parts: self.parts,
        }
    }

    pub fn loss(&self, person: usize, fit: &Fit) -> f64 {
        loss(dot(&self.rows[person], fit), self.stayed[person])
    }

    pub fn fit(&self, ridge: f64) -> Fit {
        self.descend(ridge, self.parts)
    }

    /// One coefficient for all parts.
    pub fn fit_equal(&self) -> Fit {
        let added = |row: &Fit| {
            let mut sum = [0.0; WIDTH];
            sum[0] = 1.0;
            sum[1] = row[1..=self.parts].iter().sum::<f64>();
            sum
        };
        let rows = self.rows.iter().map(added).collect();
        let one = Problem { rows, stayed: self.stayed.clone(), parts: 1 }.descend(0.0, 1);
        let mut fit = [0.0; WIDTH];
        fit[0] = one[0];
        fit[1..=self.parts].fill(one[1]);
        fit
    }

    pub fn fit_none(&self) -> Fit {
        self.descend(0.0, 0)
    }

    /// The inverse of the information with the ridge, coefficients at 0 taken as free.
    pub fn covariance(&self, fit: &Fit, ridge: f64) -> Option<Square> {
        let (_, mut curvature, _) = self.look(fit, self.parts, 0.0);
        self.add_ridge(&mut curvature, self.ridge_size(ridge, self.parts), self.parts);
        inverse(&curvature, self.parts + 1)
    }

    /// In the unit of the information: that of people who stay as often as these do, of whom each
    /// part differs as much as the parts do on average.
    fn ridge_size(&self, ridge: f64, free: usize) -> f64 {
        let n = self.rows.len() as f64;
        let rate = self.stayed.iter().sum::<f64>() / n;
        let square = |row: &Fit| row[1..=free].iter().map(|x| x * x).sum::<f64>();
        let spread: f64 = self.rows.iter().map(square).sum();
        ridge * rate * (1.0 - rate) * spread / free.max(1) as f64
    }

    /// Newton's method, each step with all coefficients of parts kept from 0 on.
    fn descend(&self, ridge: f64, free: usize) -> Fit {
        let size = self.ridge_size(ridge, free);
        let n = self.rows.len() as f64;
        let rate = (self.stayed.iter().sum::<f64>() + 0.5) / (n + 1.0);
        let mut fit = [0.0; WIDTH];
        fit[0] = (rate / (1.0 - rate)).ln();
        let (mut value, mut curvature, mut gradient) = self.look(&fit, free, size);
        for _ in 0..STEPS_MAX {
            self.add_ridge(&mut curvature, size, free);
            let step = bounded_step(&fit, &gradient, &curvature, free);
            let promised = -dot(&step, &gradient);
            if promised.abs() <= GAIN_MIN * n {
                break;
            }
            let mut share = 1.0;
            let mut better = false;
            for _ in 0..HALVINGS_MAX {
                let mut next: Fit = std::array::from_fn(|i| fit[i] + share * step[i]);
                next[1..].iter_mut().for_each(|it| *it = it.max(0.0));
                let seen = self.look(&next, free, size);
                if seen.0 < value {
                    fit = next;
                    (value, curvature, gradient) = seen;
                    better = true;
                    break;
                }
                share *= 0.5;
            }
            if !better {
                break;
            }
        }
        fit
    }

    /// The loss of all with the ridge, the information without it, and the gradient with it.
    fn look(&self, fit: &Fit, free: usize, ridge: f64) -> (f64, Square, Fit) {
        let (mut value, mut square, mut gradient) = (0.0, [[0.0; WIDTH]; WIDTH], [0.0; WIDTH]);
        for (row, stayed) in self.rows.iter().zip(&self.stayed) {
            let logit = dot(row, fit);
            let chance = 1.0 / (1.0 + (-logit).exp());
            value += loss(logit, *stayed);
            let weight = chance * (1.0 - chance);
            for i in 0..=free {
                gradient[i] += (chance - stayed) * row[i];
                for j in 0..=free {
                    square[i][j] += weight * row[i] * row[j];
                }
            }
        }
        let middle = fit[1..=free].iter().sum::<f64>() / free.max(1) as f64;
        for i in 1..=free {
            value += 0.5 * ridge * (fit[i] - middle).powi(2);
            gradient[i] += ridge * (fit[i] - middle);
        }
        (value, square, gradient)
    }

    /// Of ½ ridge Σ (β − mean β)².
    fn add_ridge(&self, square: &mut Square, ridge: f64, free: usize) {
        for (i, row) in square.iter_mut().enumerate().take(free + 1).skip(1) {
            for (j, it) in row.iter_mut().enumerate().take(free + 1).skip(1) {
                *it += ridge * (f64::from(u8::from(i == j)) - 1.0 / free as f64);
            }
        }
    }
}

/// −ln of the probability of what happened.
fn loss(logit: f64, stayed: f64) -> f64 {
    let away = logit.max(0.0) + (-logit.abs()).exp().ln_1p();
    away - stayed * logit
}

fn dot(a: &Fit, b: &Fit) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// The lowest point of the parabola that has this slope and curvature, with the coefficients of
/// parts from 0 on: one after the other until none moves.
fn bounded_step(fit: &Fit, gradient: &Fit, curvature: &Square, free: usize) -> Fit {
    /// In share of the coefficient's own error.
    const STILL: f64 = 1e-10;
    let mut step = [0.0; WIDTH];
    for _ in 0..SWEEPS_MAX {
        let mut moved = 0.0_f64;
        for i in 0..=free {
            let own = curvature[i][i];
            if own <= 0.0 {
                continue;
            }
            let slope = gradient[i] + dot(&curvature[i], &step);
            let mut to = step[i] - slope / own;
            if 0 < i {
                to = to.max(-fit[i]);
            }
            moved = moved.max((to - step[i]).abs() * own.sqrt());
            step[i] = to;
        }
        if moved <= STILL {
            break;
        }
    }
    step
}

/// Of the upper left corner, by elimination; nothing where two parts cannot be told apart.
fn inverse(square: &Square, size: usize) -> Option<Square> {
    /// A direction this much flatter than its axis is flat, as far as rounding lets see.
    const FLAT: f64 = 1e-10;
    let mut left = *square;
    let mut right = [[0.0; WIDTH]; WIDTH];
    for (i, row) in right.iter_mut().enumerate() {
        row[i] = f64::from(u8::from(i < size));
    }
    for i in 0..size {
        let pivot = left[i][i];
        if pivot <= FLAT * square[i][i] || !pivot.is_finite() {
            return None;
        }
        for j in 0..size {
            left[i][j] /= pivot;
            right[i][j] /= pivot;
        }
        for k in (0..size).filter(|k| *k != i) {
            let factor = left[k][i];
            for j in 0..size {
                left[k][j] -= factor * left[i][j];
                right[k][j] -= factor * right[i][j];
            }
        }
    }
    Some(right)
}
