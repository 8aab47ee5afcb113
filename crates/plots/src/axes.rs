//! The frame of a picture: two axes with round numbers on them, and faint lines.

use crate::drawing::{Anchor, Area, Drawing, Label, Paint, baseline};
use crate::figure::{Axes, Axis};
use crate::number::tick_labels;
use crate::scale::Scale;
use crate::text;
use crate::theme::{AXIS, GRID, MUTED, SMALL};

/// From one mark to the next, at least, in units of the drawing.
const TICK_ROOM_ACROSS: f64 = 84.0;
const TICK_ROOM_DOWN: f64 = 44.0;
/// For a line of small words.
pub(crate) const LINE: f64 = 17.0;

/// Where things are drawn, and how numbers become places there.
pub(crate) struct Frame {
    pub plot: Area,
    pub x: Scale,
    pub y: Scale,
}

/// The words beside an axis.
pub(crate) fn axis_title(axis: &Axis) -> String {
    match &axis.unit {
        Some(unit) if !unit.is_empty() => format!("{} ({unit})", axis.label),
        _ => axis.label.clone(),
    }
}

fn scale(axis: &Axis, ends: (f64, f64), places: (f64, f64)) -> Scale {
    match axis.logarithmic && 0.0 < ends.0 {
        true => Scale::logarithmic(ends, places),
        false => Scale::new(ends, places),
    }
}

/// Draws the frame in `area`. `right` is kept free for labels of curves.
pub(crate) fn frame(
    sheet: &mut Drawing,
    area: Area,
    axes: &Axes,
    x_ends: (f64, f64),
    y_ends: (f64, f64),
    right: f64,
) -> Frame {
    let frame = upright(sheet, area, axes, x_ends, y_ends, right);
    let ticks = frame.x.ticks((frame.plot.width() / TICK_ROOM_ACROSS).max(2.0) as usize);
    let labels = tick_labels(&ticks, axes.x.percent);
    for (tick, label) in ticks.iter().zip(labels) {
        marked_below(sheet, &frame.plot, frame.x.at(*tick), label);
    }
    frame
}

/// The frame for rows that have names, of which some are shown.
pub(crate) fn frame_of_times(
    sheet: &mut Drawing,
    area: Area,
    axes: &Axes,
    times: &[String],
    y_ends: (f64, f64),
    right: f64,
) -> Frame {
    let last = times.len().saturating_sub(1).max(1) as f64;
    let frame = upright(sheet, area, axes, (0.0, last), y_ends, right);
    for (row, label) in time_ticks(times, frame.plot.width()) {
        marked_below(sheet, &frame.plot, frame.x.at(row as f64), label);
    }
    frame
}

/// The first row of each year or month, or every so many rows.
fn time_ticks(times: &[String], room: f64) -> Vec<(usize, String)> {
    let parts = |letters: usize| -> Option<Vec<&str>> {
        let is_date = |it: &&str| {
            let digits = |it: &str| it.bytes().all(|digit| digit.is_ascii_digit());
            it.split('-').count() == (letters - 1) / 3 && it.split('-').all(digits)
        };
        times.iter().map(|it| it.get(..letters).filter(is_date)).collect()
    };
    for letters in [7, 4] {
        let Some(dates) = parts(letters) else { continue };
        let changes: Vec<(usize, String)> = (1..dates.len())
            .filter(|row| dates[*row] != dates[row - 1])
            .map(|row| (row, dates[row].to_owned()))
            .collect();
        let needed = changes.len() as f64 * (8.0 * letters as f64 + 16.0);
        if 1 < changes.len() && needed <= room {
            return changes;
        }
    }
    let most = (room / (TICK_ROOM_ACROSS + 16.0)).max(1.0) as usize;
    let every = times.len().div_ceil(most).max(1);
    let shortened = |it: &String| text::fitted(it, TICK_ROOM_ACROSS, SMALL, false);
    times.iter().map(shortened).enumerate().step_by(every).collect()
}

/// Everything of the frame but the marks below.
fn upright(
    sheet: &mut Drawing,
    area: Area,
    axes: &Axes,
    x_ends: (f64, f64),
    y_ends: (f64, f64),
    right: f64,
) -> Frame {
    let down = area.inset(0.0, title_room(&axes.y) + 6.0, 0.0, LINE + title_room(&axes.x));
    let y = scale(&axes.y, y_ends, (down.bottom, down.top));
    let ticks = y.ticks((down.height() / TICK_ROOM_DOWN).max(3.0) as usize);
    let labels = tick_labels(&ticks, axes.y.percent);
    let widest = labels.iter().map(|it| text::width(it, false) * SMALL).fold(0.0, f64::max);
    let plot = down.inset(widest + 8.0, 0.0, right, 0.0);
    for (tick, label) in ticks.iter().zip(labels) {
        let at = y.at(*tick);
        sheet.line((plot.left, at), (plot.right, at), Paint::line(GRID, 1.0));
        let place = (plot.left - 8.0, baseline(at, SMALL));
        sheet.label(Label::new(place, label).small().colour(MUTED).anchor(Anchor::End));
    }
    let x = scale(&axes.x, x_ends, (plot.left, plot.right));
    titles(sheet, area, plot, axes);
    sheet.line((plot.left, plot.bottom), (plot.right, plot.bottom), Paint::line(AXIS, 1.0));
    if y_ends.0 < 0.0 && 0.0 < y_ends.1 {
        sheet.line((plot.left, y.at(0.0)), (plot.right, y.at(0.0)), Paint::line(AXIS, 1.0));
    }
    Frame { plot, x, y }
}

