//! The engine's state between batches, one turn of its loop, and its one commit.

use crate::answers::Answers;
use crate::batch::{Batch, Finished};
use crate::calls::Calls;
use crate::decisions::Days;
use crate::draft::{Draft, Fate};
use crate::erase::Erased;
use crate::fact_source::FactSource;
use crate::filling::{FillChunk, Fillings};
use crate::growth::Growth;
use crate::holdouts::HoldoutSums;
use crate::journal::{Journal, Restored};
use crate::learn::Taught;
use crate::measure::{PanelLine, PanelSums};
use crate::memory::Memory;
use crate::moves::MoveStatus;
use crate::pacing::BrakeStatus;
use crate::pauses::Paused;
use crate::posts::{PostJob, Posts};
use crate::status::{BroadcastStatus, Stats, Status, Tallies};
use crate::steps::JourneySteps;
use crate::syncs::SyncStatus;
use crate::waves::Lists;
use crate::{EngineError, EngineSettings, Hold, Keys, Loaded};
use delivery::Pace;
use model::{
    CampaignName, Channel, ChannelSet, JourneyName, MessageId, PersonId, Reply, RunId, Timestamp,
};
use port::{
    Changes, Entry, FactLog, History, Hook, InboxItem, LogPosition, Placed, Sections, Space, Store,
};
use record::{Control, Fact, LogRecord};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, OnceLock};

/// What an engine is made of.
pub struct Parts {
    pub store: Box<dyn Store>,
    pub log: Arc<dyn FactLog>,
    pub keys: Keys,
    pub settings: EngineSettings,
    /// Channels that have a provider.
    pub providers: ChannelSet,
}

pub struct Engine {
    pub(crate) store: Box<dyn Store>,
    pub(crate) log: Arc<dyn FactLog>,
    pub(crate) keys: Keys,
    pub(crate) settings: EngineSettings,
    pub(crate) providers: ChannelSet,
    pub(crate) loaded: Loaded,
    pub(crate) memory: Memory,
    pub(crate) next: NextIds,
    pub(crate) sums: PanelSums,
    pub(crate) holdouts: HoldoutSums,
    /// The panel that runs, with its epoch and the count of its shares.
    pub(crate) panel: PanelLine,
    pub(crate) days: Days,
    pub(crate) answered: Answers,
    pub(crate) taught: Taught,
    pub(crate) steps: JourneySteps,
    pub(crate) moves: BTreeMap<JourneyName, MoveStatus>,
    pub(crate) syncs: BTreeMap<String, SyncStatus>,
    pub(crate) announced: crate::announce::Announced,
    pub(crate) calls: Calls,
    pub(crate) posts: Posts,
    pub(crate) paces: BTreeMap<Channel, Pace>,
    pub(crate) brakes: BTreeMap<String, BrakeStatus>,
    pub(crate) paused: BTreeMap<JourneyName, Paused>,
    pub(crate) tallies: Tallies,
    pub(crate) tallies_changed: bool,
    pub(crate) growth: Growth,
    pub(crate) broadcasts: BTreeMap<CampaignName, BroadcastStatus>,
    pub(crate) broadcasts_changed: BTreeSet<CampaignName>,
    pub(crate) lists: Lists,
    /// Whether new counters are filled from a history.
    pub(crate) fills: bool,
    pub(crate) fillings: Fillings,
    pub(crate) fillings_changed: bool,
    pub(crate) filled: VecDeque<FillChunk>,
    pub(crate) hold: Option<Hold>,
    pub(crate) hold_changed: bool,
    pub(crate) stats: Stats,
    pub(crate) newest_event: Option<Timestamp>,
    /// On the wire since this process claimed them, with the person at that time.
    pub(crate) flying: BTreeMap<MessageId, PersonId>,
    pub(crate) restored: Option<Restored>,
    /// Addresses of persons who were erased.
    pub(crate) erased: Erased,
    pub(crate) journal: Option<Journal>,
    /// Where facts are that the log no longer has.
    pub(crate) history: Option<Arc<dyn History>>,
    /// Whether messages of an earlier process on the wire were dealt with.
    pub(crate) in_flight_checked: bool,
    answers: VecDeque<(MessageId, Fate)>,
    urgent: VecDeque<Urgent>,
    position: LogPosition,
    last_commit: Option<Timestamp>,
    last_durable: Option<Timestamp>,
    stored_next: NextIds,
}

