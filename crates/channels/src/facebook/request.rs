//! What is sent. Pure.

use crate::http::Call;
use crate::http::form::{escaped, form};
use crate::media::Picture;
use crate::social::Multipart;
use model::{PostRef, Timestamp};

/// How many of the page's latest posts are looked through for one that may be there.
pub const LATEST_MAX: usize = 25;

/// What is asked of a post that stands.
const FIELDS: &str = "id,message,created_time,permalink_url";

const COUNTED: &str =
    "id,shares,reactions.summary(total_count).limit(0),comments.summary(total_count).limit(0)";

/// A page and its way in.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    /// With the version, without a slash at its end.
    pub api: &'a str,
    pub id: &'a str,
    pub token: &'a str,
}

impl Page<'_> {
    pub fn publish(&self, text: &str, link: Option<&str>, photos: &[String]) -> Call {
        let attached: Vec<(String, String)> = photos
            .iter()
            .enumerate()
            .map(|(n, id)| {
                (format!("attached_media[{n}]"), serde_json::json!({"media_fbid": id}).to_string())
            })
            .collect();
        let mut fields = vec![("message", text), ("access_token", self.token)];
        fields.extend(link.map(|it| ("link", it)));
        fields.extend(attached.iter().map(|(name, value)| (name.as_str(), value.as_str())));
        Call::form(format!("{}/{}/feed", self.api, self.id), &fields)
    }

    /// Handed over, and seen by nobody before its post is.
    pub fn photo(&self, picture: &Picture) -> Call {
        let (name, mime) = (picture.kind.file_name(), picture.kind.mime());
        let form = Multipart::file("source", name, mime, &picture.bytes)
            .text("published", "false")
            .text("alt_text_custom", &picture.alt)
            .text("access_token", self.token);
        let (kind, body) = form.end();
        Call::post(format!("{}/{}/photos", self.api, self.id), &kind, body)
    }

    pub fn latest(&self, since: Timestamp) -> Call {
        let (limit, since) = (LATEST_MAX.to_string(), since.0.div_euclid(1_000).to_string());
        let fields = [("fields", FIELDS), ("limit", &limit), ("since", &since)];
        self.get(&format!("{}/published_posts", self.id), &fields)
    }

    pub fn edit(&self, post: &PostRef, text: &str) -> Call {
        let fields = [("message", text), ("access_token", self.token)];
        Call::form(format!("{}/{}", self.api, escaped(&post.id)), &fields)
    }

    pub fn delete(&self, post: &PostRef) -> Call {
        let token = form(&[("access_token", self.token)]);
        Call::delete(format!("{}/{}?{token}", self.api, escaped(&post.id)))
    }

    pub fn counts(&self, post: &PostRef) -> Call {
        self.get(&escaped(&post.id), &[("fields", COUNTED)])
    }

    /// Whose token it is.
    pub fn whose(&self) -> Call {
        self.get("me", &[("fields", "id,name")])
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let mut fields = fields.to_vec();
        fields.push(("access_token", self.token));
        Call::get(format!("{}/{path}?{}", self.api, form(&fields)))
    }
}
