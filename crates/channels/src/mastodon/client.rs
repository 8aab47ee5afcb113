//! Makes the calls of one account. Owns no rule.

use super::config::{MastodonConfig, TABLE};
use super::request::{self, Status};
use super::response::{self, Uploaded, Whose};
use crate::http::{Call, Http};
use crate::media::{Picture, Pictures};
use crate::social::{Api, CLOCKS_APART_MAX, Reply, Trouble, http, part_of, plain_text, reveal};
use model::{Network, PostMetrics, PostPart, PostRef, Problem};
use port::{Account, PostOrder, Published, Publisher, PublisherError};
use std::thread;
use std::time::{Duration, Instant};

/// The server keeps keys for an hour (docs.joinmastodon.org, `POST /api/v1/statuses`).
const KNOWS_KEYS: bool = true;

/// How often it is asked whether a picture is ready, and with which pause: half a minute.
const LOOKS_MAX: usize = 30;
const PAUSE: Duration = Duration::from_secs(1);

/// For all looks together, should the server answer each of them slowly.
const WAIT_MAX: Duration = Duration::from_secs(60);

pub struct Mastodon {
    config: MastodonConfig,
    token: String,
    api: Api,
    pictures: Pictures,
    pause: Duration,
}

impl Mastodon {
    pub fn new(config: MastodonConfig) -> Result<Mastodon, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        Mastodon::over(config, http, PAUSE)
    }

    /// With another way to make calls, and another pause between looks at a picture.
    pub fn over(config: MastodonConfig, http: Http, pause: Duration) -> Result<Mastodon, Problem> {
        config.check()?;
        let token = reveal(TABLE, "token", &config.token)?;
        let api = Api::new(http.clone(), vec![token.clone()]);
        Ok(Mastodon { config, token, api, pictures: Pictures::new(http), pause })
    }

    fn send(&self, call: Call) -> Result<Reply, Trouble> {
        self.api.send(&call.bearer(&self.token))
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        let media = self.media(part).map_err(Trouble::unseen)?;
        let text = plain_text(part, true);
        let status = Status { media: &media, ..self.status(order, &text) };
        let reply = self.send(request::publish(&self.config.server, &status, order.key))?;
        response::published(reply)
    }

    fn status<'a>(&self, order: &PostOrder<'a>, text: &'a str) -> Status<'a> {
        Status {
            text,
            media: &[],
            answers: order.before.last().map(|it| it.id.as_str()),
            language: order.post.language.as_deref(),
            visibility: self.config.visibility,
        }
    }

    fn media(&self, part: &PostPart) -> Result<Vec<String>, Trouble> {
        if part.images.is_empty() {
            return Ok(Vec::new());
        }
        let instance = response::instance(self.send(request::instance(&self.config.server))?)?;
        let limits = instance.picture_limits();
        let hand_over = |image| self.upload(&self.pictures.fetch(image, &limits)?);
        part.images.iter().map(hand_over).collect()
    }

    fn upload(&self, picture: &Picture) -> Result<String, Trouble> {
        let server = &self.config.server;
        let mut media = response::uploaded(self.send(request::upload(server, picture))?)?;
        let began = Instant::now();
        for _ in 0..LOOKS_MAX {
            let id = match media {
                Uploaded::Ready(id) => return Ok(id),
                Uploaded::Waits(id) => id,
            };
            if WAIT_MAX < began.elapsed() {
                break;
            }
            thread::sleep(self.pause);
            media = response::uploaded(self.send(request::media(server, &id))?)?;
        }
        Err(Trouble::later("the server still works on a picture of the post"))
    }

    /// Keys are forgotten after an hour, so it is looked for what stands.
    fn try_find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, Trouble> {
        let (part, server) = (part_of(order)?, &self.config.server);
        let text = plain_text(part, true);
        let status = self.status(order, &text);
        let whose = self.whose()?;
        let latest = response::latest(self.send(request::latest(server, &whose.id))?)?;
        let since = order.at - CLOCKS_APART_MAX;
        for stands in latest.into_iter().filter(|it| it.may_be(status.answers, since)) {
            let source = response::source(self.send(request::source(server, &stands.id))?)?;
            if source.trim() == text.trim() {
                return Ok(Some(stands.post_ref()));
            }
        }
        Ok(None)
    }

    fn whose(&self) -> Result<Whose, Trouble> {
        response::whose(self.send(request::whose(&self.config.server))?)
    }

    fn try_edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let (part, server) = (part_of(order)?, &self.config.server);
        let stands = response::stands(self.send(request::look_up(server, &post.id))?)?;
        let gone = || Trouble::Refused("the post is not there any more".to_owned());
        let media: Vec<String> =
            stands.ok_or_else(gone)?.media_attachments.into_iter().map(|it| it.id).collect();
        let text = plain_text(part, true);
        let status = Status { media: &media, ..self.status(order, &text) };
        response::published(self.send(request::edit(server, &post.id, &status))?)
    }

    fn try_metrics(&self, post: &PostRef) -> Result<Option<PostMetrics>, Trouble> {
        let reply = self.send(request::look_up(&self.config.server, &post.id))?;
        Ok(response::stands(reply)?.as_ref().map(response::metrics))
    }

    fn try_check(&self) -> Result<Account, Trouble> {
        let whose = self.whose()?;
        let instance = response::instance(self.send(request::instance(&self.config.server))?)?;
        let name = format!("@{}@{}", whose.acct, instance.domain);
        Ok(Account { name, until: None, limits: instance.limits() })
    }
}

impl Publisher for Mastodon {
    fn network(&self) -> Network {
        Network::Mastodon
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        match self.try_publish(order) {
            Ok(done) => Published::Done(done),
            // The next try may come when the key is forgotten, so it is looked now for what stands.
            Err(broken @ Trouble::Broken(_)) => match self.try_find(order) {
                Ok(found) => found.map_or_else(|| broken.published(KNOWS_KEYS), Published::Done),
                Err(_) => broken.published(false),
            },
            Err(other) => other.published(KNOWS_KEYS),
        }
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.try_find(order)?)
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        let reply = self.send(request::delete(&self.config.server, &post.id))?;
        Ok(response::deleted(reply)?)
    }

    fn edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, PublisherError> {
        Ok(self.try_edit(post, order)?)
    }

    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError> {
        Ok(posts.iter().map(|it| self.try_metrics(it)).collect::<Result<_, _>>()?)
    }

    fn check(&self) -> Result<Account, PublisherError> {
        Ok(self.try_check()?)
    }
}
