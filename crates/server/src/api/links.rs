//! Whether the addresses that contents lead to answer: a long piece of work, since others are asked.

use super::audiences::JobBegun;
use crate::app::Shared;
use crate::findings::ContentFinding;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Query, State};
use channels::links::{ADDRESSES_MAX, ask_all};
use content::consistency::{Finding, Severity, WrittenLink, links};
use model::ContentName;
use record::Programme;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// How a host inside is named here.
const REMEDY: &str = "a host of yours may be named in fulcrum.toml: [links] allow";

#[derive(Deserialize)]
pub(super) struct LinksQuery {
    content: Option<String>,
}

/// What the addresses answered.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct LinksAsked {
    /// Addresses that were asked, each once.
    pub asked: u64,
    /// Addresses that were left out because there are too many.
    pub left_out: u64,
    /// What is dead, and what could not be asked, at each place that names it.
    pub findings: Vec<ContentFinding>,
}

/// Ask the addresses that contents lead to whether they answer
///
/// Each address is asked once, as a reader's browser would, and only on the public internet.
#[utoipa::path(post, path = "/api/v1/contents/links", tag = "contents",
    params(("content" = Option<String>, Query, description = "Only those of this content.")),
    responses((status = 200, description = "It has begun; the job's result is a `LinksAsked`.", body = JobBegun),
        (status = 404, description = "There is no such content.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn ask_links(
    State(shared): State<Arc<Shared>>,
    Query(query): Query<LinksQuery>,
) -> Result<Json<JobBegun>, Problem> {
    let loaded = shared.handle.loaded();
    let only = query.content.map(ContentName::new);
    if let Some(name) = only.as_ref().filter(|it| !loaded.programme.contents.contains_key(*it)) {
        return Err(Problem::not_found(format!("there is no content `{name}`")));
    }
    let allow = shared.settings.links_allow.clone();
    let id = shared.jobs.begin("links", move |job| {
        let places = places(&loaded.programme, only.as_ref());
        let urls: Vec<&str> = places.keys().map(String::as_str).take(ADDRESSES_MAX).collect();
        let total = urls.len() as u64;
        job.step(0, total, Default::default);
        let answers =
            ask_all(urls, &allow, REMEDY, &|done| job.step(done, total, Default::default));
        let said = answers.iter().filter_map(|(url, it)| Some((*url, it.said_of(url)?)));
        let mut findings: Vec<Finding> = said
            .flat_map(|(url, (message, is_dead))| {
                let at = places.get(url).into_iter().flatten();
                at.map(move |(name, link)| finding(name, link, &message, is_dead))
            })
            .collect();
        findings.sort();
        let asked = LinksAsked {
            asked: answers.len() as u64,
            left_out: (places.len() as u64).saturating_sub(total),
            findings: findings.iter().map(ContentFinding::from).collect(),
        };
        serde_json::to_value(asked).map_err(|_| Problem::internal())
    })?;
    Ok(Json(JobBegun { job: id.to_string() }))
}

/// Each address with the places that name it.
fn places<'a>(
    programme: &'a Programme,
    only: Option<&ContentName>,
) -> BTreeMap<String, Vec<(&'a ContentName, WrittenLink)>> {
    let wanted = |it: &&ContentName| only.is_none_or(|name| *it == name);
    let mut places: BTreeMap<String, Vec<_>> = BTreeMap::new();
    for name in programme.contents.keys().filter(wanted) {
        for link in programme.contents.get(name).map(links).unwrap_or_default() {
            if link.url.starts_with("https://") || link.url.starts_with("http://") {
                places.entry(link.url.clone()).or_default().push((name, link));
            }
        }
    }
    places
}

fn finding(name: &ContentName, link: &WrittenLink, message: &str, is_dead: bool) -> Finding {
    Finding {
        severity: if is_dead { Severity::Problem } else { Severity::Hint },
        content: name.clone(),
        form: link.form.clone(),
        locale: link.locale.clone(),
        line: link.line,
        message: message.to_owned(),
        hint: if is_dead { "write another address".to_owned() } else { String::new() },
    }
}
