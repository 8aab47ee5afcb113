//! What becomes of each of two people when the merge that made them one is undone: what was frozen
//! at the merge, and what came since folded into the one whose it is. Plain data in and out.

use crate::Loaded;
use crate::facts::{Known, Names, surroundings};
use crate::holdouts::{HoldoutChange, add_in_holdouts, holdout_changes};
use crate::measure::{SumChange, add_outcomes, sums_changed};
use crate::requests::record_statements;
use audience::Counter;
use decision::{Consents, Contacts};
use identity::{Half, Halves};
use journey::{Begun, Runs};
use model::{Message, MessageId, MessageState, Origin, PersonId, RunId, Timestamp, Value};
use port::{Merge, PanelEntry, Person, Since, SinceMerge};
use record::{Act, Fact};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that an undo looks at.
pub(crate) struct Evidence {
    pub merge: Merge,
    /// The one person as they are now.
    pub merged: Person,
    /// What was taken in since, in order; each fact read.
    pub since: Vec<(SinceMerge, Option<Fact>)>,
    /// The absorbed person, and everybody whom they had absorbed.
    pub absorbed_ids: BTreeSet<PersonId>,
    /// What the two lack of counters that are younger than the merge.
    pub recounted: Recounted,
    /// Messages that have ended: those of the one person since the merge, and those that facts name.
    pub ended: BTreeMap<MessageId, Message>,
}

/// Counters that were filled since the merge, which those who are set aside lack: each one's from all
/// that came before it, survivor first.
#[derive(Default)]
pub(crate) struct Recounted {
    pub counters: BTreeSet<String>,
    pub found: [BTreeMap<String, Counter>; 2],
}

/// Two people again.
pub(crate) struct Parted {
    pub survivor: Person,
    pub absorbed: Person,
    /// Messages that ended since the merge and are the absorbed person's.
    pub ended: Vec<Message>,
    /// What was remembered and is the absorbed person's.
    pub since: Vec<SinceMerge>,
    pub sums: Vec<SumChange>,
    pub holdout_sums: Vec<HoldoutChange>,
    /// How many facts went to the survivor and to the absorbed person.
    pub facts: [usize; 2],
}

/// Gives each of the two what is theirs. `now` is when memberships are evaluated.
pub(crate) fn apart(evidence: &Evidence, loaded: &Loaded, now: Timestamp) -> Parted {
    let mut owners = Owners::new(evidence);
    let halves: Vec<Half> = evidence.since.iter().map(|it| owners.take(it)).collect();
    let panels = Panels::new(evidence, &owners);
    let merge = &evidence.merge;
    let holdouts = crate::holdouts::apart(
        &evidence.merged.holdouts,
        [&merge.survivor.holdouts, &merge.absorbed.holdouts],
    );
    let fold = |half: Half| {
        let mut person = begin(evidence, &owners, half);
        let Recounted { counters, found } = &evidence.recounted;
        let found = found[half as usize].clone();
        person.profile.recount(counters, found, &loaded.definitions, now);
        person.panel = panels.of(half);
        person.holdouts = holdouts[half as usize].begin.clone();
        let of_half = evidence.since.iter().zip(&halves).filter(|(_, it)| **it == half);
        for ((row, fact), _) in of_half {
            fold_one(&mut person, row, fact.as_ref(), loaded, now);
        }
        finish(person, evidence, &owners, loaded, half, now)
    };
    let (survivor, absorbed) = (fold(Half::Survivor), fold(Half::Absorbed));
    let (mut sums, mut holdout_sums) = (Vec::new(), Vec::new());
    for (half, person) in [(Half::Survivor, &survivor), (Half::Absorbed, &absorbed)] {
        let counted = &holdouts[half as usize].counted;
        holdout_sums.extend(holdout_changes(counted, &person.holdouts, loaded));
        if let (Some(counted), Some(entry)) = (panels.counted(half), &person.panel) {
            sums.extend(sums_changed(counted, entry, loaded));
        }
    }
    let is_absorbed =
        |it: &&Message| it.person == evidence.merged.id && owners.of_message(it) == Half::Absorbed;
    let give = |it: &Message| Message { person: absorbed.id, ..it.clone() };
    let of = |half: Half| {
        let rows = evidence.since.iter().zip(&halves);
        rows.filter(|((_, fact), it)| fact.is_some() && **it == half).count()
    };
    let rows = evidence.since.iter().zip(&halves).filter(|(_, it)| **it == Half::Absorbed);
    let row = |row: &SinceMerge| SinceMerge { person: absorbed.id, ..row.clone() };
    Parted {
        ended: evidence.ended.values().filter(is_absorbed).map(give).collect(),
        since: rows.map(|((it, _), _)| row(it)).collect(),
        facts: [of(Half::Survivor), of(Half::Absorbed)],
        sums,
        holdout_sums,
        survivor,
        absorbed,
    }
}

