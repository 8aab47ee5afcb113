//! The ratchet: no function crosses 70 lines and no file 1,000. What is longer today is listed in
//! `ratchet.txt` with its length, and that list may only shrink.

use super::{Finding, code, finding, tree::Tree};
use std::collections::BTreeMap;

pub const RATCHET: &str = "xtask/ratchet.txt";

/// A function that does not fit on a screen is usually a decision mixed with its execution.
const FUNCTION_LINES_MAX: usize = 70;

/// A larger file has more than one subject.
const FILE_LINES_MAX: usize = 1_000;

const HEAD: &str = "\
# What is longer than a function (70 lines) or a file (1,000 lines, named `*`) may be: path, name, lines.
# The list may only shrink; `cargo xtask tidy --write` takes out what got shorter.
";

/// (path, function or `*`) to lines.
type Lengths = BTreeMap<(String, String), usize>;

pub fn check(tree: &Tree) -> Vec<Finding> {
    let listed = listed(tree);
    let measured = measured(tree);
    let mut findings = Vec::new();
    for (key, (line, length)) in &measured {
        let (path, name) = key;
        let limit = limit_of(name);
        let allowed = listed.get(key).copied().unwrap_or(limit);
        if allowed < *length {
            let subject = if name == "*" { "the file".to_owned() } else { format!("`{name}`") };
            let remedy = match name.as_str() {
                "*" => "give each subject its own module",
                _ => "part the decision from its execution, or name its steps",
            };
            let what = format!("{subject} has {length} lines, {allowed} are allowed");
            findings.push(finding(path, *line, what, remedy));
        }
    }
    for (key, allowed) in &listed {
        let length = measured.get(key).map_or(0, |it| it.1);
        if length < *allowed {
            let what = format!("{} {} has {length} lines, {allowed} are listed", key.0, key.1);
            let line = line_of(tree, key);
            findings.push(finding(RATCHET, line, what, "run `cargo xtask tidy --write`"));
        }
    }
    findings
}

/// The list with what is shorter now lowered, and what is short enough taken out.
pub fn lowered(tree: &Tree) -> String {
    let measured = measured(tree);
    let mut text = HEAD.to_owned();
    for (key, allowed) in listed(tree) {
        let length = measured.get(&key).map_or(0, |it| it.1).min(allowed);
        if limit_of(&key.1) < length {
            text.push_str(&format!("{} {} {length}\n", key.0, key.1));
        }
    }
    text
}

fn limit_of(name: &str) -> usize {
    if name == "*" { FILE_LINES_MAX } else { FUNCTION_LINES_MAX }
}

fn listed(tree: &Tree) -> Lengths {
    let lines = tree.text(RATCHET).unwrap_or_default().lines();
    lines.filter_map(parse).collect()
}

fn parse(line: &str) -> Option<((String, String), usize)> {
    let mut words = line.split(' ').filter(|_| !line.starts_with('#'));
    let key = (words.next()?.to_owned(), words.next()?.to_owned());
    Some((key, words.next()?.parse().ok()?))
}

fn line_of(tree: &Tree, key: &(String, String)) -> usize {
    let mut lines = tree.text(RATCHET).unwrap_or_default().lines();
    lines.position(|it| parse(it).is_some_and(|it| it.0 == *key)).map_or(1, |it| it + 1)
}

/// Where each function and file begins, and its length. Of functions of one name in one file the
/// longest counts.
fn measured(tree: &Tree) -> BTreeMap<(String, String), (usize, usize)> {
    let mut found: BTreeMap<(String, String), (usize, usize)> = BTreeMap::new();
    for (path, text) in tree.rust() {
        found.insert((path.to_owned(), "*".to_owned()), (1, text.lines().count()));
        for function in code::functions(&code::views(text).code) {
            let entry = found.entry((path.to_owned(), function.name)).or_default();
            if entry.1 < function.length {
                *entry = (function.line, function.length);
            }
        }
    }
    found
}
