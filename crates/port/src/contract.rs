//! What every adapter must do, as plain functions that panic with the line that does not hold.
//!
//! Each takes a way to make a fresh, empty adapter. The in-memory versions run first.

mod channel;
mod history;
mod hooks;
mod inbox;
mod mailbox;
mod publisher;

pub use channel::{FAULTS, Fault, Kind, Trial, channel, replies, some_envelope};
pub use history::history;
pub use mailbox::{Folder, mailbox};
pub use publisher::{Fate, Place, publisher};

use crate::{
    Changes, CountChange, CountKey, Entry, FactLog, Kept, LogError, LogPosition, Merge, Person,
    Sections, SeenId, Since, SinceMerge, Space, Store, StoreError, Undone,
};
use audience::{Definitions, Facts, Truth};
use identity::MergeRecord;
use model::{
    Channel, Class, ContentName, Identifier, JourneyName, LedgerState, MergeId, Message, MessageId,
    MessageState, Origin, PersonId, Purpose, Reason, RunId, Timestamp, Topic, Value,
};
use std::sync::mpsc;

const T0: Timestamp = Timestamp(1_800_000_000_000);

pub fn store(make: &mut dyn FnMut() -> Box<dyn Store>) {
    an_empty_store_has_nothing(make());
    sections_are_written_one_by_one(make());
    the_agenda_is_in_order_and_follows_the_person(make());
    identifiers_and_redirects_lead_to_the_current_person(make());
    search_finds_by_name_address_and_id(make());
    members_follow_the_person(make());
    merges_keep_both_records(make());
    an_undone_merge_gives_the_person_back(make());
    what_came_since_a_merge_is_kept_in_order_and_forgotten_in_time(make());
    of_an_erased_person_only_nameless_messages_are_left(make());
    the_outbox_is_in_order_and_follows_the_message(make());
    hooks::hooks(make);
    inbox::inbox(make);
    open_messages_come_with_the_person(make());
    a_second_message_with_the_same_key_is_refused_whole(make());
    counts_equal_the_recount(make());
    the_catalog_keeps_entries_by_space(make());
    the_position_and_the_seen_ids_are_kept(make());
    a_reader_sees_what_was_committed(make());
}

pub fn log(make: &mut dyn FnMut() -> Box<dyn FactLog>) {
    let log = make();
    assert_eq!(log.durable_end(), LogPosition(0));
    assert!(log.read(LogPosition(0), 10, 1 << 20).expect("read an empty log").is_empty());
    let (sender, woken) = mpsc::channel();
    log.on_append(Box::new(move || sender.send(()).unwrap_or(())));
    let append = |records: &[&[u8]]| {
        let (sender, receiver) = mpsc::channel();
        let records = records.iter().map(|it| it.to_vec()).collect();
        log.append(records, Box::new(move |it| sender.send(it).unwrap_or(())));
        receiver.recv().expect("an answer").expect("a durable append")
    };
    let first = append(&[b"one", b"two"]);
    let second = append(&[b"three"]);
    woken.recv().expect("the waker is called");
    assert!(first < second);
    assert_eq!(log.durable_end(), second);
    let read = |from, records_max, bytes_max| -> Vec<(LogPosition, String)> {
        let rows = log.read(from, records_max, bytes_max).expect("read");
        rows.into_iter().map(|(at, it)| (at, String::from_utf8_lossy(&it).into_owned())).collect()
    };
    let all = read(LogPosition(0), 10, 1 << 20);
    let texts: Vec<&str> = all.iter().map(|it| it.1.as_str()).collect();
    assert_eq!(texts, ["one", "two", "three"]);
    assert_eq!(all[1].0, first, "each record comes with the position after it");
    assert_eq!(read(first, 10, 1 << 20).len(), 1);
    assert_eq!(read(LogPosition(0), 2, 1 << 20).len(), 2);
    assert_eq!(
        read(LogPosition(0), 10, 1).len(),
        1,
        "at least one record, however small the limit"
    );
    assert_eq!(read(all[0].0, 1, 1 << 20)[0].1, "two", "a record is found by where it begins");
    assert!(read(second, 10, 1 << 20).is_empty());
    let change = |it: &[u8]| (it != b"two").then(|| vec![b'.'; it.len()]);
    assert_eq!(log.rewrite(first, &mut { change }).expect("a rewriting"), 1);
    let now = read(LogPosition(0), 10, 1 << 20);
    let texts: Vec<&str> = now.iter().map(|it| it.1.as_str()).collect();
    assert_eq!(texts, ["...", "two", "three"], "only what is before the position");
    let places = |it: &[(LogPosition, String)]| it.iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(places(&now), places(&all), "every record is where it was");
    let third = append(&[b"four"]);
    assert_eq!(read(second, 10, 1 << 20), [(third, "four".to_owned())]);
    assert_eq!(log.first(), LogPosition(0));
    let kept = log.trim(second).expect("a trimming");
    assert_eq!(log.first(), kept);
    assert!(kept <= second, "nothing beyond the position goes");
    if LogPosition(0) < kept {
        let asked = log.read(LogPosition(0), 1, 1);
        assert!(matches!(asked, Err(LogError::Trimmed { asked: 0, first }) if first == kept.0));
    }
    assert!(log.trim(LogPosition(u64::MAX)).expect("a trimming") < third, "the last stay");
    assert_eq!(log.durable_end(), third);
    assert_eq!(read(second, 10, 1 << 20), [(third, "four".to_owned())]);
}

