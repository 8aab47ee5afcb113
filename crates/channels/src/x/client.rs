//! Makes the calls of one account: reads the clock and draws a word for each signature. Owns no rule.

use super::config::{TABLE, XConfig};
use super::request::{self, Keys, Moment, POSTS_PER_CALL};
use super::response;
use crate::http::{Call, Http};
use crate::media::{PictureLimits, Pictures};
use crate::social::{
    Api, CLOCKS_APART_MAX, Reply, Trouble, find_among, http, now, part_of, plain_text, reveal,
};
use model::{Network, PostMetrics, PostPart, PostRef, Problem};
use port::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};
use ring::rand::{SecureRandom, SystemRandom};

/// The network has no word for a key. It refuses the same text again, and says so.
const KNOWS_KEYS: bool = false;

/// docs.x.com, "Counting characters" and "Media": 280 by its own weights, any link 23; four pictures, an
/// alt text of 1,000.
const LIMITS: PostLimits =
    PostLimits { characters: 280, per_link: Some(23), images: 4, alt_characters: 1_000 };

pub struct X {
    config: XConfig,
    keys: Keys,
    calls: Api,
    pictures: Pictures,
}

impl X {
    pub fn new(config: XConfig) -> Result<X, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        X::over(config, http)
    }

    /// With another way to make calls.
    pub fn over(config: XConfig, http: Http) -> Result<X, Problem> {
        config.check()?;
        let consumer_secret = reveal(TABLE, "consumer_secret", &config.consumer_secret)?;
        let token = reveal(TABLE, "token", &config.token)?;
        let token_secret = reveal(TABLE, "token_secret", &config.token_secret)?;
        let secrets = vec![consumer_secret.clone(), token.clone(), token_secret.clone()];
        let consumer_key = config.consumer_key.clone();
        let keys = Keys { consumer_key, consumer_secret, token, token_secret };
        let calls = Api::new(http.clone(), secrets);
        Ok(X { config, keys, calls, pictures: Pictures::new(http) })
    }

    fn send(&self, call: Call) -> Result<Reply, Trouble> {
        let mut bytes = [0; 16];
        let drawn = SystemRandom::new().fill(&mut bytes);
        drawn.map_err(|_| Trouble::later("the system gives no chance to sign with"))?;
        let nonce: String = bytes.iter().map(|it| format!("{it:02x}")).collect();
        let moment = Moment { seconds: now().0.div_euclid(1_000), nonce: &nonce };
        self.calls.send(&request::signed(call, &self.keys, moment))
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        let media = self.media(part).map_err(Trouble::unseen)?;
        let answers = order.before.last().map(|it| it.id.as_str());
        let call = request::publish(&self.config.api, &text(part), answers, &media);
        response::published(self.send(call)?)
    }

    fn media(&self, part: &PostPart) -> Result<Vec<String>, Trouble> {
        let api = &self.config.api;
        let mut ids = Vec::new();
        for image in &part.images {
            let picture = self.pictures.fetch(image, &PictureLimits::X)?;
            let id = response::uploaded(self.send(request::upload(api, &picture))?)?;
            response::done(self.send(request::describe(api, &id, &picture.alt))?)?;
            ids.push(id);
        }
        Ok(ids)
    }

    fn try_find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, Trouble> {
        let part = part_of(order)?;
        let whose = self.whose()?;
        let call = request::latest(&self.config.api, &whose.id, order.at - CLOCKS_APART_MAX);
        let latest = response::latest(self.send(call)?)?;
        let answers = order.before.last().map(|it| it.id.as_str());
        Ok(find_among(latest, &text(part), answers, order.at))
    }

    fn try_metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
        let mut metrics = Vec::with_capacity(posts.len());
        for some in posts.chunks(POSTS_PER_CALL) {
            let reply = self.send(request::counts(&self.config.api, some))?;
            metrics.extend(response::metrics(reply, some)?);
        }
        Ok(metrics)
    }

    fn whose(&self) -> Result<response::Whose, Trouble> {
        response::whose(self.send(request::whose(&self.config.api))?)
    }
}

/// The network makes a card of a link in the text.
fn text(part: &PostPart) -> String {
    plain_text(part, true)
}

impl Publisher for X {
    fn network(&self) -> Network {
        Network::X
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        self.try_publish(order).map_or_else(|it| it.published(KNOWS_KEYS), Published::Done)
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.try_find(order)?)
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        let reply = self.send(request::delete(&self.config.api, post))?;
        Ok(response::deleted(reply)?)
    }

    fn edit(&self, _: &PostRef, _: &PostOrder<'_>) -> Result<PostRef, PublisherError> {
        let why = "posts at X are changed by making others; take it back and publish anew";
        Err(PublisherError::NotAllowed(why.to_owned()))
    }

    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError> {
        Ok(self.try_metrics(posts)?)
    }

    fn check(&self) -> Result<Account, PublisherError> {
        let whose = self.whose()?;
        Ok(Account { name: format!("@{}", whose.username), until: None, limits: LIMITS })
    }
}
