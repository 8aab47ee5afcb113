//! How long a memory the paths show.
//!
//! Two measures. The area under the curve of true against false conversions, where a path is
//! scored by how often paths with its last window convert, at 100 thresholds, and with the penalty
//! for the number of windows that ChannelAttribution's `choose_order` documents and prints. It is
//! measured on the paths it was fitted to, and so favours long memories. And the Bayesian
//! information criterion (Schwarz 1978; for the order of a chain: Katz 1981, Technometrics 23(3)),
//! which asks whether a longer memory explains the paths better than its extra numbers would by
//! chance. It decides.

use super::counts::{BITS, Counts, Ending};
use super::paths::Windows;

/// One order's account. Fields are JSON keys.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct OrderFit {
    pub order: usize,
    /// Different windows that occur.
    pub states: usize,
    /// Free probabilities: what the order costs.
    pub parameters: usize,
    pub log_likelihood: f64,
    /// Smaller is better.
    pub bic: f64,
    /// None without paths that did not convert, or with none that did.
    pub auc: Option<f64>,
    pub penalised_auc: Option<f64>,
}

/// How well this order's chain describes the paths it was counted from.
pub(super) fn fit(windows: &Windows, ranks: &[u32]) -> OrderFit {
    let people: f64 = windows.starts.iter().map(|start| start.1).sum();
    let (mut log_likelihood, mut parameters) = (0.0, windows.starts.len().saturating_sub(1));
    // In the order of their keys: a sum of floats depends on it.
    for (_, count) in windows.starts.sorted(ranks) {
        log_likelihood += count * (count / people).ln();
    }
    let steps = windows.steps.sorted(ranks);
    let ends = windows.ends.sorted(ranks);
    let mut visits: Counts<f64> = Counts::new();
    for (step, count) in &steps {
        visits.add(step >> BITS, *count);
    }
    for (window, end) in &ends {
        visits.add(*window, end.conversions + end.nulls);
    }
    parameters += steps.len();
    for (_, count) in &steps {
        log_likelihood += count * count.ln();
    }
    for (_, end) in &ends {
        for count in [end.conversions, end.nulls].into_iter().filter(|count| 0.0 < *count) {
            log_likelihood += count * count.ln();
            parameters += 1;
        }
    }
    let same: Vec<u32> = (0..ranks.len() as u32).collect();
    for (_, count) in visits.sorted(&same) {
        log_likelihood -= count * count.ln();
        parameters -= 1;
    }
    let auc = area(&ends);
    OrderFit {
        order: windows.order,
        states: visits.len(),
        parameters,
        log_likelihood,
        bic: parameters as f64 * people.ln() - 2.0 * log_likelihood,
        auc,
        penalised_auc: auc.and_then(|auc| penalised(auc, people, ranks.len(), windows.order)),
    }
}

/// The order that the criterion prefers.
pub(super) fn best(fits: &[OrderFit]) -> Option<usize> {
    fits.iter().min_by(|a, b| a.bic.total_cmp(&b.bic)).map(|fit| fit.order)
}

const THRESHOLDS: usize = 100;

/// By the trapezoidal rule over evenly spaced thresholds from the highest score to the lowest.
fn area(ends: &[(u64, Ending)]) -> Option<f64> {
    let sum = |of: fn(&Ending) -> f64| ends.iter().map(|end| of(&end.1)).sum::<f64>();
    let (conversions, nulls) = (sum(|end| end.conversions), sum(|end| end.nulls));
    if conversions <= 0.0 || nulls <= 0.0 {
        return None;
    }
    let mut scored: Vec<(f64, &Ending)> = ends
        .iter()
        .map(|(_, end)| (end.conversions / (end.conversions + end.nulls), end))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (most, least) = (scored[0].0, scored[scored.len() - 1].0);
    let (mut x, mut y, mut area) = (0.0, 0.0, 0.0);
    let mut rest = scored.iter().peekable();
    let (mut true_ones, mut false_ones) = (0.0, 0.0);
    for number in 0..THRESHOLDS {
        let last = number + 1 == THRESHOLDS;
        let step = (most - least) / (THRESHOLDS - 1) as f64;
        let threshold = if last { least } else { most - step * number as f64 };
        while let Some((_, end)) = rest.next_if(|it| threshold <= it.0) {
            true_ones += end.conversions;
            false_ones += end.nulls;
        }
        let (to_x, to_y) = (false_ones / nulls, true_ones / conversions);
        area += (to_x - x) * 0.5 * (y + to_y);
        (x, y) = (to_x, to_y);
    }
    Some(area)
}

/// As an adjusted R²: a window of k out of K channels, in any order and with repetition, costs one
/// of the C(K + k − 1, k) numbers that could be fitted. None where they are as many as the paths.
fn penalised(auc: f64, people: f64, channels: usize, order: usize) -> Option<f64> {
    let windows = (0..order).fold(1.0, |all, i| all * (channels + i) as f64 / (i + 1) as f64);
    let left = people - windows - 1.0;
    (0.0 < left).then(|| 1.0 - (1.0 - auc) * (people - 1.0) / left)
}
