//! A long text in parts that fit: between sentences where that fills a part well, else between words,
//! and never inside a link, a hashtag or a mention.

use super::limits::PARTS_MAX;
use model::Mark;
use std::ops::Range;
use unicode_segmentation::UnicodeSegmentation;

/// Whether a stretch of the text fits into a part of which so many characters are taken already.
pub(super) type Fits<'a> = &'a dyn Fn(Range<usize>, usize) -> bool;

/// Why a text cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsplit {
    /// Something that must stay whole is longer than a part.
    TooLong,
    TooMany,
}

/// The stretches that the parts are made of, without the spaces between them.
pub(super) fn split(
    text: &str,
    marks: &[Mark],
    numbered: bool,
    fits: Fits,
) -> Result<Vec<Range<usize>>, Unsplit> {
    let breaks = Breaks::of(text, marks);
    if !numbered {
        return parts(text, &breaks, &|it| fits(it, 0));
    }
    // How much a number takes depends on how many there are, which depends on how much it takes.
    for digits in 1..=2 {
        let taken = suffix(10_usize.pow(digits) - 1, 10_usize.pow(digits) - 1).len();
        let found = parts(text, &breaks, &|it| fits(it, taken))?;
        if found.len() < 10_usize.pow(digits) {
            return Ok(found);
        }
    }
    Err(Unsplit::TooMany)
}

/// What a numbered part ends with.
pub(super) fn suffix(n: usize, of: usize) -> String {
    format!(" {n}/{of}")
}

/// Where a text may be broken, each list in order: bytes at which the next part may begin.
struct Breaks {
    sentences: Vec<usize>,
    words: Vec<usize>,
    characters: Vec<usize>,
}

impl Breaks {
    fn of(text: &str, marks: &[Mark]) -> Breaks {
        let whole = |at: &usize| {
            let after = marks.partition_point(|it| it.end <= *at);
            marks.get(after).is_none_or(|it| *at <= it.start)
        };
        let end = std::iter::once(text.len());
        let sentences = text.split_sentence_bound_indices().map(|it| it.0).chain(end.clone());
        let is_space = |it: &(usize, char)| it.1.is_whitespace();
        let words = text.char_indices().filter(is_space).map(|(at, it)| at + it.len_utf8());
        let characters = text.grapheme_indices(true).map(|it| it.0);
        Breaks {
            sentences: sentences.filter(whole).collect(),
            words: words.filter(whole).chain(end.clone()).collect(),
            characters: characters.filter(whole).chain(end).collect(),
        }
    }
}

fn parts(
    text: &str,
    breaks: &Breaks,
    fits: &dyn Fn(Range<usize>) -> bool,
) -> Result<Vec<Range<usize>>, Unsplit> {
    let mut found = Vec::new();
    let mut start = after_space(text, 0);
    while start < text.len() {
        if found.len() == PARTS_MAX {
            return Err(Unsplit::TooMany);
        }
        let furthest = |list: &[usize]| {
            let from = list.partition_point(|it| *it <= start);
            let reach =
                list[from..].partition_point(|it| fits(start..before_space(text, start, *it)));
            (0 < reach).then(|| list[from + reach - 1])
        };
        let word = furthest(&breaks.words);
        // A short sentence before a long one is no part: the thread would begin with a fragment.
        let sentence = furthest(&breaks.sentences)
            .filter(|it| word.is_none_or(|word| word - start <= 2 * (it - start)));
        let next = sentence.or(word).or_else(|| furthest(&breaks.characters));
        let Some(next) = next else { return Err(Unsplit::TooLong) };
        let end = before_space(text, start, next);
        if start < end {
            found.push(start..end);
        }
        start = after_space(text, next);
    }
    Ok(found)
}

fn after_space(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start().len()
}

fn before_space(text: &str, start: usize, end: usize) -> usize {
    start + text[start..end].trim_end().len()
}
