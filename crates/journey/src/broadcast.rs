//! One message to a whole audience: what was planned, and how far it has come.
//!
//! The engine fans out in chunks in the order of the plan's list and stores [`Progress`] with each
//! chunk; a person's candidate is known by [`Broadcast::candidate_key`], so that a chunk done twice
//! writes to nobody twice.

use crate::check::{check_bounded, check_name};
use crate::local::zone_or;
use jiff::civil;
use jiff::tz::{Disambiguation, TimeZone};
use model::{CampaignName, Channel, Class, ContentName, PersonId, Problem, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Clocks on earth are at most 14 hours ahead of UTC and 12 behind it; within these bounds a local
/// moment comes and goes everywhere.
const FIRST_ZONE: Span = Span::hours(14);
const LAST_ZONE: Span = Span::hours(12);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Broadcast {
    pub name: CampaignName,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    pub audience: String,
    pub content: ContentName,
    /// Allowed channels, the preferred one first.
    pub channels: Vec<Channel>,
    /// None: when it is started by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<SendAt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<Class>,
    #[serde(default)]
    pub value: f64,
    /// How long after its time it may still be sent to a person.
    pub expires: Span,
    /// How many people get it in a length of time. None: as fast as it goes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate: Option<Rate>,
    /// Somebody else than who planned it must approve it before it can start.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub approval: bool,
}

/// At most so many people in any stretch of so long, spread evenly over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rate {
    pub at_most: u32,
    pub per: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendAt {
    Instant(Timestamp),
    /// At this time in each person's zone.
    Local(LocalDateTime),
}

/// A date and a time of the day without a zone: `2026-11-27T09:00`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LocalDateTime(civil::DateTime);

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default,
)]
#[serde(rename_all = "snake_case")]
pub enum BroadcastState {
    /// Being written; its file may change.
    #[default]
    Draft,
    /// Recipients were counted and shown; waits for its time or for somebody to start it.
    Planned,
    Running,
    Paused,
    Done,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BroadcastAction {
    Plan,
    Approve,
    Start,
    Pause,
    Resume,
    Cancel,
    /// The last chunk was done; comes from the engine, never from a person.
    Finish,
}

/// How far a broadcast, or a post, has come; a broadcast's is stored with each chunk.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Progress {
    #[serde(default)]
    pub state: BroadcastState,
    /// People whose candidate was made. Before the start: people counted by the plan.
    #[serde(default)]
    pub recipients: u64,
    /// In fan-outs that began when lists were in the order of persons: everybody up to and including
    /// this person is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub done_through: Option<PersonId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub planned_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved: Option<Approval>,
    /// When the fan-out begins by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// When it began; none in what began before this was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// Before this the rate lets nobody else through.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
}

/// That a second person looked at the plan and agrees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub by: String,
    pub at: Timestamp,
    /// The fingerprint of what was approved: another broadcast or content needs another look.
    pub of: String,
}

/// What `action` makes of `state`, or why it cannot.
pub fn transition(
    state: BroadcastState,
    action: BroadcastAction,
) -> Result<BroadcastState, Problem> {
    use BroadcastAction as Do;
    use BroadcastState as Is;
    let refused = |remedy: &str| {
        let text = format!("what is {} cannot be {}", state.name(), action.done());
        Err(Problem::new(text).hint(remedy))
    };
    match (state, action) {
        // Planning again replaces the plan, as long as nothing was sent.
        (Is::Draft | Is::Planned, Do::Plan) => Ok(Is::Planned),
        (Is::Planned, Do::Approve) => Ok(Is::Planned),
        (Is::Planned, Do::Start) => Ok(Is::Running),
        (Is::Running, Do::Pause) => Ok(Is::Paused),
        (Is::Paused, Do::Resume) => Ok(Is::Running),
        (Is::Running, Do::Finish) => Ok(Is::Done),
        (Is::Draft | Is::Planned | Is::Running | Is::Paused, Do::Cancel) => Ok(Is::Cancelled),
        (Is::Draft, Do::Approve | Do::Start | Do::Pause | Do::Resume | Do::Finish) => {
            refused("plan it first")
        }
        (Is::Planned, Do::Pause | Do::Resume | Do::Finish) => refused("start it, or cancel it"),
        (Is::Running, Do::Plan | Do::Approve | Do::Start | Do::Resume) => {
            refused("pause it, or cancel it")
        }
        (Is::Paused, Do::Plan | Do::Approve | Do::Start | Do::Pause | Do::Finish) => {
            refused("resume it, or cancel it")
        }
        (Is::Done | Is::Cancelled, _) => refused("copy it under a new name to send it again"),
    }
}