fn title_room(axis: &Axis) -> f64 {
    if axis.label.is_empty() { 6.0 } else { LINE }
}

/// The names of both axes: the one that goes up stands above its numbers, so that it can be read.
pub(crate) fn titles(sheet: &mut Drawing, area: Area, plot: Area, axes: &Axes) {
    let above = Label::new((area.left, area.top + 11.0), axis_title(&axes.y)).small();
    sheet.label(above.colour(MUTED).within(area.width()));
    let at = ((plot.left + plot.right) / 2.0, plot.bottom + 2.0 * LINE - 2.0);
    let below = Label::new(at, axis_title(&axes.x)).small().colour(MUTED);
    let room = plot.width().min(2.0 * (sheet.width - at.0)).max(0.0);
    sheet.label(below.anchor(Anchor::Middle).within(room));
}

/// A mark below the plot, unless another is in its way.
pub(crate) fn marked_below(sheet: &mut Drawing, plot: &Area, x: f64, label: String) {
    let label = Label::new((x, plot.bottom + LINE - 1.0), label).small().colour(MUTED);
    if sheet.label(label.anchor(Anchor::Middle)) {
        sheet.line((x, plot.bottom), (x, plot.bottom + 4.0), Paint::line(AXIS, 1.0));
    }
}

/// Panels side by side and below each other.
#[derive(Clone, Copy)]
pub(crate) struct Grid {
    area: Area,
    columns: usize,
    rows: usize,
}

/// Between panels side by side.
const BETWEEN: f64 = 28.0;

impl Grid {
    /// For `count` panels in about `columns` columns, as many of them as there is room for.
    pub fn new(area: Area, count: usize, columns: usize) -> Grid {
        const WIDTH_MIN: f64 = 170.0;
        const HEIGHT_MIN: f64 = 96.0;
        let across = ((area.width() + BETWEEN) / (WIDTH_MIN + BETWEEN)).floor().max(1.0) as usize;
        let down = (area.height() / HEIGHT_MIN).floor().max(1.0) as usize;
        let columns = columns.clamp(1, across);
        let columns = if down < count.div_ceil(columns) { across } else { columns };
        Grid { area, columns, rows: count.div_ceil(columns).clamp(1, down) }
    }

    /// How many panels there can be.
    pub fn room(&self) -> usize {
        self.columns * self.rows
    }

    pub fn is_leftmost(&self, i: usize) -> bool {
        i.is_multiple_of(self.columns)
    }

    /// Whether no panel of `count` stands below.
    pub fn is_lowest(&self, i: usize, count: usize) -> bool {
        count.min(self.room()) <= i + self.columns
    }

    pub fn panel(&self, i: usize) -> Area {
        let width = (self.area.width() + BETWEEN) / self.columns as f64 - BETWEEN;
        let height = self.area.height() / self.rows as f64;
        let left = self.area.left + (i % self.columns) as f64 * (width + BETWEEN);
        let top = self.area.top + (i / self.columns) as f64 * height;
        Area { left, top, right: left + width, bottom: top + height - 6.0 }
    }
}

/// Places for labels that want to be at `wanted`, `gap` apart and within the ends. Those at the end
/// of the list have none where there is no room for all.
pub(crate) fn spread(wanted: &[f64], gap: f64, (low, high): (f64, f64)) -> Vec<Option<f64>> {
    let room = ((high - low) / gap).floor().max(0.0) as usize + 1;
    let count = wanted.len().min(if low <= high { room } else { 0 });
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let mut places: Vec<f64> = order.iter().map(|i| wanted[*i].clamp(low, high)).collect();
    for i in 1..count {
        places[i] = places[i].max(places[i - 1] + gap);
    }
    let mut most = high;
    for place in places.iter_mut().rev() {
        *place = place.min(most);
        most = *place - gap;
    }
    let mut found = vec![None; wanted.len()];
    for (i, place) in order.into_iter().zip(places) {
        found[i] = Some(place);
    }
    found
}
