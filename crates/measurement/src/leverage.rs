//! Leverage: what the channels achieve together beyond the sum of what each achieves alone.

use std::collections::{BTreeMap, BTreeSet};

use crate::cell::{cell_name, names, sets_up_to, subsets};
use crate::clusters::PERMUTATIONS;
use crate::distribution::{t_quantile, t_two_sided};
use crate::fieller::{Fieller, ratio};
use crate::quality::{Quality, SAMPLE_RATIO_ALARM, sample_ratio};
use crate::report::{
    CellRow, ClusterReport, Effect, Estimate, Interaction, Ratio, Share, Source, Summary,
};
use crate::sequence::{DEFAULT_SEQUENCE_AT, half_width};
use crate::strata::Moments;
use crate::{Cell, Clusters, Design, Leverage, MAX_CHANNELS, Sums};

mod log_odds;
mod means;
mod truncated;

use log_odds::{dividend_weights, other_sign};
use means::Means;
use truncated::Lazy;

/// With more channels, each interaction from its own cells would waste nearly all people.
const SATURATED_CHANNELS_MAX: usize = 6;
/// The regression stops here: larger sets are too many, and too small to be seen.
const ORDER_MAX: usize = 3;
/// Errors by cluster from fewer are guesses, however the formula corrects them.
pub(crate) const CLUSTERS_MIN: usize = 12;
/// Below this the Satterthwaite approximation is too bold (Tipton 2015, Psychological Methods 20).
pub(crate) const CLUSTER_DF_MIN: f64 = 4.0;

/// What is asked of which sums. [`Question::new`] has the usual answers to the rest.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// Bit `i` of a cell is `channels[i]`.
    pub channels: &'a [String],
    /// Usually one. Cohorts entered at other times or under other shares; they are compared within
    /// and put together with weights that do not depend on the cell.
    pub cohorts: &'a [Vec<Cell>],
    pub confidence: f64,
    /// Sets larger than this add nothing of their own; by default as few as possible are ruled out.
    pub order: Option<usize>,
    /// The declared share of all people in each cell, for the test of the sample ratio.
    pub expected_shares: Option<&'a [(u32, f64)]>,
    /// The declared design; found from the filled cells where it is not given.
    pub design: Option<Design>,
    /// The number of people at which the sequences are narrowest, fixed beforehand.
    pub sequence_at: f64,
    /// The rows of the one cohort, where they belong together or have weights: means and errors come
    /// from these then, and `cohorts` (see [`Clusters::cells`]) says how many people there are.
    pub clusters: Option<&'a Clusters>,
    /// The seed of the deals by which whole clusters are compared; without it there are none.
    pub deals: Option<u64>,
}

impl<'a> Question<'a> {
    pub fn new(channels: &'a [String], cohorts: &'a [Vec<Cell>]) -> Question<'a> {
        Question {
            channels,
            cohorts,
            confidence: 0.95,
            order: None,
            expected_shares: None,
            design: None,
            sequence_at: DEFAULT_SEQUENCE_AT,
            clusters: None,
            deals: Some(1),
        }
    }
}

/// Everything that the cells say. Never fails: what cannot be known is absent with its reason, and
/// a question without sense comes back with `insufficient`.
pub fn leverage(question: &Question) -> Leverage {
    match refusal(question) {
        Some(reason) => nothing(question, reason),
        None => Analysis::new(question).report(),
    }
}

/// The same for an outcome capped per person, with the short form of the outcome without the cap.
/// `uncapped` is the question about those.
pub fn leverage_with_uncapped(question: &Question, cap: f64, uncapped: &Question) -> Leverage {
    let mut report = leverage(question);
    report.cap = Some(cap);
    let question = Question { confidence: question.confidence, ..*uncapped };
    if refusal(&question).is_none() {
        report.uncapped = Some(Analysis::new(&question).summary());
    }
    report
}

