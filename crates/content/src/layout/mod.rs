//! What stands around the words of a mail: the built-in layout, and those that a programme writes in
//! MJML.
//!
//! A layout is rendered once, when the programme is read, with a marker where each slot is, and so are
//! its styles written into its elements. A mail then costs nothing but the filling in.

mod mjml;
mod styles;

use crate::markdown::FONT;
use model::Problem;
use std::sync::LazyLock;

/// The largest layout. With a body of the usual size the mail stays below what mail programs cut off.
const SOURCE_MAX_BYTES: usize = 64 * 1024;

/// A layout that can be filled in.
#[derive(Clone, Debug)]
pub struct Layout {
    source: String,
    pieces: Vec<Piece>,
    missed: Vec<Missed>,
}

/// Something in a layout that some mail programs do not show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// As its author wrote it.
    pub what: String,
    /// Those of the programs that most people use.
    pub by: Vec<&'static str>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Text(String),
    Slot(Slot),
}

/// What a layout says where a part of the mail stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    Content,
    Image,
    /// The button, and the parts of others.
    Action,
    /// Brand, postal address and the three links.
    Footer,
    /// The dot that tells that a mail was opened.
    Open,
    Preheader,
    /// With the element that hides it; ours alone.
    HiddenPreheader,
    Subject,
    BrandName,
    Address,
    Unsubscribe,
    Preferences,
    Why,
    /// The attributes of the root; ours alone.
    Language,
}

impl Slot {
    /// Those that a layout of a programme may name.
    const NAMED: [(Slot, &str); 12] = [
        (Slot::Content, "content"),
        (Slot::Image, "image"),
        (Slot::Action, "action"),
        (Slot::Footer, "footer"),
        (Slot::Open, "open"),
        (Slot::Preheader, "preheader"),
        (Slot::Subject, "subject"),
        (Slot::BrandName, "brand.name"),
        (Slot::Address, "address"),
        (Slot::Unsubscribe, "unsubscribe"),
        (Slot::Preferences, "preferences"),
        (Slot::Why, "why"),
    ];

    fn from_name(name: &str) -> Option<Slot> {
        Slot::NAMED.iter().find(|it| it.1 == name).map(|it| it.0)
    }

    /// Whether it is filled with elements, which cannot stand inside an attribute.
    fn is_elements(self) -> bool {
        match self {
            Slot::Content
            | Slot::Image
            | Slot::Action
            | Slot::Footer
            | Slot::Open
            | Slot::HiddenPreheader => true,
            Slot::Preheader
            | Slot::Subject
            | Slot::BrandName
            | Slot::Address
            | Slot::Unsubscribe
            | Slot::Preferences
            | Slot::Why
            | Slot::Language => false,
        }
    }
}

impl Layout {
    /// A layout written in MJML, or everything that is wrong with it, with line and column.
    pub fn from_mjml(source: &str) -> Result<Layout, Vec<Problem>> {
        if SOURCE_MAX_BYTES < source.len() {
            let message = format!("the layout is longer than {SOURCE_MAX_BYTES} bytes");
            return Err(vec![Problem::new(message).hint("move images out of it")]);
        }
        let pieces = mjml::pieces(source)?;
        let texts = pieces.iter().map(|it| match it {
            Piece::Text(text) => text.as_str(),
            Piece::Slot(_) => "",
        });
        let missed = crate::clients::missed(&texts.collect::<String>());
        let missed = missed.into_iter().map(|(what, by)| Missed { what, by }).collect();
        Ok(Layout { source: source.to_owned(), pieces, missed })
    }

    /// What somebody who reads a mail in it would miss.
    pub fn missed(&self) -> &[Missed] {
        &self.missed
    }

    /// The MJML that it was made of.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// Whether everybody who reads it can unsubscribe.
    pub(crate) fn offers_unsubscribing(&self) -> bool {
        self.has(Slot::Footer) || self.has(Slot::Unsubscribe)
    }

    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.pieces.contains(&Piece::Slot(slot))
    }

    pub(crate) fn pieces(&self) -> &[Piece] {
        &self.pieces
    }
}

impl PartialEq for Layout {
    fn eq(&self, other: &Layout) -> bool {
        self.source == other.source
    }
}

/// One column of 600 pixels. Colours stand inline for light programs; the style sheet only turns
/// them over for dark ones, which are those that read style sheets.
pub(crate) static BUILT_IN: LazyLock<Layout> = LazyLock::new(|| {
    let source = include_str!("built_in.html").replace("{{ font }}", FONT);
    let own = |name: &str| match name {
        "language" => Some(Slot::Language),
        "hidden_preheader" => Some(Slot::HiddenPreheader),
        name => Slot::from_name(name),
    };
    let mut pieces = Vec::new();
    let mut rest = source.as_str();
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        pieces.push(Piece::Text(before.to_owned()));
        pieces.extend(own(name.trim()).map(Piece::Slot));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    // A test holds it against the same table.
    Layout { source: String::new(), pieces, missed: Vec::new() }
});

#[cfg(test)]
mod tests;
