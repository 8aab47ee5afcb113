//! Who somebody is: identifiers, merges, and taking a merge back.

use super::json::{Body, time};
use super::person::{PersonConsent, PersonTrait, ReasonInfo, consent, load};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use ::identity::{Half, UndoRefusal};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use engine::{EngineError, Loaded, UndoPlan};
use model::{Identifier, MergeId, PersonId, Timestamp};
use port::{LogPosition, Merge, Views};
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long an answer waits until the engine has taken what was decided.
const TAKEN_WAIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Identity {
    pub id: String,
    pub identifiers: Vec<IdentityIdentifier>,
    /// Merges in which this person took part, the latest first.
    pub merges: Vec<IdentityMerge>,
    /// Whom an undone merge keeps apart from this person.
    pub apart: Vec<KeptApart>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct IdentityIdentifier {
    pub kind: String,
    pub value: String,
    #[schema(format = DateTime)]
    pub joined: String,
    /// The merge by which it came; null where an event of the person brought it.
    #[schema(required)]
    pub merge: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct IdentityMerge {
    /// Such as `j7`.
    pub id: String,
    #[schema(format = DateTime)]
    pub at: String,
    pub survivor: String,
    pub absorbed: String,
    /// The identifier that brought the absorbed person in, `kind:value`.
    pub by: String,
    pub cause: String,
    /// Why it cannot be undone; null when it can be.
    #[schema(required)]
    pub refusal: Option<ReasonInfo>,
    /// Until when it can be undone, if it can.
    #[schema(required, format = DateTime)]
    pub undo_until: Option<String>,
    #[schema(required)]
    pub undone: Option<IdentityUndone>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct IdentityUndone {
    #[schema(format = DateTime)]
    pub at: String,
    /// Who did it.
    pub by: String,
    /// When the two were allowed to become one again; null while they are kept apart.
    #[schema(required, format = DateTime)]
    pub allowed_at: Option<String>,
    #[schema(required)]
    pub allowed_by: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct KeptApart {
    pub person: String,
    pub merge: String,
}

/// What an undo would bring about. Nothing is changed by asking.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct MergeUndoPlan {
    pub merge: String,
    #[schema(format = DateTime)]
    pub at: String,
    pub cause: String,
    /// Names this plan: an undo that gives it back is refused if something has happened since.
    pub plan: String,
    pub survivor: UndoneHalf,
    pub absorbed: UndoneHalf,
}

/// One of the two, as they would be.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct UndoneHalf {
    pub id: String,
    pub name: String,
    /// `kind:value`, the strongest kind first.
    pub identifiers: Vec<String>,
    /// How many events since the merge are theirs.
    pub events: u64,
    pub traits: Vec<PersonTrait>,
    pub audiences: Vec<String>,
    pub consents: Vec<PersonConsent>,
    /// Journeys that they are in.
    pub journeys: Vec<String>,
    pub open_messages: u64,
    /// Messages that count under their limits: what went out while they were one counts for both.
    pub contacts: u64,
    /// The measurement panel notes that they saw another cell.
    pub exposed: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct UndoOrder {
    /// `plan` of the plan that was looked at; without it, the undo is done as things stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub plan: Option<String>,
}

/// Who somebody is: identifiers, merges, and whether each can be undone
#[utoipa::path(get, path = "/api/v1/people/{id}/identity", tag = "people",
    params(("id" = String, Path, description = "A person's id such as `p12`.")),
    responses((status = 200, description = "Done.", body = Identity),
        (status = 404, description = "Nobody has this id.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_identity(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<Identity>, Problem> {
    let id: PersonId = id.parse().map_err(Problem::not_found)?;
    identity(&shared, id).await
}

/// See what undoing a merge would bring about
#[utoipa::path(get, path = "/api/v1/merges/{id}/undo", tag = "people",
    params(("id" = String, Path, description = "A merge's id such as `j7`.")),
    responses((status = 200, description = "Done.", body = MergeUndoPlan),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be undone; the body says why.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn plan_undo(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
) -> Result<Json<MergeUndoPlan>, Problem> {
    let plan = plan(&shared, merge_id(&id)?).await?;
    Ok(Json(shown(&plan, shared.now())))
}

/// Undo a merge: the two are two again, and are kept apart
#[utoipa::path(post, path = "/api/v1/merges/{id}/undo", tag = "people",
    params(("id" = String, Path, description = "A merge's id such as `j7`.")),
    request_body = UndoOrder,
    responses((status = 200, description = "Done: who the survivor is now.", body = Identity),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It cannot be undone, or the plan is not up to date; the body says why.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn undo_merge(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    Body(order): Body<UndoOrder>,
) -> Result<Json<Identity>, Problem> {
    let merge = merge_id(&id)?;
    let plan = plan(&shared, merge).await?;
    if order.plan.is_some_and(|it| it != name_of(&plan)) {
        let detail = "something has happened since the plan was made; look at it again";
        return Err(Problem::conflict(detail));
    }
    let by = actor(&shared, &headers).await?;
    let end = append(&shared, Control::Undo { merge, by }).await?;
    taken(&shared, end, merge, |it| it.undone.is_some()).await?;
    identity(&shared, plan.survivor.id).await
}

/// Allow the two of an undone merge to become one again
#[utoipa::path(post, path = "/api/v1/merges/{id}/allow", tag = "people",
    params(("id" = String, Path, description = "A merge's id such as `j7`.")),
    responses((status = 200, description = "Done: who the survivor is now.", body = Identity),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It keeps nobody apart.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn allow_merge(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Identity>, Problem> {
    let merge = merge_id(&id)?;
    let stored = shared.read(move |views| Ok(views.merge(merge)?)).await?;
    let stored = stored.ok_or_else(|| Problem::not_found(format!("there is no merge {merge}")))?;
    if stored.undone.is_none_or(|it| it.allowed.is_some()) {
        return Err(Problem::conflict(format!("merge {merge} keeps nobody apart")));
    }
    let by = actor(&shared, &headers).await?;
    let end = append(&shared, Control::AllowMerge { merge, by }).await?;
    let is_allowed = |it: &Merge| it.undone.as_ref().is_some_and(|it| it.allowed.is_some());
    taken(&shared, end, merge, is_allowed).await?;
    identity(&shared, stored.record.survivor).await
}

fn merge_id(id: &str) -> Result<MergeId, Problem> {
    id.parse().map_err(Problem::not_found)
}

async fn append(shared: &Shared, control: Control) -> Result<LogPosition, Problem> {
    shared.append(vec![LogRecord::Control(control).encode()]).await
}

/// Waits until the engine has taken the record, and looks whether it did what it says.
async fn taken(
    shared: &Shared,
    end: LogPosition,
    merge: MergeId,
    is_done: fn(&Merge) -> bool,
) -> Result<(), Problem> {
    let taken = async {
        loop {
            let read = move |views: &dyn Views| Ok((views.log_position()?, views.merge(merge)?));
            let (position, stored) = shared.read(read).await?;
            if end <= position {
                let done = stored.is_some_and(|it| is_done(&it));
                let why = "something else came first; look at the person again";
                return if done { Ok(()) } else { Err(Problem::conflict(why)) };
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let late = "it is written down, and will be done when what came before it is";
    tokio::time::timeout(TAKEN_WAIT, taken)
        .await
        .unwrap_or_else(|_| Err(Problem::unavailable(late)))
}

async fn plan(shared: &Shared, merge: MergeId) -> Result<UndoPlan, Problem> {
    let (loaded, facts, now) = (shared.handle.loaded(), shared.facts.clone(), shared.now());
    let plan = shared
        .read(move |views| UndoPlan::of(views, facts.source(), &loaded, merge, now).map_err(failed))
        .await?;
    plan.map_err(|why| match why {
        UndoRefusal::Unknown => Problem::not_found(format!("there is no merge {merge}")),
        UndoRefusal::AlreadyUndone { .. }
        | UndoRefusal::LaterMerge { .. }
        | UndoRefusal::TooOld { .. }
        | UndoRefusal::FactsGone
        | UndoRefusal::Filling
        | UndoRefusal::TooMuch { .. } => {
            Problem::conflict(format!("merge {merge} cannot be undone: {why}"))
        }
    })
}

fn failed(error: EngineError) -> Problem {
    tracing::error!(%error, "an undo could not be planned");
    Problem::unavailable("what is stored cannot be read at the moment")
}

/// Every fact moves on one of the counts.
fn name_of(plan: &UndoPlan) -> String {
    format!("{}-{}-{}", plan.merge.id, plan.survivor_facts, plan.absorbed_facts)
}

async fn identity(shared: &Shared, id: PersonId) -> Result<Json<Identity>, Problem> {
    let (loaded, now) = (shared.handle.loaded(), shared.now());
    let found = shared.read(move |views| identity_of(views, &loaded, id, now));
    Ok(Json(found.await?))
}

fn identity_of(
    views: &dyn Views,
    loaded: &Loaded,
    id: PersonId,
    now: Timestamp,
) -> Result<Identity, Problem> {
    let person = load(views, id)?;
    let mut merges = views.merges_of(person.id)?;
    merges.sort_by_key(|it| std::cmp::Reverse(it.id));
    let mut shown = Vec::with_capacity(merges.len());
    for merge in &merges {
        let refusal = engine::undo_refusal(views, merge, loaded, now).map_err(failed)?;
        shown.push(merge_shown(merge, refusal, loaded));
    }
    let came_by = |it: &Identifier| {
        let standing = merges.iter().filter(|it| it.undone.is_none());
        let mut absorbing = standing.filter(|merge| merge.record.survivor == person.id);
        absorbing.find(|merge| merge.record.absorbed_known.has(it)).map(|it| it.id.to_string())
    };
    let identifiers = person.known.identifiers.iter().map(|(it, joined)| IdentityIdentifier {
        kind: it.kind.name().to_owned(),
        value: it.value.clone(),
        joined: time(*joined),
        merge: came_by(it),
    });
    let identifiers = identifiers.collect();
    let mut apart = Vec::new();
    for merge in person.known.apart.keys() {
        let Some(stored) = views.merge(*merge)? else { continue };
        let (one, other) = (stored.record.survivor, stored.record.absorbed);
        let is_survivor = person.known.apart.get(merge) == Some(&Half::Survivor);
        let whom = views.current(if is_survivor { other } else { one })?;
        apart.push(KeptApart { person: whom.to_string(), merge: merge.to_string() });
    }
    Ok(Identity { id: person.id.to_string(), identifiers, merges: shown, apart })
}

fn merge_shown(merge: &Merge, refusal: Option<UndoRefusal>, loaded: &Loaded) -> IdentityMerge {
    let record = &merge.record;
    let until = engine::undo_until(merge, loaded);
    IdentityMerge {
        id: merge.id.to_string(),
        at: time(record.at),
        survivor: record.survivor.to_string(),
        absorbed: record.absorbed.to_string(),
        by: record.by.to_string(),
        cause: record.cause.clone(),
        undo_until: until.filter(|_| refusal.is_none()).map(time),
        refusal: refusal.map(|it| ReasonInfo { code: it.code().to_owned(), text: it.to_string() }),
        undone: merge.undone.as_ref().map(|it| IdentityUndone {
            at: time(it.at),
            by: it.by.clone(),
            allowed_at: it.allowed.as_ref().map(|it| time(it.0)),
            allowed_by: it.allowed.as_ref().map(|it| it.1.clone()),
        }),
    }
}

fn shown(plan: &UndoPlan, now: Timestamp) -> MergeUndoPlan {
    let record = &plan.merge.record;
    MergeUndoPlan {
        merge: plan.merge.id.to_string(),
        at: time(record.at),
        cause: record.cause.clone(),
        plan: name_of(plan),
        survivor: half(&plan.survivor, plan.survivor_facts, now),
        absorbed: half(&plan.absorbed, plan.absorbed_facts, now),
    }
}

fn half(person: &port::Person, facts: usize, now: Timestamp) -> UndoneHalf {
    let value = |it| serde_json::to_value(it).unwrap_or_default();
    UndoneHalf {
        id: person.id.to_string(),
        name: person.display_name(),
        identifiers: person.known.identifiers.keys().map(ToString::to_string).collect(),
        events: facts as u64,
        traits: (person.profile.traits.iter())
            .map(|(name, it)| PersonTrait {
                name: name.clone(),
                value: value(&it.value),
                at: time(it.at),
            })
            .collect(),
        audiences: person.profile.memberships().keys().cloned().collect(),
        consents: person.consents.listing(now).into_iter().map(consent).collect(),
        journeys: person.runs.active().iter().map(|it| it.journey.to_string()).collect(),
        open_messages: person.open.len() as u64,
        contacts: person.contacts.slots().len() as u64,
        exposed: person.panel.as_ref().is_some_and(|it| it.assignment.exposed),
    }
}
