//! Leverage: the parts and the whole as steps, and every set of channels as a lattice.

use crate::axes::LINE;
use crate::drawing::{Anchor, Area, Drawing, Label, Paint, baseline};
use crate::figure::{ChannelSet, LeverageLattice, Value};
use crate::number::{short, tick_labels, with_interval};
use crate::scale::{Scale, drawable, padded, span};
use crate::steps::steps;
use crate::text;
use crate::theme::{ACCENT, AXIS, BACKGROUND, GREY, GRID, MUTED, NAVY, PALE, SMALL, TEXT, series};

/// More channels have a lattice that nobody can read.
pub(crate) const LATTICE_CHANNELS_MAX: usize = 4;
/// The height of the lowest node, which is the ground.
const GROUND: f64 = 24.0;
/// Of the width, for the steps.
const STEPS_SHARE: f64 = 0.47;
const BETWEEN: f64 = 32.0;

pub(crate) fn leverage_lattice(sheet: &mut Drawing, area: Area, figure: &LeverageLattice) {
    let width = (area.width() - BETWEEN) * STEPS_SHARE;
    let left = Area { right: area.left + width, ..area };
    let right = Area { left: left.right + BETWEEN, ..area };
    heading(sheet, left, "The parts, and the whole");
    steps(sheet, left.inset(0.0, 24.0, 0.0, 0.0), figure);
    if figure.channels.len() <= LATTICE_CHANNELS_MAX {
        heading(sheet, right, "What each set of channels brings");
        lattice(sheet, right.inset(0.0, 24.0, 0.0, 0.0), figure);
    } else {
        forest(sheet, right, figure);
    }
}

fn heading(sheet: &mut Drawing, area: Area, text: &str) {
    let label = Label::new((area.left, area.top + 12.0), text).bold();
    sheet.label(label.within(area.width()));
}

/// Marks below a panel whose numbers go across, with a faint line up from each.
pub(crate) fn ticks_across(sheet: &mut Drawing, plot: Area, scale: &Scale, title: &str) {
    let ticks = scale.ticks((plot.width() / 62.0).max(2.0) as usize);
    for (tick, label) in ticks.iter().zip(tick_labels(&ticks, false)) {
        let x = scale.at(*tick);
        let colour = if *tick == 0.0 { AXIS } else { GRID };
        sheet.line((x, plot.top), (x, plot.bottom), Paint::line(colour, 1.0));
        let label = Label::new((x, plot.bottom + LINE - 2.0), label).small().colour(MUTED);
        sheet.label(label.anchor(Anchor::Middle));
    }
    let at = ((plot.left + plot.right) / 2.0, plot.bottom + 2.0 * LINE - 2.0);
    let room = 2.0 * (at.0 - 8.0).min(sheet.width - 8.0 - at.0).min(plot.width() * 0.75);
    let label = Label::new(at, title).small().colour(MUTED).within(room);
    sheet.label(label.anchor(Anchor::Middle));
}

/// One node of the lattice: which channels, and what they bring together.
struct Node {
    channels: Vec<usize>,
    value: Value,
    /// What its channels bring one by one, added up.
    parts: Option<f64>,
    /// Whether what is beyond the parts is surely above or below zero; known of pairs and the whole.
    stressed: bool,
}

fn nodes(figure: &LeverageLattice) -> Vec<Node> {
    let part = |i: usize| figure.parts.get(i).cloned().unwrap_or_default();
    let singles = (0..figure.channels.len()).map(|i| Node {
        channels: vec![i],
        value: part(i),
        parts: None,
        stressed: false,
    });
    let together = |set: &ChannelSet| {
        let parts: Option<Vec<f64>> = set.channels.iter().map(|i| part(*i).known()).collect();
        Node {
            channels: set.channels.clone(),
            value: set.value.clone(),
            parts: parts.map(|parts| parts.iter().sum()),
            stressed: match set.channels.len() {
                size if size == figure.channels.len() => is_sure(&figure.leverage),
                2 => is_sure(&set.dividend),
                _ => false,
            },
        }
    };
    singles.chain(figure.sets.iter().map(together)).collect()
}

