//! One person's way through a play: what they did, the steps they came to, what was said to them and
//! what not.
//!
//! There is one person in the play, so whatever moved in the engine's counts between two looks, that
//! person moved. A look is taken whenever the engine has come to rest, which is at most a moment after
//! each event and each timer.

use crate::scenario::{ScenarioError, Stage};
use engine::{EngineError, JourneyCounts};
use model::{Event, JourneyName, LedgerState, Message, MessageId, Origin, Timestamp};
use port::Ledger;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A person who goes in circles is followed so far; nobody reads on.
pub const MOMENTS_MAX: usize = 5_000;

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moment {
    pub at: String,
    pub kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub journey: Option<String>,
    /// The address of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Of the event, the audience, the arm or the content.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// A code of the reasons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The same in words; of a message, what it says.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The person did something.
    Event,
    /// They came into an audience, or left it.
    Entered,
    Left,
    /// A run began; or the trigger fitted and none did.
    Begun,
    NotBegun,
    /// A step was executed, or could not be.
    Step,
    Failed,
    /// A message was asked for, went out, or ended otherwise.
    Asked,
    Sent,
    NotSent,
    Goal,
    Ended,
}

/// What was seen so far.
#[derive(Debug)]
pub(crate) struct Way {
    audiences: BTreeSet<String>,
    journeys: BTreeMap<JourneyName, Seen>,
    /// The number of the next message, and those that have not ended.
    next: u64,
    open: BTreeSet<MessageId>,
    moments: Vec<Moment>,
}

#[derive(Clone, Debug, Default)]
struct Seen {
    counts: JourneyCounts,
    started: u64,
    goals: u64,
}

impl Way {
    /// Begins with the person as they are: what they went through before is not told.
    pub fn begin(stage: &Stage) -> Result<Way, ScenarioError> {
        let mut way = Way {
            audiences: BTreeSet::new(),
            journeys: BTreeMap::new(),
            next: 1,
            open: BTreeSet::new(),
            moments: Vec::new(),
        };
        way.look(stage)?;
        way.moments.clear();
        Ok(way)
    }

    /// The person did something.
    pub fn happened(&mut self, event: &Event) {
        let moment =
            Moment { name: Some(event.name().to_owned()), ..moment(event.received, Kind::Event) };
        self.tell(moment);
    }

    /// Tells what came since the last look.
    pub fn look(&mut self, stage: &Stage) -> Result<(), ScenarioError> {
        let (now, status) = (stage.now, stage.status());
        let sizes = status.tallies.audiences.iter().filter(|it| 0 < *it.1);
        let audiences: BTreeSet<String> = sizes.map(|it| it.0.clone()).collect();
        let before = std::mem::replace(&mut self.audiences, audiences.clone());
        let named =
            |kind: Kind, name: &String| Moment { name: Some(name.clone()), ..moment(now, kind) };
        let entered = audiences.difference(&before).map(|it| named(Kind::Entered, it));
        let left = before.difference(&audiences).map(|it| named(Kind::Left, it));
        entered.chain(left).for_each(|it| self.tell(it));
        let mut after: Vec<Moment> = Vec::new();
        for (name, counts) in stage.steps() {
            let tally = status.tallies.journeys.get(name);
            let seen = Seen {
                counts: counts.clone(),
                started: tally.map_or(0, |it| it.started),
                goals: tally.map_or(0, |it| it.goals),
            };
            let before = self.journeys.insert(name.clone(), seen.clone()).unwrap_or_default();
            let mut told = told(name, &before, &seen, &stage.addresses(name), now);
            after.extend(told.split_off(
                told.partition_point(|it| !matches!(it.kind, Kind::Goal | Kind::Ended)),
            ));
            told.into_iter().for_each(|it| self.tell(it));
        }
        self.look_at_messages(stage)?;
        after.into_iter().for_each(|it| self.tell(it));
        Ok(())
    }

