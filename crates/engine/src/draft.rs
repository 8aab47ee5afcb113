//! A claimed message on its way to a provider: decided and stored, its words not written out yet.

use crate::measure::is_followed;
use crate::{Engine, Keys, Loaded};
use content::{Links, Part, Reader};
use model::{Channel, Identifier, Map, Message, MessageId, Reply, Timestamp, Value};
use port::{Envelope, Payload, Person};

/// What [`Engine::turn`] hands out. Whoever sends it writes it out first: that costs more than to
/// decide it, and needs nothing of the engine, whose loop goes on meanwhile.
pub struct Draft {
    pub message: MessageId,
    pub key: String,
    pub channel: Channel,
    pub to: Identifier,
    /// When it was claimed.
    pub at: Timestamp,
    pub(crate) words: Words,
}

/// Not what it says, nor to whom.
impl std::fmt::Debug for Draft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Draft").field("message", &self.message).finish_non_exhaustive()
    }
}

/// How a draft ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It was handed over, and this was said.
    Answered(Reply),
    /// Its words could not be made, so that nobody was asked. Why.
    Unwritten(String),
}

impl From<Reply> for Fate {
    fn from(reply: Reply) -> Fate {
        Fate::Answered(reply)
    }
}

pub(crate) enum Words {
    /// Had to be seen before the claim.
    Written(Payload),
    Open(Box<Unwritten>),
}

impl Draft {
    /// Writes it out and has it handed over, if it can be written.
    pub fn send(self, hand_over: impl FnOnce(&Envelope) -> Reply) -> Fate {
        match self.write() {
            Ok(envelope) => Fate::Answered(hand_over(&envelope)),
            Err(detail) => Fate::Unwritten(detail),
        }
    }

    pub(crate) fn write(self) -> Result<Envelope, String> {
        let Draft { message, key, channel, to, at, words } = self;
        let payload = match words {
            Words::Written(payload) => payload,
            Words::Open(unwritten) => unwritten.payload(channel, &[])?,
        };
        Ok(Envelope { message, key, channel, to, at, payload })
    }
}

/// A message with all that its templates and links need, as it was when it was claimed.
pub(crate) struct Unwritten {
    loaded: Loaded,
    keys: Keys,
    message: Message,
    traits: Map,
    vars: Map,
    followed: bool,
}

impl Engine {
    pub(crate) fn unwritten(
        &self,
        person: &Person,
        message: &Message,
        now: Timestamp,
    ) -> Unwritten {
        let traits = &person.profile.traits;
        let mut vars = message.vars.clone();
        if let Some(link) = self.requested_link(message) {
            vars.insert("link".to_owned(), Value::Text(link));
        }
        Unwritten {
            loaded: self.loaded.clone(),
            keys: self.keys,
            message: Message { person: person.id, ..message.clone() },
            traits: traits.iter().map(|(name, it)| (name.clone(), it.value.clone())).collect(),
            vars,
            followed: is_followed(person, &self.loaded, now),
        }
    }
}

impl Unwritten {
    /// What leaves, with `parts` that leave within it.
    pub fn payload(&self, channel: Channel, parts: &[Part]) -> Result<Payload, String> {
        match channel {
            Channel::Email => self.email(parts),
            Channel::Push | Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook => {
                self.short(channel)
            }
        }
    }

    /// The message as a part of another mail.
    pub fn part(&self) -> Result<Part, String> {
        let brand = &self.loaded.programme.brand;
        self.with(|content, reader, links| content::part(content, brand, reader, links))
    }

    fn email(&self, parts: &[Part]) -> Result<Payload, String> {
        let brand = &self.loaded.programme.brand;
        let mut email = self
            .with(|content, reader, links| content::email(content, brand, reader, links, parts))?;
        let feedback = crate::feedback::feedback_id(&self.message, &brand.name);
        email.headers.push(("Feedback-ID".to_owned(), feedback));
        Ok(Payload::Email {
            from: brand.from_address.clone(),
            from_name: brand.from_name.clone(),
            subject: email.subject,
            html: email.html,
            text: email.text,
            headers: email.headers,
            message_id: crate::mail_id(&self.keys, &self.message, &brand.from_address),
        })
    }

    fn short(&self, channel: Channel) -> Result<Payload, String> {
        let brand = &self.loaded.programme.brand;
        let short = self.with(|content, reader, links| {
            content::short(content, channel, brand, reader, links)
        })?;
        let content::Short { title, body, label, url } = short;
        Ok(Payload::Short { title, body, label, url })
    }

    fn with<T, E: ToString>(
        &self,
        render: impl FnOnce(&content::Content, Reader, &Links) -> Result<T, E>,
    ) -> Result<T, String> {
        let Unwritten { message, traits, vars, followed, .. } = self;
        let content = self.loaded.said_by(message);
        let content =
            content.ok_or_else(|| format!("there is no content `{}`", message.content))?;
        let links = Links {
            key: &self.keys.link,
            person: message.person,
            message: message.id,
            campaign: &message.scope(),
            followed: *followed,
        };
        render(&content, Reader { traits, event: vars }, &links).map_err(|it| it.to_string())
    }
}
