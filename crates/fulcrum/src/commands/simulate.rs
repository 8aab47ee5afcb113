//! `fulcrum simulate`: what a programme would do if a few people did what a script says.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use model::Timestamp;
use sim::scenario::{Played, Script, play_scenario};

use super::{EXIT_USAGE, Format, print, tell};
use crate::programme_files;
use crate::stop::Stop;

/// Play a script of a few people's days through a programme, in no time and with no mail sent.
///
/// Prints a line for each message that the programme asked for: sent or not, when, to whom and why.
/// It is the real engine on pretended channels; nothing that is stored is read or changed.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(long, value_name = "DIR", default_value = ".")]
    program: PathBuf,
    /// What happens, line by line: `2026-03-02T09:00 ada "Signed Up" plan=pro`. See docs/programme.md.
    #[arg(long, value_name = "FILE")]
    events: PathBuf,
    /// Print what was decided from this time on.
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Play until this time [default: the script's line `end`, or 30 days after its last line].
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.format == Format::Csv {
        let stop = Stop::usage("a play has no form as CSV");
        return Err(stop.hint("--format table or json").into());
    }
    let from = arguments.from.as_deref().map(instant).transpose()?;
    let to = arguments.to.as_deref().map(instant).transpose()?;
    let files = programme_files::read(&arguments.program)?;
    programme_files::parse(&files)?;
    let path = arguments.events.display().to_string();
    let text = std::fs::read_to_string(&arguments.events)
        .with_context(|| format!("could not read {path}"))?;
    let script = Script::parse(&text).map_err(|problems| {
        problems.into_iter().for_each(|it| tell(&it.in_file(&path).to_string()));
        Stop { code: EXIT_USAGE, ..Stop::failed(format!("{path} cannot be read")) }
    })?;
    let mut played = play_scenario(&files, &script, to)?;
    if let Some(from) = from {
        let from = from.to_string();
        // Times are written so that their order as texts is that of time.
        played.decisions.retain(|it| from <= it.at);
    }
    print(&shown(&played, arguments.format)?)?;
    Ok(ExitCode::SUCCESS)
}

fn shown(played: &Played, format: Format) -> anyhow::Result<String> {
    Ok(match format {
        Format::Json => serde_json::to_string_pretty(played)? + "\n",
        Format::Table | Format::Csv => played.text(),
    })
}

fn instant(text: &str) -> anyhow::Result<Timestamp> {
    let whole = if text.len() == 10 { format!("{text}T00:00:00Z") } else { text.to_owned() };
    Timestamp::parse(&whole).map_err(|error| Stop::usage(error.to_string()).into())
}
