//! One post to everybody: where and when, and the queue of free places for those without a time.

use crate::check::{check_bounded, check_name};
use crate::local::zone_or;
use crate::{LocalDateTime, LocalTime, Weekday};
use jiff::ToSpan;
use model::{CampaignName, ContentName, Network, Problem, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How far ahead a free place is looked for; a queue that is full for so long needs more places.
const QUEUE_DAYS: i64 = 90;

/// The most places that a week may have.
pub const SLOTS_MAX: usize = 168;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScheduledPost {
    pub name: CampaignName,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    pub content: ContentName,
    /// Where it stands; each once.
    pub networks: Vec<Network>,
    /// None: when somebody starts it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<PostAt>,
    /// The language that is wanted, such as `nl`; empty: the content's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub locale: String,
    /// How long after its time it may still go out.
    pub within: Span,
    /// Somebody else than who planned it must approve it before it can go out.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approval: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostAt {
    Instant(Timestamp),
    /// In the programme's zone, since everybody reads it at the same moment.
    Local(LocalDateTime),
    /// The next free place of the queue.
    Queue,
}

/// A place in the queue that comes every week: `mon 09:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostSlot {
    pub day: Weekday,
    pub at: LocalTime,
}

impl ScheduledPost {
    /// Long enough for an outage of a working day, and short enough that the post is still of that day.
    pub const DEFAULT_WITHIN: Span = Span::hours(12);

    /// When it goes out. `taken` are the times of the queued posts that share a network with it. None when
    /// it has no time, or the queue has no place for it.
    pub fn due(
        &self,
        zone: &str,
        slots: &[PostSlot],
        taken: &[Timestamp],
        now: Timestamp,
    ) -> Option<Timestamp> {
        match self.at? {
            PostAt::Instant(at) => Some(at),
            PostAt::Local(local) => Some(local.instant(&zone_or(None, zone))),
            PostAt::Queue => next_free(zone, slots, taken, now),
        }
    }
}

/// The next free place after `now`.
fn next_free(
    zone: &str,
    slots: &[PostSlot],
    taken: &[Timestamp],
    now: Timestamp,
) -> Option<Timestamp> {
    let zone = zone_or(None, zone);
    let today = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned(zone.clone()).date();
    let mut slots = slots.to_vec();
    slots.sort_by_key(|it| it.at);
    (0..=QUEUE_DAYS)
        .filter_map(|days| today.checked_add(days.days()).ok())
        .flat_map(|date| {
            let of_day = slots.iter().filter(move |it| it.day == Weekday::of(date));
            of_day.map(move |it| date.to_datetime(it.at.civil()))
        })
        .filter_map(|civil| {
            let zoned = zone.to_ambiguous_zoned(civil).compatible().ok()?;
            Some(Timestamp(zoned.timestamp().as_millisecond()))
        })
        .find(|at| now < *at && !taken.contains(at))
}

/// Everything that is malformed in the definition of a post.
pub fn check_post(post: &ScheduledPost) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |result: Result<(), Problem>| problems.extend(result.err());
    add(check_name("the post", post.name.as_str()));
    add(check_name("the content", post.content.as_str()));
    add(check_bounded("the post: `within`", post.within));
    if post.networks.is_empty() {
        let problem = Problem::new("the post names no network");
        add(Err(problem.hint("write for example `networks: [bluesky, mastodon]`")));
    }
    for (place, network) in post.networks.iter().enumerate() {
        if post.networks[..place].contains(network) {
            let problem = Problem::new(format!("the post names {network} twice"));
            add(Err(problem.hint("name each network once")));
        }
    }
    problems
}

impl PostSlot {
    pub fn parse(text: &str) -> Result<PostSlot, Problem> {
        let hint = "write it like `mon 09:00`";
        let wrong = || Problem::new(format!("`{text}` is not a place in a week")).hint(hint);
        let (day, at) = text.trim().split_once(' ').ok_or_else(wrong)?;
        let day = Weekday::from_name(day).ok_or_else(wrong)?;
        Ok(PostSlot { day, at: LocalTime::parse(at.trim()).map_err(|_| wrong())? })
    }
}

impl fmt::Display for PostSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.day.name(), self.at)
    }
}

impl TryFrom<String> for PostSlot {
    type Error = Problem;

    fn try_from(text: String) -> Result<PostSlot, Problem> {
        PostSlot::parse(&text)
    }
}

impl From<PostSlot> for String {
    fn from(slot: PostSlot) -> String {
        slot.to_string()
    }
}