/// A wish that does not wait behind a backlog: committed before it is answered. The same fact
/// also goes through the log, where its `messageId` makes it a known one.
pub struct Urgent {
    pub work: UrgentWork,
    /// Called once, after the commit or its failure.
    pub done: Box<dyn FnOnce(bool) + Send>,
}

pub enum UrgentWork {
    Fact(Fact),
    /// Entries of the catalog: sources, sessions, tokens.
    Entries(Vec<Entry>),
    /// The key of a call that is to be made again.
    RetryCall(String),
    /// What is to wait on the site; the second is set where it may not.
    Place(Box<InboxItem>, Arc<OnceLock<Placed>>),
    /// The keys of what waits there no more.
    TakeOut(Vec<String>),
}

/// What one turn did.
#[derive(Debug, Default)]
pub struct Turn {
    /// Committed as in flight: must be handed to their providers now, each once.
    pub sends: Vec<Draft>,
    /// Committed before: calls of other systems to be made now, each once.
    pub calls: Vec<Hook>,
    /// Committed before: what networks are to be asked now, each once.
    pub posts: Vec<PostJob>,
    /// Something was done, so more may wait.
    pub busy: bool,
    /// When to look again if nothing else happens; `None` while `busy`.
    pub wake_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NextIds {
    pub person: u64,
    pub message: u64,
    pub run: u64,
    /// 0 in what was stored before merges had numbers: see [`Engine::reload`].
    #[serde(default)]
    pub merge: u64,
    /// Of what is remembered one by one since merges.
    #[serde(default)]
    pub since: u64,
}

impl Default for NextIds {
    fn default() -> NextIds {
        NextIds { person: 1, message: 1, run: 1, merge: 1, since: 1 }
    }
}

const NEXT: &str = "next";
const TALLIES: &str = "tallies";
const HOLD: &str = "hold";
const RESTORED: &str = "restored";
pub(crate) const PANEL: &str = "panel";

impl Engine {
    /// Recovers from store and log alone. Messages that an earlier process left on the wire end as
    /// unknown in the first turn.
    pub fn open(parts: Parts) -> Result<Engine, EngineError> {
        let mut engine = Engine {
            memory: Memory::new(parts.settings.people_in_memory_max),
            store: parts.store,
            log: parts.log,
            keys: parts.keys,
            settings: parts.settings,
            providers: parts.providers,
            loaded: Loaded::empty(),
            next: NextIds::default(),
            sums: PanelSums::default(),
            holdouts: HoldoutSums::default(),
            panel: PanelLine::default(),
            days: Days::default(),
            answered: Answers::default(),
            taught: Taught::default(),
            steps: JourneySteps::default(),
            moves: BTreeMap::new(),
            syncs: BTreeMap::new(),
            announced: crate::announce::Announced::default(),
            calls: Calls::default(),
            posts: Posts::default(),
            paces: BTreeMap::new(),
            brakes: BTreeMap::new(),
            paused: BTreeMap::new(),
            tallies: Tallies::default(),
            tallies_changed: false,
            growth: Growth::default(),
            broadcasts: BTreeMap::new(),
            broadcasts_changed: BTreeSet::new(),
            lists: Lists::default(),
            fills: false,
            fillings: Fillings::default(),
            fillings_changed: false,
            filled: VecDeque::new(),
            hold: None,
            hold_changed: false,
            stats: Stats::default(),
            newest_event: None,
            flying: BTreeMap::new(),
            restored: None,
            erased: Erased::new(),
            journal: None,
            history: None,
            in_flight_checked: false,
            answers: VecDeque::new(),
            urgent: VecDeque::new(),
            position: LogPosition(0),
            last_commit: None,
            last_durable: None,
            stored_next: NextIds::default(),
        };
        engine.reload()?;
        Ok(engine)
    }

