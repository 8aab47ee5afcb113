//! What goes out when, in all channels, and moving it to another time.

use super::broadcasts::{BroadcastStage, stage, steer as steer_broadcast};
use super::calendar_pages::{in_its_own_way, is_published_at, moved_page, pages};
use super::json::{Body, Query, time};
use super::posts::{Known, steer as steer_post};
use super::programme::{apply, checked};
use super::programme_files::running;
use crate::access::actor;
use crate::app::Shared;
use crate::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use journey::{BroadcastState, LocalDateTime, SendAt, Trigger};
use model::{CampaignName, Network, Span, Timestamp};
use record::log::{BroadcastAction, PostAction};
use record::programme::{Kind, defined, fields, from_json};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::{IntoParams, ToSchema};

/// The longest stretch that is shown at once.
const DAYS_MAX: i64 = 400;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Stretch {
    /// RFC 3339.
    from: String,
    /// RFC 3339; at most 400 days later.
    to: String,
}

#[derive(Serialize, Deserialize, ToSchema)]
pub struct Calendar {
    /// The zone in which times without one are meant.
    pub zone: String,
    /// By time.
    pub items: Vec<CalendarItem>,
    /// What is planned or written and has no time yet.
    pub undated: Vec<CalendarItem>,
}

#[derive(Clone, Serialize, Deserialize, ToSchema)]
pub struct CalendarItem {
    /// `broadcast`, `post`, `journey`, or `page` for what readers of the site see from then on.
    pub kind: String,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    pub content: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, format = DateTime)]
    pub at: Option<String>,
    /// It comes at this time of each person's own clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub local_time: Option<String>,
    pub state: BroadcastStage,
    /// Channels or networks.
    pub channels: Vec<String>,
    /// Whether it can be given another time.
    pub movable: bool,
    /// Its time is the next free place of the queue.
    pub queued: bool,
    /// Why it will not go out as it is, if it will not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub lacks: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CalendarMove {
    /// `broadcast`, `post` or `page`.
    pub kind: String,
    pub name: String,
    /// `2026-11-27T09:00`, as the file has it: on each person's clock for a broadcast, in the programme's zone for a post. With a
    /// zone, which a page needs, one moment for everybody.
    pub at: String,
}

/// What goes out in a stretch of time, in all channels
#[utoipa::path(get, path = "/api/v1/calendar", tag = "calendar", params(Stretch),
    responses((status = 200, description = "Done.", body = Calendar),
        (status = 400, description = "The stretch is none.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn get_calendar(
    State(shared): State<Arc<Shared>>,
    Query(stretch): Query<Stretch>,
) -> Result<Json<Calendar>, Problem> {
    let moment = |text: &str| {
        Timestamp::parse(text)
            .map_err(|_| Problem::bad("write `from` and `to` like 2026-11-01T00:00:00Z"))
    };
    let (from, to) = (moment(&stretch.from)?, moment(&stretch.to)?);
    if to <= from || Span::days(DAYS_MAX) < to - from {
        return Err(Problem::bad(format!("`to` is at most {DAYS_MAX} days after `from`")));
    }
    let known = Known::read(&shared).await?;
    let all = broadcasts(&shared, &known).into_iter().chain(posts(&known));
    let all = all.chain(pages(&known, shared.now()));
    let (dated, undated): (Vec<Dated>, Vec<Dated>) = all.partition(|it| it.at.is_some());
    let within = |it: &Dated| it.at.is_some_and(|at| from <= at && at < to);
    let mut items: Vec<Dated> = dated.into_iter().filter(within).collect();
    items.extend(journeys(&known, from, to));
    items.sort_by(|a, b| (a.at, &a.item.name).cmp(&(b.at, &b.item.name)));
    let open =
        |it: &Dated| matches!(it.item.state, BroadcastStage::Draft | BroadcastStage::Planned);
    Ok(Json(Calendar {
        zone: known.loaded.programme.policy.default_zone.clone(),
        items: items.into_iter().map(|it| it.item).collect(),
        undated: undated.into_iter().filter(open).map(|it| it.item).collect(),
    }))
}

/// Give a broadcast, a post or a page another time
///
/// Its file is changed and applied. What was planned is planned anew for the new time; what was approved has to be approved again.
#[utoipa::path(post, path = "/api/v1/calendar/move", tag = "calendar", request_body = CalendarMove,
    responses((status = 200, description = "It is there.", body = CalendarItem),
        (status = 404, description = "There is none.", body = Problem, content_type = "application/problem+json"),
        (status = 409, description = "It has begun already.", body = Problem, content_type = "application/problem+json"),
        (status = 422, description = "The programme would have problems; the body lists them.", body = Problem, content_type = "application/problem+json")))]
