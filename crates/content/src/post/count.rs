//! How long a text is, as each network counts.

use super::limits::Limits;
use model::{Mark, Marked, Network};
use unicode_segmentation::UnicodeSegmentation;

/// Of every way of counting, where two are possible the one that counts more: a text that is said to
/// fit is taken.
pub(super) fn length(network: Network, limits: &Limits, text: &str, marks: &[Mark]) -> usize {
    let mut total = 0;
    let mut at = 0;
    for mark in marks {
        let (Some(before), Some(marked)) =
            (text.get(at..mark.start), text.get(mark.start..mark.end))
        else {
            continue;
        };
        total += plain(network, before);
        total += match (&mark.what, limits.link) {
            (Marked::Link(_), Some(each)) => each,
            (Marked::Mention(handle), _) if network == Network::Mastodon => {
                let name = handle.split('@').next().unwrap_or(handle);
                1 + graphemes(name)
            }
            (Marked::Link(_) | Marked::Tag(_) | Marked::Mention(_), _) => plain(network, marked),
        };
        at = mark.end;
    }
    total + plain(network, text.get(at..).unwrap_or_default())
}

/// The words that errors call the network's unit by.
pub(super) fn unit(network: Network) -> &'static str {
    match network {
        Network::Bluesky | Network::Mastodon => "characters",
        Network::Linkedin | Network::Facebook => "characters",
        Network::Threads => "characters (emoji by their bytes)",
        Network::X => "characters (weighted)",
    }
}

fn plain(network: Network, text: &str) -> usize {
    match network {
        Network::Bluesky | Network::Mastodon => graphemes(text),
        // Their documentation says "characters". Units of UTF-16 are never fewer than any of them.
        Network::Linkedin | Network::Facebook => text.encode_utf16().count(),
        Network::Threads => text.graphemes(true).map(in_threads).sum(),
        Network::X => with_bare_domains(text),
    }
}

fn graphemes(text: &str) -> usize {
    text.graphemes(true).count()
}

fn in_threads(cluster: &str) -> usize {
    if is_emoji(cluster) { cluster.len() } else { cluster.chars().count() }
}

/// X makes a link of `shop.example` too, and counts it like any other. Which endings are domains is a
/// list that grows; a word that merely looks like one is counted as one.
fn with_bare_domains(text: &str) -> usize {
    let is_part = |it: char| it.is_ascii_alphanumeric() || it == '.' || it == '-';
    let mut total = 0;
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        total += weighted(&rest[..start]);
        let word = &rest[start..];
        let word = &word[..word.find(|it| !is_part(it)).unwrap_or(word.len())];
        let domain = word.trim_matches(['.', '-']);
        let extra = if is_domain(domain) { 23_usize.saturating_sub(domain.len()) } else { 0 };
        total += weighted(word) + extra;
        rest = &rest[start + word.len()..];
    }
    total + weighted(rest)
}

fn is_domain(word: &str) -> bool {
    let Some((before, last)) = word.rsplit_once('.') else { return false };
    let is_ending = 2 <= last.len() && last.chars().all(|it| it.is_ascii_alphabetic());
    is_ending && before.split('.').all(|it| !it.is_empty())
}

fn weighted(text: &str) -> usize {
    text.graphemes(true).map(weight).sum()
}

/// Of `twitter-text`, configuration 3: any emoji counts 2, characters of these ranges 1, others 2.
fn weight(cluster: &str) -> usize {
    let several = cluster.chars().nth(1).is_some();
    if several && is_emoji(cluster) {
        return 2;
    }
    let light = |it: char| matches!(u32::from(it), 0..=4_351 | 8_192..=8_205 | 8_208..=8_223 | 8_242..=8_247);
    cluster.chars().map(|it| if light(it) { 1 } else { 2 }).sum()
}

/// By the blocks that hold them and the marks that make them. It takes some signs for emoji that are
/// none, which no network counts less.
fn is_emoji(cluster: &str) -> bool {
    const AS_EMOJI: char = '\u{fe0f}';
    const KEYCAP: char = '\u{20e3}';
    let Some(first) = cluster.chars().next() else { return false };
    let in_blocks = matches!(u32::from(first),
        0x203c | 0x2049 | 0x2139 | 0x2194..=0x21aa | 0x231a..=0x23ff | 0x24c2 | 0x25aa..=0x27bf
        | 0x2934 | 0x2935 | 0x2b05..=0x2b55 | 0x3030 | 0x303d | 0x3297 | 0x3299 | 0x1f000..=0x1faff);
    let by_mark = matches!(first, '#' | '*' | '0'..='9' | '©' | '®' | '™');
    in_blocks || (by_mark && cluster.contains([AS_EMOJI, KEYCAP]))
}
