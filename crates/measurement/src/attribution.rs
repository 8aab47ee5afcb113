//! Attribution of paths: who was there before a conversion, by seven rules. Observational.
//!
//! [`Paths`] takes paths one at a time, or [`Touches`] raw touches, and keeps sums: memory goes
//! with the distinct windows of channels, not with the rows. Sums merge, so that several threads
//! can each fill one. [`attribution`] then answers exactly: Markov removal effects by solving the
//! chain, never by simulating it, and Shapley values from the dividends of the observed sets.
//!
//! Whoever is shown an advertisement is not drawn by lot, so no credit here is an effect. An
//! experiment ([`crate::leverage`]) measures effects.

mod chain;
mod counts;
mod credit;
mod direct;
mod effects;
mod flow;
mod interval;
mod names;
mod order;
mod paths;
mod removal;
mod report;
mod sweep;
mod touches;

pub use chain::{CONVERSION, NULL, START};
pub use counts::ORDER_MAX;
pub use flow::ChannelFlow;
pub use names::NameProblem;
pub use paths::{PATH_CHANNELS_MAX, PathChannel, PathSettings, PathWeight, Paths, WeightProblem};
pub use report::{Attribution, ChannelCredit, OrderFit, PairCredit, PathModel, Transition};
pub use touches::{Touch, TouchPerson, Touches};

use chain::Chain;
use credit::{PAIRED_CHANNELS_MAX, Rule};
use effects::{Effects, effects, joint_removal};

/// What is asked of the paths.
#[derive(Clone, Debug, PartialEq)]
pub struct PathQuestion {
    pub model: PathModel,
    /// The memory of the Markov chain; None chooses among those that were counted.
    pub order: Option<usize>,
    /// Whether the chain's transition matrix is wanted.
    pub transitions: bool,
    pub confidence: f64,
}

impl PathQuestion {
    pub fn new(model: PathModel) -> PathQuestion {
        PathQuestion { model, order: Some(1), transitions: false, confidence: 0.95 }
    }
}

/// The credit of each channel under one model. Channels are in alphabetical order, and the order in
/// which paths were added changes nothing but the rounding of sums.
pub fn attribution(paths: &Paths, question: &PathQuestion) -> Attribution {
    let (names, ranks) = paths.alphabet();
    let answer = Answer { paths, question, names, ranks };
    let mut report = answer.empty();
    if report.insufficient.is_some() {
        return report;
    }
    match question.model {
        PathModel::First => answer.by_rule(&mut report, Rule::First),
        PathModel::Last => answer.by_rule(&mut report, Rule::Last),
        PathModel::Linear => answer.by_rule(&mut report, Rule::Linear),
        PathModel::TimeDecay => answer.by_rule(&mut report, Rule::TimeDecay),
        PathModel::Position => answer.by_rule(&mut report, Rule::Position),
        PathModel::Shapley => {
            answer.by_rule(&mut report, Rule::Shapley);
            report.pairs = answer.pairs(None);
        }
        PathModel::Markov => answer.markov(&mut report),
    }
    report
}

struct Answer<'a> {
    paths: &'a Paths,
    question: &'a PathQuestion,
    names: Vec<String>,
    /// Each channel's place among the names, by its number.
    ranks: Vec<u32>,
}

