//! Cell means per cohort, and linear combinations of them with their variance.

use std::collections::{BTreeMap, BTreeSet};

use crate::{Cell, Sums};

/// One cohort: people who entered under the same shares.
#[derive(Clone, Debug)]
pub(crate) struct Stratum {
    /// The cohort's people over everybody's: the same for each cell, so that cohorts with other
    /// shares and another base rate cannot look like an effect.
    pub weight: f64,
    pub cells: BTreeMap<u32, CellMean>,
    /// The variance of the covariate's mean over everybody, at which the cells are compared.
    pub centre_variance: f64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct CellMean {
    pub n: f64,
    /// At the covariate's mean over everybody.
    pub mean: f64,
    /// Σ of squared residuals within the cell.
    pub within: f64,
    pub slope: f64,
    /// Of the mean; absent where the cell has too few people to know.
    pub variance: Option<f64>,
    pub df: f64,
}

/// Weights on cell means, per stratum in order.
#[derive(Clone, Debug)]
pub(crate) struct Combination(pub Vec<Vec<(u32, f64)>>);

impl Combination {
    pub fn same(strata: &[Stratum], weights: &[(u32, f64)]) -> Combination {
        Combination(vec![weights.to_vec(); strata.len()])
    }

    /// The cells that take part.
    pub fn cells(&self) -> BTreeSet<u32> {
        let parts = self.0.iter().flatten().filter(|(_, weight)| *weight != 0.0);
        parts.map(|(on, _)| *on).collect()
    }
}

/// What a combination comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moments {
    pub estimate: f64,
    pub variance: Option<f64>,
    /// Welch–Satterthwaite.
    pub df: f64,
    pub people: f64,
}

/// The cohorts as strata, without those that lack people in a core cell which others fill: they
/// cannot say anything about leverage, and dropping a whole cohort depends on no outcome.
/// Returns the strata and the sums per cell of the people in them; second, how many were left out.
pub(crate) fn strata(
    cohorts: &[Vec<Cell>],
    core: &[u32],
) -> (Vec<Stratum>, BTreeMap<u32, Sums>, u64) {
    let cohorts: Vec<BTreeMap<u32, Sums>> = cohorts.iter().map(|cells| by_cell(cells)).collect();
    let has = |cells: &BTreeMap<u32, Sums>, on: &u32, n: u64| {
        cells.get(on).is_some_and(|sums| n <= sums.n)
    };
    let needed: Vec<u32> =
        core.iter().filter(|on| cohorts.iter().any(|cells| has(cells, on, 2))).copied().collect();
    let people = |cells: &BTreeMap<u32, Sums>| cells.values().map(|sums| sums.n).sum::<u64>();
    let everybody: u64 = cohorts.iter().map(people).sum();
    let mut kept: Vec<BTreeMap<u32, Sums>> = Vec::new();
    for cells in &cohorts {
        if 0 < people(cells) && needed.iter().all(|on| has(cells, on, 2)) {
            kept.push(cells.clone());
        }
    }
    if kept.is_empty() {
        // No cohort has all that is filled somewhere: let each cell speak where all fill it.
        kept = cohorts.into_iter().filter(|cells| 0 < people(cells)).collect();
    }
    let n: u64 = kept.iter().map(people).sum();
    let mut pooled: BTreeMap<u32, Sums> = BTreeMap::new();
    for (on, sums) in kept.iter().flatten() {
        pooled.entry(*on).or_default().merge(sums);
    }
    let strata = kept.iter().map(|cells| stratum(cells, people(cells) as f64 / n as f64)).collect();
    (strata, pooled, everybody - n)
}

fn by_cell(cells: &[Cell]) -> BTreeMap<u32, Sums> {
    let mut by_cell: BTreeMap<u32, Sums> = BTreeMap::new();
    for cell in cells.iter().filter(|cell| 0 < cell.sums.n) {
        by_cell.entry(cell.on).or_default().merge(&cell.sums);
    }
    by_cell
}