/// Whose is what.
struct Owners<'a> {
    evidence: &'a Evidence,
    halves: Halves,
    runs: BTreeMap<RunId, Half>,
    begun: [Vec<Begun>; 2],
    /// Whose the fact before was: a run that it began is theirs too.
    last: Half,
}

impl<'a> Owners<'a> {
    fn new(evidence: &'a Evidence) -> Owners<'a> {
        let merge = &evidence.merge;
        let mut runs = BTreeMap::new();
        for (half, person) in [(Half::Survivor, &merge.survivor), (Half::Absorbed, &merge.absorbed)]
        {
            runs.extend(person.runs.ids().map(|it| (it, half)));
        }
        let halves = Halves::new(&merge.record);
        Owners { evidence, halves, runs, begun: Default::default(), last: Half::Survivor }
    }

    fn take(&mut self, (row, fact): &(SinceMerge, Option<Fact>)) -> Half {
        match (&row.what, fact) {
            (Since::Logged(_) | Since::Urgent(_), Some(fact)) => {
                self.last = self.of_fact(fact);
                self.last
            }
            (Since::Logged(_) | Since::Urgent(_), None) => Half::Survivor,
            (Since::Run { run, journey, key, by_fact }, _) => {
                let half = if *by_fact { self.last } else { Half::Survivor };
                self.runs.insert(*run, half);
                let (run, journey, key) = (*run, journey.clone(), key.clone());
                self.begun[half as usize].push(Begun { run, journey, key, started: row.at });
                half
            }
            (Since::Trait { run, .. }, _) => self.of_run(*run),
        }
    }

    /// By its identifiers; one that names a person instead is that person's, and one about a message
    /// goes where the message goes.
    fn of_fact(&mut self, fact: &Fact) -> Half {
        let Some(person) = fact.person else {
            let names = Names::of(fact).ranked();
            return self.halves.take(&names, &self.evidence.merged.known).unwrap_or(Half::Survivor);
        };
        if self.evidence.absorbed_ids.contains(&person) {
            return Half::Absorbed;
        }
        match named_message(fact).and_then(|it| self.message(it)) {
            Some(message) => self.of_message(message),
            None => Half::Survivor,
        }
    }

    fn message(&self, id: MessageId) -> Option<&'a Message> {
        let open = self.evidence.merged.open.iter().find(|it| it.id == id);
        open.or_else(|| self.evidence.ended.get(&id))
    }

    /// Whose it was before; of the others whose run asked for it, or whose address it goes to.
    fn of_message(&self, message: &Message) -> Half {
        let merge = &self.evidence.merge;
        let held = |it: &Person| it.open.iter().any(|open| open.id == message.id);
        if self.evidence.absorbed_ids.contains(&message.person) || held(&merge.absorbed) {
            return Half::Absorbed;
        }
        if held(&merge.survivor) {
            return Half::Survivor;
        }
        match &message.origin {
            Origin::Journey { run, .. } => self.of_run(*run),
            Origin::Broadcast { .. } | Origin::Api | Origin::Request { .. } => match &message.state
            {
                _ if message.to.is_some() => {
                    let of = message.to.as_ref().and_then(|it| self.halves.of(it));
                    of.unwrap_or(Half::Survivor)
                }
                MessageState::Planned { address, .. } | MessageState::InFlight { address, .. } => {
                    self.halves.of(address).unwrap_or(Half::Survivor)
                }
                MessageState::Waiting
                | MessageState::Joined { .. }
                | MessageState::Ended { .. } => Half::Survivor,
            },
        }
    }

