//! A programme over what really happened, as a piece of work of its own: what it would have said to whom,
//! and one person's way through it. The types only describe what `replay` makes.

use super::audiences::JobBegun;
use super::json::Body;
use super::programme::{Files, checked, whole};
use crate::app::Shared;
use crate::jobs::Job;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::{PersonId, Span, Timestamp};
use port::Views;
use record::Fact;
use replay::{FactsError, One, Play, Replayed, compare, replay};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Facts that one play holds in memory, at some 500 bytes each, beside the server's own work. The command
/// takes more.
const FACTS_MAX: usize = 500_000;

/// How far back a play begins when nothing is said.
const WINDOW: Span = Span::days(30);

/// What to play: a whole programme, or what is to be another than in the one that runs; without either, that
/// one.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayOrder {
    /// Text by path: every file of the programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub files: Option<BTreeMap<String, String>>,
    /// Text by path: files that are new or another, and null for those that go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changes: Option<BTreeMap<String, Option<String>>>,
    /// Where the play begins; 30 days before its end where absent. What came before makes people who they
    /// are, and triggers nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    pub from: Option<String>,
    /// Until just before this time; until now where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime, nullable = false)]
    pub to: Option<String>,
    /// Only this person, followed step by step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub person: Option<String>,
    /// Whether the programme that runs is played over the same time too.
    #[serde(default)]
    pub compare: bool,
}

/// What a play found.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayFound {
    pub replay: Replay,
    /// The programme that runs, over the same time.
    #[schema(required)]
    pub against: Option<Replay>,
    #[schema(required)]
    pub compared: Option<ReplayCompared>,
    /// Of the one person who is followed.
    #[schema(required)]
    pub way: Option<Vec<WayMoment>>,
    /// The data are of a simulated market.
    pub simulated: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Replay {
    #[schema(format = DateTime)]
    pub from: String,
    #[schema(format = DateTime)]
    pub to: String,
    pub people: u64,
    /// What people did before the window, and inside it.
    pub facts_before: u64,
    pub facts: u64,
    /// Messages asked for, by what became of them.
    pub ledger: BTreeMap<String, u64>,
    pub messages: Vec<ReplayMessages>,
    pub places: Vec<ReplayPlace>,
    pub journeys: Vec<ReplayJourney>,
    pub reach: Vec<ReplayReach>,
    /// How many people got how many messages: none, one, two, and so on.
    pub messages_per_person: Vec<u64>,
    /// How many are in each audience at the end.
    pub audiences: BTreeMap<String, u64>,
}

/// Messages of one content that one journey or broadcast asked for.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayMessages {
    /// `journey/welcome` or `broadcast/spring`.
    pub by: String,
    pub content: String,
    pub asked: u64,
    pub sent: u64,
    /// How many did not go out, by reason.
    pub not: BTreeMap<String, u64>,
}

