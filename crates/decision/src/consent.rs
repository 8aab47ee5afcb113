//! What a person said yes and no to, what they wish, and which of their addresses are closed.
//!
//! Statements carry their own time, so they may arrive in any order: the state is the same. Consent
//! is asked per purpose × channel × topic × address; a statement without one of the last three
//! speaks for all of them.

use crate::QuietHours;
use model::{Channel, ChannelSet, Identifier, Purpose, Reason, Request, Span, Timestamp, Topic};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Statements kept per person before a merge: topics × channels × addresses of a large programme.
/// Beyond it the oldest yes is forgotten first, never a no.
pub const STATEMENTS_MAX: usize = 400;

/// The wording and the proof kept with a statement; the event that made it holds the whole.
pub const WORDING_CHARS_MAX: usize = 300;

/// Statements kept per person that no longer decide anything: the proof of what held when. The
/// oldest are forgotten first.
pub const HISTORY_MAX: usize = 200;

/// In the order in which they win at a merge, the strongest last.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentState {
    Granted,
    /// Signed up and not yet confirmed. It says nothing yet: it neither takes back a yes nor lifts
    /// a no.
    Unconfirmed,
    Withdrawn,
}

/// One dated, sourced, provable statement.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Statement {
    pub purpose: Purpose,
    /// None speaks for all channels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// None speaks for all topics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topic: Option<Topic>,
    /// None speaks for all addresses of the person; a statement with one stays with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Identifier>,
    pub state: ConsentState,
    pub at: Timestamp,
    /// Where it was made: a form, a page, an import.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
    /// What the person read when they made it, or which version of it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub wording: String,
    /// Where its proof is: the id of a form post, a recording, a row of a list, a confirmed mail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proof: String,
    /// From then on it is as if it had not been said. A no does not expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
}

/// What the person chose about being written to at all. It binds every sender.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    /// When they were chosen: the latest choice holds.
    pub at: Timestamp,
    #[serde(skip_serializing_if = "none_off")]
    pub channels_off: ChannelSet,
    /// At most so many messages in any rolling window of that length, over all channels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<(u32, Span)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quiet_hours: Option<QuietHours>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paused_until: Option<Timestamp>,
    /// The zone the person chose; goes before any that was guessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// An address that nothing is sent to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Suppression {
    pub address: Identifier,
    /// `Bounced`, `Complained`, `Blocked`, `Erased` or `Refused`.
    pub reason: Reason,
    pub at: Timestamp,
}

/// A person's section.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Consents {
    /// Sorted; the latest per scope, with a pending confirmation beside it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statements: Vec<Statement>,
    /// What each of the persons merged into this one had said before the merge. A yes of one does
    /// not lift a no of another, however late it was said; only `statements` speak for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    before_merge: Vec<Vec<Statement>>,
    /// What was said and does not decide any more, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    history: Vec<Statement>,
    /// When mails that ask for a confirmation, or bring a link, were last asked for, by address.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    asked: Vec<(Identifier, Request, Timestamp)>,
    #[serde(skip_serializing_if = "no_wishes")]
    wishes: Wishes,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressed: Vec<Suppression>,
}

/// What the preference page shows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PreferenceSummary {
    pub channels: Vec<ChannelPreference>,
    pub limit: Option<(u32, Span)>,
    pub quiet_hours: Option<QuietHours>,
    pub paused_until: Option<Timestamp>,
    /// A statement against everything is in force.
    pub unsubscribed_from_all: bool,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ChannelPreference {
    pub channel: Channel,
    pub on: bool,
    /// None where the person never said anything.
    pub topics: Vec<(Topic, Option<ConsentState>)>,
    /// Why nothing is sent to the channel's address, if that is so.
    pub suppressed: Option<Reason>,
}

