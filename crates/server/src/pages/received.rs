//! The messages that a person got, and the whole reason for each, for that person alone.

use super::layout;
use super::reason::{asked_for, limits, sentence};
use super::sheet::Sheet;
use crate::problem::Problem;
use content::Word;
use decision::{Consents, Statement};
use journey::{Experiment, Node, Schedule, SplitArm, Step, Trigger};
use maud::{Markup, html};
use model::{
    Channel, LedgerState, Message, MessageId, MessageState, Origin, PersonId, Purpose, Reason,
    Timestamp,
};
use port::{Person, Views};

/// Messages on a page.
const PAGE: usize = 20;

/// Rows that are looked through for a page: of messages that were not sent there may be many.
const LOOKED_AT_MAX: usize = 2_000;

const ROWS_AT_ONCE: usize = 200;

/// One page of messages, the newest first, and whether there are older ones.
pub(super) struct Page {
    messages: Vec<Message>,
    more: bool,
}

pub(super) fn page(
    views: &dyn Views,
    person: PersonId,
    before: Option<MessageId>,
) -> Result<Page, Problem> {
    let mut messages = Vec::new();
    for id in engine::everybody_in(views, person)? {
        let (mut below, mut looked_at, mut found) = (before, 0, 0);
        while found <= PAGE && looked_at < LOOKED_AT_MAX {
            let rows = views.messages_of(id, below, ROWS_AT_ONCE)?;
            let Some(last) = rows.last() else { break };
            (below, looked_at) = (Some(last.id), looked_at + rows.len());
            let got = rows.into_iter().filter(|it| sent_at(it).is_some());
            let kept = messages.len();
            messages.extend(got);
            found += messages.len() - kept;
        }
    }
    messages.sort_by_key(|it: &Message| std::cmp::Reverse(it.id));
    messages.dedup_by_key(|it| it.id);
    let more = PAGE < messages.len();
    messages.truncate(PAGE);
    Ok(Page { messages, more })
}

pub(super) fn list(
    sheet: &Sheet,
    person: &Person,
    page: &Page,
    token: &str,
    is_older: bool,
    now: Timestamp,
) -> Markup {
    let words = sheet.words();
    let older = page.messages.last().filter(|_| page.more).map(|it| it.id);
    let path = format!("/f/{token}/messages");
    html! {
        @if page.messages.is_empty() { p { (words.say(Word::ReceivedNone)) } }
        @for message in &page.messages {
            details {
                summary {
                    strong { (title(sheet, message)) } br;
                    (when_and_how(sheet, message))
                }
                h2 { (words.say(Word::ReceivedWhy)) }
                (why(sheet, person, message, now))
            }
        }
        p.links {
            @if let Some(older) = older {
                a href=(sheet.to(&format!("{path}?before={older}"))) { (words.say(Word::ReceivedOlder)) } " "
            }
            @if is_older { a href=(sheet.to(&path)) { (words.say(Word::ReceivedNewest)) } }
        }
    }
}

fn title(sheet: &Sheet, message: &Message) -> String {
    let content = sheet.loaded.said_by(message);
    let summary = content.map(|it| it.summary.clone()).filter(|it| !it.is_empty());
    summary.unwrap_or_else(|| message.content.to_string())
}

fn when_and_how(sheet: &Sheet, message: &Message) -> String {
    let words = sheet.words();
    let at = words.date_time(sent_at(message).unwrap_or(message.created));
    let channel = message.channel().unwrap_or(Channel::Email);
    words.with(Word::ReceivedBy, &[("date", &at), ("channel", words.channel(channel))])
}

/// When it left, or may have; none for what never reached the person.
fn sent_at(message: &Message) -> Option<Timestamp> {
    match &message.state {
        MessageState::Ended { outcome: LedgerState::Sent | LedgerState::Unknown, at, .. } => {
            Some(*at)
        }
        MessageState::Ended { at, .. } if decision::digest::has_left(message) => Some(*at),
        MessageState::Ended { .. }
        | MessageState::Waiting
        | MessageState::Planned { .. }
        | MessageState::Joined { .. }
        | MessageState::InFlight { .. } => None,
    }
}

fn why(sheet: &Sheet, person: &Person, message: &Message, now: Timestamp) -> Markup {
    let words = sheet.words();
    let created = words.date_time(message.created);
    html! {
        p { (asked_for(sheet, message)) " " (words.with(Word::WhyEvent, &[("date", &created)])) }
        (rule(sheet, person, message, now))
        @if let Some((arm, share)) = chance(sheet, message) {
            p { (words.with(Word::WhyChance, &[("arm", &arm), ("share", &share)])) }
        }
        p { strong { (words.say(Word::WhyPermission)) } }
        (permission(sheet, person, message))
        p { strong { (words.say(Word::WhyOften)) } }
        (limits(sheet))
        (own_limits(sheet, person))
        p { strong { (words.say(Word::WhyHappened)) } }
        ol {
            @for entry in message.trail.iter().filter(|it| it.reason != Reason::HeldOut) {
                @let time = words.date_time(entry.at);
                li {
                    (sentence(words.with(Word::WhyStep, &[("time", &time), ("what", words.reason(entry.reason))]).trim_end_matches('.')))
                    @if !entry.detail.is_empty() && entry.reason != Reason::Created {
                        " " span.soft lang="en" { "(" (entry.detail) ")" }
                    }
                }
            }
        }
    }
}