fn an_empty_store_has_nothing(store: Box<dyn Store>) {
    assert_eq!(ok(store.count()), 0);
    assert_eq!(ok(store.log_position()), LogPosition(0));
    assert_eq!(ok(store.last_commit()), None);
    assert_eq!(ok(store.next_due()), None);
    assert!(ok(store.load(&[PersonId(1)])).is_empty());
    assert_eq!(ok(store.owners(&[Identifier::user_id("1")])), [None]);
}

fn sections_are_written_one_by_one(mut store: Box<dyn Store>) {
    let mut person = some_person(1);
    commit(&mut *store, |it| it.people.push((&person, Sections::ALL)));
    assert_eq!(ok(store.load(&[person.id])), [person.clone()]);

    let before = person.clone();
    person.profile.set_trait("plan", Value::from("pro"), T0);
    person.last_seen = Timestamp(T0.0 + 5);
    commit(&mut *store, |it| it.people.push((&person, Sections::HOT)));
    let stored = ok(store.load(&[person.id])).remove(0);
    assert_eq!(stored.profile.traits, before.profile.traits, "traits were not written");
    assert_eq!(stored.last_seen, person.last_seen);

    commit(&mut *store, |it| it.people.push((&person, Sections::TRAITS)));
    assert_eq!(ok(store.load(&[person.id])), [person.clone()]);

    let (second, third) = (some_person(2), some_person(3));
    commit(&mut *store, |it| {
        it.people.push((&second, Sections::ALL));
        it.people.push((&third, Sections::ALL));
    });
    let ids = |it: Vec<Person>| it.into_iter().map(|it| it.id.0).collect::<Vec<_>>();
    assert_eq!(ids(ok(store.load(&[PersonId(3), PersonId(9), PersonId(1)]))), [3, 1]);
    assert_eq!(ok(store.ids_after(Some(PersonId(1)), 1)), [PersonId(2)]);
    assert_eq!(ok(store.ids_after(None, 9)).len(), 3);
    assert_eq!(ok(store.count()), 3);
}

