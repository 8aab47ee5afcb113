//! One post on its way to one network: which of its parts is next, what an answer makes of it, when it is
//! tried again, and what somebody wants of it once it stands.
//!
//! Store the posting *after* [`Posting::claim`] and *before* the network is called. What is found on the
//! wire after a crash is looked for ([`Posting::found_on_the_wire`]) and never published a second time by
//! itself.

use crate::{RETRY_AFTER_MAX, short};
use model::{Post, PostMetrics, PostRef, Published, PublisherError, Span, Timestamp};
use serde::{Deserialize, Serialize};

/// The waits between tries of one part; the last one again and again, until the post comes too late.
const TRY_DELAYS: [Span; 5] =
    [Span::minutes(1), Span::minutes(5), Span::minutes(15), Span::minutes(30), Span::HOUR];

/// The waits before each look for a part of which nothing was heard. Networks show a post within seconds,
/// and the last look is for one that was in trouble.
const LOOK_DELAYS: [Span; 4] =
    [Span::minutes(1), Span::minutes(5), Span::minutes(30), Span::hours(2)];

/// Networks that know the key of a try forget it after an hour, so later than this a part is looked for
/// before it is tried again.
const KEY_LASTS: Span = Span::minutes(50);

/// A thread that has begun is brought to its end for so long.
const THREAD_ENDS: Span = Span::DAY;

/// When the network is asked what came of a post, counted from when it stood: often while most happens,
/// and then to see how it lasts.
const COUNTS: [Span; 7] = [
    Span::HOUR,
    Span::hours(6),
    Span::DAY,
    Span::days(3),
    Span::days(7),
    Span::days(14),
    Span::days(30),
];

/// After a count that failed.
const COUNT_AGAIN: Span = Span::hours(2);

/// How long what somebody wants of a post that stands is tried.
const WISH_LASTS: Span = Span::DAY;

/// The latest notes that are kept.
const NOTES_MAX: usize = 50;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posting {
    /// As it goes out, or stands.
    pub post: Post,
    pub due: Timestamp,
    /// What has not begun by then comes too late.
    pub ends: Timestamp,
    /// As many as the post has.
    pub parts: Vec<PartState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wish: Option<PostWish>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wire: Option<Wire>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counts: Vec<PostCount>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_count: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<PostNote>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    Waiting {
        at: Timestamp,
        tries: u32,
        /// When it was claimed for the first time.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        first: Option<Timestamp>,
        /// It is looked for before it is tried again.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        look: bool,
    },
    Stands {
        post: PostRef,
        since: Timestamp,
    },
    /// Nobody knows whether it stands.
    Lost {
        first: Timestamp,
        looks: u32,
        /// When it is looked for; none when only a person can tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        look_at: Option<Timestamp>,
        detail: String,
    },
    Refused {
        detail: String,
    },
    /// Its time was over before it could begin.
    Late,
    /// Called off, or taken back.
    Gone,
}

/// What somebody wants of a post that stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostWish {
    pub what: Wished,
    pub since: Timestamp,
    /// Not tried before.
    pub at: Timestamp,
    pub tries: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Wished {
    /// That it says this, part by part.
    Edit(Post),
    Delete,
}

/// What the network is asked now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wire {
    pub task: PostTask,
    pub since: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostTask {
    Publish(usize),
    Find(usize),
    Edit(usize),
    Delete(usize),
    Count,
}

/// What a network answers to a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostAnswer {
    Published(Published),
    Found(Result<Option<PostRef>, PublisherError>),
    Edited(Result<PostRef, PublisherError>),
    Deleted(Result<(), PublisherError>),
    /// Of the parts that stand, in their order.
    Counted(Result<Vec<Option<PostMetrics>>, PublisherError>),
}

/// What had come of each part by a moment; none for one that does not stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostCount {
    pub at: Timestamp,
    pub parts: Vec<Option<PostMetrics>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostNote {
    pub at: Timestamp,
    pub text: String,
}

