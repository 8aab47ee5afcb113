//! A content sent as a test to somebody of the team, by any channel that has a provider.

use super::contents::traits_of;
use super::json::Body;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use model::{Channel, ContentName, Identifier, IdentifierKind, Map, Reply};
use port::{Space, Views};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// Tries of one request: a team looks at a message, a crowd does not.
const TESTERS_MAX: usize = 10;

/// Tries at once, and one more after each interval: whoever has a token cannot make a mail server of it.
pub(crate) const TRIES_MAX: u32 = 30;
pub(crate) const TRY_EVERY: Duration = Duration::from_secs(10);

/// Where to send a content, and as whom it is written.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ContentTest {
    /// At most 10.
    pub to: Vec<TestAddress>,
    /// As whom it is written; without it as somebody with the traits below.
    #[serde(default)]
    #[schema(nullable = false)]
    pub person: Option<String>,
    /// In place of the person's, or beside them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub traits: Map,
    /// What templates call `event.*`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map,
    /// In place of the person's.
    #[serde(default)]
    #[schema(nullable = false)]
    pub locale: Option<String>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestAddress {
    /// One that has a provider.
    pub channel: String,
    /// An e-mail address, a phone number, the device token of a browser; for messages on the site a user id, or
    /// `anonymous_id:` and what `fulcrum_id` is in the browser's localStorage.
    pub address: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ContentTested {
    /// In the order of the addresses.
    pub sent: Vec<TestSent>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TestSent {
    pub channel: String,
    pub to: String,
    /// Whether the provider took it.
    pub accepted: bool,
    /// The provider's words, or why it was not sent.
    pub detail: String,
}

/// Send a content to somebody of the team, as a person would get it
///
/// It is marked as a test and is no message: no ledger, cap or panel counts it, and its links change nobody's
/// choices. An address that came back, complained or was erased gets none.
#[utoipa::path(post, path = "/api/v1/contents/{name}/test", tag = "contents", request_body = ContentTest,
    params(("name" = String, Path, description = "The content's name.")),
    responses((status = 200, description = "Tried; what became of each is in the body.", body = ContentTested),
        (status = 404, description = "There is no such content or person.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be written for this person.", body = Problem, content_type = "application/problem+json"),
        (status = 429, description = "Too many tests in a short time.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn test_content(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Body(test): Body<ContentTest>,
) -> Result<Json<ContentTested>, Problem> {
    let content = ContentName::from(&*name);
    if !shared.handle.loaded().programme.contents.contains_key(&content) {
        return Err(Problem::not_found(format!("the programme has no content `{name}`")));
    }
    if test.to.is_empty() || TESTERS_MAX < test.to.len() {
        return Err(Problem::bad(format!("give 1 to {TESTERS_MAX} addresses in `to`")));
    }
    let to = test.to.iter().map(address).collect::<Result<Vec<_>, Problem>>()?;
    for _ in &to {
        shared.testing.take().map_err(too_many)?;
    }
    let ContentTest { person, traits, data, locale, .. } = test;
    let keys = shared.keys;
    let asked = to.clone();
    let read = shared.read(move |views| {
        let traits = traits_of(views, person.as_deref(), &traits, locale.as_deref())?;
        let closed = asked.iter().map(|it| closed(views, &keys, &it.1));
        Ok((traits, closed.collect::<Result<Vec<Option<String>>, Problem>>()?))
    });
    let (traits, closed) = read.await?;
    let mut sent = Vec::new();
    for ((channel, to), closed) in to.into_iter().zip(closed) {
        let (accepted, detail) = match closed {
            Some(why) => (false, why),
            None => try_one(&shared, &content, (&traits, &data), channel, &to).await?,
        };
        let channel = channel.name().to_owned();
        sent.push(TestSent { channel, to: to.value, accepted, detail });
    }
    Ok(Json(ContentTested { sent }))
}

async fn try_one(
    shared: &Arc<Shared>,
    content: &ContentName,
    (traits, event): (&Map, &Map),
    channel: Channel,
    to: &Identifier,
) -> Result<(bool, String), Problem> {
    let tried = engine::Rehearsal { content, traits, event, channel };
    let loaded = shared.handle.loaded();
    let envelope = engine::rehearse(&loaded, &shared.keys, tried, to.clone(), shared.now())
        .map_err(Problem::conflict)?;
    let handle = shared.handle.clone();
    let replied = tokio::task::spawn_blocking(move || handle.try_out(&envelope)).await;
    let reply = replied.map_err(|_| Problem::internal())?;
    Ok(match reply {
        Some(Reply::Accepted { provider_id }) => (true, provider_id),
        Some(Reply::Refused { detail, .. } | Reply::Deferred { detail, .. }) => (false, detail),
        Some(Reply::Lost { detail }) => {
            (false, format!("nobody knows whether it arrived: {detail}"))
        }
        None => (false, format!("{channel} has no provider; see the page Channels")),
    })
}

/// The channel and the address in the form in which it is stored.
fn address(it: &TestAddress) -> Result<(Channel, Identifier), Problem> {
    let channel = Channel::from_name(&it.channel)
        .ok_or_else(|| Problem::bad(format!("there is no channel `{}`", it.channel)))?;
    let Some(kind) = channel.reached_by().first() else {
        return Err(Problem::bad(format!("{channel} reaches nobody by an address")));
    };
    // Who looks at a site has two kinds of names.
    let named = it.address.parse::<Identifier>().ok();
    if let Some(named) = named.filter(|it| channel.reached_by()[1..].contains(&it.kind)) {
        return Ok((channel, named));
    }
    let value = match kind {
        IdentifierKind::Email => crate::access::team::address(&it.address).ok_or_else(|| {
            Problem::bad("that is no e-mail address; write it like crm@shop.example")
        })?,
        _ if it.address.trim().is_empty() => return Err(Problem::bad("an address is empty")),
        _ => it.address.clone(),
    };
    Ok((channel, Identifier::new(*kind, &value)))
}

/// Why nothing may be sent to it: it came back, somebody complained, or its person was erased.
fn closed(
    views: &dyn Views,
    keys: &engine::Keys,
    to: &Identifier,
) -> Result<Option<String>, Problem> {
    if views.get(Space::Erased, &engine::fingerprint(keys, to))?.is_some() {
        return Ok(Some(model::Reason::Erased.text().to_owned()));
    }
    let Some(owner) = views.owners(std::slice::from_ref(to))?.pop().flatten() else {
        return Ok(None);
    };
    let person = views.load(&[views.current(owner)?])?.pop();
    let suppression = person.as_ref().and_then(|it| it.consents.suppression(to));
    Ok(suppression.map(|it| it.reason.text().to_owned()))
}

fn too_many(wait: Duration) -> Problem {
    let seconds = wait.as_secs().max(1);
    let detail = format!("try again in {seconds} s");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "Too many tests", detail)
}
