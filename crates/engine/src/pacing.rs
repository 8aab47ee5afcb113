//! How fast messages leave, and the brake of a campaign that does harm.

use crate::answers::{Answer, domain_of};
use crate::batch::Batch;
use crate::{AnswerWord, Engine, EngineError};
use decision::Suppression;
use delivery::{Brake, Harm, Holding, Turn, Word};
use journey::BroadcastAction;
use model::{
    CampaignName, Channel, Event, Identifier, Message, MessageId, Origin, Purpose, Reason, Reply,
    Timestamp, Value,
};
use port::{Catalog, Entry, Space, StoreError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Messages that are looked at beyond the room on the wire while lines are full, so that one slow domain
/// does not hide the others: some 20 ms of work.
const LOOK_BEYOND: usize = 500;

const PREFIX: &str = "brake/";

/// What came of a campaign's latest messages, and whether that stopped it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BrakeStatus {
    pub harm: Harm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<(Brake, Timestamp)>,
}

pub(crate) fn read_all(
    views: &(impl Catalog + ?Sized),
) -> Result<BTreeMap<String, BrakeStatus>, StoreError> {
    let mut found = BTreeMap::new();
    for (key, bytes) in views.list(Space::Campaign, PREFIX)? {
        let status = serde_json::from_slice(&bytes).map_err(|error| StoreError::Unreadable {
            what: "brake of a campaign",
            detail: format!("{key}: {error}"),
        })?;
        found.insert(key.strip_prefix(PREFIX).unwrap_or(&key).to_owned(), status);
    }
    Ok(found)
}

/// What this batch makes of campaigns, to be stored.
pub(crate) fn entries(batch: &mut Batch) -> impl Iterator<Item = Entry> + use<> {
    let braked = std::mem::take(&mut batch.braked);
    braked.into_iter().map(|(key, value)| Entry::put(Space::Campaign, key, value))
}

impl Engine {
    /// How many due messages to look at when there is so much room.
    pub(crate) fn looked_at(&self, channel: Channel, room: usize, now: Timestamp) -> usize {
        let full = self.paces.get(&channel).is_some_and(|it| it.is_full(now));
        if full { room.saturating_add(LOOK_BEYOND) } else { room }
    }

    /// When this message's turn comes, if that is not now.
    pub(crate) fn turn_of(
        &mut self,
        message: &Message,
        channel: Channel,
        to: &Identifier,
        now: Timestamp,
    ) -> Option<(Timestamp, String)> {
        let rules = self.settings.paces.get(&channel)?;
        let pace = self.paces.entry(channel).or_default();
        match pace.turn(rules, message.id, domain_of(to), message.purpose, now) {
            Turn::Go => None,
            Turn::At(at, why) => Some((at, why)),
        }
    }

    /// What holds messages at the time of the last commit, by channel.
    pub(crate) fn paces_now(&self) -> BTreeMap<Channel, Holding> {
        let now = self.last_commit();
        let held = self.paces.iter().filter_map(|(channel, pace)| {
            Some((*channel, pace.holding(self.settings.paces.get(channel)?, now)))
        });
        held.collect()
    }

    /// What the receiving side said to a try.
    pub(crate) fn heard(
        &mut self,
        batch: &mut Batch,
        message: &Message,
        (channel, to): (Channel, &Identifier),
        reply: &Reply,
    ) {
        batch.answers.push(Answer::of(channel, to, message.id, reply));
        if let Some(rules) = self.settings.paces.get(&channel) {
            let pace = self.paces.entry(channel).or_default();
            pace.answered(rules, domain_of(to), reply, batch.now);
        }
        match reply {
            Reply::Accepted { .. } => self.count_harm(batch, message, Word::Sent),
            Reply::Refused { dead: true, .. } => self.count_harm(batch, message, Word::Bounced),
            Reply::Refused { .. } | Reply::Deferred { .. } | Reply::Lost { .. } => {}
        }
    }

    /// A later word about a message: it came back for good, or somebody complained.
    pub(crate) fn came_back(
        &mut self,
        batch: &mut Batch,
        event: &Event,
        suppression: &Suppression,
    ) -> Result<(), EngineError> {
        let (word, answer) = match suppression.reason {
            Reason::Bounced => (Word::Bounced, AnswerWord::Bounced),
            Reason::Complained => (Word::Complained, AnswerWord::Complained),
            _ => return Ok(()),
        };
        let named = event.properties.get("message").and_then(Value::as_text);
        let Some(id) = named.and_then(|it| it.parse::<MessageId>().ok()) else { return Ok(()) };
        if let Some(message) = self.store.message(id)? {
            self.count_harm(batch, &message, word);
            if let Some(channel) = message.channel() {
                batch.answers.push(Answer {
                    channel,
                    domain: domain_of(&suppression.address).to_owned(),
                    word: answer,
                    detail: String::new(),
                    message: id,
                });
            }
        }
        Ok(())
    }

    /// Whether the campaign was stopped for the harm it does; what is transactional goes on.
    pub(crate) fn is_braked(&self, message: &Message) -> bool {
        let stopped = |it: &BrakeStatus| it.stopped.is_some();
        message.purpose != Purpose::Transactional
            && self.brakes.get(&message.scope()).is_some_and(stopped)
    }

    /// Somebody has looked at it: the campaign goes on, and is judged anew.
    pub(crate) fn release(&mut self, batch: &mut Batch, scope: &str, by: &str) {
        if self.brakes.remove(scope).is_some() {
            tracing::info!(scope, by, "a campaign that had stopped goes on");
            batch.worked = true;
            let key = format!("{PREFIX}{scope}");
            // What this batch counted before it is forgotten with it.
            batch.braked.remove(&key);
            batch.entries.push(Entry::delete(Space::Campaign, key));
        }
    }

    fn count_harm(&mut self, batch: &mut Batch, message: &Message, word: Word) {
        let counts = matches!(message.origin, Origin::Journey { .. } | Origin::Broadcast { .. });
        if message.purpose == Purpose::Transactional || !counts {
            return;
        }
        let scope = message.scope();
        let status = self.brakes.entry(scope.clone()).or_default();
        let brake = status.harm.take(word, &self.settings.brake);
        let stops = status.stopped.is_none().then_some(brake).flatten();
        if let Some(brake) = stops {
            status.stopped = Some((brake, batch.now));
            tracing::warn!(scope, ?brake, "a campaign was stopped for the harm it does");
        }
        let value = serde_json::to_vec(status).expect("plain data has a JSON form");
        batch.braked.insert(format!("{PREFIX}{scope}"), value);
        if let (Some(_), Origin::Broadcast { campaign }) = (stops, &message.origin) {
            self.pause_for_harm(campaign);
        }
    }

    fn pause_for_harm(&mut self, campaign: &CampaignName) {
        let Some(status) = self.broadcasts.get_mut(campaign) else { return };
        // One that has sent everything has nothing to pause.
        if status.progress.apply(BroadcastAction::Pause).is_ok() {
            self.broadcasts_changed.insert(campaign.clone());
        }
    }
}