pub(super) async fn move_item(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    Body(asked): Body<CalendarMove>,
) -> Result<Json<CalendarItem>, Problem> {
    let kind = match asked.kind.as_str() {
        "broadcast" => Kind::Broadcast,
        "post" => Kind::Post,
        "page" => Kind::Content,
        _ => return Err(Problem::bad("only a `broadcast`, a `post` or a `page` can be moved")),
    };
    let by = actor(&shared, &headers).await?;
    let known = Known::read(&shared).await?;
    let before = item(&shared, &known, kind, &asked.name)?;
    if !before.movable {
        return Err(Problem::conflict("it has begun already, or is over or out"));
    }
    let (version, mut files) = running(&shared).await?;
    let is_it = |it: &(&String, &String)| {
        defined(it.0, it.1).is_some_and(|it| it.kind == kind && it.name == asked.name)
    };
    let Some(path) = files.iter().find(is_it).map(|it| it.0.clone()) else {
        return Err(Problem::not_found("its file is not to be found"));
    };
    let text = match kind {
        Kind::Content => moved_page(&files[&path], &asked.at)?,
        _ => moved(&path, &files[&path], &asked.at)?,
    };
    files.insert(path, text);
    if kind == Kind::Content && !is_published_at(&files, &asked.name, &asked.at) {
        return Err(in_its_own_way());
    }
    checked(&files).map_err(Problem::in_files)?;
    apply(&shared, files, version, by.clone()).await?;
    if before.state == BroadcastStage::Planned && kind != Kind::Content {
        let name = CampaignName::new(asked.name.clone());
        match kind {
            Kind::Post => drop(steer_post(&shared, &name, PostAction::Plan, &by, None).await?),
            _ => drop(steer_broadcast(&shared, &name, BroadcastAction::Plan, &by).await?),
        }
    }
    let known = Known::read(&shared).await?;
    Ok(Json(item(&shared, &known, kind, &asked.name)?))
}

/// The file's text with another time. A line `at:` of its own is replaced, so that comments stay; else the
/// file is written anew.
fn moved(path: &str, text: &str, at: &str) -> Result<String, Problem> {
    let at = at.trim();
    let is_time = LocalDateTime::parse(at).is_ok() || Timestamp::parse(at).is_ok();
    if !is_time {
        return Err(Problem::bad("write `at` like 2026-11-27T09:00"));
    }
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    if let Some(line) = lines.iter_mut().find(|it| it.starts_with("at:")) {
        let comment = line.find(" #").map(|it| line[it..].to_owned()).unwrap_or_default();
        *line = format!("at: \"{at}\"{comment}");
        return Ok(lines.join("\n") + "\n");
    }
    let Some(serde_json::Value::Object(mut form)) = fields(text) else {
        return Err(Problem::conflict("its file cannot be read"));
    };
    form.insert("at".to_owned(), at.into());
    from_json(path, &form.into()).map_err(Problem::in_files)
}

/// With its time as one.
pub(super) struct Dated {
    pub at: Option<Timestamp>,
    pub item: CalendarItem,
}

fn item(shared: &Shared, known: &Known, kind: Kind, name: &str) -> Result<CalendarItem, Problem> {
    let all = match kind {
        Kind::Post => posts(known),
        Kind::Content => pages(known, shared.now()),
        _ => broadcasts(shared, known),
    };
    let found = all.into_iter().find(|it| it.item.name == name);
    found.map(|it| it.item).ok_or_else(|| Problem::not_found("there is none of this name"))
}