    fn look_at_messages(&mut self, stage: &Stage) -> Result<(), ScenarioError> {
        while let Some(message) = read(stage, MessageId(self.next))? {
            self.next += 1;
            self.open.insert(message.id);
            self.tell(of_message(&message, message.created, Kind::Asked));
        }
        for id in self.open.clone() {
            let Some(message) = read(stage, id)? else { continue };
            let kind = match message.ledger_state() {
                LedgerState::Pending => continue,
                LedgerState::Sent => Kind::Sent,
                LedgerState::Suppressed
                | LedgerState::HeldOut
                | LedgerState::Dropped
                | LedgerState::Merged
                | LedgerState::Failed
                | LedgerState::Unknown => Kind::NotSent,
            };
            self.open.remove(&id);
            let last = message.trail.last();
            let mut told = of_message(&message, last.map_or(stage.now, |it| it.at), kind);
            if kind == Kind::Sent {
                if let Some((channel, said)) = stage.taken(id) {
                    told.text = format!("{}: {said}", channel.name());
                }
            } else if let Some(last) = last {
                told.why = Some(last.reason.code().to_owned());
                told.text = match last.detail.as_str() {
                    "" => last.reason.text().to_owned(),
                    detail => format!("{}: {detail}", last.reason.text()),
                };
            }
            self.tell(told);
        }
        Ok(())
    }

    pub fn end(self) -> Vec<Moment> {
        self.moments
    }

    fn tell(&mut self, moment: Moment) {
        if self.moments.len() < MOMENTS_MAX {
            self.moments.push(moment);
        }
    }
}

/// What moved in one journey: its beginning, its steps in the order of the file, its goals and ends.
fn told(
    name: &JourneyName,
    before: &Seen,
    after: &Seen,
    addresses: &[String],
    now: Timestamp,
) -> Vec<Moment> {
    let of = |kind: Kind| Moment { journey: Some(name.to_string()), ..moment(now, kind) };
    let mut found = Vec::new();
    found.extend((before.started..after.started).map(|_| of(Kind::Begun)));
    for (why, n) in &after.counts.refused {
        let known = before.counts.refused.get(why).copied().unwrap_or(0);
        let told = Moment {
            why: Some(why.code().to_owned()),
            text: why.text().to_owned(),
            ..of(Kind::NotBegun)
        };
        found.extend((known..*n).map(|_| told.clone()));
    }
    for (version, steps) in &after.counts.versions {
        let known = before.counts.versions.get(version);
        let mut steps: Vec<_> = steps.iter().collect();
        steps.sort_by_key(|(step, _)| addresses.iter().position(|it| it == *step));
        for (step, it) in steps {
            let old = known.and_then(|it| it.get(step)).cloned().unwrap_or_default();
            let at = |kind: Kind| Moment { step: Some(step.clone()), ..of(kind) };
            let arm = it.arms.iter().find(|(arm, n)| old.arms.get(*arm) != Some(n));
            let taken = Moment { name: arm.map(|it| it.0.clone()), ..at(Kind::Step) };
            found.extend((old.entered..it.entered).map(|_| taken.clone()));
            for (why, n) in &it.failed {
                let known = old.failed.get(why).copied().unwrap_or(0);
                let told = Moment {
                    why: Some(why.code().to_owned()),
                    text: why.text().to_owned(),
                    ..at(Kind::Failed)
                };
                found.extend((known..*n).map(|_| told.clone()));
            }
        }
    }
    found.extend((before.goals..after.goals).map(|_| of(Kind::Goal)));
    for (why, n) in &after.counts.ended {
        let known = before.counts.ended.get(why).copied().unwrap_or(0);
        let told = Moment { why: Some(why.code().to_owned()), ..of(Kind::Ended) };
        found.extend((known..*n).map(|_| told.clone()));
    }
    found
}

fn of_message(message: &Message, at: Timestamp, kind: Kind) -> Moment {
    let (journey, step) = match &message.origin {
        Origin::Journey { journey, step, .. } => (Some(journey.to_string()), Some(step.clone())),
        Origin::Broadcast { .. } | Origin::Api | Origin::Request { .. } => (None, None),
    };
    Moment { journey, step, name: Some(message.content.to_string()), ..moment(at, kind) }
}

fn moment(at: Timestamp, kind: Kind) -> Moment {
    let (journey, step, name, why) = (None, None, None, None);
    Moment { at: at.to_string(), kind, journey, step, name, why, text: String::new() }
}

fn read(stage: &Stage, id: MessageId) -> Result<Option<Message>, ScenarioError> {
    Ok(stage.store.message(id).map_err(EngineError::from)?)
}
