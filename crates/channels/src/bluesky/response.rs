//! What an answer means. Pure.

use crate::social::{Reply, Trouble};
use model::{PostMetrics, PostRef};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// Somebody who is signed in. Kept in memory only; it holds secrets, so it cannot be shown.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Session {
    pub did: String,
    pub handle: String,
    #[serde(rename = "accessJwt")]
    pub access: String,
    #[serde(rename = "refreshJwt")]
    pub refresh: String,
}

/// What became of writing a record where none may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Put {
    Stands(Written),
    /// Another record stands there.
    Taken,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct Written {
    pub uri: String,
    pub cid: String,
}

#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
pub struct Record {
    pub uri: String,
    pub cid: String,
    pub value: Value,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Who {
    pub handle: String,
    /// Whether posts of it are shown; absent on older servers.
    #[serde(default = "yes")]
    pub active: bool,
    #[serde(default)]
    pub status: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    error: String,
    message: String,
}

fn yes() -> bool {
    true
}

/// Servers say of a token that has ended that the request was a bad one.
fn trouble(reply: &Reply) -> Trouble {
    let failed: Failed = reply.error();
    let said = format!("{} {}", failed.error, failed.message);
    match failed.error.as_str() {
        "ExpiredToken"
        | "InvalidToken"
        | "AuthMissing"
        | "AuthenticationRequired"
        | "AccountTakedown"
        | "AuthFactorTokenRequired" => Trouble::SignIn(said),
        _ => Trouble::of(reply, &said),
    }
}

fn ok(reply: Reply) -> Result<Reply, Trouble> {
    if reply.is_ok() { Ok(reply) } else { Err(trouble(&reply)) }
}

pub fn session(reply: Reply) -> Result<Session, Trouble> {
    ok(reply)?.read()
}

pub fn who(reply: Reply) -> Result<Who, Trouble> {
    ok(reply)?.read()
}

/// The word by which a post names what was uploaded.
pub fn blob(reply: Reply) -> Result<Value, Trouble> {
    #[derive(Deserialize)]
    struct Uploaded {
        blob: Value,
    }
    let uploaded: Uploaded = ok(reply)?.read()?;
    Ok(uploaded.blob)
}

/// None for a name that leads to nobody.
pub fn resolved(reply: Reply) -> Result<Option<String>, Trouble> {
    #[derive(Deserialize)]
    struct Resolved {
        did: String,
    }
    match reply.status {
        400 | 404 => Ok(None),
        _ => ok(reply)?.read().map(|it: Resolved| Some(it.did)),
    }
}

pub fn put(reply: Reply) -> Result<Put, Trouble> {
    let failed: Failed = reply.error();
    match reply.status == 400 && failed.error == "InvalidSwap" {
        true => Ok(Put::Taken),
        false => ok(reply)?.read().map(Put::Stands),
    }
}

pub fn record(reply: Reply) -> Result<Option<Record>, Trouble> {
    let failed: Failed = reply.error();
    match reply.is_gone() || failed.error == "RecordNotFound" {
        true => Ok(None),
        false => ok(reply)?.read().map(Some),
    }
}

/// Deleting what is not there is answered as deleting what is.
pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    ok(reply).map(|_| ())
}

/// What is gone is left out of the answer.
pub fn metrics(reply: Reply, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
    #[derive(Deserialize)]
    struct Posts {
        posts: Vec<Counted>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Counted {
        uri: String,
        like_count: u64,
        repost_count: u64,
        quote_count: u64,
        reply_count: u64,
    }
    let found: Posts = ok(reply)?.read()?;
    let counted: BTreeMap<&str, &Counted> =
        found.posts.iter().map(|it| (it.uri.as_str(), it)).collect();
    let of = |post: &PostRef| {
        let it = counted.get(post.id.as_str())?;
        Some(PostMetrics {
            likes: it.like_count,
            // A quote passes the post on too.
            reposts: it.repost_count + it.quote_count,
            replies: it.reply_count,
            views: None,
            clicks: None,
        })
    };
    Ok(posts.iter().map(of).collect())
}
