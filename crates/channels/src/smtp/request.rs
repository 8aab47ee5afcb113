//! An envelope to the bytes that go over the wire. Pure: the date and the ids come in.

use super::config::SmtpConfig;
use crate::dkim::Signer;
use mail_builder::MessageBuilder;
use mail_builder::headers::HeaderType;
use mail_builder::headers::address::Address;
use mail_builder::headers::content_type::ContentType;
use mail_builder::headers::date::Date;
use mail_builder::headers::raw::Raw;
use mail_builder::mime::MimePart;
use model::{IdentifierKind, Reply};
use port::{Envelope, Payload};

/// Says which of our messages a mail is, also in the headers that a bounce quotes.
pub const MESSAGE_HEADER: &str = "X-Fulcrum-Message";

/// RFC 5321 4.5.3.1.3: a path is at most 256 octets with its brackets.
const ADDRESS_MAX_BYTES: usize = 254;

/// A message that is ready to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    pub sender: String,
    pub recipient: String,
    /// An address needs more than ASCII, which the server must offer (RFC 6531).
    pub needs_utf8: bool,
    /// Dot-stuffed, ends with CR LF, without the final dot.
    pub data: Vec<u8>,
}

/// The bytes of a message, or the reply if it can never be sent as it is.
/// With `signer` it is signed as it was at the moment of the envelope, so every try is the same mail.
pub fn prepare(
    envelope: &Envelope,
    config: &SmtpConfig,
    signer: Option<&Signer>,
) -> Result<Prepared, Reply> {
    let refuse = |detail: &str, dead| Err(Reply::Refused { detail: detail.to_owned(), dead });
    let Payload::Email { from, .. } = &envelope.payload else {
        return refuse("not an e-mail", false);
    };
    if envelope.to.kind != IdentifierKind::Email || !is_address(&envelope.to.value) {
        return refuse("the recipient is not an e-mail address", true);
    }
    let sender = sender(envelope, from, config);
    if !is_address(&sender) {
        return refuse("the sender is not an e-mail address", false);
    }
    let Some(mail) = mail(envelope) else { return refuse("the mail cannot be built", false) };
    let mut mail = with_line_ends(&mail);
    if let Some(signer) = signer {
        let seconds = envelope.at.millis().div_euclid(1_000);
        let Some(signed) = signer.signed(&mail, seconds) else {
            return refuse("the mail cannot be signed", false);
        };
        mail = signed;
    }
    let recipient = envelope.to.value.clone();
    let needs_utf8 = !sender.is_ascii() || !recipient.is_ascii();
    Ok(Prepared { sender, recipient, needs_utf8, data: stuffed(&mail) })
}

/// The mail alone, for who hands it over in another way.
pub fn raw_mail(envelope: &Envelope) -> Result<Vec<u8>, Reply> {
    let refused = || Reply::Refused { detail: "the mail cannot be built".to_owned(), dead: false };
    mail(envelope).map(|it| with_line_ends(&it)).ok_or_else(refused)
}

/// Variable envelope return path: the address that a bounce comes back to names the message.
fn sender(envelope: &Envelope, from: &str, config: &SmtpConfig) -> String {
    match config.bounce_address.as_deref().and_then(|it| it.split_once('@')) {
        Some((local, domain)) => format!("{local}+{}@{domain}", envelope.message),
        None => from.to_owned(),
    }
}

/// Multipart/alternative: the same words as text and as HTML, the richer one last.
fn mail(envelope: &Envelope) -> Option<Vec<u8>> {
    let Payload::Email { from, from_name, subject, html, text, headers, message_id } =
        &envelope.payload
    else {
        return None;
    };
    let from_name = clean(from_name);
    let name = if from_name.is_empty() { None } else { Some(from_name) };
    let alternatives =
        vec![MimePart::new("text/plain", text.as_str()), MimePart::new("text/html", html.as_str())];
    let kind = ContentType::new("multipart/alternative")
        .attribute("boundary", boundary(envelope, text, html));
    let mut builder = MessageBuilder::new()
        .from(Address::new_address(name, clean(from)))
        .to(Address::new_address(None::<String>, envelope.to.value.clone()))
        .subject(clean(subject))
        .date(Date::new(envelope.at.millis().div_euclid(1_000)))
        .message_id(id(message_id))
        .header(MESSAGE_HEADER, Raw::new(envelope.message.to_string()));
    for (name, value) in headers {
        if is_header_name(name) {
            builder = builder.header(name.clone(), HeaderType::from(Raw::new(clean(value))));
        }
    }
    builder.body(MimePart::new(kind, alternatives)).write_to_vec().ok()
}

/// Stable, so that every try is the same mail, and found in neither part.
fn boundary(envelope: &Envelope, text: &str, html: &str) -> String {
    let mut n = 0_u32;
    loop {
        let boundary = format!("=_{}_{n}", envelope.message);
        if !text.contains(&boundary) && !html.contains(&boundary) {
            return boundary;
        }
        n += 1;
    }
}

/// All lines end in CR LF, the last one too: what is signed is what is sent.
fn with_line_ends(mail: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|it| *it == b'\n') {
        let words = line.strip_suffix(b"\n").unwrap_or(line);
        data.extend_from_slice(words.strip_suffix(b"\r").unwrap_or(words));
        data.extend_from_slice(b"\r\n");
    }
    data
}

/// A line that begins with a dot gets a second one, or it would end the message.
fn stuffed(mail: &[u8]) -> Vec<u8> {
    let mut data = Vec::with_capacity(mail.len() + 64);
    for line in mail.split_inclusive(|it| *it == b'\n') {
        data.extend(line.starts_with(b".").then_some(b'.'));
        data.extend_from_slice(line);
    }
    data
}

/// Nothing that could end a command or a path.
pub fn is_address(address: &str) -> bool {
    let forbidden =
        |it: char| it.is_control() || it.is_whitespace() || "<>,;:\"()[]\\".contains(it);
    let parts = address.rsplit_once('@');
    address.len() <= ADDRESS_MAX_BYTES
        && !address.contains(forbidden)
        && parts.is_some_and(|(local, domain)| {
            !local.is_empty() && !local.contains('@') && !domain.is_empty()
        })
}

pub(crate) fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-')
}

/// One line without control characters: what comes from people cannot begin a header.
pub(crate) fn clean(value: &str) -> String {
    let spaced: String = value.chars().map(|it| if it.is_control() { ' ' } else { it }).collect();
    spaced.trim().to_owned()
}

fn id(message_id: &str) -> String {
    message_id
        .chars()
        .filter(|it| !it.is_whitespace() && !it.is_control() && !"<>".contains(*it))
        .collect()
}

/// A server's words with every address in them masked: they are stored, shown and logged.
pub fn masked(words: &str) -> String {
    let ends = |it: char| it.is_whitespace() || "<>()[]\"',;:".contains(it);
    let mut shown = String::with_capacity(words.len());
    let mut rest = words;
    while !rest.is_empty() {
        let length = rest.find(ends).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        match word.rsplit_once('@') {
            Some((local, domain)) if !local.is_empty() => {
                shown.extend(local.chars().take(1));
                shown.push_str("…@");
                shown.push_str(domain);
            }
            Some(_) | None => shown.push_str(word),
        }
        let next = after.chars().next().map_or(0, char::len_utf8);
        shown.push_str(&after[..next]);
        rest = &after[next..];
    }
    shown
}