fn stratum(cells: &BTreeMap<u32, Sums>, weight: f64) -> Stratum {
    let mut everybody = Sums::default();
    cells.values().for_each(|sums| everybody.merge(sums));
    let n = everybody.n as f64;
    match everybody.covariate {
        None => Stratum {
            weight,
            cells: cells.iter().map(|(on, sums)| (*on, plain(sums))).collect(),
            centre_variance: 0.0,
        },
        Some(x) => Stratum {
            weight,
            cells: cells.iter().map(|(on, sums)| (*on, adjusted(sums, x.mean))).collect(),
            centre_variance: if 1.0 < n { x.m2 / (n - 1.0) / n } else { 0.0 },
        },
    }
}

fn plain(sums: &Sums) -> CellMean {
    let n = sums.n as f64;
    CellMean {
        n,
        mean: sums.mean,
        within: sums.m2,
        slope: 0.0,
        variance: sums.variance().map(|variance| variance / n),
        df: n - 1.0,
    }
}

/// CUPED with the cell's own slope, so that a treatment that changes the slope does no harm.
fn adjusted(sums: &Sums, centre: f64) -> CellMean {
    let Some(x) = sums.covariate.filter(|x| 0.0 < x.m2) else { return plain(sums) };
    let n = sums.n as f64;
    let slope = x.cross / x.m2;
    let away = x.mean - centre;
    let within = (sums.m2 - slope * x.cross).max(0.0);
    let df = n - 2.0;
    CellMean {
        n,
        mean: sums.mean - slope * away,
        within,
        slope,
        variance: (1.0 <= df).then(|| within / df * (1.0 / n + away * away / x.m2)),
        df,
    }
}

/// Estimate, variance and degrees of freedom; `None` where a cell that takes part is empty.
pub(crate) fn moments(strata: &[Stratum], combination: &Combination) -> Option<Moments> {
    let mut result = Moments { estimate: 0.0, variance: Some(0.0), df: 0.0, people: 0.0 };
    let mut denominator = 0.0;
    for (stratum, weights) in strata.iter().zip(&combination.0) {
        let mut centre = 0.0;
        for (on, weight) in weights.iter().filter(|(_, weight)| *weight != 0.0) {
            let cell = stratum.cells.get(on)?;
            let weight = weight * stratum.weight;
            result.estimate += weight * cell.mean;
            result.people += cell.n;
            let part = cell.variance.map(|variance| weight * weight * variance);
            result.variance = result.variance.zip(part).map(|(sum, part)| sum + part);
            denominator += part.unwrap_or(0.0).powi(2) / cell.df;
            centre += weight * cell.slope;
        }
        let shared = centre * centre * stratum.centre_variance;
        result.variance = result.variance.map(|variance| variance + shared);
    }
    result.df = result.variance.unwrap_or(0.0).powi(2) / denominator;
    Some(result)
}

/// The covariance of two combinations, through the cells and the centre that they share.
pub(crate) fn covariance(strata: &[Stratum], a: &Combination, b: &Combination) -> f64 {
    let mut sum = 0.0;
    for ((stratum, a), b) in strata.iter().zip(&a.0).zip(&b.0) {
        let b: BTreeMap<u32, f64> = b.iter().copied().collect();
        let (mut centre_a, mut centre_b) = (0.0, 0.0);
        for (on, weight_a) in a {
            let Some(cell) = stratum.cells.get(on) else { continue };
            let weight_b = b.get(on).copied().unwrap_or(0.0);
            sum += weight_a * weight_b * cell.variance.unwrap_or(0.0) * stratum.weight.powi(2);
            centre_a += weight_a * cell.slope;
        }
        for (on, weight_b) in &b {
            centre_b += stratum.cells.get(on).map_or(0.0, |cell| weight_b * cell.slope);
        }
        sum += centre_a * centre_b * stratum.centre_variance * stratum.weight.powi(2);
    }
    sum
}
