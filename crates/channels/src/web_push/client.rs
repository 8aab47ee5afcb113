//! Draws the keys of a message and makes the call. Owns no rule.

use super::config::WebPushConfig;
use super::encrypt::{Draw, SALT_BYTES, encrypt};
use super::request::{request, words};
use super::response::{AGAIN, meaning};
use super::subscription::Subscription;
use super::vapid::Vapid;
use crate::http::Http;
use crate::http::meaning::of_failure;
use crate::http::message::{hand_over, http_for, logged};
use model::{Problem, Reply};
use port::Envelope;
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::rand::{SecureRandom as _, SystemRandom};

pub struct WebPush {
    config: WebPushConfig,
    vapid: Vapid,
    random: SystemRandom,
    http: Http,
}

impl WebPush {
    pub fn new(config: WebPushConfig) -> Result<WebPush, Problem> {
        let http = http_for("web_push", &config.allow, config.ca_file.as_ref());
        WebPush::over(config, http)
    }

    /// Over a way of calling of one's own.
    pub fn over(config: WebPushConfig, http: Http) -> Result<WebPush, Problem> {
        config.check()?;
        let vapid = Vapid::from_pem(&config.key.reveal("web_push: key")?)?;
        Ok(WebPush { config, vapid, random: SystemRandom::new(), http })
    }

    /// What a page hands to `pushManager.subscribe` as `applicationServerKey`.
    pub fn public_key(&self) -> String {
        self.vapid.public()
    }

    /// None if the browser's key is no point of the curve, or there is no randomness.
    fn draw(&self, to: &Subscription) -> Option<Draw> {
        let private = EphemeralPrivateKey::generate(&ECDH_P256, &self.random).ok()?;
        let public = private.compute_public_key().ok()?.as_ref().try_into().ok()?;
        let theirs = UnparsedPublicKey::new(&ECDH_P256, &to.p256dh);
        let secret = agree_ephemeral(private, &theirs, <[u8]>::to_vec).ok()?;
        let mut salt = [0; SALT_BYTES];
        self.random.fill(&mut salt).ok()?;
        Some(Draw { salt, public, secret })
    }

    fn try_once(&self, envelope: &Envelope) -> Result<Reply, Reply> {
        let refuse = |detail: &str, dead| Reply::Refused { detail: detail.to_owned(), dead };
        let (to, text) = words(envelope)?;
        let draw = self.draw(&to);
        let draw = draw.ok_or_else(|| refuse("the subscription's key is none", true))?;
        let body = encrypt(&text, &to, &draw);
        let body = body.ok_or_else(|| refuse("the message is too long for a push", false))?;
        let seconds = envelope.at.millis().div_euclid(1_000);
        let who = self.vapid.authorization(to.origin(), &self.config.contact, seconds);
        let who = who.ok_or_else(|| refuse("there is no randomness to sign with", false))?;
        let call = request(envelope, &to, body, who, &self.config);
        let called = hand_over(&self.http, &call, envelope.at);
        Ok(called.map_or_else(|it| of_failure(it, AGAIN), |it| meaning(&it)))
    }
}

impl port::Channel for WebPush {
    fn channel(&self) -> model::Channel {
        model::Channel::Push
    }

    fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        logged(envelope, self.try_once(envelope).unwrap_or_else(|it| it))
    }
}
