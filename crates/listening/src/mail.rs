//! A mail taken apart one level deep: its head and its direct parts.
//!
//! Reports are one level deep by definition, so nothing is followed further down: nested mails
//! cannot make work, and a report that somebody attached to a letter is not taken for one.

use crate::fields::{Fields, message_id_in};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

/// How much of a mail is read. Report and returned head come first, what follows is the returned
/// body, which may be ten megabytes of pictures.
const READ_BYTES_MAX: usize = 256 * 1024;

/// How many parts are looked at. A report has three.
const PARTS_MAX: usize = 16;

/// How deep a person's words are looked for.
const WORDS_DEPTH_MAX: usize = 2;

pub struct Mail<'a> {
    pub head: Fields,
    pub subject: String,
    pub parts: Vec<Part<'a>>,
}

/// What a person wrote, in the form in which it came.
pub enum Words {
    Plain(String),
    Html(String),
}

impl Default for Words {
    fn default() -> Words {
        Words::Plain(String::new())
    }
}

pub struct Part<'a> {
    /// Lower case, such as `message/delivery-status`.
    pub media_type: String,
    /// A file that came along.
    is_attached: bool,
    raw: &'a [u8],
}

impl<'a> Mail<'a> {
    pub fn split(raw: &'a [u8]) -> Mail<'a> {
        let raw = &raw[..raw.len().min(READ_BYTES_MAX)];
        let parsed = MessageParser::default().parse_headers(raw);
        let subject = parsed.as_ref().and_then(|it| it.subject()).unwrap_or_default().to_owned();
        let boundary = parsed
            .as_ref()
            .and_then(|it| it.content_type())
            .filter(|it| it.ctype().eq_ignore_ascii_case("multipart"))
            .and_then(|it| it.attribute("boundary"));
        let (head, body) = head_and_body(raw);
        let parts = match boundary {
            Some(boundary) => split_at(body, boundary).into_iter().map(Part::new).collect(),
            None => vec![Part { media_type: media_type(parsed.as_ref()), is_attached: false, raw }],
        };
        Mail { head: Fields::head(&String::from_utf8_lossy(head)), subject, parts }
    }

    pub fn part(&self, media_types: &[&str]) -> Option<&Part<'a>> {
        self.parts.iter().find(|it| media_types.contains(&it.media_type.as_str()))
    }

    /// The head of the message that came back.
    pub fn returned_head(&self) -> Option<Fields> {
        let part = self.part(&[
            "message/rfc822",
            "text/rfc822-headers",
            "message/global",
            "message/global-headers",
        ])?;
        let text = if part.is_mail() {
            // A mail inside a mail may not be encoded, so it stands there as it is.
            String::from_utf8_lossy(head_and_body(part.raw).1).into_owned()
        } else {
            part.text()
        };
        Some(Fields::head(text.trim_start()))
    }

    /// What people are meant to read.
    pub fn text(&self) -> String {
        let texts = self.parts.iter().filter(|it| it.media_type.starts_with("text/plain"));
        texts.map(Part::text).collect::<Vec<_>>().join("\n")
    }

    /// What a person wrote: the plain text, or else what the HTML says. Mail programs put it into a part of a
    /// part when something is attached, and no deeper.
    pub fn words(&self) -> Words {
        self.words_within(WORDS_DEPTH_MAX).unwrap_or_default()
    }

    fn words_within(&self, depth: usize) -> Option<Words> {
        let shown = || self.parts.iter().filter(|it| !it.is_attached);
        let of = |media_type: &'static str| shown().find(move |it| it.media_type == media_type);
        if let Some(part) = of("text/plain") {
            return Some(Words::Plain(part.text()));
        }
        let nested = shown().filter(|it| it.media_type.starts_with("multipart/"));
        let mut nested = nested.take_while(|_| 0 < depth);
        nested
            .find_map(|it| Mail::split(it.raw).words_within(depth - 1))
            .or_else(|| of("text/html").map(|it| Words::Html(it.text())))
    }

