//! The loop on the real clock, in its own thread, with threads that send.

mod callers;
mod publishers;
mod work;

use crate::engine::UrgentWork;
use crate::{
    Clock, Dispatch, Draft, Engine, EngineError, EngineSettings, Fate, FillChunk, FillOrder,
    HoldoutSums, Loaded, PanelSums, PostHeard, PostJob, Status, Urgent, run,
};
use callers::Callers;
use model::{Channel, HookReply, MessageId, Network, Reply, Timestamp};
use port::{Caller, Entry, Envelope, Hook, InboxItem, Letterbox, LogPosition, Placed, Publisher};
use publishers::Publishers;
use record::Fact;
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use work::Work;

/// After a failed turn, how long until the next one: a full disk does not empty in a millisecond.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(500);

/// Chunks of a fill that wait for the loop: enough that neither side waits for long.
const FILLS_WAITING_MAX: usize = 4;

/// How often the loop looks at its end whether something is still on the wire.
const LAST_REST: Duration = Duration::from_millis(20);

/// How often the copy that pages read is made anew while work goes on.
const STATUS_EVERY: Duration = Duration::from_millis(100);

/// Through what something leaves.
#[derive(Default)]
pub struct Outlets {
    pub channels: Vec<Box<dyn port::Channel>>,
    pub caller: Option<Arc<dyn Caller>>,
    pub publishers: Vec<Box<dyn Publisher>>,
}

/// A running engine. Dropping it stops the loop after the present turn, and waits for what is on
/// the wire.
pub struct Host {
    handle: Handle,
    thread: Option<JoinHandle<()>>,
}

/// What the rest of the process may ask of the engine. Clones are cheap.
#[derive(Clone)]
pub struct Handle {
    shared: Arc<Shared>,
}

struct Shared {
    queue: Mutex<Queue>,
    woken: Condvar,
    /// A chunk of a fill was taken, or the loop ends.
    taken: Condvar,
    /// Up to where somebody wants the history to reach.
    history_wanted: AtomicU64,
    /// For tries, which are no messages and pass the loop by.
    channels: Vec<Arc<dyn port::Channel>>,
    caller: Option<Arc<dyn Caller>>,
    /// How many messages each channel has on the wire.
    flying: BTreeMap<Channel, Arc<AtomicUsize>>,
    settings: EngineSettings,
    view: Mutex<Published>,
}

/// A channel's provider at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wire {
    pub channel: Channel,
    pub in_flight: usize,
    pub concurrency: usize,
}

#[derive(Default)]
struct Queue {
    awake: bool,
    /// The loop waits: only then does it cost a call of the system to wake it.
    sleeping: bool,
    stop: bool,
    urgent: VecDeque<Urgent>,
    answers: Vec<(MessageId, Fate)>,
    calls_answered: Vec<(String, HookReply)>,
    heard: Vec<(Network, PostHeard)>,
    filled: VecDeque<FillChunk>,
}

#[derive(Clone)]
struct Published {
    status: Status,
    loaded: Loaded,
    sums: PanelSums,
    holdouts: HoldoutSums,
    order: Option<FillOrder>,
}

impl Host {
    pub fn start(engine: Engine, channels: Vec<Box<dyn port::Channel>>) -> Host {
        Host::start_with(engine, Outlets { channels, ..Outlets::default() })
    }

    /// The same with everything through which something leaves.
    pub fn start_with(mut engine: Engine, outlets: Outlets) -> Host {
        let Outlets { channels, caller, publishers } = outlets;
        engine.publish_to(publishers.iter().map(|it| it.network()));
        let channels: Vec<Arc<dyn port::Channel>> = channels.into_iter().map(Arc::from).collect();
        let published = Published {
            status: engine.status(),
            loaded: engine.loaded().clone(),
            sums: engine.sums().clone(),
            holdouts: engine.holdouts().clone(),
            order: engine.fill_order(),
        };
        let shared = Arc::new(Shared {
            queue: Mutex::new(Queue::default()),
            woken: Condvar::new(),
            taken: Condvar::new(),
            history_wanted: AtomicU64::new(0),
            channels: channels.clone(),
            caller: caller.clone(),
            flying: channels.iter().map(|it| (it.channel(), Arc::default())).collect(),
            settings: engine.settings().clone(),
            view: Mutex::new(published),
        });
        let handle = Handle { shared };
        let waker = handle.clone();
        engine.log().on_append(Box::new(move || waker.wake()));
        let mut clock = RealClock { handle: handle.clone(), published: Timestamp::MIN };
        let publishers = Publishers::start(publishers, &handle);
        let mut dispatch = Threads::new(channels, caller, publishers, handle.clone());
        let thread = std::thread::spawn(move || {
            run(&mut engine, &mut clock, &mut dispatch);
            dispatch.close();
            while dispatch.is_sending() {
                // What is on the wire may wait for a commit of ours.
                clock.turned(&mut engine);
                let _ = crate::runner::run_until_quiet(&mut engine, &mut clock, &mut dispatch);
                clock.rest();
            }
            dispatch.finish();
            // What was on the wire has been answered; one last turn stores it.
            let _ = crate::runner::run_until_quiet(&mut engine, &mut clock, &mut dispatch);
            clock.publish(&engine);
        });
        Host { handle, thread: Some(thread) }
    }