/// One step of a journey.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayPlace {
    pub journey: String,
    /// Its address.
    pub step: String,
    /// How often it was executed.
    pub entered: u64,
    /// Runs that stand there at the end.
    pub there: u64,
    pub arms: BTreeMap<String, u64>,
    /// By reason.
    pub failed: BTreeMap<String, u64>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayJourney {
    pub name: String,
    pub started: u64,
    pub ended: u64,
    pub goals: u64,
    pub messages: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayReach {
    pub channel: String,
    pub people: u64,
    pub messages: u64,
}

/// People who get each content from both, from the first only, and from the second only.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReplayCompared {
    pub contents: Vec<ContentCompared>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ContentCompared {
    pub content: String,
    pub both: u64,
    pub only_first: u64,
    pub only_second: u64,
}

/// One thing that happened to the one person.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct WayMoment {
    #[schema(format = DateTime)]
    pub at: String,
    pub kind: WayKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub journey: Option<String>,
    /// The address of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub step: Option<String>,
    /// Of the event, the audience, the arm or the content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub name: Option<String>,
    /// A code of the reasons.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub why: Option<String>,
    /// The reason in words; of a message, what it says.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[schema(required = false)]
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WayKind {
    Event,
    Entered,
    Left,
    Begun,
    NotBegun,
    Step,
    Failed,
    Asked,
    Sent,
    NotSent,
    Goal,
    Ended,
}

/// Play a programme over what really happened
#[utoipa::path(post, path = "/api/v1/replays", tag = "programme", request_body = ReplayOrder,
    responses((status = 200, description = "It has begun; the job's result is a `ReplayFound`.", body = JobBegun),
        (status = 404, description = "There is no such person.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The programme has problems; the body lists them.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn begin_replay(
    State(shared): State<Arc<Shared>>,
    Body(order): Body<ReplayOrder>,
) -> Result<Json<JobBegun>, Problem> {
    let (from, to) = window(&order, shared.now())?;
    let (loaded, files) = (shared.handle.loaded(), order.files.clone());
    let changes = order.changes.clone().or_else(|| files.is_none().then(BTreeMap::new));
    let person = order.person.as_deref().map(str::parse::<PersonId>).transpose();
    let person = person.map_err(Problem::not_found)?;
    let read = move |views: &dyn Views| {
        let running = engine::running_files(views, loaded.version)?;
        let files = whole(views, &loaded, files, changes)?;
        checked(&files).map_err(Problem::in_files)?;
        let one = person.map(|it| one(views, it)).transpose()?;
        Ok((files, running, one))
    };
    let (files, running, one) = shared.read(read).await?;
    let working = Arc::clone(&shared);
    let id = shared.jobs.begin("replay", move |job| {
        let shared = working;
        let Some(facts) = read_facts(&shared, one.as_ref(), job)? else {
            return Ok(serde_json::Value::Null);
        };
        let plays = if order.compare { 2 } else { 1 };
        let total = (facts.len() * plays) as u64;
        let played = |files: &Files, before: u64| -> Result<Option<Replayed>, Problem> {
            let play = Play { files, from, to, follow: one.is_some() };
            let mut watch = |done: u64| job.step(before + done, total, Default::default);
            replay(&play, facts.iter().cloned(), &mut watch).map_err(not_played)
        };
        let Some(first) = played(&files, 0)? else { return Ok(serde_json::Value::Null) };
        let second = match order.compare {
            true => played(&running, facts.len() as u64)?,
            false => None,
        };
        found(first, second, shared.settings.simulated)
    })?;
    Ok(Json(JobBegun { job: id.to_string() }))
}

fn one(views: &dyn Views, id: PersonId) -> Result<One, Problem> {
    let person = super::person::load(views, id)?;
    let identifiers = person.known.identifiers.keys().cloned().collect();
    Ok(One { ids: engine::everybody_in(views, person.id)?, identifiers })
}

fn window(order: &ReplayOrder, now: Timestamp) -> Result<(Timestamp, Timestamp), Problem> {
    let time = |it: &Option<String>| -> Result<Option<Timestamp>, Problem> {
        let read = it.as_deref().map(Timestamp::parse).transpose();
        read.map_err(|error| Problem::bad(error.to_string()))
    };
    let to = time(&order.to)?.unwrap_or(now).min(now);
    let from = time(&order.from)?.unwrap_or(to - WINDOW);
    if to <= from {
        return Err(Problem::bad("the window ends before it begins: send an earlier `from`"));
    }
    Ok((from, to))
}

/// None if the job was stopped meanwhile.
fn read_facts(shared: &Shared, one: Option<&One>, job: &Job) -> Result<Option<Vec<Fact>>, Problem> {
    let mut go_on = |_: usize| job.step(0, 0, Default::default);
    match replay::facts(shared.facts.source(), one, FACTS_MAX, &mut go_on) {
        Ok(facts) => Ok(Some(facts)),
        Err(FactsError::Stopped) => Ok(None),
        Err(FactsError::Engine(error)) => Err(error.into()),
        Err(FactsError::TooMany(max)) => Err(Problem::conflict(format!(
            "more than {max} things have happened, and a play here holds all of them; \
             `fulcrum simulate --history` plays ten times as many, and here one person can be followed"
        ))),
    }
}

fn not_played(error: replay::ScenarioError) -> Problem {
    match error {
        replay::ScenarioError::Programme(problems) => Problem::in_files(problems),
        replay::ScenarioError::Engine(error) => error.into(),
        replay::ScenarioError::NoRest(_) => Problem::conflict(error.to_string()),
    }
}

fn found(
    mut first: Replayed,
    mut second: Option<Replayed>,
    simulated: bool,
) -> Result<serde_json::Value, Problem> {
    let compared = second.as_ref().map(|it| compare(&first, it).contents);
    let way = first.way.take();
    // Who got what is the command's to list.
    for it in [Some(&mut first), second.as_mut()].into_iter().flatten() {
        it.decisions.clear();
        it.way = None;
    }
    let compared = compared.map(|contents| serde_json::json!({"contents": contents}));
    Ok(serde_json::json!({
        "replay": first, "against": second, "compared": compared, "way": way, "simulated": simulated,
    }))
}
