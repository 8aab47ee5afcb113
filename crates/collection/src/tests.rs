//! Requests in, text out.

mod captures;
mod hostile;
mod posthog;
mod rows;
mod times;

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{Event, EventKind, Rejection, SourceId, Timestamp, Value};
use std::io::Write;

/// When the requests of these tests arrive.
fn received() -> Timestamp {
    Timestamp::parse("2026-11-22T09:00:00Z").expect("a time")
}

fn source() -> SourceId {
    SourceId::from("shop")
}

/// A request with the key `WK`, which is the only one that is known.
fn request(endpoint: Endpoint, body: &[u8]) -> Request<'_> {
    Request {
        endpoint,
        content_encoding: None,
        authorization: Some("Basic V0s6"),
        query_write_key: None,
        anonymous_id_header: None,
        sent_at_header: None,
        body,
    }
}

fn sources(key: &str) -> Option<SourceId> {
    (key == "WK").then(source)
}

/// The single place through which these tests call the API.
fn play(request: &Request) -> Received {
    receive(request, &sources, received(), &Limits::default())
}

/// What came of a request, on one line.
fn shown(received: &Received) -> String {
    match received {
        Received::Refused { status, rejection, detail } => {
            format!("{status} {rejection}: {detail}")
        }
        Received::Taken { events, rejected, .. } => {
            let events = events.iter().map(show_event);
            let rejected =
                rejected.iter().map(|it| format!("#{} {}: {}", it.index, it.rejection, it.detail));
            events.chain(rejected).collect::<Vec<_>>().join("; ")
        }
    }
}

fn show_event(event: &Event) -> String {
    let mut text = match &event.kind {
        EventKind::Track { name } => format!("track {name}"),
        EventKind::Identify => "identify".to_owned(),
        EventKind::Page { name } => format!("page {name}"),
        EventKind::Screen { name } => format!("screen {name}"),
        EventKind::Group { group_id } => format!("group {group_id}"),
        EventKind::Alias { previous_id } => format!("alias {previous_id}"),
    };
    for (label, id) in [("user", &event.user_id), ("anonymous", &event.anonymous_id)] {
        if let Some(id) = id {
            text += &format!(" {label}={id}");
        }
    }
    for (label, map) in [("", &event.properties), ("context=", &event.context)] {
        if !map.is_empty() {
            text += &format!(" {label}{:?}", Value::Map(map.clone()));
        }
    }
    if event.time != received() {
        text += &format!(" at {}", event.time);
    }
    if event.flags.clock {
        text += " (clock)";
    }
    if event.flags.historical {
        text += " (historical)";
    }
    text
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
