//! Mails that a person asks for: a link that confirms, and one that opens all their choices.

use crate::batch::{Batch, Working};
use crate::contact::Wanted;
use crate::{Engine, Loaded};
use content::Link;
use decision::{Confirmation, Statement};
use model::{
    Channel, ContentName, Event, Identifier, IdentifierKind, Map, Message, Origin, Purpose,
    Request, Span, Value,
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
        if let Some(address) = pending.filter(|_| confirmation(event) != Confirmation::Given) {
            let named = event.properties.get("confirmation").and_then(Value::as_text);
            let named = named.map(ContentName::from);
            self.mail_on_request(working, batch, Request::Confirmation, address, named);
        }
    }

    /// Mails what the person asked for to their address, unless that was done a moment ago: in the words
    /// of the content that is named, if it may be used so.
    pub(crate) fn mail_on_request(
        &mut self,
        working: &mut Working,
        batch: &mut Batch,
        what: Request,
        to: Identifier,
        named: Option<ContentName>,
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
        let named = named.filter(|it| {
            let content = loaded.programme.contents.get(it);
            content.is_some_and(|it| it.purpose == Purpose::Transactional)
        });
        let wanted = Wanted {
            origin: Origin::Request { what },
            key: format!("request/{}/{person}/{}", what.name(), now.millis()),
            content: named.unwrap_or_else(|| self.content_for(&working.person, what)),
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
        let confirmation = confirmation(event);
        let said = decision::received(statement, policy, address.as_ref(), confirmation, known);
        for it in said {
            pending |= it.state == decision::ConsentState::Unconfirmed;
            person.consents.record(it.clone());
            recorded.push(it);
        }
    }
    let is_asked = confirmation(event) == Confirmation::Needed;
    let asks = pending && (is_asked || policy.double_opt_in.contains(Channel::Email));
    (recorded, address.filter(|_| asks))
}

/// Whether whoever sent the event has confirmed the address, now or long ago, or promised to ask.
fn confirmation(event: &Event) -> Confirmation {
    let is_said = |name: &str| event.properties.get(name) == Some(&Value::Bool(true));
    if event.flags.historical || is_said("confirmed") {
        Confirmation::Given
    } else if is_said("confirm") {
        Confirmation::Needed
    } else {
        Confirmation::AsPolicy
    }
}

/// The e-mail address that a statement came with, if it is the person's; else the one they use.
fn address_of(event: &Event, person: &Person) -> Option<Identifier> {
    let is_own = |it: &Identifier| it.kind == IdentifierKind::Email && person.known.has(it);
    let own = event.identifiers().into_iter().find(is_own);
    own.or_else(|| person.known.best(IdentifierKind::Email).cloned())
}
