//! Campaigns: each journey and each broadcast as what it asked for, what became of that, and why.
//!
//! Every number is of the ledger or of the days that are kept beside it, over the same days.

use super::decisions::{DecisionEnd, ends};
use super::journeys::paused;
use super::json::{Query, time};
use super::person::ReasonInfo;
use super::today::{Braked, LedgerCounts, ledger, stopped};
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use content::consistency::Campaign as Sent;
use engine::{Loaded, Status};
use model::{CampaignName, Channel, Feedback, Message, MessageId, MessageState, Span, Timestamp};
use port::{CountKey, Views};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// Days of one campaign that are read for one answer: a day is some kilobytes of JSON.
const DAYS_MAX: usize = 400;

/// Faults on one page of the list.
const FAULTS_PER_PAGE: usize = 50;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Campaigns {
    /// Journeys and broadcasts of the programme, and those that are gone from it and were counted; the
    /// one that asked for something last comes first.
    pub campaigns: Vec<Campaign>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Campaign {
    pub kind: CampaignKind,
    pub name: String,
    /// Who answers for it; empty where nobody is named.
    pub owner: String,
    pub state: CampaignState,
    pub contents: Vec<String>,
    pub channels: Vec<String>,
    pub counts: LedgerCounts,
    /// The last day on which it asked for something; null where it never did.
    #[schema(required, format = Date)]
    pub last_day: Option<String>,
    /// Why it was stopped, where its messages did harm.
    #[schema(required)]
    pub brake: Option<Braked>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignKind {
    Journey,
    Broadcast,
}

/// Of a journey `running`, `paused` by somebody, `stopped` by its brake, or `gone` from the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    Draft,
    Planned,
    Running,
    Paused,
    Stopped,
    Done,
    Cancelled,
    Gone,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignDetail {
    pub campaign: Campaign,
    pub funnel: CampaignFunnel,
    /// How messages ended, the most frequent first.
    pub reasons: Vec<DecisionEnd>,
    /// By when the messages were asked for, the oldest first; days without any are left out, and of more
    /// than 400 the latest are here.
    pub days: Vec<CampaignDay>,
    /// What keeps messages waiting now.
    pub holds: Vec<CampaignHold>,
}

/// How many messages came how far. What programs opened and clicked by themselves is counted apart.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignFunnel {
    pub candidates: u64,
    /// Decided to be sent: sent, withheld at random, joined to another mail, failed or in doubt.
    pub decided: u64,
    pub sent: u64,
    /// As providers said; null where none ever did, which says nothing about arriving.
    #[schema(required)]
    pub delivered: Option<u64>,
    pub opened: u64,
    pub opened_by_machine: u64,
    pub clicked: u64,
    pub clicked_by_machine: u64,
    pub replied: u64,
    pub bounced: u64,
    pub complained: u64,
    pub unsubscribed: u64,
    /// Runs of the journey that reached its goal, and all that began; null where it has none.
    #[schema(required)]
    pub goal: Option<CampaignGoal>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignGoal {
    pub event: String,
    pub reached: u64,
    pub runs: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignDay {
    #[schema(format = Date)]
    pub day: String,
    pub counts: LedgerCounts,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignHold {
    /// `hold`: nothing is sent at all; `brake`: it was stopped; `paused`; `rate`: its own; `pace`: that of a channel.
    pub kind: String,
    /// Of a pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub channel: Option<String>,
    pub text: String,
    /// Since when, or until when for what ends by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    pub at: Option<String>,
}

/// Messages that could not be sent or of which nobody knows, the newest first.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignFaults {
    pub faults: Vec<CampaignFault>,
    #[schema(required)]
    pub next_cursor: Option<String>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct CampaignFault {
    pub message: String,
    pub person: String,
    /// How the person is called; empty for somebody who was erased.
    pub name: String,
    pub content: String,
    #[schema(required)]
    pub channel: Option<String>,
    /// `failed` or `unknown`.
    pub state: String,
    #[schema(format = DateTime)]
    pub at: String,
    pub reason: ReasonInfo,
    /// What the provider said, or what lacked.
    pub detail: String,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct FaultsAsked {
    /// `next_cursor` of the page before.
    #[param(nullable = false)]
    cursor: Option<String>,
}

/// All campaigns: journeys and broadcasts, with what became of what they asked for
#[utoipa::path(get, path = "/api/v1/campaigns", tag = "campaigns",
    responses((status = 200, description = "Done.", body = Campaigns)))]
pub(super) async fn list_campaigns(
    State(shared): State<Arc<Shared>>,
) -> Result<Json<Campaigns>, Problem> {
    let (status, loaded) = (shared.handle.status(), shared.handle.loaded());
    let counts = shared.read(|views| Ok(views.counts()?)).await?;
    let mut known: BTreeSet<(CampaignKind, String)> =
        counts.iter().filter_map(|(key, _)| scope_parts(&key.scope)).collect();
    let programme = &loaded.programme;
    let journeys = programme.journeys.iter();
    known.extend(journeys.map(|it| (CampaignKind::Journey, it.name.to_string())));
    let broadcasts = programme.broadcasts.iter();
    known.extend(broadcasts.map(|it| (CampaignKind::Broadcast, it.name.to_string())));
    // Grouped once, since there may be many campaigns, each with years of days.
    let mut of_scope: BTreeMap<String, Vec<(CountKey, i64)>> = BTreeMap::new();
    for (key, count) in counts {
        of_scope.entry(key.scope.clone()).or_default().push((key, count));
    }
    let sent = programme.campaigns(&[]).into_iter();
    let sent: BTreeMap<String, Sent> = sent.map(|it| (it.name.clone(), it)).collect();
    let mut all: Vec<Campaign> = known
        .into_iter()
        .filter_map(|(kind, name)| {
            let scope = scope_of(kind, &name);
            let counts = of_scope.get(&scope).map_or(&[][..], |it| it);
            campaign(kind, &name, &loaded, &status, counts, sent.get(&scope))
        })
        .collect();
    all.sort_by(|a, b| b.last_day.cmp(&a.last_day));
    Ok(Json(Campaigns { campaigns: all }))
}

/// One campaign: its funnel, its ledger with the reasons, its days, and what holds it
#[utoipa::path(get, path = "/api/v1/campaigns/{kind}/{name}", tag = "campaigns",
    params(("kind" = String, Path, description = "`journey` or `broadcast`."), ("name" = String, Path, description = "Its name.")),
    responses((status = 200, description = "Done.", body = CampaignDetail),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_campaign(
    State(shared): State<Arc<Shared>>,
    Path((kind, name)): Path<(String, String)>,
) -> Result<Json<CampaignDetail>, Problem> {
    let (kind, scope) = named(&kind, &name)?;
    let (status, loaded, now) = (shared.handle.status(), shared.handle.loaded(), shared.now());
    let of = scope.clone();
    let read = shared.read(move |views| {
        let mut counts = views.counts()?;
        counts.retain(|it| it.0.scope == of);
        let days: BTreeSet<i64> = counts.iter().map(|it| it.0.day).collect();
        let latest = days.into_iter().rev().take(DAYS_MAX);
        let read = |day: i64| Ok((day, engine::day(views, day)?));
        let days = latest.map(read).collect::<Result<BTreeMap<i64, engine::Day>, Problem>>()?;
        Ok((counts, days))
    });
    let (counts, days) = read.await?;
    let sent = loaded.programme.campaigns(&[]).into_iter().find(|it| it.name == scope);
    let campaign = campaign(kind, &name, &loaded, &status, &counts, sent.as_ref());
    let Some(campaign) = campaign else {
        return Err(absent(&scope));
    };
    let first = days.keys().next().copied().unwrap_or_default();
    let counts: Vec<_> = counts.into_iter().filter(|it| first <= it.0.day).collect();
    let all = ledger(&counts, |_| true, 0);
    let mut ended: BTreeMap<String, u64> = BTreeMap::new();
    let mut heard: BTreeMap<&str, u64> = BTreeMap::new();
    for day in days.values() {
        for (words, n) in day.ended.get(&scope).into_iter().flatten() {
            *ended.entry(words.clone()).or_default() += n;
        }
        for (kind, n) in day.heard.get(&scope).into_iter().flatten() {
            *heard.entry(kind).or_default() += n;
        }
    }
    let mut reasons = ends(&ended);
    reasons.sort_by_key(|it| std::cmp::Reverse(it.messages));
    let day = |day: &i64| CampaignDay {
        day: date(*day),
        counts: ledger(&counts, |key| key.day == *day, 0),
    };
    Ok(Json(CampaignDetail {
        funnel: funnel(&all, &heard, goal(kind, &name, &loaded, &status)),
        reasons,
        days: days.keys().map(day).collect(),
        holds: holds(&campaign, &loaded, &status, now),
        campaign: Campaign { counts: all, ..campaign },
    }))
}

/// The messages of a campaign that failed or are in doubt
#[utoipa::path(get, path = "/api/v1/campaigns/{kind}/{name}/faults", tag = "campaigns",
    params(("kind" = String, Path, description = "`journey` or `broadcast`."), ("name" = String, Path, description = "Its name."), FaultsAsked),
    responses((status = 200, description = "Done.", body = CampaignFaults)))]
pub(super) async fn get_campaign_faults(
    State(shared): State<Arc<Shared>>,
    Path((kind, name)): Path<(String, String)>,
    Query(asked): Query<FaultsAsked>,
) -> Result<Json<CampaignFaults>, Problem> {
    let (_, scope) = named(&kind, &name)?;
    let before = asked.cursor.as_deref().map(str::parse::<MessageId>).transpose();
    let before = before.map_err(Problem::bad)?;
    let read = shared.read(move |views| {
        let messages = views.faults(&scope, before, FAULTS_PER_PAGE)?;
        let last = messages.get(FAULTS_PER_PAGE - 1).map(|it| it.id.to_string());
        let faults = messages.iter().map(|it| fault(views, it)).collect::<Result<_, Problem>>()?;
        Ok(CampaignFaults { faults, next_cursor: last })
    });
    Ok(Json(read.await?))
}

fn fault(views: &dyn Views, it: &Message) -> Result<CampaignFault, Problem> {
    let person = views.current(it.person)?;
    let name = views.load(&[person])?.pop().map(|it| it.display_name()).unwrap_or_default();
    let last = it.trail.last();
    let (at, reason) = match &it.state {
        MessageState::Ended { at, reason, .. } => (*at, *reason),
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => (it.created, model::Reason::Deferred),
    };
    Ok(CampaignFault {
        message: it.id.to_string(),
        person: person.to_string(),
        name,
        content: it.content.to_string(),
        channel: it.channel().map(|it| it.name().to_owned()),
        state: it.ledger_state().name().to_owned(),
        at: time(at),
        reason: reason.into(),
        detail: last.map(|it| it.detail.clone()).unwrap_or_default(),
    })
}

fn named(kind: &str, name: &str) -> Result<(CampaignKind, String), Problem> {
    let scope = format!("{kind}/{name}");
    let known = scope_parts(&scope).map(|it| it.0);
    known.map(|kind| (kind, scope.clone())).ok_or_else(|| absent(&scope))
}

fn absent(scope: &str) -> Problem {
    Problem::not_found(format!("there is no campaign `{scope}`, now or in the ledger"))
}

fn scope_parts(scope: &str) -> Option<(CampaignKind, String)> {
    let (kind, name) = scope.split_once('/')?;
    let kind = match kind {
        "journey" => CampaignKind::Journey,
        "broadcast" => CampaignKind::Broadcast,
        _ => return None,
    };
    Some((kind, name.to_owned()))
}

fn scope_of(kind: CampaignKind, name: &str) -> String {
    match kind {
        CampaignKind::Journey => format!("journey/{name}"),
        CampaignKind::Broadcast => format!("broadcast/{name}"),
    }
}

/// None where neither the programme nor the ledger knows it. `counts` are its own, and `sent` is what the
/// programme says by it.
fn campaign(
    kind: CampaignKind,
    name: &str,
    loaded: &Loaded,
    status: &Status,
    counts: &[(CountKey, i64)],
    sent: Option<&Sent>,
) -> Option<Campaign> {
    let scope = scope_of(kind, name);
    let last = counts.iter().map(|it| it.0.day).max();
    let programme = &loaded.programme;
    let used = sent.map(|it| &it.contents[..]).unwrap_or_default();
    let brake = stopped(status, &scope);
    let (owner, state) = match kind {
        CampaignKind::Journey => {
            let found = programme.journeys.iter().find(|it| it.name.as_str() == name);
            let state = match (found, &brake) {
                (None, _) => CampaignState::Gone,
                (Some(_), _) if paused(status, name).is_some() => CampaignState::Paused,
                (Some(_), Some(_)) => CampaignState::Stopped,
                (Some(_), None) => CampaignState::Running,
            };
            (found.map(|it| it.owner.clone()), state)
        }
        CampaignKind::Broadcast => {
            let found = programme.broadcasts.iter().find(|it| it.name.as_str() == name);
            let progress = status.broadcasts.get(&CampaignName::from(name));
            let state = progress.map(|it| it.progress.state).unwrap_or_default();
            let gone = found.is_none();
            (
                found.map(|it| it.owner.clone()),
                if gone { CampaignState::Gone } else { state.into() },
            )
        }
    };
    if owner.is_none() && last.is_none() {
        return None;
    }
    let channels: BTreeSet<Channel> = used.iter().flat_map(|it| it.channels.clone()).collect();
    Some(Campaign {
        kind,
        name: name.to_owned(),
        owner: owner.unwrap_or_default(),
        state,
        contents: used.iter().map(|it| it.content.name.to_string()).collect(),
        channels: channels.into_iter().map(|it| it.name().to_owned()).collect(),
        counts: ledger(counts, |_| true, 0),
        last_day: last.map(date),
        brake,
    })
}

impl From<journey::BroadcastState> for CampaignState {
    fn from(state: journey::BroadcastState) -> CampaignState {
        match state {
            journey::BroadcastState::Draft => CampaignState::Draft,
            journey::BroadcastState::Planned => CampaignState::Planned,
            journey::BroadcastState::Running => CampaignState::Running,
            journey::BroadcastState::Paused => CampaignState::Paused,
            journey::BroadcastState::Done => CampaignState::Done,
            journey::BroadcastState::Cancelled => CampaignState::Cancelled,
        }
    }
}

fn goal(kind: CampaignKind, name: &str, loaded: &Loaded, status: &Status) -> Option<CampaignGoal> {
    if kind == CampaignKind::Broadcast {
        return None;
    }
    let journey = loaded.programme.journeys.iter().find(|it| it.name.as_str() == name)?;
    let event = journey.goal.as_ref()?.event.clone();
    let tally = status.tallies.journeys.get(&journey.name).cloned().unwrap_or_default();
    Some(CampaignGoal { event, reached: tally.goals, runs: tally.started })
}

fn funnel(
    all: &LedgerCounts,
    heard: &BTreeMap<&str, u64>,
    goal: Option<CampaignGoal>,
) -> CampaignFunnel {
    let of = |feedback: Feedback| heard.get(feedback.name()).copied().unwrap_or_default();
    CampaignFunnel {
        candidates: all.candidates,
        decided: all.sent + all.held_out + all.merged + all.failed + all.unknown,
        sent: all.sent,
        delivered: Some(of(Feedback::Delivered)).filter(|it| 0 < *it),
        opened: of(Feedback::Opened),
        opened_by_machine: of(Feedback::OpenedByMachine),
        clicked: of(Feedback::Clicked),
        clicked_by_machine: of(Feedback::ClickedByMachine),
        replied: of(Feedback::Replied),
        bounced: of(Feedback::Bounced),
        complained: of(Feedback::Complained),
        unsubscribed: of(Feedback::Unsubscribed),
        goal,
    }
}

/// What keeps its messages waiting: everything, itself, or the channels that it leaves by.
fn holds(it: &Campaign, loaded: &Loaded, status: &Status, now: Timestamp) -> Vec<CampaignHold> {
    let mut found = Vec::new();
    let mut add = |kind: &str, channel: Option<&str>, text: String, at: Option<String>| {
        let channel = channel.map(str::to_owned);
        found.push(CampaignHold { kind: kind.to_owned(), channel, text, at });
    };
    if let Some(hold) = &status.hold {
        add("hold", None, hold.reason.clone(), Some(time(hold.since)));
    }
    if let Some(brake) = &it.brake {
        let text = format!("of its latest {} messages {} did harm", brake.sent, brake.harmed);
        add("brake", None, text, Some(brake.since.clone()));
    }
    let by_hand = paused(status, &it.name).filter(|_| it.kind == CampaignKind::Journey);
    if let Some(it) = by_hand {
        add("paused", None, format!("{} paused it", it.by), Some(it.since));
    } else if it.state == CampaignState::Paused {
        add("paused", None, "somebody paused it, or its brake did".to_owned(), None);
    }
    let definition = loaded.programme.broadcasts.iter();
    let definition = definition.filter(|_| it.kind == CampaignKind::Broadcast);
    let rate = definition.into_iter().find(|of| of.name.as_str() == it.name).and_then(|of| of.rate);
    if let (Some(rate), CampaignState::Running) = (rate, it.state) {
        add("rate", None, format!("{} per {}", rate.at_most, rate.per), None);
    }
    if it.counts.pending == 0 {
        return found;
    }
    for channel in &it.channels {
        let Some(holding) = Channel::from_name(channel).and_then(|it| status.paces.get(&it)) else {
            continue;
        };
        if let Some(until) = holding.whole.filter(|it| now < *it) {
            let text = holding.whole_why.clone();
            add("pace", Some(channel), text, Some(time(until)));
        }
        for line in holding.domains.iter().filter(|it| now < it.until) {
            add("pace", Some(channel), line.why.clone(), Some(time(line.until)));
        }
    }
    found
}

fn date(day: i64) -> String {
    Timestamp(day * Span::DAY.millis()).to_string().chars().take(10).collect()
}
