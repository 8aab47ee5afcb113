//! Style sheets as far as mails need them: their rules and declarations, and where each stands.
//!
//! It reads what is written and judges no property and no value.

pub(crate) mod inline;
mod selector;

pub(crate) use selector::{Hits, Selector};

/// One `name: value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Declaration {
    /// In small letters, but for names of an author's own (`--x`). Empty where there is no colon.
    pub name: String,
    /// Without `!important`.
    pub value: String,
    pub important: bool,
    /// Where it begins in its text.
    pub at: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Statement<'a> {
    /// With all that stands in it.
    At {
        text: &'a str,
        at: usize,
    },
    Rule {
        selectors: Vec<Part<'a>>,
        body: Part<'a>,
    },
}

/// A part of a text, without blanks at its ends, and where it begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub text: &'a str,
    pub at: usize,
}

/// What is wrong with a style sheet, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub message: String,
    pub at: usize,
}

impl Fault {
    fn new(message: impl Into<String>, at: usize) -> Fault {
        Fault { message: message.into(), at }
    }
}

/// The statements of a style sheet without comments (see [`without_comments`]).
pub(crate) fn statements(css: &str) -> Result<Vec<Statement<'_>>, Fault> {
    let mut statements = Vec::new();
    let mut at = 0;
    loop {
        at += css[at..].len() - css[at..].trim_start().len();
        if css.len() <= at {
            return Ok(statements);
        }
        let is_at = css[at..].starts_with('@');
        let ends: &[u8] = if is_at { b";{" } else { b"{" };
        let Some(open) = find(css, at, ends) else {
            if is_at {
                // The last `;` may be left out.
                statements.push(Statement::At { text: css[at..].trim_end(), at });
                return Ok(statements);
            }
            return Err(Fault::new("there is no block `{ … }` after the selector", at));
        };
        if css[open..].starts_with(';') {
            statements.push(Statement::At { text: &css[at..=open], at });
            at = open + 1;
            continue;
        }
        let close = block_end(css, open)?;
        if is_at {
            statements.push(Statement::At { text: &css[at..=close], at });
        } else {
            let selectors = parts(&css[at..open], b',', at);
            let body = Part { text: &css[open + 1..close], at: open + 1 };
            if let Some(nested) = find(body.text, 0, b"{") {
                return Err(Fault::new("rules cannot stand in rules", body.at + nested));
            }
            statements.push(Statement::Rule { selectors, body });
        }
        at = close + 1;
    }
}

/// The declarations of a block or of a `style` attribute; what has no colon has no name.
pub(crate) fn declarations(text: &str) -> Vec<Declaration> {
    let mut declarations = Vec::new();
    for part in parts(text, b';', 0) {
        let Part { text, at } = part;
        if text.is_empty() {
            continue;
        }
        let Some((name, value)) = text.split_once(':') else {
            let value = text.to_owned();
            declarations.push(Declaration { name: String::new(), value, important: false, at });
            continue;
        };
        let name = match name.trim() {
            own if own.starts_with("--") => own.to_owned(),
            name => name.to_ascii_lowercase(),
        };
        let (value, important) = match value.rsplit_once('!') {
            Some((before, word)) if word.trim().eq_ignore_ascii_case("important") => (before, true),
            Some(_) | None => (value, false),
        };
        declarations.push(Declaration { name, value: value.trim().to_owned(), important, at });
    }
    declarations
}

/// The text with blanks in place of comments, so that places stay.
pub(crate) fn without_comments(css: &str) -> Result<String, Fault> {
    let mut out = String::with_capacity(css.len());
    let mut at = 0;
    while let Some(start) = comment(css, at) {
        let Some(length) = css[start + 2..].find("*/") else {
            return Err(Fault::new("a comment has no end", start));
        };
        let end = start + 2 + length + 2;
        out.push_str(&css[at..start]);
        out.extend(css[start..end].bytes().map(|it| if it == b'\n' { '\n' } else { ' ' }));
        at = end;
    }
    out.push_str(&css[at..]);
    // What hides style sheets from the browsers of 1996 is still written.
    Ok(out.replace("<!--", "    ").replace("-->", "   "))
}

fn comment(css: &str, from: usize) -> Option<usize> {
    let mut quote = None;
    let bytes = css.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match (bytes[at], quote) {
            (b'\\', _) => at += 1,
            (it, Some(open)) if it == open || it == b'\n' => quote = None,
            (_, Some(_)) => {}
            (it @ (b'"' | b'\''), None) => quote = Some(it),
            (b'/', None) if bytes.get(at + 1) == Some(&b'*') => return Some(at),
            (_, None) => {}
        }
        at += 1;
    }
    None
}

/// The pieces between the separators that stand in no string, no brackets and no entity.
fn parts(text: &str, separator: u8, base: usize) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut start = 0;
    loop {
        let end = find(text, start, &[separator]).unwrap_or(text.len());
        let whole = &text[start..end];
        let at = base + start + whole.len() - whole.trim_start().len();
        parts.push(Part { text: whole.trim(), at });
        if text.len() <= end {
            return parts;
        }
        start = end + 1;
    }
}

/// The first of `wanted` that stands in no string, no brackets and no entity.
fn find(text: &str, from: usize, wanted: &[u8]) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut quote = None;
    let mut depth = 0_usize;
    let mut at = from;
    while at < bytes.len() {
        let (letter, length) = match bytes[at] {
            b'&' => entity(&text[at..]).unwrap_or((b'&', 1)),
            it => (it, 1),
        };
        match (letter, quote) {
            (b'\\', _) => at += 1,
            // A string ends with its line, whatever its author meant.
            (it, Some(open)) if it == open || it == b'\n' => quote = None,
            (_, Some(_)) => {}
            (it, None) if depth == 0 && length == 1 && wanted.contains(&it) => return Some(at),
            (it @ (b'"' | b'\''), None) => quote = Some(it),
            (b'(' | b'[', None) => depth += 1,
            (b')' | b']', None) => depth = depth.saturating_sub(1),
            (_, None) => {}
        }
        at += length;
    }
    None
}

/// The letter that an entity of an attribute stands for, as far as it matters, and how long it is.
fn entity(text: &str) -> Option<(u8, usize)> {
    let end = text.bytes().take(12).position(|it| it == b';')?;
    let name = &text[1..end];
    let is_name = |it: u8| it.is_ascii_alphanumeric() || it == b'#';
    if name.is_empty() || !name.bytes().all(is_name) {
        return None;
    }
    let letter = match name {
        "quot" | "#34" => b'"',
        "apos" | "#39" => b'\'',
        _ => b'&',
    };
    Some((letter, end + 1))
}

/// Where the block ends that begins at `open`.
fn block_end(css: &str, open: usize) -> Result<usize, Fault> {
    let mut depth = 0_usize;
    let mut at = open;
    while let Some(found) = find(css, at, b"{}") {
        match css.as_bytes()[found] {
            b'{' => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        if depth == 0 {
            return Ok(found);
        }
        at = found + 1;
    }
    Err(Fault::new("a block is not closed", open))
}

#[cfg(test)]
mod tests;
