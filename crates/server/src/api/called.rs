//! What calls about one person have in common: whom they are about, and their idempotency key.

use crate::app::{Shared, hex};
use crate::problem::Problem;
use axum::http::HeaderMap;
use model::{Channel, Event, Identifier, IdentifierKind, Map, PersonId, Value};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The source under which calls that begin journeys are told apart by their idempotency key.
pub(super) const CALLS: &str = "api";

/// The same of ordered messages: a source of its own, or a journey of an unlucky name would share keys with
/// them.
pub(super) const ORDERS: &str = "api/messages";

/// The longest idempotency key: room for a UUID with a prefix.
const KEY_CHARS_MAX: usize = 200;

/// Whom it is about: somebody known by their id, or whoever has these identifiers, who may be new.
#[derive(Serialize, Deserialize, ToSchema)]
pub struct Whom {
    /// A person's id such as `p12`.
    #[serde(default)]
    #[schema(nullable = false)]
    pub person: Option<String>,
    #[serde(default)]
    #[schema(nullable = false)]
    pub user_id: Option<String>,
    #[serde(default)]
    #[schema(nullable = false)]
    pub email: Option<String>,
    #[serde(default)]
    #[schema(nullable = false)]
    pub phone: Option<String>,
}

impl Whom {
    /// Puts the identifiers into the event; the person where the call says who it is.
    pub async fn name(
        &self,
        shared: &Shared,
        event: &mut Event,
    ) -> Result<Option<PersonId>, Problem> {
        let identifiers = [&self.user_id, &self.email, &self.phone];
        let is_named = identifiers.iter().any(|it| it.is_some());
        let id = match &self.person {
            Some(id) if !is_named => id.parse::<PersonId>().map_err(Problem::bad)?,
            None if is_named => {
                self.identify(event);
                return Ok(None);
            }
            Some(_) | None => {
                let text = "say for whom: `person`, or one or more of `user_id`, `email`, `phone`";
                return Err(Problem::bad(text));
            }
        };
        let known = shared.read(move |views| Ok(!views.load(&[views.current(id)?])?.is_empty()));
        match known.await? {
            true => Ok(Some(id)),
            false => Err(Problem::not_found(format!("nobody has the id {id}"))),
        }
    }

    /// The one of its addresses by which the first of these channels reaches somebody.
    pub fn address(&self, channels: &[Channel]) -> Option<Identifier> {
        let email = self.email.as_deref().map(Identifier::email);
        let phone = self.phone.as_deref().map(|it| Identifier::new(IdentifierKind::Phone, it));
        let of_channel = |it: &Channel| {
            let mut named = [&email, &phone].into_iter().flatten();
            named.find(|address| it.reached_by().contains(&address.kind)).cloned()
        };
        channels.iter().find_map(of_channel)
    }

    fn identify(&self, event: &mut Event) {
        event.user_id.clone_from(&self.user_id);
        let email = self.email.as_deref().map(|it| ("email", Identifier::email(it).value));
        let phone = self.phone.clone().map(|it| ("phone", it));
        let traits: Map = [email, phone]
            .into_iter()
            .flatten()
            .map(|(name, it)| (name.to_owned(), Value::Text(it)))
            .collect();
        if !traits.is_empty() {
            event.context.insert("traits".to_owned(), Value::Map(traits));
        }
    }
}

/// The key of the body or of the header `Idempotency-Key`; one of our own if neither says it.
pub(super) fn idempotency_key(
    headers: &HeaderMap,
    given: Option<String>,
) -> Result<String, Problem> {
    let header = headers.get("idempotency-key").and_then(|it| it.to_str().ok());
    let key = given.or(header.map(str::to_owned));
    let key = key.unwrap_or_else(|| hex(&crate::app::random::<16>()));
    if key.is_empty() || KEY_CHARS_MAX < key.chars().count() {
        let text = format!("an idempotency key has 1 to {KEY_CHARS_MAX} characters");
        return Err(Problem::bad(text));
    }
    Ok(key)
}
