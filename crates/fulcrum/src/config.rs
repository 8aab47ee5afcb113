//! How this installation runs: `fulcrum.toml`, and the environment over it.
//!
//! The file says *what*; options of a command say *how this run*. Unknown fields are errors.

mod pace;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use channels::bluesky::BlueskyConfig;
use channels::callbacks::CallbacksConfig;
use channels::dns::DnsConfig;
use channels::facebook::FacebookConfig;
use channels::generic::GenericConfig;
use channels::imap::MailboxConfig;
use channels::linkedin::LinkedinConfig;
use channels::mail_api::MailApiConfig;
use channels::mastodon::MastodonConfig;
use channels::onsite::OnsiteConfig;
use channels::smpp::SmppConfig;
use channels::smtp::SmtpConfig;
use channels::threads::ThreadsConfig;
use channels::twilio::SmsConfig;
use channels::web_push::WebPushConfig;
use channels::webhook::WebhookConfig;
use channels::x::XConfig;
use delivery::{BrakeRules, PaceRules};
use engine::EngineSettings;
use model::Span;
use serde::Deserialize;
use toml::{Table, Value};

use crate::Place;
use crate::commands::tell;
use crate::providers;
use crate::stop::Stop;

pub const FILE: &str = "fulcrum.toml";
pub const DEFAULT_DATA: &str = "fulcrum-data";
pub const DEFAULT_BIND: &str = "127.0.0.1:7411";

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// What the app calls this installation; by default the brand's name.
    pub name: Option<String>,
    /// Relative paths begin at the file's own directory.
    pub data: Option<PathBuf>,
    /// A directory whose programme `serve` and `import` apply before they begin.
    pub program: Option<PathBuf>,
    pub bind: Option<String>,
    /// Lets others than this machine connect.
    pub allow_remote: bool,
    /// The app is reached by https only, through a proxy.
    pub https: bool,
    /// How long the log keeps what is in the history as well, such as `7d`.
    #[serde(deserialize_with = "span")]
    pub keep_log: Option<Span>,
    pub smtp: Option<SmtpConfig>,
    /// Mail by a provider's API in place of a mail server.
    pub mail_api: Option<MailApiConfig>,
    /// Text messages, through Twilio or whoever speaks its API.
    pub sms: Option<SmsConfig>,
    /// Text messages in place of that, by SMPP.
    pub smpp: Option<SmppConfig>,
    pub web_push: Option<WebPushConfig>,
    /// Messages on the business's own pages.
    pub onsite: Option<OnsiteConfig>,
    /// Providers without a module of their own, by a name for them.
    pub http: BTreeMap<String, GenericConfig>,
    /// The accounts that posts to everybody leave by.
    pub social: SocialConfig,
    /// Mailboxes in which mail comes back, by a name for them.
    pub mailbox: BTreeMap<String, MailboxConfig>,
    /// Providers that may call back.
    pub callbacks: CallbacksConfig,
    /// Calls of other systems.
    pub webhooks: WebhookConfig,
    /// Who is asked what stands in the DNS.
    pub dns: DnsConfig,
    /// What of ours links may lead to.
    pub links: LinksConfig,
    /// How fast messages leave, by channel.
    pub pace: BTreeMap<String, pace::PaceConfig>,
    /// When a campaign stops by itself.
    pub brake: pace::BrakeConfig,
}

/// Which hosts inside the app may ask when it looks for dead links.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinksConfig {
    pub allow: Vec<String>,
}

/// One account at each network.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SocialConfig {
    pub bluesky: Option<BlueskyConfig>,
    pub mastodon: Option<MastodonConfig>,
    pub linkedin: Option<LinkedinConfig>,
    pub facebook: Option<FacebookConfig>,
    pub threads: Option<ThreadsConfig>,
    pub x: Option<XConfig>,
}

/// What the environment may set: its name, the table and key, and whether it is a number or truth
/// rather than text. A closed list, because hosts put names of their own into an environment.
const FROM_ENVIRONMENT: [(&str, &str, &str, Kind); 17] = [
    ("FULCRUM_NAME", "", "name", Kind::Text),
    ("FULCRUM_PROGRAM", "", "program", Kind::Text),
    ("FULCRUM_BIND", "", "bind", Kind::Text),
    ("FULCRUM_ALLOW_REMOTE", "", "allow_remote", Kind::Plain),
    ("FULCRUM_HTTPS", "", "https", Kind::Plain),
    ("FULCRUM_SMTP_HOST", "smtp", "host", Kind::Text),
    ("FULCRUM_SMTP_PORT", "smtp", "port", Kind::Plain),
    ("FULCRUM_SMTP_TLS", "smtp", "tls", Kind::Text),
    ("FULCRUM_SMTP_CA_FILE", "smtp", "ca_file", Kind::Text),
    ("FULCRUM_SMTP_USER", "smtp", "user", Kind::Text),
    ("FULCRUM_SMTP_PASSWORD", "smtp", "password", Kind::Text),
    ("FULCRUM_SMTP_HELO", "smtp", "helo", Kind::Text),
    ("FULCRUM_SMTP_BOUNCE_ADDRESS", "smtp", "bounce_address", Kind::Text),
    ("FULCRUM_SMTP_CONCURRENCY", "smtp", "concurrency", Kind::Plain),
    ("FULCRUM_SMTP_TIMEOUT_END", "smtp.timeouts", "end", Kind::Text),
    ("FULCRUM_WEBHOOKS_SECRET", "webhooks", "secret", Kind::Text),
    ("FULCRUM_WEBHOOKS_OLD_SECRET", "webhooks", "old_secret", Kind::Text),
];

