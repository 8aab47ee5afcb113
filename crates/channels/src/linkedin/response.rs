//! What an answer means. Pure.

use crate::social::{Reply, Standing, Trouble};
use model::{PostMetrics, PostRef, Timestamp};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Default, Deserialize)]
#[serde(default)]
struct Failed {
    message: String,
    code: String,
}

/// Where a picture can be put, and its name then.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Place {
    pub upload_url: String,
    pub image: String,
}

/// Here 403 speaks of what the member may do for the page: never of the post.
fn ok(reply: Reply) -> Result<Reply, Trouble> {
    let failed = || reply.error::<Failed>();
    let said = |it: Failed| format!("{} {}", it.code, it.message);
    match reply.status {
        200..=299 => Ok(reply),
        403 => Err(Trouble::SignIn(format!("403: {}", said(failed())))),
        _ => Err(Trouble::of(&reply, &said(failed()))),
    }
}

fn post_ref(id: String) -> PostRef {
    let url = format!("https://www.linkedin.com/feed/update/{id}");
    PostRef { id, url, hash: String::new() }
}

/// The name of the post is in a header, the body is empty.
pub fn published(reply: Reply) -> Result<PostRef, Trouble> {
    let nameless = || Trouble::Lost("the answer does not name the post".to_owned());
    ok(reply)?.id.filter(|it| !it.is_empty()).map(post_ref).ok_or_else(nameless)
}

pub fn place(reply: Reply) -> Result<Place, Trouble> {
    #[derive(Deserialize)]
    struct Placed {
        value: Place,
    }
    ok(reply)?.read().map(|it: Placed| it.value)
}

pub fn done(reply: Reply) -> Result<(), Trouble> {
    ok(reply).map(|_| ())
}

pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    if reply.is_gone() { Ok(()) } else { done(reply) }
}

/// Their text is in "little text", as it was sent.
pub fn latest(reply: Reply) -> Result<Vec<Standing>, Trouble> {
    #[derive(Deserialize)]
    struct Latest {
        elements: Vec<Stands>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Stands {
        id: String,
        commentary: String,
        published_at: Option<i64>,
        created_at: Option<i64>,
    }
    let latest: Latest = ok(reply)?.read()?;
    let standing = |it: Stands| Standing {
        at: it.published_at.or(it.created_at).map(Timestamp),
        text: it.commentary,
        answers: None,
        post: post_ref(it.id),
    };
    Ok(latest.elements.into_iter().map(standing).collect())
}

/// What is gone is left out of the answer.
pub fn metrics(reply: Reply, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
    #[derive(Deserialize)]
    struct Counted {
        elements: Vec<OfOne>,
    }
    #[derive(Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct OfOne {
        share: Option<String>,
        ugc_post: Option<String>,
        total_share_statistics: Total,
    }
    // Counts can fall below zero, when what was liked is taken back between two sums.
    #[derive(Clone, Copy, Default, Deserialize)]
    #[serde(default, rename_all = "camelCase")]
    struct Total {
        like_count: i64,
        comment_count: i64,
        share_count: i64,
        click_count: i64,
        impression_count: i64,
    }
    let counted: Counted = ok(reply)?.read()?;
    let named = |it: OfOne| Some((it.share.or(it.ugc_post)?, it.total_share_statistics));
    let counted: BTreeMap<String, Total> = counted.elements.into_iter().filter_map(named).collect();
    let count = |it: i64| u64::try_from(it).unwrap_or_default();
    let of = |post: &PostRef| {
        let it = counted.get(&post.id)?;
        Some(PostMetrics {
            likes: count(it.like_count),
            reposts: count(it.share_count),
            replies: count(it.comment_count),
            views: Some(count(it.impression_count)),
            clicks: Some(count(it.click_count)),
        })
    };
    Ok(posts.iter().map(of).collect())
}

pub fn whose(reply: Reply) -> Result<String, Trouble> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Whose {
        localized_name: String,
    }
    ok(reply)?.read().map(|it: Whose| it.localized_name)
}
