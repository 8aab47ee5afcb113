//! The Kalman filter of one carried-over state, and the likelihood with everything linear solved.
//!
//!     y_t = S_t + x_t γ + ε_t,   S_t = λ S_{t−1} + u_t θ + ν_t,   ν ~ N(0, ψσ²), ε ~ N(0, (1−ψ)σ²)
//!
//! (Naik and Raman 2003, Journal of Marketing Research 40(4), 375–388, where u_t holds the efforts
//! and their products.) The likelihood is that of y_2 … y_n given y_1: nothing is known of S before
//! the first row, so that y_1 only tells where S begins. Given λ and ψ the filter is linear, and the
//! same gains whiten the outcome and every column; θ, γ and σ² then follow by least squares, and two
//! numbers are left to search for.

use super::least_squares::{Dependent, Solution, least_squares, least_squares_beside};

/// What is not linear: the carry-over λ, and the share ψ of noise that is carried over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Place {
    pub carry: f64,
    pub share: f64,
}

/// Columns of one length, and the outcome. Carried ones go through the state, direct ones do not.
pub(crate) struct Series<'a> {
    pub outcome: &'a [f64],
    pub direct: &'a [Vec<f64>],
    pub carried: &'a [Vec<f64>],
}

/// The best fit at one place.
#[derive(Clone, Debug)]
pub(crate) struct Fit {
    pub log_likelihood: f64,
    /// Rows that count: all but the first.
    pub rows: usize,
    /// Direct columns first.
    pub solution: Solution,
}

impl Fit {
    pub fn coefficients(&self) -> &[f64] {
        &self.solution.coefficients
    }

    /// σ², as an unbiased estimate has it.
    pub fn variance(&self) -> f64 {
        self.solution.squares / self.free() as f64
    }

    /// Degrees of freedom that are left.
    pub fn free(&self) -> usize {
        self.rows - self.coefficients().len()
    }
}

pub(crate) fn fit(series: &Series, place: Place) -> Result<Fit, Dependent> {
    let gains = Gains::new(series.outcome.len(), place);
    let columns = gains.columns(series, place.carry);
    let solution = least_squares(&columns, &gains.whiten(series.outcome))?;
    Ok(gains.fit(solution))
}

/// The fit with its modified likelihood, up to a constant:
///
///     −½ ln |V| − ½ (n − p) ln RSS − ln |Q'X̂|
///
/// with V the covariance of the rows, RSS the squares that are left of n rows after p coefficients,
/// and, all whitened, Q an orthonormal basis of the columns at the place, X̂ the columns at the
/// carry-over `near`, its estimate. There it is the restricted likelihood of a mixed model; X̂ keeps
/// it from depending on how long the columns are, which grow with λ.
pub(crate) fn modified(series: &Series, place: Place, near: f64) -> Option<(f64, Fit)> {
    let gains = Gains::new(series.outcome.len(), place);
    let columns = gains.columns(series, place.carry);
    let others = gains.columns(series, near);
    let outcome = gains.whiten(series.outcome);
    let (solution, volume) = least_squares_beside(&columns, &outcome, others).ok()?;
    let fit = gains.fit(solution);
    let squares = fit.free() as f64 * fit.solution.squares.ln();
    let value = -0.5 * (gains.log_determinant + squares) - volume;
    value.is_finite().then_some((value, fit))
}

/// An error of one row ahead: in the outcome's unit, and over its standard deviation, in units of σ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Innovation {
    pub plain: f64,
    pub scaled: f64,
}

pub(crate) fn innovations(series: &Series, place: Place, fit: &Fit) -> Vec<Innovation> {
    let gains = Gains::new(series.outcome.len(), place);
    let mut errors = gains.whiten(series.outcome);
    let carried_over = series.carried.iter().map(|it| carried(it, place.carry));
    let columns = series.direct.iter().cloned().chain(carried_over);
    for (column, coefficient) in columns.zip(fit.coefficients()) {
        let column = gains.whiten(&column);
        errors.iter_mut().zip(column).for_each(|(error, x)| *error -= coefficient * x);
    }
    let unscaled =
        |(scaled, (_, scale)): (f64, &(f64, f64))| Innovation { plain: scaled / scale, scaled };
    errors.into_iter().zip(&gains.steps).map(unscaled).collect()
}

/// What a column adds to the state after the first row.
fn carried(efforts: &[f64], carry: f64) -> Vec<f64> {
    let mut state = 0.0;
    let mut first = true;
    let next = |effort: &f64| {
        state = if first { 0.0 } else { carry * state + effort };
        first = false;
        state
    };
    efforts.iter().map(next).collect()
}

/// The filter's gains, which depend on the place alone.
struct Gains {
    carry: f64,
    /// The gain, and one over the root of the innovation's variance, from the second row on.
    steps: Vec<(f64, f64)>,
    log_determinant: f64,
}

impl Gains {
    fn new(rows: usize, place: Place) -> Gains {
        let Place { carry, share } = place;
        // After the first row, S_1 is y_1 up to the noise that is not carried over.
        let mut variance = 1.0 - share;
        let mut log_determinant = 0.0;
        let step = |_| {
            let before = carry * carry * variance + share;
            let innovation = before + 1.0 - share;
            let gain = before / innovation;
            variance = (1.0 - gain) * before;
            log_determinant += innovation.ln();
            (gain, 1.0 / innovation.sqrt())
        };
        let steps = (1..rows).map(step).collect();
        Gains { carry, steps, log_determinant }
    }

    /// All columns, whitened, with efforts carried over by `carry`.
    fn columns(&self, series: &Series, carry: f64) -> Vec<Vec<f64>> {
        let direct = series.direct.iter().map(|it| self.whiten(it));
        direct.chain(series.carried.iter().map(|it| self.whiten(&carried(it, carry)))).collect()
    }

    fn fit(&self, solution: Solution) -> Fit {
        let rows = self.steps.len();
        let n = rows as f64;
        let spread = (std::f64::consts::TAU * solution.squares / n).ln();
        let log_likelihood = -0.5 * (n * (spread + 1.0) + self.log_determinant);
        Fit { log_likelihood, rows, solution }
    }

    fn whiten(&self, column: &[f64]) -> Vec<f64> {
        let Some((first, rest)) = column.split_first() else { return Vec::new() };
        let mut state = *first;
        let next = |(value, (gain, scale)): (&f64, &(f64, f64))| {
            let before = self.carry * state;
            let innovation = value - before;
            state = before + gain * innovation;
            innovation * scale
        };
        rest.iter().zip(&self.steps).map(next).collect()
    }
}

/// For the test of what columns keep of others.
#[cfg(test)]
pub(crate) fn log_volume_beside(columns: &[Vec<f64>], y: &[f64], others: Vec<Vec<f64>>) -> f64 {
    least_squares_beside(columns, y, others).expect("independent columns").1
}
