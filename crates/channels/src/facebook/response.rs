//! What an answer means. Pure.

use crate::social::graph::{is_gone, ok};
use crate::social::{Reply, Standing, Trouble, moment};
use model::{PostMetrics, PostRef};
use serde::Deserialize;

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// Whose token it is: a page, or somebody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Whose {
    pub id: String,
    pub name: String,
}

pub fn published(reply: Reply) -> Result<PostRef, Trouble> {
    let made: Made = ok(reply)?.read()?;
    let url = format!("https://www.facebook.com/{}", made.id);
    Ok(PostRef { id: made.id, url, hash: String::new() })
}

pub fn photo(reply: Reply) -> Result<String, Trouble> {
    ok(reply)?.read().map(|it: Made| it.id)
}

pub fn latest(reply: Reply) -> Result<Vec<Standing>, Trouble> {
    #[derive(Deserialize)]
    struct Latest {
        data: Vec<Stands>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Stands {
        id: String,
        message: String,
        created_time: String,
        permalink_url: String,
    }
    let latest: Latest = ok(reply)?.read()?;
    let standing = |it: Stands| Standing {
        at: moment(&it.created_time),
        text: it.message,
        answers: None,
        post: PostRef { id: it.id, url: it.permalink_url, hash: String::new() },
    };
    Ok(latest.data.into_iter().map(standing).collect())
}

pub fn edited(reply: Reply) -> Result<(), Trouble> {
    ok(reply).map(|_| ())
}

pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    if is_gone(&reply) { Ok(()) } else { ok(reply).map(|_| ()) }
}

pub fn metrics(reply: Reply) -> Result<Option<PostMetrics>, Trouble> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Counted {
        shares: Shares,
        reactions: Summed,
        comments: Summed,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Shares {
        count: u64,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Summed {
        summary: Total,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Total {
        total_count: u64,
    }
    if is_gone(&reply) {
        return Ok(None);
    }
    let it: Counted = ok(reply)?.read()?;
    Ok(Some(PostMetrics {
        likes: it.reactions.summary.total_count,
        reposts: it.shares.count,
        replies: it.comments.summary.total_count,
        views: None,
        clicks: None,
    }))
}

pub fn whose(reply: Reply) -> Result<Whose, Trouble> {
    ok(reply)?.read()
}