    /// Forgets everything in memory and reads it again; for after a failed commit, of which nobody
    /// can say whether it was stored.
    pub fn reload(&mut self) -> Result<(), EngineError> {
        self.memory.clear();
        self.days.forget();
        self.answered.forget();
        self.position = self.store.log_position()?;
        self.last_commit = self.store.last_commit()?;
        self.last_durable = None;
        self.next = self.read_entry(NEXT)?.unwrap_or_default();
        if self.next.merge == 0 {
            self.next.merge = self.store.last_merge()?.map_or(1, |it| it.0 + 1);
        }
        self.stored_next = self.next;
        self.tallies = self.read_entry(TALLIES)?.unwrap_or_default();
        self.tallies_changed = false;
        self.growth.forget();
        self.steps = JourneySteps::read(&*self.store)?;
        self.moves = crate::moves::moves_of(&*self.store)?;
        self.syncs = crate::syncs::read_all(&*self.store)?;
        self.announced = crate::announce::Announced::read(&*self.store)?;
        self.brakes = crate::pacing::read_all(&*self.store)?;
        self.paused = crate::pauses::read_all(&*self.store)?;
        self.hold = self.read_entry(HOLD)?.unwrap_or_default();
        self.hold_changed = false;
        self.restored = self.read_entry(RESTORED)?.unwrap_or_default();
        self.erased = crate::erase::read_all(&*self.store)?;
        self.sums = PanelSums::read(&*self.store)?;
        self.holdouts = HoldoutSums::read(&*self.store)?;
        self.taught = Taught::read(&*self.store)?;
        self.broadcasts = crate::broadcast::read_all(&*self.store)?;
        self.lists.forget(&mut self.broadcasts);
        self.broadcasts_changed.clear();
        self.in_flight_checked = false;
        self.panel = self.read_entry(PANEL)?.unwrap_or_default();
        self.loaded = crate::facts::read_programmes(&*self.store)?;
        if self.panel == PanelLine::default() {
            // Stored before lines were: the panel that runs is the first one.
            let panel = self.loaded.programme.policy.panel.as_ref();
            self.panel = self.panel.next(panel, Timestamp::MIN, true);
        }
        self.panel.put_into(&mut self.loaded);
        self.reload_posts(self.last_commit.unwrap_or_default())?;
        self.fillings = crate::filling::read(&*self.store)?;
        self.fillings_changed = false;
        self.hold_audiences();
        Ok(())
    }

    /// Keeps the keys of claimed messages in a log of their own, outside any backup.
    pub fn keep_journal(&mut self, log: Arc<dyn FactLog>) {
        self.journal = Some(Journal::new(log));
    }

    /// Where facts are found that the log has let go of.
    pub fn keep_history(&mut self, history: Arc<dyn History>) {
        self.history = Some(history);
    }

    /// All facts, wherever they are kept.
    pub fn facts(&self) -> FactSource<'_> {
        FactSource { log: &*self.log, history: self.history.as_deref() }
    }

    /// Takes what came of a draft; it is worked on in the next turn.
    pub fn answer(&mut self, message: MessageId, fate: impl Into<Fate>) {
        self.answers.push_back((message, fate.into()));
    }

    pub fn urgent(&mut self, urgent: Urgent) {
        self.urgent.push_back(urgent);
    }

