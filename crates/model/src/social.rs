//! Posts on social networks, which speak to everyone, in the form in which they leave.

use crate::Span;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Closed on purpose: each has its own way of counting, marking and threading.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Debug)]
#[serde(rename_all = "lowercase")]
pub enum Network {
    Bluesky,
    Mastodon,
    Linkedin,
    Facebook,
    Threads,
    X,
}

/// One post, or several of which each answers the one before (a thread).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub network: Network,
    /// At least one.
    pub parts: Vec<PostPart>,
    /// Such as `nl`, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPart {
    pub text: String,
    /// In the order of the text, and none over another.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub marks: Vec<Mark>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<PostImage>,
    /// Shown below the text; a part has images or a card.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<LinkCard>,
}

/// What a stretch of the text is. Some networks find it themselves, others have to be told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// Bytes of the text, from and to.
    pub start: usize,
    pub end: usize,
    pub what: Marked,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Marked {
    /// A whole address; the text may show it shortened.
    Link(String),
    /// Without its `#`.
    Tag(String),
    /// Without its `@`.
    Mention(String),
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostImage {
    pub url: String,
    pub alt: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkCard {
    pub url: String,
    pub title: String,
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<PostImage>,
}

/// Where a part stands, as the network calls it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostRef {
    pub id: String,
    /// For people; empty where the network does not say.
    #[serde(default)]
    pub url: String,
    /// What else the network needs to name it, such as the hash of a record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub hash: String,
}

/// What came of a part, all together since it stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostMetrics {
    pub likes: u64,
    pub reposts: u64,
    pub replies: u64,
    /// None where the network does not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clicks: Option<u64>,
}

/// How handing one part over ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Published {
    Done(PostRef),
    /// Not published; another try may do it.
    Later {
        detail: String,
        retry_after: Option<Span>,
    },
    /// Not published, and never in this form.
    Refused {
        detail: String,
    },
    /// Nobody knows.
    Lost {
        detail: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PublisherError {
    /// The account has to be connected anew: the token is broken, has ended or was taken back.
    SignIn(String),
    /// The network does not allow it.
    NotAllowed(String),
    /// It may work later.
    Later { detail: String, retry_after: Option<Span> },
}

impl Network {
    pub const ALL: [Network; 6] = [
        Network::Bluesky,
        Network::Mastodon,
        Network::Linkedin,
        Network::Facebook,
        Network::Threads,
        Network::X,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Network::Bluesky => "bluesky",
            Network::Mastodon => "mastodon",
            Network::Linkedin => "linkedin",
            Network::Facebook => "facebook",
            Network::Threads => "threads",
            Network::X => "x",
        }
    }

    pub fn from_name(name: &str) -> Option<Network> {
        Network::ALL.into_iter().find(|it| it.name() == name)
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
