//! Today: leverage, the ledger, the state of the programme, and what needs a person.

use super::json::{Body, time};
use super::measure::{LeverageReport, first_outcome, report};
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use delivery::Brake;
use engine::{AccountStatus, Loaded, PostStatus, Status};
use journey::BroadcastState;
use model::{CampaignName, Channel, JourneyName, LedgerState, Timestamp};
use port::{CountKey, Views};
use record::log::BroadcastAction;
use record::{Control, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Days that Today draws.
const DAYS: i64 = 14;

/// Counting what a hold keeps back ends here: beyond it the number is only "many".
const WAITING_MAX: usize = 100_000;

/// An engine that is this far behind needs a look.
const LAG_MS_MAX: u64 = 60_000;

/// A sample ratio that chance gives so rarely is a defect in the assignment or the counting.
const SAMPLE_RATIO_P: f64 = 0.001;

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Today {
    #[schema(format = DateTime)]
    pub now: String,
    pub engine: EngineState,
    pub ledger: LedgerCounts,
    /// The last 14 days, the oldest first.
    pub days: Vec<DayCounts>,
    pub journeys: Vec<JourneySummary>,
    pub audiences: Vec<AudienceSummary>,
    #[schema(value_type = LeverageReport)]
    pub leverage: serde_json::Value,
    #[schema(required, value_type = Option<Truth>)]
    pub truth: Option<serde_json::Value>,
    pub attention: Vec<AttentionItem>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct EngineState {
    pub people: u64,
    pub events: u64,
    /// Age of the oldest event that has not been worked through; 0 when there is none.
    pub lag_ms: u64,
    #[schema(required)]
    pub hold: Option<Hold>,
}

/// The engine has stopped sending and waits for a person's word.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    #[schema(format = DateTime)]
    pub since: String,
    pub reason: String,
    /// Messages that wait for the end of the hold.
    pub waiting: u64,
}

/// Every candidate is in exactly one state: candidates = sent + suppressed + held_out + dropped +
/// merged + failed + unknown + pending.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LedgerCounts {
    pub candidates: u64,
    pub sent: u64,
    pub suppressed: u64,
    pub held_out: u64,
    pub dropped: u64,
    pub merged: u64,
    pub failed: u64,
    pub unknown: u64,
    pub pending: u64,
    pub of_pending_deferred: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct DayCounts {
    #[schema(format = Date)]
    pub day: String,
    pub sent: u64,
    pub suppressed: u64,
    pub held_out: u64,
    pub dropped: u64,
    pub failed: u64,
    pub unknown: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct JourneySummary {
    pub name: String,
    pub active: u64,
    pub started: u64,
    pub goals: u64,
    pub messages: u64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct AudienceSummary {
    pub name: String,
    pub size: u64,
    /// The condition in the language of the programme files.
    pub condition: String,
}

/// Something that needs a person.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct AttentionItem {
    /// `hold` offers to resume; other kinds are shown as text.
    pub kind: String,
    pub text: String,
    /// A page of the app.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub href: Option<String>,
    /// Which campaign was stopped, and for what.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub brake: Option<Braked>,
}

/// A campaign that was stopped for the harm that its messages do.
#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct Braked {
    /// `journey/welcome`, `broadcast/sale`.
    pub campaign: String,
    /// `bounces` or `complaints`.
    pub why: String,
    /// Of so many of its latest messages so many did.
    pub sent: u64,
    pub harmed: u64,
    #[schema(format = DateTime)]
    pub since: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct ReleaseRequest {
    /// `journey/welcome`, `broadcast/sale`.
    pub campaign: String,
}

/// What the simulated market holds, found by playing all simulated people in each cell; only in a
/// simulated installation.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Truth {
    pub leverage: f64,
    pub leverage_ratio: f64,
    pub interactions: Vec<TrueInteraction>,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct TrueInteraction {
    pub channels: Vec<String>,
    pub value: f64,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Released {
    pub released: u64,
}

/// What the stored state says, read at once.
struct Stored {
    people: u64,
    counts: Vec<(CountKey, i64)>,
    deferred: u64,
    waiting: u64,
    position: port::LogPosition,
    sources: usize,
    hooks: port::HookCounts,
}

/// Everything on the page Today
#[utoipa::path(get, path = "/api/v1/today", tag = "today",
    responses((status = 200, description = "Done.", body = Today)))]
pub(super) async fn get_today(State(shared): State<Arc<Shared>>) -> Result<Json<Today>, Problem> {
    let (status, loaded, now) = (shared.handle.status(), shared.handle.loaded(), shared.now());
    let held = status.hold.is_some();
    let stored = shared.read(move |views| read(views, held, now)).await?;
    let leverage = report(&shared, &loaded, first_outcome(&loaded)).await?;
    let lag_ms = lag_ms(&shared, &status, stored.position, now).await?;
    let hold = status.hold.as_ref().map(|it| Hold {
        since: time(it.since),
        reason: it.reason.clone(),
        waiting: stored.waiting,
    });
    let ledger = ledger(&stored.counts, |_| true, stored.deferred);
    let full = shared.pressure.disk_is_full();
    let mut needing = attention(hold.as_ref(), lag_ms, &ledger, &leverage, &stored, full);
    needing.extend(braked(&status));
    needing.extend(social(&shared).await?);
    Ok(Json(Today {
        now: time(now),
        days: days(&stored.counts, now),
        journeys: journeys(&loaded, &status),
        audiences: audiences(&loaded, &status),
        attention: needing,
        engine: EngineState { people: stored.people, events: status.tallies.events, lag_ms, hold },
        ledger,
        leverage,
        truth: shared.settings.truth.clone(),
    }))
}

/// End a hold
#[utoipa::path(post, path = "/api/v1/resume", tag = "today",
    responses((status = 200, description = "Done.", body = Released)))]
