//! Candidates: made, arbitrated, and ended with the run that asked for them.

use crate::Engine;
use crate::Loaded;
use crate::batch::{Batch, Working};
use crate::facts::zone_of;
use crate::runs::ECHOES_MAX;
use decision::{Decision, PersonView, digest};
use journey::{Ask, EndReason, Input, Journeys};
use model::{
    Channel, Class, ContentName, Identifier, LedgerState, Map, Message, MessageId, MessageState,
    Origin, Purpose, Reason, RunId, Span, Timestamp, Topic,
};
use port::{Person, Sections};
use std::collections::BTreeMap;

/// A candidate before it has an id and the properties of its content.
pub(crate) struct Wanted {
    pub origin: Origin,
    pub key: String,
    pub content: ContentName,
    pub channels: Vec<Channel>,
    pub class: Option<Class>,
    pub value: f64,
    pub vars: Map,
    pub to: Option<Identifier>,
    /// The version of the journey whose content it says.
    pub pinned: Option<u64>,
    pub expires: Timestamp,
}

impl Engine {
    pub(crate) fn add_candidate(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        ask: Ask,
        loaded: &Loaded,
    ) {
        let origin = Origin::Journey { journey: ask.journey, run: ask.run, step: ask.step };
        let wanted = Wanted {
            origin,
            key: ask.key,
            content: ask.content,
            channels: ask.channels,
            class: ask.class,
            value: ask.value,
            vars: ask.vars,
            to: None,
            pinned: ask.pinned.then_some(ask.version),
            expires: batch.now + ask.expires,
        };
        self.want(working, batch, wanted, loaded);
    }

    /// Enters a candidate into the ledger and the person's competition.
    pub(crate) fn want(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        wanted: Wanted,
        loaded: &Loaded,
    ) {
        let usual = match wanted.origin {
            Origin::Journey { .. } => Class::Lifecycle,
            Origin::Broadcast { .. } => Class::Promotion,
            Origin::Api | Origin::Request { .. } => Class::Service,
        };
        let owner = owner_of(&wanted.origin, loaded);
        let mut message = Message {
            id: self.new_message(),
            person: working.person.id,
            origin: wanted.origin,
            key: wanted.key,
            content: wanted.content,
            topic: Topic::from(""),
            purpose: Purpose::Marketing,
            digest: false,
            class: wanted.class.unwrap_or(usual),
            owner,
            channels: wanted.channels,
            value: wanted.value,
            vars: wanted.vars,
            to: wanted.to,
            created: batch.now,
            expires: wanted.expires,
            state: MessageState::Waiting,
            trail: Vec::new(),
            choice: None,
            pinned: wanted.pinned,
            feedback: model::FeedbackSet::default(),
        };
        batch.touch(&message, true);
        message.note(batch.now, Reason::Created, message.origin.to_string());
        match loaded.said_by(&message) {
            Some(content) => {
                message.topic.clone_from(&content.topic);
                (message.purpose, message.digest) = (content.purpose, content.digest);
                message.class = wanted.class.or(content.class).unwrap_or(usual);
            }
            None => {
                let detail = format!("there is no content `{}`", message.content);
                message.end(LedgerState::Failed, Reason::RenderFailed, batch.now, detail);
            }
        }
        working.person.open.push(message);
        self.schedule(working, batch.now);
    }

    /// Sets when the person's candidates compete next.
    pub(crate) fn schedule(&mut self, working: &mut Working, now: Timestamp) {
        let policy = &self.loaded.programme.policy;
        let next = decision::next_arbitration(&working.person.open, policy, now);
        let contacts = &mut working.person.contacts;
        let earliest = [contacts.arbitrate_at, next].into_iter().flatten().min();
        if earliest != contacts.arbitrate_at {
            contacts.arbitrate_at = earliest;
            working.changed(Sections::CONTACTS);
        }
    }

    pub(crate) fn arbitrate_if_due(&mut self, working: &mut Working, batch: &mut Batch) {
        if working.person.contacts.arbitrate_at.is_none_or(|it| batch.now < it) {
            return;
        }
        self.assign(working, batch.now);
        self.begin_learning(working, batch.now);
        let person = &working.person;
        let policy = Engine::policy_for(&self.loaded, person, batch.now);
        let chooser = self.chooser(&person.learned);
        let addresses = addresses(person);
        let zone = zone_of(person);
        let view = view(person, &addresses, self.providers, zone.as_deref());
        let (decided, mut contacts) =
            decision::arbitrate_with(&person.open, &view, policy, chooser.as_ref(), batch.now);
        let own = person.consents.wishes().limit.map(|it| it.1);
        let longest = policy.caps.iter().map(|it| it.per).chain(own).max().unwrap_or(Span::ZERO);
        contacts.prune(longest, batch.now);
        working.person.contacts = contacts;
        working.changed(Sections::CONTACTS);
        for it in decided {
            let Some(place) = working.person.open.iter().position(|m| m.id == it.message) else {
                continue;
            };
            if let Some(winner) = it.lost_to {
                batch.lost(&working.person.open, place, winner, &it.decision);
            }
            let message = &mut working.person.open[place];
            match it.decision {
                Decision::Wait { .. } => {}
                Decision::Plan { channel, address, at, deferred } => {
                    batch.touch(message, false);
                    message.trail.extend(it.trail);
                    message.choice = it.choice;
                    message.state =
                        MessageState::Planned { channel, address, at, deferred, attempt: 0 };
                }
                Decision::Join { host } => {
                    batch.touch(message, false);
                    message.trail.extend(it.trail);
                    message.choice = None;
                    message.state = MessageState::Joined { host };
                }
                Decision::End { outcome, reason } => {
                    batch.touch(message, false);
                    end_with_trail(message, outcome, reason, it.trail, batch.now);
                }
            }
        }
    }