/// The condition of the audience behind the message, part by part, as it is for the person.
fn rule(sheet: &Sheet, person: &Person, message: &Message, now: Timestamp) -> Markup {
    let words = sheet.words();
    let audience = audience_of(sheet, message);
    let parts =
        audience.as_ref().and_then(|it| engine::explain_audience(&sheet.loaded, person, it, now));
    html! {
        @if let (Some(audience), Some(parts)) = (&audience, &parts) {
            p { (words.with(Word::WhyRule, &[("audience", audience)])) }
            ul {
                @for part in parts {
                    li {
                        span lang="en" { (part.detail) } ": "
                        (words.say(if part.holds { Word::WhyHolds } else { Word::WhyHoldsNot }))
                    }
                }
            }
        }
    }
}

fn audience_of(sheet: &Sheet, message: &Message) -> Option<String> {
    match &message.origin {
        Origin::Journey { journey, .. } => match &sheet.loaded.journeys.latest(journey)?.trigger {
            Trigger::Entered { audience }
            | Trigger::Left { audience }
            | Trigger::Schedule(Schedule { audience, .. }) => Some(audience.clone()),
            Trigger::Event { .. }
            | Trigger::Date(_)
            | Trigger::Called
            | Trigger::Conversation { .. } => None,
        },
        Origin::Broadcast { campaign } => {
            let broadcasts = &sheet.loaded.programme.broadcasts;
            broadcasts.iter().find(|it| it.name == *campaign).map(|it| it.audience.clone())
        }
        Origin::Api | Origin::Request { .. } => None,
    }
}

/// The arm of a split on the way to the message, with its share in percent.
fn chance(sheet: &Sheet, message: &Message) -> Option<(String, String)> {
    let Origin::Journey { journey, step, .. } = &message.origin else { return None };
    let journey = sheet.loaded.journeys.latest(journey)?;
    let (arm, share) = arm_before(&journey.steps, "", step, None)??;
    Some((arm, format!("{} %", (share * 100.0).round())))
}

type Drawn = Option<(String, f64)>;

/// The last arm drawn before the step at `wanted`; none when there is no such step here. Addresses
/// are made as `journey` makes them.
fn arm_before(nodes: &[Node], prefix: &str, wanted: &str, drawn: Drawn) -> Option<Drawn> {
    for (place, node) in nodes.iter().enumerate() {
        let address = node.id.clone().unwrap_or_else(|| format!("{prefix}{place}"));
        if address == wanted {
            return Some(drawn);
        }
        let drawn_here = |prefix: &str| match &node.step {
            Step::Split(arms) | Step::Experiment(Experiment { arms, .. }) => {
                let total: f64 = arms.iter().map(|it| it.weight).sum();
                let below = |it: &&SplitArm| format!("{address}.{}.", it.name) == prefix;
                let arm = arms.iter().find(below)?;
                Some((arm.name.clone(), arm.weight / total.max(f64::MIN_POSITIVE)))
            }
            _ => None,
        };
        let found = node.step.below(&address).into_iter().find_map(|(prefix, steps)| {
            let here = drawn_here(&prefix).or_else(|| drawn.clone());
            arm_before(steps, &prefix, wanted, here)
        });
        if found.is_some() {
            return found;
        }
    }
    None
}

fn permission(sheet: &Sheet, person: &Person, message: &Message) -> Markup {
    let words = sheet.words();
    if message.purpose == Purpose::Transactional {
        return html! { p { (words.say(Word::WhyTransactional)) } };
    }
    let rested = rested_on(&person.consents, person, message);
    html! {
        @match rested {
            Some(it) => {
                @let date = words.date(it.at);
                p { (words.with(Word::WhyRested, &[("date", &date), ("source", &it.source)])) }
                @if !it.wording.is_empty() {
                    p { (words.with(Word::WhyRestedWording, &[("wording", &it.wording)])) }
                }
            }
            None => p { (words.say(Word::WhyRestedNone)) }
        }
    }
}

/// The yes that held when the message left, from all that was ever said.
fn rested_on(consents: &Consents, person: &Person, message: &Message) -> Option<Statement> {
    let at = sent_at(message)?;
    let mut then = Consents::default();
    let said = consents.history().iter().chain(consents.listing(Timestamp::MIN));
    for statement in said.chain(consents.listing(at)).filter(|it| it.at <= at) {
        then.record(statement.clone());
    }
    let channel = message.channel()?;
    let address = engine::addresses(person).remove(&channel);
    let found =
        then.deciding(message.purpose, channel, &message.topic, address.as_ref(), at)?.clone();
    (found.state == decision::ConsentState::Granted).then_some(found)
}

fn own_limits(sheet: &Sheet, person: &Person) -> Markup {
    let (words, wishes) = (sheet.words(), person.consents.wishes());
    html! {
        @if wishes.limit.is_some() || wishes.quiet_hours.is_some() {
            ul {
                @if let Some((n, per)) = wishes.limit {
                    @let (n, span) = (n.to_string(), words.span(per));
                    li { (words.with(Word::WhyOwnLimit, &[("n", &n), ("span", &span)])) }
                }
                @if let Some(it) = wishes.quiet_hours {
                    @let (from, to) = (layout::clock(it.from), layout::clock(it.to));
                    li { (words.with(Word::WhyOwnQuiet, &[("from", &from), ("to", &to)])) }
                }
            }
        }
    }
}
