//! MJML to the pieces of a layout.

use super::styles::Styles;
use super::{Piece, Slot};
use model::Problem;
use mrml::prelude::render::RenderOptions;

/// Elements within elements; reading and rendering recurse.
const DEPTH_MAX: usize = 64;

/// The elements that the renderer knows; it passes over any other without a word.
const ELEMENTS: [&str; 33] = [
    "mjml",
    "mj-head",
    "mj-body",
    "mj-attributes",
    "mj-all",
    "mj-class",
    "mj-breakpoint",
    "mj-font",
    "mj-preview",
    "mj-style",
    "mj-title",
    "mj-accordion",
    "mj-accordion-element",
    "mj-accordion-text",
    "mj-accordion-title",
    "mj-button",
    "mj-carousel",
    "mj-carousel-image",
    "mj-column",
    "mj-divider",
    "mj-group",
    "mj-hero",
    "mj-image",
    "mj-navbar",
    "mj-navbar-link",
    "mj-raw",
    "mj-section",
    "mj-social",
    "mj-social-element",
    "mj-spacer",
    "mj-table",
    "mj-text",
    "mj-wrapper",
];

/// How markers begin and end. Letters alone, so that they go through text and attributes unchanged.
pub(super) const OPEN: &str = "Zq";
pub(super) const CLOSE: &str = "qZ";

/// The languages that MJML claims where nobody says one, and its direction.
const NO_LANGUAGE: &str = " lang=\"und\" dir=\"auto\"";

pub(super) fn pieces(source: &str) -> Result<Vec<Piece>, Vec<Problem>> {
    let mut problems = elements(source);
    let marked = match marked(source) {
        Ok(marked) => marked,
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    let (styles, marked) = match Styles::taken(&marked) {
        Ok(taken) => taken,
        Err(found) => {
            problems.extend(found);
            return Err(problems);
        }
    };
    if !problems.is_empty() {
        return Err(problems);
    }
    let root = mrml::parse(&marked).map_err(|error| vec![unreadable(&error, source)])?;
    // Without fonts of others, which tell them who reads a mail and when; a layout may name its own.
    let options = RenderOptions { fonts: Default::default(), ..RenderOptions::default() };
    let html = root
        .element
        .render(&options)
        .map_err(|error| vec![Problem::new(format!("the layout cannot be rendered: {error}"))])?;
    let pieces = completed(split(&styles.inlined(&html)?));
    check(&pieces)?;
    Ok(pieces)
}

/// The source with a marker of the same length in place of each slot, so that places stay.
fn marked(source: &str) -> Result<String, Vec<Problem>> {
    let mut out = String::with_capacity(source.len());
    let mut problems = Vec::new();
    let mut at = 0;
    while let Some(start) = source[at..].find("{{").map(|it| at + it) {
        out.push_str(&source[at..start]);
        let end = source[start..].find("}}").map_or(source.len(), |it| start + it + 2);
        let whole = &source[start..end];
        let name = whole.trim_matches(['{', '}']).trim();
        match Slot::NAMED.iter().position(|it| it.1 == name) {
            Some(n) if whole.ends_with("}}") => {
                let letter = char::from(b'a' + n as u8);
                let fixed = OPEN.len() + 1 + CLOSE.len();
                let filler = "0".repeat(whole.len().saturating_sub(fixed));
                out.push_str(&format!("{OPEN}{letter}{filler}{CLOSE}"));
            }
            Some(_) | None => {
                let names: Vec<&str> = Slot::NAMED.iter().map(|it| it.1).collect();
                let hint = format!("there are {}", names.join(", "));
                let problem = Problem::new(format!("there is no slot `{name}` in a layout"));
                problems.push(placed(problem.hint(hint), source, start));
            }
        }
        at = end;
    }
    out.push_str(&source[at..]);
    // The tags of templates do nothing here, and a text that looks like a marker would be one.
    for (what, hint) in [("{%", "layouts have slots only"), (OPEN, "write another word")] {
        if let Some(at) = source.find(what) {
            let problem = Problem::new(format!("`{what}` cannot stand in a layout")).hint(hint);
            problems.push(placed(problem, source, at));
        }
    }
    if problems.is_empty() { Ok(out) } else { Err(problems) }
}

/// Looks at the names and the depth of the elements, and at what the renderer would leave undone.
fn elements(source: &str) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut depth = 0_usize;
    let mut at = 0;
    while let Some(start) = source[at..].find('<').map(|it| at + it) {
        let rest = &source[start + 1..];
        at = start + 1;
        if rest.starts_with("!--") {
            at = rest.find("-->").map_or(source.len(), |it| start + 1 + it);
            continue;
        }
        let closes = rest.starts_with('/');
        let name = rest.trim_start_matches('/');
        let name = &name[..name
            .find(|it: char| !it.is_ascii_alphanumeric() && it != '-')
            .unwrap_or(name.len())];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        match (closes, tag.ends_with('/')) {
            (true, _) => depth = depth.saturating_sub(1),
            (false, false) if name.starts_with("mj") => depth += 1,
            (false, _) => {}
        }
        if DEPTH_MAX < depth {
            let message = format!("elements are nested deeper than {DEPTH_MAX}");
            problems.push(placed(Problem::new(message), source, start));
            return problems;
        }
        if closes || !name.starts_with("mj") {
            continue;
        }
        if name == "mj-include" {
            let problem = Problem::new("a layout takes in no other file");
            problems.push(placed(problem.hint("write it here"), source, start));
        } else if !ELEMENTS.contains(&name) {
            let problem = Problem::new(format!("there is no element `{name}`"));
            problems.push(placed(problem.hint("the elements are those of MJML"), source, start));
        }
    }
    problems
}

