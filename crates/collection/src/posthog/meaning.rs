//! What an event of PostHog means: which call it is, whose it is, and when it was.

use super::names::{self, Taken};
use super::{Object, Sent, Text};
use crate::event::refuse;
use crate::raw::RawEvent;
use crate::{Arrival, Refusal};
use model::{Map, Rejection, Span, Value};
use std::borrow::Cow;

/// What the browser SDK sends in place of an id when it may not keep one. It is the same for
/// everybody, so it is nobody.
const COOKIELESS: &str = "$posthog_cookieless";

/// The event in the words of the Segment API, or why it is none.
pub(super) fn in_our_words<'a>(
    mut sent: Sent<'a>,
    arrival: &Arrival,
) -> Result<RawEvent<'a>, Refusal> {
    let mut properties = map(std::mem::take(&mut sent.properties), "properties")?;
    let traits = stated_traits(&mut sent, &mut properties)?;
    let who = Who::of(&mut sent, &mut properties)?;
    let name = match &sent.event {
        Text::Given(name) => name.to_string(),
        Text::Absent | Text::Wrong(_) => String::new(),
    };
    let Taken { mut context, properties } = names::take(&name, properties);
    let mut raw = RawEvent {
        message_id: sent.uuid,
        timestamp: timestamp(sent.timestamp, &sent.offset, arrival)?,
        user_id: text(who.user.clone()),
        anonymous_id: text(who.anonymous.clone()),
        ..RawEvent::default()
    };
    let mut properties = properties;
    let kind = match name.as_str() {
        "$identify" | "$set" => "identify",
        "$pageview" => "page",
        "$screen" => "screen",
        "$groupidentify" => "group",
        "$create_alias" | "$merge_dangerously" => "alias",
        _ => "track",
    };
    match kind {
        "identify" => raw.traits = Object::Given(traits.set),
        "group" => {
            group(&mut raw, &who, &mut properties)?;
            states(&mut context, traits.set);
        }
        "alias" => {
            alias(&mut raw, &who, &mut properties);
            states(&mut context, traits.set);
        }
        _ => {
            let named = match kind {
                "page" => properties.get("title").cloned(),
                "screen" => properties.remove("$screen_name"),
                _ => Some(Value::Text(name)),
            };
            let named = text(named.as_ref().and_then(Value::as_text).map(str::to_owned));
            match kind {
                "track" => raw.event = named,
                _ => raw.name = named,
            }
            raw.properties = Object::Given(properties);
            states(&mut context, traits.set);
        }
    }
    if !traits.once.is_empty() {
        context.insert("set_once".to_owned(), Value::Map(traits.once));
    }
    raw.event_type = Text::Given(Cow::Borrowed(kind));
    raw.context = Object::Given(context);
    Ok(raw)
}

struct Traits {
    set: Map,
    /// Kept with the event and no trait: a trait here is what was said last.
    once: Map,
}

/// `$set`, `$set_once` and `$unset` stand beside the properties or among them.
fn stated_traits(sent: &mut Sent, properties: &mut Map) -> Result<Traits, Refusal> {
    let mut both = |beside: Object, name: &str| {
        let mut stated = match properties.remove(name) {
            Some(Value::Map(among)) => among,
            Some(_) | None => Map::new(),
        };
        stated.extend(map(beside, name)?);
        Ok(stated)
    };
    let mut set = both(std::mem::take(&mut sent.set), "$set")?;
    let once = both(std::mem::take(&mut sent.set_once), "$set_once")?;
    let among = match properties.remove("$unset") {
        Some(Value::List(names)) => {
            names.iter().filter_map(Value::as_text).map(str::to_owned).collect()
        }
        Some(_) | None => Vec::new(),
    };
    for name in among.into_iter().chain(sent.unset.take().unwrap_or_default()) {
        set.insert(name, Value::Null);
    }
    Ok(Traits { set, once })
}

/// Whose the event is.
struct Who {
    user: Option<String>,
    anonymous: Option<String>,
    /// The id as it was sent, whatever it is.
    id: Option<String>,
    is_anonymous: bool,
    is_server: bool,
    by_python: bool,
}

