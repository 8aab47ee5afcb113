//! What brought the outcome over time: areas on each other, or side by side where some are below 0.

use crate::axes::{Frame, Grid, frame_of_times, spread};
use crate::drawing::{Area, Drawing, Label, Paint, Step, baseline};
use crate::figure::{Axes, Axis, Contributions, Layer};
use crate::lines::line;
use crate::number::short;
use crate::scale::{drawable, padded, span};
use crate::text;
use crate::theme::{BACKGROUND, GREY, LABEL, MUTED, SMALL, TEXT, series, words};

/// A layer that goes further below zero than this share of the largest total is no area on others.
const BELOW_ZERO_MAX: f64 = 0.01;
const NAME_ROOM: f64 = 17.0;
/// More are not told apart.
const LAYERS_MAX: usize = 9;

pub(crate) fn contributions(sheet: &mut Drawing, area: Area, figure: &Contributions) {
    if figure.times.is_empty() || figure.series.is_empty() {
        return;
    }
    let figure = &Contributions { series: fewer(&figure.series, LAYERS_MAX), ..figure.clone() };
    match stacked_tops(figure) {
        Some(tops) => stacked(sheet, area, figure, &tops),
        None => side_by_side(sheet, area, figure),
    }
}

/// The first layer, the largest others, and the sum of the rest.
fn fewer(layers: &[Layer], most: usize) -> Vec<Layer> {
    let [base, others @ ..] = layers else { return Vec::new() };
    let size = |it: &Layer| it.values.iter().filter_map(|it| drawable(*it)).map(f64::abs).sum();
    let mut sizes: Vec<(usize, f64)> = others.iter().map(size).enumerate().collect();
    sizes.sort_by(|a, b| b.1.total_cmp(&a.1));
    let kept = if most < layers.len() { most.saturating_sub(2) } else { others.len() };
    let mut large: Vec<usize> = sizes.iter().take(kept).map(|it| it.0).collect();
    large.sort_unstable();
    let mut fewer = vec![base.clone()];
    fewer.extend(large.iter().map(|i| others[*i].clone()));
    let rest: Vec<&Layer> = sizes.iter().skip(kept).map(|it| &others[it.0]).collect();
    if !rest.is_empty() {
        let rows = rest.iter().map(|it| it.values.len()).max().unwrap_or(0);
        let sum = |row: usize| rest.iter().map(|it| value(it, row)).sum();
        let values = (0..rows).map(sum).collect();
        fewer.push(Layer { name: format!("{} others", rest.len()), values });
    }
    fewer
}

fn value(layer: &Layer, row: usize) -> f64 {
    layer.values.get(row).copied().and_then(drawable).unwrap_or(0.0)
}

/// The upper edge of each layer, if layers can stand on each other.
fn stacked_tops(figure: &Contributions) -> Option<Vec<Vec<f64>>> {
    let rows = figure.times.len();
    let mut tops: Vec<Vec<f64>> = Vec::new();
    let mut total = vec![0.0; rows];
    for layer in &figure.series {
        total = (0..rows).map(|row| total[row] + value(layer, row).max(0.0)).collect();
        tops.push(total.clone());
    }
    let largest = total.iter().copied().fold(0.0, f64::max);
    let values = figure.series.iter().flat_map(|it| &it.values);
    let lowest = values.copied().filter_map(drawable).fold(0.0, f64::min);
    (-lowest <= BELOW_ZERO_MAX * largest && largest.is_finite()).then_some(tops)
}

/// What would have been there anyway is grey; media have colours.
fn colour(i: usize) -> &'static str {
    if i == 0 { GREY } else { series(i - 1) }
}

