//! Makes the calls of one account. Keeps its session in memory, and owns no rule.

use super::config::{BlueskyConfig, TABLE};
use super::request::{self, Embeds, POSTS_PER_CALL};
use super::response::{self, Put, Record, Session, Written};
use crate::http::{Call, Http};
use crate::media::{Picture, PictureLimits, Pictures};
use crate::social::{Api, Reply, Trouble, http, part_of, reveal};
use model::{Marked, Network, PostMetrics, PostPart, PostRef, Problem};
use port::{Account, PostLimits, PostOrder, Published, Publisher, PublisherError};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// A record is written only where none stands, so a second try finds the first.
const KNOWS_KEYS: bool = true;

/// Lexicons `app.bsky.feed.post` and `app.bsky.embed.images`: 300 graphemes, a link as it is shown; four
/// images. The app shows 2,000 graphemes of an alt text.
const LIMITS: PostLimits =
    PostLimits { characters: 300, per_link: None, images: 4, alt_characters: 2_000 };

pub struct Bluesky {
    config: BlueskyConfig,
    password: String,
    api: Api,
    pictures: Pictures,
    session: Mutex<Option<Session>>,
}

impl Bluesky {
    pub fn new(config: BlueskyConfig) -> Result<Bluesky, Problem> {
        let http = http(TABLE, &config.allow, config.ca_file.as_ref());
        Bluesky::over(config, http)
    }

    /// With another way to make calls.
    pub fn over(config: BlueskyConfig, http: Http) -> Result<Bluesky, Problem> {
        config.check()?;
        let password = reveal(TABLE, "password", &config.password)?;
        let api = Api::new(http.clone(), vec![password.clone()]);
        let pictures = Pictures::new(http);
        Ok(Bluesky { config, password, api, pictures, session: Mutex::new(None) })
    }

    fn try_publish(&self, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        let embeds = self.embeds(part).map_err(Trouble::unseen)?;
        let rkey = request::record_key(order.key);
        let language = order.post.language.as_deref();
        let record = request::record(part, language, order.before, &embeds, order.at);
        let service = &self.config.service;
        let put =
            self.signed(|it| request::put(service, &it.did, &rkey, &record, None), response::put)?;
        match put {
            Put::Stands(written) => Ok(self.post_ref(written)),
            // An earlier try wrote it.
            Put::Taken => self.stands(&rkey).map_err(Trouble::unseen)?.ok_or_else(|| {
                Trouble::later("the record was there and is gone; somebody deleted it just now")
            }),
        }
    }

    /// Hands over what the post shows beside its text, and asks whom it names.
    fn embeds(&self, part: &PostPart) -> Result<Embeds, Trouble> {
        if part.card.is_some() && !part.images.is_empty() {
            let why = "a post at Bluesky shows pictures or a card; take one of them out";
            return Err(Trouble::Refused(why.to_owned()));
        }
        let mut embeds = Embeds::default();
        for image in &part.images {
            let picture = self.pictures.fetch(image, &PictureLimits::BLUESKY)?;
            let blob = self.upload(&picture)?;
            embeds.images.push((picture, blob));
        }
        let thumb = part.card.as_ref().and_then(|it| it.image.as_ref());
        if let Some(image) = thumb {
            let picture = self.pictures.fetch(image, &PictureLimits::BLUESKY)?;
            embeds.thumb = Some(self.upload(&picture)?);
        }
        embeds.mentions = self.mentions(part)?;
        Ok(embeds)
    }

    fn mentions(&self, part: &PostPart) -> Result<BTreeMap<String, String>, Trouble> {
        let mut found = BTreeMap::new();
        for mark in &part.marks {
            let Marked::Mention(name) = &mark.what else { continue };
            let reply = self.api.send(&request::resolve(&self.config.service, name));
            if let Some(did) = response::resolved(reply.map_err(Trouble::unseen)?)? {
                found.insert(name.clone(), did);
            }
        }
        Ok(found)
    }

    fn upload(&self, picture: &Picture) -> Result<serde_json::Value, Trouble> {
        let service = &self.config.service;
        self.signed(|_| request::upload(service, picture), response::blob)
    }

    fn look_up(&self, rkey: &str) -> Result<Option<Record>, Trouble> {
        let service = &self.config.service;
        self.signed(|it| request::look_up(service, &it.did, rkey), response::record)
    }

    fn stands(&self, rkey: &str) -> Result<Option<PostRef>, Trouble> {
        let found = self.look_up(rkey)?;
        Ok(found.map(|it| self.post_ref(Written { uri: it.uri, cid: it.cid })))
    }

    fn post_ref(&self, written: Written) -> PostRef {
        let (did, rkey) = parts_of(&written.uri);
        let url = request::web_url(&self.config.web, did, rkey);
        PostRef { url, hash: written.cid, id: written.uri }
    }

