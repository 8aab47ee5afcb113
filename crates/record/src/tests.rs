//! Programmes as people write them, and stored forms that must stay readable.

mod broken;
mod difference;
mod made;
mod round_trips;
mod schemas;
mod sound;
mod stored;
mod written;

use crate::programme::parse;
use std::collections::BTreeMap;

/// The files of a programme in one text: a line `== path` begins each.
fn files(text: &str) -> BTreeMap<String, String> {
    let parts = text.split("\n== ").skip(1);
    let file = |part: &str| {
        let (path, body) = part.split_once('\n').unwrap_or((part, ""));
        (path.trim().to_owned(), format!("{body}\n"))
    };
    parts.map(file).collect()
}

/// All problems as people see them.
fn problems(text: &str) -> String {
    match parse(&files(text)) {
        Ok(_) => "sound".to_owned(),
        Err(problems) => {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("\n")
        }
    }
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|it| !it.is_empty()).collect()
}

/// The one way in which tests of broken programmes call the API.
fn check(programme: &str, expected: &str) {
    let actual = problems(programme);
    assert_eq!(lines(&actual), lines(expected), "\nall of it:\n{actual}\n");
}