fn split(html: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = html;
    // Only markers of ours are left of what begins so.
    while let Some((before, after)) = rest.split_once(OPEN) {
        pieces.push(Piece::Text(before.to_owned()));
        let letter = after.bytes().next().unwrap_or_default();
        let slot = Slot::NAMED.get(usize::from(letter.wrapping_sub(b'a'))).map(|it| it.0);
        pieces.extend(slot.map(Piece::Slot));
        rest = after.split_once(CLOSE).map_or("", |it| it.1);
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
}

/// Adds what every mail has and its author need not think of: language, title, preheader, and the dot.
fn completed(pieces: Vec<Piece>) -> Vec<Piece> {
    let has = |slot| pieces.contains(&Piece::Slot(slot));
    let mut wanted: Vec<(&str, &str, Slot)> = Vec::new();
    let is_untitled =
        |it: &Piece| matches!(it, Piece::Text(text) if text.contains("<title></title>"));
    if pieces.iter().any(is_untitled) {
        wanted.push(("<title>", ">", Slot::Subject));
    }
    if !has(Slot::Preheader) {
        wanted.push(("<body", ">", Slot::HiddenPreheader));
    }
    if !has(Slot::Open) {
        wanted.push(("</body>", "", Slot::Open));
    }
    let mut whole = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Slot(slot) => whole.push(Piece::Slot(slot)),
            Piece::Text(text) => complete(&text, &mut wanted, &mut whole),
        }
    }
    whole
}

/// Takes a text apart where something is to be added.
fn complete<'a>(text: &str, wanted: &mut Vec<(&'a str, &'a str, Slot)>, whole: &mut Vec<Piece>) {
    let place = wanted.iter().enumerate().find_map(|(n, (after, end, slot))| {
        let start = text.find(after)?;
        // Before `</body>`, and behind the end of `<body …>`.
        let at = if end.is_empty() { start } else { start + text[start..].find(end)? + 1 };
        Some((n, at, *slot))
    });
    match place {
        Some((n, at, slot)) => {
            wanted.remove(n);
            complete(&text[..at], wanted, whole);
            whole.push(Piece::Slot(slot));
            complete(&text[at..], wanted, whole);
        }
        None => match text.split_once(NO_LANGUAGE) {
            Some((before, after)) => {
                whole.push(Piece::Text(before.to_owned()));
                whole.push(Piece::Slot(Slot::Language));
                complete(after, wanted, whole);
            }
            None => whole.push(Piece::Text(text.to_owned())),
        },
    }
}

/// What only the rendered layout shows.
fn check(pieces: &[Piece]) -> Result<(), Vec<Problem>> {
    let mut problems = Vec::new();
    let name = |slot: Slot| Slot::NAMED.iter().find(|it| it.0 == slot).map_or("", |it| it.1);
    let mut in_tag = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                in_tag = match (text.rfind('<'), text.rfind('>')) {
                    (Some(open), Some(close)) => close < open,
                    (Some(_), None) => true,
                    (None, Some(_)) => false,
                    (None, None) => in_tag,
                };
            }
            Piece::Slot(slot) if in_tag && slot.is_elements() => {
                let problem = Problem::new(format!("`{}` stands inside a tag", name(*slot)));
                problems.push(problem.hint("put it into mj-text or mj-raw"));
            }
            Piece::Slot(_) => {}
        }
    }
    if !pieces.contains(&Piece::Slot(Slot::Content)) {
        let problem = Problem::new("the layout has no place for the content");
        problems.push(problem.hint("write <mj-text>{{ content }}</mj-text>"));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

fn unreadable(error: &mrml::prelude::parser::Error, source: &str) -> Problem {
    let text = error.to_string();
    let what = text.split(" in root template").next().unwrap_or(&text);
    let problem = Problem::new(format!("the layout cannot be read: {what}"));
    let problem = problem.hint("an element may not be closed, or stand where none of its kind may");
    let inner = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let position = text.rsplit_once(" position ").and_then(|it| it.1.split_once(':'));
    if let Some(at) = position.and_then(|it| it.0.parse::<usize>().ok()) {
        return placed(problem, source, at);
    }
    let place = inner.rsplit(' ').next().and_then(|it| it.split_once(':'));
    match place.and_then(|(line, column)| Some((line.parse().ok()?, column.parse().ok()?))) {
        Some((line, column)) => problem.at(line, column),
        None => problem.at(source.lines().count().max(1), 1),
    }
}

pub(super) fn placed(problem: Problem, source: &str, at: usize) -> Problem {
    let before = source.get(..at).unwrap_or(source);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    problem.at(line, column)
}
