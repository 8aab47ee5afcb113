//! What each model makes of the paths: a row for each channel, a sign for each model.

use crate::axes::LINE;
use crate::drawing::{Anchor, Area, Drawing, Label, Paint, Place, Step, baseline};
use crate::figure::Credit;
use crate::flow::Row;
use crate::number::tick_labels;
use crate::scale::{Scale, drawable, padded, span};
use crate::text;
use crate::theme::{ACCENT, AXIS, BACKGROUND, GREY, GRID, MUTED, NAVY, SMALL, TEXT};

/// The sign of a model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sign {
    /// Points to the left, or to the right.
    Left,
    Right,
    Dot,
    Diamond,
    Disc,
}

fn sign(model: &str) -> Sign {
    match model {
        "first" => Sign::Left,
        "last" => Sign::Right,
        "Shapley" => Sign::Diamond,
        "Markov" => Sign::Disc,
        _ => Sign::Dot,
    }
}

/// What the signs mean, in lines: a sign with its words. Models with one sign are named together.
pub(crate) fn legend_lines(credit: &[Credit], room: f64) -> Vec<Vec<(String, String)>> {
    if credit.len() < 2 {
        return Vec::new();
    }
    let mut entries: Vec<(String, String)> = Vec::new();
    for model in credit.iter().map(|it| it.model.as_str()) {
        match entries.iter_mut().find(|it| sign(&it.0) == sign(model)) {
            Some(entry) => entry.1 = format!("{}, {model}", entry.1),
            None => entries.push((model.to_owned(), model.to_owned())),
        }
    }
    let mut lines: Vec<Vec<(String, String)>> = vec![Vec::new()];
    let mut left = room;
    for (model, words) in entries {
        let width = entry_width(&words);
        if left < width && lines.last().is_some_and(|line| !line.is_empty()) {
            lines.push(Vec::new());
            left = room;
        }
        left -= width;
        if let Some(line) = lines.last_mut() {
            line.push((model, words));
        }
    }
    lines
}

fn entry_width(words: &str) -> f64 {
    text::width(words, false) * SMALL + 30.0
}

/// Rows stand where they stand in the flow beside.
pub(crate) fn credit(
    sheet: &mut Drawing,
    area: Area,
    body: &Area,
    rows: &[Row],
    credit: &[Credit],
    legend: &[Vec<(String, String)>],
) {
    let title = match credit {
        [only] => format!("Credit: {}", only.model),
        _ => "Credit, by model".to_owned(),
    };
    let heading = Label::new((area.left, area.top + 12.0), title).bold();
    sheet.label(heading.within(area.width()));
    draw_legend(sheet, area, legend);
    let bottom = rows.last().map_or(body.bottom, |it| it.top + it.height + 3.0);
    let plot = Area { top: body.top - 4.0, bottom, ..area }.inset(6.0, 0.0, 14.0, 0.0);
    let shares = rows.iter().flat_map(|row| row.shares.iter().flat_map(|it| it.numbers()));
    let ends = padded(span(shares.chain([0.0])), 0.04);
    let scale = Scale::new(ends, (plot.left, plot.right));
    let ticks = scale.ticks((plot.width() / 60.0).max(2.0) as usize);
    for (tick, label) in ticks.iter().zip(tick_labels(&ticks, true)) {
        let x = scale.at(*tick);
        let colour = if *tick == 0.0 { AXIS } else { GRID };
        sheet.line((x, plot.top), (x, plot.bottom), Paint::line(colour, 1.0));
        let label = Label::new((x, plot.bottom + LINE - 2.0), label).small().colour(MUTED);
        sheet.label(label.anchor(Anchor::Middle));
    }
    let at = ((plot.left + plot.right) / 2.0, plot.bottom + 2.0 * LINE - 2.0);
    let label = Label::new(at, "share of the conversions").small().colour(MUTED);
    sheet.label(label.anchor(Anchor::Middle).within(plot.width()));
    for row in rows {
        let y = row.middle();
        sheet.line((plot.left, y), (plot.right, y), Paint::line(GRID, 1.0));
        match credit {
            [_] => bar(sheet, row, &scale),
            _ => signs(sheet, row, &scale, credit),
        }
    }
}