    pub fn handle(&self) -> Handle {
        self.handle.clone()
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.handle.tell(|queue| queue.stop = true);
        self.handle.shared.taken.notify_all();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the engine's thread panicked");
        }
    }
}

impl Handle {
    pub fn wake(&self) {
        self.tell(|_| {});
    }

    /// Leaves something for the loop, which looks at it soon.
    fn tell(&self, leave: impl FnOnce(&mut Queue)) {
        let mut queue = lock(&self.shared.queue);
        leave(&mut queue);
        queue.awake = true;
        if queue.sleeping {
            self.shared.woken.notify_all();
        }
    }

    /// A copy at most a tenth of a second old while the engine works.
    pub fn status(&self) -> Status {
        lock(&self.shared.view).status.clone()
    }

    pub fn loaded(&self) -> Loaded {
        lock(&self.shared.view).loaded.clone()
    }

    pub fn sums(&self) -> PanelSums {
        lock(&self.shared.view).sums.clone()
    }

    pub fn holdouts(&self) -> HoldoutSums {
        lock(&self.shared.view).holdouts.clone()
    }

    /// What is to be read of the history for new counters, if anything is.
    pub fn fill_order(&self) -> Option<FillOrder> {
        lock(&self.shared.view).order.clone()
    }

    /// How the engine works here.
    pub fn settings(&self) -> &EngineSettings {
        &self.shared.settings
    }

    /// Each channel that has a provider.
    pub fn wires(&self) -> Vec<Wire> {
        let wire = |it: &Arc<dyn port::Channel>| {
            let channel = it.channel();
            let flying = self.shared.flying.get(&channel);
            let in_flight = flying.map_or(0, |it| it.load(Ordering::Relaxed));
            Wire { channel, in_flight, concurrency: it.concurrency().max(1) }
        };
        self.shared.channels.iter().map(wire).collect()
    }

    /// Hands a try to its provider, and waits for the answer; none if the channel has no provider.
    pub fn try_out(&self, envelope: &Envelope) -> Option<Reply> {
        let channel = self.shared.channels.iter().find(|it| it.channel() == envelope.channel)?;
        Some(channel.send(envelope))
    }

    /// Makes a call once, past everything that is stored, and waits for the answer; none where nobody
    /// makes calls.
    pub fn try_call(&self, hook: &Hook, now: Timestamp) -> Option<HookReply> {
        Some(self.shared.caller.as_ref()?.call(hook, now))
    }

    /// Has a call made again.
    pub fn retry_call(&self, key: String, done: impl FnOnce(bool) + Send + 'static) {
        self.push(UrgentWork::RetryCall(key), Box::new(done));
    }

    /// Up to where the history should reach soon: new counters are filled from it, or somebody wants to
    /// try a condition on it.
    pub fn history_wanted(&self) -> LogPosition {
        let order = self.fill_order().map_or(0, |it| it.filling.until);
        LogPosition(order.max(self.shared.history_wanted.load(Ordering::Relaxed)))
    }

    /// Asks whoever writes the history to do so up to here.
    pub fn want_history(&self, until: LogPosition) {
        self.shared.history_wanted.fetch_max(until.0, Ordering::Relaxed);
    }

    pub(crate) fn is_filling(&self, number: u64) -> bool {
        self.fill_order().is_some_and(|it| it.filling.number == number)
    }

    /// Chunks of a fill that the loop has not committed yet.
    pub(crate) fn fills_waiting(&self) -> usize {
        let queued = lock(&self.shared.queue).filled.len();
        queued + lock(&self.shared.view).status.fills_waiting
    }

