//! How people came: from the start through channels to a conversion, and what models make of it.

use crate::axes::LINE;
use crate::credit::{credit, legend_lines};
use crate::drawing::{Anchor, Area, Drawing, Fill, Label, Paint, Step, baseline};
use crate::figure::{Credit, FlowChannel, PathFlow, Value};
use crate::number::{grouped, with_interval};
use crate::scale::drawable;
use crate::theme::{ACCENT, AXIS, GREY, LABEL, MUTED, NAVY, PALE, SMALL, TEXT};

/// More rows are not read; the smallest channels are put together.
const ROWS_MAX: usize = 20;
/// The least height of a row, for its name.
const ROW_MIN: f64 = 16.0;
const ROW_GAP: f64 = 5.0;
/// Of the width, for the flow; the rest is for credit.
const FLOW_SHARE: f64 = 0.64;
/// The width of the bars at the start and at the ends.
const BAR: f64 = 10.0;

/// One channel, or the smallest together.
pub(crate) struct Row {
    pub name: String,
    pub starts: f64,
    pub from_others: f64,
    pub to_others: f64,
    pub conversions: f64,
    pub nulls: f64,
    /// Its share under each model.
    pub shares: Vec<Value>,
    pub top: f64,
    pub height: f64,
}

impl Row {
    fn visits(&self) -> f64 {
        (self.starts + self.from_others).max(self.conversions + self.nulls + self.to_others)
    }

    pub fn middle(&self) -> f64 {
        self.top + self.height / 2.0
    }
}

pub(crate) fn path_flow(sheet: &mut Drawing, area: Area, figure: &PathFlow) {
    let with_credit = !figure.credit.is_empty();
    let share = if with_credit { FLOW_SHARE } else { 1.0 };
    let split = area.left + area.width() * share;
    let right = Area { left: split + 12.0, ..area };
    let lines = legend_lines(&figure.credit, right.width());
    let head = 20.0 + LINE * lines.len().max(1) as f64;
    let body = area.inset(0.0, head + 6.0, 0.0, 2.0 * LINE);
    let room = ((body.height() + ROW_GAP) / (ROW_MIN + ROW_GAP)).floor().max(1.0) as usize;
    let mut rows = rows(figure, room.min(ROWS_MAX));
    let scale = arrange(&mut rows, body);
    let heading = format!("How {} paths came and went", grouped(figure.paths));
    let heading = Label::new((area.left, area.top + 12.0), heading).bold();
    sheet.label(heading.within(split - area.left - 8.0));
    flow(sheet, Area { right: split - 8.0, ..body }, &rows, scale, figure);
    if with_credit {
        credit(sheet, right, &body, &rows, &figure.credit, &lines);
    }
}

/// What can be drawn of a count: nothing below 0, and no more than can be added up.
fn count(x: f64) -> f64 {
    drawable(x).unwrap_or(0.0).max(0.0)
}

/// By visits, the largest first, and all that have no room in one row.
fn rows(figure: &PathFlow, most: usize) -> Vec<Row> {
    let shares = |i: usize| -> Vec<Value> {
        figure.credit.iter().map(|it| it.shares.get(i).cloned().unwrap_or_default()).collect()
    };
    let row = |(i, it): (usize, &FlowChannel)| Row {
        name: it.name.clone(),
        starts: count(it.starts),
        from_others: count(it.from_others),
        to_others: count(it.to_others),
        conversions: count(it.conversions),
        nulls: count(it.nulls),
        shares: shares(i),
        top: 0.0,
        height: 0.0,
    };
    let mut rows: Vec<Row> = figure.channels.iter().enumerate().map(row).collect();
    rows.sort_by(|a, b| b.visits().total_cmp(&a.visits()));
    if most < rows.len() {
        let rest = rows.split_off(most.max(1) - 1);
        rows.push(joined(&rest, &figure.credit));
    }
    rows
}

fn joined(rest: &[Row], credit: &[Credit]) -> Row {
    let sum = |of: fn(&Row) -> f64| rest.iter().map(of).sum::<f64>();
    let share = |model: usize| -> Value {
        let each = rest.iter().map(|it| it.shares.get(model).and_then(Value::known));
        Value { estimate: each.sum::<Option<f64>>(), ..Value::default() }
    };
    Row {
        name: format!("{} others", rest.len()),
        starts: sum(|it| it.starts),
        from_others: sum(|it| it.from_others),
        to_others: sum(|it| it.to_others),
        conversions: sum(|it| it.conversions),
        nulls: sum(|it| it.nulls),
        shares: (0..credit.len()).map(share).collect(),
        top: 0.0,
        height: 0.0,
    }
}

/// Gives each row its place, and returns the height of one visit. Small rows get room for their
/// name; all flows keep one scale.
fn arrange(rows: &mut [Row], body: Area) -> f64 {
    let gaps = ROW_GAP * rows.len().saturating_sub(1) as f64;
    let room = (body.height() - gaps).max(1.0);
    let visits: Vec<f64> = rows.iter().map(Row::visits).collect();
    let largest = visits.iter().copied().fold(0.0, f64::max);
    let height = |scale: f64| visits.iter().map(|it| (it * scale).max(ROW_MIN)).sum::<f64>();
    let (mut low, mut high) = (0.0, if 0.0 < largest { room / largest } else { 0.0 });
    for _ in 0..60 {
        let middle = 0.5 * low + 0.5 * high;
        if height(middle) <= room { low = middle } else { high = middle }
    }
    let mut top = body.top;
    for (row, visits) in rows.iter_mut().zip(&visits) {
        row.top = top;
        row.height = (visits * low).max(ROW_MIN).min(room);
        top += row.height + ROW_GAP;
    }
    low
}

