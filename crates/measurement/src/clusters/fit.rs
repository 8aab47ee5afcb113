//! Weighted least squares on cells and strata, with CR2 errors.

use std::collections::BTreeMap;

use super::{Part, Parts};
use crate::regression::pivoted_cholesky;
use crate::strata::Moments;

/// A direction that keeps less than this of itself after the fit is one that the fit takes whole.
const TAKEN_WHOLE: f64 = 1e-9;
/// A contrast that comes back from the fit this close is identified.
const IDENTIFIED: f64 = 1e-7;

/// The fitted model.
pub(crate) struct ClusterFit {
    /// The column of each cell; those of strata follow.
    cells: BTreeMap<u32, CellColumn>,
    /// The share of all weight in each stratum but the first.
    strata_shares: Vec<f64>,
    /// XᵀWX and its inverse over the independent columns.
    gram: Gram,
    coefficients: Vec<f64>,
    rows: Vec<FitRow>,
    /// The rows of each cluster, and where its adjustment matrix begins.
    clusters: Vec<(std::ops::Range<usize>, usize)>,
    /// Bᵢ^(−½) by rows, one cluster after the other.
    adjustments: Vec<f64>,
    slopes: BTreeMap<u32, f64>,
    centre_variance: f64,
}

#[derive(Clone, Copy, Debug)]
struct CellColumn {
    column: usize,
    clusters: u64,
}

#[derive(Clone, Copy, Debug)]
struct FitRow {
    cell: usize,
    stratum: Option<usize>,
    root_weight: f64,
    /// √weight × residual
    residual: f64,
}

impl FitRow {
    fn columns(&self) -> impl Iterator<Item = usize> {
        std::iter::once(self.cell).chain(self.stratum)
    }

    fn times(&self, vector: &[f64]) -> f64 {
        self.root_weight * (vector[self.cell] + self.stratum.map_or(0.0, |at| vector[at]))
    }
}

impl ClusterFit {
    pub fn new(found: &Parts) -> ClusterFit {
        let (cells, strata) = columns(&found.parts);
        let width = cells.len() + strata.len();
        let row = |part: &Part| FitRow {
            cell: cells[&part.on].column,
            stratum: strata.get(&part.stratum).copied(),
            root_weight: part.weight.sqrt(),
            residual: part.weight.sqrt() * part.mean,
        };
        let rows: Vec<FitRow> = found.parts.iter().map(row).collect();
        let gram = Gram::new(&rows, width, strata.len());
        let mut right = vec![0.0; width];
        let mut shares = vec![0.0; strata.len()];
        let mut total = 0.0;
        for row in &rows {
            row.columns().for_each(|column| right[column] += row.root_weight * row.residual);
            total += row.root_weight.powi(2);
            if let Some(stratum) = row.stratum {
                shares[stratum - cells.len()] += row.root_weight.powi(2);
            }
        }
        shares.iter_mut().for_each(|share| *share /= total);
        let coefficients = gram.solve(&right);
        let mut fit = ClusterFit {
            cells,
            strata_shares: shares,
            gram,
            coefficients,
            rows,
            clusters: Vec::new(),
            adjustments: Vec::new(),
            slopes: found.slopes.clone(),
            centre_variance: found.centre_variance,
        };
        for row in &mut fit.rows {
            row.residual -= row.times(&fit.coefficients);
        }
        fit.adjust(&found.parts);
        fit
    }

    pub fn has(&self, on: u32) -> bool {
        self.cells.contains_key(&on)
    }

    /// A cell with one cluster: how far it strays cannot be known.
    pub fn single(&self, on: u32) -> bool {
        self.cells.get(&on).is_some_and(|cell| cell.clusters < 2)
    }