/// What one thing brings per person: the mean of cell 1 minus that of cell 0, over the cohorts, with
/// Welch's interval (Welch 1947, The generalization of "Student's" problem, Biometrika 34). And what
/// should be known before it is believed. The question has one channel.
pub fn effect(question: &Question) -> (Estimate, Vec<String>) {
    if let Some(reason) = unsound(question) {
        return (Estimate::absent(reason), Vec::new());
    }
    let analysis = Analysis::new(question);
    (analysis.value(analysis.all).estimate, analysis.quality.heavy_tails(&core_cells(analysis.k)))
}

/// Why the question has no sense, whatever the numbers.
fn refusal(question: &Question) -> Option<String> {
    if question.channels.len() < 2 {
        return Some("leverage needs two or more channels".to_owned());
    }
    unsound(question)
}

fn unsound(question: &Question) -> Option<String> {
    let k = question.channels.len();
    let sane = |sums: &Sums| [sums.mean, sums.m2].iter().all(|x| x.is_finite()) && 0.0 <= sums.m2;
    let cells = || question.cohorts.iter().flatten();
    if MAX_CHANNELS < k {
        return Some(format!("{k} channels; at most {MAX_CHANNELS} can be measured at a time"));
    }
    if !(0.0 < question.confidence && question.confidence < 1.0) {
        return Some("the confidence must lie between 0 and 1".to_owned());
    }
    if !(0.0 < question.sequence_at && question.sequence_at.is_finite()) {
        return Some("the sequence must be narrowest at a positive number of people".to_owned());
    }
    if question.order.is_some_and(|order| order < 2) {
        return Some("the order must be 2 or more: order 1 assumes what is asked".to_owned());
    }
    if cells().any(|cell| 1 << k <= cell.on) {
        return Some("a cell has a channel that is not among the channels".to_owned());
    }
    if cells().any(|cell| !sane(&cell.sums)) {
        return Some("the sums of a cell are not finite numbers".to_owned());
    }
    if question.clusters.is_some() && question.cohorts.len() != 1 {
        return Some("clusters and weights are of one cohort".to_owned());
    }
    if let Some(problem) = question.clusters.and_then(Clusters::problem) {
        return Some(problem);
    }
    cells().all(|cell| cell.sums.n == 0).then(|| "there are no people".to_owned())
}

struct Analysis<'a> {
    question: &'a Question<'a>,
    k: usize,
    all: u32,
    means: Means,
    quality: Quality<'a>,
    left_out: u64,
}

