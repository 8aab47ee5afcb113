//! The persons and messages that one batch works on, and what it will commit.

use crate::EngineError;
use crate::answers::Answer;
use crate::decisions::{Lost, Step, What};
use crate::draft::Draft;
use crate::memory::Memory;
use decision::Decision;
use model::{
    Feedback, FeedbackSet, Identifier, Message, MessageId, MessageState, Origin, PersonId, Reason,
    Timestamp,
};
use port::{
    CountChange, CountKey, LogPosition, Merge, Person, Sections, SeenId, SinceMerge, Store,
};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

pub(crate) struct Batch {
    pub now: Timestamp,
    people: BTreeMap<PersonId, Working>,
    owners: HashMap<Identifier, Option<PersonId>>,
    pub seen: Vec<SeenId>,
    pub seen_now: HashSet<[u8; 16]>,
    pub identifiers: Vec<(Identifier, PersonId)>,
    pub redirects: Vec<(PersonId, PersonId)>,
    pub returned: Vec<PersonId>,
    pub merges: Vec<Merge>,
    pub since_merge: Vec<SinceMerge>,
    /// A fact is being taken in, and not the passing of time.
    pub in_fact: bool,
    /// Persons who are forgotten in this batch, with what is kept of that outside the state.
    pub erased: Vec<PersonId>,
    pub erasures: Vec<crate::Erasure>,
    /// Messages that stay behind without their person.
    pub left: Vec<Message>,
    pub entries: Vec<port::Entry>,
    /// Where facts stand in the log that were taken in before they were read there.
    pub overtaken: Vec<(PersonId, Timestamp, LogPosition)>,
    /// Where facts stand in the log that were not taken in, and that the history shall not have.
    pub left_out: Vec<LogPosition>,
    pub hooks: Vec<port::Hook>,
    /// What waits on the site from now on, and the keys of what does no more.
    pub inbox: Vec<port::InboxItem>,
    pub inbox_taken: Vec<String>,
    /// What providers said to tries, and later.
    pub answers: Vec<Answer>,
    /// What came of campaigns, by the key of its entry.
    pub braked: BTreeMap<String, Vec<u8>>,
    pub hook_changes: Vec<port::HookChange>,
    /// How many answers to calls this batch settles.
    pub calls_answered: usize,
    /// What networks are to be asked after the commit.
    pub posts: Vec<crate::PostJob>,
    /// How many of their answers this batch settles.
    pub posts_answered: usize,
    /// Where the fact stands in the log that is being taken in.
    pub cause: Option<LogPosition>,
    /// How often something was told under one key.
    pub told: HashMap<String, u32>,
    pub sends: Vec<Draft>,
    /// The keys of what leaves as a part of them.
    pub parts: Vec<String>,
    /// Whom each of `sends` is for.
    pub receivers: Vec<(MessageId, PersonId)>,
    /// The commit permits something outside, or answers somebody.
    pub durable: bool,
    /// Something was done, so that there is something to commit.
    pub worked: bool,
    /// A scan of all persons was ordered in this batch. It reads the store, which does not have this
    /// batch yet, so it begins with the next.
    pub scan_ordered: bool,
    /// A chunk of what was found in the history was taken.
    pub filled: bool,
    /// Who lost a place to whom.
    losses: Vec<Step>,
    /// What each touched message was before this batch; `None` for a new one.
    counted: BTreeMap<MessageId, Option<Before>>,
}

/// Where a message counted, how it had ended, and what had been heard of it.
#[derive(Clone)]
struct Before {
    key: CountKey,
    reason: Option<Reason>,
    feedback: FeedbackSet,
}

pub(crate) struct Working {
    /// Boxed, since it wanders between store, memory and batch, and is large.
    pub person: Box<Person>,
    pub sections: Sections,
}

impl Batch {
    pub fn new(now: Timestamp) -> Batch {
        Batch {
            now,
            people: BTreeMap::new(),
            owners: HashMap::new(),
            seen: Vec::new(),
            seen_now: HashSet::new(),
            identifiers: Vec::new(),
            redirects: Vec::new(),
            returned: Vec::new(),
            merges: Vec::new(),
            since_merge: Vec::new(),
            in_fact: false,
            erased: Vec::new(),
            erasures: Vec::new(),
            left: Vec::new(),
            entries: Vec::new(),
            overtaken: Vec::new(),
            left_out: Vec::new(),
            hooks: Vec::new(),
            inbox: Vec::new(),
            inbox_taken: Vec::new(),
            answers: Vec::new(),
            braked: BTreeMap::new(),
            hook_changes: Vec::new(),
            calls_answered: 0,
            posts: Vec::new(),
            posts_answered: 0,
            cause: None,
            told: HashMap::new(),
            sends: Vec::new(),
            parts: Vec::new(),
            receivers: Vec::new(),
            durable: false,
            worked: false,
            scan_ordered: false,
            filled: false,
            losses: Vec::new(),
            counted: BTreeMap::new(),
        }
    }