impl Consents {
    /// Takes a statement. Of two with the same scope the later one holds, of two at the same time
    /// the more restrictive, so the order of arrival does not matter.
    pub fn record(&mut self, mut statement: Statement) {
        for text in [&mut statement.wording, &mut statement.proof] {
            if let Some((end, _)) = text.char_indices().nth(WORDING_CHARS_MAX) {
                text.truncate(end);
            }
        }
        if statement.state == ConsentState::Withdrawn {
            statement.expires = None;
        }
        let said: Vec<Statement> = [&self.statements[..], &[statement.clone()]].concat();
        insert(&mut self.statements, statement);
        self.remember(said);
    }

    /// Everything that was said and does not decide any more, oldest first: with
    /// [`Consents::listing`] the whole ledger of the person.
    pub fn history(&self) -> &[Statement] {
        &self.history
    }

    /// The requests that wait for a confirmation from this address.
    pub fn unconfirmed(&self, address: &Identifier, now: Timestamp) -> Vec<Statement> {
        let waits = |it: &&Statement| {
            it.state == ConsentState::Unconfirmed
                && it.address.as_ref().is_none_or(|it| it == address)
                && it.channel.is_none_or(|it| it == Channel::Email)
                && it.holds_at(now)
        };
        self.all().filter(waits).cloned().collect()
    }

    /// Books that something is mailed to this address on request, unless a limit ("at most n in any
    /// window of that length") is reached: nobody is flooded by what somebody else types into a
    /// form.
    pub fn may_ask(
        &mut self,
        address: &Identifier,
        what: Request,
        now: Timestamp,
        limits: &[(usize, Span)],
    ) -> bool {
        let longest = limits.iter().map(|it| it.1).max().unwrap_or(Span::ZERO);
        self.asked.retain(|it| it.1 != what || now - longest < it.2);
        let same = |it: &&(Identifier, Request, Timestamp)| it.0 == *address && it.1 == what;
        let full = |(at_most, per): &(usize, Span)| {
            *at_most <= self.asked.iter().filter(same).filter(|it| now - *per < it.2).count()
        };
        if limits.iter().any(full) {
            return false;
        }
        self.asked.push((address.clone(), what, now));
        true
    }

    /// What holds for marketing or transactional messages in a channel, on a topic, to an address.
    pub fn state(
        &self,
        purpose: Purpose,
        channel: Channel,
        topic: &Topic,
        address: Option<&Identifier>,
        now: Timestamp,
    ) -> Option<ConsentState> {
        self.deciding(purpose, channel, topic, address, now).map(|it| it.state)
    }

    /// The statement that decides, for showing the proof.
    pub fn deciding(
        &self,
        purpose: Purpose,
        channel: Channel,
        topic: &Topic,
        address: Option<&Identifier>,
        now: Timestamp,
    ) -> Option<&Statement> {
        let covers = |it: &&Statement| {
            it.purpose == purpose
                && it.channel.is_none_or(|it| it == channel)
                && it.topic.as_ref().is_none_or(|it| it == topic)
                && it.address.as_ref().is_none_or(|it| Some(it) == address)
        };
        let own = || self.statements.iter().filter(covers);
        if self.before_merge.is_empty() {
            return decide(&own().collect::<Vec<_>>(), now);
        }
        self.before_merge
            .iter()
            .filter_map(|group| {
                decide(&group.iter().filter(covers).chain(own()).collect::<Vec<_>>(), now)
            })
            .max_by_key(|it| (it.state, it.topic.is_none(), it.at))
    }

    /// Whether the person said yes to marketing on this topic in this channel, for any address.
    pub fn allows(&self, channel: Channel, topic: &Topic, now: Timestamp) -> bool {
        let addresses: BTreeSet<Option<&Identifier>> =
            self.all().map(|it| it.address.as_ref()).chain([None]).collect();
        addresses.into_iter().any(|address| {
            self.state(Purpose::Marketing, channel, topic, address, now)
                == Some(ConsentState::Granted)
        })
    }

