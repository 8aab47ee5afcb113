//! What a server's answers mean. Pure.

use imap_proto::{AttributeValue, Capability, MailboxDatum, Response, ResponseCode, Status};
use std::collections::BTreeSet;

/// More than this is no answer: some 500,000 numbers of mails, or a mail with what stands around it.
pub const RESPONSE_BYTES_MAX: usize = 4 << 20;

/// How much of a server's own words is kept.
const WORDS_CHARS_MAX: usize = 200;

/// One answer, as far as it concerns us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// The server's first word; whether it knows us already.
    Ready {
        signed_in: bool,
    },
    /// It takes what follows a command.
    GoOn,
    Done {
        tag: String,
        end: End,
        words: String,
    },
    Bye(String),
    Capabilities(BTreeSet<String>),
    Exists(u32),
    Expunged,
    Found(Vec<u32>),
    Mail {
        uid: u32,
        bytes: Vec<u8>,
    },
    Validity(u32),
    /// Whether words of ours can mark mails.
    Marks(bool),
    /// Nothing that was asked for.
    Other,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Ok,
    No,
    Bad,
}

/// The first answer in these bytes and how long it is; none if it has not all come.
pub fn first(bytes: &[u8]) -> Result<Option<(Said, usize)>, String> {
    match Response::parse(bytes) {
        Ok((rest, response)) => Ok(Some((said(response), bytes.len() - rest.len()))),
        Err(error) if error.is_incomplete() => match bytes.len() < RESPONSE_BYTES_MAX {
            true => Ok(None),
            false => Err("an answer has no end".to_owned()),
        },
        // An extension that nobody asked for: it is one line, unless it announces more.
        Err(_) => match bytes.iter().position(|it| *it == b'\n') {
            Some(end) if bytes.starts_with(b"* ") && !bytes[..end].ends_with(b"}\r") => {
                Ok(Some((Said::Other, end + 1)))
            }
            Some(_) => Err("an answer cannot be read".to_owned()),
            None if bytes.len() < RESPONSE_BYTES_MAX => Ok(None),
            None => Err("an answer has no end".to_owned()),
        },
    }
}

fn said(response: Response<'_>) -> Said {
    match response {
        Response::Continue(_) => Said::GoOn,
        Response::Done { tag, status, outcome } => {
            let end = match status {
                Status::Ok | Status::PreAuth => End::Ok,
                Status::No => End::No,
                Status::Bad | Status::Bye => End::Bad,
            };
            Said::Done { tag: tag.0, end, words: words(outcome.information.as_deref()) }
        }
        Response::Data { status: Status::Bye, outcome } => {
            Said::Bye(words(outcome.information.as_deref()))
        }
        Response::Data { status, outcome } => match (outcome.code, status) {
            (Some(ResponseCode::UidValidity(it)), _) => Said::Validity(it),
            (Some(ResponseCode::PermanentFlags(flags)), _) => {
                Said::Marks(flags.iter().any(|it| it == "\\*"))
            }
            (_, status @ (Status::Ok | Status::PreAuth)) => {
                Said::Ready { signed_in: status == Status::PreAuth }
            }
            (_, Status::No | Status::Bad | Status::Bye) => Said::Other,
        },
        Response::Capabilities(all) => Said::Capabilities(all.iter().map(name).collect()),
        Response::MailboxData(MailboxDatum::Exists(count)) => Said::Exists(count),
        Response::MailboxData(MailboxDatum::Search(uids)) => Said::Found(uids),
        Response::Expunge(_) => Said::Expunged,
        Response::Vanished { .. } => Said::Other,
        Response::Fetch(_, attributes) => mail(attributes),
        _ => Said::Other,
    }
}

fn mail(attributes: Vec<AttributeValue<'_>>) -> Said {
    let (mut number, mut bytes) = (None, None);
    for attribute in attributes {
        match attribute {
            AttributeValue::Uid(it) => number = Some(it),
            AttributeValue::BodySection { section: None, data, .. } => {
                bytes = Some(data.unwrap_or_default().into_owned());
            }
            _ => {}
        }
    }
    match (number, bytes) {
        (Some(uid), Some(bytes)) => Said::Mail { uid, bytes },
        _ => Said::Other,
    }
}

/// Upper case, as they are looked for.
fn name(capability: &Capability<'_>) -> String {
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(how) => format!("AUTH={}", how.to_ascii_uppercase()),
        Capability::Atom(atom) => atom.to_ascii_uppercase(),
    }
}

/// On one line, bounded, and without addresses: these words are shown.
fn words(text: Option<&str>) -> String {
    // A code that is not known stands before them.
    let text = text.unwrap_or_default();
    let text = text.strip_prefix('[').and_then(|it| it.split_once(']')).map_or(text, |it| it.1);
    let masked = text.split_whitespace().map(|it| match it.contains('@') {
        true => "…",
        false => it,
    });
    let words: Vec<&str> = masked.collect();
    words.join(" ").chars().take(WORDS_CHARS_MAX).collect()
}
