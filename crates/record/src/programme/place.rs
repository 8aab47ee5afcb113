//! Where in a file something stands that a person wrote.

use model::Problem;
use serde_saphyr::Spanned;
use std::collections::BTreeMap;

/// Line and column, both from 1; 0 where the reader cannot say.
pub(super) fn position<T>(written: &Spanned<T>) -> (usize, usize) {
    let place = |it: u64| usize::try_from(it).unwrap_or(0);
    (place(written.referenced.line()), place(written.referenced.column()))
}

/// The place in the file of a place inside a text that stands at `start`. YAML may have folded the
/// text or put it in quotes; what it never changes is the order of the characters that are not
/// white space, so these are counted.
pub(super) fn locate(
    file: &str,
    start: (usize, usize),
    value: &str,
    inner: (usize, usize),
) -> (usize, usize) {
    let before = value.split_inclusive('\n').take(inner.0.saturating_sub(1)).map(str::len).sum();
    let rest = value.get(before..).unwrap_or_default();
    let within: usize = rest.chars().take(inner.1.saturating_sub(1)).map(char::len_utf8).sum();
    let ahead = value.get(..before + within).unwrap_or(value);
    let counted = ahead.chars().filter(|it| !it.is_whitespace()).count();
    // Behind the end there is nothing to find, so the place is right after the last character.
    let is_end = value.get(ahead.len()..).unwrap_or_default().trim().is_empty() && 0 < counted;
    let mut wanted = counted - usize::from(is_end);
    let lines = file.lines().enumerate().skip(start.0.saturating_sub(1));
    let mut quote = None;
    for (n, line) in lines {
        let from = if n + 1 == start.0 { start.1.saturating_sub(1) } else { 0 };
        let mut escaped = false;
        for (column, it) in line.chars().enumerate().skip(from) {
            let opens = quote.is_none() && (n + 1, column + 1) == start && matches!(it, '"' | '\'');
            if opens {
                quote = Some(it);
            } else if quote == Some('"') && it == '\\' && !escaped {
                escaped = true;
            } else if !it.is_whitespace() {
                if wanted == 0 {
                    return (n + 1, column + 1 + usize::from(is_end));
                }
                (wanted, escaped) = (wanted - 1, false);
            }
        }
    }
    start
}

/// The reader of YAML repeats the place in its message, and writes a hint of ours into it.
pub(super) fn plain_problem(message: &str, line: u64, column: u64) -> Problem {
    let place = format!(" at line {line}, column {column}");
    let message = message.strip_suffix(&place).unwrap_or(message);
    let parts = message.split_once("\\n  hint: ").or_else(|| message.split_once("\n  hint: "));
    match parts {
        Some((message, hint)) => Problem::new(message).hint(hint),
        None => Problem::new(message),
    }
}

/// A problem that `journey` found at a step, with the step's place.
pub(super) fn at_step(problem: Problem, steps: &BTreeMap<String, (usize, usize)>) -> Problem {
    let address = problem.message.strip_prefix("step ").and_then(|it| it.split_once(": "));
    match address.and_then(|it| steps.get(it.0)) {
        Some((line, column)) => problem.at(*line, *column),
        None => problem,
    }
}

/// The audience that a problem of all audiences together names first.
pub(super) fn audience_in(message: &str) -> Option<String> {
    let quoted = message.strip_prefix("audience `").and_then(|it| it.split_once('`'));
    let circle = message.split_once("in a circle: ").and_then(|it| it.1.split_once(" → "));
    quoted.map(|it| it.0).or(circle.map(|it| it.0)).map(str::to_owned)
}
