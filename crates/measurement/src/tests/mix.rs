//! Mix over time: another program's numbers, known truths, the theory of the paper, bad series.

mod allocation;
mod oracles;
mod recovery;
mod ridge;
mod small;

use crate::{Effort, Mix, MixQuestion, Named, kalman};

/// The columns of a CSV file whose values are all numbers.
fn columns(text: &str, names: &[&str]) -> Vec<Named> {
    let mut lines = text.lines();
    let head: Vec<&str> =
        lines.next().expect("a header").split(',').map(|it| it.trim_matches('"')).collect();
    let column = |name: &&str| {
        let at = head.iter().position(|it| it == name).expect("the column");
        let value =
            |line: &str| line.split(',').nth(at).expect("a value").parse().expect("a number");
        Named { name: (*name).to_owned(), values: text.lines().skip(1).map(value).collect() }
    };
    names.iter().map(column).collect()
}

fn ask<'a>(
    outcome: &'a [f64],
    media: &'a [Named],
    controls: &'a [Named],
    synergy: &'a [(usize, usize)],
) -> MixQuestion<'a> {
    MixQuestion {
        outcome,
        media,
        controls,
        synergy,
        effort: Effort::Linear,
        confidence: 0.95,
        budget: None,
        margin: None,
    }
}

fn parameter<'a>(mix: &'a Mix, name: &str) -> &'a crate::Parameter {
    mix.parameters.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("{name} is absent"))
}

#[track_caller]
fn insufficient(question: &MixQuestion, expected: &str) {
    let mix = kalman(question);
    let reason = mix.insufficient.expect("not enough");
    assert!(reason.contains(expected), "{reason}");
    assert!(mix.media.is_empty() && mix.parameters.is_empty());
}

#[track_caller]
fn assert_near(got: f64, expected: f64, relative: f64, what: &str) {
    let room = relative * expected.abs();
    assert!((got - expected).abs() <= room, "{what}: {got} is not {expected}");
}
