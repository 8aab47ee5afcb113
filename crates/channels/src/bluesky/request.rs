//! What is sent. Pure; the time comes in.

use crate::http::Call;
use crate::http::form::{escaped, form};
use crate::media::Picture;
use model::{LinkCard, Marked, PostPart, PostRef, Timestamp};
use ring::digest;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use ureq::http::Method;

pub const COLLECTION: &str = "app.bsky.feed.post";

/// How many posts one call asks for (lexicon `app.bsky.feed.getPosts`).
pub const POSTS_PER_CALL: usize = 25;

/// As atproto.com writes the digits of a record key.
const DIGITS: &[u8; 32] = b"234567abcdefghijklmnopqrstuvwxyz";

/// Record keys of posts are moments (atproto.com, "TID"): 53 bits of microseconds and 10 of chance. Ours lie
/// in the 407 days from here on, long past: some readers distrust a moment to come.
const FIRST_MICROS: u64 = 1_672_531_200_000_000;
const MICROS_BITS: u32 = 45;

/// What was handed over before the post.
#[derive(Clone, Debug, Default)]
pub struct Embeds {
    /// Each picture with the network's word for it.
    pub images: Vec<(Picture, Value)>,
    pub thumb: Option<Value>,
    /// Handles to the accounts that they name.
    pub mentions: BTreeMap<String, String>,
}

/// The record key of an order, worked out from its key alone: the second try names the same record, and
/// where the first one stands can be looked up.
pub fn record_key(key: &str) -> String {
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    let mut eight = [0; 8];
    eight.copy_from_slice(&hash.as_ref()[..8]);
    let bits = u64::from_be_bytes(eight);
    let (moment, clock) = (bits >> 10 & ((1 << MICROS_BITS) - 1), bits & 0x3ff);
    let number = (FIRST_MICROS + moment) << 10 | clock;
    let digit = |n: u32| char::from(DIGITS[(number >> (5 * n) & 31) as usize]);
    (0..13).rev().map(digit).collect()
}

pub fn sign_in(service: &str, handle: &str, password: &str) -> Call {
    let body = json!({"identifier": handle, "password": password});
    Call::json(method(service, "com.atproto.server.createSession"), &body)
}

/// Signed with the token that only refreshes.
pub fn refresh(service: &str, token: &str) -> Call {
    let url = method(service, "com.atproto.server.refreshSession");
    let mut call = Call::get(url).method(Method::POST).bearer(token);
    call.body.clear();
    call
}

pub fn session(service: &str) -> Call {
    Call::get(method(service, "com.atproto.server.getSession"))
}

pub fn upload(service: &str, picture: &Picture) -> Call {
    let url = method(service, "com.atproto.repo.uploadBlob");
    Call::post(url, picture.kind.mime(), picture.bytes.clone())
}

pub fn resolve(service: &str, handle: &str) -> Call {
    query(service, "com.atproto.identity.resolveHandle", &[("handle", handle)])
}

pub fn look_up(service: &str, did: &str, rkey: &str) -> Call {
    let fields = [("repo", did), ("collection", COLLECTION), ("rkey", rkey)];
    query(service, "com.atproto.repo.getRecord", &fields)
}

/// Writes the record, if what stands there now is `instead_of`: nothing, or the record of this hash.
pub fn put(service: &str, did: &str, rkey: &str, record: &Value, instead_of: Option<&str>) -> Call {
    let body = json!({
        "repo": did,
        "collection": COLLECTION,
        "rkey": rkey,
        "record": record,
        "swapRecord": instead_of,
    });
    Call::json(method(service, "com.atproto.repo.putRecord"), &body)
}

pub fn delete(service: &str, did: &str, rkey: &str) -> Call {
    let body = json!({"repo": did, "collection": COLLECTION, "rkey": rkey});
    Call::json(method(service, "com.atproto.repo.deleteRecord"), &body)
}

/// At most [`POSTS_PER_CALL`] of them.
pub fn posts(app_view: &str, posts: &[PostRef]) -> Call {
    let fields: Vec<(&str, &str)> = posts.iter().map(|it| ("uris", it.id.as_str())).collect();
    query(app_view, "app.bsky.feed.getPosts", &fields)
}

/// The post itself.
pub fn record(
    part: &PostPart,
    language: Option<&str>,
    before: &[PostRef],
    embeds: &Embeds,
    created: Timestamp,
) -> Value {
    let mut record = json!({
        "$type": COLLECTION,
        "text": part.text,
        "createdAt": created.to_string(),
    });
    let facets = facets(part, &embeds.mentions);
    if !facets.is_empty() {
        record["facets"] = Value::Array(facets);
    }
    if let Some(language) = language {
        record["langs"] = json!([language]);
    }
    if let (Some(root), Some(parent)) = (before.first(), before.last()) {
        let strong = |it: &PostRef| json!({"uri": it.id, "cid": it.hash});
        record["reply"] = json!({"root": strong(root), "parent": strong(parent)});
    }
    // One or the other: the network shows one thing beside the text.
    if !embeds.images.is_empty() {
        record["embed"] = images(&embeds.images);
    } else if let Some(card) = &part.card {
        record["embed"] = external(card, embeds.thumb.as_ref());
    }
    record
}

/// Stretches of the text by bytes, as the network counts too. A name that leads to nobody stays text.
fn facets(part: &PostPart, mentions: &BTreeMap<String, String>) -> Vec<Value> {
    let within =
        |it: &&model::Mark| part.text.get(it.start..it.end).is_some_and(|it| !it.is_empty());
    let facet = |mark: &model::Mark| {
        let feature = match &mark.what {
            Marked::Link(url) => json!({"$type": "app.bsky.richtext.facet#link", "uri": url}),
            Marked::Tag(tag) => json!({"$type": "app.bsky.richtext.facet#tag", "tag": tag}),
            Marked::Mention(name) => {
                let did = mentions.get(name)?;
                json!({"$type": "app.bsky.richtext.facet#mention", "did": did})
            }
        };
        let index = json!({"byteStart": mark.start, "byteEnd": mark.end});
        Some(json!({"index": index, "features": [feature]}))
    };
    part.marks.iter().filter(within).filter_map(facet).collect()
}

fn images(images: &[(Picture, Value)]) -> Value {
    let image = |(picture, blob): &(Picture, Value)| {
        json!({
            "alt": picture.alt,
            "image": blob,
            "aspectRatio": {"width": picture.width, "height": picture.height},
        })
    };
    let images: Vec<Value> = images.iter().map(image).collect();
    json!({"$type": "app.bsky.embed.images", "images": images})
}

fn external(card: &LinkCard, thumb: Option<&Value>) -> Value {
    let mut external =
        json!({"uri": card.url, "title": card.title, "description": card.description});
    if let Some(thumb) = thumb {
        external["thumb"] = thumb.clone();
    }
    json!({"$type": "app.bsky.embed.external", "external": external})
}

/// Where people read it.
pub fn web_url(web: &str, did: &str, rkey: &str) -> String {
    format!("{web}/profile/{did}/post/{}", escaped(rkey))
}

fn method(service: &str, name: &str) -> String {
    format!("{service}/xrpc/{name}")
}

fn query(service: &str, name: &str, fields: &[(&str, &str)]) -> Call {
    Call::get(format!("{}?{}", method(service, name), form(fields)))
}
