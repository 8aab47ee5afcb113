//! Persons, messages and commits that the tests write.

use crate::SqliteStore;
use model::{
    Channel, Class, ContentName, Identifier, JourneyName, Message, MessageId, MessageState, Origin,
    PersonId, Purpose, RunId, Timestamp, Topic, Value,
};
use port::{Changes, LogPosition, Person, Sections, SeenId, Store};
use std::path::Path;

pub(crate) const T0: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) fn changes<'a>() -> Changes<'a> {
    Changes { now: T0, durable: true, ..Changes::default() }
}

pub(crate) fn person(id: u64, name: &str) -> Person {
    let mut person = Person::new(PersonId(id), T0);
    person.known.join(Identifier::user_id(&format!("user{id}")), T0);
    person.profile.set_trait("name", Value::from(name), T0);
    person
}

pub(crate) fn planned(id: u64, person: u64, at: Timestamp) -> Message {
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
        vars: model::Map::new(),
        created: T0,
        expires: Timestamp(T0.0 + 86_400_000),
        state: MessageState::Planned {
            channel: Channel::Email,
            address: Identifier::email("a@example.com"),
            at,
            deferred: false,
            attempt: 0,
        },
        trail: Vec::new(),
        digest: false,
        choice: None,
        pinned: None,
        feedback: model::FeedbackSet::default(),
    }
}

/// Person `n`, seen event `n`, log position `n`: three things that must agree.
pub(crate) fn add_person(store: &mut SqliteStore, n: u64, durable: bool) {
    let person = person(n, "Ada");
    let mut commit = Changes { durable, ..changes() };
    commit.people.push((&person, Sections::ALL));
    commit.seen.push(SeenId { id: event_id(n), received: T0 });
    commit.log_position = Some(LogPosition(n));
    store.commit(&commit).expect("a commit");
}

pub(crate) fn event_id(n: u64) -> [u8; 16] {
    let mut chance = Chance(n);
    let (high, low) = (chance.next(), chance.next());
    (u128::from(high) << 64 | u128::from(low)).to_le_bytes()
}

/// Database, log, and files of ids, as they are on disk now.
pub(crate) fn copy_files(from: &Path, to: &Path) {
    for name in ["fulcrum.db", "fulcrum.db-wal"] {
        if from.join(name).exists() {
            std::fs::copy(from.join(name), to.join(name)).expect("a copy");
        }
    }
    std::fs::create_dir_all(to.join("seen")).expect("a directory");
    for entry in std::fs::read_dir(from.join("seen")).expect("a directory") {
        let entry = entry.expect("an entry");
        let copied = std::fs::copy(entry.path(), to.join("seen").join(entry.file_name()));
        // The keeper may give a file its name just now; a crash finds one name or the other.
        let is_renamed = |it: &std::io::Error| {
            it.kind() == std::io::ErrorKind::NotFound && !entry.path().exists()
        };
        assert!(copied.is_ok() || copied.as_ref().is_err_and(is_renamed), "{copied:?}");
    }
}

/// SplitMix64: the same numbers for the same seed, everywhere.
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len() as u64) as usize]
    }
}