    /// Hands over what was found; waits until there is room. Whether the loop goes on.
    pub fn filled(&self, chunk: FillChunk) -> bool {
        let queue = lock(&self.shared.queue);
        let full = |it: &mut Queue| FILLS_WAITING_MAX <= it.filled.len() && !it.stop;
        let queue = self.shared.taken.wait_while(queue, full);
        let mut queue = queue.unwrap_or_else(PoisonError::into_inner);
        queue.filled.push_back(chunk);
        let goes_on = !queue.stop;
        drop(queue);
        self.wake();
        goes_on
    }

    /// A wish with its own lane. `done` is told whether it is committed.
    pub fn urgent(&self, fact: Fact, done: impl FnOnce(bool) + Send + 'static) {
        self.push(UrgentWork::Fact(fact), Box::new(done));
    }

    /// Writes entries of the catalog through the one writer.
    pub fn put(&self, entries: Vec<Entry>, done: impl FnOnce(bool) + Send + 'static) {
        self.push(UrgentWork::Entries(entries), Box::new(done));
    }

    /// Takes out of inboxes what was dealt with, by the keys.
    pub fn take_out(&self, keys: Vec<String>, done: impl FnOnce(bool) + Send + 'static) {
        self.push(UrgentWork::TakeOut(keys), Box::new(done));
    }

    fn push(&self, work: UrgentWork, done: Box<dyn FnOnce(bool) + Send>) {
        self.tell(|queue| queue.urgent.push_back(Urgent { work, done }));
    }
}

/// Through the one writer, so that many share a commit.
impl Letterbox for Handle {
    fn put(&self, item: InboxItem, done: Box<dyn FnOnce(Placed) + Send>) {
        let refused = Arc::new(OnceLock::new());
        let work = UrgentWork::Place(Box::new(item), Arc::clone(&refused));
        let answer = move |stored: bool| match (stored, refused.get()) {
            (false, _) => done(Placed::NotStored),
            (true, None) => done(Placed::Stored),
            (true, Some(why)) => done(*why),
        };
        self.push(work, Box::new(answer));
    }
}

/// The clock of the machine. Waiting ends when something is appended, answered or asked.
struct RealClock {
    handle: Handle,
    published: Timestamp,
}

impl RealClock {
    /// A moment, or until something is answered or asked.
    fn rest(&mut self) {
        let mut queue = lock(&self.handle.shared.queue);
        queue.sleeping = true;
        let idle = |it: &mut Queue| it.urgent.is_empty() && it.answers.is_empty();
        let rested = self.handle.shared.woken.wait_timeout_while(queue, LAST_REST, idle);
        rested.unwrap_or_else(PoisonError::into_inner).0.sleeping = false;
    }

    fn publish(&mut self, engine: &Engine) {
        self.published = real_now();
        let mut view = lock(&self.handle.shared.view);
        view.status = engine.status();
        let (old, new) = (&view.loaded, engine.loaded());
        if old.version != new.version
            || old.definitions.fingerprint() != new.definitions.fingerprint()
        {
            view.loaded = new.clone();
        }
        view.order = engine.fill_order();
        view.sums = engine.sums().clone();
        view.holdouts = engine.holdouts().clone();
    }
}

impl Clock for RealClock {
    fn now(&mut self) -> Timestamp {
        real_now()
    }

    fn turned(&mut self, engine: &mut Engine) -> bool {
        let age = real_now() - self.published;
        if STATUS_EVERY.as_millis() as i64 <= age.millis() {
            self.publish(engine);
        }
        let mut queue = lock(&self.handle.shared.queue);
        for urgent in queue.urgent.drain(..) {
            engine.urgent(urgent);
        }
        if engine.fills_waiting() == 0
            && let Some(chunk) = queue.filled.pop_front()
        {
            engine.filled(chunk);
            self.handle.shared.taken.notify_all();
        }
        !queue.stop
    }

    fn wait(&mut self, engine: &mut Engine, until: Option<Timestamp>) -> bool {
        self.publish(engine);
        let limit = until.map_or(Duration::from_secs(60), |it| {
            let left = (it - real_now()).millis().clamp(0, 60_000);
            Duration::from_millis(left as u64)
        });
        let mut queue = lock(&self.handle.shared.queue);
        let idle = |it: &mut Queue| {
            let nothing = it.urgent.is_empty()
                && it.answers.is_empty()
                && it.calls_answered.is_empty()
                && it.heard.is_empty()
                && it.filled.is_empty();
            !it.awake && !it.stop && nothing
        };
        queue.sleeping = true;
        let (mut queue, _) = self
            .handle
            .shared
            .woken
            .wait_timeout_while(queue, limit, idle)
            .unwrap_or_else(PoisonError::into_inner);
        (queue.awake, queue.sleeping) = (false, false);
        !queue.stop
    }

