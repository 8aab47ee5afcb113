//! Reads JSON into what was sent, without judging it: a field of the wrong type is noted, not an
//! error, so that the rejection can name it and the events beside it are taken.

use model::{Map, Value};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

/// A field that should hold text. Numbers count as text, since ids are often sent as numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Text<'a> {
    #[default]
    Absent,
    Given(Cow<'a, str>),
    /// With the name of what was found.
    Wrong(&'static str),
}

/// A field that should hold an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Object {
    #[default]
    Absent,
    Given(Map),
    Wrong(&'static str),
}

/// One event as it was sent. Fields that no step reads are skipped.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawEvent<'a> {
    pub event_type: Text<'a>,
    pub event: Text<'a>,
    pub name: Text<'a>,
    pub category: Text<'a>,
    pub user_id: Text<'a>,
    pub anonymous_id: Text<'a>,
    pub group_id: Text<'a>,
    pub previous_id: Text<'a>,
    pub message_id: Text<'a>,
    pub timestamp: Text<'a>,
    pub original_timestamp: Text<'a>,
    pub sent_at: Text<'a>,
    pub properties: Object,
    pub traits: Object,
    pub context: Object,
}

/// What surrounds the events of a request.
#[derive(Default)]
pub struct Envelope<'a> {
    pub write_key: Text<'a>,
    pub sent_at: Text<'a>,
    /// None where the field is missing or no list.
    pub batch: Option<Vec<&'a RawValue>>,
    /// How many more there were than are kept.
    pub events_over: usize,
}

#[derive(Debug)]
pub enum Unreadable {
    TooDeep,
    Json(String),
}

/// Reads one event. `depth_max` counts the levels of objects and lists, the event included.
pub fn read_event(text: &str, depth_max: usize) -> Result<RawEvent<'_>, Unreadable> {
    read_object(text, depth_max, |depth, reader| reader.deserialize_map(EventVisitor(depth)))
}

/// Reads one object to the end of the text, no deeper than allowed.
pub(crate) fn read_object<'a, T>(
    text: &'a str,
    depth_max: usize,
    read: impl FnOnce(Depth<'_>, &mut JsonReader<'a>) -> Result<T, serde_json::Error>,
) -> Result<T, Unreadable> {
    let too_deep = Cell::new(false);
    // The JSON reader stops at 128 levels by itself, and its error would have another name.
    let depth = Depth { left: depth_max.clamp(1, 120) - 1, too_deep: &too_deep };
    let mut reader = serde_json::Deserializer::from_str(text);
    let event = read(depth, &mut reader);
    match event.and_then(|event| reader.end().map(|()| event)) {
        Ok(event) => Ok(event),
        Err(_) if too_deep.get() => Err(Unreadable::TooDeep),
        Err(error) => Err(Unreadable::Json(error.to_string())),
    }
}

pub(crate) type JsonReader<'a> = serde_json::Deserializer<serde_json::de::StrRead<'a>>;

/// Reads the fields around the events; the events themselves are only found, not read.
pub fn read_envelope(text: &str, events_max: usize) -> Result<Envelope<'_>, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let envelope = reader.deserialize_map(EnvelopeVisitor { events_max })?;
    reader.end()?;
    Ok(envelope)
}

#[derive(Clone, Copy)]
pub(crate) struct Depth<'c> {
    left: usize,
    too_deep: &'c Cell<bool>,
}

impl Depth<'_> {
    fn deeper<E: Error>(self) -> Result<Self, E> {
        match self.left.checked_sub(1) {
            Some(left) => Ok(Depth { left, ..self }),
            None => {
                self.too_deep.set(true);
                Err(E::custom("nested too deeply"))
            }
        }
    }
}

struct EventVisitor<'c>(Depth<'c>);

impl<'de> Visitor<'de> for EventVisitor<'_> {
    type Value = RawEvent<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an event")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<RawEvent<'de>, A::Error> {
        let mut event = RawEvent::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            let text = match &*key {
                "type" => &mut event.event_type,
                "event" => &mut event.event,
                "name" => &mut event.name,
                "category" => &mut event.category,
                "userId" => &mut event.user_id,
                "anonymousId" => &mut event.anonymous_id,
                "groupId" => &mut event.group_id,
                "previousId" => &mut event.previous_id,
                "messageId" => &mut event.message_id,
                "timestamp" => &mut event.timestamp,
                "originalTimestamp" => &mut event.original_timestamp,
                "sentAt" => &mut event.sent_at,
                "properties" => {
                    event.properties = map.next_value_seed(ObjectSeed(self.0))?;
                    continue;
                }
                "traits" => {
                    event.traits = map.next_value_seed(ObjectSeed(self.0))?;
                    continue;
                }
                "context" => {
                    event.context = map.next_value_seed(ObjectSeed(self.0))?;
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *text = map.next_value_seed(TextSeed)?;
        }
        Ok(event)
    }
}

