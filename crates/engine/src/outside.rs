//! What journeys ask of others: calls of other systems, and tasks for somebody of the team.

use crate::Engine;
use crate::batch::{Batch, Working};
use journey::{Failure, Hook, Task, TaskKind};
use model::{IdentifierKind, JourneyName, PersonId, RunId, Timestamp};
use port::{Catalog, Entry, Space, StoreError};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The largest body of a call: what receivers of such calls usually read at least.
pub const HOOK_BYTES_MAX: usize = 64 << 10;

/// Keys of tasks begin so.
const TASKS: &str = "task/";

/// Something for somebody of the team, as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskRecord {
    /// Begins with the person's id and a full stop.
    pub id: String,
    pub person: PersonId,
    pub journey: JourneyName,
    pub step: String,
    pub run: RunId,
    pub kind: TaskKind,
    #[serde(default)]
    pub title: String,
    #[serde(default)]
    pub note: String,
    /// Whose it is.
    #[serde(rename = "for")]
    pub to: String,
    #[serde(default)]
    pub due: Option<Timestamp>,
    pub state: TaskState,
    pub made: Timestamp,
    #[serde(default)]
    pub done_at: Option<Timestamp>,
    #[serde(default)]
    pub done_by: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaskState {
    Open,
    Done,
}

impl TaskRecord {
    /// All that were ever made, the oldest first.
    pub fn all<V: Catalog + ?Sized>(views: &V) -> Result<Vec<TaskRecord>, StoreError> {
        listed(views, [TASKS.to_owned()])
    }

    /// Those about any of these persons, the oldest first.
    pub fn about<V: Catalog + ?Sized>(
        views: &V,
        persons: &[PersonId],
    ) -> Result<Vec<TaskRecord>, StoreError> {
        listed(views, persons.iter().map(|it| format!("{TASKS}{it}.")))
    }

    pub fn find<V: Catalog + ?Sized>(
        views: &V,
        id: &str,
    ) -> Result<Option<TaskRecord>, StoreError> {
        let key = format!("{TASKS}{id}");
        views.get(Space::Task, &key)?.map(|bytes| read(&key, &bytes)).transpose()
    }

    /// The task as somebody did it; one that was done before stays as it was.
    #[must_use]
    pub fn done(mut self, at: Timestamp, by: &str) -> TaskRecord {
        if self.state == TaskState::Open {
            self.state = TaskState::Done;
            (self.done_at, self.done_by) = (Some(at), Some(by.to_owned()));
        }
        self
    }

    pub fn entry(&self) -> Entry {
        let value = serde_json::to_vec(self).expect("plain data has a JSON form");
        Entry::put(Space::Task, format!("{TASKS}{}", self.id), value)
    }
}

fn listed<V: Catalog + ?Sized>(
    views: &V,
    prefixes: impl IntoIterator<Item = String>,
) -> Result<Vec<TaskRecord>, StoreError> {
    let mut found = Vec::new();
    for prefix in prefixes {
        for (key, bytes) in views.list(Space::Task, &prefix)? {
            found.push(read(&key, &bytes)?);
        }
    }
    found.sort_by(|a, b| (a.made, &a.id).cmp(&(b.made, &b.id)));
    Ok(found)
}

fn read(key: &str, bytes: &[u8]) -> Result<TaskRecord, StoreError> {
    serde_json::from_slice(bytes)
        .map_err(|error| StoreError::Unreadable { what: "task", detail: format!("{key}: {error}") })
}

pub(crate) fn add_task(working: &Working, batch: &mut Batch, task: Task) {
    let record = TaskRecord {
        id: format!("{}.{}", working.person.id, task.id),
        person: working.person.id,
        journey: task.journey,
        step: task.step,
        run: task.run,
        kind: task.kind,
        title: task.title,
        note: task.note,
        to: task.to,
        due: task.due,
        state: TaskState::Open,
        made: batch.now,
        done_at: None,
        done_by: None,
    };
    batch.entries.push(record.entry());
}

impl Engine {
    /// Puts a call where what sends it will find it once this batch is committed.
    pub(crate) fn call(&mut self, working: &Working, batch: &mut Batch, hook: Hook) {
        let user = working.person.known.best(IdentifierKind::UserId);
        let body = json!({
            "key": hook.key,
            "journey": hook.journey,
            "run": hook.run.to_string(),
            "step": hook.step,
            "person": working.person.id.to_string(),
            "user_id": user.map(|it| &it.value),
            "data": hook.data,
        });
        let body = serde_json::to_vec(&body).expect("JSON has a JSON form");
        if HOOK_BYTES_MAX < body.len() {
            self.steps.failed(hook.journey, hook.version, hook.step, Failure::TooMuchData);
            return;
        }
        batch.durable = true;
        let (made, person) = (batch.now, Some(working.person.id));
        let (key, url) = (hook.key, hook.url);
        batch.hooks.push(port::Hook { key, url, body, made, person, lane: None });
    }

    /// The tasks about persons who are forgotten go with them.
    pub(crate) fn forget_tasks(
        &self,
        batch: &mut Batch,
        ids: &[PersonId],
    ) -> Result<(), StoreError> {
        for task in TaskRecord::about(&*self.store, ids)? {
            batch.entries.push(Entry::delete(Space::Task, format!("{TASKS}{}", task.id)));
        }
        Ok(())
    }
}
