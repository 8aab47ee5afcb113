//! What mail programs show of a mail's HTML, by the tests of caniemail.com (`support.tsv`).
//!
//! It tells what a mail uses by looking at its tags and its styles. What stands in `@media`, `@supports` and their
//! like is an addition for programs that know it, so of these only the rule itself counts, and what stands in
//! conditional comments is for Outlook alone.

use crate::css::{Declaration, Statement, declarations, statements, without_comments};
use crate::html::tags;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Values by which a property does nothing.
const IDLE: [&str; 9] =
    ["none", "static", "visible", "auto", "normal", "initial", "inherit", "unset", "0"];

/// Properties that are tested under the name of another.
const TOGETHER: [(&str, &str); 14] = [
    ("right", "top"),
    ("bottom", "top"),
    ("left", "top"),
    ("column-gap", "gap"),
    ("row-gap", "gap"),
    ("grid-template-rows", "grid-template-columns"),
    ("grid-template-areas", "grid-template-columns"),
    ("grid-template", "grid-template-columns"),
    ("animation-name", "animation"),
    ("columns", "column-count"),
    ("text-decoration-line", "text-decoration"),
    ("overflow-x", "overflow"),
    ("overflow-y", "overflow"),
    ("word-wrap", "word-break"),
];

/// A feature that a mail may use, and who shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Feature {
    /// Its kind and name: `property padding`, `element video`.
    told: &'static str,
    /// Whether a reader misses something where it is not shown, rather than seeing it plainer.
    pub is_lost: bool,
    /// In the order of [`clients`].
    pub support: Vec<Support>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Support {
    Yes,
    Partly,
    No,
    Untested,
}

struct Table {
    clients: Vec<&'static str>,
    features: Vec<Feature>,
}

static TABLE: LazyLock<Table> = LazyLock::new(|| {
    let mut lines = include_str!("support.tsv").lines().filter(|it| !it.starts_with('#'));
    let head = lines.next().unwrap_or_default();
    let feature = |line: &'static str| {
        let mut cells = line.split('\t');
        let told = cells.next()?;
        let is_lost = cells.next()? == "lost";
        Some(Feature { told, is_lost, support: cells.map(Support::read).collect() })
    };
    Table {
        clients: head.split('\t').skip(2).collect(),
        features: lines.filter_map(feature).collect(),
    }
});

/// The programs that most people read mail with.
pub(crate) fn clients() -> &'static [&'static str] {
    &TABLE.clients
}

/// The features that a mail uses, as far as they were tested, in the order of the table.
pub(crate) fn used(html: &str) -> Vec<&'static Feature> {
    let found = Found::of(html).0;
    TABLE.features.iter().filter(|it| found.contains(it.told)).collect()
}

/// What somebody who reads a mail misses: in words, with the programs that do not show it.
pub(crate) fn missed(html: &str) -> Vec<(String, Vec<&'static str>)> {
    let without = |it: &Feature| -> Vec<&'static str> {
        let pairs = clients().iter().zip(&it.support);
        pairs.filter(|it| *it.1 == Support::No).map(|it| *it.0).collect()
    };
    let lost = used(html).into_iter().filter(|it| it.is_lost);
    let missed = lost.map(|it| (it.words(), without(it)));
    missed.filter(|it| !it.1.is_empty()).collect()
}

impl Support {
    fn read(cell: &str) -> Support {
        match cell {
            "y" => Support::Yes,
            "a" => Support::Partly,
            "n" => Support::No,
            _ => Support::Untested,
        }
    }
}

impl Feature {
    /// As its author wrote it.
    pub fn words(&self) -> String {
        let (kind, name) = self.told.split_once(' ').unwrap_or((self.told, ""));
        match (kind, name) {
            ("value", name) => format!("`{}`", name.replacen(' ', ": ", 1)),
            ("function", name) => format!("`{name}()`"),
            ("unit", name) => format!("the unit `{name}`"),
            ("element", "h1") => "`<h1>` to `<h6>`".to_owned(),
            ("element", "ul") => "`<ul>` and `<ol>`".to_owned(),
            ("element", name) => format!("`<{name}>`"),
            ("attribute", name) => format!("the attribute `{name}`"),
            ("media", name) => format!("`@media ({name})`"),
            ("meta", name) => format!("`<meta name=\"{name}\">`"),
            ("image", "data") => "an image inside the mail (`data:`)".to_owned(),
            ("image", name) => format!("an image as `.{name}`"),
            (_, name) => format!("`{name}`"),
        }
    }
}

