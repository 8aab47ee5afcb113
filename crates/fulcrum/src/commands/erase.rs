//! `fulcrum erase`: forgets a person, at once and for good.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use model::{Event, EventFlags, EventKind, Map, PersonId, SourceId};
use record::{Act, Fact, LogRecord};
use serde_json::json;

use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::providers::Providers;
use crate::remote::Server;
use crate::stop::Stop;

/// Forget a person: their state at once, their events within seven days, and nobody writes to their
/// addresses again.
///
/// Works on the data, or over the API of the server that runs on them.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// An e-mail address, a user id, `kind:value`, or a person's number such as p12.
    #[arg(value_name = "PERSON")]
    person: String,
    /// Say what would go, and change nothing.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    server: Server,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    let (person, count) = {
        let reading = data.read()?;
        let still = reading.engine()?;
        let views = still.engine.reader()?;
        let person = super::why::find(&*views, &arguments.person)?;
        let messages = server::export::count_messages(&*views, person.id);
        (person, messages.map_err(|it| Stop::failed(it.detail.unwrap_or(it.title)))?)
    };
    print(&format!(
        "{}, known since {}: {} identifiers, {} traits and {count} messages would go.\n",
        person.id,
        person.known.created,
        person.known.identifiers.len(),
        person.profile.traits.len(),
    ))?;
    if arguments.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    if !agreed(arguments)? {
        return Ok(ExitCode::from(super::EXIT_FAILED));
    }
    match data.is_running()? {
        true => {
            let server = arguments.server.connect(&config)?;
            server.post(&format!("/api/v1/people/{}/erase", person.id), &json!({}))?;
        }
        false => offline(&data, &config, person.id)?,
    }
    print("erased; the events are blanked within seven days while `fulcrum serve` runs\n")?;
    Ok(ExitCode::SUCCESS)
}

fn offline(data: &DataDir, config: &Config, person: PersonId) -> anyhow::Result<()> {
    let opened = data.open()?;
    opened
        .log
        .append_and_wait(vec![LogRecord::Fact(erasure(person)?).encode()])
        .context("could not store the wish")?;
    let providers = Providers::set_for(&opened.store, config)?;
    let journal = Arc::new(data.open_journal()?);
    offline::settle_with(opened, providers, None, Some(journal))?;
    Ok(())
}

/// The wish that somebody be erased, as the team's.
pub fn erasure(person: PersonId) -> anyhow::Result<Fact> {
    let now = data::now();
    let id: [u8; 16] = data::random()?;
    let event = Event {
        source: SourceId::from("fulcrum"),
        message_id: Some(id.iter().map(|it| format!("{it:02x}")).collect()),
        kind: EventKind::Track { name: "Person Erased".to_owned() },
        user_id: None,
        anonymous_id: None,
        properties: Map::from([("by".to_owned(), model::Value::from("the team"))]),
        context: Map::new(),
        time: now,
        received: now,
        flags: EventFlags::default(),
    };
    Ok(Fact { event, person: Some(person), acts: vec![Act::Erase] })
}

fn agreed(arguments: &Arguments) -> anyhow::Result<bool> {
    if arguments.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("nobody is there to ask").hint("say --yes to erase").into());
    }
    write!(std::io::stderr(), "This cannot be undone. Erase? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        tell("nothing was erased");
    }
    Ok(yes)
}
