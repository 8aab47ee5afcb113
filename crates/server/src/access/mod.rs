//! Who may use the API: the admin's password, sessions in a cookie, and tokens for programs.
//!
//! The catalog holds only hashes: `admin` is an argon2 text, `session/HASH` and `token/HASH` are
//! named by the blake3 hash of a random secret that only the bearer knows. Colleagues are in `team`.

mod bucket;
mod guard;
mod password;
pub(crate) mod team;

pub(crate) use guard::{foreign, guard};
pub(crate) use password::{is_right, password_problem};

use crate::app::{Settings, Shared, hex, random};
use crate::problem::Problem;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub(crate) use bucket::Bucket;
use model::{Span, Timestamp};
use port::{Entry, Space, StoreError, Views};
use serde::{Deserialize, Serialize};
use std::sync::{Mutex, PoisonError};
use tokio::sync::Semaphore;

pub(crate) const COOKIE: &str = "fulcrum_session";

/// A session ends two weeks after sign-in.
const SESSION_LIFE: Span = Span::days(14);

pub(crate) const ADMIN: &str = "admin";
const SESSION: &str = "session/";
const TOKEN: &str = "token/";

/// What the process remembers about people at the door.
pub(crate) struct Door {
    pub attempts: Bucket,
    /// Argon2 takes 19 MiB and 20 ms; two at a time leave room for everything else.
    pub hashing: Semaphore,
    /// The one-time token, until it was used.
    setup_token: Mutex<Option<String>>,
}

/// The stored form of sessions and tokens.
#[derive(Serialize, Deserialize)]
enum Form {
    #[serde(rename = "session.1")]
    Session {
        expires: Timestamp,
        /// Which member it is; none for the admin.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        who: Option<String>,
    },
    #[serde(rename = "token.1")]
    Token { name: String, created: Timestamp },
    #[serde(rename = "invite.1")]
    Invite { address: String, expires: Timestamp },
}

impl Door {
    pub fn new(settings: &Settings) -> Door {
        Door {
            attempts: Bucket::new(settings.limits.sign_ins_max, settings.limits.sign_in_every),
            hashing: Semaphore::new(2),
            setup_token: Mutex::new(settings.setup_token.clone().filter(|it| !it.is_empty())),
        }
    }

    /// Takes the one-time token if `given` is it. Who cannot finish puts it back.
    pub fn take_setup_token(&self, given: &str) -> bool {
        let mut token = self.setup_token.lock().unwrap_or_else(PoisonError::into_inner);
        let same = token.as_deref().is_some_and(|it| digest(it) == digest(given));
        if same {
            *token = None;
        }
        same
    }

    pub fn put_setup_token_back(&self, token: String) {
        *self.setup_token.lock().unwrap_or_else(PoisonError::into_inner) = Some(token);
    }
}

/// The entry that makes `password` the admin's.
pub fn password_entry(password: &str) -> Result<Entry, String> {
    Ok(Entry::put(Space::Access, ADMIN, password::hash(password)?))
}

/// A token for a program: the entry to store, and the secret, which is shown once.
pub fn new_token(name: &str, now: Timestamp) -> (Entry, String) {
    let secret = secret();
    let form = Form::Token { name: name.to_owned(), created: now };
    (entry(TOKEN, &secret, &form), secret)
}

/// A session of a member, or of the admin: the entry to store, and the cookie's value.
pub(crate) fn new_session(who: Option<String>, now: Timestamp) -> (Entry, String) {
    let secret = secret();
    (entry(SESSION, &secret, &Form::Session { expires: now + SESSION_LIFE, who }), secret)
}

pub(crate) fn end_of_session(secret: &str) -> Entry {
    Entry::delete(Space::Access, format!("{SESSION}{}", digest(secret)))
}

/// Deletions of the sessions that ended before `now`, and of all sessions of somebody who has a new
/// password: a member, or the admin for `Some(None)`.
pub(crate) fn ended_sessions(
    views: &dyn Views,
    now: Timestamp,
    new_password: Option<Option<&str>>,
) -> Result<Vec<Entry>, StoreError> {
    let is_over = |bytes: &[u8]| match serde_json::from_slice(bytes) {
        Ok(Form::Session { who, .. }) => {
            !is_alive(bytes, now) || new_password == Some(who.as_deref())
        }
        Ok(Form::Token { .. } | Form::Invite { .. }) | Err(_) => true,
    };
    let stored = views.list(Space::Access, SESSION)?.into_iter();
    Ok(stored.filter(|it| is_over(&it.1)).map(|it| Entry::delete(Space::Access, it.0)).collect())
}

