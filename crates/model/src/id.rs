//! Typed ids: two of different kinds cannot be mixed up.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($prefix, "{}"), self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = String;

            /// Reads what `Display` writes, and the bare number too.
            fn from_str(text: &str) -> Result<$name, String> {
                let digits = text.strip_prefix($prefix).unwrap_or(text);
                digits
                    .parse()
                    .map($name)
                    .map_err(|_| format!(concat!("`{}` is not an id such as ", $prefix, "42"), text))
            }
        }
    };
}

macro_rules! named {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            pub fn new(text: impl Into<String>) -> $name {
                $name(text.into())
            }

            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> $name {
                $name(text.to_owned())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    };
}

numbered!(
    /// A person. Numbers rise with the order in which persons were first seen.
    PersonId,
    "p"
);
numbered!(
    /// A message from candidate to end: one id for its whole life.
    MessageId,
    "m"
);
numbered!(
    /// One person's way through one version of a journey.
    RunId,
    "r"
);
numbered!(
    /// A merge of two persons, by which it can be undone.
    MergeId,
    "j"
);
named!(
    /// Where events come from; the scope within which a `messageId` is unique.
    SourceId
);
named!(
    /// What a person can subscribe to, for example "product news".
    Topic
);
named!(
    /// The name of a content document.
    ContentName
);
named!(
    /// The name of a journey.
    JourneyName
);
named!(
    /// The name of a broadcast.
    CampaignName
);
