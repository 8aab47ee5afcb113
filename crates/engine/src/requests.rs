//! Mails that a person asks for: a link that confirms, and one that opens all their choices.

use crate::batch::{Batch, Working};
use crate::contact::Wanted;
use crate::{Engine, Loaded};
use content::Link;
use decision::Statement;
use model::{
    Channel, ContentName, Event, Identifier, IdentifierKind, Map, Message, Origin, Request, Span,
    Value,
};
use port::{Person, Sections};

/// How long a mailed link proves who reads the address.
pub const LINK_LASTS: Span = Span::HOUR;

/// A request waits this long for its mail to leave; later it would only surprise.
const EXPIRES_AFTER: Span = Span::HOUR;

/// Somebody else may type an address into a form; its owner gets one mail a day, and three a month.
const CONFIRMATIONS: [(usize, Span); 2] = [(1, Span::DAY), (3, Span::days(30))];

const LINKS: [(usize, Span); 2] = [(1, Span::MINUTE), (5, Span::DAY)];

impl Engine {
    /// Takes what an event states about consent, as the policy has it, and asks for confirmations.
    pub(crate) fn take_statements(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        event: &Event,
        stated: Vec<Statement>,
    ) {
        if stated.is_empty() {
            return;
        }
        working.changed(Sections::CONSENTS);
        let (said, pending) = record_statements(&mut working.person, event, stated, &self.loaded);
        for it in &said {
            self.reopen(working, batch, event, it);
        }
        if let Some(address) = pending.filter(|_| !is_confirmed(event)) {
            self.mail_on_request(working, batch, Request::Confirmation, address);
        }
    }

    /// Mails what the person asked for to their address, unless that was done a moment ago.
    pub(crate) fn mail_on_request(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        what: Request,
        to: Identifier,
    ) {
        let now = batch.now;
        let consents = &mut working.person.consents;
        let limits = match what {
            Request::Confirmation if consents.unconfirmed(&to, now).is_empty() => return,
            Request::Confirmation => &CONFIRMATIONS,
            Request::Link => &LINKS,
        };
        if !self.providers.contains(Channel::Email) || !consents.may_ask(&to, what, now, limits) {
            return;
        }
        working.changed(Sections::CONSENTS);
        let loaded = self.loaded.clone();
        let person = working.person.id;
        let wanted = Wanted {
            origin: Origin::Request { what },
            key: format!("request/{}/{person}/{}", what.name(), now.millis()),
            content: self.content_for(&working.person, what),
            channels: vec![Channel::Email],
            class: None,
            value: 0.0,
            vars: Map::new(),
            pinned: None,
            to: Some(to),
            expires: now + EXPIRES_AFTER,
        };
        self.want(working, batch, wanted, &loaded);
    }

    /// In the person's language, if there is one in it.
    fn content_for(&self, person: &Person, what: Request) -> ContentName {
        let locale = person.profile.traits.get("locale").and_then(|it| it.value.as_text());
        let language = locale.unwrap_or_default().split(['-', '_']).next().unwrap_or_default();
        let own = ContentName::from(&*format!("{}.{}", what.content(), language.to_lowercase()));
        match self.loaded.programme.contents.contains_key(&own) {
            true => own,
            false => ContentName::from(what.content()),
        }
    }

    /// The link that the message is about; none for other messages.
    pub(crate) fn requested_link(&self, message: &Message) -> Option<String> {
        let Origin::Request { what } = &message.origin else { return None };
        let (person, id) = (message.person, message.id);
        let link = match what {
            Request::Confirmation => Link::Confirm { person, message: id },
            Request::Link => {
                Link::Fresh { person, message: id, until: message.created + LINK_LASTS }
            }
        };
        Some(link.address(&self.loaded.programme.brand.base_url, &self.keys.link))
    }
}

/// Records what an event states as the policy has it. Returns what was recorded, and the address that
/// is to be confirmed.
pub(crate) fn record_statements(
    person: &mut Person,
    event: &Event,
    stated: Vec<Statement>,
    loaded: &Loaded,
) -> (Vec<Statement>, Option<Identifier>) {
    let policy = &loaded.programme.policy;
    let address = address_of(event, person);
    let (mut pending, mut recorded) = (false, Vec::new());
    for statement in stated {
        let known = &person.consents;
        let confirmed = is_confirmed(event);
        let said = decision::received(statement, policy, address.as_ref(), confirmed, known);
        for it in said {
            pending |= it.state == decision::ConsentState::Unconfirmed;
            person.consents.record(it.clone());
            recorded.push(it);
        }
    }
    let asks = pending && policy.double_opt_in.contains(Channel::Email);
    (recorded, address.filter(|_| asks))
}

/// Whoever sent the event has confirmed the address, now or long ago.
fn is_confirmed(event: &Event) -> bool {
    event.flags.historical || event.properties.get("confirmed") == Some(&Value::Bool(true))
}

/// The e-mail address that a statement came with, if it is the person's; else the one they use.
fn address_of(event: &Event, person: &Person) -> Option<Identifier> {
    let is_own = |it: &Identifier| it.kind == IdentifierKind::Email && person.known.has(it);
    let own = event.identifiers().into_iter().find(is_own);
    own.or_else(|| person.known.best(IdentifierKind::Email).cloned())
}