impl Who {
    fn of(sent: &mut Sent, properties: &mut Map) -> Result<Who, Refusal> {
        let beside = match std::mem::take(&mut sent.distinct_id) {
            Text::Given(id) => Some(id.into_owned()),
            Text::Absent => None,
            Text::Wrong(found) => {
                let detail = format!("`distinct_id` is {found}, not text");
                return refuse(Rejection::BadField, detail);
            }
        };
        let among = properties.remove("distinct_id");
        let id = beside
            .or_else(|| among.filter(|it| !it.is_null()).map(|it| it.to_string()))
            .filter(|it| !it.trim().is_empty() && it != COOKIELESS);
        let flag = |name: &str| properties.get(name).and_then(Value::as_bool);
        let text = |name: &str| properties.get(name).and_then(Value::as_text).map(str::to_owned);
        let (device, is_server) = (text("$device_id"), flag("$is_server") == Some(true));
        // Server SDKs say nothing of it and mean users; older browser SDKs show it by the device.
        let is_anonymous = flag("$process_person_profile") == Some(false)
            || match flag("$is_identified") {
                Some(is_identified) => !is_identified,
                None => device.is_some() && device == id && !properties.contains_key("$user_id"),
            };
        let other = text("$anon_distinct_id").or(device.filter(|_| !is_server));
        let other = other.filter(|it| Some(it) != id.as_ref() && it != COOKIELESS);
        let by_python = text("$lib").as_deref() == Some("posthog-python");
        properties.remove("$anon_distinct_id");
        let (user, anonymous) = match is_anonymous {
            true => (None, id.clone()),
            false => (id.clone(), other),
        };
        Ok(Who { user, anonymous, id, is_anonymous, is_server, by_python })
    }
}

/// A group's traits by somebody of it. Server SDKs describe groups under made-up ids, and whoever
/// took these for people would have one more with each call.
fn group(raw: &mut RawEvent, who: &Who, properties: &mut Map) -> Result<(), Refusal> {
    let text_of = |value: Option<Value>| value.map(|it| it.to_string()).unwrap_or_default();
    let group_type = text_of(properties.remove("$group_type"));
    let key = text_of(properties.remove("$group_key"));
    let id = who.id.as_deref().unwrap_or_default();
    let made_up = id == format!("${group_type}_{key}") || (who.is_server && is_uuid(id));
    if made_up {
        let detail = "it describes a group and names none of its people";
        return refuse(Rejection::NoIdentity, detail);
    }
    let mut traits = match properties.remove("$group_set") {
        Some(Value::Map(traits)) => traits,
        Some(_) | None => Map::new(),
    };
    if !group_type.is_empty() {
        traits.entry("group_type".to_owned()).or_insert(Value::Text(group_type));
    }
    raw.group_id = text(Some(key));
    raw.traits = Object::Given(traits);
    Ok(())
}

/// Two ids of one person. Which of them is the user's depends on the SDK: most send it as
/// `distinct_id`, the Python SDK as `alias`, and a browser's anonymous id is never it.
fn alias(raw: &mut RawEvent, who: &Who, properties: &mut Map) {
    let alias = properties.remove("alias").map(|it| it.to_string());
    let (user, previous) = match who.by_python || who.is_anonymous {
        true => (alias, who.id.clone()),
        false => (who.id.clone(), alias),
    };
    (raw.user_id, raw.anonymous_id) = (text(user), Text::Absent);
    raw.previous_id = text(previous);
}

/// Traits that an event states beside what it is about.
fn states(context: &mut Map, traits: Map) {
    if !traits.is_empty() {
        context.insert("traits".to_owned(), Value::Map(traits));
    }
}

/// The event's own time, else so many milliseconds before it was sent.
fn timestamp<'a>(own: Text<'a>, offset: &Text, arrival: &Arrival) -> Result<Text<'a>, Refusal> {
    let offset = match (&own, offset) {
        (Text::Absent, Text::Given(offset)) => offset,
        _ => return Ok(own),
    };
    match offset.parse::<f64>() {
        Ok(millis) if millis.is_finite() => {
            let sent = arrival.sent_at.unwrap_or(arrival.received);
            let time = sent.minus(Span(millis as i64));
            Ok(Text::Given(Cow::Owned(time.to_string())))
        }
        _ => refuse(Rejection::BadTime, "`offset` is not a number of milliseconds"),
    }
}

fn map(field: Object, name: &str) -> Result<Map, Refusal> {
    match field {
        Object::Absent => Ok(Map::new()),
        Object::Given(map) => Ok(map),
        Object::Wrong(found) => {
            refuse(Rejection::BadField, format!("`{name}` is {found}, not an object"))
        }
    }
}

fn text(value: Option<String>) -> Text<'static> {
    value.map_or(Text::Absent, |it| Text::Given(Cow::Owned(it)))
}

fn is_uuid(text: &str) -> bool {
    let hyphens = [8, 13, 18, 23];
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match hyphens.contains(&at) {
            true => byte == b'-',
            false => byte.is_ascii_hexdigit(),
        })
}
