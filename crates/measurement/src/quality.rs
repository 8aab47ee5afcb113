//! Whether the data carry the question: cells too small, tails too heavy, shares that are off.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::cell_name;
use crate::distribution::chi_squared_tail;
use crate::{SampleRatio, Sums};

/// Fewer events (or people without) in a cell, and an interval around a rate covers nothing.
const EVENTS_MIN: u64 = 5;
/// The asymptotics of the sequences need this many people per cell.
const SEQUENCE_PEOPLE_MIN: u64 = 100;
/// And, for a rate, this many people with and without the event in each cell.
const SEQUENCE_EVENTS_MIN: u64 = 10;
/// Fewer buyers in the smallest cell, and one large order moves the mean more than the interval.
const BUYERS_MIN: u64 = 500;
/// People per squared skewness for a mean to be close to normal (Kohavi et al. 2014).
const PEOPLE_PER_SKEWNESS2: f64 = 355.0;
/// Shares are off beyond chance: strict, because it is looked at every day.
pub(crate) const SAMPLE_RATIO_ALARM: f64 = 0.001;

pub(crate) struct Quality<'a> {
    pub channels: &'a [String],
    pub pooled: BTreeMap<u32, Sums>,
    pub binary: bool,
}

impl Quality<'_> {
    /// Why the cells cannot carry an interval.
    pub fn problem(&self, cells: &BTreeSet<u32>) -> Option<String> {
        cells.iter().find_map(|on| {
            let sums = self.pooled.get(on).copied().unwrap_or_default();
            let name = cell_name(*on, self.channels);
            match sums.n {
                0 => Some(format!("no people in cell `{name}`")),
                1 => Some(format!("only one person in cell `{name}`")),
                n if self.binary && self.rarer(&sums) < EVENTS_MIN => {
                    let events = sums.nonzero.unwrap_or(0);
                    Some(format!(
                        "{events} of {n} people in cell `{name}` have the outcome; at least {EVENTS_MIN} must, and {EVENTS_MIN} not"
                    ))
                }
                _ => None,
            }
        })
    }

    /// Why the cells cannot carry a sequence.
    pub fn sequence_problem(&self, cells: &BTreeSet<u32>) -> Option<String> {
        cells.iter().find_map(|on| {
            let sums = self.pooled.get(on).copied().unwrap_or_default();
            let name = cell_name(*on, self.channels);
            if sums.n < SEQUENCE_PEOPLE_MIN {
                return Some(format!(
                    "no sequence: {} people in cell `{name}`, {SEQUENCE_PEOPLE_MIN} needed",
                    sums.n
                ));
            }
            (self.binary && self.rarer(&sums) < SEQUENCE_EVENTS_MIN).then(|| {
                format!(
                    "no sequence: cell `{name}` needs {SEQUENCE_EVENTS_MIN} people with the outcome and {SEQUENCE_EVENTS_MIN} without"
                )
            })
        })
    }

    /// Whether means over the cells may be far from normal. Rates have their own rule.
    pub fn heavy_tails(&self, cells: &[u32]) -> Vec<String> {
        let filled = || cells.iter().filter_map(|on| self.pooled.get_key_value(on));
        let mut warnings = Vec::new();
        if self.binary {
            return warnings;
        }
        // Without anybody at zero the outcome is not of the kind that people buy or do not.
        let some_lack = filled().any(|(_, sums)| sums.nonzero.is_some_and(|count| count < sums.n));
        let fewest = filled().filter_map(|(on, sums)| sums.nonzero.map(|count| (count, on))).min();
        if let Some((count, on)) = fewest.filter(|(count, _)| some_lack && *count < BUYERS_MIN) {
            let name = cell_name(*on, self.channels);
            warnings.push(format!(
                "unreliable interval: {count} people with an outcome other than 0 in cell `{name}`; from {BUYERS_MIN} on large single values matter less; consider a cap set beforehand"
            ));
        }
        let needed = filled().filter_map(|(on, sums)| {
            let needed = PEOPLE_PER_SKEWNESS2 * sums.skewness()?.powi(2);
            ((sums.n as f64) < needed).then_some((needed / sums.n as f64, needed, sums.n, on))
        });
        if let Some((_, needed, n, on)) = needed.max_by(|a, b| a.0.total_cmp(&b.0)) {
            let name = cell_name(*on, self.channels);
            warnings.push(format!(
                "unreliable interval: the outcome is so skewed that cell `{name}` needs {needed:.0} people and has {n}; consider a cap set beforehand"
            ));
        }
        warnings
    }

    fn rarer(&self, sums: &Sums) -> u64 {
        let events = sums.nonzero.unwrap_or(0);
        events.min(sums.n - events.min(sums.n))
    }
}

/// Pearson's test of the people per cell against the declared shares, which need not add up to 1.
pub(crate) fn sample_ratio(
    pooled: &BTreeMap<u32, Sums>,
    declared: &[(u32, f64)],
) -> Option<SampleRatio> {
    let mut shares: BTreeMap<u32, f64> = BTreeMap::new();
    for (on, share) in declared.iter().filter(|(_, share)| 0.0 < *share && share.is_finite()) {
        *shares.entry(*on).or_default() += share;
    }
    let total: f64 = shares.values().sum();
    let df = shares.len() as f64 - 1.0;
    let people: u64 = pooled.values().map(|sums| sums.n).sum();
    if people == 0 || df < 1.0 {
        return None;
    }
    if pooled.iter().any(|(on, sums)| 0 < sums.n && !shares.contains_key(on)) {
        return Some(SampleRatio { chi2: None, df, p: 0.0 });
    }
    let part = |(on, share): (&u32, &f64)| {
        let expected = share / total * people as f64;
        let found = pooled.get(on).map_or(0.0, |sums| sums.n as f64);
        (found - expected).powi(2) / expected
    };
    let chi2: f64 = shares.iter().map(part).sum();
    Some(SampleRatio { chi2: Some(chi2), df, p: chi_squared_tail(chi2, df) })
}
