//! What one commit writes: plain data, all or nothing.

use crate::{LogPosition, Person};
use identity::MergeRecord;
use model::{Identifier, LedgerState, Message, PersonId, Timestamp};

#[derive(Debug, Default)]
pub struct Changes<'a> {
    /// The time of the batch; stored as the time of the last commit.
    pub now: Timestamp,
    /// Everything before this position is contained in the state after the commit.
    pub log_position: Option<LogPosition>,
    /// Whether the commit must be on disk before it returns. One that permits no outward act may
    /// be lost in a crash, since the log replays it.
    pub durable: bool,
    pub people: Vec<(&'a Person, Sections)>,
    /// Persons that were absorbed; their record goes and the redirect stays.
    pub redirects: Vec<(PersonId, PersonId)>,
    /// Who owns them from now on. The search finds a person by these and by those that the person
    /// had when stored for the first time.
    pub identifiers: Vec<(Identifier, PersonId)>,
    pub merges: Vec<Merge>,
    /// Persons of whom nothing stays: their record, identifiers, redirects to them and merges go.
    /// Done after everything else. What their messages become is among `messages`.
    pub erased: Vec<PersonId>,
    pub messages: Vec<&'a Message>,
    pub counts: Vec<CountChange>,
    pub seen: Vec<SeenId>,
    pub entries: Vec<Entry>,
}

/// Which parts of a person changed; the store writes only these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sections(u8);

/// A merge with the two records as they were before it, so that it can be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    pub record: MergeRecord,
    pub survivor: Person,
    pub absorbed: Person,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct CountKey {
    /// `journey/NAME`, `broadcast/NAME` or `api`.
    pub scope: String,
    /// Days since 1970 of the message's creation.
    pub day: i64,
    pub state: LedgerState,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CountChange {
    pub key: CountKey,
    pub by: i64,
}

/// The hash of an event's source and `messageId`, and the time by which it ages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeenId {
    pub id: [u8; 16],
    pub received: Timestamp,
}

/// One named value of the catalog; `None` deletes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub space: Space,
    pub key: String,
    pub value: Option<Vec<u8>>,
}

/// The shelves of the catalog. Closed, so that a backup and a migration know all of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Space {
    /// Numbers and switches of the installation: next ids, keys, holds.
    System,
    /// Versions of the programme, by number.
    Programme,
    /// Where events come from, with the hash of each write key.
    Source,
    /// Sessions and tokens of the team, hashed.
    Access,
    /// Sums of the measurement panel.
    Sums,
    /// Sizes of audiences and counts of journeys.
    Tally,
    /// State and progress of broadcasts and imports.
    Campaign,
    /// Keyed hashes of the identifiers of erased persons, and whose events are still in the log.
    Erased,
}

impl Sections {
    pub const NONE: Sections = Sections(0);
    /// Identifiers, counters, memberships, panel, the latest events, and when to look next.
    pub const HOT: Sections = Sections(1);
    pub const TRAITS: Sections = Sections(2);
    pub const CONSENTS: Sections = Sections(4);
    pub const CONTACTS: Sections = Sections(8);
    pub const RUNS: Sections = Sections(16);
    pub const ALL: Sections = Sections(31);

    pub fn contains(self, other: Sections) -> bool {
        self.0 & other.0 == other.0
    }

    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    pub fn add(&mut self, other: Sections) {
        self.0 |= other.0;
    }
}

impl Space {
    pub const ALL: [Space; 8] = [
        Space::System,
        Space::Programme,
        Space::Source,
        Space::Access,
        Space::Sums,
        Space::Tally,
        Space::Campaign,
        Space::Erased,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Space::System => "system",
            Space::Programme => "programme",
            Space::Source => "source",
            Space::Access => "access",
            Space::Sums => "sums",
            Space::Tally => "tally",
            Space::Campaign => "campaign",
            Space::Erased => "erased",
        }
    }
}

impl Entry {
    pub fn put(space: Space, key: impl Into<String>, value: impl Into<Vec<u8>>) -> Entry {
        Entry { space, key: key.into(), value: Some(value.into()) }
    }

    pub fn delete(space: Space, key: impl Into<String>) -> Entry {
        Entry { space, key: key.into(), value: None }
    }
}