pub(crate) fn admin(views: &dyn Views) -> Result<Option<String>, StoreError> {
    let stored = views.get(Space::Access, ADMIN)?;
    Ok(stored.and_then(|it| String::from_utf8(it).ok()).filter(|it| !it.is_empty()))
}

/// The value of our cookie.
pub(crate) fn cookie(headers: &HeaderMap) -> Option<String> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|it| it.to_str().ok());
    all.flat_map(|it| it.split(';'))
        .filter_map(|it| it.trim().split_once('='))
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value.to_owned())
}

/// The header that sets the cookie; an empty value ends it.
pub(crate) fn set_cookie(value: &str, secure: bool) -> HeaderValue {
    let age = if value.is_empty() { 0 } else { SESSION_LIFE.0 / 1_000 };
    let secure = if secure { "; Secure" } else { "" };
    let text =
        format!("{COOKIE}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    HeaderValue::from_str(&text).expect("the secret is base64")
}

/// How somebody proved who they are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Proof {
    Cookie,
    Bearer,
}

/// Whether the request carries a session or a token that holds.
pub(crate) async fn proof(shared: &Shared, headers: &HeaderMap) -> Result<Option<Proof>, Problem> {
    Ok(proven(shared, headers).await?.map(|it| it.0))
}

/// What [`actor`] says of tokens begins so, and no address of a member does: it has no blank.
const BY_TOKEN: &str = "token ";

/// Whether it was a token, which only those get who run the installation.
pub(crate) fn is_token(actor: &str) -> bool {
    actor.starts_with(BY_TOKEN)
}

/// Who asks, for what is kept of what they do: the admin, a member by address, or a token by name.
pub(crate) async fn actor(shared: &Shared, headers: &HeaderMap) -> Result<String, Problem> {
    Ok(match proven(shared, headers).await? {
        Some((Proof::Bearer, Form::Token { name, .. })) => format!("{BY_TOKEN}{name}"),
        Some((Proof::Cookie, Form::Session { who: Some(who), .. })) => who,
        Some((Proof::Bearer | Proof::Cookie, _)) | None => ADMIN.to_owned(),
    })
}

async fn proven(shared: &Shared, headers: &HeaderMap) -> Result<Option<(Proof, Form)>, Problem> {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|it| it.to_str().ok()).and_then(|it| {
            let (scheme, token) = it.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim().to_owned())
        });
    let (prefix, secret, proof) = match (bearer, cookie(headers)) {
        (Some(token), _) => (TOKEN, token, Proof::Bearer),
        (None, Some(session)) => (SESSION, session, Proof::Cookie),
        (None, None) => return Ok(None),
    };
    let (key, now) = (format!("{prefix}{}", digest(&secret)), shared.now());
    let stored = shared.read(move |views| Ok(views.get(Space::Access, &key)?)).await?;
    let form =
        stored.filter(|it| is_alive(it, now)).and_then(|it| serde_json::from_slice(&it).ok());
    Ok(form.map(|it| (proof, it)))
}

fn is_alive(bytes: &[u8], now: Timestamp) -> bool {
    match serde_json::from_slice(bytes) {
        Ok(Form::Session { expires, .. } | Form::Invite { expires, .. }) => now < expires,
        Ok(Form::Token { .. }) => true,
        Err(_) => false,
    }
}

fn entry(prefix: &str, secret: &str, form: &Form) -> Entry {
    let value = serde_json::to_vec(form).expect("plain data has a JSON form");
    Entry::put(Space::Access, format!("{prefix}{}", digest(secret)), value)
}

fn secret() -> String {
    URL_SAFE_NO_PAD.encode(random::<32>())
}

fn digest(secret: &str) -> String {
    hex(blake3::hash(secret.as_bytes()).as_bytes())
}
