//! What the engine keeps in the catalog must be readable for ever. `fixtures/stored/README.md` says
//! what to do when a test here fails.

use crate::engine::NextIds;
use crate::measure::{PanelSums, SumKey};
use crate::status::{BroadcastStatus, JourneyTally, Place, Tallies, Wave};
use crate::{
    AccountStatus, AnswerCounts, BrakeStatus, ChannelDay, Day, FormTally, Hold, Holds, Paused,
    PostStatus, Restored, Trouble,
};
use decision::learning::Fold;
use decision::panel::{Came, Cohort};
use delivery::{
    Brake, Harm, PartState, PostCount, PostNote, PostTask, PostWish, Posting, Wire, Wished,
};
use journey::{Approval, BroadcastState, PostAt, Progress, ScheduledPost};
use model::{
    Channel, JourneyName, Network, PersonId, Post, PostMetrics, PostPart, PostRef, Span, Timestamp,
};
use port::{Changes, Entry, MemoryStore, Space, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::path::PathBuf;

const T0: Timestamp = Timestamp(1_795_424_400_000);

fn read(name: &str) -> Value {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/stored");
    let text = std::fs::read_to_string(dir.join(format!("{name}.json"))).expect("the fixture");
    serde_json::from_str(&text).expect("the fixture is JSON")
}

fn check_written(name: &str, written: &Value) {
    let pretty = serde_json::to_string_pretty(written).expect("JSON");
    assert!(*written == read(name), "the stored form {name} changed; it is now\n{pretty}\n");
}

/// A value is written as the file says, and the file is read as the value.
fn check<T: Serialize + DeserializeOwned + PartialEq + Debug>(name: &str, value: &T) {
    check_written(name, &serde_json::to_value(value).expect("plain data"));
    let found: T = serde_json::from_value(read(name)).expect("the stored form can be read");
    assert_eq!(found, *value, "{name}");
}

#[test]
fn posts_and_their_accounts() {
    let part = |text: &str| PostPart { text: text.to_owned(), ..PostPart::default() };
    let post = Post {
        network: Network::Mastodon,
        parts: ["one", "two", "three", "four", "five", "six"].map(part).to_vec(),
        language: Some("en".to_owned()),
    };
    let stands =
        PostRef { id: "7".to_owned(), url: "https://m.example/7".to_owned(), hash: "c".to_owned() };
    let metrics = PostMetrics { likes: 3, reposts: 2, replies: 1, views: Some(90), clicks: None };
    let detail = "no answer".to_owned();
    let posting = Posting {
        due: T0,
        ends: T0 + Span::HOUR,
        parts: vec![
            PartState::Stands { post: stands, since: T0 },
            PartState::Lost { first: T0, looks: 1, look_at: Some(T0), detail: detail.clone() },
            PartState::Waiting { at: T0, tries: 2, first: Some(T0), look: true },
            PartState::Refused { detail },
            PartState::Late,
            PartState::Gone,
        ],
        wish: Some(PostWish { what: Wished::Edit(post.clone()), since: T0, at: T0, tries: 1 }),
        wire: Some(Wire { task: PostTask::Find(1), since: T0 }),
        counts: vec![PostCount { at: T0, parts: vec![Some(metrics), None] }],
        next_count: Some(T0),
        notes: vec![PostNote { at: T0, text: "part 1: stands".to_owned() }],
        post,
    };
    let planned = ScheduledPost {
        name: "launch".into(),
        owner: "crm@shop.example".to_owned(),
        content: "launch".into(),
        networks: vec![Network::Mastodon, Network::X],
        at: Some(PostAt::Queue),
        locale: "nl".to_owned(),
        within: Span::HOUR,
        approval: true,
    };
    let status = PostStatus {
        progress: Progress { state: BroadcastState::Running, due: Some(T0), ..Progress::default() },
        planned: Some(planned),
        networks: [(Network::Mastodon, posting)].into_iter().collect(),
        problems: [(Network::X, "x text: too long".to_owned())].into_iter().collect(),
    };
    check("entry.post", &status);
    let trouble = Trouble { since: T0, detail: "the token has ended".to_owned(), sign_in: true };
    let account = AccountStatus {
        checked: T0,
        name: "@shop@m.example".to_owned(),
        until: Some(T0),
        holds: Some(Holds {
            characters: 500,
            per_link: Some(23),
            images: 4,
            alt_characters: 1_500,
        }),
        trouble: Some(trouble),
    };
    check("entry.account", &account);
}

#[test]
fn entries_of_the_catalog() {
    check("entry.next", &NextIds { person: 4, message: 9, run: 7, merge: 3, since: 12 });
    check("entry.hold", &Some(Hold { since: T0, reason: "the clock went back".to_owned() }));
    check("entry.restored", &Some(Restored { since: T0, at: T0, journal: true }));
    let harm = Harm { sent: 200, bounced: 11, complained: 1 };
    check("entry.brake", &BrakeStatus { harm, stopped: Some((Brake::Bounces, T0)) });
    check("entry.paused", &Paused { by: "crm@shop.example".to_owned(), since: T0 });
    let tally = JourneyTally { started: 4, ended: 3, goals: 2, messages: 5 };
    let tallies = Tallies {
        events: 100,
        audiences: [("buyers".to_owned(), 12)].into_iter().collect(),
        journeys: [(JourneyName::from("welcome"), tally)].into_iter().collect(),
        fill: Some(Some(PersonId(500))),
        fill_below: 1_200,
        fill_silent: [("buyers".to_owned())].into_iter().collect(),
        forms: BTreeMap::new(),
    };
    check("entry.tallies", &tallies);
    let tally = FormTally { submitted: 9, asked: 7, confirmed: 4, last: T0 };
    let forms = [("news".to_owned(), tally)].into_iter().collect();
    check("entry.tallies.forms", &Tallies { forms, ..Tallies::default() });
    let progress = Progress {
        state: BroadcastState::Running,
        recipients: 2,
        done_through: Some(PersonId(7)),
        planned_at: Some(T0),
        due: Some(T0),
        ..Progress::default()
    };
    let status = BroadcastStatus { progress, counted: 3, parts: 1, ..BroadcastStatus::default() };
    check("entry.broadcast", &status);
    let progress = Progress {
        state: BroadcastState::Running,
        recipients: 1,
        planned_at: Some(T0),
        planned_by: "admin".to_owned(),
        approved: Some(Approval { by: "token crm".to_owned(), at: T0, of: "b1a2".to_owned() }),
        next_at: Some(T0),
        ..Progress::default()
    };
    let status = BroadcastStatus {
        progress,
        counted: 3,
        parts: 1,
        waves: vec![Wave { due: Some(T0), people: 3, parts: vec![0] }],
        place: Place { wave: 0, part: 0, done: 1 },
        scan: None,
    };
    check("entry.broadcast.waves", &status);
    let scanning = BroadcastStatus { scan: Some(None), ..BroadcastStatus::default() };
    check("entry.broadcast.scanning", &scanning);
}

/// What is counted for a day beside the ledger.
#[test]
fn days_of_messages_and_channels() {
    let one = |name: &str, n: u64| [(name.to_owned(), n)].into_iter().collect::<BTreeMap<_, _>>();
    let scope = |of: BTreeMap<String, u64>| [("journey/welcome".to_owned(), of)].into_iter();
    let lost = [("broadcast/sale".to_owned(), one("later", 2))].into_iter().collect();
    let day = Day {
        asked: one("journey/welcome", 4),
        ended: scope(one("sent/sent", 3)).collect(),
        lost: [("journey/welcome".to_owned(), lost)].into_iter().collect(),
        heard: scope(one("clicked", 1)).collect(),
    };
    check("entry.day", &day);
    let older: Day = serde_json::from_str(r#"{"asked":{"api":1}}"#).expect("readable");
    assert_eq!(older, Day { asked: one("api", 1), ..Day::default() });
    let counts = AnswerCounts { accepted: 3, deferred: 1, ..AnswerCounts::default() };
    let channel = ChannelDay {
        counts,
        codes: one("deferred/421", 1),
        domains: [("mail.example".to_owned(), counts)].into_iter().collect(),
    };
    check("entry.answers", &BTreeMap::from([(Channel::Email, channel)]));
}

/// Before merges had numbers.
#[test]
fn next_ids_without_later_fields() {
    let old: NextIds =
        serde_json::from_str(r#"{"message":9,"person":4,"run":7}"#).expect("readable");
    assert_eq!(old, NextIds { person: 4, message: 9, run: 7, merge: 0, since: 0 });
}

/// Before fills were silent about what is new, and before any fill at all.
#[test]
fn tallies_without_later_fields() {
    let old: Tallies = serde_json::from_str(r#"{"events":3,"fill":0}"#).expect("readable");
    assert_eq!(old, Tallies { events: 3, fill: Some(None), ..Tallies::default() });
    let older: Tallies = serde_json::from_str(r#"{"events":3}"#).expect("readable");
    assert_eq!(older, Tallies { events: 3, ..Tallies::default() });
}

#[test]
fn rows_of_the_panels_sums() {
    rows_are_stored_under(None, "1/20780/in/3/revenue/net");
    rows_are_stored_under(Some(Fold::One), "1/20780/in1/3/revenue/net");
}

fn rows_are_stored_under(fold: Option<Fold>, name: &str) {
    let (outcome, day) = ("revenue/net".to_owned(), 20_780);
    let cohort = Cohort::default();
    let key = SumKey { epoch: 1, outcome, day, inside: true, cohort, cell: 3, fold };
    let mut sums = PanelSums::default();
    for _ in 0..3 {
        sums.enter(key.clone());
    }
    sums.replace(key.clone(), 0.0, 19.5);
    sums.replace(key, 0.0, 0.1);
    let mut entries = Vec::new();
    sums.changed_entries(&mut entries);
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].key, name);
    let written = entries[0].value.as_deref().expect("a value");
    check_written("sums.1", &serde_json::from_slice(written).expect("JSON"));

    let stored = serde_json::to_vec(&read("sums.1")).expect("JSON");
    let mut store = MemoryStore::new();
    let entries = vec![Entry::put(Space::Sums, name, stored)];
    store.commit(&Changes { entries, ..Changes::default() }).expect("memory");
    let again = PanelSums::read(&store).expect("readable");
    assert_eq!(again.outcomes(), sums.outcomes());
    let panel = decision::Panel {
        share: 1.0,
        inside_all_on: 0.05,
        design: decision::Design::Factorial,
        channels: Vec::new(),
        rule: decision::Rule::Withhold,
        window: model::Span::DAY,
        epoch: 1,
        shares: 0,
    };
    let late = T0 + model::Span::days(10);
    let report = |it: &PanelSums| it.report(&panel, "revenue/net", late);
    assert_eq!(report(&again), report(&sums));
}

#[test]
fn keys_of_sums_are_read_as_they_were_written() {
    let came = [Came::New, Came::Before, Came::Raised];
    for (shares, came) in (0..3).flat_map(|shares| came.map(|came| (shares, came))) {
        let mut sums = PanelSums::default();
        let cohort = Cohort { shares, came };
        let outcome = "a/b.c".to_owned();
        sums.enter(SumKey {
            epoch: 1,
            outcome,
            day: 3,
            inside: false,
            cohort,
            cell: 2,
            fold: None,
        });
        let mut entries = Vec::new();
        sums.changed_entries(&mut entries);
        let mut store = MemoryStore::new();
        store.commit(&Changes { entries, ..Changes::default() }).expect("memory");
        let again = PanelSums::read(&store).expect("readable");
        assert_eq!(format!("{again:?}").matches(&format!("{cohort:?}")).count(), 1);
    }
}

#[test]
fn rows_that_nobody_wrote_stop_the_start_with_their_key() {
    let mut store = MemoryStore::new();
    let entries = vec![Entry::put(Space::Sums, "1/x/in/3/revenue", b"{}".to_vec())];
    store.commit(&Changes { entries, ..Changes::default() }).expect("memory");
    let error = PanelSums::read(&store).map(|_| ()).expect_err("unreadable").to_string();
    assert!(error.starts_with("the stored sums cannot be read: 1/x/in/3/revenue: "), "{error}");
}
