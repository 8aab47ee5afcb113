//! A first look at the data: about how well they tell each member of a group, by least squares with
//! ordinary curves.
//!
//! Only the sampler's coordinates depend on it (see the groups of [`super::density`]), and not the
//! posterior: a poor look costs time and nothing else.

use super::Saturation;
use super::curves::{Curve, Wave};
use super::layout::Told;
use super::model::{Model, mean};
use super::prior::Prior;
use crate::mix::least_squares::least_squares;

/// Rows beyond the number of columns, below which errors mean nothing.
const FREE_MIN: usize = 5;

pub(crate) fn look(model: &mut Model) {
    let Some(seen) = seen(model) else { return };
    let media = model.media.len();
    let controls = model.controls.len();
    for group in &mut model.groups {
        for (member, told) in group.members.iter().zip(&mut group.told) {
            let place = |range: &std::ops::Range<usize>| {
                range.contains(member).then(|| member - range.start)
            };
            *told = if let Some(pair) = place(&model.slots.pair) {
                seen.pair[pair]
            } else if let Some(at) = place(&model.slots.deviation) {
                // The logarithm of an effect: its relative error.
                let effect = seen.effect[at % media].max(0.0);
                Told { mean: 0.0, precision: effect * effect * seen.moves[at] }
            } else if let Some(at) = place(&model.slots.control_region) {
                Told { mean: seen.control[at % controls], precision: seen.control_moves[at] }
            } else if let Some(g) = place(&model.slots.region) {
                let rows = g * model.weeks..(g + 1) * model.weeks;
                Told {
                    mean: mean(&model.outcome[rows]),
                    precision: model.weeks as f64 * seen.weight,
                }
            } else {
                Told::default()
            };
            if !(told.mean.is_finite() && told.precision.is_finite()) {
                *told = Told::default();
            }
        }
    }
}

struct Seen {
    /// 1 over the variance of a row.
    weight: f64,
    control: Vec<f64>,
    effect: Vec<f64>,
    pair: Vec<Told>,
    /// By region, then by medium (or control): squared distances from the region's mean, over the
    /// variance of a row.
    moves: Vec<f64>,
    control_moves: Vec<f64>,
}

/// `None` where there are no groups, or too few rows.
fn seen(model: &Model) -> Option<Seen> {
    if model.groups.is_empty() {
        return None;
    }
    let levels: Vec<Vec<f64>> = (0..model.media.len()).map(|m| level(model, m)).collect();
    let both = |(a, b): &(usize, usize)| {
        levels[*a].iter().zip(&levels[*b]).map(|(a, b)| a * b).collect::<Vec<f64>>()
    };
    let pairs: Vec<Vec<f64>> = model.setup.pairs.iter().map(both).collect();
    let asked: Vec<&Vec<f64>> = model.controls.iter().chain(&levels).chain(&pairs).collect();
    let mut columns = Vec::new();
    // Of the columns, those that the outcome is explained by and nobody asks about.
    if model.regions() == 1 {
        columns.extend(over_time(model));
    }
    let around = columns.len();
    let mut place: Vec<usize> = Vec::new();
    for (at, column) in asked.iter().enumerate() {
        columns.push(within(model, column, true));
        place.push(at);
    }
    let outcome = within(model, &model.outcome, true);
    // One that others make up tells nothing of its own.
    let solution = loop {
        match least_squares(&columns, &outcome) {
            Ok(solution) => break solution,
            Err(dependent) => {
                columns.remove(dependent.column);
                if around <= dependent.column {
                    place.remove(dependent.column - around);
                }
            }
        }
        if columns.len() <= around {
            return None;
        }
    };
    let taken = match model.regions() {
        1 => 0,
        regions => regions + if 1 < model.setup.knots { model.weeks } else { 0 },
    };
    let free = outcome.len().checked_sub(columns.len() + taken).filter(|it| FREE_MIN <= *it)?;
    let variance = solution.squares / free as f64;
    let weight = 1.0 / variance;
    let mut told = vec![Told::default(); asked.len()];
    for (i, at) in place.iter().enumerate() {
        let mut unit = vec![0.0; columns.len()];
        unit[around + i] = 1.0;
        told[*at] = Told {
            mean: solution.coefficients[around + i],
            precision: weight / solution.variance(&unit),
        };
    }
    let (controls, rest) = told.split_at(model.controls.len());
    let (media, pair) = rest.split_at(model.media.len());
    Some(Seen {
        weight,
        control: controls.iter().map(|it| it.mean).collect(),
        effect: media.iter().map(|it| it.mean).collect(),
        pair: pair.to_vec(),
        moves: moves(model, &levels, weight),
        control_moves: moves(model, &model.controls, weight),
    })
}