/// Names beside the settings, for other parts of this program.
const ALSO_OURS: [&str; 5] =
    ["FULCRUM_DATA", "FULCRUM_CONFIG", "FULCRUM_LOG", "FULCRUM_TOKEN", "FULCRUM_KILLS"];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Plain,
}

impl Config {
    /// Reads the file that `place` names, or the one in this directory if there is one.
    pub fn load(place: &Place) -> anyhow::Result<Config> {
        let (path, asked) = match &place.config {
            Some(path) => (path.clone(), true),
            None => (PathBuf::from(FILE), false),
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !asked => String::new(),
            Err(error) => {
                let message = format!("could not read {}: {error}", path.display());
                return Err(Stop::usage(message).into());
            }
        };
        let set = |name: &str| std::env::var(name).ok().filter(|it| !it.is_empty());
        warn_of_unknown(std::env::vars_os().filter_map(|it| it.0.into_string().ok()));
        let mut config = read(&text, &path, set)?;
        let base = path.parent().map(Path::to_owned).unwrap_or_default();
        for inner in [&mut config.data, &mut config.program].into_iter().flatten() {
            *inner = base.join(&*inner);
        }
        Ok(config)
    }

    /// How the engine works here.
    pub fn engine(&self) -> anyhow::Result<EngineSettings> {
        let (paces, brake) = self
            .sending()
            .map_err(|problem| Stop::usage(problem.message.clone()).hint(problem.hint))?;
        Ok(EngineSettings { paces, brake, ..EngineSettings::default() })
    }

    fn check(&self) -> Result<(), model::Problem> {
        self.smtp.as_ref().map_or(Ok(()), SmtpConfig::check)?;
        self.mail_api.as_ref().map_or(Ok(()), MailApiConfig::check)?;
        self.sms.as_ref().map_or(Ok(()), SmsConfig::check)?;
        self.smpp.as_ref().map_or(Ok(()), SmppConfig::check)?;
        self.web_push.as_ref().map_or(Ok(()), WebPushConfig::check)?;
        self.onsite.as_ref().map_or(Ok(()), OnsiteConfig::check)?;
        self.http.iter().try_for_each(|(name, it)| it.check(name))?;
        self.mailbox.iter().try_for_each(|(name, it)| it.check(name))?;
        providers::check(self)?;
        self.webhooks.check()?;
        self.dns.check()?;
        channels::http::check_allow("links", &self.links.allow)?;
        self.sending().map(|_| ())
    }

    fn sending(&self) -> Result<(BTreeMap<model::Channel, PaceRules>, BrakeRules), model::Problem> {
        Ok((pace::rules(&self.pace)?, self.brake.rules()?))
    }

    /// Where the data lie: the option, else the file, else the default.
    pub fn data_dir(&self, place: &Place) -> PathBuf {
        let chosen = place.data.clone().or_else(|| self.data.clone());
        chosen.unwrap_or_else(|| PathBuf::from(DEFAULT_DATA))
    }
}

fn read(text: &str, path: &Path, set: impl Fn(&str) -> Option<String>) -> anyhow::Result<Config> {
    // Once as text, because then problems have their line and column.
    let unreadable = |error: toml::de::Error| complaint(text, path, &error);
    let config: Config = toml::from_str(text).map_err(unreadable)?;
    let mut table: Table = toml::from_str(text).map_err(unreadable)?;
    let mut names = Vec::new();
    for (name, folder, key, kind) in FROM_ENVIRONMENT {
        let Some(given) = set(name) else { continue };
        let value = match (kind, given.parse::<i64>(), given.as_str()) {
            (Kind::Plain, Ok(number), _) => Value::Integer(number),
            (Kind::Plain, _, "true") => Value::Boolean(true),
            (Kind::Plain, _, "false") => Value::Boolean(false),
            (Kind::Plain | Kind::Text, ..) => Value::String(given),
        };
        put(&mut table, folder, key, value);
        names.push(name);
    }
    let config = match names.is_empty() {
        true => config,
        false => Config::deserialize(table).map_err(|error| {
            let message = format!("a setting of the environment is wrong: {}", error.message());
            Stop::usage(message).hint(format!("set are {}", names.join(", ")))
        })?,
    };
    let refuse = |problem: model::Problem| {
        Stop::usage(format!("{}: {}", path.display(), problem.message)).hint(problem.hint)
    };
    config.check().map_err(refuse)?;
    Ok(config)
}

fn span<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Span>, D::Error> {
    let text = String::deserialize(from)?;
    let span = Span::parse(&text).map_err(serde::de::Error::custom)?;
    match Span::ZERO <= span {
        true => Ok(Some(span)),
        false => Err(serde::de::Error::custom("a length of time is not below 0")),
    }
}

fn put(table: &mut Table, folder: &str, key: &str, value: Value) {
    match folder.split_once('.').unwrap_or((folder, "")) {
        ("", _) => {
            table.insert(key.to_owned(), value);
        }
        (first, rest) => {
            let inner = table.entry(first).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(inner) = inner {
                put(inner, rest, key, value);
            }
        }
    }
}

fn complaint(text: &str, path: &Path, error: &toml::de::Error) -> anyhow::Error {
    let place = match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
            format!("{}:{line}:{column}", path.display())
        }
        None => path.display().to_string(),
    };
    Stop::usage(format!("{place}: {}", error.message().trim())).into()
}

fn warn_of_unknown(names: impl Iterator<Item = String>) {
    for name in names.filter(|it| it.starts_with("FULCRUM_")) {
        let known =
            FROM_ENVIRONMENT.iter().any(|it| it.0 == name) || ALSO_OURS.contains(&name.as_str());
        if !known {
            tell(&format!("warning: the variable {name} of the environment means nothing here"));
        }
    }
}

#[cfg(test)]
mod tests;
