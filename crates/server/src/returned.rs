//! What a mail that came back means for whom, however it was handed over.
//!
//! Mails can be forged, so nothing is believed that does not name a message of ours by its unguessable id.

use crate::app::hex;
use crate::pages::own_event;
use crate::problem::Problem;
use decision::Suppression;
use engine::Keys;
use listening::Incoming;
use model::{Identifier, IdentifierKind, Map, Message, Timestamp, Value};
use port::{MAIL_BYTES_MAX, Person, Views};
use record::{Act, Fact};

/// How much of a mail's fingerprint makes its event's id: as many bits as a random one has.
const ID_BYTES: usize = 16;

/// A mail that was understood.
pub(crate) struct Returned {
    /// The name of the event that such a mail becomes.
    pub kind: &'static str,
    /// What is to be stored; none if it is about no message of ours.
    pub fact: Option<Fact>,
}

/// What closes an address goes before everything that waits. Everything else is an event like others, and stands
/// where others do.
pub(crate) fn is_urgent(fact: &Fact) -> bool {
    fact.acts.iter().any(|it| matches!(it, Act::Suppress(_)))
}

/// Reads a mail against the committed state. The same mail gives an event of the same id, so that one which is
/// handed over twice, or read again after a crash, counts once.
pub(crate) fn read(
    views: &dyn Views,
    keys: &Keys,
    mail: &[u8],
    now: Timestamp,
) -> Result<Returned, Problem> {
    let incoming = listening::read_mail(mail);
    let about = about(views, keys, &incoming)?;
    let fact = about.map(|(message, person)| {
        let mut fact = fact_of(&incoming, &message, &person, now);
        fact.event.message_id = Some(fingerprint(mail));
        fact
    });
    Ok(Returned { kind: incoming.event_name(), fact })
}

/// Of what every way of handing over has of it.
fn fingerprint(mail: &[u8]) -> String {
    let hash = blake3::hash(&mail[..mail.len().min(MAIL_BYTES_MAX)]);
    format!("mail-{}", hex(&hash.as_bytes()[..ID_BYTES]))
}

/// The message that the mail names, if the name is ours, and its person.
fn about(
    views: &dyn Views,
    keys: &Keys,
    incoming: &Incoming,
) -> Result<Option<(Message, Person)>, Problem> {
    let Some(mail_id) = incoming.original_message_id() else { return Ok(None) };
    let Some(id) = engine::claimed_message(mail_id) else { return Ok(None) };
    let Some(message) = views.message(id)? else { return Ok(None) };
    if !engine::is_mail_id(keys, &message, mail_id) {
        return Ok(None);
    }
    let person = views.load(&[views.current(message.person)?])?.pop();
    Ok(person.map(|it| (message, it)))
}

fn fact_of(incoming: &Incoming, message: &Message, person: &Person, now: Timestamp) -> Fact {
    let mut properties = Map::new();
    let mut put = |name: &str, value: &str| {
        if !value.is_empty() {
            properties.insert(name.to_owned(), Value::Text(value.to_owned()));
        }
    };
    put("message", &message.id.to_string());
    put("content", message.content.as_str());
    put("status", incoming.status().unwrap_or_default());
    if let Some(answer) = incoming.answer() {
        put("subject", &answer.subject);
        put("text", &answer.text);
        put("reply_to", answer.reply_to.as_deref().unwrap_or_default());
        // Whoever else answered, such as a colleague it was forwarded to, does not become this person.
        let is_theirs = |it: &&String| person.known.has(&Identifier::email(it));
        put("from", answer.from.as_ref().filter(|it| !is_theirs(it)).map_or("", |it| it));
    }
    let mut acts = Vec::new();
    if let (Some(reason), Some(address)) = (incoming.suppresses(), address(incoming, person)) {
        acts.push(Act::Suppress(Suppression { address, reason, at: now }));
    }
    if let Some(delivered) = incoming.delivered() {
        let detail = incoming.status().unwrap_or_default().to_owned();
        acts.push(Act::Settle { message: message.id, delivered, detail });
    }
    let event = own_event(incoming.event_name(), properties, now);
    Fact { event, person: Some(person.id), acts }
}

/// The address that the mail is about: the one it names if that is the person's, or the only one.
fn address(incoming: &Incoming, person: &Person) -> Option<Identifier> {
    match incoming.recipient() {
        Some(recipient) => {
            let named = Identifier::email(recipient);
            person.known.has(&named).then_some(named)
        }
        None => {
            let mut known = person.known.of_kind(IdentifierKind::Email);
            let only = known.next().map(|it| it.0.clone());
            if known.next().is_some() { None } else { only }
        }
    }
}
