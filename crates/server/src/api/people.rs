//! Looking people up.

use super::json::{Query, time};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::PersonId;
use port::Views;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

const LIMIT: usize = 50;
const LIMIT_MAX: usize = 200;

/// Counting those who match ends here: a search is over the names, and nobody pages that far.
const COUNT_MAX: usize = 1_000;

/// What is typed into a search field; more finds nobody.
const QUERY_CHARS_MAX: usize = 200;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PeoplePage {
    pub people: Vec<PersonSummary>,
    #[schema(required)]
    pub next_cursor: Option<String>,
    /// People that match; of a search, counted up to 1,000.
    pub total: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct PersonSummary {
    pub id: String,
    pub name: String,
    /// `kind:value`, the strongest kind first.
    pub identifiers: Vec<String>,
    #[schema(format = DateTime)]
    pub created: String,
    #[schema(format = DateTime)]
    pub last_seen: String,
}

impl PersonSummary {
    pub(super) fn of(person: &port::Person) -> PersonSummary {
        let mut identifiers: Vec<_> = person.known.identifiers.keys().collect();
        identifiers.sort();
        PersonSummary {
            id: person.id.to_string(),
            name: person.display_name(),
            identifiers: identifiers.iter().map(ToString::to_string).collect(),
            created: time(person.known.created),
            last_seen: time(person.last_seen),
        }
    }
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// Part of a name, an identifier or an id; empty for everybody.
    #[param(nullable = false)]
    q: Option<String>,
    /// `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
    /// At most so many.
    #[param(nullable = false)]
    limit: Option<usize>,
}

/// People, the newest first
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Wanted),
    responses((status = 200, description = "Done.", body = PeoplePage)))]
pub(super) async fn list_people(
    State(shared): State<Arc<Shared>>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<PeoplePage>, Problem> {
    let query: String = wanted.q.unwrap_or_default().trim().chars().take(QUERY_CHARS_MAX).collect();
    let limit = wanted.limit.unwrap_or(LIMIT).clamp(1, LIMIT_MAX);
    let before = match wanted.cursor.filter(|it| !it.is_empty()) {
        Some(cursor) => Some(cursor.parse::<PersonId>().map_err(Problem::bad)?),
        None => None,
    };
    Ok(Json(shared.read(move |views| page(views, &query, before, limit)).await?))
}

fn page(
    views: &dyn Views,
    query: &str,
    before: Option<PersonId>,
    limit: usize,
) -> Result<PeoplePage, Problem> {
    let mut found = views.search(query, before, limit + 1)?;
    let more = limit < found.len();
    found.truncate(limit);
    let total = match (query.is_empty(), before, more) {
        (true, _, _) => views.count()?,
        (false, None, false) => found.len() as u64,
        (false, _, _) => views.search(query, None, COUNT_MAX)?.len() as u64,
    };
    let next_cursor = found.last().filter(|_| more).map(|it| it.id.to_string());
    let people = found.into_iter().map(|it| PersonSummary {
        id: it.id.to_string(),
        name: it.name,
        identifiers: {
            let mut sorted = it.identifiers;
            sorted.sort();
            sorted.iter().map(ToString::to_string).collect()
        },
        created: time(it.created),
        last_seen: time(it.last_seen),
    });
    Ok(PeoplePage { people: people.collect(), next_cursor, total })
}