fn members_follow_the_person(mut store: Box<dyn Store>) {
    let definitions = |names: &[&str]| {
        let always = |name: &&str| ((*name).to_owned(), expr::parse("true").expect("a condition"));
        Definitions::compile(&names.iter().map(always).collect::<Vec<_>>(), &[]).expect("audiences")
    };
    let within = |id: u64, names: &[&str]| {
        let mut person = some_person(id);
        person.profile.refresh(&definitions(names), &NoConsent, T0);
        person
    };
    let members = |store: &dyn Store, audience: &str| -> Vec<u64> {
        ok(store.members(audience, None, 9)).into_iter().map(|it| it.0).collect()
    };
    let people = [within(1, &["a", "b"]), within(2, &["b"]), within(3, &["b"])];
    commit(&mut *store, |it| it.people.extend(people.iter().map(|it| (it, Sections::ALL))));
    assert_eq!((members(&*store, "a"), members(&*store, "b")), (vec![1], vec![1, 2, 3]));
    assert_eq!(members(&*store, "c"), [0_u64; 0]);
    assert_eq!(ok(store.members("b", Some(PersonId(1)), 1)), [PersonId(2)]);

    let moved = within(1, &["c"]);
    commit(&mut *store, |it| it.people.push((&moved, Sections::HOT)));
    assert_eq!(members(&*store, "a"), [1], "only as a section of its own");
    let both = Sections::MEMBERS;
    commit(&mut *store, |it| it.people.push((&moved, both)));
    assert_eq!((members(&*store, "a"), members(&*store, "c")), (vec![], vec![1]));

    commit(&mut *store, |it| {
        it.redirects.push((PersonId(2), PersonId(1)));
        it.erased.push(PersonId(3));
    });
    assert_eq!(members(&*store, "b"), [0_u64; 0], "absorbed or erased, a person is in nothing");
    let back = within(2, &["b"]);
    commit(&mut *store, |it| {
        it.returned.push(PersonId(2));
        it.people.push((&back, Sections::ALL));
    });
    assert_eq!(members(&*store, "b"), [2]);
}

fn the_agenda_is_in_order_and_follows_the_person(mut store: Box<dyn Store>) {
    let mut people: Vec<Person> = (1..=3).map(some_person).collect();
    for (person, offset) in people.iter_mut().zip([30, 10, 20]) {
        person.contacts.arbitrate_at = Some(Timestamp(T0.0 + offset));
    }
    commit(&mut *store, |it| it.people.extend(people.iter().map(|it| (it, Sections::ALL))));
    assert_eq!(ok(store.next_due()), Some(Timestamp(T0.0 + 10)));
    assert_eq!(ok(store.due_people(Timestamp(T0.0 + 20), 9)), [PersonId(2), PersonId(3)]);
    assert_eq!(ok(store.due_people(Timestamp(T0.0 + 99), 1)), [PersonId(2)]);
    people[1].contacts.arbitrate_at = None;
    commit(&mut *store, |it| it.people.push((&people[1], Sections::CONTACTS)));
    assert_eq!(ok(store.next_due()), Some(Timestamp(T0.0 + 20)));
}

fn identifiers_and_redirects_lead_to_the_current_person(mut store: Box<dyn Store>) {
    let people: Vec<Person> = (1..=3).map(some_person).collect();
    commit(&mut *store, |it| {
        it.people.extend(people.iter().map(|it| (it, Sections::ALL)));
        it.identifiers.push((Identifier::anonymous_id("a"), PersonId(1)));
        it.identifiers.push((Identifier::user_id("u"), PersonId(2)));
    });
    commit(&mut *store, |it| {
        it.redirects.push((PersonId(1), PersonId(2)));
        it.identifiers.push((Identifier::anonymous_id("a"), PersonId(2)));
    });
    commit(&mut *store, |it| it.redirects.push((PersonId(2), PersonId(3))));
    assert_eq!(ok(store.current(PersonId(1))), PersonId(3));
    assert_eq!(ok(store.current(PersonId(3))), PersonId(3));
    assert_eq!(ok(store.count()), 1, "absorbed persons are gone");
    let pairs = [(PersonId(1), PersonId(2)), (PersonId(2), PersonId(3))];
    assert_eq!(ok(store.redirects_after(None, 9)), pairs);
    assert_eq!(ok(store.redirects_after(None, 1)), pairs[..1]);
    assert_eq!(ok(store.redirects_after(Some(PersonId(1)), 9)), pairs[1..]);
    let asked = [Identifier::user_id("u"), Identifier::user_id("x"), Identifier::anonymous_id("a")];
    assert_eq!(ok(store.owners(&asked)), [Some(PersonId(2)), None, Some(PersonId(2))]);
}

