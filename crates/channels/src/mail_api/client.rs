//! Makes the call. Owns no rule.

use super::config::MailApiConfig;
use super::request::{Credentials, request};
use super::response::{AGAIN, meaning};
use crate::http::Http;
use crate::http::meaning::of_failure;
use crate::http::message::{hand_over, http_for, logged};
use crate::secret::Secret;
use model::{Problem, Reply};
use port::Envelope;

pub struct MailApi {
    config: MailApiConfig,
    credentials: Credentials,
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
        let reveal = |it: &Option<Secret>, what: &str| -> Result<Option<String>, Problem> {
            it.as_ref().map(|it| it.reveal(what)).transpose()
        };
        let credentials = Credentials {
            key: config.key.reveal("mail_api: key")?,
            key_id: reveal(&config.key_id, "mail_api: key_id")?.unwrap_or_default(),
            session_token: reveal(&config.session_token, "mail_api: session_token")?,
        };
        Ok(MailApi { config, credentials, http })
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
        let call = match request(envelope, &self.config, &self.credentials) {
            Ok(call) => call,
            Err(reply) => return logged(envelope, reply),
        };
        let called = hand_over(&self.http, &call, envelope.at);
        let provider = self.config.provider;
        let reply = called.map_or_else(|it| of_failure(it, AGAIN), |it| meaning(&it, provider));
        logged(envelope, reply)
    }
}
