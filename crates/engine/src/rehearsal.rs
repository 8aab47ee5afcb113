//! A content as one person would get it, sent to somebody of the team instead.
//!
//! It is no message: nobody's ledger, caps or runs know of it. Its links lead straight to where they
//! say, and those to a person's choices to nobody's, or whoever tries it would change what a customer
//! wished.

use crate::{Keys, Loaded};
use content::{Links, Reader};
use model::{Channel, ContentName, Identifier, Map, MessageId, PersonId, Timestamp};
use port::{Envelope, Payload};

/// Before the subject or the title, so that nobody takes it for the real one.
const MARK: &str = "[Test] ";

/// Nobody and nothing has these numbers.
const NOBODY: PersonId = PersonId(u64::MAX);
pub(crate) const NOTHING: MessageId = MessageId(u64::MAX);

/// What is tried, and as whom.
#[derive(Clone, Copy, Debug)]
pub struct Rehearsal<'a> {
    pub content: &'a ContentName,
    /// Of the person as whom it is written.
    pub traits: &'a Map,
    /// What templates call `event.*`.
    pub event: &'a Map,
    pub channel: Channel,
}

/// What leaves for the address `to`. The error says what in the content cannot be written so.
pub fn rehearse(
    loaded: &Loaded,
    keys: &Keys,
    tried: Rehearsal,
    to: Identifier,
    now: Timestamp,
) -> Result<Envelope, String> {
    let Rehearsal { content: name, traits, event, channel } = tried;
    let found = loaded.programme.contents.get(name);
    let content = found.ok_or_else(|| format!("there is no content `{name}`"))?;
    let campaign = format!("test/{name}");
    let links = Links {
        key: &keys.link,
        person: NOBODY,
        message: NOTHING,
        campaign: &campaign,
        followed: false,
    };
    let reader = Reader { traits, event };
    let brand = &loaded.programme.brand;
    let payload = match channel {
        Channel::Email => {
            let email = content::email(content, brand, reader, &links, &[]);
            let email = email.map_err(|it| it.to_string())?;
            let domain = brand.from_address.rsplit_once('@').map_or("localhost", |it| it.1);
            Payload::Email {
                from: brand.from_address.clone(),
                from_name: brand.from_name.clone(),
                subject: format!("{MARK}{}", email.subject),
                html: email.html,
                text: email.text,
                headers: email.headers,
                message_id: format!("test.{}@{domain}", now.0),
            }
        }
        Channel::Push | Channel::Onsite | Channel::Social | Channel::Sms | Channel::Webhook => {
            let short = content::short(content, channel, brand, reader, &links);
            let short = short.map_err(|it| it.to_string())?;
            // A text message has no title.
            let (title, body) = match short.title.is_empty() {
                true => (String::new(), format!("{MARK}{}", short.body)),
                false => (format!("{MARK}{}", short.title), short.body),
            };
            Payload::Short { title, body, label: short.label, url: short.url }
        }
    };
    let key = format!("{campaign}/{}/{}", channel.name(), now.0);
    Ok(Envelope { message: NOTHING, key, channel, to, at: now, payload })
}
