//! The result from the draws: parameters, contributions, returns, responses.

use super::BayesQuestion;
use super::converged::{quality, sorted_quantile};
use super::density::Work;
use super::model::Model;
use super::sample::Drawn;
use crate::mix::curve::{Contribution, Response, ResponsePoint};
use crate::mix::report::{Interval, Medium, Mix, Parameter, Synergy};

/// Draws that intervals of contributions and responses are made from: their ends then move by a
/// thirtieth of their width with other draws.
const DRAWS_SHOWN: usize = 1_000;

/// Every so manieth draw, at most as many as asked for.
pub(crate) fn thinned(drawn: &Drawn, most: usize) -> impl Iterator<Item = &[f64]> {
    let all = drawn.rows().count();
    drawn.rows().step_by(all.div_ceil(most).max(1))
}

/// Mean, standard deviation and central interval.
pub(crate) fn interval(values: &[f64], confidence: f64) -> Interval {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|it| (it - mean).powi(2)).sum();
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let tail = 0.5 - 0.5 * confidence;
    Interval {
        mean,
        sd: (squares / (n - 1.0).max(1.0)).sqrt(),
        low: sorted_quantile(&sorted, tail),
        high: sorted_quantile(&sorted, 1.0 - tail),
    }
}

pub(crate) fn parameters(model: &Model, drawn: &Drawn, confidence: f64, mix: &mut Mix) {
    for (name, at) in model.shown() {
        let column = drawn.column(at);
        let found = interval(&column.concat(), confidence);
        // A number that is known has no chains to compare.
        let quality = quality(&column);
        mix.parameters.push(Parameter {
            name,
            mean: found.mean,
            sd: Some(found.sd),
            low: Some(found.low),
            high: Some(found.high),
            p: None,
            rhat: quality.map(|it| it.rhat),
            ess_bulk: quality.map(|it| it.ess_bulk),
            ess_tail: quality.map(|it| it.ess_tail),
        });
    }
}

/// What one draw says of each medium and pair, over all rows and in the user's units.
#[derive(Clone, Debug, Default)]
struct Totals {
    /// By medium: what it brought alone, what that earned, and what a little more would bring.
    own: Vec<f64>,
    earned: Vec<f64>,
    more: Vec<f64>,
    pair: Vec<f64>,
    pair_earned: Vec<f64>,
    all: f64,
}

pub(crate) fn contributions(
    question: &BayesQuestion,
    model: &Model,
    drawn: &Drawn,
    confidence: f64,
    mix: &mut Mix,
) {
    let mut work = Work::new(model);
    let parts = 1 + model.media.len() + model.setup.pairs.len();
    let mut over_time = vec![vec![0.0; model.weeks]; parts];
    let mut totals = Vec::new();
    for draw in thinned(drawn, DRAWS_SHOWN) {
        model.forward_from(draw, &mut work);
        totals.push(one_draw(question, model, &work, &mut over_time));
    }
    let n = totals.len() as f64;
    let names = std::iter::once("base".to_owned())
        .chain(model.setup.media.iter().cloned())
        .chain(model.setup.pairs.iter().map(|it| model.setup.pair_name(*it)));
    for (name, mut mean) in names.zip(over_time) {
        mean.iter_mut().for_each(|it| *it /= n);
        mix.contributions.push(Contribution { name, mean });
    }
    let of = |value: &dyn Fn(&Totals) -> f64| {
        interval(&totals.iter().map(value).collect::<Vec<f64>>(), confidence)
    };
    let outcome: f64 = question.outcome.iter().sum();
    for m in 0..model.media.len() {
        mix.media.push(medium(question, model, m, outcome, &of));
    }
    for (pair, (a, b)) in model.setup.pairs.iter().enumerate() {
        let at = model.values.len() + pair;
        let kappa: Vec<f64> = drawn.rows().map(|it| it[at]).collect();
        let found = interval(&kappa, confidence);
        let above = kappa.iter().filter(|it| 0.0 < **it).count() as f64 / kappa.len() as f64;
        mix.synergy.push(Synergy {
            media: [*a, *b].map(|it| model.setup.media[it].clone()),
            mean: Some(found.mean),
            sd: Some(found.sd),
            low: Some(found.low),
            high: Some(found.high),
            p: None,
            p_holm: None,
            contribution: Some(of(&|it| it.pair[pair]).mean),
            positive: Some(above),
            reason: None,
        });
    }
    let media = of(&|it| it.all);
    mix.base = Some(Interval {
        mean: outcome - media.mean,
        sd: media.sd,
        low: outcome - media.high,
        high: outcome - media.low,
    });
    if !model.setup.pairs.is_empty() {
        mix.leverage = Some(of(&|it| it.pair.iter().sum()));
    }
}

