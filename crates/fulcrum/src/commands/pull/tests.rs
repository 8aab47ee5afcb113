//! Which files are written, removed or left alone.

use super::{Pulled, Work, work};
use engine::text_id;
use std::collections::BTreeMap;

/// `path=text` words: what is here, what runs, and what ran before.
fn check(here: &str, runs: &str, ran: &str, expected: Work) {
    let files = |text: &str| -> BTreeMap<String, String> {
        let pair = |it: &str| it.split_once('=').map(|(a, b)| (a.to_owned(), b.to_owned()));
        text.split_whitespace().filter_map(pair).collect()
    };
    let mut pulled = Pulled { version: 2, files: files(runs), earlier: BTreeMap::new() };
    for (path, text) in ran.split_whitespace().filter_map(|it| it.split_once('=')) {
        pulled.earlier.entry(path.to_owned()).or_default().insert(text_id(text));
    }
    assert_eq!(work(&files(here), &pulled), expected);
}

fn list(paths: &str) -> Vec<String> {
    paths.split_whitespace().map(str::to_owned).collect()
}

#[test]
fn a_new_directory_gets_everything() {
    check("", "a=1 b=2", "a=1 b=2", Work { write: list("a b"), ..Work::default() });
}

#[test]
fn what_ran_before_is_written_over_and_what_never_ran_is_not() {
    let expected = Work { write: list("a"), mine: list("b"), same: 1, ..Work::default() };
    check("a=0 b=mine c=3", "a=1 b=2 c=3", "a=0 a=1 b=2 c=3", expected);
}

#[test]
fn what_was_taken_out_goes_and_what_is_new_here_stays() {
    let expected = Work { remove: list("b"), new: list("c"), same: 1, ..Work::default() };
    check("a=1 b=2 c=3", "a=1", "a=1 b=2", expected);
}
