//! Makes the calls of one account. Owns no rule.

use super::config::{TABLE, ThreadsConfig};
use super::request::{self, Holds};
use super::response::{self, Progress};
use crate::http::Http;
use crate::social::{
    Api, CLOCKS_APART_MAX, Trouble, find_among, http, part_of, plain_text, reveal,
};
use model::{Network, PostMetrics, PostPart, PostRef, Problem};
use port::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};
use std::thread;
use std::time::{Duration, Instant};

/// The network has no word for a key.
const KNOWS_KEYS: bool = false;

/// developers.facebook.com, "Threads API": 500 characters, 20 pictures, an alt text of 1,000.
const LIMITS: PostLimits =
    PostLimits { characters: 500, per_link: None, images: 20, alt_characters: 1_000 };

/// How often it is asked whether a container is ready, and with which pause: half a minute on average, as
/// the documentation says, and twice that at most.
const LOOKS_MAX: usize = 30;
const PAUSE: Duration = Duration::from_secs(2);

/// For all looks at one container, should the network answer each of them slowly.
const WAIT_MAX: Duration = Duration::from_secs(90);

pub struct Threads {
    config: ThreadsConfig,
    token: String,
    calls: Api,
    pause: Duration,
}

impl Threads {
    pub fn new(config: ThreadsConfig) -> Result<Threads, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        Threads::over(config, http, PAUSE)
    }

    /// With another way to make calls, and another pause between looks at a container.
    pub fn over(config: ThreadsConfig, http: Http, pause: Duration) -> Result<Threads, Problem> {
        config.check()?;
        let token = reveal(TABLE, "token", &config.token)?;
        let calls = Api::new(http, vec![token.clone()]);
        Ok(Threads { config, token, calls, pause })
    }

    fn account(&self) -> request::Account<'_> {
        request::Account { api: &self.config.api, token: &self.token }
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        let answers = order.before.last().map(|it| it.id.as_str());
        let container = self.container(part, answers).map_err(Trouble::unseen)?;
        let call = self.account().publish(&container);
        let id = response::made(self.calls.send(&call)?)?;
        // It stands; where people read it is nice to know, and no reason to doubt.
        let link = self.calls.send(&self.account().permalink(&id));
        let url = link.map(response::permalink).unwrap_or_default();
        Ok(PostRef { id, url, hash: String::new() })
    }

    /// Made and ready. The network fetches pictures itself, from their addresses.
    fn container(&self, part: &PostPart, answers: Option<&str>) -> Result<String, Trouble> {
        if part.images.iter().any(|it| it.alt.trim().is_empty()) {
            let why = "a picture of the post: it has no alt text; say what is on it";
            return Err(Trouble::Refused(why.to_owned()));
        }
        let text = text(part);
        let account = self.account();
        let mut items = Vec::new();
        let holds = match &part.images[..] {
            [] => Holds::Text(part.card.as_ref()),
            [image] => Holds::Image(image),
            several => {
                for image in several {
                    let item = response::made(self.calls.send(&account.item(image))?)?;
                    self.wait_for(&item)?;
                    items.push(item);
                }
                Holds::Several(&items)
            }
        };
        let container = account.container(&text, holds, answers);
        let container = response::made(self.calls.send(&container)?)?;
        self.wait_for(&container)?;
        Ok(container)
    }

    fn wait_for(&self, container: &str) -> Result<(), Trouble> {
        let began = Instant::now();
        for look in 0..LOOKS_MAX {
            if WAIT_MAX < began.elapsed() {
                break;
            }
            if 0 < look {
                thread::sleep(self.pause);
            }
            let call = self.account().status(container);
            if response::progress(self.calls.send(&call)?)? == Progress::Ready {
                return Ok(());
            }
        }
        Err(Trouble::later("the network still works on the post"))
    }

    fn try_find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, Trouble> {
        let part = part_of(order)?;
        let answers = order.before.last().map(|it| it.id.as_str());
        let call = self.account().latest(answers.is_some(), order.at - CLOCKS_APART_MAX);
        let latest = response::latest(self.calls.send(&call)?)?;
        Ok(find_among(latest, &text(part), answers, order.at))
    }

    fn try_metrics(&self, post: &PostRef) -> Result<Option<PostMetrics>, Trouble> {
        response::metrics(self.calls.send(&self.account().counts(post))?)
    }

    fn try_check(&self) -> Result<Account, Trouble> {
        let whose = response::whose(self.calls.send(&self.account().whose())?)?;
        Ok(Account { name: format!("@{whose}"), until: None, limits: LIMITS })
    }
}

/// A card goes as an attachment, where there are no pictures.
fn text(part: &PostPart) -> String {
    plain_text(part, !part.images.is_empty())
}

impl Publisher for Threads {
    fn network(&self) -> Network {
        Network::Threads
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        self.try_publish(order).map_or_else(|it| it.published(KNOWS_KEYS), Published::Done)
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.try_find(order)?)
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        let reply = self.calls.send(&self.account().delete(post))?;
        Ok(response::deleted(reply)?)
    }

    fn edit(&self, _: &PostRef, _: &PostOrder<'_>) -> Result<PostRef, PublisherError> {
        Err(PublisherError::NotAllowed("posts at Threads cannot be changed".to_owned()))
    }

    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError> {
        Ok(posts.iter().map(|it| self.try_metrics(it)).collect::<Result<_, _>>()?)
    }

    fn check(&self) -> Result<Account, PublisherError> {
        Ok(self.try_check()?)
    }
}
