//! What a person can be known by.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Kinds in the order of their rank: the first is the strongest claim about who somebody is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    UserId,
    Email,
    Phone,
    Handle,
    DeviceToken,
    AnonymousId,
}

/// One way to recognise a person. The value is normalised: e-mail in lower case without spaces
/// around it, phone with only digits and a leading plus.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Identifier {
    pub kind: IdentifierKind,
    pub value: String,
}

impl IdentifierKind {
    pub const ALL: [IdentifierKind; 6] = [
        IdentifierKind::UserId,
        IdentifierKind::Email,
        IdentifierKind::Phone,
        IdentifierKind::Handle,
        IdentifierKind::DeviceToken,
        IdentifierKind::AnonymousId,
    ];

    pub fn name(self) -> &'static str {
        match self {
            IdentifierKind::UserId => "user_id",
            IdentifierKind::Email => "email",
            IdentifierKind::Phone => "phone",
            IdentifierKind::Handle => "handle",
            IdentifierKind::DeviceToken => "device_token",
            IdentifierKind::AnonymousId => "anonymous_id",
        }
    }

    pub fn from_name(name: &str) -> Option<IdentifierKind> {
        IdentifierKind::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl Identifier {
    pub fn new(kind: IdentifierKind, value: &str) -> Identifier {
        let value = value.trim();
        let value = match kind {
            IdentifierKind::Email => value.to_lowercase(),
            IdentifierKind::Phone => {
                value.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
            }
            IdentifierKind::UserId
            | IdentifierKind::Handle
            | IdentifierKind::DeviceToken
            | IdentifierKind::AnonymousId => value.to_owned(),
        };
        Identifier { kind, value }
    }

    pub fn user_id(value: &str) -> Identifier {
        Identifier::new(IdentifierKind::UserId, value)
    }

    pub fn email(value: &str) -> Identifier {
        Identifier::new(IdentifierKind::Email, value)
    }

    pub fn anonymous_id(value: &str) -> Identifier {
        Identifier::new(IdentifierKind::AnonymousId, value)
    }

    /// For logs and error messages: enough to recognise, too little to use.
    pub fn masked(&self) -> String {
        let first: String = self.value.chars().take(1).collect();
        match (self.kind, self.value.rsplit_once('@')) {
            (IdentifierKind::Email, Some((_, domain))) => format!("{first}…@{domain}"),
            _ => format!("{}:{first}…", self.kind.name()),
        }
    }
}

impl fmt::Display for Identifier {
    /// `kind:value`, the form that commands and the API take.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind.name(), self.value)
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl std::str::FromStr for Identifier {
    type Err = String;

    /// Reads `kind:value`; text with an `@` and no kind is an e-mail address, other text a user id.
    fn from_str(text: &str) -> Result<Identifier, String> {
        let text = text.trim();
        if text.is_empty() {
            return Err("an identifier cannot be empty; write user_id:42 or an address".to_owned());
        }
        if let Some((kind, value)) = text.split_once(':')
            && let Some(kind) = IdentifierKind::from_name(kind)
        {
            return Ok(Identifier::new(kind, value));
        }
        let kind = if text.contains('@') { IdentifierKind::Email } else { IdentifierKind::UserId };
        Ok(Identifier::new(kind, text))
    }
}
