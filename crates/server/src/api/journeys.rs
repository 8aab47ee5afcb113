//! Journeys: what runs, where the people in them are, begun by a call, and taken to the latest version.

use super::called::{CALLS, Whom, idempotency_key};
use super::json::{Body, Query, time};
use super::measure::Estimate;
use crate::access::actor;
use crate::app::Shared;
use crate::pages::own_event;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use engine::{ExperimentReport, JourneyCounts, JourneySteps, MovePlan, MoveStatus, Status};
use journey::Trigger;
use model::{Conversation, JourneyName, Map, SourceId};
use record::log::PauseAction;
use record::{Act, Control, Fact, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;
use utoipa::ToSchema;

/// The event that a call becomes in the person's timeline.
const CALLED: &str = "Journey Called";

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Journeys {
    pub journeys: Vec<JourneyListed>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneyListed {
    pub name: String,
    pub owner: String,
    /// What begins a run, in words.
    pub trigger: String,
    /// The same as the file says it.
    #[schema(value_type = Object)]
    pub begins: serde_json::Value,
    /// Whether anything counts as its success.
    pub has_goal: bool,
    pub version: u64,
    /// Runs that are active now, in all versions.
    pub running: i64,
    pub started: u64,
    pub goals: u64,
    /// Runs that ended, by the code of the reason.
    pub ended: Vec<Count>,
    /// How often the trigger fitted and no run began, by the code of the reason.
    pub refused: Vec<Count>,
    /// Since when nothing of it leaves, and who said so.
    #[schema(required)]
    pub paused: Option<JourneyPaused>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneyPaused {
    pub by: String,
    #[schema(format = DateTime)]
    pub since: String,
}

/// How often, by a word: the code of a reason, or the name of an arm.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Count {
    pub code: String,
    pub count: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneyDetail {
    pub summary: JourneyListed,
    /// The journey as its file says it.
    #[schema(value_type = Object)]
    pub definition: serde_json::Value,
    /// Each version that somebody is or was in.
    pub versions: Vec<JourneyVersion>,
    /// The latest order to take running people to another version.
    #[schema(required)]
    pub moved: Option<JourneyMove>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneyVersion {
    pub version: u64,
    pub running: i64,
    pub steps: Vec<StepCount>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct StepCount {
    /// Its id, or its place: `3` is the fourth step, `3.0.1` the second one of its first arm.
    pub step: String,
    pub entered: u64,
    /// Runs that wait there now.
    pub waiting: i64,
    /// How often each arm was taken.
    pub arms: Vec<Count>,
    /// How often it could not be done, by the code of the reason.
    pub failed: Vec<Count>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneyMove {
    pub from: u64,
    pub to: u64,
    pub by: String,
    pub done: bool,
    pub moved: u64,
    /// Runs that stay, by the code of the reason.
    pub stay: Vec<Count>,
}

/// For whom, and what is said along.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RunRequest {
    #[serde(flatten)]
    pub whom: Whom,
    /// The properties of the event that begins the run.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map,
    /// The same key within a week begins nothing a second time. The header `Idempotency-Key` says
    /// the same.
    #[serde(default)]
    #[schema(nullable = false)]
    pub idempotency_key: Option<String>,
}

/// The call is stored; whether a run begins is decided by the journey's rules.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct RunAccepted {
    pub idempotency_key: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MoveRequest {
    /// The version whose runs are taken along.
    pub from: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MovePlanned {
    pub from: u64,
    pub to: u64,
    /// Runs that would be taken along, and that would stay.
    pub moving: u64,
    pub staying: u64,
    pub steps: Vec<StepMove>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct StepMove {
    pub step: String,
    pub runs: u64,
    pub moves: bool,
    pub code: String,
    pub text: String,
}

/// All journeys of the programme
#[utoipa::path(get, path = "/api/v1/journeys", tag = "journeys",
    responses((status = 200, description = "Done.", body = Journeys)))]
pub(super) async fn list_journeys(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Journeys>, Problem> {
    let loaded = shared.handle.loaded();
    let version = loaded.version;
    let read = move |views: &dyn port::Views| {
        Ok((JourneySteps::read(views)?, engine::running_files(views, version)?))
    };
    let (steps, files) = shared.read(read).await?;
    let trees = record::programme::journey_trees(&files);
    let listed = |it: &journey::Journey| {
        summary(
            &shared,
            it,
            &steps,
            trees.get(it.name.as_str()).unwrap_or(&serde_json::Value::Null),
        )
    };
    let all = loaded.programme.journeys.iter().map(listed);
    Ok(Json(Journeys { journeys: all.collect() }))
}

/// One journey, with the counts of each step
#[utoipa::path(get, path = "/api/v1/journeys/{name}", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name.")),
    responses((status = 200, description = "Done.", body = JourneyDetail),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_journey(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Result<Json<JourneyDetail>, Problem> {
    let journey = definition(&shared, &name)?;
    let wanted = JourneyName::new(name.clone());
    let running = shared.handle.loaded().version;
    let read = move |views: &dyn port::Views| {
        let files = engine::running_files(views, running)?;
        Ok((JourneySteps::read(views)?, files, engine::moves_of(views)?))
    };
    let (steps, files, moves) = shared.read(read).await?;
    let definition = record::programme::journey_tree(&files, &name).unwrap_or_default();
    let counts = steps.of(&wanted).cloned().unwrap_or_default();
    Ok(Json(JourneyDetail {
        summary: summary(&shared, &journey, &steps, &definition),
        definition,
        versions: counts.versions.keys().map(|it| version(*it, &counts)).collect(),
        moved: moves.get(&wanted).map(moved),
    }))
}

/// What the arms of each experiment brought, per person.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Experiments {
    /// The newest version first.
    pub experiments: Vec<Experiment>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Experiment {
    pub version: u64,
    pub step: String,
    pub outcome: String,
    /// How long outcomes count, from the draw.
    pub window_days: f64,
    pub arms: Vec<ExperimentArm>,
    /// People whose window is still running.
    pub running: u64,
    pub warnings: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ExperimentArm {
    pub arm: String,
    pub weight: f64,
    pub n: u64,
    #[schema(required)]
    pub mean: Option<f64>,
    /// This arm minus the first, per person; null for the first.
    #[schema(required)]
    pub effect: Option<Estimate>,
}

/// The experiments of a journey, arm by arm
#[utoipa::path(get, path = "/api/v1/journeys/{name}/experiments", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name.")),
    responses((status = 200, description = "Done.", body = Experiments),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_experiments(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Result<Json<serde_json::Value>, Problem> {
    let journey = definition(&shared, &name)?;
    let steps = shared.read(|views| Ok(JourneySteps::read(views)?)).await?;
    let (loaded, sums, now) = (shared.handle.loaded(), shared.handle.holdouts(), shared.now());
    let work = move || {
        let counted = steps.of(&journey.name).map(|it| it.versions.keys().copied());
        let mut versions: BTreeSet<u64> = counted.into_iter().flatten().collect();
        versions.insert(journey.version);
        let found = ExperimentReport::all(&loaded, &sums, &journey.name, versions.into_iter(), now);
        serde_json::json!({"experiments": found})
    };
    tokio::task::spawn_blocking(work).await.map(Json).map_err(|_| Problem::internal())
}

/// Begin a journey for a person
#[utoipa::path(post, path = "/api/v1/journeys/{name}/runs", tag = "journeys",
    params(("name" = String, Path, description = "The name of a journey with the trigger `api`.")),
    request_body = RunRequest,
    responses((status = 202, description = "Stored; the journey's rules decide.", body = RunAccepted),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "The journey is not begun by calls.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin_run(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(asked): Body<RunRequest>,
) -> Result<(StatusCode, Json<RunAccepted>), Problem> {
    let journey = definition(&shared, &name)?;
    if journey.trigger != Trigger::Called {
        return Err(Problem::conflict(format!(
            "the journey `{name}` is begun by something else; write `trigger: {{api: true}}` in its file"
        )));
    }
    let key = idempotency_key(&headers, asked.idempotency_key)?;
    let mut event = own_event(CALLED, asked.data, shared.now());
    event.source = SourceId::from(CALLS);
    event.message_id = Some(format!("{name}/{key}"));
    let person = asked.whom.name(&shared, &mut event).await?;
    let fact = Fact { event, person, acts: vec![Act::Enter(journey.name)] };
    shared.append(vec![LogRecord::Fact(fact).encode()]).await?;
    Ok((StatusCode::ACCEPTED, Json(RunAccepted { idempotency_key: key })))
}

#[derive(Deserialize)]
pub(super) struct MoveQuery {
    from: Option<u64>,
}

/// See which running people could be taken to the latest version
#[utoipa::path(get, path = "/api/v1/journeys/{name}/move", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name."),
        ("from" = Option<u64>, Query, description = "The version whose runs are looked at; without it, the newest one with runs beside the latest.")),
    responses((status = 200, description = "Done.", body = MovePlanned),
        (status = 404, description = "There is no such version.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn plan_move(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(query): Query<MoveQuery>,
) -> Result<Json<MovePlanned>, Problem> {
    Ok(Json(planned(&plan(&shared, &name, query.from).await?)))
}

/// Take running people to the latest version, as the plan says
#[utoipa::path(post, path = "/api/v1/journeys/{name}/move", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name.")),
    request_body = MoveRequest,
    responses((status = 202, description = "Ordered; it goes on in the background.", body = MovePlanned),
        (status = 404, description = "There is no such version.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn move_runs(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    Body(asked): Body<MoveRequest>,
) -> Result<(StatusCode, Json<MovePlanned>), Problem> {
    let plan = plan(&shared, &name, Some(asked.from)).await?;
    let (journey, by) = (JourneyName::new(name), actor(&shared, &headers).await?);
    let control = Control::Move { journey, from: plan.from, by };
    shared.append(vec![LogRecord::Control(control).encode()]).await?;
    Ok((StatusCode::ACCEPTED, Json(planned(&plan))))
}

/// Let nothing of a journey leave
///
/// People walk on; what is to be said to them waits, and ends as too late when its time is over.
#[utoipa::path(post, path = "/api/v1/journeys/{name}/pause", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name.")),
    responses((status = 204, description = "Stored."),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn pause_journey(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    steer(&shared, &headers, &name, PauseAction::Pause).await
}

/// Let a paused journey go on
#[utoipa::path(post, path = "/api/v1/journeys/{name}/resume", tag = "journeys",
    params(("name" = String, Path, description = "The journey's name.")),
    responses((status = 204, description = "Stored; what waits leaves within a minute."),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn resume_journey(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    steer(&shared, &headers, &name, PauseAction::Resume).await
}

async fn steer(
    shared: &Shared,
    headers: &HeaderMap,
    name: &str,
    action: PauseAction,
) -> Result<StatusCode, Problem> {
    // One that left the programme may still have messages on their way.
    if paused(&shared.handle.status(), name).is_none() {
        definition(shared, name)?;
    }
    let (journey, by) = (JourneyName::new(name), actor(shared, headers).await?);
    let control = Control::Pause { journey, action, by };
    shared.append(vec![LogRecord::Control(control).encode()]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who paused a journey, if it is paused.
pub(super) fn paused(status: &Status, name: &str) -> Option<JourneyPaused> {
    let it = status.paused.get(&JourneyName::new(name))?;
    Some(JourneyPaused { by: it.by.clone(), since: time(it.since) })
}

async fn plan(shared: &Shared, name: &str, from: Option<u64>) -> Result<MovePlan, Problem> {
    let journey = definition(shared, name)?;
    let loaded = shared.handle.loaded();
    let steps = shared.read(|views| Ok(JourneySteps::read(views)?)).await?;
    let plan = MovePlan::of(&loaded, &steps, &journey.name, from);
    plan.ok_or_else(|| {
        let which = from.map(|it| format!("version {it}")).unwrap_or("an older version".to_owned());
        Problem::not_found(format!(
            "nobody could be moved: the journey `{name}` has no runs in {which}"
        ))
    })
}

fn planned(plan: &MovePlan) -> MovePlanned {
    let step = |(step, runs, became): &(String, u64, journey::Move)| StepMove {
        step: step.clone(),
        runs: *runs,
        moves: *became == journey::Move::Moves,
        code: became.code().to_owned(),
        text: became.text().to_owned(),
    };
    MovePlanned {
        from: plan.from,
        to: plan.to,
        moving: plan.moving(),
        staying: plan.staying(),
        steps: plan.steps.iter().map(step).collect(),
    }
}

fn definition(shared: &Shared, name: &str) -> Result<journey::Journey, Problem> {
    let loaded = shared.handle.loaded();
    let found = loaded.programme.journeys.iter().find(|it| it.name.as_str() == name).cloned();
    found.ok_or_else(|| Problem::not_found(format!("the programme has no journey `{name}`")))
}

fn summary(
    shared: &Shared,
    it: &journey::Journey,
    steps: &JourneySteps,
    tree: &serde_json::Value,
) -> JourneyListed {
    let status = shared.handle.status();
    let tally = status.tallies.journeys.get(&it.name).cloned().unwrap_or_default();
    let counts = steps.of(&it.name).cloned().unwrap_or_default();
    JourneyListed {
        name: it.name.to_string(),
        owner: it.owner.clone(),
        trigger: trigger(&it.trigger),
        begins: tree.get("trigger").cloned().unwrap_or_else(|| serde_json::json!({})),
        has_goal: it.goal.is_some(),
        version: it.version,
        running: counts.running(),
        started: tally.started,
        goals: tally.goals,
        ended: counts.ended.iter().map(|(why, n)| count(why.code(), *n)).collect(),
        refused: counts.refused.iter().map(|(why, n)| count(why.code(), *n)).collect(),
        paused: paused(&status, it.name.as_str()),
    }
}

fn version(version: u64, counts: &JourneyCounts) -> JourneyVersion {
    let steps = counts.versions.get(&version).into_iter().flatten();
    let steps = steps.map(|(step, it)| StepCount {
        step: step.clone(),
        entered: it.entered,
        waiting: it.now,
        arms: it.arms.iter().map(|(arm, n)| count(arm, *n)).collect(),
        failed: it.failed.iter().map(|(why, n)| count(why.code(), *n)).collect(),
    });
    JourneyVersion { version, running: counts.running_in(version), steps: steps.collect() }
}

fn count(code: &str, count: u64) -> Count {
    Count { code: code.to_owned(), count }
}

fn moved(it: &MoveStatus) -> JourneyMove {
    JourneyMove {
        from: it.from,
        to: it.to,
        by: it.by.clone(),
        done: it.is_done(),
        moved: it.moved,
        stay: it.stay.iter().map(|(why, n)| count(why.code(), *n)).collect(),
    }
}

/// What begins a run, in words.
fn trigger(trigger: &Trigger) -> String {
    match trigger {
        Trigger::Event { name, when: None } => format!("the event `{name}`"),
        Trigger::Event { name, when: Some(when) } => format!("the event `{name}` where {when}"),
        Trigger::Entered { audience } => format!("entering the audience `{audience}`"),
        Trigger::Left { audience } => format!("leaving the audience `{audience}`"),
        Trigger::Date(it) => {
            let yearly = if it.yearly { "each year by" } else { "by" };
            format!("{yearly} the date in the trait `{}`", it.name)
        }
        Trigger::Schedule(it) => {
            let often = match it.every {
                journey::Every::Day => "each day",
                journey::Every::Week(_) => "each week",
                journey::Every::Month(_) => "each month",
            };
            format!("{often} at {} for the audience `{}`", it.at, it.audience)
        }
        Trigger::Called => "a call of the API".to_owned(),
        Trigger::Conversation { kind, .. } => {
            format!("a conversation ({})", kind.map_or("any kind", Conversation::name))
        }
    }
}
