//! A programme over what really happened: what it would have said to whom, when, and why not.
//!
//! What came before the window is taken in as history: it makes people who they were, and triggers
//! nothing. Inside the window every fact happens at the moment at which it was received. Messages that
//! were really sent then are not part of it, so that caps begin empty.

use crate::scenario::{Decided, JourneyCount, ScenarioError, Stage};
use crate::way::{Moment, Way};
use engine::JourneyCounts;
use model::{JourneyName, LedgerState, Timestamp};
use port::People;
use record::{Fact, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Facts of before the window that are taken in at once.
const AT_ONCE: usize = 2_000;

/// What a programme would have done.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Replayed {
    pub from: String,
    pub to: String,
    pub people: u64,
    /// Facts of before the window, and inside it.
    pub facts_before: u64,
    pub facts: u64,
    /// Messages asked for, by what became of them.
    pub ledger: BTreeMap<String, u64>,
    pub messages: Vec<MessageCount>,
    /// What happened at each step of each journey.
    pub places: Vec<Place>,
    pub reach: Vec<Reach>,
    /// How many people got how many messages: none, one, two, and so on.
    pub messages_per_person: Vec<u64>,
    pub journeys: Vec<JourneyCount>,
    /// How many are in each audience at the end.
    pub audiences: BTreeMap<String, u64>,
    /// None in what a server tells: who got what is not handed around.
    #[serde(skip_deserializing)]
    pub decisions: Vec<Decided>,
    /// Of the one person who was followed: what they did, and what came of it.
    #[serde(skip_deserializing, skip_serializing_if = "Option::is_none")]
    pub way: Option<Vec<Moment>>,
}

/// What became of the messages of one content that one journey or broadcast asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MessageCount {
    pub by: String,
    pub content: String,
    pub asked: u64,
    pub sent: u64,
    /// How many did not go out, by reason.
    pub not: BTreeMap<String, u64>,
}

/// What happened at one step.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Place {
    pub journey: String,
    /// Its address.
    pub step: String,
    /// How often it was executed.
    pub entered: u64,
    /// Runs that stand there at the end.
    pub there: u64,
    pub arms: BTreeMap<String, u64>,
    /// By reason.
    pub failed: BTreeMap<String, u64>,
}

/// How many people a channel reached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reach {
    pub channel: String,
    pub people: u64,
    pub messages: u64,
}

/// What two programmes would have said differently over the same time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Compared {
    /// People who get a content from both, from the first only, and from the second only.
    pub contents: Vec<ContentCompared>,
    #[serde(default)]
    pub only_first: Vec<Said>,
    #[serde(default)]
    pub only_second: Vec<Said>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContentCompared {
    pub content: String,
    pub both: u64,
    pub only_first: u64,
    pub only_second: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Said {
    pub person: String,
    pub content: String,
}

/// What is played.
#[derive(Clone, Copy, Debug)]
pub struct Play<'a> {
    /// Text by path.
    pub files: &'a BTreeMap<String, String>,
    pub from: Timestamp,
    /// Until just before it.
    pub to: Timestamp,
    /// Whether the facts are of one person, who is followed step by step.
    pub follow: bool,
}

/// Plays the facts, which come in the order in which they were received. `watch` is told how many facts
/// were taken in, and says whether to go on; none is returned if it said no.
pub fn replay(
    play: &Play<'_>,
    facts: impl IntoIterator<Item = Fact>,
    watch: &mut dyn FnMut(u64) -> bool,
) -> Result<Option<Replayed>, ScenarioError> {
    let mut stage = Stage::with(play.files, play.from)?;
    let (mut before, mut within, mut waiting) = (0_u64, 0_u64, 0_usize);
    for mut fact in facts {
        let received = fact.event.received;
        if play.to <= received {
            break;
        }
        if !watch(before + within) {
            return Ok(None);
        }
        if received < play.from {
            fact.event.flags.historical = true;
            stage.append(LogRecord::Fact(fact));
            (before, waiting) = (before + 1, waiting + 1);
            if AT_ONCE <= waiting {
                stage.quiet()?;
                waiting = 0;
            }
            continue;
        }
        if within == 0 && play.follow {
            stage.quiet()?;
            stage.way = Some(Way::begin(&stage)?);
        }
        stage.live_until(received)?;
        if let Some(way) = &mut stage.way {
            way.happened(&fact.event);
        }
        stage.append(LogRecord::Fact(fact));
        within += 1;
    }
    if within == 0 && play.follow {
        stage.quiet()?;
        stage.way = Some(Way::begin(&stage)?);
    }
    stage.live_until(play.to)?;
    let people = stage.store.count().map_err(engine::EngineError::from)?;
    let way = stage.way.take().map(Way::end);
    let places = places(stage.steps());
    let played = stage.played()?;
    let mut found = Replayed {
        from: play.from.to_string(),
        to: play.to.to_string(),
        people,
        facts_before: before,
        facts: within,
        places,
        journeys: played.journeys,
        audiences: played.audiences,
        way,
        ..Replayed::default()
    };
    found.count(&played.decisions);
    found.decisions = played.decisions;
    Ok(Some(found))
}

fn places<'a>(steps: impl Iterator<Item = (&'a JourneyName, &'a JourneyCounts)>) -> Vec<Place> {
    let mut found = Vec::new();
    for (journey, counts) in steps {
        for (step, it) in counts.versions.values().flatten() {
            let failed = it.failed.iter().map(|(why, n)| (why.code().to_owned(), *n));
            found.push(Place {
                journey: journey.to_string(),
                step: step.clone(),
                entered: it.entered,
                there: it.now.unsigned_abs(),
                arms: it.arms.clone(),
                failed: failed.collect(),
            });
        }
    }
    found
}

