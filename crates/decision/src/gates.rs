//! What stands in the way of a message in a channel: for good, or until a known instant.

use crate::{Cap, ConsentState, PersonView, Policy, QuietHours, Rule, Slot, panel, quiet};
use jiff::tz::TimeZone;
use model::{
    Channel, Identifier, LedgerState, Message, MessageId, Purpose, Reason, Span, Timestamp,
};

/// How far ahead a free instant is looked for. A message that would have to wait longer is of no
/// use to anybody, and the search stays short.
pub const PLAN_AHEAD_MAX: Span = Span::days(366);

/// Something in the way. It is put into words only for a trail.
#[derive(Clone, Debug)]
pub(crate) struct Stop<'a> {
    rule: StopRule<'a>,
    /// The first instant at which this is not in the way any more; everything before it is blocked.
    pub until: Timestamp,
    /// The messages whose slots are in the way.
    pub takers: Vec<MessageId>,
}

#[derive(Clone, Debug)]
enum StopRule<'a> {
    Pause,
    OwnLimit(u32, Span),
    OwnNight(QuietHours),
    Cap(&'a Cap),
    Night(QuietHours),
}

/// A person's and a sender's rules, ready to be asked about many instants.
pub(crate) struct Gates<'a> {
    view: &'a PersonView<'a>,
    policy: &'a Policy,
    zone: TimeZone,
    now: Timestamp,
}

impl<'a> Gates<'a> {
    pub fn new(view: &'a PersonView<'a>, policy: &'a Policy, now: Timestamp) -> Gates<'a> {
        let chosen = view.consents.wishes().zone.as_deref();
        let zone = quiet::zone([chosen, view.zone, Some(policy.default_zone.as_str())]);
        Gates { view, policy, zone, now }
    }

    /// Where the person lives.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// The address to write to, or what stops the channel for good.
    pub fn address(
        &self,
        message: &'a Message,
        channel: Channel,
    ) -> Result<&'a Identifier, (Reason, String)> {
        let stop = |reason, detail: String| Err((reason, format!("{channel}: {detail}")));
        if !self.view.providers.contains(channel) {
            return stop(Reason::NoProvider, "nothing is set up to send it".to_owned());
        }
        // An address that was asked for is one of its own channel and of no other.
        let asked = message.to.as_ref().filter(|it| channel.reached_by().contains(&it.kind));
        let Some(address) = asked.or(self.view.addresses.get(&channel)) else {
            return stop(Reason::Unreachable, "no address".to_owned());
        };
        let consents = self.view.consents;
        if let Some(closed) = consents.suppression(address) {
            return stop(closed.reason, format!("closed since {}", closed.at));
        }
        if let Some((reason, detail)) = self.consent_stop(message, channel, address) {
            return stop(reason, detail);
        }
        let wishes = consents.wishes();
        if wishes.channels_off.contains(channel) {
            return stop(Reason::ChannelOff, format!("switched off {}", wishes.at));
        }
        if let (Some(panel), Some(assignment)) = (&self.policy.panel, self.view.assignment)
            && panel.rule == Rule::Replan
            && panel::withholds(assignment, panel, message, channel)
        {
            let detail = format!("cell {} of epoch {}", assignment.cell, assignment.epoch);
            return stop(Reason::HeldOut, detail);
        }
        Ok(address)
    }

    fn consent_stop(
        &self,
        message: &Message,
        channel: Channel,
        address: &Identifier,
    ) -> Option<(Reason, String)> {
        let transactional = message.purpose == Purpose::Transactional;
        let needed = !transactional && self.policy.needs_consent(channel, &message.topic);
        let consents = self.view.consents;
        let said =
            consents.deciding(message.purpose, channel, &message.topic, Some(address), self.now);
        let topic = &message.topic;
        let is_to_an_address = matches!(channel, Channel::Email | Channel::Sms);
        match said {
            None if needed => Some((Reason::NoConsent, format!("nothing said about {topic}"))),
            None => None,
            Some(said) => match said.state {
                ConsentState::Granted => None,
                // Whoever typed a wrong address, or somebody else's, must not cause a second mail to it.
                ConsentState::Unconfirmed if needed || is_to_an_address && !transactional => {
                    Some((Reason::Unconfirmed, format!("{topic}, asked {}", said.at)))
                }
                ConsentState::Unconfirmed => None,
                // What the person asked for passes an opt-out from its topic.
                ConsentState::Withdrawn if transactional && said.topic.is_some() => None,
                ConsentState::Withdrawn if said.topic.is_some() => {
                    Some((Reason::TopicOff, format!("{topic}, since {}", said.at)))
                }
                ConsentState::Withdrawn => Some((Reason::Withdrawn, format!("since {}", said.at))),
            },
        }
    }

