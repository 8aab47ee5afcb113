//! What an answer means. Pure.

use crate::social::{Reply, Standing, Trouble, moment};
use model::{PostMetrics, PostRef};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Made {
    data: Named,
}

#[derive(Deserialize)]
struct Named {
    id: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    title: String,
    detail: String,
}

/// Whose token it is.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Whose {
    pub id: String,
    pub username: String,
}

fn ok(reply: Reply) -> Result<Reply, Trouble> {
    if reply.is_ok() {
        return Ok(reply);
    }
    let failed: Failed = reply.error();
    let said = match failed.detail.is_empty() {
        true => failed.title,
        false => failed.detail,
    };
    Err(match reply.status {
        // What was paid for is used up: nothing is wrong with the post.
        402 => Trouble::later(format!("402: {said}")),
        _ => Trouble::of(&reply, &said),
    })
}

fn post_ref(id: String) -> PostRef {
    // It leads to the post, whoever wrote it.
    let url = format!("https://x.com/i/web/status/{id}");
    PostRef { id, url, hash: String::new() }
}

pub fn published(reply: Reply) -> Result<PostRef, Trouble> {
    ok(reply)?.read().map(|it: Made| post_ref(it.data.id))
}

pub fn uploaded(reply: Reply) -> Result<String, Trouble> {
    ok(reply)?.read().map(|it: Made| it.data.id)
}

pub fn done(reply: Reply) -> Result<(), Trouble> {
    ok(reply).map(|_| ())
}

pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    if reply.is_gone() { Ok(()) } else { done(reply) }
}

/// The network writes its own short links into the text; they are written out again.
pub fn latest(reply: Reply) -> Result<Vec<Standing>, Trouble> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Latest {
        data: Vec<Stands>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Stands {
        id: String,
        text: String,
        created_at: String,
        entities: Entities,
        referenced_tweets: Vec<Referenced>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Entities {
        urls: Vec<Short>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Short {
        url: String,
        expanded_url: String,
        media_key: Option<String>,
    }
    #[derive(Deserialize)]
    struct Referenced {
        #[serde(rename = "type")]
        kind: String,
        id: String,
    }
    let latest: Latest = ok(reply)?.read()?;
    let standing = |it: Stands| {
        let text = it.entities.urls.iter().fold(it.text, |text, short| match &short.media_key {
            // A picture's link stands at the end, and was never written.
            Some(_) => text.replace(&short.url, ""),
            None => text.replace(&short.url, &short.expanded_url),
        });
        let answered = it.referenced_tweets.into_iter().find(|it| it.kind == "replied_to");
        Standing {
            at: moment(&it.created_at),
            text: unescaped(&text),
            answers: answered.map(|it| it.id),
            post: post_ref(it.id),
        }
    };
    Ok(latest.data.into_iter().map(standing).collect())
}

/// These three come written as in HTML.
fn unescaped(text: &str) -> String {
    text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}

/// What is gone is left out of the answer.
pub fn metrics(reply: Reply, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Counted {
        data: Vec<OfOne>,
    }
    #[derive(Deserialize)]
    struct OfOne {
        id: String,
        public_metrics: Public,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Public {
        like_count: u64,
        retweet_count: u64,
        quote_count: u64,
        reply_count: u64,
        impression_count: Option<u64>,
    }
    let counted: Counted = ok(reply)?.read()?;
    let counted: BTreeMap<String, Public> =
        counted.data.into_iter().map(|it| (it.id, it.public_metrics)).collect();
    let of = |post: &PostRef| {
        let it = counted.get(&post.id)?;
        Some(PostMetrics {
            likes: it.like_count,
            // A quote passes the post on too.
            reposts: it.retweet_count + it.quote_count,
            replies: it.reply_count,
            views: it.impression_count,
            clicks: None,
        })
    };
    Ok(posts.iter().map(of).collect())
}

pub fn whose(reply: Reply) -> Result<Whose, Trouble> {
    #[derive(Deserialize)]
    struct Found {
        data: Whose,
    }
    ok(reply)?.read().map(|it: Found| it.data)
}
