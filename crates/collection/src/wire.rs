//! An event in the words in which it is sent.

use model::{Event, EventKind, Value};
use serde_json::{Map, Value as Json, json};

/// The form that [`crate::event_from_json`] reads. The source, the time of arrival and the flags are
/// not in it: whoever receives the event says these.
pub fn event_to_json(event: &Event) -> Json {
    let (kind, name) = match &event.kind {
        EventKind::Track { name } => ("track", Some(("event", name))),
        EventKind::Identify => ("identify", None),
        EventKind::Page { name } => ("page", Some(("name", name))),
        EventKind::Screen { name } => ("screen", Some(("name", name))),
        EventKind::Group { group_id } => ("group", Some(("groupId", group_id))),
        EventKind::Alias { previous_id } => ("alias", Some(("previousId", previous_id))),
    };
    let properties = match &event.kind {
        EventKind::Identify | EventKind::Group { .. } => "traits",
        EventKind::Track { .. }
        | EventKind::Page { .. }
        | EventKind::Screen { .. }
        | EventKind::Alias { .. } => "properties",
    };
    let mut body = Map::new();
    let mut put = |key: &str, value: Json| {
        if !value.is_null() {
            body.insert(key.to_owned(), value);
        }
    };
    put("type", json!(kind));
    if let Some((field, name)) = name {
        put(field, json!(name));
    }
    put("userId", json!(event.user_id));
    put("anonymousId", json!(event.anonymous_id));
    put("messageId", json!(event.message_id));
    put("timestamp", json!(event.time.to_string()));
    if !event.properties.is_empty() {
        put(properties, json!(Value::Map(event.properties.clone())));
    }
    if !event.context.is_empty() {
        put("context", json!(Value::Map(event.context.clone())));
    }
    Json::Object(body)
}
