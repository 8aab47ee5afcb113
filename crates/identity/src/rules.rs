//! The limits and the list of placeholders, and the closed list of refusals.

use model::{Identifier, IdentifierKind, MergeId, PersonId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::fmt;

/// How long a value may be. Browser and push tokens stay under 300 bytes; anything beyond this is a
/// document in the wrong field, and it would be a key of the directory.
pub const VALUE_BYTES_MAX: usize = 512;

/// The longest placeholder that can be on the list: longer values are not compared with it, so that
/// an ordinary id costs nothing.
pub const PLACEHOLDER_BYTES_MAX: usize = 40;

/// The shortest full numbers in use have seven digits (Niue: +683 and four), and some senders leave the
/// country code out; fewer than five digits is an extension, a short code or a slip.
const PHONE_DIGITS_MIN: usize = 5;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    pub limits: Limits,
    pub blocklist: Blocklist,
}

/// How many identifiers of a kind one person may have. A person beyond them is almost always many
/// people who share a device, a desk or a faulty integration. A `user_id` has no setting: it is
/// always one, or the guard would mean nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub email: u32,
    pub phone: u32,
    pub handle: u32,
    pub device_token: u32,
    pub anonymous_id: u32,
}

/// Values that programs send where they have no value. Compared without regard to case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blocklist {
    /// Whole values, for every kind.
    pub values: BTreeSet<String>,
    /// Local parts of e-mail addresses: `test` blocks `test@` at every domain.
    pub mailboxes: BTreeSet<String>,
}

/// Why an identifier did not come along. Closed: each case is counted and shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "refusal")]
pub enum Refusal {
    /// A placeholder such as "null".
    Blocked,
    /// An address without the shape of one.
    Malformed,
    /// More than [`VALUE_BYTES_MAX`].
    TooLong,
    /// It belongs to a person with another `user_id`: a shared device, inbox or phone.
    OtherUser { owner: PersonId },
    /// It is a second `user_id` for a person that has one.
    SecondUser,
    /// It belongs to a person from whom this one was parted, by undoing that merge.
    KeptApart { owner: PersonId, merge: MergeId },
    /// The person would have more than `limit` identifiers of `kind`.
    Limit { kind: IdentifierKind, limit: u32 },
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            // Private, work, study, an old one, an alias for shops. Five is also where other
            // profile systems start; a desk that signs up visitors is past it within the hour.
            email: 5,
            // Mobile, work, home, and a foreign SIM or two.
            phone: 5,
            // One or two accounts on each network that listening knows.
            handle: 10,
            // Three devices that renew their token with every reinstallation, for some years.
            device_token: 20,
            // A browser that forgets script cookies after seven days makes 52 a year, so two years
            // of weekly visits. At 70 stored bytes each it is also 7 KB of a record of 16 KB.
            anonymous_id: 100,
        }
    }
}

impl Limits {
    pub fn of(&self, kind: IdentifierKind) -> u32 {
        match kind {
            IdentifierKind::UserId => 1,
            IdentifierKind::Email => self.email,
            IdentifierKind::Phone => self.phone,
            IdentifierKind::Handle => self.handle,
            IdentifierKind::DeviceToken => self.device_token,
            IdentifierKind::AnonymousId => self.anonymous_id,
        }
    }
}

impl Default for Blocklist {
    fn default() -> Blocklist {
        let set = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect();
        Blocklist {
            values: set(&[
                "(null)",
                "(none)",
                "-",
                "-1",
                "123456789",
                "1234567890",
                "[object object]",
                "anonymous",
                "false",
                "guest",
                "n/a",
                "na",
                "nan",
                "nil",
                "none",
                "not set",
                "null",
                "true",
                "undefined",
                "unknown",
                "user_id",
                "userid",
            ]),
            mailboxes: set(&[
                "anonymous",
                "guest",
                "no-email",
                "no-reply",
                "noemail",
                "none",
                "noreply",
                "null",
                "test",
                "undefined",
                "unknown",
            ]),
        }
    }
}

