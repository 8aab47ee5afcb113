//! Messages that programs order by the API: entered as candidates, and told of when they have ended.

use crate::batch::{Batch, Working};
use crate::contact::Wanted;
use crate::{Engine, EngineError, Loaded};
use content::{Content, FrontMatter};
use model::{ContentName, Event, Map, Message, MessageState, Origin, Problem, Purpose};
use port::Hook;
use record::programme::Programme;
use record::{DIRECT, MessageOrder};
use serde_json::json;
use std::borrow::Cow;

/// Keys of ordered messages begin so.
const KEY: &str = "api/";

/// The ledger's key of a message that was ordered under this key.
pub fn ordered_key(key: &str) -> String {
    format!("{KEY}{key}")
}

/// The content that came along with an order. It is transactional unless it says otherwise.
pub fn direct_content(vars: &Map, programme: &Programme) -> Result<Content, Vec<Problem>> {
    let unreadable = |what: String| {
        let problem = Problem::new(format!("the content cannot be read: {what}"));
        vec![problem.hint("send the fields of a content's front matter, and `body`")]
    };
    let found = serde_json::to_value(vars.get(DIRECT)).unwrap_or_default();
    let serde_json::Value::Object(mut fields) = found else {
        return Err(unreadable("there is none".to_owned()));
    };
    let body = match fields.remove("body") {
        Some(serde_json::Value::String(body)) => body,
        None => String::new(),
        Some(_) => return Err(unreadable("`body` is not text".to_owned())),
    };
    let front: FrontMatter = serde_json::from_value(serde_json::Value::Object(fields))
        .map_err(|error| unreadable(error.to_string()))?;
    if !front.locales.is_empty() {
        return Err(unreadable("its `locales` are files, which do not come along".to_owned()));
    }
    let purpose = Some(front.purpose.unwrap_or(Purpose::Transactional));
    let front = FrontMatter { content: ContentName::from(DIRECT), purpose, ..front };
    let mut content = Content::from_parts(front, body)?;
    content.lay_out(&programme.brand, &programme.layouts).map_err(|it| vec![it])?;
    Ok(content)
}

impl Engine {
    pub(crate) fn order(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        order: &MessageOrder,
        event: &Event,
    ) -> Result<(), EngineError> {
        let key = ordered_key(&order.key);
        // What was ordered long ago is not sent now, and what was ordered before not again.
        if event.flags.historical || self.store.message_by_key(&key)?.is_some() {
            return Ok(());
        }
        let loaded = self.loaded.clone();
        let wanted = Wanted {
            origin: Origin::Api,
            key,
            content: order.content.clone(),
            channels: order.channels.clone(),
            class: order.class,
            value: order.value,
            vars: event.properties.clone(),
            to: order.to.clone().filter(|it| working.person.known.has(it)),
            pinned: None,
            expires: order.expires,
        };
        self.want(working, batch, wanted, &loaded);
        Ok(())
    }

    /// Tells whoever ordered messages what has become of them, in the commit that makes it so.
    pub(crate) fn tell_statuses(&self, batch: &mut Batch, news: &[Message]) {
        news.iter().for_each(|it| self.tell_status(batch, it));
    }

    fn tell_status(&self, batch: &mut Batch, message: &Message) {
        let Some(url) = &self.loaded.programme.message_status else { return };
        let (Origin::Api, MessageState::Ended { outcome, reason, .. }) =
            (&message.origin, &message.state)
        else {
            return;
        };
        // Chance is not told: whoever knows what was withheld treats people by it.
        let withheld = *outcome == model::LedgerState::HeldOut;
        let (state, reason) = match withheld {
            true => ("sent", ("sent", "")),
            false => (outcome.name(), (reason.code(), reason.text())),
        };
        let body = json!({
            "type": format!("message.{state}"),
            "message": message.id.to_string(),
            "idempotency_key": message.key.strip_prefix(KEY),
            "person": message.person.to_string(),
            "content": message.content,
            "channel": message.channel().map(model::Channel::name),
            "reason": {"code": reason.0, "text": reason.1},
            "at": batch.now.to_string(),
        });
        batch.durable = true;
        batch.hooks.push(Hook {
            key: format!("message/{}/{state}", message.id),
            url: url.clone(),
            body: serde_json::to_vec(&body).expect("JSON has a JSON form"),
            made: batch.now,
            person: Some(message.person),
            lane: Some(format!("message/{}", message.id)),
        });
    }
}

impl Loaded {
    /// What a message says: of the programme, or what came along with its order.
    pub fn said_by<'a>(&'a self, message: &Message) -> Option<Cow<'a, Content>> {
        if message.origin == Origin::Api && message.content.as_str() == DIRECT {
            return direct_content(&message.vars, &self.programme).ok().map(Cow::Owned);
        }
        self.content_for(&message.origin, &message.content, message.pinned).map(Cow::Borrowed)
    }
}
