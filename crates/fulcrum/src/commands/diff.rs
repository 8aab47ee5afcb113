//! `fulcrum diff`: what a programme's files say differently from what runs, and what applying them
//! would do.

use std::path::PathBuf;
use std::process::ExitCode;

use super::plan_text::plan_text;
use super::{EXIT_USAGE, Format, print};
use crate::Place;
use crate::config::Config;
use crate::data::DataDir;
use crate::programme_files;
use crate::remote::Server;
use crate::running::Running;
use crate::stop::Stop;

/// Compare a programme with the one that runs: what differs, and what applying it would do.
///
/// Definitions are compared and not texts: comments and layout make no difference. Nothing is
/// changed and nothing sent. Works while the server runs. Exit code 0: no difference. 1: there are
/// differences. 2: it could not be compared.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    #[command(flatten)]
    server: Server,
}

/// As `diff` has it.
const EXIT_DIFFERENT: u8 = 1;

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    compare(place, arguments).map_err(|error| match error.downcast::<Stop>() {
        // 1 is taken.
        Ok(stop) => Stop { code: EXIT_USAGE, ..stop }.into(),
        Err(error) => error,
    })
}

fn compare(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.format == Format::Csv {
        let stop = Stop::usage("differences have no form as CSV");
        return Err(stop.hint("--format table or json").into());
    }
    let config = Config::load(place)?;
    let files = programme_files::read(&arguments.directory)?;
    programme_files::parse(&files)?;
    let data = DataDir::new(config.data_dir(place));
    let plan = Running::find(&config, &data, &arguments.server)?.plan(&files)?;
    print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&plan)? + "\n",
        Format::Table | Format::Csv => plan_text(&plan),
    })?;
    Ok(ExitCode::from(if plan.is_empty() { 0 } else { EXIT_DIFFERENT }))
}
