//! An accepted event: what a person did or what happened to them.

use crate::{Identifier, IdentifierKind, Map, SourceId, Timestamp, Value};
use serde::{Deserialize, Serialize};

/// How many identifiers one event may carry; more is a program gone wrong, not a person.
pub const MAX_IDENTIFIERS: usize = 8;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub source: SourceId,
    /// Unique within the source; without one, the event is always new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    pub kind: EventKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anonymous_id: Option<String>,
    /// Properties of the event, or the traits of an `identify`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub properties: Map,
    /// Where and how: page, library, campaign, locale, time zone.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub context: Map,
    /// When it happened, corrected for the sender's clock.
    pub time: Timestamp,
    /// When it arrived here.
    pub received: Timestamp,
    #[serde(default, skip_serializing_if = "EventFlags::is_empty")]
    pub flags: EventFlags,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    Track { name: String },
    Identify,
    Page { name: String },
    Screen { name: String },
    Group { group_id: String },
    Alias { previous_id: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct EventFlags {
    /// The sender's clock could not be believed; `time` is the time of arrival.
    pub clock: bool,
    /// Imported: changes state and triggers nothing.
    pub historical: bool,
}

impl EventFlags {
    pub fn is_empty(&self) -> bool {
        *self == EventFlags::default()
    }
}

impl Event {
    /// The name that triggers, counters and conditions use: a track's own name, `Page Viewed` and
    /// `Screen Viewed` for pages and screens, and the bare call for the others.
    pub fn name(&self) -> &str {
        match &self.kind {
            EventKind::Track { name } => name,
            EventKind::Identify => "Identify",
            EventKind::Page { .. } => "Page Viewed",
            EventKind::Screen { .. } => "Screen Viewed",
            EventKind::Group { .. } => "Group",
            EventKind::Alias { .. } => "Alias",
        }
    }

    /// The identifiers that the event carries, strongest first: its own ids, then the e-mail,
    /// phone, handle and device token found in traits (of an `identify`, or in the context).
    pub fn identifiers(&self) -> Vec<Identifier> {
        let mut found = Vec::new();
        let mut add = |kind, value: Option<&str>| {
            let Some(value) = value else { return };
            let identifier = Identifier::new(kind, value);
            if !identifier.value.is_empty()
                && found.len() < MAX_IDENTIFIERS
                && !found.contains(&identifier)
            {
                found.push(identifier);
            }
        };
        let own = match self.kind {
            EventKind::Identify => Some(&self.properties),
            EventKind::Track { .. }
            | EventKind::Page { .. }
            | EventKind::Screen { .. }
            | EventKind::Group { .. }
            | EventKind::Alias { .. } => None,
        };
        let context = match self.context.get("traits") {
            Some(Value::Map(traits)) => Some(traits),
            _ => None,
        };
        add(IdentifierKind::UserId, self.user_id.as_deref());
        for traits in [own, context].into_iter().flatten() {
            let text = |key: &str| traits.get(key).and_then(Value::as_text);
            add(IdentifierKind::Email, text("email"));
            add(IdentifierKind::Phone, text("phone"));
            add(IdentifierKind::Handle, text("handle"));
        }
        let token = Value::at(&self.context, "device.token").and_then(Value::as_text);
        add(IdentifierKind::DeviceToken, token);
        add(IdentifierKind::AnonymousId, self.anonymous_id.as_deref());
        found
    }

    /// Traits that the event states: those of an `identify`, and `context.traits` of any call.
    pub fn traits(&self) -> impl Iterator<Item = (&String, &Value)> {
        let context = match self.context.get("traits") {
            Some(Value::Map(traits)) => Some(traits),
            _ => None,
        };
        let own = matches!(self.kind, EventKind::Identify).then_some(&self.properties);
        context.into_iter().chain(own).flatten()
    }
}
