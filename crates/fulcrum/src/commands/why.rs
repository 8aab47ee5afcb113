//! `fulcrum why`: everything that was decided about a person, in plain words.

use std::process::ExitCode;
use std::str::FromStr;

use anyhow::Context;
use model::{Identifier, Message, MessageId, MessageState, PersonId};
use port::{Person, Views};
use serde_json::{Value, json};

use super::{Format, print};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::stop::Stop;

/// Say why a person was sent something, or was not: each message with every decision about it.
///
/// Works while the server runs.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// An e-mail address, a user id, `kind:value`, or a person's number such as p12.
    #[arg(value_name = "PERSON")]
    person: String,
    /// Only this message, such as m7, with everything that led to it.
    #[arg(value_name = "MESSAGE")]
    message: Option<String>,
    /// How many messages, the newest first.
    #[arg(long, value_name = "N", default_value_t = 20)]
    limit: usize,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.format == Format::Csv {
        return Err(Stop::usage("reasons have no form as CSV")
            .hint("--format table or json")
            .into());
    }
    let config = Config::load(place)?;
    let reading = DataDir::new(config.data_dir(place)).read()?;
    let still = reading.engine()?;
    let views = still.engine.reader()?;
    let person = find(&*views, &arguments.person)?;
    let messages = messages(&*views, arguments, person.id)?;
    if arguments.message.is_some() && arguments.format == Format::Table {
        for message in &messages {
            let chain = server::why::why(&*views, still.engine.loaded(), message.id, data::now())?;
            print(&(chain.unwrap_or_default().join("\n") + "\n"))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    print(&match arguments.format {
        Format::Json => {
            let messages: Vec<Value> = messages.iter().map(message_json).collect();
            let it = json!({ "person": person_json(&person), "messages": messages });
            serde_json::to_string_pretty(&it)? + "\n"
        }
        Format::Table | Format::Csv => text(&person, &messages),
    })?;
    Ok(ExitCode::SUCCESS)
}

pub fn find(views: &dyn Views, asked: &str) -> anyhow::Result<Person> {
    let nobody = || {
        let stop = Stop::usage(format!("nobody is known as `{asked}`"));
        stop.hint("give an e-mail address, a user id, kind:value, or a number such as p12")
    };
    let identifier = Identifier::from_str(asked).map_err(Stop::usage)?;
    let owner = views.owners(&[identifier])?.into_iter().flatten().next();
    // A user id may look like a person's number: what people call themselves goes first.
    let numbered = asked.starts_with('p').then(|| PersonId::from_str(asked).ok()).flatten();
    let id = views.current(owner.or(numbered).ok_or_else(nobody)?)?;
    Ok(views.load(&[id])?.pop().ok_or_else(nobody)?)
}

fn messages(
    views: &dyn Views,
    arguments: &Arguments,
    person: PersonId,
) -> anyhow::Result<Vec<Message>> {
    let Some(asked) = &arguments.message else {
        return Ok(views.messages_of(person, None, arguments.limit)?);
    };
    let id = MessageId::from_str(asked).map_err(Stop::usage)?;
    let message = views.message(id)?.filter(|it| it.person == person);
    let message = message.with_context(|| format!("{id} is no message to {person}"))?;
    Ok(vec![message])
}

fn text(person: &Person, messages: &[Message]) -> String {
    let name = match person.display_name() {
        name if name.is_empty() => person.id.to_string(),
        name => format!("{name} ({})", person.id),
    };
    let mut text = format!("{name}, known since {}\n", person.known.created);
    for (identifier, since) in &person.known.identifiers {
        text += &format!("  {identifier}, since {since}\n");
    }
    let audiences: Vec<&str> = person.profile.memberships().keys().map(String::as_str).collect();
    if !audiences.is_empty() {
        text += &format!("  in the audiences {}\n", audiences.join(", "));
    }
    if messages.is_empty() {
        text += "\nNothing ever wanted to write to this person.\n";
    }
    for message in messages {
        text += &format!("\n{}\n", headline(message));
        for entry in &message.trail {
            let detail = match entry.detail.as_str() {
                "" => String::new(),
                detail => format!(" ({detail})"),
            };
            text += &format!("  {}  {}{detail}\n", entry.at, entry.reason.text());
        }
    }
    text
}

/// What became of it, in one line.
fn headline(message: &Message) -> String {
    let channel = message.channel().map(|it| format!(" by {it}")).unwrap_or_default();
    let fate = match &message.state {
        MessageState::Waiting => "waits for its turn".to_owned(),
        MessageState::Planned { at, .. } => format!("is planned{channel} for {at}"),
        MessageState::Joined { host } => format!("leaves as a part of {host}"),
        MessageState::InFlight { since, .. } => format!("is on its way{channel} since {since}"),
        MessageState::Ended { outcome, at, .. } => {
            format!("{}{channel}, {at}", outcome.name().replace('_', " "))
        }
    };
    format!("{} `{}` from {}: {fate}", message.id, message.content, message.origin)
}

fn person_json(person: &Person) -> Value {
    let identifiers: Vec<String> =
        person.known.identifiers.keys().map(ToString::to_string).collect();
    let audiences: Vec<&String> = person.profile.memberships().keys().collect();
    json!({
        "id": person.id.to_string(),
        "name": person.display_name(),
        "created": person.known.created.to_string(),
        "identifiers": identifiers,
        "audiences": audiences,
    })
}

fn message_json(message: &Message) -> Value {
    let trail: Vec<Value> = message
        .trail
        .iter()
        .map(|it| {
            json!({
                "at": it.at.to_string(),
                "code": it.reason.code(),
                "text": it.reason.text(),
                "detail": it.detail,
            })
        })
        .collect();
    json!({
        "id": message.id.to_string(),
        "content": message.content.as_str(),
        "from": message.origin.to_string(),
        "channel": message.channel().map(|it| it.name()),
        "state": message.ledger_state().name(),
        "trail": trail,
    })
}