fn search_finds_by_name_address_and_id(mut store: Box<dyn Store>) {
    let mut people: Vec<Person> = (1..=3).map(some_person).collect();
    people[0].profile.set_trait("name", Value::from("Ada Lovelace"), T0);
    people[1].profile.set_trait("first_name", Value::from("Grace"), T0);
    people[2].known.identifiers.insert(Identifier::email("alan@example.com"), T0);
    commit(&mut *store, |it| it.people.extend(people.iter().map(|it| (it, Sections::ALL))));
    let check = |query: &str, expected: &[u64]| {
        let found = ok(store.search(query, None, 10));
        assert_eq!(found.iter().map(|it| it.id.0).collect::<Vec<_>>(), expected, "for `{query}`");
    };
    check("lovelace", &[1]);
    check("GRACE", &[2]);
    check("alan@", &[3]);
    check("p2", &[2]);
    check("nobody", &[]);
    check("100%", &[]);
    check("", &[3, 2, 1]);
    assert_eq!(ok(store.search("", Some(PersonId(3)), 1))[0].id, PersonId(2));
    assert_eq!(ok(store.search("p2", None, 1))[0].name, "Grace");
}

fn merges_keep_both_records(mut store: Box<dyn Store>) {
    let (survivor, absorbed) = (some_person(1), some_person(2));
    let record = MergeRecord {
        at: T0,
        survivor: survivor.id,
        absorbed: absorbed.id,
        by: Identifier::email("a@example.com"),
        cause: "identify".to_owned(),
        survivor_known: survivor.known.clone(),
        absorbed_known: absorbed.known.clone(),
    };
    let merge = Merge {
        id: MergeId(4),
        record,
        survivor: survivor.clone(),
        absorbed: absorbed.clone(),
        kept: Some(Kept { from: 9, until: T0 }),
        undone: None,
    };
    assert_eq!(ok(store.last_merge()), None);
    commit(&mut *store, |it| {
        it.people.push((&survivor, Sections::ALL));
        it.redirects.push((absorbed.id, survivor.id));
        it.merges.push(merge.clone());
    });
    assert_eq!(ok(store.merges_of(survivor.id)), std::slice::from_ref(&merge));
    assert_eq!(ok(store.merges_of(absorbed.id)), std::slice::from_ref(&merge));
    assert!(ok(store.merges_of(PersonId(9))).is_empty());
    assert_eq!(ok(store.merge(merge.id)), Some(merge.clone()));
    assert_eq!((ok(store.merge(MergeId(5))), ok(store.last_merge())), (None, Some(merge.id)));
    let undone = Undone { at: T0, by: "admin".to_owned(), allowed: Some((T0, "admin".to_owned())) };
    let merge = Merge { undone: Some(undone), ..merge };
    commit(&mut *store, |it| it.merges.push(merge.clone()));
    assert_eq!(ok(store.merges_of(survivor.id)), [merge]);
}

