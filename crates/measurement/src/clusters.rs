//! Estimates where rows belong together or count differently: households, blocks of time, weights.
//!
//! The model is that of the cell means, with additive strata where there are such, fitted by weighted
//! least squares. Errors are CR2 (Bell & McCaffrey 2002, Survey Methodology 28(2)) with Satterthwaite
//! degrees of freedom, as Pustejovsky & Tipton 2018 (Journal of Business & Economic Statistics 36(4))
//! give them for weights and fixed effects; the working variance of a row is one over its weight.
//! Rows of a cluster in the same cell and stratum enter the formulas only by the sum of their
//! weights and their mean, so that nothing grows with the size of a cluster. With each row a
//! cluster of its own this is HC2.

use std::collections::{BTreeMap, BTreeSet};

use crate::covariates::{CovariateIndex, index};
use crate::{Cell, Sums};

mod fit;
mod randomisation;

pub(crate) use fit::ClusterFit;
pub(crate) use randomisation::{DEALT_CLUSTERS_MAX, PERMUTATIONS, randomisation_p};

/// The rows of an experiment with what each belongs to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clusters {
    rows: Vec<ClusterRow>,
    /// `width` values for each row.
    covariates: Vec<f64>,
    width: usize,
    /// Whether rows were told to belong together; else each is a cluster of its own.
    together: bool,
    equal: bool,
}

/// One row: a person, or what was seen of a block of time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterRow {
    /// Any number that rows of one cluster share.
    pub cluster: u32,
    /// Rows are compared within strata only. All rows of a cluster are in one.
    pub stratum: u32,
    pub on: u32,
    /// Above 0. A mean over n people has weight n.
    pub weight: f64,
    pub y: f64,
}

/// What the rows of one cluster have in one cell.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Part {
    pub cluster: u32,
    pub stratum: u32,
    pub on: u32,
    pub weight: f64,
    pub mean: f64,
}

/// The rows summed up, with the covariates taken off.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parts {
    /// By cluster, then stratum and cell.
    pub parts: Vec<Part>,
    /// Per cell, on the index of the covariates; empty without covariates.
    pub slopes: BTreeMap<u32, f64>,
    /// Of the index's mean over everybody.
    pub centre_variance: f64,
}

impl Clusters {
    /// `together`: rows with the same `cluster` belong together. Without it each row stands for
    /// itself, whatever its `cluster`.
    pub fn new(together: bool, covariates: usize) -> Clusters {
        Clusters { together, width: covariates, ..Clusters::default() }
    }

    /// Each cluster counts the same, however many rows it has: for blocks of time, where the contrast
    /// of persons is taken within the block and blocks are compared.
    pub fn counted_equally(self) -> Clusters {
        Clusters { equal: true, ..self }
    }

    /// Adds a row; `covariates` has as many values as [`Clusters::new`] was told.
    pub fn push(&mut self, row: ClusterRow, covariates: &[f64]) {
        let cluster = if self.together { row.cluster } else { self.rows.len() as u32 };
        self.rows.push(ClusterRow { cluster, ..row });
        self.covariates.extend_from_slice(&covariates[..self.width]);
    }

    /// How many people or rows are in each cell, and what they did, not weighted.
    pub fn cells(&self) -> Vec<Cell> {
        let mut cells: BTreeMap<u32, Sums> = BTreeMap::new();
        self.rows.iter().for_each(|row| cells.entry(row.on).or_default().push(row.y));
        cells.into_iter().map(|(on, sums)| Cell { on, sums }).collect()
    }

    pub fn rows(&self) -> &[ClusterRow] {
        &self.rows
    }

    pub fn are_told(&self) -> bool {
        self.together
    }

    pub fn count(&self) -> usize {
        self.rows.iter().map(|row| row.cluster).collect::<BTreeSet<u32>>().len()
    }

    /// The covariates that the others make up or that do not vary, by their numbers.
    pub fn unused_covariates(&self) -> Vec<usize> {
        if self.width == 0 { Vec::new() } else { self.index().unused }
    }

    /// The same rows with 1 for every outcome other than 0.
    pub(crate) fn conversion(&self) -> Clusters {
        let convert =
            |row: &ClusterRow| ClusterRow { y: f64::from(u8::from(row.y != 0.0)), ..*row };
        Clusters { rows: self.rows.iter().map(convert).collect(), ..self.clone() }
    }

    /// Why the rows make no sense.
    pub(crate) fn problem(&self) -> Option<String> {
        let sane =
            |row: &ClusterRow| row.y.is_finite() && 0.0 < row.weight && row.weight.is_finite();
        if !self.rows.iter().all(sane) || !self.covariates.iter().all(|x| x.is_finite()) {
            return Some(
                "a row has a weight that is not above 0, or a value that is not a finite number"
                    .to_owned(),
            );
        }
        let mut strata: BTreeMap<u32, u32> = BTreeMap::new();
        let moved =
            |row: &ClusterRow| *strata.entry(row.cluster).or_insert(row.stratum) != row.stratum;
        let two = self.rows.iter().any(moved);
        two.then(|| "a cluster has rows in two strata".to_owned())
    }

