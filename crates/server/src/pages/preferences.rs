//! The preference page. The mailed link may only restrict, since mail gets forwarded: whoever holds
//! it can ask for less, and nobody can ask for more in somebody else's name.

use super::{after_all, consents, form, layout, own_event, verify};
use crate::app::Shared;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use content::Link;
use decision::{ConsentState, Consents, PreferenceSummary, QuietHours, Statement, Wishes};
use engine::Loaded;
use maud::{Markup, html};
use model::{Channel, ChannelSet, Map, Purpose, Span, Timestamp, Topic};
use record::{Act, Fact};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What can be chosen as a limit, from the loosest to the strictest.
const LIMITS: [(&str, &str, (u32, Span)); 5] = [
    ("3-day", "at most 3 a day", (3, Span::DAY)),
    ("1-day", "at most 1 a day", (1, Span::DAY)),
    ("3-week", "at most 3 a week", (3, Span::WEEK)),
    ("1-week", "at most 1 a week", (1, Span::WEEK)),
    ("1-month", "at most 1 in 30 days", (1, Span::days(30))),
];

const PAUSES: [(&str, &str, Span); 3] = [
    ("1-week", "for a week", Span::WEEK),
    ("1-month", "for 30 days", Span::days(30)),
    ("3-months", "for 90 days", Span::days(90)),
];

/// Minutes of a day.
const DAY_MINUTES: u16 = 1_440;

/// Shows what holds. Changes nothing.
pub(super) async fn show(State(shared): State<Arc<Shared>>, Path(token): Path<String>) -> Response {
    let loaded = shared.handle.loaded();
    let Some(Link::Preferences { person, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&loaded);
    };
    let Ok(consents) = consents(&shared, person).await else { return layout::try_again(&loaded) };
    let content = choices(&shared, &loaded, &consents, shared.now());
    layout::page(&loaded, StatusCode::OK, "What you get from us", &content)
}

/// Takes what restricts, and answers when it holds.
pub(super) async fn act(
    State(shared): State<Arc<Shared>>,
    Path(token): Path<String>,
    body: Body,
) -> Response {
    let loaded = shared.handle.loaded();
    let Some(Link::Preferences { person, .. }) = verify(&shared, &token) else {
        return layout::bad_link(&loaded);
    };
    let fields = form::read(body).await;
    let turn = shared.wishes.lock().await;
    let Ok(before) = consents(&shared, person).await else { return layout::try_again(&loaded) };
    let now = shared.now();
    let channels = channels(&shared);
    let at = after_all(&before, now);
    let wishes = Wishes { at, ..restricted(before.wishes(), &fields, channels, now) };
    let mut acts = vec![Act::Wish(wishes)];
    acts.extend(stopped_topics(&loaded, &fields).map(|it| Act::State(no_to(it, at))));
    let event = own_event("Preferences Changed", Map::new(), now);
    let fact = Fact { event, person: Some(person), acts };
    let stored = shared.urgent(fact).await;
    drop(turn);
    if stored.is_err() {
        return layout::try_again(&loaded);
    }
    let Ok(after) = consents(&shared, person).await else { return layout::try_again(&loaded) };
    let content = html! {
        p role="status" { strong { "Saved." } " This holds from now on." }
        (choices(&shared, &loaded, &after, now))
    };
    layout::page(&loaded, StatusCode::OK, "What you get from us", &content)
}

/// Channels in which we can write at all.
fn channels(shared: &Shared) -> ChannelSet {
    match shared.settings.providers {
        none if none.is_empty() => ChannelSet::EMPTY.with(Channel::Email),
        some => some,
    }
}

fn choices(shared: &Shared, loaded: &Loaded, consents: &Consents, now: Timestamp) -> Markup {
    let wishes = consents.wishes();
    let topics: Vec<Topic> = loaded.programme.topics.iter().map(|it| it.name.clone()).collect();
    let summary = consents.preference_summary(channels(shared), &topics, &BTreeMap::new(), now);
    html! {
        @if summary.unsubscribed_from_all {
            p role="status" { "You are unsubscribed from everything." }
        }
        p.soft {
            "With this link you can ask for less at any time. To get more again, use the form where "
            "you subscribed: we then send you a mail to make sure that it is you."
        }
        form method="post" {
            fieldset {
                legend { "Channels" }
                @for it in &summary.channels {
                    label.pick {
                        input type="checkbox" name="channel" value=(it.channel) checked[it.on] disabled[!it.on];
                        (channel_name(it.channel)) @if !it.on { " (off)" }
                    }
                }
                // Tells an empty choice from a form without these fields.
                input type="hidden" name="channels" value="shown";
            }
            (topic_choices(loaded, &summary))
            (how_often(wishes, now))
            fieldset {
                legend { "Quiet hours" }
                @if let Some(it) = wishes.quiet_hours {
                    p.soft { "Now: nothing from " (layout::clock(it.from)) " to " (layout::clock(it.to)) "." }
                }
                label.field.row { "From" input type="time" name="quiet_from"; }
                label.field.row { "To" input type="time" name="quiet_to"; }
            }
            button type="submit" { "Save" }
        }
    }
}

