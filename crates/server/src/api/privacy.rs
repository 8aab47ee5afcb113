//! What a person may ask of the team: everything that is held about them, and to be forgotten.

use super::json::Body;
use super::person::load;
use crate::app::Shared;
use crate::export::{self, PersonExport, TimeLimit};
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use model::PersonId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct EraseRequest {
    /// Only says who it would be.
    #[serde(default)]
    pub dry_run: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ErasedPerson {
    /// The person that the id stands for now.
    pub id: String,
    /// False after a dry run.
    pub erased: bool,
    pub identifiers: u64,
    /// Messages of which the ledger keeps the count alone.
    pub messages: u64,
}

/// Everything that is held about a person
#[utoipa::path(get, path = "/api/v1/people/{id}/export", tag = "people",
    params(("id" = String, Path, description = "A person's id such as `p12`.")),
    responses((status = 200, description = "Done.", body = PersonExport),
        (status = 404, description = "Nobody has this id.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn export_person(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<PersonExport>, Problem> {
    let id: PersonId = id.parse().map_err(Problem::not_found)?;
    let _turn = shared.exports.lock().await;
    let (facts, now, limit) = (shared.facts.clone(), shared.now(), TimeLimit::start());
    let found =
        shared.read(move |views| export::of(views, facts.source(), id, now, &|| limit.is_left()));
    Ok(Json(found.await?))
}

/// Forget a person, at once and for good
#[utoipa::path(post, path = "/api/v1/people/{id}/erase", tag = "people",
    params(("id" = String, Path, description = "A person's id such as `p12`.")),
    request_body = EraseRequest,
    responses((status = 200, description = "Done, and committed.", body = ErasedPerson),
        (status = 404, description = "Nobody has this id.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn erase_person(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    Body(wanted): Body<EraseRequest>,
) -> Result<Json<ErasedPerson>, Problem> {
    let id: PersonId = id.parse().map_err(Problem::not_found)?;
    let found = shared.read(move |views| {
        let person = load(views, id)?;
        Ok((person.id, person.known.identifiers.len(), export::count_messages(views, person.id)?))
    });
    let (current, identifiers, messages) = found.await?;
    if !wanted.dry_run {
        shared.urgent(crate::pages::erasure(current, "the team", shared.now())).await?;
        shared.live.forget();
    }
    Ok(Json(ErasedPerson {
        id: current.to_string(),
        erased: !wanted.dry_run,
        identifiers: identifiers as u64,
        messages,
    }))
}
