//! Words that must not be merged, each with what to write in its place.

use super::code::{self, is_word, line_at};
use super::{Finding, finding, tree::Tree, tree::is_test};

/// Where a word is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Where {
    /// In all code.
    Anywhere,
    /// In code that runs for a user.
    Product,
    /// In code that runs for a user, outside the program's own commands.
    Library,
    Tests,
}

const CODE: [(&str, Where, &str); 11] = [
    ("dbg!", Where::Anywhere, "remove it, or trace with the message's id"),
    ("todo!", Where::Anywhere, "write it, or return an error that says what is missing"),
    ("unimplemented!", Where::Anywhere, "write it, or return an error that says what is missing"),
    (
        "#[ignore",
        Where::Anywhere,
        "assert what it does wrongly and say why, or gate it by FULCRUM_SLOW",
    ),
    ("thread::sleep", Where::Tests, "pass the time as an argument, or wait on a channel"),
    ("time::sleep", Where::Tests, "pass the time as an argument, or wait on a channel"),
    (".unwrap()", Where::Product, "handle it, or `expect` why it cannot be"),
    ("println!", Where::Library, "trace, or return the text"),
    ("eprintln!", Where::Library, "trace, or return the text"),
    ("print!", Where::Library, "trace, or return the text"),
    ("eprint!", Where::Library, "trace, or return the text"),
];

const COMMENTS: [(&str, &str); 1] = [("FIXME", "do it now, or write down in docs/adr why not")];

/// Paths that exist on one machine only. Put together here, so that this file does not hold them.
const MACHINE: [&str; 3] = [concat!("/wo", "rk/"), concat!("/tm", "p/"), concat!("/ho", "me/")];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (path, text) in tree.rust() {
        findings.extend(one_file(path, text));
    }
    findings
}

fn one_file(path: &str, text: &str) -> Vec<Finding> {
    let views = code::views(text);
    let product = if is_test(path) { String::new() } else { code::without_tests(&views.code) };
    // A build script talks to cargo by printing.
    let is_command = path.starts_with("crates/fulcrum/")
        || path.starts_with("xtask/")
        || path.ends_with("/build.rs");
    let mut findings = Vec::new();
    for (word, place, remedy) in CODE {
        for (at, _) in views.code.match_indices(word) {
            let starts_inside = word.starts_with(is_word)
                && views.code[..at].chars().next_back().is_some_and(is_word);
            let in_product = product.get(at..).is_some_and(|it| it.starts_with(word));
            let meant = match place {
                Where::Anywhere => true,
                Where::Product => in_product,
                Where::Library => in_product && !is_command,
                // A benchmark in `examples/` holds a rate by sleeping; it asserts nothing.
                Where::Tests => !in_product && !path.contains("/examples/"),
            };
            if meant && !starts_inside {
                let what = format!("`{word}` does not go in");
                findings.push(finding(path, line_at(&views.code, at), what, remedy));
            }
        }
    }
    for (word, remedy) in COMMENTS {
        for (at, _) in views.comments.match_indices(word) {
            let what = format!("`{word}` does not go in");
            findings.push(finding(path, line_at(&views.comments, at), what, remedy));
        }
    }
    for place in MACHINE {
        for (at, _) in text.match_indices(place) {
            let what = format!("`{place}` exists on one machine only");
            findings.push(finding(
                path,
                line_at(text, at),
                what,
                "use tempfile, or a relative path",
            ));
        }
    }
    findings
}
