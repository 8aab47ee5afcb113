//! The steps for one event: size, shape, type, name, identity, time.

use crate::raw::{Object, RawEvent, Text, Unreadable, read_event};
use crate::time::{believe, read_time};
use crate::{Limits, surrogate};
use model::{Event, EventFlags, EventKind, Map, Rejection, SourceId, Timestamp, Value};

/// What is known about an event besides its own text.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    pub source: &'a SourceId,
    pub received: Timestamp,
    /// What the sender's clock said when the request left; the event may state its own.
    pub sent_at: Option<Timestamp>,
    /// Imported: it changes state and triggers nothing.
    pub historical: bool,
    /// The type that the path stands for; None if the event names its own.
    pub event_type: Option<&'a str>,
    /// For an event without any id.
    pub anonymous_id: Option<&'a str>,
}

/// Why one event was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub rejection: Rejection,
    pub detail: String,
}

/// The text as JSON, if it is, and of that an event, if it is one.
pub(crate) type Reading = Result<Result<Event, Refusal>, Unreadable>;

/// Reads one event, as in a batch or as a line of an import file.
pub fn event_from_json(text: &str, arrival: &Arrival, limits: &Limits) -> Result<Event, Refusal> {
    event_from_text(text, limits, &|text| {
        let raw = read_event(text, limits.depth_max)?;
        Ok(event_from_raw(raw, arrival, limits))
    })
}

/// The steps before parsing, whatever the words of the event are: size, shape, and a second try
/// where half a character was in the way.
pub(crate) fn event_from_text(
    text: &str,
    limits: &Limits,
    read: &dyn Fn(&str) -> Reading,
) -> Result<Event, Refusal> {
    check_size(text.len(), limits)?;
    check_shape(text)?;
    let tried = match read(text) {
        Err(Unreadable::Json(detail)) => match surrogate::mend(text) {
            Some(mended) => read(&mended),
            None => Err(Unreadable::Json(detail)),
        },
        tried => tried,
    };
    match tried {
        Ok(event) => event,
        Err(Unreadable::TooDeep) => Err(too_deep(limits)),
        Err(Unreadable::Json(detail)) => refuse(Rejection::BadJson, detail),
    }
}

/// The steps after parsing, shared with rows of tables.
pub(crate) fn event_from_raw(
    mut raw: RawEvent,
    arrival: &Arrival,
    limits: &Limits,
) -> Result<Event, Refusal> {
    let time = find_time(&raw, arrival)?;
    let text = |field: &mut Text, name| take_text(std::mem::take(field), name, limits);
    let user_id = text(&mut raw.user_id, "userId")?;
    let mut anonymous_id = text(&mut raw.anonymous_id, "anonymousId")?;
    let message_id = text(&mut raw.message_id, "messageId")?;
    let context = take_object(std::mem::take(&mut raw.context), "context")?;
    if user_id.is_none() && anonymous_id.is_none() {
        anonymous_id = arrival.anonymous_id.map(str::to_owned);
    }
    let (kind, properties) = find_kind(&mut raw, arrival.event_type, limits)?;
    let event = Event {
        source: arrival.source.clone(),
        message_id,
        kind,
        user_id,
        anonymous_id,
        properties,
        context,
        time: time.0,
        received: arrival.received,
        flags: EventFlags { clock: time.1, historical: arrival.historical },
    };
    check_identity(&event)?;
    Ok(event)
}

pub(crate) fn refuse<T>(rejection: Rejection, detail: impl Into<String>) -> Result<T, Refusal> {
    Err(Refusal { rejection, detail: detail.into() })
}

pub(crate) fn check_size(bytes: usize, limits: &Limits) -> Result<(), Refusal> {
    match limits.event_bytes_max {
        max if max < bytes => {
            refuse(Rejection::EventTooLarge, format!("{bytes} bytes; at most {max} are taken"))
        }
        _ => Ok(()),
    }
}

fn check_shape(text: &str) -> Result<(), Refusal> {
    match text.trim_start().starts_with('{') {
        true => Ok(()),
        false => refuse(Rejection::NotAnObject, "an event is written in braces: {\"type\": …}"),
    }
}

fn too_deep(limits: &Limits) -> Refusal {
    let detail = format!("more than {} levels", limits.depth_max);
    Refusal { rejection: Rejection::TooDeep, detail }
}

