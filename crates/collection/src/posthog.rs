//! PostHog's requests: how its SDKs wrap events, and what their events mean in the words of all others.
//!
//! The wrapping differs (`api_key` in the body, one event, a list, or a form around either); the
//! steps that every event goes through do not.

mod meaning;
mod names;

use crate::event::{event_from_raw, event_from_text};
use crate::raw::{
    Batch, BatchSeed, Depth, KeySeed, Object, ObjectSeed, Text, TextSeed, Unreadable, read_object,
};
use crate::receive::{Parcel, Refused, decode_base64, given, listed, refuse};
use crate::time::read_time;
use crate::{Arrival, Limits, Refusal};
use model::{Event, Rejection};
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::fmt;

/// One event as PostHog's SDKs send it. Fields that no step reads are skipped.
#[derive(Default)]
struct Sent<'a> {
    event: Text<'a>,
    distinct_id: Text<'a>,
    uuid: Text<'a>,
    timestamp: Text<'a>,
    /// Milliseconds between the event and the sending, of clients that know no time of day.
    offset: Text<'a>,
    properties: Object,
    set: Object,
    set_once: Object,
    unset: Option<Vec<String>>,
}

/// What a browser's form or beacon wraps the JSON in: `data=` and base64 or JSON, percent-encoded.
/// None where there is no form.
pub(crate) fn unwrap_form(body: &[u8]) -> Result<Option<Vec<u8>>, Refused> {
    let Some(data) = body
        .split(|it| *it == b'&')
        .find_map(|field| field.strip_prefix(b"data="))
        .filter(|_| !matches!(body.first(), Some(b'{' | b'[')))
    else {
        return Ok(None);
    };
    let mut text = percent_decoded(data);
    if !matches!(text.first(), Some(b'{' | b'[')) {
        // A plus sign stands for a blank in forms, and for itself in base64.
        text.iter_mut().filter(|it| **it == b' ').for_each(|it| *it = b'+');
        let decoded = std::str::from_utf8(&text).ok().and_then(decode_base64);
        let Some(decoded) = decoded else {
            let detail = "the form's `data` is neither JSON nor JSON in base64";
            return refuse(400, Rejection::BadEncoding, detail);
        };
        text = decoded.into_bytes();
    }
    Ok(Some(text))
}

/// Finds the events of a request: those of `batch`, of a bare list, or the one that the body is.
pub(crate) fn open<'a>(text: &'a str, limits: &Limits) -> Result<Parcel<'a>, Refused> {
    let bad_json = |error: serde_json::Error| refuse(400, Rejection::BadJson, error.to_string());
    if text.trim_start().starts_with('[') {
        let list: (Option<Vec<&RawValue>>, usize) = match read_list(text, limits.events_max) {
            Ok(list) => list,
            Err(error) => return bad_json(error),
        };
        let events = listed(&list.0.unwrap_or_default(), list.1, limits);
        let write_key = events.as_ref().ok().and_then(|it| key_of_first(it));
        return Ok(Parcel { write_key, sent_at: None, historical: false, events });
    }
    let around = match text.trim_start().starts_with('{') {
        true => read_object(text, usize::MAX, |_, reader| {
            reader.deserialize_map(AroundVisitor { events_max: limits.events_max })
        })
        .or_else(|error| match error {
            Unreadable::Json(detail) => refuse(400, Rejection::BadJson, detail),
            Unreadable::TooDeep => refuse(400, Rejection::TooDeep, "nested too deeply"),
        })?,
        // Not an object; whether it is JSON at all decides what is answered.
        false => match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Around::default(),
            Err(error) => return bad_json(error),
        },
    };
    let events = match &around.batch {
        (Some(batch), over) => listed(batch, *over, limits),
        (None, _) if around.is_event => Ok(vec![text.trim()]),
        (None, _) => refuse(400, Rejection::NotABatch, "write {\"batch\": [ … ]} or one event"),
    };
    let first = || events.as_ref().ok().and_then(|it| key_of_first(it));
    Ok(Parcel {
        write_key: given(&around.api_key).or_else(|| given(&around.token)).or_else(first),
        sent_at: given(&around.sent_at).and_then(|it| read_time(&it)),
        historical: around.historical,
        events,
    })
}

