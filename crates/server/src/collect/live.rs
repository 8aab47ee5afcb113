//! The debugger's view: the latest events of each source, taken or not, and how many there were.

use model::{Event, EventKind, Rejection, SourceId, Timestamp, Value};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use utoipa::ToSchema;

/// Events kept per source; more than fit on a screen.
pub(crate) const EVENTS_MAX: usize = 200;

/// Sources whose events are kept, those with the latest events: 50 × 200 × 2 KB are 20 MB.
const RINGS_MAX: usize = 50;

/// How much of an event's body is kept.
const BODY_BYTES_MAX: usize = 2 * 1024;

/// How far a slow watcher may fall behind before it misses some.
const STREAM_MAX: usize = 512;

/// One event as it was received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ReceivedEvent {
    #[schema(format = DateTime)]
    pub at: String,
    /// The source's id.
    pub source: String,
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub person: Option<String>,
    pub accepted: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rejection: Option<RejectionInfo>,
    /// JSON text as received, cut at a bound; may be broken when the event was rejected.
    pub body: String,
}

/// Why an event was not taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Rejection)]
pub struct RejectionInfo {
    pub code: String,
    pub text: String,
    pub detail: String,
}

/// Counts of one source since the process began.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub accepted: u64,
    pub rejected: u64,
    pub duplicates: u64,
    pub last_at: Option<Timestamp>,
}

pub(crate) struct Live {
    state: Mutex<State>,
    stream: broadcast::Sender<Arc<ReceivedEvent>>,
}

#[derive(Default)]
struct State {
    rings: BTreeMap<SourceId, VecDeque<Arc<ReceivedEvent>>>,
    counts: BTreeMap<SourceId, Counts>,
    rejections: BTreeMap<&'static str, u64>,
}

impl Default for Live {
    fn default() -> Live {
        Live { state: Mutex::default(), stream: broadcast::Sender::new(STREAM_MAX) }
    }
}

impl Live {
    /// Takes what came of one request.
    pub fn add(&self, source: &SourceId, received: Timestamp, of: &Arrived<'_>) {
        let first = of.events.len().saturating_sub(EVENTS_MAX);
        let accepted = of.events[first..].iter().map(accepted);
        let rejected = of.rejected.iter().rev().take(EVENTS_MAX).rev();
        let items: Vec<Arc<ReceivedEvent>> = accepted
            .chain(rejected.map(|it| self::rejected(source, received, it)))
            .map(Arc::new)
            .collect();
        let mut state = self.lock();
        for it in of.rejected {
            *state.rejections.entry(it.rejection.code()).or_default() += 1;
        }
        let counts = state.counts.entry(source.clone()).or_default();
        counts.accepted += of.events.len() as u64;
        counts.rejected += of.rejected.len() as u64;
        counts.duplicates += of.duplicates;
        counts.last_at = Some(received);
        state.make_room_for(source);
        let ring = state.rings.entry(source.clone()).or_default();
        ring.extend(items.iter().cloned());
        while EVENTS_MAX < ring.len() {
            ring.pop_front();
        }
        drop(state);
        if 0 < self.stream.receiver_count() {
            for item in items {
                let _ = self.stream.send(item);
            }
        }
    }

    /// A whole request was refused.
    pub fn refused(&self, rejection: Rejection) {
        *self.lock().rejections.entry(rejection.code()).or_default() += 1;
    }

    /// The newest first.
    pub fn latest(&self, source: Option<&SourceId>, limit: usize) -> Vec<Arc<ReceivedEvent>> {
        let state = self.lock();
        let rings = state.rings.iter().filter(|(id, _)| source.is_none_or(|it| it == *id));
        let mut found: Vec<Arc<ReceivedEvent>> =
            rings.flat_map(|(_, ring)| ring.iter().rev().take(limit).cloned()).collect();
        drop(state);
        found.sort_by(|a, b| b.at.cmp(&a.at));
        found.truncate(limit);
        found
    }

