//! `fulcrum restore`: makes a backup an installation again, and holds everything back.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use engine::Hold;

use super::backup::{MANIFEST, Manifest};
use super::print;
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::log_copy;
use crate::stop::Stop;

/// Make a backup an installation again, in an empty data directory.
///
/// Nothing goes out of it until `fulcrum resume`: what was due since the backup may have been sent
/// by the installation that is gone.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The directory of the backup.
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let made = read_manifest(&arguments.from)?;
    let to = DataDir::new(config.data_dir(place));
    if !to.is_empty() {
        let stop = Stop::usage(format!("{} is not empty", to.path().display()));
        return Err(stop.hint("give a new directory with --data").into());
    }
    let from = DataDir::new(arguments.from.clone());
    // Copied by the same means as it was made: a backup stays as it is, and may be used again.
    std::fs::create_dir_all(to.path())
        .with_context(|| format!("could not create {}", to.path().display()))?;
    store_sqlite::backup(&from.store_path(), &to.store_path())?;
    log_copy::copy(&from.log_path(), &to.log_path())?;
    let mut store = to.open_store()?;
    let hold = Hold { since: data::now(), reason: format!("restored from a backup of {made}") };
    data::put(&mut store, vec![data::hold_entry(&hold)?])?;
    print(&format!(
        "{} is what it was at {made}; nothing goes out until `fulcrum resume`\n",
        to.path().display()
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn read_manifest(from: &Path) -> anyhow::Result<String> {
    let path = from.join(MANIFEST);
    let text = std::fs::read(&path).map_err(|error| {
        let stop = Stop::usage(format!("could not read {}: {error}", path.display()));
        stop.hint("a backup holds this file when it was made to its end")
    })?;
    match serde_json::from_slice(&text) {
        Ok(Manifest::Backup { made, .. }) => Ok(made),
        Err(error) => {
            Err(Stop::usage(format!("{} cannot be read: {error}", path.display())).into())
        }
    }
}
