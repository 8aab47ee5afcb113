//! The parts as steps up to their sum, leverage as the last step, and the whole below them.

use crate::axes::{LINE, axis_title};
use crate::drawing::{Anchor, Area, Drawing, Label, Paint, baseline};
use crate::figure::{LeverageLattice, Value};
use crate::lattice::{ticks_across, told};
use crate::scale::{Scale, drawable, padded, span};
use crate::text;
use crate::theme::{ACCENT, AXIS, BACKGROUND, LABEL, MUTED, NAVY, SMALL, TEXT, series};

/// One line of the picture: a step that begins where the steps before it ended.
struct Row<'a> {
    name: &'a str,
    value: &'a Value,
    from: f64,
    colour: &'static str,
    role: Role,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Role {
    Part,
    Leverage,
    Whole,
}

impl Row<'_> {
    fn to(&self) -> Option<f64> {
        drawable(self.from + self.value.known()?)
    }

    fn ends(&self) -> Option<(f64, f64)> {
        let (low, high) = self.value.ends()?;
        Some((drawable(self.from + low)?, drawable(self.from + high)?))
    }
}

/// The rows, and the sum of the parts as far as all are known.
fn rows(figure: &LeverageLattice) -> (Vec<Row<'_>>, Option<f64>) {
    let mut rows = Vec::new();
    let mut sum = 0.0;
    let mut complete = !figure.parts.is_empty();
    for (i, (name, value)) in figure.channels.iter().zip(&figure.parts).enumerate() {
        rows.push(Row { name, value, from: sum, colour: series(i), role: Role::Part });
        match value.known().and_then(|it| drawable(sum + it)) {
            Some(to) => sum = to,
            None => complete = false,
        }
    }
    let from = if complete { sum } else { 0.0 };
    let leverage = &figure.leverage;
    rows.push(Row {
        name: "leverage",
        value: leverage,
        from,
        colour: ACCENT,
        role: Role::Leverage,
    });
    let together = &figure.together;
    rows.push(Row {
        name: "together",
        value: together,
        from: 0.0,
        colour: NAVY,
        role: Role::Whole,
    });
    (rows, complete.then_some(sum))
}

pub(crate) fn steps(sheet: &mut Drawing, area: Area, figure: &LeverageLattice) {
    let (rows, sum) = rows(figure);
    let pitch = (area.height() - 2.0 * LINE) / (rows.len() as f64 + 0.4);
    let pitch = pitch.min(72.0);
    let bottom = area.top + pitch * (rows.len() as f64 + 0.4);
    // Where rows are low, letters are small.
    let size = LABEL.min(pitch * 0.9);
    let fitted =
        |row: &Row| text::fitted(row.name, area.width() * 0.28, size, row.role != Role::Part);
    let names: Vec<String> = rows.iter().map(fitted).collect();
    let widest = names.iter().map(|it| text::width(it, true) * size).fold(0.0, f64::max);
    // The interval in words goes below the estimate, if rows are high enough.
    let tall = 32.0 <= pitch;
    let told = |row: &Row| {
        let (estimate, ends) = told(row.value);
        (estimate, ends.filter(|_| tall))
    };
    let numbers: Vec<(String, Option<String>)> = rows.iter().map(told).collect();
    let width = |(estimate, ends): &(String, Option<String>)| {
        let ends = ends.as_ref().map_or(0.0, |it| text::width(it, false) * SMALL);
        ends.max(text::width(estimate, true) * size)
    };
    let number_room = numbers.iter().map(width).fold(0.0, f64::max).min(area.width() * 0.34) + 1.0;
    let plot = Area { bottom, ..area }.inset(widest + 12.0, 0.0, number_room + 16.0, 0.0);
    let places = rows.iter().flat_map(|row| {
        row.to()
            .into_iter()
            .chain(row.ends().into_iter().flat_map(|(a, b)| [a, b]))
            .chain([row.from])
    });
    let scale = Scale::new(padded(span(places.chain([0.0])), 0.04), (plot.left, plot.right));
    ticks_across(sheet, plot, &scale, &axis_title(&figure.axis));
    let y = |i: usize| {
        let below = if i + 1 == rows.len() { 0.4 } else { 0.0 };
        plot.top + (i as f64 + 0.5 + below) * pitch
    };
    connect(sheet, &rows, &scale, &y, pitch);
    for (i, row) in rows.iter().enumerate() {
        bar(sheet, row, &scale, y(i), pitch, sum);
        let bold = row.role != Role::Part;
        let colour = if row.role == Role::Leverage { ACCENT } else { TEXT };
        let name = Label::new((plot.left - 10.0, baseline(y(i), size)), &names[i]).size(size);
        let name = name.anchor(Anchor::End).colour(colour);
        sheet.label(if bold { name.bold() } else { name });
        let right = (area.right - number_room, area.right);
        let estimate = Label::new((0.0, 0.0), &numbers[i].0).size(size).colour(colour);
        let estimate = if bold { estimate.bold() } else { estimate };
        numbers_beside(sheet, right, y(i), estimate, numbers[i].1.as_deref());
    }
}