impl Answer<'_> {
    /// The account of the paths, without credit.
    fn empty(&self) -> Attribution {
        let paths = self.paths;
        let channel = |name: &String| ChannelCredit { channel: name.clone(), ..Default::default() };
        let mut insufficient = None;
        if paths.conversions <= 0.0 {
            insufficient = Some(match paths.rows {
                0 => "there are no paths".to_owned(),
                _ => "no path with a touch ended in a conversion".to_owned(),
            });
        } else if !paths.conversions.is_finite() || !paths.value.is_finite() {
            insufficient = Some("the counts add up to more than a number can hold".to_owned());
        }
        Attribution {
            model: self.question.model,
            order: None,
            nature: "observational",
            paths: paths.conversions + paths.nulls,
            rows: paths.rows,
            conversions: paths.conversions,
            value: paths.settings.value.then_some(paths.value),
            unattributed: paths.conversions_without_touch,
            confidence: self.question.confidence,
            channels: self.names.iter().map(channel).collect(),
            pairs: None,
            transitions: None,
            orders: None,
            warnings: self.warnings(),
            insufficient,
        }
    }

    fn warnings(&self) -> Vec<String> {
        let paths = self.paths;
        let mut warnings = Vec::new();
        if 0.0 < paths.conversions_without_touch {
            let count = paths.conversions_without_touch;
            warnings.push(format!(
                "{count} conversions had no touch before them and are not shared out"
            ));
        }
        if 0.0 < paths.value_without_conversion {
            let value = paths.value_without_conversion;
            warnings.push(format!(
                "a value of {value} stands on rows without a conversion and is left out"
            ));
        }
        if paths.longest == 1 && 1 < paths.rows {
            warnings.push(
                "no path has two touches; if that is wrong, look at the separator".to_owned(),
            );
        }
        if paths.settings.pairs && PAIRED_CHANNELS_MAX < self.names.len() {
            warnings.push(format!("no pairs: there are more than {PAIRED_CHANNELS_MAX} channels"));
        }
        if 0.0 < paths.still_open {
            warnings.push(format!(
                "{} of the paths without a conversion were younger than the look-back when the \
                 data ended, and may convert yet",
                paths.still_open
            ));
        }
        if self.question.model == PathModel::Markov && paths.nulls <= 0.0 {
            warnings.push(
                "no path without a conversion is known: removal effects are only the shares of \
                 conversions that come through a channel"
                    .to_owned(),
            );
        }
        warnings
    }

    fn by_rule(&self, report: &mut Attribution, rule: Rule) {
        let total = self.paths.conversions;
        let distance = interval::distance(self.question.confidence);
        for (number, rank) in (0..).zip(&self.ranks) {
            let earned = self.paths.credits.earned(rule, number);
            let share = (earned.conversions / total).min(1.0);
            // Each conversion is one draw of the channel's part in it.
            let variance = (earned.squares / total - share * share).max(0.0) / total;
            let row = &mut report.channels[*rank as usize];
            row.conversions = Some(earned.conversions);
            row.value = self.paths.settings.value.then_some(earned.value);
            set_share(row, share, variance, total, distance, self.names.len());
        }
    }

    fn markov(&self, report: &mut Attribution) {
        let windows = &self.paths.windows;
        let order = match self.question.order {
            Some(order) => Some(order),
            None => {
                let fits: Vec<OrderFit> =
                    windows.iter().map(|it| order::fit(it, &self.ranks)).collect();
                let best = order::best(&fits);
                if 1 < fits.len() && best == fits.last().map(|fit| fit.order) {
                    report.warnings.push(
                        "the longest memory that was tried explains the paths best; they may have \
                         a longer one"
                            .to_owned(),
                    );
                }
                report.orders = Some(fits);
                best
            }
        };
        let Some(counts) = windows.iter().find(|it| Some(it.order) == order) else {
            report.insufficient = Some("paths of this order were not counted".to_owned());
            return;
        };
        let chain = Chain::new(counts, &self.ranks);
        report.order = order;
        if self.question.transitions {
            report.transitions = Some(chain.transitions(&self.names));
        }
        match effects(&chain, self.names.len()) {
            Ok(effects) => {
                self.by_effects(report, &effects);
                if effects.variances.is_some() {
                    report.warnings.extend(self.rough(&chain));
                }
            }
            Err(unsettled) => {
                report.insufficient = Some(format!(
                    "the chain of order {} has {} states and does not settle; ask for a lower order",
                    chain.order, unsettled.states
                ));
            }
        }
        report.pairs = self.pairs(Some(&chain));
    }

    fn by_effects(&self, report: &mut Attribution, effects: &Effects) {
        let paths = self.paths;
        let distance = interval::distance(self.question.confidence);
        let total: f64 = effects.removal.iter().sum();
        let total_value: f64 = effects.removal_value.iter().sum();
        let channels = report.channels.len();
        for (at, row) in report.channels.iter_mut().enumerate() {
            let (removal, net) = (effects.removal[at], effects.net[at]);
            let share = removal / total;
            row.conversions = Some(share * paths.conversions);
            row.share = Some(share);
            row.removal_effect = Some(removal);
            row.net_effect = Some(net);
            if paths.settings.value {
                let removal_value = effects.removal_value.get(at).copied();
                row.removal_effect_value = removal_value;
                let value = removal_value.map_or(0.0, |it| it / total_value * paths.value);
                row.value = Some(value);
            }
            let Some(variances) = &effects.variances else { continue };
            set_share(row, share, variances.share[at], paths.conversions, distance, channels);
            let removal_variance = variances.removal[at];
            let (low, high) =
                interval::of_share(removal, removal_variance, paths.conversions, distance);
            (row.removal_low, row.removal_high) = (Some(low), Some(high));
            let half = distance * variances.net[at].sqrt();
            (row.net_low, row.net_high) = (Some(net - half), Some(net + half));
        }
        if effects.variances.is_none() {
            report.warnings.push(
                "no intervals: there are more states than the paths can tell apart; a lower order \
                 has some"
                    .to_owned(),
            );
        }
    }

    /// Where intervals are known to be too narrow: recovery studies have 94 to 96 % from these
    /// limits on, and 90 % for the net effect of a channel that some twenty people met.
    fn rough(&self, chain: &Chain) -> Option<String> {
        const CONVERSIONS_MIN: f64 = 80.0;
        const VISITS_MIN: f64 = 50.0;
        const NAMED_MAX: usize = 5;
        let conversions = self.paths.conversions;
        if conversions < CONVERSIONS_MIN {
            return Some(format!("intervals are rough: there are only {conversions} conversions"));
        }
        let visits = chain.visits_by_channel(self.names.len());
        let rare: Vec<&str> = visits
            .iter()
            .zip(&self.names)
            .filter(|(visits, _)| **visits < VISITS_MIN)
            .map(|(_, name)| name.as_str())
            .collect();
        let more = match rare.len().saturating_sub(NAMED_MAX) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        (!rare.is_empty()).then(|| {
            let named = rare[..rare.len().min(NAMED_MAX)].join(", ");
            format!("intervals of {named}{more} are rough: under {VISITS_MIN} visits")
        })
    }

    fn pairs(&self, chain: Option<&Chain>) -> Option<Vec<PairCredit>> {
        if !self.paths.settings.pairs || PAIRED_CHANNELS_MAX < self.names.len() {
            return None;
        }
        let n = self.names.len() as u32;
        let sets: Vec<Vec<u32>> =
            (0..n).flat_map(|a| (a + 1..n).map(move |b| vec![a, b])).collect();
        let singles: Vec<Vec<u32>> = (0..n).map(|channel| vec![channel]).collect();
        let joint = chain.and_then(|chain| joint_removal(chain, &sets).ok());
        let single = chain.and_then(|chain| joint_removal(chain, &singles).ok());
        let interactions = self.paths.credits.pairs(&self.ranks);
        let pair = |(at, set): (usize, &Vec<u32>)| {
            let (a, b) = (set[0], set[1]);
            let key = counts::joined(counts::joined(0, a), b);
            let found = interactions.binary_search_by_key(&key, |pair| pair.0);
            let joint = joint.as_ref().map(|joint| joint[at]);
            let both = |single: &Vec<f64>| single[a as usize] + single[b as usize];
            PairCredit {
                channels: [a, b].map(|channel| self.names[channel as usize].clone()),
                joint_removal: joint,
                visits_both: joint
                    .zip(single.as_ref())
                    .map(|(joint, single)| (both(single) - joint).max(0.0)),
                shapley_interaction: found.map_or(0.0, |at| interactions[at].1),
            }
        };
        Some(sets.iter().enumerate().map(pair).collect())
    }
}

