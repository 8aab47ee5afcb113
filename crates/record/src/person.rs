//! A person's sections as they are stored: compact JSON. The hot section and frozen merges carry a
//! version tag; the other sections are objects whose fields may be absent, so that an older row
//! still reads, and `fixtures/stored/` holds one of each that must.
//!
//! Traits are a JSON object of their own, `{"plan":{"v":"pro","t":1800000000000}}`, so that plain
//! SQL can read them.

use crate::Unreadable;
use audience::Profile;
use decision::learning::Fold;
use decision::panel::Assignment;
use decision::{Consents, Contacts, Held, HeldFrom, Learned};
use identity::Known;
use journey::Runs;
use model::{JourneyName, MergeId, Message, PersonId, RunId, Timestamp, Value};
use port::{HoldoutEntry, Kept, LogPosition, Merge, PanelEntry, Person, Recent, Since, Undone};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The sections of one person as bytes. An empty section is `None`: it takes no row.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Stored {
    pub hot: Vec<u8>,
    pub traits: Vec<u8>,
    pub consents: Option<Vec<u8>>,
    pub contacts: Option<Vec<u8>>,
    pub runs: Option<Vec<u8>>,
    pub learned: Option<Vec<u8>>,
}

#[derive(Serialize, Deserialize)]
enum Form<H> {
    #[serde(rename = "hot.1")]
    Hot(H),
}

#[derive(Serialize)]
struct HotOut<'a> {
    known: &'a Known,
    profile: &'a Profile,
    #[serde(skip_serializing_if = "Option::is_none")]
    panel: Option<PanelForm>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    holdouts: BTreeMap<HeldFrom, HoldoutForm>,
    /// (time, position) pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recent: Vec<(i64, u64)>,
    seen: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    undo: Option<Timestamp>,
}

