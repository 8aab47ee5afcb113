//! Links, hashtags and mentions in a plain text.

use crate::links::is_web_address;
use model::{Mark, Marked};

/// What stands after an address in a sentence and is no part of it.
const AFTER_ADDRESS: [char; 14] =
    ['.', ',', ';', ':', '!', '?', '\'', '"', '”', '’', '»', ']', '}', '…'];

/// The text with its marks. `lead` says for an address what the text shows and where it leads.
pub(crate) fn marked(text: &str, lead: &dyn Fn(&str) -> (String, String)) -> (String, Vec<Mark>) {
    let mut out = String::with_capacity(text.len());
    let mut marks = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let Some((length, found)) = begins(text, at) else {
            out.push(first);
            at += first.len_utf8();
            continue;
        };
        let start = out.len();
        let what = match found {
            Marked::Link(url) => {
                let (shown, target) = lead(&url);
                out.push_str(&shown);
                Marked::Link(target)
            }
            Marked::Tag(_) | Marked::Mention(_) => {
                out.push_str(&text[at..at + length]);
                found
            }
        };
        marks.push(Mark { start, end: out.len(), what });
        at += length;
    }
    (out, marks)
}

/// Without its `#`: letters, digits and `_`, not digits alone.
pub(crate) fn is_tag(word: &str) -> bool {
    let sound = |it: char| it.is_alphanumeric() || it == '_';
    word.chars().all(sound) && word.chars().any(|it| !it.is_numeric() && it != '_')
}

/// What begins at this byte, and how long it is.
fn begins(text: &str, at: usize) -> Option<(usize, Marked)> {
    let before = text[..at].chars().next_back();
    let rest = &text[at..];
    if before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '_' | '@' | '#' | '/' | '&')) {
        return None;
    }
    match rest.as_bytes().first()? {
        b'h' | b'H' => address(rest).map(|it| (it.len(), Marked::Link(it.to_owned()))),
        b'#' => {
            let end = rest[1..].find(|it: char| !it.is_alphanumeric() && it != '_');
            let word = &rest[1..end.map_or(rest.len(), |it| it + 1)];
            is_tag(word).then(|| (word.len() + 1, Marked::Tag(word.to_owned())))
        }
        b'@' => {
            let is_part =
                |it: char| it.is_ascii_alphanumeric() || matches!(it, '_' | '.' | '-' | '@');
            let end = rest[1..].find(|it| !is_part(it)).map_or(rest.len(), |it| it + 1);
            let handle = rest[1..end].trim_end_matches(['.', '-', '@']);
            let parts: Vec<&str> = handle.split('@').collect();
            let sound = parts.len() <= 2 && parts.iter().all(|it| !it.is_empty());
            sound.then(|| (handle.len() + 1, Marked::Mention(handle.to_owned())))
        }
        _ => None,
    }
}

fn address(rest: &str) -> Option<&str> {
    let end = rest.find(|it: char| it.is_whitespace() || it.is_control()).unwrap_or(rest.len());
    let mut url = &rest[..end];
    loop {
        let shorter = match url.chars().next_back()? {
            it if AFTER_ADDRESS.contains(&it) => url.strip_suffix(it),
            // `(see https://shop.example)`, yet not `https://wiki.example/Lever_(physics)`.
            ')' if url.matches('(').count() < url.matches(')').count() => url.strip_suffix(')'),
            _ => None,
        };
        match shorter {
            Some(shorter) => url = shorter,
            None => break,
        }
    }
    is_web_address(url).then_some(url)
}

/// What people read of an address: the host and the beginning of its path.
pub(super) fn shortened(url: &str) -> String {
    const PATH_CHARS: usize = 18;
    let rest = url.split_once("://").map_or(url, |it| it.1);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let (host, path) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let path = if path == "/" { "" } else { path };
    if path.chars().count() <= PATH_CHARS {
        return format!("{host}{path}");
    }
    let kept: String = path.chars().take(PATH_CHARS - 1).collect();
    format!("{host}{kept}…")
}
