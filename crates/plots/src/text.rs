//! How much room text takes, and how it is cut and wrapped to fit.

use crate::widths::RUNS;

/// Of the size of the letters: from the baseline up to the tallest, and down to the deepest.
pub(crate) const ASCENT: f64 = 0.80;
pub(crate) const DESCENT: f64 = 0.24;

/// The width of `text` at size 1.
pub(crate) fn width(text: &str, bold: bool) -> f64 {
    text.chars().map(|letter| advance(letter, bold)).sum::<f64>() / 1_000.0
}

/// Whether the width of every letter is that of the font, and no guess.
pub(crate) fn is_measured(text: &str) -> bool {
    text.chars().all(|letter| known(letter, false).is_some())
}

fn known(letter: char, bold: bool) -> Option<f64> {
    let code = u32::from(letter);
    let after = RUNS.partition_point(|run| run.first <= code);
    let run = RUNS.get(after.checked_sub(1)?)?;
    let widths = if bold { run.bold } else { run.regular };
    widths.get((code - run.first) as usize).map(|width| f64::from(*width))
}

/// In thousandths. Of letters that the font does not have a generous guess by their script.
fn advance(letter: char, bold: bool) -> f64 {
    if let Some(width) = known(letter, bold) {
        return width;
    }
    match u32::from(letter) {
        // Marks that are put over other letters, and what joins and directs letters.
        0x0300..=0x036f | 0x0591..=0x05bd | 0x064b..=0x065f | 0x200b..=0x200f => 0.0,
        0x202a..=0x202e | 0x2060..=0x206f | 0xfe00..=0xfe0f => 0.0,
        // Hebrew, Arabic and their neighbours.
        0x0590..=0x08ff => 700.0,
        // Chinese, Japanese, Korean, and full-width forms.
        0x1100..=0x11ff | 0x2e80..=0xd7ff | 0xf900..=0xfaff | 0xff00..=0xffef => 1_050.0,
        // Pictures.
        0x1f000..=0x1ffff => 1_400.0,
        _ => 1_000.0,
    }
}

/// What XML can hold and a line can show: no controls, no line breaks, no blanks around it.
pub(crate) fn clean(text: &str) -> String {
    let plain = |letter: char| match letter {
        letter if letter.is_control() || letter.is_whitespace() => ' ',
        '\u{fffe}' | '\u{ffff}' => ' ',
        letter => letter,
    };
    let words: String = text.chars().map(plain).collect();
    words.split(' ').filter(|word| !word.is_empty()).collect::<Vec<&str>>().join(" ")
}

/// `text`, or as much of its beginning as fits in `room` with an ellipsis after it.
pub(crate) fn fitted(text: &str, room: f64, size: f64, bold: bool) -> String {
    let text = clean(text);
    if width(&text, bold) * size <= room {
        return text;
    }
    let mut left = room / size - width("…", bold);
    let mut kept = String::new();
    for letter in text.chars() {
        left -= advance(letter, bold) / 1_000.0;
        if left < 0.0 {
            break;
        }
        kept.push(letter);
    }
    match kept.trim_end() {
        "" if room < width("…", bold) * size => String::new(),
        kept => format!("{kept}…"),
    }
}

/// Lines of at most `room`; what is beyond `lines` is cut.
pub(crate) fn wrapped(text: &str, room: f64, size: f64, bold: bool, lines: usize) -> Vec<String> {
    let fits = |line: &str| width(line, bold) * size <= room;
    let mut wrapped: Vec<String> = Vec::new();
    for word in clean(text).split(' ').filter(|word| !word.is_empty()) {
        match wrapped.last_mut() {
            Some(line) if fits(&format!("{line} {word}")) => *line = format!("{line} {word}"),
            _ => wrapped.push(word.to_owned()),
        }
    }
    if lines < wrapped.len() {
        let rest = wrapped.split_off(lines.max(1) - 1).join(" ");
        wrapped.push(rest);
    }
    wrapped.iter().map(|line| fitted(line, room, size, bold)).collect()
}
