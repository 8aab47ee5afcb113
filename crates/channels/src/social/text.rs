//! A part's text for networks that know no marks, which find links, tags and names by themselves.

use super::Trouble;
use model::{Marked, PostPart};
use port::PostOrder;

/// The part that is to be published.
pub fn part_of<'a>(order: &PostOrder<'a>) -> Result<&'a PostPart, Trouble> {
    let count = order.post.parts.len();
    let missing = || Trouble::Refused(format!("part {} of {count} is not there", order.part));
    order.post.parts.get(order.part).ok_or_else(missing)
}

/// A link that the text shows shortened is written whole; one behind other words is put after them. The
/// card's link comes last, if it is not there yet and `with_card` asks for it.
pub fn plain_text(part: &PostPart, with_card: bool) -> String {
    let mut text = String::with_capacity(part.text.len());
    let mut from = 0;
    for mark in &part.marks {
        let Marked::Link(url) = &mark.what else { continue };
        let (Some(before), Some(shown)) =
            (part.text.get(from..mark.start), part.text.get(mark.start..mark.end))
        else {
            continue;
        };
        text.push_str(before);
        if !is_shortened(shown, url) {
            text.push_str(shown);
            text.push(' ');
        }
        text.push_str(url);
        from = mark.end;
    }
    text.push_str(part.text.get(from..).unwrap_or_default());
    if let Some(card) = part.card.as_ref().filter(|it| with_card && !text.contains(&it.url)) {
        if !text.is_empty() {
            text.push_str("\n\n");
        }
        text.push_str(&card.url);
    }
    text
}

/// Whether the words are the url itself, whole or without its beginning and end.
fn is_shortened(shown: &str, url: &str) -> bool {
    let bare = |it: &str| {
        let it = it.trim_start_matches("https://").trim_start_matches("http://");
        it.trim_start_matches("www.").to_lowercase()
    };
    let shown = bare(shown.trim_end_matches('…').trim_end_matches("..."));
    !shown.is_empty() && bare(url).starts_with(&shown)
}
