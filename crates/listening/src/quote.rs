//! What somebody wrote themselves, without what their mail program put below it.
//!
//! Mail programs mark what they quote in a few ways: by `>` before each line, by a line that is drawn, or by
//! a copy of the head. Their words for it are in the person's language, so the form decides and not the words.

use crate::mail::Words;
use mail_parser::decoders::html::html_to_text;

/// Some two pages. Who writes more is answered from the mailbox.
const TEXT_CHARS_MAX: usize = 4_000;

/// `On Monday, … <news@shop.example> wrote:` is wrapped over three lines at most.
const ATTRIBUTION_LINES_MAX: usize = 3;

/// A day and a year, or a day and an hour.
const DATE_DIGITS_MIN: usize = 4;

/// From so many fields on, lines like `Sent: Monday` are a copy of a head: people write one or two.
const HEAD_LINES_MIN: usize = 3;

/// Where mail programs begin what they quote in HTML: the larger ones, by what their mails hold.
const HTML_QUOTES: [&str; 6] = [
    "<blockquote",
    "class=\"gmail_quote",
    "id=\"divrplyfwdmsg\"",
    "id=\"appendonsend\"",
    "class=\"moz-cite-prefix\"",
    "class=\"yahoo_quoted\"",
];

/// Bounded, with a sign at its end if it was cut.
pub fn own_words(words: &Words) -> String {
    match words {
        Words::Plain(text) => own_lines(text),
        Words::Html(html) => {
            let own = without_quote(html);
            let text = html_to_text(&with_line_ends(own));
            // Above what is cut off stands whose words it is.
            own_lines(&if own.len() < html.len() {
                format!("{}\n>", text.trim_end())
            } else {
                text
            })
        }
    }
}

fn own_lines(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let end = (0..lines.len()).find(|at| is_end(&lines, *at)).unwrap_or(lines.len());
    let mut own: Vec<&str> = Vec::new();
    let mut quotes = false;
    for line in &lines[..end] {
        match line.starts_with('>') {
            // Whose words these are stands above the first of them.
            true if !quotes => drop_attribution(&mut own),
            true => {}
            false => own.push(line),
        }
        quotes |= line.starts_with('>');
    }
    if end < lines.len() && !quotes {
        drop_attribution(&mut own);
    }
    bounded(own.join("\n").trim())
}

/// Where what follows is not their own any more: a drawn line, the mark of a signature, a copied head.
fn is_end(lines: &[&str], at: usize) -> bool {
    // RFC 3676: two dashes and a space, of which many programs lose the space.
    let line = lines[at];
    line == "--" || is_drawn(line) || begins_head(&lines[at..])
}

/// `-----Original Message-----`, or a line of underscores.
fn is_drawn(line: &str) -> bool {
    let line = line.trim();
    let of_underscores = 10 <= line.len() && line.bytes().all(|it| it == b'_');
    let words = line.trim_matches('-');
    let framed = line.starts_with("---") && line.ends_with("---") && !words.trim().is_empty();
    of_underscores || framed
}

/// `From: …`, `Sent: …`, `To: …`, in any language; one of them has an address.
fn begins_head(lines: &[&str]) -> bool {
    let is_field = |line: &&str| {
        line.trim_start_matches('*').split_once(':').is_some_and(|(name, value)| {
            let name = name.trim_end_matches('*');
            let is_name =
                !name.is_empty() && name.chars().all(|it| it.is_alphabetic() || it == '-');
            is_name && name.chars().count() <= 20 && value.starts_with([' ', '*'])
        })
    };
    let fields: Vec<&&str> = lines.iter().take_while(|it| is_field(it)).take(8).collect();
    HEAD_LINES_MIN <= fields.len() && fields.iter().any(|it| it.contains('@'))
}

/// `On Monday … wrote:`, in any language: the last lines above a quote, if they end in a colon and hold
/// an address or as many digits as a date.
fn drop_attribution(own: &mut Vec<&str>) {
    let written = own.iter().rposition(|it| !it.is_empty()).map_or(0, |it| it + 1);
    if written == 0 || !own[written - 1].ends_with(':') {
        return;
    }
    let paragraph = own[..written].iter().rposition(|it| it.is_empty()).map_or(0, |it| it + 1);
    let first = paragraph.max(written.saturating_sub(ATTRIBUTION_LINES_MAX));
    let digits = |line: &str| line.bytes().filter(u8::is_ascii_digit).count();
    let holds = |line: &str| line.contains('@') || DATE_DIGITS_MIN <= digits(line);
    if let Some(begin) = (first..written).find(|at| holds(own[*at])) {
        own.truncate(begin);
    }
}

/// Many mail programs write each line as a block, which the reader of HTML takes for a word.
fn with_line_ends(html: &str) -> String {
    let ends = ["</div>", "</li>", "</tr>", "</h1>", "</h2>", "</h3>"];
    ends.iter().fold(html.to_owned(), |html, end| html.replace(end, &format!("<br>{end}")))
}

/// What stands before the quote.
fn without_quote(html: &str) -> &str {
    let lower = html.to_ascii_lowercase();
    let found = HTML_QUOTES.iter().filter_map(|it| lower.find(it)).min();
    // An attribute's tag is begun before it.
    let begin =
        found.map(|at| if lower[at..].starts_with('<') { at } else { tag_before(html, at) });
    begin.map_or(html, |at| &html[..at])
}

fn tag_before(html: &str, at: usize) -> usize {
    html[..at].rfind('<').unwrap_or(at)
}

fn bounded(text: &str) -> String {
    let mut kept = String::new();
    let mut empty = 0;
    for line in text.lines() {
        // One empty line parts paragraphs; more of them say nothing.
        empty = if line.trim().is_empty() { empty + 1 } else { 0 };
        if empty <= 1 {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let kept = kept.trim_end();
    match kept.char_indices().nth(TEXT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", kept[..end].trim_end()),
        None => kept.to_owned(),
    }
}
