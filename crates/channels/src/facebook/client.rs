//! Makes the calls of one page. Owns no rule.

use super::config::{FacebookConfig, TABLE};
use super::request::Page;
use super::response;
use crate::http::Http;
use crate::media::{PictureLimits, Pictures};
use crate::social::{Api, Trouble, find_among, http, part_of, plain_text, reveal};
use model::{Network, PostMetrics, PostPart, PostRef, Problem, Span};
use port::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};

/// The network has no word for a key.
const KNOWS_KEYS: bool = false;

/// 63,206 characters is what posts take; ten photographs is what one post shows whole. No limit of alt
/// texts is documented; it is that of Threads.
const LIMITS: PostLimits =
    PostLimits { characters: 63_206, per_link: None, images: 10, alt_characters: 1_000 };

pub struct Facebook {
    config: FacebookConfig,
    api: String,
    token: String,
    calls: Api,
    pictures: Pictures,
}

impl Facebook {
    pub fn new(config: FacebookConfig) -> Result<Facebook, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        Facebook::over(config, http)
    }

    /// With another way to make calls.
    pub fn over(config: FacebookConfig, http: Http) -> Result<Facebook, Problem> {
        config.check()?;
        let token = reveal(TABLE, "token", &config.token)?;
        let calls = Api::new(http.clone(), vec![token.clone()]);
        let api = format!("{}/{}", config.api, config.version);
        Ok(Facebook { config, api, token, calls, pictures: Pictures::new(http) })
    }

    fn page(&self) -> Page<'_> {
        Page { api: &self.api, id: &self.config.page, token: &self.token }
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        if 0 < order.part {
            return Err(Trouble::Refused("pages at Facebook have no threads".to_owned()));
        }
        let photos = self.photos(part).map_err(Trouble::unseen)?;
        let card = part.card.as_ref().filter(|_| photos.is_empty());
        let link = card.map(|it| it.url.as_str());
        let call = self.page().publish(&text(part), link, &photos);
        response::published(self.calls.send(&call)?)
    }

    fn photos(&self, part: &PostPart) -> Result<Vec<String>, Trouble> {
        let hand_over = |image| {
            let picture = self.pictures.fetch(image, &PictureLimits::FACEBOOK)?;
            response::photo(self.calls.send(&self.page().photo(&picture))?)
        };
        part.images.iter().map(hand_over).collect()
    }

    fn try_find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, Trouble> {
        let part = part_of(order)?;
        let latest = self.page().latest(order.at - Span::HOUR);
        let latest = response::latest(self.calls.send(&latest)?)?;
        Ok(find_among(latest, &text(part), None, order.at))
    }

    fn try_edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let call = self.page().edit(post, &text(part_of(order)?));
        response::edited(self.calls.send(&call)?)?;
        Ok(post.clone())
    }

    fn try_check(&self) -> Result<Account, Trouble> {
        let whose = response::whose(self.calls.send(&self.page().whose())?)?;
        if whose.id != self.config.page {
            let why = "the token is not the page's own; take that of `GET /me/accounts`";
            return Err(Trouble::SignIn(why.to_owned()));
        }
        Ok(Account { name: whose.name, until: None, limits: LIMITS })
    }
}

/// A card stands for its link, which the network then shows; pictures do not.
fn text(part: &PostPart) -> String {
    plain_text(part, !part.images.is_empty())
}

impl Publisher for Facebook {
    fn network(&self) -> Network {
        Network::Facebook
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        self.try_publish(order).map_or_else(|it| it.published(KNOWS_KEYS), Published::Done)
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.try_find(order)?)
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        let reply = self.calls.send(&self.page().delete(post))?;
        Ok(response::deleted(reply)?)
    }

    fn edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, PublisherError> {
        Ok(self.try_edit(post, order)?)
    }

    fn metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, PublisherError> {
        let counts =
            |post: &PostRef| response::metrics(self.calls.send(&self.page().counts(post))?);
        Ok(posts.iter().map(counts).collect::<Result<_, Trouble>>()?)
    }

    fn check(&self) -> Result<Account, PublisherError> {
        Ok(self.try_check()?)
    }
}