    /// One batch. `room` says how many more messages each provider can take now.
    pub fn turn(
        &mut self,
        now: Timestamp,
        room: &BTreeMap<Channel, usize>,
    ) -> Result<Turn, EngineError> {
        self.watch_the_clock(now);
        let stats = self.stats.clone();
        let mut batch = Batch::new(now);
        let urgent: Vec<Urgent> = self.urgent.drain(..).collect();
        let result = self.work(&mut batch, &urgent, room);
        let committed = result.and_then(|position| self.commit(&mut batch, position));
        for it in urgent {
            (it.done)(committed.is_ok());
        }
        let worked = match committed {
            Ok(worked) => worked,
            Err(error) => {
                // Of the answers nothing is lost: they stay queued until a commit held them.
                self.stats = stats;
                return Err(error);
            }
        };
        let answered = self.answers.len().min(self.settings.batch_max);
        for (message, _) in self.answers.drain(..answered) {
            self.flying.remove(&message);
        }
        self.calls_settled(&batch);
        if batch.filled {
            self.filled.pop_front();
        }
        self.flying.extend(std::mem::take(&mut batch.receivers));
        let calls = match self.hold {
            None => self.hand_out_calls(now),
            Some(_) => Vec::new(),
        };
        let posts = self.hand_out_posts(&mut batch);
        let worked = worked || !calls.is_empty();
        let wake_at = if worked { None } else { self.wake_at(now, room)? };
        let parts = std::mem::take(&mut batch.parts);
        let sends = self.journalled(std::mem::take(&mut batch.sends), parts);
        Ok(Turn { sends, calls, posts, busy: worked, wake_at })
    }

    /// Only what is in the journal may leave. If it cannot be written, everything waits.
    fn journalled(&mut self, sends: Vec<Draft>, parts: Vec<String>) -> Vec<Draft> {
        let Some(journal) = &mut self.journal else { return sends };
        if sends.is_empty() {
            return sends;
        }
        let keys = sends.iter().map(|it| it.key.clone()).chain(parts);
        let keys = keys.map(String::into_bytes).collect();
        match journal.record(keys) {
            Ok(()) => sends,
            Err(error) => {
                tracing::error!(%error, "the send journal failed; nothing leaves");
                for draft in sends {
                    let detail = "the send journal cannot be written".to_owned();
                    let reply = Reply::Deferred { detail, retry_after: None };
                    self.answers.push_back((draft.message, reply.into()));
                }
                Vec::new()
            }
        }
    }

    /// Everything that a batch does before its commit. Returns the log position it reaches.
    fn work(
        &mut self,
        batch: &mut Batch,
        urgent: &[Urgent],
        room: &BTreeMap<Channel, usize>,
    ) -> Result<LogPosition, EngineError> {
        if !urgent.is_empty() {
            batch.durable = true;
            batch.worked = true;
            let mut facts = Vec::new();
            for it in urgent {
                match &it.work {
                    UrgentWork::Fact(fact) => facts.push((None, fact.clone())),
                    UrgentWork::Entries(entries) => batch.entries.extend(entries.iter().cloned()),
                    UrgentWork::RetryCall(key) => self.retry_call(batch, key)?,
                    UrgentWork::Place(item, refused) => self.place(batch, item, refused)?,
                    UrgentWork::TakeOut(keys) => batch.inbox_taken.extend(keys.iter().cloned()),
                }
            }
            self.take_facts(batch, facts)?;
        }
        self.end_what_was_left_in_flight(batch)?;
        let answers: Vec<(MessageId, Fate)> =
            self.answers.iter().take(self.settings.batch_max).cloned().collect();
        self.take_answers(batch, &answers)?;
        self.settle_calls(batch);
        self.settle_posts(batch);
        let position = self.take_records(batch)?;
        self.freeze_if_due(batch);
        self.take_due(batch)?;
        batch.filled = !batch.scan_ordered && self.take_filled(batch)?;
        self.fan_out(batch)?;
        self.drive_posts(batch);
        if self.hold.is_none() {
            self.claim(batch, room)?;
        }
        self.tell_runs(batch);
        Ok(position)
    }

