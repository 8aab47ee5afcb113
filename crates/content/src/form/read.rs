//! What was posted, read by the form's definition.

use super::{EMAIL, Field, FieldKind, Form};
use model::{Map, Topic, Value};

/// The longest address that mail can have (RFC 5321).
const ADDRESS_CHARS_MAX: usize = 254;

const PHONE_CHARS_MAX: usize = 30;

/// A form that was filled in as it should be.
#[derive(Clone, Debug, PartialEq)]
pub struct Filled {
    pub email: String,
    /// By field; what was left empty is not there.
    pub fields: Map,
    /// Those of the fields that become traits.
    pub traits: Map,
    /// The topics that were ticked, each with the words that stood beside it.
    pub topics: Vec<(Topic, String)>,
}

/// What is wrong, by the field's name in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub faults: Vec<(String, Fault)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    Address,
    Missing,
    TooLong,
    NoChoice,
    Phone,
}

/// Reads what was posted; of a field that stands twice the first counts.
pub fn read(form: &Form, posted: &[(String, String)]) -> Result<Filled, Refused> {
    let value = |name: &str| {
        let found = posted.iter().find(|it| it.0 == name);
        found.map(|it| it.1.trim()).filter(|it| !it.is_empty())
    };
    let mut faults = Vec::new();
    let email = value(EMAIL).unwrap_or_default();
    if !is_email(email) {
        faults.push((EMAIL.to_owned(), Fault::Address));
    }
    let (mut fields, mut traits) = (Map::new(), Map::new());
    for field in &form.fields {
        match of_field(field, value(&field.field)) {
            Ok(None) => {}
            Ok(Some(value)) => {
                if !field.to_trait.is_empty() {
                    traits.insert(field.to_trait.clone(), value.clone());
                }
                fields.insert(field.field.clone(), value);
            }
            Err(fault) => faults.push((field.field.clone(), fault)),
        }
    }
    if !faults.is_empty() {
        return Err(Refused { faults });
    }
    let ticked = form.topics.iter().enumerate();
    let ticked = ticked.filter(|(n, _)| value(&Form::topic_field(*n)).is_some());
    let topics = ticked.map(|(_, it)| (it.topic.clone(), it.wording.clone())).collect();
    Ok(Filled { email: email.to_owned(), fields, traits, topics })
}

/// Whether mail could be sent there, as far as its form says.
pub fn is_email(text: &str) -> bool {
    let plain =
        !text.chars().any(|it| it.is_whitespace() || it.is_control() || "<>,;\"".contains(it));
    let parts = text.rsplit_once('@');
    plain
        && text.chars().count() <= ADDRESS_CHARS_MAX
        && parts.is_some_and(|(local, domain)| {
            !local.is_empty()
                && domain.contains('.')
                && !domain.starts_with('.')
                && !domain.ends_with('.')
        })
}

fn of_field(field: &Field, typed: Option<&str>) -> Result<Option<Value>, Fault> {
    let Some(typed) = typed else {
        return if field.required { Err(Fault::Missing) } else { Ok(None) };
    };
    match field.kind {
        FieldKind::Text | FieldKind::Name => {
            if field.chars_max() < typed.chars().count() {
                return Err(Fault::TooLong);
            }
            // Ends of lines and tabs are what people type; other controls are not.
            let typed = typed.chars().filter(|it| !it.is_control() || "\n\t".contains(*it));
            Ok(Some(Value::Text(typed.collect())))
        }
        FieldKind::Phone => {
            let digits = typed.chars().filter(char::is_ascii_digit).count();
            let plain = |it: char| it.is_ascii_digit() || "+-() ./".contains(it);
            let is_number = (6..=15).contains(&digits)
                && typed.chars().count() <= PHONE_CHARS_MAX
                && typed.chars().all(plain);
            if is_number { Ok(Some(Value::from(typed))) } else { Err(Fault::Phone) }
        }
        FieldKind::Choice => match field.choices.iter().any(|it| it == typed) {
            true => Ok(Some(Value::from(typed))),
            false => Err(Fault::NoChoice),
        },
        FieldKind::Checkbox => Ok(Some(Value::Bool(true))),
    }
}
