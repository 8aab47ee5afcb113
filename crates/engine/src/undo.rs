//! A merge is undone: whether it can be, what would come of it, and the carrying out.

use crate::apart::{Evidence, Parted, Recounted, apart, named_messages};
use crate::batch::{Batch, Working};
use crate::fact_source::{FactRead, FactSource, Once, Whose, fact_in};
use crate::filing::parted_entry;
use crate::filling::Fillings;
use crate::merge::{everybody_in, names};
use crate::{Engine, EngineError, Loaded};
use audience::{Counter, Definitions};
use identity::{Half, Halves, UndoRefusal};
use model::{MergeId, Message, MessageId, MessageState, PersonId, Span, Timestamp};
use port::{LogPosition, Merge, Person, Sections, Since, SinceMerge, StoreError, Undone, Views};
use record::{Fact, LogRecord};
use std::collections::{BTreeMap, BTreeSet};

/// How many remembered rows an undo goes through. It is one step of the loop, and at some 20 µs for
/// each this is a second; a person with more since a merge is a robot or a shared counter.
const ROWS_MAX: usize = 50_000;

/// Messages that are read at once.
const PAGE: usize = 500;

/// What an undo would bring about.
#[derive(Clone, Debug)]
pub struct UndoPlan {
    pub merge: Merge,
    /// The one person as they are now.
    pub merged: Person,
    pub survivor: Person,
    pub absorbed: Person,
    /// How many facts since the merge are whose.
    pub survivor_facts: usize,
    pub absorbed_facts: usize,
}

impl UndoPlan {
    /// What undoing `merge` would bring about, or why it cannot be undone. Nothing is changed.
    pub fn of(
        views: &dyn Views,
        facts: FactSource<'_>,
        loaded: &Loaded,
        merge: MergeId,
        now: Timestamp,
    ) -> Result<Result<UndoPlan, UndoRefusal>, EngineError> {
        let Some(merge) = views.merge(merge)? else { return Ok(Err(UndoRefusal::Unknown)) };
        if let Some(refusal) = undo_refusal(views, &merge, loaded, now)? {
            return Ok(Err(refusal));
        }
        let Some(merged) = views.load(&[merge.record.survivor])?.pop() else {
            return Ok(Err(UndoRefusal::FactsGone));
        };
        let fillings = crate::filling::read(views)?;
        let evidence =
            match gather(views, facts, &loaded.definitions, &fillings, (merge, merged), &[])? {
                Ok(evidence) => evidence,
                Err(refusal) => return Ok(Err(refusal)),
            };
        let Parted { survivor, absorbed, facts, .. } = apart(&evidence, loaded, now);
        let Evidence { merge, merged, .. } = evidence;
        let [survivor_facts, absorbed_facts] = facts;
        Ok(Ok(UndoPlan { merge, merged, survivor, absorbed, survivor_facts, absorbed_facts }))
    }
}

/// Why this merge cannot be undone, as far as that is known without looking at every fact.
pub fn undo_refusal(
    views: &dyn Views,
    merge: &Merge,
    loaded: &Loaded,
    now: Timestamp,
) -> Result<Option<UndoRefusal>, EngineError> {
    if let Some(undone) = &merge.undone {
        return Ok(Some(UndoRefusal::AlreadyUndone { at: undone.at }));
    }
    let current = views.current(merge.record.survivor)?;
    let standing = views.merges_of(current)?.into_iter().filter(|it| it.undone.is_none());
    if let Some(newest) = standing.map(|it| it.id).max().filter(|it| merge.id < *it) {
        return Ok(Some(UndoRefusal::LaterMerge { merge: newest }));
    }
    let Some(until) = undo_until(merge, loaded) else { return Ok(Some(UndoRefusal::FactsGone)) };
    Ok((until <= now).then_some(UndoRefusal::TooOld { since: until }))
}

/// Until when what came since the merge is kept; none where it never was.
pub fn undo_until(merge: &Merge, loaded: &Loaded) -> Option<Timestamp> {
    let within = loaded.programme.identity.undo_within;
    merge.kept.map(|it| it.until.min(merge.record.at + within))
}