    fn take_records(&mut self, batch: &mut Batch) -> Result<LogPosition, EngineError> {
        let (records_max, bytes_max) = (self.settings.batch_max, self.settings.batch_bytes_max);
        let records = self.log.read(self.position, records_max, bytes_max)?;
        let mut start = self.position;
        let mut facts = Vec::with_capacity(records.len());
        for (end, bytes) in records {
            match LogRecord::decode(&bytes) {
                Ok(LogRecord::Fact(fact)) => facts.push((Some(start), fact)),
                Ok(LogRecord::Control(Control::Undo { merge, by })) => {
                    // It looks at what is stored, and what comes after it at what it stored: a batch
                    // of its own.
                    let is_first = start == self.position && batch.merges.is_empty();
                    if is_first {
                        self.undo(batch, merge, &by)?;
                        start = end;
                    }
                    batch.worked = true;
                    break;
                }
                Ok(LogRecord::Control(control)) => {
                    // A control changes what later records mean, so those before it go first.
                    self.take_facts(batch, std::mem::take(&mut facts))?;
                    self.take_control(batch, control, start)?;
                }
                Ok(LogRecord::Blank) => {}
                Err(error) => {
                    tracing::error!(position = start.0, %error, "a log record was skipped")
                }
            }
            start = end;
            batch.worked = true;
        }
        self.take_facts(batch, facts)?;
        Ok(start)
    }

    fn take_control(
        &mut self,
        batch: &mut Batch,
        control: Control,
        position: LogPosition,
    ) -> Result<(), EngineError> {
        batch.worked = true;
        match control {
            Control::EndFill { by } => {
                tracing::info!(by, "the filling of audiences was called off");
                self.end_filling(batch);
                Ok(())
            }
            Control::Apply { files, by, after } => {
                let version = self.loaded.version;
                if after.is_some_and(|it| it != version) {
                    tracing::warn!(by, version, "a plan was made for another version; it is void");
                    return Ok(());
                }
                self.apply_programme(batch, files, &by, position)
            }
            Control::Broadcast { name, action, by } => {
                self.steer_broadcast(batch, &name, action, &by)
            }
            Control::Post { name, action, by, network } => {
                self.steer_post(batch, &name, action, &by, network)
            }
            // Has a batch of its own: see `take_records`.
            Control::Undo { .. } => Ok(()),
            Control::Move { journey, from, by } => {
                self.begin_move(batch, journey, from, by);
                Ok(())
            }
            Control::AllowMerge { merge, by } => self.allow_merge(batch, merge, &by),
            Control::Release { scope, by } => {
                self.release(batch, &scope, &by);
                Ok(())
            }
            Control::Pause { journey, action, by } => {
                self.pause_journey(batch, journey, action, by)
            }
            Control::Resume { by } => {
                if self.hold.take().is_some() {
                    tracing::info!(by, "the hold was ended");
                    self.hold_changed = true;
                }
                Ok(())
            }
        }
    }

    fn watch_the_clock(&mut self, now: Timestamp) {
        if let (Some(last), None) = (self.last_commit, &self.hold)
            && let Some(hold) = Hold::needed(last, now, self.settings.away_max)
        {
            tracing::warn!(reason = %hold.reason, "nothing goes out until `fulcrum resume`");
            self.hold = Some(hold);
            self.hold_changed = true;
        }
    }

