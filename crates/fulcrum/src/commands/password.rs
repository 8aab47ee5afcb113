//! `fulcrum password`: sets the admin's password.

use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anyhow::Context;
use port::{Catalog, Entry, Space};

use super::print;
use crate::Place;
use crate::config::Config;
use crate::data::{self, DataDir};
use crate::stop::Stop;

/// Set the admin's password, read from standard input. Everybody is signed out.
#[derive(clap::Args, Debug)]
pub struct Arguments {}

pub fn run(place: &Place, _arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let mut opened = DataDir::new(config.data_dir(place)).open()?;
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        // It shows on the screen; in a script it comes through a pipe.
        write!(std::io::stderr(), "New password: ")?;
    }
    let mut line = String::new();
    stdin.lock().read_line(&mut line).context("could not read the password")?;
    let password = line.trim_end_matches(['\r', '\n']);
    let entry = server::password_entry(password).map_err(Stop::usage)?;
    let mut entries = vec![entry];
    for (key, _) in opened.store.list(Space::Access, "session/")? {
        entries.push(Entry::delete(Space::Access, key));
    }
    data::put(&mut opened.store, entries)?;
    print("the password is set\n")?;
    Ok(ExitCode::SUCCESS)
}
