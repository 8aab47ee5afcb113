//! `fulcrum resume`: shows what a hold keeps back, and lets it go.

use std::collections::BTreeMap;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Context;
use model::{Channel, Message, MessageState, Timestamp};
use port::Views;
use record::{Control, LogRecord};
use serde_json::json;

use super::{grouped, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::providers::Providers;
use crate::remote::Server;
use crate::stop::Stop;

/// Show what waits after a restore or a long absence, and let it go out.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// Do not ask.
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    server: Server,
}

/// More than this is not counted one by one; "more than" says enough.
const COUNTED_MAX: usize = 100_000;

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    if data.is_running()? {
        return over_api(arguments, &config);
    }
    let opened = data.open()?;
    let now = data::now();
    let last = port::Catalog::last_commit(&opened.store)?;
    let away = last.map_or(model::Span::ZERO, |it| now - it);
    let reason = match data::hold(&opened.store)? {
        Some(hold) => hold.reason,
        None if engine::EngineSettings::default().away_max < away => {
            format!("nothing was committed for {}", data::whole_seconds(away))
        }
        None => {
            print("nothing is held back\n")?;
            return Ok(ExitCode::SUCCESS);
        }
    };
    print(&format!("Nothing goes out: {reason}.\n{}", waiting(&opened.store, now)?))?;
    if !agreed(arguments)? {
        return Ok(ExitCode::from(super::EXIT_FAILED));
    }
    let resume = Control::Resume { by: "fulcrum resume".to_owned() };
    opened
        .log
        .append_and_wait(vec![LogRecord::Control(resume).encode()])
        .context("could not store the decision")?;
    let providers = Providers::set_for(&opened.store, &config)?;
    offline::settle(opened, providers, None)?;
    print("the hold has ended; `fulcrum serve` within the hour sends what is still in time\n")?;
    Ok(ExitCode::SUCCESS)
}

fn over_api(arguments: &Arguments, config: &Config) -> anyhow::Result<ExitCode> {
    let server = arguments.server.connect(config)?;
    let today = server.get("/api/v1/today")?;
    let hold = &today["engine"]["hold"];
    let Some(reason) = hold["reason"].as_str() else {
        print("nothing is held back\n")?;
        return Ok(ExitCode::SUCCESS);
    };
    let waiting = hold["waiting"].as_u64().unwrap_or(0);
    print(&format!("Nothing goes out: {reason}.\n{} messages wait.\n", grouped(waiting)))?;
    if !agreed(arguments)? {
        return Ok(ExitCode::from(super::EXIT_FAILED));
    }
    server.post("/api/v1/resume", &json!({}))?;
    print("the hold has ended\n")?;
    Ok(ExitCode::SUCCESS)
}

fn agreed(arguments: &Arguments) -> anyhow::Result<bool> {
    if arguments.yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("nobody is there to ask").hint("say --yes to let it go").into());
    }
    write!(std::io::stderr(), "Let it go out? [y/N] ")?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    let yes = matches!(answer.trim(), "y" | "Y" | "yes");
    if !yes {
        tell("it stays held back");
    }
    Ok(yes)
}

/// What is due, by channel, and how much of it is too late already.
fn waiting(views: &dyn Views, now: Timestamp) -> anyhow::Result<String> {
    let mut text = String::new();
    for channel in Channel::ALL {
        let due = views.due_messages(channel, now, COUNTED_MAX)?;
        if due.is_empty() {
            continue;
        }
        let (mut late, mut from) = (0, BTreeMap::<String, u64>::new());
        for (id, _) in &due {
            let Some(message) = views.message(*id)? else { continue };
            late += usize::from(is_late(&message, now));
            *from.entry(message.scope()).or_default() += 1;
        }
        text += &format!(
            "  {:<8} {:>9} due, {} of them too late to be sent\n",
            channel.name(),
            grouped(due.len() as u64),
            grouped(late as u64)
        );
        for (scope, count) in from {
            text += &format!("    {scope:<30} {:>9}\n", grouped(count));
        }
    }
    if text.is_empty() {
        text = "  No message is due.\n".to_owned();
    }
    Ok(text)
}

fn is_late(message: &Message, now: Timestamp) -> bool {
    matches!(message.state, MessageState::Planned { .. }) && message.expires <= now
}