fn stacked(sheet: &mut Drawing, area: Area, figure: &Contributions, tops: &[Vec<f64>]) {
    let observed = figure.observed.iter().flatten().copied();
    let highest = span(tops.iter().flatten().copied().chain(observed).chain([0.0]));
    let names: Vec<(String, String)> = figure
        .series
        .iter()
        .map(|it| (text::fitted(&it.name, area.width() * 0.2, LABEL, true), share(figure, it)))
        .collect();
    let widest = names
        .iter()
        .map(|it| text::width(&it.0, true) * LABEL + text::width(&it.1, false) * SMALL + 8.0)
        .fold(0.0, f64::max);
    let y_ends = padded((highest.0.min(0.0), highest.1.max(0.0)), 0.04);
    let frame = frame_of_times(sheet, area, &figure.axes, &figure.times, y_ends, widest + 14.0);
    let ground = vec![0.0; figure.times.len()];
    for (i, top) in tops.iter().enumerate().rev() {
        let below = if i == 0 { &ground } else { &tops[i - 1] };
        let steps = between(&frame, top, below);
        sheet.path(steps, Paint::fill(colour(i)).and_line(BACKGROUND, 0.5));
    }
    if let Some(observed) = &figure.observed {
        let points: Vec<(f64, f64)> = places(&frame, observed);
        sheet.path(line(&points), Paint::line(TEXT, 1.25));
    }
    // Names stand beside the middle of their layers at the end.
    let last = figure.times.len() - 1;
    let wanted: Vec<f64> = (0..tops.len())
        .map(|i| {
            let below = if i == 0 { 0.0 } else { tops[i - 1][last] };
            frame.y.at(0.5 * below + 0.5 * tops[i][last])
        })
        .collect();
    let within = (frame.plot.top + 6.0, frame.plot.bottom - 6.0);
    for (i, place) in spread(&wanted, NAME_ROOM, within).into_iter().enumerate() {
        let Some(place) = place else { continue };
        let from = (frame.plot.right + 1.0, wanted[i]);
        let to = (frame.plot.right + 9.0, place);
        sheet.line(from, to, Paint::line(colour(i), 1.25));
        let ink = if i == 0 { MUTED } else { words(colour(i)) };
        let (name, share) = &names[i];
        let label = Label::new((to.0 + 3.0, baseline(place, LABEL)), name).bold().colour(ink);
        let right = label.area().right + 6.0;
        sheet.label(label);
        sheet.label(Label::new((right, baseline(place, SMALL)), share).small().colour(MUTED));
    }
}

/// Of all that was brought.
fn share(figure: &Contributions, layer: &Layer) -> String {
    let sum = |it: &Layer| it.values.iter().copied().filter_map(drawable).sum::<f64>();
    let all: f64 = figure.series.iter().map(sum).sum();
    match 0.0 < all && all.is_finite() {
        true => format!("{} %", short((sum(layer) / all * 1_000.0).round() / 10.0)),
        false => String::new(),
    }
}

fn places(frame: &Frame, values: &[f64]) -> Vec<(f64, f64)> {
    let place =
        |(row, value): (usize, &f64)| Some((frame.x.at(row as f64), frame.y.at(drawable(*value)?)));
    values.iter().enumerate().filter_map(place).collect()
}

fn between(frame: &Frame, top: &[f64], below: &[f64]) -> Vec<Step> {
    let mut around = places(frame, top);
    around.extend(places(frame, below).into_iter().rev());
    let mut steps = line(&around);
    steps.push(Step::Close);
    steps
}

/// One panel for each layer; all but the first have the same height for the same number.
fn side_by_side(sheet: &mut Drawing, area: Area, figure: &Contributions) {
    let columns = (figure.series.len() as f64).sqrt().ceil() as usize;
    let grid = Grid::new(area, figure.series.len(), columns);
    let figure = &Contributions { series: fewer(&figure.series, grid.room()), ..figure.clone() };
    // What would have been there anyway would make all else flat, so it has a scale of its own.
    let ends = |layers: &[Layer]| {
        let (low, high) = span(layers.iter().flat_map(|it| &it.values).copied().chain([0.0]));
        padded((low.min(0.0), high.max(0.0)), 0.05)
    };
    let seen = figure.observed.iter().map(|it| Layer { name: String::new(), values: it.clone() });
    let base: Vec<Layer> = figure.series.iter().take(1).cloned().chain(seen).collect();
    let (base, others) = (ends(&base), ends(&figure.series[1..]));
    for (i, layer) in figure.series.iter().enumerate() {
        let panel = grid.panel(i);
        let ink = if i == 0 { MUTED } else { words(colour(i)) };
        let label = Label::new((panel.left, panel.top + 12.0), &layer.name).bold().colour(ink);
        sheet.label(label.within(panel.width()));
        let bare = |axis: &Axis| Axis { label: String::new(), unit: None, ..axis.clone() };
        let y = if i == 0 { figure.axes.y.clone() } else { bare(&figure.axes.y) };
        let inner = panel.inset(0.0, if i == 0 { 18.0 } else { 29.0 }, 4.0, 0.0);
        let axes = Axes { x: bare(&figure.axes.x), y };
        let frame = frame_of_times(
            sheet,
            inner,
            &axes,
            &figure.times,
            if i == 0 { base } else { others },
            0.0,
        );
        let ground = vec![0.0; layer.values.len()];
        sheet.path(between(&frame, &layer.values, &ground), Paint::fill(colour(i)));
        if let (0, Some(observed)) = (i, &figure.observed) {
            sheet.path(line(&places(&frame, observed)), Paint::line(TEXT, 1.25));
        }
    }
}
