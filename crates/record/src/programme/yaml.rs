//! The one style in which we write YAML: as the manual does. Fields stand one a line; what is short
//! and holds no condition stands in braces; text is in quotes only where YAML would misread it.

use super::tree::Tree;

/// A line that is read without scrolling.
const COLUMNS_MAX: usize = 100;

/// A whole file.
pub fn to_yaml(tree: &Tree) -> String {
    let mut out = String::new();
    match tree {
        Tree::Fields(fields) if !fields.is_empty() => entries(&mut out, 0, fields, ""),
        Tree::List(items) if !items.is_empty() => {
            for item in items {
                match item {
                    // A list that is a file: one definition after the other, each over some lines.
                    Tree::Fields(fields) if !fields.is_empty() => {
                        entries(&mut out, 2, fields, "- ");
                    }
                    other => item_of(&mut out, 0, other),
                }
            }
        }
        other => {
            out.push_str(&flow(other));
            out.push('\n');
        }
    }
    out
}

/// On one line, as it is shown.
pub fn flow(tree: &Tree) -> String {
    match tree {
        Tree::Nothing => "null".to_owned(),
        Tree::Truth(it) => it.to_string(),
        Tree::Number(it) => it.to_string(),
        Tree::Text(text) => quoted_if(text, !is_plain(text, true)),
        Tree::List(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Tree::Fields(fields) => {
            let field = |(name, it): &(String, Tree)| {
                format!("{}: {}", quoted_if(name, !is_plain(name, true)), flow(it))
            };
            let fields: Vec<String> = fields.iter().map(field).collect();
            format!("{{{}}}", fields.join(", "))
        }
    }
}

/// Fields one below the other. `mark` takes the place of the first one's indent in a list.
fn entries(out: &mut String, indent: usize, fields: &[(String, Tree)], mark: &str) {
    for (n, (name, value)) in fields.iter().enumerate() {
        let spaces = if n == 0 { indent - mark.len() } else { indent };
        out.push_str(&" ".repeat(spaces));
        if n == 0 {
            out.push_str(mark);
        }
        out.push_str(&quoted_if(name, !is_plain(name, true)));
        out.push(':');
        after_name(out, indent, name, value);
    }
}

fn after_name(out: &mut String, indent: usize, name: &str, value: &Tree) {
    if let Some(line) = on_one_line(value, indent + name.len() + 2) {
        out.push(' ');
        out.push_str(&line);
        out.push('\n');
        return;
    }
    out.push('\n');
    match value {
        Tree::Fields(fields) => entries(out, indent + 2, fields, ""),
        Tree::List(items) => items.iter().for_each(|it| item_of(out, indent + 2, it)),
        Tree::Nothing | Tree::Truth(_) | Tree::Number(_) | Tree::Text(_) => {}
    }
}

fn item_of(out: &mut String, indent: usize, item: &Tree) {
    let line = match item {
        // `- wait: 10m` and `- message: {…}` read better than with braces around all of it.
        Tree::Fields(fields) if fields.len() == 1 => None,
        Tree::Fields(fields) if fields.iter().any(|it| matches!(it.1, Tree::Fields(_))) => None,
        other => on_one_line(other, indent + 2),
    };
    match (line, item) {
        (Some(line), _) => {
            out.push_str(&format!("{}- {line}\n", " ".repeat(indent)));
        }
        (None, Tree::Fields(fields)) => entries(out, indent + 2, fields, "- "),
        (None, Tree::List(items)) => {
            out.push_str(&format!("{}-\n", " ".repeat(indent)));
            items.iter().for_each(|it| item_of(out, indent + 2, it));
        }
        (None, other) => out.push_str(&format!("{}- {}\n", " ".repeat(indent), flow(other))),
    }
}

/// The value behind its name, if it may stand on one line with so many columns before it.
fn on_one_line(value: &Tree, before: usize) -> Option<String> {
    match value {
        Tree::Text(text) => Some(quoted_if(text, !is_plain(text, false))),
        Tree::Nothing | Tree::Truth(_) | Tree::Number(_) => Some(flow(value)),
        Tree::List(_) | Tree::Fields(_) if value.is_empty() => Some(flow(value)),
        Tree::List(items) if items.iter().any(|it| matches!(it, Tree::Fields(_))) => None,
        Tree::List(_) | Tree::Fields(_) => {
            let line = flow(value);
            let fits = before + line.chars().count() <= COLUMNS_MAX;
            (fits && is_short(value)).then_some(line)
        }
    }
}

/// Nothing in it asks for lines of its own: no condition, no list of steps or arms.
fn is_short(value: &Tree) -> bool {
    match value {
        Tree::Nothing | Tree::Truth(_) | Tree::Number(_) | Tree::Text(_) => true,
        Tree::List(items) => items.iter().all(|it| !matches!(it, Tree::Fields(_)) && is_short(it)),
        Tree::Fields(fields) => fields.iter().all(|(name, it)| name != "when" && is_short(it)),
    }
}

fn quoted_if(text: &str, needed: bool) -> String {
    if !needed {
        return text.to_owned();
    }
    let has = |wanted: char| text.contains(wanted);
    if (has('"') || has('\\')) && !has('\'') && !text.chars().any(must_be_escaped) {
        return format!("'{text}'");
    }
    let mut out = String::from("\"");
    for it in text.chars() {
        match it {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            it if must_be_escaped(it) => out.push_str(&format!("\\U{:08X}", u32::from(it))),
            it => out.push(it),
        }
    }
    out.push('"');
    out
}

/// What YAML takes for the end of a line, or does not take at all.
fn must_be_escaped(it: char) -> bool {
    it.is_control() || matches!(it, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Whether YAML reads the text as itself without quotes: by the rules of 1.2, and by those of 1.1
/// that editors still follow.
fn is_plain(text: &str, in_flow: bool) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let trimmed = text.trim() == text;
    let marks = "-?:,[]{}#&*!|>'\"%@`=<~";
    if !trimmed || marks.contains(first) || text.chars().any(must_be_escaped) {
        return false;
    }
    if text.contains(": ") || text.contains(" #") || text.ends_with(':') {
        return false;
    }
    if in_flow && text.contains([',', '[', ']', '{', '}', ':', '?']) {
        return false;
    }
    !is_another_kind(text)
}

/// Numbers, times and truths.
fn is_another_kind(text: &str) -> bool {
    const WORDS: [&str; 9] = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let lower = text.to_ascii_lowercase();
    let begins = text.starts_with(|it: char| it.is_ascii_digit() || "+.".contains(it));
    let numeric = |it: char| it.is_ascii_digit() || "+-.:_tTzZeE ".contains(it);
    WORDS.contains(&lower.as_str())
        || text.parse::<f64>().is_ok()
        || lower.starts_with("0x")
        || lower.starts_with("0o")
        || lower.starts_with("0b")
        || lower.starts_with(".inf")
        || lower.starts_with(".nan")
        || text.starts_with("...")
        || (begins && text.chars().all(numeric))
}
