//! The steps for a whole request: size, write key, unpacking, UTF-8, JSON, the list of events.

use crate::event::excerpt;
use crate::raw::{Envelope, Text, read_envelope};
use crate::time::read_time;
use crate::{Arrival, Endpoint, Limits, event_from_json, posthog, surrogate};
use base64::Engine;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use model::{Event, Rejection, SourceId, Timestamp};
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::io::Read;

/// What the HTTP layer hands over. Nothing in it has been looked at yet. There is no content type:
/// SDKs send JSON as `text/plain` and as a form, so it says nothing.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    pub endpoint: Endpoint,
    pub content_encoding: Option<&'a str>,
    pub authorization: Option<&'a str>,
    /// `?writeKey=`, which beacons use because they cannot set headers.
    pub query_write_key: Option<&'a str>,
    /// RudderStack's `AnonymousId`: base64 of the id.
    pub anonymous_id_header: Option<&'a str>,
    /// RudderStack's `SentAt`.
    pub sent_at_header: Option<&'a str>,
    pub body: &'a [u8],
}

#[derive(Clone, Debug, PartialEq)]
pub enum Received {
    /// To be answered with 200, also when every event was rejected: on 400 some SDKs drop the whole
    /// batch, one sends it again for ever, and one ends the process that it runs in.
    Taken { write_key: String, source: SourceId, events: Vec<Event>, rejected: Vec<Rejected> },
    /// Nothing of the body could be used. The status is 400 (unreadable), 401 (write key) or 413
    /// (too large).
    Refused { status: u16, rejection: Rejection, detail: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Its place in the batch, from 0.
    pub index: usize,
    pub rejection: Rejection,
    pub detail: String,
    /// The beginning of what was sent.
    pub body: String,
}

pub(crate) struct Refused {
    status: u16,
    rejection: Rejection,
    detail: String,
}

/// A request taken apart: what is said once for all its events, and the events' own texts.
pub(crate) struct Parcel<'a> {
    pub write_key: Option<String>,
    pub sent_at: Option<Timestamp>,
    /// The sender says that all of it happened long ago.
    pub historical: bool,
    /// Looked at after the write key, so that a stranger learns nothing of it.
    pub events: Result<Vec<&'a str>, Refused>,
}

/// Takes a request through all steps. `sources` knows which source a write key belongs to.
pub fn receive(
    request: &Request,
    sources: &dyn Fn(&str) -> Option<SourceId>,
    received: Timestamp,
    limits: &Limits,
) -> Received {
    match read_all(request, sources, received, limits) {
        Ok(taken) => taken,
        Err(Refused { status, rejection, detail }) => {
            Received::Refused { status, rejection, detail }
        }
    }
}

/// The write key that the request carries, known or not: of Basic authentication, else of the
/// query, else of the body.
pub fn write_key(request: &Request) -> Option<String> {
    if let Some(key) = write_key_outside(request) {
        return Some(key);
    }
    let limits = Limits::default();
    let unpacked = unpack(request, &limits).ok()?;
    open(request, read_text(&unpacked).ok()?, &limits).ok()?.write_key
}

