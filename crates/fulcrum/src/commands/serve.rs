//! `fulcrum serve`: collects, decides, sends, and shows the app.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use tracing_subscriber::EnvFilter;

use super::tell;
use crate::Place;
use crate::config::{Config, DEFAULT_BIND};
use crate::data::DataDir;
use crate::programme_files;
use crate::wiring::{self, Ready};

/// Run the engine and the app on the data directory.
///
/// The first start prints a link that sets the password. Stop it with Ctrl-C or SIGTERM: requests
/// under way are finished and nothing is lost.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    /// The address to listen on [default: 127.0.0.1:7411, or what fulcrum.toml says].
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<String>,
    /// A programme to apply at the start if it differs from the one that runs.
    #[arg(long, value_name = "DIR")]
    program: Option<PathBuf>,
    /// Let other machines connect. Passwords and events then cross the network in the clear,
    /// unless a proxy with https stands before it.
    #[arg(long)]
    allow_remote: bool,
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    log_to_standard_error();
    let bind = arguments.bind.as_deref().or(config.bind.as_deref()).unwrap_or(DEFAULT_BIND);
    let allow_remote = arguments.allow_remote || config.allow_remote;
    let bind = wiring::check_bind(bind, allow_remote)?;
    // Before the data are opened: a programme with problems must change nothing.
    let program = arguments.program.as_ref().or(config.program.as_ref());
    let files = program.map(|dir| programme_files::read(dir)).transpose()?;
    if let Some(files) = &files {
        programme_files::parse(files)?;
    }
    let data = DataDir::new(config.data_dir(place));
    let opened = data.open()?;
    if let Some(files) = files
        && programme_files::apply_if_new(&opened, files, "fulcrum serve")?
    {
        tell("the programme is new and will be applied");
    }
    wiring::serve(&data, opened, &config, bind, say_ready)?;
    Ok(ExitCode::SUCCESS)
}

fn say_ready(ready: &Ready) {
    tell(&format!("ready on http://{}", ready.address));
    if let Some(link) = &ready.setup_link {
        tell(&format!("  set the password once: {link}"));
    }
    if let Some(reason) = &ready.held {
        tell(&format!("  nothing goes out: {reason}"));
        tell("  hint: `fulcrum resume` shows what waits and lets it go");
    }
}

pub fn log_to_standard_error() {
    let filter = EnvFilter::try_from_env("FULCRUM_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let colours = std::io::stderr().is_terminal();
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colours);
    // A second call, as in a test, changes nothing.
    let _ = log.with_writer(std::io::stderr).try_init();
}
