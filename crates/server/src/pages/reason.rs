//! Why somebody got a message, in plain words. Mail gets forwarded, so nothing personal is shown.

use super::{layout, message, verify};
use crate::app::Shared;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::Link;
use engine::Loaded;
use journey::Trigger;
use maud::{Markup, html};
use model::{ChannelSet, Message, Origin, Purpose, Reason, Request};
use std::sync::Arc;

pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let loaded = shared.handle.loaded();
    let Some(Link::Why { person, message: id }) = verify(&shared, &token) else {
        return layout::bad_link(&loaded);
    };
    let Some(message) = message(&shared, id).await else {
        let content = html! { p { "We do not keep the record of this message any more." } };
        return layout::page(&loaded, StatusCode::OK, "Why did I get this?", &content);
    };
    let link = |link: Link| link.sign(&shared.keys.link);
    let preferences = link(Link::Preferences { person, message: id });
    let unsubscribe = link(Link::Unsubscribe { person, message: id });
    let content = html! {
        h2 { "Who asked for it" }
        p { (asked_for(&message, &loaded)) }
        h2 { "Why we may send it" }
        p { (permission(&message)) }
        h2 { "How often we write" }
        (limits(&loaded))
        h2 { "What happened to it" }
        ol {
            @for entry in steps(&message) { li { (sentence(entry)) } }
        }
        p.links {
            a href={ "/p/" (preferences) } { "Change what you get" } " "
            a href={ "/u/" (unsubscribe) } { "Unsubscribe" }
        }
        p.soft { "Because messages get forwarded, this page shows nothing about you." }
    };
    layout::page(&loaded, StatusCode::OK, "Why did I get this?", &content)
}

fn asked_for(message: &Message, loaded: &Loaded) -> String {
    match &message.origin {
        Origin::Journey { journey, .. } => {
            let trigger = loaded.journeys.latest(journey).map(|it| &it.trigger);
            let began = match trigger {
                Some(Trigger::Event { name, .. }) => {
                    format!(" It began with something you did, which we call “{name}”.")
                }
                Some(Trigger::Entered { audience }) => {
                    format!(" It began when you came into the group “{audience}”.")
                }
                Some(Trigger::Left { audience }) => {
                    format!(" It began when you left the group “{audience}”.")
                }
                None => String::new(),
            };
            format!("It is part of a series of messages that we call “{journey}”.{began}")
        }
        Origin::Broadcast { campaign } => {
            let broadcasts = &loaded.programme.broadcasts;
            let audience = broadcasts.iter().find(|it| it.name == *campaign).map(|it| &it.audience);
            let to = audience.map(|it| format!(", to everybody in the group “{it}”"));
            format!("We sent it once, as “{campaign}”{}.", to.unwrap_or_default())
        }
        Origin::Api => "One of our services sent it because of something you did there.".to_owned(),
        Origin::Request { what: Request::Confirmation } => {
            "Somebody signed up with this address, and we asked whether it was you.".to_owned()
        }
        Origin::Request { what: Request::Link } => {
            "You asked us for a link to all your choices.".to_owned()
        }
    }
}

fn permission(message: &Message) -> String {
    match message.purpose {
        Purpose::Transactional => {
            "It is about something you asked for, such as an order, so it reaches you whatever you \
             chose about other messages."
                .to_owned()
        }
        Purpose::Marketing => {
            let topic = message.topic.as_str();
            let about =
                if topic.is_empty() { "our messages".to_owned() } else { format!("“{topic}”") };
            format!(
                "You said yes to {about}, or have not said no where we may write without asking."
            )
        }
    }
}

fn limits(loaded: &Loaded) -> Markup {
    let policy = &loaded.programme.policy;
    html! {
        ul {
            @for cap in &policy.caps {
                li {
                    "At most " (cap.at_most) @if cap.at_most == 1 { " message" } @else { " messages" }
                    " in any " (layout::span(cap.per).trim_start_matches("1 "))
                    @if cap.channels != ChannelSet::all() { " by " (cap.channels) }
                    @if let Some(topic) = &cap.topic { " about “" (topic) "”" }
                    "."
                }
            }
            @if let Some(quiet) = &policy.quiet_hours {
                li { "Nothing between " (layout::clock(quiet.from)) " and " (layout::clock(quiet.to)) " where you live." }
            }
        }
    }
}

/// With a capital and a full stop.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

/// What happened, without numbers and times of the person.
fn steps(message: &Message) -> Vec<&'static str> {
    let mut steps: Vec<&'static str> = message
        .trail
        .iter()
        .map(|it| it.reason)
        .filter(|it| *it != Reason::HeldOut)
        .map(Reason::text)
        .collect();
    steps.dedup();
    steps
}
