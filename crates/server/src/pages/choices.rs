//! The form with which a person says what they get, and what a posted one asks for.
//!
//! One form for two links. The one in every message may only restrict, since mail gets forwarded:
//! whoever holds it can ask for less, and nobody can ask for more in somebody else's name. The one
//! that was mailed to the address on request may allow more as well, by statements that carry the
//! words on the page.

use super::sheet::Sheet;
use super::{after_all, form, layout};
use content::{Word, Words};
use decision::{ConsentState, Consents, QuietHours, Statement, Wishes};
use maud::{Markup, html};
use model::{Channel, ChannelSet, Identifier, MessageId, Purpose, Span, Timestamp, Topic};
use std::collections::{BTreeMap, BTreeSet};

/// What the link may do that brought somebody here.
#[derive(Clone, Debug)]
pub(super) enum Right {
    Restrict,
    /// The link in this message, which went to this address.
    Everything {
        message: MessageId,
        address: Identifier,
    },
}

/// How things stand with one person.
pub(super) struct Standing<'a> {
    pub consents: &'a Consents,
    pub addresses: &'a BTreeMap<Channel, Identifier>,
    /// Channels in which we can write at all.
    pub channels: ChannelSet,
    pub now: Timestamp,
}

/// What a posted form comes to.
#[derive(Debug, Default)]
pub(super) struct Asked {
    pub wishes: Wishes,
    pub statements: Vec<Statement>,
    /// Fields, and what is wrong with them; then nothing is taken.
    pub errors: Vec<(&'static str, Word)>,
}

/// How long a limit counts, from the strictest to the loosest.
const PERIODS: [(&str, Word, Span); 3] = [
    ("day", Word::ChoicesPerDay, Span::DAY),
    ("week", Word::ChoicesPerWeek, Span::WEEK),
    ("month", Word::ChoicesPerMonth, Span::days(30)),
];

const PAUSES: [(&str, Word, Span); 3] = [
    ("1-week", Word::ChoicesPauseWeek, Span::WEEK),
    ("1-month", Word::ChoicesPauseMonth, Span::days(30)),
    ("3-months", Word::ChoicesPauseQuarter, Span::days(90)),
];

/// Whoever wants more has no limit.
const LIMIT_MAX: u32 = 99;

/// A longer pause is an unsubscription, and should be one.
const PAUSE_MAX: Span = Span::days(3 * 365);

/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;

/// Where a statement from this form was made.
const SOURCE: &str = "preference page";

impl Standing<'_> {
    /// Whether anything may come in the channel.
    fn is_on(&self, sheet: &Sheet, channel: Channel) -> bool {
        if self.consents.wishes().channels_off.contains(channel) {
            return false;
        }
        let topics = sheet.loaded.programme.topics.iter().map(|it| it.name.clone());
        // What no statement names shows what the general ones say.
        topics.chain([Topic::from("")]).any(|it| self.allows(sheet, channel, &it))
    }

    fn allows(&self, sheet: &Sheet, channel: Channel, topic: &Topic) -> bool {
        let address = self.addresses.get(&channel);
        match self.consents.state(Purpose::Marketing, channel, topic, address, self.now) {
            Some(ConsentState::Granted) => true,
            Some(ConsentState::Withdrawn) => false,
            Some(ConsentState::Unconfirmed) | None => {
                !sheet.loaded.programme.policy.needs_consent(channel, topic)
            }
        }
    }

    fn on(&self, sheet: &Sheet) -> ChannelSet {
        self.channels.iter().filter(|it| self.is_on(sheet, *it)).collect()
    }

    /// Whether anything may come about the topic, now or once a channel is switched on.
    fn is_about(&self, sheet: &Sheet, topic: &Topic) -> bool {
        let on = self.on(sheet);
        if !on.is_empty() {
            return on.iter().any(|it| self.allows(sheet, it, topic));
        }
        let own_no = |it: &&Statement| {
            it.state == ConsentState::Withdrawn && it.topic.as_ref() == Some(topic)
        };
        !self.consents.listing(self.now).iter().any(own_no)
    }

    fn has_stopped_everything(&self) -> bool {
        let against_all = |it: &&Statement| {
            let all = it.channel.is_none() && it.topic.is_none();
            it.purpose == Purpose::Marketing && all && it.state == ConsentState::Withdrawn
        };
        self.on_paper().iter().any(against_all)
    }

