//! What is sent. Pure.

use crate::http::Call;
use crate::http::form::{escaped, form};
use model::{LinkCard, PostImage, PostRef, Timestamp};

/// How many of the account's latest posts are looked through for one that may be there.
pub const LATEST_MAX: usize = 25;

const FIELDS: &str = "id,text,timestamp,permalink,replied_to";

/// An account and its way in.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// With the version, without a slash at its end.
    pub api: &'a str,
    pub token: &'a str,
}

/// What a container holds.
#[derive(Clone, Copy, Debug)]
pub enum Holds<'a> {
    Text(Option<&'a LinkCard>),
    Image(&'a PostImage),
    /// Containers of pictures, each made before.
    Several(&'a [String]),
}

impl Account<'_> {
    /// A picture of several.
    pub fn item(&self, image: &PostImage) -> Call {
        let fields = [
            ("media_type", "IMAGE"),
            ("is_carousel_item", "true"),
            ("image_url", &image.url),
            ("alt_text", &image.alt),
        ];
        self.post("me/threads", &fields)
    }

    /// Seen by nobody before it is published.
    pub fn container(&self, text: &str, holds: Holds<'_>, answers: Option<&str>) -> Call {
        let mut fields = vec![("text", text)];
        fields.extend(answers.map(|it| ("reply_to_id", it)));
        let children;
        match holds {
            Holds::Text(card) => {
                fields.push(("media_type", "TEXT"));
                fields.extend(card.map(|it| ("link_attachment", it.url.as_str())));
            }
            Holds::Image(image) => {
                fields.push(("media_type", "IMAGE"));
                fields.extend([("image_url", image.url.as_str()), ("alt_text", &image.alt)]);
            }
            Holds::Several(items) => {
                children = items.join(",");
                fields.extend([("media_type", "CAROUSEL"), ("children", &children)]);
            }
        }
        self.post("me/threads", &fields)
    }

    /// Whether it is ready.
    pub fn status(&self, container: &str) -> Call {
        self.get(&escaped(container), &[("fields", "status,error_message")])
    }

    pub fn publish(&self, container: &str) -> Call {
        self.post("me/threads_publish", &[("creation_id", container)])
    }

    pub fn permalink(&self, id: &str) -> Call {
        self.get(&escaped(id), &[("fields", "permalink")])
    }

    /// Posts of the account, or its answers, which are listed apart.
    pub fn latest(&self, answers: bool, since: Timestamp) -> Call {
        let (limit, since) = (LATEST_MAX.to_string(), since.0.div_euclid(1_000).to_string());
        let path = if answers { "me/replies" } else { "me/threads" };
        self.get(path, &[("fields", FIELDS), ("limit", &limit), ("since", &since)])
    }

    pub fn delete(&self, post: &PostRef) -> Call {
        let token = form(&[("access_token", self.token)]);
        Call::delete(format!("{}/{}?{token}", self.api, escaped(&post.id)))
    }

    pub fn counts(&self, post: &PostRef) -> Call {
        let path = format!("{}/insights", escaped(&post.id));
        self.get(&path, &[("metric", "views,likes,replies,reposts,quotes")])
    }

    pub fn whose(&self) -> Call {
        self.get("me", &[("fields", "id,username")])
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let mut fields = fields.to_vec();
        fields.push(("access_token", self.token));
        Call::form(format!("{}/{path}", self.api), &fields)
    }

    fn get(&self, path: &str, fields: &[(&str, &str)]) -> Call {
        let mut fields = fields.to_vec();
        fields.push(("access_token", self.token));
        Call::get(format!("{}/{path}?{}", self.api, form(&fields)))
    }
}