fn an_undone_merge_gives_the_person_back(mut store: Box<dyn Store>) {
    let (survivor, absorbed) = (some_person(1), some_person(2));
    let cookie = Identifier::anonymous_id("cookie");
    commit(&mut *store, |it| {
        it.people.push((&survivor, Sections::ALL));
        it.redirects.push((absorbed.id, survivor.id));
        it.redirects.push((PersonId(3), absorbed.id));
        it.identifiers.push((cookie.clone(), survivor.id));
    });
    assert_eq!(ok(store.current(PersonId(3))), survivor.id);
    let mut message = some_message(1, 1);
    commit(&mut *store, |it| it.messages.push(&message));
    message.person = absorbed.id;
    commit(&mut *store, |it| {
        it.returned.push(absorbed.id);
        it.people.push((&absorbed, Sections::ALL));
        it.identifiers.push((cookie.clone(), absorbed.id));
        it.messages.push(&message);
    });
    assert_eq!(ok(store.current(absorbed.id)), absorbed.id);
    assert_eq!(ok(store.current(PersonId(3))), absorbed.id, "whom they had absorbed is theirs");
    assert_eq!(ok(store.owners(std::slice::from_ref(&cookie))), [Some(absorbed.id)]);
    assert_eq!(ok(store.load(&[absorbed.id]))[0].open, std::slice::from_ref(&message));
    assert!(ok(store.load(&[survivor.id]))[0].open.is_empty());
    assert_eq!(ok(store.count()), 2);
    // Both at once: what was given back may be absorbed by somebody else in the same commit.
    commit(&mut *store, |it| it.redirects.push((absorbed.id, survivor.id)));
    commit(&mut *store, |it| {
        it.returned.push(absorbed.id);
        it.redirects.push((absorbed.id, PersonId(9)));
    });
    assert_eq!(ok(store.current(absorbed.id)), PersonId(9));
}

fn what_came_since_a_merge_is_kept_in_order_and_forgotten_in_time(mut store: Box<dyn Store>) {
    let row = |number: u64, person: u64, what: Since| SinceMerge {
        number,
        person: PersonId(person),
        at: Timestamp(T0.0 + number as i64),
        what,
    };
    let run = RunId(3);
    let rows = [
        row(1, 1, Since::Logged(LogPosition(40))),
        row(2, 1, Since::Urgent("{\"fact.1\":{}}".to_owned())),
        row(3, 2, Since::Logged(LogPosition(90))),
        row(
            4,
            1,
            Since::Run {
                run,
                journey: JourneyName::from("welcome"),
                key: Some("cart".to_owned()),
                by_fact: true,
            },
        ),
        row(5, 1, Since::Trait { run, name: "plan".to_owned(), value: Value::from("pro") }),
    ];
    commit(&mut *store, |it| it.since_merge.extend(rows.iter().rev().cloned()));
    let of = |person: u64, from: u64| -> Vec<SinceMerge> {
        rows.iter().filter(|it| it.person.0 == person && from <= it.number).cloned().collect()
    };
    assert_eq!(ok(store.since_merge(PersonId(1), 0)), of(1, 0));
    assert_eq!(ok(store.since_merge(PersonId(1), 3)), of(1, 3));
    assert_eq!(ok(store.since_merge(PersonId(2), 0)), of(2, 0));
    let moved = SinceMerge { person: PersonId(2), ..rows[1].clone() };
    commit(&mut *store, |it| it.since_merge.push(moved.clone()));
    assert_eq!(ok(store.since_merge(PersonId(2), 0)), [moved, rows[2].clone()]);
    commit(&mut *store, |it| it.forget_before = Some(Timestamp(T0.0 + 4)));
    assert_eq!(ok(store.since_merge(PersonId(1), 0)), of(1, 4));
    assert!(ok(store.since_merge(PersonId(2), 0)).is_empty());
}