    /// Whether what the person does may be counted in experiments, learned from and followed by
    /// links. `needed`: only with a yes; else unless they said no.
    pub fn may_be_measured(&self, needed: bool, now: Timestamp) -> bool {
        let (all, channel) = (Topic::from(""), Channel::Email);
        match self.state(Purpose::Measurement, channel, &all, None, now) {
            Some(ConsentState::Granted) => true,
            Some(ConsentState::Withdrawn) => false,
            Some(ConsentState::Unconfirmed) | None => !needed,
        }
    }

    /// When the next statement expires: before then, time alone changes nothing here.
    pub fn next_expiry(&self, now: Timestamp) -> Option<Timestamp> {
        self.all().filter_map(|it| it.expires).filter(|it| now < *it).min()
    }

    pub fn wishes(&self) -> &Wishes {
        &self.wishes
    }

    /// Takes the person's choices as a whole; the latest holds, whatever the order of arrival.
    pub fn set_wishes(&mut self, wishes: Wishes) {
        if self.wishes < wishes {
            self.wishes = wishes;
        }
    }

    pub fn suppressed(&self) -> &[Suppression] {
        &self.suppressed
    }

    pub fn suppression(&self, address: &Identifier) -> Option<&Suppression> {
        self.suppressed.iter().find(|it| it.address == *address)
    }

    /// Closes an address.
    pub fn suppress(&mut self, suppression: Suppression) {
        let same = |it: &&mut Suppression| {
            it.address == suppression.address && it.reason == suppression.reason
        };
        match self.suppressed.iter_mut().find(same) {
            Some(known) => known.at = known.at.max(suppression.at),
            None => {
                let index = self.suppressed.partition_point(|it| *it < suppression);
                self.suppressed.insert(index, suppression);
            }
        }
    }

    /// Opens an address again, by hand, for example after a mailbox was repaired. An erased one
    /// stays closed.
    pub fn lift_suppression(&mut self, address: &Identifier, reason: Reason) -> bool {
        let before = self.suppressed.len();
        self.suppressed.retain(|it| {
            it.reason == Reason::Erased || it.address != *address || it.reason != reason
        });
        self.suppressed.len() < before
    }

    /// Opens an address again whose owner was erased and has said yes since.
    pub fn forget_erasure(&mut self, address: &Identifier) {
        self.suppressed.retain(|it| it.reason != Reason::Erased || it.address != *address);
    }

    /// Two persons become one. Per purpose × channel × topic × address the stronger state wins
    /// (withdrawn, unconfirmed, granted); of the wishes each stricter one; suppressions unite.
    pub fn merge(a: &Consents, b: &Consents) -> Consents {
        let groups: BTreeSet<Vec<Statement>> =
            a.groups().into_iter().chain(b.groups()).filter(|it| !it.is_empty()).collect();
        let mut before_merge: Vec<Vec<Statement>> = groups.into_iter().collect();
        let statements = match before_merge.len() {
            1 => before_merge.remove(0),
            _ => Vec::new(),
        };
        let mut merged = Consents {
            statements,
            before_merge,
            wishes: Wishes::merge(&a.wishes, &b.wishes),
            ..Consents::default()
        };
        let both = || [a, b].into_iter();
        merged.asked = both().flat_map(|it| it.asked.clone()).collect();
        merged.asked.sort();
        merged.asked.dedup();
        merged.remember(both().flat_map(|it| it.history.iter().chain(it.all())).cloned());
        for suppression in a.suppressed.iter().chain(&b.suppressed) {
            merged.suppress(suppression.clone());
        }
        merged
    }

