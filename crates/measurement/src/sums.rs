//! What is kept of a cell: enough for every estimate, small enough to keep for ever.
//!
//! Moments are centred, because raw sums of squares lose all digits when the mean is large against
//! the spread. Raw sums appear only where they enter from outside ([`RawSums`]).

use serde::{Deserialize, Serialize};

/// The sums of one cell over persons, each counted once with the total over the window.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    pub n: u64,
    pub mean: f64,
    /// Σ (y − mean)²
    pub m2: f64,
    /// Σ (y − mean)³, for the rule on heavy tails; absent where the source did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub m3: Option<f64>,
    /// How many have an outcome other than 0 (the buyers); absent where the source did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonzero: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covariate: Option<CovariateSums>,
}

/// The sums of one covariate known before assignment, such as spend in the year before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CovariateSums {
    pub mean: f64,
    /// Σ (x − mean)²
    pub m2: f64,
    /// Σ (x − mean of x)(y − mean of y)
    pub cross: f64,
}

/// Sums as they come over a wire or from a file, not centred.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RawSums {
    pub n: u64,
    pub sum_y: f64,
    pub sum_y2: f64,
    pub sum_y3: Option<f64>,
    pub nonzero: Option<u64>,
    pub covariate: Option<RawCovariate>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RawCovariate {
    pub sum_x: f64,
    pub sum_x2: f64,
    pub sum_xy: f64,
}

/// Raw sums carry rounding of about this share of their squares; a centred square below zero by
/// less is zero, by more a mistake in the data.
const RAW_ROUNDING: f64 = 1e-9;

impl Default for Sums {
    fn default() -> Sums {
        Sums { n: 0, mean: 0.0, m2: 0.0, m3: Some(0.0), nonzero: Some(0), covariate: None }
    }
}

impl Sums {
    pub fn of(outcomes: &[f64]) -> Sums {
        let mut sums = Sums::default();
        outcomes.iter().for_each(|&y| sums.push(y));
        sums
    }

    /// Adds one person.
    pub fn push(&mut self, y: f64) {
        self.merge(&Sums::one(y, None));
    }

    /// Adds one person with a covariate. A cell has it for everybody or for nobody.
    pub fn push_with(&mut self, y: f64, x: f64) {
        self.merge(&Sums::one(y, Some(x)));
    }

    /// One counted person's total changed, as when another order came in.
    pub fn replace(&mut self, old: f64, new: f64) {
        self.replace_outcome(old, new, None);
    }

    /// [`Sums::replace`] for a person with covariate `x`, which stays as it was at assignment.
    pub fn replace_with(&mut self, old: f64, new: f64, x: f64) {
        self.replace_outcome(old, new, Some(x));
    }

    /// Takes in the persons of `other`, as if all persons had been pushed into one (Chan et al. 1979, Pébay 2008).
    pub fn merge(&mut self, other: &Sums) {
        if other.n == 0 {
            return;
        }
        if self.n == 0 {
            *self = *other;
            return;
        }
        let (na, nb) = (self.n as f64, other.n as f64);
        let n = na + nb;
        let delta = other.mean - self.mean;
        let m3 = self.m3.zip(other.m3).map(|(a, b)| {
            let shift = delta.powi(3) * na * nb * (na - nb) / (n * n);
            a + b + shift + 3.0 * delta * (na * other.m2 - nb * self.m2) / n
        });
        let covariate = self.covariate.zip(other.covariate).map(|(a, b)| {
            let delta_x = b.mean - a.mean;
            CovariateSums {
                mean: a.mean + delta_x * nb / n,
                m2: a.m2 + b.m2 + delta_x * delta_x * na * nb / n,
                cross: a.cross + b.cross + delta_x * delta * na * nb / n,
            }
        });
        *self = Sums {
            n: self.n + other.n,
            mean: self.mean + delta * nb / n,
            m2: self.m2 + other.m2 + delta * delta * na * nb / n,
            m3,
            nonzero: self.nonzero.zip(other.nonzero).map(|(a, b)| a + b),
            covariate,
        };
    }