/// Where a posting is, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Waiting,
    /// Some of it stands or is on the wire, and the rest follows.
    Going,
    Stands,
    /// Some of it stands, and the rest never will by itself.
    Partly,
    Refused,
    Lost,
    Late,
    Gone,
}

impl Posting {
    pub fn new(post: Post, due: Timestamp, within: Span) -> Posting {
        let waiting = PartState::Waiting { at: due, tries: 0, first: None, look: false };
        Posting {
            parts: vec![waiting; post.parts.len()],
            post,
            due,
            ends: due.plus(within),
            wish: None,
            wire: None,
            counts: Vec::new(),
            next_count: None,
            notes: Vec::new(),
        }
    }

    /// What is to be done now. `open`: nobody has paused or called off what has not gone out yet.
    pub fn next(&self, now: Timestamp, open: bool) -> Option<PostTask> {
        let due = |(at, task): (Timestamp, PostTask)| (at <= now).then_some(task);
        self.coming(open).into_iter().find_map(due)
    }

    /// When there is something to do next, if nobody does anything.
    pub fn wake_at(&self, open: bool) -> Option<Timestamp> {
        self.coming(open).into_iter().map(|it| it.0).min()
    }

    /// What comes next of each kind, the more pressing kind first. Nothing while something is on the wire:
    /// the parts of a thread follow each other.
    fn coming(&self, open: bool) -> Vec<(Timestamp, PostTask)> {
        if self.wire.is_some() {
            return Vec::new();
        }
        let wished = self.wished();
        let deletes = self.wish.as_ref().is_some_and(|it| it.what == Wished::Delete);
        let going = if deletes { None } else { self.going(open) };
        let counted = self.next_count.map(|it| (it, PostTask::Count));
        [wished, going, counted].into_iter().flatten().collect()
    }

    fn wished(&self) -> Option<(Timestamp, PostTask)> {
        let wish = self.wish.as_ref()?;
        let task = match &wish.what {
            Wished::Edit(post) => PostTask::Edit(self.unlike(post)?),
            // The answers go before what they answer.
            Wished::Delete => PostTask::Delete(self.parts.iter().rposition(PartState::stands)?),
        };
        Some((wish.at, task))
    }

    /// The first part that stands and says something else than it should.
    fn unlike(&self, post: &Post) -> Option<usize> {
        let pairs = self.post.parts.iter().zip(&post.parts);
        let unlike =
            pairs.zip(&self.parts).map(|((is, shall), state)| state.stands() && is != shall);
        unlike.into_iter().position(|it| it)
    }

    /// The first part that does not stand, if it may still come to stand.
    fn going(&self, open: bool) -> Option<(Timestamp, PostTask)> {
        let part = self.parts.iter().position(|it| !it.stands())?;
        match &self.parts[part] {
            PartState::Waiting { at, look: true, .. } => Some((*at, PostTask::Find(part))),
            PartState::Waiting { at, .. } if open => Some((*at, PostTask::Publish(part))),
            PartState::Lost { look_at, .. } => look_at.map(|at| (at, PostTask::Find(part))),
            PartState::Waiting { .. }
            | PartState::Stands { .. }
            | PartState::Refused { .. }
            | PartState::Late
            | PartState::Gone => None,
        }
    }

    /// Ends what has not begun and whose time is over. Returns whether anything changed.
    pub fn expire(&mut self, now: Timestamp) -> bool {
        if now < self.over() || self.wire.is_some() {
            return false;
        }
        let mut changed = false;
        for part in &mut self.parts {
            if matches!(part, PartState::Waiting { .. }) {
                (*part, changed) = (PartState::Late, true);
            }
        }
        if changed {
            self.note(now, "its time is over: too late".to_owned());
        }
        changed
    }

    /// From when on [`Posting::expire`] ends what has not begun.
    pub fn over(&self) -> Timestamp {
        let begun = self.parts.first().is_some_and(PartState::stands);
        let ends = if begun { self.ends.plus(THREAD_ENDS) } else { self.ends };
        ends.plus(Span(1))
    }

