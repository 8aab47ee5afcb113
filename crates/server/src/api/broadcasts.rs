//! Broadcasts: planned, looked at, started, stopped. Every step is a record in the log.

use super::json::time;
use super::person::ReasonInfo;
use super::today::{LedgerCounts, ledger};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use engine::{BroadcastStatus, Loaded, Preview};
use journey::{BroadcastAction as Step, BroadcastState, SendAt};
use model::{CampaignName, Channel};
use port::CountKey;
use record::log::BroadcastAction;
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// How long an answer waits until the engine has taken the step, and how often it looks. The step
/// is durable before; after the wait the answer says what the step will make of the broadcast.
const TAKEN_WAIT: Duration = Duration::from_secs(2);
const LOOK_EVERY: Duration = Duration::from_millis(20);

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Broadcasts {
    pub broadcasts: Vec<Broadcast>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Broadcast {
    pub name: String,
    pub audience: String,
    pub content: String,
    pub channels: Vec<String>,
    /// When it begins; null when somebody starts it.
    #[schema(required, format = DateTime)]
    pub at: Option<String>,
    /// The local time at which each person gets it, where that is how it is planned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub local_time: Option<String>,
    pub state: BroadcastStage,
    /// The persons that the plan lists.
    pub recipients: u64,
    /// How many of them are through the fan-out.
    pub made: u64,
    /// Whether the list is still being written.
    pub listing: bool,
    /// The list by when people get it, the earliest first; empty before the plan.
    pub waves: Vec<BroadcastWave>,
    /// The most people in a length of time, such as `1000 per 1m`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rate: Option<String>,
    pub approval: BroadcastApproval,
    pub counts: LedgerCounts,
}

/// Everybody on the list who is due at one moment.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BroadcastWave {
    /// Null when it goes out as soon as it is started.
    #[schema(required, format = DateTime)]
    pub due: Option<String>,
    pub people: u64,
}

/// Who looked at a broadcast.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BroadcastApproval {
    /// A second person must approve it before it can start.
    pub needed: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub planned_by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub approved_by: Option<String>,
    /// Why it cannot start yet, where that is for want of an approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lacks: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastStage {
    Draft,
    Planned,
    Running,
    Paused,
    Done,
    Cancelled,
}

/// Who would get it and who would not, and why.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct BroadcastPlan {
    pub recipients: u64,
    /// How many of them get it first, to look it over: the policy's `seeds`.
    pub seeds: u64,
    pub by_reason: Vec<ReasonCount>,
    pub examples: Vec<Example>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReasonCount {
    pub code: String,
    pub text: String,
    pub count: u64,
}

/// Somebody who would get it.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Example {
    pub id: String,
    pub name: String,
}

/// All broadcasts of the programme
#[utoipa::path(get, path = "/api/v1/broadcasts", tag = "broadcasts",
    responses((status = 200, description = "Done.", body = Broadcasts)))]
pub(super) async fn list_broadcasts(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Broadcasts>, Problem> {
    let counts = counts(&shared).await?;
    let loaded = shared.handle.loaded();
    let all = loaded.programme.broadcasts.iter().map(|it| shown(&shared, it, &counts, None));
    Ok(Json(Broadcasts { broadcasts: all.collect() }))
}

/// See who would get it, and who would not and why
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/plan", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = BroadcastPlan),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn plan_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<BroadcastPlan>, Problem> {
    let name = CampaignName::new(name);
    let by = actor(&shared, &headers).await?;
    steer(&shared, &name, BroadcastAction::Plan, &by).await?;
    let (loaded, providers, now) =
        (shared.handle.loaded(), shared.settings.providers, shared.now());
    let plan = shared.read(move |views| {
        let preview = Preview::of(views, &loaded, providers, &name, now)?.unwrap_or_default();
        let examples = views.load(&preview.examples)?;
        let example =
            |it: &port::Person| Example { id: it.id.to_string(), name: it.display_name() };
        Ok(BroadcastPlan {
            recipients: preview.recipients,
            seeds: preview.seeds,
            by_reason: preview.by_reason.into_iter().map(reason_count).collect(),
            examples: examples.iter().map(example).collect(),
        })
    });
    Ok(Json(plan.await?))
}

/// Agree to what a colleague planned
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/approve", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = Broadcast),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn approve_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Broadcast>, Problem> {
    step(&shared, &headers, name, BroadcastAction::Approve).await
}

/// Start what was planned
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/start", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = Broadcast),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn start_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Broadcast>, Problem> {
    step(&shared, &headers, name, BroadcastAction::Start).await
}

/// Stop for now
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/pause", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = Broadcast),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Broadcast>, Problem> {
    step(&shared, &headers, name, BroadcastAction::Pause).await
}

/// Go on after a pause
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/resume", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = Broadcast),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Broadcast>, Problem> {
    step(&shared, &headers, name, BroadcastAction::Resume).await
}