/// The event's type with what only that type has, and the properties or traits that go with it.
fn find_kind(
    raw: &mut RawEvent,
    by_path: Option<&str>,
    limits: &Limits,
) -> Result<(EventKind, Map), Refusal> {
    let text = |field: &mut Text, name| take_text(std::mem::take(field), name, limits);
    let named = text(&mut raw.event_type, "type");
    let named = match by_path {
        // The path decides, whatever the body says beside it.
        Some(by_path) => by_path.to_owned(),
        None => named?.unwrap_or_default(),
    };
    let properties = take_object(std::mem::take(&mut raw.properties), "properties");
    let traits = take_object(std::mem::take(&mut raw.traits), "traits");
    match named.as_str() {
        "track" => match text(&mut raw.event, "event")? {
            Some(name) => Ok((EventKind::Track { name }, properties?)),
            None => refuse(Rejection::NoName, "the field `event` is missing or empty"),
        },
        "identify" => Ok((EventKind::Identify, traits?)),
        "page" | "screen" => {
            let mut properties = properties?;
            let name = text(&mut raw.name, "name")?;
            let category = text(&mut raw.category, "category")?;
            // Some SDKs say these twice and some only beside the properties, where no condition
            // could see them.
            for (key, value) in [("name", &name), ("category", &category)] {
                if let Some(value) = value {
                    properties.entry(key.to_owned()).or_insert_with(|| Value::from(value.as_str()));
                }
            }
            let name = name.unwrap_or_default();
            let kind = match named.as_str() {
                "page" => EventKind::Page { name },
                _ => EventKind::Screen { name },
            };
            Ok((kind, properties))
        }
        "group" => match text(&mut raw.group_id, "groupId")? {
            Some(group_id) => Ok((EventKind::Group { group_id }, traits?)),
            None => refuse(Rejection::BadField, "`groupId` is missing or empty"),
        },
        "alias" => match text(&mut raw.previous_id, "previousId")? {
            Some(previous_id) => Ok((EventKind::Alias { previous_id }, Map::new())),
            None => refuse(Rejection::BadField, "`previousId` is missing or empty"),
        },
        "" => refuse(Rejection::BadType, "the field `type` is missing or empty"),
        other => refuse(
            Rejection::BadType,
            format!(
                "`{}` is none of track, identify, page, screen, group and alias",
                excerpt(other, 40)
            ),
        ),
    }
}

/// An event needs somebody to belong to. An e-mail address or a phone number among the traits will
/// do, since that is all that a list of contacts has.
fn check_identity(event: &Event) -> Result<(), Refusal> {
    if event.user_id.is_some() || event.anonymous_id.is_some() || !event.identifiers().is_empty() {
        return Ok(());
    }
    refuse(Rejection::NoIdentity, "it needs `userId`, `anonymousId`, or an e-mail or phone trait")
}

fn find_time(raw: &RawEvent, arrival: &Arrival) -> Result<(Timestamp, bool), Refusal> {
    let mut time = None;
    for (field, name) in
        [(&raw.timestamp, "timestamp"), (&raw.original_timestamp, "originalTimestamp")]
    {
        match field {
            Text::Given(text) if !text.trim().is_empty() => match read_time(text) {
                Some(read) => {
                    time = Some(read);
                    break;
                }
                None => {
                    let shown = excerpt(text, 40);
                    let detail =
                        format!("`{name}` is `{shown}`; write it like 2026-11-22T09:00:00Z");
                    return refuse(Rejection::BadTime, detail);
                }
            },
            Text::Given(_) | Text::Absent => {}
            Text::Wrong(found) => {
                return refuse(Rejection::BadTime, format!("`{name}` is {found}"));
            }
        }
    }
    // When the request left is known best from the request; an unreadable one is as good as none.
    let own = match &raw.sent_at {
        Text::Given(text) => read_time(text),
        Text::Absent | Text::Wrong(_) => None,
    };
    Ok(believe(time, arrival.sent_at.or(own), arrival.received))
}

fn take_text(field: Text, name: &str, limits: &Limits) -> Result<Option<String>, Refusal> {
    match field {
        Text::Absent => Ok(None),
        Text::Given(text) if text.trim().is_empty() => Ok(None),
        // Bytes are counted first, because that is free and mostly enough.
        Text::Given(text)
            if limits.name_chars_max < text.len()
                && limits.name_chars_max < text.chars().count() =>
        {
            let max = limits.name_chars_max;
            refuse(Rejection::NameTooLong, format!("`{name}` has more than {max} characters"))
        }
        Text::Given(text) => Ok(Some(text.into_owned())),
        Text::Wrong(found) => refuse(Rejection::BadField, format!("`{name}` is {found}, not text")),
    }
}

fn take_object(field: Object, name: &str) -> Result<Map, Refusal> {
    match field {
        Object::Absent => Ok(Map::new()),
        Object::Given(map) => Ok(map),
        Object::Wrong(found) => {
            refuse(Rejection::BadField, format!("`{name}` is {found}, not an object"))
        }
    }
}

/// The beginning of a text, cut between characters.
pub(crate) fn excerpt(text: &str, bytes_max: usize) -> String {
    if text.len() <= bytes_max {
        return text.to_owned();
    }
    let cut = (0..=bytes_max).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    format!("{}…", &text[..cut])
}
