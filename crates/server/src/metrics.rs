//! Health, readiness, and numbers for a monitor in Prometheus' text form.

use crate::app::Shared;
use crate::collect::Counts;
use crate::problem::Problem;
use axum::Router;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use model::{LedgerState, SourceId};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

pub(crate) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
}

/// Whether events can be taken and pages answered.
async fn ready(State(shared): State<Arc<Shared>>) -> Result<&'static str, Problem> {
    if let Some(problem) = shared.pressure.refusal() {
        return Err(problem);
    }
    shared.read(|views| Ok(views.log_position()?)).await?;
    Ok("ok\n")
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Result<Response, Problem> {
    let (people, counts, deferred) =
        shared.read(|views| Ok((views.count()?, views.counts()?, views.deferred()?))).await?;
    let mut text = Text::default();
    at_the_door(&shared, &mut text);
    in_the_engine(&shared, &mut text);
    text.one("people", "gauge", "Persons.", people);
    let mut states: BTreeMap<LedgerState, i64> = LedgerState::ALL.map(|it| (it, 0)).into();
    for (key, count) in counts {
        *states.entry(key.state).or_default() += count;
    }
    let label = |it: LedgerState| format!("state=\"{}\"", it.name());
    let rows = states.into_iter().map(|(it, count)| (label(it), count.max(0) as u64)).collect();
    text.many("messages", "gauge", "Messages by their state in the ledger.", rows);
    text.one(
        "messages_deferred",
        "gauge",
        "Pending messages that wait for a later time.",
        deferred,
    );
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    Ok((kind, text.0).into_response())
}

/// What was taken and refused since the process began.
fn at_the_door(shared: &Shared, text: &mut Text) {
    let sources = shared.live.counts();
    let rows = |count: fn(&Counts) -> u64| {
        let label = |it: &SourceId| format!("source=\"{}\"", escape(it.as_str()));
        sources.iter().map(|(id, it)| (label(id), count(it))).collect::<Vec<_>>()
    };
    let help = "Events that were acknowledged.";
    text.many("events_accepted_total", "counter", help, rows(|it| it.accepted));
    let help = "Events sent again that were known at the door.";
    text.many("events_known_total", "counter", help, rows(|it| it.duplicates));
    let rejections = shared.live.rejections().into_iter();
    let rows = rejections.map(|(code, count)| (format!("reason=\"{code}\""), count)).collect();
    text.many("events_rejected_total", "counter", "Events and requests that were refused.", rows);
}

fn in_the_engine(shared: &Shared, text: &mut Text) {
    let status = shared.handle.status();
    let stats = &status.stats;
    let held = u64::from(status.hold.is_some());
    text.one("events_total", "counter", "Events in the state.", status.tallies.events);
    text.one("events_duplicates_total", "counter", "Events that were known.", stats.duplicates);
    text.one("events_nobody_total", "counter", "Events that belong to nobody.", stats.nobody);
    text.one("merges_total", "counter", "Persons merged.", stats.merges);
    text.one("merges_undone_total", "counter", "Merges undone.", stats.undone);
    let refused = stats.refused.iter().map(|(code, n)| (format!("reason=\"{code}\""), *n));
    let help = "Identifiers that were not taken, by reason.";
    text.many("identifiers_refused_total", "counter", help, refused.collect());
    text.one("commits_total", "counter", "Commits.", stats.commits);
    text.one("messages_in_flight", "gauge", "Messages on the wire.", status.in_flight as u64);
    text.one("log_lag_bytes", "gauge", "Bytes of the log not taken yet.", status.lag_bytes);
    text.one("hold", "gauge", "1 while nothing is sent until somebody says so.", held);
    let version = status.programme_version;
    text.one("programme_version", "gauge", "The version of the programme that runs.", version);
}

#[derive(Default)]
struct Text(String);

impl Text {
    fn one(&mut self, name: &str, kind: &str, help: &str, value: u64) {
        self.many(name, kind, help, vec![(String::new(), value)]);
    }

    fn many(&mut self, name: &str, kind: &str, help: &str, rows: Vec<(String, u64)>) {
        let text = &mut self.0;
        // Writing into a text cannot fail.
        let _ = writeln!(text, "# HELP fulcrum_{name} {help}\n# TYPE fulcrum_{name} {kind}");
        for (labels, value) in rows {
            let labels = if labels.is_empty() { labels } else { format!("{{{labels}}}") };
            let _ = writeln!(text, "fulcrum_{name}{labels} {value}");
        }
    }
}

fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
