//! Everything that is held about a person, to read.

use crate::api::person::{PersonConsent, StatementState};
use crate::export::PersonExport;
use content::{Word, Words};
use maud::{DOCTYPE, Markup, html};
use model::{Channel, Timestamp};

/// The lists, without the page around them.
pub(super) fn content(words: &Words<'_>, all: &PersonExport) -> Markup {
    let person = &all.person;
    html! {
        p.soft { (words.say(Word::DataIntro)) }
        (section(words, Word::DataKnown, &person.identifiers, |it| html! {
            dt { (it.kind) } dd { (it.value) ", " (since(words, &it.joined)) }
        }))
        (section(words, Word::DataTraits, &person.traits, |it| html! {
            dt { (it.name) } dd { (plain(&it.value)) ", " (since(words, &it.at)) }
        }))
        (section(words, Word::DataGroups, &person.audiences, |it| html! {
            dt { (it.name) } dd { (since(words, &it.since)) }
        }))
        (section(words, Word::DataConsents, &person.consents, |it| consent(words, it)))
        (section(words, Word::DataHistory, &person.consent_history, |it| consent(words, it)))
        (section(words, Word::DataMessages, &all.messages, |it| html! {
            dt { (it.content) } dd {
                (moment(words, &it.at)) ": " (it.state)
                @if let Some(channel) = it.channel.as_deref().and_then(Channel::from_name) {
                    ", " (words.channel(channel))
                }
            }
        }))
        (section(words, Word::DataEvents, &all.events, |it| html! {
            dt { (it.name) } dd {
                (moment(words, &it.at))
                @if !it.properties.is_empty() {
                    ul { @for (name, value) in &it.properties { li { (name) ": " (plain(value)) } } }
                }
            }
        }))
        @if !all.events_complete { p { (words.say(Word::DataCut)) } }
    }
}

/// A whole file, for somebody who asked by letter.
pub(crate) fn document(words: &Words<'_>, brand: &str, all: &PersonExport) -> String {
    let title = words.say(Word::FreshData);
    let page = html! {
        (DOCTYPE)
        html lang=(words.tag()) dir=(words.direction()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) @if !brand.is_empty() { " – " (brand) } }
                style { (super::layout::style()) }
            }
            body {
                main {
                    @if !brand.is_empty() { p.brand { (brand) } }
                    h1 { (title) }
                    (content(words, all))
                }
            }
        }
    };
    page.into_string() + "\n"
}

fn section<T>(words: &Words<'_>, title: Word, items: &[T], shown: impl Fn(&T) -> Markup) -> Markup {
    html! {
        h2 { (words.say(title)) }
        @if items.is_empty() { p { (words.say(Word::DataNothing)) } }
        @else { dl { @for it in items { (shown(it)) } } }
    }
}

fn consent(words: &Words<'_>, it: &PersonConsent) -> Markup {
    let state = words.say(match it.state {
        StatementState::Granted => Word::DataYes,
        StatementState::Withdrawn => Word::DataNo,
        StatementState::Unconfirmed => Word::DataUnconfirmed,
    });
    let channel = it.channel.as_deref().and_then(Channel::from_name).map(|it| words.channel(it));
    let scope = [Some(it.purpose.as_str()), channel, it.topic.as_deref(), it.address.as_deref()];
    let scope: Vec<&str> = scope.into_iter().flatten().collect();
    html! {
        dt { (scope.join(", ")) }
        dd {
            (state) ", " (moment(words, &it.at))
            @if !it.source.is_empty() { " (" (it.source) ")" }
            @if !it.wording.is_empty() { br; "“" (it.wording) "”" }
        }
    }
}

fn since(words: &Words<'_>, at: &str) -> String {
    let date = Timestamp::parse(at).map_or_else(|_| at.to_owned(), |it| words.date(it));
    words.with(Word::DataSince, &[("date", &date)])
}

fn moment(words: &Words<'_>, at: &str) -> String {
    Timestamp::parse(at).map_or_else(|_| at.to_owned(), |it| words.date_time(it))
}

/// Texts without their quotes.
fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
