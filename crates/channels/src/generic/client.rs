//! Fills what is said and makes the call. Owns no rule.

use super::config::{GenericConfig, Templates, Verb};
use super::meaning::{again, meaning};
use super::template::Variable;
use crate::http::meaning::of_failure;
use crate::http::message::{hand_over, http_for, logged};
use crate::http::{Call, Http};
use crate::secret::Secret;
use model::{Channel, Problem, Reply};
use port::{Envelope, Payload};
use ureq::http::Method;

pub struct Generic {
    config: GenericConfig,
    templates: Templates,
    http: Http,
}

impl Generic {
    /// `name` is that of the table in the settings.
    pub fn new(name: &str, config: GenericConfig) -> Result<Generic, Problem> {
        let http = http_for("http", &config.allow, config.ca_file.as_ref());
        let reveal = |it: &str| Secret::Env(it.to_owned()).reveal(&format!("http.{name}"));
        Generic::over(name, config, http, reveal)
    }

    /// Over a way of calling of one's own, and with secrets from elsewhere.
    pub fn over(
        name: &str,
        config: GenericConfig,
        http: Http,
        reveal: impl Fn(&str) -> Result<String, Problem>,
    ) -> Result<Generic, Problem> {
        let Templates { url, headers, body } = config.templates(name)?;
        let headers = headers.into_iter().map(|(name, it)| Ok((name, it.with_env(&reveal)?)));
        let templates = Templates {
            url: url.with_env(&reveal)?,
            headers: headers.collect::<Result<_, Problem>>()?,
            body: body.with_env(&reveal)?,
        };
        Ok(Generic { config, templates, http })
    }
}

/// The call, or the reply if there can be none.
fn request(
    envelope: &Envelope,
    config: &GenericConfig,
    templates: &Templates,
) -> Result<Call, Reply> {
    let refuse = |detail: &str, dead| Err(Reply::Refused { detail: detail.to_owned(), dead });
    let Payload::Short { title, body, url, .. } = &envelope.payload else {
        return refuse("not a short message", false);
    };
    if !config.channel.reached_by().contains(&envelope.to.kind) || envelope.to.value.is_empty() {
        return refuse("the recipient has no address of this channel", true);
    }
    let value = |it: Variable| match it {
        Variable::To => envelope.to.value.clone(),
        Variable::Text => body.clone(),
        Variable::Title => title.clone(),
        Variable::Url => url.clone().unwrap_or_default(),
        Variable::Key => envelope.key.clone(),
    };
    let headers = templates.headers.iter().map(|(name, it)| (name.clone(), it.fill(value)));
    Ok(Call {
        method: match config.method {
            Verb::Post => Method::POST,
            Verb::Put => Method::PUT,
        },
        url: templates.url.fill(value),
        headers: headers.collect(),
        body: templates.body.fill(value).into_bytes(),
    })
}

impl port::Channel for Generic {
    fn channel(&self) -> Channel {
        self.config.channel
    }

    fn concurrency(&self) -> usize {
        self.config.concurrency
    }

    fn send(&self, envelope: &Envelope) -> Reply {
        let call = match request(envelope, &self.config, &self.templates) {
            Ok(call) => call,
            Err(reply) => return logged(envelope, reply),
        };
        let called = hand_over(&self.http, &call, envelope.at);
        let again = again(&self.config);
        let reply = called.map_or_else(|it| of_failure(it, again), |it| meaning(&it, &self.config));
        logged(envelope, reply)
    }
}