    pub(crate) fn parts(&self) -> Parts {
        let (adjusted, slopes, centre_variance) = match self.width {
            0 => (self.rows.clone(), BTreeMap::new(), 0.0),
            _ => self.adjusted(),
        };
        let mut rows = adjusted;
        // Stable, so that the sums do not depend on anything but the order of the rows.
        rows.sort_by_key(|row| (row.cluster, row.stratum, row.on));
        let mut parts: Vec<Part> = Vec::new();
        for row in rows {
            let ClusterRow { cluster, stratum, on, weight, y } = row;
            match parts.last_mut() {
                Some(last) if (last.cluster, last.stratum, last.on) == (cluster, stratum, on) => {
                    last.weight += weight;
                    last.mean += (y - last.mean) * weight / last.weight;
                }
                _ => parts.push(Part { cluster, stratum, on, weight, mean: y }),
            }
        }
        if self.equal {
            parts.iter_mut().for_each(|part| part.weight = 1.0);
        }
        Parts { parts, slopes, centre_variance }
    }

    fn index(&self) -> CovariateIndex {
        let width = self.width;
        let (mut squares, mut cross) = (vec![0.0; width * width], vec![0.0; width]);
        let means = self.cell_means(|at| {
            let mut values = vec![self.rows[at].y];
            values.extend_from_slice(&self.covariates[at * width..(at + 1) * width]);
            values
        });
        for (row, x) in self.rows.iter().zip(self.covariates.chunks_exact(width)) {
            let mean = &means[&row.on];
            for i in 0..width {
                let from = row.weight * (x[i] - mean[1 + i]);
                cross[i] += from * (row.y - mean[0]);
                for j in 0..width {
                    squares[i * width + j] += from * (x[j] - mean[1 + j]);
                }
            }
        }
        index(&squares, &cross)
    }

    /// The weighted means per cell of what `values` says of a row.
    fn cell_means(&self, values: impl Fn(usize) -> Vec<f64>) -> BTreeMap<u32, Vec<f64>> {
        let mut means: BTreeMap<u32, (f64, Vec<f64>)> = BTreeMap::new();
        for (at, row) in self.rows.iter().enumerate() {
            let values = values(at);
            let (weight, mean) =
                means.entry(row.on).or_insert_with(|| (0.0, vec![0.0; values.len()]));
            *weight += row.weight;
            mean.iter_mut().zip(values).for_each(|(mean, x)| {
                *mean += (x - *mean) * row.weight / *weight;
            });
        }
        means.into_iter().map(|(on, (_, mean))| (on, mean)).collect()
    }

    /// The rows with the covariates' index taken off at the mean of everybody, the slope per cell,
    /// and the variance of that mean.
    fn adjusted(&self) -> (Vec<ClusterRow>, BTreeMap<u32, f64>, f64) {
        let coefficients = self.index().coefficients;
        let index: Vec<f64> = self
            .covariates
            .chunks_exact(self.width)
            .map(|x| x.iter().zip(&coefficients).map(|(x, b)| x * b).sum())
            .collect();
        let means = self.cell_means(|at| vec![self.rows[at].y, index[at]]);
        let mut sums: BTreeMap<u32, (f64, f64)> = BTreeMap::new();
        let (mut total, mut centre) = (0.0, 0.0);
        for (row, x) in self.rows.iter().zip(&index) {
            let mean = &means[&row.on];
            let (square, cross) = sums.entry(row.on).or_default();
            *square += row.weight * (x - mean[1]).powi(2);
            *cross += row.weight * (x - mean[1]) * (row.y - mean[0]);
            total += row.weight;
            centre += (x - centre) * row.weight / total;
        }
        let slope = |(square, cross): (f64, f64)| if 0.0 < square { cross / square } else { 0.0 };
        let slopes: BTreeMap<u32, f64> =
            sums.into_iter().map(|(on, sums)| (on, slope(sums))).collect();
        let mut by_cluster: BTreeMap<u32, f64> = BTreeMap::new();
        for (row, x) in self.rows.iter().zip(&index) {
            *by_cluster.entry(row.cluster).or_default() += row.weight * (x - centre) / total;
        }
        let variance: f64 = by_cluster.values().map(|score| score * score).sum();
        let adjust = |(row, x): (&ClusterRow, &f64)| ClusterRow {
            y: row.y - slopes[&row.on] * (x - centre),
            ..*row
        };
        let rows = self.rows.iter().zip(&index).map(adjust).collect();
        (rows, slopes, variance)
    }
}