    /// Stores everything the batch did, or nothing. Returns whether there was anything.
    fn commit(&mut self, batch: &mut Batch, position: LogPosition) -> Result<bool, EngineError> {
        let quiet = self.last_commit.is_some_and(|it| batch.now - it < self.settings.heartbeat);
        if !batch.worked && !self.hold_changed && quiet {
            return Ok(false);
        }
        let worked = batch.worked;
        // Now and then also on disk, or after a power failure it would look as if the engine had
        // been away since its last durable commit.
        let heartbeat = self.settings.heartbeat;
        let on_disk = self.last_durable.is_none_or(|it| heartbeat <= batch.now - it);
        batch.durable |= on_disk;
        self.journal_erasures(batch)?;
        let mut finished = batch.finish();
        self.tell_statuses(batch, &finished.news);
        let entries = self.entries(batch, &finished)?;
        let mut changes = Changes {
            now: batch.now,
            log_position: Some(position),
            durable: batch.durable,
            redirects: std::mem::take(&mut batch.redirects),
            returned: std::mem::take(&mut batch.returned),
            identifiers: std::mem::take(&mut batch.identifiers),
            merges: std::mem::take(&mut batch.merges),
            since_merge: std::mem::take(&mut batch.since_merge),
            // Seldom, since it makes room and nothing else.
            forget_before: on_disk.then(|| batch.now - self.undo_within()),
            erased: std::mem::take(&mut batch.erased),
            counts: finished.take_counts(),
            seen: std::mem::take(&mut batch.seen),
            hooks: std::mem::take(&mut batch.hooks),
            hook_changes: std::mem::take(&mut batch.hook_changes),
            forget_hooks: on_disk.then(|| crate::calls::to_forget(batch.now)),
            inbox: std::mem::take(&mut batch.inbox),
            inbox_taken: std::mem::take(&mut batch.inbox_taken),
            forget_inbox: on_disk.then_some(batch.now),
            entries,
            ..Changes::default()
        };
        let open: BTreeSet<MessageId> = finished.open.iter().copied().collect();
        for working in &finished.people {
            if !working.sections.is_none() {
                changes.people.push((&*working.person, working.sections));
            }
            changes.messages.extend(working.person.open.iter().filter(|it| open.contains(&it.id)));
        }
        changes.messages.extend(&finished.ended);
        self.store.commit(&changes)?;
        drop(changes);
        self.stats.commits += 1;
        self.position = position;
        self.last_commit = Some(batch.now);
        if batch.durable {
            self.last_durable = Some(batch.now);
        }
        self.stored_next = self.next;
        (self.tallies_changed, self.hold_changed) = (false, false);
        self.growth.forget();
        self.fillings_changed = false;
        self.broadcasts_changed.clear();
        self.posts_stored();
        self.sums.stored();
        self.steps.stored();
        self.holdouts.stored();
        self.taught.stored();
        for working in finished.people {
            self.memory.keep(working.person);
        }
        Ok(worked)
    }

    /// All entries of the catalog that the batch changes.
    fn entries(
        &mut self,
        batch: &mut Batch,
        finished: &Finished,
    ) -> Result<Vec<Entry>, EngineError> {
        let mut entries = std::mem::take(&mut batch.entries);
        entries.extend(crate::pacing::entries(batch));
        self.own_entries(&mut entries)?;
        entries.extend(crate::filing::left_out_entry(&std::mem::take(&mut batch.left_out)));
        self.count_decisions(&finished.steps, &mut entries)?;
        self.count_answers(batch.now, std::mem::take(&mut batch.answers), &mut entries)?;
        Ok(entries)
    }

    fn own_entries(&mut self, entries: &mut Vec<Entry>) -> Result<(), EngineError> {
        if self.next != self.stored_next {
            entries.push(system_entry(NEXT, &self.next));
        }
        if self.tallies_changed {
            entries.push(system_entry(TALLIES, &self.tallies));
        }
        self.growth_entries(entries)?;
        if self.fillings_changed {
            entries.push(crate::filling::entry(&self.fillings));
        }
        if self.hold_changed {
            entries.push(system_entry(HOLD, &self.hold));
        }
        self.sums.changed_entries(entries);
        self.steps.changed_entries(entries);
        self.holdouts.changed_entries(entries);
        self.taught.changed_entries(entries);
        self.post_entries(entries);
        for name in &self.broadcasts_changed {
            if let Some(status) = self.broadcasts.get(name) {
                let value = serde_json::to_vec(status).expect("plain data has a JSON form");
                entries.push(Entry::put(Space::Campaign, format!("broadcast/{name}"), value));
            }
        }
        Ok(())
    }

