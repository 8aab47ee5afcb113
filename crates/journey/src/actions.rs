//! What steps ask of the world beside messages: tags, webhooks, tasks, leads.

use crate::advance::message_key;
use crate::call::Call;
use crate::command::{Failure, Hook, Task, TaskKind};
use crate::definition::{Datum, Journey, LeadStep, Tags, TaskStep, WebhookStep};
use crate::runs::Run;
use model::{Timestamp, Value};

/// The trait that holds a person's tags.
pub(crate) const TAGS: &str = "tags";

/// How many tags one person may have: as many as a condition can list.
pub const MAX_TAGS: usize = expr::MAX_LIST;

/// The list of tags after a step. A text counts as a list of one, and order is kept.
pub(crate) fn tagged(before: Option<&Value>, step: &Tags) -> Result<Value, Failure> {
    let mut tags = match before {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::List(tags)) => tags.clone(),
        Some(Value::Text(tag)) => vec![Value::Text(tag.clone())],
        Some(Value::Bool(_) | Value::Number(_) | Value::Map(_)) => {
            return Err(Failure::TagsAreNoList);
        }
    };
    tags.retain(|it| !step.remove.iter().any(|tag| it.as_text() == Some(tag)));
    for tag in &step.add {
        if !tags.iter().any(|it| it.as_text() == Some(tag)) {
            tags.push(Value::Text(tag.clone()));
        }
    }
    // Somebody who has too many already may still lose some.
    match MAX_TAGS < tags.len() && !step.add.is_empty() {
        true => Err(Failure::TooManyTags),
        false => Ok(Value::List(tags)),
    }
}

pub(crate) fn hook(run: &Run, step: &WebhookStep, call: &Call) -> Hook {
    let read = |datum: &Datum| match datum {
        Datum::Value(value) => value.clone(),
        Datum::Trait(name) => call.trait_value(name).unwrap_or(Value::Null),
        Datum::Property(path) => Value::at(&run.vars, path).cloned().unwrap_or(Value::Null),
    };
    Hook {
        run: run.id,
        journey: run.journey.clone(),
        version: run.version,
        step: run.step.clone(),
        key: message_key(run),
        url: step.url.clone(),
        data: step.data.iter().map(|(name, it)| (name.clone(), read(it))).collect(),
    }
}

pub(crate) fn task(run: &Run, step: &TaskStep, now: Timestamp) -> Task {
    Task {
        title: step.title.clone(),
        note: step.note.clone(),
        to: step.to.clone(),
        due: step.due.map(|it| now.plus(it)),
        ..bare_task(run, TaskKind::Task)
    }
}

/// None where nobody is named who could be told.
pub(crate) fn lead(run: &Run, step: &LeadStep, journey: &Journey, call: &Call) -> Option<Task> {
    let owner = call.trait_value(&step.owner);
    let owner = owner.as_ref().and_then(Value::as_text).map(str::trim);
    let named = [owner.unwrap_or_default(), &step.otherwise, &journey.owner];
    let to = named.into_iter().find(|it| !it.is_empty())?.to_owned();
    Some(Task { note: step.note.clone(), to, ..bare_task(run, TaskKind::Lead) })
}

fn bare_task(run: &Run, kind: TaskKind) -> Task {
    Task {
        run: run.id,
        journey: run.journey.clone(),
        version: run.version,
        step: run.step.clone(),
        id: format!("{}.{}.{}", run.id, run.step, run.visit),
        kind,
        title: String::new(),
        note: String::new(),
        to: String::new(),
        due: None,
    }
}