    /// What the weights on cell means come to, at the strata's shares; `None` where a cell is empty
    /// or the strata do not let the contrast be told.
    pub fn moments(&self, weights: &[(u32, f64)]) -> Option<Moments> {
        let contrast = self.contrast(weights)?;
        let estimate = contrast.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum();
        let solved = self.gram.solve(&contrast);
        let mut dots = Dots::new(&self.gram, &solved);
        let (mut variance, mut people) = (0.0, 0.0);
        for (range, at) in &self.clusters {
            let rows = &self.rows[range.clone()];
            let scores = self.adjusted(rows, *at, &solved);
            if scores.iter().all(|score| *score == 0.0) {
                continue;
            }
            people += rows.len() as f64;
            variance +=
                rows.iter().zip(&scores).map(|(row, g)| row.residual * g).sum::<f64>().powi(2);
            dots.take(rows, &scores);
        }
        let centre = self.centre(weights).powi(2) * self.centre_variance;
        let known = weights.iter().all(|(on, weight)| *weight == 0.0 || !self.single(*on));
        let variance = known.then_some(variance + centre);
        Some(Moments { estimate, variance, df: dots.degrees_of_freedom(), people })
    }

    pub fn covariance(&self, a: &[(u32, f64)], b: &[(u32, f64)]) -> f64 {
        let (Some(contrast_a), Some(contrast_b)) = (self.contrast(a), self.contrast(b)) else {
            return 0.0;
        };
        let (solved_a, solved_b) = (self.gram.solve(&contrast_a), self.gram.solve(&contrast_b));
        let score = |rows: &[FitRow], at: usize, solved: &[f64]| -> f64 {
            let scores = self.adjusted(rows, at, solved);
            rows.iter().zip(scores).map(|(row, g)| row.residual * g).sum()
        };
        let part = |(range, at): &(std::ops::Range<usize>, usize)| {
            let rows = &self.rows[range.clone()];
            score(rows, *at, &solved_a) * score(rows, *at, &solved_b)
        };
        let own: f64 = self.clusters.iter().map(part).sum();
        own + self.centre(a) * self.centre(b) * self.centre_variance
    }

    fn centre(&self, weights: &[(u32, f64)]) -> f64 {
        let slope = |on: &u32| self.slopes.get(on).copied().unwrap_or(0.0);
        weights.iter().map(|(on, weight)| weight * slope(on)).sum()
    }

    /// The contrast over all columns, where it is identified.
    fn contrast(&self, weights: &[(u32, f64)]) -> Option<Vec<f64>> {
        let mut contrast = vec![0.0; self.coefficients.len()];
        let mut total = 0.0;
        for (on, weight) in weights.iter().filter(|(_, weight)| *weight != 0.0) {
            contrast[self.cells.get(on)?.column] += weight;
            total += weight;
        }
        for (value, share) in contrast[self.cells.len()..].iter_mut().zip(&self.strata_shares) {
            *value = total * share;
        }
        self.gram.identifies(&contrast).then_some(contrast)
    }

    /// gᵢ = Aᵢ √Wᵢ Xᵢ M a
    fn adjusted(&self, rows: &[FitRow], at: usize, solved: &[f64]) -> Vec<f64> {
        let plain: Vec<f64> = rows.iter().map(|row| row.times(solved)).collect();
        let size = rows.len();
        let matrix = &self.adjustments[at..at + size * size];
        matrix.chunks_exact(size).map(|line| dot(line, &plain)).collect()
    }

    fn adjust(&mut self, parts: &[Part]) {
        let mut from = 0;
        for of_cluster in parts.chunk_by(|a, b| a.cluster == b.cluster) {
            let range = from..from + of_cluster.len();
            from = range.end;
            self.clusters.push((range.clone(), self.adjustments.len()));
            let rows = &self.rows[range];
            let left = |i: usize, j: usize| {
                let mut taken = 0.0;
                for a in rows[i].columns() {
                    taken += rows[j].columns().map(|b| self.gram.inverse(a, b)).sum::<f64>();
                }
                f64::from(u8::from(i == j)) - rows[i].root_weight * rows[j].root_weight * taken
            };
            self.adjustments.extend(inverse_root(rows.len(), left));
        }
    }
}

/// The columns of the cells in order, and of all strata but the first.
fn columns(parts: &[Part]) -> (BTreeMap<u32, CellColumn>, BTreeMap<u32, usize>) {
    let mut cells: BTreeMap<u32, CellColumn> = BTreeMap::new();
    let mut strata: BTreeMap<u32, usize> = BTreeMap::new();
    for part in parts {
        cells.entry(part.on).or_insert(CellColumn { column: 0, clusters: 0 }).clusters += 1;
        strata.insert(part.stratum, 0);
    }
    cells.values_mut().enumerate().for_each(|(at, cell)| cell.column = at);
    strata.pop_first();
    strata.values_mut().enumerate().for_each(|(at, column)| *column = cells.len() + at);
    (cells, strata)
}