    /// Tells the runs that wait for it what became of their messages in this batch. What was withheld
    /// at random looks sent, and so does what nobody knows about: it may have arrived.
    pub(crate) fn tell_runs(&mut self, batch: &mut Batch) {
        let journeys = self.loaded.journeys.clone();
        for id in batch.ids() {
            let Some(mut working) = batch.take(id) else { continue };
            // Told of one message, a run may ask for the next, which may end at once as well.
            for _ in 0..ECHOES_MAX {
                self.settle_parts(&mut working, batch);
                let news = news(&working.person, &journeys);
                if news.is_empty() {
                    break;
                }
                for (key, sent) in news {
                    let input = Input::Became { key: &key, sent };
                    self.drive(&mut working, batch, input, Vec::new(), false);
                }
            }
            batch.return_unchanged(working);
        }
    }

    /// Messages that a run asked for do not outlive it, unless it simply came to its end.
    pub(crate) fn drop_messages_of_run(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        run: RunId,
        why: EndReason,
    ) {
        let outcome = match why {
            EndReason::Completed | EndReason::TimedOut => return,
            EndReason::Exited | EndReason::Goal | EndReason::VersionGone => {
                (LedgerState::Dropped, Reason::Exited)
            }
            EndReason::MergedAway => (LedgerState::Merged, Reason::MergedAway),
        };
        let of_run =
            |it: &Message| matches!(&it.origin, Origin::Journey { run: r, .. } if *r == run);
        let ids: Vec<MessageId> =
            working.person.open.iter().filter(|it| of_run(it)).map(|it| it.id).collect();
        for id in ids {
            self.drop_message(working, batch, id, outcome.0, outcome.1, "the run ended");
        }
    }

    /// Ends a message that is not on the wire, and gives its slot back.
    pub(crate) fn drop_message(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        id: MessageId,
        outcome: LedgerState,
        reason: Reason,
        detail: &str,
    ) {
        let Some(message) = working.person.open.iter_mut().find(|it| it.id == id) else { return };
        match message.state {
            MessageState::Waiting | MessageState::Planned { .. } | MessageState::Joined { .. } => {}
            MessageState::InFlight { .. } | MessageState::Ended { .. } => return,
        }
        batch.touch(message, false);
        message.end(outcome, reason, batch.now, detail);
        if working.person.contacts.release(id, batch.now) {
            working.changed(Sections::CONTACTS);
        }
    }
}

/// Who answers for what asks.
fn owner_of(origin: &Origin, loaded: &Loaded) -> String {
    let owner = match origin {
        Origin::Journey { journey, .. } => loaded.journeys.latest(journey).map(|it| &it.owner),
        Origin::Broadcast { campaign } => {
            let all = &loaded.programme.broadcasts;
            all.iter().find(|it| it.name == *campaign).map(|it| &it.owner)
        }
        Origin::Api | Origin::Request { .. } => None,
    };
    owner.cloned().unwrap_or_default()
}

/// The messages that have ended while a run waits to hear of them, and whether each looks sent.
fn news(person: &Person, journeys: &Journeys) -> Vec<(String, bool)> {
    let told = |it: &&Message| {
        matches!(it.state, MessageState::Ended { .. }) && person.runs.waits_for(&it.key, journeys)
    };
    let state = |it: &Message| (it.key.clone(), looks_sent(it));
    person.open.iter().filter(told).map(state).collect()
}

/// What the journey may know of a message's end. What left as a part of another mail was sent.
fn looks_sent(message: &Message) -> bool {
    match message.ledger_state() {
        LedgerState::Sent | LedgerState::HeldOut | LedgerState::Unknown => true,
        LedgerState::Merged => digest::has_left(message),
        LedgerState::Suppressed
        | LedgerState::Dropped
        | LedgerState::Failed
        | LedgerState::Pending => false,
    }
}

/// The person's address in each channel.
pub fn addresses(person: &Person) -> BTreeMap<Channel, Identifier> {
    let address = |channel: Channel| {
        channel.reached_by().iter().find_map(|it| person.known.best(*it)).cloned()
    };
    Channel::ALL.into_iter().filter_map(|it| Some((it, address(it)?))).collect()
}

pub(crate) fn view<'a>(
    person: &'a Person,
    addresses: &'a BTreeMap<Channel, Identifier>,
    providers: model::ChannelSet,
    zone: Option<&'a str>,
) -> PersonView<'a> {
    PersonView {
        person: person.id,
        consents: &person.consents,
        contacts: &person.contacts,
        addresses,
        providers,
        zone,
        assignment: person.panel.as_ref().map(|it| &it.assignment),
    }
}

/// Ends a message with the trail that the decision gave; its last entry is the decision itself.
fn end_with_trail(
    message: &mut Message,
    outcome: LedgerState,
    reason: Reason,
    mut trail: Vec<model::TrailEntry>,
    now: Timestamp,
) {
    let last = match trail.last() {
        Some(entry) if entry.reason == reason => trail.pop(),
        Some(_) | None => None,
    };
    message.trail.extend(trail);
    message.end(outcome, reason, now, last.map(|it| it.detail).unwrap_or_default());
}