/// What one programme says and the other does not.
pub fn compare(first: &Replayed, second: &Replayed) -> Compared {
    let (a, b) = (said(first), said(second));
    let mut contents: BTreeMap<&str, ContentCompared> = BTreeMap::new();
    for it in a.union(&b) {
        let row = contents.entry(&it.content).or_insert_with(|| ContentCompared {
            content: it.content.clone(),
            both: 0,
            only_first: 0,
            only_second: 0,
        });
        match (a.contains(it), b.contains(it)) {
            (true, true) => row.both += 1,
            (true, false) => row.only_first += 1,
            (false, _) => row.only_second += 1,
        }
    }
    Compared {
        contents: contents.into_values().collect(),
        only_first: a.difference(&b).cloned().collect(),
        only_second: b.difference(&a).cloned().collect(),
    }
}

fn said(of: &Replayed) -> BTreeSet<Said> {
    let sent = of.decisions.iter().filter(|it| it.became == LedgerState::Sent.name());
    sent.map(|it| Said { person: it.person.clone(), content: it.content.clone() }).collect()
}

impl Replayed {
    fn count(&mut self, decisions: &[Decided]) {
        let mut steps: BTreeMap<(String, String), MessageCount> = BTreeMap::new();
        let mut reached: BTreeMap<&str, (BTreeSet<&str>, u64)> = BTreeMap::new();
        let mut per_person: BTreeMap<&str, usize> = BTreeMap::new();
        for it in decisions {
            *self.ledger.entry(it.became.to_owned()).or_default() += 1;
            let key = (it.by.clone(), it.content.clone());
            let step = steps.entry(key).or_insert_with(|| MessageCount {
                by: it.by.clone(),
                content: it.content.clone(),
                ..MessageCount::default()
            });
            step.asked += 1;
            if it.became == LedgerState::Sent.name() {
                step.sent += 1;
                *per_person.entry(&it.person).or_default() += 1;
                if let Some(channel) = it.channel {
                    let (people, messages) = reached.entry(channel).or_default();
                    people.insert(&it.person);
                    *messages += 1;
                }
            } else {
                let reason = it.why.split(':').next().unwrap_or_default();
                *step.not.entry(reason.to_owned()).or_default() += 1;
            }
        }
        self.messages = steps.into_values().collect();
        self.reach = reached
            .into_iter()
            .map(|(channel, (people, messages))| Reach {
                channel: channel.to_owned(),
                people: people.len() as u64,
                messages,
            })
            .collect();
        let most = per_person.values().copied().max().unwrap_or(0);
        self.messages_per_person = vec![0; most + 1];
        per_person.values().for_each(|it| self.messages_per_person[*it] += 1);
        self.messages_per_person[0] = self.people.saturating_sub(per_person.len() as u64);
    }

    /// The counts as tables; the decisions are left to the reader of JSON.
    pub fn text(&self) -> String {
        let mut out = format!(
            "{} to {}: {} people, {} facts, and {} before\n",
            self.from, self.to, self.people, self.facts, self.facts_before
        );
        let ledger: Vec<String> =
            self.ledger.iter().map(|(name, n)| format!("{n} {name}")).collect();
        let ledger = if ledger.is_empty() { "nothing".to_owned() } else { ledger.join(", ") };
        out.push_str(&format!("asked for: {ledger}\n\n"));
        let width =
            |of: fn(&MessageCount) -> usize| self.messages.iter().map(of).max().unwrap_or(0);
        let (by, content) = (width(|it| it.by.len()), width(|it| it.content.len()));
        for it in &self.messages {
            let not: Vec<String> = it.not.iter().map(|(why, n)| format!("{n} {why}")).collect();
            let line = format!(
                "{:by$}  {:content$}  {:>8} asked  {:>8} sent  {}",
                it.by,
                it.content,
                it.asked,
                it.sent,
                not.join(", "),
            );
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out.push('\n');
        out.push_str(&self.places_text());
        for it in &self.reach {
            let (people, messages) = (it.people, it.messages);
            out.push_str(&format!(
                "{} reaches {people} people with {messages} messages\n",
                it.channel
            ));
        }
        for (n, people) in self.messages_per_person.iter().enumerate() {
            out.push_str(&format!("{people} people get {n}\n"));
        }
        out
    }

    /// How many came to each step, and how many stand there at the end.
    fn places_text(&self) -> String {
        let step = |it: &Place| format!("{}:{}", it.journey, it.step);
        let width = self.places.iter().map(|it| step(it).len()).max().unwrap_or(0);
        let mut out = String::new();
        for it in &self.places {
            let mut line =
                format!("{:width$}  {:>8} came  {:>8} there", step(it), it.entered, it.there);
            let arms = it.arms.iter().map(|(arm, n)| format!("{n} took {arm}"));
            let failed = it.failed.iter().map(|(why, n)| format!("{n} failed: {why}"));
            arms.chain(failed).for_each(|it| line.push_str(&format!("  {it}")));
            out.push_str(&line);
            out.push('\n');
        }
        if !self.places.is_empty() {
            out.push('\n');
        }
        out
    }
}

impl Compared {
    pub fn text(&self) -> String {
        let mut out = String::new();
        let width = self.contents.iter().map(|it| it.content.len()).max().unwrap_or(0);
        for it in &self.contents {
            out.push_str(&format!(
                "{:width$}  {:>8} people in both  {:>8} only in the first  {:>8} only in the second\n",
                it.content, it.both, it.only_first, it.only_second
            ));
        }
        if self.contents.is_empty() {
            out.push_str("neither says anything to anybody\n");
        }
        out
    }
}
