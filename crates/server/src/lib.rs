//! HTTP API, sign-in, public pages, the embedded web app.
//!
//! [`router`] takes an [`App`] and answers everything that this installation serves. What changes
//! persons goes through the log or the engine's urgent lane; what changes the catalog goes through
//! the engine's one writer; everything else only reads.

mod access;
mod api;
mod app;
mod callbacks;
mod collect;
pub mod export;
mod findings;
mod hooks;
pub mod jobs;
pub mod leverage;
pub mod lines;
pub mod lists;
pub mod mailboxes;
mod metrics;
mod onsite;
mod pages;
mod pressure;
mod problem;
mod programme;
mod readers;
mod returned;
mod site;
mod table;
mod web;
pub mod why;

pub use access::{new_token, password_entry};
pub use api::{imported_fact, openapi};
pub use app::{App, Clock, Limits, ProviderSettings, Settings, Visitors};
pub use collect::{SourceEntry, new_source, source_entry};
pub use findings::{ContentFinding, PlannedFinding, planned_findings};
pub use problem::{FileProblem, Problem};
pub use programme::{ChangeKind, PanelChange, PanelEffect, ProgrammeDifference, ProgrammePlan};
pub use readers::Readers;
pub use table::leverage_csv;

use app::Shared;
use std::sync::Arc;

/// Everything that is served, in one router.
pub fn router(app: App) -> axum::Router {
    let shared = Arc::new(Shared::new(app));
    let (api, _) = api::router(shared.clone());
    axum::Router::new()
        .merge(collect::router(&shared))
        .merge(api)
        .merge(hooks::router(shared.clone()))
        .merge(callbacks::router())
        .merge(pages::router())
        .merge(site::router())
        .merge(onsite::router())
        .merge(metrics::router())
        .fallback(web::serve)
        .with_state(shared)
}