fn read_all(
    request: &Request,
    sources: &dyn Fn(&str) -> Option<SourceId>,
    received: Timestamp,
    limits: &Limits,
) -> Result<Received, Refused> {
    check_body_size(request.body.len(), limits)?;
    // A key beside the body decides at once, before anything is unpacked for a stranger.
    let known = match write_key_outside(request) {
        Some(key) => Some(find_source(key, sources)?),
        None => None,
    };
    let unpacked = unpack(request, limits)?;
    let form = match request.endpoint == Endpoint::PostHog {
        true => posthog::unwrap_form(&unpacked)?,
        false => None,
    };
    let text = read_text(form.as_deref().unwrap_or(&unpacked))?;
    let mended;
    let parcel = match open(request, text, limits) {
        Ok(parcel) => parcel,
        Err(refused) => match surrogate::mend(text) {
            Some(text) => {
                mended = text;
                open(request, &mended, limits)?
            }
            None => return Err(refused),
        },
    };
    let (write_key, source) = match (known, parcel.write_key) {
        (Some(known), _) => known,
        (None, Some(key)) => find_source(key, sources)?,
        (None, None) => return Err(no_write_key(request.endpoint)),
    };
    let anonymous_id = request.anonymous_id_header.and_then(decode_base64);
    let arrival = Arrival {
        source: &source,
        received,
        sent_at: parcel.sent_at.or_else(|| request.sent_at_header.and_then(read_time)),
        historical: request.endpoint == Endpoint::Import || parcel.historical,
        event_type: request.endpoint.event_type(),
        anonymous_id: anonymous_id.as_deref(),
    };
    let texts = parcel.events?;
    let (mut events, mut rejected) = (Vec::with_capacity(texts.len()), Vec::new());
    for (index, text) in texts.into_iter().enumerate() {
        let event = match request.endpoint {
            Endpoint::PostHog => posthog::event_from_json(text, &arrival, limits),
            Endpoint::Batch
            | Endpoint::Import
            | Endpoint::Track
            | Endpoint::Identify
            | Endpoint::Page
            | Endpoint::Screen
            | Endpoint::Group
            | Endpoint::Alias => event_from_json(text, &arrival, limits),
        };
        match event {
            Ok(event) => events.push(event),
            Err(refusal) => rejected.push(Rejected {
                index,
                rejection: refusal.rejection,
                detail: refusal.detail,
                body: excerpt(text, limits.excerpt_bytes_max),
            }),
        }
    }
    Ok(Received::Taken { write_key, source, events, rejected })
}

fn check_body_size(bytes: usize, limits: &Limits) -> Result<(), Refused> {
    match limits.body_bytes_max {
        max if max < bytes => {
            refuse(413, Rejection::BodyTooLarge, format!("{bytes} bytes; at most {max} are read"))
        }
        _ => Ok(()),
    }
}

/// The write key of Basic authentication (as the user's name), else of the query.
fn write_key_outside(request: &Request) -> Option<String> {
    let basic = request.authorization.and_then(|header| {
        let (scheme, credentials) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let credentials = decode_base64(credentials)?;
        let user = credentials.split(':').next()?;
        (!user.is_empty()).then(|| user.to_owned())
    });
    basic.or_else(|| request.query_write_key.filter(|it| !it.is_empty()).map(str::to_owned))
}

fn find_source(
    key: String,
    sources: &dyn Fn(&str) -> Option<SourceId>,
) -> Result<(String, SourceId), Refused> {
    match sources(&key) {
        Some(source) => Ok((key, source)),
        None => refuse(401, Rejection::BadWriteKey, "no source has this write key"),
    }
}

fn no_write_key(endpoint: Endpoint) -> Refused {
    let detail = match endpoint == Endpoint::PostHog {
        true => "send it as `api_key` in the body",
        false => {
            "send it as the user name of Basic authentication, as `writeKey` in the body or as \
             ?writeKey= in the address"
        }
    };
    Refused { status: 401, rejection: Rejection::BadWriteKey, detail: detail.to_owned() }
}

