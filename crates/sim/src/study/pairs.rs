//! Whether g pays: a market in which a message is worth more after one in the other channel, with a
//! panel that finds out, and people outside it for whom what it found is used or not.

use super::{Plan, stage};
use crate::person::{Behaviour, SimPerson};
use crate::play::play;
use crate::taste::before_in_another;
use crate::{MarketOptions, Taste};
use engine::EngineError;
use model::{Channel, Span};
use port::{MemoryStore, People};
use std::collections::BTreeMap;

/// A market of pairs.
#[derive(Clone, Copy, Debug)]
pub struct Pairs {
    pub people: usize,
    pub weeks: i64,
    /// What a message in one channel is truly worth more after one in the other.
    pub truth: f64,
    /// Whether what the panel finds is used. If not, the first outcome, which g is found by, is one
    /// that never happens, so that g stays 1; nothing else differs.
    pub used: bool,
}

/// What came of it, per person outside the panel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OfPairs {
    pub messages: f64,
    pub responses: f64,
    pub opt_outs: f64,
    /// The share of messages that came within a week after one in the other channel.
    pub paired: f64,
    /// What was measured in the end, in the mean of the two halves.
    pub g: f64,
}

impl Pairs {
    fn files(&self) -> BTreeMap<String, String> {
        let mut files = Plan::Learned.files(7 * self.weeks - 8);
        for text in files.values_mut() {
            *text = text.replace("[email, push, social]", "[email, push]");
        }
        if let Some(policy) = files.get_mut("policy.yaml") {
            *policy +=
                "panel: {share: 50%, design: factorial, channels: [email, push], window: 28d}\n";
        }
        let never = if self.used { "" } else { "- {outcome: never, event: Never}\n" };
        let outcomes = format!("{never}- {{outcome: orders, event: Order Completed}}\n");
        files.insert("outcomes.yaml".to_owned(), outcomes);
        files
    }

    pub fn play(&self, seed: u64) -> Result<OfPairs, EngineError> {
        // Every answer ends in an order and nothing else does, so that orders are answers.
        let taste = Taste {
            converts: 1.0,
            pairs: vec![(Channel::Email, Channel::Push, self.truth)],
            ..Taste::default()
        };
        let behaviour = Behaviour {
            base: 0.0,
            single: Vec::new(),
            pair: Vec::new(),
            visit: 0.0,
            taste: Some(taste),
            ..Behaviour::default()
        };
        let (people, weeks, window) = (self.people, self.weeks, Span::days(7 * self.weeks - 7));
        let options =
            MarketOptions { people, weeks, seed, behaviour, window, ..MarketOptions::default() };
        let (store, files) = (MemoryStore::new(), self.files());
        let played = play(options, stage(store.clone(), seed), |it| it.with_programme(files))?;
        let mut outside = Vec::new();
        for person in store.load(&store.ids_after(None, usize::MAX)?)? {
            let email = person.profile.traits.get("email").and_then(|it| it.value.as_text());
            let is_outside = person.panel.as_ref().is_some_and(|it| !it.assignment.inside);
            if let Some(index) = email.and_then(SimPerson::index_of).filter(|_| is_outside) {
                outside.push(&played.market.people[index]);
            }
        }
        let policy = engine::latest_policy(&store)?.unwrap_or_default();
        let g = |it: &decision::learning::FoldPolicy| it.pairs.first().map_or(1.0, |it| it.g);
        let n = outside.len().max(1) as f64;
        let sum = |of: &dyn Fn(&SimPerson) -> usize| -> f64 {
            outside.iter().map(|it| of(it) as f64).sum()
        };
        let messages = sum(&|it| it.received.len());
        let paired =
            sum(&|it| it.received.iter().filter(|r| before_in_another(it, r).is_some()).count());
        Ok(OfPairs {
            messages: messages / n,
            responses: sum(&|it| it.orders.len()) / n,
            opt_outs: sum(&|it| usize::from(it.withdrew.is_some())) / n,
            paired: paired / messages.max(1.0),
            g: 0.5 * (g(&policy.zero) + g(&policy.one)),
        })
    }
}