impl<'a> Analysis<'a> {
    fn new(question: &'a Question<'a>) -> Analysis<'a> {
        let k = question.channels.len();
        let (means, pooled, left_out) = Means::new(question, &core_cells(k));
        let binary = pooled.values().all(Sums::is_binary);
        let quality = Quality { channels: question.channels, pooled, binary };
        Analysis { question, k, all: (1 << k) - 1, means, quality, left_out }
    }

    fn report(&self) -> Leverage {
        let lazy = Lazy::default();
        let leverage = self.leverage();
        let interactions = self.interactions(&lazy);
        let shapley = self.shapley(&lazy);
        let sample_ratio = self
            .question
            .expected_shares
            .and_then(|shares| sample_ratio(&self.quality.pooled, shares));
        let mut report = Leverage {
            n: self.quality.pooled.values().map(|sums| sums.n).sum(),
            channels: self.question.channels.to_vec(),
            baseline: self.baseline(),
            cells: self.cells(),
            values: self.listed().into_iter().map(|set| self.value(set)).collect(),
            order: self.order(&interactions, &lazy),
            interactions,
            shapley,
            insufficient: insufficient(&leverage),
            leverage,
            leverage_ratio: self.ratio(),
            sample_ratio,
            variance: self.means.variance_name(),
            clusters: self.clusters(),
            design: self.design(),
            confidence: self.question.confidence,
            sequence_at: self.question.sequence_at,
            log_odds: self.log_odds(),
            conversion: self.conversion(),
            cap: None,
            uncapped: None,
            warnings: Vec::new(),
        };
        report.warnings = self.warnings(&report, &lazy);
        report
    }

    /// The short form: what stands beside the main outcome.
    fn summary(&self) -> Summary {
        let sets = sets_up_to(self.k, 1).into_iter().chain([self.all]);
        let leverage = self.leverage();
        Summary {
            baseline: self.baseline(),
            values: sets.map(|set| self.value(set)).collect(),
            insufficient: insufficient(&leverage),
            leverage,
            leverage_ratio: self.ratio(),
        }
    }

    fn conversion(&self) -> Option<Summary> {
        let pooled = || self.quality.pooled.values();
        let some_lack = pooled().any(|sums| sums.nonzero.is_some_and(|count| count < sums.n));
        if self.quality.binary || !some_lack {
            return None;
        }
        let convert = |cell: &Cell| Some(Cell { on: cell.on, sums: cell.sums.conversion()? });
        let cohort = |cells: &Vec<Cell>| cells.iter().map(convert).collect::<Option<Vec<Cell>>>();
        let cohorts: Vec<Vec<Cell>> =
            self.question.cohorts.iter().map(cohort).collect::<Option<_>>()?;
        let clusters = self.question.clusters.map(Clusters::conversion);
        let question =
            Question { cohorts: &cohorts, clusters: clusters.as_ref(), ..*self.question };
        Some(Analysis::new(&question).summary())
    }

    fn clusters(&self) -> Option<ClusterReport> {
        let clusters = self.question.clusters.filter(|clusters| clusters.are_told())?;
        let deal = |seed| self.means.randomisation(&leverage_weights(self.k), seed);
        let dealt = self.question.deals.and_then(deal);
        Some(ClusterReport {
            n: clusters.count() as u64,
            dealt: dealt.map_or(Vec::new(), |(_, bits)| names(bits, self.question.channels)),
            randomisation_p: dealt.map(|(p, _)| p),
            permutations: dealt.map(|_| PERMUTATIONS),
        })
    }

    fn baseline(&self) -> Estimate {
        // That the outcome is not zero by itself is no finding.
        Estimate { p: None, ..self.by_cells(&[(0, 1.0)]) }
    }

    fn cells(&self) -> Vec<CellRow> {
        let row = |(on, sums): (&u32, &Sums)| {
            let found = self.means.moments(&[(*on, 1.0)]);
            CellRow {
                on: names(*on, self.question.channels),
                n: sums.n,
                mean: found.map_or(sums.mean, |found| found.estimate),
                se: found.and_then(|found| found.variance).map(f64::sqrt),
            }
        };
        self.quality.pooled.iter().map(row).collect()
    }

    /// The sets that are listed: all of them while they are few, then small ones and the full set.
    fn listed(&self) -> Vec<u32> {
        if self.k <= SATURATED_CHANNELS_MAX {
            return sets_up_to(self.k, self.k);
        }
        let mut sets = sets_up_to(self.k, self.asked_order().min(ORDER_MAX));
        sets.push(self.all);
        sets
    }

    /// Sets beyond this are ruled out by what was asked, or not listed.
    fn asked_order(&self) -> usize {
        let most = if self.k <= SATURATED_CHANNELS_MAX { self.k } else { ORDER_MAX };
        self.question.order.unwrap_or(most).min(most)
    }

    fn value(&self, set: u32) -> Effect {
        let estimate = self.by_cells(&[(set, 1.0), (0, -1.0)]);
        Effect { channels: names(set, self.question.channels), estimate }
    }

    fn leverage(&self) -> Estimate {
        self.by_cells(&leverage_weights(self.k))
    }

    fn ratio(&self) -> Ratio {
        let absent = |reason: String| Ratio {
            estimate: None,
            low: None,
            high: None,
            kind: None,
            reason: Some(reason),
        };
        let together = [(self.all, 1.0), (0, -1.0)];
        let mut parts: Vec<(u32, f64)> = (0..self.k).map(|channel| (1 << channel, 1.0)).collect();
        parts.push((0, -(self.k as f64)));
        if let Some(problem) = self.problem(&core_cells(self.k).into_iter().collect()) {
            return absent(problem);
        }
        let (Some(a), Some(b)) = (self.means.moments(&together), self.means.moments(&parts)) else {
            return absent(self.missing(core_cells(self.k).into_iter()));
        };
        let (Some(var_a), Some(var_b)) = (a.variance, b.variance) else {
            return absent(TOO_FEW.to_owned());
        };
        if var_a == 0.0 || var_b == 0.0 {
            return absent(NOTHING_VARIES.to_owned());
        }
        let shared = self.means.covariance(&together, &parts);
        // The fewer degrees of freedom of the two: a bounded set then always means that the sum of
        // the single effects has its whole interval on one side of zero.
        let t = t_quantile(self.question.confidence, a.df.min(b.df));
        let set = ratio(a.estimate, b.estimate, var_a, var_b, shared, t);
        let positive = matches!(set, Fieller::Bounded { .. }) && 0.0 < b.estimate;
        Ratio {
            estimate: positive.then(|| a.estimate / b.estimate),
            low: set.ends().map(|ends| ends.0),
            high: set.ends().map(|ends| ends.1),
            kind: Some(set.kind()),
            reason: (!positive).then(|| {
                "the sum of the single effects is not surely above zero, so their quotient means nothing".to_owned()
            }),
        }
    }

    fn interactions(&self, lazy: &Lazy) -> Vec<Interaction> {
        let mut sets = self.listed();
        sets.retain(|set| set.count_ones() as usize <= self.asked_order());
        let mut rows: Vec<Interaction> = sets
            .into_iter()
            .map(|set| {
                let (estimate, source) = self.dividend(set, lazy);
                Interaction {
                    channels: names(set, self.question.channels),
                    estimate,
                    p_holm: None,
                    source,
                }
            })
            .collect();
        holm(&mut rows);
        rows
    }

    /// Δ(S): from its own cells where they are filled, since that assumes nothing.
    fn dividend(&self, set: u32, lazy: &Lazy) -> (Estimate, Source) {
        let single = set.count_ones() == 1;
        let filled = subsets(set).all(|part| self.filled(part));
        if single || (filled && !self.prefers_regression()) {
            return (self.by_cells(&dividend_weights(set)), Source::Cells);
        }
        let missing = || self.missing(subsets(set));
        (self.by_regression(&[(set, 1.0)], lazy, missing), Source::Regression)
    }

    fn shapley(&self, lazy: &Lazy) -> Vec<Share> {
        let saturated = (0..=self.all).all(|set| self.filled(set)) && !self.prefers_regression();
        let share = |channel: usize| {
            let (estimate, source) = match saturated {
                true => (self.shapley_by_cells(channel), Source::Cells),
                false => {
                    let sets = sets_up_to(self.k, self.truncated_order(lazy));
                    let with = sets.into_iter().filter(|set| set >> channel & 1 == 1);
                    let dividends: Vec<(u32, f64)> =
                        with.map(|set| (set, 1.0 / f64::from(set.count_ones()))).collect();
                    let missing = || {
                        "the filled cells cannot tell how the interactions are shared".to_owned()
                    };
                    (self.by_regression(&dividends, lazy, missing), Source::Regression)
                }
            };
            Share { channel: self.question.channels[channel].clone(), estimate, source }
        };
        (0..self.k).map(share).collect()
    }

    /// The mean over all orders of joining of what the channel adds when it joins.
    fn shapley_by_cells(&self, channel: usize) -> Estimate {
        let mut factorial = vec![1.0];
        (1..=self.k).for_each(|i| factorial.push(factorial[i - 1] * i as f64));
        let mut weights = Vec::new();
        for before in subsets(self.all & !(1 << channel)) {
            let size = before.count_ones() as usize;
            let weight = factorial[size] * factorial[self.k - size - 1] / factorial[self.k];
            weights.push((before, -weight));
            weights.push((before | 1 << channel, weight));
        }
        self.by_cells(&weights)
    }

    fn by_cells(&self, weights: &[(u32, f64)]) -> Estimate {
        let parts = weights.iter().filter(|(_, weight)| *weight != 0.0);
        let cells: BTreeSet<u32> = parts.map(|(on, _)| *on).collect();
        let Some(found) = self.means.moments(weights) else {
            return Estimate::absent(self.missing(cells.into_iter()));
        };
        let estimate = self.estimate(&found, &cells);
        match self.problem(&cells) {
            None => estimate,
            Some(problem) => Estimate { estimate: estimate.estimate, ..Estimate::absent(problem) },
        }
    }

    /// Why the cells cannot carry an interval.
    fn problem(&self, cells: &BTreeSet<u32>) -> Option<String> {
        let told = self.question.clusters.filter(|clusters| clusters.are_told());
        let single = cells.iter().find(|on| self.means.has_one_cluster(**on));
        match (told.map(Clusters::count), single) {
            (Some(count), _) if count < CLUSTERS_MIN => Some(format!(
                "{count} clusters; at least {CLUSTERS_MIN} are needed to know how far they stray"
            )),
            (Some(_), Some(on)) => Some(format!(
                "only one cluster in cell `{}`",
                cell_name(*on, self.question.channels)
            )),
            _ => self.quality.problem(cells),
        }
    }

    fn estimate(&self, found: &Moments, cells: &BTreeSet<u32>) -> Estimate {
        let bare = Estimate { estimate: Some(found.estimate), ..Estimate::default() };
        let Some(variance) = found.variance else {
            return Estimate { reason: Some(TOO_FEW.to_owned()), ..bare };
        };
        let se = Some(variance.sqrt());
        if variance == 0.0 || !found.df.is_finite() {
            return Estimate { se, reason: Some(NOTHING_VARIES.to_owned()), ..bare };
        }
        let half = t_quantile(self.question.confidence, found.df) * variance.sqrt();
        let unready = match self.question.clusters {
            Some(_) => Some(NO_SEQUENCE.to_owned()),
            None => self.quality.sequence_problem(cells),
        };
        let sequence = match unready {
            Some(_) => None,
            None => Some(half_width(
                variance,
                found.people,
                self.question.sequence_at,
                self.question.confidence,
            )),
        };
        Estimate {
            se,
            df: Some(found.df),
            low: Some(found.estimate - half),
            high: Some(found.estimate + half),
            p: Some(t_two_sided(found.estimate / variance.sqrt(), found.df)),
            sequence_low: sequence.map(|half| found.estimate - half),
            sequence_high: sequence.map(|half| found.estimate + half),
            reason: unready,
            ..bare
        }
    }

    fn filled(&self, on: u32) -> bool {
        self.means.filled(on)
    }

    fn missing(&self, cells: impl Iterator<Item = u32>) -> String {
        let mut empty = cells.filter(|on| !self.filled(*on));
        match empty.next() {
            Some(on) => format!("no people in cell `{}`", cell_name(on, self.question.channels)),
            None => "the filled cells cannot identify it".to_owned(),
        }
    }

    fn order(&self, interactions: &[Interaction], lazy: &Lazy) -> usize {
        let has = |row: &&Interaction| row.estimate.estimate.is_some();
        let used = |row: &Interaction| row.source == Source::Regression;
        if interactions.iter().filter(has).any(used) {
            return self.truncated_order(lazy);
        }
        interactions.iter().filter(has).map(|row| row.channels.len()).max().unwrap_or(0)
    }

    fn design(&self) -> &'static str {
        if let Some(design) = self.question.design {
            return design.name();
        }
        let cells: Vec<u32> = self.quality.pooled.keys().copied().collect();
        let matches = |design: &Design| {
            crate::shares(*design, self.k).iter().map(|cell| cell.0).eq(cells.iter().copied())
        };
        Design::ALL.iter().find(|design| matches(design)).map_or("other", |design| design.name())
    }

    fn warnings(&self, report: &Leverage, lazy: &Lazy) -> Vec<String> {
        let mut warnings = self.quality.heavy_tails(&core_cells(self.k));
        if let Some(test) = report.sample_ratio.as_ref().filter(|test| test.p < SAMPLE_RATIO_ALARM)
        {
            warnings.push(format!(
                "people are not in the cells in the declared shares (p = {:.2e}): find out why before believing anything here",
                test.p
            ));
        }
        if 0 < self.left_out {
            warnings.push(format!(
                "{} people are left out: their cohort has fewer than two people in a cell that leverage needs",
                self.left_out
            ));
        }
        let used = |row: &&Interaction| {
            row.source == Source::Regression && row.estimate.estimate.is_some()
        };
        if report.interactions.iter().any(|row| used(&row)) {
            warnings.push(format!(
                "interactions from the regression assume that sets of more than {} channels add nothing of their own",
                self.truncated_order(lazy)
            ));
        }
        if let Some(df) =
            report.leverage.df.filter(|df| report.clusters.is_some() && *df < CLUSTER_DF_MIN)
        {
            warnings.push(format!(
                "unreliable interval: the clusters are so few or so uneven that they count as {df:.1} degrees of freedom; from {CLUSTER_DF_MIN} on the interval holds"
            ));
        }
        if let Some(log_odds) = &report.log_odds {
            for set in other_sign(&report.interactions, log_odds) {
                warnings.push(format!(
                    "{}: above zero in people and below in log odds, or the other way round; say on which scale it is meant",
                    set.join("+")
                ));
            }
        }
        let covariate = |sums: &&Sums| sums.covariate.is_some();
        let with = self.quality.pooled.values().filter(covariate).count();
        if 0 < with && with < self.quality.pooled.len() {
            warnings.push("a covariate is known in some cells only and is not used".to_owned());
        }
        warnings
    }
}

