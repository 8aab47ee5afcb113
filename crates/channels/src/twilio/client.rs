//! Makes the call. Owns no rule.

use super::config::SmsConfig;
use super::request::request;
use super::response::{AGAIN, meaning};
use crate::http::Http;
use crate::http::meaning::of_failure;
use crate::http::message::{hand_over, http_for, logged};
use model::{Problem, Reply};
use port::Envelope;

pub struct Sms {
    config: SmsConfig,
    token: String,
    http: Http,
}

impl Sms {
    pub fn new(config: SmsConfig) -> Result<Sms, Problem> {
        let http = http_for("sms", &config.allow, config.ca_file.as_ref());
        Sms::over(config, http)
    }

    /// Over a way of calling of one's own.
    pub fn over(config: SmsConfig, http: Http) -> Result<Sms, Problem> {
        config.check()?;
        let token = config.token.reveal("sms: token")?;
        Ok(Sms { config, token, http })
    }
}

impl port::Channel for Sms {
    fn channel(&self) -> model::Channel {
        model::Channel::Sms
    }

    fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        let call = match request(envelope, &self.config, &self.token) {
            Ok(call) => call,
            Err(reply) => return logged(envelope, reply),
        };
        let called = hand_over(&self.http, &call, envelope.at);
        let reply = called.map_or_else(|it| of_failure(it, AGAIN), |it| meaning(&it));
        logged(envelope, reply)
    }
}