    fn of_run(&self, run: RunId) -> Half {
        self.runs.get(&run).copied().unwrap_or(Half::Survivor)
    }

    fn of_message_id(&self, id: MessageId) -> Half {
        self.message(id).map_or(Half::Survivor, |it| self.of_message(it))
    }
}

/// The message that a click, an answer or a report is about.
fn named_message(fact: &Fact) -> Option<MessageId> {
    let settled = fact.acts.iter().find_map(|it| match it {
        Act::Settle { message, .. } => Some(*message),
        Act::State(_)
        | Act::Wish(_)
        | Act::Suppress(_)
        | Act::Mail(_)
        | Act::Enter(_)
        | Act::Send(_)
        | Act::Erase => None,
    });
    let named = || fact.event.properties.get("message").and_then(Value::as_text)?.parse().ok();
    settled.or_else(named)
}

/// Messages that facts name, to be read before [`apart`].
pub(crate) fn named_messages(since: &[(SinceMerge, Option<Fact>)]) -> BTreeSet<MessageId> {
    let facts = since.iter().filter_map(|(_, fact)| fact.as_ref());
    facts.filter(|it| it.person.is_some()).filter_map(named_message).collect()
}

fn frozen(evidence: &Evidence, half: Half) -> (&Person, &Person) {
    let merge = &evidence.merge;
    match half {
        Half::Survivor => (&merge.survivor, &merge.absorbed),
        Half::Absorbed => (&merge.absorbed, &merge.survivor),
    }
}

/// The person as frozen, with what can be known without the facts.
fn begin(evidence: &Evidence, owners: &Owners<'_>, half: Half) -> Person {
    let merged = &evidence.merged;
    let (own, other) = frozen(evidence, half);
    let is_own_run = |it| owners.of_run(it) == half;
    let is_own_message = |it| owners.of_message_id(it) == half;
    let (survivor, absorbed) = owners.halves.known(&evidence.merge.record, &merged.known);
    let mut known = match half {
        Half::Survivor => survivor,
        Half::Absorbed => absorbed,
    };
    known.apart.insert(evidence.merge.id, half);
    let id = own.id;
    let open = merged.open.iter().filter(|it| owners.of_message(it) == half);
    // Each section by name, so that a new one cannot be forgotten here.
    Person {
        id,
        known,
        profile: audience::Profile::apart(&own.profile, &merged.profile),
        consents: own.consents.clone(),
        contacts: Contacts::apart(&merged.contacts, &own.contacts, &other.contacts, is_own_message),
        runs: Runs::apart(
            &merged.runs,
            &own.runs,
            &other.runs,
            &owners.begun[half as usize],
            is_own_run,
        ),
        panel: None,
        holdouts: BTreeMap::new(),
        // What was learned while they were one cannot be told apart.
        learned: own.learned.clone(),
        recent: own.recent.clone(),
        last_seen: own.last_seen,
        undo_until: own.undo_until,
        open: open.map(|it| Message { person: id, ..it.clone() }).collect(),
    }
}

/// As the engine takes in a fact, without anything that leads to a message.
fn fold_one(
    person: &mut Person,
    row: &SinceMerge,
    fact: Option<&Fact>,
    loaded: &Loaded,
    now: Timestamp,
) {
    if let Since::Trait { name, value, .. } = &row.what {
        person.profile.set_trait(name, value.clone(), row.at);
    }
    let Some(fact) = fact else { return };
    let event = &fact.event;
    person.last_seen = person.last_seen.max(event.time);
    if let Since::Logged(position) = &row.what {
        person.remember(event.time, *position);
    }
    record_statements(person, event, decision::statements_of(event), loaded);
    for act in &fact.acts {
        match act {
            Act::State(statement) => person.consents.record(statement.clone()),
            Act::Wish(wishes) => person.consents.set_wishes(wishes.clone()),
            Act::Suppress(suppression) => person.consents.suppress(suppression.clone()),
            // The message and its slot are as they are now, and a mail was asked for once.
            // Of an erased person nothing is left to part.
            Act::Settle { .. } | Act::Mail(_) | Act::Enter(_) | Act::Send(_) | Act::Erase => {}
        }
    }
    add_outcomes(person, fact, loaded);
    add_in_holdouts(person, fact, loaded);
    person.profile.take_in(event, &loaded.definitions, now);
    for (name, value) in surroundings(event) {
        if person.profile.traits.get(name).is_none_or(|it| it.value != *value) {
            person.profile.set_trait(name, value.clone(), event.time);
        }
    }
}