    /// Puts a task on the wire. What [`Posting::next`] did not just name is not to be claimed.
    pub fn claim(&mut self, task: PostTask, now: Timestamp) {
        self.wire = Some(Wire { task, since: now });
        if let PostTask::Publish(part) = task
            && let Some(PartState::Waiting { tries, first, .. }) = self.parts.get_mut(part)
        {
            *tries = tries.saturating_add(1);
            first.get_or_insert(now);
        }
    }

    /// When a part was claimed for the first time: it is published then or later.
    pub fn claimed(&self, part: usize) -> Option<Timestamp> {
        match self.parts.get(part)? {
            PartState::Waiting { first, .. } => *first,
            PartState::Lost { first, .. } => Some(*first),
            PartState::Stands { since, .. } => Some(*since),
            PartState::Refused { .. } | PartState::Late | PartState::Gone => None,
        }
    }

    /// The parts that stand, in their order.
    pub fn stands(&self) -> Vec<PostRef> {
        let stands = |it: &PartState| match it {
            PartState::Stands { post, .. } => Some(post.clone()),
            PartState::Waiting { .. }
            | PartState::Lost { .. }
            | PartState::Refused { .. }
            | PartState::Late
            | PartState::Gone => None,
        };
        self.parts.iter().filter_map(stands).collect()
    }

    /// Takes the network's answer to what is on the wire; any other answer changes nothing.
    pub fn answer(&mut self, answer: &PostAnswer, now: Timestamp) {
        let Some(Wire { task, .. }) = self.wire else { return };
        match (task, answer) {
            (PostTask::Publish(part), PostAnswer::Published(it)) => self.published(part, it, now),
            (PostTask::Find(part), PostAnswer::Found(it)) => self.found(part, it, now),
            (PostTask::Edit(part), PostAnswer::Edited(it)) => self.edited(part, it, now),
            (PostTask::Delete(part), PostAnswer::Deleted(it)) => self.deleted(part, it, now),
            (PostTask::Count, PostAnswer::Counted(it)) => self.counted(it, now),
            (
                _,
                PostAnswer::Published(_)
                | PostAnswer::Found(_)
                | PostAnswer::Edited(_)
                | PostAnswer::Deleted(_)
                | PostAnswer::Counted(_),
            ) => return,
        }
        self.wire = None;
    }

    /// For what a new process finds on the wire: the old one stopped before the answer was stored. A part
    /// that was being published is looked for; everything else can be asked again.
    pub fn found_on_the_wire(&mut self, now: Timestamp) {
        let Some(Wire { task, since }) = self.wire.take() else { return };
        if let PostTask::Publish(part) = task {
            self.lose(part, now, &format!("on the wire since {since} when the program ended"));
        }
    }

    /// After a restore: nobody knows whether this part left.
    pub fn may_have_left(&mut self, part: usize, now: Timestamp, detail: &str) {
        self.lose(part, now, detail);
    }

    /// What has not gone out never will.
    pub fn cancel(&mut self, now: Timestamp) {
        let mut changed = false;
        for part in &mut self.parts {
            if matches!(part, PartState::Waiting { .. }) {
                (*part, changed) = (PartState::Gone, true);
            }
        }
        if changed {
            self.note(now, "called off".to_owned());
        }
    }

    /// Somebody wants it to say this. An error says why that cannot be.
    pub fn edit(&mut self, post: Post, now: Timestamp) -> Result<(), String> {
        if !self.parts.iter().all(PartState::stands) {
            return Err("not all of it stands".to_owned());
        }
        if post.parts.len() != self.post.parts.len() {
            let (is, shall) = (self.post.parts.len(), post.parts.len());
            return Err(format!("it has {is} parts, and would have {shall}"));
        }
        if post.parts == self.post.parts {
            return Err("it says that already".to_owned());
        }
        self.wish = Some(PostWish { what: Wished::Edit(post), since: now, at: now, tries: 0 });
        Ok(())
    }

