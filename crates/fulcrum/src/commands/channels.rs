//! `fulcrum channels`: which provider carries what, whether it can be reached with these settings, and
//! what to publish so that the world believes our mail.

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use channels::dkim;
use channels::dns::{Checked, Needed, Resolver, Sender, Standing};
use channels::imap::Imap;
use channels::web_push::WebPush;
use model::{Channel, ChannelSet};
use serde_json::{Value, json};

use super::{Format, print};
use crate::Place;
use crate::config::Config;
use crate::programme_files;
use crate::providers::{self, Providers, named, stop};
use crate::stop::Stop;

/// See which provider carries each channel, and what has to be published for it.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[arg(long, value_enum, default_value = "table", global = true)]
    format: Format,
}

#[derive(clap::Subcommand, Debug, Clone)]
enum Action {
    /// The channels, their providers, and whether every secret that they need can be read.
    List,
    /// Sign in to each mailbox in which mail comes back, and count what waits there. Changes nothing.
    Mailboxes,
    /// The DNS records that make mail believed, as lines of a zone.
    ///
    /// With `--check` the DNS is asked what stands there. Exit code 0: all is as it should be. 1: something
    /// is missing or differs, or nobody answered.
    Dns {
        /// Ask the DNS what stands there, and say what to do.
        #[arg(long)]
        check: bool,
        /// The directory of a programme, whose brand says which address mails are from [default: what
        /// fulcrum.toml says].
        #[arg(long, value_name = "DIR")]
        program: Option<PathBuf>,
    },
    /// The key that pages hand to browsers when people subscribe to push messages.
    PushKey,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let text = match arguments.action.clone().unwrap_or(Action::List) {
        Action::List => list(&config, arguments.format)?,
        Action::Mailboxes => return mailboxes(&config, arguments.format),
        Action::Dns { check: true, program } => {
            return check_dns(&config, program, arguments.format);
        }
        Action::Dns { check: false, program: _ } => dns(&config, arguments.format)?,
        Action::PushKey => push_key(&config)?,
    };
    print(&text)?;
    Ok(ExitCode::SUCCESS)
}

fn list(config: &Config, format: Format) -> anyhow::Result<String> {
    let providers = named(config);
    // Made as `serve` makes them, so that a missing secret shows here and not there.
    let made = Providers::of(config)?;
    let (ready, publishers): (ChannelSet, _) = (made.set, made.publishers);
    let networks: Vec<&str> = publishers.iter().map(|it| it.network().name()).collect();
    let rules = config.engine()?.paces;
    let rows: Vec<Value> = Channel::ALL
        .into_iter()
        .map(|channel| {
            let provider = providers.get(&channel).map(|it| it.join(", "));
            json!({
                "channel": channel.name(),
                "provider": provider,
                "ready": ready.contains(channel),
                "paced": rules.get(&channel).is_some_and(|it| !it.is_empty()),
            })
        })
        .collect();
    Ok(match format {
        Format::Json => format!("{}\n", json!({"channels": rows, "networks": networks})),
        Format::Csv => rows.iter().fold("channel,provider\n".to_owned(), |text, it| {
            let provider = it["provider"].as_str().unwrap_or_default();
            text + &format!("{},{provider}\n", it["channel"].as_str().unwrap_or_default())
        }),
        // Networks are no channels to one person.
        Format::Table => {
            rows.iter().fold(String::new(), |text, it| {
                let provider = it["provider"].as_str().map_or_else(
                    || "no provider: messages end as `no_provider`".to_owned(),
                    |name| format!("[{name}]{}", if it["paced"] == true { ", paced" } else { "" }),
                );
                text + &format!("{:<10}{provider}\n", it["channel"].as_str().unwrap_or_default())
            }) + &networks
                .iter()
                .map(|it| format!("{:<10}[social.{it}]\n", "posts"))
                .collect::<String>()
        }
    })
}

