//! Audiences: who is in, how they grow, what they share, and what another condition would make of
//! them.

use super::json::{Body, Query, time};
use super::people::PersonSummary;
use crate::access::actor;
use crate::app::Shared;
use crate::jobs::Job;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use engine::{AudiencePreview, Estimate, Loaded, PreviewStep, Status};
use expr::Expr;
use model::{IdentifierKind, PersonId, Timestamp};
use port::{History, LogPosition, Person, Views};
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::{IntoParams, ToSchema};

const LIMIT: usize = 50;
const LIMIT_MAX: usize = 200;

/// How many days back growth is told when nothing is said, and at most.
const DAYS: i64 = 90;
const DAYS_MAX: i64 = 400;

/// Audiences that one overlap compares: a matrix of more cannot be read.
const COMPARED_MAX: usize = 12;

/// How long a page waits until the latest events are in the history, and how often it looks.
const HISTORY_WAIT: Duration = Duration::from_secs(20);
const HISTORY_LOOK: Duration = Duration::from_millis(50);

/// Members read at once for an overlap or an export.
const MEMBERS_AT_ONCE: usize = 20_000;
const PEOPLE_AT_ONCE: usize = 500;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Audiences {
    pub audiences: Vec<Audience>,
    /// How far everybody has been looked at anew after a change of the programme.
    #[schema(required)]
    pub fill: Option<Fill>,
    /// How far the history has been read for what new audiences need of the past.
    #[schema(required)]
    pub counting: Option<Fill>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Audience {
    pub name: String,
    pub note: String,
    /// The condition in its canonical words.
    pub condition: String,
    pub size: u64,
    /// Today, in UTC.
    pub entered: u64,
    pub left: u64,
    /// The journeys, broadcasts and audiences that refer to it: `journey/welcome`.
    pub used_by: Vec<String>,
    /// The audiences that its condition refers to.
    pub uses: Vec<String>,
    /// It stays as it was until the history is read for what it needs of the past.
    pub waits: bool,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Fill {
    pub done: u64,
    pub total: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AudienceDetail {
    #[serde(flatten)]
    pub audience: Audience,
    /// The oldest day first; days on which nothing moved are left out.
    pub growth: Vec<GrowthDay>,
    /// What is kept of everybody's events for it, in the words of the language.
    pub counters: Vec<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct GrowthDay {
    #[schema(format = Date)]
    pub day: String,
    pub entered: u64,
    pub left: u64,
    /// What a changed definition, a merge of two persons or an erasure added or took away.
    pub otherwise: i64,
    /// At the end of the day.
    pub size: i64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct MembersPage {
    pub people: Vec<PersonSummary>,
    #[schema(required)]
    pub next_cursor: Option<String>,
    pub total: u64,
}

/// How many people audiences have in common.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Overlap {
    pub audiences: Vec<String>,
    /// One row per audience, in the order of `audiences`: people who are in both. The diagonal holds
    /// the sizes.
    pub shared: Vec<Vec<u64>>,
}

#[derive(Deserialize, ToSchema)]
pub struct AudienceDraft {
    /// The audience that it shall replace; absent for a new one.
    #[serde(default)]
    #[schema(nullable = false)]
    pub name: Option<String>,
    pub when: String,
}

#[derive(Serialize, ToSchema)]
pub struct JobBegun {
    /// Ask `/api/v1/jobs/{id}` how far it is.
    pub job: String,
}

/// What a condition would make of an audience.
#[derive(Serialize, ToSchema)]
pub struct AudienceChange {
    /// The condition in its canonical words.
    pub condition: String,
    /// People looked at so far, and all of them.
    pub looked_at: u64,
    pub people: u64,
    /// The size guessed from some people, with an interval of 95 %.
    #[schema(required)]
    pub estimate: Option<SizeEstimate>,
    pub size: u64,
    /// Not in it now, and would be.
    pub entering: u64,
    /// In it now, and would not be.
    pub leaving: u64,
    pub within: Vec<PersonName>,
    pub enter: Vec<PersonName>,
    pub leave: Vec<PersonName>,
    /// What is not counted for everybody yet; saving counts it.
    pub uncounted: Vec<String>,
    /// Whether this was counted from the history, or taken as nothing.
    pub counted: bool,
}

#[derive(Serialize, ToSchema)]
pub struct SizeEstimate {
    pub size: f64,
    pub low: f64,
    pub high: f64,
}

#[derive(Serialize, ToSchema)]
pub struct PersonName {
    pub id: String,
    pub name: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysAsked {
    /// How many days of growth, counted back from today; 90 when absent, at most 400.
    #[param(nullable = false, minimum = 1)]
    days: Option<i64>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Page {
    /// `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// At most so many.
    #[param(nullable = false)]
    limit: Option<usize>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Compared {
    /// Names separated by commas, 2 to 12; the largest audiences when absent.
    #[param(nullable = false)]
    names: Option<String>,
}

/// All audiences of the programme
#[utoipa::path(get, path = "/api/v1/audiences", tag = "audiences",
    responses((status = 200, description = "Done.", body = Audiences)))]
pub(super) async fn list_audiences(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Audiences>, Problem> {
    let (loaded, status) = (shared.handle.loaded(), shared.handle.status());
    let today = shared.now().day();
    let read = move |views: &dyn Views| {
        let all = loaded.programme.audiences.iter();
        let audiences = all
            .map(|(name, condition)| shown(views, &loaded, &status, name, condition, today))
            .collect::<Result<Vec<_>, Problem>>()?;
        let total = views.count()?;
        let fill = status.tallies.fill.map(|after| {
            // Ids are given in order, so the last one seen says about how many came before.
            Fill { done: after.map_or(0, |it| it.0.min(total)), total }
        });
        let counting = match status.fillings.first() {
            Some(filling) => {
                let last = views.search("", None, 1)?.first().map_or(0, |it| it.id.0);
                Some(Fill { done: filling.through.map_or(0, |it| it.0.min(last)), total: last })
            }
            None => None,
        };
        Ok(Audiences { audiences, fill, counting })
    };
    Ok(Json(shared.read(read).await?))
}

/// Count from now on, and read the history no further
///
/// What new audiences need of the past stays unknown: they count from the moment at which they were
/// applied.
#[utoipa::path(delete, path = "/api/v1/counting", tag = "audiences",
    responses((status = 204, description = "Done."),
        (status = 404, description = "Nothing is counted.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn end_counting(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<StatusCode, Problem> {
    if shared.handle.status().fillings.is_empty() {
        return Err(Problem::not_found("the history is not being read for any audience"));
    }
    let by = actor(&shared, &headers).await?;
    shared.append(vec![LogRecord::Control(Control::EndFill { by }).encode()]).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// One audience, with how it grew
#[utoipa::path(get, path = "/api/v1/audiences/{name}", tag = "audiences",
    params(("name" = String, Path, description = "The audience's name."), DaysAsked),
    responses((status = 200, description = "Done.", body = AudienceDetail),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_audience(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(asked): Query<DaysAsked>,
) -> Result<Json<AudienceDetail>, Problem> {
    let (loaded, status) = (shared.handle.loaded(), shared.handle.status());
    let condition = condition_of(&loaded, &name)?;
    let today = shared.now().day();
    let from = today - asked.days.unwrap_or(DAYS).clamp(1, DAYS_MAX) + 1;
    let read = move |views: &dyn Views| {
        let growth = engine::growth(views, &name, from)?;
        Ok(AudienceDetail {
            audience: shown(views, &loaded, &status, &name, &condition, today)?,
            growth: growth.into_iter().map(growth_day).collect(),
            counters: condition.counters().iter().map(ToString::to_string).collect(),
        })
    };
    Ok(Json(shared.read(read).await?))
}

/// The members of an audience
#[utoipa::path(get, path = "/api/v1/audiences/{name}/members", tag = "audiences",
    params(("name" = String, Path, description = "The audience's name."), Page),
    responses((status = 200, description = "Done.", body = MembersPage),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn list_members(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(page): Query<Page>,
) -> Result<Json<MembersPage>, Problem> {
    condition_of(&shared.handle.loaded(), &name)?;
    let total = size(&shared.handle.status(), &name);
    let limit = page.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let after = match page.cursor.filter(|it| !it.is_empty()) {
        Some(cursor) => Some(cursor.parse::<PersonId>().map_err(Problem::bad)?),
        None => None,
    };
    let read = move |views: &dyn Views| {
        let mut ids = views.members(&name, after, limit + 1)?;
        let more = limit < ids.len();
        ids.truncate(limit);
        let next_cursor = ids.last().filter(|_| more).map(ToString::to_string);
        let people = views.load(&ids)?.iter().map(PersonSummary::of).collect();
        Ok(MembersPage { people, next_cursor, total })
    };
    Ok(Json(shared.read(read).await?))
}

/// The members of an audience as CSV, all of them
#[utoipa::path(get, path = "/api/v1/audiences/{name}/members.csv", tag = "audiences",
    params(("name" = String, Path, description = "The audience's name.")),
    responses((status = 200, description = "Done.", content((String = "text/csv"))),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn export_members(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    condition_of(&shared.handle.loaded(), &name)?;
    let (sender, receiver) = tokio::sync::mpsc::channel::<Result<String, Problem>>(4);
    let readers = shared.readers.clone();
    let file = format!("attachment; filename=\"{}.csv\"", file_name(&name));
    tokio::task::spawn_blocking(move || {
        let mut after = None;
        let mut head = Some(csv_head());
        loop {
            let rows = readers.with(|views| {
                let ids = views.members(&name, after, PEOPLE_AT_ONCE)?;
                let people = views.load(&ids)?;
                Ok((ids.last().copied(), people))
            });
            let (last, text) = match rows {
                Ok((last, people)) => {
                    let rows: String = people.iter().map(|it| csv_row(it, &name)).collect();
                    (last, Ok(head.take().unwrap_or_default() + &rows))
                }
                Err(problem) => (None, Err(problem)),
            };
            // Whoever hung up wants no more.
            if sender.blocking_send(text).is_err() || last.is_none() {
                return;
            }
            after = last;
        }
    });
    let stream = futures_util::stream::unfold(receiver, |mut receiver| async {
        let part = receiver.recv().await?;
        Some((part.map_err(|it| std::io::Error::other(it.title)), receiver))
    });
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, file),
    ];
    Ok((headers, axum::body::Body::from_stream(stream)).into_response())
}

/// How many people audiences have in common
#[utoipa::path(get, path = "/api/v1/overlap", tag = "audiences", params(Compared),
    responses((status = 200, description = "Done.", body = Overlap),
        (status = 404, description = "There is no such audience.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_overlap(
    State(shared): State<Arc<Shared>>,
    Query(compared): Query<Compared>,
) -> Result<Json<Overlap>, Problem> {
    let (loaded, status) = (shared.handle.loaded(), shared.handle.status());
    let names: Vec<String> = match compared.names.filter(|it| !it.trim().is_empty()) {
        Some(names) => names.split(',').map(|it| it.trim().to_owned()).collect(),
        None => {
            let mut all: Vec<String> =
                loaded.programme.audiences.iter().map(|it| it.0.clone()).collect();
            all.sort_by_key(|it| std::cmp::Reverse(size(&status, it)));
            all.truncate(COMPARED_MAX);
            all
        }
    };
    if COMPARED_MAX < names.len() {
        return Err(Problem::bad(format!("at most {COMPARED_MAX} audiences are compared at once")));
    }
    for name in &names {
        condition_of(&loaded, name)?;
    }
    let read = move |views: &dyn Views| {
        let members =
            names.iter().map(|it| all_members(views, it)).collect::<Result<Vec<_>, Problem>>()?;
        let row = |a: &Vec<u64>| members.iter().map(|b| in_both(a, b)).collect();
        Ok(Overlap { shared: members.iter().map(row).collect(), audiences: names })
    };
    Ok(Json(shared.read(read).await?))
}

/// See what a condition would make of an audience, before it is saved
#[utoipa::path(post, path = "/api/v1/conditions/preview", tag = "audiences", request_body = AudienceDraft,
    responses((status = 200, description = "It has begun; the job's result is an `AudienceChange`.", body = JobBegun)))]
pub(super) async fn preview_audience(
    State(shared): State<Arc<Shared>>,
    Body(draft): Body<AudienceDraft>,
) -> Result<Json<JobBegun>, Problem> {
    let loaded = shared.handle.loaded();
    let condition = read_condition(&loaded, &draft.when)?;
    let (readers, now) = (shared.readers.clone(), shared.now());
    let history = shared.facts.history.clone();
    let name = draft.name.filter(|it| !it.trim().is_empty());
    let handle = shared.handle.clone();
    let id = shared.jobs.begin("audience", move |job| {
        readers.with(|views| {
            if condition.counters().iter().any(|it| !loaded.definitions.keeps(it)) {
                let until = views.log_position()?;
                handle.want_history(until);
                wait_for(history.as_deref(), until, job);
            }
            let mut latest = None;
            let mut watch = |step: PreviewStep<'_>| {
                latest = step.estimate;
                let change = || change(views, &condition, step.so_far, step.total, step.estimate);
                job.step(step.done, step.total, || {
                    serde_json::to_value(change()).unwrap_or_default()
                })
            };
            let redirects = engine::redirects(views)?;
            let tried = engine::Tried {
                loaded: &loaded,
                name: name.as_deref(),
                condition: &condition,
                history: history.as_deref(),
                redirects: &redirects,
                now,
            };
            let found = engine::preview_audience(views, &tried, &mut watch)?;
            let Some(found) = found else { return Ok(Value::Null) };
            let change = change(views, &condition, &found, found.people, latest);
            serde_json::to_value(change).map_err(|_| Problem::internal())
        })
    })?;
    Ok(Json(JobBegun { job: id.to_string() }))
}

/// Waits until the history reaches so far, for a while: what it lacks then, it lacks in the answer.
fn wait_for(history: Option<&dyn History>, until: LogPosition, job: &Job) {
    let began = Instant::now();
    while history.is_some_and(|it| it.position().is_ok_and(|at| at < until))
        && began.elapsed() < HISTORY_WAIT
        && job.step(0, 0, Value::default)
    {
        std::thread::sleep(HISTORY_LOOK);
    }
}

fn read_condition(loaded: &Loaded, text: &str) -> Result<Expr, Problem> {
    let condition = expr::parse(text).map_err(|problem| Problem::bad(problem.to_string()))?;
    for name in condition.audiences() {
        condition_of(loaded, &name).map_err(|it| Problem::bad(it.detail.unwrap_or_default()))?;
    }
    if condition.uses_event() {
        return Err(Problem::bad(
            "an audience is not about one event: write did(\"…\" where …) in place of property(…)",
        ));
    }
    Ok(condition)
}

fn change(
    views: &dyn Views,
    condition: &Expr,
    it: &AudiencePreview,
    people: u64,
    estimate: Option<Estimate>,
) -> AudienceChange {
    let names = |ids: &[PersonId]| -> Vec<PersonName> {
        let people = views.load(ids).unwrap_or_default();
        let name = |it: &Person| PersonName { id: it.id.to_string(), name: it.display_name() };
        people.iter().map(name).collect()
    };
    AudienceChange {
        condition: condition.to_string(),
        looked_at: it.people,
        people,
        estimate: estimate.map(|it| SizeEstimate { size: it.size, low: it.low, high: it.high }),
        size: it.size,
        entering: it.entering,
        leaving: it.leaving,
        within: names(&it.within),
        enter: names(&it.enter),
        leave: names(&it.leave),
        uncounted: it.uncounted.iter().map(ToString::to_string).collect(),
        counted: it.counted,
    }
}

fn condition_of(loaded: &Loaded, name: &str) -> Result<Expr, Problem> {
    let found = loaded.programme.audiences.iter().find(|it| it.0 == name);
    found
        .map(|it| it.1.clone())
        .ok_or_else(|| Problem::not_found(format!("the programme has no audience `{name}`")))
}

fn size(status: &Status, name: &str) -> u64 {
    status.tallies.audiences.get(name).copied().unwrap_or(0).max(0).unsigned_abs()
}

fn shown(
    views: &dyn Views,
    loaded: &Loaded,
    status: &Status,
    name: &str,
    condition: &Expr,
    today: i64,
) -> Result<Audience, Problem> {
    let moves = engine::growth(views, name, today)?.pop().map(|it| it.1).unwrap_or_default();
    Ok(Audience {
        name: name.to_owned(),
        note: loaded.programme.notes.get(name).cloned().unwrap_or_default(),
        condition: condition.to_string(),
        size: size(status, name),
        entered: moves.entered,
        left: moves.left,
        used_by: used_by(loaded, name),
        waits: loaded.definitions.held().any(|it| it == name),
        uses: condition.audiences(),
    })
}

/// Everything of the programme that stops making sense without this audience.
fn used_by(loaded: &Loaded, name: &str) -> Vec<String> {
    let programme = &loaded.programme;
    let refers = |it: &Expr| it.audiences().iter().any(|it| it == name);
    let audiences = programme.audiences.iter().filter(|it| refers(&it.1));
    let journeys =
        programme.journeys.iter().filter(|it| record::programme::audiences_of(it).contains(name));
    let broadcasts = programme.broadcasts.iter().filter(|it| it.audience == name);
    let outcomes = programme.outcomes.iter().filter(|it| it.when.as_ref().is_some_and(refers));
    let mut found: Vec<String> = audiences.map(|it| format!("audience/{}", it.0)).collect();
    found.extend(journeys.map(|it| format!("journey/{}", it.name)));
    found.extend(broadcasts.map(|it| format!("broadcast/{}", it.name)));
    found.extend(outcomes.map(|it| format!("outcome/{}", it.name)));
    found
}

fn growth_day((day, it): (i64, engine::AudienceDay)) -> GrowthDay {
    let date = time(Timestamp(day * model::Span::DAY.0));
    GrowthDay {
        day: date[..10].to_owned(),
        entered: it.entered,
        left: it.left,
        otherwise: it.otherwise,
        size: it.size,
    }
}

fn all_members(views: &dyn Views, name: &str) -> Result<Vec<u64>, Problem> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let ids = views.members(name, after, MEMBERS_AT_ONCE)?;
        let Some(last) = ids.last() else { return Ok(all) };
        after = Some(*last);
        all.extend(ids.iter().map(|it| it.0));
    }
}

/// Of two rising lists.
fn in_both(a: &[u64], b: &[u64]) -> u64 {
    let (mut a, mut b, mut both) = (a.iter().peekable(), b.iter().peekable(), 0);
    while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
        match x.cmp(y) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                both += 1;
                a.next();
                b.next();
            }
        }
    }
    both
}

fn csv_head() -> String {
    let kinds = IdentifierKind::ALL.map(IdentifierKind::name);
    format!("person,name,since,{}\n", kinds.join(","))
}

/// The person's id, name, since when they are in, and identifiers by kind, several with spaces
/// between them.
fn csv_row(person: &Person, audience: &str) -> String {
    let since = person.profile.memberships().get(audience).copied();
    let mut by_kind: BTreeMap<IdentifierKind, Vec<&str>> = BTreeMap::new();
    for identifier in person.known.identifiers.keys() {
        by_kind.entry(identifier.kind).or_default().push(&identifier.value);
    }
    let mut row = vec![person.id.to_string(), cell(&person.display_name())];
    row.push(since.map(time).unwrap_or_default());
    row.extend(
        IdentifierKind::ALL.map(|it| cell(&by_kind.remove(&it).unwrap_or_default().join(" "))),
    );
    row.join(",") + "\n"
}

/// Quoted where it must be. What a spreadsheet would take for a formula gets an apostrophe before
/// it: people type their names themselves.
fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    match text.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", text.replace('"', "\"\"")),
        false => text,
    }
}

/// Names may hold anything; a header may not.
fn file_name(audience: &str) -> String {
    audience
        .chars()
        .map(|it| if it.is_ascii_alphanumeric() || it == '-' { it } else { '_' })
        .collect()
}
