//! The debugger's view: the latest events of each source, taken or not, and how many there were.

use model::{Event, EventKind, Map, Rejection, SourceId, Timestamp, Value};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::broadcast;
use utoipa::ToSchema;

/// Events kept per source; more than fit on a screen.
pub(crate) const EVENTS_MAX: usize = 200;

/// Sources whose events are kept, those with the latest events: 50 × 200 × 2 KB are 20 MB.
const RINGS_MAX: usize = 50;

/// How much of an event's body is shown; of a longer event, no more is kept.
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

/// Most events are never looked at, so that they are put into words only when somebody does.
enum Kept {
    Event(Box<Event>),
    Shown(Arc<ReceivedEvent>),
}

#[derive(Default)]
struct State {
    rings: BTreeMap<SourceId, VecDeque<Arc<Kept>>>,
    counts: BTreeMap<SourceId, Counts>,
    rejections: BTreeMap<&'static str, u64>,
}

impl Default for Live {
    fn default() -> Live {
        Live { state: Mutex::default(), stream: broadcast::Sender::new(STREAM_MAX) }
    }
}

impl Live {
    /// Forgets all events, and keeps the counts: somebody among them was erased.
    pub fn forget(&self) {
        self.lock().rings.clear();
    }

    /// Takes what came of one request.
    pub fn add(&self, source: &SourceId, received: Timestamp, of: Arrived<'_>) {
        let (accepted, rejected) = (of.events.len(), of.rejected.len());
        let excess = accepted.saturating_sub(EVENTS_MAX);
        let events = of.events.into_iter().skip(excess).map(keep);
        let refused = of.rejected.iter().skip(rejected.saturating_sub(EVENTS_MAX));
        let refused = refused.map(|it| Kept::Shown(Arc::new(self::rejected(source, received, it))));
        let items: Vec<Arc<Kept>> = events.chain(refused).map(Arc::new).collect();
        if 0 < self.stream.receiver_count() {
            for item in &items {
                let _ = self.stream.send(item.shown());
            }
        }
        let mut state = self.lock();
        for it in of.rejected {
            *state.rejections.entry(it.rejection.code()).or_default() += 1;
        }
        let counts = state.counts.entry(source.clone()).or_default();
        counts.accepted += accepted as u64;
        counts.rejected += rejected as u64;
        counts.duplicates += of.duplicates;
        counts.last_at = Some(received);
        state.make_room_for(source);
        let ring = state.rings.entry(source.clone()).or_default();
        ring.extend(items);
        let over = ring.len().saturating_sub(EVENTS_MAX);
        let gone: Vec<Arc<Kept>> = ring.drain(..over).collect();
        drop(state);
        // Taken apart where nobody waits for it.
        drop(gone);
    }

    /// A whole request was refused.
    pub fn refused(&self, rejection: Rejection) {
        *self.lock().rejections.entry(rejection.code()).or_default() += 1;
    }

    /// The newest first.
    pub fn latest(&self, source: Option<&SourceId>, limit: usize) -> Vec<Arc<ReceivedEvent>> {
        let state = self.lock();
        let rings = state.rings.iter().filter(|(id, _)| source.is_none_or(|it| it == *id));
        let kept: Vec<Arc<Kept>> =
            rings.flat_map(|(_, ring)| ring.iter().rev().take(limit).cloned()).collect();
        drop(state);
        let mut found: Vec<Arc<ReceivedEvent>> = kept.iter().map(|it| it.shown()).collect();
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
    pub events: Vec<Event>,
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

impl Kept {
    fn shown(&self) -> Arc<ReceivedEvent> {
        match self {
            Kept::Event(event) => Arc::new(accepted(event)),
            Kept::Shown(shown) => shown.clone(),
        }
    }
}

fn keep(event: Event) -> Kept {
    let is_long = BODY_BYTES_MAX < text_bytes(&event.properties) + text_bytes(&event.context);
    match is_long {
        true => Kept::Shown(Arc::new(accepted(&event))),
        false => Kept::Event(Box::new(event)),
    }
}

/// The names and texts in a map; numbers and marks count as a word.
fn text_bytes(map: &Map) -> usize {
    map.iter().map(|(key, value)| key.len() + value_bytes(value)).sum()
}

fn value_bytes(value: &Value) -> usize {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => 8,
        Value::Text(text) => text.len(),
        Value::List(items) => items.iter().map(value_bytes).sum(),
        Value::Map(map) => text_bytes(map),
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
        body: cut(collection::event_to_json(event).to_string()),
        name,
        person: None,
        accepted: true,
        rejection: None,
    }
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
        name: match text(&["type"]).as_str() {
            "identify" => text(&["userId"]),
            _ => text(&["event", "name", "groupId", "previousId"]),
        },
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
