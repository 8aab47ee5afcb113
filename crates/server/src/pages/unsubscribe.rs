//! Saying no: one page with one button, and the one click that mail programs offer (RFC 8058).

use super::{after_all, consents, form, layout, message, own_event, verify};
use crate::app::Shared;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::Link;
use decision::{ConsentState, Statement};
use engine::Loaded;
use maud::html;
use model::{Channel, Map, Message, PersonId, Purpose, Timestamp, Topic, Value};
use record::{Act, Fact};
use std::sync::Arc;

/// How much somebody said no to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Scope {
    Topic(Topic),
    Channel(Channel),
    Everything,
}

/// Shows what can be chosen. Changes nothing.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let loaded = shared.handle.loaded();
    let Some(Link::Unsubscribe { message: id, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&loaded);
    };
    let message = message(&shared, id).await;
    let channel = channel_of(message.as_ref());
    let topic = topic_of(&loaded, message.as_ref());
    let content = html! {
        p { "What should we stop sending you?" }
        form method="post" {
            fieldset {
                legend { "Stop" }
                label.pick { input type="radio" name="scope" value="channel" checked; (all_of(channel)) }
                @if let Some((topic, description)) = &topic {
                    label.pick {
                        input type="radio" name="scope" value="topic";
                        "only messages about “" (topic) "”"
                        @if !description.is_empty() { " (" (description) ")" }
                    }
                }
                label.pick { input type="radio" name="scope" value="everything"; "everything, in every channel" }
            }
            button type="submit" { "Stop sending me this" }
        }
        p.soft {
            "What you ordered or asked for yourself, such as an order confirmation, still reaches you."
        }
    };
    layout::page(&loaded, StatusCode::OK, "Unsubscribe", &content)
}

/// Takes the wish, and answers when it holds.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    body: Body,
) -> Response {
    let loaded = shared.handle.loaded();
    let Some(Link::Unsubscribe { person, message: id }) = verify(&shared, &token) else {
        return layout::bad_link(&loaded);
    };
    let fields = form::read(body).await;
    let one_click = form::value(&fields, "List-Unsubscribe").is_some();
    let message = if one_click { None } else { message(&shared, id).await };
    let scope = scope(&fields, message.as_ref());
    let source = if one_click { "one-click unsubscribe" } else { "unsubscribe page" };
    let now = shared.now();
    // What cannot be read now cannot hold up a no.
    let at = consents(&shared, person).await.map_or(now, |it| after_all(&it, now));
    let fact = withdrawal(person, &scope, source, now, at);
    if shared.urgent(fact).await.is_err() {
        return layout::try_again(&loaded);
    }
    let preferences = Link::Preferences { person, message: id }.sign(&shared.keys.link);
    let content = html! {
        p role="status" {
            @match &scope {
                Scope::Topic(topic) => { "We will not write to you about “" (topic) "” any more." }
                Scope::Channel(channel) => { "We stopped " (all_of(*channel)) "." }
                Scope::Everything => { "We will not send you anything any more, in any channel." }
            }
        }
        p { "This holds from now on. You do not need to do anything else." }
        p.soft {
            "What you ordered or asked for yourself still reaches you. "
            a href={ "/p/" (preferences) } { "See all your choices" }
        }
    };
    layout::page(&loaded, StatusCode::OK, "You are unsubscribed", &content)
}

/// A wish that cannot be read is still a no.
fn scope(fields: &[(String, String)], message: Option<&Message>) -> Scope {
    match (form::value(fields, "scope"), message) {
        (Some("everything"), _) => Scope::Everything,
        (Some("topic"), Some(message)) if !message.topic.as_str().is_empty() => {
            Scope::Topic(message.topic.clone())
        }
        (Some(_) | None, message) => Scope::Channel(channel_of(message)),
    }
}

fn withdrawal(
    person: PersonId,
    scope: &Scope,
    source: &str,
    now: Timestamp,
    at: Timestamp,
) -> Fact {
    let (channel, topic, wording) = match scope {
        Scope::Topic(topic) => (None, Some(topic.clone()), format!("only messages about {topic}")),
        Scope::Channel(channel) => (Some(*channel), None, all_of(*channel).to_owned()),
        Scope::Everything => (None, None, "everything, in every channel".to_owned()),
    };
    let mut properties = Map::new();
    let mut put = |key: &str, value: String| properties.insert(key.to_owned(), Value::Text(value));
    put("source", source.to_owned());
    if let Some(channel) = channel {
        put("channel", channel.name().to_owned());
    }
    if let Some(topic) = &topic {
        put("topic", topic.to_string());
    }
    let statement = Statement {
        purpose: Purpose::Marketing,
        channel,
        topic,
        address: None,
        state: ConsentState::Withdrawn,
        at,
        source: source.to_owned(),
        wording,
        proof: String::new(),
        expires: None,
    };
    Fact {
        event: own_event("Unsubscribed", properties, now),
        person: Some(person),
        acts: vec![Act::State(statement)],
    }
}

fn channel_of(message: Option<&Message>) -> Channel {
    message.and_then(Message::channel).unwrap_or(Channel::Email)
}

fn topic_of(loaded: &Loaded, message: Option<&Message>) -> Option<(Topic, String)> {
    let topic = message.map(|it| it.topic.clone()).filter(|it| !it.as_str().is_empty())?;
    let definition = loaded.programme.topics.iter().find(|it| it.name == topic);
    Some((topic, definition.map(|it| it.description.clone()).unwrap_or_default()))
}

fn all_of(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "all e-mail",
        Channel::Push => "all push messages",
        Channel::Onsite => "all messages on our site",
        Channel::Social => "all messages in social networks",
        Channel::Sms => "all text messages",
        Channel::Webhook => "all messages through other services",
    }
}
