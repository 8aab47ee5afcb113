//! The highest of several hills: where a climb over splits of a budget begins, and the best end.
//!
//! A split is a point of the budget's simplex within bounds. Climbs go up, but only up the hill that
//! they begin on or cross to, so that they begin on the tops of a lattice over all of the splits.

use std::collections::BTreeMap;

/// The split of `budget` with the highest `value` that `climb` reaches. `None` where the bounds
/// (low, high) leave no way. `climb` keeps the sum and the bounds, and never goes down.
pub(crate) fn highest_hill(
    budget: f64,
    bounds: &[(f64, f64)],
    value: &dyn Fn(&[f64]) -> f64,
    climb: &dyn Fn(&mut [f64]),
) -> Option<Vec<f64>> {
    let (low, high) = bounds.iter().fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
    // Sums of bounds that mean the budget exactly may miss it by rounding.
    let room = 1e-9 * budget.abs();
    if bounds.is_empty() || budget + room < low || high + room < budget {
        return None;
    }
    let mut best: Option<(f64, Vec<f64>)> = None;
    for mut spend in tops(budget, bounds, value).into_iter().chain(preferences(budget, bounds)) {
        climb(&mut spend);
        let found = value(&spend);
        if best.as_ref().is_none_or(|best| best.0 < found) {
            best = Some((found, spend));
        }
    }
    best.map(|best| best.1)
}

/// The points of a lattice within the bounds that no neighbour is higher than, the highest first.
/// Two are neighbours where one step of money moves from one medium to another.
fn tops(budget: f64, bounds: &[(f64, f64)], value: &dyn Fn(&[f64]) -> f64) -> Vec<Vec<f64>> {
    const TOPS_MAX: usize = 12;
    let media = bounds.len();
    let steps = steps(media);
    let left = (budget - bounds.iter().map(|it| it.0).sum::<f64>()).max(0.0);
    let place = |parts: &[u32]| -> Vec<f64> {
        let above = parts.iter().map(|of| left * f64::from(*of) / f64::from(steps));
        bounds.iter().zip(above).map(|(it, above)| it.0 + above).collect()
    };
    let within = |spend: &[f64]| spend.iter().zip(bounds).all(|(it, (_, high))| it <= high);
    let mut values: BTreeMap<Vec<u32>, f64> = BTreeMap::new();
    compositions(steps, media, &mut Vec::new(), &mut |parts| {
        let spend = place(parts);
        if within(&spend) {
            values.insert(parts.to_vec(), value(&spend));
        }
    });
    let is_top = |parts: &[u32], own: f64| {
        let moves = (0..media).flat_map(|from| (0..media).map(move |to| (from, to)));
        let mut moves = moves.filter(|(from, to)| from != to && 0 < parts[*from]);
        !moves.any(|(from, to)| {
            let mut beside = parts.to_vec();
            beside[from] -= 1;
            beside[to] += 1;
            values.get(&beside).is_some_and(|it| own < *it)
        })
    };
    let mut found: Vec<_> = values.iter().filter(|(parts, own)| is_top(parts, **own)).collect();
    found.sort_by(|a, b| b.1.total_cmp(a.1));
    found.into_iter().take(TOPS_MAX).map(|(parts, _)| place(parts)).collect()
}

/// As many steps as keep the lattice small, whatever the number of media.
fn steps(media: usize) -> u32 {
    const POINTS_MAX: f64 = 3_000.0;
    const STEPS_MAX: u32 = 100;
    // C(steps + media − 1, media − 1), built up a step at a time.
    let mut points = 1.0;
    for steps in 1..=STEPS_MAX {
        points *= f64::from(steps) + media as f64 - 1.0;
        points /= f64::from(steps);
        if POINTS_MAX < points {
            return (steps - 1).max(1);
        }
    }
    STEPS_MAX
}

/// Every way to give `left` steps to `media`.
fn compositions(left: u32, media: usize, before: &mut Vec<u32>, each: &mut dyn FnMut(&[u32])) {
    let last = before.len() + 1 == media;
    for part in if last { left } else { 0 }..=left {
        before.push(part);
        if last {
            each(before);
        } else {
            compositions(left - part, media, before, each);
        }
        before.pop();
    }
}

/// Nobody first, then each medium and each pair: these find a way within any bounds.
fn preferences(budget: f64, bounds: &[(f64, f64)]) -> Vec<Vec<f64>> {
    let media = bounds.len();
    let single = (0..media).map(|i| vec![i]);
    let pairs = (0..media).flat_map(|i| (i + 1..media).map(move |j| vec![i, j]));
    std::iter::once(Vec::new())
        .chain(single)
        .chain(pairs)
        .map(|preferred| start(budget, bounds, &preferred))
        .collect()
}

/// The lower bounds, then what is left to the preferred as far as they can take it, then to all.
fn start(budget: f64, bounds: &[(f64, f64)], preferred: &[usize]) -> Vec<f64> {
    let mut spend: Vec<f64> = bounds.iter().map(|it| it.0).collect();
    let everybody: Vec<usize> = (0..bounds.len()).collect();
    for group in [preferred, &everybody] {
        let left = budget - spend.iter().sum::<f64>();
        let room: f64 = group.iter().map(|i| bounds[*i].1 - spend[*i]).sum();
        if 0.0 < room {
            let share = (left / room).clamp(0.0, 1.0);
            group.iter().for_each(|i| spend[*i] += share * (bounds[*i].1 - spend[*i]));
        }
    }
    spend
}

/// The highest value between two ends, of a function with at most a few hills.
pub(crate) fn highest(value: impl Fn(f64) -> f64, low: f64, high: f64) -> (f64, f64) {
    const CELLS: usize = 16;
    const SECTIONS: usize = 60;
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let place = |i: usize| low + (high - low) * i as f64 / CELLS as f64;
    let best = (0..=CELLS).max_by(|a, b| value(place(*a)).total_cmp(&value(place(*b))));
    let best = best.unwrap_or(0);
    let (mut a, mut b) = (place(best.saturating_sub(1)), place((best + 1).min(CELLS)));
    for _ in 0..SECTIONS {
        let (left, right) = (b - GOLDEN * (b - a), a + GOLDEN * (b - a));
        if value(left) < value(right) { a = left } else { b = right }
    }
    let middle = 0.5 * (a + b);
    // The ends themselves are often the answer.
    let candidates = [middle, low, high].map(|x| (value(x), x));
    candidates
        .into_iter()
        .fold((f64::NEG_INFINITY, low), |best, it| if best.0 < it.0 { it } else { best })
}
