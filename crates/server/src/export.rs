//! Everything that is held about one person, as the GDPR has it given to them (articles 15 and 20).
//!
//! What chance withheld from the person is not in it: knowing one's cell changes what one does, and
//! with that the measurement.

use crate::api::person::{Person, load, shown};
use crate::api::timeline::TrailStep;
use crate::problem::Problem;
use engine::{FactRead, FactSource, Loaded, Once, Whose, everybody_in};
use model::{LedgerState, Message, PersonId, Reason, Timestamp};
use port::{LogPosition, Views};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use utoipa::ToSchema;

const ROWS_AT_ONCE: usize = 500;

/// How long a page may read history and log for. At 100 MB/s it is some 2 GB of the log; of a larger one
/// the command gives the whole.
const PAGE_TIME_MAX: Duration = Duration::from_secs(20);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonExport {
    #[schema(format = DateTime)]
    pub exported: String,
    pub person: Person,
    /// The newest first.
    pub messages: Vec<ExportedMessage>,
    /// The oldest first.
    pub events: Vec<ExportedEvent>,
    /// Whether all events are here that are still kept.
    pub events_complete: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ExportedMessage {
    pub id: String,
    #[schema(format = DateTime)]
    pub at: String,
    pub content: String,
    pub topic: String,
    /// What asked for it: `journey/welcome`, `broadcast/sale`, `api`.
    pub from: String,
    #[schema(required)]
    pub channel: Option<String>,
    pub state: String,
    /// What it was about: the properties of the event that began it.
    #[schema(value_type = Object)]
    pub about: Map<String, Value>,
    pub trail: Vec<TrailStep>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ExportedEvent {
    #[schema(format = DateTime)]
    pub at: String,
    #[schema(format = DateTime)]
    pub received: String,
    pub source: String,
    pub name: String,
    #[schema(value_type = Object)]
    pub properties: Map<String, Value>,
    #[schema(value_type = Object)]
    pub context: Map<String, Value>,
}

/// The time that a page has left.
pub(crate) struct TimeLimit(Instant);

impl TimeLimit {
    pub fn start() -> TimeLimit {
        TimeLimit(Instant::now())
    }

    pub fn is_left(&self) -> bool {
        self.0.elapsed() < PAGE_TIME_MAX
    }
}

/// Reads on in history and log as long as `go_on` says so; what was not reached by then is left out, and
/// said to be.
pub fn of(
    views: &dyn Views,
    facts: FactSource<'_>,
    id: PersonId,
    now: Timestamp,
    go_on: &dyn Fn() -> bool,
) -> Result<PersonExport, Problem> {
    let person = load(views, id)?;
    let ids = everybody_in(views, person.id)?;
    let merges = views.merges_of(person.id)?;
    let mut messages = Vec::new();
    for id in &ids {
        let mut before = None;
        loop {
            let rows = views.messages_of(*id, before, ROWS_AT_ONCE)?;
            let Some(last) = rows.last() else { break };
            before = Some(last.id);
            messages.extend(rows.into_iter().filter(|it| !is_withheld(it)));
        }
    }
    messages.sort_by_key(|it: &Message| std::cmp::Reverse(it.id));
    messages.dedup_by_key(|it| it.id);
    let (events, events_complete) = events_of(facts, &person, &ids, go_on)?;
    Ok(PersonExport {
        exported: now.to_string(),
        person: shown(&person, &merges, now),
        messages: messages.iter().map(message).collect(),
        events,
        events_complete,
    })
}

/// How many messages the ledger has of a person.
pub fn count_messages(views: &dyn Views, person: PersonId) -> Result<u64, Problem> {
    let mut count = 0;
    for id in everybody_in(views, person)? {
        let mut before = None;
        loop {
            let rows = views.messages_of(id, before, ROWS_AT_ONCE)?;
            let Some(last) = rows.last() else { break };
            (before, count) = (Some(last.id), count + rows.len() as u64);
        }
    }
    Ok(count)
}

/// The same as a page to read, in a language of the programme's pages.
pub fn html(all: &PersonExport, loaded: &Loaded, language: &str) -> String {
    let words = content::Words::choose(&loaded.programme.words, [language]);
    crate::pages::document(&words, &loaded.programme.brand.name, all)
}

fn events_of(
    facts: FactSource<'_>,
    person: &port::Person,
    ids: &[PersonId],
    go_on: &dyn Fn() -> bool,
) -> Result<(Vec<ExportedEvent>, bool), Problem> {
    let mut once = Once::default();
    let (mut events, mut is_whole) = (Vec::new(), true);
    let mut each = |read: FactRead| {
        if !go_on() {
            is_whole = false;
            return false;
        }
        let event = &read.fact.event;
        if read.is_of(ids, |it| person.known.has(it)) && once.is_first(event) {
            events.push((event.received, exported(event)));
        }
        true
    };
    facts.each(Whose::These(ids), LogPosition(u64::MAX), &mut each).map_err(|error| {
        tracing::error!(%error, "the facts could not be read for an export");
        Problem::unavailable("the events cannot be read at the moment")
    })?;
    // As they arrived, wherever they are kept.
    events.sort_by_key(|it| it.0);
    Ok((events.into_iter().map(|it| it.1).collect(), is_whole))
}

fn is_withheld(message: &Message) -> bool {
    message.ledger_state() == LedgerState::HeldOut
        || message.trail.iter().any(|it| it.reason == Reason::HeldOut)
}

fn message(it: &Message) -> ExportedMessage {
    ExportedMessage {
        id: it.id.to_string(),
        at: it.trail.last().map_or(it.created, |it| it.at).to_string(),
        content: it.content.to_string(),
        topic: it.topic.to_string(),
        from: it.scope(),
        channel: it.channel().map(|it| it.name().to_owned()),
        state: it.ledger_state().name().to_owned(),
        about: object(&it.vars),
        trail: it.trail.iter().map(TrailStep::from).collect(),
    }
}

fn exported(it: &model::Event) -> ExportedEvent {
    ExportedEvent {
        at: it.time.to_string(),
        received: it.received.to_string(),
        source: it.source.to_string(),
        name: it.name().to_owned(),
        properties: object(&it.properties),
        context: object(&it.context),
    }
}

fn object(map: &model::Map) -> Map<String, Value> {
    match serde_json::to_value(map) {
        Ok(Value::Object(object)) => object,
        Ok(_) | Err(_) => Map::new(),
    }
}
