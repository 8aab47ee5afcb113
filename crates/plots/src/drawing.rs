//! Shapes on a sheet, before they are written as SVG.

use crate::text;
use crate::theme::{AXIS, BACKGROUND, LABEL, SMALL, TEXT};

/// A place: across and down.
pub(crate) type Place = (f64, f64);

/// A part of the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Area {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Smaller by as much on each side.
    pub fn inset(&self, left: f64, top: f64, right: f64, bottom: f64) -> Area {
        Area {
            left: self.left + left,
            top: self.top + top,
            right: self.right - right,
            bottom: self.bottom - bottom,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Rect { area: Area, corner: f64, paint: Paint },
    Circle { at: Place, radius: f64, paint: Paint },
    Path { steps: Vec<Step>, paint: Paint },
    Text(Label),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    Move(Place),
    Line(Place),
    Curve(Place, Place, Place),
    Close,
}

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Paint {
    pub fill: Option<Fill>,
    pub opacity: Option<f64>,
    pub stroke: Option<Stroke>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Fill {
    Plain(&'static str),
    /// Full at the left, nothing at the right.
    FadesRight(&'static str),
    FadesLeft(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    pub colour: &'static str,
    pub width: f64,
    /// Lengths of dash and gap.
    pub dash: Option<(f64, f64)>,
}

impl Paint {
    pub fn fill(colour: &'static str) -> Paint {
        Paint { fill: Some(Fill::Plain(colour)), ..Paint::default() }
    }

    pub fn line(colour: &'static str, width: f64) -> Paint {
        Paint { stroke: Some(Stroke { colour, width, dash: None }), ..Paint::default() }
    }

    pub fn and_line(self, colour: &'static str, width: f64) -> Paint {
        Paint { stroke: Some(Stroke { colour, width, dash: None }), ..self }
    }

    pub fn dashed(self, dash: f64, gap: f64) -> Paint {
        let stroke = self.stroke.map(|it| Stroke { dash: Some((dash, gap)), ..it });
        Paint { stroke, ..self }
    }

    pub fn opacity(self, opacity: f64) -> Paint {
        Paint { opacity: Some(opacity), ..self }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    Start,
    Middle,
    End,
}

/// One line of text. It has been cut to the room there is.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Label {
    /// On the baseline.
    pub at: Place,
    pub text: String,
    pub size: f64,
    pub bold: bool,
    pub colour: &'static str,
    pub anchor: Anchor,
    /// An edge in the colour of the ground, so that lines below do not cross the letters.
    pub halo: bool,
}

impl Label {
    pub fn new(at: Place, text: impl Into<String>) -> Label {
        let text = text::clean(&text.into());
        let (size, colour, anchor) = (LABEL, TEXT, Anchor::Start);
        Label { at, text, size, bold: false, colour, anchor, halo: false }
    }

    pub fn small(self) -> Label {
        Label { size: SMALL, ..self }
    }

    pub fn size(self, size: f64) -> Label {
        Label { size, ..self }
    }

    pub fn bold(self) -> Label {
        Label { bold: true, ..self }
    }

    pub fn colour(self, colour: &'static str) -> Label {
        Label { colour, ..self }
    }

    pub fn anchor(self, anchor: Anchor) -> Label {
        Label { anchor, ..self }
    }

    pub fn halo(self) -> Label {
        Label { halo: true, ..self }
    }

    /// Cut to `room`, as the label is by now.
    pub fn within(self, room: f64) -> Label {
        let text = text::fitted(&self.text, room, self.size, self.bold);
        Label { text, ..self }
    }

    pub fn width(&self) -> f64 {
        text::width(&self.text, self.bold) * self.size
    }

    /// What it covers.
    pub fn area(&self) -> Area {
        let width = self.width();
        let left = match self.anchor {
            Anchor::Start => self.at.0,
            Anchor::Middle => self.at.0 - width / 2.0,
            Anchor::End => self.at.0 - width,
        };
        Area {
            left,
            top: self.at.1 - self.size * text::ASCENT,
            right: left + width,
            bottom: self.at.1 + self.size * text::DESCENT,
        }
    }
}

/// Where a baseline is for letters that stand in the middle around `y`.
pub(crate) fn baseline(y: f64, size: f64) -> f64 {
    y + 0.355 * size
}

/// A sheet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Drawing {
    pub width: f64,
    pub height: f64,
    pub shapes: Vec<Shape>,
}

impl Drawing {
    pub fn area(&self) -> Area {
        Area { left: 0.0, top: 0.0, right: self.width, bottom: self.height }
    }

    pub fn line(&mut self, from: Place, to: Place, paint: Paint) {
        self.path(vec![Step::Move(from), Step::Line(to)], paint);
    }

    pub fn path(&mut self, steps: Vec<Step>, paint: Paint) {
        self.shapes.push(Shape::Path { steps, paint });
    }

    pub fn rect(&mut self, area: Area, paint: Paint) {
        self.shapes.push(Shape::Rect { area, corner: 0.0, paint });
    }

    pub fn rounded(&mut self, area: Area, corner: f64, paint: Paint) {
        self.shapes.push(Shape::Rect { area, corner, paint });
    }

    pub fn circle(&mut self, at: Place, radius: f64, paint: Paint) {
        self.shapes.push(Shape::Circle { at, radius, paint });
    }

    /// Puts the label down if it is within the sheet and covers none that is there; what comes first
    /// goes before. Empty labels are none.
    pub fn label(&mut self, label: Label) -> bool {
        /// What rounding may do.
        const EDGE: f64 = 0.5;
        let area = label.area();
        let inside = -EDGE <= area.left
            && area.right <= self.width + EDGE
            && -EDGE <= area.top
            && area.bottom <= self.height + EDGE;
        let free = !self.labels().any(|other| overlap(&other.area(), &area));
        let drawn = inside && free && !label.text.is_empty();
        if drawn {
            self.shapes.push(Shape::Text(label));
        }
        drawn
    }

    pub fn labels(&self) -> impl Iterator<Item = &Label> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(label) => Some(label),
            Shape::Rect { .. } | Shape::Circle { .. } | Shape::Path { .. } => None,
        })
    }

    /// An interval: a line with small ends, and a dot for the estimate.
    pub fn interval(&mut self, y: f64, ends: Option<(f64, f64)>, at: f64, colour: &'static str) {
        const TIP: f64 = 4.0;
        if let Some((low, high)) = ends {
            self.line((low, y), (high, y), Paint::line(colour, 1.75));
            for x in [low, high] {
                self.line((x, y - TIP), (x, y + TIP), Paint::line(colour, 1.75));
            }
        }
        let paint = Paint::fill(colour).and_line(BACKGROUND, 1.5);
        self.circle((at, y), 4.25, paint);
    }

    /// A dot for something that is not known.
    pub fn hollow(&mut self, at: Place) {
        let paint = Paint::fill(BACKGROUND).and_line(AXIS, 1.5).dashed(2.0, 2.0);
        self.circle(at, 4.25, paint);
    }
}

/// A pixel of touch is none.
pub(crate) fn overlap(a: &Area, b: &Area) -> bool {
    const TOUCH: f64 = 0.5;
    a.left + TOUCH < b.right
        && b.left + TOUCH < a.right
        && a.top + TOUCH < b.bottom
        && b.top + TOUCH < a.bottom
}
