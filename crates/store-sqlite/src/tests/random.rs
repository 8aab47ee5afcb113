//! Random commits on this store and on the one in memory: every view must be the same.

use super::made::{Chance, T0, event_id, planned};
use crate::{Options, SqliteStore};
use identity::MergeRecord;
use model::{
    Channel, Identifier, IdentifierKind, LedgerState, MergeId, Message, MessageId, MessageState,
    PersonId, Reason, Timestamp,
};
use port::{
    Changes, CountChange, CountKey, Entry, LogPosition, MemoryStore, Merge, Person, Sections,
    SeenId, Since, SinceMerge, Space, Store, Views,
};
use record::person::{Stored, read};
use std::collections::BTreeMap;

const SECTIONS: [Sections; 6] = [
    Sections::HOT,
    Sections::TRAITS,
    Sections::CONSENTS,
    Sections::CONTACTS,
    Sections::RUNS,
    Sections::MEMBERS,
];

const AUDIENCES: [&str; 3] = ["buyers", "lapsing", "team a/b"];

const NAMES: [&str; 6] = ["Ada Lovelace", "Åsa Öberg", "100%_sure", "", "ADA", "Grace"];

/// So small that everything meets everything.
const PERSONS: u64 = 12;
const MESSAGES: u64 = 15;

/// Numbers from which one commit is made; persons and messages as they then are.
#[derive(Clone, Default)]
struct World {
    people: BTreeMap<u64, Person>,
    absorbed: Vec<u64>,
    messages: BTreeMap<u64, Message>,
    events: u64,
}

#[test]
fn every_view_equals_the_reference_after_random_commits() {
    let mut refused = 0;
    for seed in 0..12 {
        let dir = tempfile::tempdir().expect("a directory");
        let open = || SqliteStore::open(dir.path(), Options::default()).expect("a store");
        let (mut store, mut reference) = (open(), MemoryStore::new());
        let (mut chance, mut world) = (Chance(seed), World::default());
        for step in 0..40 {
            let now = Timestamp(T0.0 + step * 20 * 60_000);
            let place = format!("seed {seed}, step {step}");
            random_commit(&mut chance, &mut world, now, |changes| {
                let (real, expected) = (store.commit(changes), reference.commit(changes));
                assert_eq!(real.is_ok(), expected.is_ok(), "{place}: {real:?}");
                refused += u32::from(real.is_err());
                real.is_ok()
            });
            if chance.one_in(10) {
                drop(store);
                store = open();
            }
            let reader = store.reader().expect("a reader");
            let expected = answers(&reference, &world, now);
            same(&answers(&store, &world, now), &expected, &place);
            same(&answers(&*reader, &world, now), &expected, &format!("{place}, for a reader"));
        }
    }
    assert!(10 < refused, "commits are refused now and then");
}

/// All answers are long; the first that differs says enough.
fn same(answers: &[String], expected: &[String], place: &str) {
    for (answer, expected) in answers.iter().zip(expected) {
        assert_eq!(answer, expected, "{place}");
    }
    assert_eq!(answers.len(), expected.len(), "{place}");
}

