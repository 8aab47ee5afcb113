//! Signing in and out, and the first password.

use super::json::Body;
use crate::access::{self, proof};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Session {
    pub signed_in: bool,
    /// `admin`, a member's address, or `token NAME`; absent for somebody who is not signed in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub who: Option<String>,
    /// No admin password is set yet; use the one-time link that the first start printed.
    pub needs_setup: bool,
    pub installation: Installation,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Installation {
    pub name: String,
    /// True when all people and events were made by the simulated market.
    pub simulated: bool,
    pub version: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct SignIn {
    /// A member's address; absent for the admin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub email: Option<String>,
    pub password: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Setup {
    /// From the one-time link: the one of the first start, or an invitation.
    pub token: String,
    /// At least ten characters.
    #[schema(min_length = 10)]
    pub password: String,
}

/// Who is asking, and what this installation is
#[utoipa::path(get, path = "/api/v1/session", tag = "session",
    responses((status = 200, description = "Done.", body = Session)))]
pub(super) async fn get_session(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Session>, Problem> {
    let signed_in = proof(&shared, &headers).await?.is_some();
    let who = if signed_in { Some(access::actor(&shared, &headers).await?) } else { None };
    let admin = shared.read(|views| Ok(access::admin(views)?)).await?;
    let settings = &shared.settings;
    let brand = shared.handle.loaded().programme.brand.name.clone();
    let name = [settings.name.clone(), brand].into_iter().find(|it| !it.is_empty());
    let installation = Installation {
        name: name.unwrap_or_else(|| "Fulcrum".to_owned()),
        simulated: settings.simulated,
        version: settings.version.clone(),
    };
    Ok(Json(Session { signed_in, who, needs_setup: admin.is_none(), installation }))
}

/// Sign in
#[utoipa::path(post, path = "/api/v1/session", tag = "session", request_body = SignIn,
    responses((status = 204, description = "Done."),
        (status = 401, description = "The password is wrong.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn sign_in(
    State(shared): State<Arc<Shared>>,
    Body(sign_in): Body<SignIn>,
) -> Result<Response, Problem> {
    one_try(&shared)?;
    let email = sign_in.email.as_deref().map(str::trim).filter(|it| !it.is_empty());
    let who = match email.map(access::team::address) {
        None => None,
        Some(Some(address)) => Some(address),
        Some(None) => return Err(Problem::unauthorized("the address or the password is wrong")),
    };
    let of = who.clone();
    let stored = shared.read(move |views| match &of {
        None => Ok(access::admin(views)?),
        Some(address) => Ok(access::team::hash_of(views, address)?),
    });
    let Some(stored) = stored.await? else {
        return Err(Problem::unauthorized(match who {
            None => "no password is set yet; use the one-time link",
            Some(_) => "the address or the password is wrong",
        }));
    };
    let right = hashing(&shared, move || access::is_right(&sign_in.password, &stored)).await?;
    if !right {
        return Err(Problem::unauthorized(match who {
            None => "the password is wrong",
            Some(_) => "the address or the password is wrong",
        }));
    }
    begin_session(&shared, who, None).await
}

/// Sign out
#[utoipa::path(delete, path = "/api/v1/session", tag = "session",
    responses((status = 204, description = "Done.")))]
pub(super) async fn sign_out(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if let Some(problem) = access::foreign(&Method::DELETE, &headers) {
        return Err(problem);
    }
    // Who has no session cannot make us write: the cookie must be one that we know.
    if let (Some(secret), Some(access::Proof::Cookie)) =
        (access::cookie(&headers), proof(&shared, &headers).await?)
    {
        shared.put(vec![access::end_of_session(&secret)]).await?;
    }
    let cookie = access::set_cookie("", shared.settings.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}

/// Set the first password with the one-time link, and sign in
#[utoipa::path(post, path = "/api/v1/setup", tag = "session", request_body = Setup,
    responses((status = 204, description = "Done.")))]
pub(super) async fn set_up(
    State(shared): State<Arc<Shared>>,
    Body(setup): Body<Setup>,
) -> Result<Response, Problem> {
    one_try(&shared)?;
    if let Some(problem) = access::password_problem(&setup.password) {
        return Err(Problem::bad(problem));
    }
    let (secret, now) = (setup.token.clone(), shared.now());
    let invited = shared.read(move |views| Ok(access::team::invited(views, &secret, now)?));
    if let Some(address) = invited.await? {
        return accept(&shared, address, setup).await;
    }
    if !shared.door.take_setup_token(&setup.token) {
        return Err(Problem::forbidden(
            "the link was used already or is an old one; start the server again for a new one",
        ));
    }
    let password = setup.password;
    let done = match hashing(&shared, move || access::password_entry(&password)).await {
        Ok(Ok(entry)) => begin_session(&shared, None, Some(vec![entry])).await,
        Ok(Err(detail)) => Err(Problem::bad(detail)),
        Err(problem) => Err(problem),
    };
    if done.is_err() {
        shared.door.put_setup_token_back(setup.token);
    }
    done
}

/// An invited colleague sets a password, and is signed in.
async fn accept(shared: &Shared, address: String, setup: Setup) -> Result<Response, Problem> {
    let of = address.clone();
    let hashed = hashing(shared, move || access::team::accept(&of, &setup.token, &setup.password));
    match hashed.await? {
        Ok(entries) => begin_session(shared, Some(address), Some(entries)).await,
        Err(detail) => Err(Problem::bad(detail)),
    }
}

fn one_try(shared: &Shared) -> Result<(), Problem> {
    let taken = shared.door.attempts.take();
    taken.map_err(|wait| Problem::too_many("too many tries to sign in; wait a little", wait))
}

async fn hashing<T: Send + 'static>(
    shared: &Shared,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let _turn = shared.door.hashing.acquire().await.map_err(|_| Problem::internal())?;
    tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())
}

/// Stores a session, with the new password if there is one, and deletes those that ended.
async fn begin_session(
    shared: &Shared,
    who: Option<String>,
    new_password: Option<Vec<port::Entry>>,
) -> Result<Response, Problem> {
    let (now, of, anew) = (shared.now(), who.clone(), new_password.is_some());
    let ended = shared
        .read(move |views| Ok(access::ended_sessions(views, now, anew.then_some(of.as_deref()))?));
    let mut entries = ended.await?;
    entries.extend(new_password.into_iter().flatten());
    let (entry, secret) = access::new_session(who, now);
    entries.push(entry);
    shared.put(entries).await?;
    let cookie = access::set_cookie(&secret, shared.settings.secure_cookies);
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]).into_response())
}