/// XᵀWX: a diagonal while there are only cells, and dense with strata.
enum Gram {
    Diagonal(Vec<f64>),
    Dense { width: usize, gram: Vec<f64>, inverse: Vec<f64> },
}

impl Gram {
    fn new(rows: &[FitRow], width: usize, strata: usize) -> Gram {
        if strata == 0 {
            let mut diagonal = vec![0.0; width];
            rows.iter().for_each(|row| diagonal[row.cell] += row.root_weight.powi(2));
            return Gram::Diagonal(diagonal);
        }
        let mut gram = vec![0.0; width * width];
        for row in rows {
            for a in row.columns() {
                row.columns().for_each(|b| gram[a * width + b] += row.root_weight.powi(2));
            }
        }
        let scale = |at: usize| gram[at * width + at].sqrt();
        let correlation = |a: usize, b: usize| gram[a * width + b] / scale(a) / scale(b);
        let (pivots, factor) = pivoted_cholesky(width, correlation);
        let mut inverse = vec![0.0; width * width];
        for (k, &column) in pivots.iter().enumerate() {
            let mut solution = vec![0.0; pivots.len()];
            solution[k] = 1.0 / scale(column);
            forward_and_back(&factor, &mut solution);
            for (value, &row) in solution.iter().zip(&pivots) {
                inverse[row * width + column] = value / scale(row);
            }
        }
        Gram::Dense { width, gram, inverse }
    }

    fn inverse(&self, a: usize, b: usize) -> f64 {
        match self {
            Gram::Diagonal(diagonal) if a == b => 1.0 / diagonal[a],
            Gram::Diagonal(_) => 0.0,
            Gram::Dense { width, inverse, .. } => inverse[a * width + b],
        }
    }

    fn solve(&self, right: &[f64]) -> Vec<f64> {
        match self {
            Gram::Diagonal(diagonal) => right.iter().zip(diagonal).map(|(x, d)| x / d).collect(),
            Gram::Dense { width, inverse, .. } => {
                inverse.chunks_exact(*width).map(|line| dot(line, right)).collect()
            }
        }
    }

    fn identifies(&self, contrast: &[f64]) -> bool {
        let Gram::Dense { width, gram, .. } = self else { return true };
        let solved = self.solve(contrast);
        let scale = contrast.iter().fold(0.0_f64, |most, x| most.max(x.abs()));
        let back = gram.chunks_exact(*width).map(|line| dot(line, &solved));
        back.zip(contrast).all(|(got, wanted)| (got - wanted).abs() <= IDENTIFIED * scale)
    }
}

fn forward_and_back(factor: &[Vec<f64>], values: &mut [f64]) {
    for i in 0..values.len() {
        let (head, tail) = values.split_at_mut(i);
        tail[0] = (tail[0] - dot(&factor[i][..i], head)) / factor[i][i];
    }
    for i in (0..values.len()).rev() {
        values[i] /= factor[i][i];
        let (head, tail) = values.split_at_mut(i);
        head.iter_mut().zip(&factor[i]).for_each(|(value, l)| *value -= l * tail[0]);
    }
}

/// What the degrees of freedom need of the inner products of pᵢ = (I − H)ᵢᵀ gᵢ, which are
/// gᵢᵀgᵢ [i = j] − tᵢᵀ M tⱼ with tᵢ = Xᵢᵀ√Wᵢ gᵢ (Pustejovsky & Tipton 2018, equation 11).
struct Dots<'a> {
    gram: &'a Gram,
    /// The columns that the contrast touches, and where each of all columns is among them.
    touched: Vec<usize>,
    place: Vec<Option<usize>>,
    trace: f64,
    squares: f64,
    mixed: f64,
    /// Σ tᵢ tᵢᵀ over the touched columns.
    outer: Vec<f64>,
}