/// One that cannot be read makes the command fail, so that a script notices.
fn mailboxes(config: &Config, format: Format) -> anyhow::Result<ExitCode> {
    let mut rows: Vec<Value> = Vec::new();
    for (name, set) in &config.mailbox {
        let looked = Imap::new(name, set.clone()).map_err(stop)?.look();
        let (waiting, trouble) = match looked {
            Ok(waiting) => (Some(waiting), None),
            Err(why) => (None, Some(why.to_string())),
        };
        rows.push(json!({"mailbox": name, "waiting": waiting, "trouble": trouble}));
    }
    let trouble_of = |it: &Value| it["trouble"].as_str().unwrap_or_default().to_owned();
    let name_of = |it: &Value| it["mailbox"].as_str().unwrap_or_default().to_owned();
    let text = match format {
        Format::Json => format!("{}\n", json!({"mailboxes": rows})),
        Format::Csv => rows.iter().fold("mailbox,waiting\n".to_owned(), |text, it| {
            text + &format!("{},{}\n", name_of(it), it["waiting"])
        }),
        Format::Table if rows.is_empty() => {
            "no mailbox is read: there is no [mailbox.NAME] in the settings\n".to_owned()
        }
        Format::Table => rows.iter().fold(String::new(), |text, it| {
            let said = match it["waiting"].as_u64() {
                Some(waiting) => format!("can be read, {waiting} mails wait"),
                None => trouble_of(it),
            };
            text + &format!("{:<10}{said}\n", name_of(it))
        }),
    };
    print(&text)?;
    let failed = rows.iter().any(|it| !it["trouble"].is_null());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn dns(config: &Config, format: Format) -> anyhow::Result<String> {
    let set = config.smtp.as_ref().and_then(|it| it.dkim.as_ref());
    let Some(set) = set else {
        let stop = Stop::failed("mails are not signed here: there is no [smtp.dkim]");
        return Err(stop.hint("if your mail server signs them, it says what to publish").into());
    };
    let records = dkim::records(set).map_err(stop)?;
    if format == Format::Json {
        let records: Vec<Value> = records
            .iter()
            .map(|it| json!({"name": it.name, "type": "TXT", "value": it.value}))
            .collect();
        return Ok(format!("{}\n", json!({"records": records})));
    }
    let mut text = String::from("; the keys that verify our signatures\n");
    for record in &records {
        writeln!(text, "{record}")?;
    }
    let domain = &set.domain;
    write!(
        text,
        "; what receivers do with mail that says it is ours and is not signed; begin with p=none and read the reports\n\
         _dmarc.{domain}. IN TXT \"v=DMARC1; p=none; rua=mailto:postmaster@{domain}\"\n\
         ; and an SPF record for the domain of the bounce address that names your mail server, such as\n\
         ; {domain}. IN TXT \"v=spf1 mx -all\"\n"
    )?;
    Ok(text)
}

/// What stands in the DNS for the programme's address, against what has to.
fn check_dns(
    config: &Config,
    program: Option<PathBuf>,
    format: Format,
) -> anyhow::Result<ExitCode> {
    let Some(dir) = program.or_else(|| config.program.clone()) else {
        let stop = Stop::usage("it is not known which address mails are from");
        return Err(stop.hint("name the programme with --program DIR").into());
    };
    let brand = programme_files::parse(&programme_files::read(&dir)?)?.brand;
    let sender = Sender {
        from_address: brand.from_address,
        base_url: brand.base_url,
        ..providers::sender(config)?
    };
    let needed = channels::dns::needed(&sender);
    if needed.is_empty() {
        let stop = Stop::failed("the brand names no address that mails are from");
        return Err(stop.hint("write from_address in brand.yaml").into());
    }
    let resolver = Resolver::new(config.dns.address().map_err(stop)?);
    let checked = channels::dns::check(&needed, &resolver);
    let is_sound = checked.iter().all(|it| it.standing == Standing::Found);
    let rows = needed.iter().zip(&checked);
    let text = match format {
        Format::Json => {
            let row = |(it, of): (&Needed, &Checked)| {
                json!({"purpose": it.purpose.name(), "name": it.name, "type": it.kind.name(),
                    "value": it.value, "state": of.standing.name(), "found": of.found,
                    "remedy": of.remedy})
            };
            format!("{}\n", json!({"records": rows.map(row).collect::<Vec<Value>>()}))
        }
        Format::Table | Format::Csv => rows.map(|(it, of)| checked_text(it, of)).collect(),
    };
    print(&text)?;
    Ok(ExitCode::from(u8::from(!is_sound)))
}

fn checked_text(it: &Needed, of: &Checked) -> String {
    let (purpose, state) = (it.purpose.name(), of.standing.name());
    let mut text = format!("{purpose:<12}{state:<9}{} {}\n", it.name, it.kind.name());
    if of.standing != Standing::Found {
        of.found.iter().for_each(|it| text.push_str(&format!("  stands there: {it}\n")));
        text.push_str(&format!("  needed: {}\n", it.value));
    }
    if !of.remedy.is_empty() {
        text.push_str(&format!("  {}\n", of.remedy));
    }
    text
}

fn push_key(config: &Config) -> anyhow::Result<String> {
    let Some(push) = &config.web_push else {
        let stop = Stop::failed("there is no [web_push] in the settings");
        let hint = "`openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out push.pem` \
                    makes its key";
        return Err(stop.hint(hint).into());
    };
    let push = WebPush::new(push.clone()).map_err(stop)?;
    Ok(format!("{}\n", push.public_key()))
}
