//! What is sent. Pure.

use crate::http::Call;
use crate::http::form::escaped;
use crate::media::Picture;
use model::{LinkCard, Marked, PostPart, PostRef};
use serde_json::{Value, json};
use ureq::http::Method;

/// How many of the page's latest posts are looked through for one that may be there.
pub const LATEST_MAX: usize = 20;

/// How many posts one call asks for: the names of more would make a very long address.
pub const POSTS_PER_CALL: usize = 20;

/// What "little text" reserves; a backslash before each makes it plain.
const RESERVED: &[char] =
    &['\\', '|', '{', '}', '@', '[', ']', '(', ')', '<', '>', '#', '*', '_', '~'];

/// A page and its way in.
#[derive(Clone, Copy)]
pub struct Page<'a> {
    pub api: &'a str,
    pub organization: &'a str,
    pub version: &'a str,
    pub token: &'a str,
}

impl Page<'_> {
    pub fn publish(&self, commentary: &str, content: Option<&Value>) -> Call {
        let mut body = json!({
            "author": self.urn(),
            "commentary": commentary,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": false,
        });
        if let Some(content) = content {
            body["content"] = content.clone();
        }
        self.signed(Call::json(format!("{}/rest/posts", self.api), &body))
    }

    /// Where a picture can be put.
    pub fn place(&self) -> Call {
        let url = format!("{}/rest/images?action=initializeUpload", self.api);
        let body = json!({"initializeUploadRequest": {"owner": self.urn()}});
        self.signed(Call::json(url, &body))
    }

    /// The bytes, to the place that was given.
    pub fn upload(&self, place: &str, picture: &Picture) -> Call {
        let call = Call::post(place, picture.kind.mime(), picture.bytes.clone());
        call.method(Method::PUT).bearer(self.token)
    }

    pub fn latest(&self) -> Call {
        let author = escaped(&self.urn());
        let url = format!(
            "{}/rest/posts?author={author}&q=author&count={LATEST_MAX}&sortBy=LAST_MODIFIED",
            self.api
        );
        self.signed(Call::get(url)).header("x-restli-method", "FINDER")
    }

    pub fn edit(&self, post: &PostRef, commentary: &str) -> Call {
        let body = json!({"patch": {"$set": {"commentary": commentary}}});
        let call = Call::json(self.one(post), &body);
        self.signed(call).header("x-restli-method", "PARTIAL_UPDATE")
    }

    pub fn delete(&self, post: &PostRef) -> Call {
        self.signed(Call::delete(self.one(post))).header("x-restli-method", "DELETE")
    }

    /// Of at most [`POSTS_PER_CALL`]; posts and shares are asked for under different names.
    pub fn counts(&self, posts: &[PostRef]) -> Call {
        let list = |kind: &str| {
            let of_kind = posts.iter().filter(|it| it.id.starts_with(kind));
            of_kind.map(|it| escaped(&it.id)).collect::<Vec<_>>().join(",")
        };
        let mut url = format!(
            "{}/rest/organizationalEntityShareStatistics?q=organizationalEntity&organizationalEntity={}",
            self.api,
            escaped(&self.urn())
        );
        for (name, list) in
            [("shares", list("urn:li:share:")), ("ugcPosts", list("urn:li:ugcPost:"))]
        {
            if !list.is_empty() {
                url.push_str(&format!("&{name}=List({list})"));
            }
        }
        self.signed(Call::get(url))
    }

    pub fn whose(&self) -> Call {
        self.signed(Call::get(format!("{}/rest/organizations/{}", self.api, self.organization)))
    }

    fn urn(&self) -> String {
        format!("urn:li:organization:{}", self.organization)
    }

    fn one(&self, post: &PostRef) -> String {
        format!("{}/rest/posts/{}", self.api, escaped(&post.id))
    }

    fn signed(&self, call: Call) -> Call {
        call.bearer(self.token)
            .header("linkedin-version", self.version)
            .header("x-restli-protocol-version", "2.0.0")
    }
}

/// Text as "little text": what is reserved is made plain, and tags become tags.
pub fn commentary(part: &PostPart, text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for it in text.chars() {
        if RESERVED.contains(&it) {
            escaped.push('\\');
        }
        escaped.push(it);
    }
    for mark in &part.marks {
        let Marked::Tag(tag) = &mark.what else { continue };
        if tag.chars().all(char::is_alphanumeric) {
            let template = format!("{{hashtag|\\#|{tag}}}");
            escaped = replaced_word(&escaped, &format!("\\#{tag}"), &template);
        }
    }
    escaped
}

/// Each time the word stands whole.
fn replaced_word(text: &str, word: &str, by: &str) -> String {
    let mut made = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let (before, behind) = (&rest[..at], &rest[at + word.len()..]);
        made.push_str(before);
        let whole = !behind.starts_with(|it: char| it.is_alphanumeric()) && !before.ends_with('|');
        made.push_str(if whole { by } else { word });
        rest = behind;
    }
    made + rest
}

/// Pictures that were put in their places, or the card.
pub fn content(
    images: &[(String, String)],
    card: Option<(&LinkCard, Option<&str>)>,
) -> Option<Value> {
    let one = |(id, alt): &(String, String)| json!({"id": id, "altText": alt});
    match (images, card) {
        ([], None) => None,
        ([], Some((card, thumbnail))) => {
            let mut article =
                json!({"source": card.url, "title": card.title, "description": card.description});
            if let Some(thumbnail) = thumbnail {
                article["thumbnail"] = json!(thumbnail);
            }
            Some(json!({"article": article}))
        }
        ([image], _) => Some(json!({"media": one(image)})),
        (several, _) => {
            let images: Vec<Value> = several.iter().map(one).collect();
            Some(json!({"multiImage": {"images": images}}))
        }
    }
}