    /// Of what was said while two persons were one, that which counts for this one too, although
    /// another said it: each no that still stood, each closed address, and the stricter wishes. A
    /// no costs the business a message; a yes that was not theirs would cost the person more.
    /// `own` and `other` are the two just before the merge.
    pub fn restrict_as_merged(&mut self, merged: &Consents, own: &Consents, other: &Consents) {
        for statement in &merged.statements {
            let is_before = own.all().chain(other.all()).any(|it| it == statement);
            if statement.state == ConsentState::Withdrawn && !is_before {
                self.record(statement.clone());
            }
        }
        let before = |it: &Consents, closed: &Suppression| {
            let mut all = it.suppressed.iter();
            all.find(|it| it.address == closed.address && it.reason == closed.reason)
                .map(|it| it.at)
        };
        // What was opened again meanwhile stays open.
        self.suppressed.clear();
        for closed in &merged.suppressed {
            let (mine, theirs) = (before(own, closed), before(other, closed));
            if mine.is_some() || theirs.is_none_or(|it| it < closed.at) {
                self.suppress(closed.clone());
            }
        }
        if merged.wishes != Wishes::merge(&own.wishes, &other.wishes) {
            self.wishes = Wishes::merge(&self.wishes, &merged.wishes);
        }
    }

    /// The statements in force, one per scope, in a readable order: by purpose, channel, topic and
    /// address, those that speak for everything first.
    pub fn listing(&self, now: Timestamp) -> Vec<&Statement> {
        let mut strongest: BTreeMap<Scope<'_>, &Statement> = BTreeMap::new();
        let groups: Vec<Vec<&Statement>> = match self.before_merge.is_empty() {
            true => vec![self.statements.iter().collect()],
            false => self
                .before_merge
                .iter()
                .map(|group| group.iter().chain(&self.statements).collect())
                .collect(),
        };
        for group in &groups {
            let mut scopes: BTreeMap<Scope<'_>, Vec<&Statement>> = BTreeMap::new();
            for statement in group {
                scopes.entry(scope(statement)).or_default().push(*statement);
            }
            for (scope, statements) in scopes {
                let Some(said) = decide(&statements, now) else { continue };
                let kept = strongest.entry(scope).or_insert(said);
                if (kept.state, kept.at) < (said.state, said.at) {
                    *kept = said;
                }
            }
        }
        strongest.into_values().collect()
    }

    /// The preferences per channel that the person can have, for pages.
    pub fn preference_summary(
        &self,
        channels: ChannelSet,
        topics: &[Topic],
        addresses: &BTreeMap<Channel, Identifier>,
        now: Timestamp,
    ) -> PreferenceSummary {
        let preference = |channel: Channel| {
            let address = addresses.get(&channel);
            let state = |topic| self.state(Purpose::Marketing, channel, topic, address, now);
            ChannelPreference {
                channel,
                on: !self.wishes.channels_off.contains(channel),
                topics: topics.iter().map(|topic| (topic.clone(), state(topic))).collect(),
                suppressed: address.and_then(|it| self.suppression(it)).map(|it| it.reason),
            }
        };
        let against_all = |it: &&Statement| {
            let all = it.channel.is_none() && it.topic.is_none();
            it.purpose == Purpose::Marketing && all && it.state == ConsentState::Withdrawn
        };
        PreferenceSummary {
            channels: channels.iter().map(preference).collect(),
            limit: self.wishes.limit,
            quiet_hours: self.wishes.quiet_hours,
            paused_until: self.wishes.paused_until,
            unsubscribed_from_all: self.listing(now).iter().any(against_all),
        }
    }

    fn all(&self) -> impl Iterator<Item = &Statement> {
        self.before_merge.iter().flatten().chain(&self.statements)
    }

    /// Adds to the history whatever of `said` does not decide any more.
    fn remember(&mut self, said: impl IntoIterator<Item = Statement>) {
        let mut history = std::mem::take(&mut self.history);
        history.extend(said);
        history.retain(|it| !self.all().any(|decides| decides == it));
        history.sort_by(|a, b| (a.at, a).cmp(&(b.at, b)));
        history.dedup();
        history.drain(..history.len().saturating_sub(HISTORY_MAX));
        self.history = history;
    }