/// Unpacks gzip. Its first two bytes decide and not the header: no JSON begins like that, and
/// proxies add and drop the header.
fn unpack<'a>(request: &Request<'a>, limits: &Limits) -> Result<Cow<'a, [u8]>, Refused> {
    if !request.body.starts_with(&[0x1f, 0x8b]) {
        let encoding = request.content_encoding.unwrap_or("").trim().to_ascii_lowercase();
        return match encoding.as_str() {
            "" | "identity" | "none" | "gzip" | "x-gzip" => Ok(Cow::Borrowed(request.body)),
            other => {
                let other = excerpt(other, 40);
                refuse(400, Rejection::BadEncoding, format!("`{other}` is not read; send gzip"))
            }
        };
    }
    let max = limits.unpacked_bytes_max;
    let mut unpacked = Vec::with_capacity((request.body.len() * 4).min(max));
    let read = flate2::read::MultiGzDecoder::new(request.body)
        .take(max as u64 + 1)
        .read_to_end(&mut unpacked);
    match read {
        Ok(bytes) if max < bytes => {
            let detail = format!("unpacks to more than {max} bytes");
            refuse(413, Rejection::BadEncoding, detail)
        }
        Ok(_) => Ok(Cow::Owned(unpacked)),
        Err(error) => refuse(400, Rejection::BadEncoding, format!("the gzip is broken: {error}")),
    }
}

fn read_text(bytes: &[u8]) -> Result<&str, Refused> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.strip_prefix('\u{feff}').unwrap_or(text)),
        Err(error) => {
            let detail = format!("byte {} is not UTF-8", error.valid_up_to());
            refuse(400, Rejection::BadUtf8, detail)
        }
    }
}

fn open<'a>(request: &Request, text: &'a str, limits: &Limits) -> Result<Parcel<'a>, Refused> {
    if request.endpoint == Endpoint::PostHog {
        return posthog::open(text, limits);
    }
    let envelope = find_envelope(text, limits)?;
    Ok(Parcel {
        write_key: given(&envelope.write_key),
        sent_at: given(&envelope.sent_at).and_then(|it| read_time(&it)),
        historical: false,
        events: find_events(request.endpoint, &envelope, text, limits),
    })
}

pub(crate) fn given(field: &Text) -> Option<String> {
    match field {
        Text::Given(text) if !text.is_empty() => Some(text.to_string()),
        Text::Given(_) | Text::Absent | Text::Wrong(_) => None,
    }
}

/// Checks that the text is JSON, and finds the fields around the events.
fn find_envelope<'a>(text: &'a str, limits: &Limits) -> Result<Envelope<'a>, Refused> {
    let read = match text.trim_start().starts_with('{') {
        true => read_envelope(text, limits.events_max),
        // Not an object; whether it is JSON at all decides what is answered.
        false => serde_json::from_str::<IgnoredAny>(text).map(|_| Envelope::default()),
    };
    read.or_else(|error| refuse(400, Rejection::BadJson, error.to_string()))
}

fn find_events<'a>(
    endpoint: Endpoint,
    envelope: &Envelope<'a>,
    text: &'a str,
    limits: &Limits,
) -> Result<Vec<&'a str>, Refused> {
    if !matches!(endpoint, Endpoint::Batch | Endpoint::Import) {
        return Ok(vec![text.trim()]);
    }
    match &envelope.batch {
        Some(batch) => listed(batch, envelope.events_over, limits),
        None => refuse(400, Rejection::NotABatch, "write {\"batch\": [ … ]}"),
    }
}

/// The events of a list, unless there were more than are taken.
pub(crate) fn listed<'a>(
    batch: &[&'a RawValue],
    events_over: usize,
    limits: &Limits,
) -> Result<Vec<&'a str>, Refused> {
    if 0 < events_over {
        let (max, found) = (limits.events_max, limits.events_max + events_over);
        let detail = format!("{found} events; at most {max} are taken at once");
        return refuse(413, Rejection::TooManyEvents, detail);
    }
    Ok(batch.iter().map(|it| it.get()).collect())
}

/// Base64 of UTF-8 text, with or without the padding that some clients leave out.
pub(crate) fn decode_base64(text: &str) -> Option<String> {
    let config =
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    String::from_utf8(engine.decode(text.trim()).ok()?).ok().filter(|it| !it.is_empty())
}

pub(crate) fn refuse<T>(
    status: u16,
    rejection: Rejection,
    detail: impl Into<String>,
) -> Result<T, Refused> {
    Err(Refused { status, rejection, detail: detail.into() })
}
