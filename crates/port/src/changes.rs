//! What one commit writes: plain data, all or nothing.

use crate::{ForgetHooks, Hook, HookChange, InboxItem, LogPosition, Person};
use identity::MergeRecord;
use model::{
    Identifier, JourneyName, LedgerState, MergeId, Message, PersonId, RunId, Timestamp, Value,
};

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
    /// Persons who were absorbed and are themselves again: their redirect goes. Written before
    /// everything else.
    pub returned: Vec<PersonId>,
    /// Who owns them from now on. The search finds a person by these and by those that the person
    /// had when stored for the first time.
    pub identifiers: Vec<(Identifier, PersonId)>,
    /// New ones, and those that were undone meanwhile.
    pub merges: Vec<Merge>,
    /// New rows, and those that now belong to somebody else.
    pub since_merge: Vec<SinceMerge>,
    /// Rows of `since_merge` from before this time go, some with each commit.
    pub forget_before: Option<Timestamp>,
    /// Persons of whom nothing stays: their record, identifiers, redirects to them and merges go.
    /// Done after everything else. What their messages become is among `messages`.
    pub erased: Vec<PersonId>,
    pub messages: Vec<&'a Message>,
    pub counts: Vec<CountChange>,
    pub seen: Vec<SeenId>,
    pub entries: Vec<Entry>,
    /// Calls of other systems that may go out from now on. One whose key is known already is left as
    /// it is.
    pub hooks: Vec<Hook>,
    /// Written before `hooks`.
    pub hook_changes: Vec<HookChange>,
    pub forget_hooks: Option<ForgetHooks>,
    /// What waits on the site from now on. One whose key is there already is left as it is.
    pub inbox: Vec<InboxItem>,
    /// The keys of what waits there no more. Written before `inbox`.
    pub inbox_taken: Vec<String>,
    /// What had ended by this time goes, some with each commit.
    pub forget_inbox: Option<Timestamp>,
}

/// Which parts of a person changed; the store writes only these.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sections(u8);

/// A merge with the two records as they were before it, so that it can be undone.
#[derive(Debug, Clone, PartialEq)]
pub struct Merge {
    pub id: MergeId,
    pub record: MergeRecord,
    pub survivor: Person,
    pub absorbed: Person,
    /// From where on later facts are kept; none for merges from before they were.
    pub kept: Option<Kept>,
    pub undone: Option<Undone>,
}

/// Which rows of `since_merge` belong to a merge: those of its survivor from this number on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    pub from: u64,
    /// Later facts are kept until then.
    pub until: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    pub at: Timestamp,
    pub by: String,
    /// When the two were allowed to become one again, and by whom.
    pub allowed: Option<(Timestamp, String)>,
}

/// Something that was taken in for a person whom a merge made, so that it can be given to the right
/// one of the two when the merge is undone.
#[derive(Debug, Clone, PartialEq)]
pub struct SinceMerge {
    /// Rises with the order in which they were taken in.
    pub number: u64,
    pub person: PersonId,
    pub at: Timestamp,
    pub what: Since,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Since {
    /// A fact, by its place in the log.
    Logged(LogPosition),
    /// A fact that overtook the log: the record itself, as the log has it too.
    Urgent(String),
    /// A run that began: by the fact of the row before it, or by time.
    Run { run: RunId, journey: JourneyName, key: Option<String>, by_fact: bool },
    /// A trait that a run set.
    Trait { run: RunId, name: String, value: Value },
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
    /// What everybody taught, and the numbered policies made of it.
    Learning,
    /// Keyed hashes of the identifiers of erased persons, and whose events are still in the log.
    Erased,
    /// What somebody of the team is to do for a person.
    Task,
    /// Posts to everybody, and the accounts that they leave by.
    Post,
}

impl Sections {
    pub const NONE: Sections = Sections(0);
    /// Identifiers, counters, memberships, panel, the latest events, and when to look next.
    pub const HOT: Sections = Sections(1);
    pub const TRAITS: Sections = Sections(2);
    pub const CONSENTS: Sections = Sections(4);
    pub const CONTACTS: Sections = Sections(8);
    pub const RUNS: Sections = Sections(16);
    /// Counts per channel and hour, and messages whose answer is awaited.
    pub const LEARNED: Sections = Sections(32);
    /// Who is found as a member of which audience; comes with `HOT`, which holds the memberships.
    pub const MEMBERS: Sections = Sections(64);
    pub const ALL: Sections = Sections(127);

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
    pub const ALL: [Space; 11] = [
        Space::System,
        Space::Programme,
        Space::Source,
        Space::Access,
        Space::Sums,
        Space::Tally,
        Space::Campaign,
        Space::Learning,
        Space::Erased,
        Space::Task,
        Space::Post,
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
            Space::Learning => "learning",
            Space::Erased => "erased",
            Space::Task => "task",
            Space::Post => "post",
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