    /// Somebody wants it taken back.
    pub fn delete(&mut self, now: Timestamp) -> Result<(), String> {
        if !self.parts.iter().any(PartState::stands) {
            return Err("nothing of it is known to stand".to_owned());
        }
        self.cancel(now);
        self.wish = Some(PostWish { what: Wished::Delete, since: now, at: now, tries: 0 });
        Ok(())
    }

    /// Somebody wants what failed to be tried again, in doubt also what may stand already.
    pub fn again(&mut self, now: Timestamp, within: Span) -> Result<(), String> {
        let ended = |it: &PartState| match it {
            PartState::Refused { .. } | PartState::Late => true,
            PartState::Lost { look_at, .. } => look_at.is_none(),
            PartState::Waiting { .. } | PartState::Stands { .. } | PartState::Gone => false,
        };
        if !self.parts.iter().any(ended) {
            return Err("nothing of it failed".to_owned());
        }
        for part in self.parts.iter_mut().filter(|it| ended(it)) {
            *part = PartState::Waiting { at: now, tries: 0, first: None, look: false };
        }
        (self.due, self.ends) = (now, now.plus(within));
        self.note(now, "to be tried again".to_owned());
        Ok(())
    }

    /// Somebody knows that what was lost does not stand, or does not care.
    pub fn leave(&mut self, now: Timestamp) -> Result<(), String> {
        let is_lost = |it: &PartState| matches!(it, PartState::Lost { .. });
        if !self.parts.iter().any(is_lost) {
            return Err("nothing of it is lost".to_owned());
        }
        for part in self.parts.iter_mut().filter(|it| is_lost(it)) {
            *part = PartState::Gone;
        }
        self.cancel(now);
        self.note(now, "what is not known to stand is left at that".to_owned());
        Ok(())
    }

    pub fn standing(&self) -> Standing {
        let stands = self.parts.iter().filter(|it| it.stands()).count();
        if stands == self.parts.len() {
            return Standing::Stands;
        }
        let begun = 0 < stands || self.wire.is_some();
        // All before the first part that does not stand, stand.
        match self.parts.iter().find(|it| !it.stands()) {
            Some(PartState::Waiting { .. }) if begun => Standing::Going,
            Some(PartState::Waiting { .. }) => Standing::Waiting,
            Some(PartState::Lost { look_at: Some(_), .. }) => Standing::Going,
            Some(PartState::Lost { .. }) => Standing::Lost,
            Some(_) if 0 < stands => Standing::Partly,
            Some(PartState::Refused { .. }) => Standing::Refused,
            Some(PartState::Late) => Standing::Late,
            Some(PartState::Gone | PartState::Stands { .. }) | None => Standing::Gone,
        }
    }

    /// Whether only somebody of the team can bring it on.
    pub fn needs_person(&self) -> bool {
        matches!(self.standing(), Standing::Lost | Standing::Refused | Standing::Partly)
            && self.wish.is_none()
    }

    fn published(&mut self, part: usize, published: &Published, now: Timestamp) {
        match published {
            Published::Done(post) => self.now_stands(part, post.clone(), now),
            Published::Later { detail, retry_after } => self.later(part, detail, *retry_after, now),
            Published::Refused { detail } => {
                self.note(now, format!("part {}: refused: {}", part + 1, short(detail)));
                self.set(part, PartState::Refused { detail: short(detail) });
            }
            Published::Lost { detail } => self.lose(part, now, detail),
        }
    }

    fn now_stands(&mut self, part: usize, post: PostRef, now: Timestamp) {
        self.note(now, format!("part {}: stands", part + 1));
        self.set(part, PartState::Stands { post, since: now });
        if self.next_count.is_none() && part == 0 {
            self.next_count = Some(now.plus(COUNTS[0]));
        }
        // The next part of a thread waits for nothing.
        if let Some(PartState::Waiting { at, .. }) = self.parts.get_mut(part + 1) {
            *at = now;
        }
    }