fn numbers_beside(
    sheet: &mut Drawing,
    (left, right): (f64, f64),
    y: f64,
    estimate: Label,
    ends: Option<&str>,
) {
    let at = (left, baseline(if ends.is_some() { y - 7.5 } else { y }, estimate.size));
    sheet.label(Label { at, ..estimate }.within(right - left));
    if let Some(ends) = ends {
        let label = Label::new((left, baseline(y + 8.5, SMALL)), ends).small().colour(MUTED);
        sheet.label(label.within(right - left));
    }
}

/// Lines from the end of each step to the beginning of the next.
fn connect(
    sheet: &mut Drawing,
    rows: &[Row],
    scale: &Scale,
    y: &impl Fn(usize) -> f64,
    pitch: f64,
) {
    for (i, row) in rows.iter().enumerate().take(rows.len().saturating_sub(1)) {
        let Some(to) = row.to() else { continue };
        let x = scale.at(to);
        let half = pitch * 0.3;
        sheet.line((x, y(i) + half), (x, y(i + 1) - half), Paint::line(AXIS, 1.0).dashed(2.0, 2.0));
    }
}

fn bar(sheet: &mut Drawing, row: &Row, scale: &Scale, y: f64, pitch: f64, sum: Option<f64>) {
    let half = (pitch * if row.role == Role::Whole { 0.36 } else { 0.26 }).min(21.0);
    let Some(to) = row.to() else {
        sheet.hollow((scale.at(row.from), y));
        return;
    };
    let across = |a: f64, b: f64| {
        let (a, b) = (scale.at(a), scale.at(b));
        Area { left: a.min(b), top: y - half, right: a.max(b), bottom: y + half }
    };
    match (row.role, sum) {
        (Role::Whole, Some(sum)) if 0.0 <= sum && sum <= to => {
            sheet.rect(across(0.0, sum), Paint::fill(NAVY));
            sheet.rect(across(sum, to), Paint::fill(ACCENT));
        }
        (Role::Whole, Some(sum)) if 0.0 <= to && to < sum => {
            sheet.rect(across(0.0, to), Paint::fill(NAVY));
            let lost = Paint::fill(BACKGROUND).and_line(ACCENT, 1.25).dashed(3.0, 2.0);
            sheet.rect(across(to, sum), lost);
        }
        _ => sheet.rect(across(row.from, to), Paint::fill(row.colour)),
    }
    if let Some((low, high)) = row.ends() {
        let (low, high) = (scale.at(low), scale.at(high));
        // An edge of the ground's colour lets the line be seen on its own bar.
        for (colour, width, tip) in [(BACKGROUND, 4.5, 6.0), (TEXT, 1.75, 4.5)] {
            sheet.line((low, y), (high, y), Paint::line(colour, width));
            for x in [low, high] {
                sheet.line((x, y - tip), (x, y + tip), Paint::line(colour, width));
            }
        }
    }
}
