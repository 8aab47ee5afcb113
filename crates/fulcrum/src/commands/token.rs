//! `fulcrum token`: tokens with which programs use the API.

use std::process::ExitCode;

use super::{print, tell};
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};

/// Make tokens for the API.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    /// Make a token; it is shown once.
    Create {
        /// What it is for.
        #[arg(default_value = "command line")]
        name: String,
    },
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let Action::Create { name } = &arguments.action;
    let mut opened = DataDir::new(config.data_dir(place)).open()?;
    let (entry, secret) = server::new_token(name, data::now());
    data::put(&mut opened.store, vec![entry])?;
    tell(&format!("a token for `{name}`; it is shown only now"));
    print(&format!("{secret}\n"))?;
    Ok(ExitCode::SUCCESS)
}
