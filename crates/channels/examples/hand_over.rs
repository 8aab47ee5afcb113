//! Hands one message to one provider, as settings say, and prints the reply: to try settings, and for the
//! slow tests.
//!
//!   hand_over SETTINGS.toml smtp|mail_api|sms|smpp|web_push|http.NAME ADDRESS [TEXT]
//!   hand_over SETTINGS.toml records       what to publish in the DNS
//!   hand_over SETTINGS.toml key           what a page subscribes with

use channels::dkim::records;
use channels::generic::{Generic, GenericConfig};
use channels::mail_api::{MailApi, MailApiConfig};
use channels::smpp::{Smpp, SmppConfig};
use channels::smtp::{Smtp, SmtpConfig};
use channels::twilio::{Sms, SmsConfig};
use channels::web_push::{WebPush, WebPushConfig};
use model::{Identifier, IdentifierKind, MessageId, Problem, Reply, Timestamp};
use port::{Channel, Envelope, Payload};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Deserialize)]
struct Settings {
    smtp: Option<SmtpConfig>,
    mail_api: Option<MailApiConfig>,
    sms: Option<SmsConfig>,
    smpp: Option<SmppConfig>,
    web_push: Option<WebPushConfig>,
    #[serde(default)]
    http: BTreeMap<String, GenericConfig>,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(lines) => {
            println!("{lines}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<String, Problem> {
    let usage = || Problem::new("hand_over SETTINGS.toml PROVIDER ADDRESS [TEXT]");
    let (path, what) = match arguments {
        [path, what, ..] => (path, what.as_str()),
        _ => return Err(usage()),
    };
    let text = std::fs::read_to_string(path).map_err(|it| Problem::new(format!("{path}: {it}")))?;
    let settings: Settings = toml::from_str(&text).map_err(|it| Problem::new(it.to_string()))?;
    match what {
        "records" => {
            let dkim = settings.smtp.and_then(|it| it.dkim).ok_or_else(usage)?;
            let records = records(&dkim)?;
            let lines: Vec<String> = records.iter().map(ToString::to_string).collect();
            return Ok(lines.join("\n"));
        }
        "key" => return Ok(WebPush::new(settings.web_push.ok_or_else(usage)?)?.public_key()),
        _ => {}
    }
    let address = arguments.get(2).ok_or_else(usage)?;
    let text = arguments.get(3).map_or("Hello", String::as_str);
    let channel = channel(settings, what)?.ok_or_else(usage)?;
    let kind = match channel.channel() {
        model::Channel::Email => IdentifierKind::Email,
        model::Channel::Push => IdentifierKind::DeviceToken,
        model::Channel::Sms => IdentifierKind::Phone,
        model::Channel::Social => IdentifierKind::Handle,
        model::Channel::Onsite | model::Channel::Webhook => IdentifierKind::UserId,
    };
    let envelope = envelope(channel.channel(), Identifier::new(kind, address), text);
    Ok(shown(&channel.send(&envelope)))
}

fn channel(settings: Settings, what: &str) -> Result<Option<Box<dyn Channel>>, Problem> {
    let Settings { smtp, mail_api, sms, smpp, web_push, mut http } = settings;
    Ok(match what {
        "smtp" => smtp.map(Smtp::new).transpose()?.map(|it| Box::new(it) as Box<dyn Channel>),
        "mail_api" => mail_api.map(MailApi::new).transpose()?.map(|it| Box::new(it) as _),
        "sms" => sms.map(Sms::new).transpose()?.map(|it| Box::new(it) as _),
        "smpp" => smpp.map(Smpp::new).transpose()?.map(|it| Box::new(it) as _),
        "web_push" => web_push.map(WebPush::new).transpose()?.map(|it| Box::new(it) as _),
        _ => {
            let name = what.strip_prefix("http.").unwrap_or_default();
            let config = http.remove(name).map(|it| Generic::new(name, it));
            config.transpose()?.map(|it| Box::new(it) as _)
        }
    })
}

fn envelope(channel: model::Channel, to: Identifier, text: &str) -> Envelope {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let at = Timestamp(i64::try_from(now.as_millis()).unwrap_or(0));
    let payload = match channel {
        model::Channel::Email => Payload::Email {
            from: "hello@sender.test".to_owned(),
            from_name: "Velo & Zoë".to_owned(),
            subject: "Grüße".to_owned(),
            html: format!("<p>{text}</p>"),
            text: text.to_owned(),
            headers: vec![
                ("List-Unsubscribe".to_owned(), "<https://go.sender.test/u/x>".to_owned()),
                ("Feedback-ID".to_owned(), "hello:api:service:velo".to_owned()),
            ],
            message_id: format!("{}@sender.test", at.0),
        },
        _ => Payload::Short {
            title: "Velo".to_owned(),
            body: text.to_owned(),
            label: None,
            url: None,
        },
    };
    let message = MessageId(at.0.unsigned_abs());
    Envelope { message, key: format!("hand-over/{}", at.0), channel, to, at, payload }
}

fn shown(reply: &Reply) -> String {
    match reply {
        Reply::Accepted { provider_id } => format!("accepted {provider_id}"),
        Reply::Deferred { detail, .. } => format!("deferred {detail}"),
        Reply::Refused { detail, dead: true } => format!("dead {detail}"),
        Reply::Refused { detail, dead: false } => format!("refused {detail}"),
        Reply::Lost { detail } => format!("lost {detail}"),
    }
}