struct EnvelopeVisitor {
    events_max: usize,
}

impl<'de> Visitor<'de> for EnvelopeVisitor {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope<'de>, A::Error> {
        let mut envelope = Envelope::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            match &*key {
                "writeKey" => envelope.write_key = map.next_value_seed(TextSeed)?,
                "sentAt" => envelope.sent_at = map.next_value_seed(TextSeed)?,
                "batch" => {
                    let seed = BatchSeed { events_max: self.events_max };
                    (envelope.batch, envelope.events_over) = map.next_value_seed(seed)?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(envelope)
    }
}

/// A key without a copy where it holds no escapes.
pub(crate) struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Cow<'de, str>, D::Error> {
        reader.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// Skips what is left of a list or an object.
fn skip_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<usize, A::Error> {
    let mut items = 0;
    while list.next_element::<IgnoredAny>()?.is_some() {
        items += 1;
    }
    Ok(items)
}

fn skip_object<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(crate) struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Text<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text::Given(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text::Given(Cow::Owned(text.to_owned())))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Text<'de>, E> {
        Ok(Text::Given(Cow::Owned(number.to_string())))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Text<'de>, E> {
        Ok(Text::Given(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Text<'de>, E> {
        Ok(Text::Given(Cow::Owned(number.to_string())))
    }

    fn visit_unit<E>(self) -> Result<Text<'de>, E> {
        Ok(Text::Absent)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Text<'de>, E> {
        Ok(Text::Wrong("a boolean"))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Text<'de>, A::Error> {
        skip_list(list)?;
        Ok(Text::Wrong("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Text<'de>, A::Error> {
        skip_object(map)?;
        Ok(Text::Wrong("an object"))
    }
}

pub(crate) struct ObjectSeed<'c>(pub Depth<'c>);

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Object, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Object;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Object, A::Error> {
        read_map(map, self.0.deeper()?).map(Object::Given)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Object, A::Error> {
        // PHP writes an empty array where it means an empty object.
        Ok(match skip_list(list)? {
            0 => Object::Given(Map::new()),
            _ => Object::Wrong("a list"),
        })
    }

    fn visit_unit<E>(self) -> Result<Object, E> {
        Ok(Object::Absent)
    }

    fn visit_str<E>(self, _: &str) -> Result<Object, E> {
        Ok(Object::Wrong("text"))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Object, E> {
        Ok(Object::Wrong("a boolean"))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Object, E> {
        Ok(Object::Wrong("a number"))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Object, E> {
        Ok(Object::Wrong("a number"))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Object, E> {
        Ok(Object::Wrong("a number"))
    }
}

fn read_map<'de, A: MapAccess<'de>>(mut map: A, depth: Depth) -> Result<Map, A::Error> {
    let mut read = Map::new();
    while let Some(key) = map.next_key::<String>()? {
        read.insert(key, map.next_value_seed(ValueSeed(depth))?);
    }
    Ok(read)
}

/// Any value; each list and object must fit into the depth that is left.
struct ValueSeed<'c>(Depth<'c>);

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Value, E> {
        Ok(Value::Bool(truth))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Value::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let depth = self.0.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = list.next_element_seed(ValueSeed(depth))? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
        read_map(map, self.0.deeper()?).map(Value::Map)
    }
}

pub(crate) struct BatchSeed {
    pub events_max: usize,
}

pub(crate) type Batch<'de> = (Option<Vec<&'de RawValue>>, usize);

impl<'de> DeserializeSeed<'de> for BatchSeed {
    type Value = Batch<'de>;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Batch<'de>, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BatchSeed {
    type Value = Batch<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("any value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Batch<'de>, A::Error> {
        let mut events = Vec::new();
        while events.len() < self.events_max {
            match list.next_element::<&RawValue>()? {
                Some(event) => events.push(event),
                None => return Ok((Some(events), 0)),
            }
        }
        let events_over = skip_list(list)?;
        Ok((Some(events), events_over))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Batch<'de>, A::Error> {
        skip_object(map)?;
        Ok((None, 0))
    }

    fn visit_unit<E>(self) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }

    fn visit_str<E>(self, _: &str) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Batch<'de>, E> {
        Ok((None, 0))
    }
}