/// Stop for good
#[utoipa::path(post, path = "/api/v1/broadcasts/{name}/cancel", tag = "broadcasts",
    params(("name" = String, Path, description = "The broadcast's name.")),
    responses((status = 200, description = "Done.", body = Broadcast),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn cancel_broadcast(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<Json<Broadcast>, Problem> {
    step(&shared, &headers, name, BroadcastAction::Cancel).await
}

async fn step(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    name: String,
    action: BroadcastAction,
) -> Result<Json<Broadcast>, Problem> {
    let name = CampaignName::new(name);
    let by = actor(shared, headers).await?;
    let reached = steer(shared, &name, action, &by).await?;
    let counts = counts(shared).await?;
    let definition = definition(shared, &name)?;
    Ok(Json(shown(shared, &definition, &counts, Some(reached))))
}

/// Checks the step, writes it into the log, and waits a little until the engine has taken it.
pub(super) async fn steer(
    shared: &Shared,
    name: &CampaignName,
    action: BroadcastAction,
    by: &str,
) -> Result<BroadcastState, Problem> {
    let broadcast = definition(shared, name)?;
    let fingerprint = engine::fingerprint_of_broadcast(&broadcast, &shared.handle.loaded());
    // Played on a copy, so that whoever asks hears at once what the engine would refuse.
    let mut progress = status(shared, name).progress;
    let now = shared.now();
    let played = match action {
        BroadcastAction::Plan => progress.plan(broadcast.first_due(), by, now),
        BroadcastAction::Approve => progress.approve(by, &fingerprint, now),
        BroadcastAction::Start => progress.start(broadcast.approval, &fingerprint, now),
        BroadcastAction::Pause => progress.apply(Step::Pause),
        BroadcastAction::Resume => progress.apply(Step::Resume),
        BroadcastAction::Cancel => progress.apply(Step::Cancel),
    };
    played.map_err(|problem| Problem::conflict(problem.to_string()))?;
    let reached = progress.state;
    let control = Control::Broadcast { name: name.clone(), action, by: by.to_owned() };
    let end = shared.append(vec![LogRecord::Control(control).encode()]).await?;
    let taken = async {
        loop {
            let position = shared.read(|views| Ok(views.log_position()?)).await?;
            if end <= position && status(shared, name).progress.state == reached {
                return Ok::<(), Problem>(());
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    match tokio::time::timeout(TAKEN_WAIT, taken).await {
        Ok(Err(problem)) => Err(problem),
        Ok(Ok(())) | Err(_) => Ok(reached),
    }
}

fn definition(shared: &Shared, name: &CampaignName) -> Result<journey::Broadcast, Problem> {
    let loaded = shared.handle.loaded();
    let found = loaded.programme.broadcasts.iter().find(|it| it.name == *name).cloned();
    found.ok_or_else(|| Problem::not_found(format!("the programme has no broadcast `{name}`")))
}

fn status(shared: &Shared, name: &CampaignName) -> BroadcastStatus {
    shared.handle.status().broadcasts.get(name).cloned().unwrap_or_default()
}

async fn counts(shared: &Shared) -> Result<Vec<(CountKey, i64)>, Problem> {
    shared.read(|views| Ok(views.counts()?)).await
}

fn shown(
    shared: &Shared,
    it: &journey::Broadcast,
    counts: &[(CountKey, i64)],
    reached: Option<BroadcastState>,
) -> Broadcast {
    let scope = format!("broadcast/{}", it.name);
    let status = status(shared, &it.name);
    let waves = status.waves.iter();
    Broadcast {
        name: it.name.to_string(),
        audience: it.audience.clone(),
        content: it.content.to_string(),
        channels: it.channels.iter().copied().map(Channel::name).map(str::to_owned).collect(),
        at: it.first_due().map(time),
        local_time: match it.at {
            Some(SendAt::Local(local)) => Some(local.to_string()),
            Some(SendAt::Instant(_)) | None => None,
        },
        state: stage(reached.unwrap_or(status.progress.state)),
        recipients: status.counted,
        made: if runs(status.progress.state) { status.progress.recipients } else { 0 },
        listing: status.scan.is_some(),
        waves: waves.map(|it| BroadcastWave { due: it.due.map(time), people: it.people }).collect(),
        rate: it.rate.map(|it| format!("{} per {}", it.at_most, it.per)),
        approval: approval(it, &status, &shared.handle.loaded()),
        counts: ledger(counts, |key| key.scope == scope, 0),
    }
}

/// Whether it has been started.
fn runs(state: BroadcastState) -> bool {
    match state {
        BroadcastState::Draft | BroadcastState::Planned => false,
        BroadcastState::Running
        | BroadcastState::Paused
        | BroadcastState::Done
        | BroadcastState::Cancelled => true,
    }
}

fn approval(
    it: &journey::Broadcast,
    status: &BroadcastStatus,
    loaded: &Loaded,
) -> BroadcastApproval {
    let progress = &status.progress;
    let fingerprint = engine::fingerprint_of_broadcast(it, loaded);
    let lacks = progress.lacks(it.approval, &fingerprint).filter(|_| !runs(progress.state));
    BroadcastApproval {
        needed: it.approval,
        planned_by: Some(progress.planned_by.clone()).filter(|it| !it.is_empty()),
        approved_by: progress.approved.as_ref().map(|it| it.by.clone()),
        lacks: lacks.map(|it| it.to_string()),
    }
}

pub(super) fn stage(state: BroadcastState) -> BroadcastStage {
    match state {
        BroadcastState::Draft => BroadcastStage::Draft,
        BroadcastState::Planned => BroadcastStage::Planned,
        BroadcastState::Running => BroadcastStage::Running,
        BroadcastState::Paused => BroadcastStage::Paused,
        BroadcastState::Done => BroadcastStage::Done,
        BroadcastState::Cancelled => BroadcastStage::Cancelled,
    }
}

fn reason_count((reason, count): (model::Reason, u64)) -> ReasonCount {
    let ReasonInfo { code, text } = reason.into();
    ReasonCount { code, text, count }
}
