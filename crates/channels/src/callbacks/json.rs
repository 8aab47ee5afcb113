//! Reads what is said as JSON by paths, without trusting its form.

use super::callback::MESSAGE_VARIABLE;
use model::{Identifier, IdentifierKind, MessageId, Timestamp};
use serde_json::Value;

/// A text at a path of names with dots; none if it is empty.
pub fn text<'a>(value: &'a Value, path: &str) -> Option<&'a str> {
    at(value, path)?.as_str().filter(|it| !it.is_empty())
}

pub fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |at, name| at.get(name))
}

pub fn list<'a>(value: &'a Value, path: &str) -> &'a [Value] {
    at(value, path).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Our message, by our variable in this object; some providers make lists of values.
pub fn message(variables: Option<&Value>) -> Option<MessageId> {
    let value = variables?.get(MESSAGE_VARIABLE)?;
    value.as_str().or_else(|| value.get(0)?.as_str())?.parse().ok()
}

pub fn mail_id(text: &str) -> String {
    text.trim().trim_matches(['<', '>']).to_owned()
}

pub fn time(value: &Value, path: &str) -> Option<Timestamp> {
    let value = at(value, path)?;
    match value.as_f64() {
        // Seconds since 1970, with what is behind the point.
        Some(seconds) if (0.0..1e11).contains(&seconds) => {
            Some(Timestamp((seconds * 1_000.0).round() as i64))
        }
        Some(_) => None,
        None => Timestamp::parse(value.as_str()?).ok(),
    }
}

pub fn email(text: &str) -> Identifier {
    Identifier::new(IdentifierKind::Email, text)
}