    /// Looks up who owns the identifiers, all at once.
    pub fn look_up(
        &mut self,
        store: &dyn Store,
        identifiers: impl Iterator<Item = Identifier>,
    ) -> Result<(), EngineError> {
        let mut asked: Vec<Identifier> = Vec::new();
        for identifier in identifiers {
            if let Entry::Vacant(place) = self.owners.entry(identifier) {
                asked.push(place.key().clone());
                place.insert(None);
            }
        }
        if asked.is_empty() {
            return Ok(());
        }
        let owners = store.owners(&asked)?;
        self.owners.extend(asked.into_iter().zip(owners));
        Ok(())
    }

    /// The owner of an identifier that was looked up before.
    pub fn owner(&self, identifier: &Identifier) -> Option<PersonId> {
        self.owners.get(identifier).copied().flatten()
    }

    pub fn set_owner(&mut self, identifier: Identifier, person: PersonId) {
        self.owners.insert(identifier.clone(), Some(person));
        self.identifiers.push((identifier, person));
    }

    /// Brings persons into the batch, from memory or with one query. Somebody who was absorbed in
    /// this batch stays out: the store still has them, and with them the messages that the survivor
    /// took over.
    pub fn load(
        &mut self,
        store: &dyn Store,
        memory: &mut Memory,
        ids: impl Iterator<Item = PersonId>,
    ) -> Result<(), EngineError> {
        let mut missing = Vec::new();
        for id in ids {
            if self.people.contains_key(&id) || self.is_absorbed(id) || self.erased.contains(&id) {
                continue;
            }
            match memory.take(id) {
                Some(person) => self.insert(person, Sections::NONE),
                None => missing.push(id),
            }
        }
        missing.sort_unstable();
        missing.dedup();
        if !missing.is_empty() {
            for person in store.load(&missing)? {
                self.insert(Box::new(person), Sections::NONE);
            }
        }
        Ok(())
    }

    fn is_absorbed(&self, id: PersonId) -> bool {
        self.redirects.iter().any(|(absorbed, _)| *absorbed == id)
    }

    pub fn insert(&mut self, person: Box<Person>, sections: Sections) {
        self.people.insert(person.id, Working { person, sections });
    }

    pub fn get(&self, id: PersonId) -> Option<&Person> {
        self.people.get(&id).map(|it| &*it.person)
    }

    pub fn get_mut(&mut self, id: PersonId) -> Option<&mut Working> {
        self.people.get_mut(&id)
    }

    /// Takes a person out to work on; [`Batch::put_back`] returns it.
    pub fn take(&mut self, id: PersonId) -> Option<Working> {
        self.people.remove(&id)
    }

    pub fn put_back(&mut self, working: Working) {
        self.worked = true;
        self.people.insert(working.person.id, working);
    }

    /// One message lost its place to another: the day learns who lost to whom, and what came of it.
    pub fn lost(&mut self, open: &[Message], loser: usize, winner: MessageId, decision: &Decision) {
        let became = match decision {
            Decision::Plan { .. } | Decision::Join { .. } => Lost::Later,
            Decision::End { .. } => Lost::Dropped,
            Decision::Wait { .. } => return,
        };
        let Some(winner) = open.iter().find(|it| it.id == winner) else { return };
        let loser = &open[loser];
        let (day, scope) = (loser.created.day(), loser.scope());
        self.losses.push(Step { day, scope, what: What::Lost(winner.scope(), became) });
    }

    /// Everybody who is in the batch now.
    pub fn ids(&self) -> Vec<PersonId> {
        self.people.keys().copied().collect()
    }

    /// Puts back somebody whom nothing may have happened to.
    pub fn return_unchanged(&mut self, working: Working) {
        self.people.insert(working.person.id, working);
    }

    /// Nobody is known by these ids any more, nor by the identifiers that were theirs.
    pub fn forget(&mut self, ids: &[PersonId]) {
        self.worked = true;
        self.people.retain(|id, _| !ids.contains(id));
        for owner in self.owners.values_mut().filter(|it| it.is_some_and(|it| ids.contains(&it))) {
            *owner = None;
        }
        let takes_part =
            |it: &Merge| ids.contains(&it.record.survivor) || ids.contains(&it.record.absorbed);
        self.merges.retain(|it| !takes_part(it));
        self.since_merge.retain(|it| !ids.contains(&it.person));
        self.hooks.retain(|it| it.person.is_none_or(|it| !ids.contains(&it)));
        self.erased.extend(ids);
    }

