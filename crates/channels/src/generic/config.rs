//! What can be set for a provider without a module.

use super::template::{Place, Template, Variable};
use crate::http::{check_allow, check_url};
use model::{Channel, Problem};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const CONCURRENCY_MAX: usize = 64;

/// Headers that are ours to write.
const OURS: [&str; 7] =
    ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade", "te"];

/// Headers that hold a secret wherever they are used.
const SECRET: [&str; 5] =
    ["authorization", "proxy-authorization", "x-api-key", "api-key", "x-auth-token"];

/// `[http.NAME]`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GenericConfig {
    /// Any but email, whose messages are more than a text.
    pub channel: Channel,
    #[serde(default)]
    pub method: Verb,
    /// `{{…}}` only behind the host.
    pub url: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// Statuses that say that it was taken; without any, 200 to 299.
    #[serde(default)]
    pub accepted: BTreeSet<u16>,
    /// That it was not, and may be later.
    #[serde(default)]
    pub deferred: BTreeSet<u16>,
    /// That this message never will be.
    #[serde(default)]
    pub refused: BTreeSet<u16>,
    /// That there is no such recipient.
    #[serde(default)]
    pub dead: BTreeSet<u16>,
    /// Where in a JSON answer the provider's id is: `messages.0.id`.
    pub id: Option<String>,
    /// The header by which the provider knows a message again and makes no second copy. Naming one that
    /// it does not look at makes second copies.
    pub idempotency_header: Option<String>,
    #[serde(default = "some")]
    pub concurrency: usize,
    /// Hosts inside the own network that may be called, also without https.
    #[serde(default)]
    pub allow: Vec<String>,
    /// Roots to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Verb {
    #[default]
    Post,
    Put,
}

/// The settings, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Templates {
    pub url: Template,
    pub headers: Vec<(String, Template)>,
    pub body: Template,
}

impl GenericConfig {
    /// `name` is that of the table, for complaints.
    pub fn check(&self, name: &str) -> Result<(), Problem> {
        self.templates(name).map(|_| ())
    }

    pub fn templates(&self, name: &str) -> Result<Templates, Problem> {
        let table = format!("http.{name}");
        let fail = |what: &str| Problem::new(format!("{table}: {what}"));
        check_allow(&table, &self.allow)?;
        if self.channel == Channel::Email {
            return Err(fail("channel cannot be email").hint("a mail server is set in [smtp]"));
        }
        if self.concurrency < 1 || CONCURRENCY_MAX < self.concurrency {
            return Err(fail(&format!("concurrency is not between 1 and {CONCURRENCY_MAX}")));
        }
        self.check_statuses().map_err(|it| fail(&it))?;
        let url = self.url().map_err(|it| fail(&format!("url: {it}")))?;
        let (headers, place) = self.headers().map_err(|it| fail(&format!("headers: {it}")))?;
        let body = self.body(place).map_err(|it| fail(&format!("body: {it}")))?;
        let says = |wanted| {
            url.variables().chain(body.variables()).any(|it| it == wanted)
                || headers.iter().any(|(_, it)| it.variables().any(|it| it == wanted))
        };
        if !says(Variable::To) || !says(Variable::Text) {
            return Err(fail("neither url nor body says to whom, or what")
                .hint("put {{to}} and {{text}} where the provider expects them"));
        }
        Ok(Templates { url, headers, body })
    }

    fn check_statuses(&self) -> Result<(), String> {
        let lists = [&self.accepted, &self.deferred, &self.refused, &self.dead];
        let mut seen = BTreeSet::new();
        for status in lists.into_iter().flatten() {
            if !(200..600).contains(status) {
                return Err(format!("{status} is no status of an answer"));
            }
            if !seen.insert(status) {
                return Err(format!("{status} is in two lists"));
            }
        }
        Ok(())
    }

    fn url(&self) -> Result<Template, String> {
        let host = self.url.find("://").map_or(0, |it| it + 3);
        let end = self.url[host..].find(['/', '?']).map_or(self.url.len(), |it| host + it);
        // Or a message would choose who gets it.
        if self.url[..end].contains("{{") {
            return Err("`{{` stands in the host; it may stand behind it".to_owned());
        }
        let url = Template::parse(&self.url, Place::Url)?;
        check_url(&url.fill(|_| "x".to_owned())).map_err(str::to_owned)?;
        Ok(url)
    }

    fn headers(&self) -> Result<(Vec<(String, Template)>, Place), String> {
        let mut headers = Vec::new();
        let mut place = Place::Json;
        for (name, value) in &self.headers {
            check_name(name)?;
            let template = Template::parse(value, Place::Header)?;
            if value.chars().any(|it| !matches!(it, ' '..='~')) {
                return Err(format!("{name} has a letter that headers cannot have"));
            }
            let lower = name.to_ascii_lowercase();
            if SECRET.contains(&lower.as_str()) && template.env().next().is_none() {
                return Err(format!(
                    "{name} has its secret in the settings; write {{{{env:NAME}}}}"
                ));
            }
            if lower == "content-type" {
                place = place_of(value);
            }
            headers.push((lower, template));
        }
        let named = |name: &str| headers.iter().any(|it| it.0 == name);
        if !named("content-type") {
            let json = Template::parse("application/json", Place::Header)?;
            headers.push(("content-type".to_owned(), json));
        }
        if let Some(name) = &self.idempotency_header {
            check_name(name)?;
            let lower = name.to_ascii_lowercase();
            if headers.iter().any(|it| it.0 == lower) {
                return Err(format!("{name} is the idempotency_header too"));
            }
            headers.push((lower, Template::parse("{{key}}", Place::Header)?));
        }
        Ok((headers, place))
    }

    fn body(&self, place: Place) -> Result<Template, String> {
        let body = Template::parse(&self.body, place)?;
        let example = body.fill(|_| "x".to_owned());
        match place {
            Place::Json if serde_json::from_str::<serde_json::Value>(&example).is_err() => {
                Err("it is no JSON; `{{…}}` stands within quotes: \"{{text}}\"".to_owned())
            }
            Place::Json | Place::Form | Place::Plain | Place::Url | Place::Header => Ok(body),
        }
    }
}

fn place_of(content_type: &str) -> Place {
    let lower = content_type.to_ascii_lowercase();
    match lower {
        it if it.contains("json") => Place::Json,
        it if it.contains("x-www-form-urlencoded") => Place::Form,
        _ => Place::Plain,
    }
}

fn check_name(name: &str) -> Result<(), String> {
    let is_name = !name.is_empty()
        && name.bytes().all(|it| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_'));
    if !is_name {
        return Err("a name of a header has more than letters, digits and hyphens".to_owned());
    }
    match OURS.iter().any(|it| it.eq_ignore_ascii_case(name)) {
        true => Err(format!("{name} is not yours to set")),
        false => Ok(()),
    }
}

fn some() -> usize {
    8
}