impl Dots<'_> {
    fn new<'a>(gram: &'a Gram, solved: &[f64]) -> Dots<'a> {
        let all = matches!(gram, Gram::Dense { .. });
        let touched: Vec<usize> =
            (0..solved.len()).filter(|at| all || solved[*at] != 0.0).collect();
        let mut place = vec![None; solved.len()];
        touched.iter().enumerate().for_each(|(at, column)| place[*column] = Some(at));
        let outer = vec![0.0; touched.len() * touched.len()];
        Dots { gram, touched, place, trace: 0.0, squares: 0.0, mixed: 0.0, outer }
    }

    fn take(&mut self, rows: &[FitRow], scores: &[f64]) {
        let own: f64 = scores.iter().map(|g| g * g).sum();
        let mut t: Vec<(usize, f64)> = Vec::with_capacity(2 * rows.len());
        for (row, g) in rows.iter().zip(scores).filter(|(_, g)| **g != 0.0) {
            t.extend(row.columns().map(|column| (column, row.root_weight * g)));
        }
        let mut hat = 0.0;
        for &(a, x) in &t {
            for &(b, y) in &t {
                hat += x * y * self.gram.inverse(a, b);
                if let (Some(i), Some(j)) = (self.place[a], self.place[b]) {
                    self.outer[i * self.touched.len() + j] += x * y;
                }
            }
        }
        self.trace += own - hat;
        self.squares += own * own;
        self.mixed += own * hat;
    }

    fn degrees_of_freedom(&self) -> f64 {
        let size = self.touched.len();
        let mut product = vec![0.0; size * size];
        for i in 0..size {
            for k in 0..size {
                let inverse = self.gram.inverse(self.touched[i], self.touched[k]);
                if inverse != 0.0 {
                    let line = &self.outer[k * size..(k + 1) * size];
                    let into = &mut product[i * size..(i + 1) * size];
                    into.iter_mut().zip(line).for_each(|(sum, x)| *sum += inverse * x);
                }
            }
        }
        let mut twice = 0.0;
        for i in 0..size {
            twice += (0..size).map(|j| product[i * size + j] * product[j * size + i]).sum::<f64>();
        }
        self.trace * self.trace / (self.squares - 2.0 * self.mixed + twice)
    }
}

/// B^(−½) of a small symmetric matrix by Jacobi rotations; directions that the fit takes whole
/// have no residual and stay out.
fn inverse_root(size: usize, of: impl Fn(usize, usize) -> f64) -> Vec<f64> {
    let root = |value: f64| if value <= TAKEN_WHOLE { 0.0 } else { 1.0 / value.sqrt() };
    if size == 1 {
        return vec![root(of(0, 0))];
    }
    let mut matrix: Vec<f64> = (0..size * size).map(|at| of(at / size, at % size)).collect();
    let mut vectors: Vec<f64> =
        (0..size * size).map(|at| f64::from(u8::from(at / size == at % size))).collect();
    /// Jacobi's method squares its error each sweep; this many are never needed.
    const SWEEPS_MAX: usize = 50;
    for _ in 0..SWEEPS_MAX {
        let off = (0..size * size).filter(|at| at / size != at % size);
        if off.map(|at| matrix[at].abs()).fold(0.0, f64::max) < 1e-15 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut matrix, &mut vectors, size, p, q);
            }
        }
    }
    let roots: Vec<f64> = (0..size).map(|at| root(matrix[at * size + at])).collect();
    let entry = |at: usize| {
        let (i, j) = (at / size, at % size);
        (0..size).map(|k| vectors[i * size + k] * roots[k] * vectors[j * size + k]).sum()
    };
    (0..size * size).map(entry).collect()
}

/// One rotation that makes the entry (p, q) zero (Golub & Van Loan, section 8.5).
fn rotate(matrix: &mut [f64], vectors: &mut [f64], size: usize, p: usize, q: usize) {
    let apq = matrix[p * size + q];
    if apq == 0.0 {
        return;
    }
    let theta = (matrix[q * size + q] - matrix[p * size + p]) / (2.0 * apq);
    let sign = if theta < 0.0 { -1.0 } else { 1.0 };
    let tangent = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |values: &mut [f64], a: usize, b: usize| {
        let (x, y) = (values[a], values[b]);
        (values[a], values[b]) = (cosine * x - sine * y, sine * x + cosine * y);
    };
    for k in 0..size {
        turn(matrix, k * size + p, k * size + q);
        turn(vectors, k * size + p, k * size + q);
    }
    for k in 0..size {
        turn(matrix, p * size + k, q * size + k);
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}