    fn failed(&mut self, error: &EngineError) -> bool {
        let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
        tracing::error!(%error, cause, "a turn failed; the state is read again");
        let mut queue = lock(&self.handle.shared.queue);
        queue.sleeping = true;
        let (mut queue, _) = self
            .handle
            .shared
            .woken
            .wait_timeout_while(queue, PAUSE_AFTER_FAILURE, |it| !it.stop)
            .unwrap_or_else(PoisonError::into_inner);
        queue.sleeping = false;
        !queue.stop
    }
}

/// Threads per provider, as many as it may have on the wire.
struct Threads {
    senders: BTreeMap<Channel, Sender>,
    callers: Option<Callers>,
    publishers: Publishers,
    handle: Handle,
    threads: Vec<JoinHandle<()>>,
}

struct Sender {
    queue: Arc<Work<Draft>>,
    concurrency: usize,
    flying: Arc<AtomicUsize>,
}

impl Threads {
    fn new(
        channels: Vec<Arc<dyn port::Channel>>,
        caller: Option<Arc<dyn Caller>>,
        publishers: Publishers,
        handle: Handle,
    ) -> Threads {
        let callers = caller.map(|it| Callers::start(it, handle.clone()));
        let (senders, threads) = (BTreeMap::new(), Vec::new());
        let mut threads = Threads { senders, callers, publishers, handle, threads };
        for channel in channels {
            threads.add(channel);
        }
        threads
    }

    fn add(&mut self, channel: Arc<dyn port::Channel>) {
        let queue: Arc<Work<Draft>> = Arc::new(Work::new());
        let known = self.handle.shared.flying.get(&channel.channel());
        let flying = known.cloned().unwrap_or_default();
        let concurrency = channel.concurrency().max(1);
        for _ in 0..concurrency {
            let (channel, work) = (channel.clone(), Arc::clone(&queue));
            let (handle, flying) = (self.handle.clone(), flying.clone());
            self.threads.push(std::thread::spawn(move || {
                while let Some(draft) = work.next() {
                    let message = draft.message;
                    let fate = draft.send(|it| channel.send(it));
                    flying.fetch_sub(1, Ordering::SeqCst);
                    handle.tell(|queue| queue.answers.push((message, fate)));
                }
            }));
        }
        self.senders.insert(channel.channel(), Sender { queue, concurrency, flying });
    }

    /// Nothing more goes onto the wire.
    fn close(&mut self) {
        std::mem::take(&mut self.senders).values().for_each(|it| it.queue.close());
    }

    fn is_sending(&self) -> bool {
        self.threads.iter().any(|it| !it.is_finished())
    }

    /// Waits for everything on the wire.
    fn finish(&mut self) {
        self.close();
        let calling = self.callers.take().map(Callers::end).unwrap_or_default();
        let publishing = std::mem::take(&mut self.publishers).end();
        for thread in self.threads.drain(..).chain(calling).chain(publishing) {
            if thread.join().is_err() {
                tracing::error!("a sending thread panicked");
            }
        }
    }
}

impl Dispatch for Threads {
    fn room(&self) -> BTreeMap<Channel, usize> {
        let room = |it: &Sender| it.concurrency.saturating_sub(it.flying.load(Ordering::SeqCst));
        self.senders.iter().map(|(channel, it)| (*channel, room(it))).collect()
    }

    fn submit(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            let Some(sender) = self.senders.get(&draft.channel) else { continue };
            sender.flying.fetch_add(1, Ordering::SeqCst);
            sender.queue.put(draft);
        }
    }

    fn answers(&mut self) -> Vec<(MessageId, Fate)> {
        std::mem::take(&mut lock(&self.handle.shared.queue).answers)
    }

    fn room_for_calls(&self) -> usize {
        self.callers.as_ref().map_or(0, Callers::room)
    }

    fn call(&mut self, calls: Vec<Hook>) {
        if let Some(callers) = &self.callers {
            callers.take(calls);
        }
    }

    fn calls_answered(&mut self) -> Vec<(String, HookReply)> {
        std::mem::take(&mut lock(&self.handle.shared.queue).calls_answered)
    }

    fn room_for_posts(&self) -> BTreeSet<Network> {
        self.publishers.room()
    }

    fn post(&mut self, jobs: Vec<PostJob>) {
        self.publishers.take(jobs);
    }

    fn posts_answered(&mut self) -> Vec<(Network, PostHeard)> {
        std::mem::take(&mut lock(&self.handle.shared.queue).heard)
    }
}

fn real_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
