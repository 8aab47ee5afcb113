//! A person as the engine holds one: the sections that the cores own, side by side.

use crate::LogPosition;
use audience::Profile;
use decision::learning::Fold;
use decision::panel::Assignment;
use decision::{Consents, Contacts, Held, HeldFrom, Learned};
use identity::Known;
use journey::Runs;
use model::{Message, PersonId, Timestamp};
use std::collections::BTreeMap;

/// How many of the latest events a person's record points at in the log. The whole history is in
/// the log itself; this is what a page shows at once, at 20 bytes each.
pub const RECENT_MAX: usize = 40;

#[derive(Clone, Debug, PartialEq)]
pub struct Person {
    pub id: PersonId,
    pub known: Known,
    pub profile: Profile,
    pub consents: Consents,
    pub contacts: Contacts,
    pub runs: Runs,
    /// What the person taught about channels and hours, and whose answer is awaited.
    pub learned: Learned,
    pub panel: Option<PanelEntry>,
    /// The person's place in each holdout that a message of theirs fell under.
    pub holdouts: BTreeMap<HeldFrom, HoldoutEntry>,
    pub recent: Vec<Recent>,
    pub last_seen: Timestamp,
    /// Until when everything is also remembered one by one, because a merge may be undone.
    pub undo_until: Option<Timestamp>,
    /// Messages that have not ended: candidates, planned ones, and those on the wire.
    pub open: Vec<Message>,
}

/// Where one of the latest events stands in the log, and what the engine made of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recent {
    pub at: Timestamp,
    pub position: LogPosition,
}

/// A person's place in the measurement panel and what they did since.
#[derive(Clone, Debug, PartialEq)]
pub struct PanelEntry {
    pub assignment: Assignment,
    /// Total per outcome within the window.
    pub totals: BTreeMap<String, f64>,
    /// The day of entry, under which the sums are kept.
    pub cohort_day: i64,
    /// The half of the people whose sums the person entered, where learning was on at that time.
    pub fold: Option<Fold>,
}

/// A person's place in a holdout and what they did since.
#[derive(Clone, Debug, PartialEq)]
pub struct HoldoutEntry {
    pub place: Held,
    /// Total per outcome within the window.
    pub totals: BTreeMap<String, f64>,
    /// The day on which counting began, under which the sums are kept.
    pub day: i64,
}

impl Person {
    pub fn new(id: PersonId, now: Timestamp) -> Person {
        Person {
            id,
            known: Known::new(now),
            profile: Profile::default(),
            consents: Consents::default(),
            contacts: Contacts::default(),
            runs: Runs::default(),
            learned: Learned::default(),
            panel: None,
            holdouts: BTreeMap::new(),
            recent: Vec::new(),
            last_seen: now,
            undo_until: None,
            open: Vec::new(),
        }
    }

    /// When this person needs to be looked at next, if nothing happens before.
    pub fn next_at(&self) -> Option<Timestamp> {
        let candidates = self.contacts.arbitrate_at;
        let times =
            [self.profile.next_at(), self.runs.next_at(), candidates, self.learned.next_at()];
        times.into_iter().flatten().min()
    }

    /// What lists and pages call the person: the trait `name`, or first and last name, or nothing.
    pub fn display_name(&self) -> String {
        let text = |name: &str| {
            let found = self.profile.traits.get(name).and_then(|it| it.value.as_text());
            found.unwrap_or("").trim().to_owned()
        };
        match text("name") {
            name if name.is_empty() => {
                format!("{} {}", text("first_name"), text("last_name")).trim().to_owned()
            }
            name => name,
        }
    }

    pub fn remember(&mut self, at: Timestamp, position: LogPosition) {
        if RECENT_MAX <= self.recent.len() {
            self.recent.remove(0);
        }
        self.recent.push(Recent { at, position });
    }
}