    fn is_measured(&self, sheet: &Sheet) -> bool {
        let needed = sheet.loaded.programme.policy.measurement_needs_consent;
        self.consents.may_be_measured(needed, self.now)
    }

    fn on_paper(&self) -> Vec<&Statement> {
        self.consents.listing(self.now)
    }
}

/// The form as things stand. After a posted one that was not taken, with what was typed into it.
pub(super) fn form(
    sheet: &Sheet,
    standing: &Standing<'_>,
    right: &Right,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
) -> Markup {
    let words = sheet.words();
    let stopped = standing.has_stopped_everything() && standing.on(sheet).is_empty();
    html! {
        (layout::errors(sheet, errors))
        @if stopped { p role="status" { (words.say(Word::ChoicesStoppedAll)) } }
        form method="post" {
            (channel_choices(sheet, standing, right))
            (topic_choices(sheet, standing, right))
            (how_often(&words, standing, right, typed, errors))
            (pause(&words, standing, right, typed, errors))
            (quiet(&words, standing, right, typed, errors))
            (measuring(sheet, standing, right))
            button type="submit" { (words.say(Word::ChoicesSave)) }
        }
        @if !stopped {
            h2 { (words.say(Word::ChoicesStopAllLegend)) }
            p.soft { (words.say(Word::UnsubscribeStill)) }
            form method="post" {
                button.plain type="submit" name="all" value="stop" { (words.say(Word::ChoicesStopAll)) }
            }
        }
    }
}