    fn later(&mut self, part: usize, detail: &str, asked: Option<Span>, now: Timestamp) {
        let Some(PartState::Waiting { at, tries, first, look }) = self.parts.get_mut(part) else {
            return;
        };
        let delay = delay(&TRY_DELAYS, *tries);
        *at = now.plus(delay.max(asked.unwrap_or(Span::ZERO).min(RETRY_AFTER_MAX)));
        *look = first.is_some_and(|it| KEY_LASTS < *at - it);
        let text = format!("part {}: try {tries}: {}; again at {at}", part + 1, short(detail));
        self.note(now, text);
    }

    fn lose(&mut self, part: usize, now: Timestamp, detail: &str) {
        let first = self.claimed(part).unwrap_or(now);
        let (looks, look_at) = (0, Some(now.plus(LOOK_DELAYS[0])));
        self.note(now, format!("part {}: nothing is known: {}", part + 1, short(detail)));
        self.set(part, PartState::Lost { first, looks, look_at, detail: short(detail) });
    }

    fn found(
        &mut self,
        part: usize,
        found: &Result<Option<PostRef>, PublisherError>,
        now: Timestamp,
    ) {
        if let Ok(Some(post)) = found {
            self.now_stands(part, post.clone(), now);
            return;
        }
        let mut note = None;
        match (self.parts.get_mut(part), found) {
            (
                Some(PartState::Waiting { at, look, .. }),
                Ok(_) | Err(PublisherError::NotAllowed(_)),
            ) => {
                (*at, *look) = (now, false);
            }
            (Some(PartState::Waiting { at, .. }), Err(_)) => *at = now.plus(TRY_DELAYS[3]),
            (Some(PartState::Lost { looks, look_at, .. }), found) => {
                // Whether the network cannot be asked or does not have it: the number of looks is bounded.
                *looks = looks.saturating_add(1);
                let next = LOOK_DELAYS.get(usize::try_from(*looks).unwrap_or(usize::MAX));
                *look_at = next.map(|it| now.plus(*it));
                let why = found.as_ref().err().map_or("not found".to_owned(), said);
                note = Some(format!("part {}: look {looks}: {why}", part + 1));
            }
            (_, _) => {}
        }
        if let Some(text) = note {
            self.note(now, text);
        }
    }

    fn edited(&mut self, part: usize, edited: &Result<PostRef, PublisherError>, now: Timestamp) {
        match edited {
            Ok(post) => {
                let said = match &self.wish {
                    Some(PostWish { what: Wished::Edit(shall), .. }) => {
                        shall.parts.get(part).cloned()
                    }
                    Some(_) | None => None,
                };
                if let (Some(said), Some(is)) = (said, self.post.parts.get_mut(part)) {
                    *is = said;
                }
                if let Some(PartState::Stands { post: known, .. }) = self.parts.get_mut(part) {
                    known.clone_from(post);
                }
                self.note(now, format!("part {}: says something else", part + 1));
                let done = self.wished().is_none();
                if done {
                    self.wish = None;
                }
            }
            Err(error) => self.wish_failed(part, error, now),
        }
    }

    fn deleted(&mut self, part: usize, deleted: &Result<(), PublisherError>, now: Timestamp) {
        match deleted {
            Ok(()) => {
                self.note(now, format!("part {}: taken back", part + 1));
                self.set(part, PartState::Gone);
                if self.wished().is_none() {
                    (self.wish, self.next_count) = (None, None);
                }
            }
            Err(error) => self.wish_failed(part, error, now),
        }
    }

