//! What happened between a person and the business, in all channels, newest first.

use super::json::{Query, time};
use super::person::{ReasonInfo, load};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use decision::ConsentState;
use engine::FactSource;
use model::{
    Event, EventKind, Message, MessageId, MessageState, PersonId, Purpose, Timestamp, TrailEntry,
    Value,
};
use port::Views;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Items on a page.
const PAGE: usize = 50;

/// The latest messages of a person that a timeline shows. Caps make a few hundred in a year.
const MESSAGES_MAX: usize = 500;

/// Persons that became one: beyond this a timeline shows those that were merged last.
const PERSONS_MAX: usize = 100;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TimelinePage {
    /// The newest first.
    pub items: Vec<TimelineItem>,
    #[schema(required)]
    pub next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TimelineItem {
    #[schema(format = DateTime)]
    pub at: String,
    pub kind: TimelineKind,
    pub title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<String>,
    /// For messages the ledger's state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub state: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reason: Option<ReasonInfo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// The id of the message, or of the one that an event is about, such as an answer to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub message: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub trail: Option<Vec<TrailStep>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<std::collections::BTreeMap<String, serde_json::Value>>)]
    pub properties: Option<serde_json::Value>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimelineKind {
    Event,
    Message,
    Consent,
    Merge,
    Journey,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TrailStep {
    #[schema(format = DateTime)]
    pub at: String,
    pub code: String,
    pub text: String,
    /// The numbers that led to it; may be empty.
    pub detail: String,
}

impl From<&TrailEntry> for TrailStep {
    fn from(it: &TrailEntry) -> TrailStep {
        TrailStep {
            at: time(it.at),
            code: it.reason.code().to_owned(),
            text: it.reason.text().to_owned(),
            detail: it.detail.clone(),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// What happened between this person and the business, in all channels
#[utoipa::path(get, path = "/api/v1/people/{id}/timeline", tag = "people",
    params(("id" = String, Path, description = "A person's id such as `p12`."), Wanted),
    responses((status = 200, description = "Done.", body = TimelinePage),
        (status = 404, description = "Nobody has this id.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_timeline(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<TimelinePage>, Problem> {
    let id: PersonId = id.parse().map_err(Problem::not_found)?;
    let after = match wanted.cursor.filter(|it| !it.is_empty()) {
        Some(cursor) => Some(Place::parse(&cursor).ok_or_else(|| Problem::bad("no such cursor"))?),
        None => None,
    };
    let facts = shared.facts.clone();
    let mut items = shared.read(move |views| collect(views, facts.source(), id)).await?;
    items.sort_by(|a, b| b.0.cmp(&a.0));
    items.retain(|(place, _)| after.as_ref().is_none_or(|it| place < it));
    let more = PAGE < items.len();
    items.truncate(PAGE);
    let next_cursor = items.last().filter(|_| more).map(|it| it.0.to_string());
    Ok(Json(TimelinePage { items: items.into_iter().map(|it| it.1).collect(), next_cursor }))
}

/// Where an item stands: its time, and among those of one time its own name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Place(Timestamp, String);

/// A name that sorts as its number does: of events in one millisecond the later one stands above.
fn named(kind: char, number: u64) -> String {
    format!("{kind}{number:020}")
}

impl Place {
    fn parse(cursor: &str) -> Option<Place> {
        let (at, name) = cursor.split_once('.')?;
        Some(Place(Timestamp(at.parse().ok()?), name.to_owned()))
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0.0, self.1)
    }
}

type Placed = (Place, TimelineItem);

fn collect(views: &dyn Views, facts: FactSource<'_>, id: PersonId) -> Result<Vec<Placed>, Problem> {
    let person = load(views, id)?;
    let mut items = Vec::new();
    let places: Vec<_> = person.recent.iter().map(|it| (person.id, it.position)).collect();
    let found = facts.at(&places).unwrap_or_else(|error| {
        tracing::error!(%error, "the events of a timeline cannot be read");
        vec![None; places.len()]
    });
    let mut known = BTreeSet::new();
    for (recent, fact) in person.recent.iter().zip(found) {
        let Some(fact) = fact else { continue };
        // A provider may call back twice about one thing.
        let id = fact.event.message_id.as_ref().map(|it| (fact.event.source.clone(), it.clone()));
        if id.is_some_and(|it| !known.insert(it)) {
            continue;
        }
        let name = named('e', recent.position.0);
        items.push((Place(fact.event.time, name), event(&fact.event)));
    }
    let mut persons = BTreeSet::new();
    absorbed(views, person.id, &mut persons, &mut items)?;
    for id in persons {
        for it in views.messages_of(id, None, MESSAGES_MAX)? {
            items.push((Place(last_word(&it), named('m', it.id.0)), message(&it)));
        }
    }
    let said = &person.consents;
    for (n, it) in said.history().iter().chain(said.listing(Timestamp::MIN)).enumerate() {
        items.push((Place(it.at, named('c', n as u64)), consent(it)));
    }
    for run in person.runs.active() {
        let mut item = blank(run.started, TimelineKind::Journey, format!("Began {}", run.journey));
        item.detail = run.key.clone();
        items.push((Place(run.started, named('r', run.id.0)), item));
    }
    // One message is found under two persons where a merge moved it.
    items.sort_by(|a, b| b.0.cmp(&a.0));
    items.dedup_by(|a, b| a.0 == b.0);
    Ok(items)
}

/// The person and everybody who became part of them, with their merges.
fn absorbed(
    views: &dyn Views,
    id: PersonId,
    persons: &mut BTreeSet<PersonId>,
    items: &mut Vec<Placed>,
) -> Result<(), Problem> {
    let mut waiting = vec![id];
    while let Some(id) = waiting.pop() {
        if PERSONS_MAX <= persons.len() || !persons.insert(id) {
            continue;
        }
        for merge in views.merges_of(id)? {
            let record = &merge.record;
            if let Some(undone) = &merge.undone {
                let title = format!("{} and {} are two again", record.absorbed, record.survivor);
                let mut item = blank(undone.at, TimelineKind::Merge, title);
                item.detail = Some(format!("merge {} was undone by {}", merge.id, undone.by));
                items.push((Place(undone.at, named('u', merge.id.0)), item));
            }
            if record.survivor != id {
                continue;
            }
            let title = format!("{} became part of {}", record.absorbed, record.survivor);
            let mut item = blank(record.at, TimelineKind::Merge, title);
            item.detail = Some(record.cause.clone());
            items.push((Place(record.at, named('p', record.absorbed.0)), item));
            if merge.undone.is_none() {
                waiting.push(record.absorbed);
            }
        }
    }
    Ok(())
}

fn blank(at: Timestamp, kind: TimelineKind, title: String) -> TimelineItem {
    TimelineItem {
        at: time(at),
        kind,
        title,
        channel: None,
        state: None,
        reason: None,
        detail: None,
        message: None,
        trail: None,
        properties: None,
    }
}

fn event(event: &Event) -> TimelineItem {
    let title = match &event.kind {
        EventKind::Track { name } => name.clone(),
        EventKind::Page { name } if !name.is_empty() => format!("Page Viewed: {name}"),
        EventKind::Screen { name } if !name.is_empty() => format!("Screen Viewed: {name}"),
        EventKind::Identify
        | EventKind::Page { .. }
        | EventKind::Screen { .. }
        | EventKind::Group { .. }
        | EventKind::Alias { .. } => event.name().to_owned(),
    };
    let mut item = blank(event.time, TimelineKind::Event, title);
    let about = event.properties.get("message").and_then(Value::as_text);
    item.message = about.and_then(|it| it.parse::<MessageId>().ok()).map(|it| it.to_string());
    item.properties = (!event.properties.is_empty())
        .then(|| serde_json::to_value(&event.properties).unwrap_or_default());
    item
}

fn message(message: &Message) -> TimelineItem {
    let mut item = blank(last_word(message), TimelineKind::Message, message.content.to_string());
    item.channel = message.channel().map(|it| it.name().to_owned());
    item.state = Some(message.ledger_state().name().to_owned());
    item.reason = match &message.state {
        MessageState::Ended { reason, .. } => Some((*reason).into()),
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => message.trail.last().map(|it| it.reason.into()),
    };
    item.detail = Some(message.scope());
    item.message = Some(message.id.to_string());
    item.trail = Some(message.trail.iter().map(TrailStep::from).collect());
    item
}

/// When something last happened to the message.
fn last_word(message: &Message) -> Timestamp {
    match &message.state {
        MessageState::Ended { at, .. } => *at,
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => message.trail.last().map_or(message.created, |it| it.at),
    }
}

fn consent(it: &decision::Statement) -> TimelineItem {
    let said = match it.state {
        ConsentState::Granted => "said yes to",
        ConsentState::Withdrawn => "said no to",
        ConsentState::Unconfirmed => "asked for, not confirmed yet:",
    };
    let all = match it.purpose {
        Purpose::Measurement => "being measured",
        Purpose::Marketing | Purpose::Transactional => "everything",
    };
    let topic = it.topic.as_ref().map_or(all.to_owned(), ToString::to_string);
    let channel = it.channel.map(|it| format!(" by {it}")).unwrap_or_default();
    let mut item = blank(it.at, TimelineKind::Consent, format!("{said} {topic}{channel}"));
    item.channel = it.channel.map(|it| it.name().to_owned());
    item.detail = (!it.source.is_empty()).then(|| it.source.clone());
    item
}