/// Reads what an undo looks at. `pending` was remembered and is not stored yet.
fn gather(
    views: &dyn Views,
    facts: FactSource<'_>,
    definitions: &Definitions,
    fillings: &Fillings,
    (merge, merged): (Merge, Person),
    pending: &[SinceMerge],
) -> Result<Result<Evidence, UndoRefusal>, EngineError> {
    let Some(kept) = merge.kept else { return Ok(Err(UndoRefusal::FactsGone)) };
    if !fillings.list.is_empty() {
        return Ok(Err(UndoRefusal::Filling));
    }
    let mut rows = views.since_merge(merged.id, kept.from)?;
    rows.extend(pending.iter().filter(|it| it.person == merged.id).cloned());
    if ROWS_MAX < rows.len() {
        return Ok(Err(UndoRefusal::TooMuch { rows: rows.len(), limit: ROWS_MAX }));
    }
    let logged = |it: &SinceMerge| match &it.what {
        Since::Logged(position) => Some((merged.id, *position)),
        Since::Urgent(_) | Since::Run { .. } | Since::Trait { .. } => None,
    };
    let places: Vec<(PersonId, LogPosition)> = rows.iter().filter_map(logged).collect();
    let mut found = logged_facts(facts, &places).into_iter();
    let mut since = Vec::with_capacity(rows.len());
    for row in rows {
        let fact = match &row.what {
            Since::Logged(_) => found.next().flatten(),
            Since::Urgent(record) => fact_in(record.as_bytes()),
            Since::Run { .. } | Since::Trait { .. } => {
                since.push((row, None));
                continue;
            }
        };
        let Some(fact) = fact else { return Ok(Err(UndoRefusal::FactsGone)) };
        since.push((row, Some(fact)));
    }
    let mut ended = ended_since(views, &merge)?;
    for id in named_messages(&since) {
        if !ended.contains_key(&id)
            && let Some(message) = views.message(id)?
        {
            ended.insert(id, message);
        }
    }
    // Settled in this very batch: the person holds it as it is now.
    merged.open.iter().for_each(|it| drop(ended.remove(&it.id)));
    let absorbed_ids: BTreeSet<PersonId> =
        everybody_in(views, merge.record.absorbed)?.into_iter().collect();
    let counters = fillings.since(merge.record.at);
    let recounted = match counters.is_empty() {
        true => Recounted::default(),
        false => {
            let until = places.first().map_or(LogPosition(u64::MAX), |it| it.1);
            let ids = everybody_in(views, merge.record.survivor)?;
            let own = (&ids[..], &absorbed_ids, &merge);
            let found = counted(facts, definitions, &counters, own, &merged.known, until)?;
            Recounted { found, counters }
        }
    };
    Ok(Ok(Evidence { merge, merged, since, absorbed_ids, recounted, ended }))
}

/// What these counters have of each half's facts before a place of the log, survivor first. `ids` is everybody
/// of the two.
fn counted(
    facts: FactSource<'_>,
    definitions: &Definitions,
    counters: &BTreeSet<String>,
    (ids, absorbed_ids, merge): (&[PersonId], &BTreeSet<PersonId>, &Merge),
    known: &identity::Known,
    until: LogPosition,
) -> Result<[BTreeMap<String, Counter>; 2], EngineError> {
    let filling = audience::Filling::new(definitions, counters);
    let mut fillings = [filling.clone(), filling];
    let halves = Halves::new(&merge.record);
    let mut once = Once::default();
    let mut each = |read: FactRead| {
        let (owner, event) = (read.owner, &read.fact.event);
        let names = event.identifiers();
        let named = names.iter().find_map(|it| halves.of(it));
        // What was filed after the merge stands under the survivor, whosever it was; and what is somebody
        // else's since another undo may stand there too.
        let is_theirs = names.is_empty() || names.iter().any(|it| known.has(it));
        let half = match owner {
            Some(id) if absorbed_ids.contains(&id) => Some(Half::Absorbed),
            Some(id) if ids.contains(&id) => named.or(is_theirs.then_some(Half::Survivor)),
            Some(_) => None,
            // The strongest identifier says whose it is.
            None => named.filter(|_| names.first().is_some_and(|it| known.has(it))),
        };
        let Some(half) = half else { return true };
        if once.is_first(event) {
            let whole = || Ok::<_, std::convert::Infallible>(event.clone());
            let at = merge.record.at;
            let Ok(()) = fillings[half as usize].take(event.name(), event.time, at, whole);
        }
        true
    };
    facts.each(Whose::These(ids), until, &mut each)?;
    Ok(fillings.map(|mut it| it.finish()))
}

