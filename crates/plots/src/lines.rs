//! Lines with bands: response curves, survival and power.

use crate::axes::{Frame, Grid, frame, spread};
use crate::drawing::{Anchor, Area, Drawing, Label, Paint, Step, baseline};
use crate::figure::{
    AliveSurvival, Axes, Axis, Curve, Point, PowerCurve, QiniCurve, ResponseCurves,
};
use crate::number::{short, tick_labels};
use crate::scale::{drawable, padded, span};
use crate::text;
use crate::theme::{ACCENT, AXIS, BACKGROUND, LABEL, MUTED, NAVY, SMALL, TEXT, series, words};

/// Of a panel's width, for the names of curves.
const NAMES_SHARE: f64 = 0.30;
/// From one name to the next.
const NAME_ROOM: f64 = 16.0;
/// Between panels side by side.
const BETWEEN: f64 = 28.0;

pub(crate) fn response_curves(sheet: &mut Drawing, area: Area, figure: &ResponseCurves) {
    let count = figure.series.len();
    let columns = match count {
        0..=3 => count,
        4 => 2,
        5..=9 => 3,
        _ => 4,
    };
    let grid = Grid::new(area, count, columns);
    let shown = &figure.series[..count.min(grid.room())];
    let y_ends = y_ends(shown, false);
    for (i, curve) in shown.iter().enumerate() {
        let panel = grid.panel(i);
        let at = (panel.left, panel.top + 12.0);
        let name = match i + 1 == shown.len() && shown.len() < count {
            true => format!("{} (not shown: {} more)", curve.name, count - shown.len()),
            false => curve.name.clone(),
        };
        sheet.label(Label::new(at, name).bold().within(panel.width()).colour(TEXT));
        let axes = Axes {
            x: if grid.is_lowest(i, count) { figure.axes.x.clone() } else { bare(&figure.axes.x) },
            y: if grid.is_leftmost(i) { figure.axes.y.clone() } else { bare(&figure.axes.y) },
        };
        // What is left out of an axis is left free, so that panels are alike.
        let above = if axes.y.label.is_empty() { 31.0 } else { 20.0 };
        let below = if axes.x.label.is_empty() { 11.0 } else { 0.0 };
        let inner = panel.inset(0.0, above, 6.0, below);
        let frame = frame(sheet, inner, &axes, x_ends(std::slice::from_ref(curve)), y_ends, 0.0);
        draw_curve(sheet, &frame, curve, NAVY);
        mark(sheet, &frame, curve);
    }
}

fn bare(axis: &Axis) -> Axis {
    Axis { label: String::new(), unit: None, ..axis.clone() }
}

fn numbers(point: &Point) -> impl Iterator<Item = f64> {
    [Some(point.y), point.low, point.high].into_iter().flatten()
}

fn x_ends(curves: &[Curve]) -> (f64, f64) {
    let marks = curves.iter().filter_map(|it| it.mark.as_ref()).map(|it| it.x);
    span(curves.iter().flat_map(|it| &it.points).map(|it| it.x).chain(marks))
}

/// Zero belongs to the axis if `with_zero`, or if the numbers begin near it.
fn y_ends(curves: &[Curve], with_zero: bool) -> (f64, f64) {
    let (low, high) = span(curves.iter().flat_map(|it| &it.points).flat_map(numbers));
    let near = 0.0 < low && low < 0.5 * high;
    padded(if with_zero || near { (low.min(0.0), high.max(0.0)) } else { (low, high) }, 0.05)
}

/// Only what can be drawn, in places.
fn places(frame: &Frame, curve: &Curve, of: impl Fn(&Point) -> Option<f64>) -> Vec<(f64, f64)> {
    let place = |point: &Point| {
        let (x, y) = (drawable(point.x)?, drawable(of(point)?)?);
        Some((frame.x.at(x), frame.y.at(y)))
    };
    curve.points.iter().filter_map(place).collect()
}

fn draw_curve(sheet: &mut Drawing, frame: &Frame, curve: &Curve, colour: &'static str) {
    let low = places(frame, curve, |it| it.low);
    let high = places(frame, curve, |it| it.high);
    if 1 < high.len() && 1 < low.len() {
        let mut steps = smooth(&high);
        let back: Vec<(f64, f64)> = low.into_iter().rev().collect();
        steps.extend(smooth(&back).into_iter().map(|step| match step {
            Step::Move(to) => Step::Line(to),
            other => other,
        }));
        steps.push(Step::Close);
        sheet.path(steps, Paint::fill(colour).opacity(0.16));
    }
    let points = places(frame, curve, |it| Some(it.y));
    match points.as_slice() {
        [] => {}
        [only] => sheet.circle(*only, 4.0, Paint::fill(colour)),
        points => sheet.path(smooth(points), Paint::line(colour, 2.25)),
    }
}

