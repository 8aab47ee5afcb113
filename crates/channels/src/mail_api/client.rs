//! Makes the call. Owns no rule.

use super::config::MailApiConfig;
use super::request::request;
use super::response::{AGAIN, meaning};
use crate::http::Http;
use crate::http::meaning::of_failure;
use crate::http::message::{hand_over, http_for, logged};
use model::{Problem, Reply};
use port::Envelope;

pub struct MailApi {
    config: MailApiConfig,
    key: String,
    http: Http,
}

impl MailApi {
    pub fn new(config: MailApiConfig) -> Result<MailApi, Problem> {
        let http = http_for("mail_api", &config.allow, config.ca_file.as_ref());
        MailApi::over(config, http)
    }

    /// Over a way of calling of one's own.
    pub fn over(config: MailApiConfig, http: Http) -> Result<MailApi, Problem> {
        config.check()?;
        let key = config.key.reveal("mail_api: key")?;
        Ok(MailApi { config, key, http })
    }
}

impl port::Channel for MailApi {
    fn channel(&self) -> model::Channel {
        model::Channel::Email
    }

    fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        let call = match request(envelope, &self.config, &self.key) {
            Ok(call) => call,
            Err(reply) => return logged(envelope, reply),
        };
        let called = hand_over(&self.http, &call, envelope.at);
        let provider = self.config.provider;
        let reply = called.map_or_else(|it| of_failure(it, AGAIN), |it| meaning(&it, provider));
        logged(envelope, reply)
    }
}
