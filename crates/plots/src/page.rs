//! The sheet around a picture: title, subtitle, notes, and what room they leave.

use crate::drawing::{Area, Drawing, Label};
use crate::text;
use crate::theme::{MARGIN, MUTED, SMALL, SUBTITLE, Size, TITLE};

const TITLE_LINES: usize = 2;
const SUBTITLE_LINES: usize = 2;
const NOTE_LINES: usize = 3;
/// From one baseline to the next, in sizes of the letters.
const LEADING: f64 = 1.3;

/// A sheet with its words, and the room that is left.
pub(crate) fn page(size: Size, title: &str, subtitle: &str, notes: &[String]) -> (Drawing, Area) {
    let zoom = size.zoom();
    let mut sheet = Drawing {
        width: f64::from(size.width) / zoom,
        height: f64::from(size.height) / zoom,
        shapes: Vec::new(),
    };
    let mut area = sheet.area().inset(MARGIN, MARGIN - 4.0, MARGIN, MARGIN - 8.0);
    let room = area.width();
    for line in text::wrapped(title, room, TITLE, true, TITLE_LINES) {
        let at = (area.left, area.top + TITLE * text::ASCENT);
        sheet.label(Label::new(at, line).size(TITLE).bold());
        area.top += TITLE * LEADING;
    }
    for line in text::wrapped(subtitle, room, SUBTITLE, false, SUBTITLE_LINES) {
        let at = (area.left, area.top + SUBTITLE * text::ASCENT);
        sheet.label(Label::new(at, line).size(SUBTITLE).colour(MUTED));
        area.top += SUBTITLE * LEADING;
    }
    let notes = text::wrapped(&notes.join(" "), room, SMALL, false, NOTE_LINES);
    let top = area.bottom - notes.len() as f64 * SMALL * LEADING;
    for (i, line) in notes.iter().enumerate() {
        let at = (area.left, top + (i as f64 + text::ASCENT) * SMALL * LEADING);
        sheet.label(Label::new(at, line).small().colour(MUTED));
    }
    area.bottom = if notes.is_empty() { area.bottom } else { top - 8.0 };
    area.top += 12.0;
    (sheet, area)
}
