//! Interactions when not every cell has people, or when there are too many cells: a regression on
//! ±1 codes in which sets larger than the order add nothing of their own.
//!
//! Each column is a product of codes, so each entry of the Gram matrix is one value of the Walsh
//! transform of the cell sizes. Errors are HC2, from the sums per cell. ±1 codes make the matrix
//! diagonal in a balanced factorial; the coefficients are turned into Δ on the 0/1 scale at the end.

use std::collections::BTreeMap;

use crate::cell::sets_up_to;
use crate::strata::{CellMean, Stratum};

/// A column that is this close to a combination of others, in share of its length, is one.
const DEPENDENT: f64 = 1e-9;

/// The fit in one stratum.
pub(crate) struct Fit {
    columns: Vec<u32>,
    /// Which columns are independent, in the order in which they were taken.
    pivots: Vec<usize>,
    /// Row `i` has `i + 1` entries: the Cholesky factor over the pivots.
    factor: Vec<Vec<f64>>,
    people: f64,
}

impl Fit {
    pub fn new(stratum: &Stratum, k: usize, order: usize) -> Fit {
        let mut columns = sets_up_to(k, order);
        columns.insert(0, 0);
        let mut sizes = vec![0.0; 1 << k];
        let mut people = 0.0;
        for (on, cell) in &stratum.cells {
            // Indexed by what is off, because a code is −1 where its channel is off.
            sizes[(!on as usize) & ((1 << k) - 1)] = cell.n;
            people += cell.n;
        }
        walsh_hadamard(&mut sizes);
        let gram = |a: usize, b: usize| sizes[(columns[a] ^ columns[b]) as usize] / people;
        let (pivots, factor) = pivoted_cholesky(columns.len(), gram);
        Fit { columns, pivots, factor, people }
    }

    pub fn has_full_rank(&self) -> bool {
        self.pivots.len() == self.columns.len()
    }

    /// The stratum with the variance of each cell as HC2 has it.
    pub fn stratum(&self, stratum: &Stratum) -> Stratum {
        let mut moments = vec![0.0; self.pivots.len()];
        for (&on, cell) in &stratum.cells {
            for (moment, &pivot) in moments.iter_mut().zip(&self.pivots) {
                *moment += cell.n / self.people * cell.mean * code(self.columns[pivot], on);
            }
        }
        let coefficients = self.solve(&moments);
        let refit = |(&on, cell): (&u32, &CellMean)| {
            let row = self.row(on);
            let fitted: f64 = row.iter().zip(&coefficients).map(|(x, b)| x * b).sum();
            let half = self.forward(&row);
            let leverage = half.iter().map(|x| x * x).sum::<f64>() / self.people;
            let free = 1.0 - leverage;
            let squares = cell.within + cell.n * (cell.mean - fitted).powi(2);
            let variance = (DEPENDENT < free).then(|| squares / free / (cell.n * cell.n));
            (on, CellMean { variance, df: cell.n * free, ..*cell })
        };
        let cells: BTreeMap<u32, CellMean> = stratum.cells.iter().map(refit).collect();
        Stratum { cells, ..stratum.clone() }
    }

    /// The weights on cell means that give Σ share × Δ(set), or nothing where the filled cells
    /// cannot tell it from other coefficients.
    pub fn weights(&self, dividends: &[(u32, f64)], stratum: &Stratum) -> Option<Vec<(u32, f64)>> {
        let wanted: Vec<f64> = self.columns.iter().map(|&t| coefficient(dividends, t)).collect();
        let over_pivots: Vec<f64> = self.pivots.iter().map(|&pivot| wanted[pivot]).collect();
        let solved = self.solve(&over_pivots);
        let weight = |(&on, cell): (&u32, &CellMean)| {
            let dot: f64 = self.row(on).iter().zip(&solved).map(|(x, g)| x * g).sum();
            (on, dot * cell.n / self.people)
        };
        let weights: Vec<(u32, f64)> = stratum.cells.iter().map(weight).collect();
        if self.has_full_rank() {
            return Some(weights);
        }
        let scale = wanted.iter().fold(1.0_f64, |most, x| most.max(x.abs()));
        let told = self.columns.iter().zip(&wanted).all(|(&column, wanted)| {
            let got: f64 = weights.iter().map(|(on, weight)| weight * code(column, *on)).sum();
            (got - wanted).abs() <= 1e-7 * scale
        });
        told.then_some(weights)
    }

    fn row(&self, on: u32) -> Vec<f64> {
        self.pivots.iter().map(|&pivot| code(self.columns[pivot], on)).collect()
    }

    fn forward(&self, right: &[f64]) -> Vec<f64> {
        let mut solved: Vec<f64> = Vec::with_capacity(right.len());
        for (row, value) in self.factor.iter().zip(right) {
            let dot: f64 = row.iter().zip(&solved).map(|(l, x)| l * x).sum();
            solved.push((value - dot) / row[solved.len()]);
        }
        solved
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        let mut x = self.forward(right);
        for i in (0..x.len()).rev() {
            x[i] /= self.factor[i][i];
            let (head, tail) = x.split_at_mut(i);
            head.iter_mut().zip(&self.factor[i]).for_each(|(value, l)| *value -= l * tail[0]);
        }
        x
    }
}

/// The product of the ±1 codes of `set` in the cell `on`.
fn code(set: u32, on: u32) -> f64 {
    if (set & !on).count_ones().is_multiple_of(2) { 1.0 } else { -1.0 }
}

/// What β(t) contributes: Π(2x − 1) over t has 2^|s| (−1)^(|t|−|s|) of Π x over each s ⊆ t.
fn coefficient(dividends: &[(u32, f64)], t: u32) -> f64 {
    let part = |&(s, share): &(u32, f64)| {
        if s & !t != 0 {
            return 0.0;
        }
        let sign = if (t.count_ones() - s.count_ones()).is_multiple_of(2) { 1.0 } else { -1.0 };
        share * sign * f64::from(1_u32 << s.count_ones())
    };
    dividends.iter().map(part).sum()
}

fn walsh_hadamard(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for block in values.chunks_exact_mut(2 * half) {
            let (left, right) = block.split_at_mut(half);
            for (a, b) in left.iter_mut().zip(right) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}

/// Takes the columns in order and leaves out those that the earlier ones already span, so that
/// small sets are kept and larger ones are the aliases. The diagonal is 1 throughout.
pub(crate) fn pivoted_cholesky(
    columns: usize,
    gram: impl Fn(usize, usize) -> f64,
) -> (Vec<usize>, Vec<Vec<f64>>) {
    let (mut pivots, mut factor): (Vec<usize>, Vec<Vec<f64>>) = (Vec::new(), Vec::new());
    for column in 0..columns {
        let mut row: Vec<f64> = Vec::with_capacity(pivots.len() + 1);
        for (&pivot, earlier) in pivots.iter().zip(&factor) {
            let dot: f64 = earlier.iter().zip(&row).map(|(a, b)| a * b).sum();
            row.push((gram(column, pivot) - dot) / earlier[row.len()]);
        }
        let left = gram(column, column) - row.iter().map(|x| x * x).sum::<f64>();
        if DEPENDENT < left {
            row.push(left.sqrt());
            pivots.push(column);
            factor.push(row);
        }
    }
    (pivots, factor)
}