    fn wake_at(
        &self,
        now: Timestamp,
        room: &BTreeMap<Channel, usize>,
    ) -> Result<Option<Timestamp>, EngineError> {
        let mut times = vec![self.last_commit.unwrap_or(now) + self.settings.heartbeat];
        times.extend(self.store.next_due()?);
        if self.hold.is_none() {
            for (channel, _) in room.iter().filter(|it| 0 < *it.1) {
                times.extend(self.store.next_message(*channel)?);
            }
            times.extend(self.next_call(now)?);
        }
        times.extend(self.next_broadcast());
        times.extend(self.next_post(now));
        times.extend(self.announced.next());
        Ok(times.into_iter().min())
    }

    pub fn status(&self) -> Status {
        Status {
            now: self.last_commit.unwrap_or_default(),
            programme_version: self.loaded.version,
            hold: self.hold.clone(),
            stats: self.stats.clone(),
            tallies: self.tallies.clone(),
            fillings: self.fillings.list.clone(),
            fills_waiting: self.filled.len(),
            broadcasts: self.broadcasts.clone(),
            brakes: self.brakes.clone(),
            paused: self.paused.clone(),
            answers: self.answered.last(),
            paces: self.paces_now(),
            lag_bytes: self.log.durable_end().0.saturating_sub(self.position.0),
            newest_event: self.newest_event,
            in_flight: self.flying.len(),
        }
    }

    pub fn log(&self) -> &Arc<dyn FactLog> {
        &self.log
    }

    pub(crate) fn last_commit(&self) -> Timestamp {
        self.last_commit.unwrap_or_default()
    }

    pub fn settings(&self) -> &EngineSettings {
        &self.settings
    }

    pub fn loaded(&self) -> &Loaded {
        &self.loaded
    }

    pub fn moves(&self) -> &BTreeMap<JourneyName, MoveStatus> {
        &self.moves
    }

    pub fn steps(&self) -> &JourneySteps {
        &self.steps
    }

    pub fn sums(&self) -> &PanelSums {
        &self.sums
    }

    /// Views of the committed state, for another thread.
    pub fn reader(&self) -> Result<Box<dyn port::Views + Send>, EngineError> {
        Ok(self.store.reader()?)
    }

    pub(crate) fn new_message(&mut self) -> MessageId {
        self.next.message += 1;
        MessageId(self.next.message - 1)
    }

    pub(crate) fn new_person(&mut self) -> PersonId {
        self.next.person += 1;
        PersonId(self.next.person - 1)
    }

    fn read_entry<T: for<'de> Deserialize<'de>>(
        &self,
        key: &str,
    ) -> Result<Option<T>, EngineError> {
        let Some(bytes) = self.store.get(Space::System, key)? else { return Ok(None) };
        let value = serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "system entry",
            detail: format!("{key}: {error}"),
        })?;
        Ok(Some(value))
    }
}

/// The id that the next message will get: all that exist are below it.
pub fn next_message<V: port::Catalog + ?Sized>(views: &V) -> Result<MessageId, EngineError> {
    let next: NextIds = match views.get(Space::System, NEXT)? {
        Some(bytes) => serde_json::from_slice(&bytes).map_err(|error| record::Unreadable {
            what: "system entry",
            detail: format!("{NEXT}: {error}"),
        })?,
        None => NextIds::default(),
    };
    Ok(MessageId(next.message))
}

/// The next number for runs, as a closure that borrows nothing else of the engine.
pub(crate) fn run_numbers(next: &mut NextIds) -> impl FnMut() -> RunId + '_ {
    || {
        next.run += 1;
        RunId(next.run - 1)
    }
}

fn system_entry<T: Serialize>(key: &str, value: &T) -> Entry {
    let value = serde_json::to_vec(value).expect("plain data with text keys has a JSON form");
    Entry::put(Space::System, key, value)
}

/// Everything of a person may have changed.
pub(crate) const EVERYTHING: Sections = Sections::ALL;
