//! The programme as a whole: checked, compared with what runs, and applied as it was shown.

use super::json::Body;
use crate::access::actor;
use crate::app::Shared;
use crate::findings::planned_findings;
use crate::problem::{FileProblem, Problem};
use crate::programme::ProgrammePlan;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use engine::Loaded;
use port::{Catalog, People, Views};
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;
use utoipa::ToSchema;

/// As much as a programme may have (`record` bounds it), and room for the escapes of JSON in JSON.
pub(super) const PROGRAMME_BYTES_MAX: usize = 4 << 20;

/// How long an answer waits until the engine runs what was applied, and how often it looks.
const TAKEN_WAIT: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(20);

pub(super) type Files = BTreeMap<String, String>;

/// A whole programme, or what is to be another than in the one that runs. One of the two.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeText {
    /// Text by path: every file of the programme.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub files: Option<BTreeMap<String, String>>,
    /// Text by path: files that are new or another, and null for those that go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changes: Option<BTreeMap<String, Option<String>>>,
}

/// What to apply: the text of a plan, and the plan's id.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProgrammeOrder {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub files: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub changes: Option<BTreeMap<String, Option<String>>>,
    /// `id` of the plan that was looked at; it is void when another programme runs by now.
    pub plan: String,
    /// Who wants it, beside the token or session that asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 80)]
    pub by: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct RunningProgramme {
    pub version: u64,
    /// Text by path.
    pub files: BTreeMap<String, String>,
    /// The etags of the texts that each path had in the latest versions.
    pub earlier: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProgrammeCheck {
    /// Whether it can be applied.
    pub sound: bool,
    pub problems: Vec<FileProblem>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ProgrammeApplied {
    /// The version that runs now.
    pub version: u64,
}

/// The programme that runs, whole
#[utoipa::path(get, path = "/api/v1/programme", tag = "programme",
    responses((status = 200, description = "Done.", body = RunningProgramme)))]
pub(super) async fn get_programme(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<RunningProgramme>, Problem> {
    let version = shared.handle.loaded().version;
    let read = shared.read(move |views| {
        let files = engine::running_files(views, version)?;
        Ok(RunningProgramme { version, files, earlier: engine::earlier_texts(views, version)? })
    });
    Ok(Json(read.await?))
}

/// Check a programme without applying it
#[utoipa::path(post, path = "/api/v1/programme/check", tag = "programme", request_body = ProgrammeText,
    responses((status = 200, description = "Checked: every problem with its place and remedy.", body = ProgrammeCheck)))]
pub(super) async fn check_programme(
    State(shared): State<Arc<Shared>>,
    Body(text): Body<ProgrammeText>,
) -> Result<Json<ProgrammeCheck>, Problem> {
    let loaded = shared.handle.loaded();
    let problems = shared.read(move |views| {
        let files = whole(views, &loaded, text.files, text.changes)?;
        Ok(checked(&files).err().unwrap_or_default())
    });
    let problems: Vec<FileProblem> = problems.await?.into_iter().map(FileProblem::from).collect();
    Ok(Json(ProgrammeCheck { sound: problems.is_empty(), problems }))
}