    fn wish_failed(&mut self, part: usize, error: &PublisherError, now: Timestamp) {
        let asked = match error {
            PublisherError::Later { retry_after, .. } => retry_after.unwrap_or(Span::ZERO),
            PublisherError::SignIn(_) | PublisherError::NotAllowed(_) => Span::ZERO,
        };
        let refused = matches!(error, PublisherError::NotAllowed(_));
        if let Some(wish) = &mut self.wish {
            wish.tries = wish.tries.saturating_add(1);
            wish.at = now.plus(delay(&TRY_DELAYS, wish.tries).max(asked.min(RETRY_AFTER_MAX)));
            if refused || WISH_LASTS < wish.at - wish.since {
                self.wish = None;
                self.note(now, format!("part {}: cannot be changed: {}", part + 1, said(error)));
                return;
            }
        }
        self.note(now, format!("part {}: not changed yet: {}", part + 1, said(error)));
    }

    fn counted(
        &mut self,
        counted: &Result<Vec<Option<PostMetrics>>, PublisherError>,
        now: Timestamp,
    ) {
        let since = self.parts.iter().find_map(PartState::since).unwrap_or(self.due);
        match counted {
            Ok(found) => {
                let mut found = found.iter();
                let mut parts = Vec::new();
                for place in 0..self.parts.len() {
                    let count = self.parts[place].stands().then(|| found.next().copied().flatten());
                    if count == Some(None) {
                        self.note(now, format!("part {}: is not there any more", place + 1));
                        self.set(place, PartState::Gone);
                    }
                    parts.push(count.flatten());
                }
                if parts.iter().any(Option::is_some) {
                    self.counts.push(PostCount { at: now, parts });
                }
                let next = COUNTS.iter().map(|it| since.plus(*it)).find(|it| now < *it);
                self.next_count = next.filter(|_| self.parts.iter().any(PartState::stands));
            }
            Err(PublisherError::NotAllowed(_)) => self.next_count = None,
            Err(PublisherError::SignIn(_) | PublisherError::Later { .. }) => {
                let last = since.plus(COUNTS[COUNTS.len() - 1]);
                let next = now.plus(COUNT_AGAIN);
                self.next_count = Some(next).filter(|it| *it <= last);
            }
        }
    }

    fn set(&mut self, part: usize, state: PartState) {
        if let Some(place) = self.parts.get_mut(part) {
            *place = state;
        }
    }

    fn note(&mut self, at: Timestamp, text: String) {
        self.notes.push(PostNote { at, text });
        let over = self.notes.len().saturating_sub(NOTES_MAX);
        self.notes.drain(..over);
    }
}

impl PartState {
    pub fn stands(&self) -> bool {
        matches!(self, PartState::Stands { .. })
    }

    fn since(&self) -> Option<Timestamp> {
        match self {
            PartState::Stands { since, .. } => Some(*since),
            PartState::Waiting { .. }
            | PartState::Lost { .. }
            | PartState::Refused { .. }
            | PartState::Late
            | PartState::Gone => None,
        }
    }
}

impl Standing {
    pub fn name(self) -> &'static str {
        match self {
            Standing::Waiting => "waiting",
            Standing::Going => "going",
            Standing::Stands => "stands",
            Standing::Partly => "partly",
            Standing::Refused => "refused",
            Standing::Lost => "lost",
            Standing::Late => "late",
            Standing::Gone => "gone",
        }
    }

    /// Whether nothing more happens to it by itself.
    pub fn is_ended(self) -> bool {
        match self {
            Standing::Waiting | Standing::Going => false,
            Standing::Stands
            | Standing::Partly
            | Standing::Refused
            | Standing::Lost
            | Standing::Late
            | Standing::Gone => true,
        }
    }
}

/// The wait after so many tries, from 1.
fn delay(delays: &[Span], tries: u32) -> Span {
    let place = usize::try_from(tries.saturating_sub(1)).unwrap_or(usize::MAX);
    delays.get(place).or(delays.last()).copied().unwrap_or(Span::HOUR)
}

fn said(error: &PublisherError) -> String {
    match error {
        PublisherError::SignIn(detail) | PublisherError::NotAllowed(detail) => short(detail),
        PublisherError::Later { detail, .. } => short(detail),
    }
}