fn of_an_erased_person_only_nameless_messages_are_left(mut store: Box<dyn Store>) {
    let people: Vec<Person> = (1..=3).map(some_person).collect();
    let (survivor, absorbed) = (people[0].clone(), people[1].clone());
    let record = MergeRecord {
        at: T0,
        survivor: survivor.id,
        absorbed: absorbed.id,
        by: Identifier::email("a@example.com"),
        cause: "identify".to_owned(),
        survivor_known: survivor.known.clone(),
        absorbed_known: absorbed.known.clone(),
    };
    let (id, kept, undone) = (MergeId(1), None, None);
    let merge = Merge { id, record, survivor, absorbed, kept, undone };
    let (mut message, other) = (some_message(1, 1), some_message(2, 3));
    plan(&mut message, T0);
    commit(&mut *store, |it| {
        it.people.extend(people.iter().map(|it| (it, Sections::ALL)));
        it.messages.extend([&message, &other]);
        for n in 1..=3 {
            it.identifiers.push((Identifier::user_id(&format!("user{n}")), PersonId(n)));
        }
    });
    commit(&mut *store, |it| {
        it.redirects.push((PersonId(2), PersonId(1)));
        it.merges.push(merge.clone());
    });
    let old_key = message.key.clone();
    message.person = PersonId(0);
    message.key = "erased/m1".to_owned();
    message.end(LedgerState::Dropped, Reason::Erased, T0, "");
    // What the same commit still writes of them goes too.
    commit(&mut *store, |it| {
        it.people.push((&people[0], Sections::ALL));
        it.identifiers.push((Identifier::email("new@example.com"), PersonId(1)));
        it.messages.push(&message);
        it.erased.extend([PersonId(1), PersonId(2)]);
    });
    assert_eq!(ok(store.count()), 1);
    assert!(ok(store.load(&[PersonId(1), PersonId(2)])).is_empty());
    assert_eq!(ok(store.current(PersonId(2))), PersonId(2), "no redirect to nobody");
    let names = ["user1", "user2", "user3"].map(Identifier::user_id);
    assert_eq!(ok(store.owners(&names)), [None, None, Some(PersonId(3))]);
    assert_eq!(ok(store.owners(&[Identifier::email("new@example.com")])), [None]);
    assert!(
        ok(store.merges_of(PersonId(1))).is_empty() && ok(store.merges_of(PersonId(2))).is_empty()
    );
    assert!(ok(store.search("user1", None, 9)).is_empty());
    assert!(ok(store.messages_of(PersonId(1), None, 9)).is_empty());
    assert_eq!(ok(store.message(MessageId(1))), Some(message));
    assert_eq!(ok(store.message_by_key(&old_key)), None);
    assert_eq!(ok(store.message_by_key("erased/m1")), Some(MessageId(1)));
    assert!(ok(store.due_messages(Channel::Email, T0, 9)).is_empty());
    assert_eq!(ok(store.messages_of(PersonId(3), None, 9)).len(), 1);
}

fn the_outbox_is_in_order_and_follows_the_message(mut store: Box<dyn Store>) {
    let person = some_person(1);
    let mut messages: Vec<Message> = (1..=3).map(|id| some_message(id, 1)).collect();
    for (message, offset) in messages.iter_mut().zip([30, 10, 20]) {
        plan(message, Timestamp(T0.0 + offset));
    }
    commit(&mut *store, |it| {
        it.people.push((&person, Sections::ALL));
        it.messages.extend(&messages);
    });
    let due = |store: &dyn Store, offset: i64, limit: usize| {
        let due = ok(store.due_messages(Channel::Email, Timestamp(T0.0 + offset), limit));
        due.into_iter().map(|it| (it.0).0).collect::<Vec<_>>()
    };
    assert_eq!(due(&*store, 20, 9), [2, 3]);
    assert_eq!(due(&*store, 99, 1), [2]);
    assert_eq!(ok(store.next_message(Channel::Email)), Some(Timestamp(T0.0 + 10)));
    assert_eq!(ok(store.next_message(Channel::Push)), None);

    messages[1].state = MessageState::InFlight {
        channel: Channel::Email,
        address: Identifier::email("a@example.com"),
        since: T0,
        attempt: 0,
    };
    commit(&mut *store, |it| it.messages.push(&messages[1]));
    assert_eq!(due(&*store, 99, 9), [3, 1]);
    assert_eq!(ok(store.in_flight()), [(MessageId(2), PersonId(1))]);

    messages[1].end(LedgerState::Sent, Reason::Sent, T0, "");
    commit(&mut *store, |it| it.messages.push(&messages[1]));
    assert!(ok(store.in_flight()).is_empty());
    assert_eq!(ok(store.message(MessageId(2))), Some(messages[1].clone()));
}