/// Everything that is malformed in the definition of a broadcast.
pub fn check_broadcast(broadcast: &Broadcast) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |result: Result<(), Problem>| problems.extend(result.err());
    add(check_name("the broadcast", broadcast.name.as_str()));
    add(check_name("the audience", &broadcast.audience));
    add(check_name("the content", broadcast.content.as_str()));
    add(crate::check::check_channels("the broadcast", &broadcast.channels));
    add(crate::check::check_value("the broadcast", broadcast.value));
    add(check_bounded("the broadcast: `expires`", broadcast.expires));
    if let Some(rate) = broadcast.rate {
        add(check_bounded("the broadcast: `rate`", rate.per));
        if rate.at_most == 0 {
            let problem = Problem::new("the broadcast: `rate` lets nobody through");
            add(Err(problem.hint("write for example `rate: {at_most: 1000, per: 1m}`")));
        }
    }
    problems
}

impl Broadcast {
    /// When the candidate of a person in `zone` is due: a local time that a clock change skips moves
    /// to just after it, and one that comes twice means the first. None: as soon as it is started.
    pub fn due_in(&self, zone: Option<&str>, default_zone: &str) -> Option<Timestamp> {
        Some(match self.at? {
            SendAt::Instant(at) => at,
            SendAt::Local(local) => local.instant(&zone_or(zone, default_zone)),
        })
    }

    /// When the first person anywhere is due.
    pub fn first_due(&self) -> Option<Timestamp> {
        Some(match self.at? {
            SendAt::Instant(at) => at,
            SendAt::Local(local) => local.instant(&TimeZone::UTC).minus(FIRST_ZONE),
        })
    }

    /// When the last person anywhere is due.
    pub fn last_due(&self) -> Option<Timestamp> {
        Some(match self.at? {
            SendAt::Instant(at) => at,
            SendAt::Local(local) => local.instant(&TimeZone::UTC).plus(LAST_ZONE),
        })
    }

    /// `broadcast/black-friday/p12`: one message per person, whatever happens to the fan-out.
    pub fn candidate_key(&self, person: PersonId) -> String {
        format!("broadcast/{}/{person}", self.name)
    }
}

impl Rate {
    /// How many may go at once: what the rate lets through in a second, so that a stretch of any
    /// length holds at most that many more than it should.
    fn burst(self) -> usize {
        let a_second = i64::from(self.at_most).saturating_mul(Span::SECOND.0) / self.per.0.max(1);
        usize::try_from(a_second.max(1)).unwrap_or(1)
    }

    /// How long so many take.
    fn takes(self, people: usize) -> Span {
        let all = i64::try_from(people).unwrap_or(i64::MAX).saturating_mul(self.per.0);
        Span(all / i64::from(self.at_most.max(1)))
    }
}

impl Progress {
    /// Takes one step; nothing changes if it is refused.
    pub fn apply(&mut self, action: BroadcastAction) -> Result<(), Problem> {
        self.state = transition(self.state, action)?;
        Ok(())
    }

    /// The plan, and when it begins. If that time has passed, nothing begins by itself: whoever plans has
    /// not seen the plan yet. What was approved before counts no more.
    pub fn plan(
        &mut self,
        first_due: Option<Timestamp>,
        by: &str,
        now: Timestamp,
    ) -> Result<(), Problem> {
        self.apply(BroadcastAction::Plan)?;
        *self = Progress {
            state: self.state,
            planned_at: Some(now),
            planned_by: by.to_owned(),
            due: first_due.filter(|it| now < *it),
            ..Progress::default()
        };
        Ok(())
    }

    /// A second person agrees to what has this fingerprint.
    pub fn approve(&mut self, by: &str, of: &str, now: Timestamp) -> Result<(), Problem> {
        let state = transition(self.state, BroadcastAction::Approve)?;
        if by == self.planned_by {
            let problem = Problem::new("who planned it cannot approve it as well");
            return Err(problem.hint("ask a colleague to look at it"));
        }
        self.state = state;
        self.approved = Some(Approval { by: by.to_owned(), at: now, of: of.to_owned() });
        Ok(())
    }

    /// Why what has this fingerprint, and `needs` approval or does not, may not start yet; none if it may.
    pub fn lacks(&self, needs: bool, fingerprint: &str) -> Option<Problem> {
        match &self.approved {
            _ if !needs => None,
            Some(approved) if approved.of == fingerprint => None,
            Some(approved) => {
                let text = format!("it changed since {} approved it", approved.by);
                Some(Problem::new(text).hint("plan it anew, and let somebody else approve it"))
            }
            None => {
                let problem = Problem::new("nobody has approved it yet");
                Some(problem.hint("somebody else than who planned it must approve it"))
            }
        }
    }