/// Reads one event, and says in our words what it means.
pub(crate) fn event_from_json(
    text: &str,
    arrival: &Arrival,
    limits: &Limits,
) -> Result<Event, Refusal> {
    event_from_text(text, limits, &|text| {
        let sent = read_object(text, limits.depth_max, |depth, reader| {
            reader.deserialize_map(SentVisitor(depth))
        })?;
        let raw = meaning::in_our_words(sent, arrival);
        Ok(raw.and_then(|raw| event_from_raw(raw, arrival, limits)))
    })
}

fn read_list(text: &str, events_max: usize) -> Result<Batch<'_>, serde_json::Error> {
    use serde::de::DeserializeSeed;
    let mut reader = serde_json::Deserializer::from_str(text);
    let list = BatchSeed { events_max }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(list)
}

/// Where a list is all there is, each event carries the key: beside its fields or as the property
/// `token`.
fn key_of_first(events: &[&str]) -> Option<String> {
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Keys {
        api_key: Option<String>,
        token: Option<String>,
        properties: Token,
    }
    #[derive(Deserialize, Default)]
    #[serde(default)]
    struct Token {
        token: Option<String>,
    }
    let keys: Keys = serde_json::from_str(events.first()?).ok()?;
    keys.api_key.or(keys.token).or(keys.properties.token).filter(|it| !it.is_empty())
}

fn percent_decoded(text: &[u8]) -> Vec<u8> {
    let digit = |at: usize| text.get(at).and_then(|it| (*it as char).to_digit(16));
    let (mut decoded, mut at) = (Vec::with_capacity(text.len()), 0);
    while at < text.len() {
        let (byte, used) = match (text[at], digit(at + 1), digit(at + 2)) {
            (b'%', Some(high), Some(low)) => ((high * 16 + low) as u8, 3),
            (b'+', _, _) => (b' ', 1),
            (other, _, _) => (other, 1),
        };
        decoded.push(byte);
        at += used;
    }
    decoded
}

/// What surrounds the events.
#[derive(Default)]
struct Around<'a> {
    api_key: Text<'a>,
    token: Text<'a>,
    sent_at: Text<'a>,
    historical: bool,
    batch: Batch<'a>,
    /// It has an event's name itself.
    is_event: bool,
}

struct AroundVisitor {
    events_max: usize,
}

impl<'de> Visitor<'de> for AroundVisitor {
    type Value = Around<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Around<'de>, A::Error> {
        let mut around = Around::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match &*key {
                "api_key" => around.api_key = map.next_value_seed(TextSeed)?,
                "token" => around.token = map.next_value_seed(TextSeed)?,
                "sent_at" => around.sent_at = map.next_value_seed(TextSeed)?,
                "historical_migration" => {
                    around.historical = map.next_value::<serde_json::Value>()? == true;
                }
                "batch" => {
                    around.batch =
                        map.next_value_seed(BatchSeed { events_max: self.events_max })?;
                }
                other => {
                    around.is_event |= other == "event";
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(around)
    }
}

struct SentVisitor<'c>(Depth<'c>);

impl<'de> Visitor<'de> for SentVisitor<'_> {
    type Value = Sent<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Sent<'de>, A::Error> {
        let mut sent = Sent::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match &*key {
                "event" => sent.event = map.next_value_seed(TextSeed)?,
                "distinct_id" => sent.distinct_id = map.next_value_seed(TextSeed)?,
                "uuid" => sent.uuid = map.next_value_seed(TextSeed)?,
                "timestamp" => sent.timestamp = map.next_value_seed(TextSeed)?,
                "offset" => sent.offset = map.next_value_seed(TextSeed)?,
                "properties" => sent.properties = map.next_value_seed(ObjectSeed(self.0))?,
                "$set" => sent.set = map.next_value_seed(ObjectSeed(self.0))?,
                "$set_once" => sent.set_once = map.next_value_seed(ObjectSeed(self.0))?,
                "$unset" => sent.unset = Some(map.next_value_seed(NamesSeed)?),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(sent)
    }
}

/// A list of names; anything else names nothing.
struct NamesSeed;

impl<'de> serde::de::DeserializeSeed<'de> for NamesSeed {
    type Value = Vec<String>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Vec<String>, D::Error> {
        let text = <&RawValue>::deserialize(reader)?;
        Ok(serde_json::from_str(text.get()).unwrap_or_default())
    }
}
