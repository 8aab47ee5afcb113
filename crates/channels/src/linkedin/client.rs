//! Makes the calls of one page. Owns no rule.

use super::config::{LinkedinConfig, TABLE};
use super::request::{POSTS_PER_CALL, Page, commentary, content};
use super::response;
use crate::http::Http;
use crate::media::{PictureLimits, Pictures};
use crate::social::{Api, Trouble, find_among, http, part_of, plain_text, reveal};
use model::{Network, PostImage, PostMetrics, PostPart, PostRef, Problem};
use port::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};

/// The network has no word for a key. It may refuse the same text again, and says so.
const KNOWS_KEYS: bool = false;

/// "Posts API" and "MultiImage API": 3,000 characters, 20 pictures, an alt text of 4,086.
const LIMITS: PostLimits =
    PostLimits { characters: 3_000, per_link: None, images: 20, alt_characters: 4_086 };

pub struct Linkedin {
    config: LinkedinConfig,
    token: String,
    calls: Api,
    pictures: Pictures,
}

impl Linkedin {
    pub fn new(config: LinkedinConfig) -> Result<Linkedin, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        Linkedin::over(config, http)
    }

    /// With another way to make calls.
    pub fn over(config: LinkedinConfig, http: Http) -> Result<Linkedin, Problem> {
        config.check()?;
        let token = reveal(TABLE, "token", &config.token)?;
        let calls = Api::new(http.clone(), vec![token.clone()]);
        Ok(Linkedin { config, token, calls, pictures: Pictures::new(http) })
    }

    fn page(&self) -> Page<'_> {
        let LinkedinConfig { api, organization, version, .. } = &self.config;
        Page { api, organization, version, token: &self.token }
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        if 0 < order.part {
            return Err(Trouble::Refused("pages at LinkedIn have no threads".to_owned()));
        }
        let content = self.content(part).map_err(Trouble::unseen)?;
        let call = self.page().publish(&text(part), content.as_ref());
        response::published(self.calls.send(&call)?)
    }

    fn content(&self, part: &PostPart) -> Result<Option<serde_json::Value>, Trouble> {
        let hand_over = |it: &PostImage| Ok((self.upload(it)?, it.alt.trim().to_owned()));
        let images: Vec<(String, String)> =
            part.images.iter().map(hand_over).collect::<Result<_, Trouble>>()?;
        let Some(card) = part.card.as_ref().filter(|_| images.is_empty()) else {
            return Ok(content(&images, None));
        };
        let thumbnail = card.image.as_ref().map(|it| self.upload(it)).transpose()?;
        Ok(content(&images, Some((card, thumbnail.as_deref()))))
    }

    fn upload(&self, image: &PostImage) -> Result<String, Trouble> {
        let picture = self.pictures.fetch(image, &PictureLimits::LINKEDIN)?;
        let place = response::place(self.calls.send(&self.page().place())?)?;
        let call = self.page().upload(&place.upload_url, &picture);
        response::done(self.calls.send(&call)?)?;
        Ok(place.image)
    }

    fn try_find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, Trouble> {
        let part = part_of(order)?;
        let latest = response::latest(self.calls.send(&self.page().latest())?)?;
        Ok(find_among(latest, &text(part), None, order.at))
    }

    fn try_edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let call = self.page().edit(post, &text(part_of(order)?));
        response::done(self.calls.send(&call)?)?;
        Ok(post.clone())
    }

    fn try_metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
        let mut metrics = Vec::with_capacity(posts.len());
        for some in posts.chunks(POSTS_PER_CALL) {
            let reply = self.calls.send(&self.page().counts(some))?;
            metrics.extend(response::metrics(reply, some)?);
        }
        Ok(metrics)
    }

    fn try_check(&self) -> Result<Account, Trouble> {
        let name = response::whose(self.calls.send(&self.page().whose())?)?;
        Ok(Account { name, until: None, limits: LIMITS })
    }
}

/// A card is shown beside the text, where there are no pictures.
fn text(part: &PostPart) -> String {
    commentary(part, &plain_text(part, !part.images.is_empty()))
}

impl Publisher for Linkedin {
    fn network(&self) -> Network {
        Network::Linkedin
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
        Ok(self.try_metrics(posts)?)
    }

    fn check(&self) -> Result<Account, PublisherError> {
        Ok(self.try_check()?)
    }
}