    /// Whether the fan-out begins by itself now.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.state == BroadcastState::Planned && self.due.is_some_and(|it| it <= now)
    }

    /// Begins the fan-out; from here on, `recipients` counts people who got a candidate.
    pub fn start(&mut self, needs: bool, fingerprint: &str, now: Timestamp) -> Result<(), Problem> {
        let state = transition(self.state, BroadcastAction::Start)?;
        if let Some(problem) = self.lacks(needs, fingerprint) {
            return Err(problem);
        }
        self.state = state;
        self.started_at = Some(now);
        (self.recipients, self.done_through, self.next_at) = (0, None, None);
        Ok(())
    }

    /// How many of `most` the rate lets through now.
    pub fn room(&self, rate: Option<Rate>, most: usize, now: Timestamp) -> usize {
        match rate {
            None => most,
            Some(_) if self.next_at.is_some_and(|it| now < it) => 0,
            Some(rate) => rate.burst().min(most),
        }
    }

    /// Notes that candidates were made for so many people. Time in which nothing went out is not
    /// caught up on.
    pub fn made(&mut self, people: usize, rate: Option<Rate>, now: Timestamp) {
        self.recipients += people as u64;
        self.next_at =
            rate.map(|it| self.next_at.map_or(now, |at| at.max(now)).plus(it.takes(people)));
    }
}

impl BroadcastState {
    pub const ALL: [BroadcastState; 6] = [
        BroadcastState::Draft,
        BroadcastState::Planned,
        BroadcastState::Running,
        BroadcastState::Paused,
        BroadcastState::Done,
        BroadcastState::Cancelled,
    ];

    pub fn name(self) -> &'static str {
        match self {
            BroadcastState::Draft => "draft",
            BroadcastState::Planned => "planned",
            BroadcastState::Running => "running",
            BroadcastState::Paused => "paused",
            BroadcastState::Done => "done",
            BroadcastState::Cancelled => "cancelled",
        }
    }
}

impl BroadcastAction {
    pub const ALL: [BroadcastAction; 7] = [
        BroadcastAction::Plan,
        BroadcastAction::Approve,
        BroadcastAction::Start,
        BroadcastAction::Pause,
        BroadcastAction::Resume,
        BroadcastAction::Cancel,
        BroadcastAction::Finish,
    ];

    /// The word in the API's path.
    pub fn name(self) -> &'static str {
        match self {
            BroadcastAction::Plan => "plan",
            BroadcastAction::Approve => "approve",
            BroadcastAction::Start => "start",
            BroadcastAction::Pause => "pause",
            BroadcastAction::Resume => "resume",
            BroadcastAction::Cancel => "cancel",
            BroadcastAction::Finish => "finish",
        }
    }

    pub fn from_name(name: &str) -> Option<BroadcastAction> {
        BroadcastAction::ALL.into_iter().find(|it| it.name() == name)
    }

    fn done(self) -> &'static str {
        match self {
            BroadcastAction::Plan => "planned",
            BroadcastAction::Approve => "approved",
            BroadcastAction::Start => "started",
            BroadcastAction::Pause => "paused",
            BroadcastAction::Resume => "resumed",
            BroadcastAction::Cancel => "cancelled",
            BroadcastAction::Finish => "finished",
        }
    }
}

impl LocalDateTime {
    pub fn parse(text: &str) -> Result<LocalDateTime, Problem> {
        let zoned = text.trim().ends_with(['Z', 'z']) || text.parse::<jiff::Timestamp>().is_ok();
        match text.trim().parse::<civil::DateTime>() {
            Ok(civil) if !zoned => Ok(LocalDateTime(civil)),
            _ => Err(Problem::new(format!("`{text}` is not a local date and time"))
                .hint("write it like 2026-11-27T09:00, without a zone")),
        }
    }

    pub(crate) fn instant(self, zone: &TimeZone) -> Timestamp {
        let found = zone.to_ambiguous_zoned(self.0).disambiguate(Disambiguation::Compatible);
        match found {
            Ok(zoned) => Timestamp(zoned.timestamp().as_millisecond()),
            // Only within a day of the first and last year that can be written.
            Err(_) if self.0.year() < 1970 => Timestamp::MIN,
            Err(_) => Timestamp::MAX,
        }
    }
}

impl fmt::Display for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl fmt::Debug for LocalDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl TryFrom<String> for LocalDateTime {
    type Error = Problem;

    fn try_from(text: String) -> Result<LocalDateTime, Problem> {
        LocalDateTime::parse(&text)
    }
}

impl From<LocalDateTime> for String {
    fn from(local: LocalDateTime) -> String {
        local.to_string()
    }
}