    /// One list per person that was merged, each with what was said since by the person they are.
    fn groups(&self) -> Vec<Vec<Statement>> {
        if self.before_merge.is_empty() {
            return vec![self.statements.clone()];
        }
        let mut groups = self.before_merge.clone();
        for group in &mut groups {
            for statement in &self.statements {
                insert(group, statement.clone());
            }
        }
        groups
    }
}

impl Statement {
    fn holds_at(&self, now: Timestamp) -> bool {
        self.expires.is_none_or(|it| now < it)
    }

    /// A yes with a narrower or the same scope lifts a no; a broad yes ("subscribe") leaves an
    /// earlier narrow no ("not this topic") as it is. Both are known to cover the case at hand.
    fn lifts(&self, withdrawal: &Statement) -> bool {
        let channel = withdrawal.channel.is_none() || withdrawal.channel == self.channel;
        let topic = withdrawal.topic.is_none() || withdrawal.topic == self.topic;
        self.state == ConsentState::Granted && withdrawal.at < self.at && channel && topic
    }
}

impl Wishes {
    fn merge(a: &Wishes, b: &Wishes) -> Wishes {
        let (earlier, later) = if a < b { (a, b) } else { (b, a) };
        let limit = match (a.limit, b.limit) {
            (Some(a), Some(b)) => Some(lower_rate(a, b)),
            (one, None) | (None, one) => one,
        };
        Wishes {
            at: later.at,
            channels_off: a.channels_off.iter().chain(b.channels_off.iter()).collect(),
            limit,
            quiet_hours: later.quiet_hours.or(earlier.quiet_hours),
            paused_until: a.paused_until.max(b.paused_until),
            zone: later.zone.clone().or_else(|| earlier.zone.clone()),
        }
    }
}

/// The limit that allows fewer messages over a long time; at the same rate the longer window.
fn lower_rate(a: (u32, Span), b: (u32, Span)) -> (u32, Span) {
    let (a_long, b_long) =
        (i128::from(a.0) * i128::from(b.1.0), i128::from(b.0) * i128::from(a.1.0));
    match a_long.cmp(&b_long) {
        Ordering::Less => a,
        Ordering::Greater => b,
        Ordering::Equal => {
            if a.1 < b.1 {
                b
            } else {
                a
            }
        }
    }
}

type Scope<'a> = (Purpose, Option<Channel>, Option<&'a Topic>, Option<&'a Identifier>);

fn scope(statement: &Statement) -> Scope<'_> {
    let Statement { purpose, channel, topic, address, .. } = statement;
    (*purpose, *channel, topic.as_ref(), address.as_ref())
}

/// Which of two statements with one scope holds: a total order, so that arrival cannot matter.
fn strength(it: &Statement) -> (Timestamp, ConsentState, &Statement) {
    (it.at, it.state, it)
}

/// Adds a statement to a sorted list and removes what it makes void. Of a scope there stay the
/// latest that lasts, beside it a later one that expires, and a later request.
fn insert(statements: &mut Vec<Statement>, new: Statement) {
    if statements.iter().any(|known| yields(&new, known)) {
        return;
    }
    statements.retain(|known| !yields(known, &new));
    let index = statements.partition_point(|it| *it < new);
    statements.insert(index, new);
    if STATEMENTS_MAX < statements.len() {
        let is_no = |it: &Statement| it.state == ConsentState::Withdrawn;
        let oldest =
            (0..statements.len()).min_by_key(|n| (is_no(&statements[*n]), statements[*n].at));
        if let Some(oldest) = oldest {
            statements.remove(oldest);
        }
    }
}

/// Whether, in one scope, one statement makes another void. What lasts goes before what expires, and
/// both before a request, unless these were said later.
fn yields(weak: &Statement, strong: &Statement) -> bool {
    let kind = |it: &Statement| match it.state {
        ConsentState::Unconfirmed => 2,
        ConsentState::Granted | ConsentState::Withdrawn => u8::from(it.expires.is_some()),
    };
    scope(weak) == scope(strong)
        && match kind(strong).cmp(&kind(weak)) {
            Ordering::Less => weak.at <= strong.at,
            Ordering::Equal => strength(weak) <= strength(strong),
            Ordering::Greater => false,
        }
}

