//! Colleagues who sign in with their own address and password, beside the admin.
//!
//! An invitation is a link that sets a password once. The catalog holds `member/ADDRESS` with the
//! argon2 text, empty until then, and `invite/HASH` of the link's secret.

use super::{Form, SESSION, digest, entry, password, secret};
use model::{Span, Timestamp};
use port::{Entry, Space, StoreError, Views};
use std::collections::BTreeMap;

const MEMBER: &str = "member/";
const INVITE: &str = "invite/";

/// An invitation lies in a mailbox for a week; after that somebody else may read it.
const INVITE_LIFE: Span = Span::days(7);

/// A team, not a crowd: whoever needs more signs in through a provider of identities.
pub(crate) const MEMBERS_MAX: usize = 200;

/// The address as it is kept: nobody signs in twice by writing it in capitals.
pub(crate) fn address(text: &str) -> Option<String> {
    let text = text.trim().to_lowercase();
    let (name, host) = text.split_once('@')?;
    let is_plain =
        |it: &str| !it.is_empty() && !it.contains(|c: char| c.is_whitespace() || c == '/');
    let fits = is_plain(name) && is_plain(host) && !host.contains('@') && text.len() <= 254;
    fits.then_some(text)
}

/// Everybody, and whether they have set their password.
pub(crate) fn members(views: &dyn Views) -> Result<BTreeMap<String, bool>, StoreError> {
    let stored = views.list(Space::Access, MEMBER)?.into_iter();
    Ok(stored.map(|(key, hash)| (key[MEMBER.len()..].to_owned(), !hash.is_empty())).collect())
}

/// The argon2 text of a member's password; none for a stranger, and for who has not set one.
pub(crate) fn hash_of(views: &dyn Views, address: &str) -> Result<Option<String>, StoreError> {
    let stored = views.get(Space::Access, &format!("{MEMBER}{address}"))?;
    Ok(stored.and_then(|it| String::from_utf8(it).ok()).filter(|it| !it.is_empty()))
}

/// A member who can sign in once the link was used: the entries to store, and the link's secret.
/// Whoever has a password keeps it until then.
pub(crate) fn invite(address: &str, is_new: bool, now: Timestamp) -> (Vec<Entry>, String) {
    let secret = secret();
    let form = Form::Invite { address: address.to_owned(), expires: now + INVITE_LIFE };
    let mut entries = vec![entry(INVITE, &secret, &form)];
    if is_new {
        entries.push(Entry::put(Space::Access, format!("{MEMBER}{address}"), Vec::new()));
    }
    (entries, secret)
}

/// Whom an invitation is for, if it holds.
pub(crate) fn invited(
    views: &dyn Views,
    secret: &str,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let stored = views.get(Space::Access, &format!("{INVITE}{}", digest(secret)))?;
    Ok(match stored.and_then(|it| serde_json::from_slice(&it).ok()) {
        Some(Form::Invite { address, expires }) if now < expires => Some(address),
        Some(_) | None => None,
    })
}

/// The member's password, in exchange for the invitation.
pub(crate) fn accept(address: &str, secret: &str, password: &str) -> Result<Vec<Entry>, String> {
    let hash = password::hash(password)?;
    Ok(vec![
        Entry::put(Space::Access, format!("{MEMBER}{address}"), hash),
        Entry::delete(Space::Access, format!("{INVITE}{}", digest(secret))),
    ])
}

/// Nothing of this member opens the door any more: no password, invitation or session.
pub(crate) fn remove(views: &dyn Views, address: &str) -> Result<Vec<Entry>, StoreError> {
    let mut gone = vec![Entry::delete(Space::Access, format!("{MEMBER}{address}"))];
    let is_theirs = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Form::Session { who: Some(it), .. } | Form::Invite { address: it, .. }) => it == address,
        Ok(Form::Session { .. } | Form::Token { .. }) | Err(_) => false,
    };
    for prefix in [SESSION, INVITE] {
        let stored = views.list(Space::Access, prefix)?.into_iter();
        let theirs = stored.filter(|it| is_theirs(&it.1));
        gone.extend(theirs.map(|it| Entry::delete(Space::Access, it.0)));
    }
    Ok(gone)
}