    /// Centres sums that came from outside. The error says what cannot be.
    pub fn from_raw(raw: &RawSums) -> Result<Sums, String> {
        let numbers = [raw.sum_y, raw.sum_y2, raw.sum_y3.unwrap_or(0.0)];
        if !numbers.iter().all(|x| x.is_finite()) {
            return Err("a sum is not a finite number".to_owned());
        }
        if raw.n == 0 {
            return match numbers == [0.0; 3] {
                true => Ok(Sums {
                    covariate: raw.covariate.map(|_| Default::default()),
                    ..Sums::default()
                }),
                false => Err("n is 0 but the sums are not".to_owned()),
            };
        }
        let n = raw.n as f64;
        let mean = raw.sum_y / n;
        let m2 = centred("sum_y2", raw.sum_y2, raw.sum_y * mean)?;
        let m3 = raw.sum_y3.map(|cubes| {
            if m2 == 0.0 { 0.0 } else { cubes - 3.0 * mean * raw.sum_y2 + 2.0 * n * mean.powi(3) }
        });
        let covariate = match raw.covariate {
            None => None,
            Some(x) => Some(CovariateSums {
                mean: x.sum_x / n,
                m2: centred("sum_x2", x.sum_x2, x.sum_x * x.sum_x / n)?,
                cross: finite("sum_xy", x.sum_xy - x.sum_x * mean)?,
            }),
        };
        // Σy = Σy² (= Σy³) with a whole Σy: everybody has 0 or 1, and the ones are counted.
        let binary = raw.sum_y == raw.sum_y2
            && raw.sum_y3.is_none_or(|cubes| cubes == raw.sum_y)
            && raw.sum_y.fract() == 0.0
            && (0.0..=n).contains(&raw.sum_y);
        let nonzero = raw.nonzero.or(binary.then_some(raw.sum_y as u64));
        if nonzero.is_some_and(|count| count > raw.n) {
            return Err("nonzero is larger than n".to_owned());
        }
        Ok(Sums { n: raw.n, mean, m2, m3, nonzero, covariate })
    }

    /// The unbiased variance; absent under two persons.
    pub fn variance(&self) -> Option<f64> {
        (2 <= self.n).then(|| self.m2 / (self.n as f64 - 1.0))
    }

    /// The skewness of the persons; absent where it is not known or nothing varies.
    pub fn skewness(&self) -> Option<f64> {
        let n = self.n as f64;
        self.m3.filter(|_| 0.0 < self.m2).map(|m3| (m3 / n) / (self.m2 / n).powf(1.5))
    }

    /// Whether everybody has 0 or 1: as many ones as the sum says, and no other value.
    pub fn is_binary(&self) -> bool {
        let Some(ones) = self.nonzero else { return false };
        let (n, ones) = (self.n as f64, ones as f64);
        if n == 0.0 {
            return true;
        }
        let close = |a: f64, b: f64| (a - b).abs() <= RAW_ROUNDING * (1.0 + b.abs());
        close(self.mean * n, ones) && close(self.m2, ones * (n - ones) / n)
    }

    /// The same persons with the outcome "anything at all": 1 for each buyer.
    pub fn conversion(&self) -> Option<Sums> {
        let ones = self.nonzero? as f64;
        let n = self.n as f64;
        let rate = if self.n == 0 { 0.0 } else { ones / n };
        let m2 = n * rate * (1.0 - rate);
        let m3 = Some(m2 * (1.0 - 2.0 * rate));
        Some(Sums { n: self.n, mean: rate, m2, m3, nonzero: self.nonzero, covariate: None })
    }

    fn one(y: f64, x: Option<f64>) -> Sums {
        let covariate = x.map(|x| CovariateSums { mean: x, m2: 0.0, cross: 0.0 });
        let nonzero = Some(u64::from(y != 0.0));
        Sums { n: 1, mean: y, m2: 0.0, m3: Some(0.0), nonzero, covariate }
    }

    fn replace_outcome(&mut self, old: f64, new: f64, x: Option<f64>) {
        if self.n == 0 || old == new {
            return;
        }
        let n = self.n as f64;
        let shift = (new - old) / n;
        let mean = self.mean + shift;
        // About the new mean, the moments of the old values; then the one value is exchanged.
        if let Some(m3) = &mut self.m3 {
            *m3 -= 3.0 * shift * self.m2 + n * shift.powi(3);
            *m3 += (new - mean).powi(3) - (old - mean).powi(3);
        }
        let exchanged = (new - mean).powi(2) - (old - mean).powi(2);
        self.m2 = (self.m2 + n * shift * shift + exchanged).max(0.0);
        self.mean = mean;
        if let (Some(covariate), Some(x)) = (&mut self.covariate, x) {
            covariate.cross += (new - old) * (x - covariate.mean);
        }
        let (was, is) = (u64::from(old != 0.0), u64::from(new != 0.0));
        self.nonzero = self.nonzero.map(|count| (count + is).saturating_sub(was));
    }
}

fn centred(name: &str, squares: f64, of_mean: f64) -> Result<f64, String> {
    let difference = finite(name, squares - of_mean)?;
    if difference < -RAW_ROUNDING * (squares.abs() + of_mean.abs()) {
        return Err(format!(
            "{name} is smaller than the sum allows: no set of numbers has these sums"
        ));
    }
    Ok(difference.max(0.0))
}

fn finite(name: &str, value: f64) -> Result<f64, String> {
    if value.is_finite() { Ok(value) } else { Err(format!("{name} is not a finite number")) }
}
