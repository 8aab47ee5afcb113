//! A content as one person would get it, sent to somebody of the team instead.
//!
//! It is no message: nobody's ledger, caps or runs know of it. Its links lead straight to where they
//! say, and those to a person's choices to nobody's, or whoever tries the mail would change what a
//! customer wished.

use crate::{Keys, Loaded};
use content::{Links, Reader};
use model::{CampaignName, Channel, ContentName, Identifier, Map, MessageId, PersonId, Timestamp};
use port::{Envelope, Payload, Person};

/// Before the subject, so that nobody takes it for the real one.
const MARK: &str = "[Test] ";

/// Nobody and nothing has these numbers.
const NOBODY: PersonId = PersonId(u64::MAX);
const NOTHING: MessageId = MessageId(u64::MAX);

/// The mail that `person` would get of a broadcast's content, for the address `to`. The error says
/// what in the content cannot be written for this person.
pub fn rehearse(
    loaded: &Loaded,
    keys: &Keys,
    person: &Person,
    (campaign, content): (&CampaignName, &ContentName),
    to: Identifier,
    now: Timestamp,
) -> Result<Envelope, String> {
    let found = loaded.programme.contents.get(content);
    let content = found.ok_or_else(|| format!("there is no content `{content}`"))?;
    let traits: Map =
        person.profile.traits.iter().map(|(name, it)| (name.clone(), it.value.clone())).collect();
    let scope = format!("broadcast/{campaign}");
    let links = Links {
        key: &keys.link,
        person: NOBODY,
        message: NOTHING,
        campaign: &scope,
        followed: false,
    };
    let reader = Reader { traits: &traits, event: &Map::new() };
    let brand = &loaded.programme.brand;
    let email = content::email(content, brand, reader, &links, &[]).map_err(|it| it.to_string())?;
    let domain = brand.from_address.rsplit_once('@').map_or("localhost", |it| it.1);
    let payload = Payload::Email {
        from: brand.from_address.clone(),
        from_name: brand.from_name.clone(),
        subject: format!("{MARK}{}", email.subject),
        html: email.html,
        text: email.text,
        headers: email.headers,
        message_id: format!("test.{}@{domain}", now.0),
    };
    let key = format!("test/{campaign}/{}", now.0);
    Ok(Envelope { message: NOTHING, key, channel: Channel::Email, to, at: now, payload })
}