fn broadcasts(shared: &Shared, known: &Known) -> Vec<Dated> {
    let statuses = shared.handle.status().broadcasts;
    let one = |it: &journey::Broadcast| {
        let progress = statuses.get(&it.name).map(|it| it.progress.clone()).unwrap_or_default();
        let fingerprint = engine::fingerprint_of_broadcast(it, &known.loaded);
        let planned = progress.state == BroadcastState::Planned;
        let lacks = progress.lacks(it.approval, &fingerprint).filter(|_| planned);
        let at = it.first_due();
        Dated {
            at,
            item: CalendarItem {
                kind: "broadcast".to_owned(),
                name: it.name.to_string(),
                owner: it.owner.clone(),
                content: it.content.to_string(),
                at: at.map(time),
                local_time: match it.at {
                    Some(SendAt::Local(local)) => Some(local.to_string()),
                    Some(SendAt::Instant(_)) | None => None,
                },
                state: stage(progress.state),
                channels: it.channels.iter().map(|it| it.name().to_owned()).collect(),
                movable: is_open(progress.state),
                queued: false,
                lacks: lacks.map(|it| it.to_string()),
            },
        }
    };
    known.loaded.programme.broadcasts.iter().map(one).collect()
}

fn posts(known: &Known) -> Vec<Dated> {
    let one = |it: &journey::ScheduledPost| {
        let status = known.status(&it.name);
        let fingerprint = engine::fingerprint_of(it, &it.content, &known.loaded);
        let planned = status.progress.state == BroadcastState::Planned;
        let lacks = status.lacks(Some(it), &fingerprint).filter(|_| planned);
        let at = known.at(it, &status);
        Dated {
            at,
            item: CalendarItem {
                kind: "post".to_owned(),
                name: it.name.to_string(),
                owner: it.owner.clone(),
                content: it.content.to_string(),
                at: at.map(time),
                local_time: None,
                state: stage(status.progress.state),
                channels: it
                    .networks
                    .iter()
                    .copied()
                    .map(Network::name)
                    .map(str::to_owned)
                    .collect(),
                movable: is_open(status.progress.state),
                queued: it.at == Some(journey::PostAt::Queue),
                lacks: lacks.map(|it| it.to_string()),
            },
        }
    };
    known.loaded.programme.posts.iter().map(one).collect()
}

/// What journeys begin by the calendar, each day that they do. In the programme's zone; each person has their own.
fn journeys(known: &Known, from: Timestamp, to: Timestamp) -> Vec<Dated> {
    let programme = &known.loaded.programme;
    let mut found = Vec::new();
    for it in &programme.journeys {
        let Trigger::Schedule(schedule) = &it.trigger else { continue };
        let channels = it.channels();
        for at in schedule.between(&programme.policy.default_zone, from, to) {
            let item = CalendarItem {
                kind: "journey".to_owned(),
                name: it.name.to_string(),
                owner: it.owner.clone(),
                content: String::new(),
                at: Some(time(at)),
                local_time: None,
                state: BroadcastStage::Planned,
                channels: channels.iter().map(|it| it.name().to_owned()).collect(),
                movable: false,
                queued: false,
                lacks: None,
            };
            found.push(Dated { at: Some(at), item });
        }
    }
    found
}

fn is_open(state: BroadcastState) -> bool {
    matches!(state, BroadcastState::Draft | BroadcastState::Planned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_move_keeps_the_comments_of_a_file() {
        let check = |text: &str, expected: &str| {
            assert_eq!(
                moved("posts/a.yaml", text, "2026-12-01T10:00").unwrap_or_default(),
                expected
            );
        };
        check(
            "post: a\n# why then\nat: 2026-11-27T09:00 # noon is too late\ncontent: c\n",
            "post: a\n# why then\nat: \"2026-12-01T10:00\" # noon is too late\ncontent: c\n",
        );
        check(
            "{post: a, content: c, networks: [x]}",
            "post: a\ncontent: c\nnetworks: [x]\nat: \"2026-12-01T10:00:00\"\n",
        );
        assert!(moved("posts/a.yaml", "post: a\nat: queue\n", "soon").is_err());
    }
}
