//! What journeys ask the team to do, and that it was done.

use super::json::{Query, time};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use engine::{TaskRecord, TaskState};
use model::PersonId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;

/// How many tasks one answer lists, the oldest first: more than a team reads at once.
const LISTED_MAX: usize = 500;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Tasks {
    pub tasks: Vec<Task>,
    /// How many there are, listed or not.
    pub total: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Task {
    pub id: String,
    /// Whom it is about, as they are known now.
    pub person: String,
    pub name: String,
    pub journey: String,
    pub step: String,
    pub run: String,
    /// `task`, or `lead` for somebody's sales owner.
    pub kind: String,
    pub title: String,
    pub note: String,
    /// Whose it is.
    pub assignee: String,
    #[schema(required, format = DateTime)]
    pub due: Option<String>,
    pub done: bool,
    #[schema(format = DateTime)]
    pub made: String,
    #[schema(required, format = DateTime)]
    pub done_at: Option<String>,
    #[schema(required)]
    pub done_by: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct TaskQuery {
    assignee: Option<String>,
    person: Option<String>,
    #[serde(default)]
    done: bool,
}

/// What is to be done
#[utoipa::path(get, path = "/api/v1/tasks", tag = "tasks",
    params(("assignee" = Option<String>, Query, description = "Only those of this one of the team."),
        ("person" = Option<String>, Query, description = "Only those about this person."),
        ("done" = Option<bool>, Query, description = "Those that were done in place of those that are open.")),
    responses((status = 200, description = "Done.", body = Tasks)))]
pub(super) async fn list_tasks(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<TaskQuery>,
) -> Result<Json<Tasks>, Problem> {
    let about: Option<PersonId> = match &query.person {
        Some(id) => Some(id.parse().map_err(Problem::bad)?),
        None => None,
    };
    let wanted = move |it: &TaskRecord| {
        (it.state == TaskState::Done) == query.done
            && query.assignee.as_ref().is_none_or(|who| *who == it.to)
    };
    let found = shared.read(move |views| {
        let mut tasks = match about {
            Some(person) => {
                let ids = engine::everybody_in(views, views.current(person)?)?;
                TaskRecord::about(views, &ids)?
            }
            None => TaskRecord::all(views)?,
        };
        tasks.retain(wanted);
        let total = tasks.len() as u64;
        tasks.truncate(LISTED_MAX);
        let shown = tasks.into_iter().map(|it| shown(views, it)).collect::<Result<_, _>>()?;
        Ok(Tasks { tasks: shown, total })
    });
    Ok(Json(found.await?))
}

/// It was done
#[utoipa::path(post, path = "/api/v1/tasks/{id}/done", tag = "tasks",
    params(("id" = String, Path, description = "A task's id such as `p4.r12.3.1`.")),
    responses((status = 200, description = "Done, and committed.", body = Task),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn finish_task(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Json<Task>, Problem> {
    let by = actor(&shared, &headers).await?;
    let wanted = id.clone();
    let found = shared.read(move |views| Ok(TaskRecord::find(views, &wanted)?)).await?;
    let task = found.ok_or_else(|| Problem::not_found(format!("there is no task `{id}`")))?;
    let task = task.done(shared.now(), &by);
    shared.put(vec![task.entry()]).await?;
    Ok(Json(shared.read(move |views| shown(views, task)).await?))
}

fn shown(views: &dyn port::Views, it: TaskRecord) -> Result<Task, Problem> {
    let person = views.current(it.person)?;
    let name = views.load(&[person])?.first().map(port::Person::display_name);
    Ok(Task {
        id: it.id,
        person: person.to_string(),
        name: name.unwrap_or_default(),
        journey: it.journey.to_string(),
        step: it.step,
        run: it.run.to_string(),
        kind: it.kind.name().to_owned(),
        title: it.title,
        note: it.note,
        assignee: it.to,
        due: it.due.map(time),
        done: it.state == TaskState::Done,
        made: time(it.made),
        done_at: it.done_at.map(time),
        done_by: it.done_by,
    })
}
