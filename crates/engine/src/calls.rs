//! Calls of other systems: handed out when their time has come, and settled by their answers.
//!
//! What is handed out was committed before, and stays as it is until its answer is committed: a
//! process that stops in between makes the same call again, under the same key.

use crate::batch::Batch;
use crate::{Engine, EngineError};
use delivery::{DETAIL_MAX_CHARS, HookFate, after_try};
use model::{HookReply, HookState, Span, Timestamp};
use port::{ForgetHooks, Hook, HookChange, HookRecord};
use std::collections::{BTreeMap, VecDeque};

/// Calls of one receiver under way at once: what a small server bears, and no more of our threads than
/// others can spare if it never answers.
pub(crate) const PER_HOST_MAX: usize = 4;

/// How long calls that were answered can be looked at.
const ANSWERED_KEPT: Span = Span::days(7);

/// And those that were given up, which a person may still want to have tried again.
const GIVEN_UP_KEPT: Span = Span::days(30);

/// What this process knows of calls and the store need not.
#[derive(Default)]
pub(crate) struct Calls {
    /// How many more can be taken now.
    room: usize,
    flying: BTreeMap<String, Flying>,
    answers: VecDeque<(String, HookReply)>,
}

struct Flying {
    tries: u32,
    host: String,
    lane: Option<String>,
}

impl Engine {
    /// How many more calls can be taken by whoever makes them. Without this none is handed out.
    pub fn make_room_for_calls(&mut self, room: usize) {
        self.calls.room = room;
    }

    /// Takes the answer to a call; it is worked on in the next turn.
    pub fn call_answered(&mut self, key: String, reply: HookReply) {
        self.calls.answers.push_back((key, reply));
    }

    /// What the answers make of their calls. They stay queued until that is committed.
    pub(crate) fn settle_calls(&mut self, batch: &mut Batch) {
        let now = batch.now;
        for (key, reply) in &self.calls.answers {
            let Some(flying) = self.calls.flying.get(key) else { continue };
            let tries = flying.tries.saturating_add(1);
            let words = [b"hook".as_slice(), key.as_bytes(), &tries.to_be_bytes()];
            let draw = self.keys.chance.draw(&words).unit();
            let (state, next_at) = match after_try(tries, reply, now, draw) {
                HookFate::Answered => (HookState::Answered, None),
                HookFate::Again { at } => (HookState::Waiting, Some(at)),
                HookFate::GivenUp => (HookState::GivenUp, None),
            };
            if state == HookState::GivenUp {
                tracing::warn!(key, tries, "a call of another system was given up");
            }
            let (key, detail, tried_at) = (key.clone(), detail_of(reply), Some(now));
            batch.hook_changes.push(HookChange { key, state, tries, tried_at, next_at, detail });
            batch.worked = true;
        }
        batch.calls_answered = self.calls.answers.len();
    }

    /// After the commit.
    pub(crate) fn calls_settled(&mut self, batch: &Batch) {
        for (key, _) in self.calls.answers.drain(..batch.calls_answered) {
            self.calls.flying.remove(&key);
        }
    }

    /// A person wants a call to be made once more, from the beginning of its schedule.
    pub(crate) fn retry_call(&self, batch: &mut Batch, key: &str) -> Result<(), EngineError> {
        let Some(record) = self.store.hook(key)? else { return Ok(()) };
        let (state, next_at, detail) = (HookState::Waiting, Some(batch.now), record.detail);
        let (key, tries, tried_at) = (record.hook.key, 0, None);
        batch.hook_changes.push(HookChange { key, state, tries, tried_at, next_at, detail });
        Ok(())
    }

    /// The calls to be made now, of what is committed.
    pub(crate) fn hand_out_calls(&mut self, now: Timestamp) -> Vec<Hook> {
        let calls = &mut self.calls;
        if calls.room == 0 {
            return Vec::new();
        }
        // Those that are under way are due until their answer is committed.
        let per_host = PER_HOST_MAX + calls.flying.len();
        let due = match self.store.due_hooks(now, per_host, calls.room + per_host) {
            Ok(due) => due,
            Err(error) => {
                // The batch is committed, and its messages must leave.
                tracing::error!(%error, "the calls that are due cannot be read");
                return Vec::new();
            }
        };
        let mut out = Vec::new();
        for HookRecord { hook, tries, .. } in due {
            let (host, lane) = (hook.host(), hook.lane.clone());
            let same_host = calls.flying.values().filter(|it| it.host == host).count();
            let same_lane = |it: &Flying| it.lane.is_some() && it.lane == lane;
            let held = calls.flying.contains_key(&hook.key)
                || PER_HOST_MAX <= same_host
                || calls.flying.values().any(same_lane);
            if !held && 0 < calls.room {
                calls.room -= 1;
                calls.flying.insert(hook.key.clone(), Flying { tries, host, lane });
                out.push(hook);
            }
        }
        out
    }

    /// When the next call is due that is not under way or held up now; those are seen again when an
    /// answer comes.
    pub(crate) fn next_call(&self, now: Timestamp) -> Result<Option<Timestamp>, EngineError> {
        match self.calls.room {
            0 => Ok(None),
            _ => Ok(self.store.next_hook(now)?),
        }
    }
}

pub(crate) fn to_forget(now: Timestamp) -> ForgetHooks {
    ForgetHooks { answered: now - ANSWERED_KEPT, given_up: now - GIVEN_UP_KEPT }
}

fn detail_of(reply: &HookReply) -> String {
    let detail = match reply {
        HookReply::Answered { status } => status.to_string(),
        HookReply::Later { detail, .. } | HookReply::Never { detail } => detail.clone(),
    };
    detail.chars().take(DETAIL_MAX_CHARS).collect()
}
