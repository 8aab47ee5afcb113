//! Who carries messages: the providers that the settings name, one for each channel.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use anyhow::Context;
use channels::bluesky::Bluesky;
use channels::dkim;
use channels::dns::Sender;
use channels::facebook::Facebook;
use channels::generic::Generic;
use channels::linkedin::Linkedin;
use channels::mail_api::MailApi;
use channels::mastodon::Mastodon;
use channels::onsite::{Onsite, Signers};
use channels::smpp::Smpp;
use channels::smtp::sink::{Script, Sink};
use channels::smtp::{Smtp, SmtpConfig, TlsMode};
use channels::threads::Threads;
use channels::twilio::Sms;
use channels::web_push::WebPush;
use channels::x::X;
use engine::Handle;
use model::{Channel, ChannelSet, Problem};
use port::{InboxItem, Letterbox, Placed, Publisher};
use server::lines::Line;
use server::{ProviderSettings, Visitors};
use store_sqlite::SqliteStore;

use crate::config::{Config, SocialConfig};
use crate::data;
use crate::stop::Stop;

/// The simulated mail server answers at once; the number shows that there can be several.
const SINK_CONCURRENCY: usize = 8;

/// Providers, and the mail server of the simulated market where these data are of one.
pub struct Providers {
    pub channels: Vec<Box<dyn port::Channel>>,
    pub set: ChannelSet,
    /// The accounts that posts to everybody leave by.
    pub publishers: Vec<Box<dyn Publisher>>,
    /// Where the provider of the site's messages finds the engine, once that runs.
    pub desk: Desk,
    /// Those of the providers that tell us by a line that they hold open.
    pub lines: Vec<Line>,
    _sink: Option<Sink>,
}

impl Providers {
    /// Reads the secrets that the settings name.
    pub fn of(config: &Config) -> anyhow::Result<Providers> {
        let mut channels: Vec<Box<dyn port::Channel>> = Vec::new();
        if let Some(smtp) = &config.smtp {
            channels.push(Box::new(Smtp::new(smtp.clone()).map_err(stop)?));
        }
        if let Some(api) = &config.mail_api {
            channels.push(Box::new(MailApi::new(api.clone()).map_err(stop)?));
        }
        if let Some(sms) = &config.sms {
            channels.push(Box::new(Sms::new(sms.clone()).map_err(stop)?));
        }
        let mut lines = Vec::new();
        if let Some(smpp) = &config.smpp {
            let smpp = Smpp::new(smpp.clone()).map_err(stop)?;
            lines.push(Line { name: "smpp".to_owned(), provider: Box::new(smpp.clone()) });
            channels.push(Box::new(smpp));
        }
        if let Some(push) = &config.web_push {
            channels.push(Box::new(WebPush::new(push.clone()).map_err(stop)?));
        }
        let desk = Desk::default();
        if let Some(onsite) = &config.onsite {
            // So that a missing secret shows here.
            Signers::new(onsite).map_err(stop)?;
            channels.push(Box::new(Onsite::new(Arc::new(desk.clone()))));
        }
        for (name, http) in &config.http {
            channels.push(Box::new(Generic::new(name, http.clone()).map_err(stop)?));
        }
        let publishers = publishers(&config.social).map_err(stop)?;
        Ok(Providers { publishers, desk, lines, ..Providers::from(channels, None) })
    }

    /// Simulated people get simulated mail, whatever the settings say.
    pub fn simulated() -> anyhow::Result<Providers> {
        let sink = Sink::start(Script::default()).context("could not start the mail sink")?;
        let mail = sink_mail(sink.address())?;
        Ok(Providers::from(vec![Box::new(mail)], Some(sink)))
    }

    /// The channels in which a server on these data can send. Reads no secret.
    pub fn set_for(store: &SqliteStore, config: &Config) -> anyhow::Result<ChannelSet> {
        Ok(match data::simulated(store)? {
            Some(_) => ChannelSet::EMPTY.with(Channel::Email),
            None => named(config).into_keys().collect(),
        })
    }