pub(crate) const NOTHING_VARIES: &str = "the outcome does not vary in these cells";
const TOO_FEW: &str = "too few people in a cell to know its spread";
const NO_SEQUENCE: &str = "no sequence: it is for people who are assigned and count one by one";

/// The cells that leverage needs: none, each single, all.
fn core_cells(k: usize) -> Vec<u32> {
    let cells: BTreeMap<u32, f64> = leverage_weights(k).into_iter().collect();
    cells.into_keys().collect()
}

/// Λ on cell means. Each single effect takes the baseline off once, the joint effect once, so it
/// stands k − 1 times for people with nothing.
pub(crate) fn leverage_weights(k: usize) -> Vec<(u32, f64)> {
    let mut weights = vec![(0, k as f64 - 1.0)];
    weights.extend((0..k).map(|channel| (1 << channel, -1.0)));
    weights.push(((1 << k) - 1, 1.0));
    weights
}

fn insufficient(leverage: &Estimate) -> Option<String> {
    if leverage.low.is_some() {
        return None;
    }
    Some(leverage.reason.clone().unwrap_or_else(|| "leverage cannot be known".to_owned()))
}

/// Holm's step-down over the sets of two and more.
fn holm(rows: &mut [Interaction]) {
    let tested = |row: &Interaction| if row.channels.len() < 2 { None } else { row.estimate.p };
    let mut found: Vec<(usize, f64)> =
        rows.iter().enumerate().filter_map(|(i, row)| Some((i, tested(row)?))).collect();
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (count, mut most) = (found.len(), 0.0_f64);
    for (rank, (i, p)) in found.into_iter().enumerate() {
        most = most.max(((count - rank) as f64 * p).min(1.0));
        rows[i].p_holm = Some(most);
    }
}

/// The report of a question that has no answer.
fn nothing(question: &Question, reason: String) -> Leverage {
    let absent = || Estimate::absent(reason.clone());
    Leverage {
        n: question.cohorts.iter().flatten().map(|cell| cell.sums.n).sum(),
        channels: question.channels.to_vec(),
        baseline: absent(),
        cells: Vec::new(),
        values: Vec::new(),
        interactions: Vec::new(),
        shapley: Vec::new(),
        leverage: absent(),
        leverage_ratio: Ratio {
            estimate: None,
            low: None,
            high: None,
            kind: None,
            reason: Some(reason.clone()),
        },
        sample_ratio: None,
        variance: if question.clusters.is_some_and(Clusters::are_told) { "CR2" } else { "HC2" },
        clusters: None,
        order: 0,
        design: question.design.map_or("other", Design::name),
        confidence: question.confidence,
        sequence_at: question.sequence_at,
        log_odds: None,
        conversion: None,
        cap: None,
        uncapped: None,
        warnings: Vec::new(),
        insufficient: Some(reason),
    }
}
