//! `fulcrum switchback`: a calendar for channels that speak to everyone, and what they brought.

use std::process::ExitCode;

pub mod calendar;
mod effect;
mod ics;
mod plan;

/// Find out what channels bring that speak to everyone, such as posts, pages or advertisements.
///
/// Nobody can be kept from a public post, so time is cut in blocks, and chance says in which of them
/// a channel speaks. `plan` makes the calendar before anything is posted; `effect` compares the
/// blocks afterwards. What such a channel adds to personal ones is asked with
/// `fulcrum leverage --calendar`.
///
/// Exit code 0: done. 2: wrong usage or unreadable input. 3: not enough data for the question.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand, Debug)]
enum Action {
    Plan(plan::Arguments),
    Effect(effect::Arguments),
}

pub fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.action {
        Action::Plan(arguments) => plan::run(arguments),
        Action::Effect(arguments) => effect::run(arguments),
    }
}

#[cfg(test)]
mod tests;