    /// The Message-ID of the mail that this one is about: from the head that came back, else from
    /// a copy in the text, else from what it says it answers.
    pub fn original_message_id(&self) -> Option<String> {
        let returned = self.returned_head();
        let from_head = returned.as_ref().and_then(|it| it.get("message-id"));
        from_head
            .and_then(message_id_in)
            .or_else(|| message_id_in_copy(&self.text()))
            .or_else(|| self.answers())
    }

    /// The Message-ID that this mail says it answers.
    pub fn answers(&self) -> Option<String> {
        let last_reference = |it: &str| {
            let start = it.rfind('<')?;
            message_id_in(&it[start..])
        };
        let in_reply_to = self.head.get("in-reply-to").and_then(message_id_in);
        in_reply_to.or_else(|| self.head.get("references").and_then(last_reference))
    }
}

impl<'a> Part<'a> {
    fn new(raw: &'a [u8]) -> Part<'a> {
        let parsed = MessageParser::default().parse_headers(raw);
        let disposition = parsed.as_ref().and_then(|it| it.content_disposition());
        let is_attached = disposition.is_some_and(|it| it.is_attachment());
        Part { media_type: media_type(parsed.as_ref()), is_attached, raw }
    }

    fn is_mail(&self) -> bool {
        matches!(self.media_type.as_str(), "message/rfc822" | "message/global")
    }

    /// The decoded text; empty for what is made of further parts.
    pub fn text(&self) -> String {
        if self.is_mail() || self.media_type.starts_with("multipart/") {
            return String::new();
        }
        let parsed = MessageParser::default().parse(self.raw);
        match parsed.as_ref().and_then(|it| it.parts.first()).map(|it| &it.body) {
            Some(PartType::Text(text) | PartType::Html(text)) => text.to_string(),
            Some(PartType::Binary(bytes) | PartType::InlineBinary(bytes)) => {
                String::from_utf8_lossy(bytes).into_owned()
            }
            // Without a head of its own there is nothing to decode.
            Some(PartType::Message(_) | PartType::Multipart(_)) | None => {
                String::from_utf8_lossy(head_and_body(self.raw).1).into_owned()
            }
        }
    }
}

fn media_type(parsed: Option<&Message<'_>>) -> String {
    match parsed.and_then(|it| it.content_type()) {
        Some(found) => {
            let subtype = found.subtype().unwrap_or_default();
            format!("{}/{subtype}", found.ctype()).to_ascii_lowercase()
        }
        None => "text/plain".to_owned(),
    }
}

/// The head with its lines, and what follows the first empty line. A part that begins with an
/// empty line has no head.
fn head_and_body(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    for line in raw.split_inclusive(|it| *it == b'\n') {
        if matches!(line, b"\n" | b"\r\n") {
            return (&raw[..at], &raw[at + line.len()..]);
        }
        at += line.len();
    }
    (raw, &[])
}

fn split_at<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mut parts = Vec::new();
    let (mut at, mut start) = (0, None);
    for line in body.split_inclusive(|it| *it == b'\n') {
        let delimiter =
            line.strip_prefix(b"--").and_then(|it| it.strip_prefix(boundary.as_bytes()));
        let end = delimiter.map(<[u8]>::trim_ascii_end);
        if let Some(end @ (b"" | b"--")) = end {
            if let Some(start) = start.take() {
                parts.push(&body[start..at]);
            }
            if end == b"--" || PARTS_MAX <= parts.len() {
                return parts;
            }
            start = Some(at + line.len());
        }
        at += line.len();
    }
    // Cut off before the last delimiter, by us or on the way.
    parts.extend(start.map(|start| &body[start..]));
    parts
}

/// Old servers copy the returned message into their text, sometimes quoted.
fn message_id_in_copy(text: &str) -> Option<String> {
    let mut lines = text.lines().map(|it| it.trim_start_matches(['>', ' ', '\t', '|']));
    while let Some(line) = lines.next() {
        let name = line.get(.."message-id:".len()).unwrap_or_default();
        if name.eq_ignore_ascii_case("message-id:") {
            let value = &line["message-id:".len()..];
            return message_id_in(value).or_else(|| lines.next().and_then(message_id_in));
        }
    }
    None
}