fn channel_choices(sheet: &Sheet, standing: &Standing<'_>, right: &Right) -> Markup {
    let words = sheet.words();
    let on = standing.on(sheet);
    let may_more = matches!(right, Right::Everything { .. });
    let only = standing.channels.iter().filter(|it| may_more || on.contains(*it));
    html! {
        fieldset {
            legend { (words.say(Word::ChoicesChannels)) }
            @for it in standing.channels.iter() {
                @let is_on = on.contains(it);
                label.pick {
                    input type="checkbox" name="channel" value=(it) checked[is_on] disabled[!is_on && !may_more];
                    @if is_on || may_more { (words.channel(it)) }
                    @else { (words.with(Word::ChoicesOff, &[("what", words.channel(it))])) }
                }
            }
            // Tells an empty choice from a form without these fields.
            input type="hidden" name="channels" value="shown";
            @if 1 < standing.channels.len() {
                label.field { (words.say(Word::ChoicesOnly))
                    select name="only" {
                        option value="" { (words.say(Word::ChoicesAsTicked)) }
                        @for it in only {
                            option value=(it) {
                                (words.with(Word::ChoicesOnlyBy, &[("channel", words.channel(it))]))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn topic_choices(sheet: &Sheet, standing: &Standing<'_>, right: &Right) -> Markup {
    let (words, topics) = (sheet.words(), &sheet.loaded.programme.topics);
    let about = |it: &record::programme::TopicDefinition| match it.description.as_str() {
        "" => it.name.to_string(),
        description => format!("{} – {description}", it.name),
    };
    let may_more = matches!(right, Right::Everything { .. });
    let legend = if may_more { Word::ChoicesTopics } else { Word::ChoicesStopTopics };
    html! {
        @if !topics.is_empty() {
            fieldset {
                legend { (words.say(legend)) }
                @for it in topics {
                    @let on = standing.is_about(sheet, &it.name);
                    @if may_more {
                        label.pick {
                            input type="checkbox" name="topic" value=(it.name) checked[on];
                            (not_by(sheet, standing, &it.name, &about(it)))
                        }
                    } @else {
                        label.pick {
                            input type="checkbox" name="stop" value=(it.name) checked[!on] disabled[!on];
                            @if on { (about(it)) }
                            @else { (words.with(Word::ChoicesStopped, &[("what", &about(it))])) }
                        }
                    }
                }
                @if may_more { input type="hidden" name="topics" value="shown"; }
            }
        }
    }
}

/// A topic that comes in some channels, with those in which it does not.
fn not_by(sheet: &Sheet, standing: &Standing<'_>, topic: &Topic, what: &str) -> String {
    let words = sheet.words();
    let on = standing.on(sheet);
    let not: Vec<&str> = on
        .iter()
        .filter(|it| !standing.allows(sheet, *it, topic))
        .map(|it| words.channel(it))
        .collect();
    if not.is_empty() || not.len() == on.len() {
        return what.to_owned();
    }
    words.with(Word::ChoicesNotBy, &[("what", what), ("channels", &not.join(", "))])
}

/// Attributes of a field: its value as typed, and whether and where it is said to be wrong.
struct Field<'a> {
    typed: &'a str,
    error: Option<Word>,
}

impl<'a> Field<'a> {
    fn of(id: &str, typed: &'a [(String, String)], errors: &[(&'static str, Word)]) -> Field<'a> {
        let error = errors.iter().find(|it| it.0 == id).map(|it| it.1);
        // Saved, the field has done its work and is empty again.
        let typed = if errors.is_empty() { None } else { form::value(typed, id) };
        Field { typed: typed.unwrap_or_default(), error }
    }

    fn invalid(&self) -> Option<&'static str> {
        self.error.map(|_| "true")
    }

    fn described(&self, id: &str) -> Option<String> {
        self.error.map(|_| format!("{id}-error"))
    }

    fn said(&self, words: &Words<'_>, id: &str) -> Markup {
        html! {
            @if let Some(error) = self.error {
                span.error id=(format!("{id}-error")) { (words.say(error)) }
            }
        }
    }
}

fn how_often(
    words: &Words<'_>,
    standing: &Standing<'_>,
    right: &Right,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
) -> Markup {
    let limit = Field::of("limit_n", typed, errors);
    let chosen = form::value(typed, "limit_per").filter(|_| !errors.is_empty());
    let now = standing.consents.wishes().limit.map(|(n, per)| (n.to_string(), words.span(per)));
    html! {
        fieldset {
            legend { (words.say(Word::ChoicesOften)) }
            @if let Some((n, span)) = &now {
                p.soft { (words.with(Word::ChoicesNowLimit, &[("n", n), ("span", span)])) }
            }
            label.field.row { (words.say(Word::ChoicesLimit))
                input type="number" id="limit_n" name="limit_n" min="1" max=(LIMIT_MAX) inputmode="numeric" value=(limit.typed) aria-invalid=[limit.invalid()] aria-describedby=[limit.described("limit_n")];
            }
            label.field.row { (words.say(Word::ChoicesPer))
                select name="limit_per" {
                    option value="" { (words.say(Word::ChoicesAsNow)) }
                    @for (value, name, _) in PERIODS {
                        option value=(value) selected[chosen == Some(value)] { (words.say(name)) }
                    }
                }
            }
            (limit.said(words, "limit_n"))
            @if now.is_some() && matches!(right, Right::Everything { .. }) {
                label.pick {
                    input type="checkbox" name="no_limit" value="yes"; (words.say(Word::ChoicesNoLimit))
                }
            }
        }
    }
}

fn pause(
    words: &Words<'_>,
    standing: &Standing<'_>,
    right: &Right,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
) -> Markup {
    let until = Field::of("pause_until", typed, errors);
    let paused = standing.consents.wishes().paused_until.filter(|it| standing.now < *it);
    let tomorrow: String = (standing.now + Span::DAY).to_string().chars().take(10).collect();
    html! {
        fieldset {
            legend { (words.say(Word::ChoicesPauseLegend)) }
            @if let Some(until) = paused {
                p.soft { (words.with(Word::ChoicesPausedUntil, &[("date", &words.date(until))])) }
            }
            label.field.row { (words.say(Word::ChoicesPause))
                select name="pause" {
                    option value="" {
                        (words.say(if paused.is_some() { Word::ChoicesAsNow } else { Word::ChoicesNoPause }))
                    }
                    @for (value, name, _) in PAUSES { option value=(value) { (words.say(name)) } }
                }
            }
            label.field.row { (words.say(Word::ChoicesPauseUntil))
                input type="date" id="pause_until" name="pause_until" min=(tomorrow) value=(until.typed) aria-invalid=[until.invalid()] aria-describedby=[until.described("pause_until")];
            }
            (until.said(words, "pause_until"))
            @if paused.is_some() && matches!(right, Right::Everything { .. }) {
                label.pick {
                    input type="checkbox" name="end_pause" value="yes"; (words.say(Word::ChoicesEndPause))
                }
            }
        }
    }
}

fn quiet(
    words: &Words<'_>,
    standing: &Standing<'_>,
    right: &Right,
    typed: &[(String, String)],
    errors: &[(&'static str, Word)],
) -> Markup {
    let from = Field::of("quiet_from", typed, errors);
    let to = if errors.is_empty() { None } else { form::value(typed, "quiet_to") };
    let now = standing.consents.wishes().quiet_hours;
    let now = now.map(|it| (layout::clock(it.from), layout::clock(it.to)));
    html! {
        fieldset {
            legend { (words.say(Word::ChoicesQuiet)) }
            @if let Some((from, to)) = &now {
                p.soft { (words.with(Word::ChoicesQuietNow, &[("from", from), ("to", to)])) }
            }
            label.field.row { (words.say(Word::ChoicesFrom))
                input type="time" id="quiet_from" name="quiet_from" value=(from.typed) aria-invalid=[from.invalid()] aria-describedby=[from.described("quiet_from")];
            }
            label.field.row { (words.say(Word::ChoicesTo))
                input type="time" name="quiet_to" value=(to.unwrap_or_default());
            }
            (from.said(words, "quiet_from"))
            @if now.is_some() && matches!(right, Right::Everything { .. }) {
                label.pick {
                    input type="checkbox" name="no_quiet" value="yes"; (words.say(Word::ChoicesNoQuiet))
                }
            }
        }
    }
}

fn measuring(sheet: &Sheet, standing: &Standing<'_>, right: &Right) -> Markup {
    let (words, measured) = (sheet.words(), standing.is_measured(sheet));
    html! {
        fieldset {
            legend { (words.say(Word::ChoicesMeasure)) }
            p.soft { (words.say(Word::ChoicesMeasureText)) }
            @if matches!(right, Right::Everything { .. }) {
                label.pick {
                    input type="checkbox" name="measure" value="yes" checked[measured]; (words.say(Word::ChoicesMeasureYes))
                }
                input type="hidden" name="measuring" value="shown";
            } @else if measured {
                label.pick {
                    input type="checkbox" name="measure" value="no"; (words.say(Word::ChoicesMeasureNo))
                }
            } @else {
                p { (words.say(Word::ChoicesMeasureOff)) }
            }
        }
    }
}

/// What a posted form asks for, as far as its link may ask it.
pub(super) fn asked(
    sheet: &Sheet,
    standing: &Standing<'_>,
    right: &Right,
    fields: &[(String, String)],
) -> Asked {
    let at = after_all(standing.consents, standing.now);
    let mut asked =
        Asked { wishes: Wishes { at, ..standing.consents.wishes().clone() }, ..Asked::default() };
    if form::value(fields, "all") == Some("stop") {
        let wording = sheet.words().say(Word::ChoicesStopAll).to_owned();
        asked.statements.push(no(None, wording, at));
        return asked;
    }
    let posted = Posted { sheet, standing, right, fields, at };
    posted.channels_and_topics(&mut asked);
    posted.limit(&mut asked);
    posted.pause(&mut asked);
    posted.quiet(&mut asked);
    posted.measuring(&mut asked);
    asked
}

struct Posted<'a> {
    sheet: &'a Sheet,
    standing: &'a Standing<'a>,
    right: &'a Right,
    fields: &'a [(String, String)],
    at: Timestamp,
}

impl Posted<'_> {
    fn has(&self, name: &str, value: &str) -> bool {
        self.fields.iter().any(|(field, it)| field == name && it == value)
    }

    fn value(&self, name: &str) -> Option<&str> {
        form::value(self.fields, name).map(str::trim).filter(|it| !it.is_empty())
    }

    fn may_more(&self) -> bool {
        matches!(self.right, Right::Everything { .. })
    }

    fn channels_and_topics(&self, asked: &mut Asked) {
        let before = self.standing.on(self.sheet);
        let mut after = before;
        if form::value(self.fields, "channels").is_some() {
            let ticked = |it: &Channel| self.has("channel", it.name());
            after = self.standing.channels.iter().filter(ticked).collect();
        }
        if let Some(only) = self.value("only") {
            let known = Channel::from_name(only).filter(|it| self.standing.channels.contains(*it));
            match known.filter(|it| self.may_more() || before.contains(*it)) {
                Some(only) => after = ChannelSet::EMPTY.with(only),
                None => asked.errors.push(("channel", Word::ChoicesErrorLooser)),
            }
        }
        if !self.may_more() {
            after = after.iter().filter(|it| before.contains(*it)).collect();
        }
        for channel in self.standing.channels.iter() {
            let off = asked.wishes.channels_off;
            // One that is off by a statement stays as it is unless it is switched on.
            asked.wishes.channels_off = match (before.contains(channel), after.contains(channel)) {
                (_, true) => off.without(channel),
                (true, false) => off.with(channel),
                (false, false) => off,
            };
        }
        match self.may_more() {
            true => self.topics(asked, before, after),
            false => {
                let stopped = self.sheet.loaded.programme.topics.iter().map(|it| &it.name);
                let stopped = stopped.filter(|it| self.has("stop", it.as_str()));
                asked.statements.extend(stopped.map(|it| self.no_to(it)));
            }
        }
    }

    /// What is said anew: no to topics that were unticked, and yes to exactly what was ticked, in
    /// the channels that are on now.
    fn topics(&self, asked: &mut Asked, before: ChannelSet, after: ChannelSet) {
        let topics = &self.sheet.loaded.programme.topics;
        let was = |it: &Topic| self.standing.is_about(self.sheet, it);
        let shown = form::value(self.fields, "topics").is_some();
        let is = |it: &Topic| if shown { self.has("topic", it.as_str()) } else { was(it) };
        let all_ticked = topics.iter().all(|it| is(&it.name));
        let mut yes: BTreeSet<(Channel, Option<Topic>)> = BTreeSet::new();
        for topic in topics.iter().map(|it| &it.name) {
            match (was(topic), is(topic)) {
                (true, false) => asked.statements.push(self.no_to(topic)),
                (false, true) => yes.extend(after.iter().map(|it| (it, Some(topic.clone())))),
                (true, true) | (false, false) => {}
            }
        }
        for channel in after.iter().filter(|it| !before.contains(*it)) {
            if all_ticked {
                yes.insert((channel, None));
            } else {
                let ticked = topics.iter().map(|it| &it.name).filter(|it| is(it));
                yes.extend(ticked.map(|it| (channel, Some(it.clone()))));
            }
        }
        asked
            .statements
            .extend(yes.into_iter().map(|(channel, topic)| self.yes_to(channel, topic)));
    }

    fn yes_to(&self, channel: Channel, topic: Option<Topic>) -> Statement {
        let words = self.sheet.words();
        let name = words.channel(channel);
        let wording = match &topic {
            Some(it) => {
                words.with(Word::WordingTopic, &[("topic", it.as_str()), ("channel", name)])
            }
            None => words.with(Word::WordingChannel, &[("channel", name)]),
        };
        let (address, proof) = match self.right {
            Right::Everything { message, address } => {
                (Some(address.clone()), format!("the link in {message} was used"))
            }
            Right::Restrict => (None, String::new()),
        };
        let lasts = self.sheet.loaded.programme.policy.consent_lasts;
        Statement {
            purpose: Purpose::Marketing,
            channel: Some(channel),
            topic,
            // Only of this address it is proven who reads it.
            address: address.filter(|_| channel == Channel::Email),
            state: ConsentState::Granted,
            at: self.at,
            source: format!("{SOURCE}, by a mailed link"),
            wording,
            proof,
            expires: lasts.map(|it| self.at + it),
        }
    }

    fn no_to(&self, topic: &Topic) -> Statement {
        let words = self.sheet.words();
        let wording = words.with(Word::WordingStopTopic, &[("topic", topic.as_str())]);
        no(Some(topic.clone()), wording, self.at)
    }

    fn limit(&self, asked: &mut Asked) {
        let before = asked.wishes.limit;
        if self.may_more() && self.has("no_limit", "yes") {
            asked.wishes.limit = None;
            return;
        }
        let per = self.value("limit_per");
        let Some(n) = self.value("limit_n") else {
            if per.is_some() {
                asked.errors.push(("limit_n", Word::ChoicesErrorLimit));
            }
            return;
        };
        let n = n.parse::<u32>().ok().filter(|it| (1..=LIMIT_MAX).contains(it));
        let period = PERIODS.iter().find(|it| Some(it.0) == per);
        let Some(limit) = n.zip(period.map(|it| it.2)) else {
            asked.errors.push(("limit_n", Word::ChoicesErrorLimit));
            return;
        };
        if self.may_more() || is_stricter(limit, before) {
            asked.wishes.limit = Some(limit);
        } else if Some(limit) != before {
            asked.errors.push(("limit_n", Word::ChoicesErrorLooser));
        }
    }

    fn pause(&self, asked: &mut Asked) {
        let now = self.standing.now;
        if self.may_more() && self.has("end_pause", "yes") {
            asked.wishes.paused_until = None;
            return;
        }
        let before = asked.wishes.paused_until.filter(|it| now < *it);
        let until = if let Some(date) = self.value("pause_until") {
            let until = Timestamp::parse(&format!("{date}T00:00:00Z")).ok();
            let until = until.filter(|it| date.len() == 10 && now < *it && *it < now + PAUSE_MAX);
            if until.is_none() {
                asked.errors.push(("pause_until", Word::ChoicesErrorDate));
            }
            until
        } else {
            let known = PAUSES.iter().find(|it| Some(it.0) == self.value("pause"));
            known.map(|it| now + it.2)
        };
        let Some(until) = until else { return };
        // A shorter pause is the looser one.
        asked.wishes.paused_until =
            if self.may_more() { Some(until) } else { before.max(Some(until)) };
    }

    fn measuring(&self, asked: &mut Asked) {
        let is_measured = self.standing.is_measured(self.sheet);
        let shown = self.may_more() && self.has("measuring", "shown");
        let words = self.sheet.words();
        let wording = match (is_measured, self.has("measure", "yes")) {
            (true, false) if shown || self.has("measure", "no") => Word::ChoicesMeasureNo,
            (false, true) if shown => {
                let said = self.yes_to(Channel::Email, None);
                let wording = words.say(Word::ChoicesMeasureYes).to_owned();
                let (purpose, channel, address) = (Purpose::Measurement, None, None);
                asked.statements.push(Statement { purpose, channel, address, wording, ..said });
                return;
            }
            _ => return,
        };
        let said = no(None, words.say(wording).to_owned(), self.at);
        asked.statements.push(Statement { purpose: Purpose::Measurement, ..said });
    }

    fn quiet(&self, asked: &mut Asked) {
        if self.may_more() && self.has("no_quiet", "yes") {
            asked.wishes.quiet_hours = None;
            return;
        }
        let (from, to) = match (self.value("quiet_from"), self.value("quiet_to")) {
            (None, None) => return,
            (from, to) => (from.unwrap_or_default(), to.unwrap_or_default()),
        };
        let hours = QuietHours::parse(from, to).ok().filter(|it| it.from != it.to);
        let Some(hours) = hours else {
            asked.errors.push(("quiet_from", Word::ChoicesErrorHours));
            return;
        };
        if self.may_more() || asked.wishes.quiet_hours.is_none_or(|it| covers(hours, it)) {
            asked.wishes.quiet_hours = Some(hours);
        } else {
            asked.errors.push(("quiet_from", Word::ChoicesErrorLooser));
        }
    }
}

/// No to a topic, or to everything.
fn no(topic: Option<Topic>, wording: String, at: Timestamp) -> Statement {
    Statement {
        purpose: Purpose::Marketing,
        channel: None,
        topic,
        address: None,
        state: ConsentState::Withdrawn,
        at,
        source: SOURCE.to_owned(),
        wording,
        proof: String::new(),
        expires: None,
    }
}

/// Fewer over a long time, and never more in the window that held before.
fn is_stricter(new: (u32, Span), old: Option<(u32, Span)>) -> bool {
    let Some(old) = old else { return true };
    let rate = |a: (u32, Span), b: (u32, Span)| i64::from(a.0) * b.1.millis();
    new.0 <= old.0 && old.1 <= new.1 && rate(new, old) < rate(old, new)
}

/// Whether each quiet minute of `old` is one of `new`.
fn covers(new: QuietHours, old: QuietHours) -> bool {
    let is_in = |hours: QuietHours, minute: u16| {
        if hours.from <= hours.to {
            hours.from <= minute && minute < hours.to
        } else {
            hours.from <= minute || minute < hours.to
        }
    };
    (0..DAY_MINUTES).all(|minute| !is_in(old, minute) || is_in(new, minute))
}