/// Which statement decides among those that cover one case and come from one person. A yes that
/// expires takes the place of an earlier yes in its scope for good, and of an earlier no only until
/// then.
fn decide<'a>(covering: &[&'a Statement], now: Timestamp) -> Option<&'a Statement> {
    let limited = |yes: &Statement| {
        let granted = |it: &Statement| it.state == ConsentState::Granted;
        let later = |it: &&&Statement| granted(it) && it.expires.is_some() && yes.at < it.at;
        let mut own = covering.iter().filter(|it| scope(it) == scope(yes));
        granted(yes) && own.any(|it| later(&it))
    };
    // Those of several persons were never inserted into one list. Of equal ones the first stays.
    let is_void = |n: usize| {
        let mut others = covering.iter().enumerate();
        others
            .any(|(m, other)| yields(covering[n], other) && (m < n || !yields(other, covering[n])))
    };
    let covering: Vec<&Statement> = (0..covering.len())
        .filter(|n| covering[*n].holds_at(now) && !limited(covering[*n]) && !is_void(*n))
        .map(|n| covering[n])
        .collect();
    let latest = |state: ConsentState| {
        let in_force = |it: &&&Statement| {
            it.state == state
                && (state != ConsentState::Withdrawn || !covering.iter().any(|yes| yes.lifts(it)))
        };
        // A no to everything says more than a no to one topic.
        let broad = |it: &Statement| state == ConsentState::Withdrawn && it.topic.is_none();
        covering.iter().filter(in_force).max_by_key(|it| (broad(it), strength(it))).copied()
    };
    latest(ConsentState::Withdrawn)
        .or_else(|| latest(ConsentState::Granted))
        .or_else(|| latest(ConsentState::Unconfirmed))
}

fn none_off(channels: &ChannelSet) -> bool {
    channels.is_empty()
}

fn no_wishes(wishes: &Wishes) -> bool {
    *wishes == Wishes::default()
}

impl ConsentState {
    pub fn name(self) -> &'static str {
        match self {
            ConsentState::Granted => "granted",
            ConsentState::Unconfirmed => "unconfirmed",
            ConsentState::Withdrawn => "withdrawn",
        }
    }

    pub fn from_name(name: &str) -> Option<ConsentState> {
        [ConsentState::Granted, ConsentState::Unconfirmed, ConsentState::Withdrawn]
            .into_iter()
            .find(|it| it.name() == name)
    }
}

impl fmt::Display for ConsentState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for PreferenceSummary {
    /// One line per channel, then the person's own limits; readable without colour.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for preference in &self.channels {
            write!(f, "{}: ", preference.channel)?;
            if let Some(reason) = preference.suppressed {
                writeln!(f, "closed ({reason})")?;
                continue;
            }
            if !preference.on {
                writeln!(f, "off")?;
                continue;
            }
            let said = |state: &Option<ConsentState>| match state {
                Some(ConsentState::Granted) => "yes",
                Some(ConsentState::Unconfirmed) => "not confirmed",
                Some(ConsentState::Withdrawn) => "no",
                None => "not asked",
            };
            let topics: Vec<String> = preference
                .topics
                .iter()
                .map(|(topic, state)| format!("{topic} {}", said(state)))
                .collect();
            writeln!(f, "{}", topics.join(", "))?;
        }
        if let Some((at_most, per)) = self.limit {
            writeln!(f, "at most {at_most} per {per}")?;
        }
        if let Some(hours) = self.quiet_hours {
            writeln!(f, "quiet {hours}")?;
        }
        if let Some(until) = self.paused_until {
            writeln!(f, "paused until {until}")?;
        }
        Ok(())
    }
}
