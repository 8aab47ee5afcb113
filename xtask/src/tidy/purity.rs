//! Layers 1 to 3 reach neither clock nor files, network, threads, environment or chance.
//!
//! Clippy refuses single methods and types (the list in `clippy.toml`); whole modules are found
//! here.

use super::code::{self, is_word, line_at};
use super::layers::pure_crates;
use super::{Finding, finding, tree::Tree, tree::is_test};

/// What `clippy.toml` says in each pure crate.
pub const BANS: &str = include_str!("pure.clippy.toml");

/// Modules of the standard library that a rule has no use for, and what it has instead.
const MODULES: [(&str, &str); 5] = [
    ("fs", "bytes are arguments"),
    ("net", "answers are arguments"),
    ("thread", "the engine owns the threads"),
    ("env", "settings are arguments"),
    ("time", "take `now: Timestamp`; lengths are `Span`"),
];

/// Paths that end in a clock, in chance, or in an order that differs from run to run.
const PATHS: [(&str, &str); 6] = [
    ("Timestamp::now", "take `now` as an argument"),
    ("Zoned::now", "take `now` as an argument"),
    ("TimeZone::system", "the zone is an argument"),
    ("rand::", "draw from `ChanceKey`, so that nothing is ever redrawn"),
    ("HashMap", "its order differs from run to run; use BTreeMap"),
    ("HashSet", "its order differs from run to run; use BTreeSet"),
];

/// Where a path is used all the same, and why that is pure.
const EXCEPTIONS: [(&str, &str, &str); 2] = [
    (
        "crates/measurement/src/mix/bayes/",
        "rand::",
        "posteriors are drawn from a seed that is an argument",
    ),
    (
        "crates/measurement/src/mix/bayes/sample.rs",
        "HashMap",
        "the sampler's interface names it; it has one entry",
    ),
];

pub fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for path in clippy_files(tree) {
        if tree.text(&path) != Some(BANS) {
            let what = "the list of bans is not that of the other pure crates";
            findings.push(finding(&path, 1, what, "run `cargo xtask tidy --write`"));
        }
    }
    for name in pure_crates(tree) {
        let prefix = format!("crates/{name}/src/");
        for (path, text) in tree.rust().filter(|it| it.0.starts_with(&prefix) && !is_test(it.0)) {
            findings.extend(impure(name, path, &code::without_tests(&code::views(text).code)));
        }
    }
    findings
}

/// Where the ban lists stand, or should.
pub fn clippy_files(tree: &Tree) -> Vec<String> {
    pure_crates(tree).into_iter().map(|it| format!("crates/{it}/clippy.toml")).collect()
}

fn impure(name: &str, path: &str, code: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, _) in code.match_indices("std::").filter(|it| begins_a_word(code, it.0)) {
        for (module, remedy) in MODULES {
            if names(&code[at + 5..], module) {
                let what = format!("{name} is pure and uses std::{module}");
                findings.push(finding(path, line_at(code, at), what, remedy));
            }
        }
    }
    let excepted = |banned: &str| {
        EXCEPTIONS.iter().any(|(folder, what, _)| path.starts_with(folder) && *what == banned)
    };
    for (banned, remedy) in PATHS.into_iter().filter(|it| !excepted(it.0)) {
        for (at, _) in code.match_indices(banned).filter(|it| begins_a_word(code, it.0)) {
            if code[at + banned.len()..].starts_with(is_word) && !banned.ends_with(':') {
                continue;
            }
            let what = format!("{name} is pure and uses {}", banned.trim_end_matches(':'));
            findings.push(finding(path, line_at(code, at), what, remedy));
        }
    }
    findings
}

fn begins_a_word(code: &str, at: usize) -> bool {
    !code[..at].chars().next_back().is_some_and(is_word)
}

/// Whether the path after `std::` goes into `module`: `fs::read`, or `{fs, mem::{self}}`.
fn names(rest: &str, module: &str) -> bool {
    let is_it =
        |text: &str| text.strip_prefix(module).is_some_and(|after| !after.starts_with(is_word));
    let Some(group) = rest.strip_prefix('{') else { return is_it(rest) };
    let mut depth = 0;
    let mut at_start = true;
    for (at, char) in group.char_indices() {
        match char {
            '}' if depth == 0 => return false,
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => at_start = true,
            _ if char.is_whitespace() => {}
            _ if at_start => {
                at_start = false;
                if is_it(&group[at..]) {
                    return true;
                }
            }
            _ => {}
        }
    }
    false
}