#[derive(Deserialize)]
struct HotIn {
    known: Known,
    profile: Profile,
    #[serde(default)]
    panel: Option<PanelForm>,
    #[serde(default)]
    holdouts: BTreeMap<HeldFrom, HoldoutForm>,
    #[serde(default)]
    recent: Vec<(i64, u64)>,
    seen: Timestamp,
    #[serde(default)]
    undo: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct PanelForm {
    assignment: Assignment,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    totals: BTreeMap<String, f64>,
    day: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fold: Option<Fold>,
}

#[derive(Serialize, Deserialize)]
struct HoldoutForm {
    place: Held,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    totals: BTreeMap<String, f64>,
    day: i64,
}

pub fn hot(person: &Person) -> Vec<u8> {
    let out = HotOut {
        known: &person.known,
        profile: &person.profile,
        panel: person.panel.as_ref().map(|it| PanelForm {
            assignment: it.assignment.clone(),
            totals: it.totals.clone(),
            day: it.cohort_day,
            fold: it.fold,
        }),
        holdouts: (person.holdouts.iter())
            .map(|(from, it)| {
                let (place, totals) = (it.place.clone(), it.totals.clone());
                (from.clone(), HoldoutForm { place, totals, day: it.day })
            })
            .collect(),
        recent: person.recent.iter().map(|it| (it.at.0, it.position.0)).collect(),
        seen: person.last_seen,
        undo: person.undo_until,
    };
    bytes(&Form::Hot(out))
}

pub fn traits(person: &Person) -> Vec<u8> {
    bytes(&person.profile.traits)
}

pub fn consents(person: &Person) -> Option<Vec<u8>> {
    (person.consents != Consents::default()).then(|| bytes(&person.consents))
}

pub fn contacts(person: &Person) -> Option<Vec<u8>> {
    (person.contacts != Contacts::default()).then(|| bytes(&person.contacts))
}

pub fn runs(person: &Person) -> Option<Vec<u8>> {
    (person.runs != Runs::default()).then(|| bytes(&person.runs))
}

pub fn learned(person: &Person) -> Option<Vec<u8>> {
    (person.learned != Learned::default()).then(|| bytes(&person.learned))
}

/// The person without open messages, which are rows of the ledger.
pub fn read(id: PersonId, stored: &Stored) -> Result<Person, Unreadable> {
    let Form::Hot(hot) = parse::<Form<HotIn>>("person", &stored.hot)?;
    let mut profile = hot.profile;
    profile.traits = parse("traits", &stored.traits)?;
    Ok(Person {
        id,
        known: hot.known,
        profile,
        consents: section("consents", stored.consents.as_deref())?,
        contacts: section("contacts", stored.contacts.as_deref())?,
        runs: section("runs", stored.runs.as_deref())?,
        learned: section("learned", stored.learned.as_deref())?,
        panel: hot.panel.map(|it| PanelEntry {
            assignment: it.assignment,
            totals: it.totals,
            cohort_day: it.day,
            fold: it.fold,
        }),
        holdouts: (hot.holdouts.into_iter())
            .map(|(from, HoldoutForm { place, totals, day })| {
                (from, HoldoutEntry { place, totals, day })
            })
            .collect(),
        recent: hot
            .recent
            .into_iter()
            .map(|(at, position)| Recent { at: Timestamp(at), position: LogPosition(position) })
            .collect(),
        last_seen: hot.seen,
        undo_until: hot.undo,
        open: Vec::new(),
    })
}

pub fn message(message: &Message) -> Vec<u8> {
    bytes(message)
}

pub fn read_message(stored: &[u8]) -> Result<Message, Unreadable> {
    parse("message", stored)
}

#[derive(Serialize, Deserialize)]
enum MergeForm {
    #[serde(rename = "merge.1")]
    Merge {
        record: identity::MergeRecord,
        survivor: Frozen,
        absorbed: Frozen,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kept: Option<KeptForm>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        undone: Option<UndoneForm>,
    },
}

#[derive(Serialize, Deserialize)]
struct KeptForm {
    from: u64,
    until: Timestamp,
}

#[derive(Serialize, Deserialize)]
struct UndoneForm {
    at: Timestamp,
    by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    allowed: Option<(Timestamp, String)>,
}

/// What came since a merge and is more than a place in the log.
#[derive(Serialize, Deserialize)]
enum SinceForm {
    #[serde(rename = "fact")]
    Fact(String),
    #[serde(rename = "run.1")]
    Run {
        run: RunId,
        journey: JourneyName,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<String>,
        by_fact: bool,
    },
    #[serde(rename = "trait.1")]
    Trait { run: RunId, name: String, value: Value },
}

/// A whole person in one value.
#[derive(Serialize, Deserialize)]
struct Frozen {
    id: PersonId,
    hot: String,
    traits: String,
    consents: Option<String>,
    contacts: Option<String>,
    runs: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    learned: Option<String>,
    open: Vec<Message>,
}

pub fn merge(merge: &Merge) -> Vec<u8> {
    bytes(&MergeForm::Merge {
        record: merge.record.clone(),
        survivor: freeze(&merge.survivor),
        absorbed: freeze(&merge.absorbed),
        kept: merge.kept.map(|it| KeptForm { from: it.from, until: it.until }),
        undone: merge.undone.clone().map(|it| UndoneForm {
            at: it.at,
            by: it.by,
            allowed: it.allowed,
        }),
    })
}

pub fn read_merge(id: MergeId, stored: &[u8]) -> Result<Merge, Unreadable> {
    let MergeForm::Merge { record, survivor, absorbed, kept, undone } = parse("merge", stored)?;
    Ok(Merge {
        id,
        record,
        survivor: thaw(survivor)?,
        absorbed: thaw(absorbed)?,
        kept: kept.map(|it| Kept { from: it.from, until: it.until }),
        undone: undone.map(|it| Undone { at: it.at, by: it.by, allowed: it.allowed }),
    })
}

/// The place in the log, or what is stored where a place does not say it all.
pub fn since(since: &Since) -> (Option<LogPosition>, Option<Vec<u8>>) {
    let form = match since {
        Since::Logged(position) => return (Some(*position), None),
        Since::Urgent(record) => SinceForm::Fact(record.clone()),
        Since::Run { run, journey, key, by_fact } => SinceForm::Run {
            run: *run,
            journey: journey.clone(),
            key: key.clone(),
            by_fact: *by_fact,
        },
        Since::Trait { run, name, value } => {
            SinceForm::Trait { run: *run, name: name.clone(), value: value.clone() }
        }
    };
    (None, Some(bytes(&form)))
}

pub fn read_since(
    position: Option<LogPosition>,
    stored: Option<&[u8]>,
) -> Result<Since, Unreadable> {
    if let Some(position) = position {
        return Ok(Since::Logged(position));
    }
    Ok(match parse("fact since a merge", stored.unwrap_or_default())? {
        SinceForm::Fact(record) => Since::Urgent(record),
        SinceForm::Run { run, journey, key, by_fact } => Since::Run { run, journey, key, by_fact },
        SinceForm::Trait { run, name, value } => Since::Trait { run, name, value },
    })
}

fn freeze(person: &Person) -> Frozen {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("JSON is UTF-8");
    Frozen {
        id: person.id,
        hot: text(hot(person)),
        traits: text(traits(person)),
        consents: consents(person).map(text),
        contacts: contacts(person).map(text),
        runs: runs(person).map(text),
        learned: learned(person).map(text),
        open: person.open.clone(),
    }
}

fn thaw(frozen: Frozen) -> Result<Person, Unreadable> {
    let stored = Stored {
        hot: frozen.hot.into_bytes(),
        traits: frozen.traits.into_bytes(),
        consents: frozen.consents.map(String::into_bytes),
        contacts: frozen.contacts.map(String::into_bytes),
        runs: frozen.runs.map(String::into_bytes),
        learned: frozen.learned.map(String::into_bytes),
    };
    let mut person = read(frozen.id, &stored)?;
    person.open = frozen.open;
    Ok(person)
}

fn section<T: Default + for<'de> Deserialize<'de>>(
    what: &'static str,
    stored: Option<&[u8]>,
) -> Result<T, Unreadable> {
    match stored {
        Some(stored) => parse(what, stored),
        None => Ok(T::default()),
    }
}

fn bytes<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("plain data with text keys always has a JSON form")
}

fn parse<T: for<'de> Deserialize<'de>>(what: &'static str, stored: &[u8]) -> Result<T, Unreadable> {
    serde_json::from_slice(stored).map_err(|e| Unreadable { what, detail: e.to_string() })
}
