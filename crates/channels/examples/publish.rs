//! Publishes by hand, one order a line, for trials against real servers:
//!
//! ```sh
//! echo '{"do": "check"}' | cargo run -p channels --example publish -- bluesky fulcrum.toml
//! ```

use channels::bluesky::{Bluesky, BlueskyConfig};
use channels::facebook::{Facebook, FacebookConfig};
use channels::linkedin::{Linkedin, LinkedinConfig};
use channels::mastodon::{Mastodon, MastodonConfig};
use channels::threads::{Threads, ThreadsConfig};
use channels::x::{X, XConfig};
use model::{Network, Post, PostRef, Timestamp};
use port::{PostOrder, Published, Publisher, PublisherError};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::error::Error;
use std::io::{self, BufRead, Write};

/// What is to be done, and with what.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    r#do: Do,
    #[serde(default)]
    key: String,
    #[serde(default)]
    at: i64,
    post: Option<Post>,
    #[serde(default)]
    part: usize,
    #[serde(default)]
    before: Vec<PostRef>,
    #[serde(default)]
    posts: Vec<PostRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Do {
    Check,
    Publish,
    Find,
    Edit,
    Delete,
    Metrics,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(network), Some(file)) = (arguments.next(), arguments.next()) else {
        return Err("usage: publish NETWORK fulcrum.toml, and orders on standard input".into());
    };
    let network = Network::from_name(&network).ok_or("no such network")?;
    let settings: toml::Table = toml::from_str(&std::fs::read_to_string(file)?)?;
    let publisher = publisher(network, &settings)?;
    for line in io::stdin().lock().lines() {
        let answer = answer(&*publisher, serde_json::from_str(&line?)?)?;
        writeln!(io::stdout(), "{answer}")?;
    }
    Ok(())
}

fn publisher(network: Network, all: &toml::Table) -> Result<Box<dyn Publisher>, Box<dyn Error>> {
    Ok(match network {
        Network::Bluesky => Box::new(Bluesky::new(table::<BlueskyConfig>(network, all)?)?),
        Network::Mastodon => Box::new(Mastodon::new(table::<MastodonConfig>(network, all)?)?),
        Network::Linkedin => Box::new(Linkedin::new(table::<LinkedinConfig>(network, all)?)?),
        Network::Facebook => Box::new(Facebook::new(table::<FacebookConfig>(network, all)?)?),
        Network::Threads => Box::new(Threads::new(table::<ThreadsConfig>(network, all)?)?),
        Network::X => Box::new(X::new(table::<XConfig>(network, all)?)?),
    })
}

fn table<T: DeserializeOwned>(network: Network, all: &toml::Table) -> Result<T, Box<dyn Error>> {
    let found = all.get("social").and_then(|it| it.get(network.name()));
    let missing = || format!("the settings have no table social.{network}");
    let read = found.ok_or_else(missing)?.clone().try_into();
    Ok(read.map_err(|it| format!("social.{network}: {it}"))?)
}

fn answer(publisher: &dyn Publisher, line: Line) -> Result<Value, Box<dyn Error>> {
    let Line { key, at, post, part, before, posts, .. } = &line;
    let order = || {
        let post = post.as_ref().ok_or("there is no post")?;
        Ok::<_, Box<dyn Error>>(PostOrder { key, at: Timestamp(*at), post, part: *part, before })
    };
    let first = || posts.first().ok_or("there is no post to act on");
    Ok(match line.r#do {
        Do::Check => said(publisher.check().map(|it| {
            let limits = format!("{:?}", it.limits);
            json!({"name": it.name, "characters": it.limits.characters, "limits": limits})
        })),
        Do::Publish => published(publisher.publish(&order()?)),
        Do::Find => said(publisher.find(&order()?).map(|it| json!(it))),
        Do::Edit => said(publisher.edit(first()?, &order()?).map(|it| json!(it))),
        Do::Delete => said(publisher.delete(first()?).map(|()| json!("deleted"))),
        Do::Metrics => said(publisher.metrics(posts).map(|it| json!(it))),
    })
}

fn published(published: Published) -> Value {
    match published {
        Published::Done(done) => json!({"done": done}),
        Published::Later { detail, retry_after } => {
            json!({"later": detail, "retry_after_ms": retry_after.map(|it| it.millis())})
        }
        Published::Refused { detail } => json!({"refused": detail}),
        Published::Lost { detail } => json!({"lost": detail}),
    }
}

fn said(result: Result<Value, PublisherError>) -> Value {
    match result {
        Ok(it) => json!({"ok": it}),
        Err(PublisherError::SignIn(detail)) => json!({"sign_in": detail}),
        Err(PublisherError::NotAllowed(detail)) => json!({"not_allowed": detail}),
        Err(PublisherError::Later { detail, retry_after }) => {
            json!({"later": detail, "retry_after_ms": retry_after.map(|it| it.millis())})
        }
    }
}
