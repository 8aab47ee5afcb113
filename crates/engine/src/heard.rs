//! What is heard of messages after they left: each kind once for a message, counted on the day on which
//! the message was asked for.

use crate::batch::{Batch, Working};
use crate::{Engine, EngineError};
use model::{Event, Feedback, MessageId, Value};
use record::Fact;

impl Engine {
    /// What a fact says about a message of its person. Only the server says whom a fact is about by
    /// itself; what was collected cannot speak of messages.
    pub(crate) fn take_feedback(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        fact: &Fact,
    ) -> Result<(), EngineError> {
        if fact.person.is_none() || fact.event.flags.historical {
            return Ok(());
        }
        let Some(feedback) = feedback_of(&fact.event) else { return Ok(()) };
        let named = fact.event.properties.get("message").and_then(Value::as_text);
        let Some(id) = named.and_then(|it| it.parse::<MessageId>().ok()) else { return Ok(()) };
        if working.person.open.iter().all(|it| it.id != id) {
            let Some(message) = self.store.message(id)? else { return Ok(()) };
            // Brought back only for a change: what stays with the person is taken for open.
            if message.feedback.contains(feedback)
                || self.owner_now(batch, message.person)? != working.person.id
            {
                return Ok(());
            }
            working.person.open.push(message);
        }
        let Some(message) = working.person.open.iter_mut().find(|it| it.id == id) else {
            return Ok(());
        };
        if !message.feedback.contains(feedback) {
            batch.touch(message, false);
            message.feedback.add(feedback);
        }
        Ok(())
    }
}

/// By the names under which the server writes down what happened on its pages and came back to it.
fn feedback_of(event: &Event) -> Option<Feedback> {
    let name = event.name();
    let automatic = matches!(event.properties.get("automatic"), Some(Value::Bool(true)));
    match name {
        "Email Opened" | "Push Notification Received" | "Message Opened" => {
            return Some(if automatic { Feedback::OpenedByMachine } else { Feedback::Opened });
        }
        "Email Link Clicked" | "Push Notification Tapped" | "Message Link Clicked" => {
            return Some(if automatic { Feedback::ClickedByMachine } else { Feedback::Clicked });
        }
        "Unsubscribed" => return Some(Feedback::Unsubscribed),
        _ => {}
    }
    let (channel, verb) = name.rsplit_once(' ')?;
    let channels = ["Email", "SMS", "Push", "On-site Message", "Social Message", "Webhook"];
    if !channels.contains(&channel) {
        return None;
    }
    match verb {
        "Delivered" => Some(Feedback::Delivered),
        "Bounced" => Some(Feedback::Bounced),
        "Complained" => Some(Feedback::Complained),
        "Unsubscribed" => Some(Feedback::Unsubscribed),
        "Replied" => Some(Feedback::Replied),
        _ => None,
    }
}
