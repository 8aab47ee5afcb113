//! Where imported events go: into the log, or to the server that has it.

use std::sync::Arc;

use anyhow::Context;
use collection::{Closing, event_to_json};
use log_segments::SegmentLog;
use model::{Event, SourceId};
use record::LogRecord;
use serde_json::{Value, json};

use crate::remote::Remote;
use crate::stop::Stop;

/// The server reads 4 MiB at once; what is around the events fits into the rest.
const BODY_BYTES_MAX: usize = 3 << 20;

/// As many as the server takes at once, halved.
const EVENTS_MAX: usize = 5_000;

pub struct Import {
    pub event: Event,
    pub closing: Option<Closing>,
}

pub enum Sink {
    Log(Arc<SegmentLog>),
    Server { remote: Remote, source: SourceId },
}

impl Sink {
    /// Returns when all of them are on disk.
    pub fn take(&self, events: Vec<Import>) -> anyhow::Result<()> {
        if events.is_empty() {
            return Ok(());
        }
        match self {
            Sink::Log(log) => {
                let record = |it: Import| {
                    LogRecord::Fact(server::imported_fact(it.event, it.closing)).encode()
                };
                let records = events.into_iter().map(record).collect();
                log.append_and_wait(records).context("could not store the events")?;
                Ok(())
            }
            Sink::Server { remote, source } => {
                let (mut batch, mut bytes) = (Vec::new(), 0);
                for event in events.iter().map(wire) {
                    let length = event.to_string().len();
                    if BODY_BYTES_MAX < bytes + length || EVENTS_MAX <= batch.len() {
                        send(remote, source, std::mem::take(&mut batch))?;
                        bytes = 0;
                    }
                    bytes += length;
                    batch.push(event);
                }
                send(remote, source, batch)
            }
        }
    }
}

/// In the form of the API.
fn wire(import: &Import) -> Value {
    let mut event = event_to_json(&import.event);
    if let Some(Closing { address, reason }) = &import.closing {
        event["suppress"] = json!({"address": address.value, "reason": reason.code()});
    }
    event
}

fn send(remote: &Remote, source: &SourceId, batch: Vec<Value>) -> anyhow::Result<()> {
    let answer =
        remote.post("/api/v1/imports", &json!({"source": source.as_str(), "batch": batch}))?;
    // All were read by the same steps here before.
    match answer["rejected"].as_array().and_then(|it| it.first()) {
        None => Ok(()),
        Some(first) => {
            let reason = first["reason"].as_str().unwrap_or("no reason given");
            let stop = Stop::failed(format!("the server took an event for unreadable: {reason}"));
            Err(stop.hint("is it of the same version as this command?").into())
        }
    }
}

/// The source of this name on the server, made if it is new.
pub fn source_on(remote: &Remote, name: &str) -> anyhow::Result<SourceId> {
    let known = remote.get("/api/v1/sources")?;
    let text = |it: &Value, field: &str| it[field].as_str().unwrap_or_default().to_owned();
    let found = known["sources"].as_array().into_iter().flatten();
    let mut found = found.filter(|it| text(it, "id") == name || text(it, "name") == name);
    match found.next() {
        Some(source) => Ok(SourceId::new(text(source, "id"))),
        None => {
            let made = remote.post("/api/v1/sources", &json!({"name": name}))?;
            Ok(SourceId::new(text(&made, "id")))
        }
    }
}
