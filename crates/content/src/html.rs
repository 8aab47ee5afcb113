//! The tags of a mail's HTML, in their order, as a mail program finds them.
//!
//! Comments are passed over, and with them what stands in conditional ones for old versions of Outlook.

/// Elements whose content is text alone, whatever it looks like. The last one is that of layouts.
const RAW: [&str; 5] = ["style", "script", "title", "textarea", "mj-style"];

/// Elements that never have an end.
const VOID: [&str; 14] = [
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tag<'a> {
    /// In small letters.
    pub name: String,
    pub closes: bool,
    /// Where its `<` is.
    pub start: usize,
    /// Behind its last attribute, or behind its name where it has none.
    pub attributes_end: usize,
    /// Behind its `>`.
    pub end: usize,
    pub attributes: Vec<Attribute<'a>>,
    /// The text of an element that has nothing else.
    pub raw: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute<'a> {
    /// In small letters.
    pub name: String,
    /// As it is written, with its entities, without quotes.
    pub value: &'a str,
    /// Where name and value are, quotes included.
    pub start: usize,
    pub end: usize,
}

impl Tag<'_> {
    /// The first of that name: later ones do not count.
    pub fn attribute(&self, name: &str) -> Option<&Attribute<'_>> {
        self.attributes.iter().find(|it| it.name == name)
    }

    pub fn is_void(&self) -> bool {
        VOID.contains(&self.name.as_str())
    }
}

pub(crate) fn tags(html: &str) -> Tags<'_> {
    Tags { html, at: 0 }
}

pub(crate) struct Tags<'a> {
    html: &'a str,
    at: usize,
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        loop {
            let start = self.at + self.html[self.at..].find('<')?;
            let rest = &self.html[start + 1..];
            if rest.starts_with("!--") {
                self.at = self.after(start, "-->")?;
                continue;
            }
            if rest.starts_with(['!', '?']) {
                self.at = self.after(start, ">")?;
                continue;
            }
            let closes = rest.starts_with('/');
            let name_start = start + 1 + usize::from(closes);
            if !self.html[name_start..].starts_with(|it: char| it.is_ascii_alphabetic()) {
                self.at = start + 1;
                continue;
            }
            let tag = self.tag(start, name_start, closes)?;
            self.at = tag.end + tag.raw.len();
            return Some(tag);
        }
    }
}

impl<'a> Tags<'a> {
    fn after(&self, from: usize, what: &str) -> Option<usize> {
        self.html[from..].find(what).map(|it| from + it + what.len())
    }

    /// None where the text ends within it.
    fn tag(&self, start: usize, name_start: usize, closes: bool) -> Option<Tag<'a>> {
        let name_end = self.until(name_start, |it| is_blank(it) || matches!(it, '/' | '>'));
        let name = self.html[name_start..name_end].to_ascii_lowercase();
        let mut attributes: Vec<Attribute<'a>> = Vec::new();
        let mut at = name_end;
        let end = loop {
            at = self.until(at, |it| !is_blank(it) && it != '/');
            match self.html[at..].chars().next()? {
                '>' => break at + 1,
                _ => {
                    let attribute = self.attribute(at)?;
                    at = attribute.end;
                    attributes.push(attribute);
                }
            }
        };
        let attributes_end = attributes.last().map_or(name_end, |it| it.end);
        let raw = match !closes && RAW.contains(&name.as_str()) {
            true => self.raw(end, &name),
            false => "",
        };
        Some(Tag { name, closes, start, attributes_end, end, attributes, raw })
    }

    fn attribute(&self, start: usize) -> Option<Attribute<'a>> {
        // A name may begin with `=`, and has one letter at least.
        let first = self.html[start..].chars().next()?.len_utf8();
        let name_end =
            self.until(start + first, |it| is_blank(it) || matches!(it, '/' | '>' | '='));
        let name = self.html[start..name_end].to_ascii_lowercase();
        let equals = self.until(name_end, |it| !is_blank(it));
        if !self.html[equals..].starts_with('=') {
            return Some(Attribute { name, value: "", start, end: name_end });
        }
        let from = self.until(equals + 1, |it| !is_blank(it));
        let (value, end) = match self.html[from..].chars().next()? {
            quote @ ('"' | '\'') => {
                let length = self.html[from + 1..].find(quote)?;
                (&self.html[from + 1..from + 1 + length], from + length + 2)
            }
            _ => {
                let end = self.until(from, |it| is_blank(it) || it == '>');
                (&self.html[from..end], end)
            }
        };
        Some(Attribute { name, value, start, end })
    }

    fn raw(&self, from: usize, name: &str) -> &'a str {
        let rest = &self.html[from..];
        let is_end = |at: &usize| {
            rest[at + 2..].get(..name.len()).is_some_and(|it| it.eq_ignore_ascii_case(name))
        };
        let end = rest.match_indices("</").map(|it| it.0).find(is_end);
        &rest[..end.unwrap_or(rest.len())]
    }

    fn until(&self, from: usize, is: impl Fn(char) -> bool) -> usize {
        self.html[from..].find(is).map_or(self.html.len(), |it| from + it)
    }
}

fn is_blank(it: char) -> bool {
    it.is_ascii_whitespace()
}