/// A medium's level with a curve as it may well be, or as it is known to be.
fn level(model: &Model, m: usize) -> Vec<f64> {
    let known = |slots: &std::ops::Range<usize>, ordinary: f64| match slots.is_empty() {
        true => ordinary,
        false => match model.values[slots.start + m].prior {
            Some(Prior::Fixed { value }) => value,
            _ => ordinary,
        },
    };
    let ordinary = match model.setup.saturation {
        Saturation::Logistic => 3.0,
        Saturation::Hill => 0.7,
    };
    let curve = Curve {
        saturation: model.setup.saturation,
        shape: known(&model.slots.shape, ordinary),
        slope: known(&model.slots.slope, 1.0),
    };
    let mut wave = Wave::new(model.outcome.len());
    wave.fill(&model.media[m], model.weeks, model.lags, known(&model.slots.alpha, 0.3), curve);
    wave.level
}

/// A column less its mean in each region and, where regions share a level that moves over time, less
/// its mean in each week; all 0 where nothing but rounding is left.
fn within(model: &Model, column: &[f64], time: bool) -> Vec<f64> {
    const ROUNDING: f64 = 1e-9;
    let mut left = column.to_vec();
    if model.regions() == 1 {
        return left;
    }
    for region in left.chunks_exact_mut(model.weeks) {
        let middle = mean(region);
        region.iter_mut().for_each(|it| *it -= middle);
    }
    if time && 1 < model.setup.knots {
        for week in 0..model.weeks {
            let of_week = left.iter().skip(week).step_by(model.weeks);
            let middle = of_week.sum::<f64>() / model.regions() as f64;
            let of_week = left.iter_mut().skip(week).step_by(model.weeks);
            of_week.for_each(|it| *it -= middle);
        }
    }
    let size = |values: &[f64]| values.iter().map(|it| it * it).sum::<f64>().sqrt();
    if size(&left) <= ROUNDING * size(column) {
        left.fill(0.0);
    }
    left
}

/// The level of a single series: the weight of each knot by week, or a constant.
fn over_time(model: &Model) -> Vec<Vec<f64>> {
    if model.knots.place.is_empty() {
        return vec![vec![1.0; model.weeks]];
    }
    let mut columns = vec![vec![0.0; model.weeks]; model.setup.knots];
    for (week, (knot, weight)) in model.knots.place.iter().enumerate() {
        columns[*knot][week] = *weight;
        if let Some(next) = columns.get_mut(knot + 1) {
            next[week] = 1.0 - weight;
        }
    }
    columns
}

fn moves(model: &Model, columns: &[Vec<f64>], weight: f64) -> Vec<f64> {
    let mut moves = vec![0.0; model.regions() * columns.len()];
    for (i, column) in columns.iter().enumerate() {
        let column = within(model, column, false);
        for (g, region) in column.chunks_exact(model.weeks).enumerate() {
            let squares: f64 = region.iter().map(|it| it * it).sum();
            moves[g * columns.len() + i] = weight * squares;
        }
    }
    moves
}
