//! The loop itself: turns, sends, answers, and waiting. The server runs it on the real clock, the
//! simulated market on its own.

use crate::{Draft, Engine, EngineError, Fate, PostHeard, PostJob, carry_out};
use model::{Channel, HookReply, MessageId, Network, Reply, Timestamp};
use port::Hook;
use std::collections::{BTreeMap, BTreeSet};

/// Where time comes from, and what happens while there is nothing to do.
pub trait Clock {
    fn now(&mut self) -> Timestamp;

    /// Called after each turn that did something. False ends the loop.
    fn turned(&mut self, _engine: &mut Engine) -> bool {
        true
    }

    /// Returns when `until` has come or something happened before. False ends the loop.
    fn wait(&mut self, engine: &mut Engine, until: Option<Timestamp>) -> bool;

    /// A turn failed. Returns after a pause, and false to give up.
    fn failed(&mut self, error: &EngineError) -> bool;
}

/// Hands messages to providers and brings their answers.
pub trait Dispatch {
    /// How many more messages each provider can take now. A channel without a provider is absent.
    fn room(&self) -> BTreeMap<Channel, usize>;

    /// Each is to be written out and handed over; what cannot be written is answered as such.
    fn submit(&mut self, drafts: Vec<Draft>);

    /// What came back since the last call.
    fn answers(&mut self) -> Vec<(MessageId, Fate)>;

    /// How many more calls of other systems can be taken now; none where nobody makes them.
    fn room_for_calls(&self) -> usize {
        0
    }

    fn call(&mut self, _calls: Vec<Hook>) {}

    /// The networks that can be asked something now.
    fn room_for_posts(&self) -> BTreeSet<Network> {
        BTreeSet::new()
    }

    fn post(&mut self, _jobs: Vec<PostJob>) {}

    /// What networks said since this was asked last.
    fn posts_answered(&mut self) -> Vec<(Network, PostHeard)> {
        Vec::new()
    }

    /// How calls ended since this was asked last, by their keys.
    fn calls_answered(&mut self) -> Vec<(String, HookReply)> {
        Vec::new()
    }
}

/// Turns until the clock says stop.
pub fn run(engine: &mut Engine, clock: &mut dyn Clock, dispatch: &mut dyn Dispatch) {
    loop {
        let going = match one_turn(engine, clock, dispatch) {
            Ok(Some(wake_at)) => clock.wait(engine, wake_at) && clock.turned(engine),
            Ok(None) => clock.turned(engine),
            Err(error) => clock.failed(&error) && reloaded(engine, clock),
        };
        if !going {
            return;
        }
    }
}

/// Turns until nothing waits at the clock's present time. Returns when to look again.
pub fn run_until_quiet(
    engine: &mut Engine,
    clock: &mut dyn Clock,
    dispatch: &mut dyn Dispatch,
) -> Result<Option<Timestamp>, EngineError> {
    loop {
        if let Some(wake_at) = one_turn(engine, clock, dispatch)? {
            return Ok(wake_at);
        }
    }
}

/// One turn with its sends. `Some` with the time to wake at when there was nothing to do.
fn one_turn(
    engine: &mut Engine,
    clock: &mut dyn Clock,
    dispatch: &mut dyn Dispatch,
) -> Result<Option<Option<Timestamp>>, EngineError> {
    for (message, fate) in dispatch.answers() {
        engine.answer(message, fate);
    }
    for (key, reply) in dispatch.calls_answered() {
        engine.call_answered(key, reply);
    }
    for (network, heard) in dispatch.posts_answered() {
        engine.post_answered(network, heard);
    }
    engine.make_room_for_calls(dispatch.room_for_calls());
    engine.make_room_for_posts(dispatch.room_for_posts());
    let turn = engine.turn(clock.now(), &dispatch.room())?;
    if !turn.sends.is_empty() {
        dispatch.submit(turn.sends);
    }
    if !turn.calls.is_empty() {
        dispatch.call(turn.calls);
    }
    if !turn.posts.is_empty() {
        dispatch.post(turn.posts);
    }
    Ok((!turn.busy).then_some(turn.wake_at))
}

fn reloaded(engine: &mut Engine, clock: &mut dyn Clock) -> bool {
    loop {
        match engine.reload() {
            Ok(()) => return true,
            Err(error) if clock.failed(&error) => {}
            Err(_) => return false,
        }
    }
}

/// Sends each message at once in the caller's thread: for tests and simulation, where the order of
/// answers must not depend on threads.
pub struct Inline {
    channels: BTreeMap<Channel, Box<dyn port::Channel>>,
    answers: Vec<(MessageId, Fate)>,
    publishers: BTreeMap<Network, Box<dyn port::Publisher>>,
    heard: Vec<(Network, PostHeard)>,
    room: usize,
}

impl Inline {
    pub fn new(channels: impl IntoIterator<Item = Box<dyn port::Channel>>, room: usize) -> Inline {
        let channels = channels.into_iter().map(|it| (it.channel(), it)).collect();
        let (answers, publishers, heard) = (Vec::new(), BTreeMap::new(), Vec::new());
        Inline { channels, answers, publishers, heard, room }
    }

    /// The same with networks to publish at.
    #[must_use]
    pub fn publishing(mut self, by: impl IntoIterator<Item = Box<dyn port::Publisher>>) -> Inline {
        self.publishers = by.into_iter().map(|it| (it.network(), it)).collect();
        self
    }
}

impl Dispatch for Inline {
    fn room(&self) -> BTreeMap<Channel, usize> {
        self.channels.keys().map(|it| (*it, self.room)).collect()
    }

    fn submit(&mut self, drafts: Vec<Draft>) {
        for draft in drafts {
            let (message, channel) = (draft.message, self.channels.get(&draft.channel));
            let no_provider =
                || Reply::Deferred { detail: "no provider".to_owned(), retry_after: None };
            let fate =
                draft.send(|it| channel.map_or_else(no_provider, |channel| channel.send(it)));
            self.answers.push((message, fate));
        }
    }

    fn answers(&mut self) -> Vec<(MessageId, Fate)> {
        std::mem::take(&mut self.answers)
    }

    fn room_for_posts(&self) -> BTreeSet<Network> {
        self.publishers.keys().copied().collect()
    }

    fn post(&mut self, jobs: Vec<PostJob>) {
        for job in jobs {
            if let Some(publisher) = self.publishers.get(&job.network) {
                self.heard.push((job.network, carry_out(&**publisher, &job)));
            }
        }
    }

    fn posts_answered(&mut self) -> Vec<(Network, PostHeard)> {
        std::mem::take(&mut self.heard)
    }
}
