//! The `fulcrum` binary.

mod commands;
mod config;
mod data;
mod historian;
mod history_copy;
mod log_copy;
mod merged;
mod offline;
mod programme_files;
mod progress;
mod providers;
mod remote;
mod running;
mod shared_store;
mod stop;

mod wiring;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Events are many small allocations on several threads, which the system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// One engine for integrated marketing that measures leverage.
///
/// Try it: `fulcrum demo` plays a simulated market and shows the app on it.
#[derive(Parser)]
#[command(name = "fulcrum", version)]
struct Arguments {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the installation is; the same for every command.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Place {
    /// The data directory [default: ./fulcrum-data, or what fulcrum.toml says].
    #[arg(long, global = true, value_name = "DIR", env = "FULCRUM_DATA")]
    pub data: Option<PathBuf>,
    /// How this installation runs [default: ./fulcrum.toml, if it is there].
    #[arg(long, global = true, value_name = "FILE", env = "FULCRUM_CONFIG")]
    pub config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    Serve(commands::serve::Arguments),
    Demo(commands::demo::Arguments),
    Init(commands::init::Arguments),
    Check(commands::check::Arguments),
    Diff(commands::diff::Arguments),
    Apply(commands::apply::Arguments),
    Pull(commands::pull::Arguments),
    Simulate(commands::simulate::Arguments),
    Template(commands::template::Arguments),
    Schema(commands::schema::Arguments),
    Resume(commands::resume::Arguments),
    Import(commands::import::Arguments),
    List(commands::list::Arguments),
    Export(commands::export::Arguments),
    Why(commands::why::Arguments),
    Identity(commands::identity::Arguments),
    Journey(commands::journey::Arguments),
    Source(commands::source::Arguments),
    Token(commands::token::Arguments),
    Password(commands::password::Arguments),
    Backup(commands::backup::Arguments),
    Restore(commands::restore::Arguments),
    Doctor(commands::doctor::Arguments),
    Erase(commands::erase::Arguments),
    Leverage(commands::leverage::Arguments),
    Attribution(commands::attribution::Arguments),
    Lifetime(commands::lifetime::Arguments),
    Mix(commands::mix::Arguments),
    Uplift(commands::uplift::Arguments),
    Influence(commands::influence::Arguments),
    Connectedness(commands::connectedness::Arguments),
    Power(commands::power::Arguments),
    Switchback(commands::switchback::Arguments),
    WhatIf(commands::what_if::Arguments),
    Webhooks(commands::webhooks::Arguments),
    Channels(commands::channels::Arguments),
    Completions(commands::completions::Arguments),
}

fn main() -> ExitCode {
    let Arguments { place, command } = Arguments::parse();
    // For the analysis commands, and where 1 means a difference, everything that goes wrong is wrong usage or unreadable input.
    let analysis = matches!(
        command,
        Command::Diff(_)
            | Command::Leverage(_)
            | Command::Attribution(_)
            | Command::Lifetime(_)
            | Command::Mix(_)
            | Command::Uplift(_)
            | Command::Influence(_)
            | Command::Connectedness(_)
            | Command::Power(_)
            | Command::Switchback(_)
            | Command::WhatIf(_)
    );
    let done = match command {
        Command::Serve(arguments) => commands::serve::run(&place, &arguments),
        Command::Demo(arguments) => commands::demo::run(&place, &arguments),
        Command::Init(arguments) => commands::init::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Diff(arguments) => commands::diff::run(&place, &arguments),
        Command::Apply(arguments) => commands::apply::run(&place, &arguments),
        Command::Pull(arguments) => commands::pull::run(&place, &arguments),
        Command::Simulate(arguments) => commands::simulate::run(&place, &arguments),
        Command::Template(arguments) => commands::template::run(&arguments),
        Command::Schema(arguments) => commands::schema::run(&arguments),
        Command::Resume(arguments) => commands::resume::run(&place, &arguments),
        Command::Import(arguments) => commands::import::run(&place, &arguments),
        Command::List(arguments) => commands::list::run(&place, &arguments),
        Command::Export(arguments) => commands::export::run(&place, &arguments),
        Command::Why(arguments) => commands::why::run(&place, &arguments),
        Command::Identity(arguments) => commands::identity::run(&place, &arguments),
        Command::Journey(arguments) => commands::journey::run(&place, &arguments),
        Command::Source(arguments) => commands::source::run(&place, &arguments),
        Command::Token(arguments) => commands::token::run(&place, &arguments),
        Command::Password(arguments) => commands::password::run(&place, &arguments),
        Command::Backup(arguments) => commands::backup::run(&place, &arguments),
        Command::Restore(arguments) => commands::restore::run(&place, &arguments),
        Command::Doctor(arguments) => commands::doctor::run(&place, &arguments),
        Command::Erase(arguments) => commands::erase::run(&place, &arguments),
        Command::Leverage(arguments) => commands::leverage::run(&place, &arguments),
        Command::Attribution(arguments) => commands::attribution::run(&arguments),
        Command::Lifetime(arguments) => commands::lifetime::run(&arguments),
        Command::Mix(arguments) => commands::mix::run(&arguments),
        Command::Uplift(arguments) => commands::uplift::run(&arguments),
        Command::Influence(arguments) => commands::influence::run(&arguments),
        Command::Connectedness(arguments) => commands::connectedness::run(&arguments),
        Command::Power(arguments) => commands::power::run(&arguments),
        Command::Switchback(arguments) => commands::switchback::run(&arguments),
        Command::WhatIf(arguments) => commands::what_if::run(&arguments),
        Command::Webhooks(arguments) => commands::webhooks::run(&place, &arguments),
        Command::Channels(arguments) => commands::channels::run(&place, &arguments),
        Command::Completions(arguments) => commands::completions::run::<Arguments>(&arguments),
    };
    let otherwise = if analysis { commands::EXIT_USAGE } else { commands::EXIT_FAILED };
    done.unwrap_or_else(|error| commands::fail(&error, otherwise))
}
