//! The team: who may sign in, and how they come and go.

use super::json::Body;
use crate::access::{self, ADMIN, team};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Team {
    /// Beside the admin, who is not listed.
    pub members: Vec<Member>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Member {
    pub email: String,
    /// False until the invitation was used.
    pub active: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct NewMember {
    #[schema(min_length = 3, max_length = 254)]
    pub email: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Invitation {
    pub email: String,
    /// The path of the link that sets the password once, within a week. Shown once.
    pub path: String,
}

/// Who may sign in
#[utoipa::path(get, path = "/api/v1/team", tag = "session",
    responses((status = 200, description = "Done.", body = Team)))]
pub(super) async fn list_team(State(shared): State<Arc<Shared>>) -> Result<Json<Team>, Problem> {
    let members = shared.read(|views| Ok(team::members(views)?)).await?;
    let member = |(email, active)| Member { email, active };
    Ok(Json(Team { members: members.into_iter().map(member).collect() }))
}

/// Invite a colleague, or give one who forgot the password a new link
#[utoipa::path(post, path = "/api/v1/team", tag = "session", request_body = NewMember,
    responses((status = 200, description = "Done.", body = Invitation)))]
pub(super) async fn invite_member(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Body(new): Body<NewMember>,
) -> Result<Json<Invitation>, Problem> {
    only_admin(&shared, &headers).await?;
    let Some(email) = team::address(&new.email) else {
        return Err(Problem::bad("that is no e-mail address; write it like crm@shop.example"));
    };
    let members = shared.read(|views| Ok(team::members(views)?)).await?;
    let is_new = !members.contains_key(&email);
    if is_new && team::MEMBERS_MAX <= members.len() {
        let max = team::MEMBERS_MAX;
        return Err(Problem::conflict(format!(
            "a team has at most {max} members; remove one first"
        )));
    }
    let (entries, secret) = team::invite(&email, is_new, shared.now());
    shared.put(entries).await?;
    Ok(Json(Invitation { email, path: format!("/setup?token={secret}") }))
}

/// Take somebody out of the team, at once
#[utoipa::path(delete, path = "/api/v1/team/{email}", tag = "session",
    params(("email" = String, Path, description = "The member's address.")),
    responses((status = 204, description = "Done."),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn remove_member(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(email): Path<String>,
) -> Result<StatusCode, Problem> {
    only_admin(&shared, &headers).await?;
    let email = email.trim().to_lowercase();
    let known = shared.read(|views| Ok(team::members(views)?)).await?;
    if !known.contains_key(&email) {
        return Err(Problem::not_found("nobody of the team has this address"));
    }
    let gone = shared.read(move |views| Ok(team::remove(views, &email)?)).await?;
    shared.put(gone).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Members cannot make members: who approves must not be able to make up a second person.
async fn only_admin(shared: &Shared, headers: &HeaderMap) -> Result<(), Problem> {
    match access::actor(shared, headers).await?.as_str() {
        ADMIN => Ok(()),
        _ => Err(Problem::forbidden("only the admin changes the team")),
    }
}
