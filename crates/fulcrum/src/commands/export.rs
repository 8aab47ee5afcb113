//! `fulcrum export`: what an installation knows, written out.

mod decisions;
mod person;
mod posts;

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use port::Views;

use super::tell;
use crate::Place;
use crate::config::Config;
use crate::data::DataDir;

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
    /// What networks counted at each post, for any program that reads tables.
    ///
    /// One row per part of a post and count: post, content, network, part (from 1), url, posted (UTC),
    /// counted (UTC), age (hours since it was posted), likes, reposts, replies, views, clicks (empty
    /// where the network does not tell). A post is counted after 1 and 6 hours and after 1, 3, 7, 14
    /// and 30 days, each time from the beginning.
    Posts(posts::Arguments),
}

pub fn run(place: &Place, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    match &arguments.what {
        What::Decisions(decisions) => decisions::run(place, decisions),
        What::Person(person) => person::run(place, person),
        What::Posts(posts) => posts::run(place, posts),
    }
}

/// Writes a table to a file, or to standard output for `-`. `write` returns how many of `what` there were.
fn written(
    place: &Place,
    out: &Path,
    what: &str,
    write: impl FnOnce(&dyn Views, &mut dyn Write) -> anyhow::Result<u64>,
) -> anyhow::Result<ExitCode> {
    let config = Config::load(place)?;
    let reading = DataDir::new(config.data_dir(place)).read()?;
    let still = reading.engine()?;
    let views = still.engine.reader()?;
    let count = if out == Path::new("-") {
        let mut out = std::io::BufWriter::new(std::io::stdout().lock());
        write(&*views, &mut out).and_then(|n| out.flush().map(|()| n).map_err(Into::into))?
    } else {
        let failed = || format!("{} cannot be written", out.display());
        let file = std::fs::File::create(out).with_context(failed)?;
        let mut out = std::io::BufWriter::new(file);
        let count = write(&*views, &mut out).with_context(failed)?;
        out.flush().with_context(failed)?;
        count
    };
    tell(&format!("{count} {what}"));
    Ok(ExitCode::SUCCESS)
}