    /// All that is in the way of a message at `at` if `slots` are taken, in the order in which the
    /// rules are asked.
    pub fn stops(
        &self,
        slots: &[&Slot],
        channel: Channel,
        message: &Message,
        at: Timestamp,
    ) -> Vec<Stop<'a>> {
        let wishes = self.view.consents.wishes();
        let mut stops = Vec::new();
        let mut stop = |rule, found: Option<(Timestamp, Vec<MessageId>)>| {
            stops.extend(found.map(|(until, takers)| Stop { rule, until, takers }));
        };
        let night = |hours: QuietHours| Some((hours.quiet_until(&self.zone, at)?, Vec::new()));
        if let Some(until) = wishes.paused_until.filter(|until| at < *until) {
            stop(StopRule::Pause, Some((until, Vec::new())));
        }
        if let Some((at_most, per)) = wishes.limit {
            let found = full(slots.iter().copied(), at_most, per, at);
            stop(StopRule::OwnLimit(at_most, per), found);
        }
        if let Some(hours) = wishes.quiet_hours {
            stop(StopRule::OwnNight(hours), night(hours));
        }
        for cap in self.policy.caps.iter() {
            if !cap.counts(channel, &message.topic, &message.owner) {
                continue;
            }
            let counted =
                slots.iter().copied().filter(|it| cap.counts(it.channel, &it.topic, &it.owner));
            stop(StopRule::Cap(cap), full(counted, cap.at_most, cap.per, at));
        }
        if let Some(hours) = self.policy.quiet_hours {
            stop(StopRule::Night(hours), night(hours));
        }
        stops
    }

    /// The numbers of a stop, in words.
    pub fn detail(&self, channel: Channel, stop: &Stop) -> String {
        let (until, taken) = (stop.until, stop.takers.len());
        let free = match until {
            Timestamp::MAX => "never free".to_owned(),
            until => format!("free again {until}"),
        };
        let zone = self.zone.iana_name().unwrap_or("UTC");
        match stop.rule {
            StopRule::Pause => format!("{channel}: paused until {until}"),
            StopRule::OwnLimit(at_most, per) => {
                format!("{channel}: {taken} taken, own wish at most {at_most} per {per}, {free}")
            }
            StopRule::OwnNight(hours) => {
                format!("{channel}: own wish {hours} {zone}, until {until}")
            }
            StopRule::Cap(cap) => format!("{channel}: {taken} taken, {cap}, {free}"),
            StopRule::Night(hours) => format!("{channel}: {hours} {zone}, until {until}"),
        }
    }

    /// The first instant from `from` on, before `end`, at which nothing is in the way; otherwise
    /// what lasts until `end`.
    pub fn first_free(
        &self,
        slots: &[&Slot],
        channel: Channel,
        message: &Message,
        from: Timestamp,
        end: Timestamp,
    ) -> Result<Timestamp, Stop<'a>> {
        let end = end.min(from + PLAN_AHEAD_MAX);
        let mut at = from;
        loop {
            let stops = self.stops(slots, channel, message, at);
            // Each stop blocks every instant up to its end, so nothing free is jumped over.
            let Some(next) = stops.iter().map(|it| it.until).max() else { return Ok(at) };
            if end <= next
                && let Some(stop) = stops.into_iter().find(|it| end <= it.until)
            {
                return Err(stop);
            }
            at = next;
        }
    }

    /// The longest window that any rule about this person counts.
    pub fn longest_window(&self) -> Span {
        let own = self.view.consents.wishes().limit.map(|(_, per)| per);
        let caps = self.policy.caps.iter().map(|it| it.per);
        caps.chain(own).max().unwrap_or(Span::ZERO).min(PLAN_AHEAD_MAX)
    }
}

impl Stop<'_> {
    /// Whether it also stops a message that would leave as a part of another mail: the caps of its
    /// own topic and owner, and a pause. The rest is about how many mails there are, and when.
    pub fn holds_for_parts(&self) -> bool {
        match self.rule {
            StopRule::Pause => true,
            StopRule::Cap(cap) => cap.topic.is_some() || cap.owner.is_some(),
            StopRule::OwnLimit(..) | StopRule::OwnNight(_) | StopRule::Night(_) => false,
        }
    }

    pub fn reason(&self) -> Reason {
        match self.rule {
            StopRule::Pause => Reason::Paused,
            StopRule::OwnLimit(..) => Reason::PersonLimit,
            StopRule::Cap(_) => Reason::Cap,
            StopRule::OwnNight(_) | StopRule::Night(_) => Reason::QuietHours,
        }
    }
}

/// The ledger state of a message that was stopped for good.
pub(crate) fn outcome_of(reason: Reason) -> LedgerState {
    if reason == Reason::HeldOut { LedgerState::HeldOut } else { LedgerState::Suppressed }
}

/// Whether one more message at `at` would make any window of length `per` hold more than `at_most`.
/// That is so if `at_most` of the instants lie, together with `at`, less than `per` apart. Returns
/// until when, and whose they are.
fn full<'s>(
    slots: impl Iterator<Item = &'s Slot>,
    at_most: u32,
    per: Span,
    at: Timestamp,
) -> Option<(Timestamp, Vec<MessageId>)> {
    if at_most == 0 {
        return Some((Timestamp::MAX, Vec::new()));
    }
    // Only what is less than a window away can share one with `at`.
    let near: Vec<&Slot> = slots.filter(|it| at - per < it.at && it.at < at + per).collect();
    // The last such group is the one that blocks the longest.
    let group = near.windows(at_most as usize).rev().find(|group| {
        let (first, last) = (group[0].at, group[group.len() - 1].at);
        last.max(at) - first.min(at) < per
    })?;
    Some((group[0].at + per, group.iter().map(|it| it.message).collect()))
}
