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
use decision::{Consents, Contacts, Learned};
use identity::Known;
use journey::Runs;
use model::{Message, PersonId, Timestamp};
use port::{LogPosition, Merge, PanelEntry, Person, Recent};
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
    /// (time, position) pairs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    recent: Vec<(i64, u64)>,
    seen: Timestamp,
}

#[derive(Deserialize)]
struct HotIn {
    known: Known,
    profile: Profile,
    #[serde(default)]
    panel: Option<PanelForm>,
    #[serde(default)]
    recent: Vec<(i64, u64)>,
    seen: Timestamp,
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
        recent: person.recent.iter().map(|it| (it.at.0, it.position.0)).collect(),
        seen: person.last_seen,
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
        recent: hot
            .recent
            .into_iter()
            .map(|(at, position)| Recent { at: Timestamp(at), position: LogPosition(position) })
            .collect(),
        last_seen: hot.seen,
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
    Merge { record: identity::MergeRecord, survivor: Frozen, absorbed: Frozen },
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
    })
}

pub fn read_merge(stored: &[u8]) -> Result<Merge, Unreadable> {
    let MergeForm::Merge { record, survivor, absorbed } = parse("merge", stored)?;
    Ok(Merge { record, survivor: thaw(survivor)?, absorbed: thaw(absorbed)? })
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
