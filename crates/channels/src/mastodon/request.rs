//! What is sent. Pure.

use super::config::Visibility;
use crate::http::Call;
use crate::http::form::escaped;
use crate::media::Picture;
use crate::social::Multipart;
use ring::digest;
use serde_json::json;
use ureq::http::Method;

/// How many of the account's latest posts are looked through for one that may be there: the most that one
/// call answers.
pub const LATEST_MAX: usize = 40;

/// A status as it is written.
#[derive(Clone, Copy, Debug)]
pub struct Status<'a> {
    pub text: &'a str,
    pub media: &'a [String],
    pub answers: Option<&'a str>,
    pub language: Option<&'a str>,
    pub visibility: Visibility,
}

/// The header in which the server looks for a key that comes again: of any key a short word.
pub fn idempotency_key(key: &str) -> String {
    let hash = digest::digest(&digest::SHA256, key.as_bytes());
    hash.as_ref().iter().map(|it| format!("{it:02x}")).collect()
}

pub fn publish(server: &str, status: &Status<'_>, key: &str) -> Call {
    let body = json!({
        "status": status.text,
        "media_ids": status.media,
        "in_reply_to_id": status.answers,
        "language": status.language,
        "visibility": status.visibility.name(),
    });
    let url = format!("{server}/api/v1/statuses");
    Call::json(url, &body).header("idempotency-key", idempotency_key(key))
}

/// Pictures that are not named go.
pub fn edit(server: &str, id: &str, status: &Status<'_>) -> Call {
    let body =
        json!({"status": status.text, "media_ids": status.media, "language": status.language});
    Call::json(one(server, id), &body).method(Method::PUT)
}

pub fn delete(server: &str, id: &str) -> Call {
    Call::delete(one(server, id))
}

pub fn look_up(server: &str, id: &str) -> Call {
    Call::get(one(server, id))
}

/// The text as it was written.
pub fn source(server: &str, id: &str) -> Call {
    Call::get(format!("{}/source", one(server, id)))
}

pub fn latest(server: &str, account: &str) -> Call {
    let account = escaped(account);
    Call::get(format!(
        "{server}/api/v1/accounts/{account}/statuses?limit={LATEST_MAX}&exclude_reblogs=true"
    ))
}

pub fn upload(server: &str, picture: &Picture) -> Call {
    let (name, mime) = (picture.kind.file_name(), picture.kind.mime());
    let form = Multipart::file("file", name, mime, &picture.bytes);
    let (kind, body) = form.text("description", &picture.alt).end();
    Call::post(format!("{server}/api/v2/media"), &kind, body)
}

/// Whether a picture that was taken is ready.
pub fn media(server: &str, id: &str) -> Call {
    Call::get(format!("{server}/api/v1/media/{}", escaped(id)))
}

pub fn whose(server: &str) -> Call {
    Call::get(format!("{server}/api/v1/accounts/verify_credentials"))
}

pub fn instance(server: &str) -> Call {
    Call::get(format!("{server}/api/v2/instance"))
}

fn one(server: &str, id: &str) -> String {
    format!("{server}/api/v1/statuses/{}", escaped(id))
}
