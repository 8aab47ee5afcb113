//! `fulcrum simulate`: what a programme would do, over a script or over what really happened.

mod past;
mod remote;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use model::{Span, Timestamp};
use replay::{Compared, Play, Played, Replayed, Script, compare, play_scenario, replay};
use serde::Serialize;

use super::{EXIT_USAGE, Format, print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::DataDir;
use crate::programme_files;
use crate::progress::{Bars, Unit};
use crate::remote::Server;
use crate::stop::Stop;

/// Play a programme over a script, or over what people really did, in no time and with no mail sent.
///
/// With a script it prints a line for each message that the programme asked for: sent or not, when, to
/// whom and why. Over the history it prints counts per step, reasons, and how many people each channel
/// reaches; as JSON every decision as well. It is the real engine on pretended channels; nothing
/// that is stored is changed.
///
/// For example: fulcrum simulate --program shop --history --from 2026-10-01 --to 2026-11-01 --against shop-new
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(long, value_name = "DIR", default_value = ".")]
    program: PathBuf,
    /// What happens, line by line: `2026-03-02T09:00 ada "Signed Up" plan=pro`. See docs/programme.md.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "history",
        conflicts_with = "history"
    )]
    events: Option<PathBuf>,
    /// Over what happened: of this installation, or of a file with an event a line, as `fulcrum import`
    /// reads it.
    #[arg(long, value_name = "FILE", num_args = 0..=1)]
    history: Option<Option<PathBuf>>,
    /// Another programme to compare with.
    #[arg(long, value_name = "DIR", requires = "history", conflicts_with = "server")]
    against: Option<PathBuf>,
    /// Print what was decided from this time on; over the history, where the play begins [default: 30
    /// days before its end].
    #[arg(long, value_name = "TIME")]
    from: Option<String>,
    /// Play until this time [default: the script's line `end`, or 30 days after its last line; over the
    /// history, its last event].
    #[arg(long, value_name = "TIME")]
    to: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// With `--history` and without a file: play it there, over what that server has, and beside the programme
    /// that it runs.
    #[command(flatten)]
    server: Server,
}

/// How far back a play over the history begins when nothing is said.
const WINDOW: Span = Span::days(30);

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.format == Format::Csv {
        let stop = Stop::usage("a play has no form as CSV");
        return Err(stop.hint("--format table or json").into());
    }
    let files = programme_files::read(&arguments.program)?;
    programme_files::parse(&files)?;
    if let (Some(None), true) = (&arguments.history, arguments.server.is_named()) {
        return remote::play(place, arguments, &files);
    }
    if let Some(history) = &arguments.history {
        return over_history(place, arguments, &files, history.as_deref());
    }
    let Some(events) = &arguments.events else {
        return Err(Stop::usage("there is nothing to play")
            .hint("--events FILE or --history")
            .into());
    };
    let from = arguments.from.as_deref().map(instant).transpose()?;
    let to = arguments.to.as_deref().map(instant).transpose()?;
    let path = events.display().to_string();
    let text = std::fs::read_to_string(events).with_context(|| format!("could not read {path}"))?;
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

/// What is printed as JSON.
#[derive(Serialize)]
struct Answer<'a> {
    replay: &'a Replayed,
    #[serde(skip_serializing_if = "Option::is_none")]
    against: Option<&'a Replayed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: Option<&'a Compared>,
}

fn over_history(
    place: &Place,
    arguments: &Arguments,
    files: &programme_files::Files,
    history: Option<&std::path::Path>,
) -> anyhow::Result<ExitCode> {
    let facts = match history {
        None => past::of_installation(&DataDir::new(Config::load(place)?.data_dir(place)))?,
        Some(file) => past::of_file(file)?,
    };
    let Some(last) = facts.last().map(|it| it.event.received) else {
        return Err(Stop::failed("nothing has happened yet that could be played").into());
    };
    let to = match arguments.to.as_deref() {
        Some(to) => instant(to)?,
        None => Timestamp(last.0.saturating_add(1)),
    };
    let from = arguments.from.as_deref().map(instant).transpose()?.unwrap_or(to - WINDOW);
    if to <= from {
        return Err(Stop::usage("the window ends before it begins")
            .hint("--from TIME --to TIME")
            .into());
    }
    let bars = Bars::new();
    let played = |files: &programme_files::Files| -> anyhow::Result<Replayed> {
        let bar = bars.begin("played", facts.len() as u64, Unit::Steps);
        let replayed =
            replay(&Play { files, from, to, follow: false }, facts.iter().cloned(), &mut |done| {
                bar.at(done);
                true
            })?;
        bar.finish();
        replayed.context("the play was stopped")
    };
    let first = played(files)?;
    let second = match &arguments.against {
        Some(other) => {
            let files = programme_files::read(other)?;
            programme_files::parse(&files)?;
            Some(played(&files)?)
        }
        None => None,
    };
    let compared = second.as_ref().map(|it| compare(&first, it));
    let (against, compared) = (second.as_ref(), compared.as_ref());
    print(&Answer { replay: &first, against, compared }.shown(arguments.format)?)?;
    Ok(ExitCode::SUCCESS)
}

impl Answer<'_> {
    fn shown(&self, format: Format) -> anyhow::Result<String> {
        Ok(match format {
            Format::Json => serde_json::to_string_pretty(self)? + "\n",
            Format::Table | Format::Csv => {
                let mut text = self.replay.text();
                if let (Some(second), Some(compared)) = (self.against, self.compared) {
                    let second = second.text();
                    text.push_str(&format!("\nagainst it:\n{second}\n{}", compared.text()));
                }
                text
            }
        })
    }
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