    pub fn watch(&self) -> broadcast::Receiver<Arc<ReceivedEvent>> {
        self.stream.subscribe()
    }

    pub fn counts(&self) -> BTreeMap<SourceId, Counts> {
        self.lock().counts.clone()
    }

    pub fn rejections(&self) -> BTreeMap<&'static str, u64> {
        self.lock().rejections.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one request brought.
pub(crate) struct Arrived<'a> {
    /// Taken now, without those that were known.
    pub events: &'a [Event],
    pub rejected: &'a [collection::Rejected],
    pub duplicates: u64,
}

impl State {
    /// The ring of the source that was quiet for longest goes.
    fn make_room_for(&mut self, source: &SourceId) {
        if self.rings.len() < RINGS_MAX || self.rings.contains_key(source) {
            return;
        }
        let last_at = |id: &SourceId| self.counts.get(id).and_then(|it| it.last_at);
        if let Some(quiet) = self.rings.keys().min_by_key(|id| last_at(id)).cloned() {
            self.rings.remove(&quiet);
        }
    }
}

fn accepted(event: &Event) -> ReceivedEvent {
    let (kind, name) = match &event.kind {
        EventKind::Track { name } => ("track", name.clone()),
        EventKind::Identify => ("identify", event.user_id.clone().unwrap_or_default()),
        EventKind::Page { name } => ("page", name.clone()),
        EventKind::Screen { name } => ("screen", name.clone()),
        EventKind::Group { group_id } => ("group", group_id.clone()),
        EventKind::Alias { previous_id } => ("alias", previous_id.clone()),
    };
    ReceivedEvent {
        at: event.received.to_string(),
        source: event.source.to_string(),
        kind: kind.to_owned(),
        body: cut(body(event, kind, &name)),
        name,
        person: None,
        accepted: true,
        rejection: None,
    }
}

/// The event in the words in which SDKs send it.
fn body(event: &Event, kind: &str, name: &str) -> String {
    let mut body = serde_json::Map::new();
    let mut put = |key: &str, value: serde_json::Value| {
        if !value.is_null() {
            body.insert(key.to_owned(), value);
        }
    };
    put("type", json!(kind));
    let properties = match &event.kind {
        EventKind::Track { .. } => {
            put("event", json!(name));
            "properties"
        }
        EventKind::Page { .. } | EventKind::Screen { .. } => {
            put("name", json!(name));
            "properties"
        }
        EventKind::Group { .. } => {
            put("groupId", json!(name));
            "traits"
        }
        EventKind::Alias { .. } => {
            put("previousId", json!(name));
            "properties"
        }
        EventKind::Identify => "traits",
    };
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
    serde_json::Value::Object(body).to_string()
}

fn rejected(source: &SourceId, at: Timestamp, it: &collection::Rejected) -> ReceivedEvent {
    let sent: serde_json::Value = serde_json::from_str(&it.body).unwrap_or_default();
    let text = |keys: &[&str]| {
        let found = keys.iter().find_map(|key| sent.get(key)?.as_str());
        cut(found.unwrap_or_default().to_owned())
    };
    ReceivedEvent {
        at: at.to_string(),
        source: source.to_string(),
        kind: text(&["type"]),
        name: text(&["event", "name", "groupId", "previousId", "userId"]),
        person: None,
        accepted: false,
        rejection: Some(RejectionInfo {
            code: it.rejection.code().to_owned(),
            text: it.rejection.text().to_owned(),
            detail: it.detail.clone(),
        }),
        body: cut(it.body.clone()),
    }
}

/// At most [`BODY_BYTES_MAX`], without half a character.
fn cut(mut text: String) -> String {
    if BODY_BYTES_MAX < text.len() {
        let end = (0..=BODY_BYTES_MAX).rev().find(|it| text.is_char_boundary(*it)).unwrap_or(0);
        text.truncate(end);
        text.push('…');
    }
    text
}