    fn try_edit(&self, post: &PostRef, order: &PostOrder<'_>) -> Result<PostRef, Trouble> {
        let part = part_of(order)?;
        let (_, rkey) = parts_of(&post.id);
        let gone = || Trouble::Refused("the post is not there any more".to_owned());
        let old = self.look_up(rkey)?.ok_or_else(gone)?;
        let mentions = self.mentions(part)?;
        let embeds = Embeds { mentions, ..Embeds::default() };
        let language = order.post.language.as_deref();
        let mut record = request::record(part, language, &[], &embeds, order.at);
        for kept in ["createdAt", "reply", "embed"] {
            match old.value.get(kept) {
                Some(it) => record[kept] = it.clone(),
                None if kept == "embed" => {
                    record.as_object_mut().map(|it| it.remove(kept));
                }
                None => {}
            }
        }
        let (service, instead_of) = (&self.config.service, Some(old.cid.as_str()));
        let put = |it: &Session| request::put(service, &it.did, rkey, &record, instead_of);
        match self.signed(put, response::put)? {
            Put::Stands(written) => Ok(self.post_ref(written)),
            Put::Taken => Err(Trouble::later("somebody else changes the post just now")),
        }
    }

    fn try_delete(&self, post: &PostRef) -> Result<(), Trouble> {
        let ((_, rkey), service) = (parts_of(&post.id), &self.config.service);
        self.signed(|it| request::delete(service, &it.did, rkey), response::deleted)
    }

    fn try_metrics(&self, posts: &[PostRef]) -> Result<Vec<Option<PostMetrics>>, Trouble> {
        if self.config.app_view.is_empty() {
            let why = format!("there is no server that counts; name one in {TABLE}.app_view");
            return Err(Trouble::Refused(why));
        }
        let mut metrics = Vec::with_capacity(posts.len());
        for some in posts.chunks(POSTS_PER_CALL) {
            let reply = self.api.send(&request::posts(&self.config.app_view, some))?;
            metrics.extend(response::metrics(reply, some)?);
        }
        Ok(metrics)
    }

    fn try_check(&self) -> Result<Account, Trouble> {
        let service = &self.config.service;
        let who = self.signed(|_| request::session(service), response::who)?;
        if !who.active {
            let status = if who.status.is_empty() { "not active" } else { &who.status };
            return Err(Trouble::Refused(format!("the account is {status}")));
        }
        Ok(Account { name: format!("@{}", who.handle), until: None, limits: LIMITS })
    }

    /// A call with the session's token; once more with a new session, if the old one has ended. A call
    /// that was refused for its token did nothing.
    fn signed<T>(
        &self,
        call: impl Fn(&Session) -> Call,
        read: impl Fn(Reply) -> Result<T, Trouble>,
    ) -> Result<T, Trouble> {
        let send = |session: &Session| {
            let call = call(session).bearer(&session.access);
            read(self.api.send(&call)?)
        };
        let (session, is_new) = self.session()?;
        match send(&session) {
            Err(Trouble::SignIn(_)) if !is_new => send(&self.renewed(&session)?),
            other => other,
        }
    }

    /// The session that is kept, or a new one.
    fn session(&self) -> Result<(Session, bool), Trouble> {
        let mut kept = self.kept();
        if let Some(session) = kept.as_ref() {
            return Ok((session.clone(), false));
        }
        let session = self.sign_in()?;
        *kept = Some(session.clone());
        Ok((session, true))
    }

    /// In place of one that has ended. Networks count sign-ins, so it is refreshed where that goes.
    fn renewed(&self, ended: &Session) -> Result<Session, Trouble> {
        let mut kept = self.kept();
        if let Some(session) = kept.as_ref().filter(|it| *it != ended) {
            return Ok(session.clone());
        }
        let call = request::refresh(&self.config.service, &ended.refresh);
        let refreshed = self.api.send(&call).map_err(Trouble::unseen)?;
        let session = match response::session(refreshed).map_err(Trouble::unseen) {
            Err(Trouble::SignIn(_) | Trouble::Refused(_)) => {
                *kept = None;
                self.sign_in()?
            }
            other => other?,
        };
        *kept = Some(session.clone());
        Ok(session)
    }

    fn sign_in(&self) -> Result<Session, Trouble> {
        let config = &self.config;
        let call = request::sign_in(&config.service, &config.handle, &self.password);
        let reply = self.api.send(&call).map_err(Trouble::unseen)?;
        response::session(reply).map_err(Trouble::unseen)
    }

    /// Whoever panicked while holding it left a session that is whole.
    fn kept(&self) -> std::sync::MutexGuard<'_, Option<Session>> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Publisher for Bluesky {
    fn network(&self) -> Network {
        Network::Bluesky
    }

    fn publish(&self, order: &PostOrder<'_>) -> Published {
        self.try_publish(order).map_or_else(|it| it.published(KNOWS_KEYS), Published::Done)
    }

    fn find(&self, order: &PostOrder<'_>) -> Result<Option<PostRef>, PublisherError> {
        Ok(self.stands(&request::record_key(order.key))?)
    }

    fn delete(&self, post: &PostRef) -> Result<(), PublisherError> {
        Ok(self.try_delete(post)?)
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

/// The account and the record key of `at://did/collection/rkey`.
fn parts_of(uri: &str) -> (&str, &str) {
    let path = uri.strip_prefix("at://").unwrap_or(uri);
    let did = path.split('/').next().unwrap_or_default();
    (did, path.rsplit('/').next().unwrap_or_default())
}