fn open_messages_come_with_the_person(mut store: Box<dyn Store>) {
    let person = some_person(1);
    let mut messages: Vec<Message> = (1..=3).map(|id| some_message(id, 1)).collect();
    messages[1].end(LedgerState::Dropped, Reason::Late, T0, "");
    commit(&mut *store, |it| {
        it.people.push((&person, Sections::ALL));
        it.messages.extend(&messages);
    });
    let open = ok(store.load(&[person.id])).remove(0).open;
    assert_eq!(open, [messages[0].clone(), messages[2].clone()]);
    let page = ok(store.messages_of(person.id, Some(MessageId(3)), 1));
    assert_eq!(page, [messages[1].clone()], "newest first, below the cursor");
}

fn a_second_message_with_the_same_key_is_refused_whole(mut store: Box<dyn Store>) {
    let (person, first) = (some_person(1), some_message(1, 1));
    commit(&mut *store, |it| {
        it.people.push((&person, Sections::ALL));
        it.messages.push(&first);
    });
    let (mut again, newcomer) = (some_message(2, 1), some_person(2));
    again.key.clone_from(&first.key);
    let changes = Changes {
        now: T0,
        durable: true,
        people: vec![(&newcomer, Sections::ALL)],
        messages: vec![&again],
        ..Changes::default()
    };
    let refused = store.commit(&changes);
    assert!(
        matches!(&refused, Err(StoreError::DuplicateKey(it)) if *it == first.key),
        "{refused:?}"
    );
    assert_eq!(ok(store.count()), 1, "nothing of a refused commit is stored");
    assert_eq!(ok(store.message_by_key(&first.key)), Some(first.id));
    commit(&mut *store, |it| it.messages.push(&first));
}

fn counts_equal_the_recount(mut store: Box<dyn Store>) {
    let person = some_person(1);
    let mut message = some_message(1, 1);
    let key = |state| CountKey { scope: "journey/welcome".to_owned(), day: T0.day(), state };
    commit(&mut *store, |it| {
        it.people.push((&person, Sections::ALL));
        it.messages.push(&message);
        it.counts.push(CountChange { key: key(LedgerState::Pending), by: 1 });
    });
    assert_eq!(ok(store.counts()), [(key(LedgerState::Pending), 1)]);
    message.end(LedgerState::Sent, Reason::Sent, T0, "");
    commit(&mut *store, |it| {
        it.messages.push(&message);
        it.counts.push(CountChange { key: key(LedgerState::Pending), by: -1 });
        it.counts.push(CountChange { key: key(LedgerState::Sent), by: 1 });
    });
    assert_eq!(ok(store.counts()), [(key(LedgerState::Sent), 1)]);
    assert_eq!(ok(store.recount()), ok(store.counts()));

    assert!(ok(store.faults("journey/welcome", None, 9)).is_empty());
    for (id, outcome) in
        [(5, LedgerState::Failed), (6, LedgerState::Sent), (7, LedgerState::Unknown)]
    {
        let mut message = some_message(id, 1);
        message.end(outcome, Reason::Refused, T0, "");
        commit(&mut *store, |it| it.messages.push(&message));
    }
    let faults = |before: Option<u64>, limit: usize| -> Vec<u64> {
        let found = ok(store.faults("journey/welcome", before.map(MessageId), limit));
        found.iter().map(|it| it.id.0).collect()
    };
    assert_eq!(
        (faults(None, 9), faults(None, 1), faults(Some(7), 9)),
        (vec![7, 5], vec![7], vec![5])
    );
    assert!(ok(store.faults("journey/other", None, 9)).is_empty());

    let mut late = some_message(2, 1);
    plan(&mut late, T0);
    if let MessageState::Planned { deferred, .. } = &mut late.state {
        *deferred = true;
    }
    commit(&mut *store, |it| it.messages.push(&late));
    assert_eq!(ok(store.deferred()), 1);
}