/// `commit` says whether it was taken.
fn random_commit(
    chance: &mut Chance,
    world: &mut World,
    now: Timestamp,
    commit: impl FnOnce(&Changes<'_>) -> bool,
) {
    let mut next = world.clone();
    let mut sections: BTreeMap<u64, Sections> = BTreeMap::new();
    for _ in 0..chance.below(5) {
        let id = chance.below(PERSONS) + 1;
        if !next.absorbed.contains(&id) {
            let person = next.people.entry(id).or_insert_with(|| Person::new(PersonId(id), now));
            sections.entry(id).or_default().add(change_person(chance, person, now));
        }
    }
    let touched = change_messages(chance, &mut next, now);
    let mut stranger = None;
    if chance.one_in(8)
        && let Some(message) = world.messages.values().next()
    {
        // Has the key of another message, so that the whole commit is refused.
        stranger = Some(Message { id: MessageId(MESSAGES + 100), ..message.clone() });
    }
    let mut changes = Changes { now, durable: chance.one_in(2), ..Changes::default() };
    if chance.one_in(6) {
        // Upwards only, so that no circle arises.
        let absorbed = chance.below(PERSONS) + 1;
        let survivor = absorbed + 1 + chance.below(PERSONS);
        if !next.absorbed.contains(&absorbed) {
            next.absorbed.push(absorbed);
            changes.redirects.push((PersonId(absorbed), PersonId(survivor)));
            next.events += 1;
            let id = MergeId(next.events);
            changes.merges.push(some_merge(id, absorbed, survivor, now));
        }
    } else if chance.one_in(6)
        && let Some(returned) = next.absorbed.pop()
    {
        changes.returned.push(PersonId(returned));
    }
    remember_since_merges(chance, &mut changes, &mut next, now);
    for _ in 0..chance.below(4) {
        next.events += 1;
        let received = Timestamp(now.0 - chance.below(3 * 3_600_000) as i64);
        changes.seen.push(SeenId { id: event_id(next.events), received });
    }
    change_the_rest(chance, &mut changes);
    for (id, _) in sections.iter().filter(|it| it.1.contains(Sections::HOT)) {
        let person = &next.people[id];
        let named = person.known.identifiers.keys().map(|it| (it.clone(), person.id));
        changes.identifiers.extend(named);
    }
    changes.people.extend(sections.iter().map(|(id, it)| (&next.people[id], *it)));
    changes.messages.extend(touched.iter().map(|it| &next.messages[it]));
    changes.messages.extend(&stranger);
    let taken = commit(&changes);
    drop(changes);
    if taken {
        for absorbed in &next.absorbed {
            next.people.remove(absorbed);
        }
        *world = next;
    }
}

/// Changes some sections and returns at least these.
fn change_person(chance: &mut Chance, person: &mut Person, now: Timestamp) -> Sections {
    let mut changed = Sections::NONE;
    for section in SECTIONS {
        if chance.one_in(2) {
            continue;
        }
        changed.add(section);
        let at = chance.one_in(2).then(|| now.0 + chance.below(1_000) as i64);
        let number = at.map_or("null".to_owned(), |it| it.to_string());
        if section == Sections::HOT {
            let within: Vec<String> = (AUDIENCES.iter())
                .filter(|_| chance.one_in(2))
                .map(|it| format!("\"{it}\":{}", now.0))
                .collect();
            let hot = format!(
                r#"{{"hot.1":{{"known":{{"created":{}}},"profile":{{"audiences":{{{}}},"next_at":{number}}},"seen":{}}}}}"#,
                now.0 - 5,
                within.join(","),
                now.0,
            );
            let traits = std::mem::take(&mut person.profile.traits);
            let made = made_of(&hot, "null");
            (person.profile, person.last_seen) = (made.profile, made.last_seen);
            person.profile.traits = traits;
            person.known.created = made.known.created;
            let kind = chance.pick(&IdentifierKind::ALL);
            let identifier = Identifier::new(kind, &format!("Id{}", chance.below(30)));
            person.known.join(identifier, now);
        } else if section == Sections::MEMBERS {
            // The rows follow what the record says by now.
        } else if section == Sections::TRAITS {
            let name = chance.pick(&NAMES);
            let traits = format!(r#"{{"name":{{"v":"{name}","t":{}}}}}"#, now.0);
            let stored = Stored {
                hot: EMPTY.as_bytes().to_vec(),
                traits: traits.into_bytes(),
                ..Stored::default()
            };
            let made = read(person.id, &stored).expect("a person");
            person.profile.traits = made.profile.traits;
        } else if section == Sections::CONSENTS {
            person.consents = Default::default();
            if at.is_some() {
                person.consents.record(decision::Statement {
                    proof: String::new(),
                    expires: None,
                    purpose: model::Purpose::Marketing,
                    channel: None,
                    topic: None,
                    address: None,
                    state: decision::ConsentState::Granted,
                    at: now,
                    source: "form".to_owned(),
                    wording: String::new(),
                });
            }
        } else if section == Sections::CONTACTS {
            person.contacts.arbitrate_at = at.map(Timestamp);
        } else {
            let run = format!(
                r#"{{"active":[{{"id":1,"journey":"a","version":1,"started":0,"since":0,"step":"0","wake":{number}}}]}}"#
            );
            person.runs = made_of(EMPTY, if at.is_some() { &run } else { "{}" }).runs;
        }
    }
    changed
}

const EMPTY: &str = r#"{"hot.1":{"known":{"created":0},"profile":{},"seen":0}}"#;

fn made_of(hot: &str, runs: &str) -> Person {
    let stored = Stored {
        hot: hot.as_bytes().to_vec(),
        traits: b"{}".to_vec(),
        runs: (runs != "null").then(|| runs.as_bytes().to_vec()),
        ..Stored::default()
    };
    read(PersonId(1), &stored).expect("a person")
}

/// Returns which.
fn change_messages(chance: &mut Chance, world: &mut World, now: Timestamp) -> Vec<u64> {
    let mut touched = Vec::new();
    for _ in 0..chance.below(4) {
        let id = chance.below(MESSAGES) + 1;
        if touched.contains(&id) {
            continue;
        }
        touched.push(id);
        let person = chance.below(PERSONS) + 1;
        let message = world.messages.entry(id).or_insert_with(|| planned(id, person, now));
        if chance.one_in(5) {
            message.person = PersonId(person);
        }
        let (channel, address) = (chance.pick(&Channel::ALL), Identifier::email("a@example.com"));
        let at = Timestamp(now.0 + chance.below(3) as i64 * 20 * 60_000);
        let attempt = 0;
        message.state = match chance.below(4) {
            0 => MessageState::Waiting,
            1 => MessageState::Planned { channel, address, at, deferred: at != now, attempt },
            2 => MessageState::InFlight { channel, address, since: now, attempt },
            _ => {
                let outcome = chance.pick(&LedgerState::ALL[..7]);
                let reason = Reason::Sent;
                MessageState::Ended { outcome, reason, channel: Some(channel), at: now }
            }
        };
    }
    touched
}

fn change_the_rest(chance: &mut Chance, changes: &mut Changes<'_>) {
    for _ in 0..chance.below(3) {
        let kind = chance.pick(&IdentifierKind::ALL);
        let value = chance.below(6).to_string();
        changes.identifiers.push((Identifier::new(kind, &value), PersonId(chance.below(PERSONS))));
    }
    for _ in 0..chance.below(3) {
        let key = CountKey {
            scope: chance.pick(&["api", "journey/a", "journey/b"]).to_owned(),
            day: chance.below(3) as i64,
            state: chance.pick(&LedgerState::ALL),
        };
        changes.counts.push(CountChange { key, by: chance.below(5) as i64 - 2 });
    }
    for _ in 0..chance.below(3) {
        let (space, key) = (chance.pick(&Space::ALL), chance.pick(&["a", "a/b", "b", "é", ""]));
        let value = (!chance.one_in(3)).then(|| vec![chance.below(256) as u8; 3]);
        changes.entries.push(Entry { space, key: key.to_owned(), value });
    }
    changes.log_position = chance.one_in(2).then(|| LogPosition(chance.below(1_000)));
}

fn remember_since_merges(
    chance: &mut Chance,
    changes: &mut Changes<'_>,
    next: &mut World,
    now: Timestamp,
) {
    for _ in 0..chance.below(3) {
        next.events += 1;
        changes.since_merge.push(SinceMerge {
            number: next.events,
            person: PersonId(chance.below(PERSONS) + 1),
            at: now,
            what: Since::Logged(LogPosition(next.events)),
        });
    }
    changes.forget_before = chance.one_in(9).then(|| Timestamp(now.0 - 2_000));
}

fn some_merge(id: MergeId, absorbed: u64, survivor: u64, now: Timestamp) -> Merge {
    let (absorbed, survivor) =
        (Person::new(PersonId(absorbed), now), Person::new(PersonId(survivor), now));
    let record = MergeRecord {
        at: now,
        survivor: survivor.id,
        absorbed: absorbed.id,
        by: Identifier::email("a@example.com"),
        cause: "identify".to_owned(),
        survivor_known: survivor.known.clone(),
        absorbed_known: absorbed.known.clone(),
    };
    Merge { id, record, survivor, absorbed, kept: None, undone: None }
}

/// From some row on, another for each person.
fn chance_of(id: PersonId) -> u64 {
    id.0 * 5
}

/// What every view answers, as text. Stored forms, as the debug form of an identifier is masked.
fn answers(views: &dyn Views, world: &World, now: Timestamp) -> Vec<String> {
    use record::person::{consents, contacts, hot, message, runs, traits};
    let mut all = Vec::new();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("JSON");
    let ids: Vec<PersonId> = (0..2 * PERSONS + 2).rev().map(PersonId).collect();
    for person in views.load(&ids).expect("load") {
        let (hot, traits) = (text(hot(&person)), text(traits(&person)));
        let others = [consents(&person), contacts(&person), runs(&person)].map(|it| it.map(text));
        let open: Vec<String> = person.open.iter().map(|it| text(message(it))).collect();
        all.push(format!("{}: {hot} {traits} {others:?} {open:?}", person.id));
    }
    let limits = [0, 1, 3, 100];
    for id in &ids {
        all.push(format!("{id} is {:?}", views.current(*id).expect("current")));
        all.push(format!("{id} merged {:?}", views.merges_of(*id).expect("merges")));
        let since = views.since_merge(*id, chance_of(*id)).expect("since a merge");
        all.push(format!("{id} {since:?} {:?}", views.merge(MergeId(id.0)).expect("a merge")));
        all.push(format!("after {id}: {:?}", views.ids_after(Some(*id), 3).expect("ids")));
        for before in [None, Some(MessageId(7))] {
            let page = views.messages_of(*id, before, 3).expect("messages");
            all.push(format!("{id} {:?}", page.iter().map(message).map(text).collect::<Vec<_>>()));
        }
    }
    for audience in AUDIENCES {
        for (after, limit) in [(None, 100), (Some(PersonId(3)), 2)] {
            let members = views.members(audience, after, limit).expect("members");
            all.push(format!("in {audience}: {members:?}"));
        }
    }
    all.extend(found_by_search(views));
    for kind in IdentifierKind::ALL {
        let asked: Vec<_> = (0..6).map(|it| Identifier::new(kind, &it.to_string())).collect();
        all.push(format!("{kind:?}: {:?}", views.owners(&asked).expect("owners")));
    }
    for limit in limits {
        for at in [Timestamp::MIN, now, Timestamp(now.0 + 500), Timestamp::MAX] {
            all.push(format!("due {:?}", views.due_people(at, limit).expect("due")));
            for channel in Channel::ALL {
                let due = views.due_messages(channel, at, limit).expect("due");
                all.push(format!("due in {channel} {due:?}"));
            }
        }
    }
    all.push(format!("next {:?}", views.next_due().expect("next")));
    for channel in Channel::ALL {
        all.push(format!("next in {channel} {:?}", views.next_message(channel).expect("next")));
    }
    all.push(format!("in flight {:?}", views.in_flight().expect("in flight")));
    for id in 0..=MESSAGES + 100 {
        let found = views.message(MessageId(id)).expect("a message");
        all.push(format!("m{id} {:?}", found.as_ref().map(message).map(text)));
    }
    for it in world.messages.values() {
        all.push(format!("{} {:?}", it.key, views.message_by_key(&it.key).expect("a key")));
    }
    all.push(format!("{:?} {:?}", views.counts().expect("counts"), views.recount().expect("all")));
    all.push(format!("{:?} {:?}", views.deferred().expect("deferred"), views.count().expect("n")));
    for space in Space::ALL {
        all.push(format!("{:?} {:?}", views.get(space, "a/b"), views.list(space, "a")));
        all.push(format!("{:?}", views.list(space, "").expect("list")));
    }
    all.push(format!("{:?} {:?}", views.log_position(), views.last_commit()));
    let ids: Vec<[u8; 16]> = (1..=world.events + 5).map(event_id).collect();
    all.push(format!("{:?}", views.seen(&ids).expect("seen")));
    all
}

fn found_by_search(views: &dyn Views) -> Vec<String> {
    let mut all = Vec::new();
    for query in ["", "ada", "Öberg", "%", "_", "id1", "ID", "p3", "3", "lovelace ", "nobody"] {
        for (before, limit) in [(None, 100), (None, 2), (Some(PersonId(6)), 2)] {
            for it in views.search(query, before, limit).expect("search") {
                let names: Vec<String> = it.identifiers.iter().map(ToString::to_string).collect();
                let times = (it.created, it.last_seen);
                all.push(format!("`{query}` {} {} {names:?} {times:?}", it.id, it.name));
            }
        }
    }
    all
}