/// Kinds and names of what a mail uses, tested or not.
#[derive(Default)]
struct Found(BTreeSet<String>);

impl Found {
    fn of(html: &str) -> Found {
        let mut found = Found::default();
        for tag in tags(html).filter(|it| !it.closes) {
            let name = match tag.name.as_str() {
                "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "h1",
                "ul" | "ol" | "dl" => "ul",
                name => name,
            };
            found.add("element", name);
            for it in &tag.attributes {
                found.add("attribute", &it.name);
                match (tag.name.as_str(), it.name.as_str()) {
                    (_, "style") => found.block(&declarations(it.value)),
                    ("img" | "source", "src" | "srcset") => found.image(it.value),
                    ("meta", "name") => found.add("meta", &it.value.to_ascii_lowercase()),
                    _ => {}
                }
            }
            if tag.name == "style" {
                found.sheet(tag.raw);
            }
        }
        found
    }

    fn add(&mut self, kind: &str, name: &str) {
        self.0.insert(format!("{kind} {name}"));
    }

    /// What cannot be read, no program can either.
    fn sheet(&mut self, css: &str) {
        let Ok(css) = without_comments(css) else { return };
        for statement in statements(&css).unwrap_or_default() {
            match statement {
                Statement::At { text, at: _ } => {
                    let head = text.split(['{', ';']).next().unwrap_or_default();
                    let name = head.split_whitespace().next().unwrap_or_default();
                    self.add("rule", &name.to_ascii_lowercase());
                    if head.contains("prefers-color-scheme") {
                        self.add("media", "prefers-color-scheme");
                    }
                }
                Statement::Rule { selectors, body } => {
                    selectors.iter().for_each(|it| self.pseudo(it.text));
                    self.block(&declarations(body.text));
                }
            }
        }
    }

    fn pseudo(&mut self, selector: &str) {
        for part in selector.split(':').skip(1) {
            let ends = |it: char| !it.is_ascii_alphanumeric() && it != '-';
            let name = part.split(ends).next().unwrap_or_default();
            let colons = if matches!(name, "before" | "after") { "::" } else { ":" };
            self.add("pseudo", &format!("{colons}{name}"));
        }
    }

    fn block(&mut self, block: &[Declaration]) {
        for (n, it) in block.iter().enumerate() {
            let value = it.value.to_ascii_lowercase();
            if IDLE.contains(&value.as_str()) && it.name != "display" {
                continue;
            }
            self.property(&it.name, &value);
            // A value before it is for programs that do not know this one.
            if !block[..n].iter().any(|before| before.name == it.name) {
                self.value(&value);
            }
        }
    }

    fn property(&mut self, name: &str, value: &str) {
        let together = TOGETHER.iter().find(|it| it.0 == name).map(|it| it.1);
        let family = ["padding", "margin"].into_iter().find(|it| name.starts_with(it));
        let border = name.strip_prefix("border-").map(|it| match it {
            it if it.ends_with("radius") => "border-radius",
            "collapse" | "spacing" | "image" => name,
            _ => "border",
        });
        self.add("property", together.or(family).or(border).unwrap_or(name));
        if name == "background" && value.contains("url(") {
            self.add("property", "background-image");
        }
        if name == "display" {
            let word = value.strip_prefix("inline-").unwrap_or(value);
            self.add("value", &format!("display {word}"));
        }
    }

    fn value(&mut self, value: &str) {
        let is_name = |it: char| it.is_ascii_alphanumeric() || it == '-';
        for (at, _) in value.match_indices('(') {
            let name = value[..at].rsplit(|it| !is_name(it)).next().unwrap_or_default();
            self.add(
                "function",
                if matches!(name, "lch" | "lab" | "oklab") { "oklch" } else { name },
            );
        }
        let ends = |it: char| !it.is_ascii_alphanumeric() && !matches!(it, '.' | '%');
        for word in value.split(ends) {
            let unit = word.trim_start_matches(|it: char| it.is_ascii_digit() || it == '.');
            if unit.len() < word.len() {
                self.add("unit", unit);
            }
        }
    }

    fn image(&mut self, address: &str) {
        if address.starts_with("data:") {
            return self.add("image", "data");
        }
        let path = address.split(['?', '#', ' ']).next().unwrap_or_default();
        if let Some((_, ending)) = path.rsplit_once('.') {
            self.add("image", &ending.to_ascii_lowercase());
        }
    }
}

#[cfg(test)]
mod tests;