impl Blocklist {
    pub fn holds(&self, identifier: &Identifier) -> bool {
        let value = identifier.value.trim();
        let listed = |set: &BTreeSet<String>, text: &str| {
            text.len() <= PLACEHOLDER_BYTES_MAX && set.contains(&text.to_lowercase())
        };
        if is_blank(value) || is_unfilled_template(value) || listed(&self.values, value) {
            return true;
        }
        match identifier.kind {
            IdentifierKind::Email => {
                value.split_once('@').is_some_and(|(local, _)| listed(&self.mailboxes, local))
            }
            IdentifierKind::Phone => is_one_digit_repeated(value),
            IdentifierKind::UserId
            | IdentifierKind::Handle
            | IdentifierKind::DeviceToken
            | IdentifierKind::AnonymousId => false,
        }
    }
}

impl Rules {
    /// Why this value can be nobody's identifier, if so.
    pub fn refuses(&self, identifier: &Identifier) -> Option<Refusal> {
        if VALUE_BYTES_MAX < identifier.value.len() {
            Some(Refusal::TooLong)
        } else if self.blocklist.holds(identifier) {
            Some(Refusal::Blocked)
        } else if !has_the_shape_of_its_kind(identifier) {
            Some(Refusal::Malformed)
        } else {
            None
        }
    }
}

impl Refusal {
    /// The stable code used in metrics and stored rows.
    pub fn code(&self) -> &'static str {
        match self {
            Refusal::Blocked => "blocked",
            Refusal::Malformed => "malformed",
            Refusal::TooLong => "too_long",
            Refusal::OtherUser { .. } => "other_user",
            Refusal::SecondUser => "second_user",
            Refusal::KeptApart { .. } => "kept_apart",
            Refusal::Limit { .. } => "limit",
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::Blocked => f.write_str("the value is a placeholder, not an identifier"),
            Refusal::Malformed => f.write_str("the value does not have the form of an address"),
            Refusal::TooLong => {
                write!(f, "the value is longer than {VALUE_BYTES_MAX} bytes")
            }
            Refusal::OtherUser { owner } => {
                write!(f, "it belongs to {owner}, who has another user id")
            }
            Refusal::SecondUser => f.write_str("the person already has another user id"),
            Refusal::KeptApart { owner, merge } => {
                write!(f, "it belongs to {owner}, from whom merge {merge} was undone")
            }
            Refusal::Limit { kind, limit } => {
                write!(f, "the person would have more than {limit} of kind {}", kind.name())
            }
        }
    }
}

/// Nothing but zeros and separators: an empty value, `0`, `0000…`, the zero UUID, `+00 00`.
fn is_blank(value: &str) -> bool {
    value.chars().all(|c| matches!(c, '0' | '-' | '.' | ':' | '+' | ' ' | '{' | '}'))
}

/// `{{ user.id }}`, `%EMAIL%`, `${id}`, `*|EMAIL|*`: a tag that the sender's template did not fill.
fn is_unfilled_template(value: &str) -> bool {
    let between = |open, close| value.starts_with(open) && value.ends_with(close);
    value.contains("{{")
        || value.contains("${")
        || between("*|", "|*")
        || (2 < value.len() && between("%", "%"))
}

fn is_one_digit_repeated(value: &str) -> bool {
    let mut digits = value.chars().filter(char::is_ascii_digit);
    match digits.next() {
        Some(first) => digits.all(|it| it == first),
        None => true,
    }
}

fn has_the_shape_of_its_kind(identifier: &Identifier) -> bool {
    let value = &identifier.value;
    match identifier.kind {
        // Only what no address can lack; whether mail arrives is for the mail server to say.
        IdentifierKind::Email => value.rsplit_once('@').is_some_and(|(local, domain)| {
            !local.is_empty()
                && !domain.is_empty()
                && !value.chars().any(|c| c.is_whitespace() || c.is_control())
        }),
        IdentifierKind::Phone => {
            PHONE_DIGITS_MIN <= value.chars().filter(char::is_ascii_digit).count()
        }
        IdentifierKind::UserId
        | IdentifierKind::Handle
        | IdentifierKind::DeviceToken
        | IdentifierKind::AnonymousId => !value.chars().any(char::is_control),
    }
}
