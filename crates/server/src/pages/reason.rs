//! Why somebody got a message, in plain words. Mail gets forwarded, so nothing personal is shown.

use super::sheet::Sheet;
use super::{layout, message, verify};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::{Link, Word};
use journey::Trigger;
use maud::{Markup, html};
use model::{ChannelSet, Message, Origin, Purpose, Reason, Request};
use std::sync::Arc;

pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(Link::Why { person, message: id }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let words = sheet.words();
    // One that stands for nobody any more was erased with its person.
    let Some(message) = message(&shared, id).await.filter(|it| it.person.0 != 0) else {
        let content = html! { p { (words.say(Word::WhyNotKept)) } };
        return layout::page(&sheet, StatusCode::OK, Word::WhyTitle, &content);
    };
    let link = |link: Link| link.sign(&shared.keys.link);
    let preferences = link(Link::Preferences { person, message: id });
    let unsubscribe = link(Link::Unsubscribe { person, message: id });
    let content = html! {
        h2 { (words.say(Word::WhyWho)) }
        p { (asked_for(&sheet, &message)) }
        h2 { (words.say(Word::WhyPermission)) }
        p { (permission(&sheet, &message)) }
        h2 { (words.say(Word::WhyOften)) }
        (limits(&sheet))
        h2 { (words.say(Word::WhyHappened)) }
        ol {
            @for reason in steps(&message) { li { (sentence(words.reason(reason))) } }
        }
        p.links {
            a href=(sheet.to(&format!("/p/{preferences}"))) { (words.say(Word::WhyChange)) } " "
            a href=(sheet.to(&format!("/u/{unsubscribe}"))) { (words.say(Word::UnsubscribeTitle)) }
        }
        p.soft { (words.say(Word::WhyImpersonal)) }
    };
    layout::page(&sheet, StatusCode::OK, Word::WhyTitle, &content)
}

/// Who asked for the message, and what began that.
pub(super) fn asked_for(sheet: &Sheet, message: &Message) -> String {
    let (words, loaded) = (sheet.words(), &sheet.loaded);
    match &message.origin {
        Origin::Journey { journey, .. } => {
            let series = words.with(Word::WhySeries, &[("journey", journey.as_str())]);
            let began = match loaded.journeys.latest(journey).map(|it| &it.trigger) {
                Some(Trigger::Event { name, .. }) => {
                    words.with(Word::WhyBeganEvent, &[("event", name)])
                }
                Some(Trigger::Entered { audience }) => {
                    words.with(Word::WhyBeganEntered, &[("audience", audience)])
                }
                Some(Trigger::Left { audience }) => {
                    words.with(Word::WhyBeganLeft, &[("audience", audience)])
                }
                Some(Trigger::Date(it)) => words.with(Word::WhyBeganDate, &[("trait", &it.name)]),
                Some(Trigger::Schedule(it)) => {
                    words.with(Word::WhyBeganSchedule, &[("audience", &it.audience)])
                }
                Some(Trigger::Called) => words.say(Word::WhyBeganCalled).to_owned(),
                Some(Trigger::Conversation { .. }) => words.say(Word::WhyBeganSaid).to_owned(),
                None => return series,
            };
            format!("{series} {began}")
        }
        Origin::Broadcast { campaign } => {
            let once = words.with(Word::WhyBroadcast, &[("campaign", campaign.as_str())]);
            let broadcasts = &loaded.programme.broadcasts;
            match broadcasts.iter().find(|it| it.name == *campaign) {
                Some(it) => {
                    let to = words.with(Word::WhyBroadcastTo, &[("audience", &it.audience)]);
                    format!("{once} {to}")
                }
                None => once,
            }
        }
        Origin::Api => words.say(Word::WhyApi).to_owned(),
        Origin::Request { what: Request::Confirmation } => {
            words.say(Word::WhyConfirmation).to_owned()
        }
        Origin::Request { what: Request::Link } => words.say(Word::WhyLink).to_owned(),
    }
}

fn permission(sheet: &Sheet, message: &Message) -> String {
    let words = sheet.words();
    match message.purpose {
        Purpose::Transactional => words.say(Word::WhyTransactional).to_owned(),
        Purpose::Marketing | Purpose::Measurement => match message.topic.as_str() {
            "" => words.say(Word::WhyMarketing).to_owned(),
            topic => words.with(Word::WhyMarketingTopic, &[("topic", topic)]),
        },
    }
}

/// The sender's own limits.
pub(super) fn limits(sheet: &Sheet) -> Markup {
    let (words, policy) = (sheet.words(), &sheet.loaded.programme.policy);
    let cap = |it: &decision::Cap| {
        let span = words.span(it.per);
        let (one, other) = (Word::WhyCapOne, Word::WhyCapOther);
        let cap = words.count(one, other, i64::from(it.at_most), &[("span", &span)]);
        let channels = it.channels.iter().map(|it| words.channel(it).to_owned());
        let mut what: Vec<String> =
            if it.channels == ChannelSet::all() { Vec::new() } else { channels.collect() };
        what.extend(it.topic.as_ref().map(|it| format!("“{it}”")));
        match what.is_empty() {
            true => cap,
            false => words.with(Word::WhyCapOf, &[("cap", &cap), ("what", &what.join(", "))]),
        }
    };
    html! {
        ul {
            @for it in &policy.caps { li { (cap(it)) } }
            @if let Some(quiet) = &policy.quiet_hours {
                @let (from, to) = (layout::clock(quiet.from), layout::clock(quiet.to));
                li { (words.with(Word::WhyQuiet, &[("from", &from), ("to", &to)])) }
            }
        }
    }
}

/// With a capital and a full stop.
pub(super) fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

/// What happened, without numbers and times of the person.
fn steps(message: &Message) -> Vec<Reason> {
    let trail = message.trail.iter().map(|it| it.reason);
    let mut steps: Vec<Reason> = trail.filter(|it| *it != Reason::HeldOut).collect();
    steps.dedup();
    steps
}
