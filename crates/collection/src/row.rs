//! Rows of a table, as from CSV, to events.

use crate::event::{check_size, event_from_raw, refuse};
use crate::raw::{Object, RawEvent, Text};
use crate::{Arrival, Limits, Refusal};
use model::{Event, Map, Rejection, Value};
use std::borrow::Cow;

/// Makes an event of one row: pairs of the column's name and the cell's text.
///
/// Columns named like the fields of an event fill these, in `camelCase` or `snake_case`. Others are
/// traits of an `identify` and properties of anything else; `context.` before the name puts it into
/// the context. A row that names no type is a `track` if it names an `event`, and else an
/// `identify`: so a plain list of contacts is one. Empty cells are no statement.
pub fn event_from_row(
    columns: &[(&str, &str)],
    arrival: &Arrival,
    limits: &Limits,
) -> Result<Event, Refusal> {
    check_size(columns.iter().map(|it| it.0.len() + it.1.len()).sum(), limits)?;
    let mut raw = RawEvent::default();
    let (mut rest, mut traits, mut context) = (Map::new(), Map::new(), Map::new());
    for (column, cell) in columns {
        let (column, cell) = (column.trim(), cell.trim());
        if column.is_empty() || cell.is_empty() {
            continue;
        }
        if let Some(field) = field(&mut raw, column) {
            *field = Text::Given(Cow::Borrowed(cell));
            continue;
        }
        let (map, path) = if let Some(path) = column.strip_prefix("context.") {
            (&mut context, path)
        } else if let Some(path) = column.strip_prefix("traits.") {
            (&mut traits, path)
        } else {
            (&mut rest, column.strip_prefix("properties.").unwrap_or(column))
        };
        if !put(map, path, value(path, cell), limits.depth_max) {
            let detail = format!("column `{column}` contradicts another, or has too many dots");
            return refuse(Rejection::NoConversion, detail);
        }
    }
    let named = match (arrival.event_type, &raw.event_type, &raw.event) {
        (Some(by_path), _, _) => by_path,
        (None, Text::Given(named), _) => named,
        (None, _, Text::Given(_)) => "track",
        (None, _, _) => "identify",
    };
    let named = named.to_owned();
    match named.as_str() {
        "identify" | "group" => {
            rest.append(&mut traits);
            raw.traits = Object::Given(rest);
        }
        _ => {
            raw.properties = Object::Given(rest);
            if !traits.is_empty() {
                context.insert("traits".to_owned(), Value::Map(traits));
            }
        }
    }
    raw.context = Object::Given(context);
    raw.event_type = Text::Given(Cow::Owned(named));
    event_from_raw(raw, arrival, limits)
}

fn field<'r, 'a>(raw: &'r mut RawEvent<'a>, column: &str) -> Option<&'r mut Text<'a>> {
    match column {
        "type" => Some(&mut raw.event_type),
        "event" => Some(&mut raw.event),
        "userId" | "user_id" => Some(&mut raw.user_id),
        "anonymousId" | "anonymous_id" => Some(&mut raw.anonymous_id),
        "groupId" | "group_id" => Some(&mut raw.group_id),
        "previousId" | "previous_id" => Some(&mut raw.previous_id),
        "messageId" | "message_id" => Some(&mut raw.message_id),
        "timestamp" => Some(&mut raw.timestamp),
        _ => None,
    }
}

/// Puts a value at a dotted path; false if something else than an object is on the way.
fn put(map: &mut Map, path: &str, value: Value, levels: usize) -> bool {
    match path.split_once('.') {
        None => map.insert(path.to_owned(), value).is_none(),
        Some(_) if levels == 0 => false,
        Some((first, rest)) => {
            let inner = map.entry(first.to_owned()).or_insert_with(|| Value::Map(Map::new()));
            match inner {
                Value::Map(inner) => put(inner, rest, value, levels - 1),
                Value::Null
                | Value::Bool(_)
                | Value::Number(_)
                | Value::Text(_)
                | Value::List(_) => false,
            }
        }
    }
}

/// A number only where writing it again gives the same text, so that `007` and `+31…` stay text;
/// and never where the column holds what people are reached by.
fn value(path: &str, cell: &str) -> Value {
    let reaches = matches!(path.rsplit('.').next(), Some("email" | "phone" | "token"));
    match (cell, cell.parse::<f64>()) {
        ("true", _) => Value::Bool(true),
        ("false", _) => Value::Bool(false),
        (_, Ok(number)) if !reaches && number.is_finite() && number.to_string() == cell => {
            Value::Number(number)
        }
        _ => Value::from(cell),
    }
}
