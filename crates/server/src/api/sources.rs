//! Where events come from.

use super::json::{Body, time};
use crate::app::Shared;
use crate::collect::{SOURCES_MAX, new_source};
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::SourceId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Sources {
    pub sources: Vec<Source>,
}

/// A source, with its counts since the server started.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Source {
    pub id: String,
    pub name: String,
    pub accepted: u64,
    pub rejected: u64,
    pub duplicates: u64,
    #[schema(required, format = DateTime)]
    pub last_at: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct NewSource {
    #[schema(min_length = 1, max_length = 80)]
    pub name: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CreatedSource {
    pub id: String,
    /// Shown once; only its hash is kept.
    pub write_key: String,
}

/// Where events come from
#[utoipa::path(get, path = "/api/v1/sources", tag = "events",
    responses((status = 200, description = "Done.", body = Sources)))]
pub(super) async fn list_sources(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Sources>, Problem> {
    shared.sources.read(&shared).await?;
    let counts = shared.live.counts();
    let source = |(id, entry): (SourceId, crate::SourceEntry)| {
        let counts = counts.get(&id).copied().unwrap_or_default();
        Source {
            id: id.to_string(),
            name: entry.name,
            accepted: counts.accepted,
            rejected: counts.rejected,
            duplicates: counts.duplicates,
            last_at: counts.last_at.map(time),
        }
    };
    Ok(Json(Sources { sources: shared.sources.all().into_iter().map(source).collect() }))
}

/// Add a source; its write key is shown once
#[utoipa::path(post, path = "/api/v1/sources", tag = "events", request_body = NewSource,
    responses((status = 200, description = "Done.", body = CreatedSource)))]
pub(super) async fn create_source(
    State(shared): State<Arc<Shared>>,
    Body(new): Body<NewSource>,
) -> Result<Json<CreatedSource>, Problem> {
    shared.sources.read(&shared).await?;
    let taken: Vec<SourceId> = shared.sources.all().into_keys().collect();
    if SOURCES_MAX <= taken.len() {
        return Err(Problem::conflict(format!("there are {SOURCES_MAX} sources already")));
    }
    let (id, write_key, entry) =
        new_source(&new.name, &taken, shared.now()).map_err(Problem::bad)?;
    shared.put(vec![entry]).await?;
    shared.sources.read(&shared).await?;
    Ok(Json(CreatedSource { id: id.to_string(), write_key }))
}
