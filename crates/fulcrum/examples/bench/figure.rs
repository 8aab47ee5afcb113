//! One figure beside its limit, and the median of several runs.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What one run of a measurement found.
#[derive(Debug, Serialize, Deserialize)]
pub struct Run {
    pub figures: Vec<Figure>,
    /// Made from the outcome of the work, and so the same whenever the same work was done.
    pub checksum: u64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
    /// None: there is nothing to compare it with.
    pub limit: Option<f64>,
    pub limit_name: String,
    /// `value / limit`.
    pub share: Option<f64>,
    pub detail: BTreeMap<String, f64>,
}

impl Figure {
    pub fn new(name: &str, value: f64, unit: &str) -> Figure {
        Figure {
            name: name.to_owned(),
            value,
            unit: unit.to_owned(),
            limit: None,
            limit_name: String::new(),
            share: None,
            detail: BTreeMap::new(),
        }
    }

    pub fn limit(mut self, limit: f64, name: &str) -> Figure {
        self.share = Some(self.value / limit);
        (self.limit, self.limit_name) = (Some(limit), name.to_owned());
        self
    }

    pub fn detail(mut self, name: &str, value: f64) -> Figure {
        self.detail.insert(name.to_owned(), value);
        self
    }
}

/// Each number's own median. The share is the median of the runs' shares: what else happens on the
/// machine during one run slows both sides of it.
pub fn medians(runs: &[Run]) -> Vec<Figure> {
    let Some(first) = runs.first() else { return Vec::new() };
    let middle = |index: usize, of: &dyn Fn(&Figure) -> Option<f64>| {
        median(runs.iter().filter_map(|it| it.figures.get(index)).filter_map(of).collect())
    };
    let mut figures = first.figures.clone();
    for (index, figure) in figures.iter_mut().enumerate() {
        figure.value = middle(index, &|it| Some(it.value)).unwrap_or(figure.value);
        figure.limit = middle(index, &|it| it.limit);
        figure.share = middle(index, &|it| it.share);
        for (name, value) in &mut figure.detail {
            *value = middle(index, &|it| it.detail.get(name).copied()).unwrap_or(*value);
        }
    }
    figures
}

pub fn median(mut values: Vec<f64>) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let half = values.len() / 2;
    if values.is_empty() {
        None
    } else if values.len() % 2 == 1 {
        Some(values[half])
    } else {
        Some((values[half - 1] + values[half]) / 2.0)
    }
}

/// The value below which the share `at` of all lies.
pub fn quantile(values: &mut [f64], at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * at).round() as usize).copied().unwrap_or(0.0)
}