fn the_catalog_keeps_entries_by_space(mut store: Box<dyn Store>) {
    commit(&mut *store, |it| {
        it.entries.push(Entry::put(Space::System, "a/1", "one"));
        it.entries.push(Entry::put(Space::System, "a/2", "two"));
        it.entries.push(Entry::put(Space::System, "b", "three"));
        it.entries.push(Entry::put(Space::Source, "a/1", "other"));
    });
    assert_eq!(ok(store.get(Space::System, "a/1")), Some(b"one".to_vec()));
    assert_eq!(ok(store.get(Space::Tally, "a/1")), None);
    let keys = ok(store.list(Space::System, "a/")).into_iter().map(|it| it.0).collect::<Vec<_>>();
    assert_eq!(keys, ["a/1", "a/2"]);
    commit(&mut *store, |it| {
        it.entries.push(Entry::delete(Space::System, "a/1"));
        it.entries.push(Entry::put(Space::System, "b", "four"));
    });
    assert_eq!(ok(store.get(Space::System, "a/1")), None);
    assert_eq!(ok(store.get(Space::System, "b")), Some(b"four".to_vec()));
}

fn the_position_and_the_seen_ids_are_kept(mut store: Box<dyn Store>) {
    commit(&mut *store, |it| {
        it.log_position = Some(LogPosition(77));
        it.seen.push(SeenId { id: [1; 16], received: T0 });
    });
    commit(&mut *store, |_| {});
    assert_eq!(ok(store.log_position()), LogPosition(77));
    assert_eq!(ok(store.last_commit()), Some(T0));
    assert_eq!(ok(store.seen(&[[2; 16], [1; 16]])), [false, true]);
}

fn a_reader_sees_what_was_committed(mut store: Box<dyn Store>) {
    let reader = ok(store.reader());
    let person = some_person(1);
    commit(&mut *store, |it| it.people.push((&person, Sections::ALL)));
    assert_eq!(ok(reader.count()), 1);
    assert_eq!(ok(reader.load(&[person.id])), [person]);
}

fn commit<'a>(store: &mut dyn Store, fill: impl FnOnce(&mut Changes<'a>)) {
    let mut changes = Changes { now: T0, durable: true, ..Changes::default() };
    fill(&mut changes);
    ok(store.commit(&changes));
}

fn ok<T>(result: Result<T, StoreError>) -> T {
    result.unwrap_or_else(|e| panic!("the store failed: {e}"))
}

fn some_person(id: u64) -> Person {
    let mut person = Person::new(PersonId(id), T0);
    person.known.identifiers.insert(Identifier::user_id(&format!("user{id}")), T0);
    person.profile.set_trait("city", Value::from("Utrecht"), T0);
    person.remember(T0, LogPosition(id * 100));
    // With no audiences there is no time at which to look again.
    person.profile.refresh(&Definitions::default(), &NoConsent, T0);
    person
}

struct NoConsent;

impl Facts for NoConsent {
    fn consent(&self, _channel: Channel, _topic: &str, _now: Timestamp) -> Truth {
        Truth::lasting(false)
    }
}

fn some_message(id: u64, person: u64) -> Message {
    Message {
        owner: String::new(),
        to: None,
        id: MessageId(id),
        person: PersonId(person),
        origin: Origin::Journey {
            journey: JourneyName::from("welcome"),
            run: RunId(id),
            step: "0".to_owned(),
        },
        key: format!("journey/welcome/r{id}/0/1"),
        content: ContentName::from("welcome"),
        topic: Topic::from("news"),
        purpose: Purpose::Marketing,
        class: Class::Lifecycle,
        channels: vec![Channel::Email],
        value: 1.5,
        vars: [("plan".to_owned(), Value::from("pro"))].into_iter().collect(),
        created: T0,
        expires: Timestamp(T0.0 + 86_400_000),
        state: MessageState::Waiting,
        trail: Vec::new(),
        digest: false,
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

fn plan(message: &mut Message, at: Timestamp) {
    message.state = MessageState::Planned {
        channel: Channel::Email,
        address: Identifier::email("a@example.com"),
        at,
        deferred: false,
        attempt: 0,
    };
}