pub(crate) fn line(points: &[(f64, f64)]) -> Vec<Step> {
    let step =
        |(i, at): (usize, &(f64, f64))| if i == 0 { Step::Move(*at) } else { Step::Line(*at) };
    points.iter().enumerate().map(step).collect()
}

/// A curve through the points that never goes beyond two that follow each other: slopes by Fritsch
/// and Carlson (1980, SIAM Journal on Numerical Analysis 17(2)), limited by the harmonic mean.
fn smooth(points: &[(f64, f64)]) -> Vec<Step> {
    let slope = |i: usize| {
        let ((x, y), (next_x, next_y)) = (points[i], points[i + 1]);
        if x == next_x { 0.0 } else { (next_y - y) / (next_x - x) }
    };
    let tangent = |i: usize| match i {
        0 => slope(0),
        i if i + 1 == points.len() => slope(i - 1),
        i => match (slope(i - 1), slope(i)) {
            (a, b) if a * b <= 0.0 => 0.0,
            (a, b) => 2.0 / (1.0 / a + 1.0 / b),
        },
    };
    if points.len() < 3 {
        return line(points);
    }
    let mut steps = vec![Step::Move(points[0])];
    for i in 0..points.len() - 1 {
        let ((x, y), (next_x, next_y)) = (points[i], points[i + 1]);
        let third = (next_x - x) / 3.0;
        let before = (x + third, y + third * tangent(i));
        let after = (next_x - third, next_y - third * tangent(i + 1));
        steps.push(Step::Curve(before, after, points[i + 1]));
    }
    steps
}

/// The height of the curve at `x`, between its points.
fn height_at(curve: &Curve, x: f64) -> Option<f64> {
    let points = &curve.points;
    let after = points.iter().position(|it| x <= it.x)?;
    let (b, a) = (points.get(after)?, points.get(after.saturating_sub(1))?);
    let share = if a.x < b.x { (x - a.x) / (b.x - a.x) } else { 1.0 };
    drawable(a.y + share * (b.y - a.y))
}

/// A dot on the curve, and a line down to the axis with its name.
fn mark(sheet: &mut Drawing, frame: &Frame, curve: &Curve) {
    let Some(mark) = &curve.mark else { return };
    let (Some(x), Some(y)) = (drawable(mark.x), height_at(curve, mark.x)) else { return };
    let (at, y) = (frame.x.at(x), frame.y.at(y));
    sheet.line((at, y), (at, frame.plot.bottom), Paint::line(ACCENT, 1.25).dashed(3.0, 3.0));
    sheet.circle((at, y), 5.0, Paint::fill(ACCENT).and_line(BACKGROUND, 1.5));
    let text = format!("{} {}", mark.label, short(x));
    let beside = |right: bool| {
        let (x, anchor) = if right { (at + 6.0, Anchor::Start) } else { (at - 6.0, Anchor::End) };
        let label = Label::new((x, frame.plot.bottom - 7.0), &text).small().colour(ACCENT);
        label.anchor(anchor).halo()
    };
    let inside = |label: &Label| {
        frame.plot.left <= label.area().left && label.area().right <= frame.plot.right + 4.0
    };
    if let Some(label) = [beside(true), beside(false)].into_iter().find(inside) {
        sheet.label(label);
    }
}

/// The room at the right for the names of curves, and their cut names.
fn named(area: Area, curves: &[Curve]) -> (f64, Vec<String>) {
    let most = area.width() * NAMES_SHARE;
    let names: Vec<String> =
        curves.iter().map(|it| text::fitted(&it.name, most, LABEL, true)).collect();
    let widest = names.iter().map(|it| text::width(it, true) * LABEL).fold(0.0, f64::max);
    (widest + 14.0, names)
}