fn topic_choices(loaded: &Loaded, summary: &PreferenceSummary) -> Markup {
    let is_stopped = |topic: &Topic| {
        let mut states =
            summary.channels.iter().flat_map(|it| &it.topics).filter(|it| it.0 == *topic);
        states.all(|it| it.1 == Some(ConsentState::Withdrawn))
    };
    html! {
        @if !loaded.programme.topics.is_empty() {
            fieldset {
                legend { "Stop messages about" }
                @for it in &loaded.programme.topics {
                    @let stopped = is_stopped(&it.name);
                    label.pick {
                        input type="checkbox" name="stop" value=(it.name) checked[stopped] disabled[stopped];
                        (it.name) @if !it.description.is_empty() { " – " (it.description) }
                        @if stopped { " (stopped)" }
                    }
                }
            }
        }
    }
}

fn how_often(wishes: &Wishes, now: Timestamp) -> Markup {
    let paused = wishes.paused_until.filter(|it| now < *it);
    html! {
        fieldset {
            legend { "How often" }
            @if let Some((at_most, per)) = wishes.limit {
                p.soft { "Now: at most " (at_most) " in " (layout::span(per)) "." }
            }
            label.field { "Write to me"
                select name="limit" {
                    option value="" { "as now" }
                    @for (value, text, limit) in LIMITS {
                        @if is_stricter(limit, wishes.limit) { option value=(value) { (text) } }
                    }
                }
            }
            @if let Some(until) = paused { p.soft { "Paused until " (layout::date(until)) "." } }
            label.field { "Pause"
                select name="pause" {
                    option value="" { @if paused.is_some() { "as now" } @else { "no pause" } }
                    @for (value, text, _) in PAUSES { option value=(value) { (text) } }
                }
            }
        }
    }
}

/// The wishes that hold after the form, each at least as strict as before.
fn restricted(
    before: &Wishes,
    fields: &[(String, String)],
    channels: ChannelSet,
    now: Timestamp,
) -> Wishes {
    let mut wishes = before.clone();
    let is_on = |channel: Channel| {
        fields.iter().any(|(name, value)| name == "channel" && value == channel.name())
    };
    if form::value(fields, "channels").is_some() {
        for channel in channels.iter().filter(|it| !is_on(*it)) {
            wishes.channels_off = wishes.channels_off.with(channel);
        }
    }
    let limit =
        form::value(fields, "limit").and_then(|it| LIMITS.iter().find(|(name, _, _)| *name == it));
    if let Some((_, _, limit)) = limit
        && is_stricter(*limit, wishes.limit)
    {
        wishes.limit = Some(*limit);
    }
    let pause =
        form::value(fields, "pause").and_then(|it| PAUSES.iter().find(|(name, _, _)| *name == it));
    if let Some((_, _, span)) = pause {
        wishes.paused_until = wishes.paused_until.max(Some(now + *span));
    }
    let time = |name: &str| form::value(fields, name).filter(|it| !it.is_empty());
    if let (Some(from), Some(to)) = (time("quiet_from"), time("quiet_to"))
        && let Ok(hours) = QuietHours::parse(from, to)
        && wishes.quiet_hours.is_none_or(|it| covers(hours, it))
    {
        wishes.quiet_hours = Some(hours);
    }
    wishes
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

fn stopped_topics<'a>(
    loaded: &'a Loaded,
    fields: &'a [(String, String)],
) -> impl Iterator<Item = &'a Topic> {
    let is_stopped = |topic: &Topic| {
        fields.iter().any(|(name, value)| name == "stop" && value == topic.as_str())
    };
    loaded.programme.topics.iter().map(|it| &it.name).filter(move |it| is_stopped(it))
}

fn no_to(topic: &Topic, now: Timestamp) -> Statement {
    Statement {
        purpose: Purpose::Marketing,
        channel: None,
        topic: Some(topic.clone()),
        address: None,
        state: ConsentState::Withdrawn,
        at: now,
        source: "preference page".to_owned(),
        wording: format!("stop messages about {topic}"),
        proof: String::new(),
        expires: None,
    }
}

fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "E-mail",
        Channel::Push => "Push messages",
        Channel::Onsite => "Messages on our site",
        Channel::Social => "Messages in social networks",
        Channel::Sms => "Text messages",
        Channel::Webhook => "Other services",
    }
}