fn lattice(sheet: &mut Drawing, area: Area, figure: &LeverageLattice) {
    let nodes = nodes(figure);
    let count = figure.channels.len();
    let widest = (0..=count).map(|size| level(&nodes, size).len()).max().unwrap_or(1).max(1);
    let pitch = ((area.height() - GROUND) / count.max(1) as f64).min(130.0);
    let used = pitch * count as f64 + GROUND;
    let area = area.inset(0.0, (area.height() - used) / 3.0, 0.0, 0.0);
    let width = ((area.width() + 8.0) / widest as f64 - 8.0).clamp(24.0, 112.0);
    let height = (pitch - 16.0).clamp(20.0, 62.0);
    let numbers = nodes.iter().flat_map(|it| it.value.numbers().chain(it.parts));
    let ends = padded(span(numbers.chain([0.0])), 0.05);
    // From the whole at the top down to the single channels, and nothing at the bottom.
    let row = |size: usize| area.top + (count - size.min(count)) as f64 * pitch;
    let mut placed: Vec<(Vec<usize>, f64, f64)> = Vec::new();
    for size in (1..=count).rev() {
        let members = level(&nodes, size);
        for (i, node) in members.iter().enumerate() {
            placed.push((node.channels.clone(), center(area, width, members.len(), i), row(size)));
        }
    }
    let middle = (area.left + area.right) / 2.0;
    for (channels, x, y) in &placed {
        let below: Vec<(f64, f64)> = match channels.len() {
            1 => vec![(middle, row(0))],
            size => placed
                .iter()
                .filter(|it| {
                    it.0.len() + 1 == size && it.0.iter().all(|channel| channels.contains(channel))
                })
                .map(|it| (it.1, it.2))
                .collect(),
        };
        for to in below {
            sheet.line((*x, y + height), to, Paint::line(GREY, 1.0));
        }
    }
    for node in &nodes {
        let Some((_, x, y)) = placed.iter().find(|it| it.0 == node.channels) else { continue };
        let left = x - width / 2.0;
        let at = Area { left, top: *y, right: left + width, bottom: y + height };
        draw_node(sheet, at, node, count, ends);
    }
    ground(sheet, (middle, row(0)), &figure.baseline);
}

fn level(nodes: &[Node], size: usize) -> Vec<&Node> {
    nodes.iter().filter(|it| it.channels.len() == size).collect()
}

fn center(area: Area, width: f64, count: usize, i: usize) -> f64 {
    let gap = ((area.width() - width * count as f64) / count as f64).min(width * 0.6);
    let middle = (area.left + area.right) / 2.0;
    middle + (i as f64 - (count as f64 - 1.0) / 2.0) * (width + gap)
}

fn draw_node(sheet: &mut Drawing, at: Area, node: &Node, count: usize, ends: (f64, f64)) {
    let whole = node.channels.len() == count;
    let edge = if whole { NAVY } else { GREY };
    let paint = Paint::fill(BACKGROUND).and_line(edge, if whole { 1.75 } else { 1.0 });
    sheet.rounded(at, 5.0, paint);
    let middle = (at.left + at.right) / 2.0;
    let apart = (at.width() / (count as f64 + 0.5)).min(12.0);
    for channel in 0..count {
        let x = middle + (channel as f64 - (count as f64 - 1.0) / 2.0) * apart;
        let paint = match node.channels.contains(&channel) {
            true => Paint::fill(series(channel)),
            false => Paint::fill(PALE).and_line(GREY, 0.75),
        };
        sheet.circle((x, at.top + 10.0), (apart * 0.36).min(4.0), paint);
    }
    let scale = Scale::new(ends, (at.left + 8.0, at.right - 8.0));
    let tall = 44.0 <= at.height();
    let y = if tall { at.top + at.height() * 0.5 } else { at.bottom - 8.0 };
    let zero = scale.at(0.0);
    sheet.line((zero, y - 6.0), (zero, y + 6.0), Paint::line(GREY, 1.0));
    let known = node.value.known().and_then(drawable);
    match known {
        Some(estimate) => {
            let drawn = node.value.ends().map(|(low, high)| (scale.at(low), scale.at(high)));
            let colour = match node.channels.as_slice() {
                [only] => series(*only),
                _ if node.stressed => ACCENT,
                _ => NAVY,
            };
            small_interval(sheet, y, drawn, scale.at(estimate), colour);
            if let Some(parts) = node.parts.and_then(drawable) {
                let x = scale.at(parts);
                sheet.line((x, y - 7.0), (x, y + 7.0), Paint::line(TEXT, 1.75));
            }
        }
        None => sheet.hollow((zero, y)),
    }
    if tall {
        let text = told(&node.value).0;
        let label = Label::new((middle, at.bottom - 6.0), text).small().anchor(Anchor::Middle);
        let label = if whole { label.bold() } else { label };
        let label = if known.is_none() { label.colour(MUTED) } else { label };
        sheet.label(label.within(at.width() - 4.0));
    }
}