    /// Must be called before a message changes, and for each new one.
    pub fn touch(&mut self, message: &Message, is_new: bool) {
        let before = || Before {
            key: count_key(message),
            reason: reason_of(message),
            feedback: message.feedback,
        };
        self.counted.entry(message.id).or_insert_with(|| (!is_new).then(before));
    }

    /// Splits the batch into what is committed: the persons, and messages that ended meanwhile.
    pub fn finish(&mut self) -> Finished {
        let mut finished =
            Finished { steps: std::mem::take(&mut self.losses), ..Finished::default() };
        for (_, mut working) in std::mem::take(&mut self.people) {
            let open = std::mem::take(&mut working.person.open);
            for message in open {
                if self.counted.contains_key(&message.id) {
                    let changes = self.count_changes(&message);
                    if !changes.is_empty() && message.origin == Origin::Api {
                        finished.news.push(message.clone());
                    }
                    finished.count(changes);
                    self.decisions(&message, &mut finished.steps);
                    if message.ledger_state() == model::LedgerState::Pending {
                        finished.open.push(message.id);
                        working.person.open.push(message);
                    } else {
                        finished.ended.push(message);
                    }
                } else {
                    working.person.open.push(message);
                }
            }
            finished.people.push(working);
        }
        for message in std::mem::take(&mut self.left) {
            if self.counted.contains_key(&message.id) {
                finished.count(self.count_changes(&message));
                self.decisions(&message, &mut finished.steps);
            }
            finished.ended.push(message);
        }
        finished
    }

    /// What the day of the message has to learn.
    fn decisions(&self, message: &Message, steps: &mut Vec<Step>) {
        let (day, scope) = (message.created.day(), message.scope());
        let before = self.counted.get(&message.id).cloned().flatten();
        if before.is_none() {
            steps.push(Step { day, scope: scope.clone(), what: What::Asked });
        }
        let known = before.as_ref().map(|it| it.feedback).unwrap_or_default();
        let heard = Feedback::ALL.into_iter().filter(|it| message.feedback.contains(*it));
        steps.extend(heard.filter(|it| !known.contains(*it)).map(|it| Step {
            day,
            scope: scope.clone(),
            what: What::Heard(it),
        }));
        let ended = |key: &CountKey, reason: Option<Reason>| Some((key.state, reason?));
        let before = before.and_then(|it| ended(&it.key, it.reason));
        let after = ended(&count_key(message), reason_of(message));
        if before == after {
            return;
        }
        let gone = before.map(|(state, reason)| What::NoLonger(state, reason));
        let new = after.map(|(state, reason)| What::Ended(state, reason));
        steps.extend(gone.into_iter().chain(new).map(|what| Step {
            day,
            scope: scope.clone(),
            what,
        }));
    }

    fn count_changes(&self, message: &Message) -> Vec<CountChange> {
        let before = self.counted.get(&message.id).cloned().flatten().map(|it| it.key);
        let after = count_key(message);
        if before.as_ref() == Some(&after) {
            return Vec::new();
        }
        let mut changes = vec![CountChange { key: after, by: 1 }];
        changes.extend(before.map(|key| CountChange { key, by: -1 }));
        changes
    }
}

fn reason_of(message: &Message) -> Option<Reason> {
    match &message.state {
        MessageState::Ended { reason, .. } => Some(*reason),
        MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => None,
    }
}

/// What [`Batch::finish`] leaves to be written.
#[derive(Default)]
pub(crate) struct Finished {
    pub people: Vec<Working>,
    /// Ids of touched messages that are still open; they are in their person's `open`.
    pub open: Vec<MessageId>,
    pub ended: Vec<Message>,
    /// By how much each count changes: most messages of a batch change the same few.
    pub counts: BTreeMap<CountKey, i64>,
    pub steps: Vec<Step>,
    /// Ordered messages that count elsewhere than before.
    pub news: Vec<Message>,
}

impl Finished {
    fn count(&mut self, changes: Vec<CountChange>) {
        for CountChange { key, by } in changes {
            *self.counts.entry(key).or_default() += by;
        }
    }

    pub fn take_counts(&mut self) -> Vec<CountChange> {
        let counts = std::mem::take(&mut self.counts).into_iter();
        counts.filter(|(_, by)| *by != 0).map(|(key, by)| CountChange { key, by }).collect()
    }
}

impl Working {
    pub fn changed(&mut self, sections: Sections) {
        self.sections.add(sections);
    }
}

fn count_key(message: &Message) -> CountKey {
    CountKey { scope: message.scope(), day: message.created.day(), state: message.ledger_state() }
}
