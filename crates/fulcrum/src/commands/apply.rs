//! `fulcrum apply`: makes a programme the one that runs.

use std::path::PathBuf;
use std::process::ExitCode;

use super::{grouped, print};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::offline;
use crate::programme_files;
use crate::stop::Stop;
use crate::wiring::Providers;

/// Check a programme and make it the one that runs, in one step.
///
/// Everybody is placed in the audiences anew. A running server applies a programme when it starts:
/// restart it with `--program DIR`.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory that holds `program/`, or the programme itself.
    #[arg(value_name = "DIR", default_value = ".")]
    directory: PathBuf,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let files = programme_files::read(&arguments.directory)?;
    programme_files::parse(&files)?;
    let data = DataDir::new(config.data_dir(place));
    if data.is_running()? {
        let shown = arguments.directory.display();
        let stop = Stop::failed("a server runs on these data, and takes a programme at its start");
        let hint = format!("stop it, and `fulcrum serve --program {shown}` applies this one");
        return Err(stop.hint(hint).into());
    }
    let mut opened = data.open()?;
    data::touch_if_unused(&mut opened.store)?;
    if !programme_files::apply_if_new(&opened, files, "fulcrum apply")? {
        print("this programme runs already\n")?;
        return Ok(ExitCode::SUCCESS);
    }
    let providers = Providers::set_for(&opened.store, &config)?;
    let engine = offline::settle(opened, providers, None)?;
    let status = engine.status();
    print(&format!("version {} of the programme runs\n", status.programme_version))?;
    for (name, size) in &status.tallies.audiences {
        print(&format!("  {name:<24}{:>12} people\n", grouped(size.unsigned_abs())))?;
    }
    Ok(ExitCode::SUCCESS)
}
