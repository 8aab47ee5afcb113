//! The decisions of each day: what was asked for, and what became of it.

use super::json::Query;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use model::{LedgerState, Reason, Span};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// How far back the page looks when nothing is said, and at most.
const DAYS: i64 = 14;
const DAYS_MAX: i64 = 400;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct DaysAsked {
    /// How many days, counted back from today; 14 when absent, at most 400.
    #[param(nullable = false, minimum = 1)]
    days: Option<i64>,
}

/// Days by when the messages were asked for, the latest first.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Decisions {
    pub days: Vec<DecisionDay>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DecisionDay {
    /// `2026-11-22`, in UTC.
    pub day: String,
    pub askers: Vec<DecisionAsker>,
}

/// Everything that one journey, broadcast or other asker wanted on one day.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DecisionAsker {
    /// `journey/NAME`, `broadcast/NAME`, `request/…` or `api`.
    pub asker: String,
    /// Who answers for it; empty where nobody is named.
    pub owner: String,
    pub asked: u64,
    /// What has not ended yet.
    pub pending: u64,
    pub ended: Vec<DecisionEnd>,
    /// To whom places were lost, the most frequent first.
    pub lost: Vec<DecisionLoss>,
}

/// How often one asker's messages lost a place in somebody's attention to another's.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct DecisionLoss {
    pub to: String,
    /// They took another time or channel.
    pub later: u64,
    pub dropped: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DecisionEnd {
    pub outcome: String,
    pub reason: String,
    /// The reason in words.
    pub text: String,
    pub messages: u64,
}

/// What was asked for each day, and what became of it
#[utoipa::path(get, path = "/api/v1/decisions", tag = "decisions", params(DaysAsked),
    responses((status = 200, description = "Done.", body = Decisions)))]
pub(super) async fn get_decisions(
    State(shared): State<Arc<Shared>>,
    Query(asked): Query<DaysAsked>,
) -> Result<Json<Decisions>, Problem> {
    let span = asked.days.unwrap_or(DAYS);
    if !(1..=DAYS_MAX).contains(&span) {
        return Err(Problem::bad(format!("`days` is between 1 and {DAYS_MAX}")));
    }
    let from = shared.now().day() - span + 1;
    let owners = owners(&shared.handle.loaded());
    let days = shared.read(move |views| Ok(engine::days(views, from)?)).await?;
    let day = |(day, it): (i64, engine::Day)| DecisionDay {
        day: model::Timestamp(day * Span::DAY.0).to_string().chars().take(10).collect(),
        askers: askers(&it, &owners),
    };
    Ok(Json(Decisions { days: days.into_iter().rev().map(day).collect() }))
}

fn askers(day: &engine::Day, owners: &BTreeMap<String, String>) -> Vec<DecisionAsker> {
    let asker = |(asker, asked): (&String, &u64)| {
        let ended = day.ended.get(asker).map(ends).unwrap_or_default();
        let done: u64 = ended.iter().map(|it| it.messages).sum();
        DecisionAsker {
            asker: asker.clone(),
            owner: owners.get(asker).cloned().unwrap_or_default(),
            asked: *asked,
            pending: asked.saturating_sub(done),
            ended,
            lost: losses(day, asker),
        }
    };
    day.asked.iter().map(asker).collect()
}

fn losses(day: &engine::Day, asker: &str) -> Vec<DecisionLoss> {
    let loss = |(to, became): (&String, &BTreeMap<String, u64>)| {
        let count = |word: &str| became.get(word).copied().unwrap_or_default();
        DecisionLoss { to: to.clone(), later: count("later"), dropped: count("dropped") }
    };
    let mut losses: Vec<_> = day.lost.get(asker).into_iter().flatten().map(loss).collect();
    losses.sort_by_key(|it| std::cmp::Reverse(it.later + it.dropped));
    losses
}

/// By `outcome/reason`.
pub(super) fn ends(ended: &BTreeMap<String, u64>) -> Vec<DecisionEnd> {
    ended.iter().filter_map(end).collect()
}

fn end((words, messages): (&String, &u64)) -> Option<DecisionEnd> {
    let (outcome, code) = words.split_once('/')?;
    let reason = Reason::from_code(code)?;
    let text = match (outcome == LedgerState::Sent.name(), reason) {
        (true, Reason::Sent) => "sent".to_owned(),
        _ => reason.text().to_owned(),
    };
    let (outcome, reason) = (outcome.to_owned(), code.to_owned());
    Some(DecisionEnd { outcome, reason, text, messages: *messages })
}

fn owners(loaded: &engine::Loaded) -> BTreeMap<String, String> {
    let programme = &loaded.programme;
    let journeys =
        programme.journeys.iter().map(|it| (format!("journey/{}", it.name), it.owner.clone()));
    let broadcasts =
        programme.broadcasts.iter().map(|it| (format!("broadcast/{}", it.name), it.owner.clone()));
    journeys.chain(broadcasts).collect()
}
