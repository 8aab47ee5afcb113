//! A fact as a row of the history, and back.

use crate::{Act, Fact, Unreadable};
use model::{Event, EventFlags, EventKind, Map, PersonId, SourceId};
use port::{HistoryRow, LogPosition};
use serde::Deserialize;
use std::borrow::Cow;

/// The row of a fact whose record begins at `position` and that belongs to `person` now.
pub fn row_of(position: LogPosition, person: Option<PersonId>, fact: Fact) -> HistoryRow<'static> {
    let acts = (!fact.acts.is_empty()).then(|| json(&fact.acts));
    let Event {
        source,
        message_id,
        kind,
        user_id,
        anonymous_id,
        properties,
        context,
        time,
        received,
        flags: EventFlags { clock, historical },
    } = fact.event;
    let (kind, event, detail) = match kind {
        EventKind::Track { name } => ("track", Cow::Owned(name), None),
        EventKind::Identify => ("identify", Cow::Borrowed("Identify"), None),
        EventKind::Page { name } => ("page", Cow::Borrowed("Page Viewed"), Some(name)),
        EventKind::Screen { name } => ("screen", Cow::Borrowed("Screen Viewed"), Some(name)),
        EventKind::Group { group_id } => ("group", Cow::Borrowed("Group"), Some(group_id)),
        EventKind::Alias { previous_id } => ("alias", Cow::Borrowed("Alias"), Some(previous_id)),
    };
    let object = |it: Map| (!it.is_empty()).then(|| json(&it));
    HistoryRow {
        position,
        person,
        time,
        received,
        source: Cow::Owned(source.0),
        kind: Cow::Borrowed(kind),
        event,
        detail: detail.map(Cow::Owned),
        message_id: message_id.map(Cow::Owned),
        user_id: user_id.map(Cow::Owned),
        anonymous_id: anonymous_id.map(Cow::Owned),
        properties: object(properties),
        context: object(context),
        clock,
        historical,
        named: fact.person,
        acts,
    }
}

/// The fact of a whole row.
pub fn fact_of(row: &HistoryRow<'_>) -> Result<Fact, Unreadable> {
    let acts: Vec<Act> = match &row.acts {
        Some(text) => read(text)?,
        None => Vec::new(),
    };
    Ok(Fact { event: event_of(row)?, person: row.named, acts })
}

/// The event of a row. Of one that was read in part, what was not asked for is empty, and its kind is
/// `track`.
pub fn event_of(row: &HistoryRow<'_>) -> Result<Event, Unreadable> {
    let own = |it: &Option<Cow<'_, str>>| it.as_ref().map(|it| it.clone().into_owned());
    let detail = || own(&row.detail).unwrap_or_default();
    let object = |it: &Option<Cow<'_, str>>| match it {
        Some(text) => read::<Map>(text),
        None => Ok(Map::new()),
    };
    let kind = match &*row.kind {
        "track" | "" => EventKind::Track { name: row.event.clone().into_owned() },
        "identify" => EventKind::Identify,
        "page" => EventKind::Page { name: detail() },
        "screen" => EventKind::Screen { name: detail() },
        "group" => EventKind::Group { group_id: detail() },
        "alias" => EventKind::Alias { previous_id: detail() },
        other => {
            let detail = format!("there is no kind of event `{other}`");
            return Err(Unreadable { what: "row of the history", detail });
        }
    };
    Ok(Event {
        source: SourceId(row.source.clone().into_owned()),
        message_id: own(&row.message_id),
        kind,
        user_id: own(&row.user_id),
        anonymous_id: own(&row.anonymous_id),
        properties: object(&row.properties)?,
        context: object(&row.context)?,
        time: row.time,
        received: row.received,
        flags: EventFlags { clock: row.clock, historical: row.historical },
    })
}

fn json(value: &impl serde::Serialize) -> Cow<'static, str> {
    Cow::Owned(serde_json::to_string(value).expect("plain data has a JSON form"))
}

fn read<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, Unreadable> {
    serde_json::from_str(text)
        .map_err(|error| Unreadable { what: "row of the history", detail: error.to_string() })
}
