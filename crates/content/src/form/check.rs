//! What would not do about a form although it can be read.

use super::{EMAIL, Field, FieldKind, Form, LONG_TEXT_CHARS_MAX, is_place};
use crate::words::language_tag;
use model::Problem;
use std::collections::BTreeSet;

const FIELDS_MAX: usize = 20;
const TOPICS_MAX: usize = 20;
const CHOICES_MAX: usize = 100;
const CHOICE_CHARS_MAX: usize = 100;
const NAME_CHARS_MAX: usize = 50;

/// What an event's reader would take for something else, or what strangers may not say of people:
/// identifiers above all, by which two persons become one.
const CLOSED: [&str; 14] = [
    EMAIL,
    "phone",
    "handle",
    "user_id",
    "userId",
    "anonymous_id",
    "anonymousId",
    "form",
    "page",
    "token",
    "website",
    "consent",
    "tags",
    "topic",
];

pub(super) fn check(form: &Form) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut fail = |text: String, hint: &str| problems.push(Problem::new(text).hint(hint));
    if !is_name(&form.name) {
        let hint = "write `form:` with small letters, digits and hyphens; it stands in the address";
        fail(format!("`{}` cannot be a form's name", form.name), hint);
    }
    if !form.locale.is_empty() && language_tag(&form.locale).is_none() {
        fail(format!("`{}` is no language", form.locale), "write it like nl or pt-BR");
    }
    if !form.then.is_empty() && !is_place(&form.then) {
        let hint = "write a path such as /read/thanks, or a whole address";
        fail(format!("`then: {}` leads nowhere", form.then), hint);
    }
    for (what, count, max) in
        [("fields", form.fields.len(), FIELDS_MAX), ("topics", form.topics.len(), TOPICS_MAX)]
    {
        if max < count {
            fail(format!("a form has at most {max} {what}"), "ask less; more people answer");
        }
    }
    let mut names = BTreeSet::new();
    for field in &form.fields {
        check_field(field, &mut fail);
        if !names.insert(field.field.as_str()) {
            fail(format!("the field `{}` stands twice", field.field), "name one of them otherwise");
        }
    }
    let mut topics = BTreeSet::new();
    for it in &form.topics {
        if it.wording.trim().is_empty() {
            let hint = "write `wording:`; it is kept as what the person agreed to";
            fail(format!("nobody knows what a yes to `{}` is to", it.topic), hint);
        }
        if !topics.insert(it.topic.as_str()) {
            fail(format!("the topic `{}` stands twice", it.topic), "take one of them out");
        }
    }
    problems
}

fn check_field(field: &Field, fail: &mut dyn FnMut(String, &str)) {
    let name = &field.field;
    let plain = |it: char| it.is_ascii_alphanumeric() || it == '_';
    let is_name =
        !name.is_empty() && name.chars().count() <= NAME_CHARS_MAX && name.chars().all(plain);
    if !is_name {
        fail(format!("`{name}` cannot be a field's name"), "write letters, digits and _");
    }
    let is_phone = field.kind == FieldKind::Phone && name == "phone";
    if CLOSED.contains(&name.as_str()) && !is_phone {
        fail(format!("`{name}` has a meaning of its own"), "name the field otherwise");
    }
    if CLOSED.contains(&field.to_trait.as_str()) {
        let hint = "anybody may type it: it cannot name who somebody is";
        fail(format!("a form does not set the trait `{}`", field.to_trait), hint);
    }
    match field.kind {
        FieldKind::Choice => {
            if field.choices.is_empty() || CHOICES_MAX < field.choices.len() {
                let text = format!("`{name}` has 1 to {CHOICES_MAX} choices");
                fail(text, "write `choices: [small, large]`");
            }
            let long = |it: &&String| it.trim().is_empty() || CHOICE_CHARS_MAX < it.chars().count();
            if let Some(it) = field.choices.iter().find(long) {
                fail(format!("`{it}` cannot be a choice of `{name}`"), "write a few words");
            }
        }
        FieldKind::Text | FieldKind::Name | FieldKind::Phone | FieldKind::Checkbox => {
            if !field.choices.is_empty() {
                fail(format!("`{name}` is no choice"), "write `kind: choice`");
            }
        }
    }
    if field.chars.is_some_and(|it| it == 0 || LONG_TEXT_CHARS_MAX < it) {
        let text = format!("`{name}` has 1 to {LONG_TEXT_CHARS_MAX} characters");
        fail(text, "write another `chars`");
    }
    let has_word = matches!(field.kind, FieldKind::Name | FieldKind::Phone);
    if field.label.trim().is_empty() && !has_word {
        fail(format!("`{name}` has no label"), "write `label:`, what people read");
    }
}

fn is_name(name: &str) -> bool {
    let sound = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-';
    !name.is_empty()
        && name.len() <= NAME_CHARS_MAX
        && name.chars().all(sound)
        && !name.starts_with('-')
}
