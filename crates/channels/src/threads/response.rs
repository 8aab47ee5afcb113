//! What an answer means. Pure.

use crate::social::graph::{is_gone, ok};
use crate::social::{Reply, Standing, Trouble, moment};
use model::{PostMetrics, PostRef};
use serde::Deserialize;

#[derive(Deserialize)]
struct Made {
    id: String,
}

/// How far a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    Ready,
    Waits,
}

pub fn made(reply: Reply) -> Result<String, Trouble> {
    ok(reply)?.read().map(|it: Made| it.id)
}

pub fn progress(reply: Reply) -> Result<Progress, Trouble> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Container {
        status: String,
        error_message: String,
    }
    let it: Container = ok(reply)?.read()?;
    match it.status.as_str() {
        "FINISHED" | "PUBLISHED" => Ok(Progress::Ready),
        "IN_PROGRESS" => Ok(Progress::Waits),
        "EXPIRED" => Err(Trouble::later("the container has ended")),
        _ => Err(Trouble::Refused(format!("the network cannot take it: {}", it.error_message))),
    }
}

/// Empty where the network does not say.
pub fn permalink(reply: Reply) -> String {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Link {
        permalink: String,
    }
    reply.error::<Link>().permalink
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
        text: String,
        timestamp: String,
        permalink: String,
        replied_to: Option<Made>,
    }
    let latest: Latest = ok(reply)?.read()?;
    let standing = |it: Stands| Standing {
        at: moment(&it.timestamp),
        text: it.text,
        answers: it.replied_to.map(|it| it.id),
        post: PostRef { id: it.id, url: it.permalink, hash: String::new() },
    };
    Ok(latest.data.into_iter().map(standing).collect())
}

pub fn deleted(reply: Reply) -> Result<(), Trouble> {
    if is_gone(&reply) { Ok(()) } else { ok(reply).map(|_| ()) }
}

pub fn metrics(reply: Reply) -> Result<Option<PostMetrics>, Trouble> {
    #[derive(Deserialize)]
    struct Insights {
        data: Vec<Insight>,
    }
    #[derive(Deserialize)]
    struct Insight {
        name: String,
        values: Vec<Counted>,
    }
    #[derive(Deserialize)]
    struct Counted {
        value: u64,
    }
    if is_gone(&reply) {
        return Ok(None);
    }
    let found: Insights = ok(reply)?.read()?;
    let count = |name: &str| {
        let insight = found.data.iter().find(|it| it.name == name)?;
        insight.values.first().map(|it| it.value)
    };
    Ok(Some(PostMetrics {
        likes: count("likes").unwrap_or_default(),
        // A quote passes the post on too.
        reposts: count("reposts").unwrap_or_default() + count("quotes").unwrap_or_default(),
        replies: count("replies").unwrap_or_default(),
        views: count("views"),
        clicks: None,
    }))
}

pub fn whose(reply: Reply) -> Result<String, Trouble> {
    #[derive(Deserialize)]
    struct Whose {
        username: String,
    }
    ok(reply)?.read().map(|it: Whose| it.username)
}
