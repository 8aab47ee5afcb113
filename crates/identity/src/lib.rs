//! Which identifiers are one person: join, merge, guard, and the record from which a merge is undone.
//!
//! Deterministic: the same identifiers, claims and rules always give the same [`Resolution`]. The
//! engine looks up who owns the identifiers of an event, asks [`resolve`], and carries out the
//! answer: it creates, loads or merges persons and writes what was joined into the directory.
//!
//! The rules, in the order in which they are applied:
//!
//! 1. A placeholder (`null`, `test@…`, all zeros) or something that cannot be an address is nobody's
//!    identifier. An event with nothing else is [`Outcome::Nobody`].
//! 2. The event goes to the person of its strongest identifier; kinds rank as in
//!    [`model::IdentifierKind`]. An event with a `user_id` therefore always goes to that user.
//! 3. The other identifiers follow in order of rank. One that nobody owns joins the person. One that
//!    somebody else owns merges that person in, unless rule 4, 5 or 6 says no.
//! 4. *Guard*: two persons that have different `user_id`s never become one, whether by cookie,
//!    e-mail, phone or an explicit `alias`; so no person ever has two. On a shared device the cookie
//!    stays with the person who brought it first and is not taken over by the next one who signs in:
//!    what was done before the second sign-in belongs to the first person, moving the cookie would move
//!    that history to a stranger, and later events of the second person carry their `user_id` anyway.
//! 5. *Limit*: a person has at most so many identifiers of a kind ([`Limits`]). Beyond it the new
//!    one is refused. An old one is never dropped: what was accepted stays valid until erased.
//! 6. *Kept apart*: two persons whose merge was undone do not become one again by anything that an
//!    event carries, until somebody allows it. The event goes to its strongest identifier's person.
//! 7. The survivor of a merge is the person with the `user_id`, else the one created first, else the one
//!    with the lower id. The survivor keeps every identifier of both.
//!
//! Each identifier that did not come along is returned with its [`Refusal`]; nothing is silent.

mod halves;
mod known;
mod resolve;
mod rules;

pub use halves::{Half, Halves, UndoRefusal};
pub use known::{Known, MergeRecord};
pub use resolve::{
    Claim, Merger, Outcome, Resolution, previous_candidates, previous_identifier, resolve,
};
pub use rules::{Blocklist, Limits, PLACEHOLDER_BYTES_MAX, Refusal, Rules, VALUE_BYTES_MAX};

#[cfg(test)]
mod tests;
