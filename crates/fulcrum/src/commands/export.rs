//! `fulcrum export`: what an installation knows, written out.

mod decisions;
mod person;

use std::process::ExitCode;

use crate::Place;

/// Write what the installation knows to a file.
///
/// Works while the server runs.
#[derive(clap::Args, Debug)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// The draws of channel and hour, for `fulcrum what-if`.
    ///
    /// One row per possibility of each message that went as it was drawn and whose answer is settled:
    /// decision, person, fold, channel, hour (of the week where the person lives, 0 is Monday from
    /// midnight to one), after (minutes from the draw), probability, taken, response, policy.
    /// Withheld messages are left out. There are no addresses or names in it.
    Decisions(decisions::Arguments),
    Person(person::Arguments),
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.what {
        What::Decisions(decisions) => decisions::run(place, decisions),
        What::Person(person) => person::run(place, person),
    }
}