fn finish(
    mut person: Person,
    evidence: &Evidence,
    owners: &Owners<'_>,
    loaded: &Loaded,
    half: Half,
    now: Timestamp,
) -> Person {
    debug_assert_eq!(person.known.apart.get(&evidence.merge.id), Some(&half));
    let (own, other) = frozen(evidence, half);
    let merged: &Consents = &evidence.merged.consents;
    person.consents.restrict_as_merged(merged, &own.consents, &other.consents);
    // What competes for this person competes anew, since places may have become free.
    let waits = person.open.iter().any(|it| owners.message(it.id).is_some());
    person.contacts.arbitrate_at = waits.then_some(now);
    let facts = Known(&person.consents);
    person.profile.refresh(&loaded.definitions, &facts, now);
    person
}

/// Each one's place in the panel. One of the two was followed while they were one; its totals are
/// made anew from its own facts, and so are those of the other, whose outcomes were not counted.
struct Panels {
    /// The entries from which the fold begins, survivor first.
    begin: [Option<PanelEntry>; 2],
    /// What the sums hold for each now.
    counted: [Option<PanelEntry>; 2],
}

impl Panels {
    fn new(evidence: &Evidence, owners: &Owners<'_>) -> Panels {
        let merge = &evidence.merge;
        let (survivor, absorbed) = (&merge.survivor.panel, &merge.absorbed.panel);
        let same = |a: &PanelEntry, b: &PanelEntry| {
            let place = |it: &PanelEntry| {
                let it = &it.assignment;
                (it.epoch, it.inside, it.cell, it.assigned)
            };
            place(a) == place(b)
        };
        let mut begin = [survivor.clone(), absorbed.clone()];
        let mut counted = begin.clone();
        if let Some(now) = &evidence.merged.panel {
            let is = |it: &Option<PanelEntry>| it.as_ref().is_some_and(|it| same(it, now));
            let half = if !is(survivor) && is(absorbed) { Half::Absorbed } else { Half::Survivor };
            let before = begin[half as usize].take().filter(|it| same(it, now));
            begin[half as usize] = Some(followed(now, before.as_ref(), owners, half));
            counted[half as usize] = Some(now.clone());
        }
        if let [Some(a), Some(b)] = &mut begin {
            let cell = |it: &PanelEntry| (it.assignment.epoch, it.assignment.cell);
            if cell(a) != cell(b) {
                for entry in [a, b] {
                    entry.assignment = entry.assignment.exposed_by(merge.id);
                }
            }
        }
        Panels { begin, counted }
    }

    fn of(&self, half: Half) -> Option<PanelEntry> {
        self.begin[half as usize].clone()
    }

    fn counted(&self, half: Half) -> Option<&PanelEntry> {
        self.counted[half as usize].as_ref()
    }
}

/// The place that was followed, as it was before the merge. What began since begins with nothing.
fn followed(
    now: &PanelEntry,
    before: Option<&PanelEntry>,
    owners: &Owners<'_>,
    half: Half,
) -> PanelEntry {
    let mut entry = now.clone();
    for (name, total) in &mut entry.totals {
        *total = before.and_then(|it| it.totals.get(name)).copied().unwrap_or(0.0);
    }
    match before {
        Some(before) => entry.assignment.exposed = before.assignment.exposed,
        None => {
            let is_own =
                |it: &model::Identifier| owners.halves.of(it).unwrap_or(Half::Survivor) == half;
            entry.assignment.identifiers.retain(is_own);
        }
    }
    entry
}
