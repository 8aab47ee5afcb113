//! What an answer means. Pure.

use crate::media::PictureLimits;
use crate::social::{Reply, Trouble};
use model::{PostMetrics, PostRef, Timestamp};
use port::PostLimits;
use serde::Deserialize;

/// A status that stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Stands {
    pub id: String,
    pub url: Option<String>,
    pub created_at: String,
    pub in_reply_to_id: Option<String>,
    pub media_attachments: Vec<Media>,
    favourites_count: u64,
    reblogs_count: u64,
    replies_count: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Media {
    pub id: String,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Whose {
    pub id: String,
    pub acct: String,
}

/// What this server takes, in what it says of itself; what it does not say is as Mastodon comes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Instance {
    pub domain: String,
    configuration: Configuration,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
struct Configuration {
    statuses: Statuses,
    media_attachments: Attachments,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
struct Statuses {
    max_characters: usize,
    max_media_attachments: usize,
    characters_reserved_per_url: usize,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
struct Attachments {
    image_size_limit: usize,
    image_matrix_limit: u64,
    description_limit: usize,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    error: String,
}

/// A picture that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uploaded {
    Ready(String),
    /// Taken, and worked on.
    Waits(String),
}

impl Default for Statuses {
    fn default() -> Statuses {
        Statuses { max_characters: 500, max_media_attachments: 4, characters_reserved_per_url: 23 }
    }
}

impl Default for Attachments {
    fn default() -> Attachments {
        let usual = PictureLimits::MASTODON;
        Attachments {
            image_size_limit: usual.bytes_max,
            image_matrix_limit: usual.pixels_max,
            description_limit: 1_500,
        }
    }
}

impl Stands {
    pub fn post_ref(self) -> PostRef {
        PostRef { id: self.id, url: self.url.unwrap_or_default(), hash: String::new() }
    }

    /// Whether it answers that one and is no older than this.
    pub fn may_be(&self, answers: Option<&str>, since: Timestamp) -> bool {
        let at = Timestamp::parse(&self.created_at);
        self.in_reply_to_id.as_deref() == answers && at.is_ok_and(|it| since <= it)
    }
}

impl Instance {
    pub fn limits(&self) -> PostLimits {
        let statuses = &self.configuration.statuses;
        PostLimits {
            characters: statuses.max_characters,
            per_link: Some(statuses.characters_reserved_per_url),
            images: statuses.max_media_attachments,
            alt_characters: self.configuration.media_attachments.description_limit,
        }
    }

    pub fn picture_limits(&self) -> PictureLimits {
        let media = &self.configuration.media_attachments;
        PictureLimits {
            bytes_max: media.image_size_limit,
            pixels_max: media.image_matrix_limit,
            ..PictureLimits::MASTODON
        }
    }
}

/// Here 403 speaks of the token, which lacks a scope, or of the account: never of the post.
fn ok(reply: Reply) -> Result<Reply, Trouble> {
    let said = || reply.error::<Failed>().error;
    match reply.status {
        200..=299 => Ok(reply),
        403 => Err(Trouble::SignIn(format!("403: {}", said()))),
        _ => Err(Trouble::of(&reply, &said())),
    }
}

pub fn published(reply: Reply) -> Result<PostRef, Trouble> {
    ok(reply)?.read().map(Stands::post_ref)
}

pub fn stands(reply: Reply) -> Result<Option<Stands>, Trouble> {
    if reply.is_gone() { Ok(None) } else { ok(reply)?.read().map(Some) }
}

pub fn latest(reply: Reply) -> Result<Vec<Stands>, Trouble> {
    ok(reply)?.read()
}

pub fn source(reply: Reply) -> Result<String, Trouble> {
    #[derive(Deserialize)]
    struct Source {
        text: String,
    }
    ok(reply)?.read().map(|it: Source| it.text)
}

pub fn uploaded(reply: Reply) -> Result<Uploaded, Trouble> {
    let status = reply.status;
    let media: Media = ok(reply)?.read()?;
    // 202 after handing over, 206 when it is asked again.
    let waits = matches!(status, 202 | 206);
    Ok(if waits { Uploaded::Waits(media.id) } else { Uploaded::Ready(media.id) })
}

pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    if reply.is_gone() { Ok(()) } else { ok(reply).map(|_| ()) }
}

pub fn whose(reply: Reply) -> Result<Whose, Trouble> {
    ok(reply)?.read()
}

pub fn instance(reply: Reply) -> Result<Instance, Trouble> {
    ok(reply)?.read()
}

pub fn metrics(stands: &Stands) -> PostMetrics {
    PostMetrics {
        likes: stands.favourites_count,
        reposts: stands.reblogs_count,
        replies: stands.replies_count,
        views: None,
        clicks: None,
    }
}
