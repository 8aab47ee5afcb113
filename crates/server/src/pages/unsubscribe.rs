//! Saying no: one page with one button, and the one click that mail programs offer (RFC 8058).

use super::sheet::Sheet;
use super::{after_all, consents, form, layout, message, own_event, verify};
use crate::app::Shared;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::{Link, Word, Words};
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
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
) -> Response {
    let Some(Link::Unsubscribe { message: id, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let message = message(&shared, id).await;
    let channel = channel_of(message.as_ref());
    let topic = topic_of(&sheet.loaded, message.as_ref());
    let words = sheet.words();
    let content = html! {
        p { (words.say(Word::UnsubscribeQuestion)) }
        form method="post" {
            fieldset {
                legend { (words.say(Word::UnsubscribeLegend)) }
                label.pick { input type="radio" name="scope" value="channel" checked; (words.all_of(channel)) }
                @if let Some((topic, description)) = &topic {
                    label.pick {
                        input type="radio" name="scope" value="topic";
                        (words.with(Word::UnsubscribeTopic, &[("topic", topic.as_str())]))
                        @if !description.is_empty() { " (" (description) ")" }
                    }
                }
                label.pick {
                    input type="radio" name="scope" value="everything";
                    (words.say(Word::UnsubscribeEverything))
                }
            }
            button type="submit" { (words.say(Word::UnsubscribeButton)) }
        }
        p.soft { (words.say(Word::UnsubscribeStill)) }
    };
    layout::page(&sheet, StatusCode::OK, Word::UnsubscribeTitle, &content)
}

/// Takes the wish, and answers when it holds.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    sheet: Sheet,
    body: Body,
) -> Response {
    let Some(Link::Unsubscribe { person, message: id }) = verify(&shared, &token) else {
        return layout::bad_link(&sheet);
    };
    let fields = form::read(body).await;
    let one_click = form::value(&fields, "List-Unsubscribe").is_some();
    let message = if one_click { None } else { message(&shared, id).await };
    let scope = scope(&fields, message.as_ref());
    let source = if one_click { "one-click unsubscribe" } else { "unsubscribe page" };
    let now = shared.now();
    // What cannot be read now cannot hold up a no.
    let at = consents(&shared, person).await.map_or(now, |it| after_all(&it, now));
    let words = sheet.words();
    let mut fact = withdrawal(person, &scope, &words, source, now, at);
    fact.event.properties.insert("message".to_owned(), Value::Text(id.to_string()));
    if shared.urgent(fact).await.is_err() {
        return layout::try_again(&sheet);
    }
    let preferences = Link::Preferences { person, message: id }.sign(&shared.keys.link);
    let said = match &scope {
        Scope::Topic(topic) => words.with(Word::UnsubscribedTopic, &[("topic", topic.as_str())]),
        Scope::Channel(it) => {
            words.with(Word::UnsubscribedChannel, &[("channel", words.all_of(*it))])
        }
        Scope::Everything => words.say(Word::UnsubscribedEverything).to_owned(),
    };
    let content = html! {
        p role="status" { (said) }
        p { (words.say(Word::UnsubscribedNow)) }
        p.soft {
            (words.say(Word::UnsubscribeStill)) " "
            a href=(sheet.to(&format!("/p/{preferences}"))) { (words.say(Word::SeeChoices)) }
        }
    };
    layout::page(&sheet, StatusCode::OK, Word::UnsubscribedTitle, &content)
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
    words: &Words<'_>,
    source: &str,
    now: Timestamp,
    at: Timestamp,
) -> Fact {
    let (channel, topic, wording) = match scope {
        Scope::Topic(topic) => (
            None,
            Some(topic.clone()),
            words.with(Word::UnsubscribeTopic, &[("topic", topic.as_str())]),
        ),
        Scope::Channel(channel) => (Some(*channel), None, words.all_of(*channel).to_owned()),
        Scope::Everything => (None, None, words.say(Word::UnsubscribeEverything).to_owned()),
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
