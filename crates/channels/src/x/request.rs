//! What is sent, and how it is signed (OAuth 1.0a, RFC 5849). Pure; time and chance come in.

use crate::http::Call;
use crate::http::form::{escaped, form};
use crate::media::Picture;
use crate::social::Multipart;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{PostRef, Timestamp};
use ring::hmac;
use serde_json::json;

/// How many posts one call asks for.
pub const POSTS_PER_CALL: usize = 100;

/// How many of the account's latest posts are looked through for one that may be there.
pub const LATEST_MAX: usize = 50;

/// An app and the account that lets it in. They are secrets, so they cannot be shown.
pub struct Keys {
    pub consumer_key: String,
    pub consumer_secret: String,
    pub token: String,
    pub token_secret: String,
}

/// When a call is signed, and a word that no other call of that second has.
#[derive(Clone, Copy)]
pub struct Moment<'a> {
    pub seconds: i64,
    pub nonce: &'a str,
}

pub fn publish(api: &str, text: &str, answers: Option<&str>, media: &[String]) -> Call {
    let mut body = json!({"text": text});
    if let Some(id) = answers {
        body["reply"] = json!({"in_reply_to_tweet_id": id});
    }
    if !media.is_empty() {
        body["media"] = json!({"media_ids": media});
    }
    Call::json(format!("{api}/2/tweets"), &body)
}

pub fn upload(api: &str, picture: &Picture) -> Call {
    let (name, mime) = (picture.kind.file_name(), picture.kind.mime());
    let form = Multipart::file("media", name, mime, &picture.bytes);
    let (kind, body) = form.text("media_category", "tweet_image").end();
    Call::post(format!("{api}/2/media/upload"), &kind, body)
}

pub fn describe(api: &str, media: &str, alt: &str) -> Call {
    let body = json!({"id": media, "metadata": {"alt_text": {"text": alt}}});
    Call::json(format!("{api}/2/media/metadata"), &body)
}

pub fn delete(api: &str, post: &PostRef) -> Call {
    Call::delete(format!("{api}/2/tweets/{}", escaped(&post.id)))
}

pub fn latest(api: &str, account: &str, since: Timestamp) -> Call {
    let start = Timestamp(since.0.div_euclid(1_000) * 1_000).to_string();
    let count = LATEST_MAX.to_string();
    let fields = [
        ("max_results", count.as_str()),
        ("start_time", &start),
        ("tweet.fields", "created_at,entities,referenced_tweets"),
    ];
    Call::get(format!("{api}/2/users/{}/tweets?{}", escaped(account), form(&fields)))
}

/// At most [`POSTS_PER_CALL`] of them.
pub fn counts(api: &str, posts: &[PostRef]) -> Call {
    let ids: Vec<&str> = posts.iter().map(|it| it.id.as_str()).collect();
    let fields = [("ids", ids.join(",")), ("tweet.fields", "public_metrics".to_owned())];
    Call::get(format!("{api}/2/tweets?{}", form(&fields)))
}

pub fn whose(api: &str) -> Call {
    Call::get(format!("{api}/2/users/me"))
}

/// With its signature. Bodies that are no forms are not signed.
pub fn signed(call: Call, keys: &Keys, moment: Moment<'_>) -> Call {
    let (base, query) = call.url.split_once('?').unwrap_or((&call.url, ""));
    let seconds = moment.seconds.to_string();
    let own = [
        ("oauth_consumer_key", keys.consumer_key.as_str()),
        ("oauth_nonce", moment.nonce),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", &seconds),
        ("oauth_token", &keys.token),
        ("oauth_version", "1.0"),
    ];
    let signature = signature(call.method.as_str(), base, query, &own, keys);
    let own = own.iter().copied().chain([("oauth_signature", signature.as_str())]);
    let fields: Vec<String> =
        own.map(|(name, value)| format!("{name}=\"{}\"", escaped(value))).collect();
    call.header("authorization", format!("OAuth {}", fields.join(", ")))
}

/// Of the method, the address and all parameters in order. Those of the query are encoded already.
pub fn signature(
    method: &str,
    base: &str,
    query: &str,
    own: &[(&str, &str)],
    keys: &Keys,
) -> String {
    let mut pairs: Vec<String> =
        query.split('&').filter(|it| !it.is_empty()).map(str::to_owned).collect();
    pairs.extend(own.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))));
    // By name and then by value: `=` would come after `-` and `.`, which names may have.
    pairs.sort_by(|a, b| a.split('=').cmp(b.split('=')));
    let text = format!("{method}&{}&{}", escaped(base), escaped(&pairs.join("&")));
    let key = format!("{}&{}", escaped(&keys.consumer_secret), escaped(&keys.token_secret));
    // The network knows no other: https://docs.x.com, "Creating a signature".
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key.as_bytes());
    STANDARD.encode(hmac::sign(&key, text.as_bytes()))
}
