//! `fulcrum backup`: a consistent copy, made beside a running server or without one.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use port::{Catalog, LogPosition};
use serde::{Deserialize, Serialize};

use super::{grouped, print};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::history_copy;
use crate::log_copy;
use crate::stop::Stop;

/// Copy the data to a new directory, also while the server runs.
///
/// The copy holds the state of one moment and everything that was acknowledged until the end of
/// copying. `fulcrum restore` makes it an installation again.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// A new or empty directory.
    #[arg(long, value_name = "DIR")]
    to: PathBuf,
}

/// What lies beside the copy. Versioned by its tag.
#[derive(Serialize, Deserialize)]
pub enum Manifest {
    #[serde(rename = "backup.1")]
    Backup {
        made: String,
        program: String,
        /// The state holds everything before this position of the log.
        state: u64,
        /// The copied log ends here.
        log: u64,
    },
}

/// Written last: a backup without it did not end.
pub const MANIFEST: &str = "backup.json";

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let data = DataDir::new(config.data_dir(place));
    data.must_exist()?;
    let to = DataDir::new(arguments.to.clone());
    if !to.is_empty() {
        let stop = Stop::usage(format!("{} is not empty", to.path().display()));
        return Err(stop.hint("a backup goes to a new directory").into());
    }
    std::fs::create_dir_all(to.path())
        .with_context(|| format!("could not create {}", to.path().display()))?;
    // State before log: the copied log then reaches at least as far as the state.
    store_sqlite::backup(&data.store_path(), &to.store_path())?;
    let end = log_copy::copy(&data.log_path(), &to.log_path())?;
    // The history last: what the log let go of until then is in it.
    let filed = history_copy::copy(&data.history_path(), &to.history_path())?;
    let state = to.open_store()?.log_position()?;
    if end < state {
        let message = format!("the state is at {}, and the copied log ends at {}", state.0, end.0);
        return Err(Stop::failed(message).hint("the log is damaged; see `fulcrum doctor`").into());
    }
    write_manifest(&to, state, end)?;
    let behind = end.0 - state.0;
    print(&format!(
        "{} holds the state, the log up to byte {}, {} of them not yet in the state, and {} files of \
         the history\n",
        to.path().display(),
        grouped(end.0),
        grouped(behind),
        grouped(filed as u64)
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn write_manifest(to: &DataDir, state: LogPosition, log: LogPosition) -> anyhow::Result<()> {
    let manifest = Manifest::Backup {
        made: data::now().to_string(),
        program: env!("CARGO_PKG_VERSION").to_owned(),
        state: state.0,
        log: log.0,
    };
    let path = to.path().join(MANIFEST);
    std::fs::write(&path, serde_json::to_vec_pretty(&manifest)?)
        .and_then(|()| std::fs::File::open(&path)?.sync_all())
        .and_then(|()| sync_dir(to.path()))
        .with_context(|| format!("could not write {}", path.display()))
}

/// Makes the names in a directory durable, where the system can.
fn sync_dir(path: &std::path::Path) -> std::io::Result<()> {
    if cfg!(unix) { std::fs::File::open(path)?.sync_all() } else { Ok(()) }
}
