//! Clicks and opens. Whatever goes wrong here, the reader gets where the link leads.

use super::sheet::Sheet;
use super::{layout, message, own_event, verify};
use crate::app::Shared;
use crate::problem::Problem;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use content::Link;
use model::{
    Channel, LedgerState, Map, Message, MessageId, MessageState, PersonId, Span, Timestamp, Value,
};
use record::{Fact, LogRecord};
use std::sync::Arc;
use std::time::Duration;

/// How long a reader waits for us to write down that they clicked.
const RECORD_WAIT: Duration = Duration::from_millis(500);

/// Nobody reads a message and clicks so soon after it was sent; scanners do.
const TOO_SOON: Span = Span::seconds(2);

/// Parts of the names that programs give themselves which fetch links before a person does.
const SCANNERS: [&str; 14] = [
    "bot",
    "spider",
    "crawl",
    "preview",
    "scanner",
    "safelinks",
    "barracuda",
    "mimecast",
    "proofpoint",
    "symantec",
    "curl/",
    "python-requests",
    "go-http-client",
    "headlesschrome",
];

/// One transparent dot.
const DOT: [u8; 43] = [
    0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 0x01, 0x00, 0x01, 0x00, 0x80, 0x00, 0x00, 0x00, 0x00, 0x00,
    0xff, 0xff, 0xff, 0x21, 0xf9, 0x04, 0x01, 0x00, 0x00, 0x00, 0x00, 0x2c, 0x00, 0x00, 0x00, 0x00,
    0x01, 0x00, 0x01, 0x00, 0x00, 0x02, 0x02, 0x44, 0x01, 0x00, 0x3b,
];

/// Writes down the click if it can, and leads on always.
pub(super) async fn click(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
    sheet: Sheet,
) -> Response {
    let Some(Link::Click { message, url }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let what = What::Followed(url.clone());
    let happened = Happened { message, what, by_machine: is_machine(&method, &headers) };
    happened.record(&shared).await;
    let headers: [(HeaderName, &str); 3] = [
        (header::LOCATION, &url),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    (StatusCode::FOUND, headers).into_response()
}

/// Writes down that the message was opened if it can, and gives a dot always.
pub(super) async fn open(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    method: Method,
    headers: HeaderMap,
    sheet: Sheet,
) -> Response {
    let token = token.strip_suffix(".gif").unwrap_or(&token);
    let Some(Link::Open { message }) = verify(&shared, token) else {
        return layout::bad_link(&sheet);
    };
    let what = What::Told(Told::Shown);
    let happened = Happened { message, what, by_machine: is_machine(&method, &headers) };
    happened.record(&shared).await;
    let headers = [(header::CONTENT_TYPE, "image/gif"), (header::CACHE_CONTROL, "no-store")];
    (headers, DOT).into_response()
}

/// What a browser says of a message that it shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Told {
    Shown,
    Dismissed,
}

/// Writes down what a visitor's browser says of a message, once however often it says it, and only of who may
/// be followed.
pub(crate) async fn tell(
    shared: &Arc<Shared>,
    message: &Message,
    told: Told,
    headers: &HeaderMap,
) -> Result<(), Problem> {
    let now = shared.now();
    if !may_be_followed(shared, message.person, now).await {
        return Ok(());
    }
    let by_machine = is_machine(&Method::POST, headers);
    let happened = Happened { message: message.id, what: What::Told(told), by_machine };
    let mut event = own_event(happened.name(message), happened.properties(message, now), now);
    let word = if told == Told::Shown { "shown" } else { "dismissed" };
    event.message_id = Some(format!("{}.{word}", message.id));
    let fact = Fact { event, person: Some(message.person), acts: Vec::new() };
    shared.append(vec![LogRecord::Fact(fact).encode()]).await.map(drop)
}

struct Happened {
    message: MessageId,
    what: What,
    by_machine: bool,
}

enum What {
    /// Where the link leads.
    Followed(String),
    Told(Told),
}

impl Happened {
    /// Waits a moment for the record to be durable; after that it goes on by itself.
    async fn record(self, shared: &Arc<Shared>) {
        let shared = shared.clone();
        let work = tokio::spawn(async move { self.append(&shared).await });
        let _ = tokio::time::timeout(RECORD_WAIT, work).await;
    }

    async fn append(self, shared: &Shared) {
        let now = shared.now();
        let Some(message) = message(shared, self.message).await else {
            tracing::warn!(message = %self.message, "a click or open could not be linked to its message");
            return;
        };
        // It has done its work on the site.
        let is_followed = matches!(self.what, What::Followed(_)) && !self.by_machine;
        if is_followed && message.channel() == Some(Channel::Onsite) {
            shared.handle.take_out(vec![message.key.clone()], |_| ());
        }
        // Whoever said no since the message left is not followed by its links either.
        if !may_be_followed(shared, message.person, now).await {
            return;
        }
        let event = own_event(self.name(&message), self.properties(&message, now), now);
        let fact = Fact { event, person: Some(message.person), acts: Vec::new() };
        // What could not be written is in the log of the process already.
        let _ = shared.append(vec![LogRecord::Fact(fact).encode()]).await;
    }

    fn properties(&self, message: &Message, now: Timestamp) -> Map {
        let mut properties = Map::new();
        let mut put = |key: &str, value: Value| properties.insert(key.to_owned(), value);
        put("message", Value::Text(message.id.to_string()));
        put("content", Value::Text(message.content.to_string()));
        put("origin", Value::Text(message.scope()));
        put("automatic", Value::Bool(self.by_machine || is_too_soon(message, now)));
        if let Some(channel) = message.channel() {
            put("channel", Value::Text(channel.name().to_owned()));
        }
        if let What::Followed(url) = &self.what {
            put("url", Value::Text(url.clone()));
        }
        properties
    }

    fn name(&self, message: &Message) -> &'static str {
        let channel = message.channel().unwrap_or(Channel::Email);
        match (channel, &self.what) {
            (Channel::Email, What::Followed(_)) => "Email Link Clicked",
            (Channel::Email, What::Told(_)) => "Email Opened",
            (Channel::Push, What::Followed(_)) => "Push Notification Tapped",
            (Channel::Push, What::Told(Told::Shown)) => "Push Notification Received",
            (Channel::Push, What::Told(Told::Dismissed)) => "Push Notification Dismissed",
            (
                Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook,
                What::Followed(_),
            ) => "Message Link Clicked",
            (
                Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook,
                What::Told(Told::Shown),
            ) => "Message Opened",
            (
                Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook,
                What::Told(Told::Dismissed),
            ) => "Message Dismissed",
        }
    }
}