/// The facts at these places; none where neither log nor history has one or it cannot be read. That is a
/// reason to refuse, and not to stop the loop: the log holds the order for ever.
fn logged_facts(facts: FactSource<'_>, places: &[(PersonId, LogPosition)]) -> Vec<Option<Fact>> {
    facts.at(places).unwrap_or_else(|error| {
        tracing::error!(%error, "facts since a merge cannot be read");
        vec![None; places.len()]
    })
}

/// Messages of the one person that have ended and were not yet at the merge.
fn ended_since(
    views: &dyn Views,
    merge: &Merge,
) -> Result<BTreeMap<MessageId, Message>, EngineError> {
    let open = merge.survivor.open.iter().chain(&merge.absorbed.open);
    let waited: BTreeSet<MessageId> = open.map(|it| it.id).collect();
    let oldest = waited.first().copied();
    let mut ended = BTreeMap::new();
    let mut before = None;
    loop {
        let page = views.messages_of(merge.record.survivor, before, PAGE)?;
        let Some(last) = page.last() else { break };
        before = Some(last.id);
        // Ids rise with the time at which messages were made.
        let is_done = last.created < merge.record.at && oldest.is_none_or(|it| last.id <= it);
        let is_new = |it: &Message| merge.record.at <= it.created || waited.contains(&it.id);
        let is_ended = |it: &Message| matches!(it.state, MessageState::Ended { .. });
        ended
            .extend(page.into_iter().filter(|it| is_new(it) && is_ended(it)).map(|it| (it.id, it)));
        if is_done {
            break;
        }
    }
    Ok(ended)
}

impl Engine {
    /// Two people again, with everything that is each one's, in the commit of this batch.
    pub(crate) fn undo(
        &mut self,
        batch: &mut Batch,
        id: MergeId,
        by: &str,
    ) -> Result<(), EngineError> {
        let refused = |why: UndoRefusal| {
            // Whoever asked was told by the plan before; this is the second line.
            tracing::warn!(merge = %id, by, reason = why.code(), "a merge was not undone");
            Ok(())
        };
        let evidence = match self.evidence(batch, id) {
            Ok(Ok(evidence)) => evidence,
            Ok(Err(why)) => return refused(why),
            // What is damaged stays so, and the order stays in the log: refused, or nothing else
            // would ever be done.
            Err(EngineError::Store(StoreError::Unreadable { what, detail })) => {
                tracing::error!(merge = %id, what, detail, "what an undo needs cannot be read");
                return refused(UndoRefusal::FactsGone);
            }
            Err(error) => return Err(error),
        };
        let parted = apart(&evidence, &self.loaded, batch.now);
        self.part(batch, evidence, parted, by);
        Ok(())
    }

    fn evidence(
        &mut self,
        batch: &mut Batch,
        id: MergeId,
    ) -> Result<Result<Evidence, UndoRefusal>, EngineError> {
        let Some(merge) = self.store.merge(id)? else { return Ok(Err(UndoRefusal::Unknown)) };
        if let Some(why) = undo_refusal(&*self.store, &merge, &self.loaded, batch.now)? {
            return Ok(Err(why));
        }
        let survivor = merge.record.survivor;
        batch.load(&*self.store, &mut self.memory, std::iter::once(survivor))?;
        let Some(merged) = batch.get(survivor).cloned() else {
            return Ok(Err(UndoRefusal::FactsGone));
        };
        let (definitions, fillings) = (&self.loaded.definitions, &self.fillings);
        let whose = (merge, merged);
        gather(&*self.store, self.facts(), definitions, fillings, whose, &batch.since_merge)
    }

