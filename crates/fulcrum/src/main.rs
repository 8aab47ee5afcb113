//! The `fulcrum` binary.

mod commands;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// One engine for integrated marketing that measures leverage.
#[derive(Parser)]
#[command(name = "fulcrum", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Leverage(commands::leverage::Arguments),
    Power(commands::power::Arguments),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Leverage(arguments) => commands::leverage::run(&arguments),
        Command::Power(arguments) => commands::power::run(&arguments),
    };
    done.unwrap_or_else(|error| commands::fail(&error))
}