/// See what applying a programme would do
#[utoipa::path(post, path = "/api/v1/programme/plan", tag = "programme", request_body = ProgrammeText,
    responses((status = 200, description = "Done.", body = ProgrammePlan),
        (status = 422, description = "It has problems; the body lists them.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn plan_programme(
    State(shared): State<Arc<Shared>>,
    Body(text): Body<ProgrammeText>,
) -> Result<Json<ProgrammePlan>, Problem> {
    let (loaded, now) = (shared.handle.loaded(), shared.now());
    let running = loaded.clone();
    let read = shared.read(move |views| {
        let files = whole(views, &loaded, text.files, text.changes)?;
        Ok((plan(views, &loaded, &files, now)?, files))
    });
    let (plan, files) = read.await?;
    let findings = shared.work(move || {
        let after = record::programme::parse(&files).map_err(Problem::in_files)?;
        Ok(planned_findings(&running.programme, &after))
    });
    Ok(Json(ProgrammePlan::new(&plan, findings.await?)))
}

/// Apply a programme as its plan showed it
#[utoipa::path(post, path = "/api/v1/programme", tag = "programme", request_body = ProgrammeOrder,
    responses((status = 200, description = "It runs.", body = ProgrammeApplied),
        (status = 409, description = "Another programme runs than when the plan was made; look at a new plan.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "It has problems; the body lists them.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn apply_programme(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Body(order): Body<ProgrammeOrder>,
) -> Result<Json<ProgrammeApplied>, Problem> {
    let loaded = shared.handle.loaded();
    let running = loaded.version;
    let ProgrammeOrder { files, changes, plan: wanted, by } = order;
    let files = shared.read(move |views| {
        let files = whole(views, &loaded, files, changes)?;
        // The people are not looked at again: the id is of texts and versions only.
        let before = engine::running_files(views, running)?;
        match engine::plan_id(running, &before, &files) == wanted {
            true => checked(&files).map(|()| files).map_err(Problem::in_files),
            false => Err(void()),
        }
    });
    let files = files.await?;
    let actor = actor(&shared, &headers).await?;
    let by = match by.as_deref().map(str::trim).filter(|it| !it.is_empty()) {
        Some(by) => format!("{} ({actor})", by.chars().take(80).collect::<String>()),
        None => actor,
    };
    apply(&shared, files, running, by).await.map(|version| Json(ProgrammeApplied { version }))
}

/// Everything that is wrong with a whole programme, names of files too.
pub(super) fn checked(files: &Files) -> Result<(), Vec<model::Problem>> {
    let mut problems: Vec<_> =
        files.keys().filter_map(|it| record::programme::path_problem(it)).collect();
    match record::programme::parse(files).and_then(|it| it.definitions()) {
        Ok(_) => {}
        Err(found) => problems.extend(found),
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Makes `files` what runs if version `running` still does, and answers with the new version.
pub(super) async fn apply(
    shared: &Shared,
    files: Files,
    running: u64,
    by: String,
) -> Result<u64, Problem> {
    let control = Control::Apply { files: files.clone(), by, after: Some(running) };
    let end = shared.append(vec![LogRecord::Control(control).encode()]).await?;
    let version = running + 1;
    let taken = async {
        loop {
            let files = files.clone();
            let read = move |views: &dyn Views| {
                let position = views.log_position()?;
                // Of two that were applied at the same time, the one that came first is there.
                let is_ours = engine::running_files(views, version)? == files;
                Ok((position, is_ours))
            };
            let (position, is_ours) = shared.read(read).await?;
            if end <= position && !is_ours {
                return Err(void());
            }
            if end <= position && version <= shared.handle.loaded().version {
                return Ok(version);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    let late = "it is written down, and will run when what came before it is done";
    tokio::time::timeout(TAKEN_WAIT, taken)
        .await
        .unwrap_or_else(|_| Err(Problem::unavailable(late)))
}

pub(super) fn plan<V: People + Catalog + ?Sized>(
    views: &V,
    loaded: &Loaded,
    files: &Files,
    now: model::Timestamp,
) -> Result<engine::ProgrammePlan, Problem> {
    let plan = engine::ProgrammePlan::of(views, loaded, files, now)?;
    plan.map_err(Problem::in_files)
}

/// The files that are meant: all that were sent, or the running ones with what is to be another.
pub(super) fn whole<V: Catalog + ?Sized>(
    views: &V,
    loaded: &Loaded,
    files: Option<Files>,
    changes: Option<BTreeMap<String, Option<String>>>,
) -> Result<Files, Problem> {
    match (files, changes) {
        (Some(files), None) => Ok(files),
        (None, Some(changes)) => {
            let mut files = engine::running_files(views, loaded.version)?;
            for (path, text) in changes {
                match text {
                    Some(text) => drop(files.insert(path, text)),
                    None => drop(files.remove(&path)),
                }
            }
            Ok(files)
        }
        (Some(_), Some(_)) | (None, None) => Err(Problem::bad(
            "send either `files`, the whole programme, or `changes` to the one that runs",
        )),
    }
}

fn void() -> Problem {
    Problem::conflict("another programme runs than the plan was made for; look at a new plan")
}