pub(super) async fn resume(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Result<Json<Released>, Problem> {
    if shared.handle.status().hold.is_none() {
        return Ok(Json(Released { released: 0 }));
    }
    let now = shared.now();
    let released = shared.read(move |views| waiting(views, now)).await?;
    let control = Control::Resume { by: actor(&shared, &headers).await? };
    shared.append(vec![LogRecord::Control(control).encode()]).await?;
    Ok(Json(Released { released }))
}

/// Let a campaign go on that was stopped
#[utoipa::path(post, path = "/api/v1/campaigns/release", tag = "today",
    request_body = ReleaseRequest,
    responses((status = 204, description = "Stored; it goes on and is judged anew."),
        (status = 404, description = "It is not stopped.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn release_campaign(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Body(asked): Body<ReleaseRequest>,
) -> Result<StatusCode, Problem> {
    let status = shared.handle.status();
    if status.brakes.get(&asked.campaign).is_none_or(|it| it.stopped.is_none()) {
        return Err(Problem::not_found(format!("`{}` is not stopped", asked.campaign)));
    }
    let by = actor(&shared, &headers).await?;
    let control = match asked.campaign.strip_prefix("broadcast/").map(CampaignName::from) {
        // It was paused with it, and going on releases both.
        Some(name) if is_paused(&status, &name) => {
            Control::Broadcast { name, action: BroadcastAction::Resume, by }
        }
        Some(_) | None => Control::Release { scope: asked.campaign, by },
    };
    shared.append(vec![LogRecord::Control(control).encode()]).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn is_paused(status: &Status, name: &CampaignName) -> bool {
    let paused = |it: &engine::BroadcastStatus| it.progress.state == BroadcastState::Paused;
    status.broadcasts.get(name).is_some_and(paused)
}

fn braked(status: &Status) -> Vec<AttentionItem> {
    let stopped = status.brakes.keys().filter_map(|campaign| {
        let brake = stopped(status, campaign)?;
        let did = if brake.why == BOUNCES { "came back" } else { "were reported as unwanted" };
        let (sent, harmed) = (brake.sent, brake.harmed);
        let text = format!("{campaign} was stopped: of its latest {sent} messages {harmed} {did}.");
        let href = Some(format!("/campaigns/{campaign}"));
        Some(AttentionItem { kind: "brake".to_owned(), text, href, brake: Some(brake) })
    });
    stopped.collect()
}

/// Posts that only a person can bring on, and accounts that somebody has to connect anew.
async fn social(shared: &Arc<Shared>) -> Result<Vec<AttentionItem>, Problem> {
    let (posts, accounts) =
        shared.read(|views| Ok((PostStatus::all(views)?, AccountStatus::all(views)?))).await?;
    let item = |kind: &str, text: String, href: String| AttentionItem {
        kind: kind.to_owned(),
        text,
        href: Some(href),
        brake: None,
    };
    let known = accounts.into_iter().filter(|it| shared.settings.networks.contains(&it.0));
    let broken = known.filter_map(|(network, it)| {
        let trouble = it.trouble.filter(|it| it.sign_in)?;
        let waits = posts.values().filter(|it| it.waits_at(network)).count();
        let text = format!(
            "The account at {network} has to be connected anew ({}); {waits} planned posts need it.",
            trouble.detail
        );
        Some(item("account", text, "/calendar".to_owned()))
    });
    let stuck = posts.iter().filter(|it| it.1.needs_person()).map(|(name, _)| {
        let text = format!("The post {name} is not everywhere where it should be.");
        item("post", text, format!("/posts/{name}"))
    });
    Ok(broken.chain(stuck).collect())
}

const BOUNCES: &str = "bounces";

/// Why a campaign was stopped, if it is.
pub(super) fn stopped(status: &Status, campaign: &str) -> Option<Braked> {
    let it = status.brakes.get(campaign)?;
    let (brake, since) = it.stopped?;
    let (why, harmed) = match brake {
        Brake::Bounces => (BOUNCES, it.harm.bounced),
        Brake::Complaints => ("complaints", it.harm.complained),
    };
    Some(Braked {
        campaign: campaign.to_owned(),
        why: why.to_owned(),
        sent: it.harm.sent.max(it.harm.bounced),
        harmed,
        since: time(since),
    })
}

fn read(views: &dyn Views, held: bool, now: Timestamp) -> Result<Stored, Problem> {
    Ok(Stored {
        people: views.count()?,
        counts: views.counts()?,
        deferred: views.deferred()?,
        waiting: if held { waiting(views, now)? } else { 0 },
        position: views.log_position()?,
        sources: views.list(port::Space::Source, "")?.len(),
        hooks: views.hook_counts()?,
    })
}

fn waiting(views: &dyn Views, now: Timestamp) -> Result<u64, Problem> {
    let mut found = 0;
    for channel in Channel::ALL {
        found += views.due_messages(channel, now, WAITING_MAX)?.len() as u64;
    }
    Ok(found)
}

/// How long ago the oldest record arrived that the state does not contain.
async fn lag_ms(
    shared: &Arc<Shared>,
    status: &Status,
    position: port::LogPosition,
    now: Timestamp,
) -> Result<u64, Problem> {
    if status.lag_bytes == 0 {
        return Ok(0);
    }
    let log = shared.log.clone();
    let read = tokio::task::spawn_blocking(move || log.read(position, 1, usize::MAX));
    let records = read.await.map_err(|_| Problem::internal())?.unwrap_or_default();
    let received = records.first().and_then(|(_, bytes)| match LogRecord::decode(bytes) {
        Ok(LogRecord::Fact(fact)) => Some(fact.event.received),
        Ok(LogRecord::Control(_) | LogRecord::Blank) | Err(_) => None,
    });
    Ok(received.map_or(0, |it| (now - it).millis().max(0) as u64))
}

/// The counts of all scopes that `counts` says yes to.
pub(super) fn ledger(
    all: &[(CountKey, i64)],
    counts: impl Fn(&CountKey) -> bool,
    deferred: u64,
) -> LedgerCounts {
    let mut sums: BTreeMap<LedgerState, i64> = BTreeMap::new();
    for (key, count) in all.iter().filter(|(key, _)| counts(key)) {
        *sums.entry(key.state).or_default() += count;
    }
    let sum = |state| sums.get(&state).copied().unwrap_or(0).max(0) as u64;
    LedgerCounts {
        candidates: LedgerState::ALL.into_iter().map(sum).sum(),
        sent: sum(LedgerState::Sent),
        suppressed: sum(LedgerState::Suppressed),
        held_out: sum(LedgerState::HeldOut),
        dropped: sum(LedgerState::Dropped),
        merged: sum(LedgerState::Merged),
        failed: sum(LedgerState::Failed),
        unknown: sum(LedgerState::Unknown),
        pending: sum(LedgerState::Pending),
        of_pending_deferred: deferred,
    }
}

fn days(counts: &[(CountKey, i64)], now: Timestamp) -> Vec<DayCounts> {
    let today = now.day();
    (today - DAYS + 1..=today)
        .map(|day| {
            let of_day = ledger(counts, |key| key.day == day, 0);
            let start = Timestamp(day * model::Span::DAY.millis()).to_string();
            DayCounts {
                day: start.get(..10).unwrap_or_default().to_owned(),
                sent: of_day.sent,
                suppressed: of_day.suppressed,
                held_out: of_day.held_out,
                dropped: of_day.dropped,
                failed: of_day.failed,
                unknown: of_day.unknown,
            }
        })
        .collect()
}

/// Those of the programme, and those that are gone from it but have runs.
fn journeys(loaded: &Loaded, status: &Status) -> Vec<JourneySummary> {
    let tallies = &status.tallies.journeys;
    let mut names: Vec<_> = loaded.programme.journeys.iter().map(|it| it.name.clone()).collect();
    let active =
        |name: &JourneyName| tallies.get(name).map_or(0, |it| it.started.saturating_sub(it.ended));
    names.extend(tallies.keys().filter(|it| 0 < active(it)).cloned());
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|name| {
            let tally = tallies.get(&name).cloned().unwrap_or_default();
            JourneySummary {
                active: active(&name),
                name: name.to_string(),
                started: tally.started,
                goals: tally.goals,
                messages: tally.messages,
            }
        })
        .collect()
}

fn audiences(loaded: &Loaded, status: &Status) -> Vec<AudienceSummary> {
    let size = |name: &str| status.tallies.audiences.get(name).copied().unwrap_or(0).max(0) as u64;
    let all = loaded.programme.audiences.iter();
    all.map(|(name, condition)| AudienceSummary {
        name: name.clone(),
        size: size(name),
        condition: condition.to_string(),
    })
    .collect()
}

fn attention(
    hold: Option<&Hold>,
    lag_ms: u64,
    ledger: &LedgerCounts,
    leverage: &serde_json::Value,
    stored: &Stored,
    disk_is_full: Option<String>,
) -> Vec<AttentionItem> {
    let mut found = Vec::new();
    let mut add = |kind: &str, text: String, href: Option<&str>| {
        let href = href.map(str::to_owned);
        found.push(AttentionItem { kind: kind.to_owned(), text, href, brake: None });
    };
    if let Some(hold) = hold {
        let text = format!("Nothing is sent: {}. {} messages wait.", hold.reason, hold.waiting);
        add("hold", text, None);
    }
    if let Some(text) = disk_is_full {
        add("disk", format!("Events are refused: {text}."), None);
    }
    if LAG_MS_MAX < lag_ms {
        add("lag", format!("The engine is {} s behind.", lag_ms / 1_000), None);
    }
    if 0 < ledger.unknown {
        let text = format!(
            "Of {} messages nobody knows whether they arrived. They are not sent again by themselves.",
            ledger.unknown
        );
        add("unknown", text, None);
    }
    let sample_ratio = leverage.pointer("/sample_ratio/p").and_then(serde_json::Value::as_f64);
    if sample_ratio.is_some_and(|p| p < SAMPLE_RATIO_P) {
        let text = "People are not in the panel's cells in the declared shares; do not trust the leverage.";
        add("sample_ratio", text.to_owned(), None);
    }
    let hooks = stored.hooks;
    if 0 < hooks.failing || 0 < hooks.given_up {
        let text = format!(
            "Of the calls of other systems {} fail and are tried again, and {} were given up. See \
             `fulcrum webhooks list`.",
            hooks.failing, hooks.given_up
        );
        add("webhooks", text, None);
    }
    if stored.sources == 0 {
        let text = "No source sends events yet. Add one and copy its write key into your site.";
        add("no_source", text.to_owned(), Some("/events"));
    }
    found
}