    fn from(channels: Vec<Box<dyn port::Channel>>, sink: Option<Sink>) -> Providers {
        let set = channels.iter().map(|it| it.channel()).collect();
        let (publishers, desk, lines) = (Vec::new(), Desk::default(), Vec::new());
        Providers { channels, set, publishers, desk, lines, _sink: sink }
    }
}

/// The engine takes its channels when it starts, and this one needs the engine: it waits for it.
#[derive(Clone, Default)]
pub struct Desk(Arc<OnceLock<Handle>>);

impl Desk {
    pub fn open(&self, handle: Handle) {
        // It is opened once.
        let _ = self.0.set(handle);
    }
}

impl Letterbox for Desk {
    fn put(&self, item: InboxItem, done: Box<dyn FnOnce(Placed) + Send>) {
        Letterbox::put(self.0.wait(), item, done);
    }
}

/// Who may ask what waits on the site, and what browsers subscribe with. Reads the secrets.
pub fn visitors(config: &Config) -> anyhow::Result<Visitors> {
    let signers = config.onsite.as_ref().map(Signers::new).transpose().map_err(stop)?;
    let push = config.web_push.clone().map(WebPush::new).transpose().map_err(stop)?;
    let origins = config.onsite.iter().flat_map(|it| it.origins.clone()).collect();
    Ok(Visitors { signers, origins, push_key: push.map(|it| it.public_key()) })
}

fn publishers(social: &SocialConfig) -> Result<Vec<Box<dyn Publisher>>, Problem> {
    let mut all: Vec<Box<dyn Publisher>> = Vec::new();
    if let Some(it) = &social.bluesky {
        all.push(Box::new(Bluesky::new(it.clone())?));
    }
    if let Some(it) = &social.mastodon {
        all.push(Box::new(Mastodon::new(it.clone())?));
    }
    if let Some(it) = &social.linkedin {
        all.push(Box::new(Linkedin::new(it.clone())?));
    }
    if let Some(it) = &social.facebook {
        all.push(Box::new(Facebook::new(it.clone())?));
    }
    if let Some(it) = &social.threads {
        all.push(Box::new(Threads::new(it.clone())?));
    }
    if let Some(it) = &social.x {
        all.push(Box::new(X::new(it.clone())?));
    }
    Ok(all)
}

/// The tables of the settings that name a provider, by its channel.
pub fn named(config: &Config) -> BTreeMap<Channel, Vec<String>> {
    let table =
        |is_there: bool, channel: Channel, name: &str| is_there.then(|| (channel, name.to_owned()));
    let own = [
        table(config.smtp.is_some(), Channel::Email, "smtp"),
        table(config.mail_api.is_some(), Channel::Email, "mail_api"),
        table(config.sms.is_some(), Channel::Sms, "sms"),
        table(config.smpp.is_some(), Channel::Sms, "smpp"),
        table(config.web_push.is_some(), Channel::Push, "web_push"),
        table(config.onsite.is_some(), Channel::Onsite, "onsite"),
    ];
    let generic = config.http.iter().map(|(name, it)| (it.channel, format!("http.{name}")));
    let mut named: BTreeMap<Channel, Vec<String>> = BTreeMap::new();
    for (channel, name) in own.into_iter().flatten().chain(generic) {
        named.entry(channel).or_default().push(name);
    }
    named
}

