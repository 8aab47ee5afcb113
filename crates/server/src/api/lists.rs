//! Static lists: who is on them is said by a table, and kept as a trait of each person.

use super::json::Query;
use crate::app::Shared;
use crate::lists::{Counts, ListName, Mode, all, plan};
use crate::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use model::{Identifier, IdentifierKind};
use record::LogRecord;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::{Duration, Instant};
use utoipa::{IntoParams, ToSchema};

/// Half a million addresses.
pub(super) const BYTES_MAX: usize = 16 << 20;

/// To count a list, and to replace one, everybody is loaded; where that takes longer, the command on the
/// server does it.
const TIME_MAX: Duration = Duration::from_secs(20);

/// Facts of one append: as many as collection takes at once.
const FACTS_AT_ONCE: usize = 5_000;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct StaticLists {
    pub lists: Vec<StaticList>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct StaticList {
    pub name: String,
    /// People who are on it now.
    pub people: u64,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ListParameters {
    /// The column that says who it is.
    pub column: String,
    /// What the column holds: `email`, `user_id`, `phone`, `handle` or `anonymous_id`; by the column's name, else `email`.
    #[serde(default)]
    #[param(required = false, nullable = false)]
    pub kind: Option<String>,
    /// `add`, `remove`, or `replace`, which also takes off whoever is not in the table.
    #[serde(default)]
    #[param(required = false, nullable = false)]
    pub mode: Option<String>,
    /// Leave out whom nobody knows; else they are made, and have agreed to nothing.
    #[serde(default)]
    pub known_only: bool,
    /// Only says what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a change came to.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct ChangedList {
    pub name: String,
    pub added: u64,
    /// Of these, people whom nobody knew.
    pub new: u64,
    pub removed: u64,
    pub unchanged: u64,
    /// Identifiers that nobody has and that were left out.
    pub unknown: u64,
    /// Rows whose cell cannot be what the column holds: empty, or no address.
    pub unreadable: u64,
}

/// Static lists and how many people are on each
#[utoipa::path(get, path = "/api/v1/lists", tag = "people",
    responses((status = 200, description = "Done.", body = StaticLists)))]
pub(super) async fn get_lists(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<StaticLists>, Problem> {
    let began = Instant::now();
    let found = shared.read(move |views| all(views, &|| began.elapsed() < TIME_MAX)).await?;
    let lists = found.into_iter().map(|(name, people)| StaticList { name, people }).collect();
    Ok(Json(StaticLists { lists }))
}

/// Put people on a static list, or take them off
#[utoipa::path(post, path = "/api/v1/lists/{name}", tag = "people",
    params(("name" = String, Path, description = "Letters, digits, blanks, `-` and `_`."), ListParameters),
    request_body(content = String, content_type = "text/csv", description = "A table with a header, UTF-8, commas, at most 16 MiB."),
    responses((status = 200, description = "Done, and on disk; or what would change.", body = ChangedList)))]
pub(super) async fn change_list(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    Query(wanted): Query<ListParameters>,
    table: Bytes,
) -> Result<Json<ChangedList>, Problem> {
    if let Some(problem) = shared.pressure.refusal() {
        return Err(problem);
    }
    let name = ListName::read(&name).map_err(Problem::bad)?;
    let mode = match wanted.mode.as_deref().unwrap_or("add") {
        "add" => Mode::Add,
        "remove" => Mode::Remove,
        "replace" => Mode::Replace,
        _ => return Err(Problem::bad("`mode` is add, remove or replace")),
    };
    let kind = match wanted.kind.as_deref() {
        Some(kind) => IdentifierKind::from_name(kind).ok_or_else(|| {
            Problem::bad("`kind` is email, user_id, phone, handle or anonymous_id")
        })?,
        None => IdentifierKind::from_name(&wanted.column).unwrap_or(IdentifierKind::Email),
    };
    let (named, unreadable) = read_table(&table, &wanted.column, kind)?;
    let (of, now, known_only) = (name.clone(), shared.now(), wanted.known_only);
    let began = Instant::now();
    let planned = shared.read(move |views| {
        plan(views, &of, mode, &named, known_only, now, &|| began.elapsed() < TIME_MAX)
    });
    let planned = planned.await?;
    if !wanted.dry_run {
        for chunk in planned.facts.chunks(FACTS_AT_ONCE) {
            let encoded = chunk.iter().map(|it| LogRecord::Fact(it.clone()).encode()).collect();
            shared.append(encoded).await?;
        }
    }
    let Counts { added, new, removed, unchanged, unknown } = planned.counts;
    let name = name.as_str().to_owned();
    Ok(Json(ChangedList { name, added, new, removed, unchanged, unknown, unreadable }))
}

/// The identifiers in a column, and how many rows have none.
fn read_table(
    table: &[u8],
    column: &str,
    kind: IdentifierKind,
) -> Result<(Vec<Identifier>, u64), Problem> {
    let table = table.strip_prefix("\u{feff}".as_bytes()).unwrap_or(table);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(table);
    let unreadable = |error: csv::Error| Problem::bad(format!("the table cannot be read: {error}"));
    let header = reader.headers().map_err(unreadable)?.clone();
    let Some(at) = header.iter().position(|it| it.trim() == column) else {
        return Err(Problem::bad(format!("the table has no column `{column}`")));
    };
    let (mut named, mut others) = (Vec::new(), 0);
    for row in reader.records() {
        let row = row.map_err(unreadable)?;
        match crate::lists::identifier(kind, row.get(at).unwrap_or_default()) {
            Some(identifier) => named.push(identifier),
            None => others += 1,
        }
    }
    Ok((named, others))
}