/// Names beside the right ends of their curves.
fn label_ends(
    sheet: &mut Drawing,
    frame: &Frame,
    curves: &[Curve],
    names: Vec<String>,
    colours: &[&'static str],
) {
    let end = |curve: &Curve| places(frame, curve, |it| Some(it.y)).last().copied();
    let ends: Vec<(f64, f64)> =
        curves.iter().map(|it| end(it).unwrap_or((frame.plot.right, frame.plot.bottom))).collect();
    let wanted: Vec<f64> = ends.iter().map(|it| it.1).collect();
    let within = (frame.plot.top + 6.0, frame.plot.bottom - 6.0);
    for ((place, name), (at, colour)) in
        spread(&wanted, NAME_ROOM, within).into_iter().zip(names).zip(ends.iter().zip(colours))
    {
        let Some(place) = place else { continue };
        if 3.0 < (place - at.1).abs() {
            let from = (at.0 + 2.0, at.1);
            sheet.line(
                from,
                (frame.plot.right + 9.0, place),
                Paint::line(colour, 1.0).opacity(0.6),
            );
        }
        let at = (frame.plot.right + 12.0, baseline(place, LABEL));
        sheet.label(Label::new(at, name).bold().colour(words(colour)));
    }
}

pub(crate) fn alive_survival(sheet: &mut Drawing, area: Area, figure: &AliveSurvival) {
    let both = !figure.purchases.is_empty();
    let width = if both { (area.width() - BETWEEN) / 2.0 } else { area.width() };
    let colours: Vec<&'static str> = (0..figure.series.len()).map(series).collect();
    let left = Area { right: area.left + width, ..area };
    let right = Area { left: area.right - width, ..area };
    let panels =
        [(left, &figure.axes, &figure.series), (right, &figure.purchases_axes, &figure.purchases)];
    for (i, (panel, axes, curves)) in panels.into_iter().enumerate() {
        if curves.is_empty() {
            continue;
        }
        let (_, high) = y_ends(curves, true);
        let y_ends = if axes.y.percent { (0.0, 1.0) } else { (0.0, high) };
        // The curves have the same names and colours in both; the first panel says them.
        let named_here = i == 0;
        let (room, names) = named(panel, curves);
        let right = if named_here { room } else { 0.0 };
        let frame = frame(sheet, panel, axes, x_ends(curves), y_ends, right);
        for (curve, colour) in curves.iter().zip(&colours) {
            draw_curve(sheet, &frame, curve, colour);
        }
        if named_here {
            label_ends(sheet, &frame, curves, names, &colours);
        }
    }
}

pub(crate) fn qini_curve(sheet: &mut Drawing, area: Area, figure: &QiniCurve) {
    let curves = &figure.series;
    let colours: Vec<&'static str> =
        (0..curves.len()).map(|i| if i == 0 { ACCENT } else { series(i - 1) }).collect();
    let (room, names) = named(area, curves);
    let frame = frame(sheet, area, &figure.axes, x_ends(curves), y_ends(curves, true), room);
    // The order that is asked about lies over the others.
    for (curve, colour) in curves.iter().zip(&colours).rev() {
        draw_curve(sheet, &frame, curve, colour);
    }
    label_ends(sheet, &frame, curves, names, &colours);
}

pub(crate) fn power_curve(sheet: &mut Drawing, area: Area, figure: &PowerCurve) {
    let colours: Vec<&'static str> =
        (0..figure.series.len()).map(|i| if i == 0 { ACCENT } else { series(i - 1) }).collect();
    let wanted = figure.wanted.as_ref().and_then(|it| Some((drawable(it.y)?, &it.label)));
    let all = figure.series.iter().flat_map(|it| &it.points).flat_map(numbers);
    let ends = span(all.chain(wanted.map(|it| it.0)));
    let y_ends = match figure.axes.y.logarithmic {
        true => (ends.0 * 0.9, ends.1 * 1.1),
        false => (ends.0.min(0.0), ends.1 * 1.04),
    };
    let (room, names) = named(area, &figure.series);
    let frame = frame(sheet, area, &figure.axes, x_ends(&figure.series), y_ends, room);
    for (curve, colour) in figure.series.iter().zip(&colours) {
        draw_curve(sheet, &frame, curve, colour);
    }
    label_ends(sheet, &frame, &figure.series, names, &colours);
    let Some(planned) = drawable(figure.planned) else { return };
    let x = frame.x.at(planned);
    let (top, bottom) = (frame.plot.top, frame.plot.bottom);
    sheet.line((x, top), (x, bottom), Paint::line(AXIS, 1.25).dashed(4.0, 3.0));
    let weeks = tick_labels(&[planned], false).concat();
    if let Some((y, label)) = wanted {
        let y = frame.y.at(y);
        let (left, right) = (frame.plot.left, frame.plot.right);
        sheet.line((left, y), (right, y), Paint::line(TEXT, 1.25).dashed(4.0, 3.0));
        let at = (right - 4.0, y - 6.0);
        let label = Label::new(at, label).small().bold().anchor(Anchor::End).halo();
        sheet.label(label.within(frame.plot.width() * 0.5));
    }
    for (curve, colour) in figure.series.iter().zip(&colours) {
        let Some(height) = height_at(curve, planned) else { continue };
        let y = frame.y.at(height);
        sheet.circle((x, y), 5.0, Paint::fill(colour).and_line(BACKGROUND, 1.5));
        let label = Label::new((x + 9.0, y - 8.0), short(height)).bold().colour(colour);
        sheet.label(label);
    }
    let label = Label::new((x + 6.0, top + SMALL), format!("after {weeks} weeks")).small();
    sheet.label(label.colour(MUTED).halo());
}