    fn part(&mut self, batch: &mut Batch, evidence: Evidence, parted: Parted, by: &str) {
        let Evidence { mut merge, merged, .. } = evidence;
        let Parted { survivor, mut absorbed, ended, since, sums, holdout_sums, .. } = parted;
        let before: Vec<String> = names(&merged).collect();
        let after: Vec<String> = names(&survivor).chain(names(&absorbed)).collect();
        self.tally_union(&before, &after, batch.now);
        let own: Vec<String> = names(&survivor).collect();
        self.tell_difference(&survivor, batch, &before, &own);
        self.tell_difference(&absorbed, batch, &[], &names(&absorbed).collect::<Vec<_>>());
        for change in sums {
            self.sums.replace(change.key, change.old, change.new);
        }
        self.holdouts.follow(holdout_sums);
        for identifier in absorbed.known.identifiers.keys() {
            batch.set_owner(identifier.clone(), absorbed.id);
        }
        absorbed.open.extend(ended);
        absorbed.open.sort_by_key(|it| it.id);
        for message in &absorbed.open {
            batch.touch(message, false);
            if let Some(person) = self.flying.get_mut(&message.id) {
                *person = absorbed.id;
            }
        }
        batch.since_merge.retain(|row| since.iter().all(|it| it.number != row.number));
        batch.since_merge.extend(since);
        batch.returned.push(absorbed.id);
        batch.entries.push(parted_entry(merge.id, survivor.id, absorbed.id));
        let at = batch.now;
        merge.undone = Some(Undone { at, by: by.to_owned(), allowed: None });
        tracing::info!(merge = %merge.id, by, "a merge was undone");
        batch.merges.push(merge);
        batch.durable = true;
        self.stats.undone += 1;
        let nobody = journey::Runs::default();
        self.steps.follow(&merged.runs, &nobody);
        for mut person in [survivor, absorbed] {
            self.steps.follow(&nobody, &person.runs);
            self.replan(&mut person, batch.now);
            batch.take(person.id);
            batch.insert(Box::new(person), Sections::ALL);
        }
    }

    /// The two whom an undone merge keeps apart may become one again, by the next event that says so.
    pub(crate) fn allow_merge(
        &mut self,
        batch: &mut Batch,
        id: MergeId,
        by: &str,
    ) -> Result<(), EngineError> {
        let stored = match self.store.merge(id) {
            Err(StoreError::Unreadable { .. }) => None,
            other => other?,
        };
        let Some(mut merge) = stored.filter(|it| it.undone.is_some()) else {
            tracing::warn!(merge = %id, by, "a merge that does not keep anybody apart was allowed");
            return Ok(());
        };
        for person in [merge.record.survivor, merge.record.absorbed] {
            let person = self.person_now(batch, person)?;
            if let Some(working) = batch.get_mut(person) {
                working.person.known.apart.remove(&id);
                working.changed(Sections::HOT);
            }
        }
        if let Some(undone) = &mut merge.undone {
            undone.allowed.get_or_insert((batch.now, by.to_owned()));
        }
        batch.merges.push(merge);
        batch.durable = true;
        Ok(())
    }

    /// Keeps a fact of somebody whom a merge made, for the case that it is undone.
    pub(crate) fn remember_fact(
        &mut self,
        working: &Working,
        batch: &mut Batch,
        position: Option<LogPosition>,
        fact: &Fact,
    ) {
        if !is_kept(working, batch) {
            return;
        }
        let what = match position {
            Some(position) => Since::Logged(position),
            None => {
                let bytes = LogRecord::Fact(fact.clone()).encode();
                Since::Urgent(String::from_utf8(bytes).expect("JSON is UTF-8"))
            }
        };
        self.remember_since(working, batch, what);
    }

    pub(crate) fn remember_since(&mut self, working: &Working, batch: &mut Batch, what: Since) {
        if !is_kept(working, batch) {
            return;
        }
        let (number, person, at) = (self.next.since, working.person.id, batch.now);
        self.next.since += 1;
        batch.since_merge.push(SinceMerge { number, person, at, what });
    }

    pub(crate) fn undo_within(&self) -> Span {
        self.loaded.programme.identity.undo_within
    }

    pub(crate) fn new_merge(&mut self) -> MergeId {
        self.next.merge += 1;
        MergeId(self.next.merge - 1)
    }
}

fn is_kept(working: &Working, batch: &Batch) -> bool {
    working.person.undo_until.is_some_and(|it| batch.now < it)
}