/// The interval of what each draw says.
type OverDraws<'a> = &'a dyn Fn(&dyn Fn(&Totals) -> f64) -> Interval;

fn medium(
    question: &BayesQuestion,
    model: &Model,
    m: usize,
    outcome: f64,
    of: OverDraws,
) -> Medium {
    let half = |pairs: &[f64]| -> f64 {
        let own = model.setup.pairs.iter().zip(pairs);
        0.5 * own.filter(|((a, b), _)| *a == m || *b == m).map(|it| it.1).sum::<f64>()
    };
    let columns = question.spend.unwrap_or(question.media);
    let spend: f64 = columns[m].values.iter().sum();
    let found = of(&|it| it.own[m] + half(&it.pair));
    let per_unit = of(&|it| (it.earned[m] + half(&it.pair_earned)) / spend);
    let more = of(&|it| it.more[m] / spend);
    let known = |value: f64| (0.0 < spend).then_some(value);
    Medium {
        name: model.setup.media[m].clone(),
        spend,
        contribution: found.mean,
        share: (0.0 < outcome).then(|| found.mean / outcome),
        per_unit: known(per_unit.mean),
        marginal_return: known(more.mean),
        contribution_sd: Some(found.sd),
        contribution_low: Some(found.low),
        contribution_high: Some(found.high),
        return_low: known(per_unit.low),
        return_high: known(per_unit.high),
        marginal_return_low: known(more.low),
        marginal_return_high: known(more.high),
        reason: None,
    }
}

/// Adds up the rows of one draw; `over_time` gets the parts of each week.
fn one_draw(
    question: &BayesQuestion,
    model: &Model,
    work: &Work,
    over_time: &mut [Vec<f64>],
) -> Totals {
    let (media, pairs) = (model.media.len(), model.setup.pairs.len());
    let mut totals = Totals {
        own: vec![0.0; media],
        earned: vec![0.0; media],
        more: vec![0.0; media],
        pair: vec![0.0; pairs],
        pair_earned: vec![0.0; pairs],
        all: 0.0,
    };
    let numbers = &work.numbers;
    for row in 0..model.outcome.len() {
        let (g, week) = (row / model.weeks, row % model.weeks);
        let unit = model.scales.size[g] * model.scales.scale;
        let value = question.value.map_or(1.0, |it| it[row]);
        let mut brought = 0.0;
        for m in 0..media {
            let effect = numbers.region_effect[g * media + m];
            let own = unit * effect * work.waves[m].level[row];
            brought += own;
            totals.own[m] += own;
            totals.earned[m] += value * own;
            over_time[1 + m][week] += own;
            // With the others as they were, all of each synergy moves with this medium.
            let mut pull = effect;
            for ((a, b), kappa) in model.setup.pairs.iter().zip(&numbers.synergy) {
                if *a == m || *b == m {
                    pull += kappa * work.waves[a + b - m].level[row];
                }
            }
            let carried = work.waves[m].carried[row];
            let growth = numbers.curve(m).at(carried).by_input * carried;
            totals.more[m] += value * unit * pull * growth;
        }
        for (pair, ((a, b), kappa)) in model.setup.pairs.iter().zip(&numbers.synergy).enumerate() {
            let both = unit * kappa * work.waves[*a].level[row] * work.waves[*b].level[row];
            brought += both;
            totals.pair[pair] += both;
            totals.pair_earned[pair] += value * both;
            over_time[1 + media + pair][week] += both;
        }
        totals.all += brought;
        let all = model.scales.size[g] * model.scales.shift + unit * work.expected[row];
        over_time[0][week] += all - brought;
    }
    totals
}

/// What the media bring per week in the long run, by weekly spend on each of them; regions share it
/// as they did.
pub(crate) struct LongRun {
    /// By medium: spend per week, over all regions.
    pub spend: Vec<f64>,
    /// By region, then by medium: the mean in the model's unit.
    mean: Vec<f64>,
    /// By region: what a unit of the model's outcome is.
    unit: Vec<f64>,
    pairs: Vec<(usize, usize)>,
    /// The draws.
    pub draws: Vec<super::density::Numbers>,
}