/// What a page may show of each channel's provider: where it is and what is set, and no secret.
pub fn shown(config: &Config) -> BTreeMap<Channel, ProviderSettings> {
    let names = named(config);
    let mut shown = BTreeMap::new();
    let mut add = |channel: Channel, settings: Vec<(&str, Option<String>)>| {
        let table = names.get(&channel).and_then(|it| it.first()).cloned().unwrap_or_default();
        let set = settings.into_iter().filter_map(|(name, it)| Some((name.to_owned(), it?)));
        shown.insert(channel, ProviderSettings { table, settings: set.collect() });
    };
    if let Some(it) = &config.smtp {
        add(Channel::Email, mail_server(it));
    }
    if let Some(it) = &config.mail_api {
        let key = Some(SET.to_owned());
        add(
            Channel::Email,
            vec![
                ("base", Some(it.base().to_owned())),
                ("domain", it.domain.clone()),
                ("stream", it.stream.clone()),
                ("key", key),
            ],
        );
    }
    if config.sms.is_some() {
        add(Channel::Sms, Vec::new());
    }
    if let Some(it) = &config.smpp {
        add(
            Channel::Sms,
            vec![
                ("host", Some(format!("{}:{}", it.host, it.port))),
                ("tls", Some(if it.tls { "implicit" } else { "none" }.to_owned())),
                ("from", Some(it.from.clone())),
                ("password", Some(SET.to_owned())),
            ],
        );
    }
    if config.web_push.is_some() {
        add(Channel::Push, Vec::new());
    }
    if let Some(it) = &config.onsite {
        let origins = if it.origins.is_empty() { "any".to_owned() } else { it.origins.join(", ") };
        let old_secret = it.old_secret.as_ref().map(|_| SET.to_owned());
        add(
            Channel::Onsite,
            vec![
                ("origins", Some(origins)),
                ("secret", Some(SET.to_owned())),
                ("old_secret", old_secret),
            ],
        );
    }
    for it in config.http.values() {
        let host = it.url.split('/').take(3).collect::<Vec<_>>().join("/");
        add(it.channel, vec![("url", Some(host))]);
    }
    shown
}

fn mail_server(it: &SmtpConfig) -> Vec<(&'static str, Option<String>)> {
    let tls = match it.tls {
        TlsMode::None => "none",
        TlsMode::StartTls => "starttls",
        TlsMode::Implicit => "implicit",
    };
    vec![
        ("host", Some(format!("{}:{}", it.host, it.port))),
        ("tls", Some(tls.to_owned())),
        ("helo", Some(it.helo.clone())),
        ("user", it.user.as_ref().map(|_| SET.to_owned())),
        ("password", it.password.as_ref().map(|_| SET.to_owned())),
        ("bounce_address", it.bounce_address.clone()),
        ("dkim", it.dkim.as_ref().map(|it| it.domain.clone())),
    ]
}

/// In place of a secret, or of a name that is half of one.
const SET: &str = "(set)";

/// Whose mail leaves how, with the records of its keys.
pub fn sender(config: &Config) -> anyhow::Result<Sender> {
    let dkim = config.smtp.as_ref().and_then(|it| it.dkim.as_ref());
    let records = dkim.map(dkim::records).transpose().map_err(stop)?.unwrap_or_default();
    Ok(Sender::of(config.smtp.as_ref(), config.mail_api.as_ref(), records))
}

/// A channel has one provider: two could not agree on who sends.
pub fn check(config: &Config) -> Result<(), Problem> {
    for (channel, tables) in named(config) {
        if let [first, second, ..] = &tables[..] {
            let text = format!("[{first}] and [{second}] are both for {channel}");
            return Err(Problem::new(text).hint("keep one of them"));
        }
    }
    Ok(())
}

/// E-mail to a sink on this machine.
pub fn sink_mail(address: SocketAddr) -> anyhow::Result<Smtp> {
    let config = SmtpConfig {
        host: address.ip().to_string(),
        port: address.port(),
        tls: TlsMode::None,
        concurrency: SINK_CONCURRENCY,
        ..SmtpConfig::default()
    };
    Smtp::new(config).map_err(|problem| anyhow::anyhow!("{problem}"))
}

pub fn stop(problem: Problem) -> anyhow::Error {
    Stop::usage(problem.message.clone()).hint(problem.hint).into()
}
