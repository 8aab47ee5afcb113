//! Several covariates as one: the index that foretells the outcome best, from sums alone.
//!
//! A fixed combination of covariates known before assignment is a covariate like any other (Lin 2013,
//! Annals of Applied Statistics 7(1)), and the one that explains most is the pooled regression within
//! cells. Its coefficients come from all people, so for the errors they count as fixed.

use crate::regression::pivoted_cholesky;
use crate::{Cell, CovariateSums, Sums};

/// The sums of one cell with any number of covariates, the same ones for each person.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WideSums {
    outcome: Sums,
    means: Vec<f64>,
    /// Σ (xᵢ − mean)(xⱼ − mean), by rows.
    squares: Vec<f64>,
    /// Σ (xᵢ − mean)(y − mean)
    cross: Vec<f64>,
}

/// How the covariates were put together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CovariateIndex {
    /// One for each covariate, in its own unit per unit of the outcome; 0 where it says nothing new.
    pub coefficients: Vec<f64>,
    /// Those that do not vary, or that the others make up.
    pub unused: Vec<usize>,
}

impl WideSums {
    pub fn new(covariates: usize) -> WideSums {
        WideSums {
            outcome: Sums::default(),
            means: vec![0.0; covariates],
            squares: vec![0.0; covariates * covariates],
            cross: vec![0.0; covariates],
        }
    }

    /// Adds one person; `covariates` has one value for each.
    pub fn push(&mut self, y: f64, covariates: &[f64]) {
        let n = self.outcome.n as f64 + 1.0;
        // Both deviations are from the means before, and (n − 1)/n puts them right (Welford 1962).
        let share = (n - 1.0) / n;
        let from_y = y - self.outcome.mean;
        let width = self.means.len();
        for i in 0..width {
            let from_x = share * (covariates[i] - self.means[i]);
            self.cross[i] += from_x * from_y;
            let row = &mut self.squares[i * width..(i + 1) * width];
            for ((square, x), mean) in row.iter_mut().zip(covariates).zip(&self.means) {
                *square += from_x * (x - mean);
            }
        }
        for (mean, x) in self.means.iter_mut().zip(covariates) {
            *mean += (x - *mean) / n;
        }
        self.outcome.push(y);
    }

    /// Takes in the persons of `other`.
    pub fn merge(&mut self, other: &WideSums) {
        if self.outcome.n == 0 || other.outcome.n == 0 {
            if self.outcome.n == 0 {
                *self = other.clone();
            }
            return;
        }
        let (na, nb) = (self.outcome.n as f64, other.outcome.n as f64);
        let between = na * nb / (na + nb);
        let apart_y = other.outcome.mean - self.outcome.mean;
        let apart: Vec<f64> = other.means.iter().zip(&self.means).map(|(b, a)| b - a).collect();
        let width = apart.len();
        for i in 0..width {
            self.cross[i] += other.cross[i] + between * apart[i] * apart_y;
            for j in 0..width {
                let at = i * width + j;
                self.squares[at] += other.squares[at] + between * apart[i] * apart[j];
            }
            self.means[i] += apart[i] * nb / (na + nb);
        }
        self.outcome.merge(&other.outcome);
    }

    fn narrow(&self, coefficients: &[f64]) -> Sums {
        let width = coefficients.len();
        let dot = |values: &[f64]| values.iter().zip(coefficients).map(|(x, b)| x * b).sum::<f64>();
        let square = |i: usize| coefficients[i] * dot(&self.squares[i * width..(i + 1) * width]);
        let covariate = CovariateSums {
            mean: dot(&self.means),
            m2: (0..width).map(square).sum::<f64>().max(0.0),
            cross: dot(&self.cross),
        };
        Sums { covariate: Some(covariate), ..self.outcome }
    }
}

/// The cells with the index as their one covariate. One covariate stays as it is, in its own unit.
pub fn with_index(cells: &[(u32, WideSums)]) -> (Vec<Cell>, CovariateIndex) {
    let width = cells.first().map_or(0, |cell| cell.1.means.len());
    let (mut squares, mut cross) = (vec![0.0; width * width], vec![0.0; width]);
    for (_, sums) in cells {
        squares.iter_mut().zip(&sums.squares).for_each(|(sum, x)| *sum += x);
        cross.iter_mut().zip(&sums.cross).for_each(|(sum, x)| *sum += x);
    }
    let index = match width {
        1 => CovariateIndex { coefficients: vec![1.0], unused: Vec::new() },
        _ => index(&squares, &cross),
    };
    let narrow = |(on, sums): &(u32, WideSums)| Cell {
        on: *on,
        sums: match width {
            0 => sums.outcome,
            _ => sums.narrow(&index.coefficients),
        },
    };
    (cells.iter().map(narrow).collect(), index)
}

/// The regression on what varies and is not made up by those before it.
pub(crate) fn index(squares: &[f64], cross: &[f64]) -> CovariateIndex {
    let width = cross.len();
    let scales: Vec<f64> = (0..width).map(|i| squares[i * width + i].max(0.0).sqrt()).collect();
    let varying: Vec<usize> = (0..width).filter(|i| 0.0 < scales[*i]).collect();
    let correlation = |a: usize, b: usize| {
        let (i, j) = (varying[a], varying[b]);
        squares[i * width + j] / scales[i] / scales[j]
    };
    let (pivots, factor) = pivoted_cholesky(varying.len(), correlation);
    let used: Vec<usize> = pivots.iter().map(|pivot| varying[*pivot]).collect();
    let mut solution: Vec<f64> = Vec::with_capacity(used.len());
    for (row, i) in factor.iter().zip(&used) {
        let dot: f64 = row.iter().zip(&solution).map(|(l, x)| l * x).sum();
        solution.push((cross[*i] / scales[*i] - dot) / row[solution.len()]);
    }
    for i in (0..solution.len()).rev() {
        solution[i] /= factor[i][i];
        let (head, tail) = solution.split_at_mut(i);
        head.iter_mut().zip(&factor[i]).for_each(|(value, l)| *value -= l * tail[0]);
    }
    let mut coefficients = vec![0.0; width];
    used.iter().zip(solution).for_each(|(i, value)| coefficients[*i] = value / scales[*i]);
    let unused = (0..width).filter(|i| !used.contains(i)).collect();
    CovariateIndex { coefficients, unused }
}