/// Where things stand from left to right.
struct Columns {
    start: f64,
    block: (f64, f64),
    end: f64,
}

fn flow(sheet: &mut Drawing, area: Area, rows: &[Row], scale: f64, figure: &PathFlow) {
    let words = 92.0_f64.min(area.width() * 0.25);
    let block = (area.width() * 0.23).clamp(70.0, 150.0);
    let ribbons = (area.width() - words - block - 2.0 * BAR) / 2.0;
    let block_left = area.left + BAR + ribbons * 0.85;
    let columns = Columns {
        start: area.left,
        block: (block_left, block_left + block),
        end: area.right - words - BAR,
    };
    let total = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() * scale;
    let (starts, conversions, nulls) =
        (total(|it| it.starts), total(|it| it.conversions), total(|it| it.nulls));
    let gap = 34.0;
    let middle = rows.last().map_or(area.top, |it| (area.top + it.top + it.height) / 2.0);
    let start_top = middle - starts / 2.0;
    let end_top = (middle - (conversions + nulls + gap) / 2.0).max(area.top);
    let null_top = end_top + conversions + gap;
    ribbons_of(sheet, rows, scale, &columns, (start_top, end_top, null_top));
    let bar = |left: f64, top: f64, height: f64| Area {
        left,
        top,
        right: left + BAR,
        bottom: top + height.max(1.0),
    };
    sheet.rect(bar(columns.start, start_top, starts), Paint::fill(NAVY));
    sheet.rect(bar(columns.end, end_top, conversions), Paint::fill(ACCENT));
    sheet.rect(bar(columns.end, null_top, nulls), Paint::fill(AXIS));
    for row in rows {
        block_of(sheet, row, scale, columns.block);
    }
    let (paths, converted) = (count(figure.paths), count(figure.conversions));
    let ends = [
        ("conversion", converted, end_top + conversions / 2.0, ACCENT),
        ("none", (paths - converted).max(0.0), null_top + nulls / 2.0, MUTED),
    ];
    for (name, count, y, colour) in ends {
        let left = columns.end + BAR + 6.0;
        let label = Label::new((left, y - 2.0), name).bold().colour(colour);
        sheet.label(label.within(words - 6.0));
        let share = if 0.0 < paths { count / paths } else { f64::NAN };
        let share = with_interval(share, None, true).0;
        let label = Label::new((left, y + 13.0), share).small().colour(MUTED);
        sheet.label(label.within(words - 6.0));
    }
}

/// What flows between start, channels and ends. What goes on to other channels fades out, and what
/// comes from them fades in: drawn to its end it would hide all else.
fn ribbons_of(
    sheet: &mut Drawing,
    rows: &[Row],
    scale: f64,
    columns: &Columns,
    (mut start, mut end, mut null): (f64, f64, f64),
) {
    let stub = ((columns.end - columns.block.1) * 0.34).min(56.0);
    for row in rows {
        let band = row.visits() * scale;
        let (mut left, mut right) = (row.middle() - band / 2.0, row.middle() - band / 2.0);
        let width = row.starts * scale;
        let from = (columns.start + BAR, start);
        ribbon(sheet, from, (columns.block.0, left), width, (NAVY, 0.28));
        (start, left) = (start + width, left + width);
        let stubs = |top: f64, count: f64, from: f64, to: f64| Area {
            left: from,
            top,
            right: to,
            bottom: top + count * scale,
        };
        let fade = |fill| Paint { fill: Some(fill), opacity: Some(0.75), stroke: None };
        let come = stubs(left, row.from_others, columns.block.0 - stub, columns.block.0);
        sheet.rect(come, fade(Fill::FadesLeft(AXIS)));
        let width = row.conversions * scale;
        let from = (columns.block.1, right);
        ribbon(sheet, from, (columns.end, end), width, (ACCENT, 0.55));
        (end, right) = (end + width, right + width);
        let width = row.nulls * scale;
        let from = (columns.block.1, right);
        ribbon(sheet, from, (columns.end, null), width, (GREY, 0.55));
        (null, right) = (null + width, right + width);
        let go = stubs(right, row.to_others, columns.block.1, columns.block.1 + stub);
        sheet.rect(go, fade(Fill::FadesRight(AXIS)));
    }
}

/// From the upper left corner to the upper right one, `height` high on its way.
fn ribbon(
    sheet: &mut Drawing,
    from: (f64, f64),
    to: (f64, f64),
    height: f64,
    (colour, opacity): (&'static str, f64),
) {
    if height <= 0.0 {
        return;
    }
    let middle = (from.0 + to.0) / 2.0;
    let steps = vec![
        Step::Move(from),
        Step::Curve((middle, from.1), (middle, to.1), to),
        Step::Line((to.0, to.1 + height)),
        Step::Curve((middle, to.1 + height), (middle, from.1 + height), (from.0, from.1 + height)),
        Step::Close,
    ];
    sheet.path(steps, Paint::fill(colour).opacity(opacity));
}

fn block_of(sheet: &mut Drawing, row: &Row, scale: f64, (left, right): (f64, f64)) {
    let area = Area { left, top: row.top, right, bottom: row.top + row.height };
    sheet.rounded(area, 2.0, Paint::fill(PALE));
    let band = (row.visits() * scale).max(1.0);
    for x in [left, right - 3.0] {
        let top = row.middle() - band / 2.0;
        sheet.rect(Area { left: x, top, right: x + 3.0, bottom: top + band }, Paint::fill(AXIS));
    }
    let size = if row.height < LABEL * 1.6 { SMALL } else { LABEL };
    let at = ((left + right) / 2.0, baseline(row.middle(), size));
    let label = Label::new(at, &row.name).size(size).colour(TEXT).anchor(Anchor::Middle);
    sheet.label(label.within(right - left - 12.0));
}