fn small_interval(
    sheet: &mut Drawing,
    y: f64,
    ends: Option<(f64, f64)>,
    at: f64,
    colour: &'static str,
) {
    if let Some((low, high)) = ends {
        sheet.line((low, y), (high, y), Paint::line(colour, 3.0).opacity(0.55));
    }
    sheet.circle((at, y), 2.75, Paint::fill(colour));
}

/// Whether the interval leaves out zero.
fn is_sure(value: &Value) -> bool {
    value.ends().is_some_and(|(low, high)| 0.0 < low || high < 0.0)
}

fn ground(sheet: &mut Drawing, (x, y): (f64, f64), without: &Value) {
    let text = match without.known() {
        Some(mean) => format!("no channel: {}", short(mean)),
        None => "no channel".to_owned(),
    };
    let width = text::width(&text, false) * SMALL + 20.0;
    let area = Area { left: x - width / 2.0, top: y, right: x + width / 2.0, bottom: y + GROUND };
    sheet.rounded(area, 5.0, Paint::fill(PALE).and_line(GREY, 1.0));
    let at = (x, baseline(y + GROUND / 2.0, SMALL));
    sheet.label(Label::new(at, text).small().colour(MUTED).anchor(Anchor::Middle));
}

/// What pairs add to their parts, largest first: as many as there is room for.
fn forest(sheet: &mut Drawing, area: Area, figure: &LeverageLattice) {
    const ROW: f64 = 19.0;
    let pairs: Vec<&ChannelSet> = figure.sets.iter().filter(|it| it.channels.len() == 2).collect();
    let plot = area.inset(0.0, 26.0, 0.0, 2.0 * LINE);
    let room = (plot.height() / ROW).floor().max(1.0) as usize;
    let size = |it: &&ChannelSet| it.dividend.known().map_or(-1.0, f64::abs);
    let mut shown = pairs.clone();
    shown.sort_by(|a, b| size(b).total_cmp(&size(a)));
    shown.truncate(room);
    let estimate = |it: &&ChannelSet| it.dividend.known().unwrap_or(f64::MIN);
    shown.sort_by(|a, b| estimate(b).total_cmp(&estimate(a)));
    heading(
        sheet,
        area,
        &match shown.len() < pairs.len() {
            true => format!("What pairs add: the {} largest of {}", shown.len(), pairs.len()),
            false => "What pairs add to their parts".to_owned(),
        },
    );
    let name = |set: &ChannelSet| {
        let names = set.channels.iter().filter_map(|i| figure.channels.get(*i));
        names.map(String::as_str).collect::<Vec<&str>>().join(" + ")
    };
    let names: Vec<String> = shown
        .iter()
        .map(|set| text::fitted(&name(set), area.width() * 0.42, SMALL, false))
        .collect();
    let widest = names.iter().map(|it| text::width(it, false) * SMALL).fold(0.0, f64::max);
    let plot = plot.inset(widest + 12.0, 0.0, 8.0, 0.0);
    let numbers = shown.iter().flat_map(|it| it.dividend.numbers()).chain([0.0]);
    let scale = Scale::new(padded(span(numbers), 0.05), (plot.left, plot.right));
    let pitch = plot.height() / shown.len().max(1) as f64;
    let pitch = pitch.min(30.0);
    let plot = Area { bottom: plot.top + pitch * shown.len() as f64, ..plot };
    ticks_across(sheet, plot, &scale, "beyond the two alone, added up");
    for (i, (set, name)) in shown.iter().zip(names).enumerate() {
        let y = plot.top + (i as f64 + 0.5) * pitch;
        let at = (plot.left - 8.0, baseline(y, SMALL));
        sheet.label(Label::new(at, name).small().anchor(Anchor::End));
        let Some(estimate) = set.dividend.known().and_then(drawable) else {
            sheet.hollow((scale.at(0.0), y));
            continue;
        };
        let ends = set.dividend.ends();
        let drawn = ends.map(|(low, high)| (scale.at(low), scale.at(high)));
        sheet.interval(
            y,
            drawn,
            scale.at(estimate),
            if is_sure(&set.dividend) { ACCENT } else { NAVY },
        );
    }
}

/// The number in words, or that there is none.
pub(crate) fn told(value: &Value) -> (String, Option<String>) {
    match value.known() {
        Some(estimate) => with_interval(estimate, value.ends(), false),
        None => ("not known".to_owned(), None),
    }
}