impl LongRun {
    pub fn new(question: &BayesQuestion, model: &Model, drawn: &Drawn, most: usize) -> LongRun {
        let (media, weeks) = (model.media.len(), model.weeks);
        let columns = question.spend.unwrap_or(question.media);
        let spend = columns.iter().map(|it| it.values.iter().sum::<f64>() / weeks as f64).collect();
        let mut mean = vec![0.0; model.regions() * media];
        for (m, medium) in model.media.iter().enumerate() {
            for (g, rows) in medium.chunks_exact(weeks).enumerate() {
                mean[g * media + m] = super::model::mean(rows);
            }
        }
        let mut work = Work::new(model);
        let numbers = |draw: &[f64]| {
            model.forward_from(draw, &mut work);
            work.numbers.clone()
        };
        LongRun {
            spend,
            mean,
            unit: model.scales.size.iter().map(|it| it * model.scales.scale).collect(),
            pairs: model.setup.pairs.clone(),
            draws: thinned(drawn, most).map(numbers).collect(),
        }
    }

    /// By region: the level that a medium reaches in one draw with this weekly spend.
    pub fn level(&self, draw: usize, g: usize, m: usize, spend: f64) -> f64 {
        let input = self.mean[g * self.spend.len() + m] * spend / self.spend[m];
        self.draws[draw].curve(m).at(input).level
    }

    /// By medium in one draw, each with half of its synergies.
    pub fn brought(&self, draw: usize, spend: &[f64]) -> Vec<f64> {
        let media = self.spend.len();
        let numbers = &self.draws[draw];
        let mut brought = vec![0.0; media];
        for (g, unit) in self.unit.iter().enumerate() {
            let levels: Vec<f64> =
                spend.iter().enumerate().map(|(m, it)| self.level(draw, g, m, *it)).collect();
            for m in 0..media {
                brought[m] += unit * numbers.region_effect[g * media + m] * levels[m];
            }
            for ((a, b), kappa) in self.pairs.iter().zip(&numbers.synergy) {
                let half = 0.5 * unit * kappa * levels[*a] * levels[*b];
                brought[*a] += half;
                brought[*b] += half;
            }
        }
        brought
    }

    pub fn pairs(&self) -> &[(usize, usize)] {
        &self.pairs
    }

    /// The mean of what one pair brings beyond its two media, on a grid of spends: rows by the
    /// first, columns by the second.
    pub fn together(&self, pair: usize, step: &[f64], cells: usize) -> Vec<f64> {
        let (a, b) = self.pairs[pair];
        let mut sums = vec![0.0; (cells + 1) * (cells + 1)];
        for draw in 0..self.draws.len() {
            for (g, unit) in self.unit.iter().enumerate() {
                let levels = |m: usize| -> Vec<f64> {
                    let of = |cell: usize| self.level(draw, g, m, cell as f64 * step[m]);
                    (0..=cells).map(of).collect()
                };
                let (first, second) = (levels(a), levels(b));
                let weight = unit * self.draws[draw].synergy[pair] / self.draws.len() as f64;
                for (row, level) in sums.chunks_exact_mut(cells + 1).zip(&first) {
                    let cells = row.iter_mut().zip(&second);
                    cells.for_each(|(sum, other)| *sum += weight * level * other);
                }
            }
        }
        sums
    }

    /// All of what depends on one medium: its own effect and its synergies.
    fn touched(&self, draw: usize, m: usize, spend: &[f64]) -> f64 {
        let mut without = spend.to_vec();
        without[m] = 0.0;
        let total = |spend: &[f64]| self.brought(draw, spend).iter().sum::<f64>();
        total(spend) - total(&without)
    }

    pub fn responses(&self, question: &BayesQuestion, confidence: f64, mix: &mut Mix) {
        const POINTS: u32 = 20;
        /// A little beyond what was seen, to show where that ends.
        const BEYOND: f64 = 1.25;
        let columns = question.spend.unwrap_or(question.media);
        for (m, column) in columns.iter().enumerate() {
            let most = BEYOND * self.largest(&column.values);
            let point = |step: u32| {
                let mut spend = self.spend.clone();
                spend[m] = most * f64::from(step) / f64::from(POINTS);
                let found: Vec<f64> =
                    (0..self.draws.len()).map(|draw| self.touched(draw, m, &spend)).collect();
                let found = interval(&found, confidence);
                let Interval { mean, low, high, .. } = found;
                ResponsePoint { spend: spend[m], expected: mean, low, high }
            };
            let points = (0..=POINTS).map(point).collect();
            let name = question.media[m].name.clone();
            mix.response.push(Response { name, points });
        }
    }

    /// The most that was spent in a week, over all regions.
    pub fn largest(&self, rows: &[f64]) -> f64 {
        let weeks = rows.len() / self.unit.len();
        let of = |week: usize| rows.iter().skip(week).step_by(weeks).sum::<f64>();
        (0..weeks).map(of).fold(0.0, f64::max)
    }
}