fn draw_legend(sheet: &mut Drawing, area: Area, lines: &[Vec<(String, String)>]) {
    for (i, line) in lines.iter().enumerate() {
        let y = area.top + 20.0 + (i as f64 + 0.5) * LINE;
        let mut left = area.left;
        for (model, words) in line {
            draw_sign(sheet, (left + 6.0, y), sign(model));
            let label = Label::new((left + 16.0, baseline(y, SMALL)), words).small();
            sheet.label(label.colour(TEXT).within(area.right - left - 16.0));
            left += entry_width(words);
        }
    }
}

/// One model alone: a bar with its interval.
fn bar(sheet: &mut Drawing, row: &Row, scale: &Scale) {
    let zero = (scale.at(0.0), row.middle());
    let Some(share) = row.shares.first() else { return };
    let Some(estimate) = share.known().and_then(drawable) else {
        sheet.hollow(zero);
        return;
    };
    let half = (row.height * 0.3).clamp(3.0, 9.0);
    let (a, b) = (zero.0, scale.at(estimate));
    let bar = Area { left: a.min(b), top: zero.1 - half, right: a.max(b), bottom: zero.1 + half };
    sheet.rect(bar, Paint::fill(NAVY));
    if let Some((low, high)) = share.ends() {
        let (low, high) = (scale.at(low), scale.at(high));
        for (colour, width) in [(BACKGROUND, 4.0), (TEXT, 1.5)] {
            sheet.line((low, zero.1), (high, zero.1), Paint::line(colour, width));
        }
    }
}

/// All models: a line over the whole range, and a sign for each.
fn signs(sheet: &mut Drawing, row: &Row, scale: &Scale, credit: &[Credit]) {
    let y = row.middle();
    let known = row.shares.iter().filter_map(|it| it.known().and_then(drawable));
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    known.for_each(|it| (low, high) = (low.min(it), high.max(it)));
    if high < low {
        sheet.hollow((scale.at(0.0), y));
        return;
    }
    sheet.line((scale.at(low), y), (scale.at(high), y), Paint::line(GREY, 2.0));
    let mut order: Vec<usize> = (0..credit.len()).collect();
    // Those that say more are drawn over the others.
    order.sort_by_key(|i| match sign(&credit[*i].model) {
        Sign::Dot => 0,
        Sign::Left | Sign::Right => 1,
        Sign::Diamond => 2,
        Sign::Disc => 3,
    });
    for i in order {
        let Some(share) = row.shares.get(i) else { continue };
        let Some(estimate) = share.known().and_then(drawable) else { continue };
        let sign = sign(&credit[i].model);
        if let (Sign::Disc, Some((low, high))) = (sign, share.ends()) {
            sheet.line((scale.at(low), y), (scale.at(high), y), Paint::line(ACCENT, 2.5));
        }
        draw_sign(sheet, (scale.at(estimate), y), sign);
    }
}

fn draw_sign(sheet: &mut Drawing, (x, y): Place, sign: Sign) {
    let edged = |colour| Paint::fill(colour).and_line(BACKGROUND, 1.0);
    let closed = |places: &[Place]| {
        let mut steps: Vec<Step> = places.iter().map(|at| Step::Line(*at)).collect();
        if let (Some(first), Some(at)) = (steps.first_mut(), places.first()) {
            *first = Step::Move(*at);
        }
        steps.push(Step::Close);
        steps
    };
    match sign {
        Sign::Left => {
            let places = [(x - 5.0, y), (x + 4.0, y - 5.0), (x + 4.0, y + 5.0)];
            sheet.path(closed(&places), edged(MUTED));
        }
        Sign::Right => {
            let places = [(x + 5.0, y), (x - 4.0, y - 5.0), (x - 4.0, y + 5.0)];
            sheet.path(closed(&places), edged(MUTED));
        }
        Sign::Dot => sheet.circle((x, y), 3.0, edged(MUTED)),
        Sign::Diamond => {
            let places = [(x - 5.5, y), (x, y - 5.5), (x + 5.5, y), (x, y + 5.5)];
            sheet.path(closed(&places), edged(NAVY));
        }
        Sign::Disc => sheet.circle((x, y), 4.75, edged(ACCENT)),
    }
}