/// Nobody is, of whom it cannot be read whether they may be.
async fn may_be_followed(shared: &Shared, person: PersonId, now: Timestamp) -> bool {
    let loaded = shared.handle.loaded();
    let read = move |views: &dyn port::Views| {
        let person = views.load(&[views.current(person)?])?.pop();
        Ok(person.is_some_and(|it| engine::is_measured(&it, &loaded, now)))
    };
    shared.read(read).await.unwrap_or_else(|_| {
        tracing::warn!(%person, "a click or open was left out: the person's consent could not be read");
        false
    })
}

/// Before anything was sent, or so soon after that nobody can have read it.
fn is_too_soon(message: &Message, now: Timestamp) -> bool {
    // Who is on the site sees it there at once.
    if message.channel() == Some(Channel::Onsite) {
        return false;
    }
    match &message.state {
        MessageState::Ended {
            outcome: LedgerState::Sent | LedgerState::Unknown | LedgerState::Merged,
            at,
            ..
        } => now < *at + TOO_SOON,
        MessageState::InFlight { since, .. } => now < *since + TOO_SOON,
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::Ended { .. } => false,
    }
}

/// Whether a program fetched the link for itself: it says so, or asks in a way that browsers do not.
fn is_machine(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| {
        headers.get(name).and_then(|it| it.to_str().ok()).unwrap_or_default().to_ascii_lowercase()
    };
    let ahead = ["purpose", "sec-purpose", "x-purpose", "x-moz"];
    let prefetch =
        ahead.iter().map(|it| text(it)).any(|it| it.contains("prefetch") || it == "preview");
    let agent = text("user-agent");
    // The privacy proxy of Apple Mail loads every image and calls itself just this.
    let nameless = agent.is_empty() || agent == "mozilla/5.0";
    *method == Method::HEAD || prefetch || nameless || SCANNERS.iter().any(|it| agent.contains(it))
}