/// With one channel there is nothing to share, and nothing can vary.
fn set_share(
    row: &mut ChannelCredit,
    share: f64,
    variance: f64,
    people: f64,
    distance: f64,
    channels: usize,
) {
    let (low, high) = match channels {
        1 => (share, share),
        _ => interval::of_share(share, variance, people, distance),
    };
    (row.share, row.share_low, row.share_high) = (Some(share), Some(low), Some(high));
}

/// What the tests feed without paths.
#[cfg(test)]
pub(crate) mod tests_only {
    pub(crate) use super::counts::{BITS, Ending};
    use super::paths::{PathSettings, PathWeight, Paths};
    use super::removal::{Scenario, play_by};
    use super::{Chain, effects};

    /// Removal effects of a chain whose counts are given by window.
    pub(crate) fn chain_of(
        order: usize,
        channels: usize,
        starts: &[(u64, f64)],
        steps: &[(u64, f64)],
        ends: &[(u64, Ending)],
    ) -> Vec<f64> {
        let settings = PathSettings { orders: vec![order], ..PathSettings::default() };
        let mut windows = Paths::new(&settings).windows.remove(0);
        starts.iter().for_each(|it| windows.starts.add(it.0, it.1));
        steps.iter().for_each(|it| windows.steps.add(it.0, it.1));
        ends.iter().for_each(|it| windows.ends.add(it.0, it.1));
        let ranks: Vec<u32> = (0..channels as u32).collect();
        effects(&Chain::new(&windows, &ranks), channels).expect("it settles").removal
    }

    /// Visits to the states of a chain that one long path was counted into, by both ways to solve.
    pub(crate) fn slow_chain(touches: usize, channels: u64, order: usize) -> [Vec<f64>; 2] {
        let settings = PathSettings { orders: vec![order], ..PathSettings::default() };
        let mut paths = Paths::new(&settings);
        let mut state = 1_u64;
        let mut path = Vec::with_capacity(touches);
        for _ in 0..touches {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let letter = b'a' + ((state >> 33) % channels) as u8;
            path.push(paths.channel(&[letter]).expect("few channels"));
        }
        paths.add(path.into_iter(), PathWeight::new(1.0, 1.0, 0.0).expect("counts"));
        let chain = Chain::new(&paths.windows[0], &paths.alphabet().1);
        let whole = [Scenario::default()];
        [false, true].map(|direct| {
            let played = play_by(&chain, &whole, direct, true).expect("it settles");
            let (flow, converts) = (played.flow.iter(), played.converts.iter());
            flow.chain(converts).map(|lane| lane[0]).collect()
        })
    }
}
